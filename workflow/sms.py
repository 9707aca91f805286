"""Short messages: how many of them a text needs. One letter outside the old alphabet more than halves the room.

3GPP TS 23.038 (the alphabet), TS 23.040 (the header that joins the parts).
"""

from __future__ import annotations

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Written with an escape before it: two places each.
_EXTENDED = frozenset("^{}\\[~]|€\f")
#: Room of the only, and of each joined, short message.
_SEPTETS, _WIDE = (160, 153), (70, 67)


def is_basic(text: str) -> bool:
    """Whether the old alphabet holds every letter of the text."""
    return all(letter in _BASIC or letter in _EXTENDED for letter in text)


def pieces(text: str) -> int:
    """How many short messages carry the text."""
    basic = is_basic(text)
    length = _septets(text) if basic else len(text.encode("utf-16-be", "surrogatepass")) // 2
    single, joined = _SEPTETS if basic else _WIDE
    return 1 if length <= single else -(-length // joined)


def room(text: str, most: int) -> int:
    """How many characters of this text may stand in one message of at most ``most`` pieces."""
    if pieces(text) <= most:
        return max(len(text), 1)
    if not is_basic(text):
        wide = sum(ord(letter) > 0xFFFF for letter in text)
        return most * _WIDE[1] // (2 if wide else 1)
    doubled = any(letter in _EXTENDED for letter in text)
    return most * _SEPTETS[1] // (2 if doubled else 1)


def _septets(text: str) -> int:
    return len(text) + sum(letter in _EXTENDED for letter in text)
