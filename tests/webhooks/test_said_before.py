"""What a page offers can succeed, and says before a press what the press does."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tests.support import Office, csrf
from tests.webhooks.test_inspection import LEVY, PARTS, levy, page, post
from tests.workflow import steps
from tests.workflow.steps import act, carry
from workflow import cases, parties
from workflow.models import Deadline, Paper

EXTEND = 'id="form-extend"'


def test_an_extension_is_offered_only_while_it_can_be_granted(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry(office, "directed")
    before = page(office, case_id, "kepala")
    assert EXTEND in before and "kata demi kata" in before
    done = post(office, case_id, "extend", {"reason": "Suku cadang belum datang."}, "kepala")
    assert done.status_code == 303
    assert EXTEND not in page(office, case_id, "kepala"), "once"
    again = post(office, case_id, "extend", {"reason": "Masih belum datang."}, "kepala")
    assert again.status_code == 422
    assert "hanya satu kali" in again.text and "Masih belum datang." in again.text, "nothing typed is lost"


def test_no_extension_is_offered_after_the_day_or_on_another_track(office: Office) -> None:
    assert EXTEND not in page(office, levy(office), "kepala"), "the rule of an integrity case knows none"
    office.say(steps.COMPLAINT, "+628120000007")
    case_id = carry(office, "directed", "+628120000007")
    with office.db.read() as s:
        row = s.query(Deadline).filter_by(case_id=case_id, rule="respond").one()
        due = row.due_at
    office.clock.now = due
    assert EXTEND in page(office, case_id, "kepala")
    office.clock.advance(seconds=1)
    assert EXTEND not in page(office, case_id, "kepala")


def direct(office: Office, due: str) -> str:
    """The head directs with a day; the sentence after it."""
    office.say(steps.COMPLAINT)
    case_id = carry(office, "recommended")
    with office.db.read() as s:
        paper = s.query(Paper).filter_by(case_id=case_id, kind="recommendation").one().id
    shown = page(office, case_id, "kepala")
    form = {"paper": paper, "choice": "0", "official_id": office.account_id("pejabat"), "due": due, "note": ""}
    form |= dict(re.findall(r'name="((?:measure|official|effort)-\d)"[^>]*value="([^"]*)"', shown))
    form |= {
        name: text.removeprefix("\n")
        for name, text in re.findall(r'name="((?:measure|answer)-\d)"[^>]*>([^<]*)<', shown)
    }
    client = office.client("kepala")
    sent = client.post(
        f"/petugas/kasus/{case_id}/direct", data={"csrf_token": csrf(client, f"/petugas/kasus/{case_id}"), **form}
    )
    assert sent.status_code == 303, sent.text
    return str(client.get(sent.location).text)


def test_a_day_that_is_no_working_day_is_told_with_the_day_that_it_became(office: Office) -> None:
    office.clock.now = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert "Sabtu, 28 November 2026 bukan hari kerja; batas pelaksanaan menjadi Senin, 30 November 2026." in direct(
        office, "2026-11-28"
    )


def test_a_working_day_is_taken_without_a_word(office: Office) -> None:
    office.clock.now = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert "bukan hari kerja" not in direct(office, "2026-11-27")


# ------------------------------------------------------------------ the file of an integrity case


def test_a_day_that_cannot_be_is_no_time_of_the_event(office: Office) -> None:
    case_id = levy(office)
    post(office, case_id, "pemeriksaan", PARTS | {"time": "32 November 2027"})
    shown = page(office, case_id, "petugas")
    assert re.search(r"✗ <strong>Waktu kejadian</strong> tanggal ini tidak mungkin: 32 November 2027", shown)
    post(office, case_id, "pemeriksaan", PARTS | {"time": "1 November 2026"})
    assert "✓ <strong>Waktu kejadian</strong>" in page(office, case_id, "petugas")


def test_the_question_and_the_day_are_read_before_they_are_sent(office: Office) -> None:
    case_id = levy(office)
    post(office, case_id, "pemeriksaan", PARTS | {"place": ""})
    form = page(office, case_id, "petugas").split('value="place"')[1].split("</form>")[0]
    assert "Di mana kejadiannya?" in form and "Kirim dan tunggu" in form
    assert "paling lama sampai 16 November 2026" in form


def test_whoever_fills_the_file_of_a_case_that_waits_is_told_that_it_waits(office: Office) -> None:
    case_id = levy(office)
    post(office, case_id, "pemeriksaan", PARTS | {"place": ""})
    post(office, case_id, "lengkapi", {"bagian": "place"})
    client = office.client("petugas")
    token = csrf(client, "/petugas/saya")
    saved = client.post(f"/petugas/kasus/{case_id}/pemeriksaan", data={"csrf_token": token, **PARTS})
    assert office.case().status == "waiting"
    assert "masih menunggu pelapor" in client.get(saved.location).text


def test_who_is_known_as_respondent_stands_in_the_form_and_is_said_not_to_be_kept_yet(office: Office) -> None:
    case_id = levy(office)
    known = {"name": "Slamet Riyadi", "post": "penjaga blok C"}
    act(office, case_id, lambda o, s, c: parties.enter(s, c, o.officer(s, "petugas"), "respondent", known, o.clock()))
    shown = page(office, case_id, "petugas")
    assert "belum tersimpan di berkas ini" in shown and "Sudah tercatat di Para pihak" in shown
    kept = re.search(r'name="accused"[^>]*>\s*(.*?)</textarea>', shown, re.S)
    assert kept and "Slamet Riyadi, penjaga blok C" in kept[1]


# ------------------------------------------------------------------ clocks of one name


def test_clocks_of_one_name_say_which_they_are(office: Office) -> None:
    office.say(LEVY.replace("Petugas", "Orang"), "+628120000009")
    office.say(steps.COMPLAINT)
    case_id = carry(office, "responded")
    assert "ke-1, sejak" not in page(office, case_id, "petugas")
    office.clock.advance(days=1)
    act(office, case_id, lambda o, s, c: cases.reopen(s, c, o.clock()))
    shown = page(office, case_id, "petugas")
    assert re.search(r"Jawaban resmi <span[^>]*>ke-2, sejak", shown)
    assert re.search(r"Jawaban resmi <span[^>]*>ke-1, sejak", shown)
