"""The report as an accessible PDF with charts."""

from __future__ import annotations

from typing import Any

from workflow import press, wording
from workflow.reports import charts, words
from workflow.reports.charts import Bars, Pen
from workflow.reports.document import LANGUAGE, Cell, Document, Table

#: Tables whose cells are words, not numbers.
_WORDS = frozenset({"heads", "reasons"})
#: Charts stay readable with this many bars; the table has all rows.
MOST = 12


def pdf(document: Document, pen: Pen) -> bytes:
    """The report. The same document gives the same bytes: its date is the moment up to which it counts."""
    drawn = _charts(document)
    pictures = {f"{name}.svg": content for name, content in (pen.draw(drawn) if drawn else {}).items()}
    return press.typeset("report", _data(document, drawn), document.until, pictures)


def _data(document: Document, drawn: dict[str, Bars]) -> dict[str, Any]:
    say = {key: words.say(key, LANGUAGE) for key in _STILL}
    superior = document.above[-1] if document.above else document.unit
    return {
        "title": say["title"],
        "lang": LANGUAGE,
        "letterhead": document.letterhead,
        "subject": words.say("subject", LANGUAGE, unit=document.unit.name, month=document.period),
        "to": words.say("to", LANGUAGE, head=wording.head_of(superior.kind, superior.name, LANGUAGE)),
        "summary": [*document.summary, *([] if document.partial else [say["as_of"]]), say["privacy"]],
        "charts": [
            {
                "file": f"{name}.svg",
                "title": words.say(f"chart_{name}", LANGUAGE),
                "alt": words.say(f"chart_{name}_alt", LANGUAGE, values=charts.spoken(bars)),
            }
            for name, bars in drawn.items()
        ],
        "tables": [_table(table) for table in document.tables],
        "head": _head(document),
        "signatory": wording.head_of(document.unit.kind, document.unit.name, LANGUAGE),
        "words": say,
        "missing": say["missing"],
    }


_STILL = ("title", "as_of", "privacy", "empty", "item", "signed", "place", "name", "page", "of",
          "missing")  # fmt: skip


def _head(document: Document) -> list[str]:
    if document.head is None:
        return [words.say("head_none", LANGUAGE)]
    sequence, digest = document.head
    return [words.say("head", LANGUAGE, sequence=sequence, hash=digest), words.say("head_why", LANGUAGE)]


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "note": table.note,
        "columns": [title for _, title in table.columns],
        "rows": [[row.label, *(shown(cell) for cell in row.values)] for row in table.rows],
        "wide": table.key in _WORDS,
        "hashes": table.key == "heads",
    }


def shown(cell: Cell) -> str:
    """A value as Indonesians write it."""
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:.1f}".replace(".", ",")
    return f"{cell:,}".replace(",", ".") if isinstance(cell, int) else cell


# ------------------------------------------------------------------ charts


def _charts(document: Document) -> dict[str, Bars]:
    """Those for which there is something to draw."""
    made = {"category": _categories(document), "deadlines": _deadlines(document), "facilities": _late(document)}
    return {name: bars for name, bars in made.items() if bars is not None and bars.labels}


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0


def _categories(document: Document) -> Bars | None:
    table = document.table("category")
    rows = table.rows[:MOST] if table else ()
    counted = tuple(_number(row.values[0]) for row in rows)
    title = wording.translator(LANGUAGE)(words.COLUMNS["count"])
    return Bars(tuple(row.label for row in rows), ((title, counted),))


def _deadlines(document: Document) -> Bars | None:
    """The table's own columns: what still runs is neither in time nor late."""
    table = document.table("deadlines")
    if table is None:
        return None
    rows = [row for row in table.rows if any(_number(cell) for cell in row.values)]
    values = zip(*(tuple(_number(cell) for cell in row.values) for row in rows), strict=True)
    series = zip((title for _, title in table.columns), values, strict=False)  # no rows, no values
    return Bars(tuple(row.label for row in rows), tuple(series))


def _late(document: Document) -> Bars | None:
    table = document.table("facilities")
    rows = [row for row in (table.rows if table else ()) if row.values[-1] is not None][:MOST]
    title = wording.translator(LANGUAGE)(words.COLUMNS["late_rate"])
    return Bars(tuple(row.label for row in rows), ((title, tuple(_number(row.values[-1]) for row in rows)),))
