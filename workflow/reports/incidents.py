"""Mass incidents: many complaints, one event."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflow.models import CaseLink, JournalEntry
from workflow.reports import ledger
from workflow.reports.ledger import Span

Edge = tuple[str, str]


def count(session: Session, span: Span) -> dict[str, int]:
    """Complaints of the month that belong to an incident, and how many incidents these are."""
    opened = select(JournalEntry.case_id).where(span.where("open"))
    alive = (CaseLink.created_at < span.end, or_(CaseLink.undone_at.is_(None), CaseLink.undone_at >= span.end))
    query = select(CaseLink.case_id, CaseLink.other_id).where(CaseLink.kind == "member", *alive)
    edges = {(a, b) for column in (CaseLink.case_id, CaseLink.other_id)
             for a, b in session.execute(query.where(column.in_(opened)))}  # fmt: skip
    nodes = {node for edge in edges for node in edge}
    ours = _here(session, span, nodes)
    new = {c for c in session.scalars(opened) if c in nodes}
    groups = _groups((a, b) for a, b in edges if {a, b} <= ours)
    told = [group & new for group in groups if group & new]
    return {"complaints": sum(len(group) for group in told), "incidents": len(told)}


def _here(session: Session, span: Span, nodes: set[str]) -> set[str]:
    """Those that this unit had when the span ended: a link to another unit's case is not this unit's to tell."""
    moves = (*ledger.ARRIVES, *ledger.LEAVES)
    query = select(JournalEntry.case_id, JournalEntry.action).where(
        JournalEntry.unit_id == span.unit_id,
        JournalEntry.case_id.in_(nodes),
        JournalEntry.action.in_(moves),
        JournalEntry.at < span.end,
    )
    last = {case_id: action for case_id, action in session.execute(query.order_by(JournalEntry.sequence))}
    return {case_id for case_id, action in last.items() if case_id and action in ledger.ARRIVES}


def _groups(edges: Iterable[Edge]) -> list[set[str]]:
    """Connected cases."""
    groups: list[set[str]] = []
    for edge in edges:
        touched = [group for group in groups if group & set(edge)]
        groups = [group for group in groups if not group & set(edge)] + [set(edge).union(*touched)]
    return groups
