"""A report as tables with words, the same for PDF, spreadsheet and CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from sqlalchemy import select
from sqlalchemy.orm import Session

import triage
from workflow import clocks, letters, units, wording
from workflow.models import Unit
from workflow.reports import words
from workflow.reports.figures import Figures, gather, together
from workflow.reports.month import Month
from workflow.states import Status

Cell = int | float | str | None
LANGUAGE = "id"
#: The clocks of what families were promised.
ANSWERS = ("respond", "respond_integrity", "inform")
#: One column of counts.
_SIMPLE = ("flow", "channel", "category", "urgency", "track", "state", "satisfaction", "deliveries", "extensions",
           "incidents", "others", "standards", "sealed")  # fmt: skip
_ORDER = ("flow", "facilities", "channel", "category", "urgency", "track", "state", "deadlines", "durations",
          "extensions", "reasons", "satisfaction", "deliveries", "emergencies", "escalations", "incidents", "standards",
          "others", "sealed", "heads")  # fmt: skip
#: Tables whose rows are all printed, also those with nothing in them.
_COMPLETE = {
    "urgency": triage.URGENCIES,
    **{
        name: tuple(words.ROWS[name]) for name in ("flow", "track", "satisfaction", "deliveries", "incidents", "others")
    },
}
_STATES = tuple(str(status) for status in Status)


@dataclass(frozen=True)
class Row:
    """A row: its key, its words, its values by the table's columns."""

    key: str
    label: str
    values: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table with the keys and words of its columns."""

    key: str
    title: str
    note: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Document:
    """A report, ready to be rendered."""

    unit: Unit
    above: tuple[Unit, ...]
    letterhead: dict[str, Any]
    month: Month
    until: datetime
    partial: bool
    summary: tuple[str, ...]
    tables: tuple[Table, ...]
    head: tuple[int, str] | None

    def table(self, key: str) -> Table | None:
        return next((table for table in self.tables if table.key == key), None)

    @property
    def period(self) -> str:
        """The month as people write it."""
        return period(self.month)


def period(month: Month, locale: str = LANGUAGE) -> str:
    """``Oktober 2026``."""
    return format_date(month.first, "MMMM y", locale=locale)


def compose(session: Session, unit: Unit, month: Month, now: datetime) -> Document:
    """The report of a facility; of an office above it with all its facilities, and its own cases among them."""
    own = gather(session, unit, month, now)
    parts = {below.id: (below, gather(session, below, month, now)) for below in _below(session, unit)}
    total = together(month, [own, *(figures for _, figures in parts.values())]) if parts else own
    tables = _tables(total)
    if parts:
        everyone = [(unit, own), *parts.values()]
        tables += [_facilities(everyone), _heads(everyone)]
    return Document(
        unit=unit,
        above=_above(session, unit),
        letterhead=letters.letterhead(session, unit),
        month=month,
        until=total.until,
        partial=total.partial,
        summary=tuple(_summary(unit, total, own if parts else None)),
        tables=tuple(sorted(tables, key=lambda table: _ORDER.index(table.key))),
        head=(own.head[0], own.head[1].hex()) if own.head else None,
    )


def _below(session: Session, unit: Unit) -> list[Unit]:
    """All units under a unit, by name."""
    found, level = list[Unit](), [unit.id]
    while level:
        children = list(session.scalars(select(Unit).where(Unit.parent_id.in_(level)).order_by(Unit.name)))
        found, level = found + children, [child.id for child in children]
    return found


def _above(session: Session, unit: Unit) -> tuple[Unit, ...]:
    """The offices above, the highest first."""
    found = list[Unit]()
    while unit.parent_id:
        unit = units.superior(session, unit)
        found.insert(0, unit)
    return tuple(found)


# ------------------------------------------------------------------ tables


def _tables(figures: Figures) -> list[Table]:
    simple = [_simple(figures, key) for key in _SIMPLE if key != "sealed" or "sealed" in figures.tables]
    return [
        *simple,
        _deadlines(figures),
        _durations(figures),
        _reasons(figures),
        _emergencies(figures),
        _escalations(figures),
    ]


def make(key: str, columns: Sequence[str], rows: Iterable[tuple[str, Sequence[Cell]]]) -> Table:
    """A table with its words."""
    tell = wording.translator(LANGUAGE)
    return Table(
        key=key,
        title=tell(words.TITLES[key]),
        note=tell(words.NOTES[key]) if key in words.NOTES else "",
        columns=tuple((column, tell(words.COLUMNS[column])) for column in columns),
        rows=tuple(Row(name, words.row(key, name, LANGUAGE), tuple(values)) for name, values in rows),
    )


def _simple(figures: Figures, key: str) -> Table:
    """Counts; in their own order where there is one, else the largest first."""
    counted = {row: figures.at(key, row) for row in figures.tables.get(key, {})}
    fixed = [*_COMPLETE.get(key, ()), *(row for row in _STATES if key == "state" and counted.get(row))]
    rest = sorted((r for r in counted if r not in fixed and counted[r]), key=lambda r: (r == "other", -counted[r], r))
    return make(key, ("count",), [(row, (counted.get(row, 0),)) for row in (*fixed, *rest)])


def _deadlines(figures: Figures) -> Table:
    states = ("met", "missed", "running", "overdue")
    known = [rule for rule in clocks.rules() if rule in figures.tables.get("deadlines", {})]
    return make("deadlines", states, [(r, [figures.at("deadlines", r, s) for s in states]) for r in known])


def _durations(figures: Figures) -> Table:
    rows = []
    for name in words.ROWS["durations"]:
        values = figures.samples.get(name, [])
        rows.append((name, (len(values), *_middle(values))))
    return make("durations", ("cases", "median", "longest"), rows)


def _middle(values: Sequence[int]) -> tuple[Cell, Cell]:
    return (float(median(values)), max(values)) if values else (None, None)


def _reasons(figures: Figures) -> Table:
    """Each extension with its reason; above several units the unit as well."""
    several, withheld = len({r.unit for r in figures.reasons}) > 1, words.say("reason_withheld", LANGUAGE)
    rows = []
    for n, reason in enumerate(figures.reasons, 1):
        rule = words.row("deadlines", reason.rule, LANGUAGE)
        named = words.say("extension", LANGUAGE, number=n, rule=rule, days=reason.days)
        rows.append(Row(str(n), f"{named} · {reason.unit}" if several else named, (reason.text or withheld,)))
    return replace(make("reasons", ("reason",), ()), rows=tuple(rows))


def _emergencies(figures: Figures) -> Table:
    counts: list[tuple[str, Sequence[Cell]]] = [
        (row, (figures.at("emergencies", row),)) for row in ("in_time", "late", "waiting")
    ]
    middle, longest = _middle(figures.samples.get("emergency", []))
    return make("emergencies", ("count",), [*counts, ("median_minutes", (middle,)), ("longest_minutes", (longest,))])


def _escalations(figures: Figures) -> Table:
    columns = ("climbed", "nobody", "settled", "open")
    rows = sorted(figures.tables.get("escalations", {}), key=lambda row: (int(row.partition("_")[0]), row))
    return make("escalations", columns, [(r, [figures.at("escalations", r, c) for c in columns]) for r in rows])


# ------------------------------------------------------------------ what an office above sees of each


def answered(figures: Figures) -> tuple[int, int]:
    """(answers that were due or given, of these late) among what families were promised."""
    met, missed, overdue = (
        sum(figures.at("deadlines", rule, state) for rule in ANSWERS) for state in ("met", "missed", "overdue")
    )
    return met + missed + overdue, missed + overdue


def _facilities(everyone: Sequence[tuple[Unit, Figures]]) -> Table:
    """The highest share of late answers first; those without any answer due last."""
    ranked = []
    for unit, figures in everyone:
        due, late = answered(figures)
        rate = round(100 * late / due, 1) if due else None
        flow = [figures.at("flow", name) for name in ("received", "ended", "open_after")]
        rank = (-1.0 if rate is None else rate, late)
        ranked.append((rank, unit.name, (*flow, due, late, rate)))
    ranked.sort(key=lambda row: (-row[0][0], -row[0][1], row[1]))
    rows = [(name, values) for _, name, values in ranked]
    return make("facilities", ("received", "ended", "open_after", "answered", "late", "late_rate"), rows)


def _heads(everyone: Sequence[tuple[Unit, Figures]]) -> Table:
    found = [(u.name, (f.head[0], f.head[1].hex())) for u, f in everyone if f.head]
    return make("heads", ("sequence", "hash"), found)


# ------------------------------------------------------------------ sentences


def _summary(unit: Unit, total: Figures, own: Figures | None) -> Iterable[str]:
    facts: dict[str, Any] = {name: total.at("flow", name) for name in ("received", "ended", "open_after")}
    key = "summary" if facts["received"] else "summary_none"
    yield words.say(key, LANGUAGE, month=period(total.month), unit=unit.name, **facts)
    due, late = answered(total)
    if due:
        yield words.say("summary_clocks", LANGUAGE, answered=due, met=due - late, late=late)
    if own is not None and facts["received"]:
        yield words.say("summary_own", LANGUAGE, received=own.at("flow", "received"))
    if total.partial:
        moment = format_datetime(total.until.astimezone(ZoneInfo(unit.timezone)), "d MMMM y, HH.mm", locale=LANGUAGE)
        yield words.say("partial", LANGUAGE, moment=moment)
