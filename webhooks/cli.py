"""The ``aduan`` command."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING, Any

import click

from webhooks import opening
from webhooks.accounts import user
from webhooks.calendars import calendar_group
from webhooks.copies import backup, restore, retention
from webhooks.corrections import corrections
from webhooks.journals import journal_group
from webhooks.keys import keys
from webhooks.mailing import mail
from webhooks.reporting import dossier, report
from webhooks.rosters import channel, unit_add, unit_import
from webhooks.settings import Settings, WrongSettings
from webhooks.signed_receipts import receipt
from webhooks.unit_settings import unit_set, unit_show

if TYPE_CHECKING:
    from webhooks.service import Service


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


main.add_command(user)
main.add_command(channel)
main.add_command(calendar_group)
main.add_command(backup)
main.add_command(restore)
main.add_command(retention)
main.add_command(mail)
main.add_command(receipt)
main.add_command(report)
main.add_command(dossier)
main.add_command(keys)
main.add_command(journal_group)


# ------------------------------------------------------------------ making


@main.command()
def init() -> None:
    """Make keys and database. Nothing that exists is overwritten."""
    prepare(opening.settings())


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

    upgrade(opening.settings().database)
    click.echo("database is up to date")


@main.group()
def unit() -> None:
    """Offices and facilities."""


unit.add_command(unit_add)
unit.add_command(unit_import)
unit.add_command(unit_set)
unit.add_command(unit_show)


# ------------------------------------------------------------------ serving


@main.command()
@click.option("--port", type=int)
@click.option("--no-worker", is_flag=True, help="Leave scheduler and delivery to `aduan worker`.")
def serve(port: int | None, no_worker: bool) -> None:
    """The web server, with scheduler and delivery unless told otherwise."""
    _serve(opening.settings(port=port), with_worker=not no_worker)


def _serve(settings: Settings, *, with_worker: bool) -> None:
    import waitress

    from webhooks.app import create_app
    from webhooks.jobs import Clockwork
    from webhooks.service import open_service, public_url

    opening.database(settings).close()
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
    for name, setting in (
        ("whatsapp, sms", "ADUAN_TWILIO_…"), ("telegram", "ADUAN_TELEGRAM_TOKEN"), ("email", "ADUAN_SMTP_URL"),
    ):  # fmt: skip
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

    settings = opening.settings()
    opening.database(settings).close()
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

    settings = opening.settings(port=port)
    prepare(settings)
    made = demonstration.fill(settings)
    if not made and not and_serve:
        raise click.ClickException("the database is not empty: the demo leaves it alone")
    if and_serve:
        _serve(settings, with_worker=True)
    else:
        click.echo((settings.home / "demo-accounts").read_text().rstrip())


# ------------------------------------------------------------------ judging and checking


@main.group("triage", invoke_without_command=True)
@click.option("--jsonl", is_flag=True, help='One {"id", "text"} object a line in, one judgement a line out.')
@click.pass_context
def triage_command(context: click.Context, jsonl: bool) -> None:
    """Standard input to judgement; with --jsonl a line at a time, unbuffered, ASCII JSON."""
    if context.invoked_subcommand is not None:
        return
    import triage

    if not jsonl:
        text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
        click.echo(json.dumps(triage.to_json_dict("", triage.assess(text)), indent=2, ensure_ascii=True))
        return
    for line in sys.stdin.buffer:
        if line.strip():
            sys.stdout.write(json.dumps(_judge(line), ensure_ascii=True) + "\n")
            sys.stdout.flush()


triage_command.add_command(corrections)


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

    findings = examine(opening.settings())
    if as_json:
        click.echo(json.dumps([finding.__dict__ for finding in findings], indent=1))
    else:
        for finding in findings:
            click.echo(f"{finding.level:5} {finding.subject}: {finding.sentence}")
    if any(finding.level == "wrong" for finding in findings):
        sys.exit(1)
