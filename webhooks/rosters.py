"""``aduan unit add`` and ``import``, ``aduan user import``, ``aduan channel``: offices, their staff, their numbers."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from webhooks import opening

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from webhooks.service import Service

PAGED_BY = ("whatsapp", "sms", "telegram", "email", "simulator")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_language = click.option(
    "--lang", type=click.Choice(["id", "en"]), default="id", show_default=True, help="Language of what is printed."
)
_check = click.option("--check", is_flag=True, help="Only check; write nothing.")


class _Unwritten(Exception):
    """Everything was checked; the transaction is left without a trace."""


# ------------------------------------------------------------------ units


@click.command("import")
@click.argument("file", type=FILE)
@_check
@_language
def unit_import(file: Path, check: bool, lang: str) -> None:
    """Offices and facilities from a CSV file; the same file again changes nothing."""
    from webhooks.service import utc_now
    from workflow import unit_roster
    from workflow.actors import Clock

    now = utc_now()
    database = opening.database(opening.settings())
    with closing(database), _faults(lang), _written(check, lang), database.write() as session:
        changes = unit_roster.plan(session, unit_roster.rows(file.read_bytes()), now)
        _tell([(c.row["code"], c.outcome, c.differs) for c in changes], lang)
        unit_roster.apply(session, changes, Clock(), now)
        if check:
            raise _Unwritten


@click.command("add")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--kind", type=click.Choice(["kanwil", "upt"]), required=True)
@click.option("--parent", required=True, help="Code of the unit above.")
@click.option("--timezone", default="", help="[default: Asia/Jakarta]")
@_language
def unit_add(lang: str, **typed: str) -> None:
    """Add a regional office or a facility: checked like a line of an import. One that is there as it is said stays."""
    from webhooks.service import utc_now
    from workflow import unit_roster
    from workflow.actors import Clock
    from workflow.tables import Fault, Faulty, Row

    now, row = utc_now(), Row(0, {column: " ".join(cell.split()) for column, cell in typed.items()})
    database = opening.database(opening.settings())
    with closing(database), _faults(lang), database.write() as session:
        changes = unit_roster.plan(session, [row], now)
        for change in changes:
            if change.outcome == "changed":
                raise Faulty([Fault.at(0, "differs", code=row["code"], columns=", ".join(change.differs))])
        unit_roster.apply(session, changes, Clock(), now)
    click.echo(f"{_word(changes[0].outcome, lang)}: {row['code']}: {row['name']}")


# ------------------------------------------------------------------ staff


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--passwords", type=click.Path(path_type=Path), help="New file for the first passwords of new accounts.")
@_check
@_language
def user_import(file: Path, passwords: Path | None, check: bool, lang: str) -> None:
    """Staff and their roles from a CSV file; accounts are never removed, a role ends by valid_to."""
    from workflow import staff_roster

    content = file.read_bytes()
    with _faults(lang), _written(check, lang), open_office() as office:
        with office.database.read() as session:
            rows = staff_roster.rows(content)
            names = staff_roster.new_names(staff_roster.plan(session, rows, _reachable(office), office.now()))
        if check or not names:
            _apply(office, content, {}, lang, check=check)
            return
        if passwords is None:
            raise click.ClickException(_word("passwords_missing", lang))
        words = {name: secrets.token_urlsafe(12) for name in names}
        with _kept(passwords, words, lang):
            _apply(office, content, words, lang, check=False)


def _apply(office: Service, content: bytes, words: dict[str, str], lang: str, *, check: bool) -> None:
    """Hashing takes long and is done before anything is locked."""
    from workflow import staff, staff_roster
    from workflow.actors import Clock

    hashes, now = {name: staff.hash_secret(word) for name, word in words.items()}, office.now()
    with office.database.write() as session:
        our_addresses(session, office)
        changes = staff_roster.plan(session, staff_roster.rows(content), _reachable(office), now)
        _tell([(c.row["name"], c.outcome, c.differs) for c in changes], lang)
        if check:
            raise _Unwritten
        staff_roster.apply(session, changes, hashes, Clock(), now)


@contextmanager
def _kept(path: Path, words: dict[str, str], lang: str) -> Iterator[None]:
    """The passwords in a file for its owner alone, which goes again where nothing is written."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.ClickException(_word("passwords_there", lang, path=path)) from error
    done = False
    try:
        with os.fdopen(handle, "w") as file:
            file.writelines(f"{name} {word}\n" for name, word in words.items())
            file.flush()
            os.fsync(file.fileno())
        yield
        done = True
    finally:
        if not done:
            path.unlink(missing_ok=True)
    click.echo(_word("passwords", lang, path=path))


