"""One case out of two, or two out of one, and back. Nothing is moved that could not be found again.

A merged case keeps its messages, its number and its receipt code; both lead to the case into which it went. Splitting
gives some messages a case of their own; undone, they are back where they were, and that case is a merged one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import triage
from workflow import access, cases, conversations, deadlines, journal, links, openings, outbox, parties, staff, units
from workflow.actors import Officer
from workflow.models import Case, CaseLink, CaseNumber, Message, Outbound
from workflow.states import BEFORE_ANSWER, Impossible

KIND = "merged"
SPLIT = "split"


def merge(session: Session, case: Case, into: Case, actor: Officer, now: datetime) -> None:
    """The same person told the same thing again: this case goes into the earlier one, whose clocks are the ones that
    count. Raises Impossible.

    Only of one person under one choice of secrecy, at one place under one seal; where the person is not open, only if
    the two were found alike before: a merge must not be a way to find out who wrote.
    """
    if case.id == into.id:
        raise Impossible("with_itself")
    into = links.resolve(session, into)
    alike = ("person_id", "visibility", "handling_unit_id", "seal", "track")
    if case.id == into.id or any(getattr(case, name) != getattr(into, name) for name in alike):
        raise Impossible("not_together")
    if case.visibility != "open" and not _found_alike(session, case, into):
        raise Impossible("not_together")
    if not earlier(into, case):
        raise Impossible("older_into_newer")
    if links.sources(session, case, "member") or links.alive(session, case, "member") or into.closed_at:
        raise Impossible("not_together")
    cases.move(session, case, "merge", actor, now, into=into.id)
    case.close_ground = "merged"
    links.tie(session, case, into, KIND, now)
    if case.urgency_rank < into.urgency_rank:
        into.urgency, into.urgency_rank = case.urgency, case.urgency_rank
    outbox.enqueue(session, case.conversation, "merged", now, case=into, number=into.number, old=case.number)


def earlier(case: Case, other: Case) -> bool:
    """Whether a case came before another one, or with it: the later goes into the earlier."""
    return case.received_at <= other.received_at


def _found_alike(session: Session, case: Case, other: Case) -> bool:
    pair = (case.id, other.id)
    query = select(CaseLink.id).where(CaseLink.kind == "duplicate", CaseLink.undone_at.is_(None))
    return session.scalar(query.where(CaseLink.case_id.in_(pair), CaseLink.other_id.in_(pair)).limit(1)) is not None


def unmerge(session: Session, case: Case, actor: Officer, now: datetime) -> None:
    """They were two after all: this case goes on by itself, and so do its clocks, as they were when it was merged.

    Classified where an officer had classified it, else received; what was decided before is decided anew.
    """
    link, ended = links.alive(session, case, KIND), case.closed_at
    if link is None or ended is None or not undoable(session, case):
        raise Impossible("not_now")
    cases.move(session, case, "unmerge", actor, now, out_of=link.other_id)
    link.undone_at, case.close_ground, case.closed_at = now, "", None
    deadlines.revive(session, case, ended, now)
    if session.get_one(CaseNumber, case.number).unit_id != case.handling_unit_id:  # brought along when it was merged
        case.number = units.give_number(session, case, case.handling_unit, now)
        deadlines.handed_on(session, case, now)
    outbox.enqueue(session, case.conversation, "unmerged", now, case=case, number=case.number)


def undoable(session: Session, case: Case) -> bool:
    """Whether it was merged with words of its own, and has them still; a split that was undone has taken them back."""
    said = select(Message.id).where(Message.case_id == case.id).limit(1)
    return case.close_ground == "merged" and case.erased_at is None and session.scalar(said) is not None


def split(session: Session, case: Case, actor: Officer, message_ids: Sequence[int], now: datetime) -> Case:
    """Some messages tell of something else and get a case, a number and a receipt of their own. Raises Impossible.

    The message that opened the case stays: its receipt was given for it. Their case is kept from whomever the first one
    is kept from, and for the same reason: what is split off seldom says again who is meant.
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
    opening = openings.Opening(
        unit, visibility=case.visibility, sealed_for=case.seal_reason if case.seal == "kanwil" else "",
        desk=case.seal == "desk", hidden=access.hidden_from(session, case), risk=case.risk,
    )  # fmt: skip
    new, code = openings.open_case(session, chosen, judgement, opening, now)
    parties.accuse_too(session, new, case)
    links.tie(session, new, case, SPLIT, now)
    here = {"other": new.id} if new.handling_unit_id == case.handling_unit_id else {}  # else it may be sealed
    cases.move(session, case, "split", actor, now, **here)
    outbox.enqueue(session, case.conversation, "split", now, case=new, number=new.number, old=case.number, code=code)
    return new


def came_from(session: Session, case: Case) -> Case | None:
    """The case from which this one was split, where that can be undone: nobody has been answered, and both are still of
    one place, one seal and one choice of secrecy."""
    before = links.target(session, case, SPLIT)
    before = links.resolve(session, before) if before else None
    if before is None or case.rounds or not {case.status, before.status} <= BEFORE_ANSWER:
        return None
    alike = ("person_id", "visibility", "handling_unit_id", "seal", "track")
    crowd = links.alive(session, case, "member") or links.sources(session, case, "member")
    return None if crowd or any(getattr(case, name) != getattr(before, name) for name in alike) else before


def unsplit(session: Session, case: Case, actor: Officer, now: datetime) -> None:
    """The messages belonged together after all and go back; number and receipt code stay aliases. Raises Impossible."""
    before = came_from(session, case)
    if before is None:
        raise Impossible("not_now")
    cases.move(session, case, "unsplit", actor, now, into=before.id)
    case.close_ground = "merged"
    links.untie(session, case, SPLIT, now)
    links.tie(session, case, before, KIND, now)
    for message in session.scalars(select(Message).where(Message.case_id == case.id).order_by(Message.id)):
        cases.adopt(session, before, message)
    cases.hide_from(session, before, access.hidden_from(session, case), now)
    if case.urgency_rank < before.urgency_rank:
        before.urgency, before.urgency_rank = case.urgency, case.urgency_rank
    if "yes" in (case.risk, before.risk):
        before.risk = "yes"
    journal.append(session, before.handling_unit_id, "taken_back", actor, now, case_id=before.id, out_of=case.id)
    if _knows_of_split(session, case, now):
        number, old = before.number, case.number
        outbox.enqueue(session, before.conversation, "unsplit", now, case=before, number=number, old=old)


def _knows_of_split(session: Session, case: Case, now: datetime) -> bool:
    """Whether its person was told, or may have been; what has not gone out yet, does not."""
    query = select(Outbound).where(Outbound.case_id == case.id, Outbound.key == "split").with_for_update()
    rows = list(session.scalars(query))
    for row in rows:
        if row.state in ("queued", "held") and row.error_code != outbox.PRINT:
            outbox.step(session, row, "cancelled", None, now)
    return any(row.state not in ("cancelled", "failed") for row in rows)
