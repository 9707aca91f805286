"""Between approval and release: a text may be written anew, an approval taken back; and the formal way of a question."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support import Office
from tests.workflow.steps import COMPLAINT, OPTIONS, STEPS, act, approve, carry
from workflow import decisions, deliveries
from workflow.models import Case, Deadline, Notice
from workflow.states import Impossible
from workflow.sweep import sweep


def test_until_it_is_sent_an_approved_text_may_be_written_anew_and_needs_another_approval(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "approved")
    act(office, case_id, lambda o, s, c: decisions.draft(s, c, o.officer(s, "pejabat"), "Lain.", o.clock()))
    sweep(office.db, office.clock.advance(days=9))
    assert office.case().status == "drafted", "the clock that sends an approved answer runs no more"
    with pytest.raises(Impossible):
        act(office, case_id, lambda o, s, c: decisions.release(s, c, o.officer(s, "petugas"), o.clock()))
    act(office, case_id, approve)
    sweep(office.db, office.clock.advance(days=9))
    assert office.case().status == "responded"
    with office.db.read() as s:
        found = decisions.approved_answer(s, s.get_one(Case, case_id))
        assert found and decisions.body(s, found) == "Lain."
        rows = s.execute(select(Deadline.rule, Deadline.state).where(Deadline.case_id == case_id))
        states = sorted(state for rule, state in rows if rule == "release")
    assert states == ["met", "void"]


def test_until_it_is_sent_the_head_takes_an_approval_back(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "approved")
    page = office.client("kepala").get(f"/petugas/kasus/{case_id}").text
    assert 'id="form-take_back"' in page
    act(office, case_id, lambda o, s, c: decisions.take_back(s, c, o.officer(s, "kepala"), "Keliru", o.clock()))
    sweep(office.db, office.clock.advance(days=9))
    assert office.case().status == "directed"


def test_a_request_for_information_may_go_the_formal_way_and_ends(office: Office) -> None:
    office.say("Jam berapa kunjungan hari Sabtu?")
    office.say("PETUGAS")
    assert office.case().track == "information"
    case_id, day = carry(office, "recommended"), (office.clock() + timedelta(days=5)).date()
    official = office.account_id("pejabat")
    act(
        office, case_id, lambda o, s, c: decisions.direct(s, c, o.officer(s, "kepala"), 0, official, "", o.clock(), day)
    )
    for step in ("drafted", "approved"):
        act(office, case_id, STEPS[step])
    sweep(office.db, office.clock.advance(days=3))
    assert office.case().status == "responded", "the clock sent it"
    act(office, case_id, lambda o, s, c: deliveries.hand_over(s, c, o.officer(s, "petugas"), o.clock()))
    sweep(office.db, office.clock.advance(days=30))
    assert office.case().status == "closed"


def test_a_reopened_case_that_is_recommended_at_once_is_not_called_unclassified(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "responded")
    office.say("TIDAK PUAS, air masih mati")

    def again(o: Office, s: Session, case: Case) -> None:
        decisions.recommend(s, case, o.officer(s, "petugas2"), "Air mati lagi.", OPTIONS, o.clock())

    act(office, case_id, again)
    with office.db.read() as s:
        rows = s.execute(select(Deadline.rule, Deadline.state).where(Deadline.case_id == case_id))
        assert "running" not in {state for rule, state in rows if rule == "classify"}


def test_a_recommendation_that_was_sent_back_has_a_clock_of_its_own(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "recommended")
    act(office, case_id, lambda o, s, c: decisions.send_back(s, c, o.officer(s, "kepala"), "Kurang jelas", o.clock()))
    sweep(office.db, office.clock.advance(days=5))
    with office.db.read() as s:
        keys = set(s.scalars(select(Notice.key).where(Notice.case_id == case_id)))
    assert "late_rework" in keys
    act(office, case_id, STEPS["recommended"])
    with office.db.read() as s:
        rows = s.execute(select(Deadline.rule, Deadline.state).where(Deadline.case_id == case_id))
        assert dict(tuple(row) for row in rows)["rework"] == "missed"
