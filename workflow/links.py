"""Which cases belong together: a merged one and the one it went into, a member and the lead of its incident."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.models import Case, CaseLink


def tie(session: Session, case: Case, other: Case, kind: str, now: datetime) -> CaseLink:
    """A link from one case to another; one that was undone lives again."""
    query = select(CaseLink).where(CaseLink.case_id == case.id, CaseLink.other_id == other.id, CaseLink.kind == kind)
    link = session.scalar(query) or CaseLink(case_id=case.id, other_id=other.id, kind=kind)
    link.created_at, link.undone_at = now, None
    session.add(link)
    session.flush()
    return link


def alive(session: Session, case: Case, kind: str) -> CaseLink | None:
    """The link of a kind that goes out from a case."""
    query = select(CaseLink).where(CaseLink.case_id == case.id, CaseLink.kind == kind, CaseLink.undone_at.is_(None))
    return session.scalar(query.limit(1))


def untie(session: Session, case: Case, kind: str, now: datetime) -> None:
    """The link of a kind that goes out from a case is no more."""
    if (link := alive(session, case, kind)) is not None:
        link.undone_at = now


def target(session: Session, case: Case, kind: str) -> Case | None:
    """Where that link leads."""
    link = alive(session, case, kind)
    return session.get_one(Case, link.other_id) if link else None


def targets(session: Session, case: Case, kind: str) -> list[Case]:
    """The same as a list, of one or none."""
    found = target(session, case, kind)
    return [found] if found else []


def sources(session: Session, case: Case, kind: str) -> list[Case]:
    """Every case whose link of a kind leads here, by number."""
    query = select(Case).join(CaseLink, CaseLink.case_id == Case.id)
    query = query.where(CaseLink.other_id == case.id, CaseLink.kind == kind, CaseLink.undone_at.is_(None))
    return list(session.scalars(query.order_by(Case.number)))


def whole(session: Session, case: Case, kind: str) -> list[Case]:
    """A case with every case whose links of a kind lead to it, over however many steps."""
    return [case, *(far for near in sources(session, case, kind) for far in whole(session, near, kind))]


def merged(session: Session, case: Case) -> list[Case]:
    """Everything that is one case by now: the one that goes on, and what was merged into it."""
    return whole(session, resolve(session, case), "merged")


def resolve(session: Session, case: Case) -> Case:
    """The case that goes on: the one into which a merged one went, and so on."""
    while case.close_ground == "merged" and (into := target(session, case, "merged")) is not None:
        case = into
    return case
