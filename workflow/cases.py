"""The verbs of a case, and the only place where a status changes.

Locks are taken in one order: conversation, case, its deadlines and messages, number, head of the journal.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

import triage
from triage import Assessment
from workflow import access, deadlines, journal, knocks, links, naming, notices, outbox, staff, states, units
from workflow.actors import Actor, Citizen, Officer
from workflow.models import Attachment, Case, Exclusion, Judgement, Message, Notice, Paper, Unit
from workflow.states import ENDED, Impossible, Part, Status, players
from workflow.vault import vault_of

#: After these a word of the complainant is a word on the answer.
ANSWERED = frozenset({Status.RESPONDED, Status.CLOSED})
URGENCY_RANK = {"darurat": 0, "tinggi": 1, "normal": 2, "rendah": 3}
VISIBILITIES = ("open", "confidential", "anonymous")


def lock(session: Session, case_id: str) -> Case:
    """The case, locked against other writers (its row on PostgreSQL, the database on SQLite)."""
    query = select(Case).where(Case.id == case_id).with_for_update(of=Case, key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one()


# ------------------------------------------------------------------ messages of a case


def head_meant(session: Session, assessment: Assessment, unit: Unit, now: datetime) -> str:
    """``head``, ``doubt`` or nothing. A head who is called by name may be meant as well as one called by post."""
    if assessment.about_head:
        return "head"
    named = set(assessment.details.staff) & staff.heads(session, unit.id, now)
    return "doubt" if assessment.head_doubt or named else ""


def track_of(case: Case) -> str:
    """``information``, ``integrity`` or ``service``: which clocks a case has."""
    if case.track == "information":
        return "information"
    return "integrity" if triage.category_info(case.category).track == "integrity" else "service"


def adopt(session: Session, case: Case, message: Message) -> None:
    """Take a message into the case: its text and files go under the case's key, apart from the identity."""
    vault = vault_of(session)
    text = vault.open(session, message.body_key_id, message.body_enc, "message.body")
    message.body_enc = vault.seal(session, case.data_key_id, text, "message.body")
    message.body_key_id, message.case_id = case.data_key_id, case.id
    for file in session.scalars(select(Attachment).where(Attachment.message_id == message.id)):
        file.case_id = case.id


def hide_from(session: Session, case: Case, accounts: Iterable[str], now: datetime) -> None:
    """Hide the case from every member of staff whom the text may name; what was theirs to do is theirs no more."""
    named = tuple(dict.fromkeys(accounts))
    for account_id in named:
        key = {"case_id": case.id, "account_id": account_id}
        exclusion = session.get(Exclusion, (case.id, account_id)) or Exclusion(**key, created_at=now)
        exclusion.scope, exclusion.reason = "hide", "named"
        session.add(exclusion)
    session.execute(delete(Notice).where(Notice.case_id == case.id, Notice.account_id.in_(named)))
    case.owner_id = None if case.owner_id in named else case.owner_id
    case.official_id = None if case.official_id in named else case.official_id
    session.flush()


# ------------------------------------------------------------------ moving


def parts(session: Session, case: Case, actor: Actor) -> frozenset[Part]:
    """The parts that an actor plays in a case."""
    if isinstance(actor, Officer):
        return access.parts(session, actor, case)
    if isinstance(actor, Citizen):
        return frozenset({Part.COMPLAINANT}) if actor.person_id == case.person_id else frozenset()
    return frozenset({Part.CLOCK})


def permit(session: Session, case: Case, action: str, actor: Actor) -> None:
    """Raises Impossible where the action does not fit the status or the actor."""
    states.apply(action, case.status, parts(session, case, actor), case.resume_status)


