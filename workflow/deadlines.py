"""Deadlines are rows: start, pause, resume, end, and the sweep that climbs the ladder when nobody acts."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from workflow import calendar, journal, notices, staff
from workflow.actors import Clock
from workflow.calendar import Calendar, Due
from workflow.models import Case, Deadline, Escalation, HolidayOverride, Unit

_FILE = Path(__file__).parent / "data" / "clocks.toml"


@dataclass(frozen=True)
class Rule:
    """A named deadline as the data file gives it. ``on_due``: ``escalate``, ``close`` or ``release``."""

    name: str
    days: int
    kind: str
    starts: str
    ends: tuple[str, ...]
    tracks: tuple[str, ...]
    source: str
    on_due: str = "escalate"


@dataclass(frozen=True)
class Ladder:
    """Whose turn it is on each rung, and the pause between rungs."""

    facility: tuple[str, ...]
    office: tuple[str, ...]
    delay_days: int
    delay_minutes: int


@lru_cache(maxsize=1)
def rules() -> tuple[dict[str, Rule], Ladder]:
    """The rules and the ladder of ``data/clocks.toml``."""
    document = tomllib.loads(_FILE.read_text())
    ladder = document.pop("ladder")
    table = {
        name: Rule(name=name, **{**row, "ends": tuple(row["ends"]), "tracks": tuple(row["tracks"])})
        for name, row in document.items()
    }
    return table, Ladder(
        tuple(ladder["facility"]), tuple(ladder["office"]), ladder["delay_days"], ladder["delay_minutes"]
    )


def calendar_of(session: Session, unit: Unit, now: datetime) -> Calendar:
    """The working days of a unit, with the operator's overrides for it or for all."""
    query = select(HolidayOverride.day, HolidayOverride.holiday).where(
        (HolidayOverride.unit_id == unit.id) | HolidayOverride.unit_id.is_(None)
    )
    overrides = tuple((day, holiday) for day, holiday in session.execute(query))
    return _calendar(unit.timezone, staff.local_today(unit.timezone, now).year, overrides)


def office_open(session: Session, unit: Unit, now: datetime) -> bool:
    """Whether the counters of a unit are open: working days, by default from 08.00 to 16.00 local time."""
    days, local = calendar_of(session, unit, now), now.astimezone(ZoneInfo(unit.timezone))
    begins, ends = (unit.settings or {}).get("office_hours", (8, 16))
    return days.is_working(local.date()) and begins <= local.hour < ends


@lru_cache(maxsize=128)
def _calendar(zone: str, year: int, overrides: tuple[tuple[date, bool], ...]) -> Calendar:
    return calendar.build(zone, date(year, 1, 1), overrides)


def _due(days: Calendar, rule: Rule, start: datetime, settings: dict[str, Any]) -> Due:
    length = int(settings.get("clocks", {}).get(rule.name, rule.days))
    if rule.kind == "minutes":
        return Due(start + timedelta(minutes=length), provisional=False)
    if rule.kind == "calendar":
        return days.after_calendar(start, length)
    return days.after_working(start, length)


def start(session: Session, case: Case, event: str, now: datetime, track: str) -> None:
    """Start every clock that this event starts for the track of the case."""
    unit = case.subject_unit or case.handling_unit
    for rule in rules()[0].values():
        if rule.starts == event and track in rule.tracks and _applies(rule, case):
            _begin(session, case, rule, unit, now, now)
    _refresh(session, case)


def _begin(session: Session, case: Case, rule: Rule, unit: Unit, begin: datetime, now: datetime) -> None:
    session.flush()
    same = (Deadline.case_id == case.id, Deadline.rule == rule.name)
    due = _due(calendar_of(session, unit, now), rule, begin, unit.settings or {})
    turn = session.scalar(select(func.count()).select_from(Deadline).where(*same)) or 0
    session.add(
        Deadline(
            case_id=case.id,
            rule=rule.name,
            round=turn,
            started_at=begin,
            due_at=due.at,
            provisional=due.provisional,
            next_at=due.at,
        )
    )


