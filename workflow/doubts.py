"""Official answers whose fate is unknown here and may be known at the provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from workflow import outbox, settling
from workflow.db import Database
from workflow.messages import Outgoing
from workflow.models import Outbound
from workflow.vault import Erased, Unreadable

#: A receipt that has not come by then may have been lost; asked again as often.
QUIET = timedelta(hours=1)
#: After this nobody asks any more: the ladder goes on.
GIVEN_UP = timedelta(days=7)


@dataclass(frozen=True)
class Doubt:
    """One message to ask for. ``provider_id`` is None where the answer to the send never came."""

    outbound_id: int
    outgoing: Outgoing
    provider_id: str | None
    since: datetime


def find(database: Database, now: datetime, limit: int = 20) -> list[Doubt]:
    """Official answers in doubt, and those that were taken an hour ago and of which nothing was heard since."""
    unheard = and_(
        Outbound.state.in_(("accepted", "sent")),
        Outbound.provider_enc.is_not(None),
        Outbound.sent_at.between(now - GIVEN_UP, now - QUIET),
        or_(Outbound.next_attempt_at.is_(None), Outbound.next_attempt_at <= now - QUIET),
    )
    query = select(Outbound).where(Outbound.purpose == "official", or_(Outbound.state == "uncertain", unheard))
    with database.read() as session:
        rows = session.scalars(query.order_by(Outbound.next_attempt_at).limit(limit))
        return [doubt for row in rows if (doubt := _doubt(session, row, now))]


def _doubt(session: Session, row: Outbound, now: datetime) -> Doubt | None:
    try:
        return Doubt(row.id, outbox.outgoing(session, row, now), settling.provider_id(session, row), row.created_at)
    except (Erased, Unreadable):
        return None


def asked(session: Session, doubt: Doubt, now: datetime) -> None:
    """Not again for an hour; an answer in doubt keeps the time of its alarm."""
    row = outbox.locked(session, doubt.outbound_id)
    if row.state in ("accepted", "sent"):
        row.next_attempt_at = now
