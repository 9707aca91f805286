"""What is kept how long, what must not be erased, and erasing: the key is destroyed, the count and the numbers stay.

``plan`` says what would go and changes nothing; ``run`` does it, each case in a transaction of its own. A case under
legal hold stays with whoever reported it, and so does an open one (UU 27/2022: not while it concerns a legal process).
"""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from workflow import batches, cases, conversations, decisions, journal, links, outbox
from workflow.actors import Actor, Clock, Officer
from workflow.db import Base, Database
from workflow.models import Address, Attachment, Case, Conversation, Message, Outbound, Person
from workflow.states import ENDED, Impossible
from workflow.vault import vault_of

_FILE = Path(__file__).parent / "data" / "retention.toml"
CLASSES = ("standard", "integrity", "information")
_YEAR = timedelta(days=365.25)
_PAGE = 200


@dataclass(frozen=True)
class Line:
    """One case that is due to be erased: nothing of it but what the tombstone keeps."""

    case_id: str
    number: str
    retention_class: str
    ended_at: datetime


@lru_cache(maxsize=1)
def _rules() -> dict[str, dict[str, Any]]:
    return tomllib.loads(_FILE.read_text())


def years(name: str, settings: dict[str, Any] | None = None) -> int:
    """Years that a class is kept at a unit."""
    return int((settings or {}).get("retention", {}).get(name, _rules()[name]["years"]))


def class_of(case: Case) -> str:
    """The class that follows from the track of a case."""
    return {"information": "information", "integrity": "integrity"}.get(cases.track_of(case), "standard")


# ------------------------------------------------------------------ what is due


def plan(session: Session, now: datetime) -> Iterator[Line]:
    """Ended cases whose time is over, by id."""
    shortest, place = min(_rules()[name]["years"] for name in CLASSES), ""
    query = select(Case).where(Case.closed_at <= now - shortest * _YEAR, Case.erased_at.is_(None))
    query = query.where(Case.legal_hold.is_(False), Case.status.in_([str(s) for s in ENDED])).order_by(Case.id)
    while page := list(session.scalars(query.where(Case.id > place).limit(_PAGE))):
        place = page[-1].id
        for case in page:
            with batches.alone("retain", case.id):
                if case.closed_at and not held(session, case) and _over(session, case, now):
                    yield Line(case.id, case.number, class_of(case), case.closed_at)


def _over(session: Session, case: Case, now: datetime) -> bool:
    """Whether the time of a case is over, and of all that was merged with it: they are kept and go together."""
    return all(_over_alone(session, part, now) for part in links.merged(session, case))


def _over_alone(session: Session, case: Case, now: datetime) -> bool:
    """Whether the years after the end are over, and the grace after the last thing that was written."""
    kept = years(class_of(case), case.handling_unit.settings) * _YEAR
    newest = session.scalar(select(func.max(Message.received_at)).where(Message.case_id == case.id))
    grace = timedelta(days=_rules()["grace"]["days"])
    return bool(case.closed_at and case.closed_at + kept <= now and (newest is None or newest + grace <= now))


def run(database: Database, now: datetime) -> int:
    """Erase what is due: cases, loose messages, the addresses of the anonymous. Returns how many cases."""
    with database.read() as session:
        due = [line.case_id for line in plan(session, now)]
    batches.each(database, "retain", due, lambda session, case_id: _retire(session, case_id, now))
    _anonymous(database, now)
    _loose(database, now)
    return len(due)


def _retire(session: Session, case_id: str, now: datetime) -> None:
    case = cases.lock(session, case_id)
    if case.erased_at is None and not held(session, case) and _over(session, case, now):
        erase(session, case, Clock(), now, "retention")


# ------------------------------------------------------------------ holds


def held(session: Session, case: Case) -> bool:
    """Whether a legal process needs it, or anything that was merged with it."""
    return any(part.legal_hold for part in links.merged(session, case))


def hold(session: Session, case: Case, actor: Officer, reason: str, now: datetime, *, on: bool) -> None:
    """A legal process needs the case, or no longer does; the reason is kept with the case's papers."""
    if case.legal_hold == on or case.erased_at is not None:
        raise Impossible("not_now")
    case.legal_hold, action = on, "hold" if on else "hold_lifted"
    paper = decisions.note(session, case, action, reason, actor, now)
    journal.append(session, case.handling_unit_id, action, actor, now, case_id=case.id, commitment=paper.hash)


# ------------------------------------------------------------------ erasing


def erase(session: Session, case: Case, actor: Actor, now: datetime, ground: str) -> None:
    """Nothing that was written about the case can be read again; what it was counted as stays.

    Raises Impossible where it is open or under legal hold.
    """
    if held(session, case):
        raise Impossible("under_hold")
    if case.status not in ENDED:
        raise Impossible("still_open")
    _forget_words(session, case)
    vault_of(session).destroy(session, case.data_key_id, now)
    _remember_erased(session, [case.data_key_id, f"case:{case.id}"])
    case.summary_enc, case.erased_at = None, now
    journal.append(session, case.handling_unit_id, "erased", actor, now, case_id=case.id, ground=ground)
    _forget_person(session, case.person_id, now)


