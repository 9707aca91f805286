"""Units, our own addresses, staff and their dated roles, and facts about this database."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow.db import Base, UTCDateTime
from workflow.models.columns import pk


class Unit(Base):
    """A Directorate General, a regional office (Kanwil) or a facility (UPT)."""

    __tablename__ = "unit"
    id: Mapped[str] = pk()
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))  # ditjen, kanwil, upt
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Jakarta")
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    parent: Mapped[Unit | None] = relationship(remote_side=[id])


class ChannelAccount(Base):
    """One of our own addresses on a channel, and the unit whose messages arrive there."""

    __tablename__ = "channel_account"
    __table_args__ = (UniqueConstraint("channel", "address"),)
    id: Mapped[str] = pk()
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))


class Account(Base):
    """A member of staff who can log in. ``epoch`` grows when every session of the account shall end."""

    __tablename__ = "account"
    id: Mapped[str] = pk()
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
    """A dated role of an account at a unit. ``delegated_by`` marks an acting holder (Plh.) by the order ``basis``."""

    __tablename__ = "role_grant"
    id: Mapped[str] = pk()
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[str] = mapped_column(String(12))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    delegated_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    basis: Mapped[str] = mapped_column(String(120), default="")
    account: Mapped[Account] = relationship(back_populates="grants", foreign_keys=[account_id])


class HolidayOverride(Base):
    """A day that the operator, or a decree, made a holiday (or a working day) beyond the library's data.

    ``applied_at`` is set once the running clocks were counted again; a removed one waits for that, too.
    """

    __tablename__ = "holiday_override"
    id: Mapped[str] = pk()
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    day: Mapped[date]
    holiday: Mapped[bool]
    source: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Lease(Base):
    """A named task that one process at a time may do, until ``expires_at``."""

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Alarm(Base):
    """Something wrong with the service itself, until it is cleared."""

    __tablename__ = "alarm"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    raised_at: Mapped[datetime] = mapped_column(UTCDateTime)
    cleared_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Mark(Base):
    """Facts about this database itself, such as that the demo made it."""

    __tablename__ = "mark"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
