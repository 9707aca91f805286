"""What protects whoever complains: how they may be written to, and whether they are asked how they fare."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, UTCDateTime
from workflow.models.columns import pk


class SafeContact(Base):
    """When and with what words a person may be written to; it holds for every address of that person.

    ``only_after``: only after a word of theirs; ``neutral``: a notice without content until they write; between
    ``hour_from`` and ``hour_to`` (local hours in ``zone``) alone. ``set_by`` is empty where they said it themselves.
    """

    __tablename__ = "safe_contact"
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    only_after: Mapped[bool] = mapped_column(default=False)
    neutral: Mapped[bool] = mapped_column(default=False)
    hour_from: Mapped[int | None]
    hour_to: Mapped[int | None]
    zone: Mapped[str] = mapped_column(String(40))
    set_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Checkback(Base):
    """One question after how a complainant fares. ``phase``: ``intake``, or ``answer-N`` after the N-th answer.

    ``outcome``: empty while it is open, ``safe``, ``unsafe``, ``told`` (something else was said), ``silent``,
    ``by_hand`` (no way leads there), ``missed`` (its day had passed before anybody knew of the risk), ``ended``.
    """

    __tablename__ = "checkback"
    __table_args__ = (
        UniqueConstraint("case_id", "phase", "days"),
        Index("ix_checkback_due", "due_at", postgresql_where=text("outcome = ''"), sqlite_where=text("outcome = ''")),
    )
    id: Mapped[str] = pk()
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    phase: Mapped[str] = mapped_column(String(12))
    days: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outbound_id: Mapped[int | None] = mapped_column(ForeignKey("outbound.id"))
    outcome: Mapped[str] = mapped_column(String(8), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
