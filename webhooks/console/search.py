"""One field that leads to one case: by its number, an older number, or a letter's number.

Never by a complainant's receipt code: they are told to give it to nobody, not to staff either. The number stands on
every receipt beside it.
"""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webhooks.auth import current_officer, staff
from webhooks.console.queue import elsewhere
from webhooks.console.routes import bp
from webhooks.i18n import gettext as _
from webhooks.service import service
from workflow import access
from workflow.models import CaseNumber, Letter


@bp.post("/cari")
@staff
def cari() -> Response:
    """What this account may not see is not found, exactly as what never was; its list's neutral entry is one here."""
    typed = request.form.get("nomor", "").strip()[:120]
    with service().database.read() as session:
        case_id = _case_id(session, typed)
        case = access.find(session, current_officer(), case_id) if case_id else None
        found = case.id if case else None
        listed = elsewhere(current_officer()).where(CaseNumber.number == typed.upper())
        neutral = None if found else session.scalar(listed)
    if neutral:
        flash(f"{neutral}: {_('Ditangani di tempat lain')}")
        return redirect(url_for("console.antrean"), 303)
    if found is None:
        flash(_("Tidak ada pengaduan dengan nomor itu di antara yang dapat Anda lihat."))
        return redirect(url_for("console.antrean"), 303)
    return redirect(url_for("console.kasus", case_id=found), 303)


def _case_id(session: Session, typed: str) -> str | None:
    number = session.get(CaseNumber, typed.upper())
    if number is not None:
        return number.case_id
    return session.scalar(select(Letter.case_id).where(Letter.number == typed))
