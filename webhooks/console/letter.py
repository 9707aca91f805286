"""The official letters of a case: the file, and the slip that is signed when it is handed over at the desk."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webhooks.auth import current_officer, staff
from webhooks.console.routes import bp
from webhooks.proofs import download, pdf_answer
from webhooks.service import service
from workflow import access, journal, letters, press, printing
from workflow.access import View
from workflow.actors import Officer
from workflow.models import Case, Letter
from workflow.vault import Erased


@dataclass(frozen=True)
class Issued:
    """One letter on the case page, and whether this account may open its file."""

    letter: Letter
    open: bool


def issued(session: Session, case: Case, view: View) -> list[Issued]:
    """The letters of a case, newest first, for who reads its papers."""
    if not view.summary:
        return []
    return [Issued(letter, _may_open(letter, view)) for letter in letters.of_case(session, case)]


def _may_open(letter: Letter, view: View) -> bool:
    return letters.may_open(letter, papers=view.summary, identity=view.identity)


def _seen(session: Session, officer: Officer, letter_id: str) -> tuple[Letter, Case]:
    letter = session.get(Letter, letter_id)
    case = access.find(session, officer, letter.case_id) if letter else None
    if letter is None or case is None or not _may_open(letter, access.view(session, officer, case)):
        abort(404)
    return letter, case


@bp.get("/surat/<letter_id>")
@staff
def surat(letter_id: str) -> Response:
    """The letter as PDF; the journal keeps who fetched it."""
    officer, now = current_officer(), service().now()
    with service().database.write() as session:
        letter, case = _seen(session, officer, letter_id)
        number = letter.number
        journal.append(session, case.handling_unit_id, "read", officer, now, case_id=case.id, letter=letter.id)
    return pdf_answer(letter_id, number, officer)


@bp.get("/surat/<letter_id>/serah")
@staff
def surat_serah(letter_id: str) -> Response:
    """The slip for handing over at the desk: both sides sign it. It names nobody whom the letter does not name."""
    officer, now = current_officer(), service().now()
    with service().database.write() as session:
        letter, case = _seen(session, officer, letter_id)
        try:
            known = letters.details(session, letter)
        except Erased:
            abort(410)
        journal.append(session, case.handling_unit_id, "read", officer, now, case_id=case.id, slip=letter.id)
        slip = printing.slip(letter, known, case.handling_unit)
        name = f"Serah terima {letter.number}.pdf"
    return download(press.typeset("sheet", slip, now), name, "application/pdf")
