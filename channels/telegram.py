"""Telegram's wire: the Bot API behind one shared bot.

https://core.telegram.org/bots/api
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import hmac
import json
import logging
import threading
import warnings
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from channels import telegram_inbound
from channels.base import MEDIA_LIMIT, BadPayload, Fault, SendError, WireRequest
from workflow.messages import DeliveryReport, Inbound, Media, Outgoing, Sent

if TYPE_CHECKING:
    from telegram import Bot, File, Message
    from telegram.error import TelegramError

T = TypeVar("T")

#: https://core.telegram.org/bots/api#sendmessage, counted as Telegram counts
TEXT_LIMIT = 4096
TIMEOUT = 10.0
FETCH_TIMEOUT = 60.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name

_API = "https://api.telegram.org"
_POOL = 16


class TelegramAdapter:
    """One bot. Without a webhook secret no request is believed: the bot is polled then."""

    name = "telegram"

    def __init__(
        self, *, token: str, webhook_secret: str | None = None, api_base: str | None = None, timeout: float = TIMEOUT
    ) -> None:
        self._account = token.partition(":")[0]
        self.accounts = {"telegram": self._account}
        self._token = token
        self._secret = webhook_secret
        self._base = (api_base or _API).rstrip("/")
        self._timeout = timeout
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bot: Bot | None = None

    # -- the provider calls us ---------------------------------------------------------------------

    def verify(self, request: WireRequest) -> bool:
        if not self._secret:
            return False
        given = request.header(SECRET_HEADER).encode("utf-8", "surrogatepass")
        return hmac.compare_digest(given, self._secret.encode("utf-8"))

    def parse(self, request: WireRequest) -> Sequence[Inbound]:
        try:
            update = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise BadPayload("not JSON") from error
        if not isinstance(update, dict):
            raise BadPayload("not an object")
        return telegram_inbound.read(update, request.body, account=self._account)

    def parse_report(self, request: WireRequest) -> Sequence[DeliveryReport]:
        """Telegram sends no receipts; that it took the message is all that is ever known."""
        return []

    def explain(self, code: str | None) -> Fault:
        return Fault("other")

    # -- we call the provider ----------------------------------------------------------------------

    def send(self, outgoing: Outgoing) -> Sent:
        """One text, without a preview of its links; longer than Telegram takes is our own mistake."""
        if len(outgoing.body.encode("utf-16-le", "surrogatepass")) // 2 > TEXT_LIMIT:
            raise SendError("too_long", retryable=False, ours=True)
        chat = outgoing.recipient
        if not chat.removeprefix("-").isdecimal():
            raise SendError("address", retryable=False)
        message = self._call(lambda bot: _send_text(bot, int(chat), outgoing.body, outgoing.choices))
        return Sent(provider_id=str(message.message_id), state="sent")

    def fetch(self, media: Media, *, limit: int = MEDIA_LIMIT) -> bytes:
        from channels.download import download

        if media.content is not None:
            return media.content
        if not media.url or not media.url.startswith(telegram_inbound.FILE_PREFIX):
            raise SendError("media", retryable=False)
        file_id = media.url.removeprefix(telegram_inbound.FILE_PREFIX)
        file = self._call(lambda bot: _get_file(bot, file_id))
        if not file.file_path or (file.file_size or 0) > limit:
            raise SendError("too_large" if file.file_path else "media", retryable=False, reason="media")
        return download(file.file_path, limit=limit, seconds=FETCH_TIMEOUT, credentials=lambda _: None)

    def close(self) -> None:
        with self._lock:
            loop, bot, self._loop, self._bot = self._loop, self._bot, None, None
        if loop is None or bot is None:
            return
        with contextlib.suppress(concurrent.futures.TimeoutError, RuntimeError):  # a daemon dies with the process
            asyncio.run_coroutine_threadsafe(_shut_down(bot), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)

    def _call(self, action: _Action[T]) -> T:
        """Runs on the one private loop: a shared bot breaks as soon as a second loop uses its connections."""
        from telegram.error import TelegramError

        loop, bot = self._started()
        future = asyncio.run_coroutine_threadsafe(action(bot), loop)
        try:
            return future.result(self._timeout * 2)
        except TelegramError as error:
            raise _failed(error) from None  # the library's text may quote the token or the message
        except concurrent.futures.TimeoutError:
            future.cancel()
            raise SendError("timeout", retryable=True, reached=True) from None
        except (TypeError, ValueError, KeyError, AttributeError):
            raise _unreadable() from None

    def _started(self) -> tuple[asyncio.AbstractEventLoop, Bot]:
        """The loop and the bot, made at the first call: importing the library costs half a second."""
        with self._lock:
            if self._loop is None or self._bot is None:
                _silence()
                loop = asyncio.new_event_loop()
                threading.Thread(target=_run, args=(loop,), name="telegram-loop", daemon=True).start()
                self._loop, self._bot = loop, _make_bot(self._token, self._base, self._timeout)
            return self._loop, self._bot


if TYPE_CHECKING:
    from collections.abc import Callable

    _Action = Callable[[Bot], Coroutine[Any, Any, T]]


def _make_bot(token: str, base: str, timeout: float) -> Bot:
    from telegram import Bot
    from telegram.request import HTTPXRequest

    request = HTTPXRequest(
        connection_pool_size=_POOL,
        connect_timeout=min(5.0, timeout),
        read_timeout=timeout,
        write_timeout=timeout,
        pool_timeout=timeout,
    )
    return Bot(token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot", request=request)


def _silence() -> None:
    """These loggers write the token, and on bad answers the text, into their lines.

    The warning speaks of a later type of ``retry_after``; both types are read here.
    """
    from telegram.warnings import PTBDeprecationWarning

    warnings.filterwarnings("ignore", message=".*retry_after", category=PTBDeprecationWarning)
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()


async def _send_text(bot: Bot, chat: int, text: str, choices: tuple[str, ...] = ()) -> Message:
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

    buttons = [InlineKeyboardButton(word, callback_data=word) for word in choices]
    return await bot.send_message(
        chat_id=chat,
        text=text,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_markup=InlineKeyboardMarkup([buttons]) if buttons else None,
    )


async def _get_file(bot: Bot, file_id: str) -> File:
    return await bot.get_file(file_id)


async def _shut_down(bot: Bot) -> None:
    await bot.request.shutdown()


def _failed(error: TelegramError) -> SendError:
    from telegram import error as errors

    if isinstance(error, errors.RetryAfter):
        wait = error.retry_after
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
        return SendError("429", retryable=True, retry_after=seconds, reason="rate")
    if isinstance(error, errors.Forbidden):
        return SendError("blocked", retryable=False)
    if isinstance(error, errors.InvalidToken | errors.EndPointNotFound | errors.Conflict):
        return SendError("auth", retryable=False, ours=True)
    if isinstance(error, errors.BadRequest):
        return _refused(error.message.lower())
    if isinstance(error, errors.NetworkError):
        return _broken(error)
    if isinstance(error, errors.ChatMigrated):
        return SendError("address", retryable=False)
    return _unreadable()


def _unreadable() -> SendError:
    """Accepted by its status, yet nothing that the library can read."""
    return SendError("unreadable", retryable=True, reached=True, reason="provider")


def _refused(description: str) -> SendError:
    """A 400 has no number of its own; its sentence tells the two cases that matter."""
    if "chat not found" in description or "user not found" in description or "peer_id_invalid" in description:
        return SendError("address", retryable=False)
    if "too long" in description:
        return SendError("too_long", retryable=False, ours=True)
    return SendError("400", retryable=False, ours=True, reason="other")


def _broken(error: TelegramError) -> SendError:
    """A call without an answer, or a 5xx. Only where no connection came about is a repeat surely harmless."""
    import httpx

    cause = error.__cause__
    if isinstance(cause, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return SendError("api_base", retryable=False, ours=True)
    if isinstance(cause, httpx.TimeoutException):
        unsent = isinstance(cause, httpx.ConnectTimeout | httpx.PoolTimeout)
        return SendError("timeout", retryable=True, reached=not unsent)
    if isinstance(cause, httpx.HTTPError):
        return SendError("network", retryable=True, reached=not isinstance(cause, httpx.ConnectError))
    return SendError("provider", retryable=True, reached=True)
