"""The papers of a case as its page shows them: newest first, each with what was decided on it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import decisions
from workflow.decisions import Alternative
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
    """One paper. ``text`` is None after erasure; a recommendation has ``alternatives``, a direction
    ``standard``, ``note`` and the ``answer`` that was proposed with it."""

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
    note: str = ""
    standard: str = ""
    answer: str = ""
    decisions: tuple[Decision, ...] = ()


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
        text = decisions.body(session, paper)
    except Erased:
        return {"text": None}
    if paper.kind != "direction":
        return {"text": text}
    direction = json.loads(text)
    told = {name: direction.get(name, "") for name in ("standard", "note", "answer")}
    return {"text": direction["measure"], **told}
