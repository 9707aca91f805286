"""Whether a message repeats another one, or tells of the same incident."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from rapidfuzz import fuzz

from triage.assessment import Language
from triage.lexicon import lexicon
from triage.normalise import cut, excerpts

Key = TypeVar("Key")
SAME = 0.85
RELATED = 0.6
_LIMIT = 2_000


class Likeness(NamedTuple):
    """How like one earlier text is (0 to 1): how much of the words agrees, and how much there was to compare."""

    place: int
    score: float


def similar(text: str, candidates: Iterable[str], *, floor: float = RELATED) -> list[Likeness]:
    """The candidates that resemble the text, most similar first, by their place in ``candidates``."""
    own = plain(text)
    if not own:
        return []
    found = []
    for place, candidate in enumerate(candidates):
        other = plain(candidate)
        score = fuzz.token_set_ratio(own, other) / 100 * _weight(own, other)
        if score >= floor:
            found.append(Likeness(place, round(score, 3)))
    return sorted(found, key=lambda likeness: -likeness.score)


def _weight(one: str, other: str) -> float:
    """What an agreement is worth by the shorter text: every two different words halve the doubt that is left.

    "Tolong pak" twice is half of nothing, eight words leave a sixteenth.
    """
    shorter = min(len(set(one.split())), len(set(other.split())))
    return 1 - math.pow(0.5, shorter / 2)


def plain(text: str, language: Language = "id") -> str:
    """The text in plain spelling, cut to a bounded length: what two messages are compared by."""
    words = lexicon().words
    tokens, _ = words.tokens(cut(text[:_LIMIT], excerpts(text[:_LIMIT], ())), language, language)
    return " ".join(token.word for token in tokens)
