"""How a case opens: judged, sealed or not, numbered, with a receipt; and what is counted without opening one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

import triage
from triage import Assessment
from workflow import (
    cases,
    conversations,
    deadlines,
    entries,
    journal,
    naming,
    notices,
    outbox,
    parties,
    people,
    receipts,
    sealing,
    staff,
    states,
    timekeeping,
    units,
)
from workflow.actors import Citizen, Officer
from workflow.models import Case, Judgement, Message, Notice, Receipt, Unit, new_id
from workflow.states import Impossible, Status
from workflow.vault import vault_of


@dataclass(frozen=True)
class Opening:
    """What is known when a case opens, beside the judgement. ``sealed_for``: why it is sealed, whatever else is so;
    ``desk``: kept from the complaint unit; ``hidden``: and from these accounts; ``risk``: as it was said before."""

    unit: Unit
    direct_to_kanwil: bool = False
    visibility: str = "confidential"
    track: str = "complaint"
    sealed_for: str = ""
    desk: bool = False
    hidden: tuple[str, ...] = ()
    risk: str = ""


def wanted(message: Message, unit: Unit, visibility: str, how: str = "") -> Opening:
    """What was chosen with a message, and the visibility of the conversation where none was; ``how``: ``direct`` for
    the Kanwil, ``question`` or ``information`` for what is asked."""
    direct = how == "direct" or bool(message.options.get("direct_to_kanwil"))
    track = "information" if how in ("question", "information") else "complaint"
    chosen = message.options.get("visibility") or visibility
    return Opening(unit, direct_to_kanwil=direct, visibility=chosen, track=track)


def open_case(
    session: Session, messages: list[Message], assessment: Assessment, opening: Opening, now: datetime
) -> tuple[Case, str]:
    """Open a case for messages of one conversation. Returns it with its receipt code.

    A complaint about the head, a doubt whether the head is meant, and the complainant's own wish seal it: the
    Kanwil handles and numbers it, and the facility has neither row nor gap.
    """
    conversation = messages[0].conversation
    sealed = _seal_reason(session, assessment, opening, now)
    subject = opening.unit if opening.unit.kind == "upt" else None
    handling = units.handling_unit(session, opening.unit, sealed=bool(sealed))
    desk = not sealed and (opening.desk or sealing.desk_meant(session, assessment, opening.unit, now))
    case = Case(
        id=new_id(),
        number=f"pending-{messages[0].id}",
        subject_unit_id=subject.id if subject else None,
        handling_unit_id=handling.id,
        handling_unit=handling,
        subject_unit=subject,
        person_id=conversation.address.person_id or "",
        conversation_id=conversation.id,
        conversation=conversation,
        data_key_id=vault_of(session).new_key(session, "case", now),
        channel=conversation.channel_account.channel,
        track=opening.track,
        status=Status.RECEIVED,
        seal="kanwil" if sealed else "desk" if desk else "none",
        seal_reason=sealed or ("desk" if desk else ""),
        visibility=opening.visibility,
        risk=opening.risk,
        received_at=messages[0].received_at,
        rounds=0,
        **_verdict(assessment),
    )
    session.add(case)
    session.flush()
    people.add_reporter(session, case).relation = messages[0].options.get("relation") or ""
    code = _receipt(session, case, messages[0], now)
    _judge(session, case, messages[0], assessment, now)
    parties.from_text(session, case, assessment)
    for message in messages:
        cases.adopt(session, case, message)
    cases.hide_from(session, case, (*assessment.details.staff, *opening.hidden), now)
    deadlines.start(session, case, "received", now, cases.track_of(case), since=case.received_at)
    case.number = units.give_number(session, case, handling, case.received_at)
    actor = Citizen(case.person_id)
    journal.append(
        session, handling.id, "open", actor, now, case_id=case.id, number=case.number, channel=case.channel,
        category=case.category, urgency=case.urgency, sealed=bool(sealed), visibility=case.visibility,
    )  # fmt: skip
    if messages[0].entered_by:
        entries.note(session, case, messages[0], now)
    if case.urgency == "darurat":
        notices.emergency(session, case, now)
    return case, code


def will_seal(session: Session, assessment: Assessment, unit: Unit, now: datetime, *, wish: bool) -> bool:
    """Whether a case that opened with this would be sealed."""
    return bool(_seal_reason(session, assessment, Opening(unit, direct_to_kanwil=wish), now))


def place(
    session: Session, case: Case, unit: Unit, assessment: Assessment, now: datetime, actor: Officer | None = None
) -> bool:
    """It is known which facility is meant: that handles a case that nobody has begun, unless it is sealed, and its
    calendar and settings count, from receipt on. Said by the complainant, or found out by an officer of the office
    above."""
    if case.status not in states.TABLE["place"].sources or case.subject_unit_id == unit.id:
        return False
    by = actor or Citizen(case.person_id)
    case.subject_unit_id, case.subject_unit = unit.id, unit
    meant = cases.head_meant(session, assessment, unit, now) or ("head" if case.about_head else "")
    heads = staff.heads(session, unit.id, now)
    meant = meant or ("doubt" if heads & set(naming.named(session, case, unit)) else "")
    if case.seal == "none" and meant:
        case.seal, case.seal_reason = "kanwil", meant
    journal.append(session, case.handling_unit_id, "place", by, now, case_id=case.id)
    home = units.handling_unit(session, unit, sealed=case.seal == "kanwil")
    if home.id != case.handling_unit_id:
        session.execute(delete(Notice).where(Notice.case_id == case.id))
        case.owner_id = None
        cases.transfer(session, case, home, by, now)
        if case.urgency == "darurat":
            notices.emergency(session, case, now)
    deadlines.adopt_lengths(session, case, now)
    timekeeping.recompute(session, case, by, now)
    return True


def send_down(session: Session, case: Case, officer: Officer, unit_id: str, now: datetime) -> None:
    """An officer of an office above says which facility below it a case is about; the complainant is told. Raises
    Impossible."""
    cases.permit(session, case, "place", officer)
    unit = session.get(Unit, unit_id)
    if unit is None or unit_id not in dict(below(session, case)):
        raise Impossible("choose_unit")
    messages = session.scalars(select(Message).where(Message.case_id == case.id).order_by(Message.id))
    text = "\n".join(conversations.text_of(session, message) for message in messages)
    concerned = (unit, units.superior(session, unit))
    place(session, case, unit, triage.assess(text, staff=staff.directory(session, concerned)), now, officer)
    outbox.enqueue(session, case.conversation, "placed", now, case=case, unit=unit.name, number=case.number)


def below(session: Session, case: Case) -> list[tuple[str, str]]:
    """(id, name) of the facilities that a case may be about, which an office above handles and nobody has placed."""
    if case.subject_unit_id is not None:
        return []
    reach = units.reach(session, {case.handling_unit_id})
    return [(unit_id, name) for unit_id, name in units.directory(session) if unit_id in reach]


def _seal_reason(session: Session, assessment: Assessment, opening: Opening, now: datetime) -> str:
    """Also where the facility is not known yet: the seal holds when it becomes so."""
    meant = cases.head_meant(session, assessment, opening.unit, now)
    if opening.sealed_for and (opening.sealed_for, meant) != ("doubt", "head"):
        return opening.sealed_for
    if opening.direct_to_kanwil:
        return "wish"
    return meant or sealing.above_meant(session, assessment, opening.unit, now)


def _verdict(assessment: Assessment) -> dict[str, Any]:
    return {
        "intent": assessment.intent,
        "category": assessment.categories[0],
        "urgency": assessment.urgency,
        "urgency_rank": cases.URGENCY_RANK[assessment.urgency],
        "about_head": assessment.about_head,
        "about_staff": assessment.about_staff,
        "vulnerable_group": assessment.vulnerable_group,
        "language": assessment.language,
    }


def _receipt(session: Session, case: Case, message: Message, now: datetime) -> str:
    """The code of the stored message moves to the case; without one a new code is minted."""
    vault = vault_of(session)
    held = session.scalar(select(Receipt).where(Receipt.message_id == message.id))
    if held is None:
        return receipts.mint(session, case.data_key_id, now, message_id=None, case_id=case.id)
    code = vault.open_text(session, held.data_key_id, held.code_enc, "receipt.code")
    held.case_id, held.data_key_id = case.id, case.data_key_id
    held.code_enc = vault.seal(session, case.data_key_id, code, "receipt.code")
    return code


def receipt_code(session: Session, case: Case) -> str:
    """The receipt code, for telling its owner again; never shown to staff."""
    held = session.scalars(select(Receipt).where(Receipt.case_id == case.id).limit(1)).one()
    return vault_of(session).open_text(session, held.data_key_id, held.code_enc, "receipt.code")


def _judge(session: Session, case: Case, message: Message, assessment: Assessment, now: datetime) -> None:
    shown = triage.to_json_dict("", assessment)
    evidence = json.dumps(shown.pop("evidence"))
    shown.pop("id")
    session.add(
        Judgement(
            case_id=case.id,
            message_id=message.id,
            data_key_id=case.data_key_id,
            verdict=shown,
            evidence_enc=vault_of(session).seal(session, case.data_key_id, evidence, "judgement.evidence"),
            created_at=now,
        )
    )


def record(session: Session, message: Message, assessment: Assessment, unit: Unit, now: datetime) -> None:
    """Count praise, a suggestion or a question without opening a case."""
    session.add(
        Judgement(
            message_id=message.id,
            unit_id=unit.id,
            data_key_id=message.body_key_id,
            verdict={"intent": assessment.intent, "categories": list(assessment.categories)},
            created_at=now,
        )
    )
