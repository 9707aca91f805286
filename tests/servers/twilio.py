"""Twilio's REST API and its callbacks, as far as a complaint desk meets them.

https://www.twilio.com/docs/messaging/api/message-resource, …/docs/usage/twilios-response#response-formats-exceptions
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import HMAC_SHA1, RequestValidator  # type: ignore[import-untyped]

from tests.servers.loopback import Answer, Call, LoopbackServer

ACCOUNT_SID = "AC" + "0" * 31 + "1"
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
SHARED_KEY = "kunci-bersama-untuk-uji"

#: outcome -> HTTP status, Twilio's code, Twilio's sentence
_ERRORS: dict[str, tuple[int, int, str]] = {
    "429": (429, 20429, "Too Many Requests"),
    "500": (500, 20500, "An internal server error has occurred"),
    "503": (503, 20503, "Service unavailable"),
    "20003": (401, 20003, "Authenticate"),
    "21211": (400, 21211, "Invalid 'To' Phone Number"),
    "21610": (400, 21610, "Attempt to send to unsubscribed recipient"),
    "21655": (400, 21655, "The ContentSid is invalid"),
    "63027": (400, 63027, "Template does not exist for a language and locale"),
    "21617": (400, 21617, "The concatenated message body exceeds the 1600 character limit"),
    "63016": (400, 63016, "Failed to send freeform message because you are outside the allowed window"),
    "63018": (429, 63018, "Rate limit exceeded for Channel"),
}


@dataclass(frozen=True)
class SentMessage:
    """A message that the server has taken."""

    sid: str
    sender: str
    recipient: str
    body: str
    status_callback: str
    form: dict[str, str]


@dataclass(frozen=True)
class SignedRequest:
    """A request from Twilio, ready to be posted: ``body`` is ``form`` encoded."""

    url: str
    headers: dict[str, str]
    form: dict[str, str]
    body: bytes


def signed_form(url: str, fields: Mapping[str, str], auth_token: str, algorithm: str = HMAC_SHA1) -> dict[str, str]:
    """The headers with which Twilio would post these fields to this address.

    With ``HMAC_SHA256`` the secret is a shared key and the header that names the scheme comes along.
    """
    signature = RequestValidator(auth_token).compute_signature(url, dict(fields), algorithm)
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "X-Twilio-Signature": signature}
    if algorithm != HMAC_SHA1:
        headers["X-Twilio-Webhooks-Signature-Settings"] = f"key=webhooks_sharedkey_01,algorithm={algorithm}"
    return headers


class TwilioServer(LoopbackServer):
    """One account. ``plan(recipient, outcome, times)`` decides what a recipient's next messages meet.

    Outcomes: ``ok``, any key of the error table, ``hang``, ``drop`` (connection closed without an answer),
    ``garbage`` (201 that is not JSON), ``failed`` (201 with the status failed).
    """

    def __init__(self, account_sid: str = ACCOUNT_SID, auth_token: str = AUTH_TOKEN) -> None:
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.messages: list[SentMessage] = []
        self.attempts: list[str] = []
        self.retry_after = 7
        self.account_status = "active"
        self.page_size, self.listings = 50, 0
        self.statuses: dict[str, str] = {}
        self.error_codes: dict[str, int] = {}
        self.dates: dict[str, datetime] = {}
        self._plans: dict[str, list[str]] = {}
        self._standing: dict[str, str] = {}
        self._media: dict[str, Answer] = {}
        self._received: list[dict[str, object]] = []
        #: ContentSid -> the content as it was made; ``approvals`` holds WhatsApp's word on it.
        self.contents: dict[str, dict[str, Any]] = {}
        self.approvals: dict[str, str] = {}
        self.refuse_contents = False
        self._numbers = count(1)
        #: What happens between taking a message and answering whoever sent it.
        self.meanwhile: Callable[[SentMessage], None] = lambda message: None
        super().__init__()

    def plan(self, recipient: str, outcome: str, times: int | None = None) -> None:
        """For the next ``times`` messages, or for all where that is left out."""
        if times is None:
            self._standing[recipient] = outcome
        else:
            self._plans.setdefault(recipient, []).extend([outcome] * times)

    def add_media(self, content: bytes, declared: str = "image/jpeg", redirect_to: str | None = None) -> str:
        """The address of a file that wants the account's password, and may redirect like Twilio's own."""
        path = f"/2010-04-01/Accounts/{self.account_sid}/Messages/MM1/Media/ME{next(self._numbers):032x}"
        headers = {"Content-Type": declared} if redirect_to is None else {"Location": redirect_to}
        self._media[path] = Answer(307 if redirect_to else 200, content, headers)
        return self.url + path

    def hand_out(self, url: str, answer: Answer) -> None:
        """From now on this is the answer to whoever asks for a file."""
        self._media[urlsplit(url).path] = answer

    def receipt(
        self, message: SentMessage, status: str, error_code: str | None = None, url: str | None = None
    ) -> SignedRequest:
        """The signed status callback for a message that was taken here."""
        fields = {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "From": message.sender,
            "MessageSid": message.sid,
            "MessageStatus": status,
            "SmsSid": message.sid,
            "SmsStatus": status,
            "To": message.recipient,
        } | ({"ErrorCode": error_code} if error_code else {})
        target = url or message.status_callback
        headers = signed_form(target, fields, self.auth_token)
        return SignedRequest(target, headers, fields, urlencode(fields).encode())

    def inbound(self, url: str, **fields: str) -> SignedRequest:
        """A signed inbound WhatsApp message; ``fields`` replace or add to the usual ones."""
        sid = f"SM{next(self._numbers):032x}"
        usual = {
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "ProfileName": "Siti",
            "MessageType": "text",
            "SmsSid": sid,
            "WaId": "6281234567890",
            "SmsStatus": "received",
            "Body": "Halo",
            "To": "whatsapp:+14155238886",
            "NumSegments": "1",
            "MessageSid": sid,
            "AccountSid": self.account_sid,
            "From": "whatsapp:+6281234567890",
            "ApiVersion": "2010-04-01",
        } | fields
        return SignedRequest(url, signed_form(url, usual, self.auth_token), usual, urlencode(usual).encode())

    def answer(self, call: Call) -> Answer:
        if not self._authentic(call):
            return _error(*_ERRORS["20003"])
        if call.path.startswith("/v1/Content"):
            return self._content(call)
        if call.method == "GET":
            return self._look(call) or _error(404, 20404, "The requested resource was not found")
        match = re.fullmatch(r"/2010-04-01/Accounts/(AC\w+)/Messages\.json", call.path)
        if not match or match[1] != self.account_sid:
            return _error(404, 20404, "The requested resource was not found")
        return self._create(call.form)

    def _authentic(self, call: Call) -> bool:
        expected = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        return call.headers.get("Authorization") == f"Basic {expected}"

    # ------------------------------------------------------------------ contents

    def add_template(self, body: str, approval: str = "approved") -> str:
        """The ContentSid of a template with this text."""
        sid = f"HX{next(self._numbers):032x}"
        self.contents[sid] = {"sid": sid, "friendly_name": sid, "types": {"twilio/text": {"body": body}}}
        self.approvals[sid] = approval
        return sid

    def _content(self, call: Call) -> Answer:
        if call.method == "POST":
            if self.refuse_contents:
                return _error(400, 20001, "Content types are invalid")
            made = json.loads(call.body)
            sid = f"HX{next(self._numbers):032x}"
            self.contents[sid] = {**made, "sid": sid}
            return _json(201, self.contents[sid])
        parts = call.path.removeprefix("/v1/Content").strip("/").split("/")
        if parts == [""]:
            return _json(200, {"contents": list(self.contents.values()), "meta": {"next_page_url": None}})
        if parts[0] not in self.contents:
            return _error(404, 20404, "The requested resource was not found")
        return _json(200, {"sid": parts[0], "whatsapp": {"status": self.approvals.get(parts[0], "unsubmitted")}})

    def _text(self, form: dict[str, str]) -> str | None:
        """What the recipient reads; None for a content that does not exist."""
        if "ContentSid" not in form:
            return form.get("Body", "")
        content = self.contents.get(form["ContentSid"])
        if content is None:
            return None
        (shape,) = content["types"].values()
        text = str(shape["body"])
        for name, value in json.loads(form.get("ContentVariables", "{}")).items():
            text = text.replace("{{" + name + "}}", value)
        return text

    # ------------------------------------------------------------------ messages

    def miss(self, sender: str, body: str, recipient: str, at: datetime, media: Sequence[str] = ()) -> str:
        """A message that came in here while nobody took our call; its id."""
        sid = f"SM{next(self._numbers):032x}"
        self._received.append(
            self._resource(sid, {"From": sender, "To": recipient, "Body": body})
            | {"direction": "inbound", "status": "received", "num_media": str(len(media)), "date_sent": _date(at),
               "date_created": _date(at)}
        )  # fmt: skip
        files = [{"sid": url.rsplit("/", 1)[1], "content_type": "image/jpeg",
                  "uri": url.removeprefix(self.url) + ".json"} for url in media]  # fmt: skip
        path = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{sid}/Media.json"
        self._media[path] = _json(200, {"media_list": files, "next_page_uri": None})
        return sid

    def _look(self, call: Call) -> Answer | None:
        listing = f"/2010-04-01/Accounts/{self.account_sid}/Messages.json"
        if call.path == f"/2010-04-01/Accounts/{self.account_sid}.json":
            return _json(200, {"sid": self.account_sid, "status": self.account_status})
        if call.path == listing:
            return self._list(call.query, listing)
        match = re.fullmatch(r"/2010-04-01/Accounts/AC\w+/Messages/(SM\w+)\.json", call.path)
        if match:
            found = next((r for r in self._all() if r["sid"] == match[1]), None)
            return _json(200, found) if found else None
        return self._media.get(call.path)

    def _all(self) -> list[dict[str, object]]:
        ours = [self._resource(m.sid, m.form) | self._dated(m.sid) | {"body": m.body, "status": self.statuses.get(m.sid, "queued"),
                "error_code": self.error_codes.get(m.sid)} for m in self.messages]  # fmt: skip
        return ours + self._received

    def _dated(self, sid: str) -> dict[str, object]:
        return {"date_created": _date(self.dates[sid])} if sid in self.dates else {}

    def _list(self, query: dict[str, str], path: str) -> Answer:
        """Pages of ``page_size``, as Twilio cuts them, whatever is asked for."""
        self.listings += 1
        found = [r for r in self._all() if all(r[k.lower()] == query[k] for k in ("To", "From") if k in query)]
        start = int(query.get("Page", "0")) * self.page_size
        more = start + self.page_size < len(found)
        following = {**query, "Page": str(int(query.get("Page", "0")) + 1)}
        uri = f"{path}?{urlencode(following)}" if more else None
        return _json(200, {"messages": found[start : start + self.page_size], "next_page_uri": uri})

    def _create(self, form: dict[str, str]) -> Answer:
        recipient = form.get("To", "")
        self.attempts.append(recipient)
        planned = self._plans.get(recipient)
        outcome = planned.pop(0) if planned else self._standing.get(recipient, "ok")
        if len(form.get("Body", "")) > 1600:
            outcome = "21617"
        if self._text(form) is None:
            outcome = "21655"
        if outcome in _ERRORS:
            status, code, sentence = _ERRORS[outcome]
            return _error(status, code, sentence, {"Retry-After": str(self.retry_after)} if status == 429 else {})
        if outcome == "hang":
            return self.hang()
        if outcome == "drop":
            return Answer(0)
        return self._take(form, outcome)

    def _take(self, form: dict[str, str], outcome: str) -> Answer:
        sid = f"SM{next(self._numbers):032x}"
        callback = form.get("StatusCallback", "")
        self.messages.append(SentMessage(sid, form["From"], form["To"], self._text(form) or "", callback, form))
        self.meanwhile(self.messages[-1])
        if outcome == "garbage":
            return Answer(201, b"<html>gateway</html>", {"Content-Type": "text/html"})
        failed = outcome == "failed"
        return _json(201, self._resource(sid, form) | ({"status": "failed", "error_code": 63024} if failed else {}))

    def _resource(self, sid: str, form: dict[str, str]) -> dict[str, object]:
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": form.get("Body", ""),
            "date_created": "Mon, 16 Nov 2026 02:00:00 +0000",
            "date_sent": None,
            "date_updated": "Mon, 16 Nov 2026 02:00:00 +0000",
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": form["From"],
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "sid": sid,
            "status": "queued",
            "subresource_uris": {"media": f"/2010-04-01/Accounts/{self.account_sid}/Messages/{sid}/Media.json"},
            "to": form["To"],
            "uri": f"/2010-04-01/Accounts/{self.account_sid}/Messages/{sid}.json",
        }


def _date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC))


def _error(status: int, code: int, sentence: str, headers: dict[str, str] | None = None) -> Answer:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return _json(status, {"code": code, "message": sentence, "more_info": more, "status": status}, headers)


def _json(status: int, content: object, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(content).encode(), {"Content-Type": "application/json", **(headers or {})})
