"""What Twilio remembers: messages that were missed, and the fate of our own, from a real server page by page."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from channels.base import Poller, SendError, Witness
from channels.twilio import TwilioAdapter
from tests.servers import TwilioServer
from workflow.inbox import NotDurable, Stored
from workflow.messages import Inbound, Outgoing

OURS, PERSON = "whatsapp:+14155238886", "whatsapp:+6281234567890"
EARLIER = datetime.now(UTC) - timedelta(hours=3)


class OnePost:
    """An office that lets a poller do so many rounds."""

    def __init__(self, rounds: int = 1) -> None:
        self.rounds = rounds
        self.taken: list[Inbound] = []
        self.notes: list[str] = []
        self.full = False

    def goes_on(self) -> bool:
        return len(self.notes) < self.rounds

    def pause(self, seconds: float) -> None:
        assert 0 < seconds <= 30, "a lease lasts 90 seconds"

    def take(self, inbound: Inbound, *, dead_letter: bool = False) -> Stored:
        if self.full:
            raise NotDurable
        self.taken.append(inbound)
        return Stored(len(self.taken), "c", duplicate=False)

    def report(self, receipt: object) -> bool:
        raise AssertionError("a list holds no receipts")

    def recall(self, name: str) -> str:
        return ""

    def remember(self, name: str, value: str) -> None:
        raise AssertionError("the list is always of two days")

    def well(self) -> None:
        self.notes.append("well")

    def trouble(self, code: str) -> None:
        self.notes.append(code)


def test_missed_messages_are_taken_in_under_the_id_of_their_webhook(
    twilio: TwilioAdapter, twilio_server: TwilioServer
) -> None:
    assert isinstance(twilio, Poller)
    sid = twilio_server.miss(PERSON, "air mati", OURS, EARLIER)
    post = OnePost()
    twilio.poll(post)
    (inbound,) = post.taken
    assert (inbound.provider_id, inbound.channel, inbound.account) == (sid, "whatsapp", OURS)
    assert (inbound.sender, inbound.text, inbound.kind) == (PERSON, "air mati", "text")
    assert inbound.written_at == EARLIER.replace(microsecond=0)
    webhook = twilio_server.inbound("https://x/webhooks/twilio", MessageSid=sid, From=PERSON, To=OURS)
    assert webhook.form["MessageSid"] == inbound.provider_id


def test_every_page_of_every_sender_is_read_and_nothing_twice(
    twilio: TwilioAdapter, twilio_server: TwilioServer
) -> None:
    twilio_server.page_size = 3
    for n in range(8):
        twilio_server.miss(PERSON, f"pesan {n}", OURS, EARLIER)
    twilio_server.miss("+6281", "lewat SMS", "+622150996600", EARLIER)
    post = OnePost(rounds=3)
    twilio.poll(post)
    assert [i.text for i in post.taken] == [*(f"pesan {n}" for n in range(8)), "lewat SMS"]
    assert post.notes == ["well"] * 3


def test_a_message_of_this_minute_is_left_to_its_webhook(twilio: TwilioAdapter, twilio_server: TwilioServer) -> None:
    twilio_server.miss(PERSON, "baru", OURS, datetime.now(UTC))
    post = OnePost()
    twilio.poll(post)
    assert post.taken == []


def test_our_own_messages_are_not_taken_for_the_familys(twilio: TwilioAdapter, twilio_server: TwilioServer) -> None:
    twilio.send(outgoing(recipient=OURS))
    post = OnePost()
    twilio.poll(post)
    assert post.taken == []


def test_a_missed_photo_brings_its_address(twilio: TwilioAdapter, twilio_server: TwilioServer) -> None:
    url = twilio_server.add_media(b"\xff\xd8\xff")
    twilio_server.miss(PERSON, "", OURS, EARLIER, [url])
    post = OnePost()
    twilio.poll(post)
    (inbound,) = post.taken
    assert inbound.kind == "media"
    assert twilio.fetch(inbound.media[0]) == b"\xff\xd8\xff"


def test_a_refused_list_and_a_full_disk_are_named_and_tried_again(
    twilio: TwilioAdapter, twilio_server: TwilioServer
) -> None:
    twilio_server.miss(PERSON, "air mati", OURS, EARLIER)
    twilio_server.auth_token = "changed"
    post = OnePost(rounds=1)
    twilio.poll(post)
    assert post.notes == ["20003"]
    twilio_server.auth_token = twilio._token
    post = OnePost(rounds=1)
    post.full = True
    twilio.poll(post)
    assert post.notes == ["not_durable"]
    post = OnePost()
    twilio.poll(post)
    assert [i.text for i in post.taken] == ["air mati"]


def outgoing(**changes: object) -> Outgoing:
    usual = Outgoing("r1", "whatsapp", OURS, PERSON, "Jawaban resmi.", "official", "id")
    return dataclasses.replace(usual, **changes)  # type: ignore[arg-type]


def test_the_fate_of_a_message_is_known_by_its_id(twilio: TwilioAdapter, twilio_server: TwilioServer) -> None:
    assert isinstance(twilio, Witness)
    sid = twilio.send(outgoing()).provider_id
    twilio_server.statuses[sid] = "read"
    found = twilio.fate(outgoing(), sid, EARLIER)
    assert found is not None
    assert (found.state, found.ref, found.provider_id) == ("read", "r1", sid)


def test_without_an_id_the_same_words_to_the_same_person_are_looked_for(
    twilio: TwilioAdapter, twilio_server: TwilioServer
) -> None:
    twilio_server.plan(PERSON, "garbage", times=1)
    with pytest.raises(SendError):
        twilio.send(outgoing())
    (taken,) = twilio_server.messages
    twilio_server.statuses[taken.sid], twilio_server.error_codes[taken.sid] = "undelivered", 63033
    found = twilio.fate(outgoing(), None, datetime(2026, 11, 16, 2, 0, tzinfo=UTC))
    assert found is not None
    assert (found.state, found.provider_id, found.code, found.reason) == ("failed", taken.sid, "63033", "blocked")
    assert twilio.fate(outgoing(body="lain"), None, datetime(2026, 11, 16, tzinfo=UTC)) is None
    assert twilio.fate(outgoing(), None, datetime(2026, 11, 17, tzinfo=UTC)) is None, "an older message is another one"


def test_a_list_without_end_ends(twilio: TwilioAdapter, twilio_server: TwilioServer, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    endless: Callable[..., object] = twilio_server._list
    twilio_server.page_size = 1
    twilio_server.miss(PERSON, "satu", OURS, EARLIER)
    twilio_server.miss(PERSON, "dua", OURS, EARLIER)
    monkeypatch.setattr(twilio_server, "_list", lambda query, path: endless({**query, "Page": "0"}, path))
    post = OnePost()
    twilio.poll(post)
    assert post.notes == ["well"]
    assert {i.text for i in post.taken} == {"satu"}
