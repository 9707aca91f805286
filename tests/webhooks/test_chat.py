"""The web chat over HTTP: whose it is, what it shows, what it keeps, and what it costs."""

from __future__ import annotations

import gzip
import io
import re
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.live import running
from tests.support import Office
from tests.workflow.steps import STEPS, act
from webhooks.settings import Settings
from workflow import conversations, openings, receipts
from workflow.models import Attachment, Case, Conversation, Message, Outbound

TEXT = "Petugas loket minta uang 50 ribu supaya kunjungan suami saya didahulukan kemarin."
COOKIE = "aduan_obrolan"
PART = {"X-Requested-With": "obrolan"}


def hidden(page: str) -> dict[str, str]:
    form = page[page.index('id="tulis"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def say(client: FlaskClient, text: str = TEXT, **fields: object):
    """Write as a browser without JavaScript does, and see the page that follows."""
    data = {**hidden(client.get("/obrolan").text), "text": text, **fields}
    return client.post("/obrolan", data=data, content_type="multipart/form-data", follow_redirects=True)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def count(office: Office, row: type) -> int:
    with office.db.read() as s:
        return s.scalar(select(func.count()).select_from(row)) or 0


def code_of(office: Office) -> str:
    with office.db.read() as s:
        return openings.receipt_code(s, s.scalars(select(Case)).one())


def answered(office: Office) -> None:
    """The office carries the case to its official answer."""
    with office.db.read() as s:
        case_id = s.scalars(select(Case.id)).one()
    for status, step in STEPS.items():
        act(office, case_id, step)
        if status == "responded":
            return


def choose_pin(client: FlaskClient, pin: str = "123456") -> None:
    assert client.post("/obrolan/pin", data={"pin_baru": pin}).status_code == 200


# ------------------------------------------------------------------ talking


def test_the_same_dialogue_answers_with_code_question_and_buttons(office: Office) -> None:
    page = say(office.client()).text
    assert "ADU-RUTAN-MAGETAN-2026-0001" in page
    assert receipts.find_code(words(page))
    assert 'name="pilih" value="LEWATI"' in page
    with office.db.read() as s:
        case = s.scalars(select(Case)).one()
        assert (case.channel, case.status) == ("chat", "received")


def test_a_button_is_an_answer_like_any_other(office: Office) -> None:
    client = office.client()
    say(client)
    page = say(client, text="", pilih="LEWATI").text
    assert "pembalasan" in page
    assert 'value="YA"' in page


def test_no_word_on_the_page_speaks_of_numbers_or_replies_of_other_channels(office: Office) -> None:
    page = words(say(office.client()).text)
    assert "balas STATUS" not in page
    assert "nomor Anda" not in page


def test_the_form_speaks_of_its_own_page(office: Office) -> None:
    client = office.client()
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', client.get("/lapor").text))
    client.post("/lapor", data={**form, "text": TEXT})
    answered(office)
    page = words(client.post("/lacak", data={"kode": code_of(office)}).text)
    assert "tekan Puas di halaman ini" in page
    assert "balas" not in page.lower().replace("pembalasan", "").replace("tanpa balasan", "")


def test_a_form_sent_twice_is_one_message(office: Office) -> None:
    client = office.client()
    data = {**hidden(client.get("/obrolan").text), "text": TEXT}
    for _ in range(3):
        assert client.post("/obrolan", data=data).status_code in (200, 303)
    assert (count(office, Message), count(office, Case)) == (1, 1)


def test_a_browser_that_keeps_no_cookies_still_gets_its_code(office: Office) -> None:
    client = office.app.test_client(use_cookies=False)
    first = say(client)
    assert receipts.find_code(words(first.text))
    again = client.post("/obrolan", data={**hidden(first.text), "text": "Tambahan: kejadiannya jam sembilan pagi"})
    assert "0001" in again.text
    assert count(office, Case) == 1


def test_at_night_the_page_says_that_nobody_reads(office: Office) -> None:
    assert "tidak ada petugas yang membaca" not in office.client().get("/obrolan").text
    office.clock.advance(hours=12)
    page = words(office.client().get("/obrolan").text)
    assert "Sekarang tidak ada petugas yang membaca" in page
    assert "08.00 sampai 16.00" in page


def test_outside_help_stands_on_the_page_before_anything_is_written(office: Office) -> None:
    page = office.client().get("/obrolan").text
    assert "119" in page[page.index('class="emergency"') : page.index('role="log"')]


def test_it_speaks_english_to_those_who_chose_it(office: Office) -> None:
    client = office.client()
    client.get("/bahasa/en")
    page = words(say(client, "The officer asked for money at the visiting counter yesterday, 50 thousand rupiah.").text)
    assert "We have received your complaint" in page
    assert "Leave quickly" in page


# ------------------------------------------------------------------ reading on


def test_a_reader_who_is_up_to_date_costs_no_page(office: Office) -> None:
    client = office.client()
    page = say(client).text
    place = re.search(r'data-place="([\d.]+)"', page)
    assert place
    again = client.get(f"/obrolan/baru?sesudah={place[1]}", headers={"If-None-Match": f'"{place[1]}"'})
    assert (again.status_code, again.data) == (304, b"")


def test_only_what_is_new_is_fetched_and_looking_at_it_proves_delivery(office: Office) -> None:
    client = office.client()
    place = re.search(r'data-place="([\d.]+)"', say(client).text)
    assert place
    answered(office)
    behind = client.get(f"/obrolan/baru?sesudah={place[1]}&tampak=0")
    assert "Jawaban resmi" in behind.text
    assert TEXT not in behind.text
    assert official(office) == "delivered"
    with office.db.read() as s:
        assert s.scalars(select(Case)).one().delivered_at == office.clock()
    client.get("/obrolan")
    assert official(office) == "read"


def official(office: Office) -> str:
    with office.db.read() as s:
        return s.scalars(select(Outbound).where(Outbound.purpose == "official")).one().state


def test_an_answer_that_nobody_has_opened_is_not_delivered(office: Office) -> None:
    say(office.client())
    answered(office)
    office.deliver()
    office.client().get("/obrolan")
    assert official(office) == "sent"


@pytest.mark.parametrize("odd", ["", "x", "-1.-1", "9" * 40, "1.2.3", "\x00"])
def test_an_odd_place_begins_at_the_beginning(office: Office, odd: str) -> None:
    client = office.client()
    say(client)
    assert client.get("/obrolan/baru", query_string={"sesudah": odd}).status_code == 200


def test_a_stranger_has_nothing_to_read(office: Office) -> None:
    say(office.client())
    stranger = office.client()
    assert stranger.get("/obrolan/baru").status_code == 204
    stranger.set_cookie(COOKIE, "A" * 32)
    assert stranger.get("/obrolan/baru").status_code == 204
    assert "didahulukan" not in stranger.get("/obrolan").text


# ------------------------------------------------------------------ bad input


def test_an_empty_message_is_a_sentence_and_no_message(office: Office) -> None:
    answer = say(office.client(), "  \n ")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert count(office, Message) == 0


def test_files_over_the_limit_are_refused_and_the_text_comes_back(office: Office) -> None:
    large = [(io.BytesIO(b"x" * 15_000_000), f"{n}.bin") for n in range(4)]
    answer = say(office.client(), files=large)
    assert answer.status_code == 413
    assert "didahulukan kemarin" in answer.text
    assert count(office, Message) == 0


def test_files_are_kept_with_the_case_and_named_in_the_talk(office: Office) -> None:
    client = office.client()
    say(client)
    page = say(client, text="ini buktinya", files=[(io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"0" * 50), "bukti.png")]).text
    assert "bukti.png" in page
    with office.db.read() as s:
        row = s.scalars(select(Attachment)).one()
        assert (row.content_type, row.state, row.case_id is not None) == ("image/png", "stored", True)


@pytest.mark.parametrize(
    "text", [TEXT + "\x00", "\u202e" + TEXT, "😡" * 500 + TEXT, "<script>alert(1)</script> " + TEXT]
)
def test_odd_texts_are_kept_and_shown_safely(office: Office, text: str) -> None:
    answer = say(office.client(), text)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    with office.db.read() as s:
        kept = conversations.text_of(s, s.scalars(select(Message)).one())
    assert kept.replace("␀", "\x00").strip() == text.strip()


def test_a_flood_is_refused_with_the_words_still_there(office: Office) -> None:
    office.app.extensions["aduan_limiter"].enabled = True
    try:
        client, other = office.client(), office.client()
        say(other)
        data = hidden(client.get("/obrolan").text)
        answers = [
            client.post("/obrolan", data={"pesan_id": f"{n:032x}", "text": "halo lagi"}, headers=PART)
            for n in range(45)
        ]
        assert answers[0].status_code == 200
        assert answers[-1].status_code == 429
        assert "Tulisan Anda masih ada" in answers[-1].get_json()["sentence"]
        plain = client.post("/obrolan", data={**data, "text": "jangan hilang"})
        assert plain.status_code == 429
        assert "jangan hilang" in plain.text
        assert say(other, "Tambahan dari alamat jaringan yang sama").status_code == 200
    finally:
        office.app.extensions["aduan_limiter"].enabled = False


@pytest.mark.parametrize("path", ["/obrolan", "/obrolan/lanjut", "/obrolan/pin", "/obrolan/hapus"])
def test_another_site_cannot_write_here(office: Office, path: str) -> None:
    answer = office.client().post(path, data={"text": TEXT, "kode": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert count(office, Message) == 0


# ------------------------------------------------------------------ another device, this device


def test_code_and_pin_carry_the_talk_to_another_device(office: Office) -> None:
    mine, other = office.client(), office.client()
    say(mine)
    choose_pin(mine)
    code = code_of(office)
    wrong = other.post("/obrolan/lanjut", data={"kode": code, "pin": "654321"})
    assert wrong.status_code == 403
    assert "didahulukan" not in wrong.text
    page = other.post("/obrolan/lanjut", data={"kode": code.lower(), "pin": "123456"}, follow_redirects=True)
    assert "didahulukan" in page.text
    say(other, "Tambahan dari ponsel lain, jam sembilan pagi")
    assert "ponsel lain" in mine.get("/obrolan").text
    assert (count(office, Case), count(office, Conversation)) == (1, 1)


def test_the_code_alone_tells_the_status_alone(office: Office) -> None:
    say(office.client())
    page = office.client().post("/obrolan/lanjut", data={"kode": code_of(office)})
    assert "0001: sudah diterima" in page.text
    assert "didahulukan" not in page.text
    assert office.client().post("/obrolan/lanjut", data={"kode": "AAAA-BBBB-CCCC-DDDD"}).status_code == 404
    assert office.client().get(f"/obrolan?kode={code_of(office)}").text.count("ADU-") == 0


def test_tries_at_one_pin_are_few_wherever_they_come_from(office: Office) -> None:
    mine = office.client()
    say(mine)
    choose_pin(mine)
    code = code_of(office)
    office.app.extensions["aduan_limiter"].enabled = True
    try:
        states = [
            office.client()
            .post(
                "/obrolan/lanjut", data={"kode": code, "pin": f"9{n:05}"}, environ_base={"REMOTE_ADDR": f"10.0.0.{n}"}
            )
            .status_code
            for n in range(32)
        ]
    finally:
        office.app.extensions["aduan_limiter"].enabled = False
    assert (states[0], states[-1]) == (403, 429)


def test_the_tracking_page_knows_the_chats_browser_too(office: Office) -> None:
    client = office.client()
    say(client)
    page = client.post("/lacak", data={"kode": code_of(office)})
    assert "didahulukan" in page.text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    client.post("/lacak", data={**form, "aksi": "pesan", "text": "Tambahan lewat halaman Lacak, jam sembilan pagi"})
    assert "lewat halaman Lacak" in client.get("/obrolan").text


def test_what_is_removed_from_a_device_is_gone_there_and_kept_here(office: Office) -> None:
    client = office.client()
    say(client)
    answer = client.post("/obrolan/hapus")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "didahulukan" not in client.get("/obrolan").text
    assert count(office, Message) == 1


def test_a_pin_needs_six_digits_and_a_talk(office: Office) -> None:
    client = office.client()
    assert client.post("/obrolan/pin", data={"pin_baru": "123456"}).status_code == 404
    say(client)
    assert client.post("/obrolan/pin", data={"pin_baru": "12"}).status_code == 422


def test_nobody_can_put_a_page_of_the_chat_into_a_frame(office: Office) -> None:
    assert "frame-ancestors 'none'" in office.client().get("/obrolan").headers["Content-Security-Policy"]


# ------------------------------------------------------------------ what a first visit costs


def test_a_first_visit_takes_less_than_a_hundred_kilobytes(tmp_path: Path, sqlite_template: Path) -> None:
    (tmp_path / "aduan.db").write_bytes(sqlite_template.read_bytes())
    with running(Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'aduan.db'}")) as live:
        for path in ("/obrolan", "/lapor"):
            total, waiting, seen = 0, [path], set[str]()
            while waiting:
                part = waiting.pop()
                seen.add(part)
                body, size = fetch(live.port, part)
                total += size
                found = re.findall(r'(?:src|href)="(/static/[^"]+)"', body)
                waiting += [f for f in found if f not in seen]
            assert 5_000 < total < 100_000, (path, total)


def fetch(port: int, path: str) -> tuple[str, int]:
    """A page and the bytes that it took, headers included."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    size = len(body) + sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
    connection.close()
    plain = gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body
    return plain.decode(), size
