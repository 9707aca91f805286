"""The working days: what the library knows, and what a decree changed, for one unit or for all."""

from __future__ import annotations

from datetime import date, datetime

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webhooks.auth import current_officer, staff
from webhooks.console.routes import bp
from webhooks.i18n import gettext as _
from webhooks.i18n import locale, weekday
from webhooks.service import service
from workflow import calendar, clocks, timekeeping, units
from workflow import staff as accounts
from workflow.actors import Officer
from workflow.models import HolidayOverride, Unit
from workflow.states import Impossible

#: Who may change the calendar, each for the own unit and those below; at the top for all units at once.
EDITORS = ("admin", "kanwil", "ditjenpas")


@bp.get("/kalender")
@staff(*EDITORS)  # type: ignore[untyped-decorator]
def kalender() -> str:
    """Holidays of this year and the next, and the overrides."""
    with service().database.read() as session:
        return _page(session)


@bp.post("/kalender")
@staff(*EDITORS)  # type: ignore[untyped-decorator]
def kalender_tambah() -> Response | tuple[str, int]:
    """One more day; the clocks follow within a minute."""
    officer = current_officer()
    try:
        with service().database.write() as session:
            unit = _chosen(session, officer, request.form.get("unit"))
            day, holiday = _day(request.form.get("day", "")), _holiday(request.form.get("kind", ""))
            source, now = request.form.get("source", ""), service().now()
            remark = _remark(session, unit, day, now, holiday=holiday)
            timekeeping.decree(session, day, source, officer, now, holiday=holiday, unit=unit)
    except Impossible as refused:
        with service().database.read() as session:
            return _page(session, refused.reason), 422
    flash(_("Hari itu dicatat. Tenggat yang berjalan dihitung ulang dalam satu menit."))
    if remark:
        flash(remark)
    return redirect(url_for("console.kalender"), 303)


@bp.post("/kalender/<override_id>/cabut")
@staff(*EDITORS)  # type: ignore[untyped-decorator]
def kalender_cabut(override_id: str) -> Response:
    """Take one day back."""
    officer = current_officer()
    with service().database.write() as session:
        row = session.get(HolidayOverride, override_id)
        if row is None or row.unit_id not in own_units(session, officer):
            abort(404)
        timekeeping.revoke(session, row, officer, service().now())
    flash(_("Penetapan dicabut. Tenggat yang berjalan dihitung ulang dalam satu menit."))
    return redirect(url_for("console.kalender"), 303)


def _remark(session: Session, unit: Unit | None, day: date, now: datetime, *, holiday: bool) -> str:
    """What somebody who mistyped the day would want to know: it is over, or it was that kind of day anyway."""
    days, place = clocks.calendar_of(session, unit or units.root(session), now), unit or units.root(session)
    if day < accounts.local_today(place.timezone, now):
        return _("Perhatikan: %(day)s sudah lewat. Tenggat yang sudah berakhir tidak berubah.", day=weekday(day))
    if days.is_working(day) != holiday:
        kind = _("hari libur") if holiday else _("hari kerja")
        return _(
            "Perhatikan: %(day)s memang %(kind)s; penetapan ini tidak mengubah tenggat.", day=weekday(day), kind=kind
        )
    return ""


def _page(session: Session, fault: str = "") -> str:
    officer, today = current_officer(), service().now().date()
    own = own_units(session, officer)
    rows = select(HolidayOverride).where(HolidayOverride.removed_at.is_(None)).order_by(HolidayOverride.day)
    names = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.kind != "test").order_by(Unit.name))}
    return render_template(
        "console/kalender.html",
        covered=calendar.covered_to(today),
        alarm=clocks.horizon_alarm(today),
        national={year: calendar.national_names(year, locale()) for year in (today.year, today.year + 1)},
        rows=[row for row in session.scalars(rows) if row.unit_id is None or row.unit_id in own],
        units=[names[unit_id] for unit_id in names if unit_id in own],
        names=names,
        own=own,
        everywhere=None in own,
        typed=request.form,
        fault=fault,
    )


def own_units(session: Session, officer: Officer) -> set[str | None]:
    """Ids of the units whose calendar and settings this account may change; ``None`` stands for all units at once.

    They are those of its grants and all below: whoever keeps one facility keeps no other, and no office above.
    """
    mine = officer.units(*EDITORS)
    everywhere: set[str | None] = {None} if units.root(session).id in mine else set()
    return everywhere | units.reach(session, mine)


def _chosen(session: Session, officer: Officer, code: str | None) -> Unit | None:
    if code is None:
        raise Impossible("choose_decision")
    own = own_units(session, officer)
    unit = session.scalar(select(Unit).where(Unit.code == code)) if code else None
    if (unit.id if unit else None) not in own:
        raise Impossible("not_yours")
    return unit


def _holiday(kind: str) -> bool:
    if kind not in ("holiday", "working"):
        raise Impossible("choose_decision")
    return kind == "holiday"


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Impossible("fact_date_unreadable") from None
