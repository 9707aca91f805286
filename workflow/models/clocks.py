"""Deadlines, the ladder, and who was told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, UTCDateTime
from workflow.models.columns import pk, serial


class Deadline(Base):
    """One named deadline of a case. ``next_at`` is when the sweep looks at it again; NULL once it is over.

    ``days`` (minutes for an emergency) with what was added by an extension, ``stood`` working days that it stood still:
    from these and ``started_at`` it is counted again when the calendar changes. ``provisional``: it crosses the last
    day that the holiday data cover. ``created_at`` is after ``started_at`` where a case got another track, or went on.
    ``moved_at``, ``moved_from``: its first move in the month of its last one, and when it was due before: a report made
    early in a month tells from them what was late as the month began.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("case_id", "rule", "round"),
        Index("ix_deadline_next", "next_at", "id"),
        Index("ix_deadline_case", "case_id", "next_at"),
    )
    id: Mapped[str] = pk()
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"))
    rule: Mapped[str] = mapped_column(String(20))
    round: Mapped[int] = mapped_column(default=0)
    days: Mapped[int] = mapped_column(default=0)
    stood: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    moved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    moved_from: Mapped[datetime | None] = mapped_column(UTCDateTime)
    provisional: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(8), default="running")  # running, paused, met, missed, void
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    extensions: Mapped[int] = mapped_column(default=0)
    rung: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Escalation(Base):
    """One rung of the ladder that was climbed, once, and whom it reached."""

    __tablename__ = "escalation"
    __table_args__ = (UniqueConstraint("deadline_id", "rung"),)
    id: Mapped[str] = pk()
    deadline_id: Mapped[str] = mapped_column(ForeignKey("deadline.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    rung: Mapped[int]
    role: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    recipients: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class EscalationRecipient(Base):
    """Who was told on a rung, by which line on their page and which message to their telephone."""

    __tablename__ = "escalation_recipient"
    __table_args__ = (UniqueConstraint("escalation_id", "account_id"),)
    id: Mapped[str] = pk()
    escalation_id: Mapped[str] = mapped_column(ForeignKey("escalation.id"))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id", ondelete="SET NULL"))
    outbound_id: Mapped[int | None] = mapped_column(ForeignKey("outbound.id"))


class Extension(Base):
    """More time for one deadline: how much, who gave it, and the reason as the family was told it."""

    __tablename__ = "extension"
    id: Mapped[str] = pk()
    deadline_id: Mapped[str] = mapped_column(ForeignKey("deadline.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    days: Mapped[int]
    before: Mapped[datetime] = mapped_column(UTCDateTime)
    after: Mapped[datetime] = mapped_column(UTCDateTime)
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    reason_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Pause(Base):
    """While the complainant is waited for: what for, since when, until which moment at the latest."""

    __tablename__ = "pause"
    __table_args__ = (Index("ix_pause_open", "until", sqlite_where=text("ended_at IS NULL")),)
    id: Mapped[str] = pk()
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    category: Mapped[str] = mapped_column(String(12))  # information, documents, attendance, other
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    until: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Notice(Base):
    """A line on a member of staff's own page: no text, no name, a case to look at."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_unread", "account_id", "read_at"),)
    id: Mapped[int] = serial()
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    key: Mapped[str] = mapped_column(String(30))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
