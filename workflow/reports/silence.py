"""The alarm when no complaint comes any more from where complaints used to come.

A facility is silent from the day on which its pause is longer than thirty days, twice as long as any in the half-year
before it began, and so long that by chance it would come less than once in two years. By chance: were the days with
complaints spread at random with the same mean pause, one of ``n`` pauses that fill ``known`` days is followed by one
longer than ``pause`` with the chance ``(known / (known + pause)) ** n``. That is exact however short the past is, so
that a young installation and a small facility need no rule of their own: the less is known, the longer it takes.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from workflow import leases, staff
from workflow.db import Database
from workflow.models import JournalEntry, Unit
from workflow.reports import ledger
from workflow.reports.month import Month
from workflow.reports.monthly import receivers, tell

#: No shorter pause is an alarm; so much of the past is looked at; it is taken for no shorter than this, so that three
#: days of one event are no habit; by chance an alarm may come once in this time.
LEAST, PAST, SHORTEST, ONCE_IN = 30, 180, 14, 730
_PAUSE = timedelta(hours=20)


def watch(database: Database, now: datetime) -> int:
    """Once a day, in one process: tell the office above of facilities that fell silent, once a month as long as it
    lasts. Returns how many are silent."""
    with database.write() as session:
        if not leases.take(session, "silence", secrets.token_hex(8), now, _PAUSE):
            return 0
        silent = [unit for unit in _without(session, now) if is_silent(session, unit, now)]
        for unit in silent:
            month = str(Month.of(now, unit.timezone))
            tell(session, receivers(session, unit, now), unit, "silence", month, now)
        return len(silent)


def _without(session: Session, now: datetime) -> Sequence[Unit]:
    """Facilities to which nothing came for so long that it may be an alarm."""
    came = (JournalEntry.unit_id == Unit.id, JournalEntry.action.in_(ledger.ARRIVES))
    lately = exists().where(*came, JournalEntry.at > now - timedelta(days=LEAST), JournalEntry.at <= now)
    return session.scalars(select(Unit).where(Unit.kind == "upt", ~lately)).all()


def is_silent(session: Session, unit: Unit, now: datetime) -> bool:
    """Whether intake fell to zero, compared with the facility's own past."""
    came = select(JournalEntry.at).where(JournalEntry.unit_id == unit.id, JournalEntry.action.in_(ledger.ARRIVES))
    newest = session.scalar(came.where(JournalEntry.at <= now).order_by(JournalEntry.at.desc()).limit(1))
    if newest is None:
        return False
    past = session.scalars(came.where(JournalEntry.at > newest - timedelta(days=PAST), JournalEntry.at <= newest))
    days = (staff.local_today(unit.timezone, at) for at in past)
    return fell_silent(days, staff.local_today(unit.timezone, now))


def fell_silent(days: Iterable[date], today: date) -> bool:
    """The rule, on the days with complaints in the half-year up to the last one."""
    known = sorted(set(days))
    pauses = [(after - before).days for before, after in pairwise(known)]
    pause = (today - known[-1]).days if known else 0
    if not pauses or pause <= LEAST or pause < 2 * max(pauses):
        return False
    span, count = max(sum(pauses), SHORTEST), len(pauses)
    expected = ONCE_IN / span * count * (span / (span + pause)) ** count
    return expected <= 1
