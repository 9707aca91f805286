"""Logging in: slow for guessers, ended where an account ends, and never a hint which names exist."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.support import PASSWORD, Office, csrf
from workflow import staff
from workflow.models import Account


def attempt(client, name: str, password: str):
    token = csrf(client, "/petugas/masuk")
    return client.post("/petugas/masuk", data={"nama": name, "sandi": password, "csrf_token": token})


def test_wrong_names_and_wrong_passwords_look_the_same(office: Office) -> None:
    client = office.client()
    answers = {attempt(client, *pair).status_code for pair in (("petugas", "salah"), ("siapa", "salah"))}
    assert answers == {422}
    assert client.get("/petugas/").status_code == 302


def test_ten_failures_lock_the_account_for_a_while(office: Office) -> None:
    client = office.client()
    for _ in range(staff.MAX_FAILURES):
        attempt(client, "petugas", "salah")
    assert attempt(client, "petugas", PASSWORD).status_code == 422
    office.clock.advance(minutes=16)
    assert attempt(client, "petugas", PASSWORD).status_code in (302, 303)


def test_log_ins_are_limited_by_address(office: Office) -> None:
    client = office.client()
    office.app.extensions["aduan_limiter"].enabled = True
    token = csrf(client, "/petugas/masuk")
    data = {"nama": "petugas2", "sandi": "salah", "csrf_token": token}
    codes = [client.post("/petugas/masuk", data=data).status_code for _ in range(12)]
    assert codes[:10] == [422] * 10
    assert codes[-1] == 429


@pytest.mark.parametrize("ending", ["disable", "reset"])
def test_a_session_ends_with_its_account(office: Office, ending: str) -> None:
    client = office.client("petugas")
    assert client.get("/petugas/").status_code == 200
    with office.db.write() as s:
        account = s.scalars(select(Account).where(Account.name == "petugas")).one()
        if ending == "disable":
            staff.disable(s, account, office.clock())
        else:
            staff.reset(account, "kata-sandi-yang-baru")
    assert client.get("/petugas/").status_code == 302


def test_cookies_are_for_this_site_and_not_for_scripts(office: Office) -> None:
    client = office.client()
    answer = attempt(client, "petugas", PASSWORD)
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("aduan_petugas"))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" in cookie


def test_an_expired_grant_gives_nothing(office: Office) -> None:
    client = office.client("petugas")
    office.say("Titipan makanan untuk adik saya di kamar 7 tidak sampai kemarin.")
    path = f"/petugas/kasus/{office.case().id}"
    assert client.get(path).status_code == 200
    with office.db.write() as s:
        account = s.scalars(select(Account).where(Account.name == "petugas")).one()
        account.grants[0].valid_to = account.grants[0].valid_from
    assert client.get(path).status_code in (403, 404)


def test_an_unknown_case_and_a_hidden_one_look_the_same(office: Office) -> None:
    office.say("Kalapas menyuruh potong jatah makan blok C, kami takut bicara.")
    client = office.client("petugas")
    hidden = client.get(f"/petugas/kasus/{office.case().id}")
    nothing = client.get(f"/petugas/kasus/{'0' * 32}")
    assert (hidden.status_code, nothing.status_code) == (404, 404)
    assert len(hidden.data) == len(nothing.data)


def test_what_was_written_while_the_session_ended_comes_back(office: Office) -> None:
    office.say("Sudah seminggu makanan basi di blok A")
    case_id, client = office.case().id, office.client("petugas")
    words = "Ringkasan yang panjang dan ditulis dengan susah payah oleh petugas."
    form = {"csrf_token": csrf(client, "/petugas/saya"), "summary": words}
    with office.db.write() as s:
        staff.reset(s.scalars(select(Account).where(Account.name == "petugas")).one(), "kata-sandi-yang-baru")
    answer = client.post(f"/petugas/kasus/{case_id}/recommend", data=form)
    assert (answer.status_code, words in answer.get_data(as_text=True)) == (401, True)
    assert office.case().status == "received"
