"""A facility without a head, without officers, without officials: somebody is always told, and nothing gets stuck."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support import HIRED, PASSWORD, Office, csrf
from tests.workflow import steps
from workflow import decisions, staff
from workflow.models import Account, Case, JournalEntry, Notice, RoleGrant, Unit

EMERGENCY = "Tolong, adik saya di blok A dipukuli sekarang, kepalanya berdarah!"


def vacate(office: Office, *names: str) -> None:
    """Their roles ended yesterday."""
    yesterday = (office.clock() - timedelta(days=1)).date()
    with office.db.write() as s:
        for grant in s.scalars(
            select(RoleGrant).join(Account, RoleGrant.account_id == Account.id).where(Account.name.in_(names))
        ):
            grant.valid_to = yesterday


def told(office: Office, key: str) -> set[str]:
    """Who has a line of this key on their page."""
    with office.db.read() as s:
        query = select(Account.name).join(Notice, Notice.account_id == Account.id).where(Notice.key == key)
        return set(s.scalars(query))


def carried(office: Office, to: str) -> str:
    office.say(steps.COMPLAINT)
    return steps.carry(office, to)


def status(office: Office, case_id: str) -> str:
    with office.db.read() as s:
        return s.get_one(Case, case_id).status


def test_without_a_head_a_recommendation_waits_where_the_kanwil_is_told_and_a_new_head_goes_on(office: Office) -> None:
    vacate(office, "kepala")
    case_id = carried(office, "recommended")
    assert told(office, "waits_for_direction") == {"kanwil", "kanwil2"}
    for name in ("petugas", "kanwil"):
        assert office.client(name).get(f"/petugas/kasus/{case_id}").status_code == 200
    with office.db.write() as s:
        account = s.scalars(select(Account).where(Account.name == "kepala")).one()
        account.grants[0].valid_to = None
    steps.act(office, case_id, steps.direct)
    assert status(office, case_id) == "directed"


def test_without_a_head_the_office_above_approves_with_a_reason(office: Office) -> None:
    case_id = carried(office, "directed")
    vacate(office, "kepala")
    steps.act(office, case_id, steps.draft)
    assert told(office, "waits_for_approval_above") == {"kanwil", "kanwil2"}
    with office.db.write() as s:
        case = s.get_one(Case, case_id)
        paper = decisions.newest(s, case, "answer")
        assert paper
        decisions.approve_above(s, case, office.officer(s, "kanwil"), paper.hash, "Kepala kosong.", office.clock())
    steps.act(office, case_id, steps.release)
    assert status(office, case_id) == "responded"


def test_without_officials_the_complaint_unit_is_made_responsible(office: Office) -> None:
    vacate(office, "pejabat")
    case_id = carried(office, "recommended")
    with office.db.read() as s:
        able = {a.name for a in decisions.officials(s, s.get_one(Case, case_id), office.clock())}
    assert able == {"petugas", "petugas2"}
    page = office.client("kepala").get(f"/petugas/kasus/{case_id}").text
    assert office.account_id("petugas") in page


def test_without_officers_the_head_is_told_and_without_anybody_the_kanwil(office: Office) -> None:
    vacate(office, "petugas", "petugas2")
    office.say(EMERGENCY)
    assert told(office, "emergency") == {"kepala"}
    vacate(office, "kepala", "pejabat")
    office.clock.advance(hours=1)
    office.say(EMERGENCY + " Sekarang juga.", "+628120000002")
    assert told(office, "emergency") == {"kepala", "kanwil", "kanwil2"}


def test_without_a_head_the_kanwil_names_an_acting_head_who_directs(office: Office) -> None:
    page = "/petugas/plh"
    assert "Semua lapas dan rutan" in office.client("kanwil").get(page).text
    vacate(office, "kepala")
    case_id = carried(office, "recommended")
    client, today = office.client("kanwil"), office.clock().date()
    with office.db.read() as s:
        unit = s.scalars(select(Unit.id).where(Unit.code == "RUTAN-MAGETAN")).one()
    form = {"unit": unit, "pejabat": office.account_id("pejabat"), "mulai": today.isoformat(), "perintah": "SP-7/2026",
            "sampai": (today + timedelta(days=20)).isoformat(), "csrf_token": csrf(client, page)}  # fmt: skip
    assert office.client("petugas").get(page).status_code == 403
    assert client.post(page, data=form).status_code == 303
    assert "SP-7/2026" in client.get(page).text

    def direct(o: Office, s: Session, case: Case) -> None:
        acting = o.officer(s, "pejabat")
        decisions.direct(s, case, acting, 0, o.account_id("pejabat"), "", o.clock())

    steps.act(office, case_id, direct)
    assert status(office, case_id) == "directed"


def test_the_kanwil_names_nobody_in_the_place_of_a_head_who_is_there(office: Office) -> None:
    client, today = office.client("kanwil"), office.clock().date()
    with office.db.read() as s:
        unit = s.scalars(select(Unit.id).where(Unit.code == "RUTAN-MAGETAN")).one()
    form = {"unit": unit, "pejabat": office.account_id("pejabat"), "mulai": today.isoformat(), "perintah": "SP-7/2026",
            "sampai": today.isoformat(), "csrf_token": csrf(client, "/petugas/plh")}  # fmt: skip
    assert client.post("/petugas/plh", data=form).status_code == 404


# ------------------------------------------------------------------ nobody to choose


def page(office: Office, name: str, case_id: str) -> str:
    return office.client(name).get(f"/petugas/kasus/{case_id}").get_data(as_text=True)


def test_who_finds_no_officer_to_choose_is_told_whom_to_ask(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = office.case().id
    assert 'id="form-assign"' in page(office, "kepala", case_id)
    vacate(office, "petugas", "petugas2")
    shown = page(office, "kepala", case_id)
    assert 'id="form-assign"' not in shown
    assert "aduan user add NAME --role petugas --facility RUTAN-MAGETAN" in shown
    assert "Belum ada" in shown


def test_a_head_who_finds_no_official_to_choose_is_told_whom_to_ask(office: Office) -> None:
    case_id = carried(office, "recommended")
    assert 'id="form-direct"' in page(office, "kepala", case_id)
    vacate(office, "petugas", "petugas2", "pejabat")
    shown = page(office, "kepala", case_id)
    assert 'id="form-direct"' not in shown
    assert 'id="form-send_back"' in shown
    assert "aduan user add NAME --role pejabat --facility RUTAN-MAGETAN" in shown


def successor(office: Office) -> None:
    """A second official at the facility."""
    with office.db.write() as s:
        unit = s.scalars(select(Unit).where(Unit.kind == "upt")).one()
        staff.add(s, "pejabat2", PASSWORD, [("pejabat", unit)], HIRED, "Dewi Lestari", "Kepala Subseksi Pelayanan")


def entrust(office: Office, case_id: str, to: str) -> int:
    client, path = office.client("kepala"), f"/petugas/kasus/{case_id}"
    form = {"csrf_token": csrf(client, path), "official_id": office.account_id(to)}
    return client.post(f"{path}/entrust", data=form).status_code


def test_the_task_of_an_official_who_left_goes_to_another(office: Office) -> None:
    successor(office)
    case_id = carried(office, "directed")
    measure = steps.OPTIONS[0].measure
    assert measure in office.client("pejabat").get("/petugas/").get_data(as_text=True)
    assert entrust(office, case_id, "pejabat") == 422, "it is that official's already"
    vacate(office, "pejabat")
    assert 'id="form-entrust"' in page(office, "kepala", case_id)
    assert entrust(office, case_id, "pejabat2") == 303
    assert "pejabat2" in told(office, "directed_to_you")
    assert measure in office.client("pejabat2").get("/petugas/").get_data(as_text=True)
    assert measure not in office.client("pejabat").get("/petugas/").get_data(as_text=True)
    assert office.client("pejabat").get(f"/petugas/kasus/{case_id}").status_code == 404
    assert "Pejabat lain ditunjuk" in page(office, "kepala", case_id)
    with office.db.read() as s:
        entry = s.scalars(select(JournalEntry).where(JournalEntry.action == "entrust")).one()
        assert office.account_id("pejabat2") in entry.record.decode()
        assert office.account_id("pejabat") in entry.record.decode()


def test_a_task_that_was_reported_on_stays_with_its_official(office: Office) -> None:
    successor(office)
    case_id = carried(office, "directed")
    steps.act(
        office, case_id, lambda o, s, c: decisions.report(s, c, o.officer(s, "pejabat"), "repair", "Sudah.", o.clock())
    )
    assert 'id="form-entrust"' not in page(office, "kepala", case_id)
    assert entrust(office, case_id, "pejabat2") == 409
    with office.db.read() as s:
        assert s.get_one(Case, case_id).official_id == office.account_id("pejabat")


def test_with_one_official_there_is_no_other_to_name_until_that_one_is_gone(office: Office) -> None:
    case_id = carried(office, "directed")
    shown = page(office, "kepala", case_id)
    assert 'id="form-entrust"' not in shown
    assert "aduan user add" not in shown
    vacate(office, "pejabat", "petugas", "petugas2")
    assert "aduan user add NAME --role pejabat --facility RUTAN-MAGETAN" in page(office, "kepala", case_id)
