"""The named clocks and the ladder as ``data/clocks.toml`` gives them, and the working days of a unit."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import calendar, staff
from workflow.calendar import Calendar, Due
from workflow.models import Case, HolidayOverride, Unit

_FILE = Path(__file__).parent / "data" / "clocks.toml"
#: Of the longest deadline, 60 working days; the alarm rings this long before the last known holiday.
LONGEST = timedelta(days=104)
ALARM = timedelta(days=60)


@dataclass(frozen=True)
class Rule:
    """A named deadline as the data file gives it. ``on_due``: ``escalate``, ``close`` or ``release``.

    ``voids``: actions after which it runs no more, neither met nor missed. ``remind``: working days before it is due;
    ``extension``: days that may be added once; 0 for none. ``first``: whose task it is, where that is not the complaint
    unit.
    """

    name: str
    days: int
    kind: str
    starts: str
    ends: tuple[str, ...]
    tracks: tuple[str, ...]
    source: str
    checked: date
    voids: tuple[str, ...] = ()
    on_due: str = "escalate"
    remind: int = 0
    extension: int = 0
    first: str = ""


@dataclass(frozen=True)
class Ladder:
    """Whose turn it is on each rung, the pause between rungs, and how often an emergency is paged again."""

    facility: tuple[str, ...]
    office: tuple[str, ...]
    delay_days: int
    delay_minutes: int
    repeat_minutes: int


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text())


@lru_cache(maxsize=1)
def rules() -> dict[str, Rule]:
    """Every rule by its name."""
    rows = {name: row for name, row in _document().items() if name not in ("ladder", "waiting")}
    lists = ("ends", "voids", "tracks")
    return {
        name: Rule(**{"name": name, **row, **{key: tuple(row[key]) for key in lists if key in row}})
        for name, row in rows.items()
    }


def waiting() -> tuple[int, int]:
    """(usual, longest): calendar days that a case waits for its complainant."""
    row = _document()["waiting"]
    return row["usual_days"], row["longest_days"]


def ladder(case: Case) -> Ladder:
    """The ladder for the urgency of a case, as its handling unit may have changed it (``settings["ladder"]``)."""
    ours = (case.handling_unit.settings or {}).get("ladder", {})
    return _ladder(_document()["ladder"], case.urgency, ours)


def usual_ladder(urgency: str) -> Ladder:
    """The ladder of an urgency (or ``default``) where no unit has changed it."""
    return _ladder(_document()["ladder"], urgency, {})


def _ladder(table: dict[str, Any], urgency: str, ours: dict[str, Any]) -> Ladder:
    row = {**table["default"], **table.get(urgency, {}), **ours.get("default", {}), **ours.get(urgency, {})}
    found = Ladder(**row)
    return replace(found, facility=tuple(found.facility), office=tuple(found.office))


# ------------------------------------------------------------------ days


def calendar_of(session: Session, unit: Unit, now: datetime) -> Calendar:
    """The working days of a unit, with the operator's overrides for it or for all."""
    query = select(HolidayOverride.day, HolidayOverride.holiday).where(
        (HolidayOverride.unit_id == unit.id) | HolidayOverride.unit_id.is_(None), HolidayOverride.removed_at.is_(None)
    )
    overrides = tuple((day, holiday) for day, holiday in session.execute(query.order_by(HolidayOverride.created_at)))
    return _calendar(unit.timezone, staff.local_today(unit.timezone, now).year, overrides)


@lru_cache(maxsize=128)
def _calendar(zone: str, year: int, overrides: tuple[tuple[date, bool], ...]) -> Calendar:
    return calendar.build(zone, date(year, 1, 1), overrides)


def office_open(session: Session, unit: Unit, now: datetime) -> bool:
    """Whether the counters of a unit are open: working days, by default from 08.00 to 16.00 local time."""
    days, local = calendar_of(session, unit, now), now.astimezone(ZoneInfo(unit.timezone))
    begins, ends = (unit.settings or {}).get("office_hours", (8, 16))
    return days.is_working(local.date()) and begins <= local.hour < ends


def horizon_alarm(today: date) -> str:
    """``calendar`` where a deadline of today may reach the end of the holiday data within sixty days, ``calendar_over``
    where they have ended; nothing where they reach further."""
    covered = calendar.covered_to(today)
    if covered < today:
        return "calendar_over"
    return "calendar" if covered - today < LONGEST + ALARM else ""


def length(rule: Rule, unit: Unit) -> int:
    """Days (or minutes) of a rule at a unit."""
    return int((unit.settings or {}).get("clocks", {}).get(rule.name, rule.days))


def due(days: Calendar, rule: Rule, start: datetime, count: int) -> Due:
    """When a clock of this rule and length is due."""
    if rule.kind == "minutes":
        return Due(start + timedelta(minutes=count), provisional=False)
    if rule.kind == "calendar":
        return days.after_calendar(start, count)
    return days.after_working(start, count)


def reminder(days: Calendar, rule: Rule, start: datetime, due_at: datetime) -> datetime | None:
    """When to remind of a deadline; None where the rule has no reminder or it would come before the start."""
    if not rule.remind or rule.kind == "minutes":
        return None
    at = days.morning_before(due_at, rule.remind)
    return at if at > start else None
