"""What time does: due deadlines close, release or escalate; doubtful deliveries are looked at again."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from workflow import cases, deadlines, decisions, journal, notices, outbox
from workflow.actors import Clock
from workflow.db import Database
from workflow.models import Case, Deadline
from workflow.states import Impossible, Part
from workflow.vault import Erased, Unreadable

log = logging.getLogger("aduan.sweep")


def sweep(database: Database, now: datetime) -> int:
    """Act on every due deadline, each in a transaction of its own. Safe in several processes; returns how many.

    One that cannot be acted on is logged at every sweep, and keeps no other waiting.
    """
    done, seen = 0, set[tuple[str, int]]()
    while True:
        with database.read() as session:
            due = [d for d in deadlines.due_now(session, now) if (d[0], d[1]) not in seen]
        if not due:
            return done
        for deadline_id, rung, _ in due:
            seen.add((deadline_id, rung))
            try:
                done += _one(database, deadline_id, rung, now)
            except (SQLAlchemyError, Erased, Unreadable):
                log.exception("deadline could not be acted on: deadline=%s", deadline_id)


def _one(database: Database, deadline_id: str, rung: int, now: datetime) -> bool:
    with database.write() as session:
        case = cases.lock(session, deadlines.case_of(session, deadline_id))
        deadline = deadlines.claim(session, deadline_id, rung, now)
        if deadline is None:
            return False
        _ACTIONS[deadlines.rules()[0][deadline.rule].on_due](session, case, deadline, now)
        return True


def _close(session: Session, case: Case, _: Deadline, now: datetime) -> None:
    try:
        cases.close(session, case, Clock(), now)
    except Impossible:
        log.warning("nothing to close: case=%s", case.id)


def _release(session: Session, case: Case, _: Deadline, now: datetime) -> None:
    try:
        decisions.release(session, case, Clock(), now)
    except Impossible:
        log.warning("nothing to release: case=%s", case.id)


_ACTIONS = {"escalate": deadlines.escalate, "close": _close, "release": _release}


def recover(database: Database, now: datetime) -> None:
    """Deliveries that died in mid-send; an official answer without proof alarms the officer."""
    with database.write() as session:
        doubtful = [(row.id, row.case_id) for row in outbox.recover(session, now)]
    for outbound_id, case_id in doubtful:
        with database.write() as session:
            case = cases.lock(session, case_id) if case_id else None
            if not outbox.alarm(session, outbound_id, now) or case is None:
                continue
            notices.tell(session, case, Part.OFFICER, "answer_uncertain", now)
            journal.append(
                session, case.handling_unit_id, "uncertain", Clock(), now, case_id=case.id, outbound=outbound_id
            )
