"""Acting heads whom the Kanwil names: how they sign, when they stand down, and where all this is found."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from tests.support import HIRED, PASSWORD, Office, csrf
from tests.webhooks.test_proofs import code_of
from tests.workflow import steps
from tests.workflow.test_letters import all_letters, approve_as, carry_with, words
from workflow import staff, staff_roster, units
from workflow.actors import Operator
from workflow.models import Account, JournalEntry, RoleGrant, Unit
from workflow.states import Impossible

PAGE = "/petugas/plh"


def account(session: Session, name: str) -> Account:
    return session.scalars(select(Account).where(Account.name == name)).one()


def rutan(session: Session) -> Unit:
    """The facility, whatever its code."""
    return session.scalars(select(Unit).where(Unit.kind == "upt")).one()


def name_ratna(office: Office, client: FlaskClient, order: str = "SP-12/2026", days: int = 20) -> int:
    today = office.clock().date()
    with office.db.read() as s:
        unit = rutan(s).id
    form = {"unit": unit, "pejabat": office.account_id("pejabat"), "mulai": today.isoformat(), "perintah": order,
            "sampai": (today + timedelta(days=days)).isoformat(), "csrf_token": csrf(client, PAGE)}  # fmt: skip
    return client.post(PAGE, data=form).status_code


# ------------------------------------------------------------------ how they sign


def called(post: str) -> Callable[[Session, Office], None]:
    """The head's account is barred and says this post."""

    def change(session: Session, office: Office) -> None:
        head = account(session, "kepala")
        head.post = post
        staff.disable(session, head, office.clock())

    return change


def retired(session: Session, office: Office) -> None:
    head = account(session, "kepala")
    head.post, head.grants[0].valid_to = "Kepala Rutan Kelas IIB", office.clock().date() - timedelta(days=1)


def moved_up(session: Session, office: Office) -> None:
    """The head of yesterday works at the Kanwil today, under a post of there."""
    today = office.clock().date()
    head, above = account(session, "kepala"), rutan(session).parent
    assert above
    head.grants[0].valid_to = today - timedelta(days=1)
    head.post = "Kepala Bidang Pembinaan"
    session.add(RoleGrant(account_id=head.id, unit_id=above.id, role="kanwil", valid_from=today))


def never_had_one(session: Session, office: Office) -> None:
    session.delete(account(session, "kepala").grants[0])


def coded(code: str) -> Callable[[Session, Office], None]:
    """A unit with this code that never had a head."""

    def change(session: Session, office: Office) -> None:
        never_had_one(session, office)
        rutan(session).code = code

    return change


@pytest.mark.parametrize(
    ("vacate", "post"),
    [
        (called("Kepala Rutan"), "Kepala Rutan"),
        (called("Karutan Magetan"), "Karutan Magetan"),
        (called(""), "Kepala Rutan"),
        (retired, "Kepala Rutan Kelas IIB"),
        (moved_up, "Kepala Rutan"),
        (never_had_one, "Kepala Rutan"),
        (coded("LPKA-MAGETAN"), "Kepala LPKA"),
        (coded("LAPAS-MAGETAN"), "Kepala Lapas"),
        (coded("W15-MGT"), "Kepala Rumah Tahanan Negara Kelas IIB Magetan"),
    ],
)
def test_whom_the_kanwil_named_signs_in_the_place_of_the_facilitys_head(
    office: Office, vacate: Callable[[Session, Office], None], post: str
) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry_with(office, "petugas")
    with office.db.write() as s:
        vacate(s, office)
    assert name_ratna(office, office.client("kanwil")) == 303
    approve_as(office, case_id, "pejabat")
    steps.act(office, case_id, steps.release)
    letter = all_letters(office)[0]
    assert letter.signatory_post == f"Plh. {post}"
    assert f"<dd>Plh. {post}</dd>" in office.client().get(f"/cek/{code_of(office, letter)}").text
    assert f"Plh. {post}" in words(office, letter)


def test_a_head_without_a_post_signs_by_the_kind_of_facility(office: Office) -> None:
    with office.db.write() as s:
        account(s, "kepala").post = ""
    office.say(steps.COMPLAINT)
    steps.carry(office, "responded")
    assert all_letters(office)[0].signatory_post == "Kepala Rutan"


# ------------------------------------------------------------------ when they stand down


def instead_of_nobody(office: Office) -> None:
    """The head's account is barred, and the Kanwil names Ratna for twenty days."""
    with office.db.write() as s:
        called("Kepala Rutan")(s, office)
    assert name_ratna(office, office.client("kanwil")) == 303
    assert office.client("pejabat").get(PAGE).status_code == 200


