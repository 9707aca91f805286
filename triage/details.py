"""What the text already tells: time, place, names, money, facility, officers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from triage.assessment import Details
from triage.intents import TICKET
from triage.scene import Scene

Named = Sequence[tuple[str, str]]

_HEAD = 4_000
_MONEY = re.compile(
    r"(?:rp\.?\s*)?(\d{1,3}(?:[.,]\d{3})+|\d+(?:[.,]\d{1,2})?)\s*(ribu|rb|rbu|k|juta|jt|perak)?\b", re.I
)
_FACTOR = {"ribu": 1_000, "rb": 1_000, "rbu": 1_000, "k": 1_000, "juta": 1_000_000, "jt": 1_000_000}
_BLOCK = re.compile(r"\bblo[kq]k?\s+([a-z]?-?\d{0,2}[a-z]?)\b", re.I)
_ROOM = re.compile(r"\b(?:kamar|kmr|sel)\s+(?:no(?:mor)?\.?\s*)?([a-z]?-?\d{1,3}[a-z]?)\b", re.I)
_DATE = re.compile(
    r"\b\d{1,2}[-/ ](?:\d{1,2}|jan\w*|feb\w*|mar\w*|apr\w*|mei|jun\w*|jul\w*|agu\w*|sep\w*|okt\w*|nov\w*|des\w*)"
    r"(?:[-/ ]\d{2,4})?\b", re.I,
)  # fmt: skip
_CLOCK = re.compile(r"\b(?:jam|pukul|pkl)\s*\d{1,2}(?:[.:]\d{2})?\b", re.I)
_OFFICER = re.compile(
    r"\b(?:petugas|sipir|oknum|komandan|pegawai|perawat|dokter)\s+(?:bernama\s+|inisial\s+)?"
    r"((?:pak|bu|bapak|ibu)\s+\w+|[A-Z][a-z]+(?:\s[A-Z][a-z]+)?)"
)
_INMATE = re.compile(
    r"(?:a\.?n\.?|atas nama|bernama|nama(?:nya)?(?: lengkap)?(?: (?:wbp|napi|tahanan|warga binaan(?:nya)?))?|wbp|napi)"
    r"\s*:?\s+([A-Z][\w']+(?:\s[A-Z][\w']+)*|[A-Z]{2,}(?:\s[A-Z]{2,})*)"
)
_WHEN = frozenset(
    ["kemarin", "tadi", "semalam", "barusan", "sekarang", "senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "ahad", "januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober", "november", "desember", "lusa", "pagi", "siang", "sore", "malam", "subuh", "lalu", "sejak"]
)
FUZZY_CUTOFF = 88


def extract(scene: Scene, directory: Named, staff: Named) -> Details:
    """Everything the message tells that the dialogue would otherwise ask for."""
    text = scene.text[:_HEAD]
    block, room = _BLOCK.search(text), _ROOM.search(text)
    dates = tuple(m[0] for m in _DATE.finditer(text))
    facility = match_name(text, directory)
    inmate = _INMATE.search(text)
    ticket = TICKET.search(text)
    return Details(
        when=bool(dates) or bool(_CLOCK.search(text)) or not _WHEN.isdisjoint(scene.words()),
        where=bool(block or room) or scene.has("people.place"),
        inmate_named=inmate is not None,
        facility=facility,
        block=block[1].upper() if block and block[1] else None,
        room=room[1].upper() if room else None,
        dates=dates[:5],
        amounts=amounts(text),
        staff=tuple(key for key, name in staff if _named(text, name)),
        officer_names=tuple(m[1] for m in _OFFICER.finditer(text))[:5],
        ticket=ticket[0] if ticket else None,
    )


def amounts(text: str) -> tuple[int, ...]:
    """Sums of money in rupiah, in the order of the text."""
    found = []
    for match in _MONEY.finditer(text):
        number, unit = match[1], (match[2] or "").lower()
        if unit not in _FACTOR and not match[0].lower().startswith("rp"):
            continue
        found.append(_rupiah(number, _FACTOR.get(unit, 1)))
    return tuple(found[:10])


def _rupiah(number: str, factor: int) -> int:
    parts = re.split(r"[.,]", number)
    if len(parts) > 1 and all(len(p) == 3 for p in parts[1:]):
        return int("".join(parts)) * factor
    whole = ".".join(parts[:2])
    return int(float(whole) * factor)


def match_name(text: str, directory: Named) -> str | None:
    """The facility of the directory that the text names, allowing for typing errors."""
    lowered = text.lower()
    best: tuple[float, str] | None = None
    for key, name in directory:
        score = 100.0 if name.lower() in lowered else _likeness(lowered, name.lower())
        if score >= FUZZY_CUTOFF and (best is None or score > best[0]):
            best = (score, key)
    return best[1] if best else None


def _likeness(text: str, name: str) -> float:
    return float(fuzz.partial_ratio(name, text[:1000])) if len(text) >= len(name) else 0.0


def _named(text: str, name: str) -> bool:
    pattern = r"\b" + r"\s+".join(re.escape(p) for p in name.split()) + r"\b"
    return re.search(pattern, text, re.IGNORECASE) is not None
