"""``aduan unit set`` and ``show``: what a facility or office says of itself on its letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from webhooks import opening

if TYPE_CHECKING:
    from workflow.models import Unit

_HEAD = "letterhead."


@click.command("set")
@click.argument("code")
@click.argument("key")
@click.argument("value")
def unit_set(code: str, key: str, value: str) -> None:
    """Set letterhead.address, letterhead.telephone … or letter_number of a unit; an empty VALUE takes it away."""
    from webhooks.service import utc_now
    from workflow import journal
    from workflow.actors import Clock

    now = utc_now()
    with opening.database(opening.settings()).write() as session:
        unit = opening.unit(session, code)
        try:
            unit.settings = _changed(unit, key, " ".join(value.split()))
        except ValueError as error:
            raise click.ClickException(str(error)) from error
        journal.append(session, unit.id, "unit_setting", Clock(), now, key=key)
    click.echo(f"{code}: {key} {'set' if value.strip() else 'removed'}")


def _changed(unit: Unit, key: str, value: str) -> dict[str, Any]:
    from webhooks.service import utc_now
    from workflow import letters

    settings = dict(unit.settings or {})
    if key == "letter_number":
        if value:
            letters.check_pattern(value, unit, utc_now())
        return _with(settings, key, value)
    name = key.removeprefix(_HEAD)
    if not key.startswith(_HEAD) or name not in letters.LETTERHEAD:
        known = ", ".join(["letter_number", *(_HEAD + known for known in letters.LETTERHEAD)])
        raise ValueError(f"unknown setting {key}; there are {known}")
    if len(value) > 200:
        raise ValueError(f"{key} is longer than 200 characters")
    return _with(settings, "letterhead", _with(dict(settings.get("letterhead", {})), name, value))


def _with(settings: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    return {**settings, key: value} if value else {k: v for k, v in settings.items() if k != key}


@click.command("show")
@click.argument("code")
def unit_show(code: str) -> None:
    """What the letters of a unit will say above and as number."""
    from webhooks.service import utc_now
    from workflow import letters, staff

    with opening.database(opening.settings()).read() as session:
        unit, now = opening.unit(session, code), utc_now()
        head = letters.letterhead(session, unit)
        for line in (*head["above"], head["name"], *head["contact"]):
            click.echo(line)
        year = staff.local_today(unit.timezone, now).year
        click.echo(f"number: {letters.number(unit, year, 1, now)}")
