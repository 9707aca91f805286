"""Whoever took a risk is asked how they fare; what was done to them is a case that nobody at the facility sees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support import Office
from tests.workflow.offices import on_sqlite
from tests.workflow.steps import COMPLAINT, SENDER, act, carry
from workflow import access, cases, checkbacks, links, retaliation
from workflow.models import Account, Case, CaseLink, Checkback, Exclusion, Notice, Outbound, Unit
from workflow.states import Impossible

FACILITY = ("petugas", "petugas2", "kepala", "pejabat", "admin")
FEAR = "Petugas meminta uang 50 ribu supaya bisa kunjungan kemarin siang di loket"


def afraid(office: Office, sender: str = SENDER) -> str:
    """A complainant who fears reprisal, on Monday 2 November."""
    office.say(FEAR, sender)
    case_id = office.case(sender).id
    with office.db.write() as s:
        cases.set_risk(s, cases.lock(s, case_id), True, office.clock())
    return case_id


def tick(office: Office) -> None:
    checkbacks.tick(office.db, office.clock())
    office.deliver()


def asked(office: Office, case_id: str) -> list[tuple[str, int, str]]:
    with office.db.read() as s:
        return [(r.phase, r.days, r.outcome) for r in checkbacks.of_case(s, s.get_one(Case, case_id))]


def on_the_third_day(office: Office) -> str:
    case_id = afraid(office)
    tick(office)
    office.clock.now = datetime(2026, 11, 5, 1, 30, tzinfo=UTC)  # Thursday, half past eight
    tick(office)
    return case_id


def questions(office: Office) -> list[Outbound]:
    with office.db.read() as s:
        return list(s.scalars(select(Outbound).where(Outbound.key == "checkback").order_by(Outbound.id)))


def told(office: Office, key: str) -> set[str]:
    with office.db.read() as s:
        query = select(Account.name).join(Notice, Notice.account_id == Account.id).where(Notice.key == key)
        return set(s.scalars(query))


def test_they_are_asked_three_ten_and_thirty_working_days_after_intake_and_after_the_answer(office: Office) -> None:
    case_id = afraid(office)
    tick(office)
    with office.db.read() as s:
        days = [r.due_at for r in s.scalars(select(Checkback).order_by(Checkback.due_at))]
    assert days == [datetime(2026, 11, d, 1, 0, tzinfo=UTC) for d in (5, 16)] + [
        datetime(2026, 12, 14, 1, 0, tzinfo=UTC)
    ]
    tick(office)
    assert len(asked(office, case_id)) == 3, "entered once"
    carry(office, "responded")
    tick(office)
    assert sorted(asked(office, case_id)) == [(p, d, "") for p in ("answer-0", "intake") for d in (3, 10, 30)]


@pytest.mark.parametrize(
    "values, expected",
    [
        ({"risk": "yes"}, True), ({"risk": "no"}, False), ({"risk": ""}, False),
        ({"about_staff": True, "vulnerable_group": "child"}, True), ({"about_staff": True}, False),
        ({"seal": "kanwil", "vulnerable_group": "pregnant"}, True), ({"seal": "kanwil"}, False),
        ({"vulnerable_group": "elderly"}, False), ({"risk": "yes", "track": "information"}, False),
    ],
)  # fmt: skip
@on_sqlite
def test_who_is_asked(office: Office, values: dict[str, object], expected: bool) -> None:
    office.say(COMPLAINT)
    plain = {"risk": "", "about_staff": False, "seal": "none", "vulnerable_group": "none"}
    with office.db.write() as s:
        case = cases.lock(s, office.case().id)
        for name, value in (plain | values).items():
            setattr(case, name, value)
    tick(office)
    assert bool(asked(office, office.case().id)) is expected


def test_a_question_is_short_neutral_and_put_once(office: Office) -> None:
    on_the_third_day(office)
    tick(office)
    assert [row.state for row in questions(office)] not in (["held"], ["failed"])
    office.clock.advance(hours=3)
    tick(office)
    assert len(questions(office)) == 1


def test_aman_is_recorded_and_is_no_new_case(office: Office) -> None:
    case_id = on_the_third_day(office)
    assert any("Syukurlah" in text for text in office.say("aman"))
    assert ("intake", 3, "safe") in asked(office, case_id)
    assert office.case().id == case_id


UNSAFE = {
    "the word": "TIDAK AMAN",
    "a complaint": "Kemarin jatah makan anak saya dipotong petugas karena saya melapor",
    "an emergency": "Anak saya dipukuli petugas sekarang sampai berdarah karena laporan saya",
    "fear alone": "saya masih takut bu, kemarin ada yang datang tanya-tanya ke rumah",
}


@pytest.mark.parametrize("words", UNSAFE.values(), ids=UNSAFE.keys())
def test_what_was_done_to_them_is_a_sealed_case_at_the_kanwil(office: Office, words: str) -> None:
    first = on_the_third_day(office)
    answers = office.say(words)
    case = office.case()
    assert case.id != first
    assert (case.seal, case.seal_reason, case.handling_unit.code) == ("kanwil", "retaliation", "KANWIL-JATIM")
    assert case.urgency in ("tinggi", "darurat")
    assert case.risk == "yes"
    assert any(case.number in text for text in answers)
    if case.urgency == "darurat":
        assert any("112" in text or "110" in text or "darurat" in text for text in answers)
        assert not any("petugas piket" in text for text in answers), "nobody accused is named as told"
    assert ("intake", 3, "unsafe") in asked(office, first)
    assert told(office, "retaliation") == {"kanwil", "kanwil2"}
    with office.db.read() as s:
        link = s.scalars(select(CaseLink).where(CaseLink.kind == "retaliation")).one()
        assert (link.case_id, link.other_id) == (case.id, first)
        everyone = s.scalars(
            select(Account.name).join(Notice, Notice.account_id == Account.id).where(Notice.case_id == case.id)
        )
        assert set(everyone) <= {"kanwil", "kanwil2"}
        for name in FACILITY:
            officer = office.officer(s, name)
            assert access.find(s, officer, case.id) is None
            assert retaliation.after(s, officer, s.get_one(Case, first)) == []
        kanwil = office.officer(s, "kanwil")
        assert [c.id for c in retaliation.after(s, kanwil, s.get_one(Case, first))] == [case.id]
        before = retaliation.before(s, kanwil, s.get_one(Case, case.id))
        assert before
        assert before.id == first


@on_sqlite
def test_at_the_facility_the_page_is_the_same_whatever_was_answered(office: Office) -> None:
    """Safe or not: an answer is an answer, and no link shows."""
    first = on_the_third_day(office)
    petugas = office.client("petugas")
    page = petugas.get(f"/petugas/kasus/{first}").get_data(as_text=True)
    assert "ditanyakan, belum dijawab" in page
    office.say("TIDAK AMAN")
    number = office.case().number
    page = petugas.get(f"/petugas/kasus/{first}").get_data(as_text=True)
    assert "dijawab" in page
    page = page.replace("Balas AMAN atau TIDAK AMAN", "")
    for secret in (number, "TIDAK AMAN", "retaliation", "pembalasan atas", "Diduga"):
        assert secret not in page.replace("Ini pembalasan atas pengaduan lain", ""), secret
    above = office.client("kanwil").get(f"/petugas/kasus/{first}").get_data(as_text=True)
    assert number in above
    assert "TIDAK AMAN" in above


def test_whoever_was_hidden_from_the_first_is_hidden_from_the_second(office: Office) -> None:
    first = on_the_third_day(office)
    with office.db.write() as s:
        cases.hide_from(s, cases.lock(s, first), [office.account_id("kanwil2")], office.clock())
    office.say("TIDAK AMAN")
    with office.db.read() as s:
        assert s.get(Exclusion, (office.case().id, office.account_id("kanwil2"))) is not None
    assert told(office, "retaliation") == {"kanwil"}


def test_no_answer_is_recorded_and_said_in_one_line(office: Office) -> None:
    case_id = on_the_third_day(office)
    office.clock.now = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)  # five working days end on the 12th
    tick(office)
    assert ("intake", 3, "") in asked(office, case_id)
    office.clock.now = datetime(2026, 11, 13, 1, 0, tzinfo=UTC)
    tick(office)
    tick(office)
    assert ("intake", 3, "silent") in asked(office, case_id)
    with office.db.read() as s:
        lines = s.scalars(select(Notice.key).where(Notice.key == "checkback_silent")).all()
    assert 1 <= len(lines) == len(told(office, "checkback_silent"))


@pytest.mark.parametrize("words", ["terima kasih pak", "kami tidak takut, terima kasih"])
def test_other_words_are_an_answer_and_go_their_usual_way(office: Office, words: str) -> None:
    case_id = on_the_third_day(office)
    office.say(words)
    assert ("intake", 3, "told") in asked(office, case_id)
    assert office.case().id == case_id


def test_a_question_that_is_held_back_is_not_answered_by_the_next_word(office: Office) -> None:
    """Whoever asked not to be written to has not seen the question: a complaint is an ordinary message then."""
    case_id = afraid(office)
    office.say("JANGAN HUBUNGI")
    tick(office)
    office.clock.now = datetime(2026, 11, 5, 1, 30, tzinfo=UTC)
    tick(office)
    assert [row.error_code for row in questions(office)] == ["safe_contact"]
    office.say("Loket kunjungan masih minta uang 50 ribu hari ini")
    assert office.case().id == case_id
    office.deliver()
    assert office.say("TIDAK AMAN")
    assert office.case().seal_reason == "retaliation"


def test_where_no_wire_leads_an_officer_is_asked_to_ask(office: Office) -> None:
    case_id = afraid(office)
    with office.db.write() as s:
        s.get_one(Case, case_id).conversation.channel_account.channel = "desk"
    tick(office)
    office.clock.now = datetime(2026, 11, 5, 1, 30, tzinfo=UTC)
    tick(office)
    assert ("intake", 3, "by_hand") in asked(office, case_id)
    assert told(office, "checkback_by_hand")


def test_nobody_is_asked_twice_in_two_days_or_after_saying_stop(office: Office) -> None:
    case_id = on_the_third_day(office)
    with office.db.write() as s:
        row = s.scalars(select(Checkback).where(Checkback.days == 10)).one()
        row.due_at = office.clock() + timedelta(hours=5)
    office.clock.advance(hours=6)
    tick(office)
    assert ("intake", 10, "ended") in asked(office, case_id)
    office.say("STOP")
    office.clock.now = datetime(2026, 12, 14, 2, 0, tzinfo=UTC)
    tick(office)
    assert ("intake", 30, "ended") in asked(office, case_id)
    assert len(questions(office)) == 1


def test_days_that_had_passed_before_the_risk_was_known_are_left_out(office: Office) -> None:
    office.say(FEAR)
    case_id = office.case().id
    office.clock.now = datetime(2026, 11, 12, 2, 0, tzinfo=UTC)
    with office.db.write() as s:
        cases.set_risk(s, cases.lock(s, case_id), True, office.clock())
    tick(office)
    assert asked(office, case_id) == [("intake", 3, "missed"), ("intake", 10, ""), ("intake", 30, "")]
    assert questions(office) == []


# ------------------------------------------------------------------ marked by an officer


def test_an_officer_marks_a_case_as_retaliation_and_it_leaves_the_facility(office: Office) -> None:
    office.say(COMPLAINT, SENDER)
    office.say("Jatah makan anak saya dipotong petugas lagi, kemarin juga.", "+628120000002")
    first, second = office.case(SENDER), office.case("+628120000002")

    def mark(o: Office, s: object, c: Case) -> None:
        retaliation.mark(s, c, s.get_one(Case, first.id), o.officer(s, "petugas"), o.clock())  # type: ignore[attr-defined,arg-type]

    act(office, second.id, mark)
    case = office.case("+628120000002")
    assert (case.seal, case.seal_reason, case.urgency) == ("kanwil", "retaliation", "tinggi")
    with office.db.read() as s:
        assert [c.id for c in links.sources(s, s.get_one(Case, first.id), "retaliation")] == [case.id]
        assert access.find(s, office.officer(s, "petugas"), case.id) is None
    assert told(office, "retaliation") == {"kanwil", "kanwil2"}


@on_sqlite
def test_marking_by_hand_is_for_whoever_works_on_it_and_never_for_itself(office: Office) -> None:
    office.say(COMPLAINT, SENDER)
    office.say("Jatah makan anak saya dipotong petugas lagi, kemarin juga.", "+628120000002")
    first, second = office.case(SENDER), office.case("+628120000002")
    for name, other in (("pejabat", first.id), ("kanwil", first.id), ("petugas", second.id)):
        with office.db.write() as s:
            case, officer = cases.lock(s, second.id), office.officer(s, name)
            with pytest.raises(Impossible):
                retaliation.mark(s, case, s.get_one(Case, other), officer, office.clock())


@on_sqlite
def test_marking_on_the_page_leads_back_to_the_queue(office: Office) -> None:
    office.say(COMPLAINT, SENDER)
    office.say("Jatah makan anak saya dipotong petugas lagi, kemarin juga.", "+628120000002")
    first, second = office.case(SENDER), office.case("+628120000002")
    client = office.client("petugas")
    token = (
        client.get(f"/petugas/kasus/{second.id}")
        .get_data(as_text=True)
        .split('name="csrf_token" value="')[1]
        .split('"')[0]
    )
    where = f"/petugas/lindung/{second.id}/pembalasan"
    answer = client.post(where, data={"csrf_token": token, "number": first.number}, follow_redirects=True)
    assert answer.status_code == 200
    assert "ditangani di tempat lain" in answer.get_data(as_text=True)
    assert office.case("+628120000002").seal_reason == "retaliation"


def test_the_unit_of_the_daily_test_is_never_asked_after(office: Office) -> None:
    case_id = afraid(office)
    with office.db.write() as s:
        s.scalars(select(Unit).where(Unit.code == "RUTAN-MAGETAN")).one().kind = "test"
    tick(office)
    assert asked(office, case_id) == []
