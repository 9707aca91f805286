"""A custodian opens an identity: one reason, one look, nothing kept on the page."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webhooks.auth import current_officer, staff
from webhooks.console.routes import bp
from webhooks.i18n import locale
from webhooks.service import service
from workflow import access, cases, identities, wording
from workflow.states import Impossible


@bp.post("/identitas/<case_id>")
@staff("kustodian")  # type: ignore[untyped-decorator]
def identitas(case_id: str) -> Response | str:
    """Shown in the answer to this very request and nowhere else; the page itself is not stored (no-store)."""
    officer = current_officer()
    try:
        with service().database.write() as session:
            if access.find(session, officer, case_id) is None:
                abort(404)
            case = cases.lock(session, case_id)
            reason = request.form.get("reason", "")
            known = identities.open_identity(session, case, officer, reason, service().now())
            number = case.number
    except Impossible as refused:
        flash(wording.label("impossible", refused.reason, locale()))
        return redirect(url_for("console.kasus", case_id=case_id), 303)
    return render_template("console/identitas.html", case_id=case_id, number=number, known=known)
