"""Offices and facilities from a file: checked as a whole, then written as a whole; the same file again changes nothing.

An empty cell leaves what is there, ``-`` takes a setting away. Units are never removed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import journal, unit_settings, units
from workflow.actors import Actor
from workflow.models import Unit
from workflow.tables import Fault, Faulty, Row, read
from workflow.unit_settings import REMOVE, Unfit

COLUMNS = ("code", "name", "kind", "parent", "timezone")
NEEDED = ("code", "name", "kind", "parent")
_SETTING = "setting."
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,39}")
#: What stands above a unit of each kind.
_ABOVE = {"ditjen": "", "kanwil": "ditjen", "upt": "kanwil"}
_ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Asia/Pontianak")


@dataclass
class Change:
    """What one row does: a new unit, or the columns that differ (none: unchanged)."""

    row: Row
    unit: Unit | None
    differs: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        return "added" if self.unit is None else "changed" if self.differs else "unchanged"


def rows(content: bytes) -> list[Row]:
    """The rows of a file of units. Raises Faulty."""
    return read(content, NEEDED, lambda column: column in COLUMNS or _key(column) in unit_settings.table())


def _key(column: str) -> str:
    return column.removeprefix(_SETTING) if column.startswith(_SETTING) else ""


def plan(session: Session, table: list[Row], now: datetime) -> list[Change]:
    """What the rows would do, the higher offices first. Raises Faulty with everything that is wrong."""
    known = {unit.code: unit for unit in session.scalars(select(Unit).where(Unit.kind != "test"))}
    kinds = {code: unit.kind for code, unit in known.items()} | {row["code"]: row["kind"].lower() for row in table}
    faults = [*_twice(table, known)]
    for row in table:
        faults += _faults(row, known.get(row["code"]), kinds, now)
    if faults:
        raise Faulty(faults)
    order = sorted(table, key=lambda row: list(_ABOVE).index(row["kind"].lower()))
    return [Change(row, known.get(row["code"]), _differences(row, known, now)) for row in order]


def apply(session: Session, changes: list[Change], actor: Actor, now: datetime) -> None:
    """Write what was planned in this session; journalled at each unit."""
    by_code = {unit.code: unit for unit in session.scalars(select(Unit))}
    for change in changes:
        if change.outcome == "unchanged":
            continue
        row, unit = change.row, change.unit
        above = by_code.get(row["parent"])
        if unit is None:
            zone = row["timezone"] or _ZONES[0]
            unit = units.ensure(session, row["code"], row["name"], row["kind"].lower(), above, zone)
            by_code[unit.code] = unit
        unit.name, unit.timezone = row["name"], row["timezone"] or unit.timezone
        unit.parent_id = above.id if above else None
        unit.settings = _settings(row, unit, now)
        journal.append(session, unit.id, f"unit_{change.outcome}", actor, now, columns=change.differs)


# ------------------------------------------------------------------ checking


def _twice(table: list[Row], known: dict[str, Unit]) -> Iterator[Fault]:
    """Two rows for one unit, and two units that families could not tell apart."""
    names = {code: unit.name for code, unit in known.items()} | {row["code"]: row["name"] for row in table}
    called, first = defaultdict[str, set[str]](set), dict[str, int]()
    for code, name in names.items():
        called[name.casefold()].add(code)
    for row in table:
        if first.setdefault(row["code"], row.line) != row.line:
            yield Fault.at(row.line, "code_twice", code=row["code"], other=first[row["code"]])
        elif row["name"] and (others := called[row["name"].casefold()] - {row["code"]}):
            yield Fault.at(row.line, "name_twice", name=row["name"], code=min(others))


def _faults(row: Row, unit: Unit | None, kinds: dict[str, str], now: datetime) -> Iterator[Fault]:
    code, kind, parent = row["code"], row["kind"].lower(), row["parent"]
    if not _CODE.fullmatch(code):
        yield Fault.at(row.line, "code", code=code)
    if code == units.TEST_CODE:
        yield Fault.at(row.line, "code_reserved", code=code)
    if not row["name"] or len(row["name"]) > 200 or not row["name"].isprintable():
        yield Fault.at(row.line, "name")
    if kind not in _ABOVE:
        yield Fault.at(row.line, "kind", kind=row["kind"])
        return
    if unit is not None and unit.kind != kind:
        yield Fault.at(row.line, "kind_changed", code=code, kind=unit.kind)
    if kind == "ditjen":
        if code != units.ROOT_CODE or parent:
            yield Fault.at(row.line, "root", code=units.ROOT_CODE)
    elif kinds.get(parent) != _ABOVE[kind]:
        yield Fault.at(row.line, "parent", parent=parent, kind=_ABOVE[kind])
    if row["timezone"] and not _zone(row["timezone"]):
        yield Fault.at(row.line, "timezone", zone=row["timezone"], known=", ".join(_ZONES))
    yield from _unfit(row, unit, now)


def _zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return "/" in name and len(name) <= 40


def _unfit(row: Row, unit: Unit | None, now: datetime) -> Iterator[Fault]:
    zone = row["timezone"] if _zone(row["timezone"]) else unit.timezone if unit else _ZONES[0]
    probe = Unit(code=row["code"], name=row["name"], timezone=zone, settings={})
    for column, typed in row.cells.items():
        if (key := _key(column)) and typed and typed != REMOVE:
            try:
                unit_settings.changed(probe, key, typed, now)
            except Unfit as unfit:
                yield Fault.at(row.line, f"setting_{unfit.reason}", column=column, **unfit.values)


# ------------------------------------------------------------------ comparing


def _settings(row: Row, unit: Unit, now: datetime) -> dict[str, Any]:
    probe = Unit(code=unit.code, name=unit.name, timezone=unit.timezone, settings=dict(unit.settings or {}))
    for column, typed in row.cells.items():
        if (key := _key(column)) and typed:
            probe.settings = unit_settings.changed(probe, key, "" if typed == REMOVE else typed, now)
    return dict(probe.settings)


def _differences(row: Row, known: dict[str, Unit], now: datetime) -> list[str]:
    unit = known.get(row["code"])
    if unit is None:
        return [column for column, typed in row.cells.items() if typed and typed != REMOVE]
    above = next((u.code for u in known.values() if u.id == unit.parent_id), "")
    has = {"name": unit.name, "parent": above, "timezone": unit.timezone}
    found = [column for column, held in has.items() if row[column] != held and (row[column] or column == "name")]
    after = Unit(code=unit.code, name=unit.name, timezone=unit.timezone, settings=_settings(row, unit, now))
    keys = [column for column in row.cells if _key(column)]
    return found + [c for c in keys if unit_settings.told(after, _key(c)) != unit_settings.told(unit, _key(c))]
