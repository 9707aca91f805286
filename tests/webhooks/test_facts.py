"""The facility's own facts: who writes them in the console, and how families read them at /layanan."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from tests.support import FACILITY, KANWIL, Office, csrf
from workflow import facts
from workflow.facts import Fact
from workflow.models import JournalEntry

PATH = "/petugas/fakta"
HOURS = {
    "unit": FACILITY,
    "key": "jam_kunjungan",
    "text_id": "Senin dan Kamis, 08.30 sampai 11.00.",
    "text_en": "Monday and Thursday, 08.30 to 11.00.",
    "source": "SK Kepala Rutan 12/2026",
    "valid_until": "2026-11-30",
}


def save(office: Office, name: str = "petugas", **changes: str):
    client = office.client(name)
    return client.post(PATH, data={**HOURS, **changes, "csrf_token": csrf(client, PATH)})


def count(office: Office) -> int:
    with office.db.read() as s:
        return s.scalar(select(func.count()).select_from(Fact)) or 0


@pytest.mark.parametrize("name", ["petugas", "petugas2", "kepala"])
def test_the_unit_writes_and_families_read_it(office: Office, name: str) -> None:
    assert save(office, name).status_code == 303
    page = office.client(name).get(PATH).text
    assert HOURS["text_id"] in page and HOURS["source"] in page and "berlaku" in page
    public = office.client().get("/layanan").text
    assert HOURS["text_id"] in public and HOURS["source"] in public and "30 November 2026" in public
    english = office.client()
    english.set_cookie("aduan_bahasa", "en")
    assert HOURS["text_en"] in english.get("/layanan").text


def test_the_kanwil_reads_and_does_not_write(office: Office) -> None:
    save(office)
    client = office.client("kanwil")
    page = client.get(PATH)
    assert HOURS["text_id"] in page.text
    assert 'name="text_id"' not in page.text
    token = csrf(client, PATH)
    assert client.post(PATH, data={**HOURS, "text_id": "Lain.", "csrf_token": token}).status_code == 403
    assert client.get(f"{PATH}?unit={KANWIL}").status_code == 200


@pytest.mark.parametrize("name", ["pejabat", "kustodian", "admin"])
def test_others_see_neither_page_nor_link(office: Office, name: str) -> None:
    client = office.client(name)
    assert client.get(PATH).status_code == 403
    assert f'href="{PATH}"' not in client.get("/petugas/").text


def test_staff_find_the_page_in_the_navigation(office: Office) -> None:
    for name in ("petugas", "kepala", "kanwil"):
        assert f'href="{PATH}"' in office.client(name).get("/petugas/").text


def test_another_unit_is_as_absent_as_none(office: Office) -> None:
    client = office.client("petugas")
    assert {client.get(f"{PATH}?unit={code}").status_code for code in (KANWIL, "TIADA")} == {404}
    assert save(office, unit=KANWIL).status_code == 404
    assert count(office) == 0


def test_without_a_token_nothing_is_written(office: Office) -> None:
    assert office.client("petugas").post(PATH, data=HOURS).status_code == 400
    assert count(office) == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"source": " "}, "Sumber belum diisi."),
        ({"text_id": "panjang " * 200}, "Terlalu panjang"),
        ({"valid_until": "2026-11-01"}, "Tanggal berlaku sudah lewat."),
        ({"valid_until": "30 November"}, "Tanggal tidak terbaca."),
    ],
)
def test_a_refused_form_keeps_what_was_typed(office: Office, changes: dict[str, str], sentence: str) -> None:
    answer = save(office, **changes)
    assert answer.status_code == 422
    assert sentence in answer.text and 'role="alert"' in answer.text
    assert (changes.get("text_id", HOURS["text_id"]))[:30] in answer.text
    assert count(office) == 0


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a\x00b", "\u202e{unit}%s{{7*7}}"])
def test_odd_words_are_shown_as_words(office: Office, text: str) -> None:
    assert save(office, text_id=text).status_code == 303
    for page in (office.client("petugas").get(PATH), office.client().get("/layanan")):
        assert page.status_code == 200
        assert "<script>alert" not in page.text and ">49<" not in page.text


def test_an_unknown_key_is_refused(office: Office) -> None:
    assert save(office, key="gaji").status_code == 403


def test_an_expired_fact_is_marked_for_staff_and_gone_for_families(office: Office) -> None:
    save(office)
    office.clock.advance(days=40)
    assert "kedaluwarsa" in office.client("petugas").get(PATH).text
    public = office.client().get("/layanan").text
    assert HOURS["text_id"] not in public and "belum tersedia" in public


def test_an_empty_text_takes_the_fact_away(office: Office) -> None:
    save(office)
    assert save(office, text_id="").status_code == 303
    assert count(office) == 0


def test_every_change_is_in_the_journal_without_its_words(office: Office) -> None:
    save(office)
    save(office, "kepala", text_id="Selasa.")
    save(office, text_id="")
    with office.db.read() as s:
        entries = list(s.scalars(select(JournalEntry).where(JournalEntry.action == "fact")))
    assert len(entries) == 3
    assert all("Senin" not in e.record.decode() and "jam_kunjungan" in e.record.decode() for e in entries)


def test_the_public_page_holds_every_answer_with_its_source(office: Office) -> None:
    page = office.client().get("/layanan").text
    assert len(re.findall(r'<details class="answer"', page)) >= 50
    assert "Semua layanan gratis." in page
    assert "Pedoman Pelayanan Publik Berbasis HAM" in page
    assert not re.search(r"\{(unit|fact)\}", page)
    assert office.client().get("/layanan?unit=TIADA").status_code == 404


def test_all_keys_stand_on_the_staffs_page(office: Office) -> None:
    page = office.client("petugas").get(PATH).text
    assert all(f'id="{key}"' in page for key in facts.KEYS)


def test_the_start_page_leads_there(office: Office) -> None:
    assert office.client().get("/").text.count('href="/layanan"') == 2
