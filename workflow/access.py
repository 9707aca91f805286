"""Who may see what. One reviewed matrix; every query of the console and every export passes here.

Rows are roles; what they reach depends on where the case is handled, how it is sealed and whether the account
itself is excluded (named in the text). Seals hold against people, not against roles: what hides a case from somebody
hides it in every other role of theirs, too (``kept_from``). Nobody is told that something is hidden.

| role      | cases                                          | verbatim text | summary | identity            |
| petugas   | handled by the own unit, not sealed            | yes           | yes     | open cases          |
| kepala    | handled by the own unit, seal none or desk     | open, desk *  | yes     | open cases          |
| pejabat   | handled by the own unit, assigned to the person| open cases    | yes     | open cases          |
| kanwil    | handled by the own Kanwil; oversight below it  | if handled    | yes     | open, if handled    |
| ditjenpas | handled by the own office; oversight below it  | if handled    | yes     | open, if handled    |
| kustodian | as kanwil at a Kanwil, as kepala at a facility | no            | no      | with a reason       |
| piket     | emergencies of the own unit, not sealed        | at first **   | yes **  | no                  |
| admin     | none                                           | no            | no      | no                  |

* and, like the office above, in an emergency with staff accused until somebody has summed it up.
** while the case is open and no staff are accused: whoever is called at night must know what to do. The words,
   under the alias, until an officer has summed them up; none of the office's papers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from workflow.actors import Officer
from workflow.models import Case, Exclusion, Unit
from workflow.states import OPEN, ROLES, SUPERIORS, Part, players

EXPOSED = {"none"}
HEAD_SEES = {"none", "desk"}
#: The facility of a case of which nobody knows yet whose head it accuses: it may be that of any head.
_UNKNOWN = ""


@dataclass(frozen=True)
class View:
    """What an account sees of one case. With ``summary`` go the office's papers, with ``called`` the summary alone."""

    text: bool
    summary: bool
    identity: bool
    handles: bool
    called: bool = False


def visible(officer: Officer) -> ColumnElement[bool]:
    """The condition on ``Case`` that this account's cases meet."""
    hidden = exists().where(
        Exclusion.case_id == Case.id, Exclusion.account_id == officer.account_id, Exclusion.scope == "hide"
    )
    rules = [rule for rule in (_rule(officer, role) for role in _RULES) if rule is not None]
    return and_(or_(*rules), ~hidden, *(~rule for rule in _keeping(officer))) if rules else false()


def _keeping(officer: Officer) -> list[ColumnElement[bool]]:
    """What ``kept_from`` says of one case, as conditions on ``Case``."""
    rules, subject = list[ColumnElement[bool]](), func.coalesce(Case.subject_unit_id, _UNKNOWN)
    if desk := officer.units("petugas"):
        rules.append(and_(Case.seal == "desk", Case.handling_unit_id.in_(desk)))
    for until, units in _facilities(officer).items():
        before = [Case.received_at < until] if until else []
        rules.append(and_(Case.seal == "kanwil", subject.in_(units), *before))
    return rules


def kept_from(officer: Officer, case: Case) -> bool:
    """Whether a seal keeps the case from this account, whatever roles it has besides.

    The seal ``desk`` from the complaint unit of the place; the seal ``kanwil`` from the complaint unit of the facility
    that the case is about, and from whoever is its head, acts for one, or was head when the case came in.
    """
    if case.seal == "desk":
        return officer.has("petugas", case.handling_unit_id)
    subject = case.subject_unit_id or _UNKNOWN
    about = (until for until, units in _facilities(officer).items() if subject in units)
    return case.seal == "kanwil" and any(until is None or case.received_at < until for until in about)


def _facilities(officer: Officer) -> dict[datetime | None, set[str]]:
    """The facilities whose sealed cases are kept from an account, by the moment until which they had to come in."""
    heads = officer.units("kepala")
    found: dict[datetime | None, set[str]] = {None: heads | officer.units("petugas") | ({_UNKNOWN} if heads else set())}
    for unit_id, until in officer.headed:
        found.setdefault(until, set()).add(unit_id)
    return {until: units for until, units in found.items() if units}


def cases(officer: Officer) -> Select[Case]:
    """All cases that this account may see."""
    return select(Case).where(visible(officer))


def _rule(officer: Officer, role: str) -> ColumnElement[bool] | None:
    units = officer.units(role)
    return _RULES[role](officer, units) if units else None


def _petugas(_: Officer, units: set[str]) -> ColumnElement[bool]:
    return and_(Case.handling_unit_id.in_(units), Case.seal.in_(EXPOSED))


def _kepala(_: Officer, units: set[str]) -> ColumnElement[bool]:
    return and_(Case.handling_unit_id.in_(units), Case.seal.in_(HEAD_SEES))


def _pejabat(officer: Officer, units: set[str]) -> ColumnElement[bool]:
    return and_(Case.handling_unit_id.in_(units), Case.seal.in_(HEAD_SEES), Case.official_id == officer.account_id)


def _piket(_: Officer, units: set[str]) -> ColumnElement[bool]:
    return and_(Case.handling_unit_id.in_(units), Case.seal.in_(EXPOSED), Case.urgency == "darurat")


def _overseer(_: Officer, units: set[str]) -> ColumnElement[bool]:
    """The own office and everything below it: a facility can hide nothing from its Kanwil."""
    own, child, middle, grandchild = aliased(Unit), aliased(Unit), aliased(Unit), aliased(Unit)
    # One list of units, not three conditions with OR between them: each unit is then looked up in the index.
    reached = union_all(
        select(own.id).where(own.id.in_(units)),
        select(child.id).where(child.parent_id.in_(units)),
        select(grandchild.id).join(middle, grandchild.parent_id == middle.id).where(middle.parent_id.in_(units)),
    )
    return Case.handling_unit_id.in_(reached)


