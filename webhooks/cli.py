"""The ``aduan`` command."""

from __future__ import annotations

import json
import logging
import secrets
import signal
import sys
from typing import TYPE_CHECKING, Any

import click

from webhooks.settings import Settings, WrongSettings, load

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from webhooks.service import Service
    from workflow.db import Database


class _Group(click.Group):
    """Wrong settings are a sentence, not a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except WrongSettings as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group)
@click.version_option(package_name="aduan")
def main() -> None:
    """Complaint desk for Indonesian prisons and remand centres."""


def _settings(**overrides: object) -> Settings:
    settings = load(**{name: value for name, value in overrides.items() if value is not None})
    logging.basicConfig(
        level=settings.log_level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for noisy in ("apscheduler", "twilio", "httpx", "waitress.queue", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return settings


def _database(settings: Settings) -> Database:
    """The database for a command; behind the code it is refused with the remedy."""
    from webhooks.service import open_database
    from workflow.db import pending_migration

    database, _ = open_database(settings)
    if pending_migration(database.engine):
        raise WrongSettings("The database is not up to date: run `aduan db upgrade`.")
    return database


# ------------------------------------------------------------------ making


@main.command()
def init() -> None:
    """Make keys and database. Nothing that exists is overwritten."""
    prepare(_settings())


def prepare(settings: Settings) -> None:
    """Keys, schema and the root of the organisation."""
    from webhooks.service import create_keys, open_database
    from workflow import units
    from workflow.db import upgrade

    for path in create_keys(settings):
        click.echo(f"made {path}")
    upgrade(settings.database)
    database, _ = open_database(settings)
    with database.write() as session:
        units.ensure(session, units.ROOT_CODE, "Direktorat Jenderal Pemasyarakatan", "ditjen")
    database.close()


@main.group()
def db() -> None:
    """Migrations."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the schema to the newest migration."""
    from workflow.db import upgrade

    upgrade(_settings().database)
    click.echo("database is up to date")


@main.group()
def unit() -> None:
    """Offices and facilities."""


@unit.command("add")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--kind", type=click.Choice(["kanwil", "upt"]), required=True)
@click.option("--parent", required=True, help="Code of the unit above.")
@click.option("--timezone", default="Asia/Jakarta", show_default=True)
def unit_add(code: str, name: str, kind: str, parent: str, timezone: str) -> None:
    """Add a regional office or a facility."""
    from workflow import units

    with _database(_settings()).write() as session:
        try:
            units.ensure(session, code, name, kind, _unit(session, parent), timezone)
        except (ValueError, KeyError) as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{code}: {name}")


def _unit(session: Session, code: str) -> Any:
    from sqlalchemy import select

    from workflow.models import Unit

    found = session.scalar(select(Unit).where(Unit.code == code))
    if found is None:
        raise click.ClickException(f"there is no unit {code}")
    return found


# ------------------------------------------------------------------ accounts


@main.group()
def user() -> None:
    """Staff accounts."""


@user.command("add")
@click.argument("name")
@click.option("--role", required=True)
@click.option("--facility", required=True, help="Code of the unit where the role is held.")
@click.option("--full-name", default="")
@click.option("--post", default="", help="The official's post, for example Kasubsi Pelayanan Tahanan.")
def user_add(name: str, role: str, facility: str, full_name: str, post: str) -> None:
    """Add an account; its first password is printed once."""
    from sqlalchemy.exc import IntegrityError

    from webhooks.service import utc_now
    from workflow import journal, staff
    from workflow.actors import Clock

    password, now = secrets.token_urlsafe(12), utc_now()
    try:
        with _database(_settings()).write() as session:
            where = _unit(session, facility)
            account = staff.add(session, name, password, [(role, where)], now, full_name, post)
            journal.append(session, where.id, "account_added", Clock(), now, account=account.id, role=role)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    except IntegrityError as error:
        raise click.ClickException(f"there is an account {name} already") from error
    click.echo(f"{name} {password}")


