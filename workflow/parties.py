"""Reporter, affected inmate, respondent: three parties of a case, each under an alias, each seen by others.

| what                     | who sees it                                                                    |
| ------------------------ | ------------------------------------------------------------------------------ |
| that there is a party    | everybody who sees the case's summary, under its alias                          |
| the reporter's identity  | ``access.view(...).identity``: who handles an open case                         |
| inmate and respondent    | ``access.view(...).text``: who handles the case and may read its words          |
| the case, as respondent  | nobody: an account entered as respondent is excluded from all of it             |

What is known stands encrypted under the case's key and is destroyed with it. Which account a respondent has stands in
there, too: in plain it would join the case to somebody at the facility.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from triage import Assessment
from workflow import access, cases, journal, naming, people, receipts, sealing, staff
from workflow.actors import Officer
from workflow.models import Account, Case, Party, Person
from workflow.states import Impossible, Part
from workflow.vault import Erased, vault_of

ALIASES = {"reporter": "Pelapor", "inmate": "WBP", "respondent": "Terlapor"}
#: What is kept of an inmate or a respondent, and how much of it.
FIELDS = {"inmate": ("name", "block", "room"), "respondent": ("name", "post")}
MAX_FIELD = 120
#: What shows that a reporter belongs to an inmate; the visit register is the office's own.
EVIDENCE = ("visit_register", "family_card", "identity_card", "marriage", "power_of_attorney", "other")
RELATIONS = ("keluarga", "sendiri", "kuasa", "teman", "mantan", "pegawai", "masyarakat")
_CONTEXT = "party.details"


@dataclass(frozen=True)
class Seen:
    """A party as one account sees it; ``details`` are empty where they are hidden or unknown."""

    party: Party
    details: Mapping[str, str] = field(default_factory=dict)
    verifier: str = ""


def from_text(session: Session, case: Case, assessment: Assessment) -> None:
    """Enter whom the first message tells of: found by a machine, proved by nobody."""
    told = assessment.details
    inmate = {"block": told.block or "", "room": told.room or ""}
    if told.inmate_named or any(inmate.values()):
        _put(session, case, "inmate", inmate)
    for account_id in told.staff:
        account = session.get(Account, account_id)
        if account is not None:
            _put(session, case, "respondent", _of_account(account))
    for name in told.officer_names if not told.staff else ():
        _put(session, case, "respondent", {"name": name})


def accuse_too(session: Session, case: Case, before: Case) -> None:
    """Whoever is accused in one case stands accused in what comes out of it, until an officer strikes them there."""
    known = [details(session, row) for row in _respondents(session, case)]
    for details_before in [details(session, row) for row in _respondents(session, before)]:
        if details_before and details_before not in known:
            _put(session, case, "respondent", details_before)


def _respondents(session: Session, case: Case) -> list[Party]:
    query = select(Party).where(Party.case_id == case.id, Party.kind == "respondent").order_by(Party.id)
    return list(session.scalars(query))


def _of_account(account: Account) -> dict[str, str]:
    return {"name": account.full_name, "post": account.post, "account": account.id}


def _put(session: Session, case: Case, kind: str, details: Mapping[str, str], party: Party | None = None) -> Party:
    known = {name: value.strip()[:MAX_FIELD] for name, value in details.items() if value.strip()}
    if party is None:
        party = Party(case_id=case.id, kind=kind, alias=_alias(session, case, kind), data_key_id=case.data_key_id)
    party.details_enc = vault_of(session).seal(session, case.data_key_id, json.dumps(known), _CONTEXT)
    session.add(party)
    session.flush()
    return party


def _alias(session: Session, case: Case, kind: str) -> str:
    """A name of this case alone: the same person has another one in another case."""
    taken = set(session.scalars(select(Party.alias).where(Party.case_id == case.id)))
    while (alias := people.new_alias(ALIASES[kind])) in taken:
        pass
    return alias


def details(session: Session, party: Party) -> dict[str, str]:
    """What is known of an inmate or a respondent; callers ask ``access`` first. Nothing is left after erasure."""
    if party.details_enc is None:
        return {}
    try:
        known: dict[str, str] = json.loads(
            vault_of(session).open(session, party.data_key_id, party.details_enc, _CONTEXT)
        )
    except Erased:
        return {}
    return known


def seen(session: Session, officer: Officer, case: Case) -> list[Seen]:
    """The parties of a case that ``access.find`` gave to this account, as far as it may see them."""
    view = access.view(session, officer, case)
    return shown(session, case, text=view.text, identity=view.identity) if view.summary else []


def shown(session: Session, case: Case, *, text: bool, identity: bool) -> list[Seen]:
    """The parties of a case: the reporter's details with the identity, those of the others with the words."""
    rows = session.scalars(select(Party).where(Party.case_id == case.id))
    order = list(ALIASES)
    known = sorted(rows, key=lambda p: (order.index(p.kind), p.alias))
    return [_shown(session, row, text=text, identity=identity) for row in known]


def _shown(session: Session, party: Party, *, text: bool, identity: bool) -> Seen:
    known: dict[str, str] = {}
    if party.kind == "reporter" and identity and party.person_id:
        known = people.identity(session, session.get_one(Person, party.person_id))
    elif party.kind != "reporter" and text:
        known = details(session, party)
    verifier = session.get(Account, party.verified_by) if party.verified_by else None
    return Seen(party, known, verifier.full_name if verifier else "")


