"""The families' form under bad input: nothing is lost, nothing answers 500, every refusal is a sentence."""

from __future__ import annotations

import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.support import Office
from workflow import conversations, receipts
from workflow.models import Attachment, Case, Message

TEXT = "Petugas loket minta uang 50 ribu supaya kunjungan suami saya didahulukan kemarin."


def send(client: FlaskClient, **fields: object):
    """Fill in the form as a browser would, hidden fields included."""
    page = client.get("/lapor").get_data(as_text=True)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    data = {**hidden, "tujuan": "unit", "kerahasiaan": "confidential", "text": TEXT, **fields}
    return client.post("/lapor", data=data, content_type="multipart/form-data")


def code_in(page: str) -> str:
    found = receipts.find_code(re.sub(r"<[^>]+>", " ", page))
    assert found
    return found


def count(office: Office, model: type) -> int:
    with office.db.read() as s:
        return s.scalar(select(func.count()).select_from(model)) or 0


def only_text(office: Office) -> str:
    with office.db.read() as s:
        return conversations.text_of(s, s.scalars(select(Message)).one())


def test_a_report_gets_its_code_at_once_and_opens_a_case(office: Office) -> None:
    answer = send(office.client())
    assert answer.status_code == 200
    assert code_in(answer.text)
    case = one_case(office)
    assert (case.status, case.channel, case.seal) == ("received", "web", "none")


def one_case(office: Office) -> Case:
    with office.db.read() as s:
        case = s.scalars(select(Case)).one()
        s.expunge(case)
        return case


def test_straight_to_the_kanwil_seals_whatever_triage_says(office: Office) -> None:
    answer = send(office.client(), tujuan="kanwil")
    assert "ADU-KANWIL-JATIM-" in answer.text
    assert (one_case(office).seal, one_case(office).seal_reason) == ("kanwil", "wish")


def test_a_double_click_is_one_complaint(office: Office) -> None:
    client = office.client()
    page = client.get("/lapor").text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    answers = [client.post("/lapor", data={**hidden, "text": TEXT}) for _ in range(3)]
    assert {a.status_code for a in answers} == {200}
    assert (count(office, Message), count(office, Case)) == (1, 1)
    assert len({code_in(a.text) for a in answers}) == 1


@pytest.mark.parametrize("empty", ["", "   \n\t "])
def test_a_form_without_text_comes_back_with_what_was_typed(office: Office, empty: str) -> None:
    answer = send(office.client(), text=empty, nama="Siti", kontak="0812", tujuan="kanwil", kerahasiaan="anonymous")
    assert answer.status_code == 422
    assert 'value="Siti"' in answer.text
    assert re.search(r'value="kanwil"[^>]*checked', answer.text)
    assert re.search(r'value="anonymous"[^>]*checked', answer.text)
    assert 'role="alert"' in answer.text
    assert count(office, Message) == 0


@pytest.mark.parametrize(
    "text",
    [
        TEXT + "\x00\x00",
        "\u202e" + TEXT + "\u2066",
        "panjang " * 12_500,
        "😡" * 500 + TEXT,
        "<script>alert(1)</script> " + TEXT,
        "شكوى " + TEXT,
    ],
)
def test_odd_texts_are_kept_and_shown_safely(office: Office, text: str) -> None:
    answer = send(office.client(), text=text)
    assert answer.status_code == 200
    kept = only_text(office)
    assert kept.replace("␀", "\x00").strip() == text.strip()
    page = office.client("petugas").get(f"/petugas/kasus/{one_case(office).id}")
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_bytes_that_are_not_utf8_are_kept_readable(office: Office) -> None:
    body = b"text=caf%E9+petugas+minta+uang+50+ribu+kemarin+di+loket&form_id=" + b"a" * 32
    answer = office.client().post("/lapor", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert "petugas minta uang" in only_text(office)


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", "multipart/form-data; boundary=x", "application/json", "text/plain", "kacau"],
)
def test_a_broken_body_is_answered_with_the_form(office: Office, content_type: str) -> None:
    answer = office.client().post("/lapor", data=b"--x\r\nrusak\xff\xfe", content_type=content_type)
    assert answer.status_code in (400, 413, 415, 422)
    assert "<textarea" in answer.text


def test_files_are_kept_with_their_real_type(office: Office) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"0" * 50
    send(office.client(), files=[(io.BytesIO(png), "foto.exe"), (io.BytesIO(b""), "kosong.txt")])
    with office.db.read() as s:
        rows = s.scalars(select(Attachment)).all()
    assert ("image/png", "stored") in {(r.content_type, r.state) for r in rows}


