"""The head's directions as tasks of the official in charge, with the day on which each is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_
from sqlalchemy.orm import Session, joinedload

from webhooks.console.clock import Left, left
from workflow import access, decisions
from workflow.actors import Officer
from workflow.models import Case, Deadline
from workflow.states import Status
from workflow.vault import Erased

SHOWN = 20


@dataclass(frozen=True)
class Task:
    """What is to be done on one case, and until when."""

    case: Case
    measure: str
    due_at: datetime | None
    left: Left | None


def tasks(session: Session, officer: Officer, now: datetime) -> list[Task]:
    """The directions that this account must carry out, the nearest day first."""
    mine = and_(Deadline.case_id == Case.id, Deadline.rule == "carry_out", Deadline.state == "running")
    query = access.cases(officer).outerjoin(Deadline, mine).add_columns(Deadline.due_at)
    query = query.where(Case.official_id == officer.account_id, Case.status == str(Status.DIRECTED))
    query = query.options(joinedload(Case.handling_unit))
    query = query.order_by(Deadline.due_at.is_(None), Deadline.due_at, Case.id).limit(SHOWN)
    return [
        Task(case, _measure(session, case), due_at, left(due_at, now) if due_at else None)
        for case, due_at in session.execute(query)
    ]


def _measure(session: Session, case: Case) -> str:
    paper = decisions.newest(session, case, "direction")
    try:
        return decisions.direction(session, paper).decided.measure if paper else ""
    except Erased:
        return ""
