"""A whole ministry on one installation: 33 Kanwil, 532 facilities; families find theirs, offices see what is theirs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import event, select, text

from tests import ministry
from tests.support import PASSWORD, Office
from tests.webhooks.test_public import TEXT
from workflow import staff, unit_roster
from workflow.actors import Clock as Tick
from workflow.models import Case, PublicMonth, Unit

CASES = 100_000


@pytest.fixture
def land(office: Office) -> Office:
    """The ministry of the file, beside the demo's Kanwil and facility."""
    rows = unit_roster.rows(ministry.table(ministry.units()))
    with office.db.write() as s:
        changes = unit_roster.plan(s, rows, office.clock())
        unit_roster.apply(s, changes, Tick(), office.clock())
        root = s.scalars(select(Unit).where(Unit.kind == "ditjen")).one()
        first = s.scalars(select(Unit).where(Unit.code == ministry.kanwil_code(0))).one()
        staff.add(s, "pusat", PASSWORD, [("ditjenpas", root)], office.clock(), "Pusat")
        staff.add(s, "wilayah", PASSWORD, [("kanwil", first)], office.clock(), "Wilayah")
    return office


def form(client: Any, **fields: str) -> dict[str, str]:
    page = client.get("/lapor").text
    hidden = dict(re.findall(r'name="(form_id|kunci)" value="([^"]*)"', page))
    return {**hidden, "tujuan": "unit", "kerahasiaan": "confidential", "text": TEXT, **fields}


def newest(office: Office) -> tuple[str, str | None]:
    """The number of the newest case, and the code of the facility that it is about."""
    with office.db.read() as s:
        case = s.scalars(select(Case).order_by(Case.received_at.desc()).limit(1)).one()
        return case.number, case.subject_unit.code if case.subject_unit else None


def test_the_file_makes_the_whole_hierarchy(land: Office) -> None:
    with land.db.read() as s:
        kinds = [kind for (kind,) in s.execute(select(Unit.kind))]
        assert (kinds.count("kanwil"), kinds.count("upt")) == (ministry.KANWIL + 1, ministry.FACILITIES + 1)
        first = s.scalars(select(Unit).where(Unit.code == ministry.kanwil_code(0))).one()
        below = s.scalars(select(Unit).where(Unit.parent_id == first.id)).all()
        assert len(below) == 40 and first.parent is not None and first.parent.kind == "ditjen"


def test_a_family_finds_its_facility_by_a_part_of_its_name(land: Office) -> None:
    client = land.client()
    page = client.get("/lapor").text
    assert page.count("<option") == ministry.FACILITIES + 1 and 'list="unit-nama"' in page
    assert "<select" not in page and len(page) < 120_000
    assert client.post("/lapor", data=form(client, unit=ministry.facility_name(17))).status_code == 200
    assert newest(land)[1] == ministry.facility_code(17)
    land.clock.advance(minutes=1)
    other = land.client()
    assert other.post("/lapor", data=form(other, unit=ministry.place(300).upper())).status_code == 200
    assert newest(land)[1] == ministry.facility_code(300)


def test_a_name_that_fits_several_is_asked_for_once_and_nothing_typed_is_lost(land: Office) -> None:
    client = land.client()
    data = form(client, unit="kalamukti")
    asked = client.post("/lapor", data=data)
    assert asked.status_code == 422 and TEXT in asked.text and 'value="kalamukti"' in asked.text
    with land.db.read() as s:
        assert s.scalar(select(Case.id)) is None
        wanted = s.scalars(select(Unit).where(Unit.code == ministry.facility_code(144))).one()
    assert wanted.name in asked.text and f'value="{wanted.id}"' in asked.text
    assert client.post("/lapor", data={**data, "unit_pasti": wanted.id}).status_code == 200
    assert newest(land)[1] == wanted.code


def test_a_place_that_nobody_knows_never_keeps_a_complaint_out(land: Office) -> None:
    client = land.client()
    data = form(client, unit="Negeri Antah Berantah")
    asked = client.post("/lapor", data=data)
    assert asked.status_code == 422 and 'value="-" checked' in asked.text
    assert client.post("/lapor", data={**data, "unit_pasti": "-"}).status_code == 200
    number, subject = newest(land)
    assert subject is None and number.startswith("ADU-DITJENPAS-")
    with land.db.read() as s:
        case_id = s.scalars(select(Case.id)).one()
    page = land.client("pusat").get(f"/petugas/kasus/{case_id}").text
    assert "Negeri Antah Berantah" in page, "what the family typed is read by whoever looks for the facility"


def test_services_of_one_facility_are_found_by_name(land: Office) -> None:
    client = land.client()
    page = client.get("/layanan").text
    assert 'list="unit-nama"' in page and page.count("<option") == ministry.FACILITIES + 1
    name = ministry.facility_name(200)
    assert f'<h2 id="setempat">{name}</h2>' in client.get("/layanan", query_string={"unit": name}).text
    several = client.get("/layanan?unit=kalamukti").text
    assert f'href="/layanan?unit={ministry.facility_code(0)}"' in several
    assert client.get("/layanan?unit=zzzzzz").status_code == 404


