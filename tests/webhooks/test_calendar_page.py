"""A keeper and an office set holidays for their unit and those below, those at the top for all; nobody else does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.support import HIRED, PASSWORD, Office, csrf
from workflow import staff, units
from workflow.models import HolidayOverride, JournalEntry

DAY = {"day": "2026-12-30", "kind": "holiday", "source": "SKB 3 Menteri Nomor 9 Tahun 2026"}


def add(office: Office, name: str, **changed: str) -> int:
    client = office.client(name)
    form = {**DAY, "unit": "", **changed, "csrf_token": csrf(client, "/petugas/kalender")}
    return client.post("/petugas/kalender", data=form).status_code


def rows(office: Office) -> list[tuple[str, bool]]:
    with office.db.read() as s:
        live = select(HolidayOverride).where(HolidayOverride.removed_at.is_(None)).order_by(HolidayOverride.day)
        return [(row.day.isoformat(), row.holiday) for row in s.scalars(live)]


def test_the_keeper_sets_a_day_for_the_own_unit_and_takes_it_back(office: Office) -> None:
    assert add(office, "admin") == 422, "not for the whole country"
    assert add(office, "admin", unit="RUTAN-MAGETAN") == 303
    assert rows(office) == [("2026-12-30", True)]
    client = office.client("admin")
    page = client.get("/petugas/kalender").get_data(as_text=True)
    assert "30 Desember 2026" in page
    assert "SKB 3 Menteri" in page
    with office.db.read() as s:
        row = s.scalars(select(HolidayOverride)).one()
        assert s.scalars(select(JournalEntry.action).where(JournalEntry.action == "holiday")).all() == ["holiday"]
    token = csrf(client, "/petugas/kalender")
    assert client.post(f"/petugas/kalender/{row.id}/cabut", data={"csrf_token": token}).status_code == 303
    assert rows(office) == []


def test_an_office_sets_days_for_its_own_units_only(office: Office) -> None:
    assert add(office, "kanwil", unit="RUTAN-MAGETAN", kind="working") == 303
    assert rows(office) == [("2026-12-30", False)]
    assert add(office, "kanwil", unit="") == 422, "not for the whole country"
    assert add(office, "kanwil", unit="DITJENPAS") == 422
    assert len(rows(office)) == 1


@pytest.mark.parametrize("fault", [{"day": "30/12/2026"}, {"source": " "}, {"unit": "TIDAK-ADA"}])
def test_what_cannot_be_is_refused_and_typed_words_stay(office: Office, fault: dict[str, str]) -> None:
    client = office.client("kanwil")
    form = {**DAY, "unit": "KANWIL-JATIM", **fault, "csrf_token": csrf(client, "/petugas/kalender")}
    answer = client.post("/petugas/kalender", data=form)
    assert answer.status_code == 422
    assert 'value="2026-12-30"' in answer.get_data(as_text=True) or "day" in fault
    assert rows(office) == []


@pytest.mark.parametrize("missing", ["kind", "unit"])
def test_a_day_without_a_kind_or_a_place_is_no_holiday_everywhere(office: Office, missing: str) -> None:
    with office.db.write() as s:
        staff.add(s, "pusat", PASSWORD, [("ditjenpas", units.root(s))], HIRED, "Pusat", "Staf")
    client = office.client("pusat")
    form = {**DAY, "unit": "", "csrf_token": csrf(client, "/petugas/kalender")}
    del form[missing]
    answer = client.post("/petugas/kalender", data=form)
    assert answer.status_code == 422
    assert "tidak ada yang berubah" in answer.text
    assert rows(office) == []


@pytest.mark.parametrize("name", ["petugas", "kepala", "pejabat", "kustodian"])
def test_others_do_not_touch_the_calendar(office: Office, name: str) -> None:
    assert office.client(name).get("/petugas/kalender").status_code == 403


@pytest.mark.parametrize(
    ("year", "month", "sentence"),
    [(2027, 11, "Data hari libur hampir habis"), (2028, 2, "Data hari libur sudah berakhir")],
)
def test_the_console_says_whether_the_holiday_data_end_soon_or_have_ended(
    office: Office, year: int, month: int, sentence: str
) -> None:
    office.clock.now = datetime(year, month, 20, 2, tzinfo=UTC)
    for name, path in (("kepala", "/petugas/"), ("admin", "/petugas/kalender")):
        page = office.client(name).get(path).get_data(as_text=True)
        assert sentence in page and page.count("Data hari libur") == 1
