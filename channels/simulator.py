"""A provider inside the process, so that a demo without Internet still has telephones and receipts.

It stands in for every channel that has no provider of its own. The last word of a recipient's address decides what
happens, see ``simulator_outcomes``. Receipts are real HTTP requests to our own callback route.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import logging
import queue
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from channels.base import MEDIA_LIMIT, BadPayload, Fault, SendError, WireRequest, content_id, stable_id, tidy
from channels.simulator_outcomes import Outcome, outcome_of
from workflow.messages import DeliveryReport, DeliveryState, Inbound, Media, Outgoing, Sent

HEADER = "X-Aduan-Simulator"

_log = logging.getLogger(__name__)
_STATES: dict[str, DeliveryState] = {"sent": "sent", "delivered": "delivered", "read": "read", "failed": "failed"}
_TRIES = 3
_REASONS = frozenset({"address", "blocked", "carrier", "opted_out", "window"})

_Receipt = tuple[str, DeliveryState, str | None]
#: One telephone: channel and address.
_Phone = tuple[str, str]


@dataclass(frozen=True)
class Line:
    """One message on the screen of a telephone, with the buttons under it."""

    at: datetime
    mine: bool
    text: str
    choices: tuple[str, ...] = ()


class SimulatorAdapter:
    """Telephones in memory. ``pace`` is the time in seconds between two receipts of one message."""

    name = "simulator"

    def __init__(self, *, base_url: str, key: bytes, pace: float = 0.4, stands_in: Sequence[str] = ()) -> None:
        self.accounts = {channel: "simulator" for channel in ("simulator", *stands_in)}
        self._url = base_url.rstrip("/") + "/webhooks/simulator/status"
        self._key = key
        self._pace = pace
        self._lock = threading.Lock()
        self._screens: dict[_Phone, list[Line]] = defaultdict(list)
        self._refs: dict[_Phone, list[str]] = defaultdict(list)
        self._refused: set[str] = set()
        self._receipts: queue.PriorityQueue[tuple[float, int, _Receipt | None]] = queue.PriorityQueue()
        self._count = 0
        self._postman: threading.Thread | None = None
        self._closed = threading.Event()

    def inbox(self, address: str, channel: str = "simulator") -> list[tuple[datetime, str]]:
        """What the telephone of an address received, oldest first."""
        return [(line.at, line.text) for line in self.screen(address, channel) if not line.mine]

    def write(self, address: str, text: str, channel: str = "simulator") -> None:
        """Remember what this telephone itself wrote, for its screen."""
        with self._lock:
            self._screens[channel, address].append(Line(datetime.now(UTC), True, text))

    def screen(self, address: str, channel: str = "simulator") -> list[Line]:
        """Both sides of the talk, oldest first."""
        with self._lock:
            return list(self._screens.get((channel, address), ()))

    def received(self, address: str, channel: str) -> list[str]:
        """The refs of what arrived at a telephone: an answer by email names them."""
        with self._lock:
            return list(self._refs.get((channel, address), ()))

    def sign(self, body: bytes) -> str:
        """The value of the header that proves a request to us comes from the simulator."""
        return hmac.new(self._key, body, hashlib.sha256).hexdigest()

    def verify(self, request: WireRequest) -> bool:
        given = request.header(HEADER).encode("utf-8", "surrogatepass")
        return hmac.compare_digest(given, self.sign(request.body).encode())

    def parse(self, request: WireRequest) -> Sequence[Inbound]:
        event = _event(request)
        sender, channel = _word(event, "from"), _word(event, "channel") or "simulator"
        if not sender or channel not in self.accounts:
            raise BadPayload("no sender, or a channel that is not simulated")
        answers = event.get("answers")
        media = _media(event.get("media"))
        text = _word(event, "text")
        given = _word(event, "id")
        return [
            Inbound(
                channel=channel,
                account="simulator",
                thread=_word(event, "thread"),
                answers=tuple(str(ref) for ref in answers) if isinstance(answers, list) else (),
                provider_id=stable_id(given) if given else content_id(request.body),
                sender=sender,
                text=text,
                raw=request.body,
                kind="media" if media else "text" if text else "unsupported",
                number=sender if sender.startswith("+") and sender[1:].isdecimal() else None,
                display_name=_word(event, "name") or None,
                media=media,
            )
        ]

    def parse_report(self, request: WireRequest) -> Sequence[DeliveryReport]:
        event = _event(request)
        ref, state = _word(event, "m"), _STATES.get(_word(event, "state"))
        if not ref or not state:
            raise BadPayload("no status or no message")
        code = _word(event, "code") or None
        reason = self.explain(code).reason if state == "failed" else ""
        return [DeliveryReport(state=state, ref=ref, code=code, reason=reason, raw=request.body)]

    def explain(self, code: str | None) -> Fault:
        """Our codes are the reasons themselves."""
        return Fault(code if code in _REASONS else "other")

    def send(self, outgoing: Outgoing) -> Sent:
        if not outgoing.window_open and not outgoing.template:
            raise SendError("window", retryable=False)
        outcome = outcome_of(outgoing.recipient)
        first = self._is_first_try(outgoing.ref)
        if outcome.refusal is not None and (first or not outcome.once):
            if outcome.refusal.reached and first:
                self._arrive(outgoing, outcome)
            raise _again(outcome.refusal)
        self._arrive(outgoing, outcome)
        return Sent(provider_id=f"sim-{uuid4().hex}")

    def _arrive(self, outgoing: Outgoing, outcome: Outcome) -> None:
        phone = (outgoing.channel, outgoing.recipient)
        if outcome.shows:
            with self._lock:
                self._screens[phone].append(Line(datetime.now(UTC), False, outgoing.body, outgoing.choices))
                self._refs[phone].append(outgoing.ref)
        self._plan(outgoing.ref, outcome)

    def fetch(self, media: Media, *, limit: int = MEDIA_LIMIT) -> bytes:
        if media.content is None:
            raise SendError("media", retryable=False)
        return media.content

    def close(self) -> None:
        """Receipts that are still under way are lost, as they would be with a real provider's outage."""
        if not self._closed.is_set():
            self._closed.set()
            self._receipts.put((0.0, 0, None))

    def _is_first_try(self, ref: str) -> bool:
        with self._lock:
            first = ref not in self._refused
            self._refused.add(ref)
            return first

    def _plan(self, ref: str, outcome: Outcome) -> None:
        with self._lock:
            for paces, state, code in outcome.receipts:
                self._count += 1
                due = time.monotonic() + paces * self._pace
                self._receipts.put((due, self._count, (ref, state, code)))
            if self._postman is None and outcome.receipts:
                self._postman = threading.Thread(target=self._deliver, name="simulator-receipts", daemon=True)
                self._postman.start()

    def _deliver(self) -> None:
        while not self._closed.is_set():
            due, number, receipt = self._receipts.get()
            if receipt is None:
                return
            wait = due - time.monotonic()
            if wait > 0:
                self._receipts.put((due, number, receipt))
                self._closed.wait(min(wait, 0.05))  # something more urgent may come in
            else:
                self._post(*receipt)

    def _post(self, ref: str, state: DeliveryState, code: str | None) -> None:
        body = json.dumps({"m": ref, "state": state, "code": code}).encode()
        headers = {"Content-Type": "application/json", HEADER: self.sign(body)}
        request = urllib.request.Request(self._url, data=body, headers=headers, method="POST")  # noqa: S310 - our own address
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for attempt in range(_TRIES):
            try:
                with opener.open(request, timeout=5):
                    return
            except (OSError, ValueError):  # URLError and timeouts are OSErrors
                self._closed.wait(self._pace * (attempt + 1))
        _log.warning("simulator could not deliver a receipt: %s %s", ref, state)


def _again(refusal: SendError) -> SendError:
    """A fresh exception: one that was raised before carries the trace of another thread."""
    return SendError(
        refusal.code, retryable=refusal.retryable, ours=refusal.ours, reached=refusal.reached,
        retry_after=refusal.retry_after, reason=refusal.reason,
    )  # fmt: skip


def _event(request: WireRequest) -> dict[str, Any]:
    try:
        event = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BadPayload("not JSON") from error
    if not isinstance(event, dict):
        raise BadPayload("not an object")
    return event


def _word(event: dict[str, Any], name: str) -> str:
    value = event.get(name)
    return tidy(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _media(items: object) -> tuple[Media, ...]:
    if not isinstance(items, list):
        return ()
    return tuple(_one_media(item, n) for n, item in enumerate(items, start=1) if isinstance(item, dict))


def _one_media(item: dict[str, Any], number: int) -> Media:
    try:
        content = base64.b64decode(_word(item, "base64"), validate=True)
    except (binascii.Error, ValueError):
        content = None
    return Media(name=_word(item, "name") or f"media-{number}", declared_type=_word(item, "type"), content=content)