def test_few_facilities_stand_in_a_menu_and_odd_values_are_no_fault(office: Office) -> None:
    with office.db.write() as s:
        above = s.scalars(select(Unit).where(Unit.kind == "kanwil")).one()
        s.add(Unit(code="B", name="Lapas Kelas IIA Contoh", kind="upt", parent_id=above.id, timezone="Asia/Jakarta"))
    client = office.client()
    assert "<select" in client.get("/lapor").text
    assert client.post("/lapor", data=form(client, unit="entah")).status_code == 200


# ------------------------------------------------------------------ offices above


@pytest.fixture
def full(land: Office) -> Office:
    """Very many cases at the forty facilities of the first Kanwil, most of them ended, and as many elsewhere."""
    land.say("Sudah tiga hari air mati.")
    kept = land.case().id
    statuses = "CASE WHEN n % 50 = 0 THEN 'classified' WHEN n % 50 = 1 THEN 'received' ELSE 'closed' END"
    columns = [c.name for c in Case.__table__.columns]
    own = {
        "id": "'x' || n", "number": "'N-' || n", "status": statuses, "owner_id": "NULL", "official_id": "NULL",
        "closed_at": "CASE WHEN n % 50 > 1 THEN received_at END",
        "handling_unit_id": "(SELECT u.id FROM unit u WHERE u.code = 'UPT-' || substr('00' || (1 + n % :units), -3))",
    }  # fmt: skip
    if land.db.engine.dialect.name == "postgresql":
        own["handling_unit_id"] = own["handling_unit_id"].replace(
            "substr('00' || (1 + n % :units), -3)", "right('00' || (1 + n % :units), 3)"
        )
    chosen = ", ".join(own.get(name, name) for name in columns)
    fill = f"WITH RECURSIVE r(n) AS (SELECT CAST(:first AS INTEGER) UNION ALL SELECT n + 1 FROM r WHERE n < :last) INSERT INTO complaint ({', '.join(columns)}) SELECT {chosen} FROM r, complaint WHERE id = :kept"
    with land.db.engine.begin() as connection:
        for first, last, spread in ((0, CASES, 40), (CASES + 1, 2 * CASES, ministry.FACILITIES)):
            connection.execute(text(fill), {"first": first, "last": last, "kept": kept, "units": spread})
        connection.execute(text("ANALYZE"))
    return land


def plans(office: Office, name: str, tab: str) -> list[str]:
    """How the database carries out each query on cases that this page asks."""
    asked = list[tuple[str, Any]]()

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if "complaint" in statement and statement.lstrip().upper().startswith("SELECT"):
            asked.append((statement, parameters))

    client = office.client(name)
    event.listen(office.db.engine, "before_cursor_execute", note)
    try:
        assert client.get(f"/petugas/?tab={tab}").status_code == 200
    finally:
        event.remove(office.db.engine, "before_cursor_execute", note)
    lead = "EXPLAIN " if office.db.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    with office.db.engine.connect() as connection:
        return [
            "\n".join(str(row[-1]) for row in connection.exec_driver_sql(lead + statement, parameters))
            for statement, parameters in asked
        ]


def test_the_queues_of_a_kanwil_with_forty_facilities_reads_indexes_alone(full: Office) -> None:
    for tab in ("saya", "terbuka", "selesai"):
        found = plans(full, "wilayah", tab)
        assert len(found) >= 3
        for plan in found:
            assert "Seq Scan on complaint" not in plan, (tab, plan)
            assert not re.search(r"SCAN complaint(?! USING INDEX ix_complaint_closed)", plan), (tab, plan)


def test_the_directorate_sees_every_kanwil_and_a_kanwil_its_own(land: Office) -> None:
    written = dict[int, str]()
    for n in (3, 500):
        client = land.client()
        assert client.post("/lapor", data=form(client, unit=ministry.facility_name(n))).status_code == 200
        written[n], about = newest(land)
        assert about == ministry.facility_code(n)
        land.clock.advance(minutes=1)
    seen = {name: land.client(name).get("/petugas/?tab=terbuka").text for name in ("pusat", "wilayah", "kanwil")}
    for name, facilities_seen in (("pusat", {3, 500}), ("wilayah", {3}), ("kanwil", set())):
        assert {n for n, number in written.items() if number in seen[name]} == facilities_seen, name
    reports = land.client("pusat").get("/petugas/laporan")
    assert reports.status_code == 200 and ministry.facility_name(500) in reports.text
    assert ministry.facility_name(500) not in land.client("wilayah").get("/petugas/laporan").text


def test_the_public_page_names_the_facilities_with_figures_and_counts_the_others(land: Office) -> None:
    known = {ministry.facility_code(n): ministry.facility_name(n) for n in range(ministry.FACILITIES)}
    figures = [["category", code, "all", 40.0 + n if n < 3 else None] for n, code in enumerate(known)]
    client = land.client()
    assert client.post("/lapor", data=form(client, unit=ministry.facility_name(0))).status_code == 200
    land.clock.advance(days=40)
    with land.db.write() as s:
        content = {"facilities": known, "figures": [["category", "all", "all", 900.0], *figures]}
        s.add(PublicMonth(month="2026-11", made_at=land.clock(), content=content))
    page = client.get("/statistik").text
    assert page.count('<th scope="row"><a href=') == 3 and ministry.facility_name(2) in page
    assert f"{ministry.FACILITIES - 3} lapas dan rutan lain: semua angkanya disamarkan." in page
