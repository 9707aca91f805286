"""Who answers what people ask of their data: a custodian of that case, or who is in charge above; and what it opens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.support import FACILITY, KANWIL, Office, csrf
from tests.webhooks.test_entry import enter, the_case
from tests.workflow.steps import COMPLAINT
from webhooks import doctor
from workflow import cases, people, staff, subject_rights, units
from workflow.models import Account, Case, DataRequest, Exclusion, JournalEntry, Notice, Paper, Person, RoleGrant, Unit

NAME, TELEPHONE = "Sulastri Ningsih", "081234567890"
EVERYBODY = ("petugas", "petugas2", "kepala", "pejabat", "kanwil", "kanwil2", "kustodian", "admin")


def token(client: FlaskClient) -> str:
    return csrf(client, "/petugas/saya")


def request_for(office: Office, case_id: str, kind: str = "copy", by: str = "petugas") -> str:
    """An officer writes it down on the case page."""
    client = office.client(by)
    client.post(f"/petugas/data/{case_id}/minta", data={"csrf_token": token(client), "kind": kind})
    with office.db.read() as s:
        return s.scalars(select(DataRequest.id).where(DataRequest.case_id == case_id)).one()


def granted_by(office: Office, name: str, request_id: str) -> tuple[bool, str]:
    """Whether this account's word counted, and the page after it."""
    client = office.client(name)
    form = {"csrf_token": token(client), "decision": "grant"}
    page = client.post(f"/petugas/data/{request_id}/jawab", data=form, follow_redirects=True).text
    with office.db.read() as s:
        return s.get_one(DataRequest, request_id).answered_by == office.account_id(name), page


def answering(office: Office, request_id: str) -> list[str]:
    """Who can answer a request, tried one after the other; nobody else's word changes it."""
    able = []
    for name in EVERYBODY:
        if granted_by(office, name, request_id)[0]:
            able.append(name)
            with office.db.write() as s:
                row = s.get_one(DataRequest, request_id)
                row.state, row.answered_by = "open", None
            with office.db.write() as s:
                s.get_one(Case, row.case_id).last_form = None
    return able


def told(office: Office, key: str) -> set[str]:
    with office.db.read() as s:
        query = select(Account.name).join(Notice, Notice.account_id == Account.id).where(Notice.key == key)
        return set(s.scalars(query))


def openings(office: Office) -> list[str]:
    with office.db.read() as s:
        return sorted(
            s.get_one(Unit, entry.unit_id).code
            for entry in s.scalars(select(JournalEntry).where(JournalEntry.action == "identity"))
        )


def without_custodian(office: Office) -> None:
    with office.db.write() as s:
        for grant in s.scalars(select(RoleGrant).where(RoleGrant.role == "kustodian")):
            s.delete(grant)


def also(office: Office, name: str, role: str, code: str) -> None:
    """An account gets a further role, at a unit that is made where it is missing."""
    with office.db.write() as s:
        kanwil = s.scalars(select(Unit).where(Unit.code == KANWIL)).one()
        unit = units.ensure(s, code, f"Lapas {code}", "upt", kanwil)
        account = s.scalars(select(Account).where(Account.name == name)).one()
        s.add(RoleGrant(account_id=account.id, unit_id=unit.id, role=role, valid_from=date(2026, 1, 5)))


def test_a_copy_for_handing_over_is_an_opening_with_its_reason_that_the_kanwil_hears_of(office: Office) -> None:
    enter(office, nama=NAME, telepon=TELEPHONE)
    request_id = request_for(office, the_case(office).id)
    assert "membuka identitas pelapor" in office.client("kustodian").get("/petugas/data").text
    counted, page = granted_by(office, "kustodian", request_id)
    assert counted and NAME in page
    assert openings(office) == sorted([FACILITY, KANWIL])
    assert told(office, "identity_opened") == {"kanwil", "kanwil2"}
    with office.db.read() as s:
        assert s.scalars(select(Paper.author_id).where(Paper.kind == "identity")).all() == [
            office.account_id("kustodian")
        ]
    assert (
        "Salinan data yang diminta pelapor" in office.client("kanwil").get(f"/petugas/kasus/{the_case(office).id}").text
    )


