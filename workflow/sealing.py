"""Complaints about the complaint unit itself: hidden from it, worked on by the head (seal ``desk``).

What touches the head goes further, to the office above: see ``cases.seal``.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from triage import Assessment
from workflow import cases, journal, links, notices, outbox, staff
from workflow.actors import Actor, Citizen, Officer
from workflow.models import Case, Exclusion, Notice, Unit
from workflow.states import ENDED, Impossible, Part

CATEGORY = "layanan_pengaduan"


def desk_meant(session: Session, assessment: Assessment, unit: Unit, now: datetime) -> bool:
    """Whether a member of the unit's complaint desk is named, or how the desk treats people is the grievance."""
    if unit.kind != "upt":
        return False
    named = set(assessment.details.staff) & {a.id for a in staff.holders(session, "petugas", unit.id, now)}
    grievance = assessment.about_staff and assessment.categories[0] == CATEGORY
    return bool(named) or (assessment.intent == "complaint" and (assessment.details.desk or grievance))


def above_meant(session: Session, assessment: Assessment, unit: Unit, now: datetime) -> str:
    """``doubt`` or nothing: what is about a desk at which the head serves may be about the head."""
    return "doubt" if desk_meant(session, assessment, unit, now) and _head_serves(session, unit, now) else ""


def _head_serves(session: Session, unit: Unit, now: datetime) -> bool:
    """Whether every head of a unit is of its complaint desk: nobody there could work on what is about the desk."""
    heads = {a.id for a in staff.holders(session, staff.HEAD, unit.id, now)}
    return bool(heads) and heads <= {a.id for a in staff.holders(session, "petugas", unit.id, now)}


def look_again(session: Session, case: Case, assessment: Assessment, now: datetime) -> None:
    """A further message may be about the desk, too."""
    open_here = case.seal == "none" and case.status not in ENDED and case.handling_unit.kind == "upt"
    if open_here and desk_meant(session, assessment, case.handling_unit, now):
        seal_desk(session, case, Citizen(case.person_id), now)


def seal_desk(session: Session, case: Case, actor: Actor, now: datetime) -> None:
    """From now on the head works on the case, and the complaint unit sees nothing of it; where the head is of it, the
    office above. Raises Impossible."""
    unit = case.handling_unit
    if case.seal != "none" or unit.kind != "upt":
        raise Impossible("not_now")
    if _head_serves(session, unit, now):
        cases.seal(session, case, actor, "doubt", now)
        return
    cases.move(session, case, "seal_desk", actor, now)
    cases.undo(session, case, now)
    case.seal, case.seal_reason, case.owner_id = "desk", "desk", None
    desk = [a.id for a in staff.holders(session, "petugas", unit.id, now)]
    case.official_id = None if case.official_id in desk else case.official_id
    session.execute(delete(Notice).where(Notice.case_id == case.id, Notice.account_id.in_(desk)))
    session.flush()
    cases.bring_along(session, case, actor, now)
    notices.tell(session, case, Part.OFFICER, "desk_meant", now)


def unseal(session: Session, case: Case, actor: Officer, reason: str, now: datetime) -> None:
    """The Kanwil decides, with a reason, that the head is not concerned: the facility handles the case from now on.

    What the Kanwil decided about it holds no more: nothing goes out in the name of a head who never saw it. The
    complainant is told; what was promised before no longer holds. Not while a head of that facility is a
    respondent, here or in what was merged into it; where that was only a doubt of ours, it is what is decided here.
    Raises Impossible.
    """
    from workflow import inspection, parties  # which seal whom they name, and import this module

    if not reason.strip():
        raise Impossible("reason_missing")
    parts = links.whole(session, case, "merged")
    if case.seal != "kanwil" or case.subject_unit is None or any(part.seal_reason == "wish" for part in parts):
        raise Impossible("not_now")
    for part in parts:
        accused = parties.heads(session, part, now)
        if accused and case.seal_reason != "doubt":
            raise Impossible("head_accused")
        if inspection.accuses_head(session, part, now):
            raise Impossible("head_in_file")
        for party_id in accused:
            parties.strike(session, part, actor, party_id, now)
    heads = {a.id for a in staff.holders(session, staff.HEAD, case.subject_unit.id, now)}
    cases.undo(session, case, now)
    cases.move(session, case, "unseal", actor, now)
    case.seal, case.seal_reason, case.about_head = "none", "", False
    case.owner_id = case.official_id = None
    kanwil = case.handling_unit.name
    cases.transfer(session, case, case.subject_unit, actor, now)
    named = (Exclusion.reason == "named", Exclusion.account_id.in_(heads))
    hidden = (Exclusion.case_id.in_([part.id for part in parts]), *named)
    session.execute(delete(Exclusion).where(*hidden))
    outbox.enqueue(
        session, case.conversation, "unsealed", now, case=case, number=case.number, unit=case.handling_unit.name,
        kanwil=kanwil, reason=reason.strip(),
    )  # fmt: skip


def unseal_desk(session: Session, case: Case, actor: Officer, reason: str, now: datetime) -> None:
    """The head decides, with a reason that is kept, that the complaint unit is not concerned after all."""
    from workflow import decisions  # which keeps papers, and imports this module's neighbours

    if not reason.strip():
        raise Impossible("reason_missing")
    if case.seal != "desk":
        raise Impossible("not_now")
    cases.move(session, case, "unseal", actor, now)
    case.seal, case.seal_reason, case.owner_id = "none", "", None
    cases.bring_along(session, case, actor, now)
    why = decisions.note(session, case, "cleared", reason, actor, now)
    unit = case.handling_unit_id
    journal.append(session, unit, "desk_cleared", actor, now, case_id=case.id, paper=why.id, commitment=why.hash)
    notices.tell(session, case, Part.OFFICER, "assigned", now)
