"""What is proposed fits the office that reads it; what was typed by mistake, or does nothing, is remarked."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from flask import render_template_string

from tests.support import FACILITY, Office, csrf
from tests.webhooks.test_inspection import LEVY, PARTS, levy, page, post
from tests.workflow.steps import act
from webhooks.cli import main
from workflow import cases, sealing, standards
from workflow.selftest import run as selftest


@pytest.mark.parametrize(
    ("code", "post"), [("RUTAN-MAGETAN", "Kasubsi Pelayanan Tahanan"), ("LAPAS-BLITAR", "Kasubsi Perawatan")]
)
def test_a_measure_names_a_post_that_this_kind_of_unit_has(code: str, post: str) -> None:
    assert {m.official for m in standards.measures("kesehatan", code, "id", "id")} == {post}
    assert not [m for m in standards.measures("keamanan", "RUTAN-MAGETAN", "id", "id") if m.official == "KPLP"]


def test_no_measure_of_the_regional_office_passes_the_case_to_itself(office: Office) -> None:
    office.say("Kepala rutan minta uang 500 ribu supaya suami saya dapat kamar. Ini pungli.")
    case = office.case()
    assert case.handling_unit.kind == "kanwil"
    act(office, case.id, lambda o, s, c: cases.classify(
        s, c, o.officer(s, "kanwil"), "pungli", "tinggi", o.clock(), about_head=True))  # fmt: skip
    assert post(office, case.id, "pemeriksaan", PARTS, "kanwil").status_code == 303
    shown = page(office, case.id, "kanwil")
    assert "Lanjutkan menjadi pemeriksaan disiplin" in shown and "kepada Kanwil untuk" not in shown
    for category in ("kekerasan", "kekerasan_seksual", "narkoba_hp", "pemindahan"):
        offered = standards.measures(category, FACILITY, "id", "id", above=True)
        assert len(offered) >= 2 and not [m for m in offered if "Kanwil" in m.text + m.answer], category


def test_the_facility_still_passes_its_findings_on(office: Office) -> None:
    case_id = levy(office)
    post(office, case_id, "pemeriksaan", PARTS)
    shown = page(office, case_id, "petugas")
    assert "kepada Kanwil untuk pemeriksaan lanjutan" in shown and "pemeriksaan disiplin" not in shown


def test_a_case_about_the_complaint_unit_goes_back_with_a_word_about_that_unit(office: Office) -> None:
    office.say(LEVY)
    case_id = office.case().id
    act(office, case_id, lambda o, s, c: sealing.seal_desk(s, c, o.officer(s, "petugas"), o.clock()))
    shown = page(office, case_id, "kepala")
    assert "Hanya bila Unit Layanan Pengaduan pasti tidak tersangkut" in shown
    assert "pimpinan unit pasti tidak tersangkut" not in shown
    assert post(office, case_id, "unseal", {"reason": "Bukan petugas ULP yang dimaksud."}, "kepala").status_code == 303
    assert "Bukan petugas ULP yang dimaksud." in page(office, case_id, "petugas"), "the reason is kept"


@pytest.mark.parametrize(
    ("day", "kind", "remark"),
    [
        ("2020-01-01", "holiday", "Rabu, 1 Januari 2020 sudah lewat"),
        ("2026-12-05", "holiday", "Sabtu, 5 Desember 2026 memang hari libur"),
        ("2026-12-07", "working", "Senin, 7 Desember 2026 memang hari kerja"),
        ("2026-12-07", "holiday", ""),
        ("2026-12-05", "working", ""),
    ],
)
def test_a_day_that_changes_nothing_is_remarked(office: Office, day: str, kind: str, remark: str) -> None:
    client = office.client("admin")
    form = {"day": day, "kind": kind, "source": "SKB 9/2026", "unit": FACILITY}
    done = client.post("/petugas/kalender", data={"csrf_token": csrf(client, "/petugas/kalender"), **form})
    said = client.get(done.location).text
    assert done.status_code == 303 and "Hari itu dicatat" in said
    assert remark in said if remark else "Perhatikan:" not in said


@pytest.mark.parametrize(
    ("size", "language", "written"),
    [
        (70, "id", "70 B"),
        (1024, "id", "1 KB"),
        (1536, "id", "2 KB"),
        (17_511_219, "id", "16,7 MB"),
        (17_511_219, "en", "16.7 MB"),
    ],
)
def test_a_size_is_written_as_its_reader_writes_numbers(office: Office, size: int, language: str, written: str) -> None:
    with office.app.test_request_context(headers={"Cookie": f"aduan_bahasa={language}"}):
        told = render_template_string('{% from "macros.html" import size %}{{ size(n) }}', n=size)
    assert told == written


def command(office: Office, *words: str) -> str:
    env = {"ADUAN_HOME": str(office.settings.home), "ADUAN_DATABASE_URL": office.settings.database}
    done = CliRunner().invoke(main, list(words), env=env)
    assert done.exit_code == 0, done.output
    return str(done.output)


def test_a_dry_run_with_nothing_due_says_so(office: Office) -> None:
    assert command(office, "retention", "--dry-run").strip() == "nothing is due"


def test_the_list_of_accounts_says_what_the_one_of_the_self_test_is(office: Office) -> None:
    selftest(office.db, office.clock().replace(hour=22))
    lines = [line.split("\t") for line in command(office, "user", "list").splitlines()]
    marked = [line for line in lines if len(line) > 3]
    assert [(line[0], line[3]) for line in marked] == [("uji-diri", "of the daily self-test; nobody can log in")]
