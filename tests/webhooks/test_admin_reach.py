"""An admin keeps the unit of the role and what is below it; at the top, everything. No route lets them reach further."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.support import FACILITY, KANWIL, PASSWORD, Office, csrf
from tests.workflow.steps import COMPLAINT, carry
from webhooks import auth
from workflow import staff, timekeeping, units
from workflow.models import Account, Case, HolidayOverride, JournalEntry, Letter, Unit

OTHER = "RUTAN-LAIN"
SOURCE = "SKB 3 Menteri Nomor 9 Tahun 2026"


def hire(office: Office) -> None:
    """One admin a level: ``lain`` keeps a second facility, ``wilayah`` the Kanwil, ``pusat`` everything."""
    with office.db.write() as s:
        kanwil = s.scalars(select(Unit).where(Unit.code == KANWIL)).one()
        other = units.ensure(s, OTHER, "Rutan Lain", "upt", kanwil)
        for name, unit in (("lain", other), ("wilayah", kanwil), ("pusat", units.root(s))):
            staff.add(s, name, PASSWORD, [("admin", unit)], office.clock() - timedelta(days=2), name.title())


def settable(office: Office, name: str) -> set[str]:
    """Codes of the units whose settings an account has changed after it tried all."""
    client = office.client(name)
    token = csrf(client, "/petugas/satuan")
    for code in (FACILITY, OTHER, KANWIL, units.ROOT_CODE):
        client.post("/petugas/satuan", data={"csrf_token": token, "unit": code, "office_hours": "7-10"})
    with office.db.read() as s:
        return {unit.code for unit in s.scalars(select(Unit)) if unit.settings}


def decreeing(office: Office, name: str) -> set[str]:
    """Codes of the units for which an account sets holidays; nothing stands for all at once."""
    client, found = office.client(name), set[str]()
    token = csrf(client, "/petugas/kalender")
    form = {"csrf_token": token, "day": "2026-12-30", "kind": "holiday", "source": SOURCE}
    for code in ("", FACILITY, OTHER, KANWIL, units.ROOT_CODE):
        if client.post("/petugas/kalender", data={**form, "unit": code}).status_code == 303:
            found.add(code)
    return found


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("admin", {FACILITY}),
        ("lain", {OTHER}),
        ("wilayah", {KANWIL, FACILITY, OTHER}),
        ("kanwil", {KANWIL, FACILITY, OTHER}),
        ("pusat", {units.ROOT_CODE, KANWIL, FACILITY, OTHER}),
    ],
)
def test_the_reach_of_an_account_is_its_unit_and_what_is_below(office: Office, name: str, codes: set[str]) -> None:
    hire(office)
    assert settable(office, name) == codes
    assert decreeing(office, name) == (codes | {""} if name == "pusat" else codes)


def belongings(office: Office) -> dict[str, str]:
    """What the demo's facility has, by the names that routes give to ids."""
    office.say(COMPLAINT)
    case_id = carry(office, "responded")
    with office.db.write() as s:
        magetan = s.scalars(select(Unit).where(Unit.code == FACILITY)).one()
        boss = office.officer(s, "kanwil")
        timekeeping.decree(s, date(2026, 12, 31), SOURCE, boss, office.clock(), holiday=True, unit=magetan)
        override = s.scalars(select(HolidayOverride)).one()
        letter = s.scalars(select(Letter)).one()
        return {"case_id": case_id, "override_id": override.id, "letter_id": letter.id}


def state(office: Office) -> Any:
    """What the other units are and what was done there."""
    with office.db.read() as s:
        foreign = list(s.scalars(select(Unit).where(Unit.code != OTHER).order_by(Unit.code)))
        ids = [unit.id for unit in foreign]
        done = s.scalar(select(func.count()).select_from(JournalEntry).where(JournalEntry.unit_id.in_(ids)))
        days = [(row.unit_id, row.day, row.removed_at) for row in s.scalars(select(HolidayOverride))]
        statuses = s.scalars(select(Case.status)).all()
        accounts = s.execute(select(Account.name, Account.disabled_at).order_by(Account.name)).all()
        return [(u.code, u.name, u.settings) for u in foreign], done, days, statuses, accounts


def test_no_route_that_takes_an_admin_shows_or_changes_another_unit(office: Office) -> None:
    ids = belongings(office)
    hire(office)
    client = office.client("lain")
    before, token, walked = state(office), csrf(client, "/petugas/saya"), set[str]()
    with office.db.read() as s:
        number = s.scalars(select(Case.number)).one()
    for rule in office.app.url_map.iter_rules():
        roles = auth.access_of(office.app.view_functions[rule.endpoint])
        if roles in (None, "public") or (roles and "admin" not in roles) or rule.endpoint == "console.keluar":
            continue
        values = {name: ids.get(name, "x" * 32) for name in rule.arguments}
        _, path = rule.build(values) or ("", rule.rule)
        for code in (FACILITY, KANWIL, units.ROOT_CODE):
            form = {"csrf_token": token, "unit": code, "day": "2026-12-30", "kind": "holiday", "source": SOURCE}
            form |= {"office_hours": "1-2", "letterhead.address": "Jalan Salah", "nomor": number, "reason": "x"}
            for method in (rule.methods or set()) & {"GET", "POST"}:
                query = {"unit": code} if method == "GET" else None
                answer = client.open(path, method=method, query_string=query, data=form if query is None else None)
                shown = answer.get_data(as_text=True)
                assert number not in shown and "Magetan" not in shown, (rule.endpoint, method, code)
                walked.add(rule.endpoint)
    assert {"console.satuan", "console.kalender_cabut", "console.kasus", "console.cari", "console.surat"} <= walked
    assert state(office) == before
