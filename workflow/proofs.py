"""Files that an official adds to a report: kept as those of a message are, under the key of the case."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import filetypes, inbox
from workflow.messages import Media
from workflow.models import Attachment, Paper, new_id
from workflow.states import Impossible
from workflow.vault import vault_of


def digests(media: Sequence[Media]) -> list[str]:
    """The hashes of the plain bytes, which the hash of the paper covers.

    Raises Impossible beyond the limits, or for what no evidence is made of.
    """
    contents = [one.content or b"" for one in media]
    if len(contents) > inbox.MAX_FILES or any(len(content) > inbox.MAX_FILE for content in contents):
        raise Impossible("files_too_large")
    if not all(filetypes.is_evidence(one.content or b"", one.declared_type, one.name) for one in media):
        raise Impossible("files_kind")
    return [hashlib.sha256(content).hexdigest() for content in contents]


def keep(session: Session, paper: Paper, media: Sequence[Media]) -> list[str]:
    """Put the files away with their paper; returns their ids. Raises Impossible where the disk refuses one."""
    return [_keep(session, paper, one) for one in media]


def _keep(session: Session, paper: Paper, media: Media) -> str:
    name = inbox.sanitise(media.name)[:200]
    row = Attachment(
        id=new_id(),
        paper_id=paper.id,
        case_id=paper.case_id,
        data_key_id=paper.data_key_id,
        name_enc=vault_of(session).seal(session, paper.data_key_id, name, "attachment.name"),
        content_type=filetypes.plain(media.declared_type),
        state="wanted",
    )
    session.add(row)
    inbox.keep(session, row, media.content or b"")
    if row.state != "stored":
        raise Impossible("files_not_kept")
    return row.id


def of(session: Session, paper_id: str) -> list[Attachment]:
    """The files of one paper, in an order that stays."""
    return list(session.scalars(select(Attachment).where(Attachment.paper_id == paper_id).order_by(Attachment.id)))
