"""The tables of ``data/``, with a facility's own additions laid over them, compiled once per overlay."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from triage.assessment import Category, Urgency
from triage.experience import experience
from triage.language import REGIONAL
from triage.patterns import Pattern, PatternIndex, parse
from triage.words import Spelling, Words

DATA = files("triage") / "data"
RULE_TABLES = ("topics", "topics_regional", "events", "signs", "idioms", "intents", "tone", "people")
WEIGHTS = {"decisive": 6.0, "strong": 3.0, "medium": 2.0, "weak": 1.0, "phrases": 1.0}

Tables = dict[str, Any]


class Kind(NamedTuple):
    """A kind of event: its topic, its urgency when present and when past."""

    name: str
    category: Category
    level: Urgency
    past: Urgency
    group_only: bool = False  # grave only for vulnerable people


class Lexicon:
    """Everything the rules know: words, phrases and languages."""

    def __init__(self, overlay: Path | None = None) -> None:
        self.classes: dict[str, str] = _expand(load("classes", overlay)["classes"])
        self.marks = _marks(overlay)
        self._spelling = Spelling(
            load("spelling", overlay), load("glossary", overlay), load("ordinary", overlay), self.marks
        )
        patterns = [p for table in RULE_TABLES for p in self._patterns(table, load(table, overlay))]
        self.index = PatternIndex(patterns)
        self.groups = frozenset(p.group for p in patterns)
        self.sets = {name: frozenset(words.split()) for name, words in self.classes.items()}
        self.words = Words(self._spelling, frozenset(self.index.words))
        events = load("events", overlay)
        experience()  # read now, so that no message has to wait for it
        self.danger: frozenset[str] = frozenset(events.pop("long_text")["words"].split())
        self.events = {
            name: Kind(name, t["category"], t["level"], t["past"], t.get("group_only", False))
            for name, t in events.items()
        }

    def _patterns(self, table: str, content: Tables) -> Iterator[Pattern]:
        for name, levels in content.items():
            for level, weight in WEIGHTS.items():
                for phrase in phrases(levels.get(level, "")):
                    yield from parse(phrase, f"{table}.{name}", weight, self.classes, self._spelling)


def phrases(block: str) -> Iterator[str]:
    """The phrases of a block: one a line or several between commas."""
    for line in block.splitlines():
        for phrase in line.split("//")[0].split(","):
            if phrase.strip():
                yield phrase.strip()


def load(table: str, overlay: Path | None = None) -> Tables:
    """One data file; what the overlay's file of the same name says is added, never taken away."""
    tables = tomllib.loads((DATA / f"{table}.toml").read_text(encoding="utf-8"))
    own = overlay / f"{table}.toml" if overlay else None
    if own is not None and own.is_file():
        _add(tables, tomllib.loads(own.read_text(encoding="utf-8")))
    return tables


def _add(tables: Tables, more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        present = tables.get(key)
        if isinstance(present, dict) and isinstance(value, Mapping):
            _add(present, value)
        elif isinstance(present, str) and isinstance(value, str):
            tables[key] = f"{present}\n{value}"
        else:
            tables[key] = value


def _expand(classes: dict[str, str]) -> dict[str, str]:
    """Classes may name other classes with ``@``."""
    done: dict[str, str] = {}
    for name, words in classes.items():
        parts = [done[w[1:]] if w.startswith("@") else w for w in words.split()]
        done[name] = " ".join(parts)
    return done


def _marks(overlay: Path | None) -> dict[str, frozenset[str]]:
    """The words that give each language away: listed ones, chat spelling, the glossaries' words."""
    tables = load("languages", overlay)
    spelling = load("spelling", overlay)["spelling"]
    silent = frozenset(tables["shared"]["words"].split())
    listed = {name: frozenset(words.split()) for name, words in tables["marks"].items()}
    chat = frozenset(" ".join(spelling.values()).split()).difference(*(listed[language] for language in REGIONAL))
    marks = {"id": (listed["id"] | chat) - silent}
    for language, glossary in load("glossary", overlay).items():
        if language in listed:
            own = {w for words in glossary.values() for w in words.split() if len(w) > 3}
            marks[language] = (listed[language] | own - frozenset(spelling)) - silent - marks["id"]
    return marks


@lru_cache(maxsize=8)
def lexicon(overlay: Path | None = None) -> Lexicon:
    """The lexicon for an overlay folder, compiled at first use."""
    return Lexicon(overlay)