@user.command("list")
def user_list() -> None:
    """Every account with its roles."""
    from sqlalchemy import select

    from workflow.models import Account, Unit

    with _database(_settings()).read() as session:
        codes = {u.id: u.code for u in session.scalars(select(Unit))}
        for account in session.scalars(select(Account).order_by(Account.name)):
            roles = ", ".join(f"{g.role}@{codes[g.unit_id]}" for g in account.grants)
            click.echo(f"{account.name}\t{roles}\t{'disabled' if account.disabled_at else 'active'}")


@user.command("disable")
@click.argument("name")
def user_disable(name: str) -> None:
    """Bar an account; its sessions end."""
    from webhooks.service import utc_now
    from workflow import staff

    with _database(_settings()).write() as session:
        staff.disable(_account(session, name), utc_now())
    click.echo(f"{name} disabled")


@user.command("reset")
@click.argument("name")
def user_reset(name: str) -> None:
    """A new password, printed once; the account's sessions end."""
    from workflow import staff

    password = secrets.token_urlsafe(12)
    with _database(_settings()).write() as session:
        staff.reset(_account(session, name), password)
    click.echo(f"{name} {password}")


@user.command("telephone")
@click.argument("name")
@click.argument("channel", type=click.Choice(["whatsapp", "sms", "telegram", "simulator"]))
@click.argument("address")
def user_telephone(name: str, channel: str, address: str) -> None:
    """Where an account is paged in an emergency, for example `whatsapp whatsapp:+62…` or `sms +62…`."""
    from webhooks.service import open_service, utc_now
    from workflow import notices, units

    settings = _settings()
    _database(settings).close()
    office = open_service(settings)
    try:
        with office.database.write() as session:
            for adapter in office.adapters.values():
                for ours, at in adapter.accounts.items():
                    units.channel_account(session, ours, at)
            notices.register_telephone(session, _account(session, name), channel, address, utc_now())
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    finally:
        office.close()
    click.echo(f"{name} is paged by {channel}")


def _account(session: Session, name: str) -> Any:
    from sqlalchemy import select

    from workflow.models import Account

    found = session.scalar(select(Account).where(Account.name == name))
    if found is None:
        raise click.ClickException(f"there is no account {name}")
    return found


# ------------------------------------------------------------------ serving


@main.command()
@click.option("--port", type=int)
@click.option("--no-worker", is_flag=True, help="Leave scheduler and delivery to `aduan worker`.")
def serve(port: int | None, no_worker: bool) -> None:
    """The web server, with scheduler and delivery unless told otherwise."""
    _serve(_settings(port=port), with_worker=not no_worker)


def _serve(settings: Settings, *, with_worker: bool) -> None:
    import waitress

    from webhooks.app import create_app
    from webhooks.jobs import Clockwork
    from webhooks.service import open_service, public_url

    _database(settings).close()
    office = open_service(settings)
    app = create_app(office)
    server = waitress.create_server(
        app, host=settings.host, port=settings.port, threads=settings.threads, ident=None,
        max_request_body_size=256 * 1024 * 1024, clear_untrusted_proxy_headers=False,
    )  # fmt: skip
    clockwork = Clockwork(office) if with_worker else None
    if clockwork:
        clockwork.start()
    _announce(settings, office, public_url(settings))
    signal.signal(signal.SIGTERM, _stop)
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        server.close()
        if clockwork:
            clockwork.stop()
        office.close()


def _stop(_signal: int, _frame: object) -> None:
    raise SystemExit(0)


