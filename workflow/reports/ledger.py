"""One unit's chain over a span of time: who came, who left, and what was done meanwhile. Reads an index only."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from workflow import states
from workflow.models import Case, JournalEntry
from workflow.states import ENDED, OPEN

ARRIVES, LEAVES = ("open", "taken_over"), ("handed_on",)
ENDS = tuple(name for name, row in states.TABLE.items() if row.to in ENDED)
REOPENS = tuple(name for name, row in states.TABLE.items() if row.sources & ENDED and name not in ENDS)
MOVES = tuple(name for name, row in states.TABLE.items() if row.to is not None)
#: What counts as a first answer to the complainant: the ends of the clock ``first_response``.
FIRST = ("recommend", "refer", "ask")


@dataclass(frozen=True)
class Span:
    """A unit from one moment up to, but not including, another.

    ``gone``: cases that are passed over, because another unit handles them when the span ends.
    """

    unit_id: str
    begin: datetime
    end: datetime
    gone: frozenset[str] = frozenset()

    def where(self, *actions: str) -> ColumnElement[bool]:
        """The condition on entries of the chain in this span."""
        span = and_(JournalEntry.unit_id == self.unit_id, JournalEntry.at >= self.begin, JournalEntry.at < self.end)
        if self.gone:
            span = and_(span, or_(JournalEntry.case_id.is_(None), JournalEntry.case_id.not_in(self.gone)))
        return and_(span, JournalEntry.action.in_(actions)) if actions else span

    def moments(self, *actions: str) -> Subquery:
        """(case, moment) of these actions, each once."""
        return select(JournalEntry.case_id, JournalEntry.at).where(self.where(*actions)).distinct().subquery()


@dataclass(frozen=True)
class Entry:
    """One entry of the chain."""

    case_id: str
    action: str
    at: datetime
    by: str
    data: dict[str, Any]


def entries(session: Session, span: Span, actions: Iterable[str]) -> list[Entry]:
    """The entries about cases, in the order of the chain."""
    return _read(session, span.where(*actions))


def history(session: Session, span: Span, actions: Iterable[str], of: Iterable[str]) -> list[Entry]:
    """From the beginning of the chain on: the entries of those cases to which one of ``of`` happened in the span."""
    touched = select(JournalEntry.case_id).where(span.where(*of))
    until = (JournalEntry.unit_id == span.unit_id, JournalEntry.at < span.end)
    return _read(session, and_(JournalEntry.case_id.in_(touched), *until, JournalEntry.action.in_(tuple(actions))))


def taken_over(session: Session, span: Span, actions: Iterable[str]) -> list[Entry]:
    """Of the cases that came from another unit in the span: what had happened to them, wherever it was."""
    came = select(JournalEntry.case_id).where(span.where("taken_over"))
    known = (JournalEntry.case_id.in_(came), JournalEntry.at < span.end)
    condition = and_(*known, JournalEntry.action.in_(tuple(actions)))
    return _read(session, condition, JournalEntry.at, JournalEntry.unit_id, JournalEntry.sequence)


def _read(session: Session, condition: ColumnElement[bool], *order: InstrumentedAttribute[Any]) -> list[Entry]:
    """One chain in its own order; entries of several in a given one. Never by ``id``, which no hash covers."""
    query = select(JournalEntry.case_id, JournalEntry.action, JournalEntry.at, JournalEntry.record)
    query = query.where(condition, JournalEntry.case_id.is_not(None)).order_by(*(order or (JournalEntry.sequence,)))
    return [_entry(*row) for row in session.execute(query)]


def _entry(case_id: str | None, action: str, at: datetime, record: bytes) -> Entry:
    document = json.loads(record)
    return Entry(case_id or "", action, at, document["actor"][0], document["data"])


def data(record: bytes) -> dict[str, Any]:
    """What a journal entry says beside who did what and when."""
    found: dict[str, Any] = json.loads(record)["data"]
    return found


def tally(session: Session, span: Span) -> Counter[str]:
    """How often each action happened; reopening a case that had only been answered, not closed, is ``rated``."""
    query = select(JournalEntry.action, func.count()).where(span.where()).group_by(JournalEntry.action)
    found = Counter({action: count for action, count in session.execute(query)})
    for entry in entries(session, span, REOPENS) if any(found[name] for name in REOPENS) else ():
        found[entry.action] -= 1
        found[kind(entry)] += 1
    return found


def kind(entry: Entry) -> str:
    """The action; ``rated`` where it reopened nothing that had ended."""
    return "rated" if entry.action in REOPENS and entry.data.get("before") not in ENDED else entry.action


def growth(found: Counter[str]) -> int:
    """By how many open cases a unit's desk grew with these actions."""
    more = sum(found[name] for name in (*ARRIVES, *REOPENS))
    return more - sum(found[name] for name in (*LEAVES, *ENDS))


def open_now(session: Session, unit_id: str) -> int:
    """Open cases at a unit as the rows say."""
    query = select(func.count()).select_from(Case).where(Case.handling_unit_id == unit_id)
    return session.scalar(query.where(Case.status.in_([str(s) for s in OPEN]))) or 0


def gone(happened: Iterable[Entry]) -> frozenset[str]:
    """Cases that left the unit and did not come back."""
    last = {e.case_id: e.action for e in happened if e.action in (*ARRIVES, *LEAVES)}
    return frozenset(case_id for case_id, action in last.items() if action in LEAVES)


def moved_after(session: Session, unit_id: str, moment: datetime) -> dict[str, str]:
    """Of each case that came or went since: what happened first, so that one knows where it was at that moment."""
    query = select(JournalEntry.case_id, JournalEntry.action).where(
        JournalEntry.unit_id == unit_id, JournalEntry.at >= moment, JournalEntry.action.in_((*ARRIVES, *LEAVES))
    )
    first: dict[str, str] = {}
    for case_id, action in session.execute(query.order_by(JournalEntry.sequence)):
        first.setdefault(case_id or "", action)
    return first


def head(session: Session, unit_id: str, before: datetime) -> tuple[int, bytes] | None:
    """The last entry of a chain before a moment: (sequence, hash)."""
    last = select(func.max(JournalEntry.sequence)).where(JournalEntry.unit_id == unit_id, JournalEntry.at < before)
    query = select(JournalEntry.sequence, JournalEntry.hash).where(
        JournalEntry.unit_id == unit_id, JournalEntry.sequence == last.scalar_subquery()
    )
    found = session.execute(query).first()
    return (found[0], found[1]) if found else None
