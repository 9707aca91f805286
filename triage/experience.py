"""What labelled messages have taught: how much each word, pair of words and piece of a word speaks for an answer.

The rules know what they were told; this knows what usually goes together. The weights lie in
``data/experience.json`` and are made by ``tests/triage/learn.py``. They add to the rules and never replace
them: whom a message accuses is for the rules alone to see.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from triage.normalise import Token
from triage.patterns import Hit

PIECE = 5  # letters of a piece of a word; its beginning and end count as letters too
FIRST, LAST = 60, 160  # words looked at of a long message
OPENING, CLOSING = 4, 6  # words whose place matters
NOTICED = ("topics.", "events.", "signs.", "people.", "idioms.")
PLAINLY = 3  # weight of a phrase that says it outright
SCALE = 100  # weights are stored as whole hundredths

Features = Mapping[str, int]  # what was seen, and the token it begins at


class Question:
    """The weights of one question: each feature's share in each answer."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.answers: Sequence[str] = table["answers"]
        self.bias: Sequence[int] = table["bias"]
        self.weights = {name: _spread(row, len(self.answers)) for name, row in table["weights"].items()}

    def answer(self, features: Features) -> dict[str, float]:
        """For each answer how likely it is."""
        known = [row for f in features if (row := self.weights.get(f)) is not None]
        share = math.sqrt(len(known) or 1)
        sums = map(sum, zip(*known, strict=True)) if known else [0] * len(self.answers)
        logits = [(b + s / share) / SCALE for b, s in zip(self.bias, sums, strict=True)]
        return dict(zip(self.answers, softmax(logits), strict=True))

    def reasons(self, features: Features, answer: str, count: int = 2) -> list[int]:
        """The tokens that speak most for an answer."""
        at = self.answers.index(answer)
        weighed = sorted(((self._weight(f, at), -i) for f, i in features.items()), reverse=True)
        places = dict.fromkeys(-i for weight, i in weighed if weight > 0)
        return sorted(list(places)[:count])

    def _weight(self, feature: str, at: int) -> int:
        row = self.weights.get(feature)
        return row[at] if row else 0


def _spread(pairs: Sequence[int], size: int) -> tuple[int, ...]:
    """A weight for each answer, from places and weights one behind the other: so that sums are fast."""
    row = [0] * size
    for k in range(0, len(pairs), 2):
        row[pairs[k]] = pairs[k + 1]
    return tuple(row)


@lru_cache(maxsize=1)
def experience() -> Mapping[str, Question]:
    """The table, read at first use."""
    tables = json.loads((files("triage") / "data" / "experience.json").read_text(encoding="utf-8"))
    return {name: Question(table) for name, table in tables["questions"].items()}


def seen(tokens: Sequence[Token], text: str, figurative: frozenset[int] = frozenset()) -> dict[str, int]:
    """Everything about the words of a message that may have a weight; those of mere turns of speech have none."""
    kept = [(i, t) for i, t in enumerate(tokens) if i not in figurative]
    if len(kept) > FIRST + LAST:
        kept = kept[:FIRST] + kept[-LAST:]
    found: dict[str, int] = {}
    words = [(i, "#" if t.word[0].isdigit() else t.word) for i, t in kept]
    for (i, token), (_, word) in zip(kept, words, strict=True):
        for feature in (word, *_pieces(word), *(k for k in token.keys if k[0] == "~" or k == "<di>")):
            found.setdefault(feature, i)
    for (i, word), (_, following) in pairwise(words):
        found.setdefault(f"{word} {following}", i)
    if words:
        found.update(_framing(words, text))
    return found


def noticed(hits: Mapping[str, Sequence[Hit]]) -> dict[str, int]:
    """Which tables of phrases speak up, and which of them plainly: words never met stand beside known ones."""
    found: dict[str, int] = {}
    for group, own in hits.items():
        if group.startswith(NOTICED):
            found[f"{group}!"] = own[0].first
            found.update((f"{group}!!", h.first) for h in own[:1] if h.weight >= PLAINLY)
    return found


def _framing(words: Sequence[tuple[int, str]], text: str) -> Iterator[tuple[str, int]]:
    """Where words stand, how long the message is and how it is punctuated."""
    yield from ((f"{word} at first", i) for i, word in words[:OPENING])
    yield from ((f"{word} at last", i) for i, word in words[-CLOSING:])
    yield f"^{words[0][1]}", words[0][0]
    yield f"{words[-1][1]}$", words[-1][0]
    yield f"{min(5, len(words) // 5)} fives", words[-1][0]
    yield from ((mark, words[-1][0]) for mark in "?!" if mark in text[-4000:])


@lru_cache(maxsize=20_000)
def _pieces(word: str) -> tuple[str, ...]:
    edged = f"<{word}>"
    return tuple(f"-{edged[i : i + PIECE]}" for i in range(len(edged) - PIECE + 1)) if word != "#" else ()


def softmax(logits: Sequence[float]) -> list[float]:
    """Shares of one that grow with the logits."""
    top = max(logits)
    powers = [math.exp(x - top) for x in logits]
    total = sum(powers)
    return [p / total for p in powers]
