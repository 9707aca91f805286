"""A text without what may name anybody: what nobody can be called stays, and every doubt is dotted out."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path

import triage
from workflow import people

_FILE = Path(__file__).parents[1] / "data" / "plain_words.toml"
_MAIL = re.compile(r"\S+@\S+")
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_NUMBER = re.compile(r"\d(?:[\s./-]?\d){5,}")
#: What stands before a name: the next word, whatever it is, and what is written large behind it.
_NAMED = re.compile(
    r"\b(?i:pak|bapak|bu|ibu|sdr|sdri|saudara|saudari|mas|mbak|tn|ny|a\.n|an|a/n|atas nama|bernama|nama|inisial)\b"
    r"\.?:?\s+(\w+(?:\s+[A-Z][\w'.]*)*)"
)
_CALLED = re.compile(
    r"\b(?i:wbp|napi|narapidana|tahanan|warga binaan|anak|andikpas|suami|istri|pelapor|petugas|dokter|dr)\b\.?:?\s+"
    r"([A-Z][\w'.]*(?:\s+[A-Z][\w'.]*)*)"
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_OPENS = re.compile(r"(?:^|[.!?:;]\s)\W*$")


def telling(text: str) -> str:
    """The text without names; empty where what is left tells nothing."""
    shown = without_names(text)
    return "" if shown.count("•") > len(shown) / 2 else shown


def without_names(text: str) -> str:
    """A text with every mail address, long number and word that may be a name dotted out; dates stay."""
    for pattern in (_MAIL, _NUMBER):
        text = pattern.sub(lambda found: _unless_date(found.group()), text)
    for pattern in (_NAMED, _CALLED):
        text = pattern.sub(lambda found: found.group().replace(found[1], people.dotted(found[1])), text)
    return _WORD.sub(lambda found: _unless_plain(found, text), text)


def _unless_date(found: str) -> str:
    return found if _DATE.fullmatch(found) else people.dotted(found)


def _unless_plain(found: re.Match[str], text: str) -> str:
    """A word stays that everybody says, and as it is written: a capital inside a sentence is for offices and days."""
    typed, said, known = found.group(), found.group().lower(), _known()
    opens = typed == said or _OPENS.search(text, 0, found.start()) is not None
    if said in known["capital"] or (triage.is_town(said) and typed != said):
        return typed
    name = triage.may_name(said) and said not in known["office"]
    name = name or not opens or (typed != said and said in known["called"])
    return people.dotted(typed) if name else typed


@lru_cache(maxsize=1)
def _known() -> dict[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in tomllib.loads(_FILE.read_text()).items()}
