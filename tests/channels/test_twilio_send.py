"""What comes of a message that is handed to Twilio: a real server on the loopback answers."""

from __future__ import annotations

import dataclasses
import logging
import socket
import threading
import time
from urllib.parse import parse_qsl, urlsplit

import pytest

from channels.base import Fault, SendError, WireRequest
from channels.twilio import TwilioAdapter
from tests.servers import TwilioServer
from tests.servers.twilio import ACCOUNT_SID, AUTH_TOKEN
from workflow.messages import Media, Outgoing

PERSON = "whatsapp:+6281234567890"
REF = "01J/X Y"  # no id of ours looks like this: the callback address must carry anything


def message(
    recipient: str = PERSON, channel: str = "whatsapp", body: str = "Aduan diterima.", ref: str = REF
) -> Outgoing:
    return Outgoing(ref, channel, "", recipient, body, "ack", "id")


def refusal(adapter: TwilioAdapter, outgoing: Outgoing) -> SendError:
    with pytest.raises(SendError) as caught:
        adapter.send(outgoing)
    return caught.value


def test_a_message_reaches_the_person_from_our_sender(twilio: TwilioAdapter, twilio_server: TwilioServer) -> None:
    sent = twilio.send(message())
    (taken,) = twilio_server.messages
    assert (sent.provider_id, sent.state) == (taken.sid, "accepted")
    assert (taken.sender, taken.recipient, taken.body) == ("whatsapp:+14155238886", PERSON, "Aduan diterima.")


def test_an_sms_comes_from_the_sms_sender(twilio: TwilioAdapter, twilio_server: TwilioServer) -> None:
    twilio.send(message("+6281234567890", "sms"))
    assert twilio_server.messages[0].sender == "+622150996600"


def test_a_number_without_the_prefix_is_still_a_whatsapp_address(
    twilio: TwilioAdapter, twilio_server: TwilioServer
) -> None:
    twilio.send(message("+6281234567890"))
    assert twilio_server.messages[0].recipient == PERSON


def test_an_answer_leaves_from_the_account_that_was_written_to(
    twilio: TwilioAdapter, twilio_server: TwilioServer
) -> None:
    twilio.send(dataclasses.replace(message(), account="whatsapp:+6221000"))
    assert twilio_server.messages[0].sender == "whatsapp:+6221000"


def test_the_receipt_of_a_sent_message_leads_back_to_it(twilio: TwilioAdapter, twilio_server: TwilioServer) -> None:
    sent = twilio.send(message())
    taken = twilio_server.messages[0]
    for status in ("sent", "delivered", "read"):
        posted = twilio_server.receipt(taken, status)
        query = tuple(parse_qsl(urlsplit(posted.url).query))
        request = WireRequest(posted.url, posted.headers, tuple(posted.form.items()), posted.body, query)
        assert twilio.verify(request)
        (report,) = twilio.parse_report(request)
        assert (report.ref, report.provider_id, report.state) == (REF, sent.provider_id, status)


#: outcome -> code, reason, retryable, ours, reached, retry_after
REFUSALS = {
    "429": ("20429", "rate", True, False, False, 7.0),
    "63018": ("63018", "rate", True, False, False, 7.0),
    "63016": ("63016", "window", False, False, False, None),
    "21211": ("21211", "address", False, False, False, None),
    "21610": ("21610", "opted_out", False, False, False, None),
    "500": ("20500", "provider", True, False, True, None),
    "503": ("20503", "provider", True, False, True, None),
    "20003": ("20003", "auth", False, True, False, None),
    "failed": ("63024", "address", False, False, False, None),
    "hang": ("timeout", "timeout", True, False, True, None),
    "drop": ("network", "network", True, False, True, None),
    "garbage": ("unreadable", "provider", True, False, True, None),
}


