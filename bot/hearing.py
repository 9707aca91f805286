"""How the desk hears a message: a question in which harm is told is a complaint, whatever mark stands behind it.

"Kapan laporan saya diproses? Anak saya dipukuli" asks, and yet nobody may answer it with a date alone. What would be
("kalau anak saya dipukul, lapor ke mana?") stays a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import triage
from triage import Assessment

#: What is done to people inside.
HARM = frozenset({"kekerasan", "kekerasan_seksual", "narkoba_hp", "pungli"})
_ASKS = ("information", "status_check")
_CLAUSES = re.compile(r"[.!?;,\n]+")
_SUPPOSED = re.compile(
    r"\b(?:kalau|kalo|klo|kl|jika|jikalau|bila|apabila|seandainya|andai|andaikan|misal\w*|umpama\w*|benarkah|apakah|apa|siapa"
    r"|bagaimana|gimana|prosedur\w*|sanksi\w*|hukuman\w*|adakah|bolehkah|if|what|who|how|nek|yen|lamun|mun)\b",
    re.IGNORECASE,
)
_REPORTS = re.compile(
    r"^\W*(?:(?:pak|bu|min|kak|mas|mbak|halo|hallo|assalamualaikum|selamat \w+)\W+)*"
    r"(?:saya|sy|aku|kami)?\s*(?:mau|ingin|pengen|hendak)\s+(?:me)?(?:lapor\w*|ngadu|mengadu\w*|komplain)\b",
    re.IGNORECASE,
)
FEW = 3


def hear(text: str, staff: Sequence[tuple[str, str]]) -> Assessment:
    """The judgement on a message as the desk acts on it."""
    judgement = triage.assess(text, staff=staff)
    if judgement.intent not in _ASKS or judgement.details.ticket or not _harmed(text, judgement):
        return judgement
    return triage.assess(text, staff=staff, heard="complaint")


def _harmed(text: str, asked: Assessment) -> bool:
    """Whether harm is told in a breath of its own, or under a word that announces a report."""
    details = asked.details
    if asked.categories[0] in HARM and _REPORTS.search(text):
        return True
    if asked.intent == "status_check" and (details.desk or details.amounts) and not _SUPPOSED.search(text):
        return True
    return any(_tells_of_harm(clause) for clause in _asserted(text[:2_000]))


def _asserted(text: str) -> Iterator[str]:
    clauses = [clause for clause in _CLAUSES.split(text) if clause.strip()]
    if len(clauses) > 1:
        yield from (c for c in clauses if len(c.split()) >= FEW and not _SUPPOSED.search(c))


def _tells_of_harm(clause: str) -> bool:
    told = triage.assess(clause)
    pressing = told.urgency == "darurat" or (told.urgency == "tinggi" and told.categories[0] in (*HARM, "kesehatan"))
    return told.intent == "complaint" and pressing
