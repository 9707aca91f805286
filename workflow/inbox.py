"""Store a raw message once. What is stored survives anything; what is a repeat ends here.

Stores of concurrent requests share one commit (``Intake``): one writer thread takes all that wait, and every caller is
told only after the commit. Where one of them fails, they are stored again, each in a savepoint of its own.
"""

from __future__ import annotations

import hashlib
import logging
import queue
import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from workflow import filetypes, people, receipts, threads, units, window
from workflow.db import Database, wake
from workflow.messages import Inbound, Media
from workflow.models import Address, Attachment, Conversation, Message, Person, new_id
from workflow.models.intake import OTHER_CONTENT
from workflow.vault import Erased, Unreadable, vault_of

log = logging.getLogger("aduan.inbox")

BATCH = 64
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
MAX_FILE = 16 * 1024 * 1024
MAX_FILES = 10


@dataclass(frozen=True)
class Stored:
    """What became of an inbound message. ``receipt`` only where the caller asked to mint one at once."""

    message_id: int
    conversation_id: str
    duplicate: bool
    receipt: str | None = None


@dataclass(frozen=True)
class Wish:
    """What the form adds to a message: a receipt at once, a PIN, contact facts, choices of the complainant.

    ``entered_by`` is the officer who wrote it down, ``received_at`` when the office heard it, if that was earlier.
    """

    mint: bool = False
    pin_hash: str | None = None
    facts: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    locale: str | None = None
    entered_by: str | None = None
    received_at: datetime | None = None


def sanitise(text: str) -> str:
    """The text as the database may keep it, of the same length: NUL becomes ␀, a lone surrogate U+FFFD."""
    return _LONE_SURROGATE.sub("\ufffd", text.replace("\x00", "␀"))


def dedupe(session: Session, channel: str, account: str, provider_id: str) -> bytes:
    """The keyed hash by which a message is known again."""
    return vault_of(session).lookup("event", "\x00".join((channel, account, provider_id)))


def store(session: Session, inbound: Inbound, now: datetime, wish: Wish | None = None) -> Stored:
    """Store one message, unless (channel, account, provider id) is known. Handling comes later."""
    wish = wish or Wish()
    known, repeat, other = _known(session, inbound)
    if repeat is not None:
        return Stored(*repeat, duplicate=True)
    conversation, options = _place(session, inbound, wish.options, now)
    message = _message(session, inbound, conversation, known, replace(wish, options=options), now)
    if other:
        message.note = "; ".join(filter(None, (OTHER_CONTENT, message.note)))[:80]
        log.warning("a known id came with other content: message=%d", message.id)
    if len(inbound.media) > MAX_FILES:
        message.options = {**message.options, "surplus": True}
    for media in inbound.media[:MAX_FILES]:
        _attach(session, message, media, now)
    receipt = _mint(session, message, now) if wish.mint else None
    _apply(session, conversation, wish)
    session.flush()
    if inbound.ignored:
        return Stored(message.id, conversation.id, duplicate=False)
    # Always written, never compared: the row's lock orders us against a worker that clears it.
    fresh = {"pending_at": now, **window.renewed(conversation, inbound, now)}
    session.execute(
        update(Conversation).where(Conversation.id == conversation.id).values(fresh),
        execution_options={"synchronize_session": False},
    )
    wake(session)
    return Stored(message.id, conversation.id, duplicate=False, receipt=receipt)


def _known(session: Session, inbound: Inbound) -> tuple[bytes, tuple[int, str] | None, bool]:
    """The key of this event, the message that it repeats, and whether its id was used for another content before."""
    content = vault_of(session).lookup("content", inbound.digest)
    known, row = _find(session, inbound, inbound.provider_id)
    if row is None or not inbound.digest or row[2] == content:
        return known, row and row[:2], False
    known, row = _find(session, inbound, f"{inbound.provider_id}\x00{inbound.digest}")
    return known, row and row[:2], row is None


def _find(session: Session, inbound: Inbound, provider_id: str) -> tuple[bytes, tuple[int, str, bytes] | None]:
    known = dedupe(session, inbound.channel, inbound.account, provider_id)
    query = select(Message.id, Message.conversation_id, Message.content_hash).where(Message.dedupe == known)
    row = session.execute(query).first()
    return known, (row[0], row[1], row[2]) if row else None


