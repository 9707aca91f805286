"""Files that a provider keeps for us: claim, try again, put away. Reading a file for those who may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workflow import inbox, outbox
from workflow.db import Database
from workflow.messages import Media
from workflow.models import Attachment, Conversation, Message
from workflow.vault import vault_of

PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 600))


@dataclass(frozen=True)
class Wanted:
    """A file to fetch, as the adapter of its channel needs it."""

    attachment_id: str
    channel: str
    media: Media


def wanted(database: Database, now: datetime, lease: timedelta, limit: int) -> list[Wanted]:
    """Claim files that are due: nobody else tries them before the lease is over."""
    with database.read() as session:
        query = select(Attachment.id).where(Attachment.state == "wanted", Attachment.next_attempt_at <= now)
        due = list(session.scalars(query.order_by(Attachment.next_attempt_at).limit(limit)))
    return [item for attachment_id in due if (item := _claim(database, attachment_id, now, lease))]


def _claim(database: Database, attachment_id: str, now: datetime, lease: timedelta) -> Wanted | None:
    with database.write() as session:
        taken = session.execute(
            update(Attachment)
            .where(Attachment.id == attachment_id, Attachment.state == "wanted", Attachment.next_attempt_at <= now)
            .values(next_attempt_at=now + lease, attempts=Attachment.attempts + 1)
        )
        if not taken.rowcount:  # type: ignore[attr-defined]
            return None
        row = session.get_one(Attachment, attachment_id)
        url = vault_of(session).open_text(session, row.data_key_id, row.source_enc, "attachment.source")
        channel = session.get_one(Message, row.message_id).conversation.channel_account.channel
        return Wanted(row.id, channel, Media(name(session, row), row.content_type, url=url))


def again(database: Database, item: Wanted, now: datetime) -> bool:
    """Plan another try; False once all are used up."""
    with database.write() as session:
        row = session.get_one(Attachment, item.attachment_id)
        if row.attempts > len(PAUSES):
            return False
        row.next_attempt_at = now + PAUSES[row.attempts - 1]
        return True


def settle(database: Database, item: Wanted, content: bytes | None, now: datetime) -> None:
    """Put the bytes away, or mark the file as lost; its message is kept either way."""
    with database.write() as session:
        row = session.get_one(Attachment, item.attachment_id)
        if content is None:
            row.state, row.next_attempt_at = "lost", None
        else:
            inbox.keep(session, row, content)
            if row.state == "refused":
                tell_refused(session, row.message.conversation, now)


def refuse(database: Database, item: Wanted, now: datetime) -> None:
    """The provider holds more than we take: the file is marked, and its sender is told."""
    with database.write() as session:
        row = session.get_one(Attachment, item.attachment_id)
        row.state, row.next_attempt_at = "refused", None
        tell_refused(session, row.message.conversation, now)


def tell_refused(session: Session, conversation: Conversation, now: datetime) -> None:
    """One sentence on how large a file may be."""
    outbox.enqueue(session, conversation, "file_too_large", now, limit=inbox.MAX_FILE // 2**20)


def name(session: Session, row: Attachment) -> str:
    """The file's name as its sender gave it."""
    return vault_of(session).open_text(session, row.data_key_id, row.name_enc, "attachment.name")


def content(session: Session, row: Attachment) -> bytes | None:
    """The plain bytes; None where there are none. Raises Erased, FileNotFoundError, ValueError (damaged)."""
    if row.object_key is None:
        return None
    sealed = session.info["objects"].get(row.object_key)
    return vault_of(session).open(session, row.data_key_id, sealed, "attachment.object")
