"""``aduan journal``: whether the chains hold, also against what was printed and sent outside."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import click

from webhooks import opening

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from workflow.reports.heads import Head

_HEAD = re.compile(r"[^:]+:(?P<sequence>[1-9]\d{0,17}):(?P<hash>[0-9a-f]{64})")


@click.group("journal")
def journal_group() -> None:
    """The hash-chained journal."""


@journal_group.command("verify")
@click.option("heads", "--head", multiple=True, metavar="UNIT:ENTRY:HASH", help="As a monthly report prints it.")
def journal_verify(heads: tuple[str, ...]) -> None:
    """Walk every chain and compare it with the monthly reports; exit 1 and the first entry where one does not hold."""
    from webhooks.service import journal_key
    from workflow import journal
    from workflow.reports import heads as told

    settings = opening.settings()
    database = opening.database(settings)
    with database.read() as session:
        given = [_given(session, typed) for typed in heads]
        anchors = journal.read_anchors(settings.home / "anchors")
        findings, total = journal.verify(session, journal_key(settings), anchors)
        kept = list(told.kept(session))
        findings += told.differing(session, given) + told.differing(session, kept)
    for finding in dict.fromkeys(findings):
        click.echo(f"broken: {finding.unit} entry {finding.sequence}: {finding.reason}")
    if findings:
        sys.exit(1)
    reports = len({head.source for head in kept})
    click.echo(f"journal holds: {total} entries, as {reports} stored reports and {len(given)} given heads say")


@journal_group.command("anchor")
@click.argument("code", metavar="UNIT")
def journal_anchor(code: str) -> None:
    """Make the lost or spoilt anchor of a chain anew, where nothing else speaks against the chain. Journalled."""
    from webhooks.service import journal_key, utc_now
    from workflow import journal
    from workflow.actors import Operator
    from workflow.reports import heads as told

    settings = opening.settings()
    database = opening.database(settings)
    with database.read() as session:
        unit = opening.unit(session, code)
        findings = told.differing(session, [head for head in told.kept(session) if head.unit == code])
        if not findings:
            broken = journal.renew_anchor(session, journal_key(settings), unit.id, settings.home / "anchors")
            findings = [broken] if broken else []
    for finding in findings:
        raise click.ClickException(f"{code} entry {finding.sequence}: {finding.reason}")
    with database.write() as session:
        journal.append(session, unit.id, "anchor", Operator(), utc_now())
    click.echo(f"{code}: anchor made anew")


def _given(session: Session, typed: str) -> Head:
    """A head as it was typed off paper, where a long hash may have been broken into pieces."""
    from workflow.reports.heads import Head

    unit, _, rest = "".join(typed.split()).partition(":")
    read = _HEAD.fullmatch(f"{unit}:{rest.lower()}")
    if read is None:
        raise click.ClickException(
            f"{typed}: not UNIT:ENTRY:HASH, where ENTRY is a number and HASH has 64 signs 0-9, a-f"
        )
    return Head(opening.unit(session, unit).code, int(read["sequence"]), read["hash"], "the head that was given")
