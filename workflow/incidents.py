"""Many complaints about one event: one of them leads, its approved answer goes to each, and nobody learns of another.

A member keeps its number, its secrecy and its complainant; only the work is done once. The answer that reaches it is
the lead's approved text to the letter, under the same hash and the same approval. Where the two fit no more, or the
lead will answer nobody here (sealed since, handed on, ended, erased), they part without a word of why: the next member
leads, or each goes alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

import triage
from workflow import batches, cases, deadlines, decisions, journal, links, notices, outbox, timekeeping
from workflow.actors import Clock, Officer
from workflow.db import Database
from workflow.models import Approval, Case, CaseLink, Deadline, Exclusion, Paper, new_id
from workflow.states import ENDED, Impossible, Part, Status
from workflow.vault import vault_of

KIND = "member"


def join(session: Session, case: Case, lead: Case, actor: Officer, now: datetime) -> None:
    """Work this case together with another; its complainant is told that it is. Raises Impossible."""
    if case.id == lead.id:
        raise Impossible("with_itself")
    lead = links.target(session, lead, KIND) or lead
    if cases.track_of(case) != cases.track_of(lead):
        raise Impossible("other_track")
    if links.sources(session, case, KIND) or links.alive(session, case, KIND) or not _fits(session, case, lead):
        raise Impossible("not_together")
    if lead.erased_at is not None:
        raise Impossible("lead_erased")
    if lead.status in ENDED and lead.status != Status.CLOSED:
        raise Impossible("not_now")
    cases.move(session, case, "join", actor, now, lead=lead.id)
    case.owner_id = case.owner_id or lead.owner_id or actor.account_id
    links.tie(session, case, lead, KIND, now)
    outbox.enqueue(session, case.conversation, "joined", now, case=case, number=case.number)


def _fits(session: Session, case: Case, lead: Case) -> bool:
    """Both are handled at one place, under one seal, by one track; no other is kept from the member."""
    if _apart(lead, case) or (case.track, cases.track_of(case)) != (lead.track, cases.track_of(lead)):
        return False
    return case.id != lead.id and lead.close_ground != "merged" and _hidden(session, case) <= _hidden(session, lead)


def _hidden(session: Session, case: Case) -> set[str]:
    return set(session.scalars(select(Exclusion.account_id).where(Exclusion.case_id == case.id)))


def leave(session: Session, case: Case, actor: Officer, now: datetime) -> None:
    """It was another event after all: the case is worked on its own again, while it has no answer yet.

    Whoever joined unclassified leaves unclassified.
    """
    link = links.alive(session, case, KIND)
    if link is None:
        raise Impossible("not_now")
    cases.move(session, case, "leave", actor, now, lead=link.other_id)
    link.undone_at = now


# ------------------------------------------------------------------ a lead that answers no more


def tend(database: Database, now: datetime) -> int:
    """Let go who fits the lead no more, or whom it will not answer, then give the others its time and its answer;
    returns how many got that."""
    part(database, now)
    prolong(database, now)
    return spread(database, now)


def part(database: Database, now: datetime, limit: int = 200) -> int:
    """Let the members go that fit their lead no more, or that it will not answer; returns of how many leads."""
    lead, query = _pairs(CaseLink.other_id)
    waiting = and_(Case.status == str(Status.CLASSIFIED), Case.rounds == 0)
    apart = or_(lead.handling_unit_id != Case.handling_unit_id, lead.seal != Case.seal)
    unanswered = and_(lead.status == str(Status.CLOSED), lead.responded_at.is_(None))
    ended = lead.status.in_([str(status) for status in ENDED - {Status.CLOSED}])
    silent = or_(ended, unanswered, lead.erased_at.is_not(None))
    query = query.where(or_(apart, and_(waiting, or_(silent, _other_track(lead), _kept_from_others(lead)))))
    with database.read() as session:
        leads = list(session.scalars(query.distinct().limit(limit)))
    return batches.each(database, "part", leads, lambda session, lead_id: _part(session, lead_id, now))


def _other_track(lead: type[Case]) -> ColumnElement[bool]:
    """Classified since, one of them as a case of integrity."""
    integrity = [name for name in triage.CATEGORIES if triage.category_info(name).track == "integrity"]
    return and_(Case.track != "information", Case.category.in_(integrity) != lead.category.in_(integrity))


def _kept_from_others(lead: type[Case]) -> ColumnElement[bool]:
    """Somebody is accused since who has a part in the lead."""
    own, theirs = aliased(Exclusion), aliased(Exclusion)
    there = exists().where(theirs.case_id == lead.id, theirs.account_id == own.account_id).correlate(lead, own)
    return exists().where(own.case_id == Case.id, ~there).correlate(Case, lead)


def _part(session: Session, lead_id: str, now: datetime) -> bool:
    """Those go whom the lead will not answer, and who does not fit it. Whoever still waits stays together."""
    tied = [case.id for case in links.sources(session, session.get_one(Case, lead_id), KIND)]
    locked = {case_id: cases.lock(session, case_id) for case_id in sorted([*tied, lead_id])}
    lead = locked[lead_id]
    members = links.sources(session, lead, KIND)
    going = [case for case in members if _apart(lead, case) or (_waits(case) and not _served(session, case, lead))]
    left = [case for case in going if _waits(case)]
    for case in going:
        _let_go(session, case, now)
    while left:
        first = min(left, key=lambda case: (case.received_at, case.id))
        notices.tell(session, first, Part.OFFICER, "answers_itself", now)
        left.remove(first)
        for case in [case for case in left if _fits(session, case, first)]:
            links.tie(session, case, first, KIND, now)
            cases.move(session, case, "join", Clock(), now, lead=first.id)
            left.remove(case)
    return bool(going)


def _apart(lead: Case, case: Case) -> bool:
    return (lead.handling_unit_id, lead.seal) != (case.handling_unit_id, case.seal)


def _waits(case: Case) -> bool:
    return case.status == Status.CLASSIFIED and case.rounds == 0


def _served(session: Session, case: Case, lead: Case) -> bool:
    """Whether the lead's answer is one for this case, too."""
    return _answers(lead) and _fits(session, case, lead)


