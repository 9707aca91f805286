"""Adapters against servers on the loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from channels.telegram import TelegramAdapter
from channels.twilio import TwilioAdapter
from tests.servers import TelegramServer, TwilioServer
from tests.servers.telegram import TOKEN
from tests.servers.twilio import ACCOUNT_SID, AUTH_TOKEN, SHARED_KEY

PUBLIC_URL = "https://aduan.example.go.id"


@pytest.fixture(autouse=True)
def direct_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the machine has no part in loopback traffic."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def twilio_server() -> Iterator[TwilioServer]:
    server = TwilioServer()
    yield server
    server.stop()


@pytest.fixture
def telegram_server() -> Iterator[TelegramServer]:
    server = TelegramServer()
    yield server
    server.stop()


@pytest.fixture
def twilio(twilio_server: TwilioServer) -> Iterator[TwilioAdapter]:
    adapter = TwilioAdapter(
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        shared_key=SHARED_KEY,
        whatsapp_from="whatsapp:+14155238886",
        sms_from="+622150996600",
        public_url=PUBLIC_URL,
        api_base=twilio_server.url,
        timeout=0.4,
    )
    yield adapter
    adapter.close()


@pytest.fixture
def telegram(telegram_server: TelegramServer) -> Iterator[TelegramAdapter]:
    adapter = TelegramAdapter(token=TOKEN, webhook_secret="rahasia-uji_01", api_base=telegram_server.url, timeout=0.4)
    yield adapter
    adapter.close()
