"""``aduan user``: staff accounts from the command line."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from webhooks import opening, rosters

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@click.group()
def user() -> None:
    """Staff accounts."""


user.add_command(rosters.user_import)


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
        with opening.database(opening.settings()).write() as session:
            where = opening.unit(session, facility)
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

    from workflow import selftest
    from workflow.models import Account, Unit

    with opening.database(opening.settings()).read() as session:
        codes = {u.id: u.code for u in session.scalars(select(Unit))}
        for account in session.scalars(select(Account).order_by(Account.name)):
            roles = ", ".join(f"{g.role}@{codes[g.unit_id]}" for g in account.grants)
            state = "disabled" if account.disabled_at else "active"
            test = "\tof the daily self-test; nobody can log in" if account.name == selftest.ACCOUNT else ""
            click.echo(f"{account.name}\t{roles}\t{state}{test}")


@user.command("disable")
@click.argument("name")
def user_disable(name: str) -> None:
    """Bar an account; its sessions end."""
    from webhooks.service import utc_now
    from workflow import staff

    with opening.database(opening.settings()).write() as session:
        staff.disable(session, _account(session, name), utc_now())
    click.echo(f"{name} disabled")


@user.command("reset")
@click.argument("name")
def user_reset(name: str) -> None:
    """A new password, printed once; the account's sessions end."""
    from workflow import staff

    password = secrets.token_urlsafe(12)
    with opening.database(opening.settings()).write() as session:
        staff.reset(_account(session, name), password)
    click.echo(f"{name} {password}")


@user.command("telephone")
@click.argument("name")
@click.argument("channel", type=click.Choice(rosters.PAGED_BY))
@click.argument("address")
def user_telephone(name: str, channel: str, address: str) -> None:
    """Where an account is paged in an emergency, for example `whatsapp whatsapp:+62…` or `sms +62…`."""
    from workflow import notices

    try:
        with rosters.open_office() as office, office.database.write() as session:
            rosters.our_addresses(session, office)
            notices.register_telephone(session, _account(session, name), channel, address, office.now())
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{name} is paged by {channel}")


@user.command("delegate")
@click.argument("name")
@click.option("--from", "head", required=True, help="The account of the head.")
@click.option("--facility", required=True, help="Code of the unit.")
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--order", required=True, help="Number of the order, for example of the Surat Perintah.")
def user_delegate(name: str, head: str, facility: str, since: datetime, until: datetime, order: str) -> None:
    """Make an official acting head (Plh.) for named days."""
    from webhooks.service import utc_now
    from workflow import delegation
    from workflow.actors import Clock

    days = (since.date(), until.date())
    with _sentences(), opening.database(opening.settings()).write() as session:
        unit, people = opening.unit(session, facility), (_account(session, head), _account(session, name))
        delegation.delegate(session, unit, *people, days, order, Clock(), utc_now())
    click.echo(f"{name} is acting head of {facility} from {days[0]} to {days[1]}")


@user.command("undelegate")
@click.argument("name")
@click.option("--facility", required=True, help="Code of the unit.")
def user_undelegate(name: str, facility: str) -> None:
    """End what `delegate` gave, at once."""
    from webhooks.service import utc_now
    from workflow import delegation
    from workflow.actors import Clock

    with _sentences(), opening.database(opening.settings()).write() as session:
        unit, deputy, now = opening.unit(session, facility), _account(session, name), utc_now()
        given = [grant for grant in delegation.current(session, unit, now) if grant.account_id == deputy.id]
        if not given:
            raise click.ClickException(f"{name} is not acting head of {facility}")
        for grant in given:
            delegation.end(session, unit, grant.id, None, Clock(), now)
    click.echo(f"{name} is no longer acting head of {facility}")


@contextmanager
def _sentences() -> Iterator[None]:
    """What the office refuses becomes the sentence that the console would show."""
    from workflow import wording
    from workflow.states import Impossible

    try:
        yield
    except Impossible as refused:
        raise click.ClickException(wording.label("impossible", refused.reason, "en")) from refused


def _account(session: Session, name: str) -> Any:
    from sqlalchemy import select

    from workflow.models import Account

    found = session.scalar(select(Account).where(Account.name == name))
    if found is None:
        raise click.ClickException(f"there is no account {name}")
    return found
