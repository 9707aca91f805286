"""Who is on duty is called by an emergency, reads what they need to act, takes it by a button, and sees nothing else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support import FACILITY, PASSWORD, Office, csrf
from tests.workflow.steps import COMPLAINT, OPTIONS, act, classify
from workflow import cases, decisions, staff, units
from workflow.actors import Citizen
from workflow.models import Account, Deadline, JournalEntry, Notice, Unit
from workflow.sweep import sweep

EMERGENCY = "Tolong cepat, anak saya Rudi kejang-kejang dan tidak sadar di blok B sekarang, tidak ada yang menolong!"
BEATEN = "Tolong, adik saya dipukuli sipir di blok A sekarang, kepalanya berdarah!"
HEAD = "Karutan sendiri memukuli anak saya di blok C sekarang, dia berdarah dan pingsan, tolong!"
DESK = "Bu Sari Wulandari petugas pengaduan menyuruh anak saya bunuh diri malam ini, tolong segera!"


@pytest.fixture
def shift(office: Office) -> Office:
    """Two on duty at the facility, one at another."""
    with office.db.write() as s:
        rutan = s.scalars(select(Unit).where(Unit.code == FACILITY)).one()
        other = units.ensure(s, "RUTAN-LAIN", "Rutan Lain", "upt", rutan.parent)
        hired = office.clock() - timedelta(days=2)
        for name, unit in (("jaga", rutan), ("jaga2", rutan), ("jaga.lain", other)):
            staff.add(s, name, PASSWORD, [("piket", unit)], hired, name.title(), "Perwira jaga")
        units.channel_account(s, "simulator", "simulator").unit_id = rutan.id
    return office


def page(office: Office, name: str, case_id: str) -> str:
    answer = office.client(name).get(f"/petugas/kasus/{case_id}")
    return answer.get_data(as_text=True) if answer.status_code == 200 else ""


def take(office: Office, name: str, case_id: str) -> int:
    client = office.client(name)
    token = csrf(client, "/petugas/saya")
    return client.post(f"/petugas/kasus/{case_id}/take", data={"csrf_token": token}).status_code


def told(office: Office, key: str) -> list[str]:
    with office.db.read() as s:
        query = select(Account.name).join(Notice, Notice.account_id == Account.id).where(Notice.key == key)
        return sorted(s.scalars(query))


def emergency(office: Office) -> str:
    office.say(EMERGENCY)
    case = office.case()
    assert (case.urgency, case.seal, case.about_staff) == ("darurat", "none", False)
    return case.id


def test_who_is_on_duty_reads_the_words_takes_it_and_nobody_is_paged_any_more(shift: Office) -> None:
    case_id = emergency(shift)
    assert told(shift, "emergency") == ["jaga", "jaga2", "kepala", "petugas", "petugas2"]
    assert case_id in shift.client("jaga").get("/petugas/").get_data(as_text=True), "it is their turn"
    found = page(shift, "jaga", case_id)
    assert "kejang-kejang" in found and "Saya tangani" in found and "+62812" not in found
    for name in ("petugas", "kepala", "kanwil"):
        assert f"/petugas/kasus/{case_id}/take" not in page(shift, name, case_id)
        assert take(shift, name, case_id) == 409, "refused"
    assert take(shift, "jaga", case_id) == 303
    assert told(shift, "taken") == ["kepala", "petugas", "petugas2"]
    before = told(shift, "late_emergency")
    shift.clock.advance(hours=3)
    sweep(shift.db, shift.clock())
    assert told(shift, "late_emergency") == before == []
    with shift.db.read() as s:
        clock = s.scalars(select(Deadline).where(Deadline.rule == "emergency")).one()
        entry = s.scalars(select(JournalEntry).where(JournalEntry.action == "take")).one()
        assert clock.state == "met" and shift.account_id("jaga").encode() in entry.record
    assert take(shift, "jaga2", case_id) == 409, "somebody has taken it"
    assert "/take" not in page(shift, "jaga2", case_id)
    assert re.search(r"Keadaan darurat ditangani.*?Jaga", page(shift, "kepala", case_id), re.DOTALL)


def test_until_somebody_takes_it_the_shift_is_paged_again_and_again(shift: Office) -> None:
    case_id = emergency(shift)
    for _ in range(12):
        shift.clock.advance(minutes=30)
        sweep(shift.db, shift.clock())
    rung = told(shift, "late_emergency").count("jaga")
    assert rung >= 3
    assert take(shift, "jaga", case_id) == 303
    for _ in range(4):
        shift.clock.advance(minutes=30)
        sweep(shift.db, shift.clock())
    assert told(shift, "late_emergency").count("jaga") == rung


def test_once_summed_up_the_shift_reads_the_summary_and_no_paper(shift: Office) -> None:
    case_id = emergency(shift)
    act(shift, case_id, lambda o, s, c: cases.classify(
        s, c, o.officer(s, "petugas"), "kesehatan", "darurat", o.clock(), about_head=False))  # fmt: skip
    act(shift, case_id, lambda o, s, c: decisions.recommend(
        s, c, o.officer(s, "petugas"), "Seorang penghuni blok B sakit mendadak.", OPTIONS, o.clock()))  # fmt: skip
    found = page(shift, "jaga", case_id)
    assert "sakit mendadak" in found and "kejang" not in found and OPTIONS[0].measure not in found
    act(shift, case_id, lambda o, s, c: cases.end_with_reason(
        s, c, "discontinue", o.officer(s, "kepala"), "Sudah ditolong.", o.clock()))  # fmt: skip
    assert "sakit mendadak" not in page(shift, "jaga", case_id), "it is over"


@pytest.mark.parametrize("words", [BEATEN, HEAD, DESK])
def test_with_staff_accused_or_sealed_the_shift_reads_nothing_and_takes_nothing(shift: Office, words: str) -> None:
    shift.say(words)
    case = shift.case()
    assert case.urgency == "darurat" and (case.about_staff or case.seal != "none")
    hidden = case.seal != "none"
    assert told(shift, "emergency") and not {"jaga", "jaga2"} & set(told(shift, "emergency"))
    found = page(shift, "jaga", case.id)
    assert (found == "") is hidden
    assert "Saya tangani" not in found and "tolong" not in found.lower().replace("tolong-", "")
    assert take(shift, "jaga", case.id) == (404 if hidden else 409)
    with shift.db.read() as s:
        assert s.scalars(select(JournalEntry).where(JournalEntry.action == "take")).all() == []
    for _ in range(8):
        shift.clock.advance(minutes=30)
        sweep(shift.db, shift.clock())
    assert not {"jaga", "jaga2"} & set(told(shift, "late_emergency"))
    if hidden:
        assert case.id not in shift.client("jaga").get("/petugas/?tab=terbuka").get_data(as_text=True)


def test_a_case_that_is_sealed_later_is_gone_for_the_shift_too(shift: Office) -> None:
    case_id = emergency(shift)
    act(shift, case_id, lambda o, s, c: cases.seal(s, c, Citizen(c.person_id), "wish", o.clock()))
    assert page(shift, "jaga", case_id) == "" and take(shift, "jaga", case_id) == 404


def test_other_cases_and_other_facilities_are_not_the_shifts(shift: Office) -> None:
    case_id = emergency(shift)
    shift.say(COMPLAINT, "+62899")
    usual = shift.case("+62899").id
    for name, other in (("jaga", usual), ("jaga.lain", usual), ("jaga.lain", case_id)):
        assert page(shift, name, other) == "" and take(shift, name, other) == 404
    act(shift, case_id, classify)  # no emergency after all
    assert page(shift, "jaga", case_id) == ""
