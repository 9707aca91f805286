"""One complaint from the first message to the closing, through the office's own verbs, on both databases."""

from __future__ import annotations

from sqlalchemy import select

from tests.support import Office
from workflow import cases, decisions, deliveries, journal
from workflow.alternatives import Alternative
from workflow.messages import DeliveryReport
from workflow.models import Case, Outbound
from workflow.sweep import sweep

COMPLAINT = "Sudah tiga hari air di blok B mati, anak saya Rudi tidak bisa mandi."
OPTIONS = (Alternative("Ganti pompa"), Alternative("Kirim air dengan tangki"))


def answered(office: Office, sender: str = "+628120000001") -> None:
    """Carry the newest case of a sender from received to responded."""
    case_id = office.case(sender).id
    with office.db.write() as s:
        case = cases.lock(s, case_id)
        cases.classify(s, case, office.officer(s, "petugas"), "makanan_air", "tinggi", office.clock(), about_head=False)
    with office.db.write() as s:
        case = cases.lock(s, case_id)
        decisions.recommend(s, case, office.officer(s, "petugas"), "Air mati tiga hari.", OPTIONS, office.clock())
    with office.db.write() as s:
        case = cases.lock(s, case_id)
        decisions.direct(s, case, office.officer(s, "kepala"), 0, office.account_id("pejabat"), "", office.clock())
    with office.db.write() as s:
        case = cases.lock(s, case_id)
        decisions.report(s, case, office.officer(s, "pejabat"), "repair", "Pompa diganti.", office.clock())
        paper = decisions.draft(s, case, office.officer(s, "pejabat"), "Air sudah mengalir.", office.clock())
    with office.db.write() as s:
        case = cases.lock(s, case_id)
        decisions.approve(s, case, office.officer(s, "kepala"), paper.hash, office.clock())
    with office.db.write() as s:
        decisions.release(s, cases.lock(s, case_id), office.officer(s, "petugas"), office.clock())


def test_a_complaint_is_answered_delivered_and_closed_by_silence(office: Office) -> None:
    replies = office.say(COMPLAINT)
    assert any("ADU-RUTAN-MAGETAN-2026-0001" in reply for reply in replies)
    answered(office)
    office.deliver()
    with office.db.write() as s:
        row = s.scalars(select(Outbound).where(Outbound.purpose == "official")).one()
        deliveries.take_report(s, DeliveryReport("delivered", ref=row.ref), office.clock())
    assert office.case().delivered_at == office.clock()
    office.clock.advance(days=13)
    assert sweep(office.db, office.clock()) == 0, "ten working days are two weeks"
    office.clock.advance(days=2)
    sweep(office.db, office.clock())
    closed = office.case()
    assert (closed.status, closed.close_ground) == ("closed", "silence")
    with office.db.read() as s:
        found, total = journal.verify(s, s.info["journal_key"], journal.read_anchors(office.settings.home / "anchors"))
        assert (found, total > 8) == ([], True)


def test_not_satisfied_reopens_for_somebody_else(office: Office) -> None:
    office.say(COMPLAINT)
    answered(office)
    office.deliver()
    replies = office.say("Tidak puas, air masih mati setiap malam")
    assert any("dibuka kembali" in reply for reply in replies)
    case = office.case()
    assert (case.status, case.rounds) == ("classified", 1)
    assert case.owner_id == office.account_id("petugas2")
    with office.db.read() as s:
        fresh = s.get_one(Case, case.id)
        assert cases.parts(s, fresh, office.officer(s, "petugas")) == frozenset()
        assert cases.parts(s, fresh, office.officer(s, "petugas2"))
