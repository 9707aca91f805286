"""Every payload file, read by its adapter; and every payload file, damaged."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import Adapter, BadPayload, WireRequest
from channels.simulator import SimulatorAdapter
from channels.telegram import TelegramAdapter
from channels.twilio import TwilioAdapter
from tests.wire import Case, cases
from workflow.messages import DeliveryReport, Inbound

URL = "https://aduan.example.go.id/webhooks/twilio"

TWILIO = TwilioAdapter(
    account_sid="AC1", auth_token="t", whatsapp_from="whatsapp:+14155238886", sms_from="+622150996600"
)
TELEGRAM = TelegramAdapter(token="123456789:x")
SIMULATOR = SimulatorAdapter(base_url="http://127.0.0.1:1", key=b"k")

MESSAGES: list[tuple[Adapter, Case]] = [
    *((TWILIO, case) for case in cases("twilio")),
    *((TELEGRAM, case) for case in cases("telegram")),
    *((SIMULATOR, case) for case in cases("simulator")),
]
RECEIPTS = cases("twilio-status")

odd_text = st.text(st.characters(codec=None, exclude_categories=())) | st.sampled_from(["", "\0", "\ud83d", "0", "-1"])
odd_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | odd_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(odd_text, inner, max_size=3),
    max_leaves=6,
)


def name_of(value: object) -> str | None:
    return value.name if isinstance(value, Case) else getattr(value, "name", None)


def visible(message: Inbound, fields: list[str]) -> dict[str, Any]:
    seen = {name: getattr(message, name) for name in fields}
    if "media" in seen:
        seen["media"] = [[item.name, item.declared_type, item.url] for item in message.media]
    if "aliases" in seen:
        seen["aliases"] = list(message.aliases)
    return seen


def kept_as_it_came(message: Inbound, request: WireRequest) -> bool:
    """The raw event is the evidence; but of a group nothing is kept but its id."""
    if message.kind == "group":
        return json.loads(message.raw) == {"chat": {"id": int(message.sender.partition("/")[0])}}
    return message.raw == request.body


@pytest.mark.parametrize(("adapter", "case"), MESSAGES, ids=name_of)
def test_a_payload_becomes_the_message_that_its_file_promises(adapter: Adapter, case: Case) -> None:
    request = case.request(URL)
    if case.expect == "bad payload":
        with pytest.raises(BadPayload):
            adapter.parse(request)
        return
    messages = list(adapter.parse(request))
    if case.expect == "nothing":
        assert messages == []
        return
    assert len(messages) == 1
    assert visible(messages[0], list(case.expect)) == case.expect
    assert kept_as_it_came(messages[0], request)


@pytest.mark.parametrize("case", RECEIPTS, ids=name_of)
def test_a_status_callback_becomes_the_receipt_that_its_file_promises(case: Case) -> None:
    request = case.request(URL + "/status")
    if case.expect == "bad payload":
        with pytest.raises(BadPayload):
            TWILIO.parse_report(request)
        return
    (report,) = TWILIO.parse_report(request)
    assert {name: getattr(report, name) for name in case.expect} == case.expect
    assert report.raw == request.body


@pytest.mark.parametrize("case", [c for c in cases("twilio") if c.content.get("form")], ids=name_of)
def test_a_form_left_in_the_body_reads_like_one_that_the_web_server_has_read(case: Case) -> None:
    read, unread = (replace(case.request(URL), form=form) for form in (case.request(URL).form, ()))
    unread = replace(unread, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert outcome(TWILIO, read) == outcome(TWILIO, unread)


def outcome(adapter: Adapter, request: WireRequest) -> list[Inbound] | str:
    """Only BadPayload may come out beside messages, and what comes out can be stored anywhere."""
    try:
        messages = list(adapter.parse(request))
    except BadPayload as error:
        return str(error)
    for message in messages:
        assert message.sender and message.provider_id and len(message.provider_id) <= 128
        assert kept_as_it_came(message, request)
        words = [message.sender, message.provider_id, message.account, message.text, message.note, *message.aliases]
        words += [message.display_name or "", message.number or ""]
        words += [word for item in message.media for word in (item.name, item.declared_type, item.url or "")]
        for word in words:
            assert "\0" not in word
            word.encode("utf-8")
    return messages


def reports(adapter: Adapter, request: WireRequest) -> list[DeliveryReport]:
    try:
        return list(adapter.parse_report(request))
    except BadPayload:
        return []


FORMS = [case.content["form"] for case in [*cases("twilio"), *RECEIPTS] if case.content.get("form")]
KEYS = sorted({key for form in FORMS for key in form})


@settings(max_examples=150, deadline=None)
@given(
    form=st.sampled_from(FORMS),
    changes=st.dictionaries(st.sampled_from(KEYS) | odd_text, odd_text | st.none(), max_size=5),
)
def test_no_change_to_a_form_loses_a_message_or_raises(form: dict[str, str], changes: dict[str, str | None]) -> None:
    fields = {name: value for name, value in {**form, **changes}.items() if value is not None}
    body = urlencode(fields, errors="surrogatepass").encode()
    request = WireRequest(URL, {}, tuple(fields.items()), body, (("m", changes.get("Body") or ""),))
    result = outcome(TWILIO, request)
    reports(TWILIO, request)
    has_sender = any(fields.get(name, "").strip() for name in ("From", "ExternalUserId"))
    speaks_of_ours = fields.get("MessageStatus", "").strip()
    if has_sender and not speaks_of_ours:
        assert len(result) == 1 or fields.get("From", "").strip().lower() == "whatsapp:"


@settings(max_examples=150, deadline=None)
@given(
    body=st.binary(max_size=200), kind=st.sampled_from(["application/x-www-form-urlencoded", "application/json", ""])
)
@pytest.mark.parametrize("adapter", [TWILIO, TELEGRAM, SIMULATOR], ids=name_of)
def test_arbitrary_bytes_are_a_bad_payload_or_messages(adapter: Adapter, body: bytes, kind: str) -> None:
    request = WireRequest(URL, {"Content-Type": kind, "X-Twilio-Signature": "x"}, (), body)
    outcome(adapter, request)
    reports(adapter, request)
    assert adapter.verify(request) is False


PAYLOADS = [case.content["payload"] for case in cases("telegram") if isinstance(case.content.get("payload"), dict)]


def paths(value: object, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path for key, child in inner for path in [(*here, key), *paths(child, (*here, key))]]


def damaged(value: Any, path: tuple[str | int, ...], put: object) -> Any:
    copy = json.loads(json.dumps(value))
    spot = copy
    for key in path[:-1]:
        spot = spot[key]
    spot[path[-1]] = put
    return copy


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_change_to_an_update_raises(data: st.DataObject) -> None:
    payload = data.draw(st.sampled_from([p for p in PAYLOADS if p]))
    path = data.draw(st.sampled_from(paths(payload)))
    changed = damaged(payload, path, data.draw(odd_json))
    result = outcome(TELEGRAM, WireRequest(URL, {}, (), json.dumps(changed).encode()))
    message = changed.get("message")
    if isinstance(message, dict) and isinstance(message.get("from"), dict) and message["from"].get("id") == 5551:
        private = isinstance(message.get("chat"), dict) and message["chat"].get("type") == "private"
        written = isinstance(message.get("text"), str) and message["text"].strip()
        assert len(result) == 1 or not (private and written)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_no_change_to_a_simulated_message_raises(data: st.DataObject) -> None:
    payload = data.draw(st.sampled_from([c.content["payload"] for c in cases("simulator") if c.content["payload"]]))
    changed = damaged(payload, data.draw(st.sampled_from(paths(payload))), data.draw(odd_json))
    outcome(SIMULATOR, WireRequest(URL, {}, (), json.dumps(changed).encode()))


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"update_id": ' + b"9" * 10_000 + b"}", b'{"message": {"a":' * 9000]
)
@pytest.mark.parametrize("adapter", [TELEGRAM, SIMULATOR], ids=name_of)
def test_json_made_to_break_the_reader_is_a_bad_payload(adapter: Adapter, body: bytes) -> None:
    with pytest.raises(BadPayload):
        adapter.parse(WireRequest(URL, {}, (), body))


def test_half_an_emoji_is_replaced_in_the_text_and_kept_in_the_raw_event() -> None:
    body = rb'{"update_id": 1, "message": {"from": {"id": 1}, "chat": {"id": 1}, "text": "a\ud83db"}}'
    (message,) = TELEGRAM.parse(WireRequest(URL, {}, (), body))
    assert (message.text, message.raw) == ("a\ufffdb", body)


def test_an_event_without_an_id_has_the_same_one_again() -> None:
    request = WireRequest(URL, {}, (("From", "+628111111"), ("Body", "tolong")), b"")
    first, again = TWILIO.parse(request)[0], TWILIO.parse(request)[0]
    assert first.provider_id == again.provider_id
    assert first.provider_id.startswith("sha256:")


def test_retries_of_an_event_without_an_id_share_the_idempotency_token() -> None:
    form = (("From", "+628111111"), ("Body", "tolong"))
    (message,) = TWILIO.parse(WireRequest(URL, {"i-twilio-idempotency-token": "0a1b"}, form, b""))
    assert message.provider_id == "0a1b"


def test_more_fields_than_any_message_has_are_a_bad_payload() -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    with pytest.raises(BadPayload):
        TWILIO.parse(WireRequest(URL, headers, (), b"a=1&" * 5000))
