"""Letters: the official answer as a document with a number, a date, a signatory and a code by which it is checked.

Number, date, signatory and all that the file says are fixed in the transaction that releases the answer. The file
itself is made afterwards from nothing else (``printing``), so that the press never holds a lock.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from workflow import clocks, journal, people, receipts, staff, standards, units, wording
from workflow.actors import Actor
from workflow.messages import CAPABILITIES, PLAIN
from workflow.models import Account, Approval, Case, Letter, Paper, Person, RoleGrant, Unit
from workflow.vault import vault_of

#: Of what a file says; grows when its frame says something else.
ENVELOPE = 2
DEFAULT_NUMBER = "{code}-{year}-{sequence}"
MAX_NUMBER = 120
_PLACE = re.compile(r"\{(code|year|month|roman|sequence)(?::(\d))?\}")
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
#: What a letterhead may hold, in ``unit.settings["letterhead"]``. The ministry may stand at a unit above.
LETTERHEAD = ("ministry", "name", "address", "telephone", "email", "website", "place")


# ------------------------------------------------------------------ issuing


def issue(session: Session, case: Case, paper: Paper, actor: Actor, now: datetime) -> Letter:
    """Give the approved answer a number, a date, its signatory and a check code. Wants the case locked."""
    unit, code = case.handling_unit, receipts.new_code()
    approval = _approval(session, paper)
    year, sequence = units.next_number(session, unit, "letter", now)
    named, signed = _name(session, case), signatory(session, approval, unit)
    details = {
        "envelope": ENVELOPE,
        "code": code,
        "case": case.number,
        "received": _day(case.received_at, unit),
        "date": _day(now, unit),
        "letterhead": letterhead(session, unit),
        "named": bool(named),
        "to": named or people.reporter(session, case).alias,
        "secret": case.seal != "none" or bool(paper.attributes.get("specific_data")),
        "behalf": signed.behalf,
        "post": signed.post,
        "unit": signed.office,
        "name": session.get_one(Account, approval.approver_id).full_name,
        "approved": _day(approval.created_at, unit),
        "url": session.info["public_url"],
        "days": _satisfaction_days(case),
        "courtesy": case.conversation.locale == "en",
        "by_hand": not CAPABILITIES.get(case.conversation.channel_account.channel, PLAIN).wired,
    }
    letter = Letter(
        case_id=case.id,
        paper_id=paper.id,
        unit_id=unit.id,
        year=year,
        sequence=sequence,
        number=number(unit, year, sequence, now),
        signatory_post=signed.line[:200],
        named=bool(named),
        check_lookup=vault_of(session).lookup("letter", code.replace("-", "")),
        data_key_id=case.data_key_id,
        details_enc=vault_of(session).seal(session, case.data_key_id, json.dumps(details), "letter.details"),
        issued_at=now,
    )
    session.add(letter)
    session.flush()
    journal.append(
        session, unit.id, "letter", actor, now, case_id=case.id, letter=letter.id, number=letter.number, paper=paper.id
    )
    return letter


def _approval(session: Session, paper: Paper) -> Approval:
    query = select(Approval).where(Approval.paper_id == paper.id, Approval.decision == "approved")
    return session.scalars(query.order_by(Approval.created_at.desc()).limit(1)).one()


def _name(session: Session, case: Case) -> str:
    """The complainant's name, where the case is open and a name is known."""
    if case.visibility != "open":
        return ""
    return people.identity(session, session.get_one(Person, case.person_id)).get("name", "").strip()


def _day(moment: datetime, unit: Unit) -> str:
    """A date as letters have it, kept on one line."""
    written = format_date(moment.astimezone(ZoneInfo(unit.timezone)), "d MMMM y", locale="id")
    return written.replace(" ", "\u00a0")


def _satisfaction_days(case: Case) -> int:
    return clocks.length(clocks.rules()["satisfaction"], case.subject_unit or case.handling_unit)


@dataclass(frozen=True)
class Signatory:
    """Who signs, as official letters have it: the post and its office, under the head in whose place they sign."""

    post: str
    office: str
    behalf: str = ""

    @property
    def line(self) -> str:
        """In one line. The office of an own head is the issuer, which stands beside it anyway."""
        return ", ".join((self.behalf, self.post, self.office)) if self.behalf else self.post


def signatory(session: Session, approval: Approval, unit: Unit) -> Signatory:
    """Who approved: by the own post, as ``Plh.`` of the head, or from the office above on behalf of the head."""
    grant = session.get(RoleGrant, approval.grant_id) if approval.grant_id else None
    if grant is not None and grant.delegated_by:
        return Signatory(f"Plh. {_head_post(session, unit, grant, approval.created_at)}", unit.name)
    post = session.get_one(Account, approval.approver_id).post
    if not post and grant is not None:
        post = standards.head_post(unit) if grant.role == "kepala" else wording.label("role", grant.role, "id")
    if grant is None or grant.unit_id == unit.id:
        return Signatory(post, unit.name)
    behalf = wording.render("letter_behalf", "id", head=wording.head_of(unit.kind, unit.name, "id"))
    return Signatory(post, session.get_one(Unit, grant.unit_id).name, behalf)


