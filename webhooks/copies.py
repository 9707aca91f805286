"""``aduan backup``, ``aduan restore`` and ``aduan retention``: what is kept, where, and for how long."""

from __future__ import annotations

from pathlib import Path

import click

from webhooks import opening


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """A consistent copy of everything, also while the service runs. The keys are not in it: keep them elsewhere."""
    from webhooks.service import utc_now
    from workflow import backup as copies
    from workflow.models import Mark

    settings, now = opening.settings(), utc_now()
    database = opening.database(settings)
    if file.exists():
        raise click.ClickException(f"{file} exists already; nothing is overwritten")
    try:
        counts = copies.write(database, file, now)
        with database.write() as session:
            session.merge(Mark(name="backup", value=now.isoformat()))
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from error
    finally:
        database.close()
    click.echo(f"{sum(counts.values())} rows, {file.stat().st_size} bytes: {file}")
    click.echo(f"not in it, keep apart: {settings.data_keys}, {settings.signing_key}, {settings.receipt_key}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Fill a new, empty database from a copy. The keys must be in place already."""
    from webhooks.service import open_database, utc_now
    from workflow import backup as copies

    settings = opening.settings()
    database, _ = open_database(settings)
    try:
        counts = copies.restore(database, settings.database, file, settings.home, utc_now())
    except copies.BadBackup as error:
        raise click.ClickException(str(error)) from error
    finally:
        database.close()
    click.echo(f"{sum(counts.values())} rows restored; check with `aduan doctor` and `aduan journal verify`")


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
def retention(dry_run: bool) -> None:
    """Erase what its retention class no longer allows; the service does it by itself every six hours."""
    from webhooks.service import utc_now
    from workflow import retention as rules

    settings, now = opening.settings(), utc_now()
    database = opening.database(settings)
    try:
        with database.read() as session:
            due = list(rules.plan(session, now))
            for line in due:
                click.echo(f"{line.number}\t{line.retention_class}\tended {line.ended_at:%Y-%m-%d}")
        if not dry_run:
            click.echo(f"{rules.run(database, now)} erased")
        elif not due:
            click.echo("nothing is due")
    finally:
        database.close()
