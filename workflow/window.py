"""The hours in which a channel lets us write freely: they begin anew with every message of the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from workflow.messages import CAPABILITIES, PLAIN, Inbound
from workflow.models import Conversation

#: Meta's customer service window; free text is refused after it.
LENGTH = timedelta(hours=24)


@dataclass(frozen=True)
class Window:
    """As staff see it: until when one may write freely, and whether that time is over."""

    channel: str
    ends_at: datetime | None
    is_open: bool


def of(conversation: Conversation, now: datetime) -> Window | None:
    """The window of a conversation; None on channels that have none."""
    channel = conversation.channel_account.channel
    if not CAPABILITIES.get(channel, PLAIN).windowed:
        return None
    ends_at = conversation.window_ends_at
    return Window(channel, ends_at, ends_at is not None and ends_at > now)


def is_open(conversation: Conversation, now: datetime) -> bool:
    """Whether free text may go out now."""
    window = of(conversation, now)
    return window is None or window.is_open


def renewed(conversation: Conversation, inbound: Inbound, now: datetime) -> dict[str, datetime]:
    """The column that a message changes: counted from when it was written; one that comes late never shortens it."""
    if not CAPABILITIES.get(inbound.channel, PLAIN).windowed:
        return {}
    ends_at = min(inbound.written_at or now, now) + LENGTH
    return {"window_ends_at": max(ends_at, conversation.window_ends_at or ends_at)}
