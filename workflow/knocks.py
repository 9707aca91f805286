"""Knocking where the window is closed: an approved wording asks for a word, which opens it again.

Before a window ends the complainant is reminded of a question that still waits, once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from workflow import batches, outbox, safety, window
from workflow.db import Database
from workflow.models import Case, Conversation, Outbound
from workflow.states import Status

#: How long before the end of the window a question is repeated.
AHEAD = timedelta(hours=3)


def knock(session: Session, case: Case, template: str, now: datetime) -> None:
    """Ask for a word by an approved wording, unless one may write freely or has knocked since the window closed."""
    seen = window.of(case.conversation, now)
    if seen is None or seen.is_open or case.conversation.address.opted_out_at is not None:
        return
    before = select(Outbound.id).where(
        Outbound.conversation_id == case.conversation_id, Outbound.template == template, Outbound.state != "failed"
    )
    if seen.ends_at is not None:
        before = before.where(Outbound.created_at >= seen.ends_at)
    if session.scalar(before.limit(1)) is None:
        named: dict[str, Any] = {} if template == safety.NOTICE else {"number": case.number}
        outbox.enqueue(
            session, case.conversation, template, now, purpose="notice", case=case, template=template, **named
        )


def remind_due(database: Database, now: datetime) -> int:
    """Remind whoever was asked something and has not answered, shortly before the window ends; returns how many."""
    reminded = exists().where(
        Outbound.conversation_id == Conversation.id, Outbound.key == "reminder",
        Outbound.created_at > now + AHEAD - window.LENGTH,
    )  # fmt: skip
    query = select(Case.id).join(Conversation, Conversation.id == Case.conversation_id)
    query = query.where(Conversation.window_ends_at > now, Conversation.window_ends_at <= now + AHEAD)
    with database.read() as session:
        waiting = list(session.scalars(query.where(Case.status == Status.WAITING, ~reminded).limit(100)))
    return batches.each(database, "remind", waiting, lambda session, case_id: _remind(session, case_id, now))


def _remind(session: Session, case_id: str, now: datetime) -> bool:
    case = session.scalars(select(Case).where(Case.id == case_id).with_for_update(of=Case, key_share=True)).one()
    conversation = case.conversation
    ends_at = conversation.window_ends_at
    if case.status != Status.WAITING or ends_at is None or conversation.address.opted_out_at is not None:
        return False
    same = select(Outbound.id).where(Outbound.conversation_id == conversation.id, Outbound.key == "reminder")
    if session.scalar(same.where(Outbound.created_at > ends_at - window.LENGTH).limit(1)) is not None:
        return False
    outbox.enqueue(
        session, conversation, "reminder", now, purpose="notice", case=case, template="reminder",
        number=case.number,
    )  # fmt: skip
    return True
