"""Cases that belong together: worked on as one incident, merged, split, and each of it undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webhooks.auth import current_officer, staff
from webhooks.console.routes import bp
from webhooks.console.stepping import carry_out
from webhooks.service import service
from workflow import access, cases, conversations, incidents, links, merging
from workflow.access import View
from workflow.actors import Officer
from workflow.models import Case, CaseNumber, Message, Person
from workflow.states import Impossible, possible
from workflow.typed import whole

WORKERS = ("petugas", "kepala", "kanwil", "ditjenpas")
_Verb = Callable[[Session, Case, Case, Officer, datetime], object]


@dataclass(frozen=True)
class Together:
    """What the case page says of its neighbours, as far as this account may see them, and what it may do there.

    ``readers``: to how many complainants its answer goes.
    """

    lead: Case | None
    members: list[Case]
    readers: int
    into: Case | None
    merged: list[Case]
    came_from: Case | None
    split_off: list[Case]
    said: list[tuple[int, str]]
    actions: frozenset[str]
    earlier: Callable[[Case], bool]


def together(session: Session, officer: Officer, case: Case, view: View) -> Together:
    """For a case that ``access.find`` gave to this account, of which it has this view."""
    actions = set(possible(case.status, access.parts(session, officer, case)))
    undone = {"unmerge": merging.undoable(session, case), "unsplit": merging.came_from(session, case) is not None}
    actions -= {action for action, may in undone.items() if not may}
    rows = session.scalars(select(Message).where(Message.case_id == case.id).order_by(Message.id)) if view.text else ()
    writer = None if view.identity else session.get(Person, case.person_id)
    seen = partial(access.among, session, officer)
    return Together(
        lead=next(iter(seen(links.targets(session, case, incidents.KIND))), None),
        members=seen(links.sources(session, case, incidents.KIND)),
        readers=1 + len(seen(incidents.readers(session, case))),
        into=next(iter(seen(links.targets(session, case, merging.KIND))), None),
        merged=seen(links.sources(session, case, merging.KIND)),
        came_from=next(iter(seen(links.targets(session, case, merging.SPLIT))), None),
        split_off=seen(links.sources(session, case, merging.SPLIT)),
        said=[
            (m.id, conversations.for_staff(session, m, writer)[:120]) for m in list(rows)[1:] if m.body_enc is not None
        ],
        actions=frozenset(actions),
        earlier=lambda other: merging.earlier(other, case),
    )


@bp.post("/bersama/<case_id>/ikut")
@staff(*WORKERS)  # type: ignore[untyped-decorator]
def bersama_ikut(case_id: str) -> Response:
    """Work this case together with another."""
    return with_other(case_id, incidents.join)


@bp.post("/bersama/<case_id>/gabung")
@staff(*WORKERS)  # type: ignore[untyped-decorator]
def bersama_gabung(case_id: str) -> Response:
    """Merge this case into another."""
    return with_other(case_id, merging.merge)


@bp.post("/bersama/<case_id>/lepas")
@staff(*WORKERS)  # type: ignore[untyped-decorator]
def bersama_lepas(case_id: str) -> Response:
    """It was another event after all."""
    return carry_out(case_id, lambda s, c: incidents.leave(s, c, current_officer(), service().now()))


@bp.post("/bersama/<case_id>/batal")
@staff(*WORKERS)  # type: ignore[untyped-decorator]
def bersama_batal(case_id: str) -> Response:
    """Undo a merge."""
    return carry_out(case_id, lambda s, c: merging.unmerge(s, c, current_officer(), service().now()))


@bp.post("/bersama/<case_id>/batalpisah")
@staff(*WORKERS)  # type: ignore[untyped-decorator]
def bersama_batalpisah(case_id: str) -> Response:
    """Undo a split."""

    def step(session: Session, case: Case) -> None:
        before = merging.came_from(session, case)
        if before is None or not access.among(session, current_officer(), [before]):
            raise Impossible("not_now")
        for each in sorted((case.id, before.id)):
            cases.lock(session, each)
        merging.unsplit(session, case, current_officer(), service().now())

    return carry_out(case_id, step, lock=False)


@bp.post("/bersama/<case_id>/pisah")
@staff(*WORKERS)  # type: ignore[untyped-decorator]
def bersama_pisah(case_id: str) -> Response:
    """Give some messages a case of their own."""
    chosen = [whole(value) for value in request.form.getlist("message")]
    return carry_out(case_id, lambda s, c: merging.split(s, c, current_officer(), chosen, service().now()))


def with_other(case_id: str, verb: _Verb) -> Response:
    """A verb on two cases, both found by this account and both locked in one order."""
    officer, typed = current_officer(), request.form.get("number", "").strip().upper()

    def step(session: Session, case: Case) -> None:
        number = session.get(CaseNumber, typed)
        other = access.find(session, officer, number.case_id) if number else None
        if other is None:
            raise Impossible("no_such_number")
        for each in sorted((case.id, other.id)):
            cases.lock(session, each)
        verb(session, case, other, officer, service().now())

    return carry_out(case_id, step, lock=False)
