"""What is sent to a complainant alone, a copy of their data, is read by nobody else, and goes with what it tells of."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.reports.test_dossier import made, run
from tests.support import Office, csrf
from tests.workflow.steps import COMPLAINT, carry
from workflow import cases, outbox, retention, subject_rights
from workflow.actors import Clock
from workflow.inbox import Wish
from workflow.models import Case, Outbound, Person
from workflow.vault import Erased

NAME, NUMBER, LOOSE = "Siti Aminah", "+6281234567890", "Jam berapa kunjungan hari Sabtu?"
SECRETS = ("Aminah", "81234567890", LOOSE)
READERS = ("petugas", "petugas2", "kepala", "kanwil", "kustodian")


@pytest.fixture
def copied(office: Office) -> Case:
    """A complaint whose complainant was sent a copy of their data by the custodian."""
    office.say(LOOSE, NUMBER, display_name=NAME, number=NUMBER)
    office.clock.advance(hours=1)
    office.say(COMPLAINT, NUMBER)
    office.say("DATA SAYA", NUMBER)
    answer(office)
    return office.case(NUMBER)


def answer(office: Office, decision: str = "grant", **fields: str) -> None:
    client = office.client("kustodian")
    with office.db.read() as s:
        request_id = subject_rights.waiting(s, office.officer(s, "kustodian"), office.clock())[0][0].id
    form = {"csrf_token": csrf(client, "/petugas/data"), "decision": decision, **fields}
    client.post(f"/petugas/data/{request_id}/jawab", data=form)


def told(office: Office, key: str = "data_copy") -> str:
    with office.db.read() as s:
        return outbox.body(s, s.scalars(select(Outbound).where(Outbound.key == key)).one())


def test_their_copy_names_them_in_words_of_their_language(office: Office, copied: Case) -> None:
    text = told(office)
    assert f"Nama: {NAME}" in text and f"Nomor: {NUMBER}" in text and LOOSE in text
    office.say("ENGLISH", NUMBER)
    office.say("DATA SAYA", NUMBER)
    answer(office)
    with office.db.read() as s:
        newest = s.scalars(select(Outbound).where(Outbound.key == "data_copy").order_by(Outbound.id.desc())).first()
        assert newest and f"Name: {NAME}" in outbox.body(s, newest)


@pytest.mark.parametrize("name", READERS)
def test_nobody_of_the_staff_reads_the_copy(office: Office, copied: Case, name: str) -> None:
    page = office.client(name).get(f"/petugas/kasus/{copied.id}").text
    assert not [secret for secret in SECRETS if secret in page]
    if name == "petugas":
        assert "Salinan data pribadi, isinya hanya untuk pelapor" in page
        office.say("TERBUKA", NUMBER)
        opened = office.client(name).get(f"/petugas/kasus/{copied.id}").text
        assert NAME in opened and LOOSE not in opened, "the name that was opened, not the copy"


@pytest.mark.parametrize("words", [(), ("--as", "petugas"), ("--as", "kepala"), ("--as", "kanwil")])
def test_a_dossier_holds_that_there_was_a_copy_and_nothing_of_it(
    office: Office, copied: Case, tmp_path: Path, words: tuple[str, ...]
) -> None:
    text, files = made(office, tmp_path, copied.number, *words)
    assert not [secret for secret in SECRETS if secret in text]
    assert not [name for name, content in files.items() if b"Aminah" in content]
    assert "isinya hanya untuk pelapor" in text or "--as" in words


def test_what_an_officer_wrote_with_the_name_in_it_is_masked_again_once_the_name_is_locked(office: Office) -> None:
    office.write(COMPLAINT, wish=Wish(facts={"name": NAME, "contact": "0812-3456-7890"}))
    office.handle()
    office.say("TERBUKA")
    case_id = office.case().id
    with office.db.write() as s:
        case = cases.lock(s, case_id)
        words = f"Bu Aminah, apakah nomor 0812 3456 7890 masih benar? {NAME}"
        outbox.enqueue(
            s, case.conversation, "officer_message", office.clock(), case=case, number=case.number, text=words
        )
    page = office.client("petugas").get(f"/petugas/kasus/{case_id}").text
    assert "Bu Aminah" in page
    office.say("RAHASIA")
    page = office.client("petugas").get(f"/petugas/kasus/{case_id}").text
    assert "masih benar" in page and "Aminah" not in page and "3456" not in page


def test_why_a_request_is_not_granted_is_for_the_complainant(office: Office) -> None:
    office.say(COMPLAINT, NUMBER, display_name=NAME, number=NUMBER)
    office.say("DATA SAYA", NUMBER)
    answer(office, "refuse", reason="Nomor 0899-7766-55 bukan atas nama Aminah.")
    assert "0899-7766" in told(office, "data_refused")
    page = office.client("petugas").get(f"/petugas/kasus/{office.case(NUMBER).id}").text
    assert "Aminah" not in page and "0899-7766" not in page and "belum dipenuhi, isinya hanya untuk pelapor" in page


def test_the_reason_why_an_identity_was_opened_is_in_no_dossier_for_those_who_may_not_read_it(
    office: Office, tmp_path: Path
) -> None:
    office.say(COMPLAINT, NUMBER, display_name=NAME, number=NUMBER)
    case, client = office.case(NUMBER), office.client("kustodian")
    form = {"csrf_token": csrf(client, f"/petugas/kasus/{case.id}"), "reason": "Perintah pengadilan bagi istri Rahmat."}
    assert NAME in client.post(f"/petugas/identitas/{case.id}", data=form).text
    for name, seen in (("petugas", False), ("kepala", False), ("kanwil", True)):
        text, _ = made(office, tmp_path, case.number, "--as", name)
        assert ("istri Rahmat" in text) is seen, name


def test_the_list_of_messages_to_split_masks_as_the_thread_does(office: Office) -> None:
    office.say(COMPLAINT, NUMBER, display_name=NAME, number=NUMBER)
    office.say(f"Salam dari {NAME}", NUMBER)
    assert "Aminah" not in office.client("petugas").get(f"/petugas/kasus/{office.case(NUMBER).id}").text


def test_the_copy_goes_with_its_case_and_with_its_person(office: Office, copied: Case) -> None:
    carry(office, "responded", NUMBER)
    office.deliver()
    office.say("PUAS", NUMBER)
    office.say("BARU", NUMBER)
    office.say("Petugas kantin menjual nasi basi kemarin siang.", NUMBER)
    with office.db.write() as s:
        case = cases.lock(s, copied.id)
        retention.erase(s, case, Clock(), office.clock(), "request")
        assert s.get_one(Person, case.person_id).erased_at is None, "another case needs them"
    with pytest.raises(Erased):
        told(office)


def test_the_copy_goes_with_the_identity_though_the_case_is_kept(office: Office, copied: Case) -> None:
    with office.db.write() as s:
        retention.forget(s, s.get_one(Person, copied.person_id), office.clock())
    with pytest.raises(Erased):
        told(office)


@pytest.mark.parametrize("reason", ["x", "perlu", "xxx xxx xxx xxxxxxx", "a b c", "...."])
def test_an_identity_is_opened_for_a_real_reason_alone(office: Office, tmp_path: Path, reason: str) -> None:
    office.say(COMPLAINT, NUMBER, display_name=NAME, number=NUMBER)
    case, client = office.case(NUMBER), office.client("kustodian")
    form = {"csrf_token": csrf(client, f"/petugas/kasus/{case.id}"), "reason": reason}
    page = client.post(f"/petugas/identitas/{case.id}", data=form, follow_redirects=True).text
    assert NAME not in page and "sedikitnya tiga kata" in page
    refused = run(office, case.number, "--out", str(tmp_path / "x.zip"), "--with-identity", "--reason", reason)
    assert refused.exit_code != 0 and not (tmp_path / "x.zip").exists()


@pytest.mark.parametrize(
    ("language", "words"), [("id", "sampai petugas membuat ringkasan"), ("en", "until an officer has made")]
)
def test_the_page_on_secrecy_tells_when_the_head_reads_the_words(office: Office, language: str, words: str) -> None:
    client = office.client()
    client.set_cookie("aduan_bahasa", language)
    page = client.get("/privasi").text
    assert words in page
    assert {"id": "maka pimpinan membaca kata-kata Anda", "en": "therefore reads your words"}[language] in page
    answers = office.say("siapa yang membaca pengaduan", "+628120000007")
    assert any("dalam darurat yang menyangkut petugas" in text for text in answers)


def test_where_no_wire_leads_the_custodian_is_shown_the_copy_once_for_handing_it_over(office: Office) -> None:
    office.say(COMPLAINT, NUMBER, channel="desk", display_name=NAME, number=NUMBER)
    case_id, client = office.case(NUMBER).id, office.client("petugas")
    form = {"csrf_token": csrf(client, f"/petugas/kasus/{case_id}"), "kind": "copy"}
    client.post(f"/petugas/data/{case_id}/minta", data=form)
    keeper = office.client("kustodian")
    with office.db.read() as s:
        request_id = subject_rights.waiting(s, office.officer(s, "kustodian"), office.clock())[0][0].id
    form = {"csrf_token": csrf(keeper, "/petugas/data"), "decision": "grant"}
    page = keeper.post(f"/petugas/data/{request_id}/jawab", data=form)
    assert page.status_code == 200 and NAME in page.text and COMPLAINT in page.text
    again = keeper.post(f"/petugas/data/{request_id}/jawab", data=form, follow_redirects=True).text
    assert NAME not in again and NAME not in client.get(f"/petugas/kasus/{case_id}").text
