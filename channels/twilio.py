"""Twilio's wire: WhatsApp and SMS through one account.

https://www.twilio.com/docs/usage/webhooks/webhooks-security, …/docs/messaging/guides/track-outbound-message-status
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from twilio.request_validator import (  # type: ignore[import-untyped]  # the SDK ships no py.typed
    HMAC_SHA1,
    HMAC_SHA256,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from channels import twilio_codes, twilio_inbound
from channels.base import MEDIA_LIMIT, BadPayload, Check, Fault, Post, SendError, WireRequest, stable_id, tidy
from channels.twilio_check import examine
from channels.twilio_content import Contents, Templates
from channels.twilio_history import History, reconcile
from channels.twilio_rest import Rest
from workflow.messages import DeliveryReport, Inbound, Media, Outgoing, Sent

if TYPE_CHECKING:
    from datetime import datetime

    from requests import RequestException, Response

#: https://www.twilio.com/docs/api/errors/21617
BODY_LIMIT = 1600
TIMEOUT = 10.0
FETCH_TIMEOUT = 60.0

_MAX_FIELDS = 1000


class _Form(dict[str, str]):
    """Form fields that keep repeated names for the signature, as the SDK asks for them."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._pairs = pairs
        for name, value in pairs:
            self.setdefault(name, value)

    def getlist(self, name: str) -> list[str]:
        return [value for key, value in self._pairs if key == name]


