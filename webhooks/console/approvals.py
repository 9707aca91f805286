"""What waits for the head's word, made for a telephone: a list, the exact text folded, one tap each."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from webhooks.auth import current_officer, staff
from webhooks.console.clock import Left, left
from webhooks.console.forms import Typed
from webhooks.console.papers import name_of
from webhooks.console.queue import PAGE, my_turn
from webhooks.console.routes import bp
from webhooks.i18n import gettext as _
from webhooks.i18n import locale
from webhooks.service import service
from workflow import access, cases, decisions, incidents, people, wording
from workflow.actors import Officer
from workflow.models import Case, Paper
from workflow.states import Impossible, Part, Status
from workflow.vault import Erased


@dataclass(frozen=True)
class Waiting:
    """One answer that waits: the case under its alias, and the text whose hash is approved.

    Without ``text`` where looking at it is itself recorded: a sealed case is read, and decided, on its own page.
    ``readers``: to how many complainants it goes.
    """

    case: Case
    alias: str
    by: str
    paper: Paper
    text: str | None
    left: Left | None
    readers: int


@bp.get("/persetujuan")
@staff
def persetujuan() -> str:
    """Everything that waits for this account's approval, the most urgent first."""
    return _page()


def _page(refused: str = "", case_id: str = "", reason: str = "") -> str:
    officer = current_officer()
    with service().database.read() as session:
        rows = _waiting(session, officer)
        return render_template(
            "console/persetujuan.html", rows=rows, refused=refused, refused_id=case_id, reason=reason,
            lost=bool(reason.strip()) and all(row.case.id != case_id for row in rows),
        )  # fmt: skip


def _waiting(session: Session, officer: Officer) -> list[Waiting]:
    query = access.cases(officer).where(my_turn(officer), Case.status == str(Status.DRAFTED))
    query = query.options(joinedload(Case.handling_unit))
    query = query.order_by(Case.urgency_rank, Case.nearest_due_at.is_(None), Case.nearest_due_at, Case.id)
    found = [_one(session, officer, case) for case in session.scalars(query.limit(PAGE))]
    return [row for row in found if row is not None]


def _one(session: Session, officer: Officer, case: Case) -> Waiting | None:
    """None where this account has another part in the case, or wrote the text itself."""
    paper = decisions.newest(session, case, "answer")
    if paper is None or paper.author_id == officer.account_id:
        return None
    if Part.HEAD not in access.parts(session, officer, case):
        return None
    try:
        text = decisions.body(session, paper) if case.seal == "none" else None
    except Erased:
        return None
    alias, author = people.reporter(session, case).alias, name_of(session, paper.author_id)
    readers = 1 + len(incidents.readers(session, case))
    return Waiting(case, alias, author, paper, text, left(case.nearest_due_at, service().now()), readers)


@bp.post("/persetujuan/<case_id>")
@staff
def putuskan(case_id: str) -> Response | tuple[str, int]:
    """Approve the very text that was on the screen, or return it. A second tap finds it done."""
    typed = Typed.read(request.form)
    try:
        done = _decide(case_id, typed)
    except Impossible as refused:
        return _page(wording.label("impossible", refused.reason, locale()), case_id, typed["reason"]), 409
    except StaleDataError:
        return _page(wording.label("impossible", "changed_meanwhile", locale()), case_id, typed["reason"]), 409
    flash(done)
    return redirect(url_for("console.persetujuan"), 303)


def _decide(case_id: str, typed: Typed) -> str:
    """One transaction; the sentence for the page that follows. Raises Impossible."""
    officer, now = current_officer(), service().now()
    with service().database.write() as session:
        if access.find(session, officer, case_id) is None:
            abort(404)
        case = cases.lock(session, case_id)
        if access.find(session, officer, case_id) is None:  # it may have been sealed while we waited for the lock
            abort(404)
        if typed["putusan"] not in ("setujui", "kembalikan"):
            raise Impossible("choose_decision")
        if typed["putusan"] == "kembalikan":
            decisions.return_draft(session, case, officer, typed.bounded()["reason"], now, typed["hash"])
            return _("%(number)s: konsep dikembalikan.", number=case.number)
        if _approved_already(session, case, typed["hash"]):
            return _("%(number)s: teks ini sudah disetujui.", number=case.number)
        decisions.approve(session, case, officer, typed["hash"], now)
        return _("%(number)s: disetujui.", number=case.number)


def _approved_already(session: Session, case: Case, hash_seen: str) -> bool:
    """Whether exactly this text is approved: by the first of two taps, or by somebody else a moment ago."""
    paper = decisions.approved_answer(session, case)
    return paper is not None and paper.hash == hash_seen and case.status != Status.DRAFTED
