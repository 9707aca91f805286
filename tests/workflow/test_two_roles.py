"""A seal holds against the person: a second role opens nothing that the first may not see."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.support import Office, csrf
from tests.workflow.offices import on_sqlite
from tests.workflow.steps import COMPLAINT, OPTIONS, act, carry
from workflow import access, cases, decisions, delegation, sealing, staff
from workflow.actors import Officer, Operator
from workflow.models import Account, Case, Notice, RoleGrant, Unit
from workflow.states import Impossible

UPT, KANWIL = "RUTAN-MAGETAN", "KANWIL-JATIM"
DESK = "Petugas pengaduan Sari Wulandari minta uang 200 ribu supaya laporan saya diproses."
HEAD = "Kalapas menyuruh potong jatah makan di blok C, kami takut bicara."
WISH = "Air di blok B mati tiga hari."


def grant(office: Office, name: str, role: str, unit: str = UPT) -> None:
    with office.db.write() as s:
        place = s.scalars(select(Unit).where(Unit.code == unit)).one()
        account = s.scalars(select(Account).where(Account.name == name)).one()
        s.add(RoleGrant(account_id=account.id, unit_id=place.id, role=role, valid_from=date(2026, 1, 1)))


def nothing_there(office: Office, name: str, case: Case) -> None:
    """Neither row nor number nor word, nor anything to do with the case."""
    client = office.client(name)
    assert client.get(f"/petugas/kasus/{case.id}").status_code == 404
    for path in ("/petugas/", "/petugas/?tab=terbuka", "/petugas/?tab=selesai"):
        page = client.get(path).get_data(as_text=True)
        assert case.id not in page
    with office.db.read() as s:
        me, row = office.officer(s, name), s.get_one(Case, case.id)
        assert access.find(s, me, case.id) is None
        assert access.kept_from(me, row)
        assert access.parts(s, me, row) == frozenset()
        assert not s.scalars(select(Notice).where(Notice.case_id == case.id, Notice.account_id == me.account_id)).all()


@pytest.mark.parametrize("second", ["kustodian", "pejabat", "piket"])
def test_of_the_complaint_unit_is_of_it_with_any_second_role(office: Office, second: str) -> None:
    grant(office, "petugas2", second)
    office.say(DESK, display_name="Sulastri Ningsih")
    case = office.case()
    assert case.seal == "desk"
    nothing_there(office, "petugas2", case)


@on_sqlite
def test_the_complaint_unit_does_not_open_who_complained_about_it(office: Office) -> None:
    grant(office, "petugas2", "kustodian")
    office.say(COMPLAINT, "+628120000009")
    seen, office_case = office.client("petugas2"), office.case("+628120000009")
    token = csrf(seen, f"/petugas/kasus/{office_case.id}")
    office.say(DESK, display_name="Sulastri Ningsih")
    form = {"csrf_token": token, "reason": "Perintah LPSK nomor 12 tahun 2026"}
    answer = seen.post(f"/petugas/identitas/{office.case().id}", data=form)
    assert answer.status_code == 404
    assert "Sulastri" not in answer.text


def test_a_case_directed_to_one_of_the_complaint_unit_leaves_them_when_it_is_about_the_unit(office: Office) -> None:
    grant(office, "petugas2", "pejabat")
    office.say(COMPLAINT)
    case_id = carry(office, "recommended")
    mine = office.account_id("petugas2")
    act(office, case_id, lambda o, s, c: decisions.direct(s, c, o.officer(s, "kepala"), 0, mine, "", o.clock()))
    office.say(DESK)
    case = office.case()
    assert (case.id, case.seal, case.official_id) == (case_id, "desk", None)
    nothing_there(office, "petugas2", case)


def test_the_head_neither_finds_nor_chooses_one_of_the_complaint_unit_as_official(office: Office) -> None:
    grant(office, "petugas2", "pejabat")
    office.say(DESK)
    case_id, mine = office.case().id, office.account_id("petugas2")

    def prepare(o: Office, s: object, c: Case) -> None:
        me, now = o.officer(s, "kepala"), o.clock()  # type: ignore[arg-type]
        cases.classify(s, c, me, "layanan_pengaduan", "tinggi", now, about_head=False)  # type: ignore[arg-type]
        decisions.recommend(s, c, me, "Uang diminta.", OPTIONS, now)  # type: ignore[arg-type]

    act(office, case_id, prepare)
    client = office.client("kepala")
    page = client.get(f"/petugas/kasus/{case_id}").get_data(as_text=True)
    choice = re.search(r'<select[^>]*name="official_id".*?</select>', page, re.S)
    assert choice
    assert office.account_id("pejabat") in choice[0]
    assert mine not in choice[0]
    with pytest.raises(Impossible, match="choose_official"):
        act(office, case_id, lambda o, s, c: decisions.direct(s, c, o.officer(s, "kepala"), 0, mine, "", o.clock()))
    assert office.case().status == "recommended"


def test_what_is_about_a_desk_at_which_the_head_serves_goes_to_the_office_above(office: Office) -> None:
    grant(office, "kepala", "petugas")
    office.say(DESK, "+628120000002")
    office.say(COMPLAINT)
    act(office, office.case().id, lambda o, s, c: sealing.seal_desk(s, c, o.officer(s, "petugas2"), o.clock()))
    for sender in ("+628120000001", "+628120000002"):
        case = office.case(sender)
        assert (case.seal, case.seal_reason, case.handling_unit.code) == ("kanwil", "doubt", KANWIL)
        nothing_there(office, "kepala", case)
        with office.db.read() as s:
            assert access.find(s, office.officer(s, "kanwil"), case.id)


# ------------------------------------------------------------------ heads with a role above


@pytest.mark.parametrize("words", [HEAD, WISH])
@pytest.mark.parametrize("role", ["kanwil", "kustodian"])
def test_a_head_with_a_role_above_sees_nothing_that_is_kept_from_the_facility(
    office: Office, role: str, words: str
) -> None:
    grant(office, "kepala", role, KANWIL)
    if words == WISH:
        office.say("KANWIL")
    office.say(words)
    case = office.case()
    assert (case.seal, case.handling_unit.code) == ("kanwil", KANWIL)
    nothing_there(office, "kepala", case)
    with office.db.read() as s:
        assert access.find(s, office.officer(s, "kanwil"), case.id), "others at the Kanwil work on it"


@on_sqlite
def test_nobody_hands_the_case_about_a_head_to_that_head(office: Office) -> None:
    grant(office, "kepala", "kanwil", KANWIL)
    office.say(HEAD)
    case_id, accused = office.case().id, office.account_id("kepala")
    with pytest.raises(Impossible, match="choose_officer"):
        act(office, case_id, lambda o, s, c: cases.assign(s, c, o.officer(s, "kanwil"), accused, o.clock()))
    page = office.client("kanwil").get(f"/petugas/kasus/{case_id}").get_data(as_text=True)
    choice = re.search(r'<select[^>]*name="account_id".*?</select>', page, re.S)
    assert choice
    assert office.account_id("kanwil2") in choice[0]
    assert accused not in choice[0]


@on_sqlite
def test_an_emergency_about_a_head_pages_the_kanwil_without_that_head(office: Office) -> None:
    grant(office, "kepala", "kanwil", KANWIL)
    office.say("Kalapas memukul anak saya sampai pingsan, sekarang kritis, tolong segera.")
    case = office.case()
    assert (case.urgency, case.seal) == ("darurat", "kanwil")
    with office.db.read() as s:
        told = set(s.scalars(select(Notice.account_id).where(Notice.case_id == case.id, Notice.key == "emergency")))
    assert told == {office.account_id("kanwil"), office.account_id("kanwil2")}


def test_an_acting_head_named_later_loses_the_case_and_who_was_acting_does_not_get_it(office: Office) -> None:
    """An official of the Kanwil acts as head for three days. What came in until then is theirs neither during nor after."""
    office.say(HEAD)
    case = office.case()
    with office.db.read() as s:
        assert access.find(s, office.officer(s, "kanwil2"), case.id), "nobody's head yet"
    with office.db.write() as s:
        unit = s.scalars(select(Unit).where(Unit.code == UPT)).one()
        today = staff.local_today(unit.timezone, office.clock())
        head, deputy = (s.scalars(select(Account).where(Account.name == n)).one() for n in ("kepala", "kanwil2"))
        s.add(RoleGrant(account_id=deputy.id, unit_id=unit.id, role="pejabat", valid_from=today))
        s.flush()
        days = (today, today + timedelta(days=2))
        delegation.delegate(s, unit, head, deputy, days, "W15.UM.01", Operator(), office.clock())  # type: ignore[arg-type]
    nothing_there(office, "kanwil2", case)
    office.clock.advance(days=10)
    nothing_there(office, "kanwil2", case)
    office.say(HEAD, "+628120000002")
    later = office.case("+628120000002")
    with office.db.read() as s:
        assert access.find(s, office.officer(s, "kanwil2"), later.id), "about a head who came after"


def test_a_head_who_went_to_the_kanwil_is_kept_from_what_is_about_the_old_post(office: Office) -> None:
    office.say(HEAD)
    with office.db.write() as s:
        account = s.scalars(select(Account).where(Account.name == "kepala")).one()
        for held in s.scalars(select(RoleGrant).where(RoleGrant.account_id == account.id)):
            held.valid_to = date(2026, 11, 3)
    grant(office, "kepala", "kanwil", KANWIL)
    office.clock.advance(days=10)
    nothing_there(office, "kepala", office.case())


def test_unsealing_gives_the_case_back_to_a_head_with_a_role_above(office: Office) -> None:
    grant(office, "kepala", "kanwil", KANWIL)
    office.say(HEAD)
    case_id = office.case().id
    act(office, case_id, lambda o, s, c: sealing.unseal(s, c, o.officer(s, "kanwil"), "Bukan pimpinan.", o.clock()))
    with office.db.read() as s:
        assert access.find(s, office.officer(s, "kepala"), case_id)
        assert access.find(s, office.officer(s, "petugas"), case_id)


# ------------------------------------------------------------------ one rule, said twice


def test_the_condition_and_the_rule_say_the_same_of_every_seal_and_holder(office: Office) -> None:
    """Each seal, unit and time of coming in, against each role, past and present."""
    office.say(COMPLAINT)
    with office.db.read() as s:
        rutan, kanwil = (s.scalars(select(Unit.id).where(Unit.code == code)).one() for code in (UPT, KANWIL))
    now, me = office.clock(), office.account_id("admin")
    above, early, late = ("kanwil", kanwil), now - timedelta(days=3), now + timedelta(days=3)
    people = [
        Officer(me, frozenset({above, *here}), headed)
        for here in ([], [("petugas", rutan)], [("kepala", rutan)], [("pejabat", rutan)], [("kustodian", rutan)])
        for headed in (frozenset(), frozenset({(rutan, None)}), frozenset({(rutan, early)}), frozenset({(rutan, late)}))
    ]
    kept = 0
    for handling, subject, seal in (
        (rutan, rutan, "none"), (rutan, rutan, "desk"), (kanwil, rutan, "kanwil"), (kanwil, None, "kanwil"),
        (kanwil, None, "none"), (kanwil, rutan, "none"),
    ):  # fmt: skip
        with office.db.write() as s:
            case = cases.lock(s, office.case().id)
            case.handling_unit_id, case.subject_unit_id, case.seal = handling, subject, seal
        with office.db.read() as s:
            case = s.get_one(Case, case.id)
            for officer in people:
                rule = access.kept_from(officer, case)
                assert (access.find(s, officer, case.id) is None) is rule, (seal, subject, officer)
                kept += rule
    assert kept == 4 + 14 + 4, "the desk; the desk, heads and who were heads; any head, of a facility unknown"
