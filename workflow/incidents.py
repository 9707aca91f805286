"""Many complaints about one event: one of them leads, its approved answer goes to each, and nobody learns of another.

A member keeps its number, its secrecy and its complainant; only the work is done once. The answer that reaches it is
the lead's approved text to the letter, under the same hash and the same approval.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from workflow import cases, decisions, links, outbox
from workflow.actors import Clock, Officer
from workflow.db import Database
from workflow.models import Approval, Case, CaseLink, Exclusion, Paper, new_id
from workflow.states import Impossible, Status
from workflow.vault import vault_of

KIND = "member"


def join(session: Session, case: Case, lead: Case, actor: Officer, now: datetime) -> None:
    """Work this case together with another; its complainant is told that it is. Raises Impossible.

    Both are handled at one place under one seal on one track; whoever may not see the member has no part in the lead.
    """
    lead = links.target(session, lead, KIND) or lead
    if case.id == lead.id or links.sources(session, case, KIND) or links.alive(session, case, KIND):
        raise Impossible("not_together")
    same = (case.handling_unit_id, case.seal, case.track, cases.track_of(case))
    if same != (lead.handling_unit_id, lead.seal, lead.track, cases.track_of(lead)) or lead.close_ground == "merged":
        raise Impossible("not_together")
    if not _hidden(session, case) <= _hidden(session, lead):
        raise Impossible("not_together")
    if lead.status in (Status.WITHDRAWN, Status.REFERRED, Status.DISCONTINUED):
        raise Impossible("not_now")
    cases.move(session, case, "join", actor, now, lead=lead.id)
    case.owner_id = case.owner_id or lead.owner_id or actor.account_id
    links.tie(session, case, lead, KIND, now)
    outbox.enqueue(session, case.conversation, "joined", now, case=case, number=case.number)


def _hidden(session: Session, case: Case) -> set[str]:
    return set(session.scalars(select(Exclusion.account_id).where(Exclusion.case_id == case.id)))


def leave(session: Session, case: Case, actor: Officer, now: datetime) -> None:
    """It was another event after all: the case is worked on its own again, while it has no answer yet."""
    link = links.alive(session, case, KIND)
    if link is None:
        raise Impossible("not_now")
    cases.move(session, case, "leave", actor, now, lead=link.other_id)
    link.undone_at = now


# ------------------------------------------------------------------ one answer for each


def spread(database: Database, now: datetime, limit: int = 200) -> int:
    """Give members the answer of their lead, each in a transaction of its own; a late joiner gets it at once."""
    lead = aliased(Case)
    query = select(CaseLink.case_id).join(Case, Case.id == CaseLink.case_id).join(lead, lead.id == CaseLink.other_id)
    query = query.where(CaseLink.kind == KIND, CaseLink.undone_at.is_(None), Case.rounds == 0)
    query = query.where(Case.status == str(Status.CLASSIFIED), lead.responded_at.is_not(None))
    query = query.where(lead.status.in_((str(Status.RESPONDED), str(Status.CLOSED))))
    query = query.where(lead.handling_unit_id == Case.handling_unit_id, lead.seal == Case.seal)  # one went elsewhere
    with database.read() as session:
        waiting = list(session.scalars(query.order_by(CaseLink.created_at).limit(limit)))
    for case_id in waiting:
        with database.write() as session:
            _answer(session, cases.lock(session, case_id), now)
    return len(waiting)


def _answer(session: Session, case: Case, now: datetime) -> None:
    lead = links.target(session, case, KIND)
    if lead is None or case.status != Status.CLASSIFIED:
        return
    paper = decisions.approved_answer(session, lead)
    if paper is None:
        return
    _copy(session, case, lead, paper, now)
    cases.move(session, case, "approve_jointly", Clock(), now, lead=lead.id, commitment=paper.hash)
    decisions.release(session, case, Clock(), now)


def _copy(session: Session, case: Case, lead: Case, paper: Paper, now: datetime) -> None:
    """The same words with the same hash under the key of this case, and the approval that they have."""
    text, vault = decisions.body(session, paper), vault_of(session)
    newest = decisions.newest(session, case, "answer")
    own = Paper(
        id=new_id(), case_id=case.id, kind="answer", version=(newest.version if newest else 0) + 1,
        author_id=paper.author_id, data_key_id=case.data_key_id,
        body_enc=vault.seal(session, case.data_key_id, text, "paper.body"), salt=paper.salt, hash=paper.hash,
        attributes={**paper.attributes, "lead": lead.id}, created_at=now,
    )  # fmt: skip
    session.add(own)
    session.flush()
    given = select(Approval).where(Approval.paper_id == paper.id, Approval.decision == "approved")
    approval = session.scalars(given.order_by(Approval.created_at.desc()).limit(1)).one()
    session.add(
        Approval(
            case_id=case.id, paper_id=own.id, hash=own.hash, decision="approved", approver_id=approval.approver_id,
            grant_id=approval.grant_id, created_at=approval.created_at,
        )
    )  # fmt: skip
    session.flush()


def size(session: Session, lead: Case) -> int:
    """How many complainants the lead's answer goes to, its own included."""
    return 1 + len(links.sources(session, lead, KIND))
