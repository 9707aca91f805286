"""Asking after those who took a risk: whether reporting had consequences for them, some days after intake and answer.

Who is asked and when stands in ``data/protection.toml``. A question is put once, respects how its recipient may be
written to, and is never repeated; no answer is recorded, and said to an officer in one line.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, literal, or_, select
from sqlalchemy.orm import Session

from workflow import batches, cases, journal, knocks, notices, outbox
from workflow.actors import Actor, Citizen, Clock
from workflow.calendar import Calendar
from workflow.clocks import calendar_of
from workflow.db import Database
from workflow.messages import CAPABILITIES, PLAIN
from workflow.models import Case, Checkback, Conversation, Outbound, Unit
from workflow.states import Part

_FILE = Path(__file__).parent / "data" / "protection.toml"
#: Cases older than this are not begun with any more.
_SPAN = timedelta(days=60)
#: Whoever was asked so shortly before is not asked again.
_PAUSE = timedelta(days=2)
_BATCH = 200
#: A question in one of these has not reached anybody.
_UNSAID = frozenset({"queued", "held", "claimed", "cancelled", "failed"})


@dataclass(frozen=True)
class Plan:
    """The data file: days after which is asked, how long an answer is waited for, and kinds of cases."""

    days: tuple[int, ...]
    patience: int
    applies: tuple[dict[str, Any], ...]


@lru_cache(maxsize=1)
def plan() -> Plan:
    """What ``data/protection.toml`` says."""
    document = tomllib.loads(_FILE.read_text())
    asked = document["checkback"]
    return Plan(tuple(asked["days"]), asked["patience"], tuple(document["applies"]))


def tick(database: Database, now: datetime) -> None:
    """Schedule, ask, and give up waiting."""
    with database.write() as session:
        schedule(session, now)
    _each(database, _due(now), _ask, now)
    _each(database, _waiting(now), _give_up, now)


# ------------------------------------------------------------------ scheduling


def schedule(session: Session, now: datetime) -> int:
    """Enter the questions for every case that qualifies and has none yet; returns for how many cases."""
    received = (literal("intake"), Case.received_at)
    answered = (literal("answer-") + cast(Case.rounds, String), Case.responded_at)
    count = 0
    for phase, column in (received, answered):
        known = exists().where(Checkback.case_id == Case.id, Checkback.phase == phase)
        query = select(Case, phase, column).join(Unit, Unit.id == Case.handling_unit_id).where(Unit.kind != "test")
        query = query.where(column > now - _SPAN, Case.erased_at.is_(None), Case.track == "complaint", _qualifies())
        for case, name, start in session.execute(query.where(~known).limit(_BATCH)).all():
            with batches.alone("schedule", case.id), session.begin_nested():
                _enter(session, case, name, start or now, now)
                count += 1
    return count


def _qualifies() -> ColumnElement[bool]:
    return or_(*(and_(*(_condition(name, value) for name, value in kind.items())) for kind in plan().applies))


def _condition(name: str, value: Any) -> ColumnElement[bool]:
    known: dict[str, ColumnElement[bool]] = {
        "risk": Case.risk == value,
        "about_staff": Case.about_staff.is_(value),
        "seal": Case.seal == value,
        "vulnerable": Case.vulnerable_group != "none" if value else Case.vulnerable_group == "none",
    }
    return known[name]


def _enter(session: Session, case: Case, phase: str, start: datetime, now: datetime) -> None:
    days = _calendar(session, case, now)
    for count in plan().days:
        due = days.morning_before(days.after_working(start, count).at, 0)
        row = Checkback(
            case_id=case.id, conversation_id=case.conversation_id, phase=phase, days=count, due_at=due,
        )  # fmt: skip
        if due < now - _PAUSE:
            row.outcome, row.ended_at = "missed", now
        session.add(row)
    session.flush()


def _calendar(session: Session, case: Case, now: datetime) -> Calendar:
    return calendar_of(session, case.subject_unit or case.handling_unit, now)


# ------------------------------------------------------------------ asking


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(Checkback.outcome == "", Checkback.asked_at.is_(None), Checkback.due_at <= now)


def _waiting(now: datetime) -> ColumnElement[bool]:
    return and_(Checkback.outcome == "", Checkback.asked_at <= now - timedelta(days=plan().patience))


def _each(database: Database, which: ColumnElement[bool], step: Any, now: datetime) -> None:
    """Each row in a transaction of its own, under the lock of its case."""
    with database.read() as session:
        query = select(Checkback.id, Checkback.case_id).where(which).order_by(Checkback.due_at).limit(_BATCH)
        found = [(row_id, case_id) for row_id, case_id in session.execute(query)]
    for row_id, case_id in found:
        with batches.alone("checkback", row_id), database.write() as session:
            case = cases.lock(session, case_id)
            row = session.scalar(select(Checkback).where(Checkback.id == row_id, which).with_for_update())
            if row is not None:
                step(session, case, row, now)


def _ask(session: Session, case: Case, row: Checkback, now: datetime) -> None:
    conversation = case.conversation
    if (
        case.erased_at
        or case.close_ground == "merged"
        or conversation.address.opted_out_at
        or _asked(session, row, now)
    ):
        _end(session, case, row, "ended", Clock(), now)
    elif not CAPABILITIES.get(conversation.channel_account.channel, PLAIN).wired:
        _end(session, case, row, "by_hand", Clock(), now)
        notices.tell(session, case, Part.OFFICER, "checkback_by_hand", now)
    else:
        sent = outbox.enqueue(
            session, conversation, "checkback", now, purpose="notice", case=case, choices=("AMAN", "TIDAK AMAN")
        )
        row.asked_at, row.outbound_id = now, sent[-1].id
        knocks.knock(session, case, "question", now)
        journal.append(session, case.handling_unit_id, "checkback_asked", Clock(), now, case_id=case.id, days=row.days)


def _asked(session: Session, row: Checkback, now: datetime) -> bool:
    """Whether the same person was asked a moment ago, after another case or another date."""
    lately = select(Checkback.id).where(Checkback.conversation_id == row.conversation_id)
    return session.scalar(lately.where(Checkback.asked_at > now - _PAUSE).limit(1)) is not None


def _give_up(session: Session, case: Case, row: Checkback, now: datetime) -> None:
    if row.asked_at and _calendar(session, case, now).after_working(row.asked_at, plan().patience).at < now:
        _end(session, case, row, "silent", Clock(), now)
        notices.tell(session, case, Part.OFFICER, "checkback_silent", now)


# ------------------------------------------------------------------ the answer


def asked_of(session: Session, conversation: Conversation) -> list[Checkback]:
    """Questions that this person has in hand and has not answered, the newest first."""
    query = select(Checkback, Outbound.state).join(Outbound, Outbound.id == Checkback.outbound_id)
    query = query.where(Checkback.conversation_id == conversation.id, Checkback.outcome == "")
    rows = session.execute(query.order_by(Checkback.asked_at.desc())).all()
    on_page = CAPABILITIES.get(conversation.channel_account.channel, PLAIN).on_page
    return [row for row, state in rows if on_page or state not in _UNSAID]


def answered(session: Session, conversation: Conversation, outcome: str, now: datetime) -> Case | None:
    """Record how they fare: ``safe``, ``unsafe``, or ``told`` something else. Returns the case that was asked after.

    The journal says that there was an answer, not which: it is read at the facility, too.
    """
    rows = asked_of(session, conversation)
    for row in rows:
        case = cases.lock(session, row.case_id)
        _end(session, case, row, outcome, Citizen(case.person_id), now)
    return session.get_one(Case, rows[0].case_id) if rows else None


def _end(session: Session, case: Case, row: Checkback, outcome: str, actor: Actor, now: datetime) -> None:
    row.outcome, row.ended_at = outcome, now
    seen = "answered" if outcome in ("safe", "unsafe", "told") else outcome
    journal.append(
        session, case.handling_unit_id, "checkback_ended", actor, now, case_id=case.id, days=row.days, outcome=seen
    )


def of_case(session: Session, case: Case) -> list[Checkback]:
    """Every question of a case, in order of their days."""
    return list(session.scalars(select(Checkback).where(Checkback.case_id == case.id).order_by(Checkback.due_at)))
