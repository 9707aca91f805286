"""Nothing that can be typed, in a path, an address or a form, makes a page of the staff or of families break."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

import webhooks.console
from tests.support import FACILITY, Office, csrf
from tests.workflow import steps
from tests.workflow.steps import COMPLAINT, act, carry
from webhooks import auth
from webhooks.console.actions import ACTIONS
from webhooks.demo import STAFF
from workflow import retention
from workflow.actors import Clock
from workflow.wording import label

TEMPLATES = Path(webhooks.console.__file__).parent.parent / "templates"
VALUES = ("a\x00b", "9" * 30, "9" * 5_000, "panjang " * 4_000)
ODD = ("\x00", "a\x00b", "9" * 5_000, "x" * 3_000)


@pytest.fixture
def calm(office: Office) -> Office:
    """As it runs: what breaks is answered 500, for the test to see it."""
    office.app.config["PROPAGATE_EXCEPTIONS"] = False
    return office


def fields() -> list[str]:
    """Every field of every form in the templates."""
    pages = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    return sorted(
        {re.sub(r"\{\{.*?\}\}", "0", name) for name in re.findall(r'\bname="((?:\{\{.*?\}\}|[^"{])+)"', pages)}
    )


def paths(office: Office, args: tuple[str, ...], *, method: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each address of the staff's with each of the arguments, and the roles that may go there."""
    for rule in office.app.url_map.iter_rules():
        view = office.app.view_functions[rule.endpoint]
        roles = auth.access_of(view)
        if not isinstance(roles, tuple) or method not in (rule.methods or ()) or rule.endpoint == "console.keluar":
            continue
        for action in ACTIONS if "action" in rule.arguments else ("",):
            for arg in args if rule.arguments - {"action"} else args[:1]:
                path = rule.rule.replace("<action>", action)
                yield re.sub(r"<[^>]+>", quote(arg, safe=""), path), roles


def browsers(office: Office) -> dict[str, tuple[FlaskClient, str]]:
    """One of each role, with the token of its forms."""
    who = {role: office.client(name) for name, role, *_ in reversed(STAFF)}
    return {role: (client, csrf(client, "/petugas/")) for role, client in who.items()}


def may(roles: tuple[str, ...]) -> list[str]:
    """One of those who may; the steps of a case are for all roles, and belong to the unit and its head."""
    return list(roles[:1]) or ["petugas", "kepala"]


def test_no_form_of_the_staff_breaks(calm: Office) -> None:
    calm.say(COMPLAINT)
    case_id = carry(calm, "drafted")
    names, seated, broken = fields(), browsers(calm), []
    for path, roles in paths(calm, (case_id, *ODD[:1]), method="POST"):
        for role in may(roles):
            client, token = seated[role]
            for value in VALUES if "%00" not in path else VALUES[:1]:
                sent = client.post(path, data=dict.fromkeys(names, value) | {"csrf_token": token})
                broken += [(sent.status_code, role, path, value[:4], len(value))] if sent.status_code >= 500 else []
    assert not broken


def test_no_page_of_the_staff_breaks(calm: Office) -> None:
    names, seated, broken = fields(), browsers(calm), []
    for path, roles in paths(calm, ODD, method="GET"):
        for role in may(roles):
            for value in ("%00", "9" * 5_000, "%ed%a0%80"):
                query = "&".join(f"{name}={value}" for name in (*names, "hal", "tab", "unit", "bulan", "saluran", "ke"))
                seen = seated[role][0].get(f"{path}?{query}")
                broken += [(seen.status_code, role, path, value[:4])] if seen.status_code >= 500 else []
    assert not broken


def test_an_id_that_no_database_takes_is_an_address_that_leads_nowhere(calm: Office) -> None:
    client = calm.client("petugas")
    page = client.get("/petugas/kasus/%00")
    assert page.status_code == 404
    assert "Antrean" in page.get_data(as_text=True)  # with the menu, to go on from here


def test_nobody_breaks_the_log_in(calm: Office) -> None:
    client = calm.client()
    token = csrf(client, "/petugas/masuk")
    for value in VALUES:
        answer = client.post("/petugas/masuk", data={"nama": value, "sandi": value, "csrf_token": token})
        assert answer.status_code < 500, value[:4]


def test_no_page_of_families_breaks(calm: Office) -> None:
    client, names, broken = calm.client(), fields(), []
    for rule in calm.app.url_map.iter_rules():
        if auth.access_of(calm.app.view_functions[rule.endpoint]) != "public" or rule.endpoint.startswith("receive."):
            continue
        for odd in ODD if rule.arguments else ODD[:1]:
            path = re.sub(r"<[^>]+>", quote(odd, safe=""), rule.rule)
            for value in VALUES:
                sent = [client.get(path, query_string={name: value[:3_000] for name in names})]
                if "POST" in (rule.methods or ()):
                    sent.append(client.post(path, data=dict.fromkeys(names, value)))
                broken += [(answer.status_code, path, value[:4]) for answer in sent if answer.status_code >= 500]
    assert not broken


def test_a_family_that_pastes_what_no_database_takes_is_heard_in_full(calm: Office) -> None:
    client = calm.client()
    token = re.search(r'name="token"[^>]*value="([^"]+)"', client.get("/lapor").get_data(as_text=True))
    told = {"text": "Air mati\x00 tiga hari di blok B.", "unit": FACILITY, "fasilitas": FACILITY}
    page = client.post("/lapor", data=told | {"token": token[1] if token else ""})
    assert page.status_code == 200, page.get_data(as_text=True)
    assert "Air mati␀ tiga hari di blok B." in read(calm, "petugas")


def test_what_an_officer_pastes_is_kept_as_a_family_s_is(calm: Office) -> None:
    calm.say(COMPLAINT)
    case_id = carry(calm, "classified")
    client = calm.client("petugas")
    said = {"text": "Kamar\x00 berapa?", "csrf_token": csrf(client, f"/petugas/kasus/{case_id}")}
    assert client.post(f"/petugas/kasus/{case_id}/ask", data=said).status_code == 303
    assert "Kamar␀ berapa?" in client.get(f"/petugas/kasus/{case_id}").get_data(as_text=True)


def read(office: Office, name: str) -> str:
    """What stands on the page of the newest case."""
    client = office.client(name)
    found = re.search(r"/petugas/kasus/(\w+)", client.get("/petugas/").get_data(as_text=True))
    assert found
    return re.sub(r"<[^>]+>", "", client.get(found[0]).get_data(as_text=True))


def test_a_merged_case_whose_words_are_gone_is_not_taken_out_again(calm: Office) -> None:
    first, second = steps.repeated(calm)
    steps.merge(calm, second, first)
    act(calm, second, lambda o, s, c: retention.erase(s, c, Clock(), o.clock(), "retention"))
    client, path = calm.client("petugas"), f"/petugas/kasus/{second}"
    assert "/batal" not in client.get(path).get_data(as_text=True)
    token = csrf(client, f"/petugas/kasus/{first}")
    answer = client.post(f"/petugas/bersama/{second}/batal", data={"csrf_token": token}, follow_redirects=True)
    assert answer.status_code == 200
    assert label("impossible", "not_now", "id") in answer.get_data(as_text=True)
