"""The head chooses an alternative, words it otherwise, or gives it back: over HTTP, on both databases."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from sqlalchemy import select

from tests.support import Office
from tests.webhooks.test_decide import at, form
from tests.workflow.steps import act
from workflow import decisions
from workflow.alternatives import Alternative
from workflow.models import Account, Case, JournalEntry, Paper
from workflow.wording import label

PUMP = Alternative("Ganti pompa", "Air bersih", "Kasubsi Umum", "3 hari", "", "Pompa diganti: {temuan}.")
TANK = Alternative("Kirim air dengan tangki", "Air bersih", "Kasubsi Umum", "1 hari", "", "Air dikirim.")


def proposed(office: Office) -> str:
    """A case that waits for the head's choice between the pump and the tank."""
    case_id = at(office, "classified")
    act(office, case_id, lambda o, s, c: decisions.recommend(
        s, c, o.officer(s, "petugas"), "Air mati tiga hari.", [PUMP, TANK], o.clock()))  # fmt: skip
    return case_id


def choose(office: Office, case_id: str, **words: str):
    """(client, answer) after the head filled in the form as the page gave it, with these fields otherwise."""
    head = office.client("kepala")
    typed = form(head.get(f"/petugas/kasus/{case_id}").get_data(as_text=True), "direct")
    typed.pop("choice")
    typed |= {"official_id": office.account_id("pejabat")} | words
    return head, head.post(f"/petugas/kasus/{case_id}/direct", data=typed)


