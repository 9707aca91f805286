"""What receipts mean for a case: the evidence that an official answer arrived, or that it did not."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import cases, deadlines, journal, ladder, notices, people, settling
from workflow.actors import Citizen, Officer
from workflow.db import Database
from workflow.messages import DeliveryReport
from workflow.models import Address, Case, Conversation, Outbound
from workflow.states import Part, Status


def take_report(session: Session, receipt: DeliveryReport, now: datetime) -> Outbound | None:
    """A receipt from a provider: moves the message, and the case where it proves the answer; or marks an address."""
    if receipt.channel and receipt.address:
        address = people.find(session, receipt.channel, receipt.address)
        if address is not None:
            people.shut_out(session, address, now if receipt.state == "failed" else None)
        return None
    told = settling.report(session, receipt, now)
    if told is None:
        return None
    if told.moved:
        if receipt.state == "read":
            settling.read_before(session, told.row, now)
        note_delivery(session, told.row, now)
    return told.row


def note_delivery(session: Session, row: Outbound, now: datetime) -> None:
    """What the state of a message means for its case: of the answer itself, and of what announces it."""
    if row.case_id is None or row.purpose not in ("official", "notice"):
        return
    case = cases.lock(session, row.case_id)
    ladder.moved(session, case, row, now)
    if row.state == "failed" and row.template == "question":
        notices.tell(session, case, Part.OFFICER, "question_unsent", now)
    elif row.state in ("failed", "held") and (row.purpose == "official" or row.error_ours):
        notices.tell(session, case, Part.OFFICER, "answer_failed" if row.state == "failed" else "answer_held", now)
    elif row.state in settling.ARRIVED and row.purpose == "official":
        _proved(session, case, row, now)


def _proved(session: Session, case: Case, row: Outbound, now: datetime) -> None:
    """Every part of the answer is there, by one of the ways on which it went out."""
    if row.key != "official" or case.delivered_at is not None or case.status != Status.RESPONDED:
        return
    ways: dict[str, list[bool]] = defaultdict(list)
    query = select(Outbound).where(Outbound.paper_id == row.paper_id, Outbound.purpose == "official")
    for part in session.scalars(query):
        ways[part.conversation_id].append(part.state in settling.ARRIVED)
    if all(ways[row.conversation_id]):
        ladder.settle(session, case, "receipt", now, row)
        _delivered(session, case, now, "receipt")


def hand_over(session: Session, case: Case, actor: Officer, now: datetime) -> None:
    """The printed answer was handed to the complainant at the desk: that is delivery, too."""
    cases.move(session, case, "hand_over", actor, now)
    if case.delivered_at is None:
        ladder.settle(session, case, "desk", now)
        _delivered(session, case, now, "desk")


def _delivered(session: Session, case: Case, now: datetime, proof: str) -> None:
    case.delivered_at = now
    deadlines.start(session, case, "delivered", now, cases.track_of(case))
    journal.append(
        session, case.handling_unit_id, "delivered", Citizen(case.person_id), now, case_id=case.id, proof=proof
    )


def take_opt_out(database: Database, row: Outbound | None, now: datetime) -> None:
    """The provider says that the person wants no more from us there, or lets nothing through. In a transaction of its
    own: conversations and their addresses are locked before cases."""
    if row is None or row.state != "failed" or row.error_reason not in ("opted_out", "blocked"):
        return
    with database.write() as session:
        address = select(Address).join(Conversation, Conversation.address_id == Address.id)
        found = session.scalars(address.where(Conversation.id == row.conversation_id)).one()
        if row.error_reason == "blocked":
            people.shut_out(session, found, now)
        else:
            found.opted_out_at = found.opted_out_at or now