def move(session: Session, case: Case, action: str, actor: Actor, now: datetime, **data: Any) -> None:
    """Apply one action of the table: status, clocks, journal, in the caller's transaction. Raises Impossible."""
    before: str = Status(case.status)
    after: str = states.apply(action, before, parts(session, case, actor), _stood(session, case, action))
    if after == Status.WAITING and before != Status.WAITING:
        case.resume_status = before
        deadlines.pause(session, case, now)
    elif before == Status.WAITING and after != before:
        case.resume_status = None
        deadlines.resume(session, case, now)
    case.status = after
    deadlines.end(session, case, action, now)
    if after != before and after in ENDED:
        case.closed_at = now
        deadlines.void(session, case, now)
    elif after not in (before, Status.RECEIVED) and before != Status.WAITING:  # what receipt starts, counts from it
        deadlines.start(session, case, after, now, track_of(case))
    journal.append(
        session, case.handling_unit_id, action, actor, now, case_id=case.id, before=before, after=after, **data
    )
    session.flush()


def _stood(session: Session, case: Case, action: str) -> str | None:
    """Where work goes on: where it was when the complainant was asked; else received, until an officer has classified.

    What is opened again counts as classified.
    """
    if case.resume_status or states.TABLE[action].to != states.RESUMES:
        return case.resume_status
    judged = select(Judgement.id).where(Judgement.case_id == case.id, Judgement.author_id.is_not(None)).limit(1)
    return Status.CLASSIFIED if case.rounds or session.scalar(judged) is not None else Status.RECEIVED


# ------------------------------------------------------------------ where a case is handled


def seal(session: Session, case: Case, actor: Actor, reason: str, now: datetime) -> None:
    """Take the case away from the facility: the Kanwil handles it, the old number becomes a neutral entry.

    The facility's journal says ``handed_on``, as for every transfer; that it was sealed, and why, stands in the
    Kanwil's alone.
    """
    if case.seal == "kanwil" or case.handling_unit.kind != "upt":
        doubted = case.seal_reason == "doubt" and reason == "head"  # somebody says it now
        case.seal, case.seal_reason = "kanwil", reason if doubted else case.seal_reason or reason
        bring_along(session, case, actor, now)
        return
    states.apply("seal", case.status, parts(session, case, actor))
    undo(session, case, now)
    case.seal, case.seal_reason = "kanwil", reason
    session.execute(delete(Notice).where(Notice.case_id == case.id))
    case.owner_id = case.official_id = None
    transfer(session, case, units.superior(session, case.handling_unit), actor, now)
    journal.append(session, case.handling_unit_id, "seal", actor, now, case_id=case.id, reason=reason)
    if isinstance(actor, Officer):
        outbox.enqueue(
            session, case.conversation, "sealed_later", now, case=case, number=case.number,
            unit=case.subject_unit.name if case.subject_unit else "", kanwil=case.handling_unit.name,
        )  # fmt: skip
    if case.urgency == "darurat":
        notices.emergency(session, case, now)


def undo(session: Session, case: Case, now: datetime) -> None:
    """What another decided holds no more: judged anew, now or when the complainant, who is asked, answers."""
    if case.status in states.UNDONE_BY_SEAL:
        case.status = Status.CLASSIFIED
    elif case.status == Status.WAITING and case.resume_status in states.UNDONE_BY_SEAL:
        case.resume_status = Status.CLASSIFIED
    else:
        return
    deadlines.undo(session, case, now)


def transfer(session: Session, case: Case, unit: Unit, actor: Actor, now: datetime) -> None:
    """Another unit handles the case and gives it a number; the old number stays as alias.

    Hidden from those of its staff whom the words of the case may name.
    """
    hide_from(session, case, naming.named(session, case, unit), now)
    journal.append(session, case.handling_unit_id, "handed_on", actor, now, case_id=case.id, number=case.number)
    case.handling_unit_id, case.handling_unit = unit.id, unit
    case.number = units.give_number(session, case, unit, now)
    deadlines.handed_on(session, case, now)
    journal.append(session, unit.id, "taken_over", actor, now, case_id=case.id, number=case.number)
    bring_along(session, case, actor, now)


