"""A provider inside the process, so that a demo without Internet still has telephones and receipts.

The end of a recipient's address decides what happens: ``fails`` a failed receipt, ``throttled`` one refusal that
asks to come again, ``silent`` no receipt ever, ``refused`` a final refusal; any other is sent, delivered and read.
Receipts are real HTTP requests to our own callback route.
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
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from channels.base import MEDIA_LIMIT, BadPayload, Fault, SendError, WireRequest, content_id, stable_id, tidy
from workflow.messages import DeliveryReport, DeliveryState, Inbound, Media, Outgoing, Sent

HEADER = "X-Aduan-Simulator"

_log = logging.getLogger(__name__)
_STATES: dict[str, DeliveryState] = {"sent": "sent", "delivered": "delivered", "read": "read", "failed": "failed"}
_TRIES = 3

_Receipt = tuple[str, DeliveryState, str | None]


class SimulatorAdapter:
    """Telephones in memory. ``pace`` is the time in seconds between two receipts of one message."""

    name = "simulator"

    def __init__(self, *, base_url: str, key: bytes, pace: float = 0.4) -> None:
        self.accounts = {"simulator": "simulator"}
        self._url = base_url.rstrip("/") + "/webhooks/simulator/status"
        self._key = key
        self._pace = pace
        self._lock = threading.Lock()
        self._inboxes: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        self._written: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        self._throttled: set[str] = set()
        self._receipts: queue.PriorityQueue[tuple[float, int, _Receipt | None]] = queue.PriorityQueue()
        self._count = 0
        self._postman: threading.Thread | None = None
        self._closed = threading.Event()

    def inbox(self, address: str) -> list[tuple[datetime, str]]:
        """What the telephone of an address shows, oldest first."""
        with self._lock:
            return list(self._inboxes.get(address, ()))

    def write(self, address: str, text: str) -> None:
        """Remember what this telephone itself wrote, for its screen."""
        with self._lock:
            self._written[address].append((datetime.now(UTC), text))

    def screen(self, address: str) -> list[tuple[datetime, bool, str]]:
        """Both sides of the talk, oldest first: (time, written here, text)."""
        with self._lock:
            lines = [(at, True, text) for at, text in self._written.get(address, ())]
            lines += [(at, False, text) for at, text in self._inboxes.get(address, ())]
        return sorted(lines, key=lambda line: line[0])

    def sign(self, body: bytes) -> str:
        """The value of the header that proves a request to us comes from the simulator."""
        return hmac.new(self._key, body, hashlib.sha256).hexdigest()

    def verify(self, request: WireRequest) -> bool:
        given = request.header(HEADER).encode("utf-8", "surrogatepass")
        return hmac.compare_digest(given, self.sign(request.body).encode())

    def parse(self, request: WireRequest) -> Sequence[Inbound]:
        event = _event(request)
        sender = _word(event, "from")
        if not sender:
            raise BadPayload("no sender")
        media = _media(event.get("media"))
        text = _word(event, "text")
        given = _word(event, "id")
        return [
            Inbound(
                channel="simulator",
                account="simulator",
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
        return [DeliveryReport(state=state, ref=ref, code=_word(event, "code") or None, raw=request.body)]

    def explain(self, code: str | None) -> Fault:
        return Fault("other")

    def send(self, outgoing: Outgoing) -> Sent:
        recipient = outgoing.recipient
        if recipient.endswith("refused"):
            raise SendError("refused", retryable=False)
        if recipient.endswith("throttled"):
            self._throttle(outgoing.ref)
        if not recipient.endswith("fails"):
            with self._lock:
                self._inboxes[recipient].append((datetime.now(UTC), outgoing.body))
        self._plan(outgoing)
        return Sent(provider_id=f"sim-{uuid4().hex}")

    def fetch(self, media: Media, *, limit: int = MEDIA_LIMIT) -> bytes:
        if media.content is None:
            raise SendError("media", retryable=False)
        return media.content

    def close(self) -> None:
        """Receipts that are still under way are lost, as they would be with a real provider's outage."""
        if not self._closed.is_set():
            self._closed.set()
            self._receipts.put((0.0, 0, None))

    def _throttle(self, ref: str) -> None:
        with self._lock:
            if ref in self._throttled:
                return
            self._throttled.add(ref)
        raise SendError("throttled", retryable=True, retry_after=1.0, reason="rate")

    def _plan(self, outgoing: Outgoing) -> None:
        plan: tuple[tuple[DeliveryState, str | None], ...] = (("sent", None), ("delivered", None), ("read", None))
        if outgoing.recipient.endswith("silent"):
            plan = ()
        elif outgoing.recipient.endswith("fails"):
            plan = (("sent", None), ("failed", "simulated"))
        with self._lock:
            for step, (state, code) in enumerate(plan, start=1):
                self._count += 1
                due = time.monotonic() + step * self._pace
                self._receipts.put((due, self._count, (outgoing.ref, state, code)))
            if self._postman is None and plan:
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
