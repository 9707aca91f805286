"""Sealing a case late takes the accused's hand out of the answer."""

from __future__ import annotations

from sqlalchemy import select

from tests.journeys.test_spine import COMPLAINT, OPTIONS
from tests.support import Office
from workflow import cases, decisions
from workflow.models import Deadline, Escalation, Outbound
from workflow.sweep import sweep


def test_an_answer_that_the_accused_head_approved_is_never_sent(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = office.case().id
    with office.db.write() as s:
        case, now = cases.lock(s, case_id), office.clock()
        petugas, kepala, pejabat = (office.officer(s, name) for name in ("petugas", "kepala", "pejabat"))
        cases.classify(s, case, petugas, "makanan_air", "tinggi", now, about_head=False)
        decisions.recommend(s, case, petugas, "Air mati.", OPTIONS, now)
        decisions.direct(s, case, kepala, 0, office.account_id("pejabat"), "", now)
        decisions.report(s, case, pejabat, "repair", "Sudah.", now)
        paper = decisions.draft(s, case, pejabat, "Tidak ada masalah.", now)
        decisions.approve(s, case, kepala, paper.hash, now)
    office.clock.advance(minutes=20)
    office.say("Kalapas yang menyuruh air dimatikan, dia minta uang dari kami")
    case = office.case()
    assert (case.status, case.seal) == ("classified", "kanwil")
    sweep(office.db, office.clock.advance(days=10))
    with office.db.read() as s:
        assert s.scalars(select(Outbound).where(Outbound.purpose == "official")).all() == []
        states = dict(s.execute(select(Deadline.rule, Deadline.state).where(Deadline.case_id == case_id)).all())
    assert states["release"] == "void"


def test_an_emergency_that_accuses_staff_is_never_left_to_the_shift(office: Office) -> None:
    office.say("Tolong! Adik saya di blok A sedang dipukuli petugas sekarang, kepalanya berdarah")
    assert office.case().about_staff
    for _ in range(4):
        sweep(office.db, office.clock.advance(minutes=16))
    with office.db.read() as s:
        roles = [e.role for e in s.scalars(select(Escalation).order_by(Escalation.rung)) if e.at]
    assert roles[:2] == ["kepala", "kanwil"]
