"""The queue: what waits for this account, what is open, what has ended."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload
from werkzeug.wrappers import Response

from webhooks.auth import current_officer, staff
from webhooks.console.clock import Left, left
from webhooks.console.routes import bp, page_number
from webhooks.console.tasks import tasks
from webhooks.i18n import ngettext
from webhooks.service import service
from workflow import access, alarms, cases, clocks, conversations, delegation, notices, subject_rights
from workflow.actors import Officer
from workflow.db import wake
from workflow.labels import LABELS
from workflow.models import Alarm, Case, CaseNumber, Deadline, Exclusion, Notice, Paper, Party, Unit
from workflow.reports import monthly
from workflow.states import ENDED, ROLES, Part, Status

PAGE = 50
NOTICES = 20
COUNTED = 1000
#: As many facilities without a head are named; more are counted.
NAMED = 3
TABS = ("saya", "terbuka", "selesai")
#: Whose turn it is. Nobody's after the answer has gone out.
TURN = {
    Status.RECEIVED: Part.OFFICER,
    Status.CLASSIFIED: Part.OFFICER,
    Status.RECOMMENDED: Part.HEAD,
    Status.DIRECTED: Part.OFFICIAL,
    Status.DRAFTED: Part.HEAD,
    Status.APPROVED: Part.OFFICER,
}
_OVERSEERS = ("kanwil", "ditjenpas")


# ------------------------------------------------------------------ whose turn


def my_turn(officer: Officer) -> ColumnElement[bool]:
    """Cases that stand still until this account acts."""
    turns = [
        and_(Case.handling_unit_id.in_(units), Case.status.in_(statuses), _mine(part, officer))
        for table in ROLES.values()
        for part, roles in table.items()
        if (units := officer.units(*roles)) and (statuses := [str(s) for s, p in TURN.items() if p == part])
    ]
    if heads := officer.units("kepala"):
        of_the_desk = [str(s) for s, p in TURN.items() if p == Part.OFFICER]
        turns.append(and_(Case.handling_unit_id.in_(heads), Case.seal == "desk", Case.status.in_(of_the_desk)))
    if shifts := officer.units("piket"):
        clock = exists().where(Deadline.case_id == Case.id, Deadline.rule == "emergency", Deadline.state == "running")
        called = and_(Case.urgency == "darurat", Case.about_staff.is_(False), Case.seal.in_(access.EXPOSED))
        turns.append(and_(Case.handling_unit_id.in_(shifts), called, clock))
    barred = exists().where(Exclusion.case_id == Case.id, Exclusion.account_id == officer.account_id)
    return and_(or_(*turns), ~barred) if turns else false()


def _mine(part: Part, officer: Officer) -> ColumnElement[bool]:
    """An officer's own cases and those without owner; an official's own; a head's, but for texts of their own."""
    me = officer.account_id
    if part == Part.OFFICER:
        return or_(Case.owner_id.is_(None), Case.owner_id == me)
    if part == Part.OFFICIAL:
        return Case.official_id == me
    mine, later = aliased(Paper), aliased(Paper)
    newer = exists().where(later.case_id == mine.case_id, later.kind == mine.kind, later.version > mine.version)
    own = exists().where(mine.case_id == Case.id, mine.kind == "answer", mine.author_id == me, ~newer)
    return or_(Case.status != str(Status.DRAFTED), ~own)


# ------------------------------------------------------------------ the page


@dataclass(frozen=True)
class Row:
    """One case in the queue."""

    case: Case
    alias: str
    left: Left | None


@bp.get("/")
@staff
def antrean() -> str:
    """The queue of this account."""
    officer, tab = current_officer(), request.args.get("tab", TABS[0])
    tab = tab if tab in TABS else TABS[0]
    page = page_number()
    with service().database.read() as session:
        counts = {name: _count(session, officer, name) for name in TABS}
        rows = _rows(session, officer, tab, page)
        return render_template(
            "console/antrean.html",
            tab=tab,
            counts=counts,
            rows=rows[:PAGE],
            page=page,
            more=len(rows) > PAGE,
            notices=_notices(session, officer),
            bulletins=monthly.unread(session, officer),
            several=len({unit for _, unit in officer.roles}) > 1 or bool(officer.units(*_OVERSEERS)),
            set_aside=cases.set_aside_count(session) if officer.units(*_OVERSEERS) else 0,
            elsewhere=list(session.scalars(elsewhere(officer).limit(PAGE))) if tab == "selesai" else [],
            alarms=_alarms(session, officer),
            recovered=_recovered(session, officer),
            late_rights=_late_rights(session, officer),
            headless=_headless(session, officer),
            most_named=NAMED,
            tasks=tasks(session, officer, service().now()),
            to_approve=_to_approve(session, officer),
            works=bool({role for role, _ in officer.roles} - {"admin"}),
        )


