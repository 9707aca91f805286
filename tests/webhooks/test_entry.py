"""What officers enter for people at the desk, on the telephone, from the box: over HTTP, on both databases."""

from __future__ import annotations

import json
import re
from io import BytesIO
from urllib.parse import urlencode

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from tests.support import FACILITY, Office, csrf
from tests.workflow.steps import STEPS, act
from workflow import ladder, letters, outbox, people, printing, receipts, sealing, settling
from workflow.actors import Officer
from workflow.models import (
    Address,
    BoxEmptying,
    Case,
    DeskEntry,
    JournalEntry,
    Message,
    Notice,
    Outbound,
    Party,
    Person,
    Unit,
)

PATH = "/petugas/catat"
WATER = "Air di blok B mati sudah tiga hari, anak saya tidak bisa mandi."
HEAD = "Kalapas menyuruh potong jatah makan Zulkarnaen di blok C, kami takut bicara."
_CODE = re.compile(r'id="kode-teks"[^>]*>([^<]+)<')


def form(office: Office, client, **changes: object) -> dict[str, object]:
    page = client.get(PATH).text
    with office.db.read() as s:
        unit = s.scalars(select(Unit.id).where(Unit.code == FACILITY)).one()
    hidden = {n: re.search(rf'name="{n}" value="([^"]+)"', page)[1] for n in ("csrf_token", "form_id")}  # type: ignore[index]
    return {
        **hidden, "saluran": "desk", "waktu": "2026-11-02T08:40", "text": WATER, "unit": unit, "tujuan": "unit",
        "kerahasiaan": "confidential", "hubungan": "keluarga", "dibenarkan": "ya", "bahasa": "id", **changes,
    }  # fmt: skip


def enter(office: Office, name: str = "petugas", **changes: object):
    client = office.client(name)
    return client.post(PATH, data=form(office, client, **changes), content_type="multipart/form-data")


def code_of(answer) -> str:
    found = _CODE.search(answer.text)
    assert found, answer.text[:3000]
    return found[1].strip()


def the_case(office: Office) -> Case:
    with office.db.read() as s:
        case = s.scalars(select(Case)).one()
        s.expunge(case)
        return case


def test_a_complaint_at_the_desk_becomes_a_case_with_both_times(office: Office) -> None:
    answer = enter(office, nama="Ibu Qomariah", telepon="0812-3456-7890")
    assert answer.status_code == 200
    assert receipts.normalise(code_of(answer))
    with office.db.read() as s:
        case, entry = s.scalars(select(Case)).one(), s.scalars(select(DeskEntry)).one()
        message = s.get_one(Message, entry.message_id)
        assert case.channel == "desk" and case.number in answer.text and case.seal == "none"
        assert case.received_at.isoformat() == message.received_at.isoformat() == "2026-11-02T01:40:00+00:00"
        assert entry.entered_at == office.clock() and entry.confirmed
        assert message.entered_by == entry.entered_by == office.account_id("petugas")
        assert s.scalars(select(Party.relation).where(Party.kind == "reporter")).one() == "keluarga"
        [record] = s.scalars(select(JournalEntry.record).where(JournalEntry.action == "enter"))
        kept = json.loads(record)
        assert kept["actor"] == ["officer", office.account_id("petugas")]
        assert kept["data"]["heard"] < kept["data"]["entered"]
    assert f'/petugas/kasus/{case.id}"' in answer.text
    page = office.client("petugas").get(f"/petugas/kasus/{case.id}").text
    assert "Dicatat oleh Sari Wulandari" in page and "dibacakan dan dibenarkan pelapor" in page
    assert "Keluarga" in page and "Qomariah" not in page


