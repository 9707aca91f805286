"""Following a report by its receipt code: its status for whoever has the code, its conversation for the owner alone.

The owner is known by the browser's cookie or by the PIN chosen on the form. Where the PIN was right, a signed pass
spares asking for it again for half an hour.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import (
    conversations,
    decisions,
    deliveries,
    files,
    letters,
    links,
    outbox,
    own_data,
    people,
    receipts,
    staff,
)  # fmt: skip
from workflow.messages import CAPABILITIES, PLAIN, DeliveryReport, DeliveryState, Inbound
from workflow.models import Case, Conversation, DataRequest, Deadline, Letter, Message, Outbound, Paper, Receipt
from workflow.vault import Erased

#: TIDAK PUAS and its reason are one command of the dialogue, which reads no longer one.
MAX_REASON = 380
PASS_SECONDS = 1800
ID = re.compile(r"[0-9a-f]{32}")
#: What the buttons about one's own data say in the dialogue.
DATA_DEEDS = {"salinan": "DATA SAYA", "hapus": "HAPUS DATA SAYA", "hapus_ya": "YA", "hapus_tidak": "TIDAK"}
_RESPONSE_RULES = ("respond", "respond_integrity")
_ANSWERED = ("responded", "closed")


@dataclass(frozen=True)
class Asked:
    """What somebody sent from the page: the code, what shows that they own it, and perhaps a message."""

    code: str
    pin: str = ""
    cookies: tuple[str, ...] = ()
    permit: str = ""
    deed: str = ""
    text: str = ""
    message_id: str = ""

    @classmethod
    def read(cls, form: Mapping[str, str], cookies: tuple[str, ...]) -> Asked:
        given = form.get("pesan_id", "")
        return cls(
            code=form.get("kode", "").strip()[:200],
            pin=form.get("pin", "").strip()[:64],
            cookies=cookies,
            permit=form.get("izin", ""),
            deed=form.get("aksi", ""),
            text=form.get("text", "").replace("\r\n", "\n"),
            message_id=given if ID.fullmatch(given) else uuid.uuid4().hex,
        )

    @property
    def message(self) -> str:
        """The deed in the words of the dialogue; empty where there is nothing to say."""
        if self.deed == "puas":
            return "PUAS"
        if self.deed in DATA_DEEDS:
            return DATA_DEEDS[self.deed]
        if self.deed == "tidak_puas" and self.text.strip():
            return f"TIDAK PUAS {' '.join(self.text.split())}"
        return self.text if self.deed == "pesan" and self.text.strip() else ""


@dataclass(frozen=True)
class Found:
    """What a code leads to. ``sender`` is the address of the conversation, for its owner alone."""

    conversation_id: str
    case_id: str | None
    sender: str = ""
    permit: str = ""
    channel: str = ""
    account: str = ""

    @property
    def by_hand(self) -> bool:
        """Whether an officer wrote it down: its complainant has neither browser nor PIN, and is answered on paper."""
        return not CAPABILITIES.get(self.channel, PLAIN).wired

    @property
    def owned(self) -> bool:
        return bool(self.sender)


@dataclass(frozen=True)
class Line:
    """One line of the conversation as its owner reads it."""

    at: datetime
    ours: bool
    text: str
    official: bool = False
    files: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """How a report stands. ``lines`` is None for those who have only the code.

    ``data``: what its owner asked of their own data; ``erasing``: whether we wait for their yes to having it erased.
    """

    case: Case | None
    due: Deadline | None
    lines: list[Line] | None
    can_rate: bool
    letters: tuple[Letter, ...] = ()
    data: tuple[DataRequest, ...] = ()
    erasing: bool = False


# ------------------------------------------------------------------ whose it is


def find(session: Session, asked: Asked, secret: bytes) -> Found | None:
    """What the code opens for this reader; None for a code that nobody was given."""
    receipt = receipts.find(session, asked.code)
    if receipt is None:
        return None
    conversation = _conversation(session, receipt)
    address, ours = address_of(session, conversation), conversation.channel_account
    found = Found(
        conversation.id, _going_on(session, receipt.case_id, conversation), channel=ours.channel, account=ours.address
    )
    permits = URLSafeTimedSerializer(secret, salt="lacak")
    if any(cookie and (address == cookie or address.startswith(f"{cookie}:")) for cookie in asked.cookies):
        return replace(found, sender=address)
    if _permitted(permits, asked.permit, conversation) or _pin_fits(conversation, asked.pin):
        return replace(found, sender=address, permit=str(permits.dumps(conversation.id)))
    return found


def _going_on(session: Session, case_id: str | None, conversation: Conversation) -> str | None:
    """The case, or the one of this conversation into which it was merged."""
    case = session.get(Case, case_id) if case_id else None
    into = links.resolve(session, case) if case else None
    return into.id if into is not None and into.conversation_id == conversation.id else case_id


def _conversation(session: Session, receipt: Receipt) -> Conversation:
    if receipt.case_id:
        return session.get_one(Case, receipt.case_id).conversation
    return session.get_one(Message, receipt.message_id).conversation


def address_of(session: Session, conversation: Conversation) -> str:
    """The browser that this conversation belongs to; empty on channels that have no page of ours."""
    if not _on_page(conversation.channel_account.channel):
        return ""
    try:
        return people.value(session, conversation.address)
    except Erased:
        return ""


def _pin_fits(conversation: Conversation, pin: str) -> bool:
    return bool(pin) and staff.fits(conversation.pin_hash, pin)


def _permitted(permits: URLSafeTimedSerializer, permit: str, conversation: Conversation) -> bool:
    try:
        return bool(permit) and permits.loads(permit, max_age=PASS_SECONDS) == conversation.id
    except BadSignature:
        return False


# ------------------------------------------------------------------ how it stands


def standing(session: Session, found: Found, now: datetime) -> Standing:
    """The status; for the owner also the conversation, which is thereby read. Wants a writing session for that."""
    case = session.get(Case, found.case_id) if found.case_id else None
    lines = _thread(session, found.conversation_id, now) if found.owned else None
    due = None
    if case is not None:
        query = select(Deadline).where(Deadline.case_id == case.id, Deadline.rule.in_(_RESPONSE_RULES))
        due = session.scalar(query.where(Deadline.state == "running").order_by(Deadline.due_at).limit(1))
    if case is None or not found.owned:
        return Standing(case, due, lines, can_rate=False)
    asked = tuple(own_data.requests(session, found.conversation_id))
    erasing = conversations.expects(session, found.conversation_id, "erase", now)
    return Standing(case, due, lines, _can_rate(session, case), tuple(offered(session, case)), asked, erasing)


def offered(session: Session, case: Case) -> list[Letter]:
    """The letters that the owner may fetch here; what is for the desk alone is handed over there."""
    return [
        letter
        for letter in letters.of_case(session, case)
        if not decisions.withheld(session, case, session.get_one(Paper, letter.paper_id))
    ]


def _can_rate(session: Session, case: Case) -> bool:
    """The dialogue rates the newest case of a conversation, so only that one offers it."""
    query = select(Case.id).where(Case.conversation_id == case.conversation_id).order_by(Case.received_at.desc())
    return case.status in _ANSWERED and session.scalar(query.limit(1)) == case.id


def _thread(session: Session, conversation_id: str, now: datetime) -> list[Line]:
    written = session.scalars(select(Message).where(Message.conversation_id == conversation_id))
    answers = list(session.scalars(select(Outbound).where(Outbound.conversation_id == conversation_id)))
    mark_read(session, answers, now)
    return lines_of(session, written, answers)


def lines_of(session: Session, written: Iterable[Message], answers: Iterable[Outbound]) -> list[Line]:
    """What was said on both sides, oldest first; what was erased or called back is left out."""
    lines = [line for m in written if (line := _written(session, m))]
    lines += [line for o in answers if o.state != "cancelled" and (line := _answer(session, o))]
    return sorted(lines, key=lambda line: line.at)


def _written(session: Session, message: Message) -> Line | None:
    try:
        names = tuple(files.name(session, a) for a in message.attachments)
        return Line(message.received_at, False, conversations.text_of(session, message), files=names)
    except Erased:
        return None


def _answer(session: Session, row: Outbound) -> Line | None:
    try:
        official = row.purpose == "official"
        return Line(row.created_at, True, outbox.body(session, row), official, choices=tuple(row.choices))
    except Erased:
        return None


def mark_read(session: Session, rows: Sequence[Outbound], now: datetime, state: DeliveryState = "read") -> None:
    """An answer that stands on the owner's page is read: for an official one that is proof of delivery.

    ``state`` is ``delivered`` where the page was fetched while nobody looked at it.
    """
    for row in rows:
        if _on_page(row.channel) and row.state not in ("read", "cancelled", "failed"):
            deliveries.take_report(session, DeliveryReport(state=state, ref=row.ref), now)


def _on_page(channel: str) -> bool:
    return CAPABILITIES.get(channel, PLAIN).on_page


# ------------------------------------------------------------------ writing again


def follow_up(found: Found, asked: Asked) -> Inbound:
    """A further message of the owner, in the same conversation."""
    return Inbound(
        channel=found.channel,
        account=found.account,
        provider_id=asked.message_id,
        sender=found.sender,
        text=asked.message,
        raw=json.dumps({"text": asked.message, "deed": asked.deed}).encode(),
    )
