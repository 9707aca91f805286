"""Deadlines, escalations and emergencies of a unit in a month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from workflow import clocks
from workflow.models import Case, Deadline, Escalation, JournalEntry, Pause, Unit
from workflow.reports import ledger
from workflow.reports.ledger import Span
from workflow.states import OPEN

if TYPE_CHECKING:
    from workflow.reports.figures import Figures

#: Not a promise of the office: it ends when the complainant answers, or closes the case.
NO_PROMISE = "satisfaction"


def gather(session: Session, figures: Figures, unit: Unit, span: Span) -> None:
    """Clocks that ended in the month, in time or late; those that ran when it ended; the ladder; emergencies."""
    for row in ended(session, span):
        figures.add("deadlines", {row.rule: 1}, row.state)
        if row.rule == "emergency" and row.ended_at:
            figures.add("emergencies", {"in_time" if row.state == "met" else "late": 1})
            figures.samples["emergency"].append(int((row.ended_at - row.started_at) / timedelta(minutes=1)))
    for row, stands_since in _running(session, unit, span.end):
        late = _due(row, span.end) <= min(span.end, stands_since or span.end)
        figures.add("deadlines", {row.rule: 1}, "overdue" if late else "running")
        if row.rule == "emergency":
            figures.add("emergencies", {"waiting": 1})
    _escalations(session, figures, span)


def ended(session: Session, span: Span) -> Iterator[Deadline]:
    """Clocks that an action of this unit ended: the chain has the action, the row has the same moment.

    What was late when it was set aside is late, once: not where it was taken up again in the same span.
    """
    enders = {*ledger.ENDS, *(action for rule in clocks.rules().values() for action in rule.ends)}
    acted = span.moments(*enders)
    same = and_(acted.c.case_id == Deadline.case_id, acted.c.at == Deadline.ended_at)
    again = aliased(Deadline)
    one = (again.case_id == Deadline.case_id, again.rule == Deadline.rule, again.started_at == Deadline.started_at)
    taken_up = exists().where(*one, again.round > Deadline.round, again.created_at < span.end)
    late = and_(Deadline.state == "missed", ~taken_up)
    query = select(Deadline).join(acted, same).where(or_(Deadline.state == "met", late))
    yield from session.scalars(query.where(Deadline.rule != NO_PROMISE).distinct())


def _due(row: Deadline, moment: datetime) -> datetime:
    """When a clock was due, as it was known at a moment."""
    return row.moved_from if row.moved_from and row.moved_at and row.moved_at >= moment else row.due_at


def _running(session: Session, unit: Unit, moment: datetime) -> Iterator[tuple[Deadline, datetime | None]]:
    """Clocks of the unit's cases that ran at a moment, and since when they stood still then."""
    moved = ledger.moved_after(session, unit.id, moment)
    for row, handled_by, stands_since in _candidates(session, unit, moment):
        if moved[row.case_id] in ledger.LEAVES if row.case_id in moved else handled_by == unit.id:
            yield row, stands_since


def _candidates(session: Session, unit: Unit, moment: datetime) -> Iterator[tuple[Deadline, str, datetime | None]]:
    """What runs now at this unit, and what of the cases in its chain ended after that moment; who handles the case now;
    since when the complainant was waited for at that moment."""
    waited = and_(
        Pause.case_id == Deadline.case_id,
        Pause.started_at.between(Deadline.started_at, moment),
        or_(Pause.ended_at.is_(None), Pause.ended_at >= moment),
    )
    begun = select(Deadline, Case.handling_unit_id, Pause.started_at).join(Case, Case.id == Deadline.case_id)
    begun = begun.outerjoin(Pause, waited).where(Deadline.created_at < moment, Deadline.rule != NO_PROMISE)
    open_ones = Case.status.in_([str(s) for s in OPEN])
    now_here = begun.where(Case.handling_unit_id == unit.id, open_ones, Deadline.ended_at.is_(None))
    since = select(JournalEntry.case_id).where(JournalEntry.unit_id == unit.id, JournalEntry.at >= moment)
    later = begun.where(Deadline.case_id.in_(since), Deadline.ended_at >= moment)
    elsewhere = begun.where(Deadline.case_id.in_(since), Deadline.ended_at.is_(None), Case.handling_unit_id != unit.id)
    for query in (now_here, later, elsewhere):
        yield from session.execute(query.order_by(Deadline.started_at, Deadline.round))


def _escalations(session: Session, figures: Figures, span: Span) -> None:
    """Rungs climbed in the month: how often, how often nobody could be told, what had become of it at its end."""
    told = span.moments("escalate")
    same = and_(told.c.case_id == Escalation.case_id, told.c.at == Escalation.at)
    done = and_(Deadline.ended_at.is_not(None), Deadline.ended_at < span.end)
    query = (
        select(
            Escalation.rung,
            Escalation.role,
            func.count(),
            func.sum(case((Escalation.recipients == 0, 1), else_=0)),
            func.sum(case((done, 1), else_=0)),
        )
        .join(told, same)
        .join(Deadline, Deadline.id == Escalation.deadline_id)
        .group_by(Escalation.rung, Escalation.role)
    )
    for rung, role, climbed, nobody, settled in session.execute(query):
        row = f"{rung}_{role}"
        figures.add("escalations", {row: climbed}, "climbed")
        figures.add("escalations", {row: nobody}, "nobody")
        figures.add("escalations", {row: settled}, "settled")
        figures.add("escalations", {row: climbed - settled}, "open")
