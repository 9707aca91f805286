"""The everyday questions and which answer fits, filled by the facility. A wrong answer is worse than none.

A question and the example questions of ``data/answers.toml`` become small sets of plain words; how much of an
example the question holds, and how much of the question the example explains, weighted by how telling each word is,
decides. Triage's topic tips the balance. Complaints and whatever is urgent are never answered here.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from rapidfuzz import fuzz, process
from sqlalchemy.orm import Session

from triage import Assessment
from triage.roots import candidates
from triage.scene import Scene
from workflow import facts, wording
from workflow.models import Unit

THRESHOLD = 0.72
#: A few words that triage doubts ("jam besuk") are answered only where they are an example nearly word for word.
NEARLY_VERBATIM, FEW_WORDS = 0.9, 5
ROOT_MIN = 4
LONGEST = 600  # characters; a longer message tells a story, and a person shall read it
FUZZY_MIN, FUZZY_CUTOFF, FUZZY_BUDGET = 5, 84, 12
TELLING = 3.2  # an example whose words weigh less says too little ("kunjungan")
STRANGE = 1.6  # weight of a word that no example question knows
PRIOR = (0.08, 0.05, 0.03)  # for a topic that triage puts first, second, third
NO_TOPIC = -0.06
WHY = "mengapa"  # who asks why something happened wants no rule, but an explanation
LOCAL = "fakta satuan kerja"
#: Entries on who reads a complaint and the name of whoever makes it.
SECRECY = ("complaint_confidential", "complaint_anonymous")
_PERHAPS_QUESTIONS = ("status_check", "follow_up", "greeting", "spam_abuse")
_SKIPPED_URGENCIES = ("darurat", "tinggi")


@dataclass(frozen=True)
class Entry:
    """One everyday question with its answer in both languages. ``certain``: words that ask just this."""

    key: str
    topics: tuple[str, ...]
    kind: str
    titles: dict[str, str]
    texts: dict[str, str]
    ask: tuple[str, ...]
    source: str
    as_of: date
    fact: str = ""
    certain: re.Pattern[str] | None = None


@dataclass(frozen=True)
class Answer:
    """What is said. ``kind``: ``standard``, ``local``, ``refuse``; ``missing`` where the facility has not filled it."""

    key: str
    text: str
    source: str
    as_of: date
    score: float
    kind: str


# ------------------------------------------------------------------ the table


class _Example(NamedTuple):
    """An example question: the entry it belongs to, its words, and their weight together."""

    entry: Entry
    words: frozenset[str]
    weight: float


class _Table:
    """The answers and the vocabulary of their example questions."""

    def __init__(self, content: dict[str, Any]) -> None:
        words = content["words"]
        self.entries = tuple(_entry(row, content["as_of"]) for row in content["answer"])
        self.certain = tuple(entry for entry in self.entries if entry.certain)
        self.elsewhere = frozenset(content["elsewhere"]["words"].split())
        self._light = frozenset(words["light"].split())
        self._same: dict[str, str] = {v: word for word, block in words["same"].items() for v in block.split()}
        self._same.update({word: word for word in words["same"]})
        self._known: frozenset[str] = frozenset(self._same) | self.elsewhere
        self._choices: dict[str, list[str]] = {}
        read = [(entry, frozenset(self.words(q))) for entry in self.entries for q in entry.ask]
        self._known |= frozenset(word for _, example in read for word in example)
        self._choices = _by_initial(self._known)
        self._weights = _weights(read, len(self.entries))
        weighed = (_Example(entry, words, self.weight(words)) for entry, words in read)
        self.examples = [example for example in weighed if example.weight >= TELLING]

    def words(self, text: str) -> list[str]:
        """The telling words of a text, each as the one word that stands for all that mean the same."""
        budget, found = FUZZY_BUDGET, list[str]()
        for typed in Scene(text).words():
            if typed in self._light or (typed.isdigit() and len(typed) < 3):
                continue
            word = self._look_up(typed)
            if word is None and budget:
                budget -= 1
                word = self._guess(typed)
            found.append(word or typed)
        return [word for word in dict.fromkeys(found) if word not in self._light]

    def weight(self, words: Iterable[str]) -> float:
        return sum(self._weights.get(word, STRANGE) for word in words)

    def _look_up(self, word: str) -> str | None:
        for form in candidates(word):
            if form in self._same and (form == word or len(form) >= ROOT_MIN):
                return self._same[form]
            if form in self._known and (form == word or len(form) >= ROOT_MIN):
                return form
        return None

    def _guess(self, word: str) -> str | None:
        if len(word) < FUZZY_MIN or not word.isalpha():
            return None
        near = self._choices.get(word[0], ())
        nearest = process.extractOne(word, near, scorer=fuzz.ratio, score_cutoff=FUZZY_CUTOFF)
        if nearest is None:
            return None
        return self._same.get(str(nearest[0]), str(nearest[0]))


def _entry(row: dict[str, Any], as_of: date) -> Entry:
    return Entry(
        key=row["key"],
        topics=tuple(row["topics"]),
        kind=row["kind"],
        titles={locale: row[f"title_{locale}"] for locale in wording.LOCALES},
        texts={locale: row[f"text_{locale}"] for locale in wording.LOCALES},
        ask=tuple(line for line in row["ask"].splitlines() if line.strip()),
        source=row["source"],
        as_of=row.get("as_of", as_of),
        fact=row.get("fact", ""),
        certain=re.compile(row["certain"], re.IGNORECASE | re.VERBOSE) if "certain" in row else None,
    )


def _weights(read: Sequence[tuple[Entry, frozenset[str]]], entries: int) -> dict[str, float]:
    """A word tells the more, the fewer entries ask with it."""
    asked_by: dict[str, set[str]] = {}
    for entry, words in read:
        for word in words:
            asked_by.setdefault(word, set()).add(entry.key)
    return {word: math.log(1 + entries / len(keys)) for word, keys in asked_by.items()}


def _by_initial(words: Iterable[str]) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for word in sorted(words):
        if len(word) >= FUZZY_MIN:
            table.setdefault(word[0], []).append(word)
    return table


@lru_cache(maxsize=1)
def _table() -> _Table:
    return _Table(tomllib.loads((files("workflow") / "data" / "answers.toml").read_text(encoding="utf-8")))


def entries() -> tuple[Entry, ...]:
    """All answers, in the order of the public page."""
    return _table().entries


# ------------------------------------------------------------------ matching


def best(text: str, judgement: Assessment) -> tuple[Entry, float] | None:
    """The entry that fits a question best, with its score; nothing for complaints and below the threshold. Pure."""
    if judgement.urgency in _SKIPPED_URGENCIES or len(text) > LONGEST:
        return None
    table = _table()
    if judgement.intent != "complaint" or judgement.unsure:
        for entry in table.certain:
            if entry.certain and entry.certain.search(text):
                return entry, 1.0
    asked = frozenset(table.words(text))
    if not asked or not table.elsewhere.isdisjoint(asked.union(text.lower().split())):
        return None
    sure = judgement.intent == "information"
    if not sure and not _perhaps_question(judgement, text):
        return None
    examples = table.examples if sure else [e for e in table.examples if asked <= e.words]
    total = table.weight(asked)
    scored = ((_score(table, example, asked, total, judgement), example.entry) for example in examples)
    score, entry = max(scored, key=lambda pair: pair[0], default=(0.0, table.entries[0]))
    return (entry, round(min(score, 1.0), 3)) if score >= (THRESHOLD if sure else NEARLY_VERBATIM) else None


def _perhaps_question(judgement: Assessment, text: str) -> bool:
    """A few words of which triage is not sure that they are anything but a question."""
    doubtful = judgement.unsure or judgement.intent in _PERHAPS_QUESTIONS
    return doubtful and len(text.split()) <= FEW_WORDS


def _score(table: _Table, example: _Example, asked: frozenset[str], total: float, judgement: Assessment) -> float:
    shared = table.weight(example.words & asked)
    if not shared or (WHY in asked and WHY not in example.words):
        return 0.0
    fit = 2 * shared / (example.weight + total)  # Dice's measure
    held = shared / example.weight
    return 0.6 * fit + 0.4 * held + _prior(example.entry, judgement)


def _prior(entry: Entry, judgement: Assessment) -> float:
    gains = [PRIOR[min(place, 2)] for place, topic in enumerate(judgement.categories) if topic in entry.topics]
    return max(gains, default=NO_TOPIC if entry.kind != "refuse" else 0.0)


# ------------------------------------------------------------------ answering


def find(
    session: Session, unit: Unit, text: str, judgement: Assessment, now: datetime, locale: str = "id"
) -> Answer | None:
    """The answer to a question to a unit, or None where a person should read it."""
    found = best(text, judgement)
    if found is None:
        return None
    entry, score = found
    fact = facts.valid(session, unit, entry.fact, now) if entry.fact else None
    return fill(entry, unit, fact, locale, score)


def fill(entry: Entry, unit: Unit, fact: facts.Fact | None, locale: str, score: float = 1.0) -> Answer:
    """An entry with the unit's name and its fact; an empty fact says that it is not available yet."""
    said = fact.text(locale) if fact else wording.render("answer_missing", locale)
    text = entry.texts[locale].replace("{unit}", unit.name).replace("{fact}", said)
    own = entry.source if entry.source != LOCAL else ""
    source = "; ".join(part for part in (own, fact.source if fact else "") if part)
    as_of = facts.today(unit, fact.updated_at) if fact else entry.as_of
    missing = bool(entry.fact) and fact is None and entry.kind == "local"
    return Answer(entry.key, text, source, as_of, score, "missing" if missing else entry.kind)


def render(answer: Answer, locale: str) -> str:
    """The text with one short line for its source and date."""
    if not answer.source:
        return answer.text
    day = wording.day(answer.as_of, locale)
    return f"{answer.text}\n{wording.render('answer_source', locale, source=answer.source, day=day)}"
