"""What stands in one web chat: found by the browser's token, read from a place on, proved to be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webhooks import tracking
from webhooks.tracking import Line
from workflow import people
from workflow.messages import DeliveryState
from workflow.models import ChannelAccount, Conversation, Message, Outbound

CHANNEL = ACCOUNT = "chat"
_PLACE = re.compile(r"([0-9]{1,6})\.([0-9]{1,6})")


@dataclass(frozen=True)
class Place:
    """How far a reader has come: counts, because ids would tell how much others write."""

    written: int = 0
    answered: int = 0

    @classmethod
    def read(cls, text: str) -> Place:
        """From a query or an ETag; anything odd is the beginning."""
        found = _PLACE.search(text)
        return cls(int(found[1]), int(found[2])) if found else cls()

    def __str__(self) -> str:
        return f"{self.written}.{self.answered}"


def find(session: Session, token: str) -> Conversation | None:
    """The conversation of a browser; None before its first message."""
    address = people.known(session, CHANNEL, token) if token else None
    if address is None:
        return None
    ours = Conversation.channel_account_id == ChannelAccount.id
    query = select(Conversation).join(ChannelAccount, ours).where(Conversation.address_id == address.id)
    return session.scalar(query.where(ChannelAccount.channel == CHANNEL))


def end(session: Session, conversation: Conversation) -> Place:
    """Where the conversation ends now; two counts over an index."""

    def count(row: type[Message] | type[Outbound]) -> int:
        here = select(func.count()).select_from(row).where(row.conversation_id == conversation.id)
        return session.scalar(here) or 0

    return Place(count(Message), count(Outbound))


def lines(
    session: Session, conversation: Conversation, since: Place, now: datetime, state: DeliveryState
) -> tuple[list[Line], Place]:
    """What was said since then, and where that ends. What is ours in it is thereby delivered, or read."""
    written = session.scalars(
        select(Message).where(Message.conversation_id == conversation.id).order_by(Message.id).offset(since.written)
    ).all()
    answers = session.scalars(
        select(Outbound).where(Outbound.conversation_id == conversation.id).order_by(Outbound.id).offset(since.answered)
    ).all()
    tracking.mark_read(session, answers, now, state)
    until = Place(since.written + len(written), since.answered + len(answers))
    return tracking.lines_of(session, written, answers), until