# ------------------------------------------------------------------ our numbers


@click.group()
def channel() -> None:
    """Our own addresses, and the unit whose messages arrive there."""


@channel.command("add")
@click.argument("channel_name", metavar="CHANNEL")
@click.argument("address")
@click.option("--facility", required=True, help="Code of the unit that the messages there are for.")
def channel_add(channel_name: str, address: str, facility: str) -> None:
    """Give one of our addresses to a unit, for example `whatsapp +62… --facility RUTAN-MAGETAN`."""
    import channels
    from webhooks.service import utc_now
    from workflow import journal, units
    from workflow.actors import Clock

    with open_office() as office, office.database.write() as session:
        adapter = channels.adapter_for(office.adapters, channel_name)
        if adapter is None:
            raise click.ClickException(f"the channel {channel_name} is off")
        address = channels.spelled(channel_name, address)
        unit = opening.unit(session, facility)
        row = units.channel_account(session, channel_name, address, unit)
        row.unit_id = unit.id
        journal.append(session, unit.id, "channel_account", Clock(), utc_now(), channel=channel_name, account=row.id)
        known = address in channels.addresses_of(adapter, channel_name)
    click.echo(f"{channel_name} {address}: {facility}")
    if not known:
        click.echo(f"{address} does not stand in the settings of the channel; add it there, too.", err=True)


@channel.command("list")
def channel_list() -> None:
    """Every address of ours with its unit."""
    from sqlalchemy import select

    from workflow.models import ChannelAccount, Unit

    database = opening.database(opening.settings())
    with closing(database), database.read() as session:
        query = select(ChannelAccount.channel, ChannelAccount.address, Unit.code).join(Unit)
        for name, address, code in session.execute(query.order_by(ChannelAccount.channel, ChannelAccount.address)):
            click.echo(f"{name}\t{address}\t{code}")


# ------------------------------------------------------------------ shared


@contextmanager
def open_office() -> Iterator[Service]:
    """The service for a command that needs its channels."""
    from webhooks.service import open_service

    settings = opening.settings()
    opening.database(settings).close()
    office = open_service(settings)
    try:
        yield office
    finally:
        office.close()


def _reachable(office: Service) -> set[str]:
    """The channels by which staff can be paged."""
    return {name for adapter in office.adapters.values() for name in adapter.accounts} & set(PAGED_BY)


def our_addresses(session: Session, office: Service) -> None:
    """Paging goes out from an address of ours, which must have its row."""
    from workflow import units

    for adapter in office.adapters.values():
        for ours, at in adapter.accounts.items():
            units.channel_account(session, ours, at)


@contextmanager
def _faults(lang: str) -> Iterator[None]:
    """What is wrong in a file, a sentence a line, and the end of the command."""
    from workflow.tables import Faulty

    try:
        yield
    except Faulty as faulty:
        for fault in faulty.faults:
            click.echo(fault.sentence(lang), err=True)
        raise click.ClickException(_word("nothing_written", lang)) from faulty


@contextmanager
def _written(check: bool, lang: str) -> Iterator[None]:
    try:
        yield
    except _Unwritten:
        click.echo(_word("checked", lang))


def _tell(changes: Sequence[tuple[str, str, list[str]]], lang: str) -> None:
    """What is new or differs, line by line, and how many there are of each."""
    for name, outcome, differs in changes:
        if outcome != "unchanged":
            click.echo(f"{_word(outcome, lang)}: {name}" + (f" ({', '.join(differs)})" if differs else ""))
    counts = Counter(outcome for _, outcome, _ in changes)
    click.echo(", ".join(f"{counts[outcome]} {_word(outcome, lang)}" for outcome in ("added", "changed", "unchanged")))


def _word(key: str, lang: str, **values: object) -> str:
    from workflow import wording

    return wording.label("import", key, lang).format(**values)
