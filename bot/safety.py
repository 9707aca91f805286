"""Words by which people say how they may be written to, how they fare, and that they fear reprisal."""

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


#: What is feared by those who fear reprisal: what would be done, and that it becomes known who told.
_REPRISAL = "|".join(
    (
        r"(?:di)?balas\w*|pembalasan|(?:di)?persulit\w*|(?:di)?intimidasi\w*|dihukum\w*",
        r"(?:disiksa|dipukul)\w*+(?!\W+(?:oleh\W+)?(?:napi|tahanan|teman|sesama|warga|penghuni))",
        r"di(?:pindah|sel|kucil|apa|teror|asing|tekan)\w*|kenapa\W?napa|kenapa\W?kenapa|ketahuan|diketahui",
        r"ngomong|bicara|bersuara|(?:me)?lapor\w*|ngadu|mengadu\w*|cerita|nama (?:saya|kami)",
        r"retaliat\w*|reveng\w*|punish\w*|speak\w*|report\w*|complain\w*|f(?:i|ou)nd out",
    )
)
#: Who says this of others, or says no, fears nothing.
_NOT_SO = r"(?:tidak|tdk|gak|ga|nggak|ndak|jangan|ora|not|never|petugas\w*|sipir\w*|oknum\w*|mereka|they)\s+"
_TOLD = re.compile(
    rf"\b(?P<no>{_NOT_SO})?(?:takut|khawatir|kuatir|kawatir|wedi|sieun|todus|afraid|scared|fear)\w*\W+"
    rf"(?:\w+\W+){{0,6}}?(?:{_REPRISAL})\b"
    r"|\bjangan (?:sampai )?(?:ketahuan|diketahui|bilang|beri ?tahu|kasih tah?u)\b.{0,40}\b(?:petugas|sipir|mereka)\b"
    r"|\bdiancam\b.{0,40}\b(?:(?:me)?lapor\w*|ngadu|mengadu\w*|bicara|cerita|ngomong|buka mulut)\b"
    r"|\bthreaten\w*\b.{0,40}\b(?:report\w*|complain\w*|speak\w*|tell\w*)\b",
    re.IGNORECASE,
)


def fears_reprisal(text: str) -> bool:
    """Whether the words themselves say that reprisal is feared: whoever said so is not asked."""
    return any(not found["no"] for found in _TOLD.finditer(text))
