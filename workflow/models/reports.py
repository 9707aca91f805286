"""Monthly reports as made, and lines on staff's pages that are about a unit and not about a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow.db import Base, UTCDateTime
from workflow.models.columns import pk, serial
from workflow.models.units import Account, Unit


class Report(Base):
    """A unit's report on a month, with the head of its journal when the month ended.

    ``sent_to`` says how many accounts or addresses of the office above it were told.
    """

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("unit_id", "month"),)
    id: Mapped[str] = pk()
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    month: Mapped[str] = mapped_column(String(7))
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    journal_sequence: Mapped[int | None]
    journal_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_to: Mapped[int] = mapped_column(default=0)
    confirmed_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    acknowledged_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    acknowledged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    chased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    unit: Mapped[Unit] = relationship()
    files: Mapped[list[ReportFile]] = relationship(order_by="ReportFile.kind")
    confirmer: Mapped[Account | None] = relationship(foreign_keys=[confirmed_by])
    acknowledger: Mapped[Account | None] = relationship(foreign_keys=[acknowledged_by])


class ReportFile(Base):
    """One file of a report: the encrypted object; SHA-256 and size of the plain bytes."""

    __tablename__ = "report_file"
    report_id: Mapped[str] = mapped_column(ForeignKey("report.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(4), primary_key=True)  # pdf, xlsx, csv
    object_key: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]


class PublicMonth(Base):
    """The public figures of a month that is over, as they were published: they do not change any more."""

    __tablename__ = "public_month"
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class Bulletin(Base):
    """A line on an account's page about a unit and a month; each key once."""

    __tablename__ = "bulletin"
    __table_args__ = (
        UniqueConstraint("account_id", "unit_id", "key", "month"),
        Index("ix_bulletin_unread", "account_id", "read_at"),
    )
    id: Mapped[int] = serial()
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    key: Mapped[str] = mapped_column(String(30))
    month: Mapped[str] = mapped_column(String(7))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    unit: Mapped[Unit] = relationship()
