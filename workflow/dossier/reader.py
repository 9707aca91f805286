"""For whom a dossier is made, and what of the case it may hold."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import access, identities, links
from workflow.actors import Officer, Operator
from workflow.models import Case, CaseNumber


class Refused(Exception):
    """The dossier, or the identity in it, is not for this reader.

    ``reason``: unknown, no_reason, anonymous, not_custodian.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Reader:
    """Who reads and what may be shown: texts, papers, the identity (and why it was opened), other units' journals.

    ``reasons``: why an identity was opened before, which may tell whose it is.
    """

    actor: Officer | Operator
    name: str
    text: bool
    papers: bool
    identity: bool
    opened: bool
    every_chain: bool
    reasons: bool
    reason: str = ""


def find(session: Session, actor: Officer | Operator, number: str) -> Case:
    """The case of a number or of an older one. One that this reader may not see is as absent as one that never was.

    The operator of the machine is no office: a sealed case needs an account that may see it.
    """
    case_id = select(CaseNumber.case_id).where(CaseNumber.number == number.strip().upper()).scalar_subquery()
    if isinstance(actor, Officer):
        query = access.cases(actor).where(Case.id == case_id)
    else:
        query = select(Case).where(Case.id == case_id, Case.seal == "none")
    case = session.scalar(query)
    if case is None:
        raise Refused("unknown")
    return case


def reader(
    session: Session, actor: Officer | Operator, name: str, case: Case, *, with_identity: bool, reason: str
) -> Reader:
    """What this reader gets. An open case shows who wrote; a confidential one with a reason; an anonymous one never."""
    reason = " ".join(reason.split())[:500]
    if with_identity:
        _may_open(actor, case, reason)
    if isinstance(actor, Operator):
        open_case = case.visibility == "open"
        return Reader(actor, name, True, True, open_case or with_identity, with_identity, True, True, reason)
    view = access.view(session, actor, case)
    return Reader(
        actor, name, view.text, view.summary, view.identity or with_identity, with_identity,
        case.handling_unit.kind != "upt" or _oversees(actor, case), access.reads_reasons(actor, case), reason,
    )  # fmt: skip


def merged(session: Session, reader: Reader, case: Case) -> list[tuple[Case, Reader]]:
    """What was merged into the case, and what this reader gets of each: what one person told twice."""
    parts = links.whole(session, case, "merged")[1:]
    if isinstance(reader.actor, Operator):
        texts = [(part, reader.text) for part in parts if part.seal == "none"]
    else:
        seen = access.among(session, reader.actor, parts)
        texts = [(part, access.view(session, reader.actor, part).text) for part in seen]
    return [
        (part, replace(reader, text=text, identity=reader.identity and part.visibility != "anonymous"))
        for part, text in texts
    ]


def gone_into(session: Session, reader: Reader, case: Case) -> str:
    """The number of the case that goes on where this one was merged, if this reader may see it."""
    into = links.resolve(session, case)
    if into.id == case.id:
        return ""
    hidden = (
        into.seal != "none" if isinstance(reader.actor, Operator) else not access.among(session, reader.actor, [into])
    )
    return "" if hidden else into.number


def _may_open(actor: Officer | Operator, case: Case, reason: str) -> None:
    if case.visibility == "anonymous":
        raise Refused("anonymous")
    if not identities.says_why(reason):
        raise Refused("no_reason")
    if isinstance(actor, Officer) and not access.keeps_identity(actor, case):
        raise Refused("not_custodian")


def _oversees(actor: Officer, case: Case) -> bool:
    return bool({case.handling_unit.parent_id} & actor.units("kanwil", "ditjenpas"))
