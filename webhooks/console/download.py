"""Files of a conversation, one at a time, for those who may read its words.

The page of a case gives links that hold for a while and for its reader alone: to a thumbnail, to a copy without what
the camera wrote into it, or to a file that is no picture. The original of a picture needs a reason, and so does a
video of somebody who does not speak openly.
"""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from io import BytesIO

from flask import abort, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webhooks import links
from webhooks.auth import current_officer, staff
from webhooks.console.routes import bp
from webhooks.service import service
from workflow import access, files, journal
from workflow.actors import Officer
from workflow.desklabels import DESK_LABELS
from workflow.models import Attachment, Case
from workflow.vault import Erased, Unreadable

#: A link holds this long after its page was made.
LASTS = timedelta(minutes=30)
THUMB, COPY, FILE = "kecil", "salinan", "berkas"


def link(account_id: str, attachment_id: str, part: str) -> str:
    """The address of one part of a file, for one account."""
    permit = links.sign("file", [account_id, attachment_id, part])
    return url_for("console.lampiran", attachment_id=attachment_id, part=part, izin=permit)


@bp.get("/lampiran/<attachment_id>/<part>")
@staff
def lampiran(attachment_id: str, part: str) -> Response:
    """A thumbnail, a copy, or a file that is no picture; the journal keeps who fetched more than a thumbnail."""
    officer = current_officer()
    if links.read("file", request.args.get("izin", ""), LASTS) != [officer.account_id, attachment_id, part]:
        abort(410)
    opened = service().database.read if part == THUMB else service().database.write
    with opened() as session:
        row, case = _found(session, attachment_id)
        if row.scan == "infected" or (part == FILE and files.is_guarded(row, case)):
            abort(404)
        content, name = _part(session, row, part), _safe(_name(session, row))
        if part != THUMB:
            now = service().now()
            journal.append(
                session, case.handling_unit_id, "read", officer, now, case_id=case.id, attachment=row.id, part=part
            )
        kind = {THUMB: "image/jpeg", COPY: row.copy_type}.get(part, row.content_type)
    return _send(content, kind, name if part == FILE else _renamed(name, kind))


@bp.post("/lampiran/<attachment_id>/asli")
@staff
def lampiran_asli(attachment_id: str) -> Response:
    """The file as it arrived, with all that the camera or the scanner knows of it; the journal keeps who and why."""
    reason, officer = request.form.get("alasan", ""), current_officer()
    if reason not in DESK_LABELS["original_reason"]:
        abort(422)
    with service().database.write() as session:
        row, case = _found(session, attachment_id)
        content, name, kind = _part(session, row, "asli"), _safe(_name(session, row)), row.content_type
        journal.append(
            session, case.handling_unit_id, "original", officer, service().now(), case_id=case.id, attachment=row.id,
            reason=reason, infected=row.scan == "infected",
        )  # fmt: skip
    return _send(content, kind, name)


def _found(session: Session, attachment_id: str) -> tuple[Attachment, Case]:
    """The file and its case, or the page that a random id gets."""
    officer = current_officer()
    row = session.get(Attachment, attachment_id)
    case = access.find(session, officer, row.case_id) if row and row.case_id else None
    if row is None or case is None:
        abort(404)
    if not may_fetch(session, officer, case, row):
        abort(404)
    return row, case


def may_fetch(session: Session, officer: Officer, case: Case, row: Attachment) -> bool:
    """Files of a message go with its words; those of a report with the report, to everybody who handles the case."""
    infected = row.scan == "infected"
    if row.paper_id and not infected:
        return access.view(session, officer, case).handles
    return access.may_fetch(session, officer, case, infected=infected)


def _part(session: Session, row: Attachment, part: str) -> bytes:
    try:
        if part in (THUMB, COPY):
            content = files.picture(session, row, "thumb" if part == THUMB else "copy")
        else:
            content = files.content(session, row) if part in (FILE, "asli") else None
    except (Erased, Unreadable, FileNotFoundError, ValueError):
        content = None
    if content is None:
        abort(410)
    return content


def _send(content: bytes, kind: str, name: str) -> Response:
    """Always as a download: what came from outside is never shown in our own pages, but for pictures that we drew."""
    answer = send_file(BytesIO(content), kind, as_attachment=True, download_name=name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _name(session: Session, row: Attachment) -> str:
    try:
        return files.name(session, row)
    except Erased:
        return ""


def _safe(name: str) -> str:
    """A file name without folders, control characters and tricks of writing direction."""
    plain = "".join(c for c in name if unicodedata.category(c)[0] != "C" and c not in '/\\:*?"<>|')
    return plain.strip(". ")[:150] or "lampiran"


def _renamed(name: str, kind: str) -> str:
    """The name of a copy, with the ending of what it is."""
    stem = name.rpartition(".")[0] or name
    return f"{stem} (salinan){'.png' if kind == 'image/png' else '.jpg'}"
