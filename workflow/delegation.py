"""Acting heads (pelaksana harian, Plh.): a head hands the own role to an official for named days, by an order; where
there is no head, the office above does, until there is one (``staff.lapsed``).

Nobody of the complaint unit can be one: an acting head sees complaints about that unit. Who wrote a text still does
not approve it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from workflow import journal, staff, units
from workflow.actors import Actor
from workflow.models import Account, RoleGrant, Unit
from workflow.states import SUPERIORS, Impossible

ROLE = staff.HEAD
#: Whose page the acting heads are on.
NAMERS = (ROLE, *SUPERIORS.values())
#: Our own bound; a longer absence is a new order.
MAX_DAYS = 92
MAX_ORDER = 120


def delegate(
    session: Session,
    unit: Unit,
    head: Account,
    deputy: Account,
    days: tuple[date, date],
    order: str,
    actor: Actor,
    now: datetime,
) -> RoleGrant:
    """Make ``deputy`` acting head of ``unit`` from the first to the last of ``days``. Raises Impossible.

    ``head``: the head of the unit or, while it has none, somebody of the office above.
    """
    order = " ".join(order.split())
    _check_people(session, unit, head, deputy, now)
    _check_days(session, unit, days, now)
    if not order or len(order) > MAX_ORDER:
        raise Impossible("plh_order")
    grant = RoleGrant(
        account_id=deputy.id, unit_id=unit.id, role=ROLE, valid_from=days[0], valid_to=days[1],
        delegated_by=head.id, basis=order,
    )  # fmt: skip
    for old in current(session, unit, now):
        if lapsed(session, unit, old, now):  # it would come back beside the new one, if this head went, too
            _stop(session, unit, old, actor, now)
    session.add(grant)
    session.flush()
    journal.append(
        session, unit.id, "delegated", actor, now, grant=grant.id, account=deputy.id, by=head.id,
        since=days[0].isoformat(), until=days[1].isoformat(),
    )  # fmt: skip
    return grant


def _check_people(session: Session, unit: Unit, head: Account, deputy: Account, now: datetime) -> None:
    if not may_name(session, unit, head, now):
        raise Impossible("plh_not_head")
    if staff.grant_held(session, deputy.id, ("petugas",), unit, now):
        raise Impossible("plh_desk")
    if deputy.id not in {account.id for account in candidates(session, unit, now)}:
        raise Impossible("plh_choose")


def may_name(session: Session, unit: Unit, account: Account, now: datetime) -> bool:
    """The head or, as long as a facility has none, the office above."""
    if heads := _sitting(session, unit, now):
        return account.id in heads
    return unit.kind == "upt" and not account.disabled_at and _is_above(session, account, unit, now)


def _is_head(session: Session, account: Account, unit: Unit, now: datetime) -> bool:
    return account.id in _sitting(session, unit, now)


def _is_above(session: Session, account: Account, unit: Unit, now: datetime) -> bool:
    above = units.superior(session, unit)
    return staff.grant_held(session, account.id, (SUPERIORS.get(above.kind, ""),), above, now) is not None


def _sitting(session: Session, unit: Unit, now: datetime) -> set[str]:
    return staff.sitting_heads(session, unit.id, staff.local_today(unit.timezone, now))


def _check_days(session: Session, unit: Unit, days: tuple[date, date], now: datetime) -> None:
    since, until = days
    if since < staff.local_today(unit.timezone, now) or until < since:
        raise Impossible("plh_dates")
    if (until - since).days >= MAX_DAYS:
        raise Impossible("plh_too_long")
    session.scalars(
        select(Unit).where(Unit.id == unit.id).with_for_update(key_share=True)
    ).one()  # two orders at one moment
    held = [grant for grant in current(session, unit, now) if not lapsed(session, unit, grant, now)]
    if any(grant.valid_from <= until and since <= (grant.valid_to or until) for grant in held):
        raise Impossible("plh_overlaps")


def candidates(session: Session, unit: Unit, now: datetime) -> list[Account]:
    """Officials of the unit that are not of its complaint unit and not its head."""
    return [a for a in staff.holders(session, "pejabat", unit.id, now) if not _barred(session, a, unit, now)]


def _barred(session: Session, account: Account, unit: Unit, now: datetime) -> bool:
    desk = staff.grant_held(session, account.id, ("petugas",), unit, now)
    return desk is not None or _is_head(session, account, unit, now)


def current(session: Session, unit: Unit, now: datetime) -> Sequence[RoleGrant]:
    """Delegations of a unit whose days are not over; those that lapsed as well."""
    today = staff.local_today(unit.timezone, now)
    query = select(RoleGrant).where(
        RoleGrant.unit_id == unit.id, RoleGrant.role == ROLE, RoleGrant.delegated_by.is_not(None),
        or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= today),
    )  # fmt: skip
    return session.scalars(query.order_by(RoleGrant.valid_from.desc())).all()


def lapsed(session: Session, unit: Unit, grant: RoleGrant, now: datetime) -> bool:
    """Whether a delegation gives nothing, although its days are not over: the unit has another head."""
    return staff.lapsed(session, grant, staff.local_today(unit.timezone, now))


def may_end(session: Session, unit: Unit, grant: RoleGrant, account: Account, now: datetime) -> bool:
    """What a head gave who is there, that head alone ends; anything else the head and the office above."""
    if grant.delegated_by in _sitting(session, unit, now):
        return grant.delegated_by == account.id
    return _is_head(session, account, unit, now) or _is_above(session, account, unit, now)


def end(session: Session, unit: Unit, grant_id: str, by: Account | None, actor: Actor, now: datetime) -> None:
    """End a delegation at once: whoever may, or the operator (nobody in ``by``)."""
    grant = next((g for g in current(session, unit, now) if g.id == grant_id), None)
    if grant is None:
        raise Impossible("not_now")
    if by is not None and not may_end(session, unit, grant, by, now):
        raise Impossible("plh_not_head")
    _stop(session, unit, grant, actor, now)


def _stop(session: Session, unit: Unit, grant: RoleGrant, actor: Actor, now: datetime) -> None:
    grant.valid_to = staff.local_today(unit.timezone, now) - timedelta(days=1)
    journal.append(session, unit.id, "delegation_ended", actor, now, grant=grant.id, account=grant.account_id)


# ------------------------------------------------------------------ from above


@dataclass(frozen=True)
class Seat:
    """The place of a facility's head. ``vacant``: nobody is head, though perhaps somebody is ``acting``.

    ``surplus``: delegations whose days are not over and that no head gave who is there.
    """

    unit: Unit
    vacant: bool
    acting: bool
    surplus: bool


def seats(session: Session, offices: Collection[str], now: datetime) -> list[Seat]:
    """Of all facilities with staff directly below these offices, by name; one query however many there are."""
    enabled = select(Account.id).where(Account.disabled_at.is_(None))
    held = and_(
        RoleGrant.unit_id == Unit.id, RoleGrant.role == ROLE, RoleGrant.account_id.in_(enabled),
        or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= now.date() - timedelta(days=1)),
    )  # fmt: skip
    query = select(Unit, RoleGrant).outerjoin(RoleGrant, held).where(Unit.parent_id.in_(offices), Unit.kind == "upt")
    query = query.where(Unit.id.in_(select(aliased(RoleGrant).unit_id))).order_by(Unit.name, Unit.id)
    rows = groupby(session.execute(query), key=lambda row: row[0])
    return [_seat(unit, [grant for _, grant in found if grant], now) for unit, found in rows]


def _seat(unit: Unit, grants: list[RoleGrant], now: datetime) -> Seat:
    today = staff.local_today(unit.timezone, now)
    lasting = [grant for grant in grants if grant.valid_to is None or grant.valid_to >= today]
    begun = [grant for grant in lasting if grant.valid_from <= today]
    heads = {grant.account_id for grant in begun if grant.delegated_by is None}
    acting = any(grant.delegated_by for grant in begun)
    return Seat(unit, not heads, acting, any({g.delegated_by} - heads - {None} for g in lasting))
