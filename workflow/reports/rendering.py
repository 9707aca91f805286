"""The three files of a report."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from workflow.enclosures import file_name
from workflow.models import Unit
from workflow.reports import paper, sheets
from workflow.reports.charts import Pen
from workflow.reports.document import Document, compose
from workflow.reports.month import Month


def render(document: Document, pen: Pen | None = None) -> dict[str, bytes]:
    """The content of each kind of file. A pen is shared where there are many documents. Raises OSError."""
    if pen is None:
        with Pen() as own:
            return render(document, own)
    return {"pdf": paper.pdf(document, pen), "xlsx": sheets.xlsx(document), "csv": sheets.csv_of(document)}


def files(session: Session, unit: Unit, month: Month, now: datetime) -> dict[str, bytes]:
    """The files of a unit's report by name."""
    made = render(compose(session, unit, month, now))
    return {file_name(unit, str(month), kind): content for kind, content in made.items()}
