"""Public figures of a month that is over: facilities only, small numbers kept back.

A complaint counts where it entered the register, unless it left the facility before the month ended, for whatever
reason: whoever leaves is in no public figure, so that a sealed case is neither in one nor in a difference of two. Nor
is what is hidden from the complaint unit, which knows all the others. What the Kanwil handles is never published. The
figures of a month do not change afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

import triage
from workflow import clocks
from workflow.db import Database
from workflow.labels import LABELS
from workflow.models import Case, JournalEntry, PublicMonth, Unit
from workflow.reports import lateness, ledger, suppression
from workflow.reports.document import ANSWERS
from workflow.reports.ledger import Span
from workflow.reports.month import Month

#: Key of a sum, over facilities or over the parts of one.
ALL = "all"
MONTHS = 12
#: The tables, in their order. ``received`` and ``answers`` are by facility, too.
TABLES = ("category", "channel", "answers", "satisfaction", "days")
_SAID = {("close", "citizen"): "satisfied", ("reopen", "citizen"): "unsatisfied", ("close", "clock"): "silent"}


@dataclass
class Counted:
    """One facility's month, as counted and not published."""

    category: Counter[str] = field(default_factory=Counter)
    channel: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    satisfaction: Counter[str] = field(default_factory=Counter)
    days: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Published:
    """Figures by (table, facility, key); None where one is kept back."""

    month: Month
    facilities: dict[str, str]
    figures: dict[tuple[str, str, str], float | None]

    def of(self, table: str, facility: str = ALL) -> list[tuple[str, float | None]]:
        """The rows of one table, the sum last."""
        rows = [(key, value) for (t, f, key), value in self.figures.items() if (t, f) == (table, facility)]
        return sorted(rows, key=lambda row: (row[0] == ALL, -(row[1] or 0), row[0]))


def months(session: Session, now: datetime) -> list[Month]:
    """Months that are over at every facility, the newest first, since the first complaint."""
    zones = list(session.scalars(select(Unit.timezone).where(Unit.kind == "upt").distinct()))
    opened = select(JournalEntry.at).where(JournalEntry.unit_id == Unit.id, JournalEntry.action == "open")
    begun = opened.order_by(JournalEntry.at).limit(1).scalar_subquery()
    first = min((at for at in session.scalars(select(begun).where(Unit.kind == "upt")) if at is not None), default=None)
    if first is None:
        return []
    newest = min(Month.of(now, zone) for zone in zones).plus(-1)
    oldest = min(Month.of(first, zone) for zone in zones)
    return [m for m in (newest.plus(-n) for n in range(MONTHS)) if m >= oldest]


def kept(session: Session, month: Month) -> Published | None:
    """The figures of a month as they were published; None where they are still to be made."""
    row = session.get(PublicMonth, str(month))
    if row is None:
        return None
    figures = {(table, facility, key): value for table, facility, key, value in row.content["figures"]}
    return Published(month, row.content["facilities"], figures)


def keep_due(database: Database, now: datetime) -> int:
    """Make and keep the figures of months that ended, outside any request: with many facilities it takes a while."""
    with database.read() as session:
        due = [month for month in months(session, now) if session.get(PublicMonth, str(month)) is None]
        made = [publish(session, month) for month in due]
    for found in made:
        content = {"facilities": found.facilities, "figures": [[*key, value] for key, value in found.figures.items()]}
        with database.write() as session:
            if session.get(PublicMonth, str(found.month)) is None:
                session.add(PublicMonth(month=str(found.month), made_at=now, content=content))
    return len(made)


def publish(session: Session, month: Month) -> Published:
    """The figures of a month that is over."""
    facilities = list(session.scalars(select(Unit).where(Unit.kind == "upt").order_by(Unit.name)))
    counted = {unit.code: _count(session, unit, month) for unit in facilities}
    figures: dict[tuple[str, str, str], float | None] = {}
    for table, keys in (("category", triage.CATEGORIES), ("answers", ("in_time", "late"))):
        figures |= _grid(table, counted, keys)
    channels = sum((c.channel for c in counted.values()), Counter[str]())
    said = sum((c.satisfaction for c in counted.values()), Counter[str]())
    known = {name: channels[name] for name in LABELS["channel"] if name != "simulator" or channels[name]}
    figures |= _line("channel", known, kept_back=figures.get(("category", ALL, ALL)) is None, fixed=True)
    figures |= _line("satisfaction", {name: said[name] for name in _SAID.values()})
    durations = {code: c.days for code, c in counted.items()}
    durations[ALL] = [day for days in durations.values() for day in days]
    for code, days in durations.items():
        figures["days", code, "median"] = float(median(days)) if len(days) >= suppression.LEAST else None
    return Published(month, {unit.code: unit.name for unit in facilities}, figures)


# ------------------------------------------------------------------ counting


def _count(session: Session, unit: Unit, month: Month) -> Counted:
    span, found = Span(unit.id, month.begins(unit.timezone), month.ends(unit.timezone)), Counted()
    happened = ledger.entries(session, span, {*ledger.ARRIVES, *ledger.LEAVES, *ledger.MOVES})
    gone, categories = ledger.gone(happened) | _from_desk(session, unit), dict[str, str]()
    for entry in happened:
        if entry.case_id in gone:
            continue
        if entry.action == "open":
            found.channel[str(entry.data["channel"])] += 1
            categories[entry.case_id] = str(entry.data["category"])
        elif entry.action == "classify" and entry.case_id in categories:
            categories[entry.case_id] = str(entry.data.get("category", categories[entry.case_id]))
        if (entry.action, entry.by) in _SAID:
            found.satisfaction[_SAID[entry.action, entry.by]] += 1
    found.category.update(categories.values())
    days = clocks.calendar_of(session, unit, span.begin)
    for row in lateness.ended(session, span):
        if row.rule in ANSWERS and row.case_id not in gone and row.ended_at:
            found.answers["in_time" if row.state == "met" else "late"] += 1
            found.days.append(days.working_between(row.started_at, row.ended_at))
    return found


def _from_desk(session: Session, unit: Unit) -> set[str]:
    query = select(Case.id).where(Case.handling_unit_id == unit.id, Case.seal == "desk")
    return set(session.scalars(query))


# ------------------------------------------------------------------ keeping back


def _grid(table: str, counted: dict[str, Counted], keys: Iterable[str]) -> dict[tuple[str, str, str], float | None]:
    """Facilities by keys, with both sums; where there is one facility, its figures are the sums."""
    cells = {(code, key): getattr(c, table)[key] for code, c in counted.items() for key in keys}
    alone = next(iter(counted), ALL) if len(counted) == 1 else ""
    figures = suppression.line(cells, (alone, ALL)) if alone else suppression.grid(cells, ALL, ALL)
    kept_back, found = suppression.hidden(figures), dict[tuple[str, str, str], float | None]()
    for figure in figures:
        code, name = figure.key
        found[table, code, name] = None if figure.key in kept_back else figure.value
        if alone:
            found[table, ALL, name] = found[table, code, name]
    return found


def _line(
    table: str, parts: dict[str, int], *, kept_back: bool = False, fixed: bool = False
) -> dict[tuple[str, str, str], float | None]:
    """Parts of one sum. ``fixed``: the sum is published, or ``kept_back``, elsewhere already."""
    figures = suppression.line({(ALL, name): value for name, value in parts.items()}, (ALL, ALL), fixed=fixed)
    secret = suppression.hidden(figures, [(ALL, ALL)] if kept_back else [])
    return {(table, *f.key): None if f.key in secret else f.value for f in figures}
