"""Who is on duty is called by an emergency, reads what they need to act, takes it by a button, and sees nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support import FACILITY, PASSWORD, Office, csrf
from tests.workflow.steps import COMPLAINT, OPTIONS, STEPS, act, classify
from workflow import cases, decisions, deliveries, staff, units
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


# ------------------------------------------------------------------ told again


AGAIN = "Tolong! Rudi kejang lagi sekarang di blok B, dia pingsan!"


def handle(office: Office, to: str) -> str:
    """The newest case is carried to a status and stays the emergency that it was."""
    case_id = office.case().id
    act(office, case_id, lambda o, s, c: cases.classify(
        s, c, o.officer(s, "petugas"), "kesehatan", "darurat", o.clock(), about_head=False))  # fmt: skip
    for status in list(STEPS)[1 : list(STEPS).index(to) + 1]:
        act(office, case_id, STEPS[status])
    return case_id


def calls(office: Office) -> int:
    """How often the telephones of this office were rung for emergencies."""
    with office.db.read() as s:
        return len(s.scalars(select(JournalEntry).where(JournalEntry.action == "page")).all())


def test_an_emergency_that_was_taken_and_is_told_again_is_called_out_again(shift: Office) -> None:
    case_id = emergency(shift)
    assert take(shift, "jaga", case_id) == 303
    shift.clock.advance(hours=6)
    replies = shift.say(AGAIN)
    assert shift.case().id == case_id and any("langsung kami kirim kepada petugas piket" in text for text in replies)
    assert told(shift, "emergency").count("jaga") == told(shift, "emergency").count("kepala") == 2
    assert told(shift, "new_message") == ["petugas", "petugas2"], "the complaint unit, though nobody owns it yet"
    assert "Saya tangani" in page(shift, "jaga2", case_id)
    sweep(shift.db, shift.clock.advance(minutes=16))
    assert told(shift, "late_emergency") == ["jaga", "jaga2", "petugas", "petugas2"]
    assert take(shift, "jaga2", case_id) == 303
    sweep(shift.db, shift.clock.advance(hours=6))
    assert len(told(shift, "late_emergency")) == 4


@pytest.mark.parametrize("status", ["classified", "directed", "approved", "responded"])
def test_whatever_was_done_on_a_case_meanwhile_a_new_emergency_is_called_out(shift: Office, status: str) -> None:
    emergency(shift)
    case_id = handle(shift, status)
    shift.clock.advance(hours=6)
    replies = shift.say(AGAIN)
    assert any("langsung kami kirim" in text for text in replies)
    assert (shift.case().id, shift.case().status, shift.case().urgency) == (case_id, status, "darurat")
    assert told(shift, "emergency").count("jaga") == 2
    assert take(shift, "jaga", case_id) == 303


def test_a_flood_of_emergencies_calls_once_and_says_that_it_goes_on(shift: Office) -> None:
    emergency(shift)
    before = calls(shift)
    for _ in range(3):
        replies = shift.say(AGAIN)
        assert any("kami ulangi sampai ada yang menanganinya" in text and "119" in text for text in replies)
        assert not any("langsung kami kirim" in text for text in replies)
    assert calls(shift) == before and told(shift, "emergency").count("jaga") == 1


def test_staff_accused_while_the_shift_is_being_called_are_passed_by_from_then_on(shift: Office) -> None:
    case_id = emergency(shift)
    replies = shift.say("Tolong, sekarang Rudi dipukuli sipir di blok B, kepalanya berdarah!")
    assert shift.case().id == case_id and any("langsung kami kirim kepada pimpinan" in text for text in replies)
    assert told(shift, "emergency").count("jaga") == 1, "of the first message alone"
    assert told(shift, "emergency").count("kanwil") == 1
    assert page(shift, "jaga", case_id).count("Saya tangani") == 0
    sweep(shift.db, shift.clock.advance(minutes=40))
    assert "jaga" not in told(shift, "late_emergency")


def test_a_head_accused_in_a_new_emergency_is_not_called_and_the_family_hears_who_is(shift: Office) -> None:
    emergency(shift)
    shift.clock.advance(minutes=3)
    replies = shift.say(HEAD)
    assert shift.case().seal == "kanwil" and told(shift, "emergency") == ["kanwil", "kanwil2"]
    assert any("langsung kami kirim kepada Kantor Wilayah" in text for text in replies)
    assert not any("piket" in text for text in replies)


def test_a_case_that_silence_opens_again_calls_nobody_at_night(office: Office) -> None:
    office.say(EMERGENCY)
    case_id = handle(office, "responded")
    act(office, case_id, lambda o, s, c: deliveries.hand_over(s, c, o.officer(s, "petugas"), o.clock()))
    office.clock.advance(days=2)
    office.say("Terima kasih, tetapi obatnya belum diberikan juga.")
    calls_before = len(told(office, "emergency"))
    office.clock.now = datetime(2026, 11, 16, 17, 0, 20, tzinfo=UTC)  # ten working days are over, just after midnight
    for _ in range(12):
        sweep(office.db, office.clock.advance(minutes=10))
    assert (office.case().status, office.case().rounds, office.case().urgency) == ("classified", 1, "darurat")
    assert (
        told(office, "reopened")
        and not told(office, "late_emergency")
        and len(told(office, "emergency")) == calls_before
    )


def test_an_emergency_told_as_the_reason_opens_the_case_and_calls(office: Office) -> None:
    office.say(EMERGENCY)
    handle(office, "responded")
    office.clock.advance(days=1)
    office.say("TIDAK PUAS")
    replies = office.say(AGAIN)
    assert office.case().rounds == 1 and any("langsung kami kirim" in text and "119" in text for text in replies)
    assert told(office, "emergency").count("kepala") == 2