def _applies(rule: Rule, case: Case) -> bool:
    return rule.name != "emergency" or case.urgency == "darurat"


def alarm(session: Session, case: Case, now: datetime) -> None:
    """A later message told of an emergency: its clock starts, unless it runs already."""
    if all(row.rule != "emergency" for row in _open(session, case)):
        _begin(session, case, rules()[0]["emergency"], case.subject_unit or case.handling_unit, now, now)
    _refresh(session, case)


def handed_on(session: Session, case: Case, now: datetime) -> None:
    """Another unit has another ladder: of what was late already its first rung is told at once."""
    for row in _open(session, case):
        if not row.rung:
            continue
        turns = select(func.count()).where(Deadline.case_id == case.id, Deadline.rule == row.rule)
        copied = ("case_id", "rule", "started_at", "due_at", "provisional", "state", "paused_at", "extensions")
        next_at = now if row.state == "running" else None
        values = {name: getattr(row, name) for name in copied}
        session.add(Deadline(**values, round=session.scalar(turns), next_at=next_at))
        row.state, row.ended_at, row.next_at = "void", now, None
    _refresh(session, case)


def end(session: Session, case: Case, action: str, now: datetime) -> None:
    """End the clocks that this action meets, in time or late."""
    ended = [name for name, rule in rules()[0].items() if action in rule.ends]
    if not ended:
        return
    for row in _open(session, case):
        if row.rule in ended:
            in_time = now <= row.due_at or rules()[0][row.rule].on_due != "escalate"
            row.state = "met" if in_time else "missed"
            row.ended_at, row.next_at = now, None
    _refresh(session, case)


def retrack(session: Session, case: Case, track: str, now: datetime) -> None:
    """Another category, another track: clocks that no longer apply are void, those that do count from receipt."""
    known = rules()[0]
    running = {row.rule: row for row in _open(session, case)}
    for name, row in running.items():
        if track not in known[name].tracks:
            row.state, row.ended_at, row.next_at = "void", now, None
    unit = case.subject_unit or case.handling_unit
    for rule in known.values():
        if rule.starts == "received" and track in rule.tracks and "release" in rule.ends and rule.name not in running:
            _begin(session, case, rule, unit, case.received_at, now)
    _refresh(session, case)


def undo(session: Session, case: Case, now: datetime) -> None:
    """What the facility decided is void, and so are the clocks that its decisions started."""
    for row in _open(session, case):
        if rules()[0][row.rule].starts != "received":
            row.state, row.ended_at, row.next_at = "void", now, None
    _refresh(session, case)


def void(session: Session, case: Case, now: datetime) -> None:
    """The case has ended: no clock runs on."""
    for row in _open(session, case):
        row.state, row.ended_at, row.next_at = "void", now, None
    _refresh(session, case)


def pause(session: Session, case: Case, now: datetime) -> None:
    """Stop the clocks while the complainant is asked."""
    for row in _open(session, case):
        if row.state == "running":
            row.state, row.paused_at, row.next_at = "paused", now, None
    _refresh(session, case)


def resume(session: Session, case: Case, now: datetime) -> None:
    """Let the clocks run on: due later by the working days that stood still."""
    days = calendar_of(session, case.subject_unit or case.handling_unit, now)
    for row in _open(session, case):
        if row.state == "paused" and row.paused_at:
            stood = days.working_between(row.paused_at, now)
            due = days.after_working(row.due_at, stood) if stood else Due(row.due_at, row.provisional)
            row.due_at, row.provisional, row.next_at = due.at, due.provisional, due.at
            row.state, row.paused_at = "running", None
    _refresh(session, case)


def _open(session: Session, case: Case) -> list[Deadline]:
    session.flush()
    query = select(Deadline).where(Deadline.case_id == case.id, Deadline.state.in_(("running", "paused")))
    return list(session.scalars(query))