def _place(
    session: Session, inbound: Inbound, options: dict[str, Any], now: datetime
) -> tuple[Conversation, dict[str, Any]]:
    """Where a message belongs: to the thread of ours that it answers, or to its sender."""
    if answered := threads.answered(session, inbound):
        return answered.conversation, options | answered.options
    address = people.reach(session, inbound, now)
    account_id = units.channel_account_id(session, inbound.channel, inbound.account)
    known = dedupe(session, inbound.channel, inbound.account, inbound.reply_to or "")
    quoted = threads.quoted(session, inbound, known, address)
    return _conversation(session, address, account_id, inbound.thread, now), options | quoted


def _conversation(session: Session, address: Address, account_id: str, thread: str, now: datetime) -> Conversation:
    query = select(Conversation).where(
        Conversation.address_id == address.id,
        Conversation.channel_account_id == account_id,
        Conversation.thread == thread,
    )
    if found := session.scalar(query):
        return found
    found = Conversation(address_id=address.id, channel_account_id=account_id, thread=thread, created_at=now)
    session.add(found)
    session.flush()
    return found


def _message(
    session: Session,
    inbound: Inbound,
    conversation: Conversation,
    known: bytes,
    wish: Wish,
    now: datetime,
) -> Message:
    vault, key = vault_of(session), conversation.address.data_key_id
    threaded = inbound.thread and vault.seal(session, key, inbound.provider_id, "message.provider_id")
    message = Message(
        dedupe=known,
        place=threads.place(session, inbound, inbound.place),
        conversation_id=conversation.id,
        kind=inbound.kind,
        note=_words(inbound.note),
        raw_key_id=key,
        provider_id_enc=threaded or None,
        raw_enc=vault.seal(session, key, inbound.raw, "message.raw"),
        body_key_id=key,
        body_enc=vault.seal(session, key, sanitise(inbound.text), "message.body"),
        content_hash=vault.lookup("content", inbound.digest or hashlib.sha256(inbound.raw).hexdigest()),
        state="ignored" if inbound.ignored else "set_aside" if wish.options.get("dead_letter") else "new",
        options=wish.options,
        entered_by=wish.entered_by,
        received_at=wish.received_at or now,
    )
    session.add(message)
    session.flush()
    return message


def _words(note: str) -> str:
    """What an adapter remarked, without the values, which may name people: ``edited; reply_to``."""
    return "; ".join(part.split("=")[0].strip() for part in note.split(";"))[:80]


def _attach(session: Session, message: Message, media: Media, now: datetime) -> None:
    vault, key = vault_of(session), message.body_key_id
    row = Attachment(
        id=new_id(),
        message_id=message.id,
        data_key_id=key,
        name_enc=vault.seal(session, key, sanitise(media.name)[:200], "attachment.name"),
        content_type=filetypes.plain(media.declared_type),
        state="wanted",
        next_attempt_at=now,
    )
    session.add(row)
    if media.url is not None:
        row.source_enc = vault.seal(session, key, media.url, "attachment.source")
    if media.content is None and media.size > MAX_FILE:
        row.state, row.size, row.next_attempt_at = "refused", min(media.size, 2**31 - 1), None
        return
    keep(session, row, media.content)


def keep(session: Session, row: Attachment, content: bytes | None) -> None:
    """Put the bytes of an attachment away. A broken or too large one is marked and never costs the text."""
    if content is None:
        if row.source_enc is None:
            row.state, row.next_attempt_at = "lost", None
        return
    row.size, row.next_attempt_at = len(content), None
    if len(content) > MAX_FILE:
        row.state = "refused"
        return
    seal_hash(session, row, content)
    row.content_type = filetypes.real(content, row.content_type)
    sealed = vault_of(session).seal(session, row.data_key_id, content, "attachment.object")
    try:
        row.object_key, row.state = session.info["objects"].put(sealed), "stored"
    except OSError:
        log.exception("attachment could not be written: attachment=%s", row.id)
        row.state = "lost"


def seal_hash(session: Session, row: Attachment, content: bytes) -> None:
    """Keep the hash of the plain bytes, sealed: evidence for whoever may open it, and no trace of a known file."""
    digest = hashlib.sha256(content).hexdigest()
    row.sha256_enc = vault_of(session).seal(session, row.data_key_id, digest, "attachment.sha256")


def _mint(session: Session, message: Message, now: datetime) -> str:
    return receipts.mint(session, message.body_key_id, now, message_id=message.id, case_id=None)


def _apply(session: Session, conversation: Conversation, wish: Wish) -> None:
    if wish.pin_hash:
        conversation.pin_hash = wish.pin_hash
    if wish.locale:
        conversation.locale = wish.locale
    if wish.facts and conversation.address.person_id:
        people.learn(session, session.get_one(Person, conversation.address.person_id), **wish.facts)


