"""Files: those that a provider keeps for us, the copies of pictures that staff see, and what the scanner says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from workflow import batches, filetypes, inbox, outbox, pictures
from workflow.db import Database
from workflow.messages import Media
from workflow.models import Attachment, Case, Conversation, Message
from workflow.vault import Erased, Unreadable, vault_of

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
        channel = session.get_one(Message, row.message_id).conversation.channel_account.channel
        with batches.alone("fetch", attachment_id):  # and not again before the lease is over
            url = vault_of(session).open_text(session, row.data_key_id, row.source_enc, "attachment.source")
            return Wanted(row.id, channel, Media(name(session, row), row.content_type, url=url))
        return None


def again(database: Database, item: Wanted, fault: str, now: datetime, wait: float | None = None) -> bool:
    """Plan another try, not before the provider's own ``wait`` in seconds; False once all are used up."""
    with database.write() as session:
        row = session.get_one(Attachment, item.attachment_id)
        row.fault = fault[:40]
        if row.attempts > len(PAUSES):
            return False
        row.next_attempt_at = now + max(PAUSES[row.attempts - 1], timedelta(seconds=wait or 0))
        return True


def settle(database: Database, item: Wanted, content: bytes | None, now: datetime, fault: str = "") -> None:
    """Put the bytes away, or mark the file as lost; its message is kept either way."""
    with database.write() as session:
        row = session.get_one(Attachment, item.attachment_id)
        row.fault = fault[:40]
        if content is None:
            row.state, row.next_attempt_at = "lost", None
        else:
            inbox.keep(session, row, content)
            if row.state == "refused" and row.message:
                tell_refused(session, row.message.conversation, now)


def refuse(database: Database, item: Wanted, now: datetime) -> None:
    """The provider holds more than we take: the file is marked, and its sender is told."""
    with database.write() as session:
        row = session.get_one(Attachment, item.attachment_id)
        row.state, row.fault, row.next_attempt_at = "refused", "too_large", None
        if row.message:
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


def sha256(session: Session, row: Attachment) -> str | None:
    """The hash of the plain bytes, for those who prove to a court which file it was. Raises Erased."""
    if row.sha256_enc is None:
        return None
    return vault_of(session).open_text(session, row.data_key_id, row.sha256_enc, "attachment.sha256")


# ------------------------------------------------------------------ copies of pictures

LEASE = timedelta(minutes=5)


def prepare(database: Database, now: datetime, limit: int = 20) -> int:
    """Make the copies that staff see, outside any request. Returns how many files were looked at."""
    with database.read() as session:
        query = select(Attachment.id).where(*_unseen(now))
        due = list(session.scalars(query.order_by(Attachment.message_id).limit(limit)))
    done = 0
    for attachment_id in due:
        with batches.alone("prepare", attachment_id):
            done += _prepare(database, attachment_id, now)
    return done


def _unseen(now: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(Attachment.view_due_at.is_(None), Attachment.view_due_at <= now)
    return Attachment.state == "stored", Attachment.view == "", free


def _prepare(database: Database, attachment_id: str, now: datetime) -> bool:
    with database.write() as session:
        mine = update(Attachment).where(Attachment.id == attachment_id, *_unseen(now))
        if not session.execute(mine.values(view_due_at=now + LEASE)).rowcount:  # type: ignore[attr-defined]
            return False
    with database.read() as session:
        row = session.get_one(Attachment, attachment_id)
        is_picture, plain = is_image(row), _plain(session, row)
    made = pictures.prepare(plain) if is_picture and plain is not None else None
    with database.write() as session:
        _show(session, session.get_one(Attachment, attachment_id), plain, made)
    return True


def _show(session: Session, row: Attachment, plain: bytes | None, made: pictures.Prepared | None) -> None:
    row.view, row.view_due_at = "ready" if made else "none", None
    try:
        if row.sha256_enc is None and plain is not None:
            inbox.seal_hash(session, row, plain)
        if made is not None:
            row.copy_object_key, row.copy_type = _put(session, row, made.copy, "copy"), made.copy_type
            row.thumb_object_key = _put(session, row, made.thumb, "thumb")
    except (Erased, Unreadable, OSError):
        row.view = "none"


def _put(session: Session, row: Attachment, content: bytes, part: str) -> str:
    sealed = vault_of(session).seal(session, row.data_key_id, content, f"attachment.{part}")
    return str(session.info["objects"].put(sealed))


def is_image(row: Attachment) -> bool:
    """Whether a file may hold what a camera knows, and staff see a copy without that."""
    return filetypes.is_picture(row.content_type)


def is_guarded(row: Attachment, case: Case) -> bool:
    """Whether nobody gets it without a reason: it may tell where and when, and there is no copy that does not. A video
    of somebody who speaks openly, or of an official, tells what is known."""
    open_video = row.paper_id is not None or case.visibility == "open"
    return is_image(row) or (filetypes.may_tell_place(row.content_type) and not open_video)


def picture(session: Session, row: Attachment, part: str) -> bytes | None:
    """The bytes of ``copy`` or ``thumb``; None where there are none. Raises as ``content`` does."""
    key = row.copy_object_key if part == "copy" else row.thumb_object_key
    if key is None:
        return None
    sealed = session.info["objects"].get(key)
    return vault_of(session).open(session, row.data_key_id, sealed, f"attachment.{part}")


def _plain(session: Session, row: Attachment) -> bytes | None:
    """The bytes, or None where they are gone or damaged."""
    try:
        return content(session, row)
    except (Erased, Unreadable, OSError, ValueError):
        return None


# ------------------------------------------------------------------ what the scanner says

SCAN_PAUSE = timedelta(minutes=5)


def unscanned(database: Database, now: datetime, limit: int) -> list[str]:
    """Files that no scanner has seen and whose turn it is, oldest first."""
    with database.read() as session:
        query = select(Attachment.id).where(*_unread(now)).order_by(Attachment.message_id)
        return list(session.scalars(query.limit(limit)))


def _unread(now: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(Attachment.scan_due_at.is_(None), Attachment.scan_due_at <= now)
    return Attachment.state == "stored", Attachment.scan == "", free


def take_for_scan(database: Database, attachment_id: str, now: datetime) -> bytes | None:
    """Claim one file for a while and give its bytes; None where somebody else has it, or where it is gone."""
    with database.write() as session:
        mine = update(Attachment).where(Attachment.id == attachment_id, *_unread(now))
        if not session.execute(mine.values(scan_due_at=now + SCAN_PAUSE)).rowcount:  # type: ignore[attr-defined]
            return None
        row = session.get_one(Attachment, attachment_id)
        plain = _plain(session, row)
        if plain is None:
            row.scan = "unscannable"
        return plain


def settle_scan(database: Database, attachment_id: str, verdict: str, infection: str = "") -> None:
    """Keep what the scanner said: ``clean``, ``infected`` or ``unscannable``."""
    with database.write() as session:
        row = session.get_one(Attachment, attachment_id)
        row.scan, row.infection, row.scan_due_at = verdict, infection[:80], None
