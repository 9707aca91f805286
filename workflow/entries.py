"""What an officer writes down for somebody: said at the desk or on the telephone, left in the box, posted on a network.

It takes the way of every message (``inbox``, the desk, ``openings``), so that triage, seals and pages hold for it, too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import inbox, journal, units
from workflow.actors import Officer
from workflow.inbox import Stored, Wish
from workflow.messages import Inbound, Media
from workflow.models import BoxEmptying, Case, DeskEntry, Message, Unit
from workflow.states import Impossible

CHANNELS = ("desk", "telephone", "box", "social")
#: Where the complainant is there to hear the text read back.
PRESENT = frozenset({"desk", "telephone"})
NETWORKS = ("facebook", "instagram", "x", "other")
RELATIONS = ("keluarga", "sendiri", "kuasa", "teman", "mantan", "pegawai", "masyarakat", "unknown")
WRITERS = ("petugas", "kanwil")
OLDEST = timedelta(days=2 * 366)
MAX_LETTERS = 500


@dataclass(frozen=True)
class Entry:
    """What was written down. ``office`` is where it was heard, ``subject`` what it is about."""

    form_id: str
    channel: str
    office: Unit
    subject: Unit
    text: str
    heard_at: datetime
    relation: str
    visibility: str = "confidential"
    direct: bool = False
    network: str = ""
    confirmed: bool = False
    name: str = ""
    telephone: str = ""
    contact: str = ""
    locale: str = "id"
    emptying_id: str | None = None
    media: tuple[Media, ...] = field(default=(), repr=False)


# ------------------------------------------------------------------ reading what was typed


def moment(typed: str, office: Unit, now: datetime) -> datetime:
    """A local date and time as a form gives it. Raises Impossible where it is none, still to come, or far too old."""
    try:
        local = datetime.fromisoformat(typed.strip())
        told = local.replace(tzinfo=ZoneInfo(office.timezone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Impossible("when_missing") from None
    if local.tzinfo is not None:
        raise Impossible("when_missing")
    if told > now:
        raise Impossible("when_future")
    if told < now - OLDEST:
        raise Impossible("when_too_old")
    return told


def telephone(typed: str) -> str:
    """The number in its international form, empty where none was given. Raises Impossible where it can be none."""
    import phonenumbers

    if not typed.strip():
        return ""
    try:
        number = phonenumbers.parse(typed, "ID")
    except phonenumbers.NumberParseException:
        raise Impossible("telephone_unreadable") from None
    if not phonenumbers.is_possible_number(number):
        raise Impossible("telephone_unreadable")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def offices(session: Session, officer: Officer) -> list[Unit]:
    """The units whose desk this account writes for, facilities first."""
    found = session.scalars(select(Unit).where(Unit.id.in_(officer.units(*WRITERS))))
    return sorted(found, key=lambda unit: (unit.kind != "upt", unit.name))


def subjects(session: Session, office: Unit) -> list[Unit]:
    """What a complaint at this office may be about: itself, and the facilities below it."""
    below = session.scalars(select(Unit).where(Unit.parent_id == office.id).order_by(Unit.name))
    return [office, *below]


# ------------------------------------------------------------------ entering


def enter(session: Session, officer: Officer, entry: Entry, now: datetime) -> Stored:
    """Store what was said, once for each form. The case opens where every message is handled."""
    _check(session, officer, entry)
    units.channel_account(session, entry.channel, entry.office.code, entry.office)
    stored = inbox.store(session, _inbound(entry), now, _wish(officer, entry))
    if not stored.duplicate:
        session.add(_row(officer, entry, stored.message_id, now))
    return stored


def _check(session: Session, officer: Officer, entry: Entry) -> None:
    if not any(officer.has(role, entry.office.id) for role in WRITERS):
        raise Impossible("not_yours")
    if entry.subject.id not in {unit.id for unit in subjects(session, entry.office)}:
        raise Impossible("choose_unit")
    if entry.emptying_id and emptying(session, officer, entry.emptying_id) is None:
        raise Impossible("changed_meanwhile")


def _wish(officer: Officer, entry: Entry) -> Wish:
    options: dict[str, Any] = {
        "form": True,
        "direct_to_kanwil": entry.direct,
        "visibility": entry.visibility,
        "unit": entry.subject.id,
        "relation": entry.relation,
    }
    return Wish(
        mint=True,
        facts=_facts(entry),
        options=options,
        locale=entry.locale,
        entered_by=officer.account_id,
        received_at=entry.heard_at,
    )


def _facts(entry: Entry) -> dict[str, str]:
    """Who it is. Of an anonymous complaint nothing is kept, not even encrypted."""
    if entry.visibility == "anonymous":
        return {}
    return {"name": entry.name, "number": entry.telephone, "contact": entry.contact}


def _inbound(entry: Entry) -> Inbound:
    raw = {
        "text": entry.text,
        "heard_at": entry.heard_at.isoformat(),
        "network": entry.network,
        "confirmed": entry.confirmed,
        "relation": entry.relation,
        "files": [media.name for media in entry.media],
        **_facts(entry),
    }
    return Inbound(
        channel=entry.channel,
        account=entry.office.code,
        provider_id=entry.form_id,
        sender=f"entry:{entry.form_id}",
        text=entry.text,
        raw=json.dumps(raw).encode(),
        number=_facts(entry).get("number") or None,
        media=entry.media,
    )


def _row(officer: Officer, entry: Entry, message_id: int, now: datetime) -> DeskEntry:
    return DeskEntry(
        message_id=message_id,
        entered_by=officer.account_id,
        entered_at=now,
        network=entry.network if entry.channel == "social" else "",
        confirmed=entry.confirmed and entry.channel in PRESENT,
        emptying_id=entry.emptying_id if entry.channel == "box" else None,
    )


def note(session: Session, case: Case, message: Message, now: datetime) -> None:
    """Record in the journal of the unit that handles the case that an officer wrote it down, and both times."""
    row = session.get(DeskEntry, message.id)
    if row is None:
        return
    journal.append(
        session, case.handling_unit_id, "enter", Officer(row.entered_by), now, case_id=case.id, channel=case.channel,
        network=row.network, confirmed=row.confirmed, heard=message.received_at.isoformat(),
        entered=row.entered_at.isoformat(),
    )  # fmt: skip


# ------------------------------------------------------------------ the box


@dataclass(frozen=True)
class Emptied:
    """One emptying as the page shows it. ``entered`` is told to the Kanwil alone: it counts sealed letters, too."""

    row: BoxEmptying
    unit: Unit
    entered: int | None


def empty_box(
    session: Session, officer: Officer, unit: Unit, emptied_at: datetime, letters: int, witness: str, now: datetime
) -> BoxEmptying:
    """Record that the complaint box was emptied, how many letters it held, and who was there to see it."""
    if not any(officer.has(role, unit.id) for role in WRITERS):
        raise Impossible("not_yours")
    if not 0 <= letters <= MAX_LETTERS:
        raise Impossible("letters_unreadable")
    if not witness.strip():
        raise Impossible("witness_missing")
    row = BoxEmptying(
        unit_id=unit.id,
        emptied_at=emptied_at,
        letters=letters,
        witness=witness.strip()[:120],
        entered_by=officer.account_id,
        entered_at=now,
    )
    session.add(row)
    session.flush()
    journal.append(
        session, unit.id, "box", officer, now, emptying=row.id, letters=letters, emptied=emptied_at.isoformat()
    )
    return row


def emptyings(session: Session, officer: Officer, limit: int = 20) -> list[Emptied]:
    """The newest emptyings of the own boxes, and for the Kanwil of those below it."""
    kanwil = officer.units("kanwil")
    query = select(BoxEmptying, Unit).join(Unit, Unit.id == BoxEmptying.unit_id)
    query = query.where(Unit.id.in_(officer.units(*WRITERS)) | Unit.parent_id.in_(kanwil))
    rows = session.execute(query.order_by(BoxEmptying.emptied_at.desc(), BoxEmptying.id).limit(limit)).all()
    entered = select(DeskEntry.emptying_id, func.count()).group_by(DeskEntry.emptying_id)
    counts = {key: n for key, n in session.execute(entered.where(DeskEntry.emptying_id.in_([r.id for r, _ in rows])))}
    return [
        Emptied(row, unit, counts.get(row.id, 0) if {unit.id, unit.parent_id} & kanwil else None) for row, unit in rows
    ]


def emptying(session: Session, officer: Officer, emptying_id: str) -> BoxEmptying | None:
    """One emptying of a box that this account writes for."""
    row = session.get(BoxEmptying, emptying_id) if emptying_id else None
    return row if row is not None and any(officer.has(role, row.unit_id) for role in WRITERS) else None