def test_a_copy_that_a_wire_carries_opens_nothing_to_staff(office: Office) -> None:
    office.say(COMPLAINT, display_name=NAME)
    counted, page = granted_by(office, "kustodian", request_for(office, office.case().id))
    assert counted and NAME not in page
    assert openings(office) == [] and told(office, "identity_opened") == set()


@pytest.mark.parametrize("late", [False, True])
def test_of_somebody_anonymous_neither_name_nor_number_is_printed(office: Office, late: bool) -> None:
    words = f"Air mati di blok B. Salam, {NAME}, telepon {TELEPHONE}."
    enter(office, nama=NAME, telepon=TELEPHONE, text=words, kerahasiaan="confidential" if late else "anonymous")
    case_id = the_case(office).id
    with office.db.write() as s:
        case = cases.lock(s, case_id)
        people.learn(s, s.get_one(Person, case.person_id), name=NAME, number=TELEPHONE)
        cases.set_visibility(s, case, "anonymous", office.clock())
    request_id = request_for(office, case_id)
    assert "tanpa nama dan nomornya" in office.client("kustodian").get("/petugas/data").text
    counted, page = granted_by(office, "kustodian", request_id)
    assert counted and "Air mati di blok B" in page
    assert "Sulastri" not in page and "1234567890" not in page
    assert openings(office) == []


def test_whoever_wrote_the_request_down_does_not_grant_it(office: Office) -> None:
    enter(office, nama=NAME, telepon=TELEPHONE, tujuan="kanwil")
    assert answering(office, request_for(office, the_case(office).id, by="kanwil2")) == ["kustodian"]


def test_a_custodian_of_another_facility_answers_nothing_here(office: Office) -> None:
    also(office, "petugas2", "kustodian", "LAPAS-X")
    enter(office, nama=NAME, telepon=TELEPHONE)
    request_id = request_for(office, the_case(office).id)
    assert the_case(office).number not in office.client("petugas2").get("/petugas/data").text
    assert answering(office, request_id) == ["kustodian"]


def test_without_a_custodian_the_office_above_is_told_and_answers(office: Office) -> None:
    without_custodian(office)
    enter(office, nama=NAME, telepon=TELEPHONE)
    request_id = request_for(office, the_case(office).id)
    assert told(office, "data_request") == {"kanwil", "kanwil2"}
    assert the_case(office).number in office.client("kanwil").get("/petugas/data").text
    assert answering(office, request_id) == ["kanwil", "kanwil2"]
    assert openings(office) == sorted([FACILITY, KANWIL] * 2)


def test_a_custodian_who_is_named_in_the_case_leaves_it_to_the_office_above(office: Office) -> None:
    office.say(COMPLAINT)
    with office.db.write() as s:
        hidden = Exclusion(case_id=office.case().id, account_id=office.account_id("kustodian"), scope="hide")
        hidden.reason, hidden.created_at = "named", office.clock()
        s.add(hidden)
    request_id = request_for(office, office.case().id)
    assert told(office, "data_request") == {"kanwil", "kanwil2"}
    assert answering(office, request_id) == ["kanwil", "kanwil2"]


def test_a_case_of_the_kanwil_without_a_custodian_is_answered_by_the_directorate_general(office: Office) -> None:
    without_custodian(office)
    with office.db.write() as s:
        staff.add(s, "pusat", "kata-sandi-untuk-tes", [("ditjenpas", units.root(s))], office.clock())
    enter(office, nama=NAME, telepon=TELEPHONE, tujuan="kanwil")
    request_id = request_for(office, the_case(office).id, by="kanwil")
    assert told(office, "data_request") == {"pusat"}
    assert answering(office, request_id) == []
    assert the_case(office).number in office.client("pusat").get("/petugas/data").text
    assert granted_by(office, "pusat", request_id)[0]
    assert told(office, "identity_opened") == {"kanwil", "kanwil2"}


