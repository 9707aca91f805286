"""A message as the rules see it: tokens, phrases found, and what stands around a phrase.

Around a phrase means: denied ("tidak ada pungli"), only supposed ("bagaimana kalau dipukul?"), behind us
("dua minggu lalu"), asked, quoted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from triage.assessment import Evidence, Language
from triage.language import identify
from triage.lexicon import Lexicon, lexicon
from triage.normalise import Token, cut, excerpts
from triage.patterns import SENTENCE, Hit

DENIAL_REACH = 5


class Scene:
    """One message, read once; every rule asks it questions."""

    def __init__(self, text: str, overlay: Path | None = None) -> None:
        self.text = text
        self.lexicon: Lexicon = lexicon(overlay)
        self.typed = cut(text, excerpts(text, self.lexicon.danger))
        self.cut_short = sum(p.end - p.start for p in self.typed.pieces) < len(text) // 3
        self.language: Language
        raw = [p.word for p in self.typed.pieces if not p.word[0].isdigit()]
        self.language, self.language_confidence = identify(raw, self.lexicon.marks)
        self.tokens, self.overspent = self.lexicon.words.tokens(self.typed, self.language)
        self.hits: dict[str, list[Hit]] = {}
        for hit in self.lexicon.index.find(self.tokens):
            self.hits.setdefault(hit.group, []).append(hit)
        self.sentences = _number_sentences(self.tokens)

    def found(self, group: str) -> Sequence[Hit]:
        """The phrases of one group, as they stand."""
        return self.hits.get(group, ())

    def has(self, group: str) -> bool:
        """Whether any phrase of the group stands in the message."""
        return group in self.hits

    def words(self) -> Iterator[str]:
        """The plain words."""
        return (token.word for token in self.tokens)

    def denied(self, hit: Hit) -> bool:
        """Whether a "not" right before the phrase takes it back; light words may stand between."""
        light = self.lexicon.sets["light"]
        for i in range(hit.first - 1, max(-1, hit.first - 1 - DENIAL_REACH), -1):
            token = self.tokens[i]
            if token.word in self.lexicon.sets["denial"]:
                after = self.tokens[i + 1].word
                return after not in ("hanya", "cuma", "saja")
            if token.word not in light or self.tokens[i + 1].pause:
                return False
        return False

    def supposed(self, hit: Hit) -> bool:
        """Whether the sentence only asks about the thing or imagines it."""
        sentence = self.sentences[hit.first]
        own = [h for h in self.found("tone.hypothetical") if self.sentences[h.first] == sentence]
        if own:
            return True
        first = self._first_of(sentence)
        opening = {self.tokens[i].word for i in range(first, min(first + 3, len(self.tokens)))}
        return bool(opening & self.lexicon.sets["supposing"]) and not self.behind(hit)

    def behind(self, hit: Hit) -> bool:
        """Whether a word for past time stands near the phrase, and none for the present."""
        window = range(max(0, hit.first - 8), min(len(self.tokens), hit.last + 9))
        past = any(self._is_past(i) for i in window)
        now = any(self.tokens[i].word in self.lexicon.sets["present"] for i in window)
        return past and not now

    def _is_past(self, i: int) -> bool:
        return self.tokens[i].word in self.lexicon.sets["bygone"]

    def _first_of(self, sentence: int) -> int:
        return self.sentences.index(sentence)

    def asked(self, hit: Hit) -> bool:
        """Whether the phrase stands in a sentence with a question mark."""
        return self.tokens[hit.first].asks

    def evidence(self, rule: str, hit: Hit, note: str = "") -> Evidence:
        """The phrase as an observation on the text as given."""
        return self.span(rule, hit.first, hit.last, hit.weight, note)

    def span(self, rule: str, first: int, last: int, score: float, note: str = "") -> Evidence:
        """Tokens ``first`` to ``last`` as an observation on the text as given."""
        start, end = self.tokens[first].start, self.tokens[last].end
        return Evidence(rule, start, end, self.text[start:end], round(score, 2), note)


def _number_sentences(tokens: Iterable[Token]) -> list[int]:
    numbers: list[int] = []
    current = 0
    for token in tokens:
        current += token.pause >= SENTENCE
        numbers.append(current)
    return numbers
