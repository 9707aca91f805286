"""The verbs by which people move a deadline: wait for the complainant, extend; and the decree that moves them all."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflow import batches, calendar, cases, deadlines, journal, notices, outbox, parties, units, wording
from workflow.actors import Actor, Clock, Officer
from workflow.db import Database
from workflow.models import Case, Deadline, Extension, HolidayOverride, Mark, Unit
from workflow.states import Impossible, Part, Status
from workflow.vault import vault_of

#: The calendar by which every running clock was counted last.
_APPLIED = "calendar"


def wait(
    session: Session, case: Case, actor: Officer, question: str, category: str, until: date, now: datetime
) -> None:
    """Ask the complainant and stop the clocks until they answer, at the latest until the end of a day."""
    if not question.strip():
        raise Impossible("text_missing")
    day = wording.day(until, case.conversation.locale)
    term = wording.render("answer_until", case.conversation.locale, day=day)
    cases.ask(session, case, actor, f"{question.strip()}\n\n{term}", now)
    deadlines.note_pause(session, case, actor.account_id, category, until, now)
    cases.move(session, case, "wait", actor, now, category=category, until=until.isoformat())


def waited_enough(session: Session, case: Case, now: datetime) -> None:
    """The day has passed without an answer: the clocks run on and the officer is told."""
    if case.status != Status.WAITING:
        deadlines.end_pauses(session, case, now)
        return
    cases.move(session, case, "resume", Clock(), now)
    notices.tell(session, case, Part.OFFICER, "waited_enough", now)


def extend(session: Session, case: Case, actor: Officer, reason: str, now: datetime) -> None:
    """The head takes more time for the answer, once; the family is told why and until when."""
    reason = reason.strip()
    if not reason:
        raise Impossible("reason_missing")
    cases.permit(session, case, "extend", actor)
    _extend(session, case, actor, actor.account_id, reason, now)


def extend_jointly(session: Session, case: Case, lead: Case, now: datetime) -> None:
    """Whoever is answered with another case has the time that its head took for that one: the same reason, without
    what names the other family, and a day of its own. Raises Impossible."""
    given = select(Extension).where(Extension.case_id == lead.id).order_by(Extension.at.desc()).limit(1)
    extension = session.scalars(given).one()
    reason = vault_of(session).open_text(session, extension.data_key_id, extension.reason_enc, "extension.reason")
    _extend(session, case, Clock(), extension.account_id, parties.nameless(session, lead, reason), now)


def _extend(session: Session, case: Case, actor: Actor, account_id: str, reason: str, now: datetime) -> None:
    due = deadlines.extend(session, case, account_id, reason, now)
    cases.move(session, case, "extend", actor, now, due=due.at.isoformat())
    unit, locale = case.subject_unit or case.handling_unit, case.conversation.locale
    day = wording.day(due.at.astimezone(ZoneInfo(unit.timezone)).date(), locale)
    key = "extended_provisionally" if due.provisional else "extended"
    outbox.enqueue(session, case.conversation, key, now, case=case, number=case.number, day=day, reason=reason)


# ------------------------------------------------------------------ decrees


def decree(
    session: Session, day: date, source: str, actor: Actor, now: datetime, *, holiday: bool, unit: Unit | None = None
) -> HolidayOverride:
    """A day becomes a holiday, or a working day, for one unit or for all; the clocks follow at the next tick.

    Raises Impossible where the source is missing: nobody may move a deadline without saying by which right.
    """
    if not source.strip():
        raise Impossible("fact_source_missing")
    place = unit.id if unit else None
    about = select(HolidayOverride).where(HolidayOverride.day == day, HolidayOverride.removed_at.is_(None))
    if unit:
        about = about.where(or_(HolidayOverride.unit_id == place, HolidayOverride.unit_id.is_(None)))
    last = session.scalar(about.order_by(HolidayOverride.created_at.desc()).limit(1))  # the one that holds
    if last and (last.unit_id, last.holiday) == (place, holiday):
        raise Impossible("day_set_already")
    row = HolidayOverride(unit_id=place, day=day, holiday=holiday, source=source.strip()[:200], created_at=now)
    session.add(row)
    _journal(session, row, unit, actor, now, "holiday")
    return row


def revoke(session: Session, row: HolidayOverride, actor: Actor, now: datetime) -> None:
    """Take an override back; what it moved moves back."""
    if row.removed_at is None:
        row.removed_at, row.applied_at = now, None
        _journal(session, row, session.get(Unit, row.unit_id) if row.unit_id else None, actor, now, "holiday_revoked")


def _journal(
    session: Session, row: HolidayOverride, unit: Unit | None, actor: Actor, now: datetime, action: str
) -> None:
    session.flush()
    where = unit or units.root(session)
    journal.append(
        session, where.id, action, actor, now, day=row.day.isoformat(), holiday=row.holiday, source=row.source
    )


def apply_decrees(database: Database, now: datetime) -> int:
    """Count every running clock again where the calendar has changed; returns how many cases moved.

    By a decree of the operator's, by what a newer library knows of national days, or because a unit is in another time
    zone. Each case in a transaction of its own; the change counts as applied once all of them were tried.
    """
    with database.read() as session:
        fresh = list(session.scalars(select(HolidayOverride.id).where(HolidayOverride.applied_at.is_(None))))
        known, present = session.get(Mark, _APPLIED), _version(session, now)
    if not fresh and known and known.value == present:
        return 0
    moved, place = 0, ""
    while page := _running_after(database, place, now):
        moved += batches.each(database, "decrees", page, lambda session, case_id: _recompute(session, case_id, now))
        place = page[-1]
    with database.write() as session:
        for row in session.scalars(select(HolidayOverride).where(HolidayOverride.id.in_(fresh))):
            row.applied_at = now
        session.merge(Mark(name=_APPLIED, value=present))
    return moved


def _version(session: Session, now: datetime) -> str:
    """Of all that deadlines are counted by, apart from decrees: national days and the zone of every unit."""
    zones = session.execute(select(Unit.id, Unit.timezone).order_by(Unit.id))
    days = calendar.version(calendar.covered_to(now.date()))
    return hashlib.sha256(repr((days, [tuple(row) for row in zones])).encode()).hexdigest()


def _running_after(database: Database, place: str, now: datetime) -> list[str]:
    query = select(Deadline.case_id).where(Deadline.state == "running", Deadline.due_at > now)
    query = query.where(Deadline.case_id > place).distinct().order_by(Deadline.case_id).limit(200)
    with database.read() as session:
        return list(session.scalars(query))


def _recompute(session: Session, case_id: str, now: datetime) -> bool:
    return recompute(session, cases.lock(session, case_id), Clock(), now)


def recompute(session: Session, case: Case, actor: Actor, now: datetime) -> bool:
    """Count the running clocks of a case again, and journal what moved; whether anything did."""
    moved = deadlines.recompute(session, case, now)
    for rule, before, after in moved:
        journal.append(
            session, case.handling_unit_id, "recomputed", actor, now, case_id=case.id,
            rule=rule, before=before.isoformat(), after=after.isoformat(),
        )  # fmt: skip
    return bool(moved)