def _head_post(session: Session, unit: Unit, acting: RoleGrant, now: datetime) -> str:
    """The post of the head in whose place somebody acts: of who gave the order, if a head did, else of the last one.

    An account that was barred still tells it; one that has been something else meanwhile may tell another post.
    """
    day, other = staff.local_today(unit.timezone, now), aliased(RoleGrant)
    place = (RoleGrant.unit_id == unit.id, RoleGrant.role == acting.role, RoleGrant.delegated_by.is_(None))
    holds = or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= day)
    elsewhere = select(other.id).where(
        other.account_id == RoleGrant.account_id, or_(other.unit_id != unit.id, other.role != acting.role)
    )
    told = select(Account.post).join(RoleGrant, RoleGrant.account_id == Account.id)
    told = told.where(*place, RoleGrant.valid_from <= day, or_(holds, ~elsewhere.exists()), Account.post != "")
    newest = told.order_by((Account.id == acting.delegated_by).desc(), RoleGrant.valid_from.desc()).limit(1)
    return session.scalar(newest) or standards.head_post(unit)


# ------------------------------------------------------------------ numbers


def number(unit: Unit, year: int, sequence: int, now: datetime) -> str:
    """The number in the unit's pattern. The sequence is always part of it, whatever the pattern says."""
    pattern = str((unit.settings or {}).get("letter_number") or DEFAULT_NUMBER)
    made = _fill(pattern, unit, year, sequence, now)
    if "sequence" not in _places(pattern) or len(made) > MAX_NUMBER:
        made = _fill(DEFAULT_NUMBER, unit, year, sequence, now)
    return made


def _places(pattern: str) -> set[str]:
    return {place.group(1) for place in _PLACE.finditer(pattern)}


def _fill(pattern: str, unit: Unit, year: int, sequence: int, now: datetime) -> str:
    month = now.astimezone(ZoneInfo(unit.timezone)).month
    values = {"code": unit.code, "year": year, "month": month, "roman": _ROMAN[month - 1], "sequence": sequence}

    def value(place: re.Match[str]) -> str:
        return str(values[place.group(1)]).zfill(int(place.group(2) or 0))

    return _PLACE.sub(value, pattern)


def check_pattern(pattern: str, unit: Unit, now: datetime) -> None:
    """Raises ValueError where numbers of this pattern would not be readable or not be unique in the unit."""
    if not {"sequence", "year"} <= _places(pattern):
        raise ValueError("the pattern needs {sequence} and {year}: the sequence begins again every year")
    if re.search(r"[{}]", _PLACE.sub("", pattern)):
        raise ValueError("the pattern knows {code}, {year}, {month}, {roman} and {sequence}, or {sequence:3}")
    if len(_fill(pattern, unit, 9999, 999_999, now)) > MAX_NUMBER:
        raise ValueError(f"the numbers would be longer than {MAX_NUMBER} characters")


# ------------------------------------------------------------------ letterhead


def letterhead(session: Session, unit: Unit) -> dict[str, Any]:
    """What stands above a letter: the offices over the unit, its name, how it is reached. Nothing is invented."""
    own, above = _own_letterhead(unit), list[str]()
    ministry, current = own.get("ministry", ""), unit
    while (parent := units.superior(session, current)).id != current.id:
        head = _own_letterhead(parent)
        above.append(head.get("name") or parent.name)
        ministry, current = ministry or head.get("ministry", ""), parent
    reach = (own.get(key, "") for key in ("telephone", "email", "website"))
    return {
        "above": [name for name in (ministry, *reversed(above)) if name],
        "name": own.get("name") or unit.name,
        "contact": [line for line in (own.get("address", ""), " · ".join(filter(None, reach))) if line],
        "place": own.get("place", ""),
    }


def _own_letterhead(unit: Unit) -> dict[str, str]:
    return dict((unit.settings or {}).get("letterhead", {}))


# ------------------------------------------------------------------ finding


def find(session: Session, typed: str) -> Letter | None:
    """The letter of a check code as somebody typed it."""
    plain = receipts.normalise(typed)
    if plain is None:
        return None
    return session.scalar(select(Letter).where(Letter.check_lookup == vault_of(session).lookup("letter", plain)))


def of_case(session: Session, case: Case) -> list[Letter]:
    """The letters of a case, newest first."""
    return list(session.scalars(select(Letter).where(Letter.case_id == case.id).order_by(Letter.issued_at.desc())))


def may_open(letter: Letter, *, papers: bool, identity: bool) -> bool:
    """Whether a reader of these rights may open the file: one that names the complainant is for who sees the name."""
    return papers and (identity or not letter.named) and letter.details_enc is not None


def details(session: Session, letter: Letter) -> dict[str, Any]:
    """What was fixed when the letter was issued. Raises Erased."""
    plain = vault_of(session).open_text(session, letter.data_key_id, letter.details_enc, "letter.details")
    found: dict[str, Any] = json.loads(plain)
    return found