def plain(page: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", page)).split())


def shown(office: Office, name: str, case_id: str) -> str:
    return plain(office.client(name).get(f"/petugas/kasus/{case_id}").get_data(as_text=True))


def paper(office: Office, case_id: str, kind: str) -> tuple[Paper, str]:
    with office.db.read() as s:
        found = decisions.newest(s, s.get_one(Case, case_id), kind)
        assert found
        return found, decisions.body(s, found)


def directed(office: Office, case_id: str) -> dict[str, object]:
    """What the journal says of the head's direction."""
    with office.db.read() as s:
        query = select(JournalEntry).where(JournalEntry.case_id == case_id, JournalEntry.action == "direct")
        return json.loads(s.scalars(query).one().record)["data"]


def test_one_tap_takes_an_alternative_as_it_was_recommended(office: Office) -> None:
    case_id = proposed(office)
    _, answer = choose(office, case_id, choice="1")
    assert answer.status_code == 303
    with office.db.read() as s:
        found = decisions.newest(s, s.get_one(Case, case_id), "direction")
        assert found
        told = decisions.direction(s, found)
    assert (told.decided.measure, told.decided.effort, told.decided.answer) == (TANK.measure, "1 hari", "Air dikirim.")
    assert told.before == {}
    assert "changed" not in directed(office, case_id)
    assert "iubah kepala" not in shown(office, "petugas", case_id)


def test_what_the_head_words_otherwise_is_what_the_official_must_do(office: Office) -> None:
    case_id = proposed(office)
    before = paper(office, case_id, "recommendation")
    words = {"measure-0": "Ganti pompa dan periksa pipa", "effort-0": "2 hari", "answer-0": "Pompa dan pipa: {temuan}."}
    _, answer = choose(office, case_id, choice="0", **words)
    assert answer.status_code == 303
    assert "Ganti pompa dan periksa pipa" in plain(office.client("pejabat").get("/petugas/").get_data(as_text=True))
    page = shown(office, "pejabat", case_id)
    assert "Diubah kepala: tindakan, waktu atau biaya, konsep jawaban" in page
    assert "Pelaksana: Kasubsi Umum Waktu atau biaya: 2 hari" in page, "what was not changed stays"
    assert directed(office, case_id)["changed"] == ["measure", "effort", "answer"]
    assert "diubah kepala: tindakan, waktu atau biaya, konsep jawaban" in page, "and the history says so"
    unchanged = paper(office, case_id, "recommendation")
    assert (unchanged[0].hash, unchanged[1]) == (before[0].hash, before[1]), "the recommendation stays as it was"
    act(office, case_id, lambda o, s, c: decisions.report(
        s, c, o.officer(s, "pejabat"), "repair", "Sudah.", o.clock()))  # fmt: skip
    draft = form(office.client("pejabat").get(f"/petugas/kasus/{case_id}").get_data(as_text=True), "draft")
    assert draft["text"] == "Pompa dan pipa: {temuan}."


def test_the_journal_says_which_parts_and_never_what_they_say(office: Office) -> None:
    case_id = proposed(office)
    choose(office, case_id, choice="0", **{"measure-0": "Tutup sumur rahasia"})
    with office.db.read() as s:
        records = s.scalars(select(JournalEntry.record)).all()
    assert not any(b"sumur" in record for record in records)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_part_that_the_head_empties_counts_as_changed(office: Office) -> None:
    case_id = proposed(office)
    _, answer = choose(office, case_id, choice="0", **{"official-0": " "})
    assert answer.status_code == 303
    assert directed(office, case_id)["changed"] == ["official"]
    assert "Diubah kepala: pelaksana" in shown(office, "petugas", case_id)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("fields", "reason", "kept"),
    [
        ({"choice": "0", "measure-0": "  ", "answer-0": "Kata baru kepala."}, "measure_missing", "Kata baru kepala."),
        ({"choice": "1", "measure-0": "Gali sumur"}, "edited_another", "Gali sumur"),
        ({"measure-0": "Gali sumur"}, "choose_alternative", "Gali sumur"),
        ({"choice": "7", "measure-1": "Pinjam tangki"}, "edited_another", "Pinjam tangki"),
        ({"choice": "0", "effort-0": "5 hari", "due": "besok"}, "task_date", "5 hari"),
        ({"choice": "0", "answer-0": "x" * 20_001}, "text_too_long", "x" * 20_001),
    ],
)
def test_what_is_refused_comes_back_as_it_was_typed(
    office: Office, fields: dict[str, str], reason: str, kept: str
) -> None:
    case_id = proposed(office)
    _, answer = choose(office, case_id, **fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for sentence in (label("impossible", reason, "id"), kept):
        assert sentence in unescape(page)
    assert re.search(r'<details class="draft edit" open>', page), "opened, so that nobody must look for it"
    assert office.case().status == "recommended"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_head_who_reads_english_is_told_in_english(office: Office) -> None:
    case_id = proposed(office)
    with office.db.write() as s:
        s.get_one(Account, office.account_id("kepala")).locale = "en"
    _, answer = choose(office, case_id, choice="0", **{"measure-0": ""})
    assert "must not be empty" in answer.get_data(as_text=True)


def test_what_was_typed_for_a_recommendation_that_is_gone_is_handed_back(office: Office) -> None:
    case_id = proposed(office)
    head = office.client("kepala")
    typed = form(head.get(f"/petugas/kasus/{case_id}").get_data(as_text=True), "direct")
    typed |= {"choice": "0", "official_id": office.account_id("pejabat"), "effort-0": "Besok"}
    act(office, case_id, lambda o, s, c: decisions.send_back(s, c, o.officer(s, "kepala"), "Kurang.", o.clock()))
    answer = head.post(f"/petugas/kasus/{case_id}/direct", data=typed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    lost = re.search(r'id="tulisan".*?</section>', page, re.S)
    assert lost
    assert "Besok" in lost[0]
    assert "Ganti pompa" not in lost[0], "only what the head wrote, not what stands in the recommendation"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_direction_from_before_is_read_as_before(office: Office) -> None:
    case_id = proposed(office)
    old = {"measure": "Ganti pompa", "standard": "Air bersih", "note": "Segera.", "answer": "Pompa diganti."}

    def write(o: Office, s, case: Case) -> None:
        made = decisions._paper(s, case, "direction", json.dumps(old), o.officer(s, "kepala"), o.clock(), choice=0)
        assert decisions.direction(s, made).decided.answer == "Pompa diganti."

    act(office, case_id, write)
    page = shown(office, "petugas", case_id)
    assert "Segera." in page
    assert "iubah kepala" not in page
