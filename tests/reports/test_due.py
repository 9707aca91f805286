"""No month is left out and none is reported before it is over, whatever the zones and however long nothing ran."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.reports.test_figures import KANWIL, RUTAN
from tests.support import PASSWORD, Office
from tests.workflow.offices import on_sqlite
from workflow import enclosures, staff, units
from workflow.models import Bulletin, JournalEntry, Report, Unit
from workflow.reports import monthly
from workflow.reports.document import compose
from workflow.reports.month import Month

WATER = "Sudah tiga hari air di blok B mati, anak saya tidak bisa mandi."


def made(office: Office) -> list[tuple[str, str]]:
    with office.db.read() as s:
        return sorted((report.month, report.unit.code) for report in s.scalars(select(Report)))


@pytest.mark.parametrize("zone", ["Asia/Jayapura", "Asia/Makassar"])
def test_a_kanwil_east_of_its_facilities_waits_until_the_month_is_over_there(office: Office, zone: str) -> None:
    office.clock.now = datetime(2027, 1, 20, 3, tzinfo=UTC)
    with office.db.write() as s:
        s.scalars(select(Unit).where(Unit.code == KANWIL)).one().timezone = zone
    office.say(WATER)
    assert monthly.tick(office.db, "test", datetime(2027, 1, 31, 16, 30, tzinfo=UTC)) == 0, "23.30 in Magetan"
    office.clock.now = datetime(2027, 1, 31, 16, 45, tzinfo=UTC)
    office.say(WATER, "+62899")
    after = datetime(2027, 1, 31, 17, 1, tzinfo=UTC)
    assert monthly.tick(office.db, "test", after) == 2
    with office.db.read() as s:
        document = compose(s, s.scalars(select(Unit).where(Unit.code == KANWIL)).one(), Month(2027, 1), after)
        assert not document.partial
        report = s.scalars(select(Report).join(Unit).where(Unit.code == KANWIL)).one()
        assert "flow;received;2" in enclosures.content(s, report, "csv").decode("utf-8-sig")


def test_months_in_which_nothing_ran_are_made_up_for_in_order_sent_and_chased_later(office: Office) -> None:
    office.say(WATER)
    office.clock.now = datetime(2026, 12, 10, 3, tzinfo=UTC)
    office.say(WATER, "+62898")
    office.say(WATER, "+62899")
    back = datetime(2027, 3, 10, 3, tzinfo=UTC)
    assert monthly.tick(office.db, "test", back) == 8
    months = ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert made(office) == [(month, code) for month in months for code in (KANWIL, RUTAN)]
    with office.db.read() as s:
        rows = s.scalars(select(Report).join(Unit).where(Unit.code == RUTAN).order_by(Report.month)).all()
        received = [
            enclosures.content(s, row, "csv").decode("utf-8-sig").partition("flow;received;")[2][0] for row in rows
        ]
        assert received == ["1", "2", "0", "0"] and all(row.sent_at == back for row in rows)
        for action in ("report_made", "report_sent"):
            query = select(JournalEntry.record).join(Unit, Unit.id == JournalEntry.unit_id).where(Unit.code == RUTAN)
            lines = s.scalars(query.where(JournalEntry.action == action).order_by(JournalEntry.sequence)).all()
            assert [next(month for month in months if month.encode() in line) for line in lines] == months
    assert keys(office) == {"report_made", "report_sent"}, "nobody is chased for what lies there since a moment"
    assert monthly.tick(office.db, "test", datetime(2027, 3, 13, 16, tzinfo=UTC)) == 0
    assert keys(office) == {"report_made", "report_sent"}
    monthly.tick(office.db, "test", datetime(2027, 3, 14, 3, tzinfo=UTC))
    assert "report_chased" in keys(office)


def keys(office: Office) -> set[str]:
    with office.db.read() as s:
        return set(s.scalars(select(Bulletin.key)))


@on_sqlite
def test_a_month_that_was_left_out_between_two_reports_is_made_up_for_and_only_a_year_back(office: Office) -> None:
    office.say(WATER)
    monthly.tick(office.db, "test", datetime(2026, 12, 2, 3, tzinfo=UTC))
    monthly.tick(office.db, "test", datetime(2027, 2, 2, 3, tzinfo=UTC))
    assert [month for month, code in made(office) if code == RUTAN] == ["2026-11", "2026-12", "2027-01"]
    monthly.tick(office.db, "test", datetime(2028, 7, 5, 3, tzinfo=UTC))
    months = [month for month, code in made(office) if code == RUTAN]
    assert months[3:] == [str(Month(2027, 7).plus(n)) for n in range(12)]


@on_sqlite
def test_of_a_unit_without_a_case_nothing_is_made_up_for(office: Office) -> None:
    with office.db.write() as s:
        kanwil = s.scalars(select(Unit).where(Unit.code == KANWIL)).one()
        fresh = units.ensure(s, "RUTAN-BARU", "Rutan Baru", "upt", kanwil)
        staff.add(s, "kepala.baru", PASSWORD, [("kepala", fresh)], office.clock(), "Kepala Baru")
    office.say("Ini untuk Rutan Magetan: " + WATER)
    monthly.tick(office.db, "test", datetime(2027, 3, 10, 3, tzinfo=UTC))
    assert "RUTAN-BARU" not in {code for _, code in made(office)}, "nothing stands in its journal"


@on_sqlite
def test_an_office_that_takes_over_a_facility_reports_what_happens_from_then_on(office: Office) -> None:
    office.say(WATER)
    begun = datetime(2027, 4, 20, 3, tzinfo=UTC)
    with office.db.write() as s:
        above = s.scalars(select(Unit).where(Unit.code == units.ROOT_CODE)).one()
        fresh = units.ensure(s, "KANWIL-BARU", "Kanwil Baru", "kanwil", above)
        s.scalars(select(Unit).where(Unit.code == RUTAN)).one().parent_id = fresh.id
        staff.add(s, "baru", PASSWORD, [("kanwil", fresh)], begun, "Pegawai Kanwil Baru")
    monthly.tick(office.db, "test", begun)
    assert [month for month, code in made(office) if code == "KANWIL-BARU"] == ["2027-03"]
    assert ("2026-11", RUTAN) in made(office)
