"""What mail servers mean by their codes (RFC 5321, RFC 3463), in our words."""

from __future__ import annotations

import re

from channels.base import Fault, SendError

#: Enhanced codes, the longest prefix first that fits.
_ENHANCED = (
    (("5.1.7", "5.1.8", "5.7.27"), Fault("sender", ours=True)),
    (("5.1", "5.2.1", "5.4.4", "5.4.310"), Fault("address")),
    (("5.2.2",), Fault("carrier")),
    (("5.2.3", "5.3.4"), Fault("too_long", ours=True)),
    (("5.7.8", "5.7.9", "5.7.11"), Fault("auth", ours=True)),
    (("5.6", "5.7"), Fault("policy")),
    (("4.2.2",), Fault("carrier", retryable=True)),
    (("4.7",), Fault("rate", retryable=True)),
    (("4",), Fault("provider", retryable=True)),
)
_BASIC = {
    421: Fault("provider", retryable=True),
    450: Fault("carrier", retryable=True),
    452: Fault("carrier", retryable=True),
    530: Fault("auth", ours=True),
    534: Fault("auth", ours=True),
    535: Fault("auth", ours=True),
    550: Fault("address"),
    551: Fault("address"),
    552: Fault("carrier"),
    553: Fault("address"),
    554: Fault("policy"),
}
_ENHANCED_CODE = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


def explain(code: str | None) -> Fault:
    """What a code in a bounce means."""
    for prefixes, fault in _ENHANCED:
        if any(code == prefix or (code or "").startswith(f"{prefix}.") for prefix in prefixes):
            return fault
    return Fault("address") if code == "bounced" else Fault("carrier")


def refusal(reply: int, words: bytes | str, *, about: str) -> SendError:
    """A server's refusal of a command. ``about``: recipient, sender or content."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    enhanced = _ENHANCED_CODE.search(text)
    fault = explain(enhanced[1]) if enhanced else _BASIC.get(reply, Fault("provider" if reply < 500 else "other"))
    if "relay" in text.lower() and reply >= 500:
        fault = Fault("sender", ours=True)
    elif about == "sender" and reply >= 500:
        fault = Fault(fault.reason if fault.reason == "auth" else "sender", ours=True)
    elif about == "content" and fault.reason == "address":
        fault = Fault("policy")
    code = enhanced[1] if enhanced else str(reply)
    return SendError(code, retryable=400 <= reply < 500, ours=fault.ours, reason=fault.reason)
