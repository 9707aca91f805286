"""What the page of a case tells of its files, and which links and forms it offers for each."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from webhooks.console import download
from workflow import access, files, filetypes
from workflow.actors import Officer
from workflow.models import Attachment, Case
from workflow.vault import Erased


@dataclass(frozen=True)
class Upload:
    """A file of a message. Links are empty where there is nothing to fetch; ``original``: its form is offered;
    ``filmed``: it may tell place and time, and no copy can be had without them."""

    id: str
    name: str
    type: str
    size: int
    state: str
    scan: str
    infection: str
    making: bool = False
    thumb: str = ""
    copy: str = ""
    file: str = ""
    original: bool = False
    filmed: bool = False


def upload(session: Session, officer: Officer, case: Case, row: Attachment) -> Upload:
    """One file as this account may fetch it."""
    infected, image, guarded = row.scan == "infected", files.is_image(row), files.is_guarded(row, case)
    may = row.state == "stored" and download.may_fetch(session, officer, case, row)
    ready = may and image and not infected and row.view == "ready"

    def address(part: str, offered: bool) -> str:
        return download.link(officer.account_id, row.id, part) if offered else ""

    return Upload(
        id=row.id,
        name=_name(session, row),
        type=row.content_type,
        size=row.size,
        state=row.state,
        scan=row.scan,
        infection=row.infection,
        making=image and row.state == "stored" and row.view == "",
        thumb=address(download.THUMB, ready),
        copy=address(download.COPY, ready),
        file=address(download.FILE, may and not guarded and not infected),
        original=may and (guarded or infected),
        filmed=filetypes.may_tell_place(row.content_type) and not image,
    )


def quarantined(session: Session, officer: Officer, case: Case) -> list[Upload]:
    """Infected files, for a custodian who does not read the words; their names are words, too."""
    if access.view(session, officer, case).text or not access.may_fetch(session, officer, case, infected=True):
        return []
    query = select(Attachment).where(Attachment.case_id == case.id, Attachment.scan == "infected")
    found = [upload(session, officer, case, row) for row in session.scalars(query.order_by(Attachment.message_id))]
    return [Upload(**{**one.__dict__, "name": ""}) for one in found]


def _name(session: Session, row: Attachment) -> str:
    try:
        return files.name(session, row)
    except Erased:
        return ""
