"""The figures of one unit and one month, as they stood when the month ended.

``tables`` holds counts by table, row and column; ``samples`` holds durations, so that medians of several units can
be taken together. A case that left the unit before the month ended is one neutral number of the register there, and in
nothing else: what it was is in the figures of the unit that has it. What a later change could still alter: a decree on
holidays moves clocks that ran at the month's end, and the working days between two moments. A stored report keeps what
it said.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import triage
from workflow.models import Case, JournalEntry, Judgement, Unit
from workflow.reports import incidents, lateness, ledger, outcomes, reasons
from workflow.reports.ledger import Entry, Span
from workflow.reports.month import Month
from workflow.reports.reasons import Reason
from workflow.states import UNDONE_BY_SEAL, Status

_EVER = datetime(9999, 1, 1, tzinfo=UTC)
Counts = dict[str, dict[str, dict[str, int]]]
#: Intents that are counted without a case.
COUNTED = ("praise", "aspiration", "information")
_TOLD = (*ledger.ARRIVES, *ledger.LEAVES, *ledger.MOVES, "delivered", "seal", "seal_desk", "unseal")


@dataclass
class Figures:
    """Counts by table, row and column; durations by name; reasons in words. ``partial``: the month was not over yet."""

    month: Month
    until: datetime
    partial: bool
    tables: Counts = field(default_factory=lambda: defaultdict(lambda: defaultdict(lambda: defaultdict(int))))
    samples: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    reasons: list[Reason] = field(default_factory=list)
    head: tuple[int, bytes] | None = None

    def add(self, table: str, counts: dict[str, int] | Counter[str], column: str = "count") -> None:
        """Put one column of a table in."""
        for row, count in counts.items():
            self.tables[table][row][column] += count

    def at(self, table: str, row: str, column: str = "count") -> int:
        """One count; 0 where nothing was counted. Changes nothing."""
        return self.tables.get(table, {}).get(row, {}).get(column, 0)

    def merge(self, other: Figures) -> None:
        """Add the figures of another unit."""
        self.until, self.partial = max(self.until, other.until), self.partial or other.partial
        for table, rows in other.tables.items():
            for row, columns in rows.items():
                for column, count in columns.items():
                    self.tables[table][row][column] += count
        for name, values in other.samples.items():
            self.samples[name].extend(values)
        self.reasons += other.reasons


def gather(session: Session, unit: Unit, month: Month, now: datetime) -> Figures:
    """The figures of a unit. Of a month that is not over: those up to now, marked as partial."""
    end = month.ends(unit.timezone)
    span = Span(unit.id, month.begins(unit.timezone), min(end, max(now, month.begins(unit.timezone))))
    figures = Figures(month, span.end, partial=now < end)
    everything = ledger.entries(session, span, _TOLD)
    span = replace(span, gone=ledger.gone(everything))
    happened = [entry for entry in everything if entry.case_id not in span.gone]
    _flow(session, figures, span, everything)
    _received(session, figures, span, happened)
    _satisfaction(figures, happened)
    _pauses(session, figures, span)
    figures.reasons = reasons.gather(session, unit.name, span)
    _others(session, figures, span)
    lateness.gather(session, figures, unit, span)
    outcomes.gather(session, figures, unit, span)
    figures.add("incidents", incidents.count(session, span))
    if unit.kind != "upt":
        sealed = sum(bool(e.data.get("sealed")) for e in everything if e.action == "open")
        figures.add("sealed", {"at_intake": sealed, "later": sum(e.action == "seal" for e in everything)})
    figures.head = ledger.head(session, unit.id, span.end)
    return figures


def together(month: Month, all_of_them: Iterable[Figures]) -> Figures:
    """The sum over several units."""
    parts = list(all_of_them)
    total = Figures(month, parts[0].until, partial=False)
    for part in parts:
        total.merge(part)
    return total


# ------------------------------------------------------------------ how much came, how much is left


def _flow(session: Session, figures: Figures, span: Span, everything: list[Entry]) -> None:
    """Counted back from what is open now, over what the chain says has happened since.

    Of a case that is gone: how it came, and that it went, but not what was done to it in between.
    """
    within = ledger.tally(session, span)
    since = ledger.tally(session, Span(span.unit_id, span.end, _EVER))
    left = ledger.open_now(session, span.unit_id) - ledger.growth(since)
    came = _came([entry for entry in everything if entry.case_id in span.gone])
    flow = {
        "open_before": left - ledger.growth(within) + came["here"],
        "received": within["open"] + came["open"],
        "taken_over": within["taken_over"] + came["taken_over"],
        "reopened": sum(within[name] for name in ledger.REOPENS) + came["reopened"],
        "ended": sum(within[name] for name in ledger.ENDS),
        "handed_on": within["handed_on"] + len(span.gone),
        "open_after": left,
    }
    figures.add("flow", flow)


def _came(entries: list[Entry]) -> Counter[str]:
    """How each of these cases, which left, had come: in the span, by being reopened in it, or (``here``) before it."""
    first, grown = dict[str, str](), Counter[str]()
    for entry in entries:
        first.setdefault(entry.case_id, entry.action)
        grown[entry.case_id] += ledger.growth(Counter([ledger.kind(entry)]))
    return Counter(
        action if action in ledger.ARRIVES else "here" if grown[case_id] < 0 else "reopened"
        for case_id, action in first.items()
    )


def _received(session: Session, figures: Figures, span: Span, happened: list[Entry]) -> None:
    """What came in during the month, here or where it was before: as it was judged, and how far it had come, when the
    month ended."""
    tracks = _tracks(session, span)
    known: dict[str, dict[str, str]] = {}
    before = ledger.taken_over(session, span, _TOLD) if any(e.action == "taken_over" for e in happened) else []
    moved = {entry.case_id for entry in before}
    for entry in (*before, *(e for e in happened if e.case_id not in moved)):
        if entry.action == "open" and entry.at >= span.begin:
            known[entry.case_id] = {"state": "received", "channel": str(entry.data["channel"])}
        if entry.case_id in known:
            _learn(known[entry.case_id], entry)
    for case_id, facts in known.items():
        category, asked = facts["category"], tracks.get(case_id) == "information"
        facts["track"] = "information" if asked else _track(category)
        for table in ("channel", "category", "urgency", "track", "state"):
            figures.add(table, {facts[table]: 1})


def _learn(facts: dict[str, str], entry: Entry) -> None:
    for name in ("category", "urgency"):
        if entry.action in ("open", "classify") and entry.data.get(name):
            facts[name] = str(entry.data[name])
    facts["state"] = str(entry.data.get("after") or facts["state"])
    if entry.action in ("seal", "seal_desk") and facts["state"] in UNDONE_BY_SEAL:
        facts["state"] = str(Status.CLASSIFIED)


def _tracks(session: Session, span: Span) -> dict[str, str]:
    query = select(Case.id, Case.track).join(JournalEntry, JournalEntry.case_id == Case.id)
    return {case_id: track for case_id, track in session.execute(query.where(span.where(*ledger.ARRIVES)))}


def _track(category: str) -> str:
    return "integrity" if triage.category_info(category).track == "integrity" else "service"


# ------------------------------------------------------------------ what people said


def _satisfaction(figures: Figures, happened: list[Entry]) -> None:
    """PUAS closes by the complainant, silence by the clock, TIDAK PUAS opens again."""
    kinds = {("close", "citizen"): "satisfied", ("close", "clock"): "silent", ("reopen", "citizen"): "unsatisfied"}
    said = [kinds[e.action, e.by] for e in happened if (e.action, e.by) in kinds]
    figures.add("satisfaction", Counter({"satisfied": 0, "unsatisfied": 0, "silent": 0}) + Counter(said))


def _pauses(session: Session, figures: Figures, span: Span) -> None:
    """Extensions, and what complainants were waited for."""
    for entry in ledger.entries(session, span, ("wait", "extend")):
        kind = "extended" if entry.action == "extend" else f"wait_{entry.data.get('category', 'other')}"
        figures.add("extensions", {kind: 1})


def _others(session: Session, figures: Figures, span: Span) -> None:
    """Praise, suggestions and answered questions: judged, and no case."""
    intent = Judgement.verdict["intent"].as_string()
    query = select(intent, func.count()).where(
        Judgement.unit_id == span.unit_id,
        Judgement.case_id.is_(None),
        Judgement.created_at >= span.begin,
        Judgement.created_at < span.end,
    )
    counted = {name: count for name, count in session.execute(query.group_by(intent))}
    figures.add("others", {name: counted.get(name, 0) for name in COUNTED})
