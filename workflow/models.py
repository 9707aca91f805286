"""The rows. Columns that end in ``_enc`` hold ciphertext under a data key; see ``vault``."""

from __future__ import annotations

import secrets
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow.db import Base, UTCDateTime

ID = String(32)
Serial = BigInteger().with_variant(Integer, "sqlite")


def new_id() -> str:
    """A random id, safe in a URL: it tells neither order nor time."""
    return uuid.uuid4().hex


def new_ref() -> str:
    """A short random id that providers carry for us."""
    return secrets.token_hex(10)


def _pk() -> Mapped[str]:
    return mapped_column(ID, primary_key=True, default=new_id)


def _serial() -> Mapped[int]:
    return mapped_column(Serial, primary_key=True, autoincrement=True)


class Unit(Base):
    """A Directorate General, a regional office (Kanwil) or a facility (UPT)."""

    __tablename__ = "unit"
    id: Mapped[str] = _pk()
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))  # ditjen, kanwil, upt
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Jakarta")
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    parent: Mapped[Unit | None] = relationship(remote_side=[id])


class UnitKey(Base):
    """A unit's public key. Data keys of sealed cases may be wrapped to it, so that only the Kanwil can open them."""

    __tablename__ = "unit_key"
    id: Mapped[str] = _pk()
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ChannelAccount(Base):
    """One of our own addresses on a channel, and the unit whose messages arrive there."""

    __tablename__ = "channel_account"
    __table_args__ = (UniqueConstraint("channel", "address"),)
    id: Mapped[str] = _pk()
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))


class Account(Base):
    """A member of staff who can log in. ``epoch`` grows when every session of the account shall end."""

    __tablename__ = "account"
    id: Mapped[str] = _pk()
    name: Mapped[str] = mapped_column(String(60), unique=True)
    full_name: Mapped[str] = mapped_column(String(120))
    post: Mapped[str] = mapped_column(String(120), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(5), default="id")
    epoch: Mapped[int] = mapped_column(default=1)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    grants: Mapped[list[RoleGrant]] = relationship(
        back_populates="account", foreign_keys="RoleGrant.account_id", order_by="RoleGrant.valid_from"
    )


class RoleGrant(Base):
    """A dated role of an account at a unit. ``delegated_by`` marks an acting holder (Plh.)."""

    __tablename__ = "role_grant"
    id: Mapped[str] = _pk()
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[str] = mapped_column(String(12))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    delegated_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    account: Mapped[Account] = relationship(back_populates="grants", foreign_keys=[account_id])


