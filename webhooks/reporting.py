"""``aduan report`` and ``aduan dossier``: what leaves the desk on paper, for those above it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from webhooks import opening

if TYPE_CHECKING:
    from datetime import datetime

    from workflow.db import Database
    from workflow.reports import Month


@click.command("report")
@click.option("--month", required=True, help="YYYY-MM")
@click.option("--facility", required=True, help="Code of the unit; of an office above: with all its facilities.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="A folder.")
def report(month: str, facility: str, out: Path) -> None:
    """The monthly report as PDF, XLSX and CSV; prints the paths. The same month gives the same files."""
    from webhooks.service import utc_now
    from workflow.reports import Month

    try:
        wanted = Month.parse(month)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    database = opening.database(opening.settings())
    try:
        files = _files(database, facility, wanted, utc_now())
    finally:
        database.close()
    for name, content in files.items():
        _write(out / name, content)
        click.echo(out / name)


def _files(database: Database, code: str, month: Month, now: datetime) -> dict[str, bytes]:
    from workflow import journal
    from workflow.actors import Operator
    from workflow.reports import rendering

    with database.write() as session:
        unit = opening.unit(session, code)
        if month.begins(unit.timezone) > now:
            raise click.ClickException(f"{month} has not begun yet")
        files = rendering.files(session, unit, month, now)
        journal.append(session, unit.id, "report_made", Operator(), now, month=str(month))
    return files


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error
