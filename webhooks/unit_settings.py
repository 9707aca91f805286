"""``aduan unit set`` and ``show``: what a facility or office sets for itself, and what its letters then say."""

from __future__ import annotations

import click

from webhooks import opening


@click.command("set")
@click.argument("code")
@click.argument("key")
@click.argument("value")
def unit_set(code: str, key: str, value: str) -> None:
    """Set a setting of a unit, for example letterhead.address; an empty VALUE takes it away."""
    from webhooks.service import utc_now
    from workflow import journal, unit_settings
    from workflow.actors import Clock

    now = utc_now()
    with opening.database(opening.settings()).write() as session:
        unit = opening.unit(session, code)
        try:
            unit.settings = unit_settings.changed(unit, key, value, now)
        except ValueError as error:
            raise click.ClickException(f"{key}: {error}") from error
        journal.append(session, unit.id, "unit_setting", Clock(), now, key=key)
    click.echo(f"{code}: {key} {'set' if value.strip() else 'removed'}")


@click.command("show")
@click.argument("code")
def unit_show(code: str) -> None:
    """What the letters of a unit will say above and as number, and what else it has set."""
    from webhooks.service import utc_now
    from workflow import letters, staff, unit_settings

    with opening.database(opening.settings()).read() as session:
        unit, now = opening.unit(session, code), utc_now()
        head = letters.letterhead(session, unit)
        for line in (*head["above"], head["name"], *head["contact"]):
            click.echo(line)
        year = staff.local_today(unit.timezone, now).year
        click.echo(f"number: {letters.number(unit, year, 1, now)}")
        for key in unit_settings.table():
            if value := unit_settings.told(unit, key):
                click.echo(f"{key} = {value}")
