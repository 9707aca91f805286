"""What the office writes and decides about a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base, UTCDateTime
from workflow.models.columns import pk


class Paper(Base):
    """An immutable text of the office about a case, in versions: summary, recommendation, direction, report, answer.

    ``hash`` is SHA-256 over salt, body and list of attachments: what a head approves, and what the journal commits to.
    """

    __tablename__ = "paper"
    __table_args__ = (UniqueConstraint("case_id", "kind", "version"),)
    id: Mapped[str] = pk()
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    author_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    body_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    hash: Mapped[str] = mapped_column(String(64), index=True)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Approval(Base):
    """A head's decision on one exact text: ``approved`` or ``returned``."""

    __tablename__ = "approval"
    id: Mapped[str] = pk()
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    paper_id: Mapped[str] = mapped_column(ForeignKey("paper.id"), index=True)
    hash: Mapped[str] = mapped_column(String(64))
    decision: Mapped[str] = mapped_column(String(10))
    approver_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    grant_id: Mapped[str | None] = mapped_column(ForeignKey("role_grant.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Letter(Base):
    """An official response as issued: number of the issuing unit's series, who signs, check code, hash of the file.

    ``details_enc`` holds all that the file says beside the approved text; ``named`` whether it names the complainant.
    ``sha256`` and ``object_key`` are written once, when the file is made.
    """

    __tablename__ = "letter"
    __table_args__ = (UniqueConstraint("unit_id", "year", "sequence"),)
    id: Mapped[str] = pk()
    case_id: Mapped[str] = mapped_column(ForeignKey("complaint.id"), index=True)
    paper_id: Mapped[str] = mapped_column(ForeignKey("paper.id"))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(String(120))
    signatory_post: Mapped[str] = mapped_column(String(200))
    named: Mapped[bool]
    check_lookup: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    data_key_id: Mapped[str] = mapped_column(ForeignKey("data_key.id"))
    details_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    object_key: Mapped[str | None] = mapped_column(String(80))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
