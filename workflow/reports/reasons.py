"""Why deadlines were extended: the office's words as the family was told them, without what names anybody.

A case that is not at the unit any more, or that nobody else may know of, keeps its reason to itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from workflow import parties, people
from workflow.models import Account, Case, Deadline, Extension, RoleGrant
from workflow.reports.ledger import Span
from workflow.reports.nameless import telling
from workflow.vault import Erased, vault_of

#: A reason is a sentence or two; more of it is cut off.
_MOST = 300


@dataclass(frozen=True)
class Reason:
    """One extension: of which deadline, by how many days, and why; empty where that stays in the case."""

    unit: str
    rule: str
    days: int
    text: str


def gather(session: Session, unit_name: str, span: Span) -> list[Reason]:
    """The extensions of the span in their order."""
    given = span.moments("extend")
    same = and_(given.c.case_id == Extension.case_id, given.c.at == Extension.at)
    query = select(Extension, Deadline.rule, Case).join(given, same)
    query = query.join(Deadline, Deadline.id == Extension.deadline_id).join(Case, Case.id == Extension.case_id)
    rows = session.execute(query.order_by(Extension.at, Extension.id)).all()
    staff = _staff(session, span.unit_id) if rows else []
    found = []
    for extension, rule, case in rows:
        here = case.handling_unit_id == span.unit_id and case.seal == "none"
        text = _told(session, extension, case, staff) if here else ""
        found.append(Reason(unit_name, rule, extension.days, text))
    return found


def _staff(session: Session, unit_id: str) -> list[str]:
    query = select(Account.full_name).join(RoleGrant, RoleGrant.account_id == Account.id)
    return list(session.scalars(query.where(RoleGrant.unit_id == unit_id).distinct()))


def _told(session: Session, extension: Extension, case: Case, staff: Iterable[str]) -> str:
    try:
        text = vault_of(session).open_text(session, extension.data_key_id, extension.reason_enc, "extension.reason")
    except Erased:
        return ""
    text = parties.nameless(session, case, " ".join(text.split()))
    for name in staff:
        text = people.hide(text, {"name": name})
    shown = telling(text)
    return shown if len(shown) <= _MOST else f"{shown[: _MOST - 1]}…"
