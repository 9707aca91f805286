"""The month's figures against a count by hand over random lives of complaints."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.reports.lives import Diary, Event, live
from tests.support import Office
from tests.workflow import steps
from tests.workflow.steps import COMPLAINT, OPTIONS, act, carry
from workflow import cases, decisions, deliveries, timekeeping
from workflow.models import Case, Deadline, Exclusion, Unit
from workflow.reports import Figures, Month, gather, sheets
from workflow.reports.document import compose
from workflow.states import ENDED

RUTAN, KANWIL = "RUTAN-MAGETAN", "KANWIL-JATIM"
NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)
ENDINGS = ("refer", "discontinue", "PUAS")
OTHER = "+628120000777"


def figures(office: Office, code: str, month: Month, now: datetime | None = None) -> Figures:
    with office.db.read() as s:
        unit = s.scalars(select(Unit).where(Unit.code == code)).one()
        return gather(s, unit, month, now or office.clock())


def within(diary: Diary, month: Month) -> list[Event]:
    begin, end = month.begins("Asia/Jakarta"), month.ends("Asia/Jakarta")
    return [e for e in diary.events if begin <= e.at < end]


def plain(found: Figures) -> tuple[object, ...]:
    tables = {t: {r: dict(c) for r, c in rows.items()} for t, rows in found.tables.items()}
    return tables, {k: sorted(v) for k, v in found.samples.items()}, found.head


def test_figures_do_not_go_by_the_ids_of_rows_which_no_hash_covers(office: Office) -> None:
    live(office, 1, 15)
    before = {code: plain(figures(office, code, NOVEMBER)) for code in (RUTAN, KANWIL)}
    with Session(office.db.engine) as s:
        s.execute(text("UPDATE journal SET id = -id"))
        s.commit()
    assert {code: plain(figures(office, code, NOVEMBER)) for code in (RUTAN, KANWIL)} == before


@pytest.mark.parametrize("seed", [1, 2])
def test_counts_are_those_of_the_diary(office: Office, seed: int) -> None:
    diary = live(office, seed, 40)
    for month in (NOVEMBER, DECEMBER):
        found, mine = figures(office, RUTAN, month), [e for e in within(diary, month) if e.unit == RUTAN]
        kinds = Counter(e.kind for e in mine)
        gone = {e.case_id for e in mine if e.kind == "sealed"}
        told = Counter(e.kind for e in mine if e.case_id not in gone)
        assert found.at("flow", "received") == kinds["open"]
        assert found.at("flow", "handed_on") == kinds["sealed"]
        assert found.at("flow", "reopened") == kinds["reopened"]
        assert found.at("extensions", "extended") == told["extend"]
        assert found.at("extensions", "wait_information") == told["wait"]
        assert found.at("satisfaction", "satisfied") == kinds["PUAS"]
        assert found.at("satisfaction", "unsatisfied") == kinds["TIDAK PUAS"] + kinds["reopened"]
        assert found.at("deliveries", "released") == kinds["responded"] + _released_by_the_clock(office, month, kinds)
        for table in ("channel", "category", "urgency", "track", "state"):
            assert sum(r["count"] for r in found.tables[table].values()) == told["open"], table
        above = figures(office, KANWIL, month)
        assert above.at("flow", "received") == sum(e.kind == "open" and e.unit == KANWIL for e in within(diary, month))
        assert above.at("flow", "taken_over") >= kinds["sealed"]


def _released_by_the_clock(office: Office, month: Month, kinds: Counter[str]) -> int:
    """An approved answer that nobody sent goes out by itself: the diary does not know of it."""
    with office.db.read() as s:
        begin, end = month.begins("Asia/Jakarta"), month.ends("Asia/Jakarta")
        rutan = s.scalars(select(Unit.id).where(Unit.code == RUTAN)).one()
        query = select(Deadline).where(Deadline.rule == "release", Deadline.state == "met", Deadline.ended_at >= begin)
        ended = [
            d for d in s.scalars(query) if d.ended_at < end and s.get_one(Case, d.case_id).handling_unit_id == rutan
        ]
    return len(ended) - kinds["responded"]


@pytest.mark.parametrize("seed", [4])
def test_open_cases_flow_from_month_to_month(office: Office, seed: int) -> None:
    live(office, seed, 45)
    for code in (RUTAN, KANWIL):
        first, second = figures(office, code, NOVEMBER), figures(office, code, DECEMBER)
        for found in (first, second):
            more = sum(found.at("flow", name) for name in ("open_before", "received", "taken_over"))
            less = sum(found.at("flow", name) for name in ("ended", "handed_on"))
            assert found.at("flow", "open_after") == more - less + found.at("flow", "reopened")
        assert first.at("flow", "open_before") == 0
        assert first.at("flow", "open_after") == second.at("flow", "open_before")
        with office.db.read() as s:
            unit = s.scalars(select(Unit.id).where(Unit.code == code)).one()
            statuses = s.scalars(select(Case.status).where(Case.handling_unit_id == unit))
            assert second.at("flow", "open_after") == sum(status not in ENDED for status in statuses)


@pytest.mark.parametrize("seed", [6])
def test_what_happens_later_changes_no_figure_of_a_month_that_is_over(office: Office, seed: int) -> None:
    live(office, seed, 29)
    office.clock.now = NOVEMBER.ends("Asia/Jakarta")
    told = [figures(office, code, NOVEMBER) for code in (RUTAN, KANWIL)]
    assert sum(f.at("flow", "received") for f in told) > 10
    live_on = live(office, seed + 100, 25)
    assert live_on.events
    again = [figures(office, code, NOVEMBER) for code in (RUTAN, KANWIL)]
    assert [plain(f) for f in told] == [plain(f) for f in again]


def test_a_clock_that_was_set_after_the_month_did_not_run_when_it_ended(office: Office) -> None:
    """Another track, and a case that goes on after it was merged: both count from receipt, from December on."""
    at(office, 27)
    into, other = steps.repeated(office)
    steps.merge(office, other, into)
    office.clock.now = NOVEMBER.ends("Asia/Jakarta") + timedelta(hours=1)
    told = plain(figures(office, RUTAN, NOVEMBER))
    steps.unmerge(office, other)

    def judge(o: Office, s: Session, c: Case) -> None:
        cases.classify(s, c, o.officer(s, "petugas"), "pungli", "normal", o.clock(), about_head=False)

    act(office, into, judge)
    assert plain(figures(office, RUTAN, NOVEMBER)) == told


def test_what_was_late_as_a_month_ended_is_told_as_it_was_then(office: Office) -> None:
    """One case was late and is waited for since; of another the clock stood still before it was late, and runs again."""

    def wait(o: Office, s: Session, c: Case) -> None:
        until = o.clock().date() + timedelta(days=20)
        timekeeping.wait(s, c, o.officer(s, "petugas"), "Kapan?", "information", until, o.clock())

    office.say(COMPLAINT)
    late = carry(office, "classified")
    office.say("Titipan makanan untuk adik saya di kamar 7 tidak sampai.", OTHER)
    still = carry(office, "classified", OTHER)
    at(office, 18)
    act(office, still, wait)
    office.clock.now = NOVEMBER.ends("Asia/Jakarta") + timedelta(hours=1)
    found = figures(office, RUTAN, NOVEMBER)
    assert dict(found.tables["deadlines"]["respond"]) == {"overdue": 1, "running": 1}
    told = plain(found)
    for step in (
        lambda: act(office, late, wait),
        lambda: office.say("Blok B, Pak", OTHER),
        lambda: office.say("Blok C, Pak"),
    ):
        office.clock.advance(days=1)
        step()
        assert plain(figures(office, RUTAN, NOVEMBER)) == told


@pytest.mark.parametrize("seed", [9])
def test_clocks_are_counted_once_and_by_the_unit_where_they_ended(office: Office, seed: int) -> None:
    diary = live(office, seed, 50)
    both = [figures(office, code, month) for code in (RUTAN, KANWIL) for month in (NOVEMBER, DECEMBER)]
    counted = Counter({
        (rule, state): sum(f.at("deadlines", rule, state) for f in both)
        for f in both for rule in f.tables["deadlines"] for state in ("met", "missed")
    })  # fmt: skip
    with office.db.read() as s:
        rows = s.scalars(select(Deadline).where(Deadline.state.in_(("met", "missed")), Deadline.rule != "satisfaction"))
        left = {(e.case_id, Month.of(e.at, "Asia/Jakarta")): e.at for e in diary.events if e.kind == "sealed"}
        assert +counted == Counter((d.rule, d.state) for d in rows if not _before_it_left(d, left))
        now_late = [d for d in s.scalars(select(Deadline).where(Deadline.state == "running"))
                    if d.due_at <= office.clock() and d.rule != "satisfaction"]  # fmt: skip
    later = [figures(office, code, DECEMBER) for code in (RUTAN, KANWIL)]
    assert sum(r["overdue"] for f in later for r in f.tables["deadlines"].values()) == len(now_late)
    assert now_late


def _before_it_left(row: Deadline, left: dict[tuple[str, Month], datetime]) -> bool:
    """Whether the unit that a case left in a month ended a clock of it in that month."""
    assert row.ended_at
    gone = left.get((row.case_id, Month.of(row.ended_at, "Asia/Jakarta")))
    return gone is not None and row.ended_at < gone


def at(office: Office, day: int) -> None:
    """Half past ten in Magetan on a day of November."""
    office.clock.now = datetime(2026, 11, day, 3, 30, tzinfo=UTC)


def answer_above(office: Office, case_id: str) -> None:
    """The Kanwil writes, approves and sends an answer."""
    with office.db.write() as s:
        case, now = cases.lock(s, case_id), office.clock()
        first, second = office.officer(s, "kanwil"), office.officer(s, "kanwil2")
        if case.status == "received":
            cases.classify(s, case, first, case.category, "normal", now, about_head=case.about_head)
        decisions.recommend(s, case, first, "Ringkas.", steps.OPTIONS, now)
        decisions.direct(s, case, second, 0, first.account_id, "", now)
        decisions.report(s, case, first, "clarification", "Diperiksa.", now)
        text = decisions.draft(s, case, first, "Kami sudah memeriksa.", now)
        decisions.approve(s, case, second, text.hash, now)
        decisions.release(s, case, first, now)
    office.clock.advance(minutes=1)


def test_a_case_that_was_passed_up_counts_for_the_office_above_from_when_it_got_it(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = steps.carry(office, "responded")
    at(office, 16)
    with office.db.write() as s:
        other = Exclusion(case_id=case_id, account_id=office.account_id("petugas2"), scope="hide", reason="named",
                          created_at=office.clock())  # fmt: skip
        s.add(other)
    office.say("TIDAK PUAS, air masih mati")
    assert office.case().handling_unit.code == KANWIL, "nobody is left below"
    at(office, 18)
    with office.db.write() as s:
        cases.ask(s, cases.lock(s, case_id), office.officer(s, "kanwil"), "Blok mana?", office.clock())
    at(office, 20)
    answer_above(office, case_id)
    above, below = figures(office, KANWIL, NOVEMBER), figures(office, RUTAN, NOVEMBER)
    assert (above.samples["first_response"], above.samples["handling"], above.samples["answer"]) == ([2], [2], [4])
    assert not below.samples, "the facility has a neutral number left, and no figure of it"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_case_that_was_sealed_later_counts_for_the_office_above_from_then_on(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = steps.carry(office, "classified")
    at(office, 5)
    with office.db.write() as s:
        cases.seal(s, cases.lock(s, case_id), office.officer(s, "petugas"), "head", office.clock())
    at(office, 10)
    answer_above(office, case_id)
    above, below = figures(office, KANWIL, NOVEMBER), figures(office, RUTAN, NOVEMBER)
    assert above.samples["answer"] == [3], "Friday, Monday and Tuesday"
    assert "answer" not in below.samples


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_of_a_case_that_was_handed_on_the_facility_reports_one_neutral_number(office: Office) -> None:
    """Extended, answered, reopened, sealed: beside a month without it, the register's numbers alone tell of it."""
    office.say(COMPLAINT)
    carry(office, "classified")
    begin, moment = office.clock(), office.clock() + timedelta(days=6)
    before, above = (_printed(office, code, moment) for code in (RUTAN, KANWIL))
    office.say("Petugas loket minta uang 50 ribu supaya kunjungan dilayani duluan.", OTHER)
    office.clock.advance(days=1)
    case_id = carry(office, "directed", OTHER)
    act(
        office,
        case_id,
        lambda o, s, c: timekeeping.extend(s, c, o.officer(s, "kepala"), "Menunggu suku cadang", o.clock()),
    )
    for step in ("drafted", "approved", "responded"):
        act(office, case_id, steps.STEPS[step])
    office.say("TIDAK PUAS, Kalapas yang menyuruh potong jatah makan itu.", OTHER)
    assert office.case(OTHER).handling_unit.code == KANWIL
    assert begin < office.clock() < moment
    after, then = (_printed(office, code, moment) for code in (RUTAN, KANWIL))
    assert after - before == Counter({("flow", "received", "2"): 1, ("flow", "handed_on", "1"): 1})
    once = {("flow", "taken_over", "1"), ("sealed", "later", "1"), ("flow", "received", "2"),
            ("channel", "simulator", "2"), ("category", "makanan_air", "2")}  # fmt: skip
    assert once <= set(then)
    assert not once & set(above)


