"""Clocks start and end where their file says; the ladder is climbed once, by somebody who may know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support import Office
from tests.workflow.steps import (
    ANSWER,
    COMPLAINT,
    act,
    approve,
    carry,
    classify,
    direct,
    draft,
    recommend,
    release,
    together,
)
from tests.workflow.wires import FakeWire, drain
from workflow import cases, decisions, deliveries, incidents, staff, states, timekeeping
from workflow import clocks as clocks_of_file
from workflow.messages import DeliveryReport
from workflow.models import Account, Case, Deadline, Escalation, HolidayOverride, Notice, Outbound, Unit
from workflow.sweep import sweep
from workflow.wording import LABELS

RULES = clocks_of_file.rules()
EMERGENCY = "Tolong pak, adik saya di blok A dipukuli teman sekamarnya malam ini, kepalanya berdarah!"


def clocks(office: Office, sender: str = "+628120000001") -> dict[str, str]:
    """State of the newest round of each clock of the newest case."""
    case = office.case(sender)
    with office.db.read() as s:
        rows = s.scalars(select(Deadline).where(Deadline.case_id == case.id).order_by(Deadline.round))
        return {row.rule: row.state for row in rows}


def clock(office: Office, rule: str) -> Deadline:
    with office.db.read() as s:
        rows = select(Deadline).where(Deadline.case_id == office.case().id, Deadline.rule == rule)
        return s.scalars(rows.order_by(Deadline.round.desc())).first()  # type: ignore[return-value]


def local(year: int, month: int, day: int) -> datetime:
    """The end of a day in Magetan."""
    return datetime(year, month, day, 16, 59, 59, tzinfo=UTC)


def rungs(office: Office, rule: str) -> list[tuple[int, str, int]]:
    with office.db.read() as s:
        query = select(Escalation.rung, Escalation.role, Escalation.recipients)
        query = query.join(Deadline, Deadline.id == Escalation.deadline_id).where(Deadline.rule == rule)
        return [tuple(row) for row in s.execute(query.order_by(Escalation.at, Escalation.rung))]  # type: ignore[misc]


def told(office: Office, key: str) -> list[str]:
    """Names on whose pages a notice stands."""
    with office.db.read() as s:
        query = select(Account.name).join(Notice, Notice.account_id == Account.id).where(Notice.key == key)
        return sorted(s.scalars(query))


def run_to(office: Office, moment: datetime) -> None:
    """Time passes; the sweep looks every six hours."""
    while office.clock() < moment:
        office.clock.now = min(office.clock() + timedelta(hours=6), moment)
        sweep(office.db, office.clock())


# ------------------------------------------------------------------ the file

#: What starts a clock besides a status, and the status in which it happens.
EVENTS = {
    "received": states.Status.RECEIVED,
    "delivered": states.Status.RESPONDED,
    "returned": states.Status.CLASSIFIED,
}


def test_the_file_speaks_of_things_that_exist() -> None:
    actions = set(states.TABLE)
    events = {*EVENTS, *states.Status}
    for rule in RULES.values():
        assert rule.days > 0
        assert rule.kind in ("working", "calendar", "minutes")
        assert rule.starts in events
        assert {*rule.ends, *rule.voids} <= actions
        assert set(rule.tracks) <= {"service", "integrity", "information"}
        assert rule.on_due in ("escalate", "close", "release")
        assert rule.source
        assert rule.name in LABELS["rule"]
        assert rule.on_due != "escalate" or f"late_{rule.name}" in LABELS["notice"]
        assert rule.checked <= date(2026, 12, 31)
        assert not rule.remind or f"soon_{rule.name}" in LABELS["notice"]
        assert rule.name == "respond" or not rule.extension
    unit = Unit(kind="upt", settings={})
    for urgency in cases.URGENCY_RANK:
        ladder = clocks_of_file.ladder(Case(urgency=urgency, handling_unit=unit))
        assert set(ladder.facility + ladder.office) <= set(states.STAFF_ROLES)
        assert ladder.office == ("kanwil", "ditjenpas")
        assert ladder.facility[:3] == ("petugas", "kepala", "kanwil")


def test_every_clock_ends_by_an_action_that_is_possible_where_it_runs() -> None:
    for rule in RULES.values():
        start = EVENTS.get(rule.starts, rule.starts)
        reachable, todo = {start}, [start]
        while todo:
            for row in states.TABLE.values():
                if todo[0] in row.sources and row.to and row.to not in reachable and row.to != states.RESUMES:
                    reachable.add(row.to)
                    todo.append(row.to)
            todo.pop(0)
        assert any(states.TABLE[action].sources & reachable for action in rule.ends), rule.name


@pytest.mark.parametrize(
    "rule", [r for r in RULES.values() if r.starts in set(states.Status) - {"received"}], ids=lambda r: r.name
)
def test_a_clock_that_a_status_starts_is_ended_by_whatever_leads_on_from_it(rule: clocks_of_file.Rule) -> None:
    onward = {row.action for row in states.TABLE.values() if rule.starts in row.sources and row.to in states.OPEN}
    stays = {a for a in onward if states.TABLE[a].to in (rule.starts, states.Status.WAITING)}
    assert onward - stays == {*rule.ends, *rule.voids}


# ------------------------------------------------------------------ start and end


def test_each_clock_starts_and_ends_where_the_file_says(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = office.case().id
    assert clocks(office) == {"classify": "running", "first_response": "running", "respond": "running"}
    assert clock(office, "classify").due_at == local(2026, 11, 3)
    assert clock(office, "respond").due_at == local(2026, 11, 20)
    assert office.case().nearest_due_at == local(2026, 11, 3)
    act(office, case_id, classify)
    assert clocks(office)["classify"] == "met"
    act(office, case_id, recommend)
    assert (clocks(office)["first_response"], clocks(office)["direct"]) == ("met", "running")
    act(office, case_id, direct)
    assert clocks(office)["direct"] == "met"
    act(office, case_id, draft)
    assert clocks(office)["approve"] == "running"
    act(office, case_id, approve)
    assert (clocks(office)["approve"], clocks(office)["release"]) == ("met", "running")
    act(office, case_id, release)
    assert (clocks(office)["release"], clocks(office)["respond"]) == ("met", "met")
    assert "satisfaction" not in clocks(office), "the ten days begin with proof that it arrived"
    assert office.case().nearest_due_at is None
    drain(office, FakeWire())
    with office.db.write() as s:
        ref = s.scalars(select(Outbound.ref).where(Outbound.purpose == "official")).one()
        deliveries.take_report(s, DeliveryReport("delivered", ref=ref), office.clock())
    assert clock(office, "satisfaction").due_at == local(2026, 11, 16)
    office.say("PUAS")
    assert clocks(office)["satisfaction"] == "met"
    assert "running" not in clocks(office).values()


def test_handing_the_letter_over_starts_the_ten_days_too(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "responded")
    act(office, case_id, lambda o, s, c: deliveries.hand_over(s, c, o.officer(s, "petugas"), o.clock()))
    assert clocks(office)["satisfaction"] == "running"
    act(office, case_id, lambda o, s, c: deliveries.hand_over(s, c, o.officer(s, "petugas"), o.clock()))
    with office.db.read() as s:
        assert len(s.scalars(select(Deadline).where(Deadline.rule == "satisfaction")).all()) == 1


def test_what_ends_late_is_missed(office: Office) -> None:
    office.say(COMPLAINT)
    office.clock.advance(days=5)
    act(office, office.case().id, classify)
    assert clocks(office)["classify"] == "missed"


@pytest.mark.parametrize("action, by", [("refer", "petugas"), ("withdraw", "petugas"), ("discontinue", "kepala")])
def test_an_end_voids_whatever_runs(office: Office, action: str, by: str) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "classified")
    act(office, case_id, lambda o, s, c: cases.end_with_reason(s, c, action, o.officer(s, by), "alasan", o.clock()))
    assert "running" not in clocks(office).values()
    assert office.case().nearest_due_at is None
    run_to(office, office.clock() + timedelta(days=40))
    with office.db.read() as s:
        assert s.scalars(select(Escalation)).all() == []


def test_a_returned_draft_starts_the_approval_clock_afresh(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "drafted")
    act(office, case_id, lambda o, s, c: decisions.return_draft(s, c, o.officer(s, "kepala"), "kurang", o.clock()))
    assert clocks(office)["approve"] == "met"
    office.clock.advance(days=1)
    act(office, case_id, lambda o, s, c: decisions.draft(s, c, o.officer(s, "pejabat"), ANSWER, o.clock()))
    assert (clock(office, "approve").round, clock(office, "approve").state) == (1, "running")


def test_an_operators_holiday_and_a_units_own_length_move_the_date(office: Office) -> None:
    with office.db.write() as s:
        unit = s.scalars(select(Unit).where(Unit.code == "RUTAN-MAGETAN")).one()
        unit.settings = {"clocks": {"respond": 2}}
        s.add(
            HolidayOverride(
                unit_id=unit.id, day=date(2026, 11, 3), holiday=True, source="SK", created_at=office.clock()
            )
        )
    office.say(COMPLAINT)
    assert clock(office, "classify").due_at == local(2026, 11, 4)
    assert clock(office, "respond").due_at == local(2026, 11, 5)


# ------------------------------------------------------------------ pause, resume, tracks


def test_waiting_for_the_complainant_stops_every_clock_and_their_word_lets_them_run_on(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "classified")
    before = clock(office, "respond").due_at
    act(office, case_id, lambda o, s, c: cases.move(s, c, "wait", o.officer(s, "petugas"), o.clock()))
    assert set(clocks(office).values()) == {"met", "paused"}
    assert office.case().nearest_due_at is None
    run_to(office, office.clock() + timedelta(days=60))
    with office.db.read() as s:
        assert s.scalars(select(Escalation)).all() == [], "nobody is late who waits"
    office.clock.now = datetime(2026, 11, 9, 2, tzinfo=UTC)
    office.say("Kejadiannya hari Senin di blok B")
    assert office.case().status == "classified"
    row = clock(office, "respond")
    assert (before, row.due_at) == (local(2026, 11, 20), local(2026, 11, 27)), "five working days stood still"
    assert (row.state, row.paused_at, row.next_at) == ("running", None, datetime(2026, 11, 24, 1, tzinfo=UTC))


def test_a_pause_within_one_day_costs_nothing(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "classified")
    before = clock(office, "respond").due_at
    act(office, case_id, lambda o, s, c: cases.move(s, c, "wait", o.officer(s, "petugas"), o.clock()))
    office.clock.advance(hours=3)
    act(office, case_id, lambda o, s, c: cases.move(s, c, "resume", o.officer(s, "petugas"), o.clock()))
    assert clock(office, "respond").due_at == before


def test_another_category_may_be_another_track_counted_from_receipt(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = office.case().id
    office.clock.advance(hours=20)

    def judge(category: str) -> Callable[[Office, Session, Case], None]:
        return lambda o, s, c: cases.classify(
            s, c, o.officer(s, "petugas"), category, "normal", o.clock(), about_head=False
        )

    act(office, case_id, judge("pungli"))
    assert (clocks(office)["respond"], clocks(office)["respond_integrity"]) == ("void", "running")
    assert clock(office, "respond_integrity").started_at == office.case().received_at
    act(office, case_id, judge("makanan_air"))
    assert (clocks(office)["respond"], clocks(office)["respond_integrity"]) == ("running", "void")
    assert clock(office, "respond").due_at == local(2026, 11, 20)


def test_another_track_after_reopening_is_counted_from_the_reopening(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "responded")
    office.clock.advance(days=20)
    office.say("TIDAK PUAS, belum ada perbaikan")
    reopened = clock(office, "respond").started_at

    def judge(o: Office, s: Session, case: Case) -> None:
        cases.classify(s, case, o.officer(s, "petugas2"), "pungli", "normal", o.clock(), about_head=False)

    act(office, case_id, judge)
    assert clock(office, "respond_integrity").started_at == reopened > office.case().received_at


# ------------------------------------------------------------------ the ladder


def test_the_ladder_is_climbed_rung_by_rung_and_each_rung_once(office: Office) -> None:
    office.say(COMPLAINT)
    run_to(office, local(2026, 11, 3) - timedelta(seconds=1))
    assert rungs(office, "classify") == []
    run_to(office, local(2026, 11, 20))
    assert rungs(office, "classify") == [(1, "petugas", 2), (2, "kepala", 1), (3, "kanwil", 2)]
    assert told(office, "late_classify") == ["kanwil", "kanwil2", "kepala", "petugas", "petugas2"]
    with office.db.read() as s:
        ladder = select(Escalation.at).join(Deadline, Deadline.id == Escalation.deadline_id)
        at = s.scalars(ladder.where(Deadline.rule == "classify").order_by(Escalation.rung)).all()
    assert at[1] - at[0] >= timedelta(days=1)
    run_to(office, office.clock() + timedelta(days=60))
    assert len(rungs(office, "classify")) == 3


def test_the_owner_alone_is_told_first(office: Office) -> None:
    office.say(COMPLAINT)
    carry(office, "classified")
    run_to(office, local(2026, 11, 6))
    assert told(office, "late_first_response") == ["petugas"]


def test_the_task_of_an_official_who_left_is_the_heads(office: Office) -> None:
    office.say(COMPLAINT)
    carry(office, "directed")
    with office.db.write() as s:
        s.scalars(select(Account).where(Account.name == "pejabat")).one().disabled_at = office.clock()
    run_to(office, clock(office, "carry_out").due_at + timedelta(hours=1))
    assert rungs(office, "carry_out") == [(1, "pejabat", 0), (2, "kepala", 1)], "nobody is told who cannot read it"


def test_an_emergency_is_counted_in_minutes_around_the_clock(office: Office) -> None:
    office.clock.now = datetime(2026, 11, 7, 16, tzinfo=UTC)  # Saturday, 23.00
    office.say(EMERGENCY)
    assert office.case().urgency == "darurat"
    begun = office.case().received_at
    for minutes, count in ((14, 0), (15, 1), (29, 1), (30, 2), (45, 3), (60, 4), (89, 4), (90, 5), (120, 6)):
        office.clock.now = begun + timedelta(minutes=minutes)
        sweep(office.db, office.clock())
        assert len(rungs(office, "emergency")) == count, minutes
    assert [role for _, role, _ in rungs(office, "emergency")][:4] == ["petugas", "kepala", "kanwil", "ditjenpas"]
    assert [told for *_, told in rungs(office, "emergency")][4:] == [5, 5], "everybody on the ladder, again and again"
    me = office.account_id("petugas")
    act(office, office.case().id, lambda o, s, c: cases.assign(s, c, o.officer(s, "petugas"), me, o.clock()))
    office.clock.advance(days=1)
    sweep(office.db, office.clock())
    assert len(rungs(office, "emergency")) == 6, "until a person takes it"


def test_a_person_who_takes_an_emergency_stops_its_clock(office: Office) -> None:
    office.say(EMERGENCY)
    me = office.account_id("petugas")
    act(office, office.case().id, lambda o, s, c: cases.assign(s, c, o.officer(s, "petugas"), me, o.clock()))
    assert clocks(office)["emergency"] == "met"


def test_an_emergency_that_is_worked_together_with_another_is_taken(office: Office) -> None:
    office.say(EMERGENCY)
    lead = office.case().id
    office.say(EMERGENCY, "+628120000002")
    case_id = office.case("+628120000002").id

    def join(o: Office, s: Session, case: Case) -> None:
        incidents.join(s, case, s.get_one(Case, lead), o.officer(s, "petugas"), o.clock())

    act(office, case_id, join)
    assert clocks(office, "+628120000002")["emergency"] == "met", "nobody is paged for it any more"
    assert clocks(office)["emergency"] == "running"


def test_an_emergency_told_later_starts_its_clock_then(office: Office) -> None:
    office.say(COMPLAINT)
    carry(office, "classified")
    office.clock.advance(days=1)
    office.say(EMERGENCY)
    assert office.case().urgency == "darurat"
    assert clock(office, "emergency").due_at == office.clock() + timedelta(minutes=15)
    office.say("Tolong, dia masih berdarah, dipukuli lagi malam ini!")
    with office.db.read() as s:
        assert len(s.scalars(select(Deadline).where(Deadline.rule == "emergency")).all()) == 1
    assert "petugas" in told(office, "emergency")


@pytest.mark.parametrize("taken", ["recommend", "wait"])
def test_whoever_works_on_a_case_has_taken_its_emergency(office: Office, taken: str) -> None:
    """Told of after the case was classified, or when it was opened again: nobody classifies it a second time."""
    office.say(COMPLAINT)
    case_id = carry(office, "classified")
    office.say(EMERGENCY)
    assert clocks(office)["emergency"] == "running"

    def wait(o: Office, s: Session, case: Case) -> None:
        until = o.clock().date() + timedelta(days=2)
        timekeeping.wait(s, case, o.officer(s, "petugas"), "Di blok mana?", "information", until, o.clock())

    act(office, case_id, {"recommend": recommend, "wait": wait}[taken])
    assert clocks(office)["emergency"] == "met"


def test_a_rung_without_anybody_is_passed_at_once(office: Office) -> None:
    with office.db.write() as s:
        for name in ("petugas", "petugas2", "kepala"):
            staff.disable(s, s.scalars(select(Account).where(Account.name == name)).one(), office.clock())
    office.say(COMPLAINT)
    office.clock.now = local(2026, 11, 3) + timedelta(seconds=1)
    sweep(office.db, office.clock())
    assert rungs(office, "classify") == [(1, "petugas", 0), (2, "kepala", 0), (3, "kanwil", 2)]
    assert told(office, "late_classify") == ["kanwil", "kanwil2"]


def test_sweeps_in_parallel_climb_each_rung_once(office: Office) -> None:
    for n in range(6):
        office.say(COMPLAINT, f"+62{n}")
    for _ in range(12):
        office.clock.advance(days=1)
        together(3, lambda _: sweep(office.db, office.clock()))
    with office.db.read() as s:
        climbed = s.execute(select(Escalation.deadline_id, Escalation.rung)).all()
        assert len(climbed) == len(set(climbed)) == 6 * 2 * 3
        notices = s.execute(select(Notice.account_id, Notice.case_id, Notice.key)).all()
        assert len(notices) == len(set(notices))


def test_a_case_handed_on_starts_the_ladder_of_its_new_unit(office: Office) -> None:
    """The facility had climbed two rungs when it was sealed; the Kanwil must be told of the delay all the same."""
    office.say(COMPLAINT)
    run_to(office, local(2026, 11, 6))
    assert [role for _, role, _ in rungs(office, "classify")] == ["petugas", "kepala"]
    office.say("KANWIL")
    run_to(office, local(2026, 11, 13))
    assert [role for _, role, _ in rungs(office, "classify")][2:] == ["kanwil", "ditjenpas"]
    assert told(office, "late_classify") == ["kanwil", "kanwil2"]
    assert clock(office, "classify").due_at == local(2026, 11, 3), "the due date stays what it was"


@pytest.mark.parametrize("text", ["Kalapas menyuruh potong jatah makan blok C, kami takut bicara.", "KANWIL"])
def test_nobody_at_the_facility_is_ever_told_of_a_sealed_case(office: Office, text: str) -> None:
    office.say(text)
    office.say(COMPLAINT)
    assert office.case().seal == "kanwil"
    run_to(office, office.clock() + timedelta(days=30))
    with office.db.read() as s:
        names = set(s.scalars(select(Account.name).join(Notice, Notice.account_id == Account.id)))
    assert names == {"kanwil", "kanwil2"}
    assert {role for _, role, _ in rungs(office, "classify")} == {"kanwil", "ditjenpas"}


# ------------------------------------------------------------------ time acts


def test_an_approved_answer_is_released_by_the_clock(office: Office) -> None:
    office.say(COMPLAINT)
    carry(office, "approved")
    run_to(office, local(2026, 11, 3))
    assert office.case().status == "responded"
    with office.db.read() as s:
        assert len(s.scalars(select(Outbound).where(Outbound.purpose == "official")).all()) == 1
    run_to(office, office.clock() + timedelta(days=5))
    assert clocks(office)["release"] in ("met", "missed")


def test_of_a_release_and_a_rung_that_are_due_in_one_second_the_release_is_first(office: Office) -> None:
    """Nobody is told that an answer is late which goes out at that moment; however their ids fall."""
    ids = []
    for n in range(4):
        office.say(COMPLAINT, f"+62812{n}")
        ids.append(carry(office, "approved", f"+62812{n}"))
    office.clock.advance(days=30)
    with office.db.write() as s:
        for row in s.scalars(select(Deadline).where(Deadline.case_id.in_(ids), Deadline.ended_at.is_(None))):
            row.due_at = row.next_at = office.clock()
    sweep(office.db, office.clock())
    with office.db.read() as s:
        assert {s.get_one(Case, case_id).status for case_id in ids} == {"responded"}
        assert not s.scalars(select(Escalation.id)).all()
        answers = s.scalars(select(Deadline).where(Deadline.case_id.in_(ids), Deadline.rule == "respond"))
        assert {row.state for row in answers} == {"met"}


def test_silence_closes_after_ten_working_days_and_only_after_proof_of_delivery(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "responded")
    run_to(office, office.clock() + timedelta(days=40))
    assert office.case().status == "responded", "no proof, no closing"
    act(office, case_id, lambda o, s, c: deliveries.hand_over(s, c, o.officer(s, "petugas"), o.clock()))
    due = clock(office, "satisfaction").due_at
    run_to(office, due - timedelta(seconds=1))
    assert office.case().status == "responded"
    run_to(office, due)
    assert (office.case().status, office.case().close_ground) == ("closed", "silence")


def test_two_sweeps_close_once_and_say_so_once(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "responded")
    act(office, case_id, lambda o, s, c: deliveries.hand_over(s, c, o.officer(s, "petugas"), o.clock()))
    office.clock.advance(days=30)
    together(3, lambda _: sweep(office.db, office.clock()))
    with office.db.read() as s:
        assert len(s.scalars(select(Outbound).where(Outbound.key == "closed_silence")).all()) == 1


def test_a_deadline_that_cannot_be_acted_on_does_not_stop_the_others(office: Office) -> None:
    """An approved answer whose case key is gone cannot be released; the ladder of another case is climbed."""
    office.say(COMPLAINT)
    case_id = carry(office, "approved")
    office.say(COMPLAINT, "+62999")
    with office.db.write() as s:
        office.service.vault.destroy(s, s.get_one(Case, case_id).data_key_id, office.clock())
    office.clock.advance(days=2)
    sweep(office.db, office.clock())
    assert rungs(office, "classify") == [(1, "petugas", 2)]


def test_a_deadline_beyond_the_decreed_years_is_provisional(office: Office) -> None:
    office.clock.now = datetime(2027, 12, 20, 2, tzinfo=UTC)
    office.say(COMPLAINT)
    assert (clock(office, "classify").provisional, clock(office, "respond").provisional) == (False, True)
