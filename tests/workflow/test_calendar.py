"""Working days against a slow reference that walks day by day, and dates that a person can look up."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.calendar import Calendar, build, covered_to, national_days

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
EVERYTHING_2026 = build("Asia/Jakarta", date(2026, 1, 1))

moments = st.integers(0, 455 * 86_400).map(
    lambda seconds: datetime(2025, 12, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
days_off = st.frozensets(st.dates(date(2025, 12, 1), date(2027, 12, 31)), max_size=60)
calendars = st.builds(
    Calendar, st.sampled_from(ZONES).map(ZoneInfo), days_off, st.dates(date(2026, 1, 1), date(2027, 12, 31))
)


def slow(calendar: Calendar, start: datetime, count: int, *, working: bool) -> date:
    """The ``count``-th day after the local day of ``start``, one day at a time."""
    day = start.astimezone(calendar.zone).date()
    while count > 0:
        day += timedelta(days=1)
        free = day.isoweekday() in (6, 7) or day in calendar.holidays
        if not (working and free):
            count -= 1
    return day


@given(calendars, moments, st.integers(0, 70), st.booleans())
def test_due_is_the_end_of_the_local_day_that_a_slow_walk_finds(
    calendar: Calendar, start: datetime, count: int, working: bool
) -> None:
    due = (calendar.after_working if working else calendar.after_calendar)(start, count)
    day = slow(calendar, start, count, working=working)
    local = due.at.astimezone(calendar.zone)
    assert (local.date(), local.time()) == (day, time(23, 59, 59))
    assert due.at.tzinfo is UTC
    assert due.at.microsecond == 0
    assert due.provisional is (day > calendar.covered_to)


@given(calendars, moments, st.integers(0, 70))
def test_working_days_between_undo_working_days_after(calendar: Calendar, start: datetime, count: int) -> None:
    assert calendar.working_between(start, calendar.after_working(start, count).at) == count


@given(calendars, moments, moments)
def test_working_days_between_are_never_negative_and_never_more_than_days(
    calendar: Calendar, one: datetime, other: datetime
) -> None:
    stood = calendar.working_between(one, other)
    assert 0 <= stood <= max((calendar.local_day(other) - calendar.local_day(one)).days, 0)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),  # new year
        date(2026, 2, 16),  # cuti bersama, Imlek
        date(2026, 2, 17),  # Imlek
        date(2026, 3, 18),  # cuti bersama, Nyepi
        date(2026, 3, 19),  # Nyepi
        date(2026, 3, 20),  # cuti bersama, Idul Fitri
        date(2026, 3, 23),  # cuti bersama, Idul Fitri
        date(2026, 3, 24),  # cuti bersama, Idul Fitri
        date(2026, 4, 3),  # Good Friday
        date(2026, 5, 1),  # labour day
        date(2026, 5, 27),  # Idul Adha
        date(2026, 6, 1),  # Pancasila
        date(2026, 8, 17),  # independence
        date(2026, 12, 24),  # cuti bersama, Christmas
        date(2026, 12, 25),  # Christmas
        date(2026, 11, 7),  # a Saturday
        date(2026, 11, 8),  # a Sunday
    ],
)
def test_no_work_on(day: date) -> None:
    assert not EVERYTHING_2026.is_working(day)


@pytest.mark.parametrize("day", [date(2026, 1, 2), date(2026, 11, 2), date(2026, 12, 23), date(2026, 12, 28)])
def test_work_on(day: date) -> None:
    assert EVERYTHING_2026.is_working(day)


def test_the_data_reach_to_the_end_of_2027() -> None:
    assert covered_to(date(2026, 11, 2)) == date(2027, 12, 31)
    assert EVERYTHING_2026.covered_to == date(2027, 12, 31)


def test_a_year_without_a_decree_is_not_covered() -> None:
    undecreed = next(y for y in range(2027, 2100) if not national_days(y)[1])
    assert covered_to(date(undecreed, 6, 1)) == date(undecreed - 1, 12, 31)
    due = build("Asia/Jakarta", date(undecreed, 6, 1)).after_working(datetime(undecreed, 6, 1, tzinfo=UTC), 14)
    assert due.provisional


def test_however_late_it_is_only_a_year_with_a_decree_is_called_known() -> None:
    undecreed = next(y for y in range(2027, 2100) if not national_days(y)[1])
    for year in range(undecreed, undecreed + 4):
        assert covered_to(date(year, 3, 1)) == date(undecreed - 1, 12, 31)
        for day in (1, 400):
            start = datetime(year, 3, 1, tzinfo=UTC) - timedelta(days=day)
            due = build("Asia/Jakarta", date(year, 3, 1)).after_working(start, 5)
            assert due.provisional == (due.at.year >= undecreed), "also a clock of the year before is no surer now"


def test_a_deadline_over_the_new_year_counts_the_holidays_of_both() -> None:
    """Received on Wednesday 23 December 2026: 24 and 25 are free, 1 January too."""
    due = EVERYTHING_2026.after_working(datetime(2026, 12, 23, 3, tzinfo=UTC), 5)
    assert due.at == datetime(2027, 1, 4, 16, 59, 59, tzinfo=UTC)
    assert not due.provisional


@pytest.mark.parametrize("zone, hours", list(zip(ZONES, (7, 8, 9), strict=True)))
def test_midnight_is_local(zone: str, hours: int) -> None:
    """15.30 UTC is still Monday in Jakarta and Makassar (22.30, 23.30), and Tuesday in Jayapura (00.30)."""
    due = build(zone, date(2026, 11, 2)).after_working(datetime(2026, 11, 2, 15, 30, tzinfo=UTC), 1)
    day = 4 if hours == 9 else 3
    assert due.at == datetime(2026, 11, day, 23 - hours, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("asked_in", [2026, 2027, 2028, 2031])
def test_a_deadline_is_the_same_in_whichever_year_it_is_counted_again(asked_in: int) -> None:
    received = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    due = build("Asia/Jakarta", date(asked_in, 1, 1)).after_working(received, 300).at
    assert due == EVERYTHING_2026.after_working(received, 300).at
    assert not build("Asia/Jakarta", date(asked_in, 1, 1)).is_working(date(2026, 12, 25))


def test_received_on_saturday_counts_from_monday() -> None:
    due = EVERYTHING_2026.after_working(datetime(2026, 11, 7, 3, tzinfo=UTC), 1)
    assert due.at == datetime(2026, 11, 9, 16, 59, 59, tzinfo=UTC)


def test_the_operator_adds_and_removes_days() -> None:
    changed = build("Asia/Jakarta", date(2026, 11, 2), [(date(2026, 11, 3), True), (date(2026, 12, 24), False)])
    assert not changed.is_working(date(2026, 11, 3))
    assert changed.is_working(date(2026, 12, 24))
    due = changed.after_working(datetime(2026, 11, 2, 3, tzinfo=UTC), 1)
    assert due.at == datetime(2026, 11, 4, 16, 59, 59, tzinfo=UTC)


def test_a_calendar_that_never_works_ends_nevertheless() -> None:
    never = Calendar(
        ZoneInfo("Asia/Jakarta"), frozenset(date(2026, 1, 1) + timedelta(n) for n in range(8000)), date.max
    )
    assert never.after_working(datetime(2026, 1, 1, tzinfo=UTC), 3).at.year == 2036
