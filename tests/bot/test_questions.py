"""A question that a person answers is one thing, a complaint after it another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support import Office
from tests.workflow.steps import COMPLAINT, carry
from workflow import cases, deliveries
from workflow.messages import DeliveryReport
from workflow.models import Case, Deadline, Notice, Outbound
from workflow.sweep import sweep


def test_a_complaint_after_a_question_is_a_case_of_its_own(office: Office) -> None:
    office.say("jam besuk hari sabtu jam berapa ya?")
    office.say("BELUM")
    asked = office.case()
    assert (asked.track, asked.status) == ("information", "received")
    office.say("Petugas loket minta uang 100 ribu buat kunjungan kemarin")
    with office.db.read() as s:
        assert sorted(s.scalars(select(Case.track))) == ["complaint", "information"]


def test_an_officer_answers_a_question_without_the_approval_path(office: Office) -> None:
    office.say("jam besuk hari sabtu jam berapa ya?")
    office.say("PETUGAS")
    case_id = office.case().id
    with office.db.write() as s:
        cases.inform(s, cases.lock(s, case_id), office.officer(s, "petugas"), "Sabtu pukul 08.30.", office.clock())
    assert (office.case().status, office.case().close_ground) == ("closed", "informed")
    replies = office.say("tidak puas, itu jam pendaftaran bukan jam besuk")
    assert office.case().status == "classified", replies


def test_a_complaint_cannot_be_answered_past_the_head(office: Office) -> None:
    import pytest

    from workflow.states import Impossible

    office.say("Petugas loket minta uang 100 ribu buat kunjungan kemarin")
    case_id = office.case().id
    with pytest.raises(Impossible), office.db.write() as s:
        cases.inform(s, cases.lock(s, case_id), office.officer(s, "petugas"), "Tidak benar.", office.clock())
    assert office.case().status == "received"


# ------------------------------------------------------------------ a word on the answer


def delivered(office: Office) -> str:
    """A complaint whose official answer has arrived; returns its id."""
    office.say(COMPLAINT)
    case_id = carry(office, "responded")
    office.deliver()
    with office.db.write() as s:
        row = s.scalars(select(Outbound).where(Outbound.purpose == "official")).one()
        deliveries.take_report(s, DeliveryReport("delivered", ref=row.ref), office.clock())
    return case_id


@pytest.mark.parametrize(
    "text", ["belum beres juga pak", "masih sama", "air tetap mati", "blm ada perubahan sama sekali"]
)
def test_plain_dissatisfaction_is_taken_for_not_satisfied(office: Office, text: str) -> None:
    delivered(office)
    office.clock.advance(hours=5)
    replies = office.say(text)
    assert any("dibuka kembali" in reply for reply in replies)
    assert (office.case().status, office.case().rounds) == ("classified", 1)


@pytest.mark.parametrize("text", ["terima kasih banyak pak", "apakah sudah selesai semua?"])
def test_thanks_and_questions_are_not(office: Office, text: str) -> None:
    delivered(office)
    office.clock.advance(hours=5)
    office.say(text)
    assert office.case().status == "responded"


def test_whoever_wrote_after_the_answer_is_not_closed_for_silence(office: Office) -> None:
    case_id = delivered(office)
    with office.db.read() as s:
        due = s.scalars(select(Deadline).where(Deadline.rule == "satisfaction")).one().due_at
    office.clock.advance(days=2)
    replies = office.say("Air di blok B kecil sekali pak, anak saya tidak bisa mandi")
    assert any("TIDAK PUAS" in reply for reply in replies)
    with office.db.read() as s:
        assert s.scalars(select(Deadline).where(Deadline.rule == "satisfaction")).one().due_at == due, "not set back"
        told = select(Notice.key).where(Notice.case_id == case_id)
        assert "wrote_after_answer" in s.scalars(told).all()
    office.clock.now = due + timedelta(minutes=1)
    sweep(office.db, office.clock())
    case = office.case()
    assert (case.status, case.rounds, case.close_ground) == ("classified", 1, "")


def test_who_only_says_thanks_is_closed_for_silence(office: Office) -> None:
    delivered(office)
    office.say("terima kasih banyak pak")
    office.clock.advance(days=20)
    sweep(office.db, office.clock())
    assert (office.case().status, office.case().close_ground) == ("closed", "silence")
