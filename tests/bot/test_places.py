"""About which facility: named in the text, asked where it is not certain, and sealed as ever."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot import places
from tests.support import Office
from workflow import units
from workflow.models import CaseNumber, Unit

FACILITIES = (
    ("a", "Rumah Tahanan Negara Kelas IIB Magetan"),
    ("b", "Lembaga Pemasyarakatan Kelas I Madiun"),
    ("c", "Lembaga Pemasyarakatan Pemuda Kelas IIA Madiun"),
    ("d", "Lembaga Pemasyarakatan Kelas IIA Jember"),
)
WATER = "Sudah tiga hari air mati di blok B, kami tidak bisa mandi."
MONEY = "Petugas loket minta uang 50 ribu kemarin supaya anak saya Rudi bisa dikunjungi."


@pytest.mark.parametrize(
    ("text", "key", "certain"),
    [
        (f"{WATER} Di rutan magetan pak", "a", True),
        (f"Lapas Jember: {WATER}", "d", True),
        (f"Lapas Jemberr: {WATER}", "d", True),
        (f"Adik saya dulu di lapas jember. {WATER}", "d", False),
        (f"Di rutan magetan dan lapas jember sama saja, {WATER}", None, False),
        (WATER, None, False),
    ],
)
def test_a_facility_is_taken_from_the_text_only_where_it_is_certain(text: str, key: str | None, certain: bool) -> None:
    found = places.mentioned(text, FACILITIES)
    assert found.certain == certain
    assert key is None or found.key == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("magetan", "a"),
        ("Jember pak", "d"),
        ("rutan magetan", "a"),
        ("LEWATI", None),
        ("di surabaya", None),
        ("", None),
    ],
)
def test_after_our_question_the_place_alone_is_enough(text: str, key: str | None) -> None:
    assert places.answered(text, FACILITIES) == key


# ------------------------------------------------------------------ at an account of the Kanwil


@pytest.fixture
def kanwil(office: Office) -> Office:
    """Messages arrive at the Kanwil, which has two facilities."""
    with office.db.write() as s:
        above = s.scalars(select(Unit).where(Unit.kind == "kanwil")).one()
        units.ensure(s, "LAPAS-JEMBER", "Lembaga Pemasyarakatan Kelas IIA Jember", "upt", above)
        s.flush()
        units.channel_account(s, "simulator", "simulator").unit_id = above.id
    return office


def test_a_named_facility_handles_and_numbers_its_case(kanwil: Office) -> None:
    replies = kanwil.say(f"{WATER} Rutan Magetan.")
    case = kanwil.case()
    assert (case.handling_unit.code, case.subject_unit and case.subject_unit.code) == ("RUTAN-MAGETAN", "RUTAN-MAGETAN")
    assert case.seal == "none"
    assert not any("lapas atau rutan mana" in reply for reply in replies)


def test_an_unnamed_one_is_asked_for_and_takes_the_case_over(kanwil: Office) -> None:
    replies = kanwil.say(WATER)
    assert "lapas atau rutan mana" in replies[-1]
    assert kanwil.case().handling_unit.code == "KANWIL-JATIM"
    replies = kanwil.say("magetan pak")
    case = kanwil.case()
    assert (case.handling_unit.code, case.subject_unit and case.subject_unit.code) == ("RUTAN-MAGETAN", "RUTAN-MAGETAN")
    assert any(case.number in reply for reply in replies)
    with kanwil.db.read() as s:
        assert len(s.scalars(select(CaseNumber).where(CaseNumber.case_id == case.id)).all()) == 2


def test_whoever_does_not_know_stays_with_the_kanwil(kanwil: Office) -> None:
    kanwil.say(WATER)
    for text in ("lewati saja", "entah pak, yang di kota"):
        kanwil.say(text)
    assert (kanwil.case().handling_unit.code, kanwil.case().subject_unit) == ("KANWIL-JATIM", None)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["KANWIL", WATER, "rutan magetan"], "wish"),
        (["Kepala rutan minta uang 50 ribu tiap kunjungan.", "rutan magetan"], "head"),
        (["Kepala Rutan Magetan minta uang 50 ribu tiap kunjungan kemarin."], "head"),
    ],
)
def test_a_sealed_case_never_reaches_the_facility(kanwil: Office, words: list[str], reason: str) -> None:
    for text in words:
        kanwil.say(text)
    case = kanwil.case()
    assert (case.handling_unit.code, case.subject_unit and case.subject_unit.code) == ("KANWIL-JATIM", "RUTAN-MAGETAN")
    assert (case.seal, case.seal_reason) == ("kanwil", reason)
    with kanwil.db.read() as s:
        facility = s.scalars(select(Unit).where(Unit.code == "RUTAN-MAGETAN")).one()
        assert s.scalars(select(CaseNumber).where(CaseNumber.unit_id == facility.id)).all() == []


def test_an_emergency_asks_where_before_anything_else(kanwil: Office) -> None:
    replies = kanwil.say("Tolong pak, adik saya dipukuli teman sekamarnya malam ini, kepalanya berdarah!")
    assert "lapas atau rutan mana" in replies[-1]
    assert "Kantor Wilayah" in replies[0]


def test_fear_at_the_kanwil_is_not_sent_to_the_kanwil(kanwil: Office) -> None:
    kanwil.say(MONEY)
    kanwil.say("lewati aja")
    replies = kanwil.say("iya takut sekali")
    assert any("sudah ditangani di luar" in reply for reply in replies)
    assert not any("balas KANWIL" in reply for reply in replies)


def test_at_a_facilitys_account_another_one_in_passing_is_asked_for(office: Office) -> None:
    with office.db.write() as s:
        above = s.scalars(select(Unit).where(Unit.kind == "kanwil")).one()
        rutan = s.scalars(select(Unit).where(Unit.kind == "upt")).one()
        units.ensure(s, "LAPAS-JEMBER", "Lembaga Pemasyarakatan Kelas IIA Jember", "upt", above)
        s.flush()
        units.channel_account(s, "simulator", "simulator").unit_id = rutan.id
    replies = office.say(f"Suami saya pindahan dari lapas jember. {WATER}")
    assert "lapas atau rutan mana" in replies[-1]
    office.say("rutan magetan")
    assert office.case().handling_unit.code == "RUTAN-MAGETAN"
    office.say(f"Di lapas jember: {WATER}", "+628120000002")
    assert office.case("+628120000002").handling_unit.code == "LAPAS-JEMBER"
