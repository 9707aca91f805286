"""What was written is handed back under the words of its fields, and nothing else is."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import webhooks
from tests.support import Office, csrf
from tests.workflow import steps
from webhooks.console.written import word_of

CONSOLE = Path(webhooks.__file__).parent / "templates" / "console"
#: Controls that nobody writes words into, and the fields of the log-in and of the own password.
CHOSEN = re.compile(r'type="(radio|checkbox|hidden|password|file|date)"|name="(sandi|\{\{)')
CONTROL = re.compile(r'<(?:textarea|input)\b(?:[^<>]|\{[^}]*\})*?\bname="([a-z_]+)"[^\n]*')
#: The fields of the macros of the case page.
CALLED = re.compile(r"\b(?:area|line)\((?:action|'\w+'), '([a-z_]+)(?:-%s)?'")
EXPIRED = {
    "form_id": "ece9abeb0123456789abcdef01234567",
    "csrf_token": "6c0eb421" * 8,
    "saluran": "desk",
    "waktu": "2026-11-02T09:30",
    "unit": "0" * 32,
    "text": "Air mati sejak Senin.\r\nSudah dua kali.",
    "tujuan": "unit",
    "kerahasiaan": "confidential",
    "nama": "Bu Tejo",
    "telepon": "0812 3456",
    "kontak": "",
    "hubungan": "keluarga",
}


def boxes(page: str) -> dict[str, str]:
    """The texts on the page of an ended session, by their labels."""
    labels = dict(re.findall(r'<label for="(tulisan-\d+)">([^<]*)</label>', page))
    texts = re.findall(r'<textarea id="(tulisan-\d+)"[^>]*>\n(.*?)</textarea>', page, re.S)
    assert len(texts) == page.count("<textarea")
    return {unescape(labels[key]): unescape(text) for key, text in texts}


def test_an_ended_session_hands_back_every_field_that_was_written_and_no_token(office: Office) -> None:
    answer = office.client().post("/petugas/catat", data=EXPIRED)
    assert answer.status_code == 401
    assert boxes(answer.get_data(as_text=True)) == {
        "Kapan disampaikan?": "2026-11-02 09:30",
        "Apa yang disampaikan?": "Air mati sejak Senin.\nSudah dua kali.",
        "Nama": "Bu Tejo",
        "Telepon": "0812 3456",
    }


def test_what_is_handed_back_of_a_refused_action_is_what_was_typed_and_nothing_is_no_heading(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = office.case().id
    client, page = office.client("petugas"), f"/petugas/kasus/{case_id}"
    for action in ("release", "inform", "take_back"):
        for typed in ({}, {"text": "", "reason": " \r\n"}):
            answer = client.post(f"{page}/{action}", data={"csrf_token": csrf(client, page), **typed})
            assert answer.status_code == 409
            assert "yang belum tersimpan" not in answer.text
            assert "Tidak ada yang hilang" not in answer.text
    answer = client.post(f"{page}/inform", data={"csrf_token": csrf(client, page), "text": "Senin pagi."})
    assert "Tulisan Anda yang belum tersimpan" in answer.text
    assert boxes(answer.text.split('aria-labelledby="tulisan"')[1].split("</section>")[0]) == {"Pesan": "Senin pagi."}


def test_alternatives_are_told_apart(office: Office) -> None:
    form = {
        "summary": "Air mati.",
        "measure-0": "Gali",
        "measure-1": "Beli",
        "once": "f" * 32,
        "standard_id-0": "air-1",
    }
    page = office.client().post("/petugas/kasus/x/recommend", data=form).get_data(as_text=True)
    assert boxes(page) == {
        "Ringkasan": "Air mati.",
        "Tindakan (Alternatif 1)": "Gali",
        "Tindakan (Alternatif 2)": "Beli",
    }


def test_a_password_is_never_shown(office: Office) -> None:
    secret = "kata sandi yang sangat panjang sekali dan rahasia"
    page = office.client().post("/petugas/saya/sandi", data={"lama": secret, "baru": secret, "ulang": secret})
    assert page.status_code == 401
    assert secret not in page.get_data(as_text=True)


def test_every_field_that_people_write_into_has_its_word(office: Office) -> None:
    named = set[str]()
    for file in CONSOLE.rglob("*.html"):
        source = file.read_text()
        named |= {found[1] for found in CONTROL.finditer(source) if not CHOSEN.search(found[0])}
        named |= set(CALLED.findall(source))
    assert {"text", "nama", "saksi", "summary", "measure", "effort", "reason"} <= named
    with office.app.test_request_context():
        assert [name for name in sorted(named) if not word_of("", name)] == []
