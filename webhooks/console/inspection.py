"""The file of an integrity case on its page: a form, a checklist, and for each missing part the question to send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webhooks.auth import current_officer, staff
from webhooks.console.evidence import Mentioned
from webhooks.console.forms import Typed
from webhooks.console.routes import bp
from webhooks.console.stepping import carry_out
from webhooks.i18n import gettext as _
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
    everybody may read, and it counts as kept for nobody. ``doubtful``: days that cannot be. ``entered``: who is accused
    stands among the parties already. ``questions``: what the complainant can be asked, in their words for it.
    """

    known: dict[str, str]
    missing: list[str]
    doubtful: list[str]
    entered: bool
    questions: dict[str, str]
    until: date
    version: int
    may_write: bool
    may_ask: bool

    @property
    def checklist(self) -> list[tuple[str, bool]]:
        """Every part, and whether it is kept."""
        return [(part, part not in self.missing) for part in (inspection.REPORTER, *inspection.PARTS)]


def inspected(
    session: Session,
    officer: Officer,
    case: Case,
    view: View,
    mentioned: Mentioned,
    files: int,
    accused: str,
    now: datetime,
) -> Inspected | None:
    """For those who handle the case; the first version starts from the respondents and what triage found."""
    if not view.handles or not inspection.applies(case):
        return None
    paper = decisions.newest(session, case, inspection.KIND)
    try:
        kept = inspection.read(session, paper) if paper else {}
    except Erased:
        return None
    parts, known = access.parts(session, officer, case), kept or _found(mentioned, files, accused)
    may_write = inspection.may_write(session, officer, case)
    return Inspected(
        known=known,
        missing=inspection.missing(case, kept, now),
        doubtful=inspection.doubtful_days(case, known, now),
        entered=bool(accused),
        questions={
            part: inspection.question(case, part)
            for part in inspection.missing(case, known, now)
            if part != inspection.REPORTER
        },
        until=_until(case, now),
        version=paper.version if paper else 0,
        may_write=may_write,
        may_ask=may_write and "wait" in states.possible(case.status, parts),
    )


def _until(case: Case, now: datetime) -> date:
    """Until when a question that is asked now is waited for."""
    place = case.subject_unit or case.handling_unit
    return accounts.local_today(place.timezone, now) + timedelta(days=clocks.waiting()[0])


def _found(mentioned: Mentioned, files: int, accused: str) -> dict[str, str]:
    return {
        "accused": accused or ", ".join(mentioned.officers),
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

    return carry_out(case_id, step, after=_still_waiting)


def _still_waiting(case: Case) -> str:
    """Filling the file ends no waiting: an officer may have asked for something else."""
    if case.status != states.Status.WAITING:
        return ""
    return _("Pengaduan ini masih menunggu pelapor. Pilih Lanjutkan penanganan bila tidak perlu ditunggu lagi.")


@bp.post("/kasus/<case_id>/lengkapi")
@staff
def lengkapi(case_id: str) -> Response:
    """Ask the complainant for one part."""
    now = service().now()

    def step(session: Session, case: Case) -> None:
        inspection.ask_for(session, case, current_officer(), request.form.get("bagian", ""), _until(case, now), now)

    return carry_out(case_id, step)
