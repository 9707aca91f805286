"""``aduan calendar``: holidays and working days that a decree adds to the library's data."""

from __future__ import annotations

from datetime import date, datetime

import click

from webhooks import opening


@click.group("calendar")
def calendar_group() -> None:
    """Holidays beyond the library's data."""


@calendar_group.command("list")
def calendar_list() -> None:
    """What the library knows, and every override."""
    from sqlalchemy import select

    from webhooks.service import utc_now
    from workflow import calendar
    from workflow.models import HolidayOverride, Unit

    click.echo(f"holidays are known until {calendar.covered_to(utc_now().date())}")
    with opening.database(opening.settings()).read() as session:
        codes = {unit.id: unit.code for unit in session.scalars(select(Unit))}
        query = select(HolidayOverride).where(HolidayOverride.removed_at.is_(None)).order_by(HolidayOverride.day)
        for row in session.scalars(query):
            kind = "holiday" if row.holiday else "working day"
            click.echo(f"{row.id}\t{row.day}\t{kind}\t{codes.get(row.unit_id or '', 'all')}\t{row.source}")


@calendar_group.command("add")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--source", required=True, help="The decree, for example the number of a joint decree.")
@click.option("--working", is_flag=True, help="A working day instead of a holiday.")
@click.option("--unit", "code", default="", help="Code of the one unit it holds for; all without it.")
def calendar_add(day: datetime, source: str, working: bool, code: str) -> None:
    """Make a day a holiday, or a working day; running clocks follow within a minute."""
    from webhooks.service import utc_now
    from workflow import timekeeping
    from workflow.actors import Clock
    from workflow.states import Impossible

    chosen: date = day.date()
    try:
        with opening.database(opening.settings()).write() as session:
            unit = opening.unit(session, code) if code else None
            row = timekeeping.decree(session, chosen, source, Clock(), utc_now(), holiday=not working, unit=unit)
            made = row.id
    except Impossible as refused:
        raise click.ClickException("the source is missing") from refused
    click.echo(made)


@calendar_group.command("revoke")
@click.argument("override")
def calendar_revoke(override: str) -> None:
    """Take an override back, by the id that `list` shows."""
    from webhooks.service import utc_now
    from workflow import timekeeping
    from workflow.actors import Clock
    from workflow.models import HolidayOverride

    with opening.database(opening.settings()).write() as session:
        row = session.get(HolidayOverride, override)
        if row is None:
            raise click.ClickException("there is no such override")
        timekeeping.revoke(session, row, Clock(), utc_now())
    click.echo("revoked")
