"""Where triage saw what: the places in a text that a rule matched, for marking. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


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