class TwilioAdapter:
    """One account with its WhatsApp and SMS senders: a list with commas, the usual one first."""

    name = "twilio"

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        shared_key: str | None = None,
        whatsapp_from: str | None = None,
        sms_from: str | None = None,
        public_url: str | None = None,
        api_base: str | None = None,
        templates: Templates | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        given = {"whatsapp": whatsapp_from, "sms": sms_from}
        self.senders = {channel: found for channel, typed in given.items() if (found := _addresses(channel, typed))}
        self.accounts = {channel: found[0] for channel, found in self.senders.items()}
        self._sid = account_sid
        self._token = auth_token
        self._shared_key = shared_key
        self._public_url = public_url.rstrip("/") if public_url else None
        self._api_base = api_base.rstrip("/") if api_base else None
        self._timeout = timeout
        self._lock = threading.Lock()
        self._client: Any = None
        self._answer = threading.local()
        self._rest = Rest(lambda: self._connected().http_client, account_sid, auth_token, self._api_base, timeout)
        self.contents = Contents(self._rest, templates or {})
        self._history = History(self._rest, self.senders)

    # -- the provider calls us ---------------------------------------------------------------------

    def verify(self, request: WireRequest) -> bool:
        """By the account's token (HMAC-SHA1) or by a shared key, whichever scheme the request names."""
        algorithm = get_signature_algorithm(request.header(SIGNATURE_SETTINGS_HEADER)).upper()
        signature = request.header(SIGNATURE_HEADER)
        secrets = {HMAC_SHA1: (self._token, self._shared_key), HMAC_SHA256: (self._shared_key,)}.get(algorithm, ())
        try:
            signed = _signed_content(request)
            return any(
                RequestValidator(secret).validate(request.url, signed, signature, algorithm)
                for secret in secrets
                if secret and signature
            )
        except (ValueError, BadPayload):  # not UTF-8, lone surrogates, an address that cannot be one
            return False

    def parse(self, request: WireRequest) -> Sequence[Inbound]:
        """The one message of an inbound form; a receipt that was sent to the wrong address is none."""
        pairs = _pairs(request)
        fields = _Form([(tidy(name), tidy(value)) for name, value in pairs])
        if _is_receipt(fields):
            return []
        raw = request.body or _encode(pairs)
        token = tidy(request.header("I-Twilio-Idempotency-Token"))
        return [twilio_inbound.read(fields, raw, token=token, accounts=self.accounts)]

    def parse_report(self, request: WireRequest) -> Sequence[DeliveryReport]:
        """A status callback; our own id is the parameter ``m`` of its address."""
        pairs = _pairs(request)
        fields = _Form([(tidy(name), tidy(value)) for name, value in pairs])
        ref = _own_ref(request)
        sid = fields.get("MessageSid") or fields.get("SmsSid") or fields.get("SmsMessageSid")
        status = fields.get("MessageStatus") or fields.get("SmsStatus")
        if not status or not (ref or sid):
            raise BadPayload("no status or no message")
        state = twilio_codes.state(status.strip())
        code = (fields.get("ErrorCode", "").strip() or "unknown") if state == "failed" else None
        fault = twilio_codes.explain(code)
        return [
            DeliveryReport(
                state=state,
                ref=ref,
                provider_id=stable_id(sid.strip()) if sid else None,
                code=code,
                retryable=fault.retryable,
                reason=fault.reason if code else "",
                ours=fault.ours,
                raw=request.body or _encode(pairs),
            )
        ]

    def explain(self, code: str | None) -> Fault:
        return twilio_codes.explain(code)

    # -- we call the provider ----------------------------------------------------------------------

    def send(self, outgoing: Outgoing) -> Sent:
        """One message; longer than Twilio takes is our own mistake and is not tried."""
        if len(outgoing.body) > BODY_LIMIT:
            raise SendError("too_long", retryable=False, ours=True)
        sender = outgoing.account or self.accounts.get(outgoing.channel, "")
        recipient = outgoing.recipient
        if not sender:
            raise SendError("sender", retryable=False, ours=True)
        sender = twilio_inbound.address(outgoing.channel, sender)
        recipient = twilio_inbound.address(outgoing.channel, recipient)
        return self._sent(self._create(sender, recipient, outgoing))

    def fetch(self, media: Media, *, limit: int = MEDIA_LIMIT) -> bytes:
        """With the account's password to Twilio itself, without it to the storage that Twilio redirects to."""
        from channels.download import download

        if media.content is not None:
            return media.content
        if not media.url or not self._is_media_host(media.url):
            raise SendError("media", retryable=False)
        return download(media.url, limit=limit, seconds=FETCH_TIMEOUT, credentials=self._credentials_for)

    def poll(self, post: Post) -> None:
        """Every few minutes: what came in during the last two days and never reached us."""
        reconcile(self._history, post)

    def fate(self, outgoing: Outgoing, provider_id: str | None, since: datetime) -> DeliveryReport | None:
        """What became of a message of ours, as far as Twilio knows. Raises SendError."""
        return self._history.fate(outgoing, provider_id, since)

    def examine(self) -> list[Check]:
        """Whether the account answers, and what WhatsApp says of the templates."""
        return list(examine(self._rest, self.contents, self.accounts))

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.http_client.session.close()
                self._client = None

    def _create(self, sender: str, recipient: str, outgoing: Outgoing) -> Any:
        from requests import RequestException
        from twilio.base.exceptions import (  # type: ignore[import-untyped]
            TwilioException,
            TwilioRestException,
            TwilioServiceException,
        )

        arguments = {"from_": sender, "to": recipient, **self.contents.compose(outgoing)}
        if self._public_url:
            ref = quote(outgoing.ref, safe="")
            arguments["status_callback"] = f"{self._public_url}/webhooks/twilio/status?m={ref}"
        try:
            return self._connected().messages.create(**arguments)
        except (TwilioRestException, TwilioServiceException) as error:
            raise self._refused(str(error.code or error.status)) from None
        except RequestException as error:
            raise _broken(error) from None
        except (TwilioException, ValueError, TypeError, AttributeError):
            # Accepted by its status, yet nothing that the SDK can read: the receipt will tell.
            raise SendError("unreadable", retryable=True, reached=True, reason="provider") from None

    def _refused(self, code: str) -> SendError:
        status = self._answer.status
        fault = twilio_codes.explain_answer(code, status)
        return SendError(
            code,
            retryable=fault.retryable,
            ours=fault.ours,
            reached=status >= 500,
            retry_after=self._answer.retry_after if fault.retryable else None,
            reason=fault.reason,
        )

    def _sent(self, message: Any) -> Sent:
        sid, status = message.sid, message.status
        if not isinstance(sid, str) or not sid:
            raise SendError("unreadable", retryable=True, reached=True, reason="provider")
        state = twilio_codes.state(str(status or "queued"))
        if state == "failed":
            code = str(message.error_code or "unknown")
            fault = twilio_codes.explain(code)
            raise SendError(code, retryable=fault.retryable, ours=fault.ours, reason=fault.reason)
        return Sent(provider_id=sid, state=state)

    def _connected(self) -> Any:
        """The client, made at the first send: importing it costs a fifth of a second."""
        from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
        from twilio.rest import Client  # type: ignore[import-untyped]

        with self._lock:
            if self._client is None:
                logging.getLogger("twilio.http_client").setLevel(logging.WARNING)  # it logs addresses of requests
                http = TwilioHttpClient(timeout=self._timeout, max_retries=0, request_hooks={"response": [self._note]})
                client = Client(self._sid, self._token, http_client=http)
                if self._api_base:
                    client.api.base_url = self._api_base
                self._client = client
            return self._client

    def _note(self, response: Response, *_: object, **__: object) -> None:
        """Called in the thread that sends. The SDK's exceptions drop the headers and take the status from the body."""
        self._answer.status = response.status_code
        self._answer.retry_after = _seconds(response.headers.get("Retry-After", ""))

    def _is_media_host(self, url: str) -> bool:
        """Only Twilio's hosts, so that a forged form cannot make us call into our own network."""
        parts = _split(url)
        own = _split(self._api_base or "")
        host = parts[1]
        return bool(host) and (host == own[1] or (parts[0] == "https" and _is_twilio(host)))

    def _credentials_for(self, url: str) -> tuple[str, str] | None:
        target = _split(url)
        ours = target == _split(self._api_base or "") or (target[0] == "https" and target[1] == "api.twilio.com")
        return (self._sid, self._token) if ours else None


