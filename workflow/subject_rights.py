"""What a person may ask of their own data (UU 27/2022): a copy, or that it be erased. Answered within 3 × 24 hours.

The person asks (``own_data``), or an officer writes the request down; whoever keeps the identities of that case
answers it, never who wrote it down. A copy goes to the address that the person writes from and nowhere else; where no
wire leads there, showing it for handing over opens the identity. Erasing waits until the case has ended and the person
was told, and is refused while the case is held.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from workflow import (
    access,
    batches,
    cases,
    conversations,
    files,
    identities,
    journal,
    knocks,
    links,
    notices,
    outbox,
    people,
    retention,
    safety,
    staff,
    wording,
)  # fmt: skip
from workflow.actors import Actor, Citizen, Clock, Officer
from workflow.db import Database
from workflow.messages import CAPABILITIES, PLAIN, Purpose
from workflow.models import Account, Case, DataRequest, Message, Notice, Outbound, Person, Unit
from workflow.states import ENDED, SUPERIORS, Impossible, Part

KINDS = ("copy", "erase")
#: UU 27/2022 art. 32(2): access within 3 × 24 hours.
LIMIT = timedelta(hours=72)
#: Whoever answers is reminded so long before the end.
_SOON = timedelta(hours=24)
#: What holds the identity, words from outside of the case, or a custodian's: see ``outbox.body_for_staff``.
PRIVATE = frozenset({"data_copy", "data_refused"})
#: An erasure does not wait longer than this for the word that announces it.
_PATIENCE = timedelta(hours=24)
#: Roles that answer: the last two where no custodian can.
ANSWERERS = ("kustodian", *SUPERIORS.values())


def ask(session: Session, case: Case, actor: Officer | Citizen, kind: str, now: datetime) -> DataRequest:
    """Write down what the person asked for. One open request of a kind is enough."""
    if kind not in KINDS:
        raise Impossible("choose_request")
    open_one = select(DataRequest).where(DataRequest.case_id == case.id, DataRequest.kind == kind)
    if session.scalar(open_one.where(DataRequest.state.in_(("open", "granted")))):
        raise Impossible("not_now")
    row = _enter(session, case, actor, kind, now)
    notices.notify(session, case, [a.id for a in _answerers(session, row, case, now)], "data_request", now)
    return row


def _enter(session: Session, case: Case, actor: Officer | Citizen, kind: str, now: datetime) -> DataRequest:
    by = actor.account_id if isinstance(actor, Officer) else None
    row = DataRequest(case_id=case.id, kind=kind, state="open", asked_at=now, due_at=now + LIMIT, entered_by=by)
    session.add(row)
    session.flush()
    journal.append(session, case.handling_unit_id, "data_request", actor, now, case_id=case.id, kind=kind)
    return row


def decline_held(session: Session, case: Case, now: datetime) -> DataRequest:
    """The person asks that a case under legal hold be erased: refused at once, and kept that it was asked for."""
    row = _enter(session, case, Citizen(case.person_id), "erase", now)
    row.state = "refused"
    _answered(session, row, case, Clock(), now)
    return row


def _answerers(session: Session, request: DataRequest, case: Case, now: datetime) -> list[Account]:
    """The custodians of the case. Without one who is free of it, who is in charge at the office above, or further up;
    where nobody is above, at the own office."""
    line = list(_upwards(case.handling_unit))
    duties = [[("kustodian", unit) for unit in line]]
    duties += [[(SUPERIORS[unit.kind], unit)] for unit in [*line[1:], line[0]] if unit.kind in SUPERIORS]
    for duty in duties:
        holders = [a for role, unit in duty for a in staff.holders(session, role, unit.id, now)]
        if free := [a for a in dict.fromkeys(holders) if _free(session, request, a, now)]:
            return free
    return []


def _upwards(unit: Unit) -> Iterator[Unit]:
    yield unit
    if unit.parent is not None:
        yield from _upwards(unit.parent)


def _free(session: Session, request: DataRequest, account: Account, now: datetime) -> bool:
    """Whether the case is not hidden from this account, and another one wrote the request down."""
    sees = access.find(session, staff.officer(session, account, now), request.case_id)
    return sees is not None and account.id != request.entered_by


def waiting(session: Session, officer: Officer, now: datetime) -> list[tuple[DataRequest, Case]]:
    """Requests that this account may answer, the oldest first."""
    rows = session.execute(_unanswered().where(access.visible(officer)))
    return [(request, case) for request, case in rows if _may(session, request, case, officer, now)]


def _may(session: Session, request: DataRequest, case: Case, officer: Officer, now: datetime) -> bool:
    return officer.account_id in {account.id for account in _answerers(session, request, case, now)}


def grant(session: Session, request: DataRequest, case: Case, officer: Officer, now: datetime) -> list[str]:
    """Send the copy, or announce the erasure that follows; of an open case it follows its end.

    Returns the copy where no wire leads: whoever granted it prints it and hands it over.
    """
    _check(session, request, case, officer, now)
    if request.kind == "copy":
        _tell(session, case, "data_copy", now, text=_copy(session, case))
        request.state = "done"
    else:
        if retention.held(session, case):
            raise Impossible("under_hold")
        _tell(session, case, "data_erased" if _ended(session, case) else "data_erase_later", now)
        request.state = "granted"
    _answered(session, request, case, officer, now)
    copies = _to_hand_over(session, request, case)
    if copies and case.visibility != "anonymous":
        reason = wording.label("opened_for", "data_copy", "id")
        identities.write_down(session, case, officer, reason, now)
    return copies


def _ended(session: Session, case: Case) -> bool:
    """Whether nobody works on it any more, also not on the case into which it was merged."""
    return case.status in ENDED and links.resolve(session, case).status in ENDED


def _tell(session: Session, case: Case, key: str, now: datetime, **params: Any) -> None:
    """Where one may not write freely any more, a knock without content asks for a word first."""
    purpose: Purpose = "private" if key in PRIVATE else "reply"
    if purpose == "private" and case.conversation.address.value_enc is None:
        return  # who asked was erased meanwhile: nothing reaches them, and nothing is kept for them
    outbox.enqueue(session, case.conversation, key, now, purpose=purpose, case=case, number=case.number, **params)
    knocks.knock(session, case, safety.NOTICE, now)


def refuse(session: Session, request: DataRequest, case: Case, officer: Officer, reason: str, now: datetime) -> None:
    """Not now, and the person is told why."""
    _check(session, request, case, officer, now)
    if not reason.strip():
        raise Impossible("reason_missing")
    _tell(session, case, "data_refused", now, reason=reason.strip())
    request.state = "refused"
    _answered(session, request, case, officer, now)


def _check(session: Session, request: DataRequest, case: Case, officer: Officer, now: datetime) -> None:
    if not _may(session, request, case, officer, now):
        raise Impossible("not_yours")
    if request.state != "open":
        raise Impossible("not_now")


def _answered(session: Session, request: DataRequest, case: Case, actor: Actor, now: datetime) -> None:
    request.answered_at = now
    request.answered_by = actor.account_id if isinstance(actor, Officer) else None
    journal.append(
        session,
        case.handling_unit_id,
        "data_answer",
        actor,
        now,
        case_id=case.id,
        kind=request.kind,
        state=request.state,
    )


def by_hand(case: Case) -> bool:
    """Whether no wire leads to the person, so that a copy is printed and handed over."""
    return not CAPABILITIES.get(case.conversation.channel_account.channel, PLAIN).wired


def _to_hand_over(session: Session, request: DataRequest, case: Case) -> list[str]:
    query = select(Outbound).where(Outbound.case_id == case.id, Outbound.key == "data_copy")
    query = query.where(Outbound.created_at == request.answered_at, Outbound.error_code == outbox.PRINT)
    return [outbox.body(session, row) for row in session.scalars(query.order_by(Outbound.id))]


def _copy(session: Session, case: Case) -> str:
    """What is held about the person and in their own words, with what they wrote there outside of any case; nothing
    that others said of them. Of somebody anonymous whoever hands it over reads neither name nor number."""
    facts = people.identity(session, session.get_one(Person, case.person_id))
    locale = case.conversation.locale
    lines = [
        f"{wording.label('party_field', name, locale)}: {facts[name]}"
        for name in people.IDENTITY_FIELDS
        if facts.get(name)
    ]
    loose = and_(
        Message.conversation_id == case.conversation_id, Message.case_id.is_(None), Message.body_enc.is_not(None)
    )
    rows = session.scalars(select(Message).where(or_(Message.case_id == case.id, loose)).order_by(Message.id))
    said = [_said(session, case, message) for message in rows]
    if by_hand(case) and case.visibility == "anonymous":
        return people.hide("\n".join(said), facts)
    return "\n".join([*lines, *said])


def _said(session: Session, case: Case, message: Message) -> str:
    names = "".join(f" [{files.name(session, file)}]" for file in message.attachments)
    at = message.received_at.astimezone(ZoneInfo((case.subject_unit or case.handling_unit).timezone))
    when = format_datetime(at, "d MMM y, HH.mm", locale=case.conversation.locale)
    return f"{when} {at:%Z}: {conversations.text_of(session, message)}{names}"


# ------------------------------------------------------------------ what time does


def carry_out(database: Database, now: datetime) -> int:
    """Erase what was granted, once nobody works on it, nothing holds it, and the person was told. Returns how many."""
    query = select(DataRequest, Case).join(Case, Case.id == DataRequest.case_id).where(DataRequest.state == "granted")
    query = query.where(Case.status.in_([str(s) for s in ENDED]), Case.legal_hold.is_(False))
    with database.read() as session:
        rows = session.execute(query.order_by(DataRequest.answered_at))
        due = [request.id for request, case in rows if case.erased_at or not _blocked(session, case)]
    return batches.each(database, "carry_out", due, lambda session, request_id: _carry_out(session, request_id, now))


def _carry_out(session: Session, request_id: str, now: datetime) -> bool:
    request = session.get_one(DataRequest, request_id)
    case = cases.lock(session, request.case_id)
    if case.erased_at is None and not _may_go(session, request, case, now):
        return False
    if case.erased_at is None:
        retention.erase(session, case, Clock(), now, "request")
    request.state = "done"
    return True


def _blocked(session: Session, case: Case) -> bool:
    """Whether it is needed still, or the copy that was asked for too is not out."""
    copy = select(DataRequest.id).where(DataRequest.case_id == case.id, DataRequest.kind == "copy")
    waits = session.scalar(copy.where(DataRequest.state == "open").limit(1)) is not None
    return waits or retention.held(session, case) or not _ended(session, case)


def _may_go(session: Session, request: DataRequest, case: Case, now: datetime) -> bool:
    """Whether nothing stands in the way, and the person knows, or could not be told within a day."""
    if _blocked(session, case):
        return False
    told = select(Outbound).where(Outbound.case_id == case.id, Outbound.key == "data_erased")
    told = told.where(Outbound.created_at >= request.answered_at).order_by(Outbound.id.desc()).limit(1)
    word = session.scalar(told)
    if word is None:
        _tell(session, case, "data_erased", now)
        return False
    unread = CAPABILITIES.get(word.channel, PLAIN).on_page and word.state not in ("delivered", "read")
    going = unread or word.state in ("queued", "claimed", "held")
    return not going or word.created_at <= now - _PATIENCE


def remind(database: Database, now: datetime) -> int:
    """Whoever answers a request, or answers it from now on since the case went elsewhere, is told of it; again a day
    before its end, with the head, and once it is late, with the Kanwil. Returns of how many somebody was told."""
    with database.read() as session:
        due = [row.id for row, case in session.execute(_unanswered()) if _untold(session, row, case, now)[1]]
    return batches.each(database, "remind", due, lambda session, request_id: _remind(session, request_id, now))


def _remind(session: Session, request_id: str, now: datetime) -> bool:
    case = cases.lock(session, session.get_one(DataRequest, request_id).case_id)
    request = session.get_one(DataRequest, request_id, populate_existing=True)
    if request.state != "open" or case.erased_at is not None:
        return False
    key, accounts = _untold(session, request, case, now)
    return bool(notices.notify(session, case, accounts, key, now))


def _untold(session: Session, request: DataRequest, case: Case, now: datetime) -> tuple[str, list[str]]:
    """The line that a request asks for now, and who should read it and was not given it yet."""
    key, since = _line(request, now)
    concerned = _answerers(session, request, case, now)
    if key != "data_request":
        concerned += notices.keepers(session, case, Part.HEAD, now)
    if key == "data_request_late":
        concerned += identities.watchers(session, case, now)
    had = select(Notice.account_id).where(Notice.case_id == case.id, Notice.key == key, Notice.created_at >= since)
    told = set(session.scalars(had))
    fresh = [account for account in dict.fromkeys(concerned) if account.id not in told]
    return key, [account.id for account in fresh if not notices.hidden(session, case, account, now)]


def _line(request: DataRequest, now: datetime) -> tuple[str, datetime]:
    """Which line is due, and since when."""
    if now > request.due_at:
        return "data_request_late", request.due_at
    if now >= request.due_at - _SOON:
        return "data_request_due", request.due_at - _SOON
    return "data_request", request.asked_at


def _unanswered() -> Select[DataRequest, Case]:
    query = select(DataRequest, Case).join(Case, Case.id == DataRequest.case_id)
    return query.where(DataRequest.state == "open", Case.erased_at.is_(None)).order_by(DataRequest.due_at)


def late(session: Session, now: datetime, officer: Officer | None = None) -> list[tuple[DataRequest, Case]]:
    """What nobody answered in time, the oldest first; of an account's cases, or of all."""
    query = _unanswered().where(DataRequest.due_at < now)
    if officer is not None:
        query = query.where(access.visible(officer))
    return [(request, case) for request, case in session.execute(query)]
