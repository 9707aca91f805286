"""What receipts mean for a case: the evidence that an official answer arrived, or that it did not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import cases, deadlines, journal, notices, outbox
from workflow.actors import Citizen, Officer
from workflow.messages import DeliveryReport
from workflow.models import Case, Outbound
from workflow.states import Part, Status


def take_report(session: Session, receipt: DeliveryReport, now: datetime) -> Outbound | None:
    """A receipt from a provider: moves the message, and the case where it proves the answer."""
    row = outbox.report(session, receipt, now)
    if row is not None:
        note_delivery(session, row, now)
    return row


def note_delivery(session: Session, row: Outbound, now: datetime) -> None:
    """What the state of an official answer means for its case."""
    if row.purpose != "official" or row.case_id is None:
        return
    case = cases.lock(session, row.case_id)
    if row.state in ("failed", "held"):
        notices.tell(session, case, Part.OFFICER, "answer_failed" if row.state == "failed" else "answer_held", now)
    elif row.state in ("delivered", "read") and row.key == "official" and case.delivered_at is None:
        every = session.scalars(select(Outbound).where(Outbound.paper_id == row.paper_id))
        if case.status == Status.RESPONDED and all(r.state in ("delivered", "read") for r in every):
            _delivered(session, case, now, "receipt")


def hand_over(session: Session, case: Case, actor: Officer, now: datetime) -> None:
    """The printed answer was handed to the complainant at the desk: that is delivery, too."""
    cases.move(session, case, "hand_over", actor, now)
    if case.delivered_at is None:
        _delivered(session, case, now, "desk")


def _delivered(session: Session, case: Case, now: datetime, proof: str) -> None:
    case.delivered_at = now
    deadlines.start(session, case, "delivered", now, cases.track_of(case))
    journal.append(
        session, case.handling_unit_id, "delivered", Citizen(case.person_id), now, case_id=case.id, proof=proof
    )