def _kustodian(_: Officer, units: set[str]) -> ColumnElement[bool]:
    kanwil = select(Unit.id).where(Unit.id.in_(units), Unit.kind != "upt")
    below = select(Unit.id).where(Unit.parent_id.in_(kanwil))
    own = and_(Case.handling_unit_id.in_(units), Case.seal.in_(HEAD_SEES))
    return or_(own, Case.handling_unit_id.in_(kanwil), Case.handling_unit_id.in_(below))


_RULES = {
    "petugas": _petugas,
    "kepala": _kepala,
    "pejabat": _pejabat,
    "piket": _piket,
    "kanwil": _overseer,
    "ditjenpas": _overseer,
    "kustodian": _kustodian,
}


def find(session: Session, officer: Officer, case_id: str) -> Case | None:
    """The case, if this account may see it; a hidden case is as absent as one that never was."""
    return session.scalar(cases(officer).where(Case.id == case_id))


def hidden_from(session: Session, case: Case) -> tuple[str, ...]:
    """The accounts from which a case is hidden: those whom its words may accuse."""
    query = select(Exclusion.account_id).where(Exclusion.case_id == case.id, Exclusion.scope == "hide")
    return tuple(session.scalars(query.order_by(Exclusion.account_id)))


def among(session: Session, officer: Officer, found: Sequence[Case]) -> list[Case]:
    """Those of some cases that this account may see: whoever may not see a case does not see a link to it either."""
    seen = set(session.scalars(cases(officer).where(Case.id.in_([c.id for c in found])).with_only_columns(Case.id)))
    return [case for case in found if case.id in seen]


def view(session: Session, officer: Officer, case: Case) -> View:
    """What this account sees of a case that ``find`` gave it."""
    unit, here = case.handling_unit, case.handling_unit_id
    table = players(unit.kind, case.seal)
    handles = any(officer.has(role, here) for roles in table.values() for role in roles)
    open_case, called = case.visibility == "open", on_duty(officer, case)
    desk = any(officer.has(role, here) for role in table[Part.OFFICER])
    return View(
        text=(handles and (desk or open_case)) or (case.summary_enc is None and (_alarmed(officer, case) or called)),
        summary=handles or oversees(officer, case),
        identity=handles and open_case,
        handles=handles,
        called=called,
    )


def may_fetch(session: Session, officer: Officer, case: Case, *, infected: bool) -> bool:
    """Files belong to the words. An infected one is only for the Kanwil that handles the case, and for a custodian."""
    unit, text = case.handling_unit, view(session, officer, case).text
    if not infected:
        return text
    return keeps_identity(officer, case) or (text and unit.kind != "upt")


def _alarmed(officer: Officer, case: Case) -> bool:
    """An emergency in which staff are accused calls the head and the office above: who is called reads what happened,
    under the alias, until an officer has summed it up."""
    called = officer.has("kepala", case.handling_unit_id) or oversees(officer, case)
    return case.urgency == "darurat" and case.about_staff and called


def on_duty(officer: Officer, case: Case) -> bool:
    """Whether this account is called by the emergency as the shift is: never where staff are accused."""
    calls = case.urgency == "darurat" and not case.about_staff and case.seal in EXPOSED and case.status in OPEN
    return calls and case.handling_unit.kind == "upt" and officer.has("piket", case.handling_unit_id)


def oversees(officer: Officer, case: Case) -> bool:
    """Whether this account watches from an office above the handling unit."""
    return any(officer.has(role, above) for above in _above(case.handling_unit) for role in ("kanwil", "ditjenpas"))


def keeps_identity(officer: Officer, case: Case) -> bool:
    """Whether this account is a custodian where the case is handled, or above."""
    unit = case.handling_unit
    return any(officer.has("kustodian", unit_id) for unit_id in {unit.id, *_above(unit)})


def reads_reasons(officer: Officer, case: Case) -> bool:
    """Whether this account reads why an identity was opened: where it is kept, and where that is watched."""
    return keeps_identity(officer, case) or oversees(officer, case)


def may_link(officer: Officer, case: Case) -> bool:
    """Whether this account may say that two addresses are one person's: those who may know the person anyway."""
    if case.visibility == "anonymous":
        return False
    unit = case.handling_unit
    if keeps_identity(officer, case):
        return True
    handles = any(officer.has(role, unit.id) for roles in ROLES[unit.kind].values() for role in roles)
    return handles and case.visibility == "open"


def _above(unit: Unit) -> set[str]:
    """Ids of the offices over a unit."""
    return {unit.parent_id, *_above(unit.parent)} if unit.parent_id and unit.parent else set()


def parts(session: Session, officer: Officer, case: Case) -> frozenset[Part]:
    """The parts that this account plays in a case: by role at the handling unit, unless excluded or kept from it."""
    if session.get(Exclusion, (case.id, officer.account_id)) is not None or kept_from(officer, case):
        return frozenset()
    table = players(case.handling_unit.kind, case.seal)
    played = {p for p, roles in table.items() if any(officer.has(role, case.handling_unit_id) for role in roles)}
    if Part.OFFICIAL in played and case.handling_unit.kind == "upt" and case.official_id != officer.account_id:
        played.discard(Part.OFFICIAL)
    if case.seal == "kanwil" and case.handling_unit.kind == "upt":
        played.discard(Part.OFFICER)
    above = case.handling_unit.parent
    if above is not None and officer.has(SUPERIORS.get(above.kind, ""), above.id):
        played.add(Part.SUPERIOR)
    if on_duty(officer, case):
        played.add(Part.SHIFT)
    return frozenset(played)