def hired(office: Office) -> str:
    with office.db.write() as s:
        staff.add(s, "budi", PASSWORD, [("kepala", rutan(s))], office.clock(), "Budi Santoso", "Kepala Rutan")
    return "budi"


def enabled_again(office: Office) -> str:
    with office.db.write() as s:
        account(s, "kepala").disabled_at = None
    return "kepala"


def imported(office: Office) -> str:
    table = staff_roster.rows(b"name;full_name;role;facility\nbudi;Budi Santoso;kepala;RUTAN-MAGETAN\n")
    with office.db.write() as s:
        changes = staff_roster.plan(s, table, (), office.clock())
        staff_roster.apply(s, changes, {"budi": staff.hash_secret(PASSWORD)}, Operator(), office.clock())
    return "budi"


def promoted(office: Office) -> str:
    """A member of staff becomes head."""
    with office.db.write() as s:
        head = account(s, "petugas2")
        head.grants[0].role = "kepala"
    return "petugas2"


@pytest.mark.parametrize("comes", [hired, enabled_again, imported, promoted])
def test_whom_the_kanwil_named_stands_down_when_a_head_comes(office: Office, comes: Callable[[Office], str]) -> None:
    instead_of_nobody(office)
    name = comes(office)
    deputy = office.client("pejabat")
    assert deputy.get(PAGE).status_code == 403
    assert "Plh." not in deputy.get("/petugas/saya").text
    with office.db.read() as s:
        assert [a.name for a in staff.holders(s, "kepala", rutan(s).id, office.clock())] == [name]
    page = office.client(name).get(PAGE).text
    assert "Sudah berakhir karena unit ini ada kepalanya" in page and "Akhiri sekarang" in page


