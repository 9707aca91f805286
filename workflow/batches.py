"""Rows that a tick goes through, each in a transaction of its own: a bad one keeps no other waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from workflow.db import Database
from workflow.states import Impossible
from workflow.vault import Erased, Unreadable

log = logging.getLogger("aduan.batches")

Id = TypeVar("Id", str, int)

#: What one row may have wrong with it: its key is gone or not ours, a row that it needs is not there, or the step does
#: not fit it (any more).
FAULTS = (SQLAlchemyError, Erased, Unreadable, Impossible, LookupError, ValueError)


def each(database: Database, task: str, ids: Iterable[Id], step: Callable[[Session, Id], object]) -> int:
    """Carry out a step for every row; returns for how many it did something. Failures are logged by id."""
    done = 0
    for row_id in ids:
        try:
            with database.write() as session:
                done += bool(step(session, row_id))
        except FAULTS:
            log.exception("row could not be handled: task=%s row=%s", task, row_id)
    return done