def bring_along(session: Session, case: Case, actor: Actor, now: datetime) -> None:
    """What was merged into a case goes where it goes, under the same seal: one part of it tells of the other."""
    unit = case.handling_unit
    for part in links.sources(session, case, "merged"):
        reason = part.seal_reason if part.seal_reason == "wish" else case.seal_reason
        part.seal, part.seal_reason, before = case.seal, reason, part.handling_unit_id
        if before != unit.id:
            hide_from(session, part, naming.named(session, part, unit), now)
            session.execute(delete(Notice).where(Notice.case_id == part.id))
            part.owner_id, part.handling_unit_id, part.handling_unit = None, unit.id, unit
            units.keep_number(session, part)
            for unit_id in (before, unit.id):
                journal.append(session, unit_id, "brought_along", actor, now, case_id=part.id)
        bring_along(session, part, actor, now)


# ------------------------------------------------------------------ verbs of the complaint unit


def classify(
    session: Session, case: Case, actor: Officer, category: str, urgency: str, now: datetime, *, about_head: bool
) -> None:
    """An officer's judgement, kept beside that of triage. Naming the head seals the case."""
    if category not in triage.CATEGORIES or urgency not in triage.URGENCIES:
        raise Impossible("choose_category")
    before = track_of(case)
    case.category, case.urgency, case.urgency_rank = category, urgency, URGENCY_RANK[urgency]
    case.about_head = about_head
    session.add(
        Judgement(
            case_id=case.id,
            data_key_id=case.data_key_id,
            author_id=actor.account_id,
            verdict={"categories": [category], "urgency": urgency, "about_head": about_head},
            created_at=now,
        )
    )
    case.owner_id = case.owner_id or actor.account_id
    move(session, case, "classify", actor, now, category=category, urgency=urgency, about_head=about_head)
    if track_of(case) != before:
        deadlines.retrack(session, case, track_of(case), now)
    if about_head and case.handling_unit.kind == "upt":
        seal(session, case, actor, "head", now)


def assign(session: Session, case: Case, actor: Officer, account_id: str, now: datetime) -> None:
    """Make an officer of the handling unit the owner of the case."""
    roles = players(case.handling_unit.kind, case.seal)[Part.OFFICER]
    able = [a for role in roles for a in staff.holders(session, role, case.handling_unit_id, now)]
    if account_id not in {a.id for a in notices.free(session, case, able, now)}:
        raise Impossible("choose_officer")
    case.owner_id = account_id
    move(session, case, "assign", actor, now, owner=account_id)
    if account_id != actor.account_id:
        notices.notify(session, case, [account_id], "assigned", now)


def take(session: Session, case: Case, actor: Officer, now: datetime) -> None:
    """Whoever is on duty sees to an emergency: nobody is paged for it any more. The case stays with its officers."""
    if not deadlines.runs(session, case, "emergency"):
        raise Impossible("not_now")
    move(session, case, "take", actor, now)
    people = [a.id for part in (Part.OFFICER, Part.HEAD) for a in notices.keepers(session, case, part, now)]
    notices.notify(session, case, people, "taken", now)


def ask(session: Session, case: Case, actor: Officer, question: str, now: datetime) -> None:
    """Write to the complainant: a question, or word of how things stand. It is not the official answer."""
    if not question.strip():
        raise Impossible("text_missing")
    move(session, case, "ask", actor, now)
    outbox.enqueue(
        session, case.conversation, "officer_message", now, case=case, number=case.number, text=question.strip()
    )
    knocks.knock(session, case, "question", now)


def inform(session: Session, case: Case, actor: Officer, text: str, now: datetime) -> None:
    """Answer a question: no accusation, so no approval. A complaint cannot be answered this way."""
    if case.track != "information":
        raise Impossible("not_now")
    if not text.strip():
        raise Impossible("text_missing")
    move(session, case, "inform", actor, now)
    case.close_ground = "informed"
    outbox.enqueue(
        session, case.conversation, "informed", now, case=case, number=case.number, text=text.strip(),
        choices=("TIDAK PUAS",),
    )  # fmt: skip


def end_with_reason(session: Session, case: Case, action: str, actor: Officer, reason: str, now: datetime) -> None:
    """Refer elsewhere, withdraw at the complainant's wish, or discontinue: the complainant is told why."""
    if not reason.strip():
        raise Impossible("reason_missing")
    move(session, case, action, actor, now)
    case.close_ground = action
    outbox.enqueue(
        session, case.conversation, f"ended_{action}", now, case=case, number=case.number, reason=reason.strip()
    )


