"""Files of a conversation, one at a time, for those who may read its words."""

from __future__ import annotations

import unicodedata
from io import BytesIO

from flask import abort, send_file
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webhooks.auth import current_officer, staff
from webhooks.console.routes import bp
from webhooks.service import service
from workflow import access, files, journal
from workflow.models import Attachment, Case
from workflow.vault import Erased, Unreadable


@bp.get("/lampiran/<attachment_id>")
@staff
def lampiran(attachment_id: str) -> Response:
    """The file as it was sent, never shown in our own pages; the journal keeps who fetched it."""
    officer = current_officer()
    with service().database.write() as session:
        row = session.get(Attachment, attachment_id)
        case = access.find(session, officer, row.case_id) if row and row.case_id else None
        if row is None or case is None or not access.view(session, officer, case).text:
            abort(404)
        content, name = _content(session, row), _safe(_name(session, row))
        _note(session, case, row)
    answer = send_file(BytesIO(content), row.content_type, as_attachment=True, download_name=name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _content(session: Session, row: Attachment) -> bytes:
    try:
        content = files.content(session, row)
    except (Erased, Unreadable, FileNotFoundError, ValueError):
        content = None
    if content is None:
        abort(410)
    return content


def _name(session: Session, row: Attachment) -> str:
    try:
        return files.name(session, row)
    except Erased:
        return ""


def _safe(name: str) -> str:
    """A file name without folders, control characters and tricks of writing direction."""
    plain = "".join(c for c in name if unicodedata.category(c)[0] != "C" and c not in '/\\:*?"<>|')
    return plain.strip(". ")[:150] or "lampiran"


def _note(session: Session, case: Case, row: Attachment) -> None:
    officer, now = current_officer(), service().now()
    journal.append(session, case.handling_unit_id, "read", officer, now, case_id=case.id, attachment=row.id)
