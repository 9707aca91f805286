"""Recommending from the catalogue, and the head's page of what waits: over HTTP, on both databases."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from sqlalchemy import select

from tests.support import Office, csrf
from tests.workflow import steps
from tests.workflow.steps import ANSWER, act
from workflow import cases, decisions
from workflow.models import Approval, Case, Paper

WATER = "Sudah tiga hari air di blok B mati, anak saya Rudi tidak bisa mandi."


def at(office: Office, to: str, text: str = WATER, sender: str = steps.SENDER) -> str:
    """A fresh case, carried to a status."""
    office.say(text, sender)
    return steps.carry(office, to, sender)


def form(page: str, action: str) -> dict[str, str]:
    """What a browser would send of a form without a person touching it."""
    found = re.search(rf'<form[^>]*id="form-{action}".*?</form>', page, re.S)
    assert found, action
    inside = found[0]
    values = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', inside))
    values |= {
        n: v.strip("\n") for n, v in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', inside, re.S)
    }
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', inside, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(
            r'<option value="([^"]*)"', options
        )
        values[name] = chosen[1] if chosen else ""
    return {name: unescape(value) for name, value in values.items()}


def test_a_recommendation_needs_a_summary_and_one_press(office: Office) -> None:
    case_id = at(office, "classified")
    officer = office.client("petugas")
    page = officer.get(f"/petugas/kasus/{case_id}").get_data(as_text=True)
    typed = form(page, "recommend")
    assert typed["summary"] == ""
    assert typed["measure-0"]
    assert typed["measure-1"]
    assert typed["standard_id-0"] == "water.purposes"
    assert "visit.wait" not in page, "the standards of this category alone"
    assert "tidak bisa mandi" in re.sub("<[^>]+>", "", page), "the words stand beside the form"
    answer = officer.post(f"/petugas/kasus/{case_id}/recommend", data=typed | {"summary": "Air mati di satu blok."})
    assert answer.status_code == 303
    with office.db.read() as s:
        paper = decisions.newest(s, s.get_one(Case, case_id), "recommendation")
        assert paper
        _, (first, *_) = decisions.recommendation(s, paper)
        assert first.standard_id == "water.purposes"
        assert "Pedoman Kriteria Pelayanan Publik Berbasis HAM, C.2.n" in first.standard
        assert "{temuan}" in first.answer
    shown = office.client("kepala").get(f"/petugas/kasus/{case_id}").get_data(as_text=True)
    assert "C.2.n" in shown


def test_the_draft_begins_with_that_of_the_chosen_alternative_and_gaps_are_refused(office: Office) -> None:
    case_id = at(office, "classified")
    officer = office.client("petugas")
    typed = form(officer.get(f"/petugas/kasus/{case_id}").get_data(as_text=True), "recommend")
    typed |= {"summary": "Air mati.", "answer-1": "Dapur diperiksa: {temuan}."}
    officer.post(f"/petugas/kasus/{case_id}/recommend", data=typed)
    act(office, case_id, lambda o, s, c: decisions.direct(
        s, c, o.officer(s, "kepala"), 1, o.account_id("pejabat"), "", o.clock()))  # fmt: skip
    act(office, case_id, lambda o, s, c: decisions.report(
        s, c, o.officer(s, "pejabat"), "repair", "Pompa diganti.", o.clock()))  # fmt: skip
    official = office.client("pejabat")
    draft = form(official.get(f"/petugas/kasus/{case_id}").get_data(as_text=True), "draft")
    assert draft["text"] == "Dapur diperiksa: {temuan}."
    refused = official.post(f"/petugas/kasus/{case_id}/draft", data=draft)
    assert refused.status_code == 422
    assert "kurung kurawal" in refused.get_data(as_text=True)
    lost = official.post(f"/petugas/kasus/{case_id}/draft", data=draft | {"text": "Dapur bersih 👍, bukan 🐀 👍."})
    assert lost.status_code == 422, "the letter would print other signs than those that are approved"
    assert "Tanda itu: <bdi>👍 🐀</bdi>" in lost.get_data(as_text=True)
    assert "Dapur bersih 👍, bukan 🐀 👍." in lost.get_data(as_text=True)
    assert office.case().status != "drafted"
    filled = official.post(f"/petugas/kasus/{case_id}/draft", data=draft | {"text": "Dapur diperiksa: bersih."})
    assert filled.status_code == 303
    assert office.case().status == "drafted"


def test_the_answer_is_drafted_in_the_language_of_the_family(office: Office) -> None:
    from workflow.inbox import Wish

    office.write("The water in block B has been off for three days.", wish=Wish(locale="en"))
    office.handle()
    case_id = steps.carry(office, "classified")
    typed = form(office.client("petugas").get(f"/petugas/kasus/{case_id}").get_data(as_text=True), "recommend")
    assert "Thank you for telling us" in typed["answer-0"]
    assert "Perbaiki" in typed["measure-0"]


def test_a_standard_that_does_not_hold_here_is_refused(office: Office) -> None:
    case_id = at(office, "classified")
    officer = office.client("petugas")
    page = f"/petugas/kasus/{case_id}"
    typed = {"csrf_token": csrf(officer, page), "summary": "Lama.", "measure-0": "A", "measure-1": "B"}
    for wrong in ("visit.wait", "no.such"):
        refused = officer.post(f"{page}/recommend", data=typed | {"standard_id-0": wrong})
        assert refused.status_code == 422
        assert "tidak berlaku di sini" in refused.get_data(as_text=True)


def test_papers_from_before_the_catalogue_are_read_as_before(office: Office) -> None:
    case_id = at(office, "classified")
    old = {"summary": "Air mati.", "alternatives": [
        {"measure": m, "standard": "Air bersih", "official": "", "effort": ""} for m in ("Pompa", "Tangki")]}  # fmt: skip

    def write(o: Office, s, case: Case) -> None:
        cases.move(s, case, "recommend", o.officer(s, "petugas"), o.clock())
        decisions._paper(s, case, "recommendation", json.dumps(old), o.officer(s, "petugas"), o.clock())

    act(office, case_id, write)
    page = office.client("kepala").get(f"/petugas/kasus/{case_id}").get_data(as_text=True)
    assert "Air bersih" in page


# ------------------------------------------------------------------ what waits for the head


def waiting(office: Office, name: str = "kepala"):
    """(client, page) of the list of what waits."""
    client = office.client(name)
    return client, client.get("/petugas/persetujuan").get_data(as_text=True)


def tap(client, page: str, case_id: str, **more: str):
    """Press a button of one item of the list."""
    hashes = re.search(rf'/persetujuan/{case_id}".*?name="hash" value="([0-9a-f]+)"', page, re.S)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert hashes
    assert token
    data = {"csrf_token": token[1], "hash": hashes[1], "putusan": "setujui", **more}
    return client.post(f"/petugas/persetujuan/{case_id}", data=data)


def test_one_tap_approves_the_text_on_the_screen(office: Office) -> None:
    case_id = at(office, "drafted")
    client, page = waiting(office)
    assert ANSWER in page
    assert "/petugas/persetujuan" in client.get("/petugas/").get_data(as_text=True)
    assert "blok B mati" not in page, "alias and answer, not the complainant's words"
    assert tap(client, page, case_id).status_code == 303
    assert office.case().status == "approved"
    assert "Tidak ada yang menunggu" in client.get("/petugas/persetujuan").get_data(as_text=True)


@pytest.mark.parametrize("said", ["", "setuju"])
def test_a_tap_that_does_not_say_which_button_approves_nothing(office: Office, said: str) -> None:
    case_id = at(office, "drafted")
    client, page = waiting(office)
    answer = tap(client, page, case_id, putusan=said)
    assert answer.status_code == 409
    assert "tidak ada yang berubah" in answer.text
    assert office.case().status == "drafted"


def test_a_second_tap_finds_it_done_and_changes_nothing(office: Office) -> None:
    case_id = at(office, "drafted")
    client, page = waiting(office)
    for _ in range(2):
        assert tap(client, page, case_id).status_code == 303
    assert "sudah disetujui" in client.get("/petugas/persetujuan").get_data(as_text=True)
    with office.db.read() as s:
        assert len(list(s.scalars(select(Approval)))) == 1


def test_another_version_voids_the_tap_and_keeps_the_reason(office: Office) -> None:
    case_id = at(office, "drafted")
    client, page = waiting(office)
    act(office, case_id, lambda o, s, c: decisions.draft(s, c, o.officer(s, "pejabat"), "Lain lagi.", o.clock()))
    refused = tap(client, page, case_id)
    assert refused.status_code == 409
    assert "berubah" in refused.get_data(as_text=True)
    back = tap(client, page, case_id, putusan="kembalikan", reason="Sebutkan tanggalnya.")
    assert back.status_code == 409
    assert "Sebutkan tanggalnya." in back.get_data(as_text=True)
    assert office.case().status == "drafted"


def test_returning_needs_a_reason_and_goes_back_to_the_official(office: Office) -> None:
    case_id = at(office, "drafted")
    client, page = waiting(office)
    assert tap(client, page, case_id, putusan="kembalikan", reason=" ").status_code == 409
    assert tap(client, page, case_id, putusan="kembalikan", reason="Sebutkan tanggalnya.").status_code == 303
    assert office.case().status == "directed"


def test_two_heads_at_once_make_one_approval(office: Office) -> None:
    from tests.workflow.steps import together

    case_id = at(office, "drafted")
    hands = [waiting(office), waiting(office)]
    answers = together(2, lambda n: tap(*hands[n], case_id).status_code)
    assert set(answers) <= {303, 409}
    assert 303 in answers
    with office.db.read() as s:
        assert [a.decision for a in s.scalars(select(Approval))] == ["approved"]


def test_nobody_else_finds_anything_there(office: Office) -> None:
    case_id = at(office, "drafted")
    for name in ("petugas", "pejabat", "kanwil", "kustodian", "admin"):
        client, empty = waiting(office, name)
        assert ANSWER not in empty, name
        head = {"csrf_token": csrf(client, "/petugas/saya"), "hash": "0" * 64, "putusan": "setujui"}
        assert client.post(f"/petugas/persetujuan/{case_id}", data=head).status_code in (404, 409), name
    with office.db.read() as s:
        assert not list(s.scalars(select(Approval)))
        assert not list(s.scalars(select(Paper).where(Paper.kind == "return")))
