"""Every monthly report that was made and sent, line by line beside the book; and the figures of the running month."""

from __future__ import annotations

import csv
import io
from collections import Counter

import openpyxl
from pypdf import PdfReader
from sqlalchemy import select

from tests.days.play import Play
from tests.days.tally import Tally
from tests.days.world import BANGIL, PLACES, RUTAN, TIMUR
from workflow import enclosures
from workflow.models import Report, Unit
from workflow.reports import sheets, words
from workflow.reports.document import compose
from workflow.reports.month import Month

#: What is not the book's: the head of each chain. Reasons are words, and compared as such.
NOT_COUNTED = ("journal_head", "heads", "reasons")
#: Tables with more than one column.
MANY = ("deadlines", "durations", "escalations", "facilities")
PROMISED = ("respond", "respond_integrity", "inform")


def agree(play: Play) -> int:
    """How many reports were compared."""
    with play.office.db.read() as s:
        made = {(r.unit.code, r.month): enclosures.content(s, r, "csv") for r in s.scalars(select(Report))}
        sheets_of = {(r.unit.code, r.month): enclosures.content(s, r, "xlsx") for r in s.scalars(select(Report))}
        pages = {(r.unit.code, r.month): enclosures.content(s, r, "pdf") for r in s.scalars(select(Report))}
        names = {u.code: u.name for u in s.scalars(select(Unit))}
        now = play.office.clock()
        units = {u.code: u for u in s.scalars(select(Unit))}
        running = {
            (code, "2027-01"): sheets.csv_of(compose(s, units[code], Month(2027, 1), now)) for code in (RUTAN, TIMUR)
        }
        empty = _cells(sheets.csv_of(compose(s, units[BANGIL], Month(2026, 12), now)))
    play.dispatch.agrees()
    assert {month for _, month in made} == {"2026-11", "2026-12"}
    assert not empty, "a month in which nothing happened"
    wrong, expected = {}, {}
    for (code, month), content in (made | running).items():
        ours = _expected(play, code, Month.parse(month), names)
        theirs = _cells(content)
        wrong |= {
            (code, month, *key): (theirs.get(key), ours.get(key))
            for key in theirs.keys() | ours.keys()
            if theirs.get(key) != ours.get(key)
        }
        _reasons(play, code, Month.parse(month), content)
        expected[code, month] = ours
    assert not wrong, wrong
    for key in made:
        _spreadsheet(sheets_of[key], expected[key])
        _sentence(pages[key], expected[key])
    return len(made)


def _expected(play: Play, code: str, month: Month, names: dict[str, str]) -> dict[tuple[str, str], str]:
    total = Tally(play.book, code, month.year, month.number, play.office.clock())
    parts = {names[code]: _facility(total)}
    if play.book.places[code].kind == "kanwil":
        for place in PLACES:
            if place.above == code:
                below = Tally(play.book, place.code, month.year, month.number, play.office.clock())
                parts[names[place.code]] = _facility(below)
                total.add(below)
    compared = {("facilities", f"{name}/{column}"): value for name, row in parts.items() for column, value in row.items()
                if len(parts) > 1 and value not in ("", "0")}  # fmt: skip
    return total.cells() | compared


def _reasons(play: Play, code: str, month: Month, content: bytes) -> None:
    """Each extension of the month has a line: the words that the family was told, or that they stay in the case."""
    below = {code, *(place.code for place in PLACES if place.above == code)}
    given = {(life.name, at): reason for life in play.book.lives.values() for at, _, _, reason in life.extensions}
    tallies = [Tally(play.book, unit, month.year, month.number, play.office.clock()) for unit in below]
    ours = Counter(given[life.name, line[0]] for tally in tallies for life in play.book.lives.values()
                   for line in tally.here(life) if line[2] == "extend")  # fmt: skip
    told = Counter(row[4] for row in _rows(content) if row[2] == "reasons")
    withheld = told.pop(words.say("reason_withheld", "id"), 0)
    assert not told - ours, told - ours
    assert told.total() + withheld == ours.total()


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def _facility(tally: Tally) -> dict[str, str]:
    """How a facility stands beside the others: what came and went, and how many answers were late."""
    row = {name: str(tally.found["flow", name]) for name in ("received", "ended", "open_after")}
    met, *late = (sum(tally.found["deadlines", f"{rule}/{state}"] for rule in PROMISED)
                  for state in ("met", "missed", "overdue"))  # fmt: skip
    due = met + sum(late)
    rate = f"{round(100 * sum(late) / due, 1):.1f}".replace(".", ",") if due else ""
    return row | {"answered": str(due), "late": str(sum(late)), "late_rate": rate}


def _spreadsheet(content: bytes, ours: dict[tuple[str, str], str]) -> None:
    """Each number of the book stands in its cell as a number, and no other."""
    columns, told = {label: key for key, label in words.COLUMNS.items()}, Counter[tuple[str, str, float]]()
    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    for sheet in workbook.worksheets[1:]:
        head, *rows = sheet.iter_rows(values_only=True)
        for label, *cells in rows:
            for title, cell in zip(head[1:], cells, strict=True):
                if isinstance(cell, (int, float)) and cell and title in columns:
                    told[sheet.title, str(label), float(cell)] += 1
    expected = Counter[tuple[str, str, float]]()
    for (table, key), value in ours.items():
        row = key.rpartition("/")[0] if table in MANY else key
        number = float(value.replace(",", "."))
        expected[words.TITLES[table][:31].strip(), words.row(table, row, "id"), number] += bool(number)
    heads = words.TITLES["heads"][:31].strip()
    told = Counter({key: count for key, count in told.items() if key[0] != heads})
    assert told == +expected, (told - expected, expected - told)


def _sentence(content: bytes, ours: dict[tuple[str, str], str]) -> None:
    """The first sentence of the sheet that is printed has the three figures."""
    text = " ".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())
    received, ended, left = (ours.get(("flow", name), "0") for name in ("received", "ended", "open_after"))
    if received != "0":
        assert f"menerima {received} pengaduan; {ended} berakhir dan {left} masih terbuka" in text, text[:600]


def _cells(content: bytes) -> dict[tuple[str, str], str]:
    return {
        (table, key): value
        for _, _, table, key, value in _rows(content)[1:]
        if table not in NOT_COUNTED and value not in ("", "0")
    }
