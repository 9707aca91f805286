"""Which complaints may tell of the same event: proposed with a score, never merged.

Two texts that are alike join only cases of one handling unit, one seal, one track and one category. A proposal says
nothing about who wrote, but where the same person wrote both under the same choice of secrecy: an open letter must
not give away whose the confidential one is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, literal, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import triage
from triage.duplicates import plain
from workflow import access, conversations
from workflow.actors import Officer
from workflow.db import Base
from workflow.models import Case, CaseLink, Mark
from workflow.states import ENDED
from workflow.vault import Erased, Unreadable

#: A case is compared, once, with those that came in within this time.
WINDOW = timedelta(hours=72)
MOST = 200
#: Below this, families in one block who tell of different things in the same words come too near.
FLOOR = 0.7
#: A text of fewer different words resembles everything that contains it.
FEWEST_WORDS = 4
_MARK = "alike:"


@dataclass(frozen=True)
class Alike:
    """Another case that may tell of the same event."""

    case: Case
    kind: str
    score: float


# ------------------------------------------------------------------ proposing


def propose(session: Session, now: datetime, limit: int = 50) -> int:
    """Compare cases that were not compared yet; returns how many links were added. Safe in several processes.

    All are claimed before the first link is written, and both in one order, so that nobody waits in a circle.
    """
    session.execute(delete(Mark).where(Mark.name.startswith(_MARK), Mark.value < (now - WINDOW).isoformat()))
    claimed = [case for case in _uncompared(session, now, limit) if _claim(session, case)]
    texts: dict[str, str] = {}
    links: dict[tuple[str, str], CaseLink] = {}
    for case in claimed:
        for link in _links(session, case, texts, now):
            links[link.case_id, link.other_id] = link
    return sum(_added(session, links[pair]) for pair in sorted(links))


def _uncompared(session: Session, now: datetime, limit: int) -> list[Case]:
    compared = exists().where(Mark.name == literal(_MARK) + Case.id)
    query = select(Case).where(_open_since(now), ~compared)
    return list(session.scalars(query.order_by(Case.received_at, Case.id).limit(limit)))


def _open_since(now: datetime) -> ColumnElement[bool]:
    return and_(Case.received_at >= now - WINDOW, Case.status.not_in(ENDED), Case.erased_at.is_(None))


def _claim(session: Session, case: Case) -> bool:
    return _added(session, Mark(name=f"{_MARK}{case.id}", value=case.received_at.isoformat()))


def _added(session: Session, row: Base) -> bool:
    """Whether we wrote it; another process may have been first."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def _links(session: Session, case: Case, texts: dict[str, str], now: datetime) -> list[CaseLink]:
    query = select(Case).where(Case.id != case.id, _open_since(now), _comparable(case))
    query = query.where(Case.track == case.track, Case.category == case.category)
    others = list(session.scalars(query.order_by(Case.received_at.desc(), Case.id).limit(MOST)))
    own = _text(session, case, texts)
    found = triage.similar(own, [_text(session, other, texts) for other in others], floor=FLOOR)
    return [_link(case, others[likeness.place], likeness.score, now) for likeness in found]


def _comparable(case: Case) -> ColumnElement[bool]:
    """Handled at the same place under the same seal; of one person only what gives nobody away."""
    secrecy = literal(case.visibility != "anonymous")
    apart = or_(Case.person_id != case.person_id, and_(secrecy, Case.visibility == case.visibility))
    return and_(Case.handling_unit_id == case.handling_unit_id, Case.seal == case.seal, apart)


def _text(session: Session, case: Case, texts: dict[str, str]) -> str:
    """What the case opened with; nothing where it is erased or too short to be compared."""
    if case.id not in texts:
        try:
            text = conversations.opening(session, case)
        except (Erased, Unreadable):
            text = ""
        texts[case.id] = text if len(set(plain(text).split())) >= FEWEST_WORDS else ""
    return texts[case.id]


def _link(case: Case, other: Case, score: float, now: datetime) -> CaseLink:
    """From the later case to the earlier one, whichever was compared."""
    later, earlier = sorted((case, other), key=lambda c: (c.received_at, c.id), reverse=True)
    kind = "duplicate" if case.person_id == other.person_id else "incident"
    return CaseLink(case_id=later.id, other_id=earlier.id, kind=kind, score=score, created_at=now)


# ------------------------------------------------------------------ showing


def seen(session: Session, officer: Officer, case: Case) -> list[Alike]:
    """What may tell of the same event and this account may read, most alike first.

    What was sealed, transferred or made secret since is left out: the link is older than that.
    """
    if not access.view(session, officer, case).text:
        return []
    other_id = func.coalesce(func.nullif(CaseLink.other_id, case.id), CaseLink.case_id)
    query = access.cases(officer).join(CaseLink, Case.id == other_id).add_columns(CaseLink.kind, CaseLink.score)
    query = query.where(or_(CaseLink.case_id == case.id, CaseLink.other_id == case.id), _comparable(case))
    query = query.where(CaseLink.kind.in_(("duplicate", "incident")), CaseLink.undone_at.is_(None))
    rows = session.execute(query.order_by(CaseLink.score.desc(), Case.number)).all()
    found = [Alike(other, kind, score or 0) for other, kind, score in rows]
    return [alike for alike in found if access.view(session, officer, alike.case).text]
