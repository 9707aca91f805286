"""Keys and the people who write: who they are stands under their own data key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, UTCDateTime
from workflow.models.columns import pk


class DataKey(Base):
    """A data key, wrapped. Destroying ``wrapped`` erases everything that it encrypts.

    ``wrapping`` is ``master:<version>``.
    """

    __tablename__ = "data_key"
    id: Mapped[str] = pk()
    purpose: Mapped[str] = mapped_column(String(10))  # person, case, system
    wrapping: Mapped[str] = mapped_column(String(40))
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    destroyed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Person(Base):
    """Somebody who writes to us; who it is stands in ``identity_enc`` alone (name, numbers, contact)."""

    __tablename__ = "person"
    id: Mapped[str] = pk()
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    identity_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Address(Base):
    """Where a person, or a member of staff, is reached on a channel; found by keyed HMAC.

    ``number_lookup`` finds other addresses behind the same telephone number: a suggestion, never an identity.
    ``blocked_at``: since then the provider says that nothing of ours is let through.
    """

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("channel", "lookup"),)
    id: Mapped[str] = pk()
    channel: Mapped[str] = mapped_column(String(20))
    lookup: Mapped[bytes] = mapped_column(LargeBinary(32))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    value_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    number_lookup: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    opted_out_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    blocked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PersonLink(Base):
    """Two entries that are one human being, as the provider said or a member of staff decided. Undone, never deleted.

    Cases, aliases and keys stay with the entry that they were opened under.
    """

    __tablename__ = "person_link"
    id: Mapped[str] = pk()
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    other_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    source: Mapped[str] = mapped_column(String(10))  # provider, staff
    linked_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    linked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
