"""Whom the words of a case may name: the staff of the units concerned, no namesake elsewhere, and looked for again when
the case goes to another unit."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.support import HIRED, PASSWORD, Office
from workflow import access, cases, sealing, staff, units
from workflow.models import Account, Exclusion, Party, Unit

RUTAN, KANWIL, LAPAS = "RUTAN-MAGETAN", "KANWIL-JATIM", "LAPAS-NGAWI"
WATER = "Sudah tiga hari air di blok B mati, anak saya tidak bisa mandi."


def unit(s, code: str) -> Unit:  # type: ignore[no-untyped-def]
    return s.scalars(select(Unit).where(Unit.code == code)).one()


@pytest.fixture
def region(office: Office) -> Office:
    """A second facility, with namesakes of people at the first."""
    with office.db.write() as s:
        lapas = units.ensure(s, LAPAS, "Lapas Kelas IIB Ngawi", "upt", unit(s, KANWIL))
        for name, role, full_name in (
            ("ngawi.kepala", "kepala", "Slamet Riyadi"), ("ngawi.petugas", "petugas", "Bambang Nugroho"),
            ("ngawi.pejabat", "pejabat", "Ratna Kusumawati"),
        ):  # fmt: skip
            staff.add(s, name, PASSWORD, [(role, lapas)], HIRED, full_name, "Kepala Seksi Keamanan")
    return office


def hidden_from(office: Office, case_id: str) -> set[str]:
    with office.db.read() as s:
        query = select(Account.name).join(Exclusion, Exclusion.account_id == Account.id)
        return set(s.scalars(query.where(Exclusion.case_id == case_id, Exclusion.reason == "named")))


def sees(office: Office, name: str, case_id: str) -> bool:
    with office.db.read() as s:
        return access.find(s, office.officer(s, name), case_id) is not None


def test_a_namesake_at_another_facility_is_not_meant(region: Office) -> None:
    region.say(f"{WATER} Bu Ratna di Rutan Magetan tidak mau membantu kami.")
    case = region.case()
    assert case.handling_unit.code == RUTAN
    assert hidden_from(region, case.id) == {"pejabat"}
    with region.db.read() as s:
        named = s.scalars(select(Party).where(Party.case_id == case.id, Party.kind == "respondent")).all()
        assert len(named) == 1, "and is no respondent either"


def test_staff_of_the_offices_above_are_looked_for_too(region: Office) -> None:
    region.say(f"{WATER} Pak Agus Setiabudi dari kanwil minta uang, ini di Rutan Magetan.")
    assert "kanwil" in hidden_from(region, region.case().id)


def test_where_the_facility_is_unknown_its_staff_are_looked_for_as_soon_as_it_is_known(region: Office) -> None:
    region.say(f"{WATER} Pak Bambang tidak mau membantu kami.")
    case = region.case()
    assert case.handling_unit.code == KANWIL
    assert hidden_from(region, case.id) == set()
    region.say("Lapas Ngawi")
    placed = region.case()
    assert (placed.id, placed.handling_unit.code) == (case.id, LAPAS)
    assert hidden_from(region, case.id) == {"ngawi.petugas"}
    assert not sees(region, "ngawi.petugas", case.id) and sees(region, "ngawi.kepala", case.id)


def test_a_head_who_was_named_before_the_facility_was_known_does_not_get_the_case(region: Office) -> None:
    region.say(f"{WATER} Pak Bambang tidak mau membantu kami.")
    case_id = region.case().id
    region.say("Rutan Magetan")
    placed = region.case()
    assert (placed.id, placed.seal, placed.handling_unit.code) == (case_id, "kanwil", KANWIL)
    assert not sees(region, "kepala", case_id) and not sees(region, "petugas", case_id)


def test_a_case_that_goes_to_another_facility_is_hidden_from_whom_it_names_there(region: Office) -> None:
    region.say(f"{WATER} Ini di Rutan Magetan, katanya Pak Slamet yang menyuruh.")
    case_id = region.case().id
    assert hidden_from(region, case_id) == set()
    with region.db.write() as s:
        cases.transfer(s, cases.lock(s, case_id), unit(s, LAPAS), region.officer(s, "kanwil"), region.clock())
    assert hidden_from(region, case_id) == {"ngawi.kepala"}


def test_a_head_whom_the_kanwil_has_cleared_gets_the_case_though_named(region: Office) -> None:
    region.say(f"{WATER} Ini di Rutan Magetan, Pak Bambang Hartono tahu semuanya.")
    case = region.case()
    assert case.seal == "kanwil"
    with region.db.write() as s:
        row = cases.lock(s, case.id)
        cases.classify(s, row, region.officer(s, "kanwil"), "makanan_air", "normal", region.clock(), about_head=False)
        sealing.unseal(s, row, region.officer(s, "kanwil"), "Kepala hanya disebut sebagai saksi.", region.clock())
    assert sees(region, "kepala", case.id) and sees(region, "petugas", case.id)


def test_the_directory_holds_the_units_concerned_and_those_above(region: Office) -> None:
    with region.db.read() as s:
        names = {code: {name for _, name in staff.directory(s, (unit(s, code),))} for code in (RUTAN, LAPAS, KANWIL)}
    assert "Ratna Kusumawati" in names[RUTAN] & names[LAPAS] and "Ratna Kusumawati" not in names[KANWIL]
    assert "Bambang Nugroho" not in names[RUTAN] and "Agus Setiabudi" in names[RUTAN] & names[LAPAS] & names[KANWIL]
    assert "Kepala Seksi Keamanan" in names[LAPAS], "posts of officials"


@pytest.mark.parametrize(
    "text",
    ["Hartono minta uang 3jt ke saya", "hartno minta uang 3jt ke saya", "kpl rutan mukul anak sy",
     "kplrutan suka mukulin napi", "pak plh kepala minta duit", "kpl minta duit"],
)  # fmt: skip
def test_a_head_named_in_short_does_not_get_the_case(region: Office, text: str) -> None:
    region.say(f"{text}, ini di Rutan Magetan")
    case = region.case()
    assert (case.seal, case.handling_unit.code) == ("kanwil", KANWIL)
    assert not sees(region, "kepala", case.id)


def test_a_name_that_the_writer_an_inmate_or_another_officer_bears_alone_accuses_no_head(region: Office) -> None:
    region.say(f"{WATER} Ini di Rutan Magetan. Salam, Hartono", "+628120000002", display_name="Hartono")
    region.say(f"{WATER} Ini di Rutan Magetan. Nama anak saya Hartono.", "+628120000003")
    region.say(f"{WATER} Ini di Rutan Magetan. Wijaya minta uang.", "+628120000004")
    with region.db.write() as s:
        staff.add(s, "lain", PASSWORD, [("petugas", unit(s, RUTAN))], HIRED, "Joko Hartono")
    region.say(f"{WATER} Ini di Rutan Magetan. Sudah saya katakan kepada Hartono.", "+628120000005")
    for sender in range(2, 6):
        assert region.case(f"+62812000000{sender}").seal == "none", sender


def test_a_name_that_head_and_officer_bear_is_hidden_from_both_where_it_does_something_bad(region: Office) -> None:
    with region.db.write() as s:
        staff.add(s, "lain", PASSWORD, [("petugas", unit(s, RUTAN))], HIRED, "Joko Hartono")
    region.say(f"{WATER} Ini di Rutan Magetan. Hartono minta uang.")
    case = region.case()
    assert case.seal == "kanwil" and not sees(region, "kepala", case.id) and not sees(region, "lain", case.id)


@pytest.mark.parametrize(
    "text",
    ["petugas Dimas minta uang", "Dimas minta rokok terus", "Pak Dimas di loket minta uang", "si dimas suka mukul napi",
     "kepala regu Dimas minta uang", "anak saya dipukul dimas", "Prayogo malak anak saya tiap minggu"],
)  # fmt: skip
def test_an_officer_named_by_one_name_does_not_read_the_case(region: Office, text: str) -> None:
    region.say(f"{text}, ini di Rutan Magetan")
    case_id = region.case().id
    assert "petugas2" in hidden_from(region, case_id)
    page = region.client("petugas2").get(f"/petugas/kasus/{case_id}")
    assert page.status_code == 404
    assert region.case().number not in region.client("petugas2").get("/petugas/").text


def test_an_official_and_the_staff_of_the_kanwil_are_known_by_one_name_too(region: Office) -> None:
    region.say("pejabat bernama Ratna minta setoran, sipir Lestari juga, ini di Rutan Magetan")
    assert {"pejabat", "kanwil2"} <= hidden_from(region, region.case().id)


def test_ordinary_words_and_inmates_hide_nothing(region: Office) -> None:
    region.say("Layanan kunjungan kasar dan lambat. Anak saya Dimas minta tolong, Dimas sakit. Ini di Rutan Magetan.")
    assert hidden_from(region, region.case().id) == set()
