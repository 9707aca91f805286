"""A table from a file as spreadsheet programs write it, each row with its line; what is wrong is told all at once."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO

from workflow import wording

MAX_BYTES = 20 * 1024 * 1024
_DELIMITERS = (";", ",", "\t")
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")


@dataclass(frozen=True)
class Fault:
    """What is wrong in one line, 0 where there is no file; ``reason`` is a word of the wording's ``import_fault``."""

    line: int
    reason: str
    values: tuple[tuple[str, str], ...] = ()

    @classmethod
    def at(cls, line: int, reason: str, **values: object) -> Fault:
        return cls(line, reason, tuple((name, str(value)) for name, value in values.items()))

    def sentence(self, locale: str) -> str:
        """The line and what is wrong there."""
        table, reason = (
            ("setting_fault", self.reason[8:]) if self.reason.startswith("setting_") else ("import_fault", self.reason)
        )
        values = dict(self.values)
        told = wording.label(table, reason, locale).format(**values)
        where = wording.label("import_fault", "line", locale).format(line=self.line) if self.line else ""
        return " ".join(filter(None, (where, values.get("column", "") and f"{values['column']}:", told)))


class Faulty(Exception):
    """A file that cannot be taken; nothing of it was written."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line)
        super().__init__(f"{len(self.faults)} faults")


@dataclass(frozen=True)
class Row:
    """One line of the table: its number in the file, and its cells by the name of their column."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def read(content: bytes, needed: Sequence[str], allowed: Callable[[str], bool]) -> list[Row]:
    """The rows of a file. Raises Faulty for a file that is no such table."""
    text = _decoded(content)
    first, _, rest = text.partition("\n")
    lead = 0
    if first.strip().lower().startswith("sep=") and rest:
        text, lead = rest, 1  # Excel's own line above the table
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(_rows(reader, lead, needed, allowed))
    except csv.Error as error:
        raise Faulty([Fault.at(reader.line_num + lead, "quotes")]) from error


def _decoded(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise Faulty([Fault.at(1, "too_large")])
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Faulty([Fault.at(content[: error.start].count(b"\n") + 1, "encoding")]) from error
    if "\0" in text:
        raise Faulty([Fault.at(text[: text.index("\0")].count("\n") + 1, "encoding")])
    return text


def _rows(reader: Iterable[list[str]], lead: int, needed: Sequence[str], allowed: Callable[[str], bool]) -> list[Row]:
    columns, rows, faults, before = list[str](), list[Row](), list[Fault](), 0
    for cells in reader:
        line, before = before + 1 + lead, int(reader.line_num)  # type: ignore[attr-defined]  # csv's reader counts
        typed = [" ".join(cell.split()) for cell in cells]
        if not any(typed):
            continue
        if not columns:
            columns = [cell.lower() for cell in typed]
            _check_columns(columns, line, needed, allowed)
        elif any(typed[len(columns) :]):
            faults.append(Fault.at(line, "cells", most=len(columns)))
        else:
            rows.append(Row(line, dict(zip(columns, typed, strict=False))))
    if faults:
        raise Faulty(faults)
    if not rows:
        raise Faulty([Fault.at(1, "empty")])
    return rows


def _check_columns(columns: list[str], line: int, needed: Sequence[str], allowed: Callable[[str], bool]) -> None:
    named = [column for column in columns if column]
    faults = [Fault.at(line, "column_missing", column=column) for column in needed if column not in named]
    faults += [Fault.at(line, "column_unknown", column=column) for column in named if not allowed(column)]
    faults += [Fault.at(line, "column_twice", column=column) for column in set(named) if named.count(column) > 1]
    if faults:
        raise Faulty(faults)


def day(typed: str) -> date | None:
    """A date as people and spreadsheets write it in Indonesia; None for what is none."""
    for shape in _DAYS:
        try:
            return datetime.strptime(typed, shape).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    return None
