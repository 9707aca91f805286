"""Working days, counted one by one from the holiday library itself: the slow twin of the program's calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

DAY = timedelta(days=1)
#: The last day of the last year for which joint leave is decreed in the library: looked up by hand.
COVERED = date(2027, 12, 31)


@lru_cache(maxsize=16)
def free(year: int) -> frozenset[date]:
    """National days and the joint leave that was decreed."""
    return frozenset(holidays.country_holidays("ID", years=year, categories=("public", "government")))


class Almanac:
    """The days of one unit. ``decrees``: (unit or None, day, holiday or not), the later one holds."""

    def __init__(self, zone: str, unit: str, decrees: list[tuple[str | None, date, bool]]) -> None:
        self.zone, self.unit, self.decrees = ZoneInfo(zone), unit, decrees

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def works(self, day: date) -> bool:
        closed = day in free(day.year)
        for unit, changed, holiday in self.decrees:
            if changed == day and unit in (None, self.unit):
                closed = holiday
        return day.weekday() < 5 and not closed

    def end(self, day: date) -> datetime:
        return datetime.combine(day, time(23, 59, 59), self.zone).astimezone(UTC)

    def morning(self, day: date) -> datetime:
        return datetime.combine(day, time(8), self.zone).astimezone(UTC)

    def after(self, start: date, working: int, idle: tuple[tuple[date, date], ...] = ()) -> date:
        """The day on which so many working days are over; those after the first and up to the last of an idle
        stretch do not count."""
        day = start
        while working:
            day += DAY
            if self.works(day) and not any(first < day <= last for first, last in idle):
                working -= 1
        return day

    def before(self, day: date, working: int) -> date:
        while working:
            day -= DAY
            working -= self.works(day)
        return day

    def between(self, start: datetime, end: datetime) -> int:
        """Working days after the day of one moment, up to and with that of another."""
        day, last, count = self.day(start), self.day(end), 0
        while day < last:
            day += DAY
            count += self.works(day)
        return count
