"""What families hold in their hands, and where anybody checks it."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader
from sqlalchemy import select

from tests.support import Office, csrf
from tests.workflow.steps import act, approve, carry, release
from webhooks.cli import main
from webhooks.service import open_database
from webhooks.settings import WrongSettings
from workflow import attest, cases, decisions, letters, people, printing, receipts
from workflow.actors import Clock
from workflow.models import Account, Case, Conversation, JournalEntry, Letter, Outbound, Party, Receipt
from workflow.vault import vault_of

SENDER = "+628120000001"
WORDS = "Sudah tiga hari air di blok B mati, anak saya Rudi tidak bisa mandi."


def answered(office: Office) -> Letter:
    office.say(WORDS)
    carry(office, "responded")
    printing.make_due(office.db, office.clock())
    with office.db.read() as s:
        letter = s.scalars(select(Letter)).one()
        s.expunge(letter)
    return letter


def code_of(office: Office, letter: Letter) -> str:
    with office.db.read() as s:
        code: str = letters.details(s, s.get_one(Letter, letter.id))["code"]
    return code


def receipt_code(office: Office) -> str:
    with office.db.read() as s:
        held = s.scalars(select(Receipt)).one()
        return vault_of(s).open_text(s, held.data_key_id, held.code_enc, "receipt.code")


def pdf_text(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def web(office: Office, **fields: str):
    """A report on the web form: the browser that made it, and its receipt code."""
    client = office.client()
    client.get("/lapor")
    page = client.post("/lapor", data={"text": WORDS, **fields}).text
    code = next(c for c in re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", page) if receipts.normalise(c))
    return client, code


def answer_web(office: Office, *, specific: bool = False) -> Letter:
    with office.db.read() as s:
        case_id = s.scalars(select(Case.id)).one()
        sender = people.value(s, s.scalars(select(Conversation)).one().address)
    assert carry(office, "directed", sender) == case_id

    def draft(o: Office, s, case: Case) -> None:
        decisions.report(s, case, o.officer(s, "pejabat"), "repair", "Pompa diganti.", o.clock())
        decisions.draft(s, case, o.officer(s, "pejabat"), "Air mengalir.", o.clock(), specific_data=specific)

    for step in (draft, approve, release):
        act(office, case_id, step)
    with office.db.read() as s:
        letter = s.scalars(select(Letter)).one()
        s.expunge(letter)
    return letter


# ------------------------------------------------------------------ checking a letter


def test_the_check_page_confirms_the_letter_and_tells_nothing_of_the_case(office: Office) -> None:
    letter = answered(office)
    answer = office.client().get(f"/cek/{code_of(office, letter)}")
    page = answer.text
    assert answer.status_code == 200
    for part in (
        letter.number,
        "2 November 2026",
        "Rumah Tahanan Negara Kelas IIB Magetan",
        "Kepala Rutan",
        letter.sha256,
    ):
        assert part in page, part
    with office.db.read() as s:
        case = s.scalars(select(Case)).one()
        alias = people.reporter(s, case).alias
    for secret in (case.number, alias, "Air sudah", "Rudi", "Bambang", SENDER, "Makanan dan air"):
        assert secret not in page, secret
    assert "noindex" in page or answer.headers["Cache-Control"] == "no-store"


def test_the_code_is_read_however_it_is_typed(office: Office) -> None:
    code = code_of(office, answered(office))
    client = office.client()
    for typed in (code, code.lower(), code.replace("-", ""), code.replace("-", " "), f" {code} "):
        answer = client.post("/cek", data={"kode": typed}, follow_redirects=True)
        assert (answer.status_code, "Surat ini terdaftar" in answer.text) == (200, True), typed


@pytest.mark.parametrize(
    ("code", "help_with"),
    [
        ("7K3M-9QTX-2PWD-HR5B", "huruf yang keliru"),
        ("kosong", "huruf yang keliru"),
        ("%00%ff", "huruf yang keliru"),
        ("A" * 500, "huruf yang keliru"),
        ("{{7*7}}", "huruf yang keliru"),
    ],
)
def test_a_code_with_a_slip_is_told_so(office: Office, code: str, help_with: str) -> None:
    answer = office.client().get(f"/cek/{code}")
    assert answer.status_code == 404
    assert help_with in answer.text and 'name="kode"' in answer.text


def test_a_code_that_was_never_given_is_told_otherwise(office: Office) -> None:
    answer = office.client().get(f"/cek/{receipts.new_code()}")
    assert answer.status_code == 404
    assert "Tidak ada surat dengan kode itu" in answer.text
    answered(office)
    assert "Tidak ada surat dengan kode itu" in office.client().get(f"/cek/{receipt_code(office)}").text


def test_an_empty_form_is_asked_again(office: Office) -> None:
    answer = office.client().post("/cek", data={"kode": " "})
    assert answer.status_code == 422
    assert "Isi kode surat" in answer.text


def test_codes_cannot_be_tried_by_the_thousand(office: Office) -> None:
    office.app.extensions["aduan_limiter"].enabled = True
    client = office.client()
    answers = [client.get("/cek/AAAA-AAAA-AAAA-AAAA").status_code for _ in range(32)]
    assert answers[:30] == [404] * 30
    assert answers[30:] == [429, 429]
    office.app.extensions["aduan_limiter"].enabled = False


def test_a_file_is_compared_and_not_kept(office: Office) -> None:
    letter = answered(office)
    pdf = printing.content(office.db, letter.id, Clock(), office.clock())
    path, client = f"/cek/{code_of(office, letter)}", office.client()
    same = client.post(path, data={"berkas": (io.BytesIO(pdf), "surat.pdf")})
    assert "sama persis" in same.text
    changed = client.post(path, data={"berkas": (io.BytesIO(pdf[:-2] + b"x\n"), "surat.pdf")})
    assert "berbeda dari surat" in changed.text
    assert "berbeda" not in client.post(path, data={}).text
    assert client.post(path, data={"berkas": (io.BytesIO(b"x" * 3_000_000), "besar.pdf")}).status_code == 413


def test_before_its_file_is_made_the_page_says_so(office: Office) -> None:
    office.say(WORDS)
    carry(office, "responded")
    with office.db.read() as s:
        code = letters.details(s, s.scalars(select(Letter)).one())["code"]
    page = office.client().get(f"/cek/{code}").text
    assert "sedang dibuat" in page and 'type="file"' not in page


def test_the_letter_is_still_confirmed_after_the_case_was_erased(office: Office) -> None:
    letter = answered(office)
    code = code_of(office, letter)
    with office.db.write() as s:
        vault_of(s).destroy(s, letter.data_key_id, office.clock())
    assert letter.number in office.client().get(f"/cek/{code}").text


# ------------------------------------------------------------------ the letter at /lacak


def test_the_browser_that_reported_fetches_the_letter(office: Office) -> None:
    client, code = web(office)
    letter = answer_web(office)
    page = client.post("/lacak", data={"kode": code}).text
    assert f"Unduh surat {letter.number}" in page
    answer = client.post("/lacak/surat", data={"kode": code, "surat": letter.id})
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "Air mengalir." in pdf_text(answer.data)


def test_the_code_alone_opens_no_letter(office: Office) -> None:
    _, code = web(office, pin="482913")
    letter = answer_web(office)
    stranger = office.client()
    assert "Unduh surat" not in stranger.post("/lacak", data={"kode": code}).text
    wanted = {"kode": code, "surat": letter.id}
    assert stranger.post("/lacak/surat", data=wanted).status_code == 403
    assert stranger.post("/lacak/surat", data={**wanted, "pin": "000000"}).status_code == 403
    assert stranger.post("/lacak/surat", data={**wanted, "pin": "482913"}).status_code == 200
    permit = re.search(
        r'name="izin" value="([^"]+)"', stranger.post("/lacak", data={"kode": code, "pin": "482913"}).text
    )
    assert permit and stranger.post("/lacak/surat", data={**wanted, "izin": permit[1]}).status_code == 200


def test_nobody_fetches_the_letter_of_another_case(office: Office) -> None:
    letter = answered(office)
    client, code = web(office)
    assert client.post("/lacak/surat", data={"kode": code, "surat": letter.id}).status_code == 404
    assert client.post("/lacak/surat", data={"kode": receipts.new_code(), "surat": letter.id}).status_code == 404


def test_a_letter_with_personal_data_stays_at_the_desk_until_the_relation_is_verified(office: Office) -> None:
    client, code = web(office)
    letter = answer_web(office, specific=True)
    assert "Unduh surat" not in client.post("/lacak", data={"kode": code}).text
    assert client.post("/lacak/surat", data={"kode": code, "surat": letter.id}).status_code == 404
    with office.db.write() as s:
        s.scalars(select(Party).where(Party.kind == "reporter")).one().verified_at = office.clock()
    assert client.post("/lacak/surat", data={"kode": code, "surat": letter.id}).status_code == 200


# ------------------------------------------------------------------ the letter in the console


def test_staff_fetch_the_letter_and_the_journal_knows(office: Office) -> None:
    letter = answered(office)
    client = office.client("petugas")
    page = client.get(f"/petugas/kasus/{letter.case_id}").text
    assert f"/petugas/surat/{letter.id}" in page and letter.number in page and letter.sha256[:16] in page
    answer = client.get(f"/petugas/surat/{letter.id}")
    assert answer.mimetype == "application/pdf" and "Air sudah mengalir" in pdf_text(answer.data)
    slip = pdf_text(client.get(f"/petugas/surat/{letter.id}/serah").data)
    assert "Serah terima surat jawaban" in slip and letter.number in slip and "Air sudah" not in slip
    with office.db.read() as s:
        entries = [e.record for e in s.scalars(select(JournalEntry).where(JournalEntry.action == "read"))]
    assert sum(f'"letter":"{letter.id}"'.encode() in e for e in entries) == 1
    assert sum(f'"slip":"{letter.id}"'.encode() in e for e in entries) == 1


def test_printed_and_handed_over_is_delivered(office: Office) -> None:
    letter = answered(office)
    client, path = office.client("petugas"), f"/petugas/kasus/{letter.case_id}"
    assert "Lembar serah terima" in client.get(path).text
    assert client.post(f"{path}/hand_over", data={"csrf_token": csrf(client, path)}).status_code == 303
    assert "Lembar serah terima" not in client.get(path).text
    with office.db.read() as s:
        assert s.scalars(select(Case)).one().delivered_at == office.clock()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("petugas", 200),
        ("petugas2", 200),
        ("kepala", 200),
        ("pejabat", 200),
        ("kanwil", 200),
        ("kustodian", 404),
        ("admin", 404),
    ],
)
def test_who_may_open_a_letter(office: Office, name: str, status: int) -> None:
    letter = answered(office)
    client = office.client(name)
    for path in (f"/petugas/surat/{letter.id}", f"/petugas/surat/{letter.id}/serah"):
        assert client.get(path).status_code == status
    assert client.get(f"/petugas/surat/{'0' * 32}").status_code == 404


def test_a_letter_that_names_somebody_is_for_those_who_see_the_name(office: Office) -> None:
    office.say(WORDS, display_name="Siti Qomariah")
    office.say("TERBUKA")
    letter_of = carry(office, "responded")
    with office.db.read() as s:
        letter = s.scalars(select(Letter)).one()
        s.expunge(letter)
    for name, status in (("petugas", 200), ("kanwil", 404)):
        assert office.client(name).get(f"/petugas/surat/{letter.id}").status_code == status, name
    assert "memuat nama pelapor" in office.client("kanwil").get(f"/petugas/kasus/{letter_of}").text
    office.say("RAHASIA")
    assert office.client("petugas").get(f"/petugas/surat/{letter.id}").status_code == 404, (
        "a stricter choice holds from now on"
    )


def test_a_sealed_letter_is_as_absent_as_none(office: Office) -> None:
    letter = answered(office)
    with office.db.write() as s:
        case = cases.lock(s, letter.case_id)
        cases.seal(s, case, office.officer(s, "petugas"), "head", office.clock())
    for name in ("petugas", "kepala", "pejabat"):
        assert office.client(name).get(f"/petugas/surat/{letter.id}").status_code == 404
    assert office.client("kanwil").get(f"/petugas/surat/{letter.id}").status_code == 200


def test_a_gone_letter_is_said_to_be_gone(office: Office) -> None:
    letter = answered(office)
    with office.db.write() as s:
        s.get_one(Letter, letter.id).sha256 = "0" * 64
    assert office.client("petugas").get(f"/petugas/surat/{letter.id}").status_code == 410


# ------------------------------------------------------------------ signed receipts


def fetch(client, code: str, form: str):
    return client.post("/lacak/tanda-terima", data={"kode": code, "bentuk": form})


def test_the_receipt_proves_number_time_and_text_without_telling_it(office: Office, tmp_path: Path) -> None:
    client, code = web(office)
    document = fetch(client, code, "json").get_data(as_text=True)
    signed = attest.read(document)
    with office.db.read() as s:
        case = s.scalars(select(Case)).one()
        key = s.info["receipt_key"].public_key()
    assert attest.verify(signed, key)
    assert signed.facts["number"] == case.number
    assert signed.facts["unit"] == "Rumah Tahanan Negara Kelas IIB Magetan"
    assert signed.facts["received"] == case.received_at.isoformat()
    assert attest.proves(signed, WORDS.encode()) and not attest.proves(signed, b"Air mengalir.")
    assert "Rudi" not in document and code not in document
    assert fetch(client, code, "json").get_data(as_text=True) == document


def test_the_sheet_says_the_same_and_its_code_is_verified(office: Office) -> None:
    client, code = web(office)
    sheet = pdf_text(fetch(client, code, "pdf").data)
    signed = attest.read(fetch(client, code, "json").get_data(as_text=True))
    squeezed = sheet.replace(" ", "")
    assert signed.facts["number"] in sheet and "2 Nov 2026, 09.00 WIB" in sheet
    assert signed.facts["commitment"] in squeezed and signed.signature in squeezed
    assert signed.salt not in squeezed and code not in sheet and "Rudi" not in sheet
    page = office.client().post("/cek", data={"tanda_terima": signed.file(with_salt=False)}).text
    assert "Tanda terima ini asli" in page and signed.facts["number"] in page


def test_the_code_alone_gets_the_receipt_without_its_salt(office: Office) -> None:
    _, code = web(office)
    stranger = json.loads(fetch(office.client(), code, "json").data)
    assert set(stranger) == {"statement", "signature"}
    assert fetch(office.client(), receipts.new_code(), "json").status_code == 404


def test_families_on_a_messenger_get_it_by_their_code(office: Office) -> None:
    office.say(WORDS)
    signed = attest.read(fetch(office.client(), receipt_code(office), "json").get_data(as_text=True))
    assert attest.proves(signed, WORDS.encode())


def test_a_transfer_does_not_change_what_was_received(office: Office) -> None:
    client, code = web(office)
    before = fetch(client, code, "json").data
    with office.db.write() as s:
        case = cases.lock(s, s.scalars(select(Case.id)).one())
        cases.seal(s, case, office.officer(s, "petugas"), "head", office.clock.advance(hours=3))
    assert fetch(client, code, "json").data == before


@pytest.mark.parametrize(
    "change",
    [
        lambda d: {**d, "statement": d["statement"].replace("2026-11-02T02", "2026-11-01T02")},
        lambda d: {**d, "signature": "AAAA" + d["signature"][4:]},
        lambda d: {**d, "signature": "kein base64 ☃"},
        lambda d: {**d, "statement": "[]"},
        lambda d: {**d, "statement": '{"format":"aduan-receipt/1","received":5}'},
        lambda d: {**d, "statement": '{"format":"aduan-receipt/1"}'},
        lambda d: {"statement": d["statement"]},
        lambda d: [d],
        lambda d: "x" * 20_000,
        lambda d: None,
    ],
)
def test_what_was_changed_is_not_genuine(office: Office, change) -> None:
    client, code = web(office)
    document = json.dumps(change(json.loads(fetch(client, code, "json").data)))
    for answer in (
        client.post("/cek", data={"tanda_terima": document}),
        client.post("/cek", data={"berkas": (io.BytesIO(document.encode()), "t.json")}),
    ):
        assert answer.status_code == 200
        assert "sudah diubah" in answer.text and "asli" not in answer.text.replace("PDF asli", "")


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"{" * 9_000, b"[" * 9_999, b"%PDF-1.7", b'{"statement": 1, "signature": 2}']
)
def test_any_file_gets_a_kind_answer(office: Office, content: bytes) -> None:
    answer = office.client().post("/cek", data={"berkas": (io.BytesIO(content), "t.json")})
    assert answer.status_code == 200
    assert "sudah diubah" in answer.text


def test_an_erased_message_has_no_receipt_any_more(office: Office) -> None:
    client, code = web(office)
    with office.db.write() as s:
        vault_of(s).destroy(s, s.scalars(select(Case.data_key_id)).one(), office.clock())
    assert fetch(client, code, "json").status_code == 410


def test_openssl_alone_verifies_it_as_the_manual_says(office: Office, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl: Debian package openssl missing")
    client, code = web(office)
    document = json.loads(fetch(client, code, "json").data)
    (tmp_path / "statement").write_text(document["statement"])
    (tmp_path / "signature").write_bytes(b64decode(document["signature"]))
    (tmp_path / "key.pem").write_bytes(client.get("/cek/kunci.pem").data)
    command = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in statement -sigfile signature"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_command_verifies_away_from_the_service(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, code = web(office)
    (tmp_path / "receipt.json").write_bytes(fetch(client, code, "json").data)
    (tmp_path / "key.pem").write_bytes(client.get("/cek/kunci.pem").data)
    (tmp_path / "text").write_text(WORDS)
    (tmp_path / "other").write_text("lain")
    monkeypatch.setenv("ADUAN_HOME", str(tmp_path / "nowhere"))
    run = lambda *more: CliRunner().invoke(  # noqa: E731
        main, ["receipt", "verify", str(tmp_path / "receipt.json"), "--key", str(tmp_path / "key.pem"), *more]
    )
    good = run("--text", str(tmp_path / "text"))
    assert good.exit_code == 0, good.output
    assert "the signature holds; the receipt is of this text" in good.output
    assert run("--text", str(tmp_path / "other")).exit_code == 1
    changed = json.loads((tmp_path / "receipt.json").read_text())
    changed["statement"] = changed["statement"].replace("2026", "2025")
    (tmp_path / "receipt.json").write_text(json.dumps(changed))
    assert run().exit_code == 1


def test_reading_the_page_proves_delivery_as_before(office: Office) -> None:
    client, code = web(office)
    answer_web(office)
    client.post("/lacak", data={"kode": code})
    with office.db.read() as s:
        assert {o.state for o in s.scalars(select(Outbound).where(Outbound.purpose == "official"))} == {"read"}


# ------------------------------------------------------------------ acting heads in the console


def name_deputy(office: Office, client, **changes: str):
    form = {"pejabat": office.account_id("pejabat"), "mulai": "2026-11-02", "sampai": "2026-11-06", "perintah": "SP-12"}
    return client.post("/petugas/plh", data={**form, **changes, "csrf_token": csrf(client, "/petugas/plh")})


def test_the_head_names_an_acting_head_and_ends_it(office: Office) -> None:
    head = office.client("kepala")
    assert "/petugas/plh" in head.get("/petugas/saya").text
    assert name_deputy(office, head).status_code == 303
    page = head.get("/petugas/plh").text
    assert "Ratna Kusumawati" in page and "SP-12" in page
    deputy = office.client("pejabat")
    assert "Plh. Kepala" in deputy.get("/petugas/saya").text
    grant = re.search(r'name="akhiri" value="([0-9a-f]{32})"', page)
    assert grant
    own = deputy.get("/petugas/plh")
    assert own.status_code == 200 and 'name="akhiri"' not in own.text
    token = csrf(deputy, "/petugas/saya")
    assert deputy.post("/petugas/plh", data={"akhiri": grant[1], "csrf_token": token}).status_code == 422
    assert name_deputy(office, head, akhiri=grant[1]).status_code == 303
    assert office.client("pejabat").get("/petugas/plh").status_code == 403


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"mulai": "kemarin"}, "Isi tanggal mulai"),
        ({"sampai": "2027-06-01"}, "Paling lama 92 hari"),
        ({"perintah": ""}, "Isi nomor surat perintah"),
        ({"pejabat": "x"}, "Pilih pejabat"),
    ],
)
def test_a_refused_order_comes_back_as_it_was_typed(office: Office, changes: dict[str, str], sentence: str) -> None:
    answer = name_deputy(office, office.client("kepala"), **changes)
    assert answer.status_code == 422
    assert sentence in answer.text and (changes.get("perintah", "SP-12")) in answer.text


def test_nobody_else_reaches_the_page(office: Office) -> None:
    for name in ("petugas", "pejabat", "admin", "kustodian"):
        assert office.client(name).get("/petugas/plh").status_code == 403


# ------------------------------------------------------------------ commands


def test_the_operator_sets_what_letters_say(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADUAN_HOME", str(office.settings.home))
    monkeypatch.setenv("ADUAN_DATABASE_URL", office.settings.database)
    run = lambda *a: CliRunner().invoke(main, a)  # noqa: E731
    assert run("unit", "set", "RUTAN-MAGETAN", "letterhead.address", "Jalan  Contoh 1").exit_code == 0
    assert run("unit", "set", "RUTAN-MAGETAN", "letter_number", "W15-{sequence:3}/{year}").exit_code == 0
    shown = run("unit", "show", "RUTAN-MAGETAN").output
    assert "Jalan Contoh 1" in shown and re.search(r"number: W15-001/\d{4}", shown)
    assert run("unit", "set", "RUTAN-MAGETAN", "letterhead.address", "").exit_code == 0
    assert "Jalan" not in run("unit", "show", "RUTAN-MAGETAN").output
    for key, value in (
        ("letter_number", "tetap"),
        ("letterhead.motto", "x"),
        ("clocks", "1"),
        ("letterhead.name", "x" * 201),
    ):
        refused = run("unit", "set", "RUTAN-MAGETAN", key, value)
        assert refused.exit_code == 1 and "Traceback" not in refused.output, key
    assert run("unit", "set", "TIADA", "letterhead.name", "x").exit_code == 1


def test_the_doctor_names_what_letters_would_lack(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADUAN_HOME", str(office.settings.home))
    monkeypatch.setenv("ADUAN_DATABASE_URL", office.settings.database)
    run = lambda *a: CliRunner().invoke(main, a)  # noqa: E731
    lacking = "RUTAN-MAGETAN: The letterhead has no address"
    assert lacking in run("doctor").output
    assert run("unit", "set", "RUTAN-MAGETAN", "letterhead.address", "Jalan Contoh 1").exit_code == 0
    assert lacking not in run("doctor").output
    with office.db.write() as s:
        s.scalars(select(Account).where(Account.name == "kepala")).one().post = ""
    assert "The account kepala signs letters and has no post" in run("doctor").output


def test_without_the_key_of_receipts_the_start_names_the_remedy(office: Office) -> None:
    office.settings.receipt_key.unlink()
    with pytest.raises(WrongSettings, match="ADUAN_RECEIPT_KEY_FILE is missing: run `aduan init`"):
        open_database(office.settings)
    office.settings.receipt_key.write_text("kein Schlüssel")
    with pytest.raises(WrongSettings, match="ADUAN_RECEIPT_KEY_FILE is wrong"):
        open_database(office.settings)


def test_the_operator_names_an_acting_head_for_a_head_who_is_away(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADUAN_HOME", str(office.settings.home))
    monkeypatch.setenv("ADUAN_DATABASE_URL", office.settings.database)
    order = [
        "--from",
        "kepala",
        "--facility",
        "RUTAN-MAGETAN",
        "--since",
        "2099-01-02",
        "--until",
        "2099-01-05",
        "--order",
        "SP-1",
    ]
    run = lambda *a: CliRunner().invoke(main, a)  # noqa: E731
    assert run("user", "delegate", "pejabat", *order).exit_code == 0
    again = run("user", "delegate", "pejabat", *order)
    assert again.exit_code == 1 and "acting head on those days" in again.output
    assert run("user", "delegate", "petugas", *order).exit_code == 1
    assert run("user", "undelegate", "pejabat", "--facility", "RUTAN-MAGETAN").exit_code == 0
    assert run("user", "undelegate", "pejabat", "--facility", "RUTAN-MAGETAN").exit_code == 1


@pytest.mark.parametrize("given", [True, False])
def test_what_is_no_letters_code_never_stands_in_an_address(
    office: Office, caplog: pytest.LogCaptureFixture, given: bool
) -> None:
    answered(office)
    code = receipt_code(office) if given else "rahasia keluarga"
    with caplog.at_level("DEBUG"):
        answer = office.client().post("/cek", data={"kode": code})
    assert answer.status_code == 404 and "Location" not in answer.headers
    assert code not in answer.text and code not in caplog.text
    if given:
        assert "kode tanda terima pengaduan Anda" in answer.text and 'href="/lacak"' in answer.text


def test_the_code_alone_offers_no_button_and_says_where_satisfaction_is_told(office: Office) -> None:
    answered(office)
    page = office.client().post("/lacak", data={"kode": receipt_code(office)}).text
    assert "Anda dapat menyatakan puas" not in page and "Puas, sudah selesai" not in page
    assert "sudah dijawab." in page and "Untuk menyatakan puas atau belum puas" in page
