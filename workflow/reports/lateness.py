"""Deadlines, escalations and emergencies of a unit in a month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from workflow import clocks
from workflow.models import Case, Deadline, Escalation, Extension, JournalEntry, Unit
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
    sooner = _before_extension(session, span)
    for row in _running(session, unit, span.end):
        stood_still = row.paused_at is not None and row.paused_at < span.end
        late = sooner.get(row.id, row.due_at) <= span.end and not stood_still
        figures.add("deadlines", {row.rule: 1}, "overdue" if late else "running")
        if row.rule == "emergency":
            figures.add("emergencies", {"waiting": 1})
    _escalations(session, figures, span)


def ended(session: Session, span: Span) -> Iterator[Deadline]:
    """Clocks that an action of this unit ended: the chain has the action, the row has the same moment."""
    enders = {action for rule in clocks.rules().values() for action in rule.ends}
    acted = span.moments(*enders)
    same = and_(acted.c.case_id == Deadline.case_id, acted.c.at == Deadline.ended_at)
    query = select(Deadline).join(acted, same).where(Deadline.state.in_(("met", "missed")))
    yield from session.scalars(query.where(Deadline.rule != NO_PROMISE).distinct())


def _running(session: Session, unit: Unit, moment: datetime) -> Iterator[Deadline]:
    """Clocks of the unit's cases that ran, or stood still, at a moment."""
    moved = ledger.moved_after(session, unit.id, moment)
    for row, here in _candidates(session, unit, moment):
        if moved[row.case_id] in ledger.LEAVES if row.case_id in moved else here:
            yield row


def _before_extension(session: Session, span: Span) -> dict[str, datetime]:
    """When deadlines were due that were extended only after the span."""
    query = select(Extension.deadline_id, Extension.before).where(Extension.at >= span.end)
    since = select(JournalEntry.case_id).where(
        JournalEntry.unit_id == span.unit_id, JournalEntry.at >= span.end, JournalEntry.action == "extend"
    )
    found = session.execute(query.where(Extension.case_id.in_(since)).order_by(Extension.at.desc()))
    return {deadline_id: before for deadline_id, before in found}


def _candidates(session: Session, unit: Unit, moment: datetime) -> Iterator[tuple[Deadline, bool]]:
    """What runs now at this unit, and what of the cases in its chain ended after that moment."""
    begun = select(Deadline, Case.handling_unit_id).join(Case, Case.id == Deadline.case_id)
    begun = begun.where(Deadline.created_at < moment, Deadline.rule != NO_PROMISE)
    open_ones = Case.status.in_([str(s) for s in OPEN])
    now_here = begun.where(Case.handling_unit_id == unit.id, open_ones, Deadline.ended_at.is_(None))
    since = select(JournalEntry.case_id).where(JournalEntry.unit_id == unit.id, JournalEntry.at >= moment)
    later = begun.where(Deadline.case_id.in_(since), Deadline.ended_at >= moment)
    elsewhere = begun.where(Deadline.case_id.in_(since), Deadline.ended_at.is_(None), Case.handling_unit_id != unit.id)
    for query in (now_here, later, elsewhere):
        for row, handled_by in session.execute(query.order_by(Deadline.started_at, Deadline.round)):
            yield row, handled_by == unit.id


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
