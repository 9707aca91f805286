"""The journal's chains."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, UTCDateTime
from workflow.models.columns import ID, serial


class JournalEntry(Base):
    """An entry of a unit's chain. ``record`` are the canonical bytes that ``hash`` covers with ``previous``."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("unit_id", "sequence"), Index("ix_journal_span", "unit_id", "at"))
    id: Mapped[int] = serial()
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
