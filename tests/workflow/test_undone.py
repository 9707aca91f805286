"""Sealing a case late takes the accused's hand out of the answer."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.journeys.test_spine import COMPLAINT, OPTIONS
from tests.support import Office, csrf
from tests.workflow.steps import act, carry
from workflow import cases, decisions, likeness, merging, sealing, timekeeping
from workflow.models import Case, Deadline, Escalation, Outbound, Party, Unit
from workflow.reports import Month, gather
from workflow.states import Impossible
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


def directed(office: Office) -> str:
    """The head has chosen, the official has reported."""
    office.say(COMPLAINT)
    case_id = carry(office, "directed")
    with office.db.write() as s:
        decisions.report(s, cases.lock(s, case_id), office.officer(s, "pejabat"), "repair", "Sudah.", office.clock())
    return case_id


@pytest.mark.parametrize(
    ("words", "unit", "seal"),
    [("Yang memotong itu Karutan sendiri, Pak", "KANWIL-JATIM", "kanwil"), ("", "RUTAN-MAGETAN", "desk")],
)
def test_who_is_meant_is_told_while_the_family_is_asked_and_the_direction_is_void(
    office: Office, words: str, unit: str, seal: str
) -> None:
    case_id, until = directed(office), date(2026, 11, 12)

    def ask(o: Office, s: Session, case: Case) -> None:
        timekeeping.wait(s, case, o.officer(s, "petugas"), "Siapa petugasnya?", "information", until, o.clock())
        if not words:
            sealing.seal_desk(s, case, o.officer(s, "petugas"), o.clock())

    act(office, case_id, ask)
    office.clock.advance(minutes=5)
    office.say(words or "Kejadiannya hari Senin pagi.")
    case = office.case()
    assert (case.status, case.seal, case.handling_unit.code) == ("classified", seal, unit)
    with office.db.read() as s:
        open_ones = s.scalars(select(Deadline.rule).where(Deadline.case_id == case_id, Deadline.state == "running"))
        assert "carry_out" not in set(open_ones)


def test_what_the_facility_reported_is_no_ground_for_an_answer_from_above(office: Office) -> None:
    case_id = directed(office)
    office.clock.advance(minutes=5)
    office.say("Yang menyuruh mematikan air itu Karutan sendiri, dia minta uang dari kami")

    def again(o: Office, s: Session, case: Case) -> None:
        officer, now = o.officer(s, "kanwil"), o.clock()
        assert case.handling_unit.code == "KANWIL-JATIM"
        decisions.recommend(s, case, officer, "Air mati.", OPTIONS, now)
        decisions.direct(s, case, officer, 0, officer.account_id, "", now)
        with pytest.raises(Impossible, match="report_first"):
            decisions.draft(s, case, officer, "Tidak ada masalah.", now)
        decisions.report(s, case, officer, "clarification", "Diperiksa sendiri.", now)
        decisions.draft(s, case, officer, "Air sudah mengalir.", now)

    act(office, case_id, again)


def test_a_case_does_not_go_back_to_the_head_who_is_its_respondent(office: Office) -> None:
    office.say("Pak Bambang Hartono kepala rutan memukul adik saya kemarin di kantornya.")
    case = office.case()
    assert (case.seal, case.seal_reason) == ("kanwil", "head")
    client, page = office.client("kanwil"), f"/petugas/kasus/{case.id}"
    sent = {"reason": "Sudah dijelaskan lewat telepon", "csrf_token": csrf(client, page)}
    refused = client.post(f"{page}/unseal", data=sent)
    assert refused.status_code in (409, 422) and "tercatat sebagai terlapor" in refused.text
    assert office.case().seal == "kanwil"
    party = respondent(office, case.id)
    assert client.post(f"/petugas/pihak/{case.id}/hapus", data={**sent, "party": party}).status_code == 303
    assert client.post(f"{page}/unseal", data=sent).status_code == 303
    assert (office.case().seal, office.case().handling_unit.code) == ("none", "RUTAN-MAGETAN")


def test_nor_do_the_ones_that_were_merged_into_it(office: Office) -> None:
    first, second = accused_twice(office)
    client, page = office.client("kanwil"), f"/petugas/kasus/{first}"
    sent = {"reason": "Sudah dijelaskan lewat telepon", "csrf_token": csrf(client, page)}
    for case_id in (first, second):
        assert client.post(f"{page}/unseal", data=sent).status_code in (409, 422)
        assert (
            client.post(
                f"/petugas/pihak/{case_id}/hapus", data={**sent, "party": respondent(office, case_id)}
            ).status_code
            == 303
        )
    assert client.post(f"{page}/unseal", data=sent).status_code == 303
    for case_id in (first, second):
        assert office.client("kepala").get(f"/petugas/kasus/{case_id}").status_code == 200


def test_what_its_complainant_kept_from_the_facility_does_not_come_along(office: Office) -> None:
    first, second = accused_twice(office)
    act(office, second, lambda o, s, c: setattr(c, "seal_reason", "wish"))
    client, page = office.client("kanwil"), f"/petugas/kasus/{first}"
    sent = {"reason": "Sudah dijelaskan lewat telepon", "csrf_token": csrf(client, page)}
    for case_id in (first, second):
        client.post(f"/petugas/pihak/{case_id}/hapus", data={**sent, "party": respondent(office, case_id)})
    assert client.post(f"{page}/unseal", data=sent).status_code in (409, 422)
    assert office.client("kepala").get(f"/petugas/kasus/{second}").status_code == 404


def test_an_answer_that_the_kanwil_approved_is_not_sent_over_the_name_of_a_head_who_never_saw_it(
    office: Office,
) -> None:
    office.say("Pak kepala minta uang 500 ribu supaya kunjungan lancar.")
    case_id = office.case().id
    with office.db.write() as s:
        case, now = cases.lock(s, case_id), office.clock()
        officer, second = office.officer(s, "kanwil"), office.officer(s, "kanwil2")
        cases.classify(s, case, officer, "kunjungan", "normal", now, about_head=True)
        decisions.recommend(s, case, officer, "Kunjungan.", OPTIONS, now)
        decisions.direct(s, case, second, 0, officer.account_id, "", now)
        decisions.report(s, case, officer, "clarification", "Diperiksa.", now)
        paper = decisions.draft(s, case, officer, "Jawaban Kantor Wilayah.", now)
        decisions.approve(s, case, second, paper.hash, now)
    client, page = office.client("kanwil"), f"/petugas/kasus/{case_id}"
    sent = {"reason": "Bukan tentang kepala", "csrf_token": csrf(client, page)}
    assert client.post(f"{page}/unseal", data=sent).status_code == 303
    assert (office.case().status, office.case().handling_unit.code) == ("classified", "RUTAN-MAGETAN")
    assert "Ajukan rekomendasi" in office.client("petugas").get(page).text, "the facility decides anew"
    for _ in range(3):
        sweep(office.db, office.clock.advance(days=1))
    with office.db.read() as s:
        assert s.scalars(select(Outbound).where(Outbound.purpose == "official")).all() == []
        states = dict(s.execute(select(Deadline.rule, Deadline.state).where(Deadline.case_id == case_id)).all())
        unit = s.scalars(select(Unit).where(Unit.code == "RUTAN-MAGETAN")).one()
        month = gather(s, unit, Month(2026, 11), office.clock())
    assert (states["release"], states["respond"]) == ("void", "running")
    assert month.tables["state"] == {"classified": {"count": 1}}


def respondent(office: Office, case_id: str) -> str:
    with office.db.read() as s:
        return s.scalars(select(Party.id).where(Party.case_id == case_id, Party.kind == "respondent")).one()


def accused_twice(office: Office) -> tuple[str, str]:
    """The same person accuses the head twice; the Kanwil merges the second into the first."""
    found = []
    for _ in range(2):
        office.say("Pak Bambang Hartono kepala rutan memukul adik saya kemarin di kantornya.")
        found.append(office.case().id)
        office.say("BARU")
        office.clock.advance(minutes=20)
    first, second = found
    assert first != second
    with office.db.write() as s:
        likeness.propose(s, office.clock())
    act(office, second, lambda o, s, c: merging.merge(s, c, s.get_one(Case, first), o.officer(s, "kanwil"), o.clock()))
    return first, second
