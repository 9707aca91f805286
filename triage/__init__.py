"""Judgement on a message: what it wants, what it is about, how urgent, whom it accuses, and why.

Pure: standard library and rapidfuzz, no clock, no network, no database. ``assess`` never raises and its
time is bounded, whatever the input.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from triage.assessment import (
    CATEGORIES,
    GROUPS,
    INTENTS,
    LANGUAGES,
    URGENCIES,
    Assessment,
    Category,
    Details,
    Evidence,
    Group,
    Intent,
    Language,
    Urgency,
    to_json_dict,
)
from triage.catalogue import CategoryInfo, Track, category_info, working_days
from triage.details import named
from triage.duplicates import Likeness, similar
from triage.judgement import judge
from triage.parties import is_head
from triage.surnames import is_town, may_name

__all__ = [
    "CATEGORIES", "GROUPS", "INTENTS", "LANGUAGES", "URGENCIES", "Assessment", "Category", "CategoryInfo",
    "Details", "Evidence", "Group", "Intent", "Language", "Likeness", "Track", "Urgency", "assess",
    "category_info", "is_head", "is_town", "may_name", "named", "similar", "to_json_dict", "working_days",
]  # fmt: skip


def assess(
    text: str,
    *,
    directory: Sequence[tuple[str, str]] = (),
    staff: Sequence[tuple[str, str]] = (),
    overlay: Path | None = None,
    heard: Intent | None = None,
) -> Assessment:
    """Judge one message. ``directory`` and ``staff`` are (id, name) pairs to be recognised in the text;
    ``overlay`` is a folder with a facility's own additions to the word and rule tables; ``heard`` is an intent that
    the caller knows better: urgency and parties are judged by it."""
    return judge(text, directory, staff, overlay, heard)
