"""Who stands in for the head: named by the head, for dated days, by an order."""

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
from workflow.inbox import sanitise
from workflow.models import Account, Unit
from workflow.states import Impossible


@bp.get("/plh")
@staff(delegation.ROLE)  # type: ignore[untyped-decorator]
def plh() -> str:
    """Acting heads of the own unit, and the form to name one."""
    with service().database.read() as session:
        return _page(session)


@bp.post("/plh")
@staff(delegation.ROLE)  # type: ignore[untyped-decorator]
def plh_tunjuk() -> Response | tuple[str, int]:
    """Name an acting head, or end what was named."""
    try:
        with service().database.write() as session:
            _carry_out(session, request.form)
    except Impossible as refused:
        with service().database.read() as session:
            return _page(session, refused.reason), 422
    flash(_("Tercatat."))
    return redirect(url_for("console.plh"), 303)


def _carry_out(session: Session, form: Mapping[str, str]) -> None:
    unit, now, officer = _unit(session), service().now(), current_officer()
    head = session.get_one(Account, current_account().id)
    if "akhiri" in form:
        delegation.end(session, unit, form["akhiri"], head, officer, now)
        return
    deputy = session.get(Account, form.get("pejabat", ""))
    if deputy is None:
        raise Impossible("plh_choose")
    order = sanitise(form.get("perintah", ""))
    delegation.delegate(session, unit, head, deputy, (_day("mulai"), _day("sampai")), order, officer, now)


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except ValueError as error:
        raise Impossible("plh_dates") from error


def _unit(session: Session) -> Unit:
    """The unit of which this account is head; with several, the one that was asked for."""
    mine = current_officer().units(delegation.ROLE)
    wanted = request.values.get("unit", "") or min(mine)
    if wanted not in mine:
        abort(404)
    return session.get_one(Unit, wanted)


def _page(session: Session, refused: str = "") -> str:
    unit, now = _unit(session), service().now()
    named = delegation.current(session, unit, now)
    return render_template(
        "console/plh.html",
        unit=unit,
        named=[(grant, grant.account) for grant in named],
        people=delegation.candidates(session, unit, now),
        refused=refused,
        typed=request.form,
        longest=delegation.MAX_ORDER,
    )
