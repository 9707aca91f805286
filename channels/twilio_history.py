"""What Twilio remembers of the last days: messages that never reached us, and what became of our own.

https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources. A webhook that finds us
away is not repeated for long, so the list of inbound messages is read every few minutes; what is known is skipped.
"""

from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from channels import twilio_codes, twilio_inbound
from channels.base import BadPayload, Post, SendError, stable_id, tidy
from channels.twilio_rest import PAGE_SIZE, Rest
from workflow.inbox import NotDurable
from workflow.messages import DeliveryReport, Inbound, Outgoing

log = logging.getLogger(__name__)

SPAN = timedelta(hours=48)
#: Seconds between two rounds, and between two questions whether to go on.
PAUSE, NAP = 240.0, 20.0
#: A message as young as this is on its way by the webhook, which tells more of it.
_YOUNG = timedelta(minutes=2)
#: Clocks differ a little between Twilio and us.
_SKEW = timedelta(minutes=2)

Resource = Mapping[str, Any]


class History:
    """The lists of one account, read page by page."""

    def __init__(self, rest: Rest, senders: Mapping[str, tuple[str, ...]]) -> None:
        self._rest, self._senders = rest, senders
        self._url = f"{rest.api}/Messages.json"

    def received(self, now: datetime) -> Iterator[tuple[str, Resource]]:
        """Inbound messages of the last two days, by id. Raises SendError."""
        for address in itertools.chain.from_iterable(self._senders.values()):
            for resource in self._list({"To": address}, now - SPAN):
                sid, at = str(resource.get("sid") or ""), _time(resource)
                if sid and resource.get("direction") == "inbound" and (at is None or at <= now - _YOUNG):
                    yield stable_id(sid), resource

    def read(self, resource: Resource) -> Inbound:
        """A listed message in the form, and under the id, of its webhook. Raises BadPayload, SendError."""
        names = {"sid": "MessageSid", "from": "From", "to": "To", "body": "Body", "num_media": "NumMedia"}
        fields = {form: tidy(str(resource.get(name) or "")) for name, form in names.items()}
        if fields["NumMedia"] not in ("", "0"):
            fields |= self._media(fields["MessageSid"])
        raw = json.dumps(dict(resource), sort_keys=True).encode()
        usual = {channel: addresses[0] for channel, addresses in self._senders.items()}
        return twilio_inbound.read(fields, raw, token="", accounts=usual, written_at=_time(resource))

    def _media(self, sid: str) -> dict[str, str]:
        base = self._rest.api.split("/2010-04-01")[0]
        fields = {}
        listed = self._rest.pages(f"{self._rest.api}/Messages/{sid}/Media.json", {}, "media_list")
        for n, item in enumerate(listed):
            fields[f"MediaUrl{n}"] = base + str(item.get("uri") or "").removesuffix(".json")
            fields[f"MediaContentType{n}"] = str(item.get("content_type") or "")
        return fields

    def fate(self, outgoing: Outgoing, provider_id: str | None, since: datetime) -> DeliveryReport | None:
        """What became of a message of ours: by its id, else by recipient and exact text. None where none is found."""
        if provider_id is not None:
            return _report(outgoing, self._rest.get(f"{self._rest.api}/Messages/{provider_id}.json"))
        recipient = twilio_inbound.address(outgoing.channel, outgoing.recipient)
        same = [
            resource
            for resource in self._list({"To": recipient}, since - _SKEW)
            if resource.get("body") == outgoing.body and resource.get("direction") != "inbound"
            and (_time(resource) or since) >= since - _SKEW
        ]  # fmt: skip
        newest = max(same, key=lambda resource: _time(resource) or since, default=None)
        return _report(outgoing, newest) if newest else None

    def _list(self, which: Mapping[str, str], since: datetime) -> Iterator[Resource]:
        params = {**which, "DateSent>": since.astimezone(UTC).date().isoformat(), "PageSize": str(PAGE_SIZE)}
        return self._rest.pages(self._url, params, "messages")


def _report(outgoing: Outgoing, resource: Resource) -> DeliveryReport:
    state = twilio_codes.state(str(resource.get("status") or ""))
    code = str(resource.get("error_code") or "unknown") if state == "failed" else None
    fault = twilio_codes.explain(code)
    return DeliveryReport(
        state=state,
        ref=outgoing.ref,
        provider_id=stable_id(str(resource.get("sid") or "")),
        code=code,
        retryable=fault.retryable,
        reason=fault.reason if code else "",
        ours=fault.ours,
    )


def _time(resource: Resource) -> datetime | None:
    try:
        at = parsedate_to_datetime(str(resource.get("date_created") or ""))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def reconcile(history: History, post: Post) -> None:
    """Round by round: take in what the webhook did not bring. Duplicates end in the inbox."""
    seen: set[str] = set()
    while post.goes_on():
        try:
            seen = _round(history, post, seen)
            post.well()
        except SendError as error:
            post.trouble(error.code)
        except NotDurable:
            post.trouble("not_durable")
        slept = 0.0
        while slept < PAUSE and post.goes_on():
            post.pause(NAP)
            slept += NAP


def _round(history: History, post: Post, seen: set[str]) -> set[str]:
    listed: set[str] = set()
    for count, (sid, resource) in enumerate(history.received(datetime.now(UTC)), start=1):
        if sid not in seen and sid not in listed:
            _take(history, post, resource)
        listed.add(sid)
        if count % PAGE_SIZE == 0 and not post.goes_on():
            break
    return listed


def _take(history: History, post: Post, resource: Resource) -> None:
    try:
        stored = post.take(history.read(resource))
    except BadPayload:
        log.warning("a listed message cannot be read")
        return
    if not stored.duplicate:
        log.warning("a message was missed and is taken in now: message=%d", stored.message_id)
