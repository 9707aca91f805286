"""Deadlines, the ladder, and who was told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, UTCDateTime
from workflow.models.columns import pk, serial


class Deadline(Base):
    """One named deadline of a case. ``next_at`` is when the sweep looks at it again; NULL once it is over.

    ``provisional``: it crosses the last day that the holiday data cover.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("case_id", "rule", "round"),
        Index("ix_deadline_next", "next_at"),
    )
    id: Mapped[str] = pk()
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
    id: Mapped[str] = pk()
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
    id: Mapped[int] = serial()
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    key: Mapped[str] = mapped_column(String(30))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
