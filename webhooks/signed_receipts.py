"""``aduan receipt``: the key of signed receipts, and their verification away from the service."""

from __future__ import annotations

from pathlib import Path

import click

from webhooks import opening


@click.group()
def receipt() -> None:
    """Signed receipts."""


@receipt.command("key")
def receipt_key() -> None:
    """Print the public key, for publishing."""
    click.echo(_own_key(), nl=False)


def _own_key() -> str:
    from webhooks.service import receipt_key
    from workflow import attest

    return attest.public_pem(receipt_key(opening.settings()))


@receipt.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Public key; else our own.")
@click.option("--text", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The message itself.")
def receipt_verify(file: Path, key: Path | None, text: Path | None) -> None:
    """Whether FILE is a receipt that the key's owner signed; with --text, whether it is of that text."""
    from workflow import attest

    try:
        signed = attest.read(file.read_text())
        public = attest.read_public(key.read_text() if key else _own_key())
    except ValueError as error:
        raise click.ClickException(f"not a receipt or not a key: {error}") from error
    if not attest.verify(signed, public):
        raise click.ClickException("the signature does not fit: this receipt was changed, or signed with another key")
    for name, value in signed.facts.items():
        click.echo(f"{name}: {value}")
    if text and not attest.proves(signed, text.read_bytes()):
        raise click.ClickException("the signature holds, but the receipt is of another text, or lacks its salt")
    click.echo("the signature holds" + ("; the receipt is of this text" if text else ""))
