"""The three files of a report, under names that do not change."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy.orm import Session

from workflow.models import Unit
from workflow.reports import paper, sheets
from workflow.reports.document import Document, compose
from workflow.reports.month import Month

MEDIA = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_RENDER = {"pdf": paper.pdf, "xlsx": sheets.xlsx, "csv": sheets.csv_of}


def render(document: Document) -> dict[str, bytes]:
    """The content of each kind of file."""
    return {kind: make(document) for kind, make in _RENDER.items()}


def file_name(unit: Unit, month: Month | str, kind: str) -> str:
    """``laporan-RUTAN-MAGETAN-2026-10.pdf``."""
    return f"laporan-{re.sub(r'[^A-Za-z0-9-]', '-', unit.code)}-{month}.{kind}"


def files(session: Session, unit: Unit, month: Month, now: datetime) -> dict[str, bytes]:
    """The files of a unit's report by name."""
    made = render(compose(session, unit, month, now))
    return {file_name(unit, month, kind): content for kind, content in made.items()}
