"""Deadlines are rows: start, pause, resume, extend, recompute, end. What happens when they pass is ``escalation``'s."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import clocks
from workflow.calendar import Calendar, Due
from workflow.clocks import Rule, calendar_of, rules
from workflow.models import Case, Deadline, Extension, Pause, Unit
from workflow.states import Impossible
from workflow.vault import vault_of

#: How far away the day of a task may be.
LONGEST_TASK = timedelta(days=90)
#: What a complainant is waited for.
PAUSES = ("information", "documents", "attendance", "other")
#: What a clock takes along into another row.
_KEPT = ("case_id", "rule", "days", "stood", "started_at", "due_at", "moved_at", "moved_from", "provisional",
         "extensions")  # fmt: skip


def start(
    session: Session, case: Case, event: str, now: datetime, track: str, *, since: datetime | None = None
) -> None:
    """Start every clock that this event starts for the track of the case, counted from ``since`` or from now."""
    unit = _unit(case)
    for rule in rules().values():
        if rule.starts == event and track in rule.tracks and _applies(rule, case):
            _begin(session, case, rule, unit, since or now, now)
    _refresh(session, case)


def _begin(session: Session, case: Case, rule: Rule, unit: Unit, begin: datetime, now: datetime) -> None:
    session.flush()
    same = (Deadline.case_id == case.id, Deadline.rule == rule.name)
    days, count = calendar_of(session, unit, now), clocks.length(rule, unit)
    due = clocks.due(days, rule, begin, count)
    turn = session.scalar(select(func.count()).select_from(Deadline).where(*same)) or 0
    session.add(
        Deadline(
            case_id=case.id,
            rule=rule.name,
            round=turn,
            days=count,
            started_at=begin,
            created_at=now,
            due_at=due.at,
            provisional=due.provisional,
            next_at=clocks.reminder(days, rule, now, due.at) or due.at,
        )
    )


def _applies(rule: Rule, case: Case) -> bool:
    """The clock of an emergency belongs to what is told: a case that is opened again is none by that."""
    return rule.name != "emergency" or (case.urgency == "darurat" and not case.rounds)


def alarm(session: Session, case: Case, now: datetime) -> None:
    """A later message told of an emergency: its clock starts, unless it runs already."""
    if not runs(session, case, "emergency"):
        _begin(session, case, rules()["emergency"], _unit(case), now, now)
    _refresh(session, case)


def handed_on(session: Session, case: Case, now: datetime) -> None:
    """Another unit has another ladder: of what was late already its first rung is told at once."""
    for row in _open(session, case):
        if row.rung:
            next_at = now if row.state == "running" else None
            _go_on(session, row, now, state=row.state, paused_at=row.paused_at, next_at=next_at)
            _stop(row, "void", now)
    _refresh(session, case)


def _go_on(session: Session, row: Deadline, now: datetime, **values: Any) -> Deadline:
    """The same clock in another row. The old one keeps until when it ran, for the reports of its time."""
    turns = select(func.count()).where(Deadline.case_id == row.case_id, Deadline.rule == row.rule)
    kept = {name: getattr(row, name) for name in _KEPT}
    again = Deadline(**kept, round=session.scalar(turns), created_at=now, **values)
    session.add(again)
    return again


def end(session: Session, case: Case, action: str, now: datetime) -> None:
    """End the clocks that this action meets, in time or late, and those that it makes void."""
    known = rules()
    if not any(action in (*rule.ends, *rule.voids) for rule in known.values()):
        return
    for row in _open(session, case):
        rule = known[row.rule]
        if action in (*rule.ends, *rule.voids):
            _stop(row, "void" if action in rule.voids else "missed" if _overdue(row, now) else "met", now)
    _refresh(session, case)


def _stop(row: Deadline, state: str, now: datetime) -> None:
    row.state, row.ended_at, row.next_at = state, now, None


def _overdue(row: Deadline, now: datetime) -> bool:
    return now > row.due_at and rules()[row.rule].on_due == "escalate"


# ------------------------------------------------------------------ set aside, and taken up again


def _set_aside(row: Deadline, now: datetime) -> None:
    """It runs no more and nobody has met it: void, or missed where it was late by then."""
    _stop(row, "missed" if _overdue(row, now) else "void", now)


def _take_up(session: Session, case: Case, row: Deadline, now: datetime) -> None:
    """What was set aside runs on as it was, on the ladder, too; what is not due yet follows the calendar of today."""
    days = calendar_of(session, _unit(case), now)
    again = _go_on(session, row, now, state="running", rung=row.rung, reminded_at=row.reminded_at)
    if not _count_again(days, again, now):
        _look(days, again, now)


def _newest(session: Session, case: Case) -> dict[str, Deadline]:
    """The newest clock of each rule that nobody has met and that does not run."""
    session.flush()
    query = select(Deadline).where(Deadline.case_id == case.id).order_by(Deadline.round)
    newest = {row.rule: row for row in session.scalars(query)}
    return {name: row for name, row in newest.items() if row.state in ("void", "missed")}


def retrack(session: Session, case: Case, track: str, now: datetime) -> None:
    """Another category, another track: clocks that no longer apply are set aside. Those that do are taken up again
    where the case had them, else count from receipt, or from when the case was opened again."""
    known, aside = rules(), _newest(session, case)
    running = {row.rule: row for row in _open(session, case)}
    answers = (row.started_at for name, row in running.items() if "release" in known[name].ends)
    begun = max((at for at in answers if at > case.received_at), default=case.received_at)
    for name, row in running.items():
        if track not in known[name].tracks:
            _set_aside(row, now)
    for rule in known.values():
        if rule.starts == "received" and track in rule.tracks and "release" in rule.ends and rule.name not in running:
            before = aside.get(rule.name)
            if before is not None and before.started_at >= begun:
                _take_up(session, case, before, now)
            else:
                _begin(session, case, rule, _unit(case), begun, now)
    _refresh(session, case)


def revive(session: Session, case: Case, since: datetime, now: datetime) -> None:
    """A case that had ended at ``since`` goes on with the clocks that were set aside then. What its decisions had
    started is started by the next ones."""
    for row in _newest(session, case).values():
        if row.ended_at == since and rules()[row.rule].starts in ("received", "returned"):
            _take_up(session, case, row, now)
    _refresh(session, case)


def undo(session: Session, case: Case, now: datetime) -> None:
    """What the facility decided is void, and so are the clocks that its decisions started."""
    for row in _open(session, case):
        if rules()[row.rule].starts != "received":
            _stop(row, "void", now)
    _refresh(session, case)


def void(session: Session, case: Case, now: datetime) -> None:
    """The case has ended: no clock runs on, nobody is waited for."""
    end_pauses(session, case, now)
    for row in _open(session, case):
        _set_aside(row, now)
    _refresh(session, case)


def pause(session: Session, case: Case, now: datetime) -> None:
    """Stop the clocks while the complainant is asked."""
    for row in _open(session, case):
        if row.state == "running":
            row.state, row.paused_at, row.next_at = "paused", now, None
    _refresh(session, case)


def resume(session: Session, case: Case, now: datetime) -> None:
    """Let the clocks run on: due later by the working days that stood still, at most to the day that was set."""
    days = calendar_of(session, _unit(case), now)
    limit = select(Pause.until).where(Pause.case_id == case.id, Pause.ended_at.is_(None))
    until = min([now, *session.scalars(limit)])
    for row in _open(session, case):
        if row.state == "paused" and row.paused_at:
            stood = days.working_between(row.paused_at, until)
            row.stood += stood
            _plan(days, row, _after_pause(days, row, stood, until, now), now)
            row.state, row.paused_at = "running", None
    end_pauses(session, case, now)
    _refresh(session, case)


def _after_pause(days: Calendar, row: Deadline, stood: int, until: datetime, now: datetime) -> Due:
    """Counted anew, for the calendar may have changed meanwhile; what was late already only stands as much longer."""
    rule = rules()[row.rule]
    if rule.kind == "minutes" and row.paused_at:
        return Due(row.due_at + max(until - row.paused_at, timedelta(0)), provisional=False)
    if row.days and rule.kind == "working" and row.paused_at and row.due_at >= row.paused_at:
        due = clocks.due(days, rule, row.started_at, row.days + row.stood)
        return Due(max(due.at, days.end_of_day(now)), due.provisional)
    return days.after_working(row.due_at, stood) if stood else Due(row.due_at, row.provisional)


def end_pauses(session: Session, case: Case, now: datetime) -> None:
    """Nobody is waited for any more."""
    for pause in session.scalars(select(Pause).where(Pause.case_id == case.id, Pause.ended_at.is_(None))):
        pause.ended_at = now


def _plan(days: Calendar, row: Deadline, due: Due, now: datetime) -> None:
    """A running clock is due at another time: the reminder comes before it, unless it was given already."""
    if row.moved_at is None or days.local_day(row.moved_at).replace(day=1) < days.local_day(now).replace(day=1):
        row.moved_at, row.moved_from = now, row.due_at
    row.due_at, row.provisional = due.at, due.provisional
    _look(days, row, now)


def _look(days: Calendar, row: Deadline, now: datetime) -> None:
    remind = None if row.reminded_at else clocks.reminder(days, rules()[row.rule], now, row.due_at)
    row.next_at = remind or row.due_at


def note_pause(session: Session, case: Case, account_id: str, category: str, until: date, now: datetime) -> None:
    """Why a case waits, and the last day it does. Raises Impossible for a category or a day that cannot be."""
    if category not in PAUSES:
        raise Impossible("choose_pause")
    zone, (_, longest) = ZoneInfo(_unit(case).timezone), clocks.waiting()
    today = now.astimezone(zone).date()
    if not today < until <= today + timedelta(days=longest):
        raise Impossible("pause_date")
    end = datetime.combine(until, datetime.max.time().replace(microsecond=0), zone)
    session.add(Pause(case_id=case.id, category=category, account_id=account_id, started_at=now, until=end))


def extend(session: Session, case: Case, account_id: str, reason: str, now: datetime) -> Due:
    """Add the one extension that the rule of the answer allows; when it is due then. Raises Impossible."""
    row = _extendable(session, case, now)
    rule, days = rules()[row.rule], calendar_of(session, _unit(case), now)
    before = row.due_at
    row.days, row.extensions, row.reminded_at = row.days + rule.extension, 1, None  # of that day nobody was reminded
    _plan(days, row, clocks.due(days, rule, row.started_at, row.days + row.stood), now)
    reason_enc = vault_of(session).seal(session, case.data_key_id, reason, "extension.reason")
    session.add(
        Extension(
            deadline_id=row.id, case_id=case.id, account_id=account_id, days=rule.extension, before=before,
            after=row.due_at, reason_enc=reason_enc, data_key_id=case.data_key_id, at=now,
        )
    )  # fmt: skip
    _refresh(session, case)
    return Due(row.due_at, row.provisional)


def may_extend(session: Session, case: Case, now: datetime) -> bool:
    """Whether an extension would be granted now."""
    try:
        _extendable(session, case, now)
    except Impossible:
        return False
    return True


def _extendable(session: Session, case: Case, now: datetime) -> Deadline:
    row = next((r for r in _open(session, case) if rules()[r.rule].extension and r.state == "running"), None)
    if row is None:
        raise Impossible("not_extendable")
    if row.extensions:
        raise Impossible("extended_already")
    if row.due_at < now:
        raise Impossible("too_late_to_extend")
    return row


def aim(session: Session, case: Case, rule: str, day: date, now: datetime) -> datetime:
    """Set the day of a task that has just begun: due at the end of the first working day from ``day`` on.

    Raises Impossible for a day that is over or too far away.
    """
    row = next((r for r in _open(session, case) if r.rule == rule and r.state == "running"), None)
    if row is None:
        raise Impossible("not_now")
    days = calendar_of(session, _unit(case), now)
    today = days.local_day(now)
    if not today < day <= today + LONGEST_TASK:
        raise Impossible("task_date")
    row.days = 1
    while days.local_day((due := days.after_working(row.started_at, row.days)).at) < day:
        row.days += 1
    _plan(days, row, due, now)
    _refresh(session, case)
    return row.due_at


def day_of(session: Session, case: Case, rule: str) -> date | None:
    """The local day on which the clock of this rule that runs is due."""
    due = next((r.due_at for r in _open(session, case) if r.rule == rule and r.state == "running"), None)
    return due.astimezone(ZoneInfo(_unit(case).timezone)).date() if due else None


def usual(session: Session, case: Case, rule: str, now: datetime) -> date:
    """The local day on which a clock of this rule would be due if it began now."""
    unit, known = _unit(case), rules()[rule]
    days = calendar_of(session, unit, now)
    return days.local_day(clocks.due(days, known, now, clocks.length(known, unit)).at)


def late(session: Session, case: Case, rule: str, now: datetime) -> bool:
    """Whether a clock of this rule runs that is over."""
    return any(row.rule == rule and row.state == "running" and row.due_at < now for row in _open(session, case))


def recompute(session: Session, case: Case, now: datetime) -> list[tuple[str, datetime, datetime]]:
    """Count the clocks in working days again after the calendar changed: (rule, before, after) of what moved.

    Only what is not due yet moves, and never into the past; what is paused is counted when it runs on.
    """
    days, moved = calendar_of(session, _unit(case), now), []
    for row in _open(session, case):
        before = row.due_at
        if row.state == "running" and _count_again(days, row, now):
            moved.append((row.rule, before, row.due_at))
    _refresh(session, case)
    return moved


def adopt_lengths(session: Session, case: Case, now: datetime) -> None:
    """It is known now whose working days count: what is not due yet lasts as long as that unit has set."""
    unit = _unit(case)
    for row in _open(session, case):
        rule = rules()[row.rule]
        if rule.starts == "received" and rule.kind == "working" and row.due_at > now:
            row.days = clocks.length(rule, unit) + (rule.extension if row.extensions else 0)


def _count_again(days: Calendar, row: Deadline, now: datetime) -> bool:
    rule = rules()[row.rule]
    if rule.kind != "working" or row.due_at <= now or not row.days:
        return False
    due = clocks.due(days, rule, row.started_at, row.days + row.stood)
    due = Due(max(due.at, days.end_of_day(now)), due.provisional)
    if (due.at, due.provisional) == (row.due_at, row.provisional):
        return False
    _plan(days, row, due, now)
    return True


def _unit(case: Case) -> Unit:
    """The unit whose working days count."""
    return case.subject_unit or case.handling_unit


def runs(session: Session, case: Case, rule: str) -> bool:
    """Whether a clock of this name has neither ended nor been made void."""
    return any(row.rule == rule for row in _open(session, case))


def _open(session: Session, case: Case) -> list[Deadline]:
    session.flush()
    query = select(Deadline).where(Deadline.case_id == case.id, Deadline.state.in_(("running", "paused")))
    return list(session.scalars(query))


def _refresh(session: Session, case: Case) -> None:
    session.flush()
    running = select(func.min(Deadline.due_at)).where(Deadline.case_id == case.id, Deadline.state == "running")
    case.nearest_due_at = session.scalar(running.where(Deadline.rule != "satisfaction"))
