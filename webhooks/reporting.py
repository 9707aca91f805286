"""``aduan report`` and ``aduan dossier``: what leaves the desk on paper, for those above it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from webhooks import opening

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from webhooks.settings import Settings
    from workflow.actors import Officer, Operator
    from workflow.db import Database
    from workflow.dossier import Dossier
    from workflow.models import Case
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

    with database.read() as session:  # what takes long keeps nobody from writing
        unit = opening.unit(session, code)
        if month.begins(unit.timezone) > now:
            raise click.ClickException(f"{month} has not begun yet")
        try:
            files = rendering.files(session, unit, month, now)
        except OSError as error:
            raise click.ClickException(str(error)) from error
    with database.write() as session:
        journal.append(session, opening.unit(session, code).id, "report_made", Operator(), now, month=str(month))
    return files


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error


# ------------------------------------------------------------------ dossier


@click.command("dossier")
@click.argument("number")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A .zip or a .pdf.")
@click.option("--as", "name", help="The account that reads: only what it may see. Without it, the machine's operator.")
@click.option("--with-identity", is_flag=True, help="Open a confidential identity; needs --reason.")
@click.option("--reason", default="", help="Why the identity is opened; kept in the case and told in the dossier.")
def dossier(number: str, out: Path, name: str | None, with_identity: bool, reason: str) -> None:
    """Everything on one case, for the Ombudsman or a court. Journalled; prints the paths.

    FILE.zip holds the paper, the attachments, the letters and their SHA-256 sums; FILE.pdf is the paper, and the
    other files stand beside it as FILE-lampiran.zip.
    """
    if out.suffix.lower() not in (".zip", ".pdf"):
        raise click.ClickException("FILE ends in .zip or .pdf")
    settings = opening.settings()
    database = opening.database(settings)
    try:
        made = _dossier(database, settings, number, name, with_identity, reason)
    finally:
        database.close()
    if out.suffix.lower() == ".zip":
        content = {out: made.zipped(with_paper=True)}
    else:
        beside = out.with_name(f"{out.stem}-lampiran.zip")
        content = {out: made.pdf, **({beside: made.zipped(with_paper=False)} if made.beside else {})}
    for path, data in content.items():
        _write(path, data)
        path.chmod(0o600)
        click.echo(path)


_REFUSALS = {
    "unknown": "there is no case {number} for this reader; a sealed one needs --as with an account that may see it",
    "no_reason": "--with-identity needs --reason",
    "anonymous": "case {number} is anonymous: nobody may open who wrote",
    "not_custodian": "only a kustodian of the unit, or the operator, opens an identity",
}


def _dossier(
    database: Database, settings: Settings, number: str, name: str | None, with_identity: bool, reason: str
) -> Dossier:
    from webhooks.service import journal_key, utc_now
    from workflow import dossier, journal, letters, printing
    from workflow.actors import Operator

    now = utc_now()

    def found(session: Session) -> tuple[Officer | Operator, str, Case]:
        account = opening.account(session, name) if name else None
        actor = opening.officer(session, account, now) if account else Operator()
        return actor, account.full_name if account else "", dossier.find(session, actor, number)

    try:
        with database.read() as session:
            waiting = [letter.id for letter in letters.of_case(session, found(session)[2]) if not letter.sha256]
        printing.make_each(database, waiting, now)
        with database.write() as session:
            actor, reads, case = found(session)
            reader = dossier.reader(session, actor, reads, case, with_identity=with_identity, reason=reason)
            anchors = journal.read_anchors(settings.home / "anchors")
            return dossier.make(session, case, reader, journal_key(settings), anchors, now)
    except dossier.Refused as refused:
        raise click.ClickException(_REFUSALS[refused.reason].format(number=number)) from refused
