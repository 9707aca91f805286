"""What a new case leaves open, and how free sentences after a question or an answer of ours read. Pure."""

from __future__ import annotations

import re

from bot.safety import fears_reprisal
from triage import Assessment
from workflow import help

#: Where the accused could take revenge, one of the two questions is whether the family fears it.
_RISKY = frozenset({"kekerasan", "kekerasan_seksual", "pungli", "sikap_petugas", "narkoba_hp"})
#: Our questions about a case; whatever is said after one of them joins it.
FACTS = ("which", "when_where", "who", "risk")
FEAR = re.compile(
    r"\b((?:tidak|tdk|gak|ga|nggak|ndak|ora|not)\s+)?(?:takut|khawatir|kuatir|diancam|wedi|sieun|afraid|scared)"
)


def missing(judgement: Assessment, text: str, *, which: bool) -> tuple[str, ...]:
    """The questions that a new case leaves open: two at most. ``which``: it is not certain what facility is meant.

    Where somebody may end their life, nobody is asked for a name: help is named first, and more is only invited.
    """
    details = judgement.details
    known = details.inmate_named or details.block or details.room
    if judgement.urgency == "darurat" or help.in_crisis(text):
        return ("which",) if which else () if known or help.in_crisis(text) else ("who",)
    unknown = {"which": which, "when_where": not (details.when or details.where), "who": not known}
    facts = [question for question, so in unknown.items() if so]
    if judgement.about_staff or _RISKY & set(judgement.categories):
        return (*facts[:1], *(() if fears_reprisal(text) else ("risk",)))
    return tuple(facts[:2])


_AGREES = re.compile(
    r"^\W*(?:(?:(?:ya|iya|yes|ok|oke|betul|benar|yakin|setuju|nggih|inggih|muhun)\b\W*)+"
    r"(?:(?:hapus|hapuskan|dihapus|cabut|dicabut|delete|erase|withdraw|it|data|saya|saja|aja|semua|semuanya|pak|bu|min"
    r"|please)\b\W*)*|(?:hapus|hapuskan|hapus saja|delete|erase)\W*)$"
)
_DECLINES = re.compile(
    r"^\W*(?:tidak|tdk|gak|ga|nggak|enggak|ndak|jangan|jgn|batal|no|ora|mboten|henteu)\b"
    r"(?:\W*\b(?:usah|jadi|dulu|dl|saja|aja|dihapus|hapus|dicabut|cabut|deh|pak|bu|min|ya)\b)*\W*$"
)


def plainly(text: str) -> str:
    """``yes`` or ``no`` where nothing else is said; after a question of which much depends only that counts."""
    plain = " ".join(text.lower().split())
    return "yes" if _AGREES.match(plain) else "no" if _DECLINES.match(plain) else ""


def grave(judgement: Assessment, text: str) -> bool:
    """Whether what is said when we asked how they fare tells of harm done to them, or of fear; in doubt it does."""
    afraid = (found := FEAR.search(text.lower())) is not None and not found[1]
    return afraid or judgement.intent == "complaint" or judgement.urgency in ("darurat", "tinggi")


#: Said after an official answer, these mean TIDAK PUAS, and are its reason.
_UNMET = re.compile(
    r"\b(belum|blm|blum|belom|durung|tidak|tdk|gak|ga|nggak|ndak|not)\b.{0,16}"
    r"\b(beres|selesai|kelar|tuntas|rampung|diperbaiki|berubah|perubahan|bedanya|fixed|solved|settled|changed)\b"
    r"|\b(masih|msh|tetap|tetep|isih|still)\b.{0,12}\b(sama|begitu|gitu|seperti|kayak|kyk|mati|rusak|podo|same)\b"
    r"|\bsama (saja|aja)\b|\bno change\b",
    re.IGNORECASE,
)
_MAX_UNMET = 15


def unmet(text: str) -> bool:
    """Whether a short sentence says plainly that the answer has settled nothing; a question says no such thing."""
    return len(text.split()) <= _MAX_UNMET and not text.rstrip().endswith("?") and bool(_UNMET.search(text))
