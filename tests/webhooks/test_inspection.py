"""Integrity cases have a file of their own: asked for before a recommendation, hidden from who does not handle it."""

from __future__ import annotations

import re

from sqlalchemy import select

from tests.support import Office, csrf
from tests.workflow import steps
from tests.workflow.steps import act
from workflow import cases, decisions, inspection
from workflow.models import Case, Exclusion, JournalEntry, Outbound

LEVY = "Petugas blok C minta uang 500 ribu kemarin supaya suami saya dapat kamar. Ini pungli."
PARTS = {
    "accused": "penjaga blok C malam itu",
    "place": "blok C",
    "time": "1 November malam",
    "chronology": "Uang diminta di depan kamar.",
    "evidence": "bukti transfer",
}


def levy(office: Office) -> str:
    """A classified case on the integrity track."""
    office.say(LEVY)
    case_id = office.case().id
    act(office, case_id, lambda o, s, c: cases.classify(
        s, c, o.officer(s, "petugas"), "pungli", "tinggi", o.clock(), about_head=False))  # fmt: skip
    return case_id


def post(office: Office, case_id: str, path: str, data: dict[str, str], name: str = "petugas"):
    client = office.client(name)
    token = csrf(client, "/petugas/saya")
    return client.post(f"/petugas/kasus/{case_id}/{path}", data={"csrf_token": token, **data})


def recommend(office: Office, case_id: str):
    return post(office, case_id, "recommend", {"summary": "Uang diminta.", "measure-0": "A", "measure-1": "B"})


def page(office: Office, case_id: str, name: str) -> str:
    return office.client(name).get(f"/petugas/kasus/{case_id}").get_data(as_text=True)


def test_a_recommendation_asks_for_the_file_first(office: Office) -> None:
    case_id = levy(office)
    refused = recommend(office, case_id)
    assert refused.status_code == 422
    assert "Isi berkas pemeriksaan dulu" in refused.get_data(as_text=True)
    assert post(office, case_id, "pemeriksaan", PARTS).status_code == 303
    assert recommend(office, case_id).status_code == 303


def test_the_recommendation_names_the_file_before_anything_can_be_typed(office: Office) -> None:
    case_id = levy(office)
    before = page(office, case_id, "petugas")
    turn = before.split('id="giliran"')[1].split("</section>")[0]
    assert "Isi berkas pemeriksaan dulu" in turn
    assert 'href="#form-pemeriksaan"' in turn
    assert 'id="form-pemeriksaan"' in before
    assert 'id="form-recommend"' not in before
    post(office, case_id, "pemeriksaan", PARTS)
    after = page(office, case_id, "petugas")
    assert 'id="form-recommend"' in after
    assert "Isi berkas pemeriksaan dulu" not in after


def test_what_was_typed_on_an_older_page_comes_back_with_the_refusal(office: Office) -> None:
    refused = recommend(office, levy(office)).get_data(as_text=True)
    assert re.search(r'id="recommend-summary"[^>]*>\s*Uang diminta\.</textarea>', refused)


def test_the_same_ticks_stand_for_everybody_before_and_after_it_is_kept(office: Office) -> None:
    case_id = levy(office)

    def ticks(name: str) -> list[tuple[str, str]]:
        return re.findall(r"<span>([✓✗]) <strong>([^<]*)</strong>", page(office, case_id, name))

    assert ticks("petugas") == ticks("kepala")
    assert ("✗", "Tempat kejadian") in ticks("petugas"), "what triage proposes is not kept yet"
    post(office, case_id, "pemeriksaan", PARTS | {"time": ""})
    assert ticks("petugas") == ticks("kepala")
    assert {("✓", "Tempat kejadian"), ("✗", "Waktu kejadian")} <= set(ticks("petugas"))


