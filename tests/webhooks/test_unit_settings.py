"""What a unit sets for itself, on its page; and that each setting is really read where it matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support import FACILITY, KANWIL, Office, csrf
from workflow import clocks, letters, retention, unit_settings
from workflow.models import Case, Deadline, JournalEntry, Unit

PATH = "/petugas/satuan"


def save(office: Office, name: str = "kanwil", code: str = FACILITY, **typed: str):
    client = office.client(name)
    named = {key.replace("__", "."): value for key, value in typed.items()}
    return client.post(PATH, data={"unit": code, **named, "csrf_token": csrf(client, PATH)})


def put(office: Office, key: str, typed: str, code: str = FACILITY) -> None:
    with office.db.write() as s:
        unit = s.scalars(select(Unit).where(Unit.code == code)).one()
        unit.settings = unit_settings.changed(unit, key, typed, office.clock())


def facility(s) -> Unit:
    return s.scalars(select(Unit).where(Unit.code == FACILITY)).one()


def test_an_office_above_and_the_keeper_change_settings_and_the_journal_keeps_it(office: Office) -> None:
    for name in ("kanwil", "admin"):
        assert save(office, name, letterhead__address=f"Jalan {name}", office_hours="7-15").status_code == 303
        assert f"Jalan {name}" in office.client(name).get(f"{PATH}?unit={FACILITY}").text
    with office.db.read() as s:
        unit = facility(s)
        assert unit.settings["letterhead"]["address"] == "Jalan admin" and unit.settings["office_hours"] == [7, 15]
        events = [e.action for e in s.scalars(select(JournalEntry).where(JournalEntry.unit_id == unit.id))]
        assert events.count("unit_setting") == 3, "the hours did not differ the second time"
    assert save(office, letterhead__address="").status_code == 303
    with office.db.read() as s:
        assert "letterhead" not in facility(s).settings


@pytest.mark.parametrize(
    ("key", "typed", "sentence"),
    [
        ("clocks.respond", "0", "bilangan bulat dari 1 sampai 60"),
        ("letter_number", "W15", "{sequence} dan {year}"),
        ("office_hours", "16-8", "dua jam bulat"),
        ("ladder.default.facility", "raja", "petugas, kepala, kanwil, ditjenpas"),
        ("ladder.default.facility", "petugas, kepala", "kanwil atau ditjenpas"),
        ("retention.standard", "selamanya", "bilangan bulat dari 1 sampai 100"),
    ],
)
def test_a_wrong_value_is_told_beside_its_field_and_nothing_is_kept(
    office: Office, key: str, typed: str, sentence: str
) -> None:
    refused = save(office, **{key: typed, "letterhead.address": "Jalan Lain"})
    assert refused.status_code == 422 and sentence in refused.text and f'value="{typed}"' in refused.text
    with office.db.read() as s:
        assert not facility(s).settings


def test_others_reach_neither_page_nor_foreign_units(office: Office) -> None:
    for name in ("petugas", "kepala", "pejabat", "kustodian"):
        assert office.client(name).get(PATH).status_code == 403
    with office.db.write() as s:
        root = s.scalars(select(Unit).where(Unit.kind == "ditjen")).one()
        s.add(Unit(code="KANWIL-LAIN", name="Kanwil Lain", kind="kanwil", parent_id=root.id, timezone="Asia/Jakarta"))
    assert save(office, code="KANWIL-LAIN", letterhead__address="x").status_code == 404
    assert save(office, code=KANWIL, letterhead__address="Jalan Kanwil").status_code == 303


# ------------------------------------------------------------------ each is read


def test_a_deadline_of_the_unit_holds_for_cases_from_then_on(office: Office) -> None:
    put(office, "clocks.first_response", "1")
    office.say("Sudah tiga hari air mati.")
    with office.db.read() as s:
        due = s.scalars(select(Deadline.due_at).where(Deadline.rule == "first_response")).one()
    assert due == datetime(2026, 11, 3, 16, 59, 59, tzinfo=UTC), "the next working day, not the third"


def test_letterhead_number_hours_ladder_and_retention_come_from_the_unit(office: Office) -> None:
    office.say("Sudah tiga hari air mati.")
    for key, typed in (
        ("letterhead.address", "Jalan Contoh 1"), ("letter_number", "W15-{sequence:3}/{year}"), ("office_hours", "10-11"),
        ("ladder.default.delay_days", "5"), ("ladder.normal.facility", "kepala, kanwil"), ("retention.standard", "7"),
    ):  # fmt: skip
        put(office, key, typed)
    with office.db.read() as s:
        unit, case = facility(s), s.scalars(select(Case)).one()
        assert letters.letterhead(s, unit)["contact"] == ["Jalan Contoh 1"]
        assert letters.number(unit, 2026, 4, office.clock()) == "W15-004/2026"
        nine = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
        assert not clocks.office_open(s, unit, nine) and clocks.office_open(s, unit, nine + timedelta(hours=1))
        case.urgency = "normal"
        ladder = clocks.ladder(case)
        assert (ladder.delay_days, ladder.facility) == (5, ("kepala", "kanwil"))
        assert retention.years("standard", unit.settings) == 7
        told = {key: unit_settings.told(unit, key) for key in ("office_hours", "ladder.normal.facility")}
        s.rollback()
    assert told == {"office_hours": "10-11", "ladder.normal.facility": "kepala, kanwil"}
