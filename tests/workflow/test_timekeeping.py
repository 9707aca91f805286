"""People move deadlines with a reason, decrees move them all, and nothing counts otherwise than a slow reference."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support import Office
from tests.workflow.steps import COMPLAINT, act, carry, merge, repeated, unmerge
from tests.workflow.test_deadlines import clock, clocks, local, run_to, told
from workflow import calendar, cases, staff, states, timekeeping
from workflow import clocks as file
from workflow.actors import Citizen, Clock
from workflow.models import (
    Account,
    Deadline,
    Escalation,
    EscalationRecipient,
    Extension,
    HolidayOverride,
    JournalEntry,
    Mark,
    Notice,
    Pause,
    Unit,
)
from workflow.states import Impossible, Part, Status
from workflow.sweep import sweep

DECREE = "SKB 3 Menteri tentang tambahan cuti bersama"


def journal(office: Office, action: str) -> int:
    with office.db.read() as s:
        return len(s.scalars(select(JournalEntry).where(JournalEntry.action == action)).all())


def wait(office: Office, case_id: str, until: date, category: str = "documents") -> None:
    question = "Mohon kirim salinan surat yang Bapak sebut."
    act(
        office,
        case_id,
        lambda o, s, c: timekeeping.wait(s, c, o.officer(s, "petugas"), question, category, until, o.clock()),
    )


def extend(office: Office, case_id: str, reason: str = "Saksi kedua baru dapat ditemui pekan depan.") -> None:
    act(office, case_id, lambda o, s, c: timekeeping.extend(s, c, o.officer(s, "kepala"), reason, o.clock()))


def decree(office: Office, day: date, *, holiday: bool = True) -> str:
    with office.db.write() as s:
        return timekeeping.decree(s, day, DECREE, Clock(), office.clock(), holiday=holiday).id


# ------------------------------------------------------------------ reminders


def test_a_reminder_comes_once_on_the_morning_before_and_the_ladder_after(office: Office) -> None:
    office.say(COMPLAINT)
    carry(office, "classified")
    assert clock(office, "first_response").due_at == local(2026, 11, 5)
    office.clock.now = datetime(2026, 11, 4, 0, 59, tzinfo=UTC)
    sweep(office.db, office.clock())
    assert told(office, "soon_first_response") == []
    office.clock.now = datetime(2026, 11, 4, 1, 0, tzinfo=UTC)
    sweep(office.db, office.clock())
    sweep(office.db, office.clock())
    assert told(office, "soon_first_response") == ["petugas"], "the owner alone, at eight o'clock"
    row = clock(office, "first_response")
    assert (row.rung, row.next_at) == (0, row.due_at)
    run_to(office, datetime(2026, 11, 6, 0, 0, tzinfo=UTC))
    assert told(office, "late_first_response") == ["petugas"]


def test_each_rung_knows_whom_it_told_and_whether_they_have_seen_it(office: Office) -> None:
    office.say(COMPLAINT)
    run_to(office, local(2026, 11, 3) + timedelta(hours=7))
    with office.db.write() as s:
        rows = s.execute(
            select(Account.name, Notice.key)
            .join(EscalationRecipient, EscalationRecipient.account_id == Account.id)
            .join(Notice, Notice.id == EscalationRecipient.notice_id)
        ).all()
        assert sorted(tuple(r) for r in rows) == [("petugas", "late_classify"), ("petugas2", "late_classify")]


def test_a_facility_without_staff_is_never_silent(office: Office) -> None:
    """Nobody at the desk: its head is told; nobody there at all: the office above."""
    with office.db.write() as s:
        for name in ("petugas", "petugas2"):
            s.scalars(select(Account).where(Account.name == name)).one().disabled_at = office.clock()
    office.say(COMPLAINT)
    case_id = office.case().id

    def keepers(o: Office, s: Session, c: cases.Case) -> None:
        from workflow import notices
        from workflow.states import Part

        assert [a.name for a in notices.keepers(s, c, Part.OFFICER, o.clock())] == ["kepala"]
        s.scalars(select(Account).where(Account.name == "kepala")).one().disabled_at = o.clock()
        assert [a.name for a in notices.keepers(s, c, Part.OFFICER, o.clock())] == ["kanwil", "kanwil2"]

    act(office, case_id, keepers)


def gone(office: Office, *names: str) -> None:
    with office.db.write() as s:
        for name in names:
            s.scalars(select(Account).where(Account.name == name)).one().disabled_at = office.clock()


def climbed(office: Office, rule: str) -> list[tuple[str, int]]:
    """(role, how many were told) of each rung."""
    with office.db.read() as s:
        query = select(Escalation).join(Deadline, Deadline.id == Escalation.deadline_id)
        rows = s.scalars(query.where(Deadline.rule == rule).order_by(Escalation.rung))
        return [(row.role, row.recipients) for row in rows]


def test_where_the_kanwil_has_nobody_the_directorate_is_told(office: Office) -> None:
    with office.db.write() as s:
        root = s.scalars(select(Unit).where(Unit.kind == "ditjen")).one()
        staff.add(s, "pusat", "kata-sandi-pusat", [("ditjenpas", root)], office.clock())
    office.say(COMPLAINT)
    gone(office, "kanwil", "kanwil2")
    for _ in range(6):
        sweep(office.db, office.clock.advance(days=2))
    assert climbed(office, "classify") == [("petugas", 2), ("kepala", 1), ("kanwil", 0), ("ditjenpas", 1)]


def test_where_the_official_is_gone_the_head_is_told_at_once(office: Office) -> None:
    office.say(COMPLAINT)
    carry(office, "directed")
    gone(office, "pejabat")
    run_to(office, clock(office, "carry_out").due_at + timedelta(minutes=1))
    assert climbed(office, "carry_out") == [("pejabat", 0), ("kepala", 1)]


def test_a_ladder_that_leaves_nobody_leads_up_and_stops_no_other_case(office: Office) -> None:
    with office.db.write() as s:
        s.scalars(select(Unit).where(Unit.code == "RUTAN-MAGETAN")).one().settings = {
            "ladder": {"default": {"facility": ["petugas"]}}
        }
    office.say("Petugas layanan pengaduan di sini memaki ibu saya waktu melapor, tidak mau mencatat.")
    assert office.case().seal == "desk"
    office.say(COMPLAINT, "+628120000002")
    sweep(office.db, office.clock.advance(days=5))
    assert sorted(climbed(office, "classify")) == [("kanwil", 2), ("petugas", 2)]


# ------------------------------------------------------------------ waiting


def test_waiting_has_a_reason_and_an_end_after_which_the_clocks_run_on(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "classified")
    wait(office, case_id, date(2026, 11, 9))
    assert (office.case().status, clock(office, "respond").state) == ("waiting", "paused")
    run_to(office, local(2026, 11, 9))
    assert office.case().status == "waiting"
    run_to(office, local(2026, 11, 9) + timedelta(hours=6))
    assert office.case().status == "classified"
    assert clock(office, "respond").due_at == local(2026, 11, 27), "the ten days from 2 November are not lost"
    assert told(office, "waited_enough") == ["petugas"]
    with office.db.read() as s:
        row = s.scalars(select(Pause)).one()
        assert (row.category, row.ended_at is not None) == ("documents", True)
    sweep(office.db, office.clock())
    assert journal(office, "resume") == 1


def test_a_message_of_the_family_ends_the_waiting_and_resets_nothing(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "classified")
    before = clock(office, "respond").due_at
    office.say("Apakah sudah ada kabar?")
    assert clock(office, "respond").due_at == before
    wait(office, case_id, date(2026, 11, 12))
    office.say("Ini suratnya, saya tulis ulang")
    assert (office.case().status, clock(office, "respond").due_at) == ("classified", before)
    with office.db.read() as s:
        assert s.scalars(select(Pause.ended_at)).one() is not None


@pytest.mark.parametrize(
    "action",
    [
        name
        for name, row in states.TABLE.items()
        if row.to is None and Status.WAITING in row.sources and row.parts != {Part.SHIFT}
    ],
)
def test_what_is_done_meanwhile_does_not_keep_a_case_waiting(office: Office, action: str) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "classified")
    wait(office, case_id, date(2026, 11, 12))
    with office.db.write() as s:
        case = cases.lock(s, case_id)
        hands = {Part.OFFICER: office.officer(s, "petugas"), Part.HEAD: office.officer(s, "kepala"),
                 Part.COMPLAINANT: Citizen(case.person_id)}  # fmt: skip
        part = next(part for part in hands if part in states.TABLE[action].parts)
        cases.move(s, case, action, hands[part], office.clock())
    assert office.case().status == "waiting"
    office.say("Ini suratnya, saya tulis ulang")
    assert (office.case().status, clock(office, "respond").state) == ("classified", "running")
    sweep(office.db, office.clock.advance(days=15))
    assert journal(office, "resume") == 1


@pytest.mark.parametrize("until", [date(2026, 11, 2), date(2026, 12, 3)])
def test_waiting_ends_after_today_and_within_a_month(office: Office, until: date) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "classified")
    with pytest.raises(Impossible, match="pause_date"):
        wait(office, case_id, until)
    assert office.case().status == "classified"
    with pytest.raises(Impossible, match="choose_pause"):
        wait(office, case_id, date(2026, 11, 9), category="nothing")


def test_a_case_that_ends_while_it_waits_is_waited_for_no_longer(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "classified")
    wait(office, case_id, date(2026, 11, 9))
    act(
        office,
        case_id,
        lambda o, s, c: cases.end_with_reason(s, c, "withdraw", o.officer(s, "petugas"), "Dicabut.", o.clock()),
    )
    run_to(office, local(2026, 11, 11))
    assert (office.case().status, told(office, "waited_enough")) == ("withdrawn", [])


# ------------------------------------------------------------------ more time


def test_the_head_extends_once_and_the_family_is_told_why(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "directed")
    extend(office, case_id)
    assert clock(office, "respond").due_at == local(2026, 12, 10), "28 working days from 2 November"
    said = office._outbound("+628120000001")[-1]
    assert said.key == "extended"
    body = office._body(said.id)
    assert "10 Desember 2026" in body
    assert "Saksi kedua" in body
    with office.db.read() as s:
        assert s.scalars(select(Extension.days)).all() == [14]
    with pytest.raises(Impossible, match="extended_already"):
        extend(office, case_id)
    assert journal(office, "extend") == 1


@pytest.mark.parametrize(("language", "word"), [("id", "masih sementara"), ("en", "still provisional")])
@pytest.mark.parametrize("year", [2026, 2027])
def test_a_day_in_a_year_without_decreed_holidays_is_told_as_provisional(
    office: Office, language: str, word: str, year: int
) -> None:
    office.clock.now = datetime(year, 12, 15 if year == 2027 else 1, 2, 0, tzinfo=UTC)
    office.say(COMPLAINT)
    case_id = carry(office, "directed")
    act(office, case_id, lambda o, s, c: setattr(c.conversation, "locale", language))
    extend(office, case_id)
    body = office._body(office._outbound("+628120000001")[-1].id)
    assert f"Januari {year + 1}" in body or f"January {year + 1}" in body
    assert (word in body) == clock(office, "respond").provisional == (year == 2027)


def test_before_the_new_day_of_an_extension_there_is_a_reminder_too(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "directed")
    run_to(office, datetime(2026, 11, 18, 2, tzinfo=UTC))
    assert told(office, "soon_respond") == ["petugas"]
    extend(office, case_id)
    run_to(office, datetime(2026, 12, 7, 0, tzinfo=UTC))
    assert told(office, "soon_respond") == ["petugas"], "of the old day"
    run_to(office, datetime(2026, 12, 10, 16, tzinfo=UTC))
    assert told(office, "soon_respond") == ["petugas"] * 2 and told(office, "late_respond") == []


def test_a_ladder_that_is_over_does_not_go_on_after_waiting(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "classified")
    run_to(office, datetime(2026, 11, 30, 2, tzinfo=UTC))
    before = climbed(office, "respond")
    assert [role for role, _ in before] == ["petugas", "kepala", "kanwil"]
    for days in (4, 8, 12):
        wait(office, case_id, date(2026, 12, days + 2))
        run_to(office, datetime(2026, 12, days, 2, tzinfo=UTC))
        office.say("Ini suratnya, Pak.")
        run_to(office, datetime(2026, 12, days, 20, tzinfo=UTC))
    assert clocks(office)["respond"] == "running"
    run_to(office, datetime(2026, 12, 31, 2, tzinfo=UTC))
    assert climbed(office, "respond") == before


def test_nobody_extends_without_reason_too_late_or_in_the_heads_place(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "directed")
    with pytest.raises(Impossible, match="reason_missing"):
        extend(office, case_id, "  ")
    with pytest.raises(Impossible, match="not_yours"):
        act(
            office,
            case_id,
            lambda o, s, c: timekeeping.extend(s, c, o.officer(s, "petugas"), "Karena sibuk", o.clock()),
        )
    office.clock.now = local(2026, 11, 20) + timedelta(seconds=1)
    with pytest.raises(Impossible, match="too_late_to_extend"):
        extend(office, case_id)


def test_an_integrity_case_has_no_extension(office: Office) -> None:
    office.say("Petugas blok minta uang 500 ribu supaya suami saya dapat kamar. Ini pungli.")
    case_id = carry(office, "classified")
    act(
        office,
        case_id,
        lambda o, s, c: cases.classify(s, c, o.officer(s, "petugas"), "pungli", "tinggi", o.clock(), about_head=False),
    )
    with pytest.raises(Impossible, match="not_extendable"):
        extend(office, case_id)


# ------------------------------------------------------------------ decrees


def test_a_new_decree_moves_what_is_not_due_yet_and_is_journalled(office: Office) -> None:
    office.say(COMPLAINT)
    carry(office, "classified")
    before = clock(office, "respond")
    first = decree(office, date(2026, 11, 12))
    assert timekeeping.apply_decrees(office.db, office.clock()) == 1
    assert clock(office, "respond").due_at == local(2026, 11, 23)
    assert journal(office, "holiday") == 1
    assert journal(office, "recomputed") >= 1
    assert timekeeping.apply_decrees(office.db, office.clock()) == 0, "once"
    with office.db.write() as s:
        timekeeping.revoke(s, s.get_one(HolidayOverride, first), Clock(), office.clock())
    timekeeping.apply_decrees(office.db, office.clock())
    assert clock(office, "respond").due_at == before.due_at
    assert clocks(office)["classify"] == "met", "what is over stays as it was"


def test_a_working_day_by_decree_never_makes_anybody_late_at_once(office: Office) -> None:
    office.say(COMPLAINT)
    decree(office, date(2026, 11, 3))
    timekeeping.apply_decrees(office.db, office.clock())
    assert clock(office, "classify").due_at == local(2026, 11, 4)
    office.clock.now = datetime(2026, 11, 4, 2, tzinfo=UTC)
    decree(office, date(2026, 11, 3), holiday=False)
    timekeeping.apply_decrees(office.db, office.clock())
    assert clock(office, "classify").due_at == local(2026, 11, 4), "not before the end of today"


def test_a_decree_for_one_unit_leaves_the_others_alone(office: Office) -> None:
    office.say(COMPLAINT)
    with office.db.write() as s:
        other = s.scalars(select(Unit).where(Unit.kind == "kanwil")).one()
        timekeeping.decree(s, date(2026, 11, 12), DECREE, Clock(), office.clock(), holiday=True, unit=other)
    assert timekeeping.apply_decrees(office.db, office.clock()) == 0


def test_a_decree_during_a_pause_is_counted_when_the_clock_runs_on(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "classified")
    wait(office, case_id, date(2026, 11, 9))
    decree(office, date(2026, 11, 12))
    timekeeping.apply_decrees(office.db, office.clock())
    run_to(office, local(2026, 11, 9) + timedelta(hours=6))
    assert clock(office, "respond").due_at == local(2026, 11, 30), "a working day later than without the decree"


def test_what_a_newer_library_knows_of_holidays_moves_what_is_not_due_yet(office: Office) -> None:
    """An older one did not know that 24 and 25 December are free: the clock was counted without them."""
    office.clock.now = datetime(2026, 12, 10, 2, tzinfo=UTC)
    office.say(COMPLAINT)
    timekeeping.apply_decrees(office.db, office.clock())
    due = clock(office, "respond").due_at
    with office.db.write() as s:
        s.get_one(Deadline, clock(office, "respond").id).due_at = due - timedelta(days=5)
    assert timekeeping.apply_decrees(office.db, office.clock()) == 0, "nothing has changed"
    with office.db.write() as s:
        s.get_one(Mark, "calendar").value = "of the library before"
    assert timekeeping.apply_decrees(office.db, office.clock()) == 1
    assert (clock(office, "respond").due_at, journal(office, "recomputed")) == (due, 1)
    assert timekeeping.apply_decrees(office.db, office.clock()) == 0, "once"


def test_a_facility_in_another_zone_has_its_deadlines_at_the_end_of_its_own_days(office: Office) -> None:
    office.say(COMPLAINT)
    carry(office, "classified")
    before = clock(office, "respond").due_at
    with office.db.write() as s:
        s.scalars(select(Unit).where(Unit.code == "RUTAN-MAGETAN")).one().timezone = "Asia/Jayapura"
    assert timekeeping.apply_decrees(office.db, office.clock()) == 1
    assert clock(office, "respond").due_at == before - timedelta(hours=2)
    assert journal(office, "recomputed") == 2, "the first response, too"


def test_a_decree_names_its_source(office: Office) -> None:
    with office.db.write() as s, pytest.raises(Impossible, match="fact_source_missing"):
        timekeeping.decree(s, date(2026, 11, 12), "  ", Clock(), office.clock(), holiday=True)


# ------------------------------------------------------------------ the slow reference


def slow_due(start: datetime, days: int, zone: str, off: set[date]) -> datetime:
    """Count on fingers, second by second in spirit: one day at a time, asking the library about each."""
    tz = ZoneInfo(zone)
    day, left = start.astimezone(tz).date(), days
    while left:
        day += timedelta(days=1)
        national = calendar.national_days(day.year)[0]
        if day.isoweekday() <= 5 and day not in national and day not in off:
            left -= 1
    return datetime.combine(day, time(23, 59, 59), tz).astimezone(UTC)


MOMENTS = st.integers(0, 540 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
ZONES = st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
OFF = st.sets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=8)


@given(start=MOMENTS, zone=ZONES, off=OFF, rule=st.sampled_from(["classify", "respond", "respond_integrity"]))
def test_every_length_in_every_zone_agrees_with_the_slow_reference(
    start: datetime, zone: str, off: set[date], rule: str
) -> None:
    days = calendar.build(zone, start.date(), [(day, True) for day in off])
    known = file.rules()[rule]
    assert file.due(days, known, start, known.days).at == slow_due(start, known.days, zone, off)


@given(start=MOMENTS, zone=ZONES, off=OFF, into=st.integers(0, 12), stood_days=st.integers(0, 20))
def test_a_pause_costs_exactly_the_working_days_that_it_lasted(
    start: datetime, zone: str, off: set[date], into: int, stood_days: int
) -> None:
    """Due after a pause = counted from the start over the working days of both, as a person would on a calendar."""
    days = calendar.build(zone, start.date(), [(day, True) for day in off])
    paused_at, resumed_at = start + timedelta(days=into), start + timedelta(days=into + stood_days)
    stood = days.working_between(paused_at, resumed_at)
    moved = days.after_working(days.after_working(start, 14).at, stood).at
    assert moved == slow_due(start, 14 + stood, zone, off)


@given(due=MOMENTS, zone=ZONES, off=OFF, count=st.integers(1, 10))
def test_a_reminder_is_the_morning_that_many_working_days_before(
    due: datetime, zone: str, off: set[date], count: int
) -> None:
    days = calendar.build(zone, due.date(), [(day, True) for day in off])
    at = days.morning_before(due, count)
    assert at.astimezone(ZoneInfo(zone)).time() == time(8)
    assert days.is_working(days.local_day(at))
    end = days.local_day(due)
    between = [days.local_day(at) + timedelta(days=n) for n in range((end - days.local_day(at)).days)]
    assert sum(days.is_working(day) for day in between) == count


def test_the_head_is_reminded_of_what_waits_for_the_head(office: Office) -> None:
    office.say(COMPLAINT)
    carry(office, "recommended")
    run_to(office, local(2026, 11, 6))
    assert told(office, "soon_direct") == ["kepala"]
    assert told(office, "late_direct") == ["kepala"], "and the Kanwil after that"
    run_to(office, local(2026, 11, 12))
    assert told(office, "late_direct") == ["kanwil", "kanwil2", "kepala"]


def test_a_day_is_decreed_as_often_as_the_decrees_change_it(office: Office) -> None:
    day, kinds = date(2026, 11, 10), (True, False, True, False)
    for holiday in kinds:
        decree(office, day, holiday=holiday)
        with pytest.raises(Impossible, match="day_set_already"):
            decree(office, day, holiday=holiday)
        office.clock.advance(minutes=1)
        with office.db.read() as s:
            assert file.calendar_of(s, cases.units.root(s), office.clock()).is_working(day) != holiday


def test_a_unit_decrees_anew_what_was_decreed_for_all_since(office: Office) -> None:
    day = date(2026, 11, 10)
    with office.db.write() as s:
        unit = s.scalars(select(Unit).where(Unit.kind == "upt")).one()
        for place, holiday in ((unit, True), (None, False), (unit, True)):
            timekeeping.decree(s, day, DECREE, Clock(), office.clock(), holiday=holiday, unit=place)
            office.clock.advance(minutes=1)
        assert not file.calendar_of(s, unit, office.clock()).is_working(day)


def test_a_ladder_that_is_over_does_not_go_on_after_a_merge_is_undone(office: Office) -> None:
    first, second = repeated(office)
    run_to(office, datetime(2026, 11, 30, 2, tzinfo=UTC))
    before = climbed(office, "respond")
    assert len(before) == 6
    merge(office, second, first)
    unmerge(office, second)
    run_to(office, datetime(2026, 12, 15, 2, tzinfo=UTC))
    assert climbed(office, "respond") == before
