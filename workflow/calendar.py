"""Pure working-day arithmetic. Counting begins on the first working day after receipt; due at 23:59:59 local."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

#: No deadline of ours reaches further; guards the loop against nonsense.
_LONGEST = 3_660
#: No deadline was ever counted in an earlier year.
_FIRST = 2026


@dataclass(frozen=True)
class Due:
    """When something is due, and whether the holiday data cover all the days that were counted."""

    at: datetime
    provisional: bool


@dataclass(frozen=True)
class Calendar:
    """The working days of a unit: Monday to Friday in its zone, without ``holidays``; known up to ``covered_to``."""

    zone: ZoneInfo
    holidays: frozenset[date]
    covered_to: date

    def is_working(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def after_working(self, start: datetime, days: int) -> Due:
        """Due at the end of the ``days``-th working day after the local day of ``start``."""
        day, left = self.local_day(start), days
        for _ in range(_LONGEST):
            if left <= 0:
                break
            day += timedelta(days=1)
            left -= self.is_working(day)
        return self._end_of(day)

    def after_calendar(self, start: datetime, days: int) -> Due:
        """Due at the end of the ``days``-th calendar day after the local day of ``start``."""
        return self._end_of(self.local_day(start) + timedelta(days=days))

    def working_between(self, start: datetime, end: datetime) -> int:
        """Working days after the local day of ``start`` up to and including that of ``end``; 0 if none."""
        first, last = self.local_day(start), self.local_day(end)
        return sum(self.is_working(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))

    def morning_before(self, due: datetime, days: int) -> datetime:
        """Eight o'clock local time on the ``days``-th working day before the local day of ``due``."""
        day, left = self.local_day(due), days
        for _ in range(_LONGEST):
            if left <= 0:
                break
            day -= timedelta(days=1)
            left -= self.is_working(day)
        return datetime.combine(day, time(8), self.zone).astimezone(UTC)

    def end_of_day(self, moment: datetime) -> datetime:
        """The last second of the local day of a moment."""
        return self._end_of(self.local_day(moment)).at

    def _end_of(self, day: date) -> Due:
        local = datetime.combine(day, time(23, 59, 59), self.zone)
        return Due(local.astimezone(UTC), provisional=day > self.covered_to)


@lru_cache(maxsize=64)
def national_days(year: int) -> tuple[frozenset[date], bool]:
    """Indonesia's holidays and cuti bersama of a year, and whether a decree on cuti bersama is in the data.

    Source: library ``holidays``, categories public (national days) and government (cuti bersama by joint decree
    of three ministers). A year without any cuti bersama has not been decreed yet.
    """
    import holidays

    public = holidays.country_holidays("ID", years=year, categories=("public",))
    joint_leave = holidays.country_holidays("ID", years=year, categories=("government",))
    return frozenset(public) | frozenset(joint_leave), bool(joint_leave)


@lru_cache(maxsize=16)
def national_names(year: int, language: str) -> dict[date, str]:
    """The same days in their order with what they are called, in Indonesian or English."""
    import holidays

    spoken = "en_US" if language == "en" else "id"
    named = holidays.country_holidays("ID", years=year, categories=("public", "government"), language=spoken)
    return dict(sorted(named.items()))


def covered_to(today: date) -> date:
    """The last day up to which every year from ``today`` on has its decree in the data; without one for this year, the
    last day of the last year before it that has."""
    year = today.year
    while national_days(year + 1)[1] and national_days(year)[1]:
        year += 1
    while not national_days(year)[1] and year >= _FIRST:
        year -= 1
    return date(year, 12, 31)


@lru_cache(maxsize=4)
def version(covered: date) -> str:
    """Of the national days in the data: another one after the library has learnt of a decree."""
    years = range(_FIRST, covered.year + 3)
    return hashlib.sha256(repr([sorted(national_days(year)[0]) for year in years]).encode()).hexdigest()


def build(zone: str, today: date, overrides: Iterable[tuple[date, bool]] = ()) -> Calendar:
    """A calendar for deadlines that started at any time up to ``today``. ``overrides``: (day, is a holiday) of the
    operator."""
    days = set[date]().union(*(national_days(y)[0] for y in range(min(_FIRST, today.year) - 1, today.year + 3)))
    for day, holiday in overrides:  # the later one of two about one day holds
        (days.add if holiday else days.discard)(day)
    return Calendar(ZoneInfo(zone), frozenset(days), covered_to(today))
