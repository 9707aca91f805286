"""The alarm when no complaint comes any more from where complaints used to come.

A facility is silent if nothing was entered for thirty days, although the middle one of the six spans of thirty days
before (of those since its first complaint, at least three) had four complaints or more. Four: by chance alone such a
facility is empty for a month less than once in fifty.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from workflow import leases, staff, units
from workflow.db import Database
from workflow.models import JournalEntry, Unit
from workflow.reports.month import Month
from workflow.reports.monthly import tell

SPAN = timedelta(days=30)
SPANS, FEWEST, USUAL = 6, 3, 4
_PAUSE = timedelta(hours=20)


def watch(database: Database, now: datetime) -> int:
    """Once a day, in one process: tell the Kanwil of facilities that fell silent. Returns how many are silent."""
    with database.write() as session:
        if not leases.take(session, "silence", secrets.token_hex(8), now, _PAUSE):
            return 0
        silent = [unit for unit in session.scalars(_without(now)) if is_silent(session, unit, now)]
        for unit in silent:
            above = units.superior(session, unit)
            month = str(Month.of(now, unit.timezone))
            tell(session, staff.holders(session, "kanwil", above.id, now), unit, "silence", month, now)
        return len(silent)


def _without(now: datetime) -> Select[Unit]:
    """Facilities that nothing came to in the last span, and something before."""
    opened = (JournalEntry.unit_id == Unit.id, JournalEntry.action == "open")
    lately = exists().where(*opened, JournalEntry.at > now - SPAN, JournalEntry.at <= now)
    before = exists().where(*opened, JournalEntry.at > now - SPAN * (SPANS + 1), JournalEntry.at <= now - SPAN)
    return select(Unit).where(Unit.kind == "upt", ~lately, before)


def is_silent(session: Session, unit: Unit, now: datetime) -> bool:
    """Whether intake fell to zero, compared with the facility's own past."""
    if _entered(session, unit, now - SPAN, now):
        return False
    opened = select(JournalEntry.at).where(JournalEntry.unit_id == unit.id, JournalEntry.action == "open")
    first = session.scalar(opened.order_by(JournalEntry.at).limit(1))
    begins = [now - SPAN * (n + 1) for n in range(1, SPANS + 1)]
    known = [begin for begin in begins if first is not None and begin >= first]
    if len(known) < FEWEST:
        return False
    return median(_entered(session, unit, begin, begin + SPAN) for begin in known) >= USUAL


def _entered(session: Session, unit: Unit, begin: datetime, end: datetime) -> int:
    query = select(func.count()).where(
        JournalEntry.unit_id == unit.id, JournalEntry.at > begin, JournalEntry.at <= end, JournalEntry.action == "open"
    )
    return session.scalar(query) or 0
