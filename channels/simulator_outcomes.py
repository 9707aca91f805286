"""Magic addresses of the simulator: the last word of an address decides what becomes of a message to it. Pure.

``+628120000001-blocked`` and ``siti-bounced@contoh.test`` are magic; any other address receives and reads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from channels.base import SendError
from workflow.messages import DeliveryState

#: One receipt: after how many paces it comes, what it says, and the code of a failure.
Receipt = tuple[float, DeliveryState, str | None]

_ALL: tuple[Receipt, ...] = ((1, "sent", None), (2, "delivered", None), (3, "read", None))


@dataclass(frozen=True)
class Outcome:
    """What happens to one message. ``refusal`` is the provider's answer to the send; with ``once`` it takes the second
    try. ``shows``: the message appears on the telephone."""

    meaning: str
    receipts: tuple[Receipt, ...] = _ALL
    refusal: SendError | None = None
    once: bool = False
    shows: bool = True


def _refusal(code: str, *, retryable: bool = False, ours: bool = False, reached: bool = False) -> SendError:
    return SendError(code, retryable=retryable, ours=ours, reached=reached)


def _failed(code: str) -> tuple[Receipt, ...]:
    return ((1, "sent", None), (2, "failed", code))


USUAL = Outcome("sent, delivered and read")
OUTCOMES: dict[str, Outcome] = {
    "unread": Outcome("delivered, never read", _ALL[:2]),
    "sent": Outcome("sent, and no word after that", _ALL[:1]),
    "silent": Outcome("taken, and no receipt ever", ()),
    "throttled": Outcome(
        "refused once with the request to come again, then as usual",
        refusal=SendError("throttled", retryable=True, retry_after=1.0, reason="rate"), once=True,
    ),
    "disorder": Outcome("receipts in the wrong order", ((1, "read", None), (2, "sent", None), (3, "delivered", None))),
    "twice": Outcome("every receipt twice", tuple(sorted((*_ALL, *_ALL)))),
    "late": Outcome(
        "the connection breaks in mid-send, the receipts come much later",
        tuple((pace + 20, state, code) for pace, state, code in _ALL),
        _refusal("timeout", retryable=True, reached=True), once=True,
    ),
    "uncertain": Outcome(
        "the connection breaks in mid-send, and no receipt ever comes",
        (), _refusal("timeout", retryable=True, reached=True),
    ),
    "unreachable": Outcome(
        "the provider cannot be reached, try after try", (), _refusal("network", retryable=True), shows=False
    ),
    "blocked": Outcome("refused for good: the person has blocked us", (), _refusal("blocked"), shows=False),
    "unknown": Outcome("refused for good: nobody has this address", (), _refusal("address"), shows=False),
    "refused": Outcome("refused for good, without a reason", (), _refusal("refused"), shows=False),
    "forbidden": Outcome("refused: our own password is wrong", (), _refusal("auth", ours=True), shows=False),
    "fails": Outcome("taken, then a failure without a reason", _failed("simulated"), shows=False),
    "bounced": Outcome("taken, then returned: nobody has this address", _failed("address"), shows=False),
    "lost": Outcome("taken, then lost by the carrier", _failed("carrier"), shows=False),
    "window": Outcome("taken, then: the 24-hour window is closed", _failed("window"), shows=False),
    "stopped": Outcome("taken, then: the person has opted out", _failed("opted_out"), shows=False),
}  # fmt: skip


def outcome_of(address: str) -> Outcome:
    """What the last word of an address asks for."""
    word = re.search(r"[a-z]+$", address.partition("@")[0].lower())
    return OUTCOMES.get(word[0], USUAL) if word else USUAL
