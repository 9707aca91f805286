"""What leaves, and what became of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow.db import Base, UTCDateTime
from workflow.models.columns import new_ref, serial
from workflow.models.intake import Conversation


class Outbound(Base):
    """A message to send, and what became of it. ``ref`` is our id at the provider.

    States: queued → claimed → accepted → sent → delivered → read; aside: uncertain, failed, cancelled.
    ``rank`` of a state only grows, so that a late receipt never takes evidence away. ``provider_lookup`` and
    ``provider_enc`` are the provider's id of the newest attempt alone; earlier ones stand in the events. ``template``
    names the approved wording that goes out instead of free text.
    """

    __tablename__ = "outbound"
    __table_args__ = (
        Index("ix_outbound_due", "state", "next_attempt_at"),
        Index("ix_outbound_conversation", "conversation_id", "id"),
    )
    id: Mapped[int] = serial()
    ref: Mapped[str] = mapped_column(String(24), unique=True, default=new_ref)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    case_id: Mapped[str | None] = mapped_column(ForeignKey("complaint.id"), index=True)
    paper_id: Mapped[str | None] = mapped_column(ForeignKey("paper.id"))
    report_id: Mapped[str | None] = mapped_column(ForeignKey("report.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(20))
    locale: Mapped[str] = mapped_column(String(5))
    key: Mapped[str] = mapped_column(String(40))
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    template: Mapped[str] = mapped_column(String(20), default="")
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
    provider_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    error_code: Mapped[str | None] = mapped_column(String(40))
    error_reason: Mapped[str] = mapped_column(String(20), default="")
    error_ours: Mapped[bool] = mapped_column(default=False)
    alarmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    conversation: Mapped[Conversation] = relationship()


class DeliveryEvent(Base):
    """Every attempt and every receipt of an outbound message, in order of arrival."""

    __tablename__ = "delivery_event"
    id: Mapped[int] = serial()
    outbound_id: Mapped[int] = mapped_column(ForeignKey("outbound.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    code: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(20), default="")
    provider_lookup: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Rung(Base):
    """One step of the way by which an official answer reaches its complainant; or why it was not taken.

    ``kind``: ``text``, ``template``, ``sms``, ``email``, ``print``. ``outcome``: ``waiting``, ``notified``,
    ``delivered``, ``failed``, ``skipped``, ``silent``, ``answered``, ``handed_over``, ``ended``; ``reason`` says why.
    ``alias`` names the address without telling it. The rung is open until ``ended_at``.
    """

    __tablename__ = "delivery_rung"
    __table_args__ = (
        UniqueConstraint("paper_id", "position"),
        Index("ix_delivery_rung_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )
    id: Mapped[int] = serial()
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    paper_id: Mapped[str] = mapped_column(ForeignKey("paper.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(20), default="")
    alias: Mapped[str] = mapped_column(String(40), default="")
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id"), index=True)
    outbound_id: Mapped[int | None] = mapped_column(ForeignKey("outbound.id"), index=True)
    provider_lookup: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    outcome: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(40), default="")
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
