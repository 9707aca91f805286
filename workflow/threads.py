"""Threads, where a channel has them: which one a message belongs to, and what a message of ours answers.

A sender's address is easily forged. What puts a message into a thread, and so before a case, is the ref of a message
of ours: random, and known to nobody but whom we wrote to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from workflow.messages import CAPABILITIES, PLAIN, Inbound
from workflow.models import Address, Conversation, DataKey, Message, Outbound
from workflow.vault import Erased, Unreadable, vault_of

#: So many of each side are named in a message's headers.
TRAIL = 6
#: How the threads begin in which monthly reports are sent.
REPORT = "report-"
#: More threads of one sender within this time are no letters.
FLOOD, FLOOD_TIME = 10, timedelta(hours=1)


@dataclass(frozen=True)
class Answered:
    """The message of ours that is answered: its conversation, and as options the message itself and its case."""

    conversation: Conversation
    options: dict[str, Any]


def answered(session: Session, inbound: Inbound) -> Answered | None:
    """What a message answers; None where it names nothing of ours, or only what was erased."""
    for ref in inbound.answers:
        row = session.scalar(select(Outbound).where(Outbound.ref == ref, Outbound.channel == inbound.channel))
        if row is not None and _alive(session, row.conversation):
            return Answered(row.conversation, _options("outbound", row.id, row.case_id))
    return None


def about_report(conversation: Conversation) -> bool:
    """Whether an office was sent a monthly report in this thread."""
    return conversation.thread.startswith(REPORT)


def quoted(session: Session, inbound: Inbound, known: bytes, address: Address) -> dict[str, Any]:
    """The message that this one quotes, and its case: ours, or (under the key ``known``, or by its place) the person's
    own. What was said to or by somebody else is not found."""
    if not inbound.reply_to:
        return {}
    who = Address.person_id == address.person_id if address.person_id else Address.id == address.id
    lookup = vault_of(session).lookup("provider", inbound.reply_to)
    ours = select(Outbound.id, Outbound.case_id).join(Conversation, Outbound.conversation_id == Conversation.id)
    ours = ours.join(Address, Conversation.address_id == Address.id).where(Outbound.provider_lookup == lookup)
    if row := session.execute(ours.where(who).limit(1)).first():
        return _options("outbound", *row)
    own = select(Message.id, Message.case_id).join(Conversation, Message.conversation_id == Conversation.id)
    own = own.join(Address, Conversation.address_id == Address.id)
    own = own.where(or_(Message.dedupe == known, Message.place == place(session, inbound, inbound.reply_to)))
    if row := session.execute(own.where(who).order_by(Message.id.desc()).limit(1)).first():
        return _options("message", *row)
    return {}


def place(session: Session, inbound: Inbound, name: str) -> bytes | None:
    """The key by which a message is found again that is quoted under another name than its id."""
    if not name:
        return None
    return vault_of(session).lookup("place", "\x00".join((inbound.channel, inbound.account, name)))


def _options(side: str, message_id: int, case_id: str | None) -> dict[str, Any]:
    return {"quotes": [side, message_id], **({"case": case_id} if case_id else {})}


def _alive(session: Session, conversation: Conversation) -> bool:
    key = session.get(DataKey, conversation.address.data_key_id)
    return key is not None and key.wrapped is not None and conversation.address.value_enc is not None


def trail(session: Session, row: Outbound) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a message of ours follows: the provider's ids of the person's messages, and refs of ours, oldest first."""
    if not CAPABILITIES.get(row.channel, PLAIN).threads:
        return (), ()
    theirs = select(Message).where(Message.conversation_id == row.conversation_id, Message.state != "ignored")
    theirs = theirs.where(Message.provider_id_enc.is_not(None)).order_by(Message.id.desc()).limit(TRAIL)
    ours = select(Outbound.ref).where(Outbound.conversation_id == row.conversation_id, Outbound.id < row.id)
    ours = ours.where(Outbound.sent_at.is_not(None)).order_by(Outbound.id.desc()).limit(TRAIL)
    ids = [_provider_id(session, message) for message in session.scalars(theirs)]
    return tuple(filter(None, reversed(ids))), tuple(reversed(session.scalars(ours).all()))


def _provider_id(session: Session, message: Message) -> str:
    try:
        return vault_of(session).open_text(session, message.raw_key_id, message.provider_id_enc, "message.provider_id")
    except (Erased, Unreadable):
        return ""


def flooded(session: Session, conversation: Conversation, now: datetime) -> bool:
    """Whether a sender begins threads as fast as only a robot does that answers our answers: it gets no more."""
    begun = select(func.count()).select_from(Conversation).where(Conversation.address_id == conversation.address_id)
    begun = begun.where(
        Conversation.thread != "",
        Conversation.thread.not_like(f"{REPORT}%"),
        Conversation.created_at > now - FLOOD_TIME,
    )
    return bool(conversation.thread) and (session.scalar(begun) or 0) > FLOOD
