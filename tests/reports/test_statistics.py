"""The public figures: whole months, no small number, no sealed case, no difference that tells of one."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

from sqlalchemy import select

from tests.reports.lives import SEALED, TEXTS
from tests.reports.test_figures import NOVEMBER, RUTAN
from tests.support import Office
from tests.workflow.offices import on_sqlite
from workflow import units
from workflow.models import Unit
from workflow.reports import statistics

#: After 30 November in Magetan.
AFTER = NOVEMBER.ends("Asia/Jakarta")


def several(office: Office, count: int, text: str = TEXTS[0], start: int = 0) -> None:
    for n in range(count):
        office.say(text, f"+62811{start + n:06d}")


def csv_rows(office: Office) -> dict[tuple[str, str, str], str]:
    content = office.client().get("/statistik.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(content), delimiter=";"))[1:]
    return {(table, unit, key): value for _, unit, table, key, value in rows}


def published(office: Office) -> dict[tuple[str, str, str], float | None]:
    with office.db.read() as s:
        return statistics.publish(s, NOVEMBER).figures


def test_figures_appear_when_the_month_is_over(office: Office) -> None:
    several(office, 12)
    assert "Belum ada bulan" in office.client().get("/statistik").get_data(as_text=True)
    office.clock.now = AFTER
    page = office.client().get("/statistik").get_data(as_text=True)
    assert "November 2026" in page
    assert csv_rows(office)["category", RUTAN, "all"] == "12"


def test_small_numbers_and_what_would_tell_of_them_are_kept_back(office: Office) -> None:
    several(office, 12)
    several(office, 2, TEXTS[1], 100)
    office.clock.now = AFTER
    figures = published(office)
    assert figures["category", "all", "all"] == 14
    shown = {key: value for (table, unit, key), value in figures.items() if (table, unit) == ("category", "all")}
    assert [key for key, value in shown.items() if value is not None] == ["all"], "the twelve would tell of the two"
    assert all(value is None or value >= 5 for value in figures.values())
    assert figures["channel", "all", "simulator"] is None, "all the others would be none"
    page = office.client().get("/statistik").get_data(as_text=True)
    assert "baris lain disamarkan" in page


def test_a_sealed_case_is_in_no_figure_and_no_difference(office: Office) -> None:
    several(office, 12)
    office.clock.now = AFTER
    before = published(office)
    office.clock.now = NOVEMBER.begins("Asia/Jakarta") + timedelta(days=19)
    several(office, 7, SEALED, 500)
    office.say("KANWIL", "+62811000001")
    office.clock.now = AFTER
    after = published(office)
    assert after["category", "all", "all"] == 11, "what left the facility before the month's end is not told of"
    assert before["category", "all", "all"] == 12
    assert csv_rows(office)["channel", "all", "all"] == "11"


def test_later_changes_leave_a_month_as_it_was_published(office: Office) -> None:
    several(office, 12)
    office.clock.now = AFTER
    before = published(office)
    office.say("KANWIL", "+62811000001")
    office.say("TIDAK PUAS, masih mati", "+62811000002")
    several(office, 6, TEXTS[0], 700)
    office.clock.advance(days=3)
    assert published(office) == before


@on_sqlite
def test_two_facilities_show_their_own_and_the_sum(office: Office) -> None:
    several(office, 12)
    with office.db.write() as s:
        kanwil = s.scalars(select(Unit).where(Unit.kind == "kanwil")).one()
        units.ensure(s, "LAPAS-MADIUN", "Lembaga Pemasyarakatan Madiun", "upt", kanwil)
    office.clock.now = AFTER
    page = office.client().get("/statistik").get_data(as_text=True)
    assert "Lembaga Pemasyarakatan Madiun" in page
    assert office.client().get("/statistik?unit=LAPAS-MADIUN").status_code == 200
    for wrong in ("unit=X", "bulan=2026-12", "bulan=x"):
        assert office.client().get(f"/statistik?{wrong}").status_code == 404
    figures = published(office)
    assert figures["category", RUTAN, "all"] is None, "the other facility's number would follow from it and the sum"
    assert figures["category", "LAPAS-MADIUN", "all"] is None


def test_figures_are_made_outside_requests_once_and_kept(office: Office) -> None:
    several(office, 12)
    assert statistics.keep_due(office.db, office.clock()) == 0, "the month is not over"
    office.clock.now = AFTER
    assert statistics.keep_due(office.db, office.clock()) == 1
    assert statistics.keep_due(office.db, office.clock()) == 0
    with office.db.read() as s:
        month = statistics.months(s, office.clock())[0]
        kept, fresh = statistics.kept(s, month), statistics.publish(s, month)
    assert kept == fresh
    assert office.client().get("/statistik").status_code == 200
