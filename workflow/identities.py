"""Opening an identity: a custodian's deed, with a reason, seen by the regional office. Anonymous means nobody."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy.orm import Session

from workflow import access, decisions, journal, notices, people, staff
from workflow.actors import Officer, Operator
from workflow.models import Account, Case, Person, Unit
from workflow.states import Impossible


def may_open(officer: Officer, case: Case) -> bool:
    """Custodians of the handling unit and of the offices above it, for what is confidential."""
    return case.visibility == "confidential" and access.keeps_identity(officer, case)


#: A reason says what for: less is none.
_WORDS, _LETTERS = 3, 15


def says_why(reason: str) -> bool:
    """Whether a reason for opening an identity is one."""
    words = {word for word in re.findall(r"[^\W_]+", reason.lower()) if len(set(word)) > 1 or word.isdigit()}
    return len(words) >= _WORDS and sum(map(len, words)) >= _LETTERS


def open_identity(session: Session, case: Case, officer: Officer, reason: str, now: datetime) -> dict[str, str]:
    """Name, number and contact, once; the reason stays with the papers, and both chains and the Kanwil know of it.

    Raises Impossible (``not_yours``, ``reason_missing``, ``reason_short``, ``anonymous``, ``nothing_known``).
    """
    if case.visibility == "anonymous":
        raise Impossible("anonymous")
    if not may_open(officer, case):
        raise Impossible("not_yours")
    if reason.strip() and not says_why(reason):
        raise Impossible("reason_short")
    known = people.identity(session, session.get_one(Person, case.person_id))
    if not known:
        raise Impossible("nothing_known")
    write_down(session, case, officer, reason, now)
    return known


def write_down(session: Session, case: Case, actor: Officer | Operator, reason: str, now: datetime) -> None:
    """Every opening, by whatever way: its reason with the papers, an entry in both chains, a line for the Kanwil."""
    why = decisions.note(session, case, "identity", reason, actor, now)
    for unit in _chains(session, case.handling_unit):
        journal.append(session, unit.id, "identity", actor, now, case_id=case.id, paper=why.id, commitment=why.hash)
    notices.notify(session, case, [a.id for a in watchers(session, case, now)], "identity_opened", now)


def watchers(session: Session, case: Case, now: datetime) -> list[Account]:
    """The Kanwil that handles the case, or watches over who does."""
    offices = [unit for unit in _chains(session, case.handling_unit) if unit.kind == "kanwil"]
    return [account for unit in offices for account in staff.holders(session, "kanwil", unit.id, now)]


def _chains(session: Session, unit: Unit) -> list[Unit]:
    """The handling unit, and the Kanwil over it."""
    above = session.get(Unit, unit.parent_id) if unit.parent_id and unit.kind == "upt" else None
    return [unit, above] if above is not None else [unit]
