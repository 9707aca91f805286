"""Words by which people say how they may be written to, and how they fare."""

from __future__ import annotations

import re

#: Command words, in the way of ``commands.COMMANDS``.
FORMS: dict[str, tuple[str, ...]] = {
    "safe_wait": (
        "jangan hubungi",
        "jangan hubungi saya",
        "jangan wa saya",
        "jangan kirim pesan",
        "tunggu saya",
        "tunggu saya menulis",
        "do not contact",
        "do not contact me",
        "don t contact me",
        "dont contact me",
        "only when i write",
    ),
    "safe_neutral": ("samarkan", "samarkan pesan", "kata netral", "pesan netral", "neutral", "neutral words only"),
    "safe_free": ("boleh hubungi", "boleh hubungi saya", "boleh dihubungi", "you may contact me", "contact me"),
    "unwell": ("tidak aman", "tdk aman", "gak aman", "ga aman", "nggak aman", "ndak aman", "not safe", "unsafe"),
    "well": ("aman", "kami aman", "saya aman", "semua aman", "alhamdulillah aman", "safe", "we are safe"),
}  # fmt: skip
_HOURS = re.compile(
    r"^\W*(?:hanya|cuma|only)\W+(?:(?:jam|pukul|pkl|between|from|at)\W+)?(\d{1,2})(?:[.:]00)?\s*"
    r"(?:-|–|s/?d\.?|sampai|sampe|hingga|dan|and|to|until)\s*(?:(?:jam|pukul|pkl)\W+)?(\d{1,2})(?:[.:]00)?\W*$"
)


def hours(plain: str) -> tuple[str, str] | None:
    """The wish to be written to in certain hours alone, with the hours as ``9-15``; nonsense is no wish."""
    found = _HOURS.match(plain)
    if found is None or not 0 <= int(found[1]) < int(found[2]) <= 24:
        return None
    return "safe_hours", f"{int(found[1])}-{int(found[2])}"
