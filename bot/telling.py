"""What our sentences tell of the office: who reads a case, when, and whom an emergency reaches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from triage import Assessment
from workflow import clocks, openings, wording
from workflow.conversations import Situation
from workflow.models import Case
from workflow.states import ENDED


def privacy(session: Session, case: Case, place: Situation, words: Sequence[str], locale: str, now: datetime) -> str:
    """Who reads a new case, how to take it elsewhere, and when nobody reads; worded as this channel words it."""
    notes = [wording.render(wording.variant(f"privacy_{case.visibility}", words), locale)]
    if case.seal == "none" and case.handling_unit.kind == "upt":
        names = {"unit": place.unit.name, "kanwil": place.kanwil.name}
        notes.append(wording.render(wording.variant("offer_kanwil", words), locale, **names))
    if not clocks.office_open(session, case.handling_unit, now):
        notes.append(wording.render(wording.variant("after_hours", words), locale))
    return " ".join(notes)


def reached(
    session: Session, judgement: Assessment, place: Situation, locale: str, now: datetime, *, wish: bool
) -> str:
    """Whom an emergency reaches, said before the case opens: never the accused."""
    case, unit = place.case, place.unit
    if case is not None and case.status not in ENDED:
        sealed = case.seal == "kanwil" or case.handling_unit.kind != "upt"
    else:
        sealed = unit.kind != "upt" or openings.will_seal(session, judgement, unit, now, wish=wish)
    accused = judgement.about_staff or bool(case and case.about_staff)
    key = "to_kanwil" if sealed else "to_head_and_kanwil" if accused else "to_shift"
    return wording.render(key, locale, unit=unit.name, kanwil=place.kanwil.name)
