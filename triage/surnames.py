"""A part of somebody's name that stands alone, as people write it of somebody they know: ``Hartono minta uang``."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence

from rapidfuzz.distance import OSA

from triage.lexicon import Lexicon, lexicon

ALONE = "~"  # stands before such a part in a directory
MIN_PART = 4
MIN_MISTYPED = 6  # a shorter name that is one letter off is another name
BEFORE = 60  # characters before a word that may tell whose name it is

_WORD = re.compile(r"[^\W\d_]+")
_KIN = (
    "suami|istri|anak|adik|adek|kakak|kk|abang|bapak(?= ?(?:saya|sy|ku))|ayah|om|paman|keponakan|sepupu|ipar|mertua|son"
    "|saudara|sdr|teman|tmn|kawan|pacar|tunangan|cucu|menantu|napi|wbp|tahanan|narapidana|warga binaan|husband|brother"
)
_CALLED = r"(?:(?:yang |yg )?(?:bernama|namanya|nama|atas nama|a\.?n\.?|adalah|yaitu|si)\s*:?\s+)"
#: The complainant introduces themselves, or says who is inside: "saya Hartono", "suami saya bernama Budi Hartono".
_ANOTHERS = re.compile(
    rf"(?:(?:^|[.!?;,\n])\s*(?:perkenalkan,? )?(?:saya|sy|aku)|\b(?:{_KIN})(?: ?(?:saya|sy|aku|ku|kami|nya))?)"
    rf"(?:,?\s+|,?\s+{_CALLED}(?:[a-z]+ )?)$"
    rf"|\b(?:nama(?: lengkap)?|perkenalkan,?) (?:{_KIN})? ?(?:saya|sy|aku)\s*:?\s+(?:adalah )?(?:[a-z]+ )?$"
    r"|\b(?:jaksa|kejaksaan|mahkamah|jalan|jl)\.? $"
)


def meant(text: str, parts: Mapping[str, str], others: Container[str], tables: Lexicon | None = None) -> Iterator[str]:
    """The values of the parts that the text has for a name; ``others`` are names that somebody else bears."""
    tables = tables or lexicon()
    lowered = text.lower()
    for match in _WORD.finditer(lowered) if len(lowered) == len(text) else ():
        start = match.start()
        part = _part(match[0], parts, others, tables) if len(match[0]) >= MIN_PART else None
        if part is None or not _is_name(text[start : match.end()], tables):
            continue
        if not is_anothers(lowered, start):
            yield parts[part]


def is_anothers(lowered: str, start: int) -> bool:
    """Whether the name that begins here is said to be the writer's, a relative's or an inmate's."""
    return _ANOTHERS.search(lowered, max(0, start - BEFORE), start) is not None


def _part(said: str, parts: Mapping[str, str], others: Container[str], tables: Lexicon) -> str | None:
    if said in parts:
        return said
    if len(said) < MIN_MISTYPED - 1 or said in others or said in tables.sets["given_names"]:
        return None
    near: Sequence[str] = [p for p in parts if len(p) >= MIN_MISTYPED and OSA.distance(said, p, score_cutoff=1) <= 1]
    return near[0] if near and not tables.words.known(said) else None


def _is_name(typed: str, tables: Lexicon) -> bool:
    """Whether the word is no town and nothing that everybody says; "Budi" is a name where it is written like one."""
    said = typed.lower()
    if said in tables.sets["towns"]:
        return False
    return not tables.words.known(said) or (typed.istitle() and said in tables.sets["given_names"])


def may_name(word: str) -> bool:
    """Whether somebody may be called by a word: no table knows it, or it is known as a name."""
    tables = lexicon()
    called = {word, word.removesuffix("nya")} & tables.sets["given_names"]
    return bool(called) or not tables.words.known(word)


def is_town(word: str) -> bool:
    """Whether a word is the name of a town."""
    return word in lexicon().sets["towns"]
