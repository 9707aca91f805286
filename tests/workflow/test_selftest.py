"""Every day a case of our own proves that the ladder is climbed; where it was not, an alarm rings."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from tests.support import Office
from workflow import access, alarms, selftest
from workflow.models import Account, Case, Escalation, Mark, Outbound, Unit
from workflow.sweep import sweep

NIGHT = datetime(2026, 11, 2, 20, 30, tzinfo=UTC)  # 03.30 in Jakarta


def a_day(office: Office, *, swept: bool = True, handled: bool = True) -> dict[str, object]:
    """The ticks of half an hour."""
    begun = office.clock()
    for _ in range(32):
        selftest.run(office.db, office.clock())
        if handled:
            office.handle()
        if swept:
            sweep(office.db, office.clock())
        office.clock.now = max(office.clock() + timedelta(seconds=55), begun)
    with office.db.read() as s:
        state: dict[str, object] = json.loads(s.get_one(Mark, "selftest").value)
        return state


def ringing(office: Office) -> list[tuple[str, str]]:
    with office.db.read() as s:
        return [(alarm.name, alarm.code) for alarm in alarms.ringing(s)]


def test_a_day_on_which_everything_works_passes_and_leaves_no_trace_at_any_office(office: Office) -> None:
    office.clock.now = NIGHT
    assert a_day(office) == {"day": "2026-11-03", "begun": NIGHT.isoformat(), "running": False, "passed": True}
    assert ringing(office) == []
    with office.db.read() as s:
        case = s.scalars(select(Case)).one()
        assert (case.urgency, case.status, case.handling_unit.code) == ("darurat", "discontinued", selftest.CODE)
        assert s.scalar(select(func.count()).select_from(Escalation)) == 1
        for name in ("petugas", "kepala", "pejabat", "kanwil", "kustodian", "admin"):
            assert access.find(s, office.officer(s, name), case.id) is None, name
        assert s.scalars(select(Account).where(Account.name == selftest.ACCOUNT)).one().full_name == "Otomatis"
        assert s.scalar(select(func.count()).select_from(Unit).where(Unit.kind == "upt")) == 1
        assert {row.channel for row in s.scalars(select(Outbound))} == {"web"}
    office.clock.now += timedelta(hours=2)
    selftest.run(office.db, office.clock())
    office.handle()
    with office.db.read() as s:
        assert s.scalar(select(func.count()).select_from(Case)) == 1, "once a day"


def test_a_sweep_that_stands_still_is_noticed_and_its_return_too(office: Office) -> None:
    office.clock.now = NIGHT
    assert a_day(office, swept=False)["passed"] is False
    assert ringing(office) == [("selftest", "no_escalation")]
    page = office.client("admin").get("/petugas/").get_data(as_text=True)
    assert "Uji harian gagal" in page
    assert "Uji harian gagal" not in office.client("petugas").get("/petugas/").get_data(as_text=True)
    office.clock.now = NIGHT + timedelta(days=1)
    assert a_day(office)["passed"] is True
    assert ringing(office) == []


def test_a_desk_that_stands_still_is_noticed(office: Office) -> None:
    office.clock.now = NIGHT
    assert a_day(office, handled=False)["passed"] is False
    assert ringing(office) == [("selftest", "no_case")]
