"""Which staff of a unit the words of a case may name: looked for again when that unit takes the case over.

A message is matched against the staff of the units concerned when it comes in, and no others: a namesake at the other
end of the country is not meant. So whoever takes the case later is looked at then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import triage
from workflow import people, staff
from workflow.models import Case, Message, Paper, Unit
from workflow.vault import Erased, vault_of

#: The paper in which an officer names the accused; see ``inspection``.
_FILE = "inspection"


def named(session: Session, case: Case, unit: Unit) -> tuple[str, ...]:
    """Accounts of a unit, or above it, that what was written in the case may mean."""
    directory = staff.directory(session, (unit,), people.name_of(session, case.person_id))
    found = (account for text in _words(session, case) for account in triage.named(text, directory))
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Meant:
    """Accounts that words about somebody accused may mean, and whether they may mean the head of the unit."""

    accounts: tuple[str, ...]
    head: bool


def meant(session: Session, case: Case, unit: Unit, words: Sequence[str], now: datetime) -> Meant:
    """Whom an officer means who only says who is accused: a name, a post."""
    directory = staff.directory(session, (unit,), people.name_of(session, case.person_id))
    accounts = triage.named(" ".join(words), directory)
    head = any(triage.is_head(said) for said in words) or bool(staff.heads(session, unit.id, now) & set(accounts))
    return Meant(accounts, head and unit.kind == "upt")


def _words(session: Session, case: Case) -> Iterator[str]:
    vault = vault_of(session)
    messages = select(Message.body_key_id, Message.body_enc).where(Message.case_id == case.id)
    papers = select(Paper.data_key_id, Paper.body_enc).where(Paper.case_id == case.id, Paper.kind == _FILE)
    for query, context in ((messages, "message.body"), (papers, "paper.body")):
        for key, sealed in session.execute(query):
            try:
                yield vault.open_text(session, key, sealed, context)
            except Erased:
                continue