# ------------------------------------------------------------------ the complainant's verbs


def set_visibility(session: Session, case: Case, wanted: str, now: datetime) -> bool:
    """Choose who sees name and address. Stricter holds at once; True if anything changed."""
    if wanted not in VISIBILITIES or wanted == case.visibility:
        return False
    case.visibility = wanted
    actor = Citizen(case.person_id)
    journal.append(session, case.handling_unit_id, "visibility", actor, now, case_id=case.id, visibility=wanted)
    return True


def set_risk(session: Session, case: Case, feared: bool, now: datetime) -> None:
    """What the complainant says of the risk of reprisal. Fear makes an open case confidential, never less."""
    case.risk = "yes" if feared else "no"
    actor = Citizen(case.person_id)
    journal.append(session, case.handling_unit_id, "risk", actor, now, case_id=case.id, risk=case.risk)
    if feared and case.visibility == "open":
        set_visibility(session, case, "confidential", now)


def wrote_since_answer(session: Session, case: Case) -> bool:
    """Whether the complainant has said anything about the case since the official answer; thanks are not kept there."""
    if case.responded_at is None:
        return False
    later = select(Message.id).where(Message.case_id == case.id, Message.received_at > case.responded_at)
    return session.scalar(later.limit(1)) is not None


def reopen(session: Session, case: Case, now: datetime, actor: Actor | None = None) -> None:
    """Not satisfied: somebody other than the authors takes the case, one unit up if nobody is left."""
    actor = actor or Citizen(case.person_id)
    move(session, case, "reopen", actor, now)
    case.rounds += 1
    case.closed_at, case.close_ground, case.delivered_at, case.official_id = None, "", None, None
    kinds = ("recommendation", "answer", "report")
    papers = select(Paper.author_id).where(Paper.case_id == case.id, Paper.kind.in_(kinds))
    authors = {a for a in session.scalars(papers) if a} | ({case.owner_id} if case.owner_id else set())
    for account_id in authors:
        if session.get(Exclusion, (case.id, account_id)) is None:
            session.add(Exclusion(case_id=case.id, account_id=account_id, scope="act", reason="author", created_at=now))
    session.flush()
    deadlines.start(session, case, "received", now, track_of(case))
    _new_owner(session, case, actor, now)


def _new_owner(session: Session, case: Case, actor: Actor, now: datetime) -> None:
    case.owner_id = None
    for _ in range(2):
        roles = players(case.handling_unit.kind, case.seal)[Part.OFFICER]
        able = [a for role in roles for a in staff.holders(session, role, case.handling_unit_id, now)]
        if able := notices.free(session, case, able, now):
            case.owner_id = random.choice(able).id  # noqa: S311 - spreads work, keeps no secret
            notices.notify(session, case, [case.owner_id], "reopened", now)
            return
        above = units.superior(session, case.handling_unit)
        if above.id == case.handling_unit_id:
            return
        transfer(session, case, above, actor, now)


def close(session: Session, case: Case, actor: Actor, now: datetime) -> None:
    """Satisfied, or silent for ten working days after the answer arrived."""
    move(session, case, "close", actor, now)
    case.close_ground = "satisfied" if isinstance(actor, Citizen) else "silence"
    if not isinstance(actor, Citizen):
        outbox.enqueue(session, case.conversation, "closed_silence", now, case=case, number=case.number)


def ask_withdrawal(session: Session, case: Case, now: datetime) -> None:
    """The complainant wants to withdraw; a person confirms, for withdrawing may be the work of fear."""
    move(session, case, "ask_withdraw", Citizen(case.person_id), now)
    notices.tell(session, case, Part.OFFICER, "asks_to_withdraw", now)


# ------------------------------------------------------------------ counting


def set_aside_count(session: Session) -> int:
    """Messages that could not be handled after three tries and wait for a person."""
    return session.scalar(select(func.count()).select_from(Message).where(Message.state == "set_aside")) or 0
