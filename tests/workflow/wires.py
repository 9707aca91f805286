"""A wire that remembers what was sent over it and answers as it was told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from channels import delivery
from channels.base import Fault, SendError, WireRequest
from tests.support import Office
from workflow.messages import DeliveryReport, Inbound, Media, Outgoing, Sent

Answer = Callable[[Outgoing], Sent]


class FakeWire:
    """Implements the Adapter protocol. ``answer`` may raise SendError."""

    name = "fake"

    def __init__(self, answer: Answer | None = None) -> None:
        self.accounts = {"simulator": "simulator", "whatsapp": "whatsapp", "sms": "sms", "telegram": "telegram"}
        self.answer = answer or (lambda outgoing: Sent(f"p-{outgoing.ref}"))
        self.sent: list[Outgoing] = []
        self._lock = threading.Lock()

    def send(self, outgoing: Outgoing) -> Sent:
        with self._lock:
            self.sent.append(outgoing)
        return self.answer(outgoing)

    def verify(self, request: WireRequest) -> bool:
        return False

    def parse(self, request: WireRequest) -> Sequence[Inbound]:
        return []

    def parse_report(self, request: WireRequest) -> Sequence[DeliveryReport]:
        return []

    def explain(self, code: str | None) -> Fault:
        return Fault("other")

    def fetch(self, media: Media, *, limit: int = 0) -> bytes:
        raise SendError("media", retryable=False)

    def close(self) -> None:
        pass


def drain(office: Office, wire: FakeWire, worker: str = "test") -> int:
    return delivery.drain(office.db, {"fake": wire}, worker, office.clock)
