"""How long answers took, whether they arrived, and which standards were found breached."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import clocks, decisions, standards
from workflow.models import Case, DeliveryEvent, JournalEntry, Outbound, Paper, Unit
from workflow.reports import ledger
from workflow.reports.ledger import Entry, Span
from workflow.reports.nameless import telling
from workflow.vault import Erased

if TYPE_CHECKING:
    from workflow.reports.figures import Figures

#: A standard in an officer's own words is printed only if this many recommendations cite it alike: what is said once
#: may tell of one case. The catalogue's words tell of none.
CITED_OFTEN = 2


@dataclass
class Round:
    """One way of a case to its answer: from receipt, from being reopened, or from when this unit took it over."""

    begun: datetime
    first: datetime | None = None
    released: datetime | None = None


def gather(session: Session, figures: Figures, unit: Unit, span: Span) -> None:
    """Durations that ended in the month, releases of the month and their fate, and standards."""
    watched = (*ledger.FIRST, *ledger.REOPENS, *ledger.ARRIVES, "release", "delivered", "inform")
    story = ledger.history(session, span, watched, (*ledger.FIRST, "release", "delivered"))
    _durations(session, figures, unit, span, story)
    _deliveries(session, figures, span, story)
    _standards(session, figures, span)


# ------------------------------------------------------------------ durations, in working days


def _durations(session: Session, figures: Figures, unit: Unit, span: Span, story: list[Entry]) -> None:
    received = _received(session, span)
    days = clocks.calendar_of(session, unit, span.begin)
    rounds: dict[str, Round] = {}
    for entry in story:
        current = rounds.setdefault(entry.case_id, Round(received.get(entry.case_id, entry.at)))
        for name, since in _legs(current, entry):
            if entry.at >= span.begin:
                figures.samples[name].append(days.working_between(since, entry.at))
        _advance(rounds, current, entry)


def _received(session: Session, span: Span) -> dict[str, datetime]:
    touched = select(JournalEntry.case_id).where(span.where(*ledger.FIRST, "release", "delivered"))
    query = select(Case.id, Case.received_at).where(Case.id.in_(touched))
    return {case_id: at for case_id, at in session.execute(query)}


def _legs(current: Round, entry: Entry) -> list[tuple[str, datetime]]:
    """Which stretches of the way end with this entry, and when each began."""
    if entry.action in ledger.FIRST and current.first is None:
        return [("first_response", current.begun)]
    if entry.action == "release":
        worked = [("handling", current.first)] if current.first else []
        return [("answer", current.begun), *worked]
    if entry.action == "delivered" and current.released:
        return [("delivery", current.released)]
    return []


def _advance(rounds: dict[str, Round], current: Round, entry: Entry) -> None:
    if entry.action in (*ledger.REOPENS, "taken_over"):
        rounds[entry.case_id] = Round(entry.at)
    elif entry.action in ledger.FIRST:
        current.first = current.first or entry.at
    elif entry.action == "release":
        current.released = entry.at


# ------------------------------------------------------------------ deliveries


def _deliveries(session: Session, figures: Figures, span: Span, story: list[Entry]) -> None:
    """Every answer that was released in the month, and what was known of it when the month ended."""
    released = [e for e in story if e.action == "release" and e.at >= span.begin]
    failed = _last_states(session, span)
    proofs = _proofs(story)
    fates = Counter(_fate(proofs.get((e.case_id, e.at)), failed.get(str(e.data.get("paper")))) for e in released)
    figures.add("deliveries", {"released": len(released), **fates})


def _proofs(story: list[Entry]) -> dict[tuple[str, datetime], str]:
    """By case and moment of a release: what proved that it arrived. A later answer's proof is not an earlier one's."""
    found: dict[tuple[str, datetime], str] = {}
    newest: dict[str, datetime] = {}
    for entry in story:
        if entry.action == "release":
            newest[entry.case_id] = entry.at
        elif entry.action == "delivered" and entry.case_id in newest:
            found.setdefault((entry.case_id, newest[entry.case_id]), str(entry.data.get("proof", "")))
    return found


def _fate(proof: str | None, state: str | None) -> str:
    if proof is not None:
        return "desk" if proof == "desk" else "proven"
    return state if state in ("failed", "held") else "pending"


def _last_states(session: Session, span: Span) -> dict[str, str]:
    """By paper: the last thing that was known of its messages; a failed part outweighs the others."""
    touched = select(JournalEntry.case_id).where(span.where("release"))
    mine = (Outbound.case_id.in_(touched), Outbound.purpose == "official", Outbound.paper_id.is_not(None))
    last = select(func.max(DeliveryEvent.id)).join(Outbound, Outbound.id == DeliveryEvent.outbound_id)
    last = last.where(*mine, DeliveryEvent.at < span.end).group_by(DeliveryEvent.outbound_id)
    query = select(Outbound.paper_id, DeliveryEvent.state).join(DeliveryEvent, DeliveryEvent.outbound_id == Outbound.id)
    found: dict[str, str] = {}
    for paper_id, state in session.execute(query.where(DeliveryEvent.id.in_(last))):
        if found.get(paper_id or "") != "failed":
            found[paper_id or ""] = state
    return found


# ------------------------------------------------------------------ standards


def _standards(session: Session, figures: Figures, span: Span) -> None:
    """Standards that the month's recommendations cite, each once a case."""
    query = select(Paper, JournalEntry.record).join(JournalEntry, JournalEntry.case_id == Paper.case_id)
    query = query.where(span.where("recommend"), Paper.kind == "recommendation", Paper.created_at == JournalEntry.at)
    cited: dict[tuple[str, bool], set[str]] = defaultdict(set)
    for paper, record in session.execute(query):
        for citation in _cited(session, paper, record):
            cited[citation].add(paper.case_id)
    for (standard, ours), cases in cited.items():
        told = standard if ours else telling(standard) if len(cases) >= CITED_OFTEN else ""
        figures.add("standards", {told or "other": len(cases)})


def _cited(session: Session, paper: Paper, record: bytes) -> set[tuple[str, bool]]:
    """(standard, whether the words are the catalogue's) of one recommendation; of an erased one what was counted."""
    try:
        _, alternatives = decisions.recommendation(session, paper)
    except Erased:
        return set(_counted(session, paper, record))
    chosen = [(" ".join(a.standard.split()), bool(a.standard_id)) for a in alternatives if a.standard.strip()]
    return {(text[: 300 if ours else 160], ours) for text, ours in chosen}


def _counted(session: Session, paper: Paper, record: bytes) -> Iterator[tuple[str, bool]]:
    case = session.get_one(Case, paper.case_id)
    for key in ledger.data(record).get("standards", ()):
        found = standards.find(key, (case.subject_unit or case.handling_unit).code, "id")
        yield (found.citation[:300], True) if found else ("", False)
