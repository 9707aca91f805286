"""What travels with a message of the office: the files of a monthly report. Their names do not change."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from workflow.messages import Enclosure
from workflow.models import Outbound, Report, Unit
from workflow.vault import Erased, Unreadable, vault_of

MEDIA = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
#: The wording of the mail that carries a report.
REPORT = "report_mail"


def of(session: Session, row: Outbound) -> tuple[Enclosure, ...]:
    """The files that go out with a message; none with most. Raises Erased where they cannot be read any more."""
    if row.report_id is None or row.key != REPORT:
        return ()
    report = session.get_one(Report, row.report_id)
    try:
        return tuple(_enclosed(session, report, kind) for kind in MEDIA)
    except (KeyError, OSError, ValueError, Unreadable) as error:
        raise Erased from error


def _enclosed(session: Session, report: Report, kind: str) -> Enclosure:
    return Enclosure(file_name(report.unit, report.month, kind), MEDIA[kind], content(session, report, kind))


def file_name(unit: Unit, month: str, kind: str) -> str:
    """``laporan-RUTAN-MAGETAN-2026-10.pdf``."""
    return f"laporan-{re.sub(r'[^A-Za-z0-9-]', '-', unit.code)}-{month}.{kind}"


def content(session: Session, report: Report, kind: str) -> bytes:
    """The plain bytes of one file. Raises KeyError, Erased, FileNotFoundError, ValueError (damaged)."""
    sealed = session.info["objects"].get({file.kind: file.object_key for file in report.files}[kind])
    return vault_of(session).open(session, report.data_key_id, sealed, "report.object")
