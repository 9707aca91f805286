"""A chain that was rewritten with the key, with head, anchor and memory to match, is found by what reports said of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tests.reports.test_figures import KANWIL, RUTAN
from tests.support import Office
from webhooks.cli import main
from workflow import chaincheck, enclosures, journal
from workflow.models import JournalEntry, JournalHead, Mark, Report, ReportFile, Unit
from workflow.reports import monthly

WATER = "Sudah tiga hari air di blok B mati, anak saya tidak bisa mandi."
#: 03.30 in Jakarta.
NIGHT = datetime(2026, 12, 2, 20, 30, tzinfo=UTC)


@pytest.fixture
def reported(office: Office) -> Office:
    """A month with a report on it, and some days more."""
    office.say(WATER)
    office.clock.now = datetime(2026, 12, 1, 3, tzinfo=UTC)
    monthly.tick(office.db, "test", office.clock())
    office.say(WATER, "+62899")
    return office


def verify(office: Office, *words: str) -> Result:
    env = {"ADUAN_HOME": str(office.settings.home), "ADUAN_DATABASE_URL": office.settings.database}
    return CliRunner().invoke(main, ["journal", "verify", *words], env=env)


def rewrite(office: Office, code: str, *, rows: bool = True) -> None:
    """The first entry says something else; all that follows from it is made to match, and so is what stands beside."""
    with Session(office.db.engine) as s, office.db.read() as keyed:
        key, unit_id = keyed.info["journal_key"], s.scalars(select(Unit.id).where(Unit.code == code)).one()
        hashes, previous = dict[int, bytes](), journal.GENESIS
        mine = JournalEntry.unit_id == unit_id
        for entry in s.scalars(select(JournalEntry).where(mine).order_by(JournalEntry.sequence)):
            if entry.sequence == 1:
                document = json.loads(entry.record)
                document["data"]["rewritten"] = True
                entry.record = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
            entry.previous, entry.hash = previous, journal.seal(key, previous, entry.record)
            hashes[entry.sequence] = previous = entry.hash
        s.execute(update(JournalHead).where(JournalHead.unit_id == unit_id).values(hash=previous))
        s.execute(delete(Mark).where(Mark.name == chaincheck.NAME))
        for report in s.scalars(select(Report).where(Report.unit_id == unit_id)) if rows else ():
            report.journal_hash = hashes[report.journal_sequence or 0]
        s.commit()
    (office.settings.home / "anchors" / unit_id).write_text(f"{max(hashes)} {previous.hex()}\n")


def lose_reports(office: Office, *codes: str) -> None:
    with office.db.write() as s:
        ids = select(Report.id).join(Unit).where(Unit.code.in_(codes))
        s.execute(delete(ReportFile).where(ReportFile.report_id.in_(ids)))
        s.execute(delete(Report).where(Report.unit_id.in_(select(Unit.id).where(Unit.code.in_(codes)))))


def printed(office: Office, code: str) -> str:
    """What stands on the report that was sent, as one would type it off."""
    with office.db.read() as s:
        report = s.scalars(select(Report).join(Unit).where(Unit.code == code)).one()
        lines = [line.split(";") for line in enclosures.content(s, report, "csv").decode("utf-8-sig").splitlines()]
    head = {line[3]: line[4] for line in lines if line[2] == "journal_head"}
    return f"{code}:{head['sequence']}:{head['hash']}"


def test_a_whole_journal_holds_and_says_against_what(reported: Office) -> None:
    head = printed(reported, RUTAN)
    unit, entry, digest = head.split(":")
    done = verify(reported, "--head", head, "--head", f"{unit}:{entry}: {digest[:32].upper()} {digest[32:]}")
    assert done.exit_code == 0, done.output
    assert "2 stored reports and 2 given heads" in done.output


@pytest.mark.parametrize("rows", [True, False])
def test_a_rewritten_chain_with_forged_anchors_is_found_by_the_stored_reports(reported: Office, rows: bool) -> None:
    assert chaincheck.run(reported.db, reported.settings.home / "anchors", "here", NIGHT) == []
    rewrite(reported, RUTAN, rows=rows)
    done = verify(reported)
    assert done.exit_code == 1
    assert f"broken: {RUTAN} entry" in done.output and "2026-11: rewritten since then" in done.output
    found = chaincheck.run(reported.db, reported.settings.home / "anchors", "here", NIGHT + timedelta(days=1))
    assert found and found[0].unit == RUTAN
    page = reported.client("kanwil").get("/petugas/").get_data(as_text=True)
    assert "jurnal" in page.lower()


def test_without_any_report_in_the_house_it_is_found_by_the_paper_outside(reported: Office) -> None:
    head = printed(reported, RUTAN)
    lose_reports(reported, RUTAN, KANWIL)
    rewrite(reported, RUTAN)
    assert verify(reported).exit_code == 0, "nothing in the house tells"
    done = verify(reported, "--head", head)
    assert done.exit_code == 1 and "differs from the head that was given: rewritten since then" in done.output
    unit, entry, digest = head.split(":")
    done = verify(reported, "--head", f"{unit}:{int(entry) + 10_000}:{digest}")
    assert done.exit_code == 1 and "missing: the head that was given names it" in done.output


def test_the_report_of_the_kanwil_witnesses_for_its_facilities(reported: Office) -> None:
    lose_reports(reported, RUTAN)
    rewrite(reported, RUTAN)
    assert f"{RUTAN} entry" in verify(reported).output
    assert f"report of {KANWIL} on 2026-11" in verify(reported).output


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ("RUTAN-MAGETAN", "not UNIT:ENTRY:HASH"),
        ("RUTAN-MAGETAN:satu:" + "0" * 64, "not UNIT:ENTRY:HASH"),
        ("RUTAN-MAGETAN:1:" + "0" * 63, "not UNIT:ENTRY:HASH"),
        ("RUTAN-TIADA:1:" + "0" * 64, "there is no unit RUTAN-TIADA"),
    ],
)
def test_a_head_that_cannot_be_read_is_refused_with_a_sentence(reported: Office, head: str, sentence: str) -> None:
    done = verify(reported, "--head", head)
    assert done.exit_code == 1 and sentence in done.output