def _addresses(channel: str, typed: str | None) -> tuple[str, ...]:
    parts = (part.strip() for part in (typed or "").split(","))
    return tuple(dict.fromkeys(twilio_inbound.address(channel, part) for part in parts if part))


def _pairs(request: WireRequest) -> Sequence[tuple[str, str]]:
    """The form's fields, read from the body where the web server has left them there."""
    if request.form or not request.body:
        return request.form
    if "json" in request.header("Content-Type").lower():
        raise BadPayload("not a form")
    try:
        text = request.body.decode("utf-8", "surrogateescape")
        return parse_qsl(text, keep_blank_values=True, errors="surrogateescape", max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise BadPayload("too many fields") from error


def _signed_content(request: WireRequest) -> _Form | str:
    """What the signature covers beside the address: the fields, or the hash of another body in the address."""
    if request.form or "json" not in request.header("Content-Type").lower():
        return _Form(_pairs(request))
    if "bodySHA256=" not in urlsplit(request.url).query:
        raise BadPayload("nothing vouches for the body")
    return request.body.decode("utf-8")


def _encode(pairs: Sequence[tuple[str, str]]) -> bytes:
    return urlencode(pairs, encoding="utf-8", errors="surrogatepass").encode("ascii")


def _is_receipt(fields: _Form) -> bool:
    """Whether the form speaks of a message of ours; inbound ones say ``received`` or nothing."""
    status = fields.get("MessageStatus", "").strip().lower()
    return status not in ("", "received", "receiving") and not fields.get("Body")


def _own_ref(request: WireRequest) -> str | None:
    pairs = request.query
    if not pairs:
        try:
            pairs = tuple(parse_qsl(urlsplit(request.url).query))
        except ValueError:
            return None
    return next((tidy(value) for name, value in pairs if name == "m" and value), None)


def _broken(error: RequestException) -> SendError:
    """A call without an answer. Only where no connection came about is a repeat surely harmless."""
    import requests
    from urllib3.exceptions import NewConnectionError, ProxyError

    if isinstance(error, requests.ConnectTimeout):
        return SendError("timeout", retryable=True)
    if isinstance(error, requests.Timeout):
        return SendError("timeout", retryable=True, reached=True)
    if isinstance(error, requests.exceptions.SSLError):
        return SendError("tls", retryable=True, ours=True, reason="network")
    if isinstance(error, ValueError):  # requests: InvalidURL, MissingSchema, InvalidHeader
        return SendError("api_base", retryable=False, ours=True)
    cause = getattr(error.args[0] if error.args else None, "reason", None)
    return SendError("network", retryable=True, reached=not isinstance(cause, NewConnectionError | ProxyError))


def _seconds(header: str) -> float | None:
    """Retry-After in seconds; its form as a date is left to our own backing off."""
    return float(header) if header.isascii() and header.isdigit() else None


def _split(url: str) -> tuple[str, str, int | None]:
    from channels.download import origin

    try:
        return origin(url)
    except ValueError:
        return "", "", None


def _is_twilio(host: str) -> bool:
    return host == "twilio.com" or host.endswith(".twilio.com")
