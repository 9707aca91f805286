"""The pull channels: what we answer to the web form and in the web chat waits on its page until somebody looks."""

from __future__ import annotations

from collections.abc import Sequence

from channels.base import MEDIA_LIMIT, BadPayload, Fault, SendError, WireRequest
from workflow.messages import DeliveryReport, Inbound, Media, Outgoing, Sent


class WebAdapter:
    """No wire at all. That the page was read is recorded by the page."""

    name = "web"

    def __init__(self) -> None:
        self.accounts = {"web": "web", "chat": "chat"}

    def verify(self, request: WireRequest) -> bool:
        return False

    def parse(self, request: WireRequest) -> Sequence[Inbound]:
        raise BadPayload("the web form has no wire")

    def parse_report(self, request: WireRequest) -> Sequence[DeliveryReport]:
        raise BadPayload("the web form has no wire")

    def explain(self, code: str | None) -> Fault:
        return Fault("other")

    def send(self, outgoing: Outgoing) -> Sent:
        return Sent(provider_id=outgoing.ref, state="sent")

    def fetch(self, media: Media, *, limit: int = MEDIA_LIMIT) -> bytes:
        if media.content is None:
            raise SendError("media", retryable=False)
        return media.content

    def close(self) -> None:
        pass
