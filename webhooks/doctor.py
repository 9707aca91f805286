"""``aduan doctor``: what is configured wrongly, said in one sentence each."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from channels.base import Adapter, Examined, Poller
from channels.clamav import Scanner
from webhooks import polling
from webhooks.service import mark, open_database, open_service, utc_now
from webhooks.settings import Settings, WrongSettings
from workflow import alarms, calendar, clocks, letters, rotation, staff, subject_rights, units
from workflow.db import Database, pending_migration
from workflow.models import Outbound, Unit
from workflow.reports import posting
from workflow.vault import wrapping

#: A copy older than this is a fault.
BACKUP_AGE = timedelta(days=7)
#: A master key older than this should make room for a new version.
KEY_AGE = timedelta(days=365)
PACKAGES = ("bot", "channels", "triage", "workflow", "webhooks")
NEEDED: dict[str, tuple[str, ...]] = {"upt": ("petugas", "kepala", "pejabat"), "kanwil": ("kanwil",)}


@dataclass(frozen=True)
class Finding:
    """``level``: ok, note or wrong."""

    level: str
    subject: str
    sentence: str


def examine(settings: Settings) -> list[Finding]:
    """Every check, in order; none of them raises."""
    findings = [*_packages(), *_calendar()]
    try:
        database, _ = open_database(settings)
    except WrongSettings as error:
        return [*findings, Finding("wrong", "keys", str(error))]
    try:
        findings += [*_database(settings, database)]
        if all(finding.level != "wrong" for finding in findings):
            findings += [
                *_settings(settings),
                *_deliveries(database),
                *_objects(database),
                *_scanner(settings),
                *_units(database),
                *_rights(database),
                *_monthly(settings, database),
            ]
    except SQLAlchemyError as error:
        findings.append(Finding("wrong", "database", f"The database does not answer: {type(error).__name__}."))
    finally:
        database.close()
    return findings


def _packages() -> Iterator[Finding]:
    """Our package names belong to other projects on PyPI: make sure that each one here is ours."""
    home = Path(__file__).resolve().parent.parent
    for name in PACKAGES:
        found = Path(import_module(name).__file__ or "").resolve().parent.parent
        if found != home:
            yield Finding("wrong", "packages", f"The package {name} is not ours: it comes from {found}.")
    yield Finding("ok", "packages", "Every package is ours.")


def _calendar() -> Iterator[Finding]:
    today: date = utc_now().date()
    covered = calendar.covered_to(today)
    if covered < today:
        yield Finding("wrong", "calendar", f"The holiday data end on {covered}: every deadline is provisional.")
    elif clocks.horizon_alarm(today):
        yield Finding("note", "calendar", f"The holiday data end on {covered}; update the library `holidays` soon.")
    else:
        yield Finding("ok", "calendar", f"National holidays and joint leave are known until {covered}.")


def _database(settings: Settings, database: Database) -> Iterator[Finding]:
    if pending_migration(database.engine):
        yield Finding("wrong", "database", "The database is not up to date: run `aduan db upgrade`.")
        return
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    yield Finding("ok", "database", f"{kind} answers and is up to date.")
    if not database.is_sqlite:
        counted = "Each `aduan serve` counts tries by itself: several of them let through so many times more."
        yield Finding("note", "limits", f"{counted} Accounts lock after ten wrong passwords whoever counted them.")
    mode = settings.data_keys.stat().st_mode & 0o077
    if mode:
        yield Finding("wrong", "keys", f"{settings.data_keys} can be read by others: chmod 600.")
    if settings.data_keys.parent.resolve() == settings.home.resolve():
        yield Finding(
            "note",
            "keys",
            "The master key lies beside the database; keep a copy elsewhere and leave it out of backups.",
        )
    yield from _master(database)
    yield from _backup(database)
    if mark(database, "demo"):
        yield Finding("note", "demo", "This database was made by the demo; its accounts and cases are examples.")


def _master(database: Database) -> Iterator[Finding]:
    keys = database.info["vault"].keys()
    with database.read() as session:
        used = rotation.in_use(session)
    known, made = {wrapping(version) for version in keys.masters}, keys.since.get(keys.current)
    told = f"made {made:%Y-%m-%d}" if made else "made at an unknown time"
    if lost := sum(count for name, count in used.items() if name not in known):
        yield Finding("wrong", "keys", f"{lost} data keys need a master key that this file does not hold.")
    if made and utc_now() - made > KEY_AGE:
        yield Finding("note", "keys", f"The master key is version {keys.current}, {told}: `aduan keys rotate`.")
    else:
        yield Finding("ok", "keys", f"The master key is version {keys.current}, {told}.")
    if len(keys.masters) > 1:
        left = sum(used[name] for name in known - {wrapping(keys.current)})
        remedy = "the service is at it" if left else "`aduan keys retire`"
        yield Finding("note", "keys", f"{left} data keys are under an older version of the master key: {remedy}.")


def _backup(database: Database) -> Iterator[Finding]:
    last = mark(database, "backup")
    age = utc_now() - datetime.fromisoformat(last) if last else None
    if age is None:
        yield Finding("note", "backup", "No copy was ever made: `aduan backup FILE`.")
    elif age > BACKUP_AGE:
        yield Finding("wrong", "backup", f"The last copy is {age.days} days old: `aduan backup FILE`.")
    else:
        yield Finding("ok", "backup", f"The last copy is {age.days} days old.")


def _settings(settings: Settings) -> Iterator[Finding]:
    try:
        office = open_service(settings)
    except WrongSettings as error:
        yield Finding("wrong", "settings", str(error))
        return
    channels = sorted({channel for adapter in office.adapters.values() for channel in adapter.accounts})
    yield from _providers(office.adapters)
    pollers = [adapter.name for adapter in office.adapters.values() if isinstance(adapter, Poller)]
    with office.database.read() as session:
        for name, last in polling.silent(session, pollers, utc_now()):
            yield Finding("wrong", name, f"No look for messages since {last:%Y-%m-%d %H:%M} UTC: does a worker run?")
    office.close()
    yield Finding("ok", "channels", f"On: {', '.join(channels)}.")
    if settings.public_url.startswith("http://") and not office.demo:
        yield Finding("wrong", "ADUAN_PUBLIC_URL", "Families' messages need https.")


def _providers(adapters: Mapping[str, Adapter]) -> Iterator[Finding]:
    for adapter in adapters.values():
        if isinstance(adapter, Examined):
            for check in adapter.examine():
                yield Finding(check.level, adapter.name, check.sentence)


def _deliveries(database: Database) -> Iterator[Finding]:
    """Messages that families wait for because of us: the ladder does not climb over our own faults."""
    ours = select(Outbound.error_reason, func.count()).where(
        Outbound.error_ours.is_(True), Outbound.state.in_(("failed", "queued")), Outbound.purpose != "notice"
    )
    ours = ours.where(Outbound.created_at >= utc_now() - timedelta(days=7)).group_by(Outbound.error_reason)
    with database.read() as session:
        found = session.execute(ours.order_by(Outbound.error_reason)).all()
    for reason, count in found:
        sentence = f"{count} messages of the last week did not go out through a fault of ours: {reason or 'unknown'}."
        yield Finding("wrong", "delivery", sentence)
    if not found:
        yield Finding("ok", "delivery", "No message of the last week is held up by a fault of ours.")


def _objects(database: Database) -> Iterator[Finding]:
    probe = secrets.token_bytes(32)
    try:
        store = database.info["objects"]
        same = store.get(store.put(probe)) == probe
    except OSError:
        same = False
    if same:
        yield Finding("ok", "attachments", "The folder of attachments takes and gives back files.")
    else:
        yield Finding("wrong", "attachments", "The folder of attachments cannot be written.")


def _scanner(settings: Settings) -> Iterator[Finding]:
    if not settings.clamav_socket:
        yield Finding("note", "ADUAN_CLAMAV_SOCKET", "No virus scanner is configured: files are marked as not scanned.")
    elif Scanner(settings.clamav_socket).ping():
        yield Finding("ok", "scanner", "The virus scanner answers.")
    else:
        yield Finding("wrong", "ADUAN_CLAMAV_SOCKET", "The virus scanner does not answer; files wait for it unscanned.")


def _units(database: Database) -> Iterator[Finding]:
    with database.read() as session:
        units = list(session.scalars(select(Unit).order_by(Unit.code)))
        for unit in units:
            yield from _unit(session, unit)
        for alarm in alarms.ringing(session):
            yield Finding(
                "wrong", alarm.name, f"An alarm rings since {alarm.raised_at:%Y-%m-%d %H:%M} UTC: {alarm.code}."
            )
    if not any(unit.kind == "upt" for unit in units):
        yield Finding("wrong", "units", "There is no facility yet: `aduan unit add`.")
    yield Finding(
        "note",
        "sealing",
        "Whoever owns this machine and its master key can technically read sealed cases: it belongs at the Kanwil.",
    )


def _unit(session: Session, unit: Unit) -> Iterator[Finding]:
    now = utc_now()
    needed = NEEDED.get(unit.kind, ())
    if unit.kind == "ditjen" and unit.id == units.default_unit(session).id:
        needed = ("ditjenpas",)  # complaints come here as long as nobody knows which facility is meant
    missing = [role for role in needed if not staff.holders(session, role, unit.id, now)]
    if missing:
        yield Finding("wrong", unit.code, f"Nobody holds the role {', '.join(missing)}.")
    elif needed:
        yield Finding("ok", unit.code, "Every role is staffed.")
    yield from _letters(session, unit)
    if unit.kind == "kanwil" and len(staff.holders(session, "kanwil", unit.id, now)) == 1:
        yield Finding(
            "note", unit.code, "One person alone holds the role kanwil: nobody can approve that person's texts."
        )


def _monthly(settings: Settings, database: Database) -> Iterator[Finding]:
    """Whether monthly reports reach the offices above by mail."""
    with database.read() as session:
        offices = session.scalars(select(Unit).where(Unit.kind != "upt").order_by(Unit.code))
        without = [unit.code for unit in offices if not posting.address(session, unit)]
        stuck = len(posting.troubled(session, utc_now() - timedelta(days=31)))
    if not (settings.smtp_url and settings.mail_from):
        yield Finding("note", "reports", "No mail server is configured: monthly reports stay on the console's page.")
    elif without:
        named = ", ".join(without[:5]) + (", …" if len(without) > 5 else "")
        told = "Monthly reports go by mail where the office above has an address (report_email); without one"
        yield Finding("note", "reports", f"{told}: {named}.")
    else:
        yield Finding("ok", "reports", "Every office gets the monthly reports of its units by mail.")
    if stuck:
        yield Finding("wrong", "reports", f"{stuck} mails with monthly reports did not arrive: see /petugas/laporan.")


def _rights(database: Database) -> Iterator[Finding]:
    """Whether complainants got an answer about their own data in time."""
    with database.read() as session:
        late = [request.due_at for request, _ in subject_rights.late(session, utc_now())]
    if late:
        since = f"the first since {late[0]:%Y-%m-%d %H:%M} UTC"
        sentence = (
            f"Requests for personal data not answered after 3 × 24 hours: {len(late)}, {since}; see /petugas/data."
        )
        yield Finding("wrong", "rights", sentence)
    else:
        yield Finding("ok", "rights", "Every request for personal data was answered in time, or still can be.")


def _letters(session: Session, unit: Unit) -> Iterator[Finding]:
    """What the letters of a unit would lack."""
    signing = [role for role in ("kepala", "kanwil") if role in NEEDED.get(unit.kind, ())]
    for account in (a for role in signing for a in staff.holders(session, role, unit.id, utc_now())):
        if not account.post:
            yield Finding("note", unit.code, f"The account {account.name} signs letters and has no post.")
    if signing and not letters.letterhead(session, unit)["contact"]:
        yield Finding("note", unit.code, "The letterhead has no address: `aduan unit set`.")
