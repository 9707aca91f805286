"""A question that a person answers is one thing, a complaint after it another."""

from __future__ import annotations

from sqlalchemy import select

from tests.support import Office
from workflow import cases
from workflow.models import Case


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