def test_who_stood_down_approves_nothing(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry_with(office, "petugas")
    instead_of_nobody(office)
    page = f"/petugas/kasus/{case_id}"
    assert "approve" in office.client("pejabat").get(page).text
    hired(office)
    with pytest.raises(Impossible):
        approve_as(office, case_id, "pejabat")
    assert "/approve" not in office.client("pejabat").get(page).text


@pytest.mark.parametrize("name", ["budi", "kanwil", "kanwil2"])
def test_head_and_kanwil_end_what_no_head_gave(office: Office, name: str) -> None:
    instead_of_nobody(office)
    hired(office)
    client = office.client(name)
    page = client.get(PAGE).text
    assert "Ratna Kusumawati" in page
    answer = client.post(PAGE, data=ending(page), follow_redirects=True)
    assert answer.status_code == 200 and "Ratna Kusumawati" not in answer.text.partition('id="tunjuk"')[0]
    with office.db.read() as s:
        entry = s.scalars(select(JournalEntry).where(JournalEntry.unit_id == rutan(s).id)).all()[-1]
        assert b"delegation_ended" in entry.record
        bar = account(s, "budi").id
    with office.db.write() as s:
        staff.disable(s, s.get_one(Account, bar), office.clock())
    assert office.client("pejabat").get(PAGE).status_code == 403, "ended for good"


def ending(page: str) -> dict[str, str]:
    """What the button "Akhiri sekarang" of the first acting head sends."""
    names = ("csrf_token", "unit", "akhiri")
    return {name: re.findall(rf'name="{name}" value="([^"]+)"', page)[0] for name in names}


def test_the_new_head_names_the_same_or_another_and_the_old_order_is_over(office: Office) -> None:
    instead_of_nobody(office)
    head = office.client(hired(office))
    assert name_ratna(office, head, "SP-13/2026", 5) == 303
    page = head.get(PAGE).text
    assert "SP-13/2026" in page and "SP-12/2026" not in page
    assert office.client("pejabat").get(PAGE).status_code == 200
    assert "SP-13/2026" not in office.client("kanwil").get(PAGE).text, (
        "the head's own order is no business of the Kanwil"
    )


def test_whom_an_absent_head_named_stays_and_is_ended_by_that_head_alone(office: Office) -> None:
    head = office.client("kepala")
    assert name_ratna(office, head) == 303
    page = head.get(PAGE).text
    assert "Sudah berakhir" not in page
    other = office.client(hired(office))
    assert office.client("pejabat").get(PAGE).status_code == 200
    assert "Akhiri sekarang" not in other.get(PAGE).text
    form = ending(page)
    for name, status in (("budi", 422), ("kanwil", 404), ("pejabat", 422), ("kepala", 303)):
        client = office.client(name)
        form["csrf_token"] = csrf(client, "/petugas/saya")
        assert client.post(PAGE, data=form).status_code == status, name
    assert office.client("pejabat").get(PAGE).status_code == 403


def test_what_a_head_gave_who_is_gone_holds_until_the_kanwil_or_a_new_head_ends_it(office: Office) -> None:
    assert name_ratna(office, office.client("kepala")) == 303
    with office.db.write() as s:
        called("Kepala Rutan")(s, office)
    assert office.client("pejabat").get(PAGE).status_code == 200
    client = office.client("kanwil")
    page = client.get(PAGE).text
    assert "Ratna Kusumawati" in page and "Sudah berakhir" not in page
    assert client.post(PAGE, data=ending(page)).status_code == 303
    assert office.client("pejabat").get(PAGE).status_code == 403


def test_the_kanwil_that_only_ends_is_offered_no_naming(office: Office) -> None:
    instead_of_nobody(office)
    hired(office)
    client = office.client("kanwil")
    assert 'name="perintah"' not in client.get(PAGE).text
    with office.db.read() as s:
        unit = rutan(s).id
    day = office.clock().date().isoformat()
    form = {"unit": unit, "pejabat": office.account_id("pejabat"), "mulai": day, "sampai": day, "perintah": "SP-9",
            "csrf_token": csrf(client, PAGE)}  # fmt: skip
    refused = client.post(PAGE, data=form)
    assert refused.status_code == 422 and "Hanya kepala sendiri" in refused.text


# ------------------------------------------------------------------ where all this is found

QUEUE, MENU_ENTRY = "/petugas/", '<a href="/petugas/plh"'
VACANT = "Rumah Tahanan Negara Kelas IIB Magetan tidak punya kepala: tunjuk pelaksana harian"


def test_the_menu_leads_heads_and_the_kanwil_to_the_acting_heads(office: Office) -> None:
    for name in ("kepala", "kanwil"):
        assert MENU_ENTRY in office.client(name).get(QUEUE).text
    for name in ("petugas", "pejabat", "kustodian", "admin"):
        assert MENU_ENTRY not in office.client(name).get(QUEUE).text


def test_the_kanwils_queue_says_that_a_facility_has_no_head_until_somebody_acts_for_one(office: Office) -> None:
    assert "tidak punya kepala" not in office.client("kanwil").get(QUEUE).text
    with office.db.write() as s:
        called("Kepala Rutan")(s, office)
    client = office.client("kanwil")
    found = re.search(rf'<a href="([^"]+)">{VACANT}</a>', client.get(QUEUE).text)
    assert found and client.get(found[1]).status_code == 200
    for name in ("petugas", "pejabat", "admin", "kustodian"):
        assert "tidak punya kepala" not in office.client(name).get(QUEUE).text
    assert name_ratna(office, client, days=3) == 303
    assert "tidak punya kepala" not in client.get(QUEUE).text
    office.clock.advance(days=4)
    assert VACANT in office.client("kanwil").get(QUEUE).text
    office.clock.advance(days=-4)
    with office.db.write() as s:
        staff.disable(s, account(s, "pejabat"), office.clock())
    assert VACANT in office.client("kanwil").get(QUEUE).text, "who acted has left, too"


def test_a_facility_that_was_only_entered_needs_no_head(office: Office) -> None:
    more_facilities(office, 1, staffed=False)
    assert "tidak punya kepala" not in office.client("kanwil").get(QUEUE).text


def test_many_facilities_without_a_head_are_counted_and_asked_for_at_once(office: Office) -> None:
    client = office.client("kanwil")
    with office.db.write() as s:
        called("Kepala Rutan")(s, office)
    few = asked(office, client)
    more_facilities(office, 39)
    assert asked(office, client) == few
    assert "40 lapas atau rutan tidak punya kepala" in client.get(QUEUE).text


def more_facilities(office: Office, many: int, *, staffed: bool = True) -> None:
    """Facilities beside the Rutan, with an official each and without a head."""
    with office.db.write() as s:
        above, official = rutan(s).parent, account(s, "pejabat")
        for n in range(many):
            unit = units.ensure(s, f"LAPAS-{n}", f"Lapas Nomor {n}", "upt", above)
            if staffed:
                s.add(RoleGrant(account_id=official.id, unit_id=unit.id, role="pejabat", valid_from=HIRED.date()))


def asked(office: Office, client: FlaskClient) -> int:
    """How many questions to the database the queue takes."""
    said = list[str]()
    note = lambda *call: said.append(call[2])  # noqa: E731
    event.listen(office.db.engine, "before_cursor_execute", note)
    try:
        assert client.get(QUEUE).status_code == 200
    finally:
        event.remove(office.db.engine, "before_cursor_execute", note)
    return len(said)
