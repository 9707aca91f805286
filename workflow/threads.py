"""Threads, where a channel has them: which one a message belongs to, and what a message of ours answers.

A sender's address is easily forged. What puts a message into a thread, and so before a case, is the ref of a message
of ours: random, and known to nobody but whom we wrote to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow.messages import CAPABILITIES, PLAIN, Inbound
from workflow.models import Conversation, DataKey, Message, Outbound
from workflow.vault import Erased, Unreadable, vault_of

#: So many of each side are named in a message's headers.
TRAIL = 6
#: How the threads begin in which monthly reports are sent.
REPORT = "report-"
#: More threads of one sender within this time are no letters.
FLOOD, FLOOD_TIME = 10, timedelta(hours=1)


@dataclass(frozen=True)
class Answered:
    """The conversation, and the case if there was one, of the message of ours that is answered."""

    conversation: Conversation
    case_id: str | None


def answered(session: Session, inbound: Inbound) -> Answered | None:
    """What a message answers; None where it names nothing of ours, or only what was erased."""
    for ref in inbound.answers:
        row = session.scalar(select(Outbound).where(Outbound.ref == ref, Outbound.channel == inbound.channel))
        if row is not None and _alive(session, row.conversation):
            return Answered(row.conversation, row.case_id)
    return None


def about_report(conversation: Conversation) -> bool:
    """Whether an office was sent a monthly report in this thread."""
    return conversation.thread.startswith(REPORT)


def quoted(session: Session, inbound: Inbound, known: bytes) -> dict[str, str]:
    """The case of the message that this one quotes, be it ours or (under the key ``known``) the person's own."""
    if not inbound.reply_to:
        return {}
    lookup = vault_of(session).lookup("provider", inbound.reply_to)
    ours = select(Outbound.case_id).where(Outbound.provider_lookup == lookup)
    theirs = select(Message.case_id).where(Message.dedupe == known)
    case_id = session.scalar(ours.limit(1)) or session.scalar(theirs)
    return {"case": case_id} if case_id else {}


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
