"""A complaint that names no facility waits at the office above everybody; an officer there says which one is meant."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from tests.support import Office, csrf
from webhooks import doctor
from workflow import staff, timekeeping
from workflow.actors import Clock
from workflow.models import Account, Deadline, JournalEntry, Unit

TEXT = "Makanan di blok B basi terus, sudah seminggu."
HEAD = "Pak Bambang Hartono yang menyuruh potong jatah makan."


@pytest.fixture
def several(office: Office) -> Office:
    """A second Kanwil with a facility: nobody can know any more which one is meant."""
    with office.db.write() as s:
        root = s.scalars(select(Unit).where(Unit.kind == "ditjen")).one()
        bali = Unit(code="KANWIL-BALI", name="Kanwil Bali", kind="kanwil", parent_id=root.id, timezone="Asia/Makassar")
        s.add(bali)
        s.flush()
        s.add(Unit(code="LAPAS-BALI", name="Lapas Kerobokan", kind="upt", parent_id=bali.id, timezone="Asia/Makassar"))
        staff.add(s, "pusat", "kata-sandi-pusat", [("ditjenpas", root)], office.clock(), "Ratna Pusat")
    return office


def unit_id(office: Office, code: str) -> str:
    with office.db.read() as s:
        return s.scalars(select(Unit.id).where(Unit.code == code)).one()


def hand(office: Office, code: str, name: str = "pusat") -> int:
    client, page = office.client(name), f"/petugas/kasus/{office.case().id}"
    sent = {"unit": unit_id(office, code), "csrf_token": csrf(client, page)}
    return client.post(f"{page}/place", data=sent).status_code


def test_the_greeting_promises_no_way_past_an_office_that_is_above_all(several: Office) -> None:
    said = " ".join(several.say("halo"))
    assert "sebutkan lapas atau rutannya" in said and "KANWIL" not in said


def test_the_officer_above_hands_it_down_and_the_family_is_told(several: Office) -> None:
    several.say(TEXT)
    several.say("LEWATI")
    assert several.case().handling_unit.kind == "ditjen"
    page = several.client("pusat").get(f"/petugas/kasus/{several.case().id}").text
    assert 'id="form-place"' in page and "Lapas Kerobokan" in page
    assert hand(several, "RUTAN-MAGETAN") == 303
    case = several.case()
    assert (case.handling_unit.code, case.status, case.seal) == ("RUTAN-MAGETAN", "received", "none")
    assert several.client("petugas").get(f"/petugas/kasus/{case.id}").status_code == 200
    said = several._body(several._outbound("+628120000001")[-1].id)
    assert case.number in said and "Rumah Tahanan" in said
    assert hand(several, "LAPAS-BALI") in (404, 409, 422), "it is placed, and no longer theirs"


def test_what_is_about_the_head_stays_above(several: Office) -> None:
    several.say(f"{TEXT} {HEAD}")
    several.say("LEWATI")
    assert hand(several, "RUTAN-MAGETAN") == 303
    case = several.case()
    assert (case.handling_unit.code, case.seal) == ("KANWIL-JATIM", "kanwil")
    assert several.client("kepala").get(f"/petugas/kasus/{case.id}").status_code == 404


def test_what_nobody_has_met_is_counted_from_receipt_by_the_days_and_settings_of_the_facility(several: Office) -> None:
    with several.db.write() as s:
        bali = s.scalars(select(Unit).where(Unit.code == "LAPAS-BALI")).one()
        bali.settings = {"clocks": {"respond": 10}}
        timekeeping.decree(s, date(2026, 11, 5), "Galungan", Clock(), several.clock(), holiday=True, unit=bali)
    several.say(TEXT)
    several.say("LEWATI")
    case_id = several.case().id
    assert dues(several, case_id)["respond"] == datetime(2026, 11, 20, 16, 59, 59, tzinfo=UTC)
    several.clock.advance(hours=20)
    assert hand(several, "LAPAS-BALI") == 303
    assert dues(several, case_id) == {
        "classify": datetime(2026, 11, 3, 15, 59, 59, tzinfo=UTC),
        "first_response": datetime(2026, 11, 6, 15, 59, 59, tzinfo=UTC),
        "respond": datetime(2026, 11, 17, 15, 59, 59, tzinfo=UTC),
    }
    with several.db.read() as s:
        told = select(JournalEntry.record).where(JournalEntry.action == "recomputed")
        told = told.where(JournalEntry.unit_id == unit_id(several, "LAPAS-BALI"))
        moved = {json.loads(record)["data"]["rule"] for record in s.scalars(told)}
    assert moved == {"classify", "first_response", "respond"}


def test_what_was_late_before_the_facility_was_known_stays_late(several: Office) -> None:
    several.say(TEXT)
    several.say("LEWATI")
    case_id = several.case().id
    several.clock.advance(days=3)
    before = dues(several, case_id)
    assert hand(several, "LAPAS-BALI") == 303
    after = dues(several, case_id)
    assert after["classify"] == before["classify"] < several.clock()
    assert after["respond"] != before["respond"]


def dues(office: Office, case_id: str) -> dict[str, datetime]:
    with office.db.read() as s:
        rows = s.scalars(select(Deadline).where(Deadline.case_id == case_id, Deadline.state == "running"))
        return {row.rule: row.due_at for row in rows}


def test_the_doctor_names_an_office_that_gets_complaints_and_has_nobody(several: Office) -> None:
    def wrong() -> set[str]:
        return {finding.subject for finding in doctor.examine(several.settings) if finding.level == "wrong"}

    assert "DITJENPAS" not in wrong()
    with several.db.write() as s:
        s.scalars(select(Account).where(Account.name == "pusat")).one().disabled_at = several.clock()
    assert "DITJENPAS" in wrong()
