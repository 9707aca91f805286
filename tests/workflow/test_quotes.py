"""What a message quotes: the case that it means, shown beside it on that case's page and nowhere else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from channels.mail_inbound import sort
from channels.telegram import TelegramAdapter
from tests.support import Office
from workflow import cases, conversations, inbox, outbox
from workflow.actors import Citizen
from workflow.messages import Sent
from workflow.models import Case, Message, Outbound
from workflow.settling import settle

FAMILY, OTHER = "+628120000001", "+628120000002"
WATER = "Sudah tiga hari air di blok B mati, anak saya tidak bisa mandi."
QUEUE = "Antrean kunjungan empat jam, tidak ada kursi untuk ibu saya."


def two_cases(office: Office, channel: str, sender: str = FAMILY) -> tuple[Case, Case]:
    """Water, and a day later the queue of visitors: one person, two open cases."""
    office.say(WATER, sender, provider_id="A1", channel=channel)
    first = office.case(sender)
    office.clock.advance(days=1)
    office.say("BARU", sender, channel=channel)
    office.say(QUEUE, sender, provider_id="B1", channel=channel)
    second = office.case(sender)
    assert first.id != second.id
    office.clock.advance(days=1)
    return first, second


def sent(office: Office, case: Case, provider_id: str) -> int:
    """The acknowledgement of a case went out, and the provider gave it this id."""
    with office.db.read() as s:
        wanted = s.scalars(select(Outbound.id).where(Outbound.case_id == case.id, Outbound.purpose == "ack")).first()
    while True:
        claimed = outbox.claim(office.db, "test", office.clock())
        assert claimed is not None, "the acknowledgement was not in line"
        with office.db.write() as s:
            settle(s, claimed, Sent(provider_id if claimed.id == wanted else f"x{claimed.id}"), office.clock())
        if claimed.id == wanted:
            return claimed.id


def case_of(office: Office, text: str) -> str | None:
    with office.db.read() as s:
        return next(m.case_id for m in s.scalars(select(Message)) if conversations.text_of(s, m) == text)


def page(office: Office, case: Case, name: str = "petugas") -> str:
    return office.client(name).get(f"/petugas/kasus/{case.id}").get_data(as_text=True)


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_a_quote_of_ours_joins_the_older_case_and_is_shown(office: Office, channel: str) -> None:
    first, second = two_cases(office, channel)
    quoted = sent(office, first, "SM9")
    office.say("masih belum juga", FAMILY, channel=channel, reply_to="SM9")
    assert case_of(office, "masih belum juga") == first.id
    shown = page(office, first)
    assert f'membalas: <a href="#balasan-{quoted}"' in shown and f'<li id="balasan-{quoted}"' in shown
    assert "membalas:" not in page(office, second)


def test_a_quote_of_their_own_words_is_shown_with_them(office: Office) -> None:
    first, _ = two_cases(office, "whatsapp")
    office.say("masih belum juga", FAMILY, channel="whatsapp", reply_to="A1")
    assert case_of(office, "masih belum juga") == first.id
    assert f">“{WATER}”</a>" in page(office, first)


def telegram(adapter: TelegramAdapter, number: int, text: str, **more: Any) -> Any:
    person = {"id": 5551, "is_bot": False, "first_name": "Siti"}
    message = {"message_id": number, "date": 1, "chat": {"id": 5551, "type": "private"}, "from": person, "text": text}
    update = {"update_id": 900 + number, "message": {**message, **more}}
    (found,) = adapter.read(update, json.dumps(update).encode())
    return found


def test_on_telegram_their_own_words_are_quoted_by_their_place(office: Office) -> None:
    adapter = TelegramAdapter(token="1:x", webhook_secret=None)
    take = lambda inbound: (_store(office, inbound), office.handle())  # noqa: E731
    try:
        take(telegram(adapter, 1, WATER))
        first = office.case("5551")
        office.clock.advance(days=1)
        take(telegram(adapter, 2, "BARU"))
        take(telegram(adapter, 3, QUEUE))
        office.clock.advance(days=1)
        quote = {"message_id": 1, "date": 1, "chat": {"id": 5551, "type": "private"}, "text": WATER}
        take(telegram(adapter, 4, "masih belum juga", reply_to_message=quote))
    finally:
        adapter.close()
    assert office.case("5551").id != first.id
    assert case_of(office, "masih belum juga") == first.id
    assert f">“{WATER}”</a>" in page(office, first)


def _store(office: Office, inbound: Any) -> None:
    with office.db.write() as s:
        inbox.store(s, inbound, office.clock())


def test_a_mail_shows_which_mail_of_ours_it_answers(office: Office) -> None:
    ours = "aduan@rutan.example"
    letter = f"From: siti@x.example\nTo: {ours}\nMessage-ID: <a1@x>\nSubject: Air\n\n{WATER}\n".encode()
    _store(office, sort(letter, ours).inbound)
    office.handle()
    case = office.case("siti@x.example")
    with office.db.read() as s:
        row = s.scalars(select(Outbound).where(Outbound.case_id == case.id, Outbound.purpose == "ack")).first()
        ref, quoted = row.ref, row.id
    answer = f"From: siti@x.example\nTo: {ours}\nIn-Reply-To: <{ref}@rutan.example>\nSubject: Re: Air\n\nMasih mati.\n"
    _store(office, sort(answer.encode(), ours).inbound)
    office.handle()
    assert f'membalas: <a href="#balasan-{quoted}"' in page(office, case)


def test_two_quotes_in_one_burst_go_to_two_cases(office: Office) -> None:
    first, second = two_cases(office, "whatsapp")
    office.write("air masih mati", FAMILY, channel="whatsapp", reply_to="A1")
    office.write("kursi masih tidak ada", FAMILY, channel="whatsapp", reply_to="B1")
    office.write("tolong segera", FAMILY, channel="whatsapp")
    office.handle()
    assert case_of(office, "air masih mati") == first.id
    assert case_of(office, "kursi masih tidak ada") == second.id
    assert case_of(office, "tolong segera") == second.id


def test_a_quote_of_a_strangers_words_links_and_shows_nothing(office: Office) -> None:
    office.say(WATER, OTHER, provider_id="A1", channel="whatsapp")
    strangers = office.case(OTHER)
    office.say(QUEUE, FAMILY, channel="whatsapp", reply_to="A1")
    mine = office.case(FAMILY)
    assert mine.id != strangers.id
    shown = page(office, mine)
    assert "membalas:" not in shown and "blok B" not in shown
    with office.db.read() as s:
        assert all("quotes" not in m.options and "case" not in m.options for m in s.scalars(select(Message)))


def test_a_quote_of_a_sealed_case_leaves_no_trace_at_the_facility(office: Office) -> None:
    first, second = two_cases(office, "whatsapp")
    with office.db.write() as s:
        case = cases.lock(s, first.id)
        cases.seal(s, case, Citizen(case.person_id), "wish", office.clock())
    office.say("masih belum juga", FAMILY, channel="whatsapp", reply_to="A1")
    assert case_of(office, "masih belum juga") == first.id
    assert "masih belum juga" not in page(office, second) and "membalas:" not in page(office, second)
    assert office.client("petugas").get(f"/petugas/kasus/{first.id}").status_code == 404
    assert f">“{WATER}”</a>" in page(office, first, "kanwil")


def test_a_message_of_this_case_that_quotes_another_case_does_not_show_it(office: Office) -> None:
    """As after a message was moved by hand: the words of the other case stay there."""
    first, second = two_cases(office, "whatsapp")
    office.say("masih belum juga", FAMILY, channel="whatsapp", reply_to="A1")
    with office.db.write() as s:
        message = s.scalars(select(Message).order_by(Message.id.desc())).first()
        message.case_id = second.id
    shown = page(office, second)
    assert "masih belum juga" in shown
    assert "membalas:" not in shown and "blok B" not in shown
    assert first.number not in shown
