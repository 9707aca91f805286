"""A facility to which complaints came and come no more is told to the office above; one with few is left alone."""

from __future__ import annotations

import random
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.reports.test_figures import KANWIL, RUTAN
from tests.support import PASSWORD, Office
from tests.workflow.offices import on_sqlite
from workflow import staff, units
from workflow.models import Account, Bulletin, RoleGrant, Unit
from workflow.reports import silence

WATER = "Sudah tiga hari air di blok B mati, anak saya tidak bisa mandi."
LINE = "lebih dari tiga puluh hari tanpa pengaduan"
DAY = date(2026, 3, 2)


def complain(office: Office, times: int, every: float) -> None:
    for n in range(times):
        office.say(WATER, f"+62813{n:06d}")
        office.clock.advance(days=every)


def told(office: Office) -> list[tuple[str, str, str]]:
    with office.db.read() as s:
        query = select(Account.name, Unit.code, Bulletin.month).join(Bulletin, Bulletin.account_id == Account.id)
        rows = s.execute(query.join(Unit, Unit.id == Bulletin.unit_id).where(Bulletin.key == "silence"))
        return sorted((name, code, month) for name, code, month in rows)


@pytest.mark.parametrize(("times", "every", "first"), [(30, 1, 31), (14, 1, 31), (15, 7, 39), (5, 7, 62), (1, 1, None)])
def test_the_kanwil_is_told_once_a_month_from_the_day_on_which_it_is_silence(
    office: Office, times: int, every: int, first: int | None
) -> None:
    complain(office, times, every)
    office.clock.advance(days=-every)
    rang = None
    for day in range(1, 100):
        office.clock.advance(days=1)
        if silence.watch(office.db, office.clock()) and rang is None:
            rang = day
    assert rang == first
    months = {month for _, _, month in told(office)}
    assert len(told(office)) == 2 * len(months), "both of the Kanwil, once a month"
    assert {(name, code) for name, code, _ in told(office)} <= {("kanwil", RUTAN), ("kanwil2", RUTAN)}
    assert (LINE in office.client("kanwil").get("/petugas/").get_data(as_text=True)) == (first is not None)
    assert LINE not in office.client("kepala").get("/petugas/").get_data(as_text=True)


@on_sqlite
def test_a_complaint_ends_the_silence_and_without_anybody_at_the_kanwil_the_office_above_is_told(
    office: Office,
) -> None:
    complain(office, 20, 1)
    office.clock.advance(days=40)
    with office.db.write() as s:
        kanwil = select(Unit.id).where(Unit.code == KANWIL).scalar_subquery()
        for grant in s.scalars(select(RoleGrant).where(RoleGrant.unit_id == kanwil)):
            grant.valid_to = (office.clock() - timedelta(days=1)).date()
        staff.add(s, "pusat", PASSWORD, [("ditjenpas", units.root(s))], office.clock() - timedelta(days=2), "Pusat")
    assert silence.watch(office.db, office.clock()) == 1
    assert {name for name, _, _ in told(office)} == {"pusat"}
    office.say(WATER, "+62813999999")
    office.clock.advance(days=1)
    assert silence.watch(office.db, office.clock()) == 0


@on_sqlite
def test_what_the_kanwil_hands_down_is_intake_of_the_facility_too(office: Office) -> None:
    with office.db.write() as s:
        kanwil = s.scalars(select(Unit).where(Unit.code == KANWIL)).one()
        units.ensure(s, "RUTAN-LAIN", "Rutan Lain", "upt", kanwil)
    for n in range(20):  # nobody knows which of two facilities is meant until it is said
        office.say(WATER, f"+62813{n:06d}")
        office.say("Rutan Magetan", f"+62813{n:06d}")
        assert office.case(f"+62813{n:06d}").handling_unit.code == RUTAN
        office.clock.advance(days=1)
    office.clock.advance(days=31)
    assert silence.watch(office.db, office.clock()) == 1
    assert {code for _, code, _ in told(office)} == {RUTAN}


# ------------------------------------------------------------------ the rule


def slow(days: set[date], today: date) -> bool:
    """Day by day, and with fractions."""
    lengths, since, seen = list[int](), 0, False
    day = min(days)
    while day <= today:
        if day in days:
            lengths += [since] if seen else []
            since, seen = 0, True
        since += 1
        day += timedelta(days=1)
    pause, habit = since - 1, max(Fraction(sum(lengths)), Fraction(14))
    if not lengths:
        return False
    expected = Fraction(730) * len(lengths) / habit
    for _ in lengths:
        expected *= habit / (habit + pause)
    return pause > 30 and all(pause >= 2 * length for length in lengths) and expected <= 1


past = st.sets(st.integers(0, 179), min_size=1, max_size=60).map(lambda found: {DAY + timedelta(days=n) for n in found})


@given(days=past, pause=st.integers(0, 400))
def test_it_agrees_with_a_slow_reference(days: set[date], pause: int) -> None:
    today = max(days) + timedelta(days=pause)
    assert silence.fell_silent(days, today) == slow(days, today)


@given(days=past, pause=st.integers(0, 400))
def test_silence_lasts_until_a_complaint_comes(days: set[date], pause: int) -> None:
    today = max(days) + timedelta(days=pause)
    if silence.fell_silent(days, today):
        assert silence.fell_silent(days, today + timedelta(days=1))
        assert not silence.fell_silent(days | {today}, today)


@pytest.mark.parametrize("a_month", [0.5, 1, 2, 4, 8, 20])
def test_chance_rings_rarely_and_a_real_end_is_noticed(a_month: float) -> None:
    """A facility of each size for two hundred years, looked at on the last day of every pause."""
    dice, days, at = random.Random(2026), list[int](), 0.0
    while at < 200 * 365:
        at += dice.expovariate(a_month / 30)
        days += [int(at)] if int(at) not in days[-1:] else []
    alarms, noticed = 0, list[int]()
    for n in range(40, len(days) - 1):
        known = [DAY + timedelta(days=day) for day in days[max(0, n - 180) : n + 1] if day > days[n] - 180]
        alarms += silence.fell_silent(known, DAY + timedelta(days=days[n + 1] - 1))
        if n % 50 == 0:
            lengths = (length for length in range(1, 2000) if silence.fell_silent(known, known[-1] + timedelta(length)))
            noticed.append(next(lengths, 2000))
    assert alarms <= 200 / 2, "less than once in two years"
    assert sorted(noticed)[len(noticed) // 2] <= max(31, 260 / a_month**0.8)
