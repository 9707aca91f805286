"""Whoever is accused sees nothing of it, however they are named: by account, by name or by post, in office or not."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from tests.support import Office, csrf
from tests.webhooks.test_inspection import PARTS, levy
from tests.workflow.steps import COMPLAINT, act
from workflow import cases
from workflow.actors import Citizen
from workflow.models import Account, Case

HEADS = [
    ("Bambang Hartono", "Kepala Rutan"), ("Bambang Hartono", ""), ("Pak Bambang", "Kepala Rutan"), ("Hartono", ""),
    ("Bambang", "Kepala"), ("Karutan", ""), ("", "Plh. Kepala Rutan"), ("tidak tahu namanya", "Ka. Rutan"),
]  # fmt: skip
OTHERS = [
    ("Suryadi", "Sipir"), ("Rudi", "Kepala Kesatuan Pengamanan Rutan"), ("", "Kepala kamar"), ("Joko", "warga binaan"),
    ("", "Kepala regu jaga"), ("Kasubsi Pelayanan", ""),
]  # fmt: skip


def complaint(office: Office) -> str:
    office.say(COMPLAINT)
    return office.case().id


def at_the_kanwil(office: Office) -> str:
    """About the head, as triage supposes; no party is entered by an officer yet."""
    office.say("Pak Hartono minta uang lima juta supaya anak saya dapat kamar.")
    case = office.case()
    assert (case.seal, case.seal_reason) == ("kanwil", "doubt")
    return case.id


def enter(office: Office, who: str, case_id: str, name: str, post: str) -> int:
    client = office.client(who)
    token = csrf(client, f"/petugas/kasus/{case_id}")
    typed = {"kind": "respondent", "name": name, "post": post, "account": ""}
    return client.post(f"/petugas/pihak/{case_id}/catat", data={"csrf_token": token, **typed}).status_code


def unseal(office: Office, case_id: str):
    client = office.client("kanwil")
    token = csrf(client, f"/petugas/kasus/{case_id}")
    said = {"csrf_token": token, "reason": "Pimpinan tidak terkait sama sekali"}
    return client.post(f"/petugas/kasus/{case_id}/unseal", data=said)


def state(office: Office, case_id: str) -> tuple[str, str]:
    with office.db.read() as s:
        case = s.get_one(Case, case_id)
        return case.seal, case.seal_reason


def sees(office: Office, who: str, case_id: str) -> bool:
    return office.client(who).get(f"/petugas/kasus/{case_id}").status_code == 200


@pytest.mark.parametrize(("name", "post"), HEADS)
def test_a_head_who_is_typed_in_as_respondent_is_no_head_to_give_it_back_to(
    office: Office, name: str, post: str
) -> None:
    case_id = at_the_kanwil(office)
    assert enter(office, "kanwil", case_id, name, post) == 303
    refused = unseal(office, case_id)
    assert refused.status_code in (409, 422)
    assert "tercatat sebagai terlapor" in refused.text
    assert not sees(office, "kepala", case_id)


@pytest.mark.parametrize(("name", "post"), HEADS)
def test_a_head_who_is_typed_in_at_the_facility_loses_the_case(office: Office, name: str, post: str) -> None:
    case_id = complaint(office)
    assert sees(office, "kepala", case_id)
    assert enter(office, "petugas", case_id, name, post) == 303
    assert state(office, case_id) == ("kanwil", "head")
    assert [sees(office, who, case_id) for who in ("petugas", "kepala", "kanwil")] == [False, False, True]


@pytest.mark.parametrize(("name", "post"), OTHERS)
def test_whoever_else_is_typed_in_changes_nothing_for_the_head(office: Office, name: str, post: str) -> None:
    case_id = complaint(office)
    assert enter(office, "petugas", case_id, name, post) == 303
    assert state(office, case_id) == ("none", "")
    assert sees(office, "kepala", case_id)


def test_an_officer_who_is_typed_in_by_name_loses_it_with_the_unit(office: Office) -> None:
    case_id = complaint(office)
    assert enter(office, "petugas", case_id, "Sari Wulandari", "petugas pengaduan") == 303
    assert state(office, case_id) == ("desk", "desk")
    assert [sees(office, who, case_id) for who in ("petugas", "kepala")] == [False, True]


def test_a_doubt_that_nobody_has_confirmed_is_what_the_kanwil_decides(office: Office) -> None:
    case_id = at_the_kanwil(office)
    assert unseal(office, case_id).status_code == 303
    assert sees(office, "kepala", case_id)


@pytest.mark.parametrize("accused", ["Bambang Hartono, Kepala Rutan", "Karutan sendiri yang meminta", "Hartono"])
def test_the_file_of_an_integrity_case_names_the_head(office: Office, accused: str) -> None:
    case_id = levy(office)
    act(office, case_id, lambda o, s, c: cases.seal(s, c, Citizen(c.person_id), "doubt", o.clock()))
    client = office.client("kanwil")
    token = csrf(client, f"/petugas/kasus/{case_id}")
    keep = lambda who: client.post(  # noqa: E731
        f"/petugas/kasus/{case_id}/pemeriksaan", data={"csrf_token": token, **PARTS, "accused": who}
    )
    assert keep(accused).status_code == 303
    refused = unseal(office, case_id)
    assert refused.status_code in (409, 422)
    assert "Berkas pemeriksaan menyebut kepala unit itu" in refused.text
    assert keep("penjaga blok C malam itu").status_code == 303
    assert unseal(office, case_id).status_code == 303


def test_a_head_whose_account_is_closed_is_still_the_one_people_speak_of(office: Office) -> None:
    with office.db.write() as s:
        s.execute(update(Account).where(Account.name == "kepala").values(disabled_at=office.clock()))
    case_id = at_the_kanwil(office)
    assert [sees(office, who, case_id) for who in ("petugas", "pejabat")] == [False, False]
    assert "Bambang Hartono" in office.client("kanwil").get(f"/petugas/kasus/{case_id}").text
