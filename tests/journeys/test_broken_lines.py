"""Lines that break in the middle, receipts that overtake, files that do not come: the wire is real, and what it does bad."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from channels import delivery
from tests.journeys.test_spine import answered
from tests.live import PUBLIC, Live, eventually, running
from tests.servers.loopback import Answer
from tests.servers.telegram import TOKEN, TelegramServer
from tests.servers.twilio import ACCOUNT_SID, AUTH_TOKEN, SentMessage, TwilioServer
from tests.support import Clock, Office, make_office
from webhooks.settings import Settings
from workflow import alarms
from workflow.inbox import MAX_FILE
from workflow.messages import Media
from workflow.models import Attachment, DeliveryEvent, Message, Outbound

COMPLAINT = "Sudah tiga hari air di blok B mati, anak saya Rudi tidak bisa mandi."
OURS, FAMILY = "whatsapp:+14155238886", "whatsapp:+6281234567890"
ANSWER = "Air sudah mengalir."


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    server = TelegramServer()
    yield server
    server.stop()


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    server = TwilioServer()
    yield server
    server.stop()


def patiently(condition: Callable[[], object]) -> None:
    """A pause after a failure is half a minute at most, and a busy machine takes its time."""
    eventually(condition, limit=90)


def settings_of(database_url: str, tmp_path: Path, **channel: str) -> Settings:
    return Settings(home=tmp_path, database_url=database_url, public_url=PUBLIC, **channel)  # type: ignore[arg-type]


def with_twilio(database_url: str, tmp_path: Path, twilio: TwilioServer) -> Settings:
    return settings_of(
        database_url, tmp_path, twilio_account_sid=ACCOUNT_SID, twilio_auth_token=AUTH_TOKEN,
        twilio_whatsapp_from=OURS, twilio_api_base=twilio.url,
    )  # fmt: skip


def rows(office: Office, model: type) -> list:
    with office.db.read() as s:
        return list(s.scalars(select(model)))


def official(office: Office) -> Outbound:
    return next(row for row in rows(office, Outbound) if row.purpose == "official")


# ------------------------------------------------------------------ a line that is cut


def test_a_conversation_goes_on_where_it_was_cut(database_url: str, tmp_path: Path, telegram: TelegramServer) -> None:
    settings = settings_of(database_url, tmp_path, telegram_token=TOKEN, telegram_api_base=telegram.url)
    with running(settings) as live:
        told = lambda: [(a.name, a.code) for a in _ringing(live)]  # noqa: E731
        telegram.say(COMPLAINT)
        patiently(lambda: any("ADU-" in text for text in telegram.sent_to()))
        patiently(lambda: all(row.state == "sent" for row in rows(live.office, Outbound)))

        telegram.unplug()
        telegram.say("Sekarang lampu juga mati.")  # their line is whole: Telegram keeps it for us
        answered(live.office, "5551")
        live.office.db.ring()
        patiently(lambda: official(live.office).error_code == "network")
        patiently(lambda: told() == [("telegram", "network")])
        assert official(live.office).state == "queued"
        assert len(rows(live.office, Message)) == 1

        live.office.clock.advance(minutes=10)
        telegram.plug_in()
        live.office.db.ring()
        patiently(lambda: any(ANSWER in text for text in telegram.sent_to()))
        patiently(lambda: len(rows(live.office, Message)) == 2)
        patiently(lambda: told() == [])
        patiently(lambda: not telegram.updates)
        patiently(lambda: all(row.state in ("sent", "read") for row in rows(live.office, Outbound)))
        assert sum(ANSWER in text for text in telegram.sent_to()) == 1, "nothing went out twice"
        assert len(telegram.messages) == len(rows(live.office, Outbound))


def _ringing(live: Live) -> list:
    with live.office.db.read() as s:
        return alarms.ringing(s)


# ------------------------------------------------------------------ receipts that overtake


@pytest.mark.parametrize(("receipts", "best"), [
    (["sent", "delivered", "delivered", "delivered"], "delivered"),
    (["delivered", "sent", "queued"], "delivered"),
    (["read", "delivered", "sent", "read"], "read"),
    (["delivered", "undelivered"], "delivered"),
], ids=["repeated", "backwards", "read-first", "failed-after-proof"])  # fmt: skip
def test_receipts_that_come_before_the_answer_to_the_send_end_at_the_best_evidence(
    database_url: str, tmp_path: Path, twilio: TwilioServer, receipts: list[str], best: str
) -> None:
    with running(with_twilio(database_url, tmp_path, twilio)) as live:
        _say(live, twilio, COMPLAINT)
        patiently(lambda: any("ADU-" in m.body for m in twilio.messages))
        taken: list[int] = []

        def overtake(message: SentMessage) -> None:
            for status in receipts if ANSWER in message.body else []:
                callback = twilio.receipt(message, status, "30008" if status == "undelivered" else None)
                taken.append(_post(live, callback.url, callback.body, callback.headers))

        twilio.meanwhile = overtake
        answered(live.office, FAMILY)
        live.office.db.ring()
        patiently(lambda: len(taken) == len(receipts))
        patiently(lambda: official(live.office).sent_at is not None)  # the answer to the send is there, too
        assert set(taken) <= {200, 204}
        row = official(live.office)
        assert (row.state, row.attempts) == (best, 1)
        assert sum(ANSWER in m.body for m in twilio.messages) == 1
        assert live.office.case(FAMILY).delivered_at is not None
        noted = [event.state for event in rows(live.office, DeliveryEvent) if event.outbound_id == row.id]
        assert best in noted and "accepted" in noted, "each is written down, whatever it changed"


def test_a_failure_that_overtakes_the_answer_to_the_send_is_not_lost(
    database_url: str, tmp_path: Path, twilio: TwilioServer
) -> None:
    with running(with_twilio(database_url, tmp_path, twilio)) as live:
        _say(live, twilio, COMPLAINT)
        patiently(lambda: any("ADU-" in m.body for m in twilio.messages))

        def refuse(message: SentMessage) -> None:
            for _ in range(2):
                callback = twilio.receipt(message, "failed", "63024")
                assert _post(live, callback.url, callback.body, callback.headers) in (200, 204)

        twilio.meanwhile = refuse
        answered(live.office, FAMILY)
        live.office.db.ring()
        patiently(lambda: official(live.office).sent_at is not None)
        patiently(lambda: official(live.office).state == "failed")
        assert (official(live.office).error_code, official(live.office).error_reason) == ("63024", "address")
        assert live.office.case(FAMILY).delivered_at is None


def _say(live: Live, twilio: TwilioServer, text: str) -> None:
    sent = twilio.inbound(f"{PUBLIC}/webhooks/twilio", Body=text)
    assert _post(live, sent.url, sent.body, sent.headers) == 200


def _post(live: Live, url: str, body: bytes, headers: dict[str, str]) -> int:
    parts = urlsplit(url)
    return live.post(parts.path + (f"?{parts.query}" if parts.query else ""), body, headers)


# ------------------------------------------------------------------ files that do not come


@pytest.fixture
def fetched(
    database_url: str, tmp_path: Path, clock: Clock, twilio: TwilioServer
) -> Iterator[Callable[..., Attachment]]:
    """A family sends a file that Twilio keeps; it is fetched while the answers last, each time when it is due."""
    office = make_office(with_twilio(database_url, tmp_path, twilio), clock)

    def fetch(*answers: Answer, declared: str = "image/jpeg") -> Attachment:
        url = twilio.add_media(b"tidak pernah")
        office.write(COMPLAINT, FAMILY, channel="whatsapp", media=(Media("foto.jpg", declared, url=url),))
        for answer in answers:
            twilio.hand_out(url, answer)
            delivery.fetch_wanted(office.db, office.service.adapters, clock())
            clock.advance(hours=11)
        (row,) = rows(office, Attachment)
        return row

    yield fetch
    office.service.close()


GOOD = Answer(200, b"\xff\xd8\xff\xe0" + bytes(2000), {"Content-Type": "image/jpeg"})


@pytest.mark.parametrize("trouble", [
    Answer(404), Answer(403), Answer(401), Answer(429), Answer(503), Answer(0),
    Answer(200, bytes(4000), {"Content-Type": "image/jpeg"}, stalls=True),
], ids=["404", "403", "401", "429", "503", "cut", "stalls"])  # fmt: skip
def test_a_file_that_does_not_come_at_once_is_tried_again(fetched: Callable[..., Attachment], trouble: Answer) -> None:
    row = fetched(trouble, GOOD)
    assert (row.state, row.size, row.content_type, row.attempts) == ("stored", 2004, "image/jpeg", 2)


@pytest.mark.parametrize("answer", [
    Answer(200, bytes(MAX_FILE + 1)), Answer(200, b"x", {"Content-Length": str(MAX_FILE + 1)}),
], ids=["large", "says-so"])  # fmt: skip
def test_a_file_that_is_too_large_is_refused_once(fetched: Callable[..., Attachment], answer: Answer) -> None:
    row = fetched(answer, GOOD)
    assert (row.state, row.fault, row.attempts) == ("refused", "too_large", 1)


def test_a_page_in_the_place_of_a_picture_is_kept_as_what_it_is(fetched: Callable[..., Attachment]) -> None:
    row = fetched(Answer(200, b"<html><script>alert(1)</script></html>", {"Content-Type": "image/jpeg"}))
    assert (row.state, row.content_type) == ("stored", "application/octet-stream")


def test_a_file_that_never_comes_is_marked_with_its_reason(fetched: Callable[..., Attachment]) -> None:
    row = fetched(*[Answer(404)] * 6)
    assert (row.state, row.fault, row.attempts) == ("lost", "404", 6)