def _announce(settings: Settings, office: Service, address: str) -> None:
    click.echo(f"Aduan: {settings.local_url}")
    if address != settings.local_url:
        click.echo(f"Public address: {address}")
    channels_on = sorted({channel for adapter in office.adapters.values() for channel in adapter.accounts})
    click.echo(f"Channels on: {', '.join(channels_on)}")
    for name, setting in (("whatsapp, sms", "ADUAN_TWILIO_…"), ("telegram", "ADUAN_TELEGRAM_TOKEN")):
        if not any(part in channels_on for part in name.split(", ")):
            click.echo(f"Channel off: {name} ({setting} not set)")
    accounts = settings.home / "demo-accounts"
    if office.demo and accounts.is_file():
        click.echo(f"Demo. Staff log in at {settings.local_url}/petugas/masuk with name and password:")
        click.echo(accounts.read_text().rstrip())
        click.echo(f"A family's telephone for trying things out: {settings.local_url}/telepon")
    sys.stdout.flush()


@main.command()
def worker() -> None:
    """Scheduler and delivery alone; any number of them on one PostgreSQL."""
    import threading

    from webhooks.jobs import Clockwork
    from webhooks.service import open_service

    settings = _settings()
    _database(settings).close()
    office = open_service(settings)
    clockwork, stopping = Clockwork(office), threading.Event()
    clockwork.start()
    click.echo("worker is running")
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    try:
        stopping.wait()
    except KeyboardInterrupt:
        pass
    finally:
        clockwork.stop()
        office.close()


@main.command()
@click.option("--serve", "and_serve", is_flag=True, help="Then serve; what `make run` does.")
@click.option("--port", type=int)
def demo(and_serve: bool, port: int | None) -> None:
    """Fill an empty database with the demo facility, staff and a few cases."""
    from webhooks import demo as demonstration

    settings = _settings(port=port)
    prepare(settings)
    made = demonstration.fill(settings)
    if not made and not and_serve:
        raise click.ClickException("the database is not empty: the demo leaves it alone")
    if and_serve:
        _serve(settings, with_worker=True)
    else:
        click.echo((settings.home / "demo-accounts").read_text().rstrip())


# ------------------------------------------------------------------ judging and checking


@main.command("triage")
@click.option("--jsonl", is_flag=True, help='One {"id", "text"} object a line in, one judgement a line out.')
def triage_command(jsonl: bool) -> None:
    """Standard input to judgement; with --jsonl a line at a time, unbuffered, ASCII JSON."""
    import triage

    if not jsonl:
        text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
        click.echo(json.dumps(triage.to_json_dict("", triage.assess(text)), indent=2, ensure_ascii=True))
        return
    for line in sys.stdin.buffer:
        if line.strip():
            sys.stdout.write(json.dumps(_judge(line), ensure_ascii=True) + "\n")
            sys.stdout.flush()


def _judge(line: bytes) -> dict[str, Any]:
    import triage

    try:
        item = json.loads(line)
        identifier, text = item["id"], item["text"]
        if not isinstance(text, str):
            raise TypeError("text is not a string")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return {"id": None, "error": f"unreadable line: {type(error).__name__}"}
    return triage.to_json_dict(identifier, triage.assess(text))


@main.command()
@click.option("--json", "as_json", is_flag=True)
def doctor(as_json: bool) -> None:
    """Check the configuration; exit 1 where something is wrong."""
    from webhooks.doctor import examine

    findings = examine(_settings())
    if as_json:
        click.echo(json.dumps([finding.__dict__ for finding in findings], indent=1))
    else:
        for finding in findings:
            click.echo(f"{finding.level:5} {finding.subject}: {finding.sentence}")
    if any(finding.level == "wrong" for finding in findings):
        sys.exit(1)


@main.group("journal")
def journal_group() -> None:
    """The hash-chained journal."""


@journal_group.command("verify")
def journal_verify() -> None:
    """Walk every chain; exit 1 and the first broken entry where one does not hold."""
    from webhooks.service import journal_key
    from workflow import journal

    settings = _settings()
    database = _database(settings)
    with database.read() as session:
        anchors = journal.read_anchors(settings.home / "anchors")
        findings, total = journal.verify(session, journal_key(settings), anchors)
    for finding in findings:
        click.echo(f"broken: {finding.unit} entry {finding.sequence}: {finding.reason}")
    if findings:
        sys.exit(1)
    click.echo(f"journal holds: {total} entries")
