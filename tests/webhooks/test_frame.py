"""What stands around the pages of the staff, wherever they come to."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest

from tests.support import Office
from tests.webhooks.test_decide import at
from workflow import timekeeping

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def plain(page: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("path", ["/petugas/kasus/tidak-ada", "/petugas/tidak/ada"])
def test_a_page_that_is_not_there_still_has_the_menu(office: Office, path: str) -> None:
    answer = office.client("petugas").get(path)
    assert answer.status_code == 404
    assert "Sari Wulandari" in answer.get_data(as_text=True)
    assert 'action="/petugas/keluar"' in answer.get_data(as_text=True)


def test_a_stranger_sees_no_menu_there(office: Office) -> None:
    page = office.client().get("/petugas/tidak/ada").get_data(as_text=True)
    assert "Halaman tidak ditemukan" in page
    assert "/petugas/keluar" not in page


def test_the_history_names_a_rule_without_a_role_cleanly(office: Office) -> None:
    case_id = at(office, "classified")
    with office.db.write() as s:
        timekeeping.decree(
            s, date(2026, 11, 10), "SKB 9", office.officer(s, "admin"), office.clock(), holiday=True, unit=None
        )
    timekeeping.apply_decrees(office.db, office.clock())
    page = plain(office.client("petugas").get(f"/petugas/kasus/{case_id}").get_data(as_text=True))
    assert "Jawaban resmi \u00b7 Sistem" in page
    assert ", \u00b7" not in page


def test_the_calendar_says_what_each_holiday_is(office: Office) -> None:
    page = plain(office.client("admin").get("/petugas/kalender").get_data(as_text=True))
    assert "17 Agustus 2026 Hari Kemerdekaan Republik Indonesia" in page


def test_what_was_typed_when_the_session_ended_is_handed_back_without_our_own_fields(office: Office) -> None:
    client = office.client()
    page = client.post("/petugas/kasus/x/direct", data={
        "once": "0123456789abcdef0123456789abcdef", "hash": "f" * 64, "measure-0": "Gali sumur", "choice": "0",
    }).get_data(as_text=True)  # fmt: skip
    assert "Gali sumur" in page
    assert "0123456789abcdef" not in page
    assert "ffff" not in page
