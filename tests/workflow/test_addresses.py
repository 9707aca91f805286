"""A number is no identity: several addresses of one person are linked, visibly and undoably, and never by a guess."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.support import Office, csrf
from tests.workflow.steps import COMPLAINT
from workflow import cases, people
from workflow.models import Address, Case, JournalEntry, Person, PersonLink
from workflow.states import Impossible

NUMBER, USER = "+6281299", "ID.77"


def circle(office: Office, sender: str = NUMBER) -> set[str]:
    with office.db.read() as s:
        return people.circle(s, s.get_one(Case, office.case(sender).id).person_id)


def journal(office: Office, *actions: str) -> list[tuple[str, str]]:
    import json

    with office.db.read() as s:
        rows = s.scalars(select(JournalEntry).where(JournalEntry.action.in_(actions)).order_by(JournalEntry.id))
        return [(row.action, json.loads(row.record)["actor"][0]) for row in rows]


def count(office: Office, model: type) -> int:
    with office.db.read() as s:
        return len(s.scalars(select(model)).all())


# ------------------------------------------------------------------ the provider's word


def test_an_id_and_a_number_that_come_together_are_one_person(office: Office) -> None:
    office.say(COMPLAINT, USER, channel="whatsapp", aliases=(NUMBER,), number=NUMBER)
    office.say("halo", NUMBER, channel="whatsapp", number=NUMBER)
    assert (count(office, Person), count(office, PersonLink)) == (1, 0)


def test_two_known_persons_are_linked_once_the_provider_names_both(office: Office) -> None:
    office.say(COMPLAINT, NUMBER, channel="whatsapp", number=NUMBER)
    office.say("Antrean kunjungan empat jam, tidak ada kursi.", USER, channel="whatsapp")
    assert len(circle(office)) == 1
    for _ in range(3):
        office.say("tambahan", USER, channel="whatsapp", aliases=(NUMBER,), number=NUMBER)
    assert len(circle(office)) == 2 == len(circle(office, USER))
    assert count(office, PersonLink) == 1
    assert journal(office, "link") == [("link", "clock"), ("link", "clock")], "once in the chain of each case"
    assert office.case(NUMBER).person_id != office.case(USER).person_id, "cases stay under their own aliases"


def test_what_staff_have_undone_the_provider_does_not_link_again(office: Office) -> None:
    test_two_known_persons_are_linked_once_the_provider_names_both(office)
    with office.db.write() as s:
        case = cases.lock(s, office.case(NUMBER).id)
        cases.set_visibility(s, case, "open", office.clock())
        (held,) = people.links(s, case)
        people.unlink(s, case, office.officer(s, "petugas"), held.id, office.clock())
    office.say("tambahan", USER, channel="whatsapp", aliases=(NUMBER,), number=NUMBER)
    assert len(circle(office)) == 1
    assert journal(office, "unlink") == [("unlink", "officer"), ("unlink", "officer")]


# ------------------------------------------------------------------ suggestions


def suggested(office: Office, name: str) -> list[str]:
    with office.db.read() as s:
        case = s.get_one(Case, office.case(NUMBER).id)
        return [a.channel for a in people.suggestions(s, office.officer(s, name), case)]


def same_number(office: Office, second: str = "halo") -> None:
    office.say(COMPLAINT, NUMBER, channel="whatsapp", number=NUMBER)
    office.say(second, NUMBER, channel="sms", number=NUMBER)


def open_case(office: Office) -> None:
    with office.db.write() as s:
        cases.set_visibility(s, cases.lock(s, office.case(NUMBER).id), "open", office.clock())


def test_the_same_number_on_two_channels_is_suggested_to_the_custodian_alone(office: Office) -> None:
    same_number(office)
    assert count(office, PersonLink) == 0
    seen = {n: suggested(office, n) for n in ("petugas", "kepala", "pejabat", "kanwil", "admin", "kustodian")}
    assert {name for name, found in seen.items() if found} == {"kustodian"}
    assert seen["kustodian"] == ["sms"]


def test_of_an_open_case_whoever_handles_it_may_know(office: Office) -> None:
    same_number(office)
    open_case(office)
    assert suggested(office, "petugas") == ["sms"]
    assert suggested(office, "kanwil") == [], "the Kanwil oversees, it does not handle"


def test_a_suggestion_never_tells_of_a_case_that_is_hidden(office: Office) -> None:
    same_number(office, second="Kepala rutan menyuruh potong jatah makan blok C")
    open_case(office)
    with office.db.read() as s:
        assert [c.seal for c in s.scalars(select(Case).order_by(Case.received_at))] == ["none", "kanwil"]
    assert suggested(office, "petugas") == []


def test_an_anonymous_complainant_is_suggested_to_nobody(office: Office) -> None:
    same_number(office)
    with office.db.write() as s:
        cases.set_visibility(s, cases.lock(s, office.case(NUMBER).id), "anonymous", office.clock())
    assert suggested(office, "kustodian") == suggested(office, "petugas") == []


def test_staff_link_and_undo_on_the_page_of_the_case(office: Office) -> None:
    same_number(office)
    open_case(office)
    case_id, clerk = office.case(NUMBER).id, office.client("petugas")
    path = f"/petugas/kasus/{case_id}"
    page = clerk.get(path).get_data(as_text=True)
    assert "Hubungkan alamat" in page
    with office.db.read() as s:
        other = s.scalars(select(Address.id).where(Address.channel == "sms")).one()
    token = csrf(clerk, path)
    assert clerk.post(f"{path}/link", data={"csrf_token": token, "address": other}).status_code == 303
    assert len(circle(office)) == 2
    page = clerk.get(path).get_data(as_text=True)
    assert "Lepas hubungan" in page and "Hubungkan alamat" not in page
    with office.db.read() as s:
        held = s.scalars(select(PersonLink.id)).one()
    assert clerk.post(f"{path}/unlink", data={"csrf_token": token, "link": held}).status_code == 303
    assert len(circle(office)) == 1
    assert [action for action, _ in journal(office, "link", "unlink")] == ["link", "unlink"]


def test_nobody_links_what_was_not_suggested_to_them(office: Office) -> None:
    same_number(office)
    with office.db.write() as s:
        case = cases.lock(s, office.case(NUMBER).id)
        other = s.scalars(select(Address.id).where(Address.channel == "sms")).one()
        with pytest.raises(Impossible):
            people.link(s, case, office.officer(s, "petugas"), other, office.clock())


# ------------------------------------------------------------------ quoted messages


def test_a_quoted_message_says_which_case_is_meant(office: Office) -> None:
    office.say(COMPLAINT, NUMBER, provider_id="SM1", channel="whatsapp")
    first = office.case(NUMBER)
    office.clock.advance(days=1)
    office.say("BARU", NUMBER, channel="whatsapp")
    office.say("Antrean kunjungan empat jam, tidak ada kursi untuk ibu saya.", NUMBER, channel="whatsapp")
    second = office.case(NUMBER)
    assert first.id != second.id
    office.clock.advance(days=1)
    replies = office.say("masih belum juga", NUMBER, channel="whatsapp", reply_to="SM1")
    assert any(first.number in reply for reply in replies)
    assert not any(second.number in reply for reply in replies)


def test_a_quote_of_a_strangers_message_opens_nothing(office: Office) -> None:
    office.say(COMPLAINT, NUMBER, provider_id="SM1", channel="whatsapp")
    replies = office.say("STATUS", "+62777", channel="whatsapp", reply_to="SM1")
    assert not any(office.case(NUMBER).number in reply for reply in replies)


def test_the_custodian_links_on_the_page_and_reads_no_word(office: Office) -> None:
    same_number(office)
    case_id, custodian = office.case(NUMBER).id, office.client("kustodian")
    path = f"/petugas/kasus/{case_id}"
    page = custodian.get(path).get_data(as_text=True)
    assert "Hubungkan alamat" in page and NUMBER not in page and "blok B" not in page
    with office.db.read() as s:
        other = s.scalars(select(Address.id).where(Address.channel == "sms")).one()
    token = csrf(custodian, path)
    assert custodian.post(f"{path}/link", data={"csrf_token": token, "address": other}).status_code == 303
    refused = office.client("petugas")
    token = csrf(refused, path)
    assert refused.post(f"{path}/link", data={"csrf_token": token, "address": other}).status_code == 409
    assert len(circle(office)) == 2
