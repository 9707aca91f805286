"""What is wrong with the service itself: raised once, shown to those who keep it, cleared when it is over.

An alarm has a name (``email``, ``sending:email``, ``calendar``, ``selftest``) and a short code; never a word of a
message.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workflow.db import Database
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


def tell(database: Database, name: str, code: str, now: datetime) -> None:
    """Raise an alarm in a transaction of its own, where several processes may find the same at once."""
    try:
        with database.write() as session:
            sound(session, name, code, now)
    except IntegrityError:
        pass  # another one was quicker


def clear(session: Session, name: str, now: datetime) -> bool:
    """It is over; True if there was an alarm."""
    ended = update(Alarm).where(Alarm.name == name, Alarm.cleared_at.is_(None)).values(cleared_at=now)
    return session.execute(ended.returning(Alarm.name)).first() is not None


def over(session: Session, now: datetime) -> list[str]:
    """The names of alarms that ended within a day: whoever saw them shall see that, too."""
    query = select(Alarm.name).where(Alarm.cleared_at > now - RECENT).order_by(Alarm.cleared_at)
    return list(session.scalars(query))


def ringing(session: Session) -> list[Alarm]:
    """The alarms that are not over, oldest first."""
    return list(session.scalars(select(Alarm).where(Alarm.cleared_at.is_(None)).order_by(Alarm.raised_at)))
