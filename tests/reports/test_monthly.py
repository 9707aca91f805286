"""The monthly report is made, sent, chased, read, confirmed and acknowledged, each once."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime

from sqlalchemy import select

from tests.reports.test_figures import KANWIL, RUTAN
from tests.support import PASSWORD, Office, csrf
from tests.workflow.offices import on_sqlite
from tests.workflow.steps import together
from workflow import enclosures, journal, staff, units
from workflow.actors import Clock as Tick
from workflow.models import Account, Bulletin, JournalEntry, Report, Unit
from workflow.reports import Month, monthly, statistics

WATER = "Sudah tiga hari air di blok B mati, anak saya tidak bisa mandi."
#: 1 December 2026 is a Tuesday; in Magetan it begins at 17.00 UTC of the day before.
BEFORE, FIRST, FIFTH = (
    datetime(2026, 11, 30, 16, 59, tzinfo=UTC),
    datetime(2026, 11, 30, 17, 1, tzinfo=UTC),
    datetime(2026, 12, 4, 17, 1, tzinfo=UTC),
)


def told(office: Office) -> set[tuple[str, str, str]]:
    with office.db.read() as s:
        query = select(Account.name, Unit.code, Bulletin.key).join(Bulletin, Bulletin.account_id == Account.id)
        return {tuple(row) for row in s.execute(query.join(Unit, Unit.id == Bulletin.unit_id))}


def reports(office: Office) -> dict[str, Report]:
    with office.db.read() as s:
        found = {report.unit.code: report for report in s.scalars(select(Report))}
        s.expunge_all()
        return found


def december(office: Office) -> None:
    office.say(WATER)
    office.say("Kalapas menyuruh potong jatah makan di blok C, kami takut bicara.", "+62899")
    office.clock.now = FIRST
    assert monthly.tick(office.db, "test", FIRST) == 2


def test_it_is_made_on_the_first_working_day_and_sent_upwards_once(office: Office) -> None:
    office.say(WATER)
    office.say("Kalapas menyuruh potong jatah makan di blok C, kami takut bicara.", "+62899")
    assert monthly.tick(office.db, "test", BEFORE) == 0
    assert monthly.tick(office.db, "test", FIRST) == 2
    assert monthly.tick(office.db, "test", FIRST) == 0
    made = reports(office)
    assert set(made) == {RUTAN, KANWIL}
    assert made[RUTAN].sent_at == FIRST
    assert made[RUTAN].sent_to == 2
    assert made[KANWIL].sent_at is None, "nobody holds a role at the Directorate General here"
    assert told(office) == {
        ("kepala", RUTAN, "report_made"), ("kanwil", RUTAN, "report_sent"), ("kanwil2", RUTAN, "report_sent"),
        ("kanwil", KANWIL, "report_made"), ("kanwil2", KANWIL, "report_made"),
    }  # fmt: skip


def test_a_month_that_begins_with_holidays_waits_for_the_first_working_day(office: Office) -> None:
    """1 January is a holiday, 2 and 3 January 2027 are a weekend."""
    office.clock.now = datetime(2026, 12, 10, 3, tzinfo=UTC)
    office.say(WATER)
    assert monthly.tick(office.db, "test", datetime(2027, 1, 3, 12, tzinfo=UTC)) == 0
    assert monthly.tick(office.db, "test", datetime(2027, 1, 4, 1, tzinfo=UTC)) == 2
    assert reports(office)[RUTAN].month == "2026-12"


def test_of_a_time_before_the_first_entry_no_report_is_made(office: Office) -> None:
    office.say(WATER)
    assert monthly.tick(office.db, "test", datetime(2026, 11, 3, 1, tzinfo=UTC)) == 0


def test_a_unit_that_was_only_entered_has_no_report_and_an_office_above_used_ones_has(office: Office) -> None:
    """Three facilities and two offices stand in the file; one facility has a member of staff, the others nobody."""
    office.say(WATER)
    with office.db.write() as s:
        root = s.scalars(select(Unit).where(Unit.kind == "ditjen")).one()
        for region, places in (("KANWIL-A", ("LAPAS-A1", "LAPAS-A2")), ("KANWIL-B", ("LAPAS-B1",))):
            above = units.ensure(s, region, region, "kanwil", root)
            for unit in (above, *(units.ensure(s, code, code, "upt", above) for code in places)):
                journal.append(s, unit.id, "unit_imported", Tick(), office.clock())
        first = s.scalars(select(Unit).where(Unit.code == "LAPAS-A1")).one()
        staff.add(s, "a1", PASSWORD, [("kepala", first)], office.clock())
    monthly.tick(office.db, "test", FIRST)
    assert set(reports(office)) == {RUTAN, KANWIL, "LAPAS-A1", "KANWIL-A"}


def test_two_processes_make_one_report(office: Office) -> None:
    office.say(WATER)
    together(2, lambda n: monthly.tick(office.db, f"worker-{n}", FIRST))
    assert set(reports(office)) == {RUTAN, KANWIL}
    with office.db.read() as s:
        made = s.scalars(select(JournalEntry).where(JournalEntry.action == "report_made")).all()
    assert len(made) == 2


def test_the_row_keeps_the_hashes_of_its_files_and_the_head_of_the_journal(office: Office) -> None:
    december(office)
    with office.db.read() as s:
        for report in s.scalars(select(Report)):
            assert {file.kind for file in report.files} == {"pdf", "xlsx", "csv"}
            for file in report.files:
                content = enclosures.content(s, report, file.kind)
                assert hashlib.sha256(content).hexdigest() == file.sha256
                assert len(content) == file.size
            entry = s.scalars(
                select(JournalEntry).where(
                    JournalEntry.unit_id == report.unit_id, JournalEntry.sequence == report.journal_sequence
                )
            ).one()
            assert entry.hash == report.journal_hash
            assert entry.at < Month.parse(report.month).ends(report.unit.timezone)
        found, _ = journal.verify(s, s.info["journal_key"], journal.read_anchors(office.settings.home / "anchors"))
        assert found == []


def test_on_the_fifth_those_who_have_not_answered_are_told_once(office: Office) -> None:
    december(office)
    with office.db.write() as s:
        report = s.scalars(select(Report).join(Unit).where(Unit.code == RUTAN)).one()
        monthly.confirm(s, office.officer(s, "kepala"), report, FIRST)
    before = told(office)
    monthly.tick(office.db, "test", datetime(2026, 12, 4, 16, tzinfo=UTC))
    assert told(office) == before
    monthly.tick(office.db, "test", FIFTH)
    new = told(office) - before
    assert new == {
        ("kanwil", RUTAN, "report_unread"), ("kanwil2", RUTAN, "report_unread"),
        ("kanwil", KANWIL, "report_unconfirmed"), ("kanwil2", KANWIL, "report_unconfirmed"),
    }  # fmt: skip
    count = len(rows(office))
    monthly.tick(office.db, "test", datetime(2026, 12, 9, 1, tzinfo=UTC))
    assert len(rows(office)) == count


def rows(office: Office) -> list[Bulletin]:
    with office.db.read() as s:
        return list(s.scalars(select(Bulletin)))


@on_sqlite
def test_the_facility_reads_its_own_and_the_kanwil_all(office: Office) -> None:
    december(office)
    made = reports(office)
    for name, visible in (("kepala", {RUTAN}), ("kanwil", {RUTAN, KANWIL})):
        client = office.client(name)
        page = client.get("/petugas/laporan").get_data(as_text=True)
        for code, report in made.items():
            assert (report.id in page) == (code in visible), (name, code)
            for kind in ("pdf", "xlsx", "csv"):
                answer = client.get(f"/petugas/laporan/{report.id}.{kind}")
                assert answer.status_code == (200 if code in visible else 404), (name, code)
            assert client.get(f"/petugas/laporan/{report.id}.docx").status_code == 404
    for name in ("petugas", "pejabat", "kustodian", "admin"):
        assert office.client(name).get("/petugas/laporan").status_code == 403, name
    with office.db.read() as s:
        read = s.scalars(select(JournalEntry).where(JournalEntry.action == "report_read")).all()
    assert len(read) == 3 * 3


ABOUT_THE_DESK = "Bu Sari Wulandari petugas pengaduan membocorkan nama saya kepada sipir, sekarang adik saya ditekan."


def test_the_complaint_unit_reads_in_no_report_or_figure_of_a_complaint_about_itself(office: Office) -> None:
    """It knows every other case: any count that holds this one, too, would tell how it was judged."""
    for n in range(8):
        office.say(WATER, f"+62811{n:06d}")
    office.say(ABOUT_THE_DESK)
    case = office.case()
    assert case.seal == "desk"
    office.clock.now = FIRST
    assert monthly.tick(office.db, "test", FIRST) == 2
    statistics.keep_due(office.db, FIRST)
    for name in ("petugas", "petugas2"):
        client = office.client(name)
        assert "/petugas/laporan" not in client.get("/petugas/").get_data(as_text=True)
        assert client.get(f"/petugas/laporan?unit={RUTAN}").status_code == 403
        for report in reports(office).values():
            for kind in ("pdf", "xlsx", "csv"):
                assert client.get(f"/petugas/laporan/{report.id}.{kind}").status_code == 403
            form = {"csrf_token": csrf(client, "/petugas/saya")}
            assert client.post(f"/petugas/laporan/{report.id}/kirim", data=form).status_code == 403
        found = client.post("/petugas/cari", data={"nomor": case.number, "csrf_token": csrf(client, "/petugas/saya")})
        assert "Ditangani di tempat lain" in client.get(found.headers["Location"]).get_data(as_text=True)
    csv = office.client("kepala").get(f"/petugas/laporan/{reports(office)[RUTAN].id}.csv").get_data(as_text=True)
    assert f"category;{case.category};" in csv, "the head, who works on it, reads of it"
    public = office.client().get("/statistik.csv").get_data(as_text=True)
    assert f"{RUTAN};category;all;8" in public.replace("\r", "")


@on_sqlite
def test_the_head_confirms_and_the_kanwil_acknowledges_by_a_button(office: Office) -> None:
    december(office)
    report = reports(office)[RUTAN]
    base = f"/petugas/laporan/{report.id}"
    for name, action, status in (
        ("petugas", "sahkan", 403), ("kanwil", "sahkan", 403), ("kepala", "terima", 403),
        ("kepala", "sahkan", 303), ("kanwil", "terima", 303), ("kanwil2", "terima", 303),
        ("kepala", "hapus", 404),
    ):  # fmt: skip
        client = office.client(name)
        token = csrf(client, "/petugas/laporan")
        assert client.post(f"{base}/{action}", data={"csrf_token": token}).status_code == status, (name, action)
    done = reports(office)[RUTAN]
    assert done.confirmed_by == office.account_id("kepala")
    assert done.acknowledged_by == office.account_id("kanwil"), "the first one counts"
    office.clock.now = FIFTH
    monthly.tick(office.db, "test", FIFTH)
    assert not [t for t in told(office) if t[1] == RUTAN and t[2] in ("report_unread", "report_unconfirmed")]


@on_sqlite
def test_the_line_on_the_page_leads_to_the_report_and_goes_when_it_was_seen(office: Office) -> None:
    december(office)
    client = office.client("kanwil")
    assert re.search("laporan bulanan sudah datang", client.get("/petugas/").get_data(as_text=True))
    client.get(f"/petugas/laporan?unit={RUTAN}")
    assert "laporan bulanan sudah datang" not in client.get("/petugas/").get_data(as_text=True)


@on_sqlite
def test_many_reports_come_in_pages_and_the_open_ones_stand_apart(office: Office) -> None:
    december(office)
    done = reports(office)[RUTAN]
    with office.db.write() as s:
        for n in range(40):
            s.add(Report(unit_id=done.unit_id, month=f"{2030 + n}-01", data_key_id=done.data_key_id, made_at=FIRST,
                         confirmed_at=FIRST, acknowledged_at=FIRST, confirmed_by=office.account_id("kepala"),
                         acknowledged_by=office.account_id("kanwil")))  # fmt: skip
    client = office.client("kanwil")

    def shown(query: str) -> list[str]:
        return re.findall(r'<section class="panel" id="(\w+)"', client.get(f"/petugas/laporan{query}").text)

    first, second = shown(""), shown("?hal=2")
    assert (len(first), len(second), set(first) & set(second)) == (30, 12, set())
    assert set(shown("?hanya=belum")) == {report.id for report in reports_of(office, "2026-11")}
    assert "2 laporan belum disahkan atau belum diterima" in client.get("/petugas/laporan").text
    for odd in ("0", "-1", "x", "9" * 40):
        for page in ("/petugas/laporan", "/petugas/"):
            assert client.get(f"{page}?hal={odd}").status_code == 200


def reports_of(office: Office, month: str) -> list[Report]:
    with office.db.read() as s:
        return list(s.scalars(select(Report).where(Report.month == month)))