def _refresh(session: Session, case: Case) -> None:
    session.flush()
    running = select(func.min(Deadline.due_at)).where(Deadline.case_id == case.id, Deadline.state == "running")
    case.nearest_due_at = session.scalar(running.where(Deadline.rule != "satisfaction"))


# ------------------------------------------------------------------ sweep


def due_now(session: Session, now: datetime, limit: int = 100) -> list[tuple[str, int, str]]:
    """(deadline id, rung, rule) of what the sweep must look at, oldest first; reads an index only."""
    query = select(Deadline.id, Deadline.rung, Deadline.rule).where(Deadline.next_at <= now)
    return [(i, rung, rule) for i, rung, rule in session.execute(query.order_by(Deadline.next_at).limit(limit))]


def case_of(session: Session, deadline_id: str) -> str:
    """The case of a deadline; it is locked first, before the deadline is claimed."""
    return session.scalars(select(Deadline.case_id).where(Deadline.id == deadline_id)).one()


def claim(session: Session, deadline_id: str, rung: int, now: datetime) -> Deadline | None:
    """Take one rung of one deadline; None where another process was first or somebody acted meanwhile."""
    taken = session.execute(
        update(Deadline)
        .where(Deadline.id == deadline_id, Deadline.rung == rung, Deadline.next_at <= now)
        .values(rung=rung + 1, next_at=None)
    )
    return session.get_one(Deadline, deadline_id) if taken.rowcount else None  # type: ignore[attr-defined]


def escalate(session: Session, case: Case, deadline: Deadline, now: datetime) -> None:
    """Tell the next person up; plan the rung after it. The deadline was claimed."""
    rungs = _rungs(case, deadline)
    if deadline.rung > len(rungs):
        return
    role = rungs[deadline.rung - 1]
    unit = _unit_of(session, case, role)
    people = [a for a in staff.holders(session, role, unit.id, now) if not notices.hidden(session, case, a.id)]
    if role == "petugas" and case.owner_id and any(a.id == case.owner_id for a in people):
        people = [a for a in people if a.id == case.owner_id]
    notices.notify(session, case, [account.id for account in people], f"late_{deadline.rule}", now)
    session.add(
        Escalation(
            deadline_id=deadline.id,
            case_id=case.id,
            rung=deadline.rung,
            role=role,
            unit_id=unit.id,
            recipients=len(people),
            at=now,
        )
    )
    if deadline.rung < len(rungs):
        deadline.next_at = _next_rung(session, case, deadline, now) if people else now
    journal.append(
        session, case.handling_unit_id, "escalate", Clock(), now, case_id=case.id,
        rule=deadline.rule, rung=deadline.rung, role=role, recipients=[a.id for a in people],
    )  # fmt: skip


def _rungs(case: Case, deadline: Deadline) -> tuple[str, ...]:
    """Whose turn it is, in order. An emergency with staff accused never goes to the shift."""
    ladder = rules()[1]
    if case.handling_unit.kind != "upt":
        return ladder.office
    spared = deadline.rule == "emergency" and case.about_staff
    return tuple(role for role in ladder.facility if not (spared and role == "petugas"))


def _next_rung(session: Session, case: Case, deadline: Deadline, now: datetime) -> datetime:
    ladder, rule = rules()[1], rules()[0][deadline.rule]
    if rule.kind == "minutes":
        return now + timedelta(minutes=ladder.delay_minutes)
    days = calendar_of(session, case.subject_unit or case.handling_unit, now)
    return days.after_working(now, ladder.delay_days).at


def _unit_of(session: Session, case: Case, role: str) -> Unit:
    unit = case.handling_unit
    wanted = {"kanwil": "kanwil", "ditjenpas": "ditjen"}.get(role)
    while wanted and unit.kind != wanted and unit.parent_id:
        unit = session.get_one(Unit, unit.parent_id)
    return unit
