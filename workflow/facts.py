"""What only a facility knows, such as its visiting hours: written by its own staff, with source and date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflow import journal
from workflow.actors import Officer
from workflow.db import Base, UTCDateTime
from workflow.models import Unit, new_id
from workflow.models.columns import ID
from workflow.states import Impossible

#: What a facility may tell, in the order of its page; the words stand in ``wording.LABELS["fact"]``.
KEYS = (
    "jam_kunjungan", "jam_kunjungan_libur", "syarat_kunjungan", "pendaftaran_kunjungan", "lama_kunjungan",
    "hari_titipan", "barang_dilarang", "titipan_uang", "titipan_obat", "wartelsus", "video_call",
    "jam_layanan", "alamat", "kontak", "layanan_kesehatan", "bantuan_hukum",
)  # fmt: skip
MAX_TEXT, MAX_SOURCE = 800, 200
EDITORS = ("petugas", "kepala")
READERS = (*EDITORS, "kanwil")


class Fact(Base):
    """One answer that holds at one unit, until ``valid_until`` (that day included) if there is such a day."""

    __tablename__ = "fact"
    __table_args__ = (UniqueConstraint("unit_id", "key"),)
    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    key: Mapped[str] = mapped_column(String(40))
    text_id: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(MAX_SOURCE))
    valid_until: Mapped[date | None]
    updated_by: Mapped[str] = mapped_column(ForeignKey("account.id"))
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)

    def text(self, locale: str) -> str:
        """The words in a language; Indonesian where nobody has translated them."""
        return (self.text_en if locale == "en" else "") or self.text_id


@dataclass(frozen=True)
class Draft:
    """A fact as somebody typed it. An empty text takes the fact away."""

    key: str
    text_id: str
    text_en: str = ""
    source: str = ""
    valid_until: date | None = None

    @classmethod
    def of(cls, key: str, fact: Fact | None) -> Draft:
        if fact is None:
            return cls(key, "")
        return cls(key, fact.text_id, fact.text_en, fact.source, fact.valid_until)


# ------------------------------------------------------------------ reading


def today(unit: Unit, now: datetime) -> date:
    """The date at the unit."""
    return now.astimezone(ZoneInfo(unit.timezone)).date()


def of_unit(session: Session, unit: Unit) -> dict[str, Fact]:
    """All facts of a unit by key, the expired ones too."""
    return {fact.key: fact for fact in session.scalars(select(Fact).where(Fact.unit_id == unit.id))}


def valid(session: Session, unit: Unit, key: str, now: datetime) -> Fact | None:
    """The fact, if it is there and holds today."""
    fact = session.scalar(select(Fact).where(Fact.unit_id == unit.id, Fact.key == key))
    return fact if state(fact, today(unit, now)) == "valid" else None


def state(fact: Fact | None, day: date) -> str:
    """``empty``, ``expired`` or ``valid``."""
    if fact is None:
        return "empty"
    return "expired" if fact.valid_until is not None and fact.valid_until < day else "valid"


# ------------------------------------------------------------------ who


def readable(session: Session, officer: Officer) -> list[Unit]:
    """The units whose facts this account reads: its own, and those below its Kanwil; facilities first."""
    own, kanwil = officer.units(*READERS), officer.units("kanwil")
    query = select(Unit).where(Unit.id.in_(own) | Unit.parent_id.in_(kanwil))
    return sorted(session.scalars(query), key=lambda unit: (unit.kind != "upt", unit.name))


def may_edit(officer: Officer, unit: Unit) -> bool:
    """Those who stand by the answer: the complaint unit and the head of that very unit."""
    return any(officer.has(role, unit.id) for role in EDITORS)


# ------------------------------------------------------------------ writing


def save(session: Session, unit: Unit, officer: Officer, draft: Draft, now: datetime) -> None:
    """Write, replace or take away one fact. Raises Impossible with the reason where that may not be."""
    if not may_edit(officer, unit) or draft.key not in KEYS:
        raise Impossible("not_yours")
    # Two who fill an empty fact at once wait for each other here; FOR NO KEY UPDATE disturbs no foreign key.
    session.execute(select(Unit.id).where(Unit.id == unit.id).with_for_update(key_share=True))
    row = session.scalar(select(Fact).where(Fact.unit_id == unit.id, Fact.key == draft.key))
    if draft.text_id:
        _check(unit, draft, now)
        row = _write(session, unit, officer, draft, row, now)
    elif row is not None:
        session.delete(row)
    else:
        return
    session.flush()
    journal.append(session, unit.id, "fact", officer, now, fact=row.id, key=draft.key, removed=not draft.text_id)


def _check(unit: Unit, draft: Draft, now: datetime) -> None:
    if max(len(draft.text_id), len(draft.text_en)) > MAX_TEXT or len(draft.source) > MAX_SOURCE:
        raise Impossible("fact_too_long")
    if not draft.source:
        raise Impossible("fact_source_missing")
    if draft.valid_until is not None and draft.valid_until < today(unit, now):
        raise Impossible("fact_date_past")


def _write(session: Session, unit: Unit, officer: Officer, draft: Draft, row: Fact | None, now: datetime) -> Fact:
    if row is None:
        row = Fact(id=new_id(), unit_id=unit.id, key=draft.key)
        session.add(row)
    row.text_id, row.text_en, row.source = draft.text_id, draft.text_en, draft.source
    row.valid_until, row.updated_by, row.updated_at = draft.valid_until, officer.account_id, now
    return row