class DataKey(Base):
    """A data key, wrapped. Destroying ``wrapped`` erases everything that it encrypts.

    ``wrapping`` is ``master:<version>``, or ``unit:<unit_key.id>`` where only a unit's private key opens it.
    """

    __tablename__ = "data_key"
    id: Mapped[str] = _pk()
    purpose: Mapped[str] = mapped_column(String(10))  # person, case, system
    wrapping: Mapped[str] = mapped_column(String(40))
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    destroyed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Person(Base):
    """Somebody who writes to us; who it is stands in ``identity_enc`` alone (name, numbers, contact)."""

    __tablename__ = "person"
    id: Mapped[str] = _pk()
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    identity_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Address(Base):
    """Where a person, or a member of staff, is reached on a channel; found by keyed HMAC."""

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("channel", "lookup"),)
    id: Mapped[str] = _pk()
    channel: Mapped[str] = mapped_column(String(20))
    lookup: Mapped[bytes] = mapped_column(LargeBinary(32))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    value_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    opted_out_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Conversation(Base):
    """One address talking to one of our accounts. ``state`` holds the dialogue's memory: words of ours, never content.

    ``pending_at`` is set while messages wait to be handled: not before that time.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("address_id", "channel_account_id"),
        Index("ix_conversation_pending", "pending_at", postgresql_where=text("pending_at IS NOT NULL")),
    )
    id: Mapped[str] = _pk()
    address_id: Mapped[str] = mapped_column(ForeignKey("address.id"))
    channel_account_id: Mapped[str] = mapped_column(ForeignKey("channel_account.id"))
    locale: Mapped[str] = mapped_column(String(5), default="id")
    state: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    window_ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pending_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    address: Mapped[Address] = relationship()
    channel_account: Mapped[ChannelAccount] = relationship()


class Message(Base):
    """An inbound message, stored before anything is done with it. ``dedupe`` is a keyed hash of
    (channel, account, provider id). ``raw_enc`` is the event as received, ``body_enc`` the sanitised text."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_unhandled", "conversation_id", "id", sqlite_where=text("state = 'new'")),
        Index("ix_message_set_aside", "state", sqlite_where=text("state = 'set_aside'")),
    )
    id: Mapped[int] = _serial()
    dedupe: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    case_id: Mapped[str | None] = mapped_column(ForeignKey("complaint.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(80), default="")
    raw_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    raw_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    body_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    body_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    state: Mapped[str] = mapped_column(String(10), default="new")  # new, handled, set_aside
    attempts: Mapped[int] = mapped_column(default=0)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    conversation: Mapped[Conversation] = relationship()
    attachments: Mapped[list[Attachment]] = relationship(back_populates="message", order_by="Attachment.id")


class Attachment(Base):
    """A file of a message. The object is immutable and encrypted; ``sha256`` is of the plain bytes."""

    __tablename__ = "attachment"
    id: Mapped[str] = _pk()
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("complaint.id"), index=True)
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    name_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    source_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str | None] = mapped_column(String(64))
    object_key: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10))  # stored, wanted, refused, lost
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    message: Mapped[Message] = relationship(back_populates="attachments")


class Receipt(Base):
    """A receipt code, found by keyed HMAC. Minted with the stored message, moved to the case when it opens."""

    __tablename__ = "receipt"
    id: Mapped[str] = _pk()
    lookup: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("complaint.id"), index=True)
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    code_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Case(Base):
    """A complaint. ``subject_unit_id`` is the unit it is about, ``handling_unit_id`` who works, sees and numbers it.

    ``seal``: ``none``; ``desk`` hides it from the complaint unit; ``kanwil`` from the whole facility.
    """

    __tablename__ = "complaint"
    __table_args__ = (
        Index("ix_complaint_queue", "handling_unit_id", "status", "urgency_rank", "nearest_due_at"),
        Index("ix_complaint_subject", "subject_unit_id", "status"),
    )
    id: Mapped[str] = _pk()
    number: Mapped[str] = mapped_column(String(80), unique=True)
    subject_unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    handling_unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    channel: Mapped[str] = mapped_column(String(20))
    track: Mapped[str] = mapped_column(String(12))  # complaint, aspiration, praise, information
    status: Mapped[str] = mapped_column(String(12))
    resume_status: Mapped[str | None] = mapped_column(String(12))
    seal: Mapped[str] = mapped_column(String(8), default="none")
    seal_reason: Mapped[str] = mapped_column(String(20), default="")
    visibility: Mapped[str] = mapped_column(String(12), default="confidential")
    intent: Mapped[str] = mapped_column(String(16))
    category: Mapped[str] = mapped_column(String(30))
    urgency: Mapped[str] = mapped_column(String(8))
    urgency_rank: Mapped[int]
    about_head: Mapped[bool]
    about_staff: Mapped[bool]
    vulnerable_group: Mapped[str] = mapped_column(String(10), default="none")
    risk: Mapped[str] = mapped_column(String(8), default="")  # of reprisal, as the complainant sees it: yes, no
    language: Mapped[str] = mapped_column(String(6), default="id")
    summary_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    official_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    nearest_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    responded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    close_ground: Mapped[str] = mapped_column(String(20), default="")
    rounds: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    retention_class: Mapped[str] = mapped_column(String(20), default="standard")
    legal_hold: Mapped[bool] = mapped_column(default=False)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    handling_unit: Mapped[Unit] = relationship(foreign_keys=[handling_unit_id])
    subject_unit: Mapped[Unit | None] = relationship(foreign_keys=[subject_unit_id])
    conversation: Mapped[Conversation] = relationship(foreign_keys=[conversation_id])
    owner: Mapped[Account | None] = relationship(foreign_keys=[owner_id])
    official: Mapped[Account | None] = relationship(foreign_keys=[official_id])
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own convention


