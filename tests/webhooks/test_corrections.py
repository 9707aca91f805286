"""What officers corrected: who may take it out, what it holds, and that it is journalled."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from tests.support import Office
from tests.webhooks.test_commands import aduan
from tests.workflow.offices import database_url, furnished_postgres, furnished_sqlite, office
from webhooks.cli import main
from workflow import cases, openings, staff
from workflow.models import Account, Case, JournalEntry, Unit

__all__ = ["database_url", "furnished_postgres", "furnished_sqlite", "office"]

FIRST, SECOND, THIRD = "+6281299990001", "+6281299990002", "+6281299990003"
WATER = "Sudah tiga hari air di blok B mati, anak saya tidak bisa mandi."
QUEUE = "Antrean kunjungan empat jam, tidak ada kursi."


def ask(office: Office, name: str, *words: str) -> Result:
    """The command in this process, at the office's time."""
    env = {"ADUAN_HOME": str(office.settings.home), "ADUAN_DATABASE_URL": office.settings.database}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("webhooks.service.utc_now", office.clock)
        return CliRunner().invoke(main, ["triage", "corrections", "--as", name, *words], env=env)


def exported(office: Office, name: str, *words: str) -> list[dict[str, Any]]:
    done = ask(office, name, *words)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def classify(office: Office, sender: str, category: str, urgency: str, by: str = "petugas", head: bool = False) -> str:
    case_id = office.case(sender).id
    with office.db.write() as s:
        me = office.officer(s, by)
        cases.classify(s, cases.lock(s, case_id), me, category, urgency, office.clock(), about_head=head)
    return case_id


def journalled(office: Office) -> list[JournalEntry]:
    with office.db.read() as s:
        return list(s.scalars(select(JournalEntry).where(JournalEntry.action == "corrections")))


@pytest.fixture
def corrected(office: Office) -> Office:
    """A case that was corrected, and one that an officer judged as triage did."""
    code = office.say(WATER, FIRST)[0]
    assert code
    classify(office, FIRST, "hunian", "tinggi")
    office.say(QUEUE, SECOND)
    same = office.case(SECOND)
    classify(office, SECOND, same.category, same.urgency)
    return office


def test_what_differs_is_exported_and_journalled(corrected: Office) -> None:
    case = corrected.case(FIRST)
    (line,) = exported(corrected, "petugas")
    assert list(line) == ["case", "text", "language", "triage", "officer", "at"]
    assert (line["case"], line["text"], line["language"]) == (case.number, WATER, case.language)
    assert line["triage"] == {"category": "makanan_air", "urgency": line["triage"]["urgency"], "about_head": False}
    assert line["officer"] == {"category": "hunian", "urgency": "tinggi", "about_head": False}
    (entry,) = journalled(corrected)
    assert (entry.case_id, entry.unit_id) == (case.id, case.handling_unit_id)
    record = json.loads(entry.record)
    assert record["actor"] == ["officer", corrected.account_id("petugas")]
    assert record["data"] == {}


def test_neither_codes_nor_the_writers_name_and_number_leave(office: Office) -> None:
    office.say(QUEUE, SECOND)
    with office.db.read() as s:
        code = openings.receipt_code(s, s.get_one(Case, office.case(SECOND).id))
    words = f"{WATER} Kode saya {code}. Qomariah, {FIRST}"
    office.say(words, FIRST, display_name="Ibu Qomariah", number=FIRST)
    classify(office, FIRST, "hunian", "tinggi")
    (line,) = exported(office, "petugas")
    assert WATER in line["text"]
    for secret in (code, "Qomariah", FIRST, FIRST[3:]):
        assert secret not in line["text"]


@pytest.mark.parametrize("name", ["kepala", "pejabat", "kustodian", "admin", "siapa"])
def test_other_roles_and_unknown_accounts_are_refused(corrected: Office, name: str) -> None:
    done = ask(corrected, name)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "Error: " in done.stderr
    assert name in done.stderr
    assert journalled(corrected) == []


def test_a_disabled_account_is_refused(corrected: Office) -> None:
    with corrected.db.write() as s:
        staff.disable(s, s.scalars(select(Account).where(Account.name == "petugas")).one(), corrected.clock())
    assert ask(corrected, "petugas").exit_code == 1


def test_the_kanwil_reads_what_it_handles_and_the_facility_what_is_not_sealed(corrected: Office) -> None:
    assert exported(corrected, "kanwil") == [], "oversight is no right to the words"
    classify(corrected, SECOND, "pungli", "tinggi", head=True)
    sealed = corrected.case(SECOND)
    assert sealed.seal == "kanwil"
    (line,) = exported(corrected, "kanwil")
    assert (line["case"], line["officer"]["about_head"]) == (sealed.number, True)
    assert [line["text"] for line in exported(corrected, "petugas")] == [WATER]
    assert ask(corrected, "kepala").exit_code == 1


def test_a_case_of_another_unit_is_not_exported(corrected: Office) -> None:
    with corrected.db.write() as s:
        elsewhere = s.scalars(select(Unit.id).where(Unit.code == "DITJENPAS")).one()
        s.execute(update(Case).values(handling_unit_id=elsewhere))
    assert exported(corrected, "petugas") == exported(corrected, "kanwil") == []
    assert journalled(corrected) == []


def test_since_is_a_day_at_the_facility(corrected: Office) -> None:
    day = corrected.clock().date()
    assert len(exported(corrected, "petugas", "--since", day.isoformat())) == 1
    assert exported(corrected, "petugas", "--since", day.replace(day=day.day + 1).isoformat()) == []
    assert ask(corrected, "petugas", "--since", "kemarin").exit_code == 2


def test_a_file_is_its_owners_alone_and_never_overwritten(corrected: Office, tmp_path: Path) -> None:
    out = tmp_path / "koreksi.jsonl"
    assert WATER not in ask(corrected, "petugas", "--out", str(out)).stdout
    assert json.loads(out.read_text())["text"] == WATER
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    done = ask(corrected, "petugas", "--out", str(out))
    assert done.exit_code == 1
    assert "exists already" in done.stderr
    assert len(journalled(corrected)) == 1, "what was refused is not journalled"


def test_judging_standard_input_goes_on_as_before(tmp_path: Path) -> None:
    one = json.loads(aduan(tmp_path, "triage", given=WATER.encode()).stdout)
    (line,) = aduan(
        tmp_path, "triage", "--jsonl", given=json.dumps({"id": "a", "text": WATER}).encode()
    ).stdout.splitlines()
    assert json.loads(line) == one | {"id": "a"}
