"""How a person may be written to without danger: only after a word of theirs, in certain hours, in neutral words.

What they asked for holds for every address that is known to be theirs. Whatever leaves within minutes of their own
message may go out as it is: they hold the telephone. So may acknowledgements and the help in an emergency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import journal, people
from workflow.actors import Actor, Citizen, Officer
from workflow.models import Address, Case, Conversation, Message, Outbound, SafeContact, Unit
from workflow.states import Impossible
from workflow.typed import whole

#: Why a message waits: for a word of theirs, or for the hours that they named.
HELD, LATER = "safe_contact", "safe_hours"
#: The wording that says nothing.
NOTICE = "safe_notice"
#: After a word of theirs they are taken to be reading for so long.
AT_HAND = timedelta(minutes=10)
_ALWAYS = frozenset({"ack", "emergency", "page"})


@dataclass(frozen=True)
class Rules:
    """What a person asked for, all their addresses taken together."""

    only_after: bool
    neutral: bool
    hours: tuple[int, int] | None
    zone: str


def rules_of(session: Session, conversation: Conversation) -> Rules | None:
    """What holds for a conversation; None where nothing was asked for."""
    person_id = conversation.address.person_id
    if person_id is None:
        return None
    query = select(SafeContact).join(Conversation, Conversation.id == SafeContact.conversation_id)
    query = query.join(Address, Address.id == Conversation.address_id)
    query = query.where(Address.person_id.in_(people.circle(session, person_id)))
    rows = list(session.scalars(query.order_by(SafeContact.set_at.desc())))
    if not rows:
        return None
    timed = next((r for r in rows if r.hour_from is not None and r.hour_to is not None), None)
    hours = (timed.hour_from or 0, timed.hour_to or 0) if timed else None
    only_after, neutral = any(r.only_after for r in rows), any(r.neutral for r in rows)
    return Rules(only_after, neutral, hours, (timed or rows[0]).zone)


def at_hand(session: Session, conversation: Conversation, purpose: str, now: datetime) -> bool:
    """Whether a message may go out as it is, whatever was asked for."""
    if purpose in _ALWAYS:
        return True
    last = session.scalar(select(func.max(Message.received_at)).where(Message.conversation_id == conversation.id))
    return last is not None and now - last <= AT_HAND


def holds_back(session: Session, conversation: Conversation, key: str, purpose: str, now: datetime) -> bool:
    """Whether a message must wait for a word of theirs."""
    rules = rules_of(session, conversation)
    if rules is None or at_hand(session, conversation, purpose, now):
        return False
    return rules.only_after or (rules.neutral and key != NOTICE)


def wants_notice(session: Session, conversation: Conversation) -> bool:
    """Whether a notice without content is due: neutral words are asked for, and none went out since their last word."""
    rules = rules_of(session, conversation)
    if rules is None or rules.only_after:
        return False
    last = select(func.max(Message.received_at)).where(Message.conversation_id == conversation.id).scalar_subquery()
    sent = select(Outbound.id).where(Outbound.conversation_id == conversation.id, Outbound.key == NOTICE)
    sent = sent.where(Outbound.state.not_in(("failed", "cancelled")))
    return session.scalar(sent.where(func.coalesce(Outbound.created_at > last, True)).limit(1)) is None


def not_before(session: Session, row: Outbound, now: datetime) -> datetime | None:
    """When the hours that they named begin again, if it is outside of them now."""
    rules = rules_of(session, row.conversation)
    if rules is None or rules.hours is None or at_hand(session, row.conversation, row.purpose, now):
        return None
    local, (first, last) = now.astimezone(ZoneInfo(rules.zone)), rules.hours
    if first <= local.hour < last:
        return None
    day = local.date() + timedelta(days=local.hour >= last)
    return datetime.combine(day, time(first), ZoneInfo(rules.zone)).astimezone(now.tzinfo)


# ------------------------------------------------------------------ setting them


def own(session: Session, conversation: Conversation) -> SafeContact | None:
    """What was asked for in this very conversation."""
    return session.get(SafeContact, conversation.id)


def said(session: Session, conversation: Conversation, case: Case | None, what: str, value: str, now: datetime) -> None:
    """The complainant says it by a word: ``wait``, ``hours`` (``9-15``), ``neutral``; ``free`` takes all of it back."""
    row = _row(session, conversation, case, now)
    if what == "free":
        row.only_after = row.neutral = False
        row.hour_from = row.hour_to = None
    elif what == "hours":
        row.hour_from, row.hour_to = hours_of(*value.split("-"))
    elif what == "wait":
        row.only_after = True
    else:
        row.neutral = True
    row.set_by, row.set_at = None, now
    _note(session, row, case, Citizen(case.person_id) if case else None, now)


def agreed(
    session: Session, case: Case, officer: Officer, wanted: tuple[bool, bool], hours: tuple[str, str], now: datetime
) -> None:
    """An officer writes down what was agreed with the complainant. Raises Impossible."""
    row = _row(session, case.conversation, case, now)
    row.only_after, row.neutral = wanted
    row.hour_from, row.hour_to = hours_of(*hours) if any(hours) else (None, None)
    row.set_by, row.set_at = officer.account_id, now
    _note(session, row, case, officer, now)


def hours_of(first: str, last: str) -> tuple[int, int]:
    """Two hours of one day. Raises Impossible."""
    start, end = whole(first, 24), whole(last, 24)
    if not 0 <= start < end:
        raise Impossible("choose_hours")
    return start, end


def _row(session: Session, conversation: Conversation, case: Case | None, now: datetime) -> SafeContact:
    place = case.subject_unit if case and case.subject_unit else None
    place = place or session.get_one(Unit, conversation.channel_account.unit_id)
    row = own(session, conversation)
    row = row or SafeContact(conversation_id=conversation.id, only_after=False, neutral=False, set_at=now)
    row.zone = place.timezone
    session.add(row)
    return row


def _note(session: Session, row: SafeContact, case: Case | None, actor: Actor | None, now: datetime) -> None:
    session.flush()
    if case is not None and actor is not None:
        journal.append(
            session, case.handling_unit_id, "safe_contact", actor, now, case_id=case.id, only_after=row.only_after,
            neutral=row.neutral, first=row.hour_from, last=row.hour_to,
        )  # fmt: skip
