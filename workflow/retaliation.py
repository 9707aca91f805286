"""What is done to people because they complained: a case of its own, at the office above, tied to the one it follows.

Nobody at the facility is told, and nothing on the page of the first case shows there: whoever may not see the one
case does not see the link.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from triage import Assessment
from workflow import access, cases, journal, links, notices, openings
from workflow.actors import Citizen, Officer
from workflow.models import Case, Message
from workflow.openings import Opening
from workflow.states import ENDED, Impossible, Part

KIND = "retaliation"
_FLOOR: Final = "tinggi"


def open_case(
    session: Session,
    original: Case | None,
    messages: list[Message],
    assessment: Assessment,
    opening: Opening,
    now: datetime,
) -> tuple[Case, str]:
    """Open a sealed case for what the complainant of ``original`` tells, or somebody of whom we know no complaint.
    Returns it with its receipt code."""
    if cases.URGENCY_RANK[assessment.urgency] > cases.URGENCY_RANK[_FLOOR]:
        assessment = replace(assessment, urgency=_FLOOR)
    if original is not None and not messages[0].options.get("unit"):
        opening = replace(opening, unit=original.subject_unit or original.handling_unit)
    hidden = access.hidden_from(session, original) if original else ()
    opening = replace(opening, sealed_for=KIND, hidden=hidden, risk="yes")
    case, code = openings.open_case(session, messages, assessment, opening, now)
    if original is not None:
        _tie(session, case, original, None, now)
    notices.tell(session, case, Part.OFFICER, KIND, now)
    return case, code


def mark(session: Session, case: Case, original: Case, officer: Officer, now: datetime) -> None:
    """An officer sees that a case is about what followed another one. Raises Impossible."""
    if case.id == original.id:
        raise Impossible("no_such_number")
    if case.status in ENDED:
        raise Impossible("not_now")
    if Part.OFFICER not in access.parts(session, officer, case):
        raise Impossible("not_yours")
    if cases.URGENCY_RANK[_FLOOR] < case.urgency_rank:
        case.urgency, case.urgency_rank = _FLOOR, cases.URGENCY_RANK[_FLOOR]
    cases.seal(session, case, officer, KIND, now)
    _tie(session, case, original, officer, now)
    notices.tell(session, case, Part.OFFICER, KIND, now)


def _tie(session: Session, case: Case, original: Case, officer: Officer | None, now: datetime) -> None:
    """The link, and the journal of the office above alone; who was hidden from the one is hidden from the other."""
    cases.hide_from(session, case, access.hidden_from(session, original), now)
    links.tie(session, case, original, KIND, now)
    actor = officer or Citizen(case.person_id)
    journal.append(session, case.handling_unit_id, KIND, actor, now, case_id=case.id, of=original.id)


def before(session: Session, officer: Officer, case: Case) -> Case | None:
    """The case that this one followed, if this account may see it."""
    target = links.target(session, case, KIND)
    return access.find(session, officer, target.id) if target else None


def after(session: Session, officer: Officer, case: Case) -> list[Case]:
    """The cases of retaliation that followed this one, as far as this account may see them."""
    return access.among(session, officer, links.sources(session, case, KIND))
