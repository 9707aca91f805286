"""Acting heads (pelaksana harian, Plh.): a head hands the own role to an official for named days, by an order; where
there is no head, the office above does.

Nobody of the complaint unit can be one: an acting head sees complaints about that unit. Who wrote a text still does
not approve it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import journal, staff, units
from workflow.actors import Actor
from workflow.models import Account, RoleGrant, Unit
from workflow.states import SUPERIORS, Impossible

ROLE = "kepala"
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
    session.add(grant)
    session.flush()
    journal.append(
        session, unit.id, "delegated", actor, now, grant=grant.id, account=deputy.id, by=head.id,
        since=days[0].isoformat(), until=days[1].isoformat(),
    )  # fmt: skip
    return grant


def _check_people(session: Session, unit: Unit, head: Account, deputy: Account, now: datetime) -> None:
    if head.disabled_at or not (_is_head(session, head, unit, now) or _stands_above(session, head, unit, now)):
        raise Impossible("plh_not_head")
    if staff.grant_held(session, deputy.id, ("petugas",), unit, now):
        raise Impossible("plh_desk")
    if deputy.id not in {account.id for account in candidates(session, unit, now)}:
        raise Impossible("plh_choose")


def _is_head(session: Session, account: Account, unit: Unit, now: datetime) -> bool:
    held = staff.grant_held(session, account.id, (ROLE,), unit, now)
    return held is not None and held.delegated_by is None


def _stands_above(session: Session, account: Account, unit: Unit, now: datetime) -> bool:
    above = units.superior(session, unit)
    role = SUPERIORS.get(above.kind, "")
    return vacant(session, unit, now) and staff.grant_held(session, account.id, (role,), above, now) is not None


def vacant(session: Session, unit: Unit, now: datetime) -> bool:
    """Whether a facility has nobody today who is head in their own right."""
    heads = staff.holders(session, ROLE, unit.id, now)
    return unit.kind == "upt" and not any(_is_head(session, head, unit, now) for head in heads)


def _check_days(session: Session, unit: Unit, days: tuple[date, date], now: datetime) -> None:
    since, until = days
    if since < staff.local_today(unit.timezone, now) or until < since:
        raise Impossible("plh_dates")
    if (until - since).days >= MAX_DAYS:
        raise Impossible("plh_too_long")
    session.scalars(
        select(Unit).where(Unit.id == unit.id).with_for_update(key_share=True)
    ).one()  # two orders at one moment
    if any(g.valid_from <= until and since <= (g.valid_to or until) for g in _all(session, unit)):
        raise Impossible("plh_overlaps")


def candidates(session: Session, unit: Unit, now: datetime) -> list[Account]:
    """Officials of the unit that are not of its complaint unit and not its head."""
    return [a for a in staff.holders(session, "pejabat", unit.id, now) if not _barred(session, a, unit, now)]


def _barred(session: Session, account: Account, unit: Unit, now: datetime) -> bool:
    desk = staff.grant_held(session, account.id, ("petugas",), unit, now)
    return desk is not None or _is_head(session, account, unit, now)


def _all(session: Session, unit: Unit) -> Sequence[RoleGrant]:
    query = select(RoleGrant).where(
        RoleGrant.unit_id == unit.id, RoleGrant.role == ROLE, RoleGrant.delegated_by.is_not(None)
    )
    return session.scalars(query.order_by(RoleGrant.valid_from.desc())).all()


def current(session: Session, unit: Unit, now: datetime) -> list[RoleGrant]:
    """Delegations of a unit that hold today or will."""
    today = staff.local_today(unit.timezone, now)
    return [grant for grant in _all(session, unit) if grant.valid_to is None or grant.valid_to >= today]


def end(session: Session, unit: Unit, grant_id: str, head: Account | None, actor: Actor, now: datetime) -> None:
    """End a delegation at once; whoever gave it does so, or the operator (no ``head``)."""
    grant = next((g for g in current(session, unit, now) if g.id == grant_id), None)
    if grant is None:
        raise Impossible("not_now")
    if head is not None and grant.delegated_by != head.id:
        raise Impossible("plh_not_head")
    grant.valid_to = staff.local_today(unit.timezone, now) - timedelta(days=1)
    journal.append(session, unit.id, "delegation_ended", actor, now, grant=grant.id, account=grant.account_id)
