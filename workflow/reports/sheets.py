"""The report as a spreadsheet and as a CSV."""

from __future__ import annotations

import csv
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any
from zoneinfo import ZoneInfo

from workflow.reports import words
from workflow.reports.document import LANGUAGE, Cell, Document, Table

#: What spreadsheets allow in the name of a sheet.
_LONGEST, _FORBIDDEN = 31, str.maketrans("[]:*?/\\", "       ")
#: Columns of words: which, counted from 0.
_WIDE = {"heads": 2, "reasons": 1}
#: Excel with Indonesian settings reads this without being asked anything.
CSV_DIALECT = {"delimiter": ";", "lineterminator": "\r\n"}
CSV_COLUMNS = ("month", "unit", "table", "key", "value")


# ------------------------------------------------------------------ spreadsheet


def xlsx(document: Document) -> bytes:
    """One sheet a table, numbers as numbers, ready to print. The same document gives the same bytes."""
    import xlsxwriter

    target = BytesIO()
    with xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        local = document.until.astimezone(ZoneInfo(document.unit.timezone)).replace(tzinfo=None)
        title = words.say("title", LANGUAGE)
        book.set_properties({"title": title, "subject": document.unit.name, "author": "Aduan", "created": local})
        styles = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"}),
            "words": book.add_format({"text_wrap": True, "valign": "top"}),
            "number": book.add_format({"num_format": "#,##0"}),
            "share": book.add_format({"num_format": "#,##0.0"}),
            "moment": book.add_format({"num_format": "d mmmm yyyy hh:mm", "align": "left"}),
            "date": book.add_format({"num_format": "mmmm yyyy", "align": "left"}),
        }
        _cover(book, styles, document, local)
        for table in document.tables:
            _sheet(book, styles, document, table)
    return target.getvalue()


def _cover(book: Any, styles: dict[str, Any], document: Document, local: datetime) -> None:
    sheet = book.add_worksheet(words.say("cover", LANGUAGE))
    _print_setup(sheet, document)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90, styles["words"])
    sheet.write(0, 0, words.say("title", LANGUAGE), styles["title"])
    sheet.write(2, 0, words.say("cover_unit", LANGUAGE))
    sheet.write(2, 1, document.unit.name)
    sheet.write(3, 0, words.say("cover_month", LANGUAGE))
    sheet.write_datetime(3, 1, datetime(document.month.year, document.month.number, 1), styles["date"])  # noqa: DTZ001 - a cell has no zone
    sheet.write(4, 0, words.say("cover_until", LANGUAGE))
    sheet.write_datetime(4, 1, local, styles["moment"])
    if document.head:
        sheet.write(5, 0, words.say("cover_head", LANGUAGE))
        sheet.write(5, 1, f"{document.head[0]} {document.head[1]}")
    for n, sentence in enumerate((*document.summary, words.say("privacy", LANGUAGE))):
        sheet.write(7 + n, 1, sentence, styles["words"])


def _sheet(book: Any, styles: dict[str, Any], document: Document, table: Table) -> None:
    sheet = book.add_worksheet(table.title.translate(_FORBIDDEN)[:_LONGEST].strip())
    _print_setup(sheet, document)
    sheet.set_column(0, 0, max([28, *(min(len(row.label), 70) for row in table.rows)]) + 2)
    sheet.set_column(1, max(len(table.columns), 1), 14)
    if table.key in _WIDE:
        sheet.set_column(_WIDE[table.key], _WIDE[table.key], 68, styles["words"])
    sheet.write_row(0, 0, [words.say("item", LANGUAGE), *(title for _, title in table.columns)], styles["head"])
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    for n, row in enumerate(table.rows, 1):
        sheet.write_string(n, 0, row.label)
        for column, cell in enumerate(row.values, 1):
            _write(sheet, styles, n, column, cell)
    if table.note:
        sheet.write_string(len(table.rows) + 2, 0, table.note)


def _write(sheet: Any, styles: dict[str, Any], row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell, styles["words"])
    elif cell is not None:
        sheet.write_number(row, column, cell, styles["share" if isinstance(cell, float) else "number"])


def _print_setup(sheet: Any, document: Document) -> None:
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{document.unit.name.replace('&', '&&')}, {document.period}&R&P/&N")


# ------------------------------------------------------------------ CSV


def csv_of(document: Document) -> bytes:
    """One value a line: month, unit, table, key, value. UTF-8 with its mark, semicolons, decimal comma."""
    text = StringIO()
    writer = csv.writer(text, **CSV_DIALECT)  # type: ignore[arg-type]
    writer.writerow(CSV_COLUMNS)
    for table in document.tables:
        for row in table.rows:
            for (column, _), cell in zip(table.columns, row.values, strict=True):
                key = row.key if len(table.columns) == 1 else f"{row.key}/{column}"
                writer.writerow((str(document.month), document.unit.code, table.key, harmless(key), plain(cell)))
    if document.head:
        for name, value in (("sequence", document.head[0]), ("hash", document.head[1])):
            writer.writerow((str(document.month), document.unit.code, "journal_head", name, value))
    return text.getvalue().encode("utf-8-sig")


def plain(cell: Cell) -> str:
    """A value for a CSV; nothing where there is none."""
    if isinstance(cell, float):
        return f"{cell:.1f}".replace(".", ",")
    return "" if cell is None else harmless(cell) if isinstance(cell, str) else str(cell)


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