@pytest.mark.parametrize(("outcome", "expected"), REFUSALS.items(), ids=REFUSALS.keys())
def test_a_refusal_says_what_may_be_done_about_it(
    twilio: TwilioAdapter, twilio_server: TwilioServer, outcome: str, expected: tuple[object, ...]
) -> None:
    twilio_server.plan(PERSON, outcome)
    error = refusal(twilio, message())
    seen = (error.code, error.reason, error.retryable, error.ours, error.reached, error.retry_after)
    assert seen == expected
    assert len(twilio_server.attempts) == 1, "the SDK must not try again by itself"


def test_after_a_throttled_try_the_next_one_works(twilio: TwilioAdapter, twilio_server: TwilioServer) -> None:
    twilio_server.plan(PERSON, "429", times=1)
    twilio_server.plan(PERSON, "21211", times=1)
    assert refusal(twilio, message()).retry_after == 7
    assert refusal(twilio, message()).retry_after is None
    assert twilio.send(message()).state == "accepted"


def test_wrong_credentials_are_our_own_fault(twilio_server: TwilioServer) -> None:
    adapter = TwilioAdapter(account_sid=ACCOUNT_SID, auth_token="wrong", sms_from="+62", api_base=twilio_server.url)
    error = refusal(adapter, message("+628", "sms"))
    assert (error.code, error.ours, error.retryable) == ("20003", True, False)


def test_a_refused_connection_did_not_reach_anybody() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        base = f"http://127.0.0.1:{taken.getsockname()[1]}"
        adapter = TwilioAdapter(account_sid="AC1", auth_token="t", sms_from="+62", api_base=base, timeout=0.5)
        error = refusal(adapter, message("+628", "sms"))
    assert (error.code, error.retryable, error.reached) == ("network", True, False)


def test_an_unusable_base_address_is_our_own_fault() -> None:
    adapter = TwilioAdapter(account_sid="AC1", auth_token="t", sms_from="+62", api_base="nowhere")
    error = refusal(adapter, message("+628", "sms"))
    assert (error.code, error.ours, error.retryable) == ("api_base", True, False)


def test_a_text_over_the_limit_is_not_tried(twilio: TwilioAdapter, twilio_server: TwilioServer) -> None:
    error = refusal(twilio, message(body="x" * 1601))
    assert (error.code, error.ours, error.retryable) == ("too_long", True, False)
    assert twilio_server.attempts == []
    assert twilio.send(message(body="x" * 1600))


def test_a_channel_without_a_sender_is_our_own_fault() -> None:
    adapter = TwilioAdapter(account_sid="AC1", auth_token="t", sms_from="+62")
    error = refusal(adapter, message())
    assert (error.code, error.ours) == ("sender", True)


def test_without_a_public_address_no_receipt_is_asked_for(twilio_server: TwilioServer) -> None:
    adapter = TwilioAdapter(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, sms_from="+62", api_base=twilio_server.url)
    adapter.send(message("+628", "sms"))
    assert "StatusCallback" not in twilio_server.messages[0].form


def test_many_threads_share_one_adapter(twilio: TwilioAdapter, twilio_server: TwilioServer) -> None:
    twilio_server.plan("whatsapp:+1", "429")
    codes: list[float | None] = []

    def work(number: int) -> None:
        if number % 2:
            twilio.send(message(ref=str(number)))
        else:
            codes.append(refusal(twilio, message("whatsapp:+1")).retry_after)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(twilio_server.messages) == 6
    assert codes == [7.0] * 6


