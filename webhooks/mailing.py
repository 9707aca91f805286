"""``aduan mail import``: mails from files, one after the other, each handled before it is printed."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from webhooks import opening

if TYPE_CHECKING:
    from channels.mail_inbound import Sorted
    from webhooks.service import Service
    from workflow.inbox import Stored

#: What a Maildir keeps its mails in; ``tmp`` holds what is not yet delivered.
_MAILDIR = ("new", "cur")


@click.group("mail")
def mail() -> None:
    """Mail that lies in files."""


@mail.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--reply", is_flag=True, help="Answer the senders, as if the mails had just come in.")
def import_command(paths: tuple[Path, ...], reply: bool) -> None:
    """Feed .eml files, folders of them, or Maildirs through the email channel; one JSON object a file."""
    from webhooks.service import open_service

    settings = opening.settings()
    opening.database(settings).close()
    office = open_service(settings)
    try:
        for path in _files(paths):
            line = _take(office, path, reply=reply)
            sys.stdout.write(json.dumps(line, ensure_ascii=True) + "\n")
            sys.stdout.flush()
    finally:
        office.close()


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    """Every mail, in the order of names; a folder that holds new and cur is a Maildir."""
    for path in paths:
        if not path.is_dir():
            yield path
        elif any((path / name).is_dir() for name in _MAILDIR):
            for name in _MAILDIR:
                yield from sorted(p for p in (path / name).glob("*") if p.is_file())
        else:
            yield from sorted(p for p in path.rglob("*") if _is_mail(p))


def _is_mail(path: Path) -> bool:
    return path.is_file() and (path.suffix.lower() == ".eml" or path.parent.name in _MAILDIR)


def _take(office: Service, path: Path, *, reply: bool) -> dict[str, Any]:
    from channels.mail_inbound import sort
    from workflow.inbox import NotDurable

    try:
        raw = path.read_bytes()
    except OSError as error:
        return _line(path, "dead_letter", f"unreadable file: {type(error).__name__}")
    found = sort(raw, _our_address(office))
    try:
        stored = _store(office, found, reply=reply)
    except NotDurable:
        return _line(path, "dead_letter", "not_durable", found)
    if found.outcome == "stored":
        office.handle(stored.conversation_id)
    state, number = _became(office, stored.message_id)
    outcome, reason = found.outcome, found.reason
    if outcome == "stored" and state == "set_aside":
        outcome, reason = "dead_letter", "could not be handled"
    elif outcome == "stored" and stored.duplicate:
        return _line(path, "duplicate", "same id and content", found, number)
    return _line(path, outcome, reason, found, number)


def _our_address(office: Service) -> str:
    """The address that mails come to; files may be read before a mailbox is set up."""
    from channels.mail_servers import mailbox

    return mailbox(office.settings.mail_from)[1] or "aduan@localhost"


def _store(office: Service, found: Sorted, *, reply: bool) -> Stored:
    from workflow import deliveries
    from workflow.inbox import Wish

    options = {
        name: True for name, told in (("dead_letter", found.outcome == "dead_letter"), ("quiet", not reply)) if told
    }
    stored = office.intake.store(found.inbound, Wish(options=options))
    for receipt in found.reports:
        with office.database.write() as session:
            deliveries.take_report(session, receipt, office.now())
    return stored


def _became(office: Service, message_id: int) -> tuple[str, str | None]:
    """The state of a stored mail, and the number of its case."""
    from workflow.models import Case, Message

    with office.database.read() as session:
        message = session.get_one(Message, message_id)
        case = session.get(Case, message.case_id) if message.case_id else None
        return message.state, case.number if case else None


def _line(
    path: Path, outcome: str, reason: str, found: Sorted | None = None, number: str | None = None
) -> dict[str, Any]:
    mail = found.mail if found else None
    return {
        "path": str(path),
        "outcome": outcome,
        "reason": reason,
        "case": number,
        "from": mail.sender if mail else "",
        "subject": mail.subject if mail else "",
        "text": mail.text if mail else "",
        "attachments": [
            {
                "name": item.name,
                "type": item.declared_type,
                "size": len(item.content or b""),
                "sha256": hashlib.sha256(item.content or b"").hexdigest(),
            }
            for item in (mail.media if mail else ())
        ],
    }
