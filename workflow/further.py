"""A further message of the complainant: what it changes about their case, and who is told of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from triage import Assessment
from workflow import cases, deadlines, journal, notices
from workflow.actors import Citizen
from workflow.models import Case, Message
from workflow.states import ENDED, Part, Status


def take_in(session: Session, case: Case, message: Message, assessment: Assessment, now: datetime) -> None:
    """It may seal the case or raise its urgency, never lower it.

    One that tells of an emergency sounds the alarm, the second time as the first; not while those whom it calls are
    being called.
    """
    cases.adopt(session, case, message)
    cases.hide_from(session, case, assessment.details.staff, now)
    journal.append(
        session, case.handling_unit_id, "message", Citizen(case.person_id), now, case_id=case.id, message=message.id
    )
    urgent, unit_id = assessment.urgency == "darurat" and case.status not in ENDED, case.handling_unit_id
    news, meant = urgent and not called(session, case, assessment, now), _sealing(session, case, assessment, now)
    if urgent:
        case.urgency, case.urgency_rank = "darurat", 0
        case.about_staff = case.about_staff or assessment.about_staff
    if meant:
        cases.seal(session, case, Citizen(case.person_id), meant, now)
    if news:
        deadlines.alarm(session, case, now)
    if news and case.handling_unit_id == unit_id:  # else the seal has told those who handle it now
        notices.emergency(session, case, now)
    if case.status == Status.WAITING:
        cases.move(session, case, "resume", Citizen(case.person_id), now)
    if case.owner_id or case.status != Status.RECEIVED or case.urgency == "darurat":
        notices.tell(
            session, case, Part.OFFICER, "wrote_after_answer" if case.status in cases.ANSWERED else "new_message", now
        )


def called(session: Session, case: Case, assessment: Assessment, now: datetime) -> bool:
    """Whether those whom an emergency of this judgement calls are called already, and will be until one takes it."""
    accused = assessment.about_staff and not case.about_staff
    others = accused or _sealing(session, case, assessment, now)
    return not others and deadlines.runs(session, case, "emergency")


def _sealing(session: Session, case: Case, assessment: Assessment, now: datetime) -> str:
    """Why a further message seals a case that is open at the facility; empty where it does not."""
    accuses = assessment.about_head or assessment.intent in ("complaint", "follow_up")
    if not accuses or case.handling_unit.kind != "upt" or case.status in ENDED:
        return ""
    return cases.head_meant(session, assessment, case.handling_unit, now)
