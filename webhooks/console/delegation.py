"""Who stands in for the head: named by the head or, while there is none, by the Kanwil; for dated days, by an order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webhooks.auth import current_account, current_officer, staff
from webhooks.console.routes import bp
from webhooks.i18n import gettext as _
from webhooks.service import service
from workflow import delegation
from workflow.models import Account, RoleGrant, Unit
from workflow.states import SUPERIORS, Impossible


@bp.get("/plh")
@staff(*delegation.NAMERS)  # type: ignore[untyped-decorator]
def plh() -> str:
    """Acting heads of the own unit, and the form to name one."""
    with service().database.read() as session:
        return _page(session)


@bp.post("/plh")
@staff(*delegation.NAMERS)  # type: ignore[untyped-decorator]
def plh_tunjuk() -> Response | tuple[str, int]:
    """Name an acting head, or end what was named."""
    try:
        with service().database.write() as session:
            unit = _carry_out(session, request.form)
    except Impossible as refused:
        with service().database.read() as session:
            return _page(session, refused.reason), 422
    flash(_("Tercatat."))
    return redirect(url_for("console.plh", unit=unit), 303)


def _carry_out(session: Session, form: Mapping[str, str]) -> str | None:
    """Returns the unit that the page shows next, if there is more to do there."""
    unit, now, officer = _chosen(_units(session)), service().now(), current_officer()
    if unit is None:
        raise Impossible("plh_not_head")
    head = session.get_one(Account, current_account().id)
    if "akhiri" in form:
        delegation.end(session, unit, form["akhiri"], head, officer, now)
        return unit.id if unit in _units(session) else None
    deputy = session.get(Account, form.get("pejabat", ""))
    if deputy is None:
        raise Impossible("plh_choose")
    order = form.get("perintah", "")
    delegation.delegate(session, unit, head, deputy, (_day("mulai"), _day("sampai")), order, officer, now)
    return unit.id


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except ValueError as error:
        raise Impossible("plh_dates") from error


def _units(session: Session) -> list[Unit]:
    """Where this account may name or end an acting head: as head, or as the office above."""
    now, officer = service().now(), current_officer()
    mine = [session.get_one(Unit, unit_id) for unit_id in officer.units(delegation.ROLE)]
    below = delegation.seats(session, officer.units(*SUPERIORS.values()), now)
    return mine + [seat.unit for seat in below if seat.vacant or seat.surplus]


def _chosen(found: list[Unit]) -> Unit | None:
    """The unit that was asked for, else the first."""
    wanted = request.values.get("unit", "")
    if wanted and wanted not in {unit.id for unit in found}:
        abort(404)
    return next((unit for unit in found if unit.id == wanted or not wanted), None)


def _page(session: Session, refused: str = "") -> str:
    found, now = _units(session), service().now()
    unit, me = _chosen(found), session.get_one(Account, current_account().id)
    names = unit is not None and delegation.may_name(session, unit, me, now)
    return render_template(
        "console/plh.html",
        units=found,
        heads=current_officer().units(delegation.ROLE),
        unit=unit,
        named=_named(session, unit, me) if unit else [],
        names=names,
        people=delegation.candidates(session, unit, now) if unit and names else [],
        refused=refused,
        typed=request.form,
        longest=delegation.MAX_ORDER,
    )


def _named(session: Session, unit: Unit, me: Account) -> list[tuple[RoleGrant, Account, bool, bool]]:
    """Each delegation with its holder, whether it lapsed, and whether this account may end it."""
    now = service().now()
    return [
        (
            grant,
            grant.account,
            delegation.lapsed(session, unit, grant, now),
            delegation.may_end(session, unit, grant, me, now),
        )
        for grant in delegation.current(session, unit, now)
    ]
