"""Which adapters there are, and when."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from channels import ChannelConfig, adapter_for, addresses_of, build
from channels.base import BadPayload, SendError, WireRequest
from workflow.messages import Media, Outgoing

TWILIO = {"twilio_account_sid": "AC1", "twilio_auth_token": "t"}

CONFIGURATIONS = [
    ({}, None, {"web"}),
    ({"local_url": "http://127.0.0.1:1"}, b"k", {"web", "simulator", "whatsapp", "sms", "telegram", "email"}),
    ({}, b"k", {"web"}),
    (TWILIO, None, {"web"}),
    ({**TWILIO, "twilio_sms_from": "+62"}, None, {"web", "sms"}),
    ({**TWILIO, "twilio_whatsapp_from": "+62"}, None, {"web", "whatsapp"}),
    ({**TWILIO, "twilio_whatsapp_from": "+62", "twilio_sms_from": "+62"}, None, {"web", "whatsapp", "sms"}),
    ({"telegram_token": "1:x"}, None, {"web", "telegram"}),
    ({"telegram_token": ""}, None, {"web"}),
]


@pytest.mark.parametrize(("settings", "key", "channels"), CONFIGURATIONS)
def test_a_channel_without_its_settings_is_off(settings: dict[str, str], key: bytes | None, channels: set[str]) -> None:
    adapters = build(ChannelConfig(**settings), simulator_key=key)
    known = ("web", "simulator", "whatsapp", "sms", "telegram", "email")
    assert {name for name in known if adapter_for(adapters, name)} == channels
    assert all(name == adapter.name for name, adapter in adapters.items())
    for adapter in adapters.values():
        adapter.close()


def test_whatsapp_and_sms_share_one_adapter_and_the_prefix_is_ours_to_add() -> None:
    config = ChannelConfig(**TWILIO, twilio_whatsapp_from="+62", twilio_sms_from="+63")
    adapter = adapter_for(build(config, simulator_key=None), "sms")
    assert adapter is not None
    assert adapter.accounts == {"whatsapp": "whatsapp:+62", "sms": "+63"}


def test_one_account_has_a_number_for_each_facility() -> None:
    config = ChannelConfig(**TWILIO, twilio_whatsapp_from="+62, whatsapp:+63 ,+62,", twilio_sms_from="+64")
    adapter = adapter_for(build(config, simulator_key=None), "sms")
    assert adapter is not None
    assert adapter.accounts == {"whatsapp": "whatsapp:+62", "sms": "+64"}
    assert addresses_of(adapter, "whatsapp") == ("whatsapp:+62", "whatsapp:+63")


def test_a_start_imports_no_library_that_it_does_not_need() -> None:
    program = """
import sys
from channels import ChannelConfig, build
build(ChannelConfig(), simulator_key=None)
assert not {"twilio", "telegram", "requests", "httpx"} & set(sys.modules)
build(ChannelConfig(twilio_account_sid="AC1", twilio_auth_token="t", twilio_sms_from="+62", telegram_token="1:x"),
      simulator_key=None)
assert not {"twilio.rest", "telegram", "requests", "httpx"} & set(sys.modules)
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr


def test_an_answer_to_the_web_form_waits_on_its_page() -> None:
    web = build(ChannelConfig(), simulator_key=None)["web"]
    sent = web.send(Outgoing("r1", "web", "web", "person", "Halo", "reply", "id"))
    assert (sent.state, sent.provider_id) == ("sent", "r1")


def test_the_web_form_has_no_wire() -> None:
    web = build(ChannelConfig(), simulator_key=None)["web"]
    request = WireRequest("", {}, (), b"")
    assert not web.verify(request)
    for parse in (web.parse, web.parse_report):
        with pytest.raises(BadPayload):
            parse(request)
    assert web.fetch(Media("a", "", content=b"x")) == b"x"
    with pytest.raises(SendError):
        web.fetch(Media("a", ""))