def test_where_nobody_is_above_another_one_of_the_own_office_answers(office: Office) -> None:
    without_custodian(office)
    enter(office, nama=NAME, telepon=TELEPHONE, tujuan="kanwil")
    assert answering(office, request_for(office, the_case(office).id, by="kanwil2")) == ["kanwil"]


# ------------------------------------------------------------------ late


def days(office: Office, count: int) -> None:
    """Time passes, and what it does is done every six hours."""
    for _ in range(4 * count):
        office.clock.advance(hours=6)
        subject_rights.remind(office.db, office.clock())


def lines(office: Office, key: str) -> list[str]:
    """Who was told, as often as they were."""
    with office.db.read() as s:
        query = select(Account.name).join(Notice, Notice.account_id == Account.id).where(Notice.key == key)
        return sorted(s.scalars(query))


def diagnosis(office: Office) -> str:
    """The doctor's finding about requests."""
    return next(f"{f.level}: {f.sentence}" for f in doctor.examine(office.settings) if f.subject == "rights")


def test_a_late_request_is_told_once_and_named_until_it_is_answered(office: Office) -> None:
    office.say(COMPLAINT)
    request_id, number = request_for(office, office.case().id), office.case().number
    days(office, 3)
    assert lines(office, "data_request_due") == ["kepala", "kustodian"]
    assert lines(office, "data_request_late") == []
    days(office, 11)
    assert lines(office, "data_request_late") == ["kanwil", "kanwil2", "kepala", "kustodian"]
    assert lines(office, "data_request") == ["kustodian"]
    alarm = "belum dijawab setelah 3 × 24 jam:"
    for name in ("kustodian", "kanwil", "kepala"):
        page = office.client(name).get("/petugas/").text
        assert alarm in page and number in page.partition(alarm)[2].partition("</p>")[0], name
    assert alarm not in office.client("petugas").get("/petugas/").text
    assert granted_by(office, "kustodian", request_id)[0]
    assert alarm not in office.client("kustodian").get("/petugas/").text


def test_the_doctor_names_late_requests_until_they_are_answered(office: Office) -> None:
    office.say(COMPLAINT)
    request_id = request_for(office, office.case().id)
    for hours, found in ((1, "ok: "), (-1, "wrong: Requests for personal data not answered after 3 × 24 hours: 1, ")):
        with office.db.write() as s:
            s.get_one(DataRequest, request_id).due_at = datetime.now(UTC) + timedelta(hours=hours)
        assert diagnosis(office).startswith(found)
    assert granted_by(office, "kustodian", request_id)[0]
    assert diagnosis(office).startswith("ok: ")


def test_of_a_late_request_in_a_sealed_case_the_facility_hears_nothing(office: Office) -> None:
    enter(office, tujuan="kanwil")
    request_for(office, the_case(office).id, by="kanwil")
    days(office, 4)
    assert lines(office, "data_request_late") == ["kanwil", "kanwil2", "kustodian"]
    assert "belum dijawab setelah" in office.client("kanwil").get("/petugas/").text
    for name in ("kepala", "admin", "petugas"):
        assert "belum dijawab setelah" not in office.client(name).get("/petugas/").text


@pytest.mark.parametrize(("after", "key"), [(0, "data_request"), (50, "data_request_due"), (80, "data_request_late")])
def test_who_answers_since_the_case_was_sealed_is_told(office: Office, after: int, key: str) -> None:
    without_custodian(office)
    with office.db.write() as s:
        unit = s.scalars(select(Unit).where(Unit.code == FACILITY)).one()
        staff.add(s, "penjaga", "kata-sandi-untuk-tes", [("kustodian", unit)], office.clock())
    office.say(COMPLAINT)
    request_for(office, office.case().id)
    office.clock.advance(hours=after)
    subject_rights.remind(office.db, office.clock())
    assert "penjaga" in lines(office, key)
    office.say("KANWIL")
    for _ in range(3):
        office.clock.advance(minutes=5)
        subject_rights.remind(office.db, office.clock())
    assert lines(office, key) == ["kanwil", "kanwil2"]
