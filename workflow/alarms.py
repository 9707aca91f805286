"""What is wrong with the service itself: raised once, shown to those who keep it, cleared when it is over.

An alarm has a name (``email``, ``calendar``, ``selftest``) and a short code; never a word of a message.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.models import Alarm

#: Whose page shows the alarms of the service.
KEEPERS = ("admin", "kanwil", "ditjenpas", "kepala")
#: For so long an alarm that is over is still told.
RECENT = timedelta(hours=24)


def sound(session: Session, name: str, code: str, now: datetime) -> bool:
    """Raise an alarm, or change its code; True if that is news."""
    row = session.get(Alarm, name)
    if row is not None and row.cleared_at is None and row.code == code:
        return False
    if row is None:
        row = Alarm(name=name)
        session.add(row)
    row.code, row.raised_at, row.cleared_at = code[:40], now, None
    session.flush()
    return True


def clear(session: Session, name: str, now: datetime) -> bool:
    """It is over; True if there was an alarm."""
    row = session.get(Alarm, name)
    if row is None or row.cleared_at is not None:
        return False
    row.cleared_at = now
    return True


def over(session: Session, now: datetime) -> list[str]:
    """The names of alarms that ended within a day: whoever saw them shall see that, too."""
    query = select(Alarm.name).where(Alarm.cleared_at > now - RECENT).order_by(Alarm.cleared_at)
    return list(session.scalars(query))


def ringing(session: Session) -> list[Alarm]:
    """The alarms that are not over, oldest first."""
    return list(session.scalars(select(Alarm).where(Alarm.cleared_at.is_(None)).order_by(Alarm.raised_at)))