def _printed(office: Office, code: str, moment: datetime) -> Counter[tuple[str, str, str]]:
    """The lines of a unit's own report."""
    with office.db.read() as s:
        unit = s.scalars(select(Unit).where(Unit.code == code)).one()
        text = sheets.csv_of(replace(compose(s, unit, NOVEMBER, moment), head=None)).decode("utf-8-sig")
    return Counter((line[2], line[3], line[4]) for line in csv.reader(io.StringIO(text), delimiter=";"))


def test_an_answer_that_nobody_received_does_not_arrive_with_the_next_one(office: Office) -> None:
    """Released and never proved; not satisfied; answered anew by others, and that letter is handed over."""
    office.say(COMPLAINT)
    case_id = carry(office, "responded")
    office.say("TIDAK PUAS, air masih mati")

    def again(o: Office, s: Session, case: Case) -> None:
        other, head, now = o.officer(s, "petugas2"), o.officer(s, "kepala"), o.clock()
        decisions.recommend(s, case, other, "Air mati lagi.", OPTIONS, now)
        decisions.direct(s, case, head, 0, other.account_id, "", now)
        decisions.report(s, case, other, "repair", "Pompa diganti.", now)
        paper = decisions.draft(s, case, other, "Pompa kedua sudah dipasang.", now)
        decisions.approve(s, case, head, paper.hash, now)
        decisions.release(s, case, other, now)
        deliveries.hand_over(s, case, other, now)

    office.clock.advance(hours=1)
    act(office, case_id, again)
    office.clock.advance(hours=1)
    found = figures(office, RUTAN, NOVEMBER).tables["deliveries"]
    assert {row: counts["count"] for row, counts in found.items()} == {"released": 2, "desk": 1, "pending": 1}


def test_a_month_of_which_nothing_is_known_is_all_zero(office: Office) -> None:
    found = figures(office, RUTAN, Month(2025, 1))
    assert all(count == 0 for rows in found.tables.values() for row in rows.values() for count in row.values())
    assert found.head is None
    assert not found.partial
    assert figures(office, RUTAN, NOVEMBER).partial


def test_a_case_sealed_at_intake_leaves_every_figure_of_the_facility_as_it_was(office: Office) -> None:
    live(office, 11, 10)
    before, above = plain(figures(office, RUTAN, NOVEMBER)), figures(office, KANWIL, NOVEMBER)
    moment = office.clock()
    office.say("Kalapas menyuruh potong jatah makan di blok C, kami takut bicara.", "+6281399")
    office.clock.now = moment
    assert plain(figures(office, RUTAN, NOVEMBER, moment)) == before
    office.clock.advance(minutes=1)
    after = figures(office, KANWIL, NOVEMBER)
    assert after.at("sealed", "at_intake") == above.at("sealed", "at_intake") + 1
    assert "sealed" not in figures(office, RUTAN, NOVEMBER).tables
