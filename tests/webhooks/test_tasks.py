"""Directions are tasks: a day, an owner, reminders and a ladder; officials report with files."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from sqlalchemy import select

from tests.support import Office, csrf
from tests.webhooks.test_decide import at, form
from tests.workflow.steps import act
from workflow import decisions, files, proofs
from workflow.models import Attachment, Case, Deadline, Escalation, EscalationRecipient, JournalEntry, Notice
from workflow.sweep import sweep

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082".replace(" ", "")
)


def directed(office: Office, due: str | None = None) -> str:
    """A case that the head has directed from the page, with another day if one is given."""
    case_id = at(office, "recommended")
    head = office.client("kepala")
    typed = form(head.get(f"/petugas/kasus/{case_id}").get_data(as_text=True), "direct")
    assert typed["due"] == "2026-11-09", "five working days from Monday 2 November"
    typed |= {"choice": "0", "official_id": office.account_id("pejabat")} | ({"due": due} if due else {})
    answer = head.post(f"/petugas/kasus/{case_id}/direct", data=typed)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return case_id


def task(office: Office, case_id: str) -> Deadline:
    with office.db.read() as s:
        query = select(Deadline).where(Deadline.case_id == case_id, Deadline.rule == "carry_out")
        return s.scalars(query.order_by(Deadline.round.desc())).first()


def test_the_official_sees_tasks_with_their_days(office: Office) -> None:
    directed(office, "2026-11-05")
    page = office.client("pejabat").get("/petugas/").get_data(as_text=True)
    assert "Tugas saya" in page
    assert "Ganti pompa" in page
    assert "5 Nov 2026" in page
    for name in ("petugas", "kepala", "kanwil"):
        assert "Tugas saya" not in office.client(name).get("/petugas/").get_data(as_text=True)


def test_a_day_without_work_moves_to_the_next_working_day(office: Office) -> None:
    row = task(office, directed(office, "2026-11-07"))
    assert row.due_at.date() == date(2026, 11, 9), "Saturday becomes Monday"
    assert row.days == 5


def test_a_day_that_is_over_or_far_away_is_refused(office: Office) -> None:
    case_id = at(office, "recommended")
    head = office.client("kepala")
    typed = form(head.get(f"/petugas/kasus/{case_id}").get_data(as_text=True), "direct")
    typed |= {"choice": "0", "official_id": office.account_id("pejabat")}
    for wrong in ("2026-11-02", "2025-01-01", "2027-06-01", "besok"):
        answer = head.post(f"/petugas/kasus/{case_id}/direct", data=typed | {"due": wrong})
        assert answer.status_code == 422, wrong
        assert "Pilih hari sesudah hari ini" in answer.get_data(as_text=True)
    assert office.case().status == "recommended"


def test_a_late_task_is_told_to_the_official_first_and_to_the_head_after(office: Office) -> None:
    case_id = directed(office, "2026-11-05")
    office.clock.advance(days=2)
    sweep(office.db, office.clock())
    with office.db.read() as s:
        soon = s.scalars(select(Notice).where(Notice.key == "soon_carry_out")).one()
        assert soon.account_id == office.account_id("pejabat")
    office.clock.advance(days=2)
    sweep(office.db, office.clock())
    office.clock.advance(days=4)
    sweep(office.db, office.clock())
    with office.db.read() as s:
        mine = select(Escalation).join(Deadline, Deadline.id == Escalation.deadline_id)
        rungs = list(s.scalars(mine.where(Deadline.rule == "carry_out").order_by(Escalation.rung)))
        assert [r.role for r in rungs][:2] == ["pejabat", "kepala"]
        told = s.scalars(select(EscalationRecipient).where(EscalationRecipient.escalation_id == rungs[0].id)).one()
        assert told.account_id == office.account_id("pejabat")
    assert task(office, case_id).state == "running"


def test_a_draft_ends_the_task_and_a_returned_one_begins_another(office: Office) -> None:
    case_id = directed(office)
    official = lambda o, s: o.officer(s, "pejabat")  # noqa: E731
    act(office, case_id, lambda o, s, c: decisions.report(s, c, official(o, s), "repair", "Diganti.", o.clock()))
    act(office, case_id, lambda o, s, c: decisions.draft(s, c, official(o, s), "Sudah.", o.clock()))
    assert task(office, case_id).state == "met"
    act(office, case_id, lambda o, s, c: decisions.return_draft(s, c, o.officer(s, "kepala"), "Jelaskan.", o.clock()))
    again = task(office, case_id)
    assert (again.state, again.round) == ("running", 1)


def test_waiting_for_the_family_stops_the_task_and_begins_no_second_one(office: Office) -> None:
    from workflow import cases, timekeeping

    case_id = directed(office)
    act(office, case_id, lambda o, s, c: timekeeping.wait(
        s, c, o.officer(s, "petugas"), "Kapan?", "information", date(2026, 11, 10), o.clock()))  # fmt: skip
    assert task(office, case_id).state == "paused"
    act(office, case_id, lambda o, s, c: cases.move(s, c, "resume", o.officer(s, "petugas"), o.clock()))
    row = task(office, case_id)
    assert (row.state, row.round) == ("running", 0)


# ------------------------------------------------------------------ files


def send(office: Office, case_id: str, *uploads: tuple[bytes, str], text: str = "Pompa diganti."):
    client = office.client("pejabat")
    data = {
        "csrf_token": csrf(client, f"/petugas/kasus/{case_id}"),
        "kind": "repair",
        "text": text,
        "files": [(io.BytesIO(content), name) for content, name in uploads],
    }
    return client.post(f"/petugas/kasus/{case_id}/report", data=data, content_type="multipart/form-data")


def test_a_report_brings_its_evidence(office: Office) -> None:
    case_id = directed(office)
    assert send(office, case_id, (PIXEL, "pompa baru.png"), (b"kuitansi", "kuitansi.txt")).status_code == 303
    files.prepare(office.db, office.clock())
    with office.db.read() as s:
        paper = decisions.newest(s, s.get_one(Case, case_id), "report")
        assert paper
        kept = proofs.of(s, paper.id)
        assert {files.name(s, row) for row in kept} == {"pompa baru.png", "kuitansi.txt"}
        assert {files.content(s, row) for row in kept} == {PIXEL, b"kuitansi"}
        assert {row.data_key_id for row in kept} == {paper.data_key_id}, "erased with the case"
        assert paper.hash != decisions.text_hash(paper.salt, "Pompa diganti."), "the hash covers the files"
        written = s.scalars(select(JournalEntry).where(JournalEntry.action == "report")).one()
        assert all(row.id.encode() in written.record for row in kept)
    page = office.client("kepala").get(f"/petugas/kasus/{case_id}").get_data(as_text=True)
    assert "kuitansi.txt" in page
    link = re.search(r'href="(/petugas/lampiran/[^"]+berkas[^"]*)"', page)
    assert link
    head = office.client("kepala")
    link = re.search(
        r'href="(/petugas/lampiran/[^"]+berkas[^"]*)"', head.get(f"/petugas/kasus/{case_id}").get_data(as_text=True)
    )
    assert link
    assert head.get(link[1].replace("&amp;", "&")).data == b"kuitansi"
    oversight = office.client("kanwil").get(f"/petugas/kasus/{case_id}").get_data(as_text=True)
    assert "Pompa diganti." in oversight
    assert "kuitansi.txt" not in oversight, "files are for those who handle the case"


def test_too_many_files_cost_neither_the_text_nor_a_half_report(office: Office) -> None:
    case_id = directed(office)
    answer = send(office, case_id, *((b"x", f"{n}.txt") for n in range(11)), text="Kalimat yang panjang.")
    assert answer.status_code == 422
    assert "Kalimat yang panjang." in answer.get_data(as_text=True)
    with office.db.read() as s:
        assert s.scalars(select(Attachment)).first() is None
        assert decisions.newest(s, s.get_one(Case, case_id), "report") is None


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"MZ" + bytes(300), "evil.exe"), (b"MZ" + bytes(300), "foto.png"), (b"<script>", "x.html"), (b"del *", "x.bat"),
     (b"PK\x03\x04" + bytes(100), "x.zip")],
)  # fmt: skip
def test_a_program_is_no_evidence_and_costs_no_text(office: Office, content: bytes, name: str) -> None:
    case_id = directed(office)
    answer = send(office, case_id, (PIXEL, "pompa.png"), (content, name), text="Kalimat yang panjang.")
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "jenisnya tidak diterima sebagai bukti" in shown and "Kalimat yang panjang." in shown
    with office.db.read() as s:
        assert s.scalars(select(Attachment)).first() is None


def test_a_report_without_files_goes_by_the_plain_form(office: Office) -> None:
    case_id = directed(office)
    assert send(office, case_id).status_code == 303
    with office.db.read() as s:
        assert s.scalars(select(Attachment)).first() is None
