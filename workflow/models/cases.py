"""A case, its numbers, parties, links and judgements."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow.db import Base, UTCDateTime
from workflow.models.columns import pk, serial
from workflow.models.intake import Conversation
from workflow.models.units import Account, Unit


class Case(Base):
    """A complaint. ``subject_unit_id`` is the unit it is about, ``handling_unit_id`` who works, sees and numbers it.

    ``seal``: ``none``; ``desk`` hides it from the complaint unit; ``kanwil`` from the whole facility.
    """

    __tablename__ = "complaint"
    __table_args__ = (
        Index("ix_complaint_queue", "handling_unit_id", "status", "urgency_rank", "nearest_due_at"),
        Index("ix_complaint_subject", "subject_unit_id", "status"),
        Index("ix_complaint_closed", "closed_at", "id"),
        Index("ix_complaint_ended", "handling_unit_id", "closed_at", "id"),
    )
    id: Mapped[str] = pk()
    number: Mapped[str] = mapped_column(String(80), unique=True)
    subject_unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    handling_unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    channel: Mapped[str] = mapped_column(String(20))
    track: Mapped[str] = mapped_column(String(12))  # complaint, aspiration, praise, information
    status: Mapped[str] = mapped_column(String(12))
    resume_status: Mapped[str | None] = mapped_column(String(12))
    seal: Mapped[str] = mapped_column(String(8), default="none")
    seal_reason: Mapped[str] = mapped_column(String(20), default="")
    visibility: Mapped[str] = mapped_column(String(12), default="confidential")
    intent: Mapped[str] = mapped_column(String(16))
    category: Mapped[str] = mapped_column(String(30))
    urgency: Mapped[str] = mapped_column(String(8))
    urgency_rank: Mapped[int]
    about_head: Mapped[bool]
    about_staff: Mapped[bool]
    vulnerable_group: Mapped[str] = mapped_column(String(10), default="none")
    risk: Mapped[str] = mapped_column(String(8), default="")  # of reprisal, as the complainant sees it: yes, no
    language: Mapped[str] = mapped_column(String(6), default="id")
    summary_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    official_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    nearest_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    responded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    close_ground: Mapped[str] = mapped_column(String(20), default="")
    rounds: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    last_form: Mapped[str | None] = mapped_column(String(64))  # a digest of what was carried out last
    retention_class: Mapped[str] = mapped_column(String(20), default="standard")
    legal_hold: Mapped[bool] = mapped_column(default=False)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    handling_unit: Mapped[Unit] = relationship(foreign_keys=[handling_unit_id])
    subject_unit: Mapped[Unit | None] = relationship(foreign_keys=[subject_unit_id])
    conversation: Mapped[Conversation] = relationship(foreign_keys=[conversation_id])
    owner: Mapped[Account | None] = relationship(foreign_keys=[owner_id])
    official: Mapped[Account | None] = relationship(foreign_keys=[official_id])
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own convention


class CaseNumber(Base):
    """Every number ever given, gap-free per unit and local year.

    ``entry`` is what the unit's register shows: ``case``, or ``elsewhere`` once the case is handled by another unit.
    """

    __tablename__ = "case_number"
    __table_args__ = (UniqueConstraint("unit_id", "year", "sequence"),)
    number: Mapped[str] = mapped_column(String(80), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    sequence: Mapped[int]
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    entry: Mapped[str] = mapped_column(String(10), default="case")
    given_at: Mapped[datetime] = mapped_column(UTCDateTime)


class NumberSeries(Base):
    """The last number given in a series; the row is locked while the next one is taken."""

    __tablename__ = "number_series"
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)  # case, letter
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class Party(Base):
    """Reporter, affected inmate or respondent of a case, under an alias; what is known of them is encrypted."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("case_id", "alias"),)
    id: Mapped[str] = pk()
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))  # reporter, inmate, respondent
    alias: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    details_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    relation: Mapped[str] = mapped_column(String(30), default="")
    relation_evidence: Mapped[str] = mapped_column(String(30), default="")
    verified_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Exclusion(Base):
    """An account that may not see (``hide``), or may not act on (``act``), one case, and why."""

    __tablename__ = "exclusion"
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)
    scope: Mapped[str] = mapped_column(String(4))
    reason: Mapped[str] = mapped_column(String(20))  # named, author
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CaseLink(Base):
    """Two cases that belong together: ``merged``, ``split``, ``retaliation``, ``duplicate``, ``incident``."""

    __tablename__ = "case_link"
    __table_args__ = (UniqueConstraint("case_id", "other_id", "kind"),)
    id: Mapped[str] = pk()
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    other_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    score: Mapped[float | None]
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Judgement(Base):
    """What triage, or an officer after it, judged; praise, suggestions and questions have a unit and no case.
    The evidence holds words of the message and is encrypted."""

    __tablename__ = "judgement"
    __table_args__ = (Index("ix_judgement_span", "unit_id", "created_at"),)
    id: Mapped[int] = serial()
    case_id: Mapped[str | None] = mapped_column(ForeignKey("complaint.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    author_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    verdict: Mapped[dict[str, Any]] = mapped_column(JSON)
    evidence_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
