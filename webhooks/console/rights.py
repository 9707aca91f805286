"""Requests about personal data, and holds for a court: officers write them down, keepers of identities decide."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, make_response, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webhooks.auth import current_officer, staff
from webhooks.console.clock import left
from webhooks.console.routes import bp
from webhooks.console.stepping import carry_out
from webhooks.service import service
from workflow import access, identities, retention, subject_rights
from workflow.actors import Officer
from workflow.models import Case, DataRequest, Unit
from workflow.states import Impossible

#: Who says that a legal process needs a case.
HOLDERS = ("kanwil", "kustodian")


@dataclass(frozen=True)
class Rights:
    """What the case page says about personal data, and what this account may do there."""

    requests: list[DataRequest]
    may_ask: bool
    may_hold: bool
    may_open: bool


def rights_of(session: Session, officer: Officer, case: Case) -> Rights:
    """For a case that ``access.find`` gave to this account."""
    above = case.handling_unit.parent_id
    may_hold = any(officer.has(role, unit) for role in HOLDERS for unit in (case.handling_unit_id, above))
    may_ask = officer.has("petugas", case.handling_unit_id) or officer.has("kanwil", case.handling_unit_id)
    asked = select(DataRequest).where(DataRequest.case_id == case.id).order_by(DataRequest.asked_at)
    return Rights(
        list(session.scalars(asked)) if may_ask or may_hold else [],
        may_ask,
        may_hold,
        identities.may_open(officer, case),
    )


@bp.get("/data")
@staff(*subject_rights.ANSWERERS)  # type: ignore[untyped-decorator]
def data() -> str:
    """What waits for an answer, and what the next run of the retention rules would erase."""
    officer, now = current_officer(), service().now()
    with service().database.read() as session:
        found = subject_rights.waiting(session, officer, now)
        waiting = [(row, case, left(row.due_at, now), subject_rights.by_hand(case)) for row, case in found]
        due = [line for line in retention.plan(session, now) if access.find(session, officer, line.case_id)]
        session.scalars(select(Unit)).all()
        return render_template("console/data.html", waiting=waiting, due=due[:100], more=max(len(due) - 100, 0))


@bp.post("/data/<case_id>/minta")
@staff("petugas", "kanwil")  # type: ignore[untyped-decorator]
def data_minta(case_id: str) -> Response:
    """The complainant asked for their data."""
    return carry_out(
        case_id, lambda s, c: subject_rights.ask(s, c, current_officer(), request.form.get("kind", ""), service().now())
    )


@bp.post("/data/<case_id>/tahan")
@staff(*HOLDERS)  # type: ignore[untyped-decorator]
def data_tahan(case_id: str) -> Response:
    """A legal process needs this case, or no longer."""
    reason, wanted = request.form.get("reason", ""), request.form.get("on", "")

    def step(session: Session, case: Case) -> None:
        if wanted not in ("1", "0"):
            raise Impossible("choose_decision")
        retention.hold(session, case, current_officer(), reason, service().now(), on=wanted == "1")

    return carry_out(case_id, step)


@bp.post("/data/<request_id>/jawab")
@staff(*subject_rights.ANSWERERS)  # type: ignore[untyped-decorator]
def data_jawab(request_id: str) -> Response:
    """Grant or refuse one request. A copy that no wire carries stands in this answer alone, for printing."""
    officer, copies = current_officer(), list[str]()
    with service().database.read() as session:
        found = session.get(DataRequest, request_id)
        case = access.find(session, officer, found.case_id) if found else None
    if found is None or case is None:
        abort(404)

    def answer(session: Session, locked: Case) -> None:
        row, decision = session.get_one(DataRequest, request_id), request.form.get("decision", "")
        if decision not in ("grant", "refuse"):
            raise Impossible("choose_decision")
        if decision == "refuse":
            subject_rights.refuse(session, row, locked, officer, request.form.get("reason", ""), service().now())
        else:
            copies.extend(subject_rights.grant(session, row, locked, officer, service().now()))

    done, number = carry_out(case.id, answer, back="console.data"), case.number
    return make_response(render_template("console/salinan.html", number=number, copies=copies)) if copies else done
