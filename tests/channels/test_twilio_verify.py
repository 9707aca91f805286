"""Who may speak in Twilio's name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256

import pytest
from twilio.request_validator import HMAC_SHA1, HMAC_SHA256  # type: ignore[import-untyped]

from channels.base import WireRequest
from channels.twilio import TwilioAdapter
from tests.servers import signed_form
from tests.servers.twilio import AUTH_TOKEN, SHARED_KEY

URL = "https://aduan.example.go.id/webhooks/twilio"
FORM = {"From": "whatsapp:+6281234567890", "Body": "halo & salam = 100% ☺", "MessageSid": "SM1", "Empty": ""}
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"


def request(
    headers: Mapping[str, str], form: Mapping[str, str] = FORM, url: str = URL, body: bytes = b""
) -> WireRequest:
    return WireRequest(url, dict(headers), tuple(form.items()), body)


@pytest.mark.parametrize(
    ("secret", "algorithm"), [(AUTH_TOKEN, HMAC_SHA1), (SHARED_KEY, HMAC_SHA256)], ids=["auth token", "shared key"]
)
@pytest.mark.parametrize("url", [URL, URL + "/status?m=01J%2FX", "https://aduan.example.go.id:8443/webhooks/twilio"])
def test_both_schemes_are_believed_in_any_spelling_of_the_headers(
    twilio: TwilioAdapter, secret: str, algorithm: str, url: str
) -> None:
    headers = signed_form(url, FORM, secret, algorithm)
    assert twilio.verify(request(headers, url=url))
    assert twilio.verify(request({name.upper(): value for name, value in headers.items()}, url=url))
    assert not twilio.verify(request(headers, {**FORM, "Body": "lain"}, url=url))
    assert not twilio.verify(request(headers, url=url + "x"))


def test_the_signature_holds_with_and_without_the_usual_port(twilio: TwilioAdapter) -> None:
    headers = signed_form("https://aduan.example.go.id:443/webhooks/twilio", FORM, AUTH_TOKEN)
    assert twilio.verify(request(headers))


def test_a_name_that_comes_twice_is_signed_with_both_values(twilio: TwilioAdapter) -> None:
    class Both(dict[str, str]):
        def getlist(self, name: str) -> list[str]:
            return ["b", "a"] if name == "Twice" else [self[name]]

    from twilio.request_validator import RequestValidator

    signature = RequestValidator(AUTH_TOKEN).compute_signature(URL, Both(FORM, Twice="b"))
    form = (*FORM.items(), ("Twice", "b"), ("Twice", "a"))
    assert twilio.verify(WireRequest(URL, {"X-Twilio-Signature": signature}, form, b""))
    assert not twilio.verify(WireRequest(URL, {"X-Twilio-Signature": signature}, form[:-1], b""))


SHA1 = signed_form(URL, FORM, AUTH_TOKEN)
SHA256 = signed_form(URL, FORM, SHARED_KEY, HMAC_SHA256)
REFUSED: dict[str, dict[str, str]] = {
    "no header": {},
    "empty": {"X-Twilio-Signature": ""},
    "another token": signed_form(URL, FORM, "another"),
    "not base64": {"X-Twilio-Signature": "%%%"},
    "not ASCII": {"X-Twilio-Signature": "tanda—tangan\ud800\0"},
    "very long": {"X-Twilio-Signature": "A" * 100_000},
    "SHA-256 with the account's token": signed_form(URL, FORM, AUTH_TOKEN, HMAC_SHA256),
    "SHA-256 without the header that says so": {"X-Twilio-Signature": SHA256["X-Twilio-Signature"]},
    "SHA-1 that claims to be SHA-256": {**SHA1, SETTINGS: "key=k,algorithm=HMAC_SHA256"},
    "an unknown scheme": {**SHA1, SETTINGS: "key=k,algorithm=HMAC_MD5"},
    "a scheme of garbage": {**SHA1, SETTINGS: "=,=,,algorithm=\0,\ud800"},
}


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_is_refused_without_an_exception(twilio: TwilioAdapter, headers: dict[str, str]) -> None:
    assert twilio.verify(request(headers)) is False


@pytest.mark.parametrize("url", ["", "http://[", "https://x:notaport/y", "https://x:99999999/y", "\ud800", "\0"])
def test_an_address_that_cannot_be_one_is_refused_without_an_exception(twilio: TwilioAdapter, url: str) -> None:
    assert twilio.verify(request(SHA1, url=url)) is False


@pytest.mark.parametrize("value", ["\ud800", "\0", "caf\udce9"])
def test_a_form_of_broken_bytes_is_refused_without_an_exception(twilio: TwilioAdapter, value: str) -> None:
    assert twilio.verify(request(SHA1, {**FORM, value: value})) is False


def test_without_a_shared_key_the_newer_scheme_is_refused() -> None:
    adapter = TwilioAdapter(account_sid="AC1", auth_token=AUTH_TOKEN, sms_from="+62")
    assert adapter.verify(request(SHA1))
    assert not adapter.verify(request(SHA256))


def test_a_json_body_needs_its_hash_in_the_signed_address(twilio: TwilioAdapter) -> None:
    body = json.dumps({"a": 1}).encode()
    json_type = {"Content-Type": "application/json"}
    hashed = f"{URL}?bodySHA256={sha256(body).hexdigest()}"
    good = {**signed_form(hashed, {}, AUTH_TOKEN), **json_type}
    bare = {**signed_form(URL, {}, AUTH_TOKEN), **json_type}
    assert twilio.verify(WireRequest(hashed, good, (), body))
    assert not twilio.verify(WireRequest(hashed, good, (), body + b" "))
    assert not twilio.verify(WireRequest(hashed, good, (), b"\xff"))
    assert not twilio.verify(WireRequest(URL, bare, (), body))


def test_a_body_beside_an_empty_form_cannot_ride_on_the_signature_of_an_address(twilio: TwilioAdapter) -> None:
    headers = {**signed_form(URL, {}, AUTH_TOKEN), "Content-Type": "application/x-www-form-urlencoded"}
    assert twilio.verify(WireRequest(URL, headers, (), b""))
    assert not twilio.verify(WireRequest(URL, headers, (), b"From=x&Body=palsu"))
