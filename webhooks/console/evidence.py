"""Where triage saw what: the places in a text that a rule matched, for marking. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import triage
from triage.details import match_name


@dataclass(frozen=True)
class Span:
    """One observation: ``text[start:end] == matched``, offsets in code points."""

    rule: str
    start: int
    end: int
    matched: str


@dataclass(frozen=True)
class Piece:
    """A stretch of a text; ``rules`` is empty where nothing was seen."""

    text: str
    rules: str = ""


def pieces(text: str, spans: Iterable[Span]) -> list[Piece]:
    """The text cut at every border of a span. A span that does not fit the text any more is left out."""
    fitting = [s for s in spans if s.start < s.end and text[s.start : s.end] == s.matched]
    borders = sorted({0, len(text), *(s.start for s in fitting), *(s.end for s in fitting)})
    return [Piece(text[a:b], _rules(fitting, a, b)) for a, b in pairwise(borders)]


def _rules(spans: list[Span], start: int, end: int) -> str:
    return ", ".join(dict.fromkeys(s.rule for s in spans if s.start <= start and end <= s.end))


@dataclass(frozen=True)
class Mentioned:
    """What the words of a case tell beside the grievance itself: found by triage, proved by nobody."""

    officers: tuple[str, ...] = ()
    amounts: tuple[int, ...] = ()
    dates: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.officers or self.amounts or self.dates or self.places)


def mentioned(texts: Iterable[str], facilities: Sequence[tuple[str, str]]) -> Mentioned:
    """From texts as their reader may see them."""
    names, found = dict(facilities), [(text, triage.assess(text).details) for text in texts if text.strip()]
    places: list[str] = []
    for text, details in found:
        facility = match_name(text, facilities)
        places += [names[facility]] if facility else []
        places += [f"blok {details.block}"] if details.block else []
        places += [f"kamar {details.room}"] if details.room else []
    return Mentioned(
        officers=tuple(dict.fromkeys(name for _, d in found for name in d.officer_names)),
        amounts=tuple(dict.fromkeys(amount for _, d in found for amount in d.amounts)),
        dates=tuple(dict.fromkeys(day for _, d in found for day in d.dates)),
        places=tuple(dict.fromkeys(places)),
    )
