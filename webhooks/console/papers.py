"""The papers of a case as its page shows them: newest first, each with what was decided on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import decisions
from workflow.alternatives import EDITABLE, Alternative, Direction
from workflow.models import Account, Approval, Case, Paper
from workflow.vault import Erased


@dataclass(frozen=True)
class Decision:
    """Approved or returned, by whom, when."""

    decision: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Sheet:
    """One paper. ``text`` is None after erasure; a recommendation has ``alternatives``, a direction what the head
    decided."""

    id: str
    kind: str
    version: int
    at: datetime
    by: str
    author_id: str | None
    hash: str
    text: str | None
    newest: bool
    attributes: dict[str, Any] = field(default_factory=dict)
    alternatives: tuple[Alternative, ...] = ()
    direction: Direction | None = None
    decisions: tuple[Decision, ...] = ()

    def texts(self) -> set[str]:
        """All that the paper says, without the space around it."""
        ways = (*self.alternatives, *((self.direction.decided,) if self.direction else ()))
        said = (getattr(way, part) for way in ways for part in EDITABLE)
        return {text.strip() for text in (self.text or "", *said)}


def name_of(session: Session, account_id: str | None) -> str:
    """The full name of an account; empty where there is none."""
    account = session.get(Account, account_id) if account_id else None
    return account.full_name if account else ""


def sheets(session: Session, case: Case) -> list[Sheet]:
    """All papers of a case, newest first."""
    papers = list(session.scalars(select(Paper).where(Paper.case_id == case.id).order_by(Paper.created_at)))
    approvals = session.scalars(select(Approval).where(Approval.case_id == case.id).order_by(Approval.created_at))
    taken: dict[str, list[Decision]] = {}
    for a in approvals:
        taken.setdefault(a.paper_id, []).append(Decision(a.decision, name_of(session, a.approver_id), a.created_at))
    last = {paper.kind: paper.id for paper in papers}
    made = [_sheet(session, p, tuple(taken.get(p.id, ())), newest=last[p.kind] == p.id) for p in papers]
    return made[::-1]


def _sheet(session: Session, paper: Paper, taken: tuple[Decision, ...], *, newest: bool) -> Sheet:
    return Sheet(
        id=paper.id,
        kind=paper.kind,
        version=paper.version,
        at=paper.created_at,
        by=name_of(session, paper.author_id),
        author_id=paper.author_id,
        hash=paper.hash,
        newest=newest,
        attributes=paper.attributes,
        decisions=taken,
        **_content(session, paper),
    )


def _content(session: Session, paper: Paper) -> dict[str, Any]:
    try:
        if paper.kind == "recommendation":
            summary, alternatives = decisions.recommendation(session, paper)
            return {"text": summary, "alternatives": tuple(alternatives)}
        if paper.kind == "direction":
            direction = decisions.direction(session, paper)
            return {"text": direction.decided.measure, "direction": direction}
        return {"text": decisions.body(session, paper)}
    except Erased:
        return {"text": None}
