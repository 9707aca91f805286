"""Saved conversations: what is unhandled, what the dialogue should know, and the thread as staff read it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from workflow import links, outbox, people, receipts, units
from workflow.models import Attachment, Case, Conversation, Judgement, Message, Outbound, Person, Unit
from workflow.states import ENDED
from workflow.vault import Erased, vault_of

#: Messages within this time join the open case without a question.
JOINS = timedelta(minutes=10)
#: After this time a question of ours is not waited for any more.
SILENCE = timedelta(hours=24)
#: Messages within this time were written in one breath.
BREATH = timedelta(seconds=60)
MAX_ATTEMPTS = 3
RETRY_PAUSE = timedelta(seconds=5)


def lock(session: Session, conversation_id: str) -> Conversation:
    """The conversation, locked: first in the order of locks.

    ``key_share`` lets those who hold the case queue a message to the conversation meanwhile: its row refers to ours.
    """
    query = select(Conversation).where(Conversation.id == conversation_id)
    query = query.with_for_update(of=Conversation, key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def unhandled(session: Session, conversation: Conversation) -> list[Message]:
    """Its new messages in order of arrival. After a failure one at a time, so that one bad message stands alone."""
    query = select(Message).where(Message.conversation_id == conversation.id, Message.state == "new")
    messages = list(session.scalars(query.order_by(Message.id)))
    return messages[:1] if messages and messages[0].attempts else messages


def text_of(session: Session, message: Message) -> str:
    """The sanitised text of a message. Raises Erased."""
    return vault_of(session).open_text(session, message.body_key_id, message.body_enc, "message.body")


def finish(session: Session, conversation: Conversation, handled: list[Message], now: datetime) -> None:
    """Mark messages handled and let the conversation go; what came in meanwhile keeps it pending."""
    for message in handled:
        message.state = "handled"
    session.flush()
    left = session.scalar(
        select(func.count()).where(Message.conversation_id == conversation.id, Message.state == "new")
    )
    conversation.pending_at = now if left else None
    conversation.claimed_by = conversation.claimed_until = None


def postpone(conversation: Conversation, until: datetime) -> None:
    """Not yet: the burst may go on."""
    conversation.pending_at = until
    conversation.claimed_by = conversation.claimed_until = None


def failed(session: Session, conversation: Conversation, now: datetime) -> list[int]:
    """Handling failed: try again later, or set the message aside. Returns ids that were set aside."""
    messages = unhandled(session, conversation)
    aside = []
    for message in messages:
        message.attempts += 1
        if message.attempts >= MAX_ATTEMPTS:
            message.state = "set_aside"
            aside.append(message.id)
    session.flush()
    left = session.scalars(
        select(Message.attempts).where(Message.conversation_id == conversation.id, Message.state == "new")
    ).all()
    conversation.pending_at = now + RETRY_PAUSE * 4 ** max(left) if left else None
    conversation.claimed_by = conversation.claimed_until = None
    return aside


def set_aside_again(session: Session, now: datetime) -> int:
    """Put every message that was set aside back in line; a person asked for it."""
    count = 0
    for message in session.scalars(select(Message).where(Message.state == "set_aside").with_for_update()):
        message.state, message.attempts = "new", 0
        message.conversation.pending_at = now
        count += 1
    return count


def rescue(session: Session, now: datetime) -> int:
    """Conversations with new messages that nobody is going to handle are made pending; returns how many."""
    query = (
        select(Conversation)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Message.state == "new", Conversation.pending_at.is_(None))
        .where(or_(Conversation.claimed_until.is_(None), Conversation.claimed_until < now))
        .limit(100)
    )
    found = list(session.scalars(query).unique())
    for conversation in found:
        conversation.pending_at = now
    return len(found)


# ------------------------------------------------------------------ what the dialogue should know


#: How long a picture waits for the words that belong to it.
WORDLESS = timedelta(hours=24)


def wordless(session: Session, conversation: Conversation, now: datetime) -> list[Message]:
    """Pictures and voice notes that came before any complaint: they belong to the one that opens now."""
    query = select(Message).where(Message.conversation_id == conversation.id, Message.case_id.is_(None))
    query = query.where(Message.kind != "text", Message.state == "handled", Message.received_at >= now - WORDLESS)
    return list(session.scalars(query.order_by(Message.id)))


@dataclass(frozen=True)
class Situation:
    """The unit and the newest case of a conversation, as far as a dialogue needs them."""

    unit: Unit
    kanwil: Unit
    case: Case | None
    recent: bool
    silent: bool = False


def situation(session: Session, conversation: Conversation, messages: list[Message], now: datetime) -> Situation:
    """Unit, superior, and the case in question: the one that is answered or quoted, else the newest.

    ``recent``: it was quoted, or its last message is minutes old; ``silent``: nothing came from this person for a day.
    """
    wanted = next((m.options["unit"] for m in messages if m.options.get("unit")), None)
    unit = session.get(Unit, wanted) if wanted else None
    unit = unit or session.get_one(Unit, conversation.channel_account.unit_id)
    query = select(Case).where(Case.conversation_id == conversation.id).order_by(Case.received_at.desc()).limit(1)
    meant = _answered_case(session, conversation, messages)
    found = meant or session.scalar(query)
    case = links.resolve(session, found) if found else None
    recent = meant is not None
    if case is not None and meant is None and case.status not in ENDED:
        last = session.scalar(select(func.max(Message.id)).where(Message.case_id == case.id))
        newest = session.get(Message, last) if last else None
        recent = newest is not None and messages[0].received_at - newest.received_at <= JOINS
    return Situation(unit, units.superior(session, unit), case, recent, _silent(session, conversation, messages[0]))


def _answered_case(session: Session, conversation: Conversation, messages: list[Message]) -> Case | None:
    """The case of the message of ours that is answered; this person wrote of it elsewhere, or has another one since."""
    meant = next((m.options["case"] for m in messages if m.options.get("case")), None)
    case = session.get(Case, meant) if meant else None
    return case if case is not None and case.person_id == conversation.address.person_id else None


def _silent(session: Session, conversation: Conversation, message: Message) -> bool:
    earlier = select(func.max(Message.received_at)).where(
        Message.conversation_id == conversation.id, Message.id < message.id
    )
    last = session.scalar(earlier)
    return last is not None and message.received_at - last > SILENCE


def expects(session: Session, conversation_id: str, what: str, now: datetime) -> bool:
    """Whether the dialogue still waits for the answer to a question of ours."""
    state = session.get_one(Conversation, conversation_id).state or {}
    last = session.scalar(select(func.max(Message.received_at)).where(Message.conversation_id == conversation_id))
    return state.get("expecting") == what and last is not None and now - last <= SILENCE


def said_since(session: Session, conversation: Conversation, key: str, since: datetime) -> bool:
    """Whether one of our sentences was said there after a moment."""
    said = select(Outbound.id).where(Outbound.conversation_id == conversation.id, Outbound.key == key)
    return session.scalar(said.where(Outbound.created_at > since).limit(1)) is not None


#: Not with the person yet, or never.
_UNSAID = ("held", "cancelled", "failed")


def officer_asked(session: Session, case: Case, others: Collection[str]) -> bool:
    """Whether the newest question in the conversation is an officer's about this case, and has no answer yet.

    ``others`` are the keys of our own questions.
    """
    said = func.coalesce(Outbound.sent_at, Outbound.created_at)
    query = select(Outbound.key, Outbound.case_id, said).where(Outbound.conversation_id == case.conversation_id)
    query = query.where(Outbound.key.in_((*others, "officer_message")), Outbound.state.not_in(_UNSAID))
    newest = session.execute(query.order_by(said.desc(), Outbound.id.desc()).limit(1)).first()
    if newest is None or (newest[0], newest[1]) != ("officer_message", case.id):
        return False
    since = select(Message.id).where(Message.case_id == case.id, Message.received_at > newest[2])
    return session.scalar(since.limit(1)) is None


def last_question(session: Session, conversation: Conversation) -> list[Message]:
    """The newest question of this conversation that is counted, but belongs to no case."""
    query = (
        select(Message, Judgement.verdict)
        .join(Judgement, Judgement.message_id == Message.id)
        .where(Message.conversation_id == conversation.id, Message.case_id.is_(None), Judgement.case_id.is_(None))
        .order_by(Message.id.desc())
        .limit(5)
    )
    found = [message for message, verdict in session.execute(query) if verdict.get("intent") == "information"]
    return found[:1]


def last_added(session: Session, case: Case) -> list[Message]:
    """The newest messages of a case that came in one breath, unless they opened it."""
    query = select(Message).where(Message.case_id == case.id).order_by(Message.id.desc()).limit(20)
    newest = list(session.scalars(query))
    breath = [m for m in newest if newest[0].received_at - m.received_at <= BREATH]
    return breath[::-1] if len(breath) < len(newest) else []


def opening(session: Session, case: Case) -> str:
    """The words that a case began with, in one breath; empty if there are none. Raises Erased."""
    query = select(Message).where(Message.case_id == case.id).order_by(Message.id).limit(20)
    told = [(m.received_at, text) for m in session.scalars(query) if (text := text_of(session, m).strip())]
    return "\n".join(text for at, text in told if at - told[0][0] <= BREATH)


# ------------------------------------------------------------------ the thread


@dataclass(frozen=True)
class Line:
    """One line of a case's conversation as staff may read it. ``text`` is None where it is hidden or erased.

    ``altered``: its id had come before with another content. ``private``: what kind of message it is that nobody but
    its recipient reads.
    """

    at: datetime
    inbound: bool
    text: str | None
    kind: str
    state: str
    error: str | None
    outbound_id: int | None
    purpose: str
    attachments: tuple[Attachment, ...] = ()
    message_id: int | None = None
    quotes: Line | None = None
    altered: bool = False
    private: str = ""

    @property
    def anchor(self) -> str:
        """Its place on a page."""
        return f"pesan-{self.message_id}" if self.inbound else f"balasan-{self.outbound_id}"


def thread(session: Session, case: Case, *, text: bool, identity: bool = False) -> list[Line]:
    """Messages both ways, oldest first, without receipt codes; texts only for those whose view allows them.

    Without ``identity`` what is known of the writer is hidden in the words, too. A quoted message is named where it is
    of this case as well, and of nothing else.
    """
    writer = None if identity else session.get(Person, case.person_id)
    written = session.scalars(select(Message).where(Message.case_id == case.id)).all()
    lines = [_inbound(session, message, text, writer) for message in written]
    ours = session.scalars(select(Outbound).where(Outbound.case_id == case.id))
    lines += [_outbound(session, row, text, writer) for row in ours]
    known = {("message", line.message_id) if line.inbound else ("outbound", line.outbound_id): line for line in lines}
    for at, message in enumerate(written):
        lines[at] = replace(lines[at], quotes=known.get(tuple(message.options.get("quotes") or ())))
    return sorted(lines, key=lambda line: line.at)


def for_staff(session: Session, message: Message, writer: Person | None) -> str:
    """What somebody wrote, without receipt codes, nor what is known of ``writer``. Raises Erased."""
    shown = receipts.redact(text_of(session, message))
    return people.mask(session, writer, shown) if writer else shown


def _inbound(session: Session, message: Message, text: bool, writer: Person | None) -> Line:
    try:
        shown = for_staff(session, message, writer) if text else None
    except Erased:
        shown = None
    files = tuple(message.attachments) if text else ()
    told = (message.kind, message.state, None, None, "", files, message.id, None, message.altered)
    return Line(message.received_at, True, shown, *told)


def _outbound(session: Session, row: Outbound, text: bool, writer: Person | None) -> Line:
    try:
        shown = outbox.body_for_staff(session, row, writer) if text or row.purpose == "official" else None
    except Erased:
        shown = None
    private = row.key if row.purpose == "private" else ""
    return Line(row.created_at, False, shown, "text", row.state, row.error_code, row.id, row.purpose, private=private)
