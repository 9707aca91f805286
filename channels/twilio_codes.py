"""What Twilio's error numbers and status words mean to us.

https://www.twilio.com/docs/api/errors
"""

from __future__ import annotations

from channels.base import Fault
from workflow.messages import DeliveryState

_RATE = Fault("rate", retryable=True)
_ADDRESS = Fault("address")
_BLOCKED = Fault("blocked")
_OPTED_OUT = Fault("opted_out")
_AUTH = Fault("auth", ours=True)
_SENDER = Fault("sender", ours=True)
_TEMPLATE = Fault("template", ours=True)
_POLICY = Fault("policy", ours=True)
_CARRIER_DOWN = Fault("carrier", retryable=True)

_FAULTS: dict[str, Fault] = {
    "20003": _AUTH,
    "20404": _AUTH,  # an account or a base address that does not exist
    "20429": _RATE,
    "20500": Fault("provider", retryable=True),
    "20503": Fault("provider", retryable=True),
    "21211": _ADDRESS,
    "21212": _SENDER,
    "21408": Fault("policy", ours=True),  # the country is not switched on for our account
    "21602": Fault("empty", ours=True),
    "21606": _SENDER,
    "21608": _SENDER,  # a trial account writes to verified numbers only
    "21610": _OPTED_OUT,  # the person has answered STOP
    "21611": _RATE,  # our sender's queue is full
    "21612": _ADDRESS,
    "21614": _ADDRESS,
    "21617": Fault("too_long", ours=True),
    "21655": _TEMPLATE,
    "21656": _TEMPLATE,
    "30001": _RATE,
    "30002": _AUTH,  # account suspended
    "30003": _CARRIER_DOWN,  # the handset is off or out of reach
    "30004": _BLOCKED,
    "30005": _ADDRESS,
    "30006": _ADDRESS,
    "30007": Fault("carrier", ours=True),  # filtered: our wording or sender is at fault
    "30008": _CARRIER_DOWN,
    "63001": _AUTH,
    "63003": _ADDRESS,
    "63007": _SENDER,
    "63012": Fault("provider", retryable=True),
    "63013": _POLICY,
    "63014": _POLICY,
    "63015": Fault("sandbox", ours=True),
    "63016": Fault("window"),
    "63017": _RATE,
    "63018": _RATE,
    "63019": Fault("media", ours=True),
    "63024": _ADDRESS,
    "63027": _TEMPLATE,
    "63028": _TEMPLATE,
    "63033": _BLOCKED,
    "63038": Fault("rate", retryable=True, ours=True),  # the account's own daily limit
}

_STATES: dict[str, DeliveryState] = {
    "accepted": "accepted",
    "scheduled": "accepted",
    "queued": "accepted",
    "sending": "accepted",
    "sent": "sent",
    "partially_delivered": "sent",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
    "undelivered": "failed",
    "canceled": "failed",
}


def explain(code: str | None) -> Fault:
    """The meaning of an error number; one that we do not know is final and nobody's fault."""
    return _FAULTS.get(code or "", Fault("other"))


def explain_answer(code: str, status: int) -> Fault:
    """The meaning of a refused call, whose HTTP status speaks where the number is unknown."""
    if code in _FAULTS:
        return _FAULTS[code]
    if status == 429:
        return _RATE
    if status >= 500:
        return Fault("provider", retryable=True)
    return _AUTH if status in (401, 403, 404) else Fault("other", ours=True)


def state(status: str) -> DeliveryState:
    """Our word for a status; one that we do not know proves no more than that Twilio has the message."""
    return _STATES.get(status.lower(), "accepted")
