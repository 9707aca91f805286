"""What comes of a message that is handed to Telegram: a real server on the loopback answers."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading

import pytest

from channels.base import SendError, WireRequest
from channels.telegram import TelegramAdapter
from tests.servers import TelegramServer
from tests.servers.telegram import TOKEN
from workflow.messages import Media, Outgoing

CHAT = "5551"


def message(recipient: str = CHAT, body: str = "Aduan diterima.") -> Outgoing:
    return Outgoing("01JREF", "telegram", "123456789", recipient, body, "ack", "id")


def refusal(adapter: TelegramAdapter, outgoing: Outgoing) -> SendError:
    with pytest.raises(SendError) as caught:
        adapter.send(outgoing)
    return caught.value


@pytest.mark.parametrize(
    ("headers", "believed"),
    [
        ({"X-Telegram-Bot-Api-Secret-Token": "rahasia-uji_01"}, True),
        ({"x-telegram-bot-api-secret-token": "rahasia-uji_01"}, True),
        ({"X-Telegram-Bot-Api-Secret-Token": "rahasia-uji_02"}, False),
        ({"X-Telegram-Bot-Api-Secret-Token": "\ud800é"}, False),
        ({"X-Telegram-Bot-Api-Secret-Token": ""}, False),
        ({}, False),
    ],
)
def test_an_update_needs_the_secret(telegram: TelegramAdapter, headers: dict[str, str], believed: bool) -> None:
    assert telegram.verify(WireRequest("https://x/webhooks/telegram", headers, (), b"{}")) is believed


@pytest.mark.parametrize("secret", [None, ""])
def test_a_polled_bot_believes_no_request(secret: str | None) -> None:
    adapter = TelegramAdapter(token=TOKEN, webhook_secret=secret)
    headers = {"X-Telegram-Bot-Api-Secret-Token": ""}
    assert adapter.verify(WireRequest("https://x/webhooks/telegram", headers, (), b"{}")) is False


def test_messages_reach_the_chat_again_and_again(telegram: TelegramAdapter, telegram_server: TelegramServer) -> None:
    sent = [telegram.send(message(body=f"Aduan *{n}*.")) for n in range(3)]
    assert [text.text for text in telegram_server.messages] == ["Aduan *0*.", "Aduan *1*.", "Aduan *2*."]
    assert [one.state for one in sent] == ["sent"] * 3
    assert len({one.provider_id for one in sent}) == 3
    assert not any(CHAT in one.provider_id for one in sent), "staff see this id; it does not tell who the person is"


def test_many_threads_and_other_event_loops_share_one_bot(
    telegram: TelegramAdapter, telegram_server: TelegramServer
) -> None:
    async def inside_a_loop() -> None:
        await asyncio.to_thread(telegram.send, message())

    threads = [threading.Thread(target=lambda: telegram.send(message())) for _ in range(6)]
    threads += [threading.Thread(target=lambda: asyncio.run(inside_a_loop())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(telegram_server.messages) == 8


#: outcome -> code, reason, retryable, ours, reached, retry_after
REFUSALS = {
    "429": ("429", "rate", True, False, False, 3.0),
    "403": ("blocked", "blocked", False, False, False, None),
    "400": ("address", "address", False, False, False, None),
    "400 other": ("400", "other", False, True, False, None),
    "500": ("provider", "provider", True, False, True, None),
    "502": ("provider", "provider", True, False, True, None),
    "migrated": ("address", "address", False, False, False, None),
    "hang": ("timeout", "timeout", True, False, True, None),
    "drop": ("network", "network", True, False, True, None),
    "garbage": ("unreadable", "provider", True, False, True, None),
    "hollow": ("unreadable", "provider", True, False, True, None),
}


@pytest.mark.parametrize(("outcome", "expected"), REFUSALS.items(), ids=REFUSALS.keys())
def test_a_refusal_says_what_may_be_done_about_it(
    telegram: TelegramAdapter, telegram_server: TelegramServer, outcome: str, expected: tuple[object, ...]
) -> None:
    telegram_server.plan(CHAT, outcome)
    error = refusal(telegram, message())
    seen = (error.code, error.reason, error.retryable, error.ours, error.reached, error.retry_after)
    assert seen == expected
    assert telegram_server.calls == ["sendMessage"]


def test_a_wrong_token_is_our_own_fault(telegram_server: TelegramServer) -> None:
    adapter = TelegramAdapter(token="1:wrong", api_base=telegram_server.url)
    error = refusal(adapter, message())
    adapter.close()
    assert (error.code, error.ours, error.retryable) == ("auth", True, False)
    assert "wrong" not in repr(error) and error.__cause__ is None


def test_a_refused_connection_did_not_reach_anybody() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        adapter = TelegramAdapter(token=TOKEN, api_base=f"http://127.0.0.1:{taken.getsockname()[1]}", timeout=0.5)
        error = refusal(adapter, message())
        adapter.close()
    assert (error.code, error.retryable, error.reached) == ("network", True, False)


def test_an_unusable_base_address_is_our_own_fault() -> None:
    adapter = TelegramAdapter(token=TOKEN, api_base="gopher://nowhere")
    error = refusal(adapter, message())
    adapter.close()
    assert (error.code, error.ours, error.retryable) == ("api_base", True, False)


@pytest.mark.parametrize(
    ("body", "fits"), [("x" * 4096, True), ("x" * 4097, False), ("🙏" * 2048, True), ("🙏" * 2049, False)]
)
def test_the_limit_counts_as_telegram_counts(
    telegram: TelegramAdapter, telegram_server: TelegramServer, body: str, fits: bool
) -> None:
    if fits:
        assert telegram.send(message(body=body))
    else:
        assert (refusal(telegram, message(body=body)).code, telegram_server.calls) == ("too_long", [])


def test_an_address_of_another_channel_is_not_tried(telegram: TelegramAdapter, telegram_server: TelegramServer) -> None:
    assert refusal(telegram, message("whatsapp:+62811")).code == "address"
    assert telegram_server.calls == []


def test_no_log_line_shows_the_token_or_a_text(
    telegram: TelegramAdapter, telegram_server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    telegram_server.plan(CHAT, "garbage", times=1)
    refusal(telegram, message(body="rahasia besar"))
    telegram.send(message(body="rahasia besar"))
    assert TOKEN not in caplog.text
    assert "rahasia" not in caplog.text


def test_a_closed_adapter_leaves_no_thread(telegram: TelegramAdapter) -> None:
    telegram.send(message())
    telegram.close()
    for thread in [t for t in threading.enumerate() if t.name == "telegram-loop"]:
        thread.join(2)
        assert not thread.is_alive()


def test_an_attachment_is_fetched_by_its_id(telegram: TelegramAdapter, telegram_server: TelegramServer) -> None:
    telegram_server.add_file("V1", b"suara")
    voice = Media("voice.ogg", "audio/ogg", url="telegram-file:V1")
    assert telegram.fetch(voice) == b"suara"
    with pytest.raises(SendError) as caught:
        telegram.fetch(voice, limit=4)
    assert (caught.value.code, caught.value.retryable) == ("too_large", False)


@pytest.mark.parametrize("url", ["telegram-file:unknown", "http://169.254.169.254/", None])
def test_a_file_that_telegram_does_not_know_is_final(telegram: TelegramAdapter, url: str | None) -> None:
    with pytest.raises(SendError) as caught:
        telegram.fetch(Media("x", "", url=url))
    assert caught.value.retryable is False
