"""What officers enter for people who come, call, or put a letter into the box."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, UTCDateTime
from workflow.models.columns import pk


class BoxEmptying(Base):
    """One emptying of the complaint box: when, how many letters, who was there beside the officer who writes it."""

    __tablename__ = "box_emptying"
    id: Mapped[str] = pk()
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    emptied_at: Mapped[datetime] = mapped_column(UTCDateTime)
    letters: Mapped[int]
    witness: Mapped[str] = mapped_column(String(120), default="")
    entered_by: Mapped[str] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)


class DeskEntry(Base):
    """How a message came to be entered by an officer; when the office heard it is the message's own time.

    ``confirmed``: ``entered_by`` read the text back and the complainant said that it is right.
    """

    __tablename__ = "desk_entry"
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    entered_by: Mapped[str] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    network: Mapped[str] = mapped_column(String(12), default="")
    confirmed: Mapped[bool]
    emptying_id: Mapped[str | None] = mapped_column(ForeignKey("box_emptying.id"), index=True)
