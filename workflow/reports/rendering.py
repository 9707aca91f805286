"""The three files of a report."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from workflow.enclosures import file_name
from workflow.models import Unit
from workflow.reports import paper, sheets
from workflow.reports.document import Document, compose
from workflow.reports.month import Month

_RENDER = {"pdf": paper.pdf, "xlsx": sheets.xlsx, "csv": sheets.csv_of}


def render(document: Document) -> dict[str, bytes]:
    """The content of each kind of file."""
    return {kind: make(document) for kind, make in _RENDER.items()}


def files(session: Session, unit: Unit, month: Month, now: datetime) -> dict[str, bytes]:
    """The files of a unit's report by name."""
    made = render(compose(session, unit, month, now))
    return {file_name(unit, str(month), kind): content for kind, content in made.items()}
