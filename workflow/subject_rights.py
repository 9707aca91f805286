"""What a person may ask of their own data (UU 27/2022): a copy, or that it be erased. Answered within 3 × 24 hours.

An officer writes the request down, whoever keeps identities answers it. A copy goes to the address that the person
writes from and nowhere else. Erasing waits until the person was told, and is refused while the case is open or held.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflow import access, cases, conversations, journal, notices, outbox, people, retention, staff, units
from workflow.actors import Clock, Officer
from workflow.db import Database
from workflow.models import Account, Case, DataRequest, Message, Outbound, Person
from workflow.states import ENDED, Impossible, Part

KINDS = ("copy", "erase")
#: UU 27/2022 art. 32(2): access within 3 × 24 hours.
LIMIT = timedelta(hours=72)
#: An erasure does not wait longer than this for the word that announces it.
_PATIENCE = timedelta(hours=24)
#: Roles that answer.
ANSWERERS = ("kustodian", "kanwil")


def ask(session: Session, case: Case, actor: Officer, kind: str, now: datetime) -> DataRequest:
    """Write down what the person asked for. One open request of a kind is enough."""
    if kind not in KINDS:
        raise Impossible("choose_request")
    open_one = select(DataRequest).where(DataRequest.case_id == case.id, DataRequest.kind == kind)
    if session.scalar(open_one.where(DataRequest.state.in_(("open", "granted")))):
        raise Impossible("not_now")
    row = DataRequest(case_id=case.id, kind=kind, asked_at=now, due_at=now + LIMIT, entered_by=actor.account_id)
    session.add(row)
    session.flush()
    journal.append(session, case.handling_unit_id, "data_request", actor, now, case_id=case.id, kind=kind)
    notices.notify(session, case, [a.id for a in _answerers(session, case, now)], "data_request", now)
    return row


def _answerers(session: Session, case: Case, now: datetime) -> list[Account]:
    above = units.superior(session, case.handling_unit)
    places = {case.handling_unit_id, above.id}
    return [a for place in sorted(places) for a in staff.holders(session, "kustodian", place, now)]


def waiting(session: Session, officer: Officer) -> list[tuple[DataRequest, Case]]:
    """Requests that this account may answer, the oldest first."""
    query = select(DataRequest, Case).join(Case, Case.id == DataRequest.case_id).where(access.visible(officer))
    rows = session.execute(query.where(DataRequest.state == "open").order_by(DataRequest.due_at))
    return [(request, case) for request, case in rows if _may(officer, case)]


def _may(officer: Officer, case: Case) -> bool:
    """Keepers of identities: the custodian, and at a regional office its own staff."""
    return bool(officer.units("kustodian")) or officer.has("kanwil", case.handling_unit_id)


def grant(session: Session, request: DataRequest, case: Case, officer: Officer, now: datetime) -> None:
    """Send the copy, or announce the erasure that follows."""
    _check(request, case, officer)
    if request.kind == "copy":
        text = _copy(session, case)
        outbox.enqueue(session, case.conversation, "data_copy", now, case=case, number=case.number, text=text)
        request.state = "done"
    else:
        if case.legal_hold:
            raise Impossible("under_hold")
        if case.status not in ENDED:
            raise Impossible("still_open")
        outbox.enqueue(session, case.conversation, "data_erased", now, case=case, number=case.number)
        request.state = "granted"
    _answered(session, request, case, officer, now)


def refuse(session: Session, request: DataRequest, case: Case, officer: Officer, reason: str, now: datetime) -> None:
    """Not now, and the person is told why."""
    _check(request, case, officer)
    if not reason.strip():
        raise Impossible("reason_missing")
    outbox.enqueue(
        session, case.conversation, "data_refused", now, case=case, number=case.number, reason=reason.strip()
    )
    request.state = "refused"
    _answered(session, request, case, officer, now)


def _check(request: DataRequest, case: Case, officer: Officer) -> None:
    if not _may(officer, case):
        raise Impossible("not_yours")
    if request.state != "open":
        raise Impossible("not_now")


def _answered(session: Session, request: DataRequest, case: Case, officer: Officer, now: datetime) -> None:
    request.answered_at, request.answered_by = now, officer.account_id
    journal.append(
        session,
        case.handling_unit_id,
        "data_answer",
        officer,
        now,
        case_id=case.id,
        kind=request.kind,
        state=request.state,
    )


def _copy(session: Session, case: Case) -> str:
    """What is held about the person and in their own words; nothing that others said of them."""
    facts = people.identity(session, session.get_one(Person, case.person_id))
    lines = [f"{name}: {value}" for name, value in facts.items()]
    rows = session.scalars(select(Message).where(Message.case_id == case.id).order_by(Message.id))
    said = (f"{m.received_at:%Y-%m-%d %H:%M} UTC: {conversations.text_of(session, m)}" for m in rows)
    return "\n".join([*lines, *said])


def carry_out(database: Database, now: datetime) -> int:
    """Erase what was granted once the person was told, or could not be told within a day."""
    going = select(Outbound.id).where(Outbound.case_id == DataRequest.case_id, Outbound.key == "data_erased")
    going = going.where(Outbound.state.in_(("queued", "claimed")))
    query = select(DataRequest.id).where(DataRequest.state == "granted")
    query = query.where(or_(~going.exists(), DataRequest.answered_at <= now - _PATIENCE)).limit(100)
    with database.read() as session:
        due = list(session.scalars(query))
    for request_id in due:
        with database.write() as session:
            request = session.get_one(DataRequest, request_id)
            retention.erase(session, cases.lock(session, request.case_id), Clock(), now, "request")
            request.state = "done"
    return len(due)


def remind(database: Database, now: datetime) -> int:
    """A request whose three days end within one: its keepers are told once."""
    query = select(DataRequest).where(DataRequest.state == "open", DataRequest.reminded_at.is_(None))
    with database.write() as session:
        rows = list(session.scalars(query.where(DataRequest.due_at <= now + timedelta(hours=24)).limit(100)))
        for row in rows:
            case = cases.lock(session, row.case_id)
            row.reminded_at = now
            notices.notify(session, case, [a.id for a in _answerers(session, case, now)], "data_request_due", now)
            notices.tell(session, case, Part.HEAD, "data_request_due", now)
    return len(rows)
