"""Protection on the case page: how one may write to the complainant, how they fare, reprisal, and the parties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webhooks.auth import current_officer, staff
from webhooks.console.routes import bp
from webhooks.console.stepping import carry_out
from webhooks.console.together import with_other
from webhooks.service import service
from workflow import access, checkbacks, parties, retaliation, safety
from workflow.access import View
from workflow.actors import Officer
from workflow.models import Account, Case, Checkback, SafeContact
from workflow.parties import Seen
from workflow.safety import Rules
from workflow.states import ENDED, Impossible, Part

WORKERS = ("petugas", "kepala", "kanwil", "ditjenpas")


@dataclass(frozen=True)
class Asked:
    """One check-back as this account may see it: at the facility an answer is an answer, whatever it was."""

    row: Checkback
    outcome: str


@dataclass(frozen=True)
class Protection:
    """The part of the page. ``acts``: this account works on the case."""

    rules: Rules | None
    own: SafeContact | None
    asked: list[Asked]
    before: Case | None
    after: list[Case]
    parties: list[Seen]
    candidates: list[Account]
    acts: bool
    may_mark: bool

    @property
    def accused(self) -> str:
        """The respondents by name and post, as far as this account sees them."""
        known = [one.details for one in self.parties if one.party.kind == "respondent"]
        named = (", ".join(filter(None, (details.get("name"), details.get("post")))) for details in known)
        return "; ".join(filter(None, named))


def gather(session: Session, officer: Officer, case: Case, view: View, now: datetime) -> Protection:
    """For a case that ``access.find`` gave to this account."""
    acts = Part.OFFICER in access.parts(session, officer, case)
    inside = case.handling_unit.kind == "upt" and not officer.has("kanwil", case.handling_unit.parent_id)
    asked = checkbacks.of_case(session, case) if view.summary else []
    return Protection(
        rules=safety.rules_of(session, case.conversation) if view.summary else None,
        own=safety.own(session, case.conversation) if view.summary else None,
        asked=[Asked(row, _outcome(row, inside=inside)) for row in asked],
        before=retaliation.before(session, officer, case),
        after=retaliation.after(session, officer, case),
        parties=parties.seen(session, officer, case),
        candidates=parties.candidates(session, case, now) if acts else [],
        acts=acts,
        may_mark=acts and case.status not in ENDED,
    )


def _outcome(row: Checkback, *, inside: bool) -> str:
    if not row.outcome:
        return "asked" if row.asked_at else "open"
    return "answered" if inside and row.outcome in ("safe", "unsafe", "told") else row.outcome


@bp.post("/lindung/<case_id>/kontak")
@staff(*WORKERS)  # type: ignore[untyped-decorator]
def lindung_kontak(case_id: str) -> Response:
    """How the complainant may be written to, as agreed with them."""
    form, officer = request.form, current_officer()

    def step(session: Session, case: Case) -> None:
        if Part.OFFICER not in access.parts(session, officer, case):
            raise Impossible("not_yours")
        if not form.get("agreed"):
            raise Impossible("agree_first")
        wanted = (bool(form.get("only_after")), bool(form.get("neutral")))
        hours = (form.get("first", "").strip(), form.get("last", "").strip())
        safety.agreed(session, case, officer, wanted, hours, service().now())

    return carry_out(case_id, step)


@bp.post("/lindung/<case_id>/pembalasan")
@staff(*WORKERS)  # type: ignore[untyped-decorator]
def lindung_pembalasan(case_id: str) -> Response:
    """This case is about what followed another one."""
    return with_other(case_id, retaliation.mark)


@bp.post("/pihak/<case_id>/catat")
@staff(*WORKERS)  # type: ignore[untyped-decorator]
def pihak_catat(case_id: str) -> Response:
    """Enter or correct an inmate or a respondent."""
    typed, officer = dict(request.form.items()), current_officer()
    kind, party = typed.get("kind", ""), typed.get("party", "")
    return carry_out(case_id, lambda s, c: parties.enter(s, c, officer, kind, typed, service().now(), party))


@bp.post("/pihak/<case_id>/hapus")
@staff(*WORKERS)  # type: ignore[untyped-decorator]
def pihak_hapus(case_id: str) -> Response:
    """Somebody is no party of the case."""
    party = request.form.get("party", "")
    return carry_out(case_id, lambda s, c: parties.strike(s, c, current_officer(), party, service().now()))


@bp.post("/pihak/<case_id>/periksa")
@staff(*WORKERS)  # type: ignore[untyped-decorator]
def pihak_periksa(case_id: str) -> Response:
    """How the reporter belongs to the inmate, checked at the desk."""
    relation, evidence, officer = request.form.get("relation", ""), request.form.get("evidence", ""), current_officer()
    return carry_out(case_id, lambda s, c: parties.verify(s, c, officer, relation, evidence, service().now()))


@bp.post("/pihak/<case_id>/ragu")
@staff(*WORKERS)  # type: ignore[untyped-decorator]
def pihak_ragu(case_id: str) -> Response:
    """The check was a mistake."""
    return carry_out(case_id, lambda s, c: parties.doubt(s, c, current_officer(), service().now()))
