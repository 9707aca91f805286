"""Telegram: a bot that is polled, or that Telegram calls.

https://core.telegram.org/bots/api
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from channels import telegram_inbound
from channels.base import MEDIA_LIMIT, BadPayload, Check, Fault, Post, SendError, WireRequest
from channels.telegram_api import API, Api
from channels.telegram_inbound import Object
from channels.telegram_polling import Polling, keep_webhook
from workflow.messages import DeliveryReport, Inbound, Media, Outgoing, Sent

if TYPE_CHECKING:
    from telegram import Bot, File, Message

#: https://core.telegram.org/bots/api#sendmessage, counted as Telegram counts
TEXT_LIMIT = 4096
TIMEOUT = 10.0
FETCH_TIMEOUT = 60.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name


class TelegramAdapter:
    """One bot. Without a webhook secret no request is believed: the bot is polled then."""

    name = "telegram"

    def __init__(
        self,
        *,
        token: str,
        webhook_secret: str | None = None,
        webhook_url: str | None = None,
        api_base: str | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self._account = token.partition(":")[0]
        self.accounts = {"telegram": self._account}
        self._token, self._secret, self._url = token, webhook_secret, webhook_url
        self._api = Api(token, api_base or API, timeout)

    # -- the provider calls us ---------------------------------------------------------------------

    def verify(self, request: WireRequest) -> bool:
        if not self._secret:
            return False
        given = request.header(SECRET_HEADER).encode("utf-8", "surrogatepass")
        return hmac.compare_digest(given, self._secret.encode("utf-8"))

    def parse(self, request: WireRequest) -> Sequence[Inbound]:
        return self.read(_update(request.body), request.body)

    def parse_report(self, request: WireRequest) -> Sequence[DeliveryReport]:
        """Telegram sends no receipts of its own: what an update proves beside its words."""
        return self.reports(_update(request.body), request.body)

    def read(self, update: Object, raw: bytes) -> Sequence[Inbound]:
        found = telegram_inbound.read(update, raw, account=self._account)
        return [
            replace(
                one,
                reply_to=self._known(one.reply_to) if one.reply_to else None,
                place=self._known(one.place) if one.place else "",
            )
            for one in found
        ]

    def reports(self, update: Object, raw: bytes) -> Sequence[DeliveryReport]:
        found = telegram_inbound.reports(update, raw)
        return [replace(one, provider_id=self._known(one.provider_id) if one.provider_id else None) for one in found]

    def _known(self, place: str) -> str:
        """The id of a message of ours, for all to see: Telegram's own counts anew in every chat, and the id of the chat
        would tell who the person is."""
        chat, _, number = place.partition(":")
        return f"{number}.{hmac.new(self._token.encode(), chat.encode(), hashlib.sha256).hexdigest()[:16]}"

    def acknowledge(self, inbounds: Sequence[Inbound]) -> None:
        """The pressed button stops to turn. A question that is too old is refused, which harms nobody."""
        for inbound in inbounds:
            if query := telegram_inbound.query_id(inbound):
                self._api.tell("answerCallbackQuery", callback_query_id=query)

    def explain(self, code: str | None) -> Fault:
        return Fault("blocked") if code == "blocked" else Fault("other")

    # -- we call the provider ----------------------------------------------------------------------

    def poll(self, post: Post) -> None:
        """Look for updates; in webhook mode only see that Telegram knows our address."""
        if self._secret and self._url:
            keep_webhook(self._api, post, self._url, self._secret)
        else:
            Polling(self._api, post, self).run()

    def send(self, outgoing: Outgoing) -> Sent:
        """One text, without a preview of its links; longer than Telegram takes is our own mistake."""
        if len(outgoing.body.encode("utf-16-le", "surrogatepass")) // 2 > TEXT_LIMIT:
            raise SendError("too_long", retryable=False, ours=True)
        chat, _, topic = outgoing.recipient.partition("/")
        if not chat.removeprefix("-").isdecimal() or (topic and not topic.isdecimal()):
            raise SendError("address", retryable=False)
        place = (int(chat), int(topic) if topic else None)
        message = self._api.call(lambda bot: _send_text(bot, place, outgoing.body, outgoing.choices))
        return Sent(provider_id=self._known(f"{chat}:{message.message_id}"), state="sent")

    def fetch(self, media: Media, *, limit: int = MEDIA_LIMIT) -> bytes:
        from channels.download import download

        if media.content is not None:
            return media.content
        if not media.url or not media.url.startswith(telegram_inbound.FILE_PREFIX):
            raise SendError("media", retryable=False)
        file_id = media.url.removeprefix(telegram_inbound.FILE_PREFIX)
        file = self._api.call(lambda bot: _get_file(bot, file_id))
        if not file.file_path or (file.file_size or 0) > limit:
            raise SendError("too_large" if file.file_path else "media", retryable=False, reason="media")
        return download(file.file_path, limit=limit, seconds=FETCH_TIMEOUT, credentials=lambda _: None)

    def examine(self) -> Sequence[Check]:
        """Whether the token is valid, and the webhook as the mode needs it."""
        try:
            me, known = self._api.ask("getMe"), self._api.ask("getWebhookInfo")
        except SendError as error:
            return [Check("wrong", _WRONG.get(error.code, f"Telegram does not answer as it should: {error.code}."))]
        name, url = (_word(answer, key) for answer, key in ((me, "username"), (known, "url")))
        return [Check("ok", f"The token is valid: bot @{name}."), self._coherent(url, known)]

    def _coherent(self, url: str, known: object) -> Check:
        if not self._url:
            note = "A webhook is still set; it is removed when the service starts to poll."
            return Check("note", note) if url else Check("ok", "The bot is polled, and no webhook is in the way.")
        if url != self._url:
            return Check("note", "Telegram does not know our address yet; it is told when the service starts.")
        if _word(known, "last_error_message") and _number(known, "pending_update_count"):
            return Check("wrong", "Telegram cannot deliver to our address: see ADUAN_PUBLIC_URL and the proxy.")
        return Check("ok", "Telegram calls our address.")

    def close(self) -> None:
        self._api.close()


_WRONG = {
    "auth": "ADUAN_TELEGRAM_TOKEN is wrong: Telegram refuses it.",
    "api_base": "ADUAN_TELEGRAM_API_BASE cannot be used.",
    "network": "Telegram cannot be reached from here.",
    "timeout": "Telegram cannot be reached from here.",
}


def _update(body: bytes) -> Object:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadPayload("not JSON") from error
    if not isinstance(update, dict):
        raise BadPayload("not an object")
    return update


def _word(answer: object, name: str) -> str:
    value = answer.get(name) if isinstance(answer, dict) else None
    return value if isinstance(value, str) else ""


def _number(answer: object, name: str) -> int:
    value = answer.get(name) if isinstance(answer, dict) else None
    return value if isinstance(value, int) else 0


async def _send_text(bot: Bot, place: tuple[int, int | None], text: str, choices: tuple[str, ...] = ()) -> Message:
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

    buttons = [InlineKeyboardButton(word, callback_data=word) for word in choices]
    return await bot.send_message(
        chat_id=place[0],
        message_thread_id=place[1],
        text=text,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_markup=InlineKeyboardMarkup([buttons]) if buttons else None,
    )


async def _get_file(bot: Bot, file_id: str) -> File:
    return await bot.get_file(file_id)
