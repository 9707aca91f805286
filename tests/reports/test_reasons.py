"""Reasons of extensions stand in the report as the family was told them, and name nobody."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from pypdf import PdfReader

from tests.reports.test_documents import document, tidy
from tests.reports.test_figures import KANWIL, RUTAN
from tests.support import Office
from tests.workflow import steps
from tests.workflow.offices import on_sqlite
from tests.workflow.steps import act
from workflow import cases, parties, timekeeping
from workflow.models import Case
from workflow.reports import rendering
from workflow.reports.nameless import without_names

WATER = "Sudah tiga hari air di blok B mati, anak saya tidak bisa mandi."
REASON = (
    "Menunggu suku cadang pompa sampai 20/11/2026; Wulandari dan Joko Susilo sudah diberi tahu, keluarga atas nama "
    "Kartini (0812-7777-0001, kartini@surel.example) menyusul."
)


def extended(office: Office, reason: str, sender: str = "+6281277770001") -> Case:
    office.say(WATER, sender, display_name="Sari Wulandari", number=sender)
    case = office.case(sender)
    for step in (steps.classify, steps.recommend):
        act(office, case.id, step)
    with office.db.write() as s:
        row, officer = cases.lock(s, case.id), office.officer(s, "petugas")
        parties.enter(s, row, officer, "inmate", {"name": "Joko Susilo"}, office.clock())
        timekeeping.extend(s, row, office.officer(s, "kepala"), reason, office.clock())
    return case


def words(office: Office, code: str = RUTAN) -> list[str]:
    """The reasons as each of the three files tells them."""
    files = rendering.render(document(office, code))
    printed = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(files["pdf"])).pages).split())
    book = openpyxl.load_workbook(BytesIO(files["xlsx"]))
    return [printed, str(book["Alasan setiap perpanjangan"]["B2"].value), tidy(files["csv"])["reasons", "1"]]


def test_the_reason_is_printed_in_all_three_files_without_what_names_anybody(office: Office) -> None:
    extended(office, REASON)
    office.clock.advance(days=1)
    for told in words(office):
        assert "Menunggu suku cadang pompa sampai 20/11/2026" in told.replace("- ", "")
        for secret in ("Wulandari", "Joko", "Susilo", "Kartini", "7777", "surel.example"):
            assert secret not in told, secret
    above = words(office, KANWIL)
    assert "Menunggu suku cadang" in above[2], "the office above reads it, too"


def test_of_a_case_that_was_sealed_later_the_reason_is_not_told(office: Office) -> None:
    case = extended(office, "Menunggu hasil pemeriksaan kepala rutan")
    office.say("KANWIL", "+6281277770001")
    with office.db.read() as s:
        assert s.get_one(Case, case.id).seal == "kanwil"
    office.clock.advance(days=1)
    for code in (RUTAN, KANWIL):
        files = rendering.render(document(office, code))
        assert not [key for key in tidy(files["csv"]) if key[0] == "reasons"], "not even which deadline it was"


def test_a_bare_name_of_somebody_who_is_no_party_is_in_none_of_the_files(office: Office) -> None:
    extended(office, "Menunggu keterangan saksi Bambang Sutrisno dan hasil pemeriksaan")
    office.clock.advance(days=1)
    for code in (RUTAN, KANWIL):
        for told in words(office, code):
            assert "keterangan saksi" in told.replace("- ", "")
            assert "Bambang" not in told and "Sutrisno" not in told


@on_sqlite
def test_a_reason_of_which_only_dots_are_left_stays_in_the_case(office: Office) -> None:
    extended(office, "Bambang Sutrisno Hadiwijoyo Kusnadi")
    office.clock.advance(days=1)
    assert "•" not in words(office)[2], "it says that the reason is not printed"


@on_sqlite
def test_a_reason_that_begins_like_a_formula_is_none_in_the_csv(office: Office) -> None:
    extended(office, "=1+1 hari lagi")
    office.clock.advance(days=1)
    assert words(office)[2] == "'=1+1 hari lagi"


@pytest.mark.parametrize(("text", "shown"), [
    ("Menunggu Pak Bambang kembali dari cuti", "Menunggu Pak ••••••• kembali dari cuti"),
    ("menunggu bu siti dan Ibu Sri Rahayu", "menunggu bu •••• dan Ibu ••• ••••••"),
    ("WBP Rudi Hartono dirawat", "WBP •••• ••••••• dirawat"),
    ("tahanan baru banyak", "tahanan baru banyak"),
    ("a.n. Dewi, NIK 3520 0112 3456 7890", "a.n. ••••, NIK •••• •••• •••• ••••"),
    ("Anggaran turun 14 hari lagi, 12-11-2026", "Anggaran turun 14 hari lagi, 12-11-2026"),
    ("hubungi +62 812 3456 789", "hubungi +•• ••• •••• •••"),
    ("Dokter dari RSUD datang", "Dokter dari RSUD datang"),
    ("Menunggu keterangan saksi Bambang", "Menunggu keterangan saksi •••••••"),
    ("saksi budi belum hadir, budinya sakit", "saksi •••• belum hadir, ••••••• sakit"),
    ("SAKSI BAMBANG SAKIT", "SAKSI ••••••• SAKIT"),
    ("Ginting sakit. Wati cuti.", "••••••• sakit. •••• cuti."),
    ("Surya belum kembali, menunggu Cahaya", "••••• belum kembali, menunggu ••••••"),
    ("hartono dan situmorang masih diperiksa", "••••••• dan •••••••••• masih diperiksa"),
    ("Menunggu hasil laboratorium dari RSUD Magetan sampai Senin 7 Desember",
     "Menunggu hasil laboratorium dari RSUD Magetan sampai Senin 7 Desember"),
    ("Perlu koordinasi dengan Dinas Kesehatan Kabupaten Magetan; vendor minta waktu",
     "Perlu koordinasi dengan Dinas Kesehatan Kabupaten Magetan; vendor minta waktu"),
])  # fmt: skip
def test_announced_names_and_long_numbers_are_dotted_out_and_plain_words_stay(text: str, shown: str) -> None:
    assert without_names(text) == shown
