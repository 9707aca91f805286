"""``aduan keys``: the master key gets a new version, and an old one is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from webhooks import opening


@click.group()
def keys() -> None:
    """The master key of the encryption."""


@contextmanager
def _in_words() -> Iterator[None]:
    """What went wrong with the file, as a sentence."""
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"the key file cannot be written: {error.strerror}") from error
    except ValueError as error:
        raise click.ClickException(str(error)) from error


@keys.command("show")
def keys_show() -> None:
    """Versions, when each was made, and how many data keys are wrapped under it."""
    from workflow import rotation
    from workflow.vault import wrapping

    settings = opening.settings()
    database = opening.database(settings)
    with database.read() as session:
        used = rotation.in_use(session)
    held = database.info["vault"].keys()
    database.close()
    for version in sorted(held.masters):
        made = held.since.get(version)
        current = "current" if version == held.current else "old"
        day = f"{made:%Y-%m-%d}" if made else "unknown"
        click.echo(f"{version}\t{current}\tmade {day}\t{used[wrapping(version)]} data keys")


@keys.command("rotate")
def keys_rotate() -> None:
    """Make a new version of the master key; everything is wrapped under it, now and while the service runs."""
    from webhooks.service import utc_now
    from workflow import keyfile

    settings = opening.settings()
    opening.database(settings).close()
    with _in_words():
        made = keyfile.rotate(settings.data_keys, utc_now())
    click.echo(
        f"version {made.current} of the master key is in {settings.data_keys}: copy the file to its safe place now"
    )
    _rewrap()


@keys.command("rewrap")
def keys_rewrap() -> None:
    """Wrap the data keys that are still under an old version; the service does it by itself, too."""
    _rewrap()


def _rewrap() -> None:
    from workflow import rotation

    database = opening.database(opening.settings())
    try:
        result = rotation.rewrap(database)
    finally:
        database.close()
    click.echo(f"{result.done} data keys wrapped anew")
    if result.unreadable:
        raise click.ClickException(f"{result.unreadable} data keys cannot be opened: the old versions stay")


@keys.command("retire")
def keys_retire() -> None:
    """Forget old versions, once nothing needs them. Copies made before need the key file as it was then."""
    from webhooks.service import utc_now
    from workflow import rotation

    database = opening.database(opening.settings())
    try:
        with _in_words():
            gone = rotation.retire(database, utc_now())
    except rotation.TooEarly as early:
        raise click.ClickException(str(early)) from early
    finally:
        database.close()
    if not gone:
        click.echo("there is one version alone: nothing to forget")
        return
    click.echo(f"forgotten: version {', '.join(map(str, gone))}")
    click.echo("backups made before the rotation can be restored with the key file that was kept with them alone")
