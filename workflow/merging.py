"""One case out of two, or two out of one, and back. Nothing is moved that could not be found again.

A merged case keeps its messages, its number and its receipt code; both lead to the case into which it went. Splitting
gives some messages a case of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import triage
from workflow import cases, conversations, deadlines, links, openings, outbox, staff, units
from workflow.actors import Officer
from workflow.models import Case, CaseLink, CaseNumber, Message
from workflow.states import Impossible

KIND = "merged"


def merge(session: Session, case: Case, into: Case, actor: Officer, now: datetime) -> None:
    """The same person told the same thing again: this case goes into the other. Raises Impossible.

    Only of one person under one choice of secrecy, at one place under one seal; where the person is not open, only if
    the two were found alike before: a merge must not be a way to find out who wrote.
    """
    into = links.resolve(session, into)
    alike = ("person_id", "visibility", "handling_unit_id", "seal", "track")
    if case.id == into.id or any(getattr(case, name) != getattr(into, name) for name in alike):
        raise Impossible("not_together")
    if case.visibility != "open" and not _found_alike(session, case, into):
        raise Impossible("not_together")
    if links.sources(session, case, "member") or links.alive(session, case, "member") or into.closed_at:
        raise Impossible("not_together")
    cases.move(session, case, "merge", actor, now, into=into.id)
    case.close_ground = "merged"
    links.tie(session, case, into, KIND, now)
    if case.urgency_rank < into.urgency_rank:
        into.urgency, into.urgency_rank = case.urgency, case.urgency_rank
    outbox.enqueue(session, case.conversation, "merged", now, case=into, number=into.number, old=case.number)


def _found_alike(session: Session, case: Case, other: Case) -> bool:
    pair = (case.id, other.id)
    query = select(CaseLink.id).where(CaseLink.kind == "duplicate", CaseLink.undone_at.is_(None))
    return session.scalar(query.where(CaseLink.case_id.in_(pair), CaseLink.other_id.in_(pair)).limit(1)) is not None


def unmerge(session: Session, case: Case, actor: Officer, now: datetime) -> None:
    """They were two after all: this case goes on by itself, its clocks counted from its own receipt."""
    link = links.alive(session, case, KIND)
    if link is None or case.close_ground != "merged":
        raise Impossible("not_now")
    cases.move(session, case, "unmerge", actor, now, out_of=link.other_id)
    link.undone_at, case.close_ground, case.closed_at = now, "", None
    if session.get_one(CaseNumber, case.number).unit_id != case.handling_unit_id:  # brought along when it was merged
        case.number = units.give_number(session, case, case.handling_unit, now)
    deadlines.revive(session, case, now, cases.track_of(case))
    outbox.enqueue(session, case.conversation, "unmerged", now, case=case, number=case.number)


def split(session: Session, case: Case, actor: Officer, message_ids: Sequence[int], now: datetime) -> Case:
    """Some messages tell of something else and get a case, a number and a receipt of their own. Raises Impossible.

    The message that opened the case stays: its receipt was given for it.
    """
    query = select(Message).where(Message.case_id == case.id).order_by(Message.id)
    every = list(session.scalars(query))
    chosen = [message for message in every if message.id in set(message_ids)]
    if not chosen or every[0] in chosen:
        raise Impossible("choose_messages")
    cases.permit(session, case, "split", actor)
    text = "\n".join(conversations.text_of(session, message) for message in chosen)
    unit = case.subject_unit or case.handling_unit
    judgement = triage.assess(text, staff=staff.directory(session, (unit, case.handling_unit)))
    opening = openings.Opening(unit, direct_to_kanwil=case.seal == "kanwil", visibility=case.visibility)
    new, code = openings.open_case(session, chosen, judgement, opening, now)
    links.tie(session, new, case, "split", now)
    here = {"other": new.id} if new.handling_unit_id == case.handling_unit_id else {}  # else it may be sealed
    cases.move(session, case, "split", actor, now, **here)
    outbox.enqueue(session, case.conversation, "split", now, case=new, number=new.number, old=case.number, code=code)
    return new
