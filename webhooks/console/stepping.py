"""A step on a case that has no form of its own on its page: found, locked, done, and said on the page that follows."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webhooks.auth import current_officer
from webhooks.console import once
from webhooks.i18n import gettext as _
from webhooks.i18n import locale
from webhooks.service import service
from workflow import access, cases, wording
from workflow.models import Case
from workflow.states import Impossible


def carry_out(
    case_id: str, step: Callable[[Session, Case], object], back: str = "", *, lock: bool = True,
    after: Callable[[Case], str] = lambda _: "",
) -> Response:  # fmt: skip
    """One step on a case that this account may see, in one transaction; a refusal is said on the page that follows.

    ``back`` is an endpoint instead of the case page; without ``lock`` the step locks for itself. The second of two
    presses of one button finds it done. ``after``: what else is said of the case as it is then.
    """
    officer = current_officer()
    target = url_for(back) if back else url_for("console.kasus", case_id=case_id)
    try:
        with service().database.write() as session:
            case = access.find(session, officer, case_id)
            if case is not None and lock:
                cases.lock(session, case_id)
                case = access.find(session, officer, case_id)  # it may have been sealed while we waited
            if case is None:
                abort(404)
            form = once.digest(request.path, officer.account_id, request.form.items(multi=True)) if lock else None
            if form is None or form != case.last_form:
                step(session, case)
                case.last_form = form if lock else case.last_form
            session.flush()
            gone, more = access.find(session, officer, case_id) is None, after(case)
    except Impossible as refused:
        flash(wording.label("impossible", refused.reason, locale()))
        return redirect(target, 303)
    if gone and not back:  # it is handled elsewhere now, or hidden from this account
        flash(_("Tercatat. Pengaduan itu sekarang ditangani di tempat lain."))
        return redirect(url_for("console.antrean"), 303)
    flash(" ".join(filter(None, (_("Tercatat."), more))))
    return redirect(target, 303)