def test_a_service_complaint_has_no_such_file(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = steps.carry(office, "classified")
    assert "form-pemeriksaan" not in page(office, case_id, "petugas")
    post(office, case_id, "pemeriksaan", PARTS)
    with office.db.read() as s:
        assert decisions.newest(s, s.get_one(Case, case_id), inspection.KIND) is None


def test_the_form_starts_with_what_the_words_tell(office: Office) -> None:
    case_id = levy(office)
    shown = page(office, case_id, "petugas")
    place = re.search(r'name="place"[^>]*>\s*(.*?)</textarea>', shown, re.S)
    assert place
    assert "blok C" in place[1]


def test_only_who_handles_the_case_sees_the_file(office: Office) -> None:
    case_id = levy(office)
    post(office, case_id, "pemeriksaan", PARTS)
    recommend(office, case_id)
    for name, sees in {"petugas": True, "kepala": True, "kanwil": False}.items():
        shown = page(office, case_id, name)
        assert "Ringkasan" in shown, name
        assert ("Uang diminta di depan kamar." in shown) == sees, name
    assert post(office, case_id, "pemeriksaan", PARTS | {"accused": "x"}, "kepala").status_code == 303
    with office.db.read() as s:
        paper = decisions.newest(s, s.get_one(Case, case_id), inspection.KIND)
        assert paper
        assert paper.version == 1, "the head reads, the complaint unit writes"


def test_each_version_is_kept_and_journalled_without_its_words(office: Office) -> None:
    case_id = levy(office)
    post(office, case_id, "pemeriksaan", {"place": "blok C"})
    post(office, case_id, "pemeriksaan", PARTS)
    with office.db.read() as s:
        entries = list(s.scalars(select(JournalEntry).where(JournalEntry.action == "inspection")))
        assert len(entries) == 2
        assert b'"accused"' in entries[0].record
        assert all(b"penjaga" not in e.record for e in entries)
        paper = decisions.newest(s, s.get_one(Case, case_id), inspection.KIND)
        assert paper
        assert paper.version == 2
        assert inspection.read(s, paper) == PARTS


def test_one_press_asks_for_exactly_the_missing_part(office: Office) -> None:
    case_id = levy(office)
    post(office, case_id, "pemeriksaan", PARTS | {"time": ""})
    shown = page(office, case_id, "petugas")
    assert re.findall(r'name="bagian" value="(\w+)"', shown) == ["time"]
    assert post(office, case_id, "lengkapi", {"bagian": "time"}).status_code == 303
    assert office.case().status == "waiting"
    replies = [row for row in office._outbound(steps.SENDER) if row.key == "officer_message"]
    assert "Kapan kejadiannya?" in office._body(replies[-1].id)
    office.say("Kejadiannya Sabtu malam jam sepuluh.")
    assert office.case().status == "classified", "the answer lets the clocks run on"
    post(office, case_id, "lengkapi", {"bagian": "everything"})
    assert office.case().status == "classified"


def test_an_anonymous_reporter_is_not_asked_who_they_are(office: Office) -> None:
    case_id = levy(office)
    act(office, case_id, lambda o, s, c: cases.set_visibility(s, c, "anonymous", o.clock()))
    shown = page(office, case_id, "petugas")
    assert "Pelapor memilih anonim" in shown
    assert 'value="reporter"' not in shown
    with office.db.read() as s:
        assert not [r for r in s.scalars(select(Outbound)) if r.key == "officer_message"]


def test_who_is_named_as_accused_sees_the_case_no_more(office: Office) -> None:
    case_id = levy(office)
    post(office, case_id, "pemeriksaan", PARTS | {"accused": "Ratna Kusumawati"})
    with office.db.read() as s:
        hidden = set(s.scalars(select(Exclusion.account_id).where(Exclusion.case_id == case_id)))
    assert office.account_id("pejabat") in hidden
    assert office.client("pejabat").get(f"/petugas/kasus/{case_id}").status_code == 404


def test_a_head_who_is_named_loses_the_case_to_the_kanwil(office: Office) -> None:
    case_id = levy(office)
    post(office, case_id, "pemeriksaan", PARTS | {"accused": "kepala rutan sendiri"})
    sealed = office.case()
    assert (sealed.seal, sealed.handling_unit.code) == ("kanwil", "KANWIL-JATIM")
    for name in ("petugas", "kepala"):
        assert office.client(name).get(f"/petugas/kasus/{case_id}").status_code == 404


def test_an_empty_file_is_no_file(office: Office) -> None:
    case_id = levy(office)
    post(office, case_id, "pemeriksaan", dict.fromkeys(PARTS, " "))
    assert recommend(office, case_id).status_code == 422
