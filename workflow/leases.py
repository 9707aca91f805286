"""A task that one process at a time may do: whoever holds its row, until the row expires.

Every step is one conditional update, so that two processes never both believe that they hold it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workflow.models import Lease

LENGTH = timedelta(seconds=90)


def take(session: Session, name: str, holder: str, now: datetime, length: timedelta = LENGTH) -> bool:
    """Take a task that nobody holds, or whose holder let it expire; True for its own holder, too."""
    free = or_(Lease.expires_at <= now, Lease.holder == holder)
    if _update(session, name, holder, now + length, free):
        return True
    if session.scalar(select(Lease.name).where(Lease.name == name)) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(Lease(name=name, holder=holder, expires_at=now + length))
    except IntegrityError:
        return False  # somebody made the row in this moment
    return True


def renew(session: Session, name: str, holder: str, now: datetime, length: timedelta = LENGTH) -> bool:
    """Hold on to a task; False where somebody else has taken it meanwhile: stop at once then."""
    return _update(session, name, holder, now + length, Lease.holder == holder)


def release(session: Session, name: str, holder: str) -> None:
    """Let go of a task, so that the next one need not wait for it to expire."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


def _update(session: Session, name: str, holder: str, until: datetime, condition: object) -> bool:
    values = {"holder": holder, "expires_at": until}
    statement = update(Lease).where(Lease.name == name, condition).values(values)  # type: ignore[arg-type]
    done = session.execute(statement, execution_options={"synchronize_session": False})
    return bool(done.rowcount)  # type: ignore[attr-defined]
