"""A complaint that names no facility waits at the office above everybody; an officer there says which one is meant."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.support import Office, csrf
from webhooks import doctor
from workflow import staff
from workflow.models import Account, Unit

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


def test_the_doctor_names_an_office_that_gets_complaints_and_has_nobody(several: Office) -> None:
    def wrong() -> set[str]:
        return {finding.subject for finding in doctor.examine(several.settings) if finding.level == "wrong"}

    assert "DITJENPAS" not in wrong()
    with several.db.write() as s:
        s.scalars(select(Account).where(Account.name == "pusat")).one().disabled_at = several.clock()
    assert "DITJENPAS" in wrong()