# ------------------------------------------------------------------ group commit


@dataclass
class _Job:
    inbound: Inbound
    wish: Wish | None
    future: Future[Stored]


class NotDurable(Exception):
    """The message could not be made durable. The caller says so and asks for a repeat; nothing was promised."""


#: What one message may break without taking its neighbours, or the writer, along.
FAULTS = (SQLAlchemyError, OSError, ValueError, TypeError, AttributeError, LookupError, Erased, Unreadable)


class Intake:
    """The one writer of inbound messages: takes all that wait and commits them together."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="aduan-intake", daemon=True)
        self._thread.start()

    def store(self, inbound: Inbound, wish: Wish | None = None, timeout: float = 10.0) -> Stored:
        """Store durably; returns after the commit. Raises NotDurable."""
        job = _Job(inbound, wish, Future())
        self._jobs.put(job)
        try:
            return job.future.result(timeout)
        except FAULTS as error:
            raise NotDurable from error

    def close(self) -> None:
        self._jobs.put(None)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch = [job]
            while len(batch) < BATCH and not self._jobs.empty():
                following = self._jobs.get()
                if following is None:
                    self._jobs.put(None)
                    break
                batch.append(following)
            # Rows are locked until the commit: always in one order, so that two processes never wait for each other.
            batch.sort(key=lambda job: (job.inbound.channel, job.inbound.account, job.inbound.sender))
            self._commit(batch)

    def _commit(self, batch: list[_Job]) -> None:
        now = self._clock()
        results: Sequence[Stored | BaseException]
        try:
            results = self._together(batch, now)
        except FAULTS:
            results = self._apart(batch, now)
        for job, result in zip(batch, results, strict=True):
            if isinstance(result, Stored):
                job.future.set_result(result)
            else:
                job.future.set_exception(result)

    def _together(self, batch: list[_Job], now: datetime) -> list[Stored]:
        """The usual way: nothing is wrong with any of them."""
        with self._database.write() as session:
            return [store(session, job.inbound, now, job.wish) for job in batch]

    def _apart(self, batch: list[_Job], now: datetime) -> Sequence[Stored | BaseException]:
        """One of them is not as it should be: each in a savepoint, so that only that one fails."""
        units.forget_accounts(self._database.info)
        try:
            with self._database.write() as session:
                return [_one(session, job, now) for job in batch]
        except FAULTS as error:
            log.exception("intake could not commit: messages=%d", len(batch))
            return [error] * len(batch)


def _one(session: Session, job: _Job, now: datetime) -> Stored | BaseException:
    """One message in its savepoint. A race with another process is lost once and then seen as a repeat."""
    for last in (False, True):
        try:
            with session.begin_nested():
                return store(session, job.inbound, now, job.wish)
        except IntegrityError as error:
            if last:
                return error
        except FAULTS as error:
            log.exception("message could not be stored: channel=%s", job.inbound.channel)
            return error
    raise AssertionError("unreachable")


# ------------------------------------------------------------------ claiming


def claim(database: Database, worker: str, now: datetime, lease: timedelta = timedelta(seconds=60)) -> str | None:
    """Take one conversation with unhandled messages for this worker; None where there is nothing to do."""
    free = (Conversation.claimed_until.is_(None)) | (Conversation.claimed_until < now)
    query = select(Conversation.id).where(Conversation.pending_at <= now, free)
    query = query.order_by(Conversation.pending_at).limit(5)
    while candidates := _read(database, query):
        for candidate in candidates:
            if claim_one(database, candidate, worker, now, lease):
                return candidate
    return None


def _read(database: Database, query: Select[str]) -> list[str]:
    with database.read() as session:
        return list(session.scalars(query))


def claim_one(
    database: Database, conversation_id: str, worker: str, now: datetime, lease: timedelta = timedelta(seconds=60)
) -> bool:
    """Take this conversation, if nobody holds it."""
    free = (Conversation.claimed_until.is_(None)) | (Conversation.claimed_until < now)
    with database.write() as session:
        taken = session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id, Conversation.pending_at <= now, free)
            .values(claimed_by=worker, claimed_until=now + lease)
        )
        return bool(taken.rowcount)  # type: ignore[attr-defined]


def is_pending(database: Database, conversation_id: str) -> bool:
    """Whether messages of this conversation still wait to be handled."""
    with database.read() as session:
        pending = select(Conversation.pending_at).where(Conversation.id == conversation_id)
        return session.scalar(pending) is not None
