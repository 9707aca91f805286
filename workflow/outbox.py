"""Outgoing messages: enqueue, claim, settle, report. Errors are data, evidence only grows.

    queued -> claimed -> accepted -> sent -> delivered -> read
                 |           \\-> failed (also from a receipt)
                 \\-> uncertain: the claim died in mid-send, or the provider may have taken it
    held: the window for free text is closed; goes out when the person writes again

Uncertain pages, emergency replies, acknowledgements and replies are sent again after a minute with the same text
and so the same visible reference; an official answer waits for a receipt or an officer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, select, update
from sqlalchemy.orm import Session, aliased

from workflow import people, receipts, wording
from workflow.db import Database, wake
from workflow.messages import CAPABILITIES, PLAIN, DeliveryReport, Outgoing, Purpose, Sent
from workflow.models import Case, Conversation, DeliveryEvent, Outbound, Paper
from workflow.vault import Erased, vault_of

RANK = {"queued": 0, "held": 0, "claimed": 0, "uncertain": 1, "accepted": 1, "sent": 2, "delivered": 4, "read": 5}
#: A failure counts against everything but proof that the message arrived.
FAILED_RANK = 3
LEASE = timedelta(seconds=60)
UNCERTAIN_PAUSE = timedelta(seconds=60)
OFFICIAL_ALARM = timedelta(minutes=15)
BACKOFF = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 7200, 21600))
#: Where a person may send once more.
STUCK = frozenset({"failed", "held", "uncertain"})


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
    **params: Any,
) -> list[Outbound]:
    """Render a wording in the recipient's language and queue it, in parts where the channel's messages are short.

    ``choices`` are command words that the text names anyway; a channel with buttons shows them as buttons.
    ``respect`` is a word of greeting in the person's own language.
    """
    text = " ".join(filter(None, (respect, wording.render(key, conversation.locale, **params))))
    ability = CAPABILITIES.get(conversation.channel_account.channel, PLAIN)
    parts = wording.split(text, ability.length)
    rows = [_row(session, conversation, key, params, part, purpose, now, case, paper) for part in parts]
    rows[-1].choices = list(choices[: ability.buttons])
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
) -> Outbound:
    vault = vault_of(session)
    key_id = case.data_key_id if case else conversation.address.data_key_id
    obstacle = _obstacle(conversation, purpose, now)
    row = Outbound(
        conversation_id=conversation.id,
        case_id=case.id if case else None,
        paper_id=paper.id if paper else None,
        purpose=purpose,
        channel=conversation.channel_account.channel,
        locale=conversation.locale,
        key=key,
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


def _obstacle(conversation: Conversation, purpose: str, now: datetime) -> str | None:
    """Why this message may not go out now: the person said stop, or the window for free text is closed."""
    if conversation.address.opted_out_at is not None and purpose != "ack":
        return "opted_out"
    return "window" if _window_closed(conversation, now) else None


def _window_closed(conversation: Conversation, now: datetime) -> bool:
    if not CAPABILITIES.get(conversation.channel_account.channel, PLAIN).windowed:
        return False
    return conversation.window_ends_at is None or conversation.window_ends_at <= now


def release_held(session: Session, conversation: Conversation, now: datetime) -> None:
    """The person wrote again: what was held back goes out. Called last: messages are locked after their cases."""
    session.execute(
        update(Outbound)
        .where(Outbound.conversation_id == conversation.id, Outbound.state == "held")
        .values(state="queued", next_attempt_at=now, error_code=None)
    )
    wake(session)


# ------------------------------------------------------------------ claim, send, settle


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
        earlier.state.in_(("queued", "claimed")),
    )
    due = and_(Outbound.state == "queued", Outbound.next_attempt_at <= now)
    query = select(Outbound.id).where(due, ~in_flight).order_by(Outbound.next_attempt_at, Outbound.id).limit(5)
    while candidates := _read(database, query):
        for candidate in candidates:
            if claimed := _take(database, candidate, due, worker, now):
                return claimed
    return None


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
    conversation = row.conversation
    try:
        recipient = people.value(session, conversation.address)
        body = vault_of(session).open_text(session, row.data_key_id, row.body_enc, "outbound.body")
    except Erased:
        _step(session, row, "failed", "erased", now)
        return None
    outgoing = Outgoing(
        ref=row.ref,
        channel=row.channel,
        account=conversation.channel_account.address,
        recipient=recipient,
        body=body,
        purpose=row.purpose,  # type: ignore[arg-type]
        locale=row.locale,
        window_open=not _window_closed(conversation, now),
        choices=tuple(row.choices),
    )
    return Claimed(row.id, row.attempts, outgoing)


def settle(session: Session, claimed: Claimed, sent: Sent, now: datetime) -> Outbound:
    """The provider took the message."""
    row = _locked(session, claimed.id)
    row.provider_lookup = vault_of(session).lookup("provider", sent.provider_id)
    row.sent_at, row.claimed_until, row.claimed_by = now, None, None
    died = row.state == "queued" and row.error_code == "died"  # taken for lost, and yet it went through
    if row.state in ("claimed", "uncertain") or died:
        _step(session, row, sent.state, None, now)
    return row


def fail(
    session: Session,
    claimed: Claimed,
    code: str,
    now: datetime,
    *,
    retryable: bool,
    ours: bool,
    reached: bool = False,
    retry_after: float | None = None,
) -> Outbound:
    """The send did not succeed: try again later, wait for a receipt, or give up for good."""
    row = _locked(session, claimed.id)
    if row.state != "claimed" or row.attempts != claimed.attempt:
        return row
    row.error_ours, row.claimed_until, row.claimed_by = ours, None, None
    if reached:
        _uncertain(session, row, code, now)
    elif code == "63016":
        _step(session, row, "held", "window", now)
    elif retryable and row.attempts <= len(BACKOFF):
        pause = BACKOFF[row.attempts - 1]
        row.next_attempt_at = now + max(pause, timedelta(seconds=retry_after or 0))
        _step(session, row, "queued", code, now)
    else:
        _step(session, row, "failed", code, now)
    return row


def report(session: Session, receipt: DeliveryReport, now: datetime) -> Outbound | None:
    """A receipt moves the state forward, never back: ``sent`` never overwrites ``read``. None if it is not ours."""
    row = _find(session, receipt)
    if row is None:
        return None
    if receipt.state == "failed" and receipt.code == "63016":
        _step(session, row, "held", "window", now)
    elif receipt.state == "failed":
        _step(session, row, "failed", receipt.code, now)
    elif RANK[receipt.state] > row.rank or row.state in ("claimed", "uncertain"):
        _step(session, row, receipt.state, None, now)
    else:
        _note(session, row, receipt.state, "late", now)
    return row


def _find(session: Session, receipt: DeliveryReport) -> Outbound | None:
    found = session.scalar(select(Outbound.id).where(Outbound.ref == receipt.ref)) if receipt.ref else None
    if found is None and receipt.provider_id:
        lookup = vault_of(session).lookup("provider", receipt.provider_id)
        found = session.scalar(select(Outbound.id).where(Outbound.provider_lookup == lookup).limit(1))
    return _locked(session, found) if found is not None else None


def _locked(session: Session, outbound_id: int) -> Outbound:
    """A message, locked after its case, as everybody else does who needs both."""
    case_id = session.scalar(select(Outbound.case_id).where(Outbound.id == outbound_id))
    if case_id:
        session.execute(select(Case.id).where(Case.id == case_id).with_for_update(key_share=True))
    query = select(Outbound).where(Outbound.id == outbound_id).with_for_update(of=Outbound)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _step(session: Session, row: Outbound, state: str, code: str | None, now: datetime) -> None:
    if state in ("failed", "held") and row.rank >= RANK["delivered"]:
        _note(session, row, state, code, now)
        return
    row.state, row.error_code = state, code
    row.rank = FAILED_RANK if state == "failed" else RANK.get(state, row.rank)
    if state in ("delivered", "read") and row.delivered_at is None:
        row.delivered_at = now
    _note(session, row, state, code, now)


def _note(session: Session, row: Outbound, state: str, code: str | None, now: datetime) -> None:
    session.add(DeliveryEvent(outbound_id=row.id, state=state, code=code and code[:40], at=now))
    session.flush()


def _uncertain(session: Session, row: Outbound, code: str, now: datetime) -> None:
    _step(session, row, "uncertain", code, now)
    row.claimed_by = row.claimed_until = None
    row.next_attempt_at = now + (OFFICIAL_ALARM if row.purpose == "official" else UNCERTAIN_PAUSE)


# ------------------------------------------------------------------ recovery


def recover(session: Session, now: datetime) -> list[Outbound]:
    """Claims that died become uncertain; uncertain ones that may be repeated are queued again.

    Returns official answers that have waited a quarter of an hour without a receipt: see ``alarm``.
    """
    dead = select(Outbound).where(Outbound.state == "claimed", Outbound.claimed_until < now).limit(100)
    for row in session.scalars(dead.with_for_update(skip_locked=True)):
        _uncertain(session, row, "died", now)
    waiting = select(Outbound).where(Outbound.state == "uncertain", Outbound.next_attempt_at <= now).limit(100)
    alarms = []
    for row in session.scalars(waiting.with_for_update(skip_locked=True)):
        if row.purpose == "official":
            alarms.append(row)
        elif row.attempts <= len(BACKOFF):
            _step(session, row, "queued", row.error_code, now)
            row.next_attempt_at = now
        else:
            _step(session, row, "failed", row.error_code, now)
    wake(session)
    return alarms


def alarm(session: Session, outbound_id: int, now: datetime) -> bool:
    """Note that an officer is told of an uncertain answer; False where a receipt came in or one was told before."""
    row = _locked(session, outbound_id)
    if row.state != "uncertain":
        return False
    first, row.alarmed_at, row.next_attempt_at = row.alarmed_at is None, row.alarmed_at or now, None
    return first


def send_again(session: Session, row: Outbound, now: datetime) -> None:
    """An officer decides that a failed, held or uncertain message goes out once more."""
    row = _locked(session, row.id)
    if row.state not in STUCK:
        return  # a receipt, or a colleague, was quicker
    row.state, row.rank, row.attempts, row.next_attempt_at = "queued", 0, 0, now
    _note(session, row, "queued", "officer", now)
    wake(session)


def body(session: Session, row: Outbound) -> str:
    """The exact text, as its recipient gets it."""
    return vault_of(session).open_text(session, row.data_key_id, row.body_enc, "outbound.body")


def body_for_staff(session: Session, row: Outbound) -> str:
    """The text without receipt codes, which are the complainant's alone."""
    return receipts.redact(body(session, row))
