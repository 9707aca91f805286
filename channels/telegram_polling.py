"""Asking Telegram for updates, or seeing that Telegram knows where to bring them.

https://core.telegram.org/bots/api#getting-updates
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any, Protocol

from channels.base import BadPayload, Post, SendError, unreadable
from channels.telegram_api import Api
from channels.telegram_inbound import Object
from workflow.inbox import NotDurable
from workflow.messages import DeliveryReport, Inbound

log = logging.getLogger("aduan.telegram")

#: Seconds that Telegram keeps a question open while there is no news.
HOLD = 25
#: Every kind but the three that Telegram sends only when asked for by name.
_EVERY_KIND = "[]"
_LONGEST_PAUSE = 300.0
#: A connection that breaks once is no trouble yet.
_PATIENCE = 3
_SLOW = {"auth": 30.0, "conflict": 5.0, "storage": 5.0}


class Bot(Protocol):
    """Whose updates they are: it reads them, and thanks for them."""

    accounts: dict[str, str]

    def read(self, update: Object, raw: bytes) -> Sequence[Inbound]: ...
    def reports(self, update: Object, raw: bytes) -> Sequence[DeliveryReport]: ...
    def acknowledge(self, inbounds: Sequence[Inbound]) -> None: ...


class _Pace:
    """How long to wait after failures, and when they are worth an alarm."""

    def __init__(self, post: Post) -> None:
        self._post, self._failures = post, 0

    def well(self) -> None:
        self._failures = 0
        self._post.well()

    def failed(self, code: str, *, certain: bool, at_least: float = 0.0) -> None:
        self._failures += 1
        if certain or self._failures >= _PATIENCE:
            self._post.trouble(code)
        pause = max(_SLOW.get(code, 0.0), min(2.0 ** (self._failures - 1), 30.0), at_least)
        rest(self._post, min(pause, _LONGEST_PAUSE))


def rest(post: Post, seconds: float) -> None:
    """Wait in steps: the lease must not run out meanwhile."""
    while seconds > 0 and post.goes_on():
        post.pause(min(seconds, 20.0))
        seconds -= 20.0


class Polling:
    """The updates of one bot. An update is confirmed (by a higher offset) only after it was stored."""

    def __init__(self, api: Api, post: Post, bot: Bot) -> None:
        self._api, self._post, self._bot = api, post, bot
        self._offset: int | None = None
        self._alone = False

    def run(self) -> None:
        pace = _Pace(self._post)
        while self._post.goes_on():
            try:
                self._round()
            except NotDurable:
                pace.failed("storage", certain=True)
            except SendError as error:
                if self._post.stopping.is_set():
                    return
                self._alone = self._alone and error.code != "webhook"
                certain = error.code == "auth" or error.code == "api_base"
                pace.failed(error.code, certain=certain, at_least=error.retry_after or 0.0)
            else:
                pace.well()

    def _round(self) -> None:
        if not self._alone:
            self._api.ask("deleteWebhook")  # what waits at Telegram stays there, for us to fetch
            self._alone = True
        updates = self._api.ask(
            "getUpdates",
            hold=HOLD,
            stopping=self._post.stopping,
            timeout=HOLD,
            limit=100,
            offset=self._offset,
            allowed_updates=_EVERY_KIND,
        )
        if not isinstance(updates, list):
            raise SendError("unreadable", retryable=True, reason="provider")
        # After a quiet week Telegram begins to count anew, maybe lower: an offset is kept only as long as it is needed.
        self._offset = None if not updates else self._offset
        for update in updates:
            self._take(update)
        if updates and self._offset is None:
            raise SendError("unreadable", retryable=True, reason="provider")  # nothing here can be confirmed

    def _take(self, update: Any) -> None:
        raw = json.dumps(update).encode()
        try:
            if not isinstance(update, dict):
                raise BadPayload("not an object")
            inbounds = self._bot.read(update, raw)
            receipts = self._bot.reports(update, raw)
        except BadPayload:
            self._post.take(unreadable("telegram", self._bot.accounts["telegram"], raw), dead_letter=True)
        else:
            for receipt in receipts:  # first: a word on the answer may close the case, and the proof comes too late
                self._post.report(receipt)
            for inbound in inbounds:
                self._post.take(inbound)
            self._bot.acknowledge(inbounds)
        number = update.get("update_id") if isinstance(update, dict) else None
        if isinstance(number, int) and not isinstance(number, bool):
            self._offset = max(self._offset or 0, number + 1)


def keep_webhook(api: Api, post: Post, url: str, secret: str) -> None:
    """Tell Telegram our address, and look every minute whether it still knows and reaches it."""
    pace, told, last_error = _Pace(post), False, 0
    while post.goes_on():
        try:
            known = api.ask("getWebhookInfo", stopping=post.stopping)
            if not told or known.get("url") != url:
                api.ask("setWebhook", url=url, secret_token=secret, allowed_updates=_EVERY_KIND)
                told = True
        except SendError as error:
            if post.stopping.is_set():
                return
            refused = error.code == "400"
            pace.failed("webhook" if refused else error.code, certain=refused or error.code == "auth")
            continue
        error_at = known.get("last_error_date") or 0
        if last_error and error_at != last_error and known.get("pending_update_count"):
            post.trouble("webhook")
        else:
            pace.well()
        last_error = error_at or 1
        rest(post, 60.0)
