"""The monthly report as an obligation: made on the first working day, sent upwards, chased on the fifth.

Sent means: the office above finds the files on its own page and is told so there; with an address and a mail server it
gets them by mail as well (``posting``). Who confirmed, who acknowledged and who read is recorded.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workflow import alarms, batches, journal, leases, outbox, staff, units
from workflow.actors import Clock, Officer
from workflow.db import Database
from workflow.models import (
    Account,
    Bulletin,
    Report,
    ReportFile,
    Unit,
)
from workflow.reports import due, posting, rendering, words
from workflow.reports.charts import Pen
from workflow.reports.document import compose
from workflow.reports.month import Month
from workflow.states import Impossible
from workflow.vault import vault_of

log = logging.getLogger("aduan.reports")

LEASE = timedelta(minutes=15)
#: So many reports are made in one go; the others follow with the next.
AT_ONCE = 60
#: Whose report it is to confirm, and whose to acknowledge from above, by kind of unit.
CONFIRMS = {"upt": "kepala", "kanwil": "kanwil"}
RECEIVES = {"kanwil": "kanwil", "ditjen": "ditjenpas"}
#: Who reads the reports of their own unit; offices above read all below them, too. Not the complaint unit: what is
#: about itself is counted there.
READERS = ("kepala", "kanwil", "ditjenpas")


def tick(database: Database, holder: str, now: datetime, *, mail: str = "") -> int:
    """Make, send and chase what is due; one process at a time. Returns how many reports were made.

    ``mail``: our address where a mail server is configured.
    """
    with database.write() as session:
        if not leases.take(session, "reports", holder, now, LEASE):
            return 0
    made, unmade = _make_all(database, now)
    _send_all(database, now, mail=mail)
    _chase_all(database, now, mail=mail)
    _tell_of_trouble(database, now)
    with database.write() as session:
        if unmade:
            alarms.sound(session, "reports", "unmade", now)
        else:
            alarms.clear(session, "reports", now)
        leases.release(session, "reports", holder)
    return made


def _make_all(database: Database, now: datetime) -> tuple[int, int]:
    """How many of those that are due were made, and at how many units one could not be; there the later ones wait."""
    made, stuck = 0, set[str]()
    with database.read() as session:
        missing = due.missing(session, now)[:AT_ONCE]
    with Pen() as pen:
        for unit_id, month in missing:
            try:
                made += unit_id not in stuck and make(database, unit_id, month, pen, now)
            except (*batches.FAULTS, OSError):
                stuck.add(unit_id)
                log.exception("report could not be made: unit=%s month=%s", unit_id, month)
    return made, len(stuck)


# ------------------------------------------------------------------ making


def make(database: Database, unit_id: str, month: Month, pen: Pen, now: datetime) -> bool:
    """Render outside of any writing transaction, then keep; False where another process was quicker."""
    with database.read() as session:
        document = compose(session, session.get_one(Unit, unit_id), month, now)
    files = rendering.render(document, pen)
    try:
        with database.write() as session:
            _keep(session, unit_id, month, files, document.head, now)
    except IntegrityError:
        return False
    return True


def _keep(
    session: Session, unit_id: str, month: Month, files: dict[str, bytes], head: tuple[int, str] | None, now: datetime
) -> None:
    vault = vault_of(session)
    key, store = vault.new_key(session, "system", now), session.info["objects"]
    report = Report(unit_id=unit_id, month=str(month), data_key_id=key, made_at=now)
    for kind, plain in files.items():
        sealed, digest = vault.seal(session, key, plain, "report.object"), hashlib.sha256(plain).hexdigest()
        report.files.append(ReportFile(kind=kind, object_key=store.put(sealed), sha256=digest, size=len(plain)))
    if head:
        report.journal_sequence, report.journal_hash = head[0], bytes.fromhex(head[1])
    session.add(report)
    session.flush()
    hashes = {file.kind: file.sha256 for file in report.files}
    journal.append(session, unit_id, "report_made", Clock(), now, month=str(month), **hashes)
    unit = session.get_one(Unit, unit_id)
    tell(session, staff.holders(session, CONFIRMS[unit.kind], unit.id, now), unit, "report_made", str(month), now)


# ------------------------------------------------------------------ sending and chasing


def receivers(session: Session, unit: Unit, now: datetime) -> list[Account]:
    """Who reads for the office above; where nobody does, the office above that."""
    while unit.parent_id:
        unit = units.superior(session, unit)
        if found := staff.holders(session, RECEIVES[unit.kind], unit.id, now):
            return found
    return []


def _send_all(database: Database, now: datetime, *, mail: str) -> None:
    """What was made and is not sent; without anybody above it waits until there is somebody."""
    with database.read() as session:
        unsent = select(Report.id).where(Report.sent_at.is_(None)).order_by(Report.month, Report.made_at, Report.id)
        waiting = list(session.scalars(unsent))
    for report_id in waiting:
        with batches.alone("report_send", report_id), database.write() as session:
            _send(session, session.get_one(Report, report_id, with_for_update=True), now, mail=mail)


def _send(session: Session, report: Report, now: datetime, *, mail: str) -> None:
    told = receivers(session, report.unit, now)
    posted = None if report.sent_at else posting.deliver(session, report, mail, now)
    if report.sent_at is not None or not (told or posted):
        return
    tell(session, told, report.unit, "report_sent", report.month, now)
    report.sent_at, report.sent_to = now, len(told) + bool(posted)
    journal.append(
        session, report.unit_id, "report_sent", Clock(), now, month=report.month,
        recipients=[account.id for account in told], mail=posted.id if posted else None,
    )  # fmt: skip


def _chase_all(database: Database, now: datetime, *, mail: str) -> None:
    """From the fifth on: whoever has not confirmed or acknowledged is told, once. Of a report that was made later than
    that, as many days after as there are from the first to the fifth."""
    waiting = or_(Report.confirmed_at.is_(None), Report.acknowledged_at.is_(None))
    query = select(Report.id, Report.month, Report.made_at, Unit.timezone).join(Unit, Unit.id == Report.unit_id)
    with database.read() as session:
        open_ones = session.execute(query.where(Report.chased_at.is_(None), waiting).order_by(Report.id)).all()
    for report_id, month, made_at, zone in open_ones:
        fifth = Month.parse(month).plus(1).first.replace(day=words.DUE_DAY)
        made = staff.local_today(zone, made_at)
        if staff.local_today(zone, now) >= (fifth if made < fifth else made + timedelta(days=words.DUE_DAY - 1)):
            with batches.alone("report_chase", report_id), database.write() as session:
                _chase(session, session.get_one(Report, report_id, with_for_update=True), now, mail=mail)


def _chase(session: Session, report: Report, now: datetime, *, mail: str) -> None:
    if report.chased_at is not None:
        return
    unit, above, posted = report.unit, receivers(session, report.unit, now), None
    report.chased_at = now
    if report.confirmed_at is None:
        people = staff.holders(session, CONFIRMS[unit.kind], unit.id, now)
        tell(session, people, unit, "report_unconfirmed", report.month, now)
        tell(session, above, unit, "report_chased", report.month, now)
        posted = posting.chase(session, report, mail, now)
    if report.acknowledged_at is None:
        tell(session, above, unit, "report_unread", report.month, now)
    journal.append(
        session, unit.id, "report_chased", Clock(), now, month=report.month, mail=posted.id if posted else None
    )


def _tell_of_trouble(database: Database, now: datetime) -> None:
    """Mails that bounced, were refused, or may be lost: the unit and the office above are told, once."""
    with database.read() as session:
        troubled = posting.troubled(session)
    for outbound_id in troubled:
        with batches.alone("report_trouble", outbound_id), database.write() as session:
            row = outbox.locked(session, outbound_id)
            report = session.get_one(Report, row.report_id)
            unit, row.alarmed_at = report.unit, now
            heads = staff.holders(session, CONFIRMS[unit.kind], unit.id, now)
            tell(session, [*heads, *receivers(session, unit, now)], unit, "report_unsent", report.month, now)
            journal.append(
                session, unit.id, "report_unsent", Clock(), now, month=report.month, mail=row.id, state=row.state,
                code=row.error_code,
            )  # fmt: skip


def may_send_again(officer: Officer, report: Report) -> bool:
    """The head of the unit, or whoever reads for an office above."""
    return may_confirm(officer, report) or may_acknowledge(officer, report)


def send_again(session: Session, officer: Officer, report: Report, mail: str, now: datetime) -> None:
    """A person has the report go out by mail once more, to the address that is set now."""
    if not may_send_again(officer, report):
        raise Impossible("not_yours")
    if not posting.stuck(posting.newest(session, [report.id]).get((report.id, posting.REPORT))):
        raise Impossible("not_now")
    posted = posting.deliver(session, report, mail, now)
    if posted is None:
        raise Impossible("not_now")
    journal.append(session, report.unit_id, "report_sent_again", officer, now, month=report.month, mail=posted.id)


def tell(session: Session, people: Iterable[Account], unit: Unit, key: str, month: str, now: datetime) -> None:
    """Put a line on the pages of these accounts, each key once a unit and month."""
    for account in people:
        same = (Bulletin.account_id == account.id, Bulletin.unit_id == unit.id)
        if session.scalar(select(Bulletin.id).where(*same, Bulletin.key == key, Bulletin.month == month)) is None:
            session.add(Bulletin(account_id=account.id, unit_id=unit.id, key=key, month=month, created_at=now))


def unread(session: Session, officer: Officer) -> list[Bulletin]:
    """Lines that this account has not read, newest first."""
    query = select(Bulletin).where(Bulletin.account_id == officer.account_id, Bulletin.read_at.is_(None))
    return list(session.scalars(query.order_by(Bulletin.created_at.desc(), Bulletin.id.desc()).limit(20)))


def mark_read(session: Session, officer: Officer, now: datetime) -> None:
    """The account has looked at the page where they lead."""
    mine = update(Bulletin).where(Bulletin.account_id == officer.account_id, Bulletin.read_at.is_(None))
    session.execute(mine.values(read_at=now))


# ------------------------------------------------------------------ what people do with it


def readable(session: Session, officer: Officer) -> list[Unit]:
    """The units whose reports this account reads: its own, and all below an office; the highest first."""
    level = set(officer.units(*READERS))
    found = {u.id: u for u in session.scalars(select(Unit).where(Unit.id.in_(level)))}
    level = set(officer.units(*RECEIVES.values()))
    while level:
        below = list(session.scalars(select(Unit).where(Unit.parent_id.in_(level))))
        found |= {unit.id: unit for unit in below}
        level = {unit.id for unit in below}
    return sorted((u for u in found.values() if u.kind in CONFIRMS), key=lambda unit: (unit.kind, unit.name))


def find(session: Session, officer: Officer, report_id: str) -> Report | None:
    """A report that this account may read; any other is as absent as one that never was."""
    report = session.get(Report, report_id)
    mine = {unit.id for unit in readable(session, officer)}
    return report if report is not None and report.unit_id in mine else None


def may_confirm(officer: Officer, report: Report) -> bool:
    """The head of the unit itself."""
    return officer.has(CONFIRMS[report.unit.kind], report.unit_id)


def may_acknowledge(officer: Officer, report: Report) -> bool:
    """Whoever reads for an office above."""
    above, unit = list[tuple[str, str]](), report.unit
    while unit.parent is not None:
        unit = unit.parent
        above.append((RECEIVES[unit.kind], unit.id))
    return any(officer.has(role, unit_id) for role, unit_id in above)


def confirm(session: Session, officer: Officer, report: Report, now: datetime) -> None:
    """The head confirms the report of the own unit."""
    _mark(session, officer, report, "confirmed", may_confirm, now)


def acknowledge(session: Session, officer: Officer, report: Report, now: datetime) -> None:
    """The office above says that it has received the report."""
    _mark(session, officer, report, "acknowledged", may_acknowledge, now)


def _mark(
    session: Session,
    officer: Officer,
    report: Report,
    what: str,
    allowed: Callable[[Officer, Report], bool],
    now: datetime,
) -> None:
    if not allowed(officer, report):
        raise Impossible("not_yours")
    if getattr(report, f"{what}_at") is not None:
        return
    setattr(report, f"{what}_at", now)
    setattr(report, f"{what}_by", officer.account_id)
    journal.append(session, report.unit_id, f"report_{what}", officer, now, month=report.month)
