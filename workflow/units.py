"""Units of the organisation, our addresses on channels, and gap-free numbers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workflow.models import Case, CaseNumber, ChannelAccount, NumberSeries, Unit

#: ``test`` is the unit of the daily self-test: nobody's, and seen by nobody.
KINDS = ("ditjen", "kanwil", "upt", "test")
ROOT_CODE = "DITJENPAS"
#: The unit of the daily self-test, which is no facility.
TEST_CODE = "UJI-DIRI"
#: What the column holds; a provider that claims a longer address of ours is believed as far as that.
MAX_ADDRESS = 200


def ensure(
    session: Session, code: str, name: str, kind: str, parent: Unit | None = None, zone: str = "Asia/Jakarta"
) -> Unit:
    """The unit with this code, made if it is missing. Raises ValueError for an unknown kind or zone."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of unit: {kind}")
    ZoneInfo(zone)  # raises ZoneInfoNotFoundError, a KeyError, for an unknown zone
    if unit := session.scalar(select(Unit).where(Unit.code == code)):
        return unit
    unit = Unit(code=code, name=name, kind=kind, parent_id=parent.id if parent else None, timezone=zone)
    session.add(unit)
    session.flush()
    return unit


def root(session: Session) -> Unit:
    """The top of the organisation."""
    return session.scalars(select(Unit).where(Unit.code == ROOT_CODE)).one()


def default_unit(session: Session) -> Unit:
    """Where messages of an unassigned account go: the only facility, else the highest office that exists."""
    facilities = list(session.scalars(select(Unit).where(Unit.kind == "upt").limit(2)))
    if len(facilities) == 1:
        return facilities[0]
    kanwils = list(session.scalars(select(Unit).where(Unit.kind == "kanwil").limit(2)))
    return kanwils[0] if len(kanwils) == 1 else session.scalars(select(Unit).where(Unit.kind == "ditjen")).one()


def directory(session: Session) -> tuple[tuple[str, str], ...]:
    """(id, name) of every facility, for finding them in what people write."""
    query = select(Unit.id, Unit.name).where(Unit.kind == "upt").order_by(Unit.name)
    return tuple((unit_id, name) for unit_id, name in session.execute(query))


def channel_account(session: Session, channel: str, address: str, unit: Unit | None = None) -> ChannelAccount:
    """The row of our own address; one that is seen for the first time gets ``unit``, or else the default unit."""
    address = address[:MAX_ADDRESS]
    query = select(ChannelAccount).where(ChannelAccount.channel == channel, ChannelAccount.address == address)
    if row := session.scalar(query):
        return row
    row = ChannelAccount(channel=channel, address=address, unit_id=(unit or default_unit(session)).id)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return session.scalars(query).one()
    return row


def channel_account_id(session: Session, channel: str, address: str) -> str:
    """The id of that row. Known ones are remembered in the process: every inbound message asks."""
    address, known = address[:MAX_ADDRESS], session.info.get("account_ids", {})
    if (channel, address) not in known:
        known[channel, address] = channel_account(session, channel, address).id
    return str(known[channel, address])


def forget_accounts(info: dict[str, Any]) -> None:
    """Forget what was remembered; it may have been rolled back."""
    info.get("account_ids", {}).clear()


def superior(session: Session, unit: Unit) -> Unit:
    """One unit up; the top is its own superior."""
    return session.get_one(Unit, unit.parent_id) if unit.parent_id else unit


def reach(session: Session, unit_ids: Collection[str]) -> set[str]:
    """Ids of these units and of everything below them."""
    tree = select(Unit.id).where(Unit.id.in_(unit_ids)).cte(recursive=True)
    tree = tree.union(select(Unit.id).where(Unit.parent_id == tree.c.id))
    return set(session.scalars(select(Unit.id).where(Unit.id.in_(select(tree.c.id)), Unit.kind != "test")))


def handling_unit(session: Session, unit: Unit, *, sealed: bool) -> Unit:
    """Who works a case about ``unit``: the unit itself, or the Kanwil where the case is sealed."""
    return superior(session, unit) if sealed and unit.kind == "upt" else unit


def next_number(session: Session, unit: Unit, kind: str, now: datetime) -> tuple[int, int]:
    """(local year, sequence): the next of a series without gaps. Holds the row's lock until the commit."""
    year = now.astimezone(ZoneInfo(unit.timezone)).year
    query = select(NumberSeries).where(
        NumberSeries.unit_id == unit.id, NumberSeries.kind == kind, NumberSeries.year == year
    )
    query = query.with_for_update().execution_options(populate_existing=True)
    series = session.scalar(query)
    if series is None:
        try:
            with session.begin_nested():
                session.add(NumberSeries(unit_id=unit.id, kind=kind, year=year, last=0))
        except IntegrityError:
            pass  # another writer opened the year in this moment
        series = session.scalars(query).one()
    series.last += 1
    return year, series.last


def give_number(session: Session, case: Case, unit: Unit, now: datetime) -> str:
    """Enter a case in a unit's register; earlier numbers stay as neutral entries and aliases."""
    year, sequence = next_number(session, unit, "case", now)
    number = f"ADU-{unit.code}-{year}-{sequence:04d}"
    for old in session.scalars(select(CaseNumber).where(CaseNumber.case_id == case.id)):
        old.entry = "elsewhere"
    session.add(CaseNumber(number=number, unit_id=unit.id, year=year, sequence=sequence, case_id=case.id, given_at=now))
    return number


def keep_number(session: Session, case: Case) -> None:
    """A case that has ended went to another unit under its old number: a neutral entry where it was given."""
    for row in session.scalars(select(CaseNumber).where(CaseNumber.case_id == case.id)):
        row.entry = "case" if (row.number, row.unit_id) == (case.number, case.handling_unit_id) else "elsewhere"
