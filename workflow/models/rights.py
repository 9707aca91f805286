"""What people ask of their own data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, UTCDateTime
from workflow.models.columns import pk


class DataRequest(Base):
    """What a person asked of their own data (a copy, to be erased), until when it is due, and what became of it.

    ``entered_by`` is the officer who wrote it down; nobody where the person asked without one.
    """

    __tablename__ = "data_request"
    id: Mapped[str] = pk()
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))  # copy, erase
    state: Mapped[str] = mapped_column(String(8), default="open", index=True)  # open, granted, done, refused
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
