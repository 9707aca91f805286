"""Not satisfied, said to an officer: for those who have no telephone, browser or PIN by which they could say it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from workflow import cases, decisions, journal
from workflow.actors import Citizen, Officer
from workflow.messages import CAPABILITIES, PLAIN
from workflow.models import Case
from workflow.states import Impossible, Part


def takes(session: Session, officer: Officer, case: Case) -> bool:
    """Whether this officer may write it down now. Whoever can answer by themselves does so."""
    wired = CAPABILITIES.get(case.conversation.channel_account.channel, PLAIN).wired
    return not wired and case.status in cases.ANSWERED and Part.OFFICER in cases.parts(session, case, officer)


def enter(session: Session, case: Case, officer: Officer, reason: str, now: datetime) -> None:
    """The complainant came, called or wrote that it is not settled: the case is reopened for somebody else."""
    if not takes(session, officer, case):
        raise Impossible("not_now")
    paper = decisions.note(session, case, "objection", reason, officer, now)
    journal.append(
        session,
        case.handling_unit_id,
        "objection",
        officer,
        now,
        case_id=case.id,
        paper=paper.id,
        commitment=paper.hash,
    )
    cases.reopen(session, case, now, Citizen(case.person_id))