def _answers(lead: Case) -> bool:
    """Whether it has an answer, or may still get one."""
    answered = lead.status == Status.CLOSED and lead.responded_at is not None
    return lead.erased_at is None and (answered or lead.status not in ENDED)


def _let_go(session: Session, case: Case, now: datetime) -> None:
    """The journal says that it goes, never where its lead went."""
    links.untie(session, case, KIND, now)
    if case.status == Status.CLASSIFIED:
        cases.move(session, case, "leave", Clock(), now)
    else:
        journal.append(session, case.handling_unit_id, "leave", Clock(), now, case_id=case.id)
    session.flush()


def _pairs(column: InstrumentedAttribute[str]) -> tuple[type[Case], Select[str]]:
    """Leads, and a query on members and their leads."""
    lead = aliased(Case)
    query = select(column).join(Case, Case.id == CaseLink.case_id).join(lead, lead.id == CaseLink.other_id)
    return lead, query.where(CaseLink.kind == KIND, CaseLink.undone_at.is_(None))


# ------------------------------------------------------------------ one answer for each, and the time it takes


def prolong(database: Database, now: datetime, limit: int = 200) -> int:
    """Members whose answer is due before their lead's have the extension that it was given, each in a transaction of
    its own; whoever has had one, or is late already, keeps the own day. Returns how many got it."""
    own, theirs = aliased(Deadline), aliased(Deadline)
    lead, query = _pairs(CaseLink.case_id)
    query = _unanswered(query, lead).join(own, own.case_id == Case.id).join(theirs, theirs.case_id == lead.id)
    query = query.where(own.rule == theirs.rule, own.state == "running", own.extensions == 0, own.due_at >= now)
    query = query.where(theirs.state.in_(("running", "paused")), theirs.extensions > 0, own.due_at < theirs.due_at)
    return _each(database, "prolong", query.limit(limit), _prolong, now)


def _prolong(session: Session, case: Case, now: datetime) -> bool:
    lead = links.target(session, case, KIND)
    if lead is None or not (_waits(case) and _fits(session, case, lead) and deadlines.may_extend(session, case, now)):
        return False
    timekeeping.extend_jointly(session, case, lead, now)
    return True


def _unanswered(query: Select[str], lead: type[Case]) -> Select[str]:
    """Of members and their leads those that wait for their first answer where their lead is."""
    query = query.where(Case.rounds == 0, Case.status == str(Status.CLASSIFIED), lead.erased_at.is_(None))
    return query.where(lead.handling_unit_id == Case.handling_unit_id, lead.seal == Case.seal)  # one went elsewhere


def readers(session: Session, case: Case) -> list[Case]:
    """Those beside its own complainant to whom the answer of a lead will go."""
    lead, query = _pairs(CaseLink.case_id)
    hopeful = [str(status) for status in (Status.CLASSIFIED, Status.WAITING)]
    query = query.where(lead.id == case.id, Case.rounds == 0, Case.status.in_(hopeful))
    query = query.where(lead.handling_unit_id == Case.handling_unit_id, lead.seal == Case.seal)
    query = query.where(~_other_track(lead), ~_kept_from_others(lead))
    return list(session.scalars(select(Case).where(Case.id.in_(query))))


def spread(database: Database, now: datetime, limit: int = 200) -> int:
    """Give members the answer of their lead, each in a transaction of its own; a late joiner gets it at once."""
    lead, query = _pairs(CaseLink.case_id)
    query = _unanswered(query, lead).where(lead.responded_at.is_not(None))
    query = query.where(lead.status.in_((str(Status.RESPONDED), str(Status.CLOSED))))
    return _each(database, "spread", query.limit(limit), _answer, now)


def _each(
    database: Database, task: str, query: Select[str], step: Callable[[Session, Case, datetime], bool], now: datetime
) -> int:
    """A step for each member of a query, the longest tied first; returns for how many it did something."""
    with database.read() as session:
        found = list(session.scalars(query.order_by(CaseLink.created_at)))
    return batches.each(database, task, found, lambda s, case_id: step(s, cases.lock(s, case_id), now))


def _answer(session: Session, case: Case, now: datetime) -> bool:
    lead = links.target(session, case, KIND)
    if lead is None or case.status != Status.CLASSIFIED or not _fits(session, case, lead):
        return False
    paper = decisions.approved_answer(session, lead)
    if paper is None:
        return False
    _copy(session, case, lead, paper, now)
    cases.move(session, case, "approve_jointly", Clock(), now, lead=lead.id, commitment=paper.hash)
    decisions.release(session, case, Clock(), now)
    return True


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
