"""Monthly reports: the own unit's, and for an office above those of all units below it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload
from werkzeug.wrappers import Response

from webhooks import facilities
from webhooks.auth import current_officer, staff
from webhooks.console.routes import bp, page_number
from webhooks.i18n import gettext as _
from webhooks.service import service
from workflow import enclosures, journal
from workflow.actors import Officer
from workflow.models import Report, Unit
from workflow.reports import monthly, posting
from workflow.reports.month import Month
from workflow.slugs import N_
from workflow.states import Impossible
from workflow.vault import Erased, Unreadable

PAGE = 30
#: Not confirmed by the head, or not acknowledged above.
_OPEN = or_(Report.confirmed_at.is_(None), Report.acknowledged_at.is_(None))


def _send_again(session: Session, officer: Officer, report: Report, now: datetime) -> None:
    monthly.send_again(session, officer, report, service().own_address(posting.CHANNEL), now)


#: What can be done with a report: by whom, and how it is told.
_ACTIONS: dict[str, Callable[[Session, Officer, Report, datetime], None]] = {
    "sahkan": monthly.confirm,
    "terima": monthly.acknowledge,
    "kirim": _send_again,
}
_DONE = {
    "sahkan": N_("Laporan disahkan."),
    "terima": N_("Laporan dinyatakan diterima."),
    "kirim": N_("Surel dikirim lagi."),
}


@bp.get("/laporan")
@staff(*monthly.READERS)  # type: ignore[untyped-decorator]
def laporan() -> str:
    """The reports that this account reads, the newest first. Looking at it reads the lines that led here."""
    officer, office = current_officer(), service()
    with office.database.write() as session:
        monthly.mark_read(session, officer, office.now())
    with office.database.read() as session:
        units = monthly.readable(session, officer)
        chosen = _chosen(units)
        query = select(Report).options(
            joinedload(Report.unit),
            joinedload(Report.confirmer),
            joinedload(Report.acknowledger),
            selectinload(Report.files),
        )
        mine = Report.unit_id.in_([unit.id for unit in chosen])
        waiting = session.scalar(select(func.count()).select_from(Report).where(mine, _OPEN)) or 0
        only, page = request.args.get("hanya") == "belum", page_number()
        query = query.where(mine, _OPEN) if only else query.where(mine)
        query = query.join(Unit).order_by(Report.month.desc(), Unit.kind, Unit.name).offset((page - 1) * PAGE)
        reports = list(session.scalars(query.limit(PAGE + 1)))
        more, reports = len(reports) > PAGE, reports[:PAGE]
        mails = posting.newest(session, [report.id for report in reports])
        return render_template(
            "console/laporan.html",
            units=units,
            choices=facilities.options(units),
            menu=facilities.MENU,
            chosen=chosen[0] if len(chosen) == 1 else None,
            reports=reports,
            confirms={r.id for r in reports if r.confirmed_at is None and monthly.may_confirm(officer, r)},
            acknowledges={r.id for r in reports if r.acknowledged_at is None and monthly.may_acknowledge(officer, r)},
            mails=mails,
            waiting=waiting,
            only=only,
            page=page,
            more=more,
            resends={
                r.id
                for r in reports
                if posting.stuck(mails.get((r.id, posting.REPORT))) and monthly.may_send_again(officer, r)
            },
            first_of=_first_of,
        )


def _first_of(month: str) -> date:
    return Month.parse(month).first


def _chosen(units: list[Unit]) -> list[Unit]:
    typed = request.args.get("unit", "")
    if not typed:
        return units
    code = facilities.find(typed, facilities.options(units)).key
    chosen = [unit for unit in units if unit.code == code]
    if not chosen:
        abort(404)
    return chosen


def _found(session: Session, report_id: str) -> Report:
    report = monthly.find(session, current_officer(), report_id)
    if report is None:
        abort(404)
    return report


@bp.get("/laporan/<report_id>.<kind>")
@staff(*monthly.READERS)  # type: ignore[untyped-decorator]
def laporan_unduh(report_id: str, kind: str) -> Response:
    """One file; the journal keeps who fetched it."""
    office = service()
    with office.database.write() as session:
        report = _found(session, report_id)
        try:
            content = enclosures.content(session, report, kind)
        except KeyError:
            abort(404)
        except (Erased, Unreadable, FileNotFoundError, ValueError):
            abort(410)
        name = enclosures.file_name(report.unit, report.month, kind)
        journal.append(
            session, report.unit_id, "report_read", current_officer(), office.now(), month=report.month, file=kind
        )
    return send_file(BytesIO(content), enclosures.MEDIA[kind], as_attachment=True, download_name=name)


@bp.post("/laporan/<report_id>/<action>")
@staff(*monthly.READERS)  # type: ignore[untyped-decorator]
def laporan_tindak(report_id: str, action: str) -> Response:
    """The head confirms, the office above acknowledges, either has the mail sent again."""
    if action not in _ACTIONS:
        abort(404)
    office = service()
    with office.database.write() as session:
        report = _found(session, report_id)
        try:
            _ACTIONS[action](session, current_officer(), report, office.now())
        except Impossible as impossible:
            if impossible.reason != "not_now":
                abort(403)
            flash(_("Surel tidak dikirim: tidak ada yang gagal, atau alamat surel belum diisi."))
            return redirect(url_for("console.laporan", hanya="belum" if request.args.get("hanya") else None), 303)
    flash(_(_DONE[action]))
    return redirect(url_for("console.laporan", hanya="belum" if request.args.get("hanya") else None), 303)