def nameless(session: Session, case: Case, text: str) -> str:
    """What is said of one case to others: without its reporter, and without the names of its other parties."""
    person = session.get(Person, case.person_id)
    shown = people.mask(session, person, receipts.redact(text)) if person else receipts.redact(text)
    for row in session.scalars(select(Party).where(Party.case_id == case.id, Party.kind != "reporter")):
        shown = people.hide(shown, {"name": details(session, row).get("name", "")})
    return shown


# ------------------------------------------------------------------ what officers do


def enter(
    session: Session,
    case: Case,
    officer: Officer,
    kind: str,
    typed: Mapping[str, str],
    now: datetime,
    party_id: str = "",
) -> None:
    """Enter or correct an inmate or a respondent. An account that is named there sees nothing of the case from now on;
    where it is the head's, or one of the complaint unit, the case goes where it is out of their reach."""
    _permit(session, case, officer)
    party = _find(session, case, party_id) if party_id else None
    if kind not in FIELDS or (party is not None and party.kind != kind):
        raise Impossible("not_now")
    known = {name: typed.get(name, "") for name in FIELDS[kind]}
    account = _account(session, case, typed.get("account", ""), now) if kind == "respondent" else None
    if account is not None:
        known = {**{k: v for k, v in known.items() if v.strip()}, **_of_account(account)}
    if not any(value.strip() for value in known.values()):
        raise Impossible("text_missing")
    row = _put(session, case, kind, known, party)
    journal.append(session, case.handling_unit_id, "party", officer, now, case_id=case.id, kind=kind, party=row.id)
    if kind == "respondent":
        _keep_away(session, case, officer, known, now)


def strike(session: Session, case: Case, officer: Officer, party_id: str, now: datetime) -> None:
    """Whoever was entered as inmate or respondent is none; from whom the case is hidden stays as it is."""
    _permit(session, case, officer)
    party = _find(session, case, party_id)
    if party.kind not in FIELDS:
        raise Impossible("not_now")
    journal.append(
        session, case.handling_unit_id, "party_struck", officer, now, case_id=case.id, kind=party.kind, party=party.id
    )
    session.delete(party)


def heads(session: Session, case: Case, now: datetime) -> list[str]:
    """The parties of a case that are, or by their name or post may be, the head of the facility that it is about."""
    rows = _respondents(session, case)
    return [row.id for row in rows if _meant(session, case, details(session, row), now).head]


def _meant(session: Session, case: Case, known: Mapping[str, str], now: datetime) -> naming.Meant:
    unit = case.subject_unit or case.handling_unit
    meant = naming.meant(session, case, unit, (known.get("post", ""), known.get("name", "")), now)
    if not (account := known.get("account")):
        return meant
    return naming.Meant((account,), unit.kind == "upt" and account in staff.heads(session, unit.id, now))


def _keep_away(session: Session, case: Case, officer: Officer, known: Mapping[str, str], now: datetime) -> None:
    """From the accused, by account, name or post. The accounts last: whoever enters themselves has no part any more."""
    meant = _meant(session, case, known, now)
    desk = {a.id for a in staff.holders(session, "petugas", case.handling_unit_id, now)}
    if meant.head:
        cases.seal(session, case, officer, "head", now)
    elif case.seal == "none" and desk & set(meant.accounts):
        sealing.seal_desk(session, case, officer, now)
    cases.hide_from(session, case, meant.accounts, now)


def candidates(session: Session, case: Case, now: datetime) -> list[Account]:
    """Members of staff of the unit that a case is about, who may be its respondents; heads also after their time."""
    unit = case.subject_unit or case.handling_unit
    found = {
        a.id: a
        for role in ("kepala", "pejabat", "petugas", "piket", "kanwil")
        for a in staff.holders(session, role, unit.id, now)
    }
    found |= {i: session.get_one(Account, i) for i in staff.heads(session, unit.id, now)}
    return sorted(found.values(), key=lambda a: a.full_name)


def _account(session: Session, case: Case, account_id: str, now: datetime) -> Account | None:
    if not account_id:
        return None
    found = next((a for a in candidates(session, case, now) if a.id == account_id), None)
    if found is None:
        raise Impossible("choose_officer")
    return found


def verify(session: Session, case: Case, officer: Officer, relation: str, evidence: str, now: datetime) -> None:
    """At the desk, or against the visit register: how the reporter belongs to the inmate, and what shows it. From now
    on a text with protected data may go out to them."""
    _permit(session, case, officer)
    if relation not in RELATIONS or evidence not in EVIDENCE:
        raise Impossible("choose_evidence")
    party = people.reporter(session, case)
    party.relation, party.relation_evidence = relation, evidence
    party.verified_by, party.verified_at = officer.account_id, now
    journal.append(
        session, case.handling_unit_id, "party_verified", officer, now, case_id=case.id, party=party.id,
        relation=relation, evidence=evidence,
    )  # fmt: skip


def doubt(session: Session, case: Case, officer: Officer, now: datetime) -> None:
    """It was a mistake: the relation counts as unverified again."""
    _permit(session, case, officer)
    party = people.reporter(session, case)
    if party.verified_at is None:
        raise Impossible("not_now")
    party.relation_evidence, party.verified_by, party.verified_at = "", None, None
    journal.append(session, case.handling_unit_id, "party_doubted", officer, now, case_id=case.id, party=party.id)


def _permit(session: Session, case: Case, officer: Officer) -> None:
    if Part.OFFICER not in access.parts(session, officer, case):
        raise Impossible("not_yours")


def _find(session: Session, case: Case, party_id: str) -> Party:
    party = session.get(Party, party_id)
    if party is None or party.case_id != case.id:
        raise Impossible("not_now")
    return party