def test_a_later_message_from_the_same_number_is_a_suggestion_and_no_more(office: Office) -> None:
    enter(office, saluran="telephone", nama="Ibu Qomariah", telepon="0812 3456 7890")
    case = the_case(office)
    office.say("Titipan makanan untuk adik saya tidak sampai.", "wa-1", number="+6281234567890")
    with office.db.read() as s:
        known = people.identity(s, s.get_one(Person, case.person_id))
        assert known["number"] == "+6281234567890" and known["name"] == "Ibu Qomariah"
        assert s.scalar(select(func.count(func.distinct(Case.person_id)))) == 2  # a number is no identity
        found = people.suggestions(s, office.officer(s, "kustodian"), s.get_one(Case, case.id))
        assert [address.channel for address in found] == ["simulator"]


def test_of_an_anonymous_complaint_nobody_is_kept(office: Office) -> None:
    enter(office, kerahasiaan="anonymous", nama="Ibu Qomariah", telepon="081234567890", kontak="q@example.id")
    with office.db.read() as s:
        assert people.identity(s, s.scalars(select(Person)).one()) == {}
        assert s.scalars(select(Address.number_lookup).where(Address.person_id.is_not(None))).all() == [None]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"text": "  "}, "text", "Teks belum diisi"),
        ({"waktu": "2026-11-02T09:01"}, "waktu", "belum tiba"),
        ({"waktu": "2023-01-01T09:00"}, "waktu", "dua tahun"),
        ({"waktu": "kemarin"}, "waktu", "tanggal dan jam"),
        ({"waktu": "0001-01-01T00:00"}, "waktu", "tanggal dan jam"),
        ({"saluran": "fax"}, "saluran", "dari mana"),
        ({"saluran": "social"}, "jejaring", "media sosialnya"),
        ({"hubungan": ""}, "hubungan", "hubungan pelapor"),
        ({"telepon": "12"}, "telepon", "Nomor telepon"),
        ({"dibenarkan": ""}, "dibenarkan", "Bacakan"),
        ({"unit": "x"}, "unit", "Pilih lapas"),
    ],
)
def test_what_is_not_in_order_comes_back_with_what_was_typed(
    office: Office, changes: dict[str, str], field: str, sentence: str
) -> None:
    answer = enter(office, **{"nama": "Ibu Qomariah", **changes})
    assert answer.status_code == 422
    assert sentence in answer.text and f'href="#{field}"' in answer.text and "Ibu Qomariah" in answer.text
    with office.db.read() as s:
        assert s.scalar(select(func.count()).select_from(Message)) == 0