class CaseNumber(Base):
    """Every number ever given, gap-free per unit and local year.

    ``entry`` is what the unit's register shows: ``case``, or ``elsewhere`` once the case is handled by another unit.
    """

    __tablename__ = "case_number"
    __table_args__ = (UniqueConstraint("unit_id", "year", "sequence"),)
    number: Mapped[str] = mapped_column(String(80), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    sequence: Mapped[int]
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    entry: Mapped[str] = mapped_column(String(10), default="case")
    given_at: Mapped[datetime] = mapped_column(UTCDateTime)


class NumberSeries(Base):
    """The last number given in a series; the row is locked while the next one is taken."""

    __tablename__ = "number_series"
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)  # case, letter
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class Party(Base):
    """Reporter, affected inmate or respondent of a case, under an alias; what is known of them is encrypted."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("case_id", "alias"),)
    id: Mapped[str] = _pk()
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))  # reporter, inmate, respondent
    alias: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    details_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    relation: Mapped[str] = mapped_column(String(30), default="")
    relation_evidence: Mapped[str] = mapped_column(String(30), default="")
    verified_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Exclusion(Base):
    """An account that may not see (``hide``), or may not act on (``act``), one case, and why."""

    __tablename__ = "exclusion"
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    scope: Mapped[str] = mapped_column(String(4))
    reason: Mapped[str] = mapped_column(String(20))  # named, author
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CaseLink(Base):
    """Two cases that belong together: ``merged``, ``split``, ``retaliation``, ``duplicate``, ``incident``."""

    __tablename__ = "case_link"
    __table_args__ = (UniqueConstraint("case_id", "other_id", "kind"),)
    id: Mapped[str] = _pk()
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    other_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    score: Mapped[float | None]
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Judgement(Base):
    """What triage, or an officer after it, judged; praise, suggestions and questions have a unit and no case.
    The evidence holds words of the message and is encrypted."""

    __tablename__ = "judgement"
    id: Mapped[int] = _serial()
    case_id: Mapped[str | None] = mapped_column(ForeignKey("complaint.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    author_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    verdict: Mapped[dict[str, Any]] = mapped_column(JSON)
    evidence_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Paper(Base):
    """An immutable text of the office about a case, in versions: summary, recommendation, direction, report, answer.

    ``hash`` is SHA-256 over salt, body and list of attachments: what a head approves, and what the journal commits to.
    """

    __tablename__ = "paper"
    __table_args__ = (UniqueConstraint("case_id", "kind", "version"),)
    id: Mapped[str] = _pk()
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    author_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    body_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    hash: Mapped[str] = mapped_column(String(64), index=True)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Approval(Base):
    """A head's decision on one exact text: ``approved`` or ``returned``."""

    __tablename__ = "approval"
    id: Mapped[str] = _pk()
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    paper_id: Mapped[str] = mapped_column(ForeignKey("paper.id"), index=True)
    hash: Mapped[str] = mapped_column(String(64))
    decision: Mapped[str] = mapped_column(String(10))
    approver_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    grant_id: Mapped[str | None] = mapped_column(ForeignKey("role_grant.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Letter(Base):
    """An official response as issued: number of the handling unit's series, check code, hash of the file."""

    __tablename__ = "letter"
    id: Mapped[str] = _pk()
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    paper_id: Mapped[str] = mapped_column(ForeignKey("paper.id"))
    number: Mapped[str] = mapped_column(String(80), unique=True)
    check_lookup: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    sha256: Mapped[str | None] = mapped_column(String(64))
    object_key: Mapped[str | None] = mapped_column(String(80))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Deadline(Base):
    """One named deadline of a case. ``next_at`` is when the sweep looks at it again; NULL once it is over.

    ``provisional``: it crosses the last day that the holiday data cover.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("case_id", "rule", "round"),
        Index("ix_deadline_next", "next_at"),
    )
    id: Mapped[str] = _pk()
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    rule: Mapped[str] = mapped_column(String(20))
    round: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    provisional: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(8), default="running")  # running, paused, met, missed, void
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    extensions: Mapped[int] = mapped_column(default=0)
    rung: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Escalation(Base):
    """One rung of the ladder that was climbed, once, and whom it reached."""

    __tablename__ = "escalation"
    __table_args__ = (UniqueConstraint("deadline_id", "rung"),)
    id: Mapped[str] = _pk()
    deadline_id: Mapped[str] = mapped_column(ForeignKey("deadline.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    rung: Mapped[int]
    role: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    recipients: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Notice(Base):
    """A line on a member of staff's own page: no text, no name, a case to look at."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_unread", "account_id", "read_at"),)
    id: Mapped[int] = _serial()
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    key: Mapped[str] = mapped_column(String(30))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class HolidayOverride(Base):
    """A day that the operator, or a decree, made a holiday (or a working day) beyond the library's data."""

    __tablename__ = "holiday_override"
    id: Mapped[str] = _pk()
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    day: Mapped[date]
    holiday: Mapped[bool]
    source: Mapped[str] = mapped_column(String(200))


class Outbound(Base):
    """A message to send, and what became of it. ``ref`` is our id at the provider.

    States: queued → claimed → accepted → sent → delivered → read; aside: uncertain, failed, cancelled.
    ``rank`` of a state only grows, so that a late receipt never takes evidence away.
    """

    __tablename__ = "outbound"
    __table_args__ = (
        Index("ix_outbound_due", "state", "next_attempt_at"),
        Index("ix_outbound_conversation", "conversation_id", "id"),
    )
    id: Mapped[int] = _serial()
    ref: Mapped[str] = mapped_column(String(24), unique=True, default=new_ref)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    case_id: Mapped[str | None] = mapped_column(ForeignKey("complaint.id"), index=True)
    paper_id: Mapped[str | None] = mapped_column(ForeignKey("paper.id"))
    purpose: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(20))
    locale: Mapped[str] = mapped_column(String(5))
    key: Mapped[str] = mapped_column(String(40))
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    choices: Mapped[list[str]] = mapped_column(JSON, default=list)
    params_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    body_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    rank: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    provider_lookup: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    error_code: Mapped[str | None] = mapped_column(String(40))
    error_ours: Mapped[bool] = mapped_column(default=False)
    alarmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    conversation: Mapped[Conversation] = relationship()


class DeliveryEvent(Base):
    """Every attempt and every receipt of an outbound message, in order of arrival."""

    __tablename__ = "delivery_event"
    id: Mapped[int] = _serial()
    outbound_id: Mapped[int] = mapped_column(ForeignKey("outbound.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    code: Mapped[str | None] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class JournalEntry(Base):
    """An entry of a unit's chain. ``record`` are the canonical bytes that ``hash`` covers with ``previous``."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("unit_id", "sequence"),)
    id: Mapped[int] = _serial()
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    sequence: Mapped[int]
    case_id: Mapped[str | None] = mapped_column(ID, index=True)
    action: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    record: Mapped[bytes] = mapped_column(LargeBinary)
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class JournalHead(Base):
    """The end of a unit's chain; locked while an entry is added."""

    __tablename__ = "journal_head"
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(default=0)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class Lease(Base):
    """A named task that one process at a time may do, until ``expires_at``."""

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Mark(Base):
    """Facts about this database itself, such as that the demo made it."""

    __tablename__ = "mark"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
