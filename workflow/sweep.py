"""What time does: due deadlines remind, close, release or escalate; waiting ends; doubtful deliveries are looked at."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import (
    batches,
    cases,
    decisions,
    escalation,
    journal,
    knocks,
    ladder,
    notices,
    outbox,
    settling,
    timekeeping,
)
from workflow.actors import Clock
from workflow.clocks import rules
from workflow.db import Database
from workflow.models import Case, Deadline, Pause
from workflow.states import Impossible, Part

log = logging.getLogger("aduan.sweep")


def sweep(database: Database, now: datetime) -> int:
    """Act on every due deadline, each in a transaction of its own. Safe in several processes; returns how many.

    Cases without an owner come first. One that cannot be acted on is logged, and keeps no other waiting.
    """
    done = _end_waiting(database, now)
    while acted := sum(_pass(database, now, owned=owned) for owned in (False, True)):
        done += acted
    return done


def _pass(database: Database, now: datetime, *, owned: bool) -> int:
    """Once through everything that is due, page by page."""
    done, place = 0, None
    while True:
        with database.read() as session:
            rows = escalation.due(session, now, owned=owned, after=place)
            due = [(row.id, row.case_id, row.next_at, first) for row, first in rows if row.next_at]
        if not due:
            return done
        for deadline_id, case_id, seen_at, first in due:
            place = (seen_at, deadline_id)
            for each in dict.fromkeys((first or deadline_id, deadline_id)):
                done += _tried(database, each, case_id, seen_at, now)


def _tried(database: Database, deadline_id: str, case_id: str, seen_at: datetime, now: datetime) -> bool:
    with batches.alone("sweep", deadline_id):
        return _one(database, deadline_id, case_id, seen_at, now)
    return False


def _one(database: Database, deadline_id: str, case_id: str, seen_at: datetime, now: datetime) -> bool:
    with database.write() as session:
        case = cases.lock(session, case_id)
        deadline = escalation.claim(session, deadline_id, seen_at)
        if deadline is None:
            return False
        if deadline.due_at > now:
            escalation.remind(session, case, deadline, now)
        else:
            _ACTIONS[rules()[deadline.rule].on_due](session, case, deadline, now)
        return True


def _close(session: Session, case: Case, _: Deadline, now: datetime) -> None:
    """Silence closes. Whoever wrote about the case since the answer was not silent, and is taken for not satisfied:
    the clock was not set back by that, it only ends otherwise."""
    try:
        if cases.wrote_since_answer(session, case):
            cases.reopen(session, case, now, Clock())
            outbox.enqueue(session, case.conversation, "reopened_unasked", now, case=case, number=case.number)
        else:
            cases.close(session, case, Clock(), now)
    except Impossible:
        log.warning("nothing to close: case=%s", case.id)


def _release(session: Session, case: Case, _: Deadline, now: datetime) -> None:
    try:
        decisions.release(session, case, Clock(), now)
    except Impossible:
        log.warning("nothing to release: case=%s", case.id)


_ACTIONS = {"escalate": escalation.escalate, "close": _close, "release": _release}


def _end_waiting(database: Database, now: datetime) -> int:
    """Whoever did not answer by the date that the officer set is waited for no longer: the clocks run on."""
    query = select(Pause.case_id).where(Pause.ended_at.is_(None), Pause.until < now).order_by(Pause.until).limit(500)
    with database.read() as session:
        waited = list(session.scalars(query))
    return batches.each(database, "end_waiting", waited, lambda session, case_id: _waited(session, case_id, now))


def _waited(session: Session, case_id: str, now: datetime) -> bool:
    timekeeping.waited_enough(session, cases.lock(session, case_id), now)
    return True


def recover(database: Database, now: datetime) -> None:
    """Deliveries that died in mid-send; rungs and windows whose time is over; an official answer without proof alarms
    the officer."""
    ladder.climb_due(database, now)
    knocks.remind_due(database, now)
    with database.write() as session:
        doubtful = [(row.id, row.case_id) for row in settling.recover(session, now)]
    owners = dict(doubtful)
    batches.each(database, "recover", owners, lambda session, row_id: _alarm(session, row_id, owners[row_id], now))


def _alarm(session: Session, outbound_id: int, case_id: str | None, now: datetime) -> bool:
    case = cases.lock(session, case_id) if case_id else None
    if not settling.alarm(session, outbound_id, now) or case is None:
        return False
    notices.tell(session, case, Part.OFFICER, "answer_uncertain", now)
    journal.append(session, case.handling_unit_id, "uncertain", Clock(), now, case_id=case.id, outbound=outbound_id)
    return True