def _forget_words(session: Session, case: Case) -> None:
    """What lies under other keys than the case's: raw events and files. Objects on disk go after the commit."""
    gone = {"raw_enc": None, "body_enc": None}
    session.execute(update(Message).where(Message.case_id == case.id).values(gone))
    outbox.forget_private(session, [case.id])
    for mapper in Base.registry.mappers:
        table = mapper.class_
        keys = [c.key for c in mapper.column_attrs if c.key.endswith("object_key")]
        if not keys or not hasattr(table, "case_id"):
            continue
        for row in session.scalars(select(table).where(table.case_id == case.id)):
            held = [object_key for key in keys if (object_key := getattr(row, key)) is not None]
            session.info.setdefault("objects_gone", []).extend(held)
            for key in keys:
                setattr(row, key, None)
    files = {"name_enc": None, "source_enc": None, "state": "erased", "sha256_enc": None, "view": "none"}
    session.execute(update(Attachment).where(Attachment.case_id == case.id).values(files))


def _forget_person(session: Session, person_id: str, now: datetime) -> bool:
    """The identity goes with the last case that needs it; True if it went."""
    needed = select(Case.id).where(Case.person_id == person_id, Case.erased_at.is_(None)).limit(1)
    person = session.get(Person, person_id)
    if person is None or person.erased_at is not None or session.scalar(needed):
        return False
    forget(session, person, now)
    return True


def forget(session: Session, person: Person, now: datetime) -> None:
    """Name, numbers and addresses of a person are gone; the next message from there comes from somebody new."""
    vault_of(session).destroy(session, person.data_key_id, now)
    _remember_erased(session, [person.data_key_id])
    person.identity_enc, person.erased_at = None, now
    talks = select(Conversation.id).join(Address, Address.id == Conversation.address_id)
    private = update(Outbound).where(Outbound.purpose == "private")
    private = private.where(Outbound.conversation_id.in_(talks.where(Address.person_id == person.id)))
    session.execute(private.values(params_enc=None, body_enc=None))
    for address in session.scalars(select(Address).where(Address.person_id == person.id)):
        address.value_enc, address.lookup = None, secrets.token_bytes(32)
        if hasattr(address, "number_lookup"):
            address.number_lookup = None
        session.execute(
            update(Conversation)
            .where(Conversation.address_id == address.id)
            .values(state={}, pin_hash=None, window_ends_at=None)
        )
    session.flush()


def _remember_erased(session: Session, names: Iterable[str]) -> None:
    session.info.setdefault("erased", []).extend(names)


def _anonymous(database: Database, now: datetime) -> None:
    """The address of somebody anonymous in every case goes a month after the last one ended, unless one is held."""
    before = now - timedelta(days=_rules()["anonymous"]["days"])
    needed = or_(Case.visibility != "anonymous", Case.closed_at.is_(None), Case.closed_at > before, Case.legal_hold)
    query = select(Case.person_id).where(Case.visibility == "anonymous", Case.closed_at <= before)
    query = query.join(Person, Person.id == Case.person_id).where(Person.erased_at.is_(None))
    keeps = select(Case.person_id).where(needed)
    with database.read() as session:
        people = list(session.scalars(query.where(Case.person_id.not_in(keeps)).distinct().limit(_PAGE)))
    for person_id in people:
        with batches.alone("anonymous", person_id), database.write() as session:
            _lock(session, person_id)
            if session.scalar(select(Case.id).where(Case.person_id == person_id, needed).limit(1)) is None:
                forget(session, session.get_one(Person, person_id), now)


def _lock(session: Session, person_id: str) -> None:
    """Nobody opens, reopens or holds a case of this person meanwhile."""
    talks = select(Conversation.id).join(Address, Address.id == Conversation.address_id)
    for conversation_id in list(session.scalars(talks.where(Address.person_id == person_id).order_by(Conversation.id))):
        conversations.lock(session, conversation_id)
    for case_id in list(session.scalars(select(Case.id).where(Case.person_id == person_id).order_by(Case.id))):
        cases.lock(session, case_id)


def _loose(database: Database, now: datetime) -> None:
    """Messages that opened no case: their words go after a year."""
    before = now - years("loose") * _YEAR
    loose = (Message.case_id.is_(None), Message.received_at <= before, Message.raw_enc.is_not(None))
    query = select(Message.id).where(*loose)
    with database.read() as session:
        ids = list(session.scalars(query.order_by(Message.id).limit(_PAGE * 5)))
    if ids:
        with database.write() as session:
            session.execute(update(Message).where(Message.id.in_(ids)).values(raw_enc=None, body_enc=None))
