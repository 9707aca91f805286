"""The page of one case: looking at it, and acting on it."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

import triage
from webhooks.auth import current_officer, staff
from webhooks.console import casefile, once
from webhooks.console.actions import ACTIONS, REMARKS, Step
from webhooks.console.forms import ALTERNATIVES, Refusal, Typed
from webhooks.console.routes import bp
from webhooks.i18n import gettext as _
from webhooks.i18n import locale
from webhooks.service import service
from webhooks.uploads import FormRequest
from workflow import access, cases, journal, wording
from workflow.actors import Officer
from workflow.deadlines import PAUSES
from workflow.messages import Media
from workflow.models import Case, Notice
from workflow.states import TABLE, Impossible, possible


@bp.get("/kasus/<case_id>")
@staff
def kasus(case_id: str) -> str:
    """The case as this account may see it. Opening it reads its notices, and is recorded where it is sensitive."""
    officer = current_officer()
    with service().database.read() as session:
        case = _found(session, officer, case_id)
        unread = list(session.scalars(select(Notice.id).where(_unread(officer, case_id))))
        sensitive = casefile.sensitive(session, officer, case)
    if unread or sensitive:
        _note_look(officer, case_id, recorded=sensitive)
    return _page(case_id)


def _found(session: Session, officer: Officer, case_id: str) -> Case:
    """The case, or the page that a random id gets."""
    case = access.find(session, officer, case_id)
    if case is None:
        abort(404)
    return case


def _unread(officer: Officer, case_id: str) -> ColumnElement[bool]:
    return and_(Notice.account_id == officer.account_id, Notice.case_id == case_id, Notice.read_at.is_(None))


def _note_look(officer: Officer, case_id: str, *, recorded: bool) -> None:
    now = service().now()
    with service().database.write() as session:
        case = _found(session, officer, case_id)
        for notice in session.scalars(select(Notice).where(_unread(officer, case_id))):
            notice.read_at = now
        if recorded:
            journal.append(session, case.handling_unit_id, "read", officer, now, case_id=case.id)


def _page(case_id: str, refusal: Refusal | None = None) -> str:
    officer = current_officer()
    with service().database.read() as session:
        case = _found(session, officer, case_id)
        return render_template(
            "console/kasus.html",
            file=casefile.gather(session, officer, case, service().now(), refusal),
            case=case,
            way=casefile.WAY,
            categories=triage.CATEGORIES,
            urgencies=triage.URGENCIES,
            pauses=PAUSES,
            room=range(ALTERNATIVES),
            once=once.word(),
        )


@bp.post("/kasus/<case_id>/<action>")
@staff
def tindak(case_id: str, action: str) -> Response | tuple[str, int]:
    """One action. What is refused comes back with everything that was typed."""
    if action not in ACTIONS:
        abort(404)
    return _tried(case_id, action, Typed.read(request.form))


@bp.post("/kasus/<case_id>/report")
@staff
def laporkan(case_id: str) -> Response | tuple[str, int]:
    """The same for a report, which may bring files. Those must be chosen again where it is refused."""
    typed = Typed.read(request.form)
    chosen = [f for f in request.files.getlist("files") if f.filename]
    media = tuple(Media(f.filename or "", f.mimetype, f.stream.read()) for f in chosen)
    if isinstance(request, FormRequest) and request.overfull:
        return _refuse(case_id, Refusal("report", "files_too_large", typed))
    return _tried(case_id, "report", typed, media)


def _tried(case_id: str, action: str, typed: Typed, media: tuple[Media, ...] = ()) -> Response | tuple[str, int]:
    try:
        still_seen, more = _act(case_id, action, typed, media)
    except Impossible as refused:
        return _refuse(case_id, Refusal(action, refused.reason, typed))
    except StaleDataError:
        return _refuse(case_id, Refusal(action, "changed_meanwhile", typed))
    done = wording.label("action", action, locale())
    if still_seen:
        flash(" ".join(filter(None, (_("Tercatat: %(done)s.", done=done), more))))
        return redirect(url_for("console.kasus", case_id=case_id), 303)
    flash(_("Tercatat: %(done)s. Pengaduan itu sekarang ditangani di tempat lain.", done=done))
    return redirect(url_for("console.antrean"), 303)


def _act(case_id: str, action: str, typed: Typed, media: tuple[Media, ...]) -> tuple[bool, str]:
    """Carry it out in one transaction; whether the case is still this account's to see, and what else to say.

    The second of two presses of one button finds it done.
    """
    officer, now = current_officer(), service().now()
    with service().database.write() as session:
        _found(session, officer, case_id)
        case = cases.lock(session, case_id)
        _found(session, officer, case_id)  # it may have been sealed while we waited for the lock
        form = once.digest(action, officer.account_id, typed.values.items(), media)
        if form is not None and form == case.last_form:
            return True, ""
        _in_order(session, officer, case, action)
        step = Step(session, case, officer, typed.bounded(), now, media)
        ACTIONS[action](step)
        case.last_form = form
        for notice in session.scalars(select(Notice).where(_unread(officer, case_id), Notice.created_at < now)):
            notice.read_at = now  # whoever acts has seen what it is about
        session.flush()
        more = REMARKS[action](step) if action in REMARKS else ""
        return access.find(session, officer, case_id) is not None, more


def _in_order(session: Session, officer: Officer, case: Case, action: str) -> None:
    """Say first that a step is not this account's or not due: a fault in the form matters less."""
    if action not in TABLE or action in possible(case.status, access.parts(session, officer, case)):
        return
    raise Impossible("not_yours" if case.status in TABLE[action].sources else "not_now")


def _refuse(case_id: str, refusal: Refusal) -> tuple[str, int]:
    return _page(case_id, refusal), refusal.status
