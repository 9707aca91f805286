"""Rows that a tick goes through, each in a transaction of its own: a bad one keeps no other waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
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


@contextmanager
def alone(task: str, row_id: str | int) -> Iterator[None]:
    """What is wrong with this row is logged, and what comes after it goes on."""
    try:
        yield
    except FAULTS:
        log.exception("row could not be handled: task=%s row=%s", task, row_id)


def each(database: Database, task: str, ids: Iterable[Id], step: Callable[[Session, Id], object]) -> int:
    """Carry out a step for every row; returns for how many it did something."""
    done = 0
    for row_id in ids:
        with alone(task, row_id), database.write() as session:
            done += bool(step(session, row_id))
    return done
