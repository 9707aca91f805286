"""What the public reads of a month, beside the book as it stood when the month was published."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import datetime
from io import StringIO
from statistics import median
from typing import TYPE_CHECKING

from sqlalchemy import select

from tests.days.lives import Life
from tests.days.tally import ENDERS, Tally
from workflow.models import PublicMonth
from workflow.reports import statistics

if TYPE_CHECKING:
    from tests.days.play import Play

LEAST = 5
ALL = "all"
ANSWERS = ("respond", "respond_integrity", "inform")
Key = tuple[str, str, str]


class Public:
    """The figures that may be published, month by month."""

    def __init__(self, play: Play) -> None:
        self.play, self.book = play, play.book
        self.months: dict[str, dict[Key, float]] = {}

    def tick(self, now: datetime) -> None:
        """Published once the month is over everywhere; what happens afterwards changes nothing."""
        if not statistics.keep_due(self.play.office.db, now):
            return
        with self.play.office.db.read() as s:
            fresh = [row.month for row in s.scalars(select(PublicMonth)) if row.month not in self.months]
        for month in fresh:
            self.months[month] = self._count(month, now)

    def _count(self, month: str, now: datetime) -> dict[Key, float]:
        year, number = (int(part) for part in month.split("-"))
        found: dict[Key, float] = defaultdict(float)
        days: dict[str, list[int]] = defaultdict(list)
        for place in (p.code for p in self.book.places.values() if p.kind == "upt"):
            counts, days[place] = self._facility(Tally(self.book, place, year, number, now))
            for (table, key), count in counts.items():
                for unit, name in ((place, key), (ALL, key), (place, ALL), (ALL, ALL)):
                    found[table, unit, name] += count
        days[ALL] = [day for spans in days.values() for day in spans]
        found |= {("days", unit, "median"): float(median(spans)) for unit, spans in days.items() if len(spans) >= LEAST}
        return dict(found)

    def _facility(self, month: Tally) -> tuple[Counter[tuple[str, str]], list[int]]:
        """Of the cases that have not left by the end of the month."""
        counts, spans = Counter[tuple[str, str]](), list[int]()
        for life in self.book.lives.values():
            here = list(month.here(life))
            moves = [line[2] for line in here if line[2] in ("open", "taken_over", "handed_on")]
            if not here or (moves and moves[-1] == "handed_on"):
                continue
            if any(line[2] == "open" for line in here):
                counts["channel", life.channel] += 1
                counts["category", here[-1][4]["category"]] += 1
            for _, _, action, who, _ in here:
                said = {
                    ("close", "family"): "satisfied",
                    ("close", "clock"): "silent",
                    ("reopen", "family"): "unsatisfied",
                }
                if (action, who) in said:
                    counts["satisfaction", said[action, who]] += 1
            spans += self._answers(life, month, counts)
        return counts, spans

    def _answers(self, life: Life, month: Tally, counts: Counter[tuple[str, str]]) -> list[int]:
        acted = {line[0] for line in month.here(life) if line[2] in ENDERS}
        ended = [clock for clock in month.over(life, acted) if clock.rule in ANSWERS]
        for clock in ended:
            counts["answers", "in_time" if clock.state == "met" else "late"] += 1
        days = self.book.days(month.unit)
        return [days.between(clock.started, clock.ended) for clock in ended if clock.ended]

    # ------------------------------------------------------------------ beside what is published

    def agrees(self) -> int:
        """Every figure that is published is the book's, none is small; how many are."""
        client, shown = self.play.office.app.test_client(), 0
        for month, ours in self.months.items():
            answer = client.get(f"/statistik.csv?bulan={month}").data.decode("utf-8-sig")
            rows = list(csv.reader(StringIO(answer), delimiter=";"))[1:]
            assert {row[0] for row in rows} == {month}
            theirs = {(table, unit, key): value for _, unit, table, key, value in rows}
            for key, value in theirs.items():
                if value[:1].isdigit():
                    shown += 1
                    number = float(value.replace(",", "."))
                    assert number == ours.get(key, 0.0), (month, key, value, ours.get(key))
                    assert number >= LEAST or key[0] == "days", (month, key)
            self._nothing_in_vain(ours, theirs)
        return shown

    def _nothing_in_vain(self, ours: dict[Key, float], theirs: dict[Key, str]) -> None:
        """Where no figure of a table is small, all of them are published."""
        for table in ("category", "answers", "satisfaction"):
            mine = {key: value for key, value in theirs.items() if key[0] == table}
            if all(ours.get(key, 0) >= LEAST for key in mine):
                assert all(value[:1].isdigit() for value in mine.values()), (table, mine)