def test_files_over_the_limit_are_refused_and_the_text_comes_back(office: Office) -> None:
    large = [(io.BytesIO(b"x" * 15_000_000), f"{n}.bin") for n in range(4)]
    answer = send(office.client(), files=large)
    assert answer.status_code == 413
    assert "didahulukan kemarin" in answer.text
    assert count(office, Message) == 0


def test_a_text_over_the_limit_is_refused_and_comes_back_whole(office: Office) -> None:
    text = "panjang sekali " * 200_000
    for content_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        answer = office.client().post("/lapor", data={"text": text}, content_type=content_type)
        assert answer.status_code == 413
        assert text.strip() in answer.text
    assert count(office, Message) == 0


def test_everything_that_is_wrong_is_told_at_once_and_each_at_its_field(office: Office) -> None:
    page = send(office.client(), text=" ", pin="12").text
    alarm = page[page.index('class="alarm"') :].split("</div>")[0]
    assert re.findall(r'href="#(\w+)"', alarm) == ["text", "pin"]
    for field in ("text", "pin"):
        assert f'id="{field}-error"' in page
        control = re.search(rf'<(?:input|textarea) id="{field}"[^>]*>', page)
        assert control
        assert f"{field}-error" in control[0]
        assert 'aria-invalid="true"' in control[0]
    assert page.index('id="pin-error"') < page.index('<input id="pin"')


def test_a_corrected_form_is_accepted_without_a_word_of_what_was_wrong(office: Office) -> None:
    client = office.client()
    send(client, pin="12")
    answer = send(client, pin="123456")
    assert answer.status_code == 200
    assert "alarm" not in answer.text
    assert code_in(answer.text)


def test_a_field_that_nobody_sees_is_not_led_to(office: Office) -> None:
    page = send(office.client(), situs="https://contoh.test").text
    assert "isian tersembunyi" in page
    assert 'href="#situs"' not in page


def test_another_site_cannot_put_its_own_conversation_into_a_browser(office: Office) -> None:
    mine = office.client()
    kept = dict(re.findall(r'name="(form_id|kunci)" value="([^"]*)"', office.client().get("/lapor").text))
    for fields in ({**kept, "text": TEXT}, {**kept, "text": " "}):
        answer = mine.post("/lapor", data=fields)
        assert "Set-Cookie" not in answer.headers
    page = mine.post("/lapor", data={**kept, "text": TEXT + " Lagi.", "form_id": "0" * 32}).text
    assert "tidak menyimpan kuki" in page
    assert "baca di peramban ini" not in page


def test_a_wrong_pin_is_told_at_the_pin(office: Office) -> None:
    code = code_in(send(office.client(), pin="123456").text)
    page = office.client().post("/lacak", data={"kode": code, "pin": "654321"}).text
    assert '<a href="#pin">' in page
    assert page.index('id="pin-error"') < page.index('<input id="pin"')


def test_a_second_browser_sees_the_state_but_not_the_words(office: Office) -> None:
    mine, stranger = office.client(), office.client()
    code = code_in(send(mine, pin="123456").text)
    assert "didahulukan kemarin" in mine.post("/lacak", data={"kode": code}).text
    seen = stranger.post("/lacak", data={"kode": code})
    assert seen.status_code == 200
    assert "ADU-RUTAN-MAGETAN-" in seen.text
    assert "didahulukan" not in seen.text
    assert "didahulukan" not in stranger.post("/lacak", data={"kode": code, "pin": "654321"}).text
    assert "didahulukan" in stranger.post("/lacak", data={"kode": code, "pin": "123456"}).text


def test_a_wrong_code_is_a_sentence_and_a_code_in_the_address_opens_nothing(office: Office) -> None:
    code = code_in(send(office.client()).text)
    wrong = office.client().post("/lacak", data={"kode": "AAAA-BBBB-CCCC-DDDD"})
    assert wrong.status_code == 404
    assert "ADU-" not in office.client().get(f"/lacak?kode={code}").text


def test_pages_for_families_are_light(office: Office) -> None:
    client = office.client()
    for path in ("/", "/lapor", "/lacak", "/privasi", "/layanan"):
        page = client.get(path)
        parts = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text))
        total = len(page.data)
        for part in parts:
            with client.get(part) as answer:
                total += len(answer.data)
        assert total < 100_000, (path, total)
