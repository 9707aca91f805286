"""Who is complained about does not see it: the complaint unit, its members; and who may see more says why."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import func, select

from tests.support import Office, csrf
from tests.workflow.steps import ANSWER, COMPLAINT, OPTIONS, act, carry
from tests.workflow.test_deadlines import clock
from workflow import access, cases, decisions, sealing, units
from workflow.actors import Clock
from workflow.models import Account, Case, JournalEntry, Letter, Notice, Paper, RoleGrant
from workflow.states import Impossible, Part

DESK = "Bu Sari Wulandari petugas pengaduan membocorkan nama saya kepada sipir, sekarang adik saya ditekan."
FACILITY = ("petugas", "petugas2", "pejabat", "admin")
SENDER, OTHER = "+628120000001", "+628120000002"
NOTHING = "Tidak ada pengaduan dengan nomor"


def sees(office: Office, name: str, case_id: str) -> bool:
    with office.db.read() as s:
        return access.find(s, office.officer(s, name), case_id) is not None


def told(office: Office, key: str) -> list[str]:
    with office.db.read() as s:
        query = select(Account.name).join(Notice, Notice.account_id == Account.id).where(Notice.key == key)
        return sorted(s.scalars(query))


# ------------------------------------------------------------------ about the complaint unit


def test_a_complaint_about_the_desk_is_hidden_from_the_whole_desk_and_the_head_works_on_it(office: Office) -> None:
    office.say(DESK)
    case = office.case()
    assert (case.seal, case.handling_unit.code) == ("desk", "RUTAN-MAGETAN")
    assert [name for name in FACILITY if sees(office, name, case.id)] == []
    assert sees(office, "kepala", case.id)
    page = office.client("kepala").get("/petugas/").get_data(as_text=True)
    assert case.number in page, "it is the head's turn"
    for name in ("petugas", "petugas2"):
        client = office.client(name)
        for path in ("/petugas/", "/petugas/?tab=terbuka"):
            assert case.id not in client.get(path).get_data(as_text=True)
        assert client.get(f"/petugas/kasus/{case.id}").status_code == 404
    text = office.client("kepala").get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    assert "membocorkan" in text, "who works on it reads it"


def test_its_whole_life_passes_without_the_desk(office: Office) -> None:
    office.say(DESK)
    case_id = office.case().id

    def step(verb):  # type: ignore[no-untyped-def]
        act(office, case_id, verb)

    from workflow import cases

    step(
        lambda o, s, c: cases.classify(
            s, c, o.officer(s, "kepala"), "layanan_pengaduan", "tinggi", o.clock(), about_head=False
        )
    )
    step(lambda o, s, c: decisions.recommend(s, c, o.officer(s, "kepala"), "Nama pelapor bocor.", OPTIONS, o.clock()))
    step(lambda o, s, c: decisions.direct(s, c, o.officer(s, "kepala"), 0, o.account_id("pejabat"), "", o.clock()))
    assert sees(office, "pejabat", case_id), "the official in charge, not before"
    step(lambda o, s, c: decisions.report(s, c, o.officer(s, "pejabat"), "repair", "Diperiksa.", o.clock()))
    step(lambda o, s, c: decisions.draft(s, c, o.officer(s, "pejabat"), ANSWER, o.clock()))
    step(
        lambda o, s, c: decisions.approve(
            s, c, o.officer(s, "kepala"), decisions.newest(s, c, "answer").hash, o.clock()
        )
    )  # type: ignore[union-attr]
    step(lambda o, s, c: decisions.release(s, c, o.officer(s, "kepala"), o.clock()))
    assert office.case().status == "responded"
    with office.db.read() as s:
        desk = [office.account_id(name) for name in ("petugas", "petugas2")]
        assert s.scalar(select(func.count()).select_from(Notice).where(Notice.account_id.in_(desk))) == 0


def test_an_officer_hands_over_what_is_about_the_own_unit_and_the_head_may_give_it_back(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "recommended")
    client = office.client("petugas")
    form = {"csrf_token": csrf(client, f"/petugas/kasus/{case_id}")}
    assert client.post(f"/petugas/kasus/{case_id}/seal_desk", data=form).status_code == 303
    assert (sees(office, "petugas", case_id), office.case().status) == (False, "classified")
    with pytest.raises(Impossible, match="reason_missing"):
        act(office, case_id, lambda o, s, c: sealing.unseal_desk(s, c, o.officer(s, "kepala"), " ", o.clock()))
    act(
        office,
        case_id,
        lambda o, s, c: sealing.unseal_desk(s, c, o.officer(s, "kepala"), "Bukan tentang ULP", o.clock()),
    )
    assert sees(office, "petugas", case_id)


def test_a_later_word_about_the_desk_hides_the_case_from_then_on(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "classified")
    office.say(DESK)
    assert (sees(office, "petugas", case_id), sees(office, "kepala", case_id)) == (False, True)


def test_what_touches_the_head_goes_further_up(office: Office) -> None:
    office.say("KANWIL")
    office.say(DESK)
    case = office.case()
    assert (case.seal, case.handling_unit.code) == ("kanwil", "KANWIL-JATIM")


def test_an_emergency_about_the_desk_pages_the_head_and_the_kanwil(office: Office) -> None:
    office.say(
        "Tolong, Bu Sari Wulandari petugas pengaduan menyuruh orang memukuli adik saya, kepalanya berdarah sekarang!"
    )
    assert office.case().seal == "desk"
    assert told(office, "emergency") == ["kanwil", "kanwil2", "kepala"]


# ------------------------------------------------------------------ one unit up


def test_with_no_head_left_the_office_above_approves_and_says_why(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "directed")
    with office.db.write() as s:
        s.scalars(select(Account).where(Account.name == "kepala")).one().disabled_at = office.clock()

    def draft(o: Office, s, c) -> None:  # type: ignore[no-untyped-def]
        decisions.report(s, c, o.officer(s, "pejabat"), "repair", "Pompa diganti.", o.clock())
        decisions.draft(s, c, o.officer(s, "pejabat"), ANSWER, o.clock())

    act(office, case_id, draft)
    assert told(office, "waits_for_approval_above") == ["kanwil", "kanwil2"]
    client = office.client("kanwil")
    page = client.get(f"/petugas/kasus/{case_id}").get_data(as_text=True)
    assert ANSWER in page
    with office.db.read() as s:
        paper = decisions.newest(s, s.get_one(Case, case_id), "answer")
        assert paper
    form = {"csrf_token": csrf(client, f"/petugas/kasus/{case_id}"), "hash": paper.hash, "reason": ""}
    assert client.post(f"/petugas/kasus/{case_id}/approve_above", data=form).status_code == 422
    done = client.post(
        f"/petugas/kasus/{case_id}/approve_above", data={**form, "reason": "Kepala kosong, belum ada Plh."}
    )
    assert done.status_code == 303
    assert clock(office, "approve").state == "met", "nobody is called for an approval that was given"
    act(office, case_id, lambda o, s, c: decisions.release(s, c, o.officer(s, "petugas"), o.clock()))
    with office.db.read() as s:
        units = set(s.scalars(select(JournalEntry.unit_id).where(JournalEntry.action.in_(("approve_above", "bypass")))))
        assert len(units) == 2, "both chains know"
        assert "Kanwil" in s.scalars(select(Letter.signatory_post)).one()
        assert s.scalars(select(Paper.kind).where(Paper.kind == "bypass")).one() == "bypass"


def test_a_head_who_wrote_the_text_leaves_it_to_the_office_above(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "directed")
    with office.db.write() as s:
        kepala = s.scalars(select(Account).where(Account.name == "kepala")).one()
        unit = s.scalars(select(RoleGrant.unit_id).where(RoleGrant.account_id == kepala.id)).one()
        s.add(RoleGrant(account_id=kepala.id, unit_id=unit, role="pejabat", valid_from=office.clock().date()))
        s.get_one(Case, case_id).official_id = kepala.id

    def draft(o: Office, s, c) -> None:  # type: ignore[no-untyped-def]
        decisions.report(s, c, o.officer(s, "kepala"), "repair", "Pompa diganti.", o.clock())
        decisions.draft(s, c, o.officer(s, "kepala"), ANSWER, o.clock())

    act(office, case_id, draft)
    assert told(office, "waits_for_approval_above") == ["kanwil", "kanwil2"]


@pytest.mark.parametrize("name", ["petugas", "kepala", "pejabat", "kustodian"])
def test_nobody_at_the_facility_plays_the_superior(office: Office, name: str) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "drafted")
    with office.db.read() as s:
        assert Part.SUPERIOR not in access.parts(s, office.officer(s, name), s.get_one(Case, case_id))


# ------------------------------------------------------------------ opening an identity


def opened(office: Office, name: str, case_id: str, reason: str = "Perintah LPSK untuk perlindungan"):  # type: ignore[no-untyped-def]
    client = office.client(name)
    form = {"csrf_token": csrf(client, "/petugas/saya"), "reason": reason}
    return client.post(f"/petugas/identitas/{case_id}", data=form, follow_redirects=True)


def test_a_custodian_opens_an_identity_once_with_a_reason_that_the_kanwil_sees(office: Office) -> None:
    office.say(COMPLAINT, display_name="Sulastri Ningsih", number="+628120000001")
    case_id = office.case().id
    assert "Sulastri" not in office.client("kustodian").get(f"/petugas/kasus/{case_id}").get_data(as_text=True)
    answer = opened(office, "kustodian", case_id)
    assert "Sulastri Ningsih" in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    assert told(office, "identity_opened") == ["kanwil", "kanwil2"]
    with office.db.read() as s:
        units = set(s.scalars(select(JournalEntry.unit_id).where(JournalEntry.action == "identity")))
        assert len(units) == 2
        assert b"Sulastri" not in b"".join(s.scalars(select(JournalEntry.record)))
    assert "Sulastri" not in office.client("kustodian").get(f"/petugas/kasus/{case_id}").get_data(as_text=True)
    reason = "Perintah LPSK"
    assert reason in office.client("kanwil").get(f"/petugas/kasus/{case_id}").get_data(as_text=True)
    assert reason not in office.client("petugas").get(f"/petugas/kasus/{case_id}").get_data(as_text=True)


def test_without_a_reason_nothing_opens_and_anonymous_means_nobody(office: Office) -> None:
    office.say(COMPLAINT, display_name="Sulastri Ningsih")
    case_id = office.case().id
    assert "Alasan belum diisi" in opened(office, "kustodian", case_id, " ").get_data(as_text=True)
    office.say("ANONIM")
    page = opened(office, "kustodian", case_id).get_data(as_text=True)
    assert "Sulastri" not in page
    assert "anonim" in page


@pytest.mark.parametrize("name", ["petugas", "kepala", "pejabat", "kanwil", "admin"])
def test_no_other_role_opens_identities(office: Office, name: str) -> None:
    office.say(COMPLAINT, display_name="Sulastri Ningsih")
    assert opened(office, name, office.case().id).status_code == 403


# ------------------------------------------------------------------ an emergency that somebody can read


def test_whoever_is_called_to_an_emergency_reads_what_happened_and_can_act(office: Office) -> None:
    office.say(
        "Tolong, sipir memukuli adik saya sekarang di blok A, kepalanya berdarah!", display_name="Sulastri Ningsih"
    )
    case_id = office.case().id
    assert told(office, "emergency") == ["kanwil", "kanwil2", "kepala"]
    for name in ("kepala", "kanwil"):
        page = office.client(name).get(f"/petugas/kasus/{case_id}").get_data(as_text=True)
        assert "berdarah" in page, name
        assert "Sulastri" not in page, name
        assert "Tugaskan petugas" in page, name
    client = office.client("kanwil")
    form = {"csrf_token": csrf(client, f"/petugas/kasus/{case_id}"), "account_id": office.account_id("petugas2")}
    assert client.post(f"/petugas/kasus/{case_id}/assign", data=form).status_code == 303
    assert office.case().owner_id == office.account_id("petugas2")
    assert told(office, "assigned") == ["petugas2"]


# ------------------------------------------------------------------ finding a case by what people hold in their hands


def test_a_number_leads_to_what_one_may_see_and_to_nothing_else(office: Office) -> None:
    office.say(COMPLAINT)
    plain = office.case()
    office.say(DESK, "+628120000002")
    hidden = office.case("+628120000002")
    client = office.client("petugas")
    token = csrf(client, "/petugas/")
    found = client.post("/petugas/cari", data={"csrf_token": token, "nomor": plain.number.lower()})
    assert found.headers["Location"].endswith(f"/petugas/kasus/{plain.id}")
    assert search(office, "petugas", "ADU-RUTAN-MAGETAN-2026-9999") == NOTHING
    assert search(office, "petugas", hidden.number) == f"{hidden.number}: Ditangani di tempat lain", "as the list says"


def test_the_number_of_a_case_that_was_handed_on_is_found_as_the_list_shows_it(office: Office) -> None:
    """Sealed or merely transferred: those who have the register read one neutral line, others nothing."""
    for sender in (SENDER, OTHER):
        office.say(COMPLAINT, sender)
    sealed, passed = office.case(SENDER), office.case(OTHER)
    act(office, sealed.id, lambda o, s, c: cases.seal(s, c, o.officer(s, "petugas"), "head", o.clock()))
    act(office, passed.id, lambda o, s, c: cases.transfer(s, c, units.superior(s, c.handling_unit), Clock(), o.clock()))
    for old in (sealed, passed):
        neutral = f"{old.number}: Ditangani di tempat lain"
        assert [search(office, name, old.number) for name in ("petugas", "kepala", "pejabat")] == [
            neutral,
            neutral,
            NOTHING,
        ]
    for name in ("petugas", "kepala"):
        assert search(office, name, office.case(SENDER).number) == NOTHING, "the number of the office above"
    office.say("Kalapas menyuruh potong jatah makan di blok C, kami takut bicara.", "+628120000003")
    assert search(office, "kepala", office.case("+628120000003").number) == NOTHING


def search(office: Office, name: str, number: str) -> str:
    """What the page says of a number that leads nowhere."""
    client = office.client(name)
    form = {"csrf_token": csrf(client, "/petugas/"), "nomor": number}
    page = client.post("/petugas/cari", data=form, follow_redirects=True).get_data(as_text=True)
    return next((words for words in (f"{number}: Ditangani di tempat lain", NOTHING) if words in page), "")


def test_a_receipt_code_opens_nothing_for_staff(office: Office) -> None:
    found = re.search(r"\b\w{4}-\w{4}-\w{4}-\w{4}\b", "\n".join(office.say(COMPLAINT)))
    assert found
    code = found[0]
    client = office.client("petugas")
    queue = client.get("/petugas/").get_data(as_text=True)
    assert "Nomor pengaduan atau nomor surat" in queue
    assert "tanda terima" not in queue
    form = {"csrf_token": csrf(client, "/petugas/"), "nomor": code}
    answer = client.post("/petugas/cari", data=form, follow_redirects=True)
    assert "Tidak ada pengaduan dengan nomor itu" in answer.get_data(as_text=True)


def test_whoever_an_emergency_lets_read_the_words_of_a_family_is_written_down(office: Office) -> None:
    office.say("Tolong! Adik saya di blok A sedang dipukuli petugas sekarang, kepalanya berdarah")
    case_id = office.case().id

    def readers() -> list[str]:
        with office.db.read() as s:
            query = select(JournalEntry.record).where(JournalEntry.case_id == case_id, JournalEntry.action == "read")
            return [json.loads(record)["actor"][1] for record in s.scalars(query.order_by(JournalEntry.id))]

    for name in ("petugas", "kepala", "kanwil"):
        page = office.client(name).get(f"/petugas/kasus/{case_id}")
        assert page.status_code == 200 and "berdarah" in page.text
    assert readers() == [office.account_id("kepala"), office.account_id("kanwil")]
