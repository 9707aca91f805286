"""Reprisal that nobody asked about: at the facility no page, list, notice or telephone tells of it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.support import Office
from tests.webhooks.test_public import send
from tests.workflow.steps import COMPLAINT, carry
from workflow import links, notices
from workflow.models import Account, Address, Case, Conversation, Message, Notice, Outbound

SENDER = "+628120000001"
FACILITY = ("petugas", "petugas2", "kepala", "pejabat", "admin")
WORDS = "TIDAK AMAN, suami saya dipukul karena saya melapor"
TOLD = {
    "the word with what happened": WORDS,
    "the word alone": "TIDAK AMAN",
    "a sentence": "saya diancam petugas karena pengaduan saya kemarin",
    "behind another word": "TIDAK PUAS, suami saya dipukul sipir gara-gara saya melapor",
}


def first(office: Office, status: str = "received") -> str:
    office.say(COMPLAINT, SENDER, channel="whatsapp", number=SENDER)
    case_id = carry(office, status, SENDER) if status != "received" else office.case(SENDER).id
    office.clock.advance(hours=3)
    return case_id


def names(office: Office, case_id: str) -> set[str]:
    with office.db.read() as s:
        query = select(Account.name).join(Notice, Notice.account_id == Account.id).where(Notice.case_id == case_id)
        return set(s.scalars(query))


@pytest.mark.parametrize("status", ["received", "directed", "responded"])
@pytest.mark.parametrize("words", TOLD.values(), ids=TOLD.keys())
def test_it_is_a_linked_case_at_the_kanwil_and_nothing_at_the_facility(office: Office, words: str, status: str) -> None:
    old = first(office, status)
    before = {name: office.client(name).get(f"/petugas/kasus/{old}").text for name in ("petugas", "kepala")}
    told = names(office, old)
    answers = office.say(words, SENDER, channel="whatsapp")
    case = office.case(SENDER)
    assert (case.seal, case.seal_reason, case.handling_unit.code) == ("kanwil", "retaliation", "KANWIL-JATIM")
    assert case.urgency in ("darurat", "tinggi")
    assert any("Kantor Wilayah" in text and "tidak dapat melihatnya" in text for text in answers)
    assert not any("petugas piket" in text for text in answers)
    assert names(office, case.id) == {"kanwil", "kanwil2"} and names(office, old) == told
    with office.db.read() as s:
        assert [c.id for c in links.sources(s, s.get_one(Case, old), "retaliation")] == [case.id]
        assert s.scalars(select(Message.case_id).order_by(Message.id.desc())).first() == case.id
    for name in FACILITY:
        client = office.client(name)
        assert client.get(f"/petugas/kasus/{case.id}").status_code in (403, 404)
        for path in ("/petugas/", "/petugas/?tab=selesai", f"/petugas/kasus/{old}"):
            page = client.get(path).text
            assert case.number not in page and "dipukul" not in page and "diancam" not in page, (name, path)
            assert not re.search(r"TIDAK AMAN(?!\w)", page.replace("tulis TIDAK AMAN", "")), (name, path)
    for name, page in before.items():
        now = office.client(name).get(f"/petugas/kasus/{old}").text
        assert now.count("<li") == page.count("<li"), name
    assert case.number in office.client("kanwil").get("/petugas/").text


def test_an_emergency_pages_the_kanwil_and_nobody_at_the_facility(office: Office) -> None:
    first(office)
    with office.db.write() as s:
        for n, name in enumerate(("petugas", "kepala", "kanwil")):
            account = s.scalars(select(Account).where(Account.name == name)).one()
            notices.register_telephone(s, account, "whatsapp", f"+62899{n}00000", office.clock())
    office.say(WORDS, SENDER, channel="whatsapp")
    with office.db.read() as s:
        query = select(Account.name).join(Address, Address.account_id == Account.id)
        query = query.join(Conversation, Conversation.address_id == Address.id)
        query = query.join(Outbound, Outbound.conversation_id == Conversation.id).where(Outbound.key == "page")
        assert set(s.scalars(query)) == {"kanwil"}


def test_on_the_form_and_with_no_case_it_is_sealed_by_itself(office: Office) -> None:
    page = send(office.client(), text="Anak saya dipukul petugas karena saya melapor ke Ombudsman.")
    assert page.status_code in (200, 302, 303)
    with office.db.read() as s:
        case = s.scalars(select(Case)).one()
        assert (case.seal, case.seal_reason, case.risk) == ("kanwil", "retaliation", "yes")
    assert case.number not in office.client("petugas").get("/petugas/").text


def test_what_follows_goes_to_the_same_sealed_case(office: Office) -> None:
    old = first(office)
    office.say("TIDAK AMAN", SENDER, channel="whatsapp")
    sealed = office.case(SENDER).id
    office.clock.advance(minutes=2)
    office.say("Saya dipanggil dan dibentak petugas karena laporan itu", SENDER, channel="whatsapp")
    assert office.case(SENDER).id == sealed
    assert "dibentak" in office.client("kanwil").get(f"/petugas/kasus/{sealed}").text
    assert "dibentak" not in office.client("petugas").get(f"/petugas/kasus/{old}").text
