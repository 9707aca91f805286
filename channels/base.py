"""What every adapter offers, and the two shapes that cross the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from workflow.messages import DeliveryReport, Inbound, Outgoing, Sent


@dataclass(frozen=True)
class WireRequest:
    """An HTTP request as an adapter needs it. ``url`` is the public address with its query."""

    url: str
    headers: dict[str, str]
    form: tuple[tuple[str, str], ...]
    body: bytes
    query: tuple[tuple[str, str], ...] = ()


class SendError(Exception):
    """A send that the provider refused or that never reached it.

    ``code`` is the provider's own code or a short word of ours (``timeout``, ``network``);
    ``retryable`` says whether the same message may succeed later; ``ours`` that the fault is our
    configuration, so that staff are told rather than the complainant blamed; ``reached`` that the
    provider may have taken the message, so that a repeat could double it. ``retry_after`` in seconds.
    """

    def __init__(
        self,
        code: str,
        *,
        retryable: bool,
        ours: bool = False,
        reached: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.retryable = retryable
        self.ours = ours
        self.reached = reached
        self.retry_after = retry_after


class BadPayload(Exception):
    """A verified request that cannot be read. The caller keeps the raw bytes and answers 2xx."""


class Adapter(Protocol):
    """One wire protocol. An adapter holds no state about messages and never touches the database."""

    name: str
    #: channel -> our own address on it, for example ``{"whatsapp": "whatsapp:+628…"}``
    accounts: dict[str, str]

    def verify(self, request: WireRequest) -> bool:
        """Whether the request really comes from the provider."""
        ...

    def parse(self, request: WireRequest) -> Sequence[Inbound]:
        """Every message of the request; unknown kinds as ``unsupported``, never an exception but BadPayload."""
        ...

    def parse_report(self, request: WireRequest) -> Sequence[DeliveryReport]:
        """Every delivery receipt of the request."""
        ...

    def send(self, outgoing: Outgoing) -> Sent:
        """Hand one message to the provider; bounded in time; raises SendError."""
        ...

    def close(self) -> None:
        """Release threads and sockets."""
        ...
