"""What our sentences tell of the office: who reads a case, when, and whom an emergency reaches."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.hearing import HARM
from triage import Assessment
from workflow import clocks, openings, wording
from workflow.conversations import Situation
from workflow.messages import CAPABILITIES, PLAIN
from workflow.models import Case, Conversation
from workflow.states import ENDED


def privacy(session: Session, case: Case, place: Situation, to: Conversation, now: datetime) -> str:
    """Who reads a case, how to take it elsewhere, and when nobody reads; worded as this channel words it."""
    words, locale = CAPABILITIES.get(to.channel_account.channel, PLAIN).words, to.locale
    notes = [wording.render(wording.variant(f"privacy_{case.visibility}", words), locale)]
    if case.seal == "none" and case.handling_unit.kind == "upt":
        names = {"unit": place.unit.name, "kanwil": place.kanwil.name}
        notes.append(wording.render(wording.variant("offer_kanwil", words), locale, **names))
    if not clocks.office_open(session, case.handling_unit, now):
        notes.append(wording.render(wording.variant("after_hours", words), locale))
    return " ".join(notes)


def respect(judgement: Assessment) -> str:
    """A greeting in the language of a region; nobody is thanked for what was done to them."""
    harmed = judgement.urgency == "darurat" or not HARM.isdisjoint(judgement.categories)
    return (wording.RESPECT_GRAVE if harmed else wording.RESPECT).get(judgement.language, "")


def suited(key: str, place: Situation) -> str:
    """Words for a facility promise a way past it; an office above has none, and asks which facility is meant."""
    return f"{key}_above" if key in ("welcome", "invite") and place.unit.kind != "upt" else key


def reached(
    session: Session, judgement: Assessment, place: Situation, locale: str, now: datetime, *, wish: bool
) -> str:
    """Whom an emergency reaches, said before it is told to them: never the accused."""
    case, unit = place.case if place.case and place.case.status not in ENDED else None, place.unit
    sealed = case is not None and (case.seal == "kanwil" or case.handling_unit.kind != "upt")
    sealed = sealed or unit.kind != "upt" or openings.will_seal(session, judgement, unit, now, wish=wish and not case)
    accused = judgement.about_staff or bool(case and (case.about_staff or case.seal != "none"))
    key = "to_kanwil" if sealed else "to_head_and_kanwil" if accused else "to_shift"
    return wording.render(key, locale, unit=unit.name, kanwil=place.kanwil.name)
