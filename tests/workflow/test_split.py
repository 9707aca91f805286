"""What is split off from a case is kept from whomever that case is kept from."""

from __future__ import annotations

import re

from sqlalchemy import select

from tests.support import Office, csrf
from tests.workflow.steps import COMPLAINT, act
from workflow import cases, decisions, parties
from workflow.models import Account, Case, Notice, Party

MORE = "Dia juga sering menahan kiriman makanan untuk anak saya."
WATER = "Air di blok B juga mati tiga hari."


def divided(office: Office, told: str, more: str, who: str) -> tuple[str, str]:
    """A complaint, and what somebody split off from it by the form on its page."""
    office.say(told)
    first = office.case().id
    office.clock.advance(minutes=3)
    office.say(more)
    return first, split(office, first, who)


def split(office: Office, first: str, who: str) -> str:
    client, page = office.client(who), f"/petugas/kasus/{first}"
    shown = client.get(page).get_data(as_text=True)
    chosen = re.findall(r'name="message" value="(\d+)"', shown)
    path = f"/petugas/bersama/{first}/pisah"
    assert path in shown
    sent = client.post(path, data={"csrf_token": csrf(client, page), "message": chosen})
    assert sent.status_code == 303
    with office.db.read() as s:
        return s.scalars(select(Case.id).where(Case.id != first)).one()


def called(office: Office, name: str) -> str:
    with office.db.read() as s:
        return s.scalars(select(Account.full_name).where(Account.name == name)).one()


def accused(office: Office, case_id: str) -> list[str]:
    with office.db.read() as s:
        rows = s.scalars(select(Party).where(Party.case_id == case_id, Party.kind == "respondent"))
        return sorted(parties.details(s, row)["name"] for row in rows)


def test_an_accused_official_neither_sees_the_part_nor_is_put_in_charge_of_it(office: Office) -> None:
    name = called(office, "pejabat")
    first, second = divided(office, f"Pejabat {name} minta uang 500 ribu supaya anak saya dikunjungi.", MORE, "petugas")
    for case_id in (first, second):
        assert office.client("pejabat").get(f"/petugas/kasus/{case_id}").status_code == 404
        assert accused(office, case_id) == [name]
    with office.db.read() as s:
        offered = decisions.officials(s, s.get_one(Case, second), office.clock())
    assert office.account_id("pejabat") not in {account.id for account in offered}


def test_an_accused_officer_is_not_told_of_the_part_either_if_it_is_an_emergency(office: Office) -> None:
    office.say(COMPLAINT)
    first = office.case().id

    def accuse(o: Office, s, c) -> None:  # type: ignore[no-untyped-def]
        parties.enter(s, c, o.officer(s, "petugas"), "respondent", {"account": o.account_id("pejabat")}, o.clock())
        cases.hide_from(s, c, [o.account_id("kanwil2")], o.clock())
        cases.set_risk(s, c, feared=True, now=o.clock())

    office.clock.advance(minutes=3)
    office.say("Tolong! Rudi sekarang dipukuli petugas di blok A sampai pingsan!")
    act(office, first, accuse)
    second = split(office, first, "petugas")
    with office.db.read() as s:
        told = set(s.scalars(select(Notice.account_id).where(Notice.case_id == second)))
        part = s.get_one(Case, second)
        assert (part.urgency, part.risk, part.visibility) == ("darurat", "yes", "confidential")
    assert office.account_id("kanwil") in told
    assert office.account_id("kanwil2") not in told
    assert accused(office, second) == [called(office, "pejabat")]


def test_the_head_splits_a_case_about_the_complaint_unit_and_the_unit_sees_neither(office: Office) -> None:
    told = f"Petugas {called(office, 'petugas2')} minta uang 500 ribu supaya anak saya dikunjungi."
    first, second = divided(office, told, MORE, "kepala")
    with office.db.read() as s:
        assert {(c.seal, c.seal_reason) for c in s.scalars(select(Case))} == {("desk", "desk")}
    for name in ("petugas", "petugas2"):
        for case_id in (first, second):
            assert office.client(name).get(f"/petugas/kasus/{case_id}").status_code == 404
    seen = office.client("kepala").get(f"/petugas/kasus/{second}").get_data(as_text=True)
    assert "menahan kiriman" in re.sub("<[^>]+>", "", seen)


def test_the_part_of_a_sealed_case_is_sealed_for_the_same_reason_and_the_kanwil_can_lift_it(office: Office) -> None:
    first, second = divided(office, "Pak kepala minta uang 500 ribu supaya kunjungan lancar.", WATER, "kanwil")
    with office.db.read() as s:
        before, part = s.get_one(Case, first), s.get_one(Case, second)
        assert before.seal_reason != "wish"
        assert (part.seal, part.seal_reason) == ("kanwil", before.seal_reason)
    client, page = office.client("kanwil"), f"/petugas/kasus/{second}"
    sent = {"reason": "Hanya tentang air", "csrf_token": csrf(client, page)}
    assert client.post(f"{page}/unseal", data=sent).status_code == 303
    assert office.client("petugas").get(page).status_code == 200
    assert office.client("petugas").get(f"/petugas/kasus/{first}").status_code == 404


def test_what_its_complainant_kept_from_the_facility_stays_so_in_the_part(office: Office) -> None:
    office.say("KANWIL")
    _, second = divided(office, COMPLAINT, "Makanan juga basi sejak kemarin.", "kanwil")
    with office.db.read() as s:
        assert s.get_one(Case, second).seal_reason == "wish"


def test_a_part_that_says_what_was_only_a_doubt_is_no_doubt_any_more(office: Office) -> None:
    office.say(COMPLAINT)
    first = office.case().id
    act(office, first, lambda o, s, c: cases.seal(s, c, o.officer(s, "petugas"), "doubt", o.clock()))
    office.clock.advance(minutes=3)
    office.say("Karutan sendiri yang minta uang sejuta supaya air dinyalakan.")
    act(office, first, lambda o, s, c: setattr(c, "seal_reason", "doubt"))
    second = split(office, first, "kanwil")
    with office.db.read() as s:
        assert s.get_one(Case, second).seal_reason == "head"
