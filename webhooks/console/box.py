"""The complaint box: every emptying is written down, so that families can trust it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webhooks.auth import current_officer, staff
from webhooks.console.entry import Fault, typed_time
from webhooks.console.routes import bp
from webhooks.i18n import gettext as _
from webhooks.service import service
from workflow import entries
from workflow.entries import WRITERS
from workflow.models import Account, Unit
from workflow.states import Impossible
from workflow.typed import whole


@bp.get("/kotak")
@staff(*WRITERS)  # type: ignore[untyped-decorator]
def kotak() -> str:
    """The emptyings of the own boxes, and the form for a new one."""
    return _page({})


@bp.post("/kotak")
@staff(*WRITERS)  # type: ignore[untyped-decorator]
def kotak_simpan() -> Response | tuple[str, int]:
    """Record an emptying; its letters are entered next, one after another."""
    typed = {name: request.form.get(name, "").strip() for name in ("unit", "waktu", "surat", "saksi")}
    officer, now = current_officer(), service().now()
    try:
        with service().database.write() as session:
            unit = session.get(Unit, typed["unit"])
            if unit is None:
                raise Impossible("choose_unit")
            emptied = entries.moment(typed["waktu"], unit, now)
            letters = whole(typed["surat"], entries.MAX_LETTERS)
            row = entries.empty_box(session, officer, unit, emptied, letters, typed["saksi"], now)
            first = url_for("console.catat", kotak=row.id, ke=1)
    except Impossible as refused:
        return _page(typed, Fault(refused.reason)), 422
    flash(_("Pengosongan kotak tercatat."))
    return redirect(first if letters else url_for("console.kotak"), 303)


def _page(typed: dict[str, str], fault: Fault | None = None) -> str:
    officer, now = current_officer(), service().now()
    with service().database.read() as session:
        offices = entries.offices(session, officer)
        rows = entries.emptyings(session, officer)
        names = {row.row.entered_by: session.get_one(Account, row.row.entered_by).full_name for row in rows}
        latest = typed_time(now, offices[0])
        return render_template(
            "console/kotak.html", rows=rows, names=names, offices=offices, fault=fault, latest=latest,
            typed={"waktu": latest, "unit": offices[0].id} | typed, most=entries.MAX_LETTERS,
        )  # fmt: skip