def test_no_log_line_shows_a_number_or_a_text(
    twilio: TwilioAdapter, twilio_server: TwilioServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    twilio_server.plan(PERSON, "21211", times=1)
    assert "6281234567890" not in str(refusal(twilio, message(body="rahasia besar")))
    twilio.send(message(body="rahasia besar"))
    assert "6281234567890" not in caplog.text
    assert "rahasia" not in caplog.text


#: Twilio's code -> reason, retryable, ours: https://www.twilio.com/docs/api/errors
MEANINGS = [
    ("63016", "window", False, False),
    ("63018", "rate", True, False),
    ("63017", "rate", True, False),
    ("20429", "rate", True, False),
    ("63038", "rate", True, True),
    ("63024", "address", False, False),
    ("63003", "address", False, False),
    ("63015", "sandbox", False, True),
    ("63033", "blocked", False, False),
    ("21610", "opted_out", False, False),
    ("63027", "template", False, True),
    ("63028", "template", False, True),
    ("21655", "template", False, True),
    ("21656", "template", False, True),
    ("63013", "policy", False, True),
    ("63014", "policy", False, True),
    ("63019", "media", False, True),
    ("21211", "address", False, False),
    ("21614", "address", False, False),
    ("21617", "too_long", False, True),
    ("30003", "carrier", True, False),
    ("30005", "address", False, False),
    ("30006", "address", False, False),
    ("30007", "carrier", False, True),
    ("30008", "carrier", True, False),
    ("20003", "auth", False, True),
    ("99999", "other", False, False),
    ("", "other", False, False),
    (None, "other", False, False),
]


@pytest.mark.parametrize(("code", "reason", "retryable", "ours"), MEANINGS)
def test_every_code_has_its_meaning(
    twilio: TwilioAdapter, code: str | None, reason: str, retryable: bool, ours: bool
) -> None:
    assert twilio.explain(code) == Fault(reason, retryable, ours)


# -- attachments ---------------------------------------------------------------------------------------


def media(url: str) -> Media:
    return Media(name="media-1.jpg", declared_type="image/jpeg", url=url)


def fetch_refusal(adapter: TwilioAdapter, url: str, limit: int = 1000) -> SendError:
    with pytest.raises(SendError) as caught:
        adapter.fetch(media(url), limit=limit)
    return caught.value


def test_an_attachment_is_fetched_with_the_password(twilio: TwilioAdapter, twilio_server: TwilioServer) -> None:
    assert twilio.fetch(media(twilio_server.add_media(b"gambar"))) == b"gambar"


class Storage(TwilioServer):
    """A host beside Twilio: the place that media requests are redirected to."""

    def __init__(self) -> None:
        self.seen: list[str | None] = []
        super().__init__()

    def answer(self, call):  # type: ignore[no-untyped-def]
        from tests.servers.loopback import Answer

        self.seen.append(call.headers.get("Authorization"))
        return Answer(200, b"dari gudang")


def test_the_password_does_not_follow_a_redirect_to_another_host(
    twilio: TwilioAdapter, twilio_server: TwilioServer
) -> None:
    storage = Storage()
    try:
        url = twilio_server.add_media(b"", redirect_to=f"{storage.url}/berkas")
        assert twilio.fetch(media(url)) == b"dari gudang"
        assert storage.seen == [None]
    finally:
        storage.stop()


def test_a_redirect_loop_ends(twilio: TwilioAdapter, twilio_server: TwilioServer) -> None:
    first = twilio_server.add_media(b"", redirect_to="ME00000000000000000000000000000001")
    assert fetch_refusal(twilio, first).code == "redirect"


def test_a_file_over_the_limit_is_given_up(twilio: TwilioAdapter, twilio_server: TwilioServer) -> None:
    error = fetch_refusal(twilio, twilio_server.add_media(b"x" * 1001))
    assert (error.code, error.retryable) == ("too_large", False)


def test_a_missing_file_is_tried_again(twilio: TwilioAdapter, twilio_server: TwilioServer) -> None:
    error = fetch_refusal(twilio, f"{twilio_server.url}/2010-04-01/tidak-ada")
    assert (error.code, error.retryable) == ("404", True)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "https://twilio.com.example.org/x",
        "http://[",
        "",
    ],
)
def test_an_address_outside_twilio_is_never_called(twilio: TwilioAdapter, url: str) -> None:
    started = time.monotonic()
    error = fetch_refusal(twilio, url)
    assert (error.code, error.retryable) == ("media", False)
    assert time.monotonic() - started < 5, "it was not even tried: that would wait for its time limit"