@pytest.mark.parametrize("text", ["\x00", "\ud800 air mati", "💧" * 3000, "<script>alert(1)</script>"])
def test_no_text_breaks_the_entry(office: Office, text: str) -> None:
    client = office.client("petugas")
    data = form(office, client, text="Air mati. ")
    body = urlencode({**data, "text": f"Air mati {text}".encode(errors="surrogatepass")})
    answer = client.post(PATH, data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200 and code_of(answer)


def test_a_complaint_about_the_head_is_gone_for_the_officer_who_entered_it(office: Office) -> None:
    answer = enter(office, text=HEAD)
    case = the_case(office)
    assert case.seal == "kanwil" and case.number in answer.text and case.number.startswith("ADU-KANWIL-JATIM")
    assert "tidak akan tampil di antrean Anda" in answer.text
    assert code_of(answer) and f"/petugas/kasus/{case.id}" not in answer.text
    for name in ("petugas", "petugas2", "kepala"):
        client = office.client(name)
        assert client.get(f"/petugas/kasus/{case.id}").status_code == 404
        for tab in ("saya", "terbuka", "selesai"):
            assert "ADU-" not in client.get(f"/petugas/?tab={tab}").text
    assert "Dicatat oleh Sari Wulandari" in office.client("kanwil").get(f"/petugas/kasus/{case.id}").text
    with office.db.read() as s:
        facility = s.scalars(select(Unit.id).where(Unit.code == FACILITY)).one()
        assert s.scalar(select(func.count()).select_from(JournalEntry).where(JournalEntry.unit_id == facility)) == 0


def test_the_wish_for_the_kanwil_is_obeyed(office: Office) -> None:
    enter(office, tujuan="kanwil")
    assert the_case(office).seal_reason == "wish"


def test_an_emergency_pages_and_tells_the_officer_what_to_say(office: Office) -> None:
    answer = enter(
        office, saluran="telephone", text="Tolong, adik saya di blok A dipukuli sekarang, kepalanya berdarah!"
    )
    assert the_case(office).urgency == "darurat"
    assert "119" in answer.text
    with office.db.read() as s:
        assert s.scalar(select(func.count()).select_from(Notice).where(Notice.key == "emergency"))


def test_the_receipt_is_shown_once(office: Office) -> None:
    client = office.client("petugas")
    data = form(office, client)
    first = client.post(PATH, data=data)
    assert code_of(client.post(PATH, data=data)) == code_of(first)  # a double click
    office.clock.advance(minutes=3)
    again = client.post(PATH, data=data)
    assert again.status_code == 200 and not _CODE.search(again.text) and code_of(first) not in again.text
    other = office.client("petugas2")
    data["csrf_token"] = csrf(other, PATH)
    assert not _CODE.search(other.post(PATH, data=data).text)
    page = client.get(f"/petugas/kasus/{the_case(office).id}").text
    assert code_of(first) not in page
    with office.db.read() as s:
        assert s.scalar(select(func.count()).select_from(Message)) == 1


def printed(client, answer, **changes: str):
    token = re.search(r'name="token" value="([^"]+)"', answer.text)[1]  # type: ignore[index]
    data = {"token": token, "kertas": "a6", "bahasa": "id", "csrf_token": csrf(client, PATH), **changes}
    return client.post(f"{PATH}/tanda-terima", data=data)


@pytest.mark.parametrize(("paper", "locale", "title", "width"), [
    ("a6", "id", "Tanda terima pengaduan", 298), ("slip", "id", "Tanda terima pengaduan", 227),
    ("a6", "en", "Complaint receipt", 298), ("slip", "en", "Complaint receipt", 227),
])  # fmt: skip
def test_the_receipt_is_printed_on_a6_and_on_the_roll(
    office: Office, paper: str, locale: str, title: str, width: int
) -> None:
    client = office.client("petugas")
    answer = client.post(PATH, data=form(office, client, nama="Ibu Qomariah"))
    pdf = printed(client, answer, kertas=paper, bahasa=locale)
    assert pdf.mimetype == "application/pdf"
    reader = PdfReader(BytesIO(pdf.data))
    text = " ".join(reader.pages[0].extract_text().split())
    assert len(reader.pages) == 1 and round(float(reader.pages[0].mediabox.width)) == width
    code = code_of(answer)
    assert title in text and the_case(office).number in text and "08.40 WIB" in text
    assert all(group in text for group in code.split("-")) and "/lacak" in text.replace(" ", "") and "137" in text
    assert "Rumah Tahanan Negara Kelas IIB Magetan" in text and "Qomariah" not in text


def test_a_receipt_is_printed_by_its_officer_alone_and_for_a_quarter_of_an_hour(office: Office) -> None:
    client = office.client("petugas")
    answer = client.post(PATH, data=form(office, client))
    assert printed(office.client("petugas2"), answer).status_code == 410
    assert printed(client, answer, kertas="a0").status_code == 404
    assert printed(client, answer, token="x").status_code == 410
    office.clock.advance(minutes=16)
    assert printed(client, answer).status_code == 410


def test_the_code_of_the_receipt_opens_the_status(office: Office) -> None:
    code = code_of(enter(office))
    page = office.client().post("/lacak", data={"kode": code})
    assert page.status_code == 200 and the_case(office).number in page.text


def test_nothing_is_ever_sent_where_no_wire_leads(office: Office) -> None:
    from tests.workflow.steps import carry

    enter(office)
    case = the_case(office)
    carry(office, "responded", people_value(office, case))
    office.deliver()
    with office.db.write() as s:
        rows = list(s.scalars(select(Outbound).where(Outbound.case_id == case.id)))
        assert {(r.state, r.error_code) for r in rows} == {("held", "print")} and any(
            r.purpose == "official" for r in rows
        )
        assert s.scalar(select(func.count()).select_from(Notice).where(Notice.key == "answer_print"))
        said = "\n".join(outbox.body(s, row) for row in rows)
        assert "di loket pengaduan, lewat telepon" in said and "balas " not in said.lower()
        reached = [(r.kind, r.outcome, r.reason) for r in ladder.rungs(s, s.get_one(Case, case.id))]
        assert reached[0] == ("text", "skipped", "print") and reached[-1] == ("print", "waiting", "print")
        for row in rows:
            settling.send_again(s, row, office.clock())
        outbox.release_held(s, rows[0].conversation, office.clock())
    assert office.deliver() == 0
    page = office.client("petugas").get(f"/petugas/kasus/{case.id}").text
    assert "dicetak dan diserahkan di loket" in page


def people_value(office: Office, case: Case) -> str:
    with office.db.read() as s:
        return people.value(s, s.get_one(Case, case.id).conversation.address)


def test_letters_of_the_box_are_entered_one_after_another(office: Office) -> None:
    client = office.client("petugas")
    token = csrf(client, "/petugas/kotak")
    with office.db.read() as s:
        unit = s.scalars(select(Unit.id).where(Unit.code == FACILITY)).one()
    data = {"csrf_token": token, "unit": unit, "waktu": "2026-11-02T08:00", "surat": "2", "saksi": "Dimas Prayogo"}
    assert client.post("/petugas/kotak", data={**data, "saksi": ""}).status_code == 422
    assert client.post("/petugas/kotak", data={**data, "surat": "-1"}).status_code == 422
    answer = client.post("/petugas/kotak", data=data)
    page = client.get(answer.headers["Location"]).text
    assert "Surat 1 dari 2" in page and "2026-11-02T08:00" in page
    with office.db.read() as s:
        box = s.scalars(select(BoxEmptying)).one().id
        assert s.scalars(select(JournalEntry.action)).all() == ["box"]
    fields = {"saluran": "box", "waktu": "2026-11-02T08:00", "kotak": box, "ke": "1", "dibenarkan": "ya"}
    one = client.post(PATH, data=form(office, client, **fields, text=HEAD))
    assert f"/petugas/catat?kotak={box}&amp;ke=2" in one.text
    two = client.post(PATH, data=form(office, client, **{**fields, "ke": "2"}))
    assert "Surat berikutnya" not in two.text
    with office.db.read() as s:
        rows = list(s.scalars(select(DeskEntry)))
        assert [(r.emptying_id, r.confirmed) for r in rows] == [(box, False)] * 2
    own, above = client.get("/petugas/kotak").text, office.client("kanwil").get("/petugas/kotak").text
    assert (
        "2 surat" in own and "dicatat" not in own.split("Pengosongan terakhir")[1]
    )  # a sealed letter is not counted here
    assert "2 dicatat" in above


def test_the_kanwil_enters_at_its_own_desk(office: Office) -> None:
    answer = enter(office, "kanwil", tujuan="kanwil")
    assert code_of(answer) and the_case(office).number in answer.text
    assert f"/petugas/kasus/{the_case(office).id}" in answer.text


@pytest.mark.parametrize("name", ["kepala", "pejabat", "kustodian", "admin"])
def test_others_enter_nothing(office: Office, name: str) -> None:
    client = office.client(name)
    assert client.get(PATH).status_code == client.get("/petugas/kotak").status_code == 403
    assert PATH not in client.get("/petugas/").text


def test_too_large_a_scan_never_costs_the_text(office: Office) -> None:
    answer = enter(office, files=(BytesIO(bytes(16 * 1024 * 1024 + 1)), "surat.pdf"))
    assert answer.status_code == 413 and WATER in answer.text


def test_a_scan_is_kept_with_the_letter(office: Office) -> None:
    enter(office, saluran="box", files=(BytesIO(b"%PDF-1.4 surat"), "surat.pdf"))
    page = office.client("petugas").get(f"/petugas/kasus/{the_case(office).id}").text
    assert "surat.pdf" in page and "belum dibenarkan pelapor" in page


def test_an_officer_of_no_unit_here_cannot_write_for_it(office: Office) -> None:
    from workflow import entries
    from workflow.states import Impossible

    with office.db.write() as s:
        unit = s.scalars(select(Unit).where(Unit.code == FACILITY)).one()
        stranger = Officer(office.account_id("kepala"), frozenset({("petugas", "elsewhere")}))
        with pytest.raises(Impossible):
            entries.empty_box(s, stranger, unit, office.clock(), 1, "x", office.clock())


def test_who_cannot_answer_is_told_what_they_can_do_and_an_officer_writes_it_down(office: Office) -> None:
    code = code_of(enter(office))
    case_id = the_case(office).id
    for status, step in STEPS.items():
        act(office, case_id, step)
        if status == "responded":
            break
    with office.db.read() as s:
        case = s.get_one(Case, case_id)
        letter = letters.of_case(s, case)[0]
        rights = " ".join(printing._rights(letters.details(s, letter), "id"))
        official = s.scalars(select(Outbound).where(Outbound.key == "official")).one()
        told = outbox.body(s, official)
    assert case.number in rights
    for words in (rights, told):
        assert "telepon" in words and "surat" in words
        assert "/lacak" not in words and "TIDAK PUAS" not in words
    page = office.client().post("/lacak", data={"kode": code}).text
    assert "Pengaduan ini dicatat petugas" in page
    assert 'id="pin"' not in page

    client, path = office.client("petugas2"), f"/petugas/kasus/{case_id}"
    assert "Pelapor belum puas?" in client.get(path).text
    assert "Pelapor belum puas?" not in office.client("kepala").get(path).text
    form = {"csrf_token": csrf(client, path), "reason": ""}
    client.post(f"{path}/keberatan", data=form)
    assert the_case(office).status == "responded"
    client.post(f"{path}/keberatan", data={**form, "reason": "Airnya masih mati."})
    assert (the_case(office).status, the_case(office).rounds) == ("classified", 1)
    with office.db.read() as s:
        actions = list(s.scalars(select(JournalEntry.action).where(JournalEntry.case_id == case_id)))
    assert {"objection", "reopen"} <= set(actions)
    client.post(f"{path}/keberatan", data={**form, "reason": "Lagi."})
    assert the_case(office).rounds == 1


def test_who_can_answer_is_not_answered_for(office: Office) -> None:
    office.say(WATER)
    case_id = the_case(office).id
    for status, step in STEPS.items():
        act(office, case_id, step)
        if status == "responded":
            break
    client, path = office.client("petugas2"), f"/petugas/kasus/{case_id}"
    assert "Pelapor belum puas?" not in client.get(path).text
    client.post(f"{path}/keberatan", data={"csrf_token": csrf(client, path), "reason": "Airnya masih mati."})
    assert the_case(office).status == "responded"


def test_the_head_writes_it_down_where_the_complaint_unit_does_not_see_the_case(office: Office) -> None:
    enter(office)
    case_id = the_case(office).id
    for status, step in STEPS.items():
        act(office, case_id, step)
        if status == "responded":
            break
    act(office, case_id, lambda o, s, c: sealing.seal_desk(s, c, o.officer(s, "petugas"), o.clock()))
    client, path = office.client("kepala"), f"/petugas/kasus/{case_id}"
    assert "Pelapor belum puas?" in client.get(path).text
    form = {"csrf_token": csrf(client, path), "reason": "Airnya masih mati."}
    assert client.post(f"{path}/keberatan", data=form).status_code == 303
    assert (the_case(office).status, the_case(office).rounds) == ("classified", 1)
