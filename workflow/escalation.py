"""What happens when time passes: a reminder before a deadline, then the ladder, each rung once, until somebody acts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, func, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from workflow import clocks, journal, notices, staff
from workflow.actors import Clock
from workflow.clocks import rules
from workflow.models import Account, Case, Deadline, Escalation, EscalationRecipient, Unit
from workflow.states import ROLES, SUPERIORS

#: Who is told at the offices above a facility, in order.
ABOVE = tuple(SUPERIORS.values())
#: Where a sweep goes on: after this (time, deadline).
Place = tuple[datetime, str]


def due(
    session: Session, now: datetime, *, owned: bool, after: Place | None, limit: int = 200
) -> list[tuple[Deadline, str | None]]:
    """What the sweep must look at, oldest first, from a place on; reads the index of what is due and no more.

    Beside each the clock of the same case that releases or closes it in the same second, if there is one: it goes
    first, for nobody is told of what is late when the answer goes out anyway.
    """
    query = select(Deadline, _finishing()).join(Case, Case.id == Deadline.case_id).where(Deadline.next_at <= now)
    owner = func.coalesce(Case.owner_id, "")  # not the index of owners: most of what it finds has ended
    query = query.where(owner != "" if owned else owner == "")
    if after is not None:
        query = query.where(tuple_(Deadline.next_at, Deadline.id) > tuple_(*after))
    return [(row, first) for row, first in session.execute(query.order_by(Deadline.next_at, Deadline.id).limit(limit))]


def _finishing() -> ScalarSelect[str]:
    other, finishing = aliased(Deadline), [name for name, rule in rules().items() if rule.on_due != "escalate"]
    # "By then" is "then": what is due sooner went first. An equation would make SQLite read all that is due then.
    mine = (other.case_id == Deadline.case_id, other.next_at <= Deadline.next_at, other.rule.in_(finishing))
    return select(func.min(other.id)).where(*mine).correlate(Deadline).scalar_subquery()


def claim(session: Session, deadline_id: str, seen_at: datetime) -> Deadline | None:
    """Take a deadline as it was seen; None where another process was first or somebody acted meanwhile."""
    taken = session.execute(
        update(Deadline).where(Deadline.id == deadline_id, Deadline.next_at == seen_at).values(next_at=None)
    )
    return session.get_one(Deadline, deadline_id) if taken.rowcount else None  # type: ignore[attr-defined]


def remind(session: Session, case: Case, deadline: Deadline, now: datetime) -> None:
    """Before it is due: whoever's turn it is, once."""
    deadline.reminded_at, deadline.next_at = now, deadline.due_at
    rungs = _rungs(case, deadline)
    told = _people(session, case, rungs[0], now)
    notices.notify(session, case, [a.id for a in told], f"soon_{deadline.rule}", now)


def escalate(session: Session, case: Case, deadline: Deadline, now: datetime) -> None:
    """Tell the next person up and plan the rung after it.

    Where the last rung is nobody, the offices above are told; an emergency goes round until somebody takes it.
    """
    rungs, repeats = _rungs(case, deadline), rules()[deadline.rule].kind == "minutes"
    further = () if repeats else tuple(role for role in ABOVE if role not in rungs)
    whole = (*rungs, *further)
    if not repeats and _over(session, deadline, len(rungs), len(whole)):
        return
    deadline.rung += 1
    roles = whole[deadline.rung - 1 : deadline.rung] or whole
    if deadline.rule == "emergency" and "petugas" in roles:
        roles = ("piket", *roles)
    people = list({a.id: a for role in roles for a in _people(session, case, role, now)}.values())
    _record(session, case, deadline, roles[-1], people, now)
    if deadline.rung < len(rungs):
        deadline.next_at = _next_rung(session, case, deadline, now) if people else now
    elif repeats:
        deadline.next_at = now + timedelta(minutes=clocks.ladder(case).repeat_minutes)
    else:
        deadline.next_at = None if people or deadline.rung >= len(whole) else now
    journal.append(
        session, case.handling_unit_id, "escalate", Clock(), now, case_id=case.id,
        rule=deadline.rule, rung=deadline.rung, role=roles[-1], recipients=[a.id for a in people],
    )  # fmt: skip


def _over(session: Session, deadline: Deadline, rungs: int, whole: int) -> bool:
    """Whether the last rung was climbed and told somebody: one that stood still, or was set aside, climbs no more."""
    if deadline.rung < rungs:
        return False
    query = select(Escalation.recipients).join(Deadline, Deadline.id == Escalation.deadline_id)
    query = query.where(Deadline.case_id == deadline.case_id, Deadline.rule == deadline.rule)
    last = query.where(Escalation.rung == deadline.rung).order_by(Escalation.at.desc()).limit(1)
    return deadline.rung >= whole or bool(session.scalar(last))


def _record(session: Session, case: Case, deadline: Deadline, role: str, people: list[Account], now: datetime) -> None:
    """Who was told on this rung, and by which line and which page, whose delivery is known."""
    rung = Escalation(
        deadline_id=deadline.id,
        case_id=case.id,
        rung=deadline.rung,
        role=role,
        unit_id=_unit_of(session, case, role).id,
        recipients=len(people),
        at=now,
    )
    session.add(rung)
    session.flush()
    for told in notices.notify(session, case, [a.id for a in people], f"late_{deadline.rule}", now):
        by = {"notice_id": told.notice_id, "outbound_id": told.outbound_id}
        session.add(EscalationRecipient(escalation_id=rung.id, account_id=told.account_id, **by))


def _people(session: Session, case: Case, role: str, now: datetime) -> list[Account]:
    """Who holds the role where the case is handled and may know of it; of the officers the owner alone, of
    the officials the one in charge."""
    unit = _unit_of(session, case, role)
    if role == "pejabat":  # others of that role cannot open the case
        here = {a.id: a for part in ROLES[unit.kind] for a in notices.able(session, case, unit, part, now)}
        return [here[case.official_id]] if case.official_id in here else []
    people = [a for a in staff.holders(session, role, unit.id, now) if not notices.hidden(session, case, a, now)]
    if role == "petugas" and any(a.id == case.owner_id for a in people):
        return [a for a in people if a.id == case.owner_id]
    return people


def _rungs(case: Case, deadline: Deadline) -> tuple[str, ...]:
    """Whose turn it is, in order. An emergency with staff accused never goes to the shift.

    Where a unit's own ladder leaves nobody, the office above.
    """
    ladder = clocks.ladder(case)
    if case.handling_unit.kind != "upt":
        return ladder.office
    spared = deadline.rule == "emergency" and case.about_staff
    spared = spared or case.seal == "desk"
    mine = rules()[deadline.rule].first
    if mine:
        return tuple(dict.fromkeys(mine if role == "petugas" else role for role in ladder.facility))
    return tuple(role for role in ladder.facility if not (spared and role == "petugas")) or ABOVE[:1]


def _next_rung(session: Session, case: Case, deadline: Deadline, now: datetime) -> datetime:
    ladder, rule = clocks.ladder(case), rules()[deadline.rule]
    if rule.kind == "minutes":
        return now + timedelta(minutes=ladder.delay_minutes)
    days = clocks.calendar_of(session, case.subject_unit or case.handling_unit, now)
    return days.after_working(now, ladder.delay_days).at


def _unit_of(session: Session, case: Case, role: str) -> Unit:
    unit = case.handling_unit
    wanted = {"kanwil": "kanwil", "ditjenpas": "ditjen"}.get(role)
    while wanted and unit.kind != wanted and unit.parent_id:
        unit = session.get_one(Unit, unit.parent_id)
    return unit
