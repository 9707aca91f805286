"""Every monthly report that was made and sent, line by line beside the book; and the figures of the running month."""

from __future__ import annotations

import csv
from io import StringIO

from sqlalchemy import select

from tests.days.play import Play
from tests.days.tally import Tally
from tests.days.world import BANGIL, JATIM, PLACES, RUTAN, TIMUR
from workflow import enclosures
from workflow.models import Report, Unit
from workflow.reports import sheets
from workflow.reports.document import compose
from workflow.reports.month import Month

#: What is not the book's: whose head of the chain it was, and how units compare, which follows from the rest.
NOT_COUNTED = ("journal_head", "heads", "facilities", "standards", "incidents", "reasons")


def agree(play: Play) -> int:
    """How many reports were compared."""
    with play.office.db.read() as s:
        made = {(r.unit.code, r.month): enclosures.content(s, r, "csv") for r in s.scalars(select(Report))}
        sent = [r for r in s.scalars(select(Report)) if r.sent_at is None]
        now = play.office.clock()
        units = {u.code: u for u in s.scalars(select(Unit))}
        running = {
            (code, "2027-01"): sheets.csv_of(compose(s, units[code], Month(2027, 1), now)) for code in (RUTAN, TIMUR)
        }
        empty = _cells(sheets.csv_of(compose(s, units[BANGIL], Month(2026, 12), now)))
    assert not sent
    worked = {code for life in play.book.lives.values() for _, code, *_ in life.story} & {
        p.code for p in PLACES if p.kind != "ditjen"
    }
    assert {code for code, _ in made} == worked | {JATIM, TIMUR} - ({BANGIL} - worked)
    assert {month for _, month in made} == {"2026-11", "2026-12"}
    assert not empty, "a month in which nothing happened"
    for (code, month), content in (made | running).items():
        ours = _expected(play, code, Month.parse(month))
        theirs = _cells(content)
        wrong = {
            key: (theirs.get(key), ours.get(key))
            for key in theirs.keys() | ours.keys()
            if theirs.get(key) != ours.get(key)
        }
        assert not wrong, (code, month, wrong)
    return len(made)


def _expected(play: Play, code: str, month: Month) -> dict[tuple[str, str], str]:
    total = Tally(play.book, code, month.year, month.number, play.office.clock())
    if play.book.places[code].kind == "kanwil":
        for place in PLACES:
            if place.above == code:
                total.add(Tally(play.book, place.code, month.year, month.number, play.office.clock()))
    return total.cells()


def _cells(content: bytes) -> dict[tuple[str, str], str]:
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";"))
    return {
        (table, key): value
        for _, _, table, key, value in rows[1:]
        if table not in NOT_COUNTED and value not in ("", "0")
    }