def _to_approve(session: Session, officer: Officer) -> int:
    """Answers that wait for this account's word."""
    query = access.cases(officer).where(my_turn(officer), Case.status == str(Status.DRAFTED))
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _alarms(session: Session, officer: Officer) -> list[str]:
    """What is wrong with the service, for those who keep it; that the holidays are known no further belongs to it."""
    if not officer.units(*alarms.KEEPERS):
        return []
    horizon = clocks.horizon_alarm(service().now().date())
    return list(dict.fromkeys([*filter(None, [horizon]), *(_words(alarm) for alarm in alarms.ringing(session))]))


def _words(alarm: Alarm) -> str:
    """Under which of our labels an alarm is told."""
    name, sort = alarm.name.partition(":")[0], alarm.code.partition("_")[0]
    return next((key for key in (f"{name}_{sort}", name) if key in LABELS["alarm"]), "channel")


def _recovered(session: Session, officer: Officer) -> list[str]:
    """The ways in that failed and work again."""
    if not officer.units(*alarms.KEEPERS):
        return []
    names = (name.partition(":")[0] for name in alarms.over(session, service().now()))
    return [name for name in dict.fromkeys(names) if name in LABELS["recovered"]]


def _late_rights(session: Session, officer: Officer) -> list[Case]:
    """Cases whose complainant waits for their own data longer than the law gives: of those that this account sees."""
    if not officer.units(*alarms.KEEPERS, *subject_rights.ANSWERERS):
        return []
    return list(dict.fromkeys(case for _, case in subject_rights.late(session, service().now(), officer)))


def _headless(session: Session, officer: Officer) -> list[Unit]:
    """The facilities right below the own office where nobody is head nor acts for one."""
    offices = officer.units(*_OVERSEERS)
    seats = delegation.seats(session, offices, service().now()) if offices else []
    return [seat.unit for seat in seats if seat.vacant and not seat.acting]


def elsewhere(officer: Officer) -> Select[str]:
    """Numbers of the own register that are handled elsewhere: a neutral entry, so that no gap asks questions."""
    units = officer.units("petugas", "kepala")
    query = select(CaseNumber.number).join(Case, Case.id == CaseNumber.case_id)
    return query.where(CaseNumber.unit_id.in_(units), ~access.visible(officer)).order_by(CaseNumber.given_at.desc())


def _condition(officer: Officer, tab: str) -> ColumnElement[bool]:
    """What an index finds: what has ended has the moment when it did, other statuses are named one by one."""
    if tab == "saya":
        return my_turn(officer)
    if tab == "selesai":
        return Case.closed_at.is_not(None)
    return Case.status.in_(sorted(str(status) for status in frozenset(Status) - ENDED))


def _count(session: Session, officer: Officer, tab: str) -> str:
    """How many there are, as far as it is worth counting."""
    query = access.cases(officer).where(_condition(officer, tab)).with_only_columns(Case.id).limit(COUNTED)
    if tab == "selesai":
        query = query.order_by(
            Case.closed_at.desc(), Case.id.desc()
        )  # by an index, where else the whole table would be tried first
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return str(count) if count < COUNTED else f"{COUNTED - 1}+"


def _rows(session: Session, officer: Officer, tab: str, page: int) -> list[Row]:
    """One page, and one row more where there is a next one."""
    query = access.cases(officer).where(_condition(officer, tab)).with_only_columns(Case.id)
    if tab == "selesai":
        query = query.order_by(Case.closed_at.desc(), Case.id.desc())
    else:
        no_clock = Case.nearest_due_at.is_(None)
        query = query.order_by(Case.urgency_rank, no_clock, Case.nearest_due_at, Case.received_at, Case.id)
    # The ids alone are put in order, and only those of this page become cases.
    ids = list(session.scalars(query.offset((page - 1) * PAGE).limit(PAGE + 1)))
    rows = session.scalars(select(Case).where(Case.id.in_(ids)).options(joinedload(Case.handling_unit)))
    found = sorted(rows, key=lambda case: ids.index(case.id))
    named = select(Party.case_id, Party.alias).where(Party.case_id.in_(ids), Party.kind == "reporter")
    aliases = {case_id: alias for case_id, alias in session.execute(named)}
    now = service().now()
    return [Row(case, aliases.get(case.id, ""), left(case.nearest_due_at, now)) for case in found]


def _notices(session: Session, officer: Officer) -> list[tuple[Notice, Case]]:
    """Unread lines for this account, newest first, of cases that it may still see."""
    query = select(Notice, Case).join(Case, Case.id == Notice.case_id).where(access.visible(officer))
    query = query.where(notices.unread(officer.account_id))
    alarms_first = Notice.key.not_in(sorted(notices.PAGED))
    found = session.execute(query.order_by(alarms_first, Notice.created_at.desc(), Notice.id.desc()).limit(NOTICES))
    return [(notice, case) for notice, case in found]


@bp.post("/tertahan")
@staff(*_OVERSEERS)  # type: ignore[untyped-decorator]
def tertahan() -> Response:
    """Try again to handle the messages that were set aside."""
    with service().database.write() as session:
        count = conversations.set_aside_again(session, service().now())
        wake(session)
    flash(ngettext("%(num)s pesan dicoba lagi.", "%(num)s pesan dicoba lagi.", count))
    return redirect(url_for("console.antrean"), 303)
