"""What arrives: conversations, messages, files, receipt codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow.db import Base, UTCDateTime
from workflow.models.columns import pk, serial
from workflow.models.people import Address
from workflow.models.units import ChannelAccount

#: In the note of a message whose id had come before with another content.
OTHER_CONTENT = "other content under a known id"


class Conversation(Base):
    """One address talking to one of our accounts; by mail, one thread of that. ``state`` holds the dialogue's memory:
    words of ours, never content.

    ``pending_at`` is set while messages wait to be handled: not before that time.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("address_id", "channel_account_id", "thread", name="uq_conversation_thread"),
        Index("ix_conversation_pending", "pending_at", postgresql_where=text("pending_at IS NOT NULL")),
        Index("ix_conversation_window", "window_ends_at", postgresql_where=text("window_ends_at IS NOT NULL")),
    )
    id: Mapped[str] = pk()
    address_id: Mapped[str] = mapped_column(ForeignKey("address.id"))
    channel_account_id: Mapped[str] = mapped_column(ForeignKey("channel_account.id"))
    thread: Mapped[str] = mapped_column(String(64), default="")
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
    (channel, account, provider id). ``raw_enc`` is the event as received, ``body_enc`` the sanitised text. ``place`` is
    a keyed hash of the name by which later messages quote this one, where that is not the provider id."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_conversation", "conversation_id", "id"),
        Index("ix_message_unhandled", "conversation_id", "id", sqlite_where=text("state = 'new'")),
        Index("ix_message_set_aside", "state", sqlite_where=text("state = 'set_aside'")),
    )
    id: Mapped[int] = serial()
    dedupe: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    place: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("complaint.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(80), default="")
    raw_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    provider_id_enc: Mapped[bytes | None] = mapped_column(LargeBinary)  # where answers name it, see threads
    raw_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    body_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    body_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    state: Mapped[str] = mapped_column(String(10), default="new")  # new, handled, set_aside, ignored
    attempts: Mapped[int] = mapped_column(default=0)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    conversation: Mapped[Conversation] = relationship()
    attachments: Mapped[list[Attachment]] = relationship(back_populates="message", order_by="Attachment.id")

    @property
    def altered(self) -> bool:
        """Whether its id had come before with another content."""
        return OTHER_CONTENT in self.note


class Attachment(Base):
    """A file of a message, or of a paper of the office. The object is immutable and encrypted.

    ``sha256_enc`` is the hash of the plain bytes; it is sealed, because a plain one tells of a file that is known
    elsewhere. ``fault`` is why it could not be fetched.

    ``view``: the copy that staff see is still to be made (empty), ``ready``, or ``none``. ``scan``: not scanned yet
    (empty), ``clean``, ``infected``, or ``unscannable``.
    """

    __tablename__ = "attachment"
    id: Mapped[str] = pk()
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    paper_id: Mapped[str | None] = mapped_column(ForeignKey("paper.id"), index=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("complaint.id"), index=True)
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    name_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    source_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(default=0)
    sha256_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    object_key: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10))  # stored, wanted, refused, lost
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    fault: Mapped[str] = mapped_column(String(40), default="")
    view: Mapped[str] = mapped_column(String(8), default="")
    view_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    copy_object_key: Mapped[str | None] = mapped_column(String(80))
    copy_type: Mapped[str] = mapped_column(String(20), default="")
    thumb_object_key: Mapped[str | None] = mapped_column(String(80))
    scan: Mapped[str] = mapped_column(String(12), default="")
    scan_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    infection: Mapped[str] = mapped_column(String(80), default="")
    message: Mapped[Message | None] = relationship(back_populates="attachments")


class Receipt(Base):
    """A receipt code, found by keyed HMAC. Minted with the stored message, moved to the case when it opens."""

    __tablename__ = "receipt"
    id: Mapped[str] = pk()
    lookup: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("complaint.id"), index=True)
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    code_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
