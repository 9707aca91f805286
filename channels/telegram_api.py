"""One bot's line to the Bot API: a private event-loop thread, raw questions, and what its refusals mean.

https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import threading
import time
import warnings
from collections.abc import Coroutine
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from channels.base import SendError

if TYPE_CHECKING:
    from collections.abc import Callable

    from telegram import Bot
    from telegram.error import TelegramError
    from telegram.request import HTTPXRequest

    Action = Callable[[Bot], Coroutine[Any, Any, "T"]]

T = TypeVar("T")

API = "https://api.telegram.org"
_POOL = 16
#: How often a waiting thread looks whether the program stops.
_GLANCE = 0.3


class Api:
    """Shared by all threads. The library is imported at the first call: it costs half a second."""

    def __init__(self, token: str, base: str, timeout: float) -> None:
        self._token, self._base, self._timeout = token, base.rstrip("/"), timeout
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bot: Bot | None = None
        self._raw: HTTPXRequest | None = None

    def call(self, action: Action[T]) -> T:
        """Runs on the one private loop: a shared bot breaks as soon as a second loop uses its connections."""
        loop, bot, _ = self._started()
        return _result(asyncio.run_coroutine_threadsafe(action(bot), loop), self._timeout * 2, None)

    def ask(
        self, method: str, *, hold: float = 0.0, stopping: threading.Event | None = None, **parameters: object
    ) -> Any:
        """The bare result of a method. The library's own objects refuse a whole answer for one missing field.

        ``hold``: seconds that the server may let us wait; given up at once when ``stopping`` is set.
        """
        loop, _, raw = self._started()
        future = asyncio.run_coroutine_threadsafe(self._post(raw, method, hold, parameters), loop)
        return _result(future, hold + self._timeout * 2, stopping)

    def tell(self, method: str, **parameters: object) -> None:
        """Like ``ask``, but nobody waits for the outcome."""
        loop, _, raw = self._started()

        async def told() -> None:
            from telegram.error import TelegramError

            with contextlib.suppress(TelegramError):
                await self._post(raw, method, 0.0, parameters)

        asyncio.run_coroutine_threadsafe(told(), loop)

    def close(self) -> None:
        with self._lock:
            loop, bot, raw, self._loop, self._bot, self._raw = self._loop, self._bot, self._raw, None, None, None
        if loop is None or bot is None or raw is None:
            return
        with contextlib.suppress(concurrent.futures.TimeoutError, RuntimeError):  # a daemon dies with the process
            asyncio.run_coroutine_threadsafe(_shut_down(bot, raw), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)

    async def _post(self, raw: HTTPXRequest, method: str, hold: float, parameters: dict[str, object]) -> Any:
        given = {name: value for name, value in parameters.items() if value is not None}
        address = f"{self._base}/bot{self._token}/{method}" + (f"?{urlencode(given)}" if given else "")
        return await raw.post(address, read_timeout=hold + self._timeout)

    def _started(self) -> tuple[asyncio.AbstractEventLoop, Bot, HTTPXRequest]:
        with self._lock:
            if self._loop is None or self._bot is None or self._raw is None:
                _silence()
                loop = asyncio.new_event_loop()
                threading.Thread(target=_run, args=(loop,), name="telegram-loop", daemon=True).start()
                self._loop = loop
                self._bot, self._raw = self._make_bot(), self._make_request()
            return self._loop, self._bot, self._raw

    def _make_bot(self) -> Bot:
        from telegram import Bot

        base = self._base
        return Bot(self._token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot", request=self._make_request())

    def _make_request(self) -> HTTPXRequest:
        from telegram.request import HTTPXRequest

        return HTTPXRequest(
            connection_pool_size=_POOL,
            connect_timeout=min(5.0, self._timeout),
            read_timeout=self._timeout,
            write_timeout=self._timeout,
            pool_timeout=self._timeout,
        )


def _result(future: concurrent.futures.Future[T], seconds: float, stopping: threading.Event | None) -> T:
    from telegram.error import TelegramError

    try:
        _wait(future, seconds, stopping)
        return future.result(0)
    except TelegramError as error:
        raise _failed(error) from None  # the library's text may quote the token or the message
    except concurrent.futures.TimeoutError:
        future.cancel()
        raise SendError("timeout", retryable=True, reached=True) from None
    except (TypeError, ValueError, KeyError, AttributeError):
        raise _unreadable() from None


def _wait(future: concurrent.futures.Future[T], seconds: float, stopping: threading.Event | None) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        concurrent.futures.wait([future], min(_GLANCE, left) if stopping else left)
        if future.done() or (stopping and stopping.is_set()):
            return


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


async def _shut_down(bot: Bot, raw: HTTPXRequest) -> None:
    await bot.request.shutdown()
    await raw.shutdown()


def _failed(error: TelegramError) -> SendError:
    from telegram import error as errors

    if isinstance(error, errors.RetryAfter):
        wait = error.retry_after
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
        return SendError("429", retryable=True, retry_after=seconds, reason="rate")
    if isinstance(error, errors.Forbidden):
        return SendError("blocked", retryable=False)
    if isinstance(error, errors.Conflict):
        webhook = "webhook is active" in error.message.lower()
        return SendError("webhook" if webhook else "conflict", retryable=True, ours=True, reason="auth")
    if isinstance(error, errors.InvalidToken | errors.EndPointNotFound):
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
    if "file is too big" in description:
        return SendError("too_large", retryable=False, reason="media")
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
