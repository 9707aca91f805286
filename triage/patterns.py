"""The phrase language of the rule tables, and how a phrase is found among tokens.

A phrase is a row of words. ``a|b`` is either word, ``~pukul`` any inflection of a root, ``@officer`` a
word class, ``#`` a number; ``.``, ``..``, ``...`` let one, three or seven other words stand between, and
``a & b`` means both in either order, at most seven words apart, ``^a`` a word that opens a sentence. A
phrase never spans two sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from triage.normalise import Token

GAPS = {".": 1, "..": 3, "...": 7}
BUDGET = 14_000  # candidates looked at in one message; ordinary ones need a few hundred
OFTEN = 8
TAIL = 400
_NEGATIVE = frozenset(("tidak", "belum", "tanpa", "bukan", "jangan"))
SENTENCE = 2  # Token.pause before the first word of a sentence


class Reader(Protocol):
    """Joins the words of a rule as it joins a message's, so that officers may write what people type."""

    def joined(self, words: Sequence[str]) -> Sequence[str]:
        """The words with compounds made one."""


class Pattern(NamedTuple):
    """One phrase of a rule table; ``gaps[i]`` words may stand before ``elements[i]``."""

    group: str
    weight: float
    source: str
    elements: tuple[frozenset[str], ...]
    gaps: tuple[int, ...]
    opening: bool  # stands at the beginning of a sentence only
    negative: bool  # asks for a "not" itself, so that one inside it denies nothing


class Hit(NamedTuple):
    """A phrase found on tokens ``first`` to ``last``."""

    pattern: Pattern
    first: int
    last: int

    @property
    def group(self) -> str:
        return self.pattern.group

    @property
    def solid(self) -> bool:
        """Whether it is several words without a gap: a fixed expression."""
        return self.last > self.first and self.last - self.first + 1 == len(self.pattern.elements)

    @property
    def weight(self) -> float:
        return self.pattern.weight


def parse(source: str, group: str, weight: float, classes: Mapping[str, str], reader: Reader) -> Iterator[Pattern]:
    """The patterns that one line of a rule table stands for (two if it holds an ``&``)."""
    if " & " in source:
        left, right = source.split(" & ", 1)
        yield from parse(f"{left} ... {right}", group, weight, classes, reader)
        yield from parse(f"{right} ... {left}", group, weight, classes, reader)
        return
    elements: list[frozenset[str]] = []
    opening = source.startswith("^")
    gaps: list[int] = []
    gap = 0
    parts = reader.joined(source.removeprefix("^").split())
    verbs = frozenset(classes["verbs"].split() if len(parts) > 1 else ())
    for part in parts:
        if part in GAPS:
            gap = GAPS[part]
            continue
        elements.append(frozenset(_alternatives(part, classes, verbs)))
        gaps.append(gap)
        gap = 0
    if elements:
        negative = any(not element.isdisjoint(_NEGATIVE) for element in elements)
        yield Pattern(group, weight, source, tuple(elements), tuple(gaps), opening, negative)


def _alternatives(part: str, classes: Mapping[str, str], verbs: frozenset[str]) -> Iterator[str]:
    for word in part.split("|"):
        if word.startswith("@"):
            yield from classes[word[1:]].split()
        else:
            yield word
            if word in verbs:  # in a phrase, a verb stands for all its inflections
                yield f"~{word}"


class PatternIndex:
    """All phrases, found by their rarest word where the next rare one stands in the message as well."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._by_key: dict[str, list[tuple[Pattern, int, frozenset[str]]]] = {}
        self.words: set[str] = set()
        for pattern in patterns:
            for element in pattern.elements:
                self.words |= element
            anchor, *others = sorted(range(len(pattern.elements)), key=lambda i: _commonness(pattern, i))
            companion = pattern.elements[others[0]] if others else pattern.elements[anchor]
            for key in pattern.elements[anchor]:
                self._by_key.setdefault(key, []).append((pattern, anchor, companion))

    def find(self, tokens: Sequence[Token]) -> tuple[list[Hit], bool]:
        """The phrases that stand in the tokens, each at each place once; and whether all was looked at.

        A phrase is looked for only until it is found often; the whole search has a budget. The end of a
        long message comes first, because that is where its grievance stands.
        """
        found: dict[tuple[str, str, int], Hit] = {}
        often: dict[Pattern, int] = {}
        budget = BUDGET
        by_key = self._by_key
        present = frozenset().union(*(t.keys for t in tokens))
        for i in _end_first(len(tokens)):
            for key in sorted(tokens[i].keys):  # in one order, so that one message has one judgement
                candidates = by_key.get(key, ())
                budget -= len(candidates)
                for pattern, anchor, companion in candidates if budget > 0 else ():
                    if companion.isdisjoint(present):
                        continue
                    hit = _verify(pattern, anchor, tokens, i)
                    if hit is None or often.get(pattern, 0) >= OFTEN:
                        continue
                    often[pattern] = often.get(pattern, 0) + 1
                    found.setdefault((pattern.group, pattern.source, hit.first), hit)
        return list(found.values()), budget > 0


def _end_first(count: int) -> Iterator[int]:
    tail = max(0, count - TAIL)
    yield from range(tail, count)
    yield from range(tail)


def _commonness(pattern: Pattern, i: int) -> tuple[int, int]:
    element = pattern.elements[i]
    return len(element), -max(len(word) for word in element)


def _verify(pattern: Pattern, anchor: int, tokens: Sequence[Token], i: int) -> Hit | None:
    first = last = i
    elements, gaps = pattern.elements, pattern.gaps
    for e in range(anchor + 1, len(elements)):
        last = _seek(tokens, elements[e], last, gaps[e], 1)
        if last < 0:
            return None
    for e in range(anchor - 1, -1, -1):
        first = _seek(tokens, elements[e], first, gaps[e + 1], -1)
        if first < 0:
            return None
    if pattern.opening and first and tokens[first].pause < SENTENCE:
        return None
    return Hit(pattern, first, last)


def _seek(tokens: Sequence[Token], element: frozenset[str], here: int, gap: int, step: int) -> int:
    """The nearest token that fits, at most ``gap`` words away in that sentence; -1 if none."""
    for _ in range(gap + 1):
        if step < 0 and tokens[here].pause >= SENTENCE:
            return -1
        here += step
        if not 0 <= here < len(tokens) or (step > 0 and tokens[here].pause >= SENTENCE):
            return -1
        if not element.isdisjoint(tokens[here].keys):
            return here
    return -1


def apart(hits: Sequence[Hit]) -> list[Hit]:
    """Without phrases that share a word with a heavier one."""
    kept: list[Hit] = []
    taken: set[int] = set()
    for hit in sorted(hits, key=lambda h: (-h.weight, h.first - h.last)):
        span = set(range(hit.first, hit.last + 1))
        if not span & taken:
            taken |= span
            kept.append(hit)
    return kept
