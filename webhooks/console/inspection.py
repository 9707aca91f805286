"""The file of an integrity case on its page: a form, a checklist, and one press to ask for what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webhooks.auth import current_officer, staff
from webhooks.console.evidence import Mentioned
from webhooks.console.forms import Typed
from webhooks.console.routes import bp
from webhooks.console.stepping import carry_out
from webhooks.i18n import ngettext
from webhooks.service import service
from workflow import access, clocks, decisions, inspection, states
from workflow import staff as accounts
from workflow.access import View
from workflow.actors import Officer
from workflow.models import Case
from workflow.vault import Erased


@dataclass(frozen=True)
class Inspected:
    """What is kept by part, what is missing, and what this account may do about it.

    ``known`` is what the form starts with: before the first version that is what triage found in words that not
    everybody may read, and it counts as kept for nobody.
    """

    known: dict[str, str]
    missing: list[str]
    askable: list[str]
    version: int
    may_write: bool
    may_ask: bool

    @property
    def checklist(self) -> list[tuple[str, bool]]:
        """Every part, and whether it is kept."""
        return [(part, part not in self.missing) for part in (inspection.REPORTER, *inspection.PARTS)]


def inspected(
    session: Session, officer: Officer, case: Case, view: View, mentioned: Mentioned, files: int
) -> Inspected | None:
    """For those who handle the case; the first version starts from what triage found in the words."""
    if not view.handles or not inspection.applies(case):
        return None
    paper = decisions.newest(session, case, inspection.KIND)
    try:
        kept = inspection.read(session, paper) if paper else {}
    except Erased:
        return None
    parts, known = access.parts(session, officer, case), kept or _found(mentioned, files)
    may_write = inspection.may_write(session, officer, case)
    return Inspected(
        known=known,
        missing=inspection.missing(case, kept),
        askable=[part for part in inspection.missing(case, known) if part != inspection.REPORTER],
        version=paper.version if paper else 0,
        may_write=may_write,
        may_ask=may_write and "wait" in states.possible(case.status, parts),
    )


def _found(mentioned: Mentioned, files: int) -> dict[str, str]:
    return {
        "accused": ", ".join(mentioned.officers),
        "place": ", ".join(mentioned.places),
        "time": ", ".join(mentioned.dates),
        "chronology": "",
        "evidence": ngettext("%(num)s berkas dari pelapor", "%(num)s berkas dari pelapor", files) if files else "",
    }


@bp.post("/kasus/<case_id>/pemeriksaan")
@staff
def periksa(case_id: str) -> Response:
    """Keep one more version of the file."""
    typed, now = Typed.read(request.form), service().now()

    def step(session: Session, case: Case) -> None:
        inspection.keep(session, case, current_officer(), typed.bounded().values, now)

    return carry_out(case_id, step)


@bp.post("/kasus/<case_id>/lengkapi")
@staff
def lengkapi(case_id: str) -> Response:
    """Ask the complainant for one part."""
    now = service().now()

    def step(session: Session, case: Case) -> None:
        place = case.subject_unit or case.handling_unit
        until = accounts.local_today(place.timezone, now) + timedelta(days=clocks.waiting()[0])
        inspection.ask_for(session, case, current_officer(), request.form.get("bagian", ""), until, now)

    return carry_out(case_id, step)
