"""``aduan triage corrections``: what officers judged otherwise than triage, for those who tend its rules."""

from __future__ import annotations

import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from webhooks import opening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from workflow.actors import Officer
    from workflow.models import Case, Judgement

#: Whose part it is to judge complaints, and so to read how they were judged.
ROLES = ("petugas", "kanwil")


@click.command("corrections")
@click.option("--as", "name", required=True, help="The account that reads: only what it may read is shown.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Corrections of this day and later.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A new file, readable by its owner alone.")
def corrections(name: str, since: datetime | None, out: Path | None) -> None:
    """What officers corrected, one JSON object a line. Every case that is shown is journalled."""
    if out is not None and out.exists():
        raise click.ClickException(f"{out} exists already: nothing is overwritten")
    found = _found(name, since.date() if since else None)
    lines = "".join(json.dumps(line, ensure_ascii=True) + "\n" for line in found)
    if out is None:
        click.echo(lines, nl=False)
        return
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(lines)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from error
    click.echo(f"{len(found)} corrections in {out}")


def _found(name: str, since: date | None) -> list[dict[str, Any]]:
    from webhooks.service import utc_now

    now, database = utc_now(), opening.database(opening.settings())
    try:
        with database.write() as session:
            return export(session, _officer(session, name, now), now, since)
    finally:
        database.close()


def _officer(session: Session, name: str, now: datetime) -> Officer:
    from sqlalchemy import select

    from workflow import staff
    from workflow.models import Account

    account = session.scalar(select(Account).where(Account.name == name, Account.disabled_at.is_(None)))
    if account is None:
        raise click.ClickException(f"there is no account {name}, or it is disabled")
    officer = staff.officer(session, account, now)
    if not officer.units(*ROLES):
        raise click.ClickException(f"{name} is neither petugas nor kanwil today")
    return officer


def export(session: Session, officer: Officer, now: datetime, since: date | None = None) -> list[dict[str, Any]]:
    """The corrections that this account may read, oldest first; each case is journalled in this transaction."""
    from workflow import journal

    shown: dict[str, Case] = {}
    lines = []
    for case, first, corrected in _corrected(session, officer):
        line = _line(session, case, first, corrected, since)
        if line is not None:
            lines.append(line)
            shown[case.id] = case
    for case in shown.values():
        journal.append(session, case.handling_unit_id, "corrections", officer, now, case_id=case.id)
    return lines


def _corrected(session: Session, officer: Officer) -> Iterator[tuple[Case, Judgement, Judgement]]:
    """Cases whose text this account may read, with triage's own judgement and each one of an officer."""
    from sqlalchemy.orm import aliased

    from workflow import access
    from workflow.models import Case, Judgement

    own = aliased(Judgement)
    query = access.cases(officer).join(Judgement, Judgement.case_id == Case.id).join(own, own.case_id == Case.id)
    query = query.where(Judgement.author_id.is_not(None), own.author_id.is_(None), own.message_id.is_not(None))
    rows = session.execute(query.add_columns(own, Judgement).order_by(Judgement.id, own.id)).all()
    done = set[int]()
    for case, first, corrected in rows:
        if corrected.id not in done and access.view(session, officer, case).text:
            yield case, first, corrected
        done.add(corrected.id)


def _line(
    session: Session, case: Case, first: Judgement, corrected: Judgement, since: date | None
) -> dict[str, Any] | None:
    from workflow import conversations, people, receipts, staff
    from workflow.models import Person
    from workflow.vault import Erased

    ours, theirs = _essence(first.verdict), _essence(corrected.verdict)
    day = staff.local_today(case.handling_unit.timezone, corrected.created_at)
    if ours == theirs or (since and day < since):
        return None
    try:
        text = receipts.redact(conversations.opening(session, case))
    except Erased:
        return None
    return {
        "case": case.number,
        "text": people.mask(session, session.get_one(Person, case.person_id), text),
        "language": case.language,
        "triage": ours,
        "officer": theirs,
        "at": corrected.created_at.isoformat(),
    }


def _essence(verdict: dict[str, Any]) -> dict[str, Any]:
    category = next(iter(verdict["categories"]), None)
    return {"category": category, "urgency": verdict["urgency"], "about_head": verdict["about_head"]}
