"""Which reports are due and not made yet: of every month since the first case, however long nothing ran meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import clocks, staff, units
from workflow.models import Account, ChannelAccount, JournalEntry, NumberSeries, Report, RoleGrant, Unit
from workflow.reports import ledger
from workflow.reports.month import Month

#: Units that report, in the order in which they are made: an office above adds up what its facilities tell.
KINDS = ("upt", "kanwil")
#: So many months back a report that was missed is made up for.
BACK = 12


def missing(session: Session, now: datetime) -> list[tuple[str, Month]]:
    """The oldest month first, in each the facilities before the offices. Units that nobody has used have none."""
    used, made = in_use(session), _made(session, now)
    found = [
        (month, KINDS.index(unit.kind), unit.code, unit.id)
        for unit in session.scalars(select(Unit).where(Unit.kind.in_(KINDS), Unit.id.in_(used)))
        for month in _of(session, unit, made[unit.id], now)
    ]
    return [(unit_id, month) for month, _, _, unit_id in sorted(found)]


def _made(session: Session, now: datetime) -> dict[str, set[Month]]:
    earliest = Month.of(now - timedelta(days=1), "UTC").plus(-BACK)
    found = defaultdict[str, set[Month]](set)
    for unit_id, month in session.execute(select(Report.unit_id, Report.month).where(Report.month >= str(earliest))):
        found[unit_id].add(Month.parse(month))
    return found


def _of(session: Session, unit: Unit, made: set[Month], now: datetime) -> Iterator[Month]:
    """Since its first report, or where there is none since its first case, the month before this one at the latest."""
    last = Month.of(now, unit.timezone).plus(-1)
    back = [last.plus(-n) for n in reversed(range(BACK))]
    if made >= set(back):
        return
    first = min(made) if made else _first_case(session, unit, last)
    for month in back:
        if month >= first and month not in made and (month < last or _over(session, unit, last, now)):
            yield month


def _first_case(session: Session, unit: Unit, last: Month) -> Month:
    """The month in which a case first came to the unit or one below it, but no later than the last one; of an office
    above also no earlier than its first staff: what its facilities did before, they told another office."""
    came = select(func.min(JournalEntry.at)).where(JournalEntry.action.in_(ledger.ARRIVES))
    at = session.scalar(came.where(JournalEntry.unit_id.in_(units.reach(session, [unit.id]))))
    first = min(Month.of(at, unit.timezone), last) if at else last
    begun = select(func.min(RoleGrant.valid_from)).where(RoleGrant.unit_id == unit.id)
    day = session.scalar(begun) if unit.kind != "upt" else None
    return min(max(first, Month(day.year, day.month)), last) if day else first


def _over(session: Session, unit: Unit, month: Month, now: datetime) -> bool:
    """Whether the first working day after the month has come, the month is over also at every unit below, in whatever
    zone, and something was written into a journal before it was."""
    tree = units.reach(session, [unit.id])
    zones = session.scalars(select(Unit.timezone).where(Unit.id.in_(tree)).distinct())
    ended = all(month.ends(zone) <= now for zone in zones)
    if not ended or first_working_day(session, unit, now) > staff.local_today(unit.timezone, now):
        return False
    worked = select(JournalEntry.id).where(JournalEntry.unit_id.in_(tree), JournalEntry.at < month.ends(unit.timezone))
    return session.scalar(worked.limit(1)) is not None


def in_use(session: Session) -> set[str]:
    """Units with an address of their own, staff or a case, and the offices above these: a unit that was only entered
    has nothing to report. A case that another unit numbers counts there: a sealed one must not be told by a report."""
    staffed = select(RoleGrant.unit_id).join(Account, Account.id == RoleGrant.account_id)
    reasons = (
        select(ChannelAccount.unit_id).distinct(),
        staffed.where(Account.disabled_at.is_(None)).distinct(),
        select(NumberSeries.unit_id).distinct(),
    )
    used = {unit_id for query in reasons for unit_id in session.scalars(query)}
    above = {unit_id: parent_id for unit_id, parent_id in session.execute(select(Unit.id, Unit.parent_id))}
    fresh = used
    while fresh := {parent for unit_id in fresh if (parent := above.get(unit_id))} - used:
        used |= fresh
    return used


def first_working_day(session: Session, unit: Unit, now: datetime) -> date:
    """Of the present month, by the unit's calendar."""
    days, day = clocks.calendar_of(session, unit, now), Month.of(now, unit.timezone).first
    while not days.is_working(day):
        day += timedelta(days=1)
    return day
