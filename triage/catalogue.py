"""Who owns a topic, on which track it runs and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from triage.assessment import CATEGORIES, Category
from triage.lexicon import load

Track = Literal["integrity", "service", "information"]
WORKING_DAYS: Final[dict[Track, int]] = {"integrity": 60, "service": 14, "information": 5}


@dataclass(frozen=True, slots=True)
class CategoryInfo:
    """What the office needs to know about a topic."""

    slug: Category
    track: Track
    working_days: int
    owner: str
    items: tuple[str, ...]


def category_info(slug: str, overlay: Path | None = None) -> CategoryInfo:
    """The catalogue's entry for a category; ``KeyError`` for anything that is not a slug."""
    return _entries(overlay)[slug]


def working_days(slug: str, *, question: bool = False, misconduct: bool = False) -> int:
    """The clock of a case: 5 for a question, 60 for integrity and staff misconduct, otherwise 14."""
    if question:
        return WORKING_DAYS["information"]
    if misconduct and slug == "sikap_petugas":
        return WORKING_DAYS["integrity"]
    return category_info(slug).working_days


@lru_cache(maxsize=8)
def _entries(overlay: Path | None) -> dict[str, CategoryInfo]:
    table = load("categories", overlay)
    entries: dict[str, CategoryInfo] = {}
    for slug in CATEGORIES:
        row = table[slug]
        track: Track = row.get("track", "service")
        items = tuple(row["items"].split())
        entries[slug] = CategoryInfo(slug, track, WORKING_DAYS[track], row["owner"], items)
    return entries
