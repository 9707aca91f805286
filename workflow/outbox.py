"""Outgoing messages: put in line, held back, claimed. What became of them: ``settling``."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from workflow import enclosures, people, receipts, safety, sms, threads, window, wording
from workflow.db import Database, wake
from workflow.messages import CAPABILITIES, PLAIN, Outgoing, Purpose
from workflow.models import Case, Conversation, DeliveryEvent, Outbound, Paper, Person
from workflow.vault import Erased, Unreadable, vault_of

RANK = {"queued": 0, "held": 0, "claimed": 0, "uncertain": 1, "accepted": 1, "sent": 2, "delivered": 4, "read": 5}
#: A failure counts against everything but proof that the message arrived.
FAILED_RANK = 3
#: Why a message is held for good: its channel has no wire, the paper is the way.
PRINT = "print"
LEASE = timedelta(seconds=60)
#: After this a message that could not be opened is tried again.
UNREADABLE = timedelta(hours=1)
log = logging.getLogger("aduan.outbox")


def enqueue(
    session: Session,
    conversation: Conversation,
    key: str,
    now: datetime,
    *,
    purpose: Purpose = "reply",
    case: Case | None = None,
    paper: Paper | None = None,
    choices: Sequence[str] = (),
    respect: str = "",
    template: str = "",
    **params: Any,
) -> list[Outbound]:
    """Render a wording in the recipient's language and queue it, in parts where the channel's messages are short.

    ``choices`` are command words that the text names anyway; a channel with buttons shows them as buttons.
    ``respect`` is a word of greeting in the person's own language. ``template`` names the approved wording that a
    channel with a window sends instead, filled with the parameters in their order.
    """
    ability = CAPABILITIES.get(conversation.channel_account.channel, PLAIN)
    words = wording.render(wording.variant(key, ability.words), conversation.locale, **params)
    text = " ".join(filter(None, (respect, words)))
    room = sms.room(text, ability.pieces) if ability.pieces else ability.length
    parts = wording.split(text, room, wide=ability.wide)
    rows = [_row(session, conversation, key, params, part, purpose, now, case, paper, template) for part in parts]
    rows[-1].choices = list(choices) if len(choices) <= ability.lists else list(choices[: ability.buttons])
    if rows[0].error_code == safety.HELD and safety.wants_notice(session, conversation):
        shut = not window.is_open(conversation, now)
        enqueue(session, conversation, safety.NOTICE, now, purpose="notice", template=safety.NOTICE if shut else "")
    wake(session)
    return rows


def _row(
    session: Session,
    conversation: Conversation,
    key: str,
    params: dict[str, Any],
    text: str,
    purpose: Purpose,
    now: datetime,
    case: Case | None,
    paper: Paper | None,
    template: str,
) -> Outbound:
    vault = vault_of(session)
    key_id = case.data_key_id if case and purpose != "private" else conversation.address.data_key_id
    obstacle = _obstacle(session, conversation, key, purpose, now, template)
    row = Outbound(
        conversation_id=conversation.id,
        case_id=case.id if case else None,
        paper_id=paper.id if paper else None,
        purpose=purpose,
        channel=conversation.channel_account.channel,
        locale=conversation.locale,
        key=key,
        template=template,
        data_key_id=key_id,
        params_enc=vault.seal(session, key_id, json.dumps(params), "outbound.params"),
        body_enc=vault.seal(session, key_id, text, "outbound.body"),
        state="held" if obstacle else "queued",
        error_code=obstacle,
        next_attempt_at=now,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def attach(session: Session, conversation: Conversation, case: Case, now: datetime) -> None:
    """What was said a moment before the case opened (the word on an emergency) belongs to it, too."""
    session.execute(
        update(Outbound)
        .where(Outbound.conversation_id == conversation.id, Outbound.case_id.is_(None), Outbound.created_at == now)
        .values(case_id=case.id)
    )


def withhold(session: Session, conversation: Conversation, code: str, now: datetime) -> None:
    """What was just said is not sent: the message came from an archive (``import``), or from a robot (``loop``)."""
    said = select(Outbound).where(Outbound.conversation_id == conversation.id, Outbound.created_at == now)
    said = said.where(Outbound.purpose.in_(("reply", "ack", "emergency")))
    for row in session.scalars(said.where(Outbound.state.in_(("queued", "held")))):
        step(session, row, "cancelled", code, now)


def _obstacle(
    session: Session, conversation: Conversation, key: str, purpose: str, now: datetime, template: str
) -> str | None:
    """Why this message may not go out now: no wire leads there, the person said stop or not to be written to unasked,
    or the window is closed."""
    if not CAPABILITIES.get(conversation.channel_account.channel, PLAIN).wired:
        return PRINT
    if conversation.address.opted_out_at is not None and purpose != "ack":
        return "opted_out"
    if safety.holds_back(session, conversation, key, purpose, now):
        return safety.HELD
    return None if template or window.is_open(conversation, now) else "window"


def release_held(session: Session, conversation: Conversation, now: datetime) -> None:
    """The person wrote again: what was held back goes out, and nobody knocks any more. Called last: messages are
    locked after their cases."""
    here = Outbound.conversation_id == conversation.id
    knocking = update(Outbound).where(here, Outbound.state.in_(("queued", "held")), Outbound.template != "")
    session.execute(knocking.values(state="cancelled"))
    may_go = or_(Outbound.error_code.is_(None), Outbound.error_code != PRINT)
    held = update(Outbound).where(here, Outbound.state == "held", may_go)
    session.execute(held.values(state="queued", next_attempt_at=now, error_code=None))
    wake(session)


# ------------------------------------------------------------------ claim


@dataclass(frozen=True)
class Claimed:
    """An outbound row taken by this worker, with what the adapter needs."""

    id: int
    attempt: int
    outgoing: Outgoing


def claim(database: Database, worker: str, now: datetime) -> Claimed | None:
    """Take the next due message whose conversation has nothing older in flight; None if there is none."""
    earlier = aliased(Outbound)
    in_flight = exists().where(
        earlier.conversation_id == Outbound.conversation_id,
        earlier.id < Outbound.id,
        or_(earlier.state == "claimed", and_(earlier.state == "queued", ~_deferred(earlier))),
    )
    due = and_(Outbound.state == "queued", Outbound.next_attempt_at <= now)
    query = select(Outbound.id).where(due, ~in_flight).order_by(Outbound.next_attempt_at, Outbound.id).limit(5)
    while candidates := _read(database, query):
        for candidate in candidates:
            if claimed := _take(database, candidate, due, worker, now):
                return claimed
    return None


def _deferred(row: type[Outbound]) -> ColumnElement[bool]:
    """What waits for the hours that a person named keeps nothing else waiting."""
    return func.coalesce(row.error_code, "") == safety.LATER


def _read(database: Database, query: Select[int]) -> list[int]:
    with database.read() as session:
        return list(session.scalars(query))


def _take(database: Database, outbound_id: int, due: ColumnElement[bool], worker: str, now: datetime) -> Claimed | None:
    with database.write() as session:
        taken = session.execute(
            update(Outbound)
            .where(Outbound.id == outbound_id, due)
            .values(state="claimed", claimed_by=worker, claimed_until=now + LEASE, attempts=Outbound.attempts + 1)
        )
        return _load(session, outbound_id, now) if taken.rowcount else None  # type: ignore[attr-defined]


def _load(session: Session, outbound_id: int, now: datetime) -> Claimed | None:
    row = session.get_one(Outbound, outbound_id)
    if _too_dangerous(session, row, now):
        return None
    try:
        return Claimed(row.id, row.attempts, outgoing(session, row, now))
    except Erased:
        row.error_reason = "erased"
        step(session, row, "failed", "erased", now)
    except Unreadable:  # a key that is not here now may be found again
        log.exception("message cannot be opened: outbound=%d", row.id)
        row.state, row.attempts, row.claimed_by, row.claimed_until = "queued", row.attempts - 1, None, None
        row.next_attempt_at = now + UNREADABLE
    return None


def _too_dangerous(session: Session, row: Outbound, now: datetime) -> bool:
    """Put back what may not go out now: what was asked for may be newer than the message, or its time is over."""
    if safety.holds_back(session, row.conversation, row.key, row.purpose, now):
        step(session, row, "held", safety.HELD, now)
    elif (later := safety.not_before(session, row, now)) is not None:
        row.next_attempt_at = later
        step(session, row, "queued", safety.LATER, now)
    else:
        return False
    row.attempts, row.claimed_by, row.claimed_until = row.attempts - 1, None, None
    return True


def outgoing(session: Session, row: Outbound, now: datetime) -> Outgoing:
    """What the adapter needs of a message. Raises Erased."""
    conversation = row.conversation
    recipient = people.value(session, conversation.address)
    body = vault_of(session).open_text(session, row.data_key_id, row.body_enc, "outbound.body")
    params = json.loads(vault_of(session).open(session, row.data_key_id, row.params_enc, "outbound.params"))
    opened = window.is_open(conversation, now)
    follows, earlier = threads.trail(session, row)
    return Outgoing(
        ref=row.ref,
        channel=row.channel,
        account=conversation.channel_account.address,
        recipient=recipient,
        body=body,
        purpose=row.purpose,  # type: ignore[arg-type]
        locale=row.locale,
        window_open=opened,
        choices=tuple(row.choices),
        template="" if row.template == "reminder" and opened else row.template,
        variables=tuple(str(value) for value in params.values()) if row.template else (),
        number=session.get_one(Case, row.case_id).number if row.case_id else "",
        follows=follows,
        earlier=earlier,
        subject=wording.render(f"{row.key}_subject", row.locale, **params) if row.report_id else "",
        files=enclosures.of(session, row),
    )


def locked(session: Session, outbound_id: int) -> Outbound:
    """A message, locked after its case, as everybody else does who needs both."""
    case_id = session.scalar(select(Outbound.case_id).where(Outbound.id == outbound_id))
    if case_id:
        session.execute(select(Case.id).where(Case.id == case_id).with_for_update(key_share=True))
    query = select(Outbound).where(Outbound.id == outbound_id).with_for_update(of=Outbound)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def step(
    session: Session, row: Outbound, state: str, code: str | None, now: datetime, lookup: bytes | None = None
) -> None:
    """The state that follows; proof that the message arrived is never taken away."""
    if state in ("failed", "held") and row.rank >= RANK["delivered"]:
        note(session, row, state, code, now, lookup)
        return
    row.state, row.error_code = state, code
    if code is None and RANK.get(state, 0) >= RANK["accepted"]:
        row.error_reason, row.error_ours = "", False  # of an earlier attempt; its event keeps them
    row.rank = FAILED_RANK if state == "failed" else RANK.get(state, row.rank)
    if state in ("delivered", "read") and row.delivered_at is None:
        row.delivered_at = now
    note(session, row, state, code, now, lookup)


def note(
    session: Session,
    row: Outbound,
    state: str,
    code: str | None,
    now: datetime,
    lookup: bytes | None = None,
) -> None:
    """Write down an attempt or a receipt, whatever it changes."""
    session.add(
        DeliveryEvent(
            outbound_id=row.id,
            state=state,
            code=code and code[:40],
            reason=row.error_reason if code else "",
            provider_lookup=lookup,
            at=now,
        )
    )
    session.flush()


def body(session: Session, row: Outbound) -> str:
    """The exact text, as its recipient gets it."""
    return vault_of(session).open_text(session, row.data_key_id, row.body_enc, "outbound.body")


def body_for_staff(session: Session, row: Outbound, writer: Person | None) -> str | None:
    """What staff may read of it: no receipt codes, which are the complainant's alone; nothing of what is private; and
    nothing that is known of ``writer``, for those who may not open the identity. The one rule for every view, print and
    export."""
    if row.purpose == "private":
        return None
    text = receipts.redact(body(session, row))
    return people.mask(session, writer, text) if writer else text


def forget_private(session: Session, case_ids: Iterable[str]) -> None:
    """What was told to its recipient alone goes with the case that it tells of; it lies under the person's key."""
    gone = update(Outbound).where(Outbound.case_id.in_(list(case_ids)), Outbound.purpose == "private")
    session.execute(gone.values(params_enc=None, body_enc=None))
