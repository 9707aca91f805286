"""What became of an outgoing message: answers to the send, receipts, doubt. Errors are data, evidence only grows.

    queued -> claimed -> accepted -> sent -> delivered -> read
                 |           \\-> failed (also from a receipt)
                 \\-> uncertain: the claim died in mid-send, or the provider may have taken it
    held: the window for free text is closed; goes out when the person writes again

Uncertain pages, emergency replies, acknowledgements and replies are sent again after a minute with the same text
and so the same visible reference; an official answer waits for a receipt, a look-up at the provider, or an officer.

A message that was sent twice has two ids at the provider. What a receipt says of an earlier attempt counts only
where it proves that the person has the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.db import wake
from workflow.messages import DeliveryReport, Sent
from workflow.models import DeliveryEvent, Outbound
from workflow.outbox import PRINT, RANK, Claimed, locked, note, step
from workflow.vault import vault_of

UNCERTAIN_PAUSE = timedelta(seconds=60)
OFFICIAL_ALARM = timedelta(minutes=15)
BACKOFF = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 7200, 21600))
#: Where a person may send once more.
STUCK = frozenset({"failed", "held", "uncertain"})
ARRIVED = frozenset({"delivered", "read"})


@dataclass(frozen=True)
class Failure:
    """Why a send came to nothing: the provider's code, our word for it, and what may be done about it."""

    code: str
    reason: str = ""
    retryable: bool = False
    ours: bool = False
    retry_after: float | None = None


@dataclass(frozen=True)
class Told:
    """The message that a receipt speaks of, and whether it changed anything."""

    row: Outbound
    moved: bool


def settle(session: Session, claimed: Claimed, sent: Sent, now: datetime) -> Outbound:
    """The provider took the message. Its receipt may have been quicker than this answer."""
    row = locked(session, claimed.id)
    lookup = _remember(session, row, sent.provider_id)
    row.sent_at, row.claimed_until, row.claimed_by = now, None, None
    died = row.state == "queued" and row.error_code == "died"  # taken for lost, and yet it went through
    if row.state in ("claimed", "uncertain") or died:
        early = _refused_early(session, row, lookup)
        step(session, row, sent.state, None, now, lookup)
        if early is not None:
            _failed(session, row, early, now)
    else:
        note(session, row, sent.state, None, now, lookup)
    return row


def _remember(session: Session, row: Outbound, provider_id: str) -> bytes:
    vault = vault_of(session)
    row.provider_lookup = vault.lookup("provider", provider_id)
    row.provider_enc = vault.seal(session, row.data_key_id, provider_id, "outbound.provider")
    return row.provider_lookup


def provider_id(session: Session, row: Outbound) -> str | None:
    """The provider's id of the newest attempt. Raises Erased."""
    if row.provider_enc is None:
        return None
    return vault_of(session).open_text(session, row.data_key_id, row.provider_enc, "outbound.provider")


def _refused_early(session: Session, row: Outbound, lookup: bytes) -> Failure | None:
    query = select(DeliveryEvent).where(DeliveryEvent.outbound_id == row.id, DeliveryEvent.provider_lookup == lookup)
    event = session.scalar(query.where(DeliveryEvent.state == "failed").limit(1))
    return Failure(event.code or "unknown", event.reason) if event else None


def fail(session: Session, claimed: Claimed, failure: Failure, now: datetime, *, reached: bool = False) -> Outbound:
    """The send did not succeed: try again later, wait for a receipt, or give up for good."""
    row = locked(session, claimed.id)
    if row.state != "claimed" or row.attempts != claimed.attempt:
        return row
    row.claimed_until, row.claimed_by = None, None
    if reached:
        row.error_ours, row.error_reason = failure.ours, failure.reason
        _uncertain(session, row, failure.code, now)
    else:
        _failed(session, row, failure, now)
    return row


def _failed(session: Session, row: Outbound, failure: Failure, now: datetime, lookup: bytes | None = None) -> None:
    """One attempt is lost. What is left: hold it, send it plainer, send it later, or give up."""
    row.error_ours, row.error_reason = failure.ours, (failure.reason or failure.code)[:20]
    if row.rank >= RANK["delivered"]:
        note(session, row, "failed", failure.code, now, lookup)
    elif failure.reason == "window":
        step(session, row, "held", "window", now, lookup)
    elif failure.reason == "template" and row.choices:
        row.choices = []  # the text names its answers anyway
        _again(session, row, failure.code, now, now, lookup)
    elif failure.retryable and row.attempts <= len(BACKOFF):
        pause = max(BACKOFF[max(row.attempts, 1) - 1], timedelta(seconds=failure.retry_after or 0))
        _again(session, row, failure.code, now, now + pause, lookup)
    else:
        step(session, row, "failed", failure.code, now, lookup)


def _again(
    session: Session, row: Outbound, code: str | None, now: datetime, at: datetime, lookup: bytes | None = None
) -> None:
    """In line once more: what comes of the attempts so far is no longer this message's own fate."""
    row.next_attempt_at = at
    row.provider_lookup = row.provider_enc = None
    step(session, row, "queued", code, now, lookup)
    wake(session)


# ------------------------------------------------------------------ receipts


def report(session: Session, receipt: DeliveryReport, now: datetime) -> Told | None:
    """A receipt moves the state forward, never back: ``sent`` never overwrites ``read``. None if it is not ours."""
    row = _find(session, receipt)
    if row is None:
        return None
    lookup = vault_of(session).lookup("provider", receipt.provider_id) if receipt.provider_id else None
    before = row.state
    if lookup is not None and receipt.state not in ARRIVED and _earlier(session, row, lookup):
        note(session, row, receipt.state, receipt.code or "earlier", now, lookup)
    elif receipt.state == "failed":
        _refused(session, row, receipt, now, lookup)
    elif RANK[receipt.state] > row.rank or row.state in ("claimed", "uncertain"):
        if lookup is not None and receipt.provider_id and row.provider_lookup is None:
            _remember(session, row, receipt.provider_id)
        step(session, row, receipt.state, None, now, lookup)
    else:
        note(session, row, receipt.state, "late", now, lookup)
    return Told(row, row.state != before)


def _refused(session: Session, row: Outbound, receipt: DeliveryReport, now: datetime, lookup: bytes | None) -> None:
    failure = Failure(receipt.code or "unknown", receipt.reason, receipt.retryable, receipt.ours)
    if row.state == "claimed" and row.attempts > 1 and lookup is not None:
        # Of this attempt or the one before it? The answer to the send will tell.
        row.error_reason = failure.reason[:20]
        note(session, row, "failed", failure.code, now, lookup)
    elif row.state in ("failed", "queued", "cancelled"):
        note(session, row, "failed", failure.code, now, lookup)
    else:
        _failed(session, row, failure, now, lookup)


def _earlier(session: Session, row: Outbound, lookup: bytes) -> bool:
    """Whether a receipt speaks of an attempt that another one has followed."""
    if row.provider_lookup is not None:
        return row.provider_lookup != lookup
    query = select(DeliveryEvent.id).where(DeliveryEvent.outbound_id == row.id, DeliveryEvent.provider_lookup == lookup)
    return session.scalar(query.limit(1)) is not None


def read_before(session: Session, row: Outbound, now: datetime) -> None:
    """Whoever has read the last part of an answer has the earlier ones above it."""
    if row.paper_id is None:
        return
    earlier = select(Outbound.id).where(Outbound.paper_id == row.paper_id, Outbound.id < row.id)
    earlier = earlier.where(Outbound.conversation_id == row.conversation_id, Outbound.state.in_(("accepted", "sent")))
    for part_id in session.scalars(earlier.order_by(Outbound.id)).all():
        step(session, locked(session, part_id), "read", None, now)


def _find(session: Session, receipt: DeliveryReport) -> Outbound | None:
    found = session.scalar(select(Outbound.id).where(Outbound.ref == receipt.ref)) if receipt.ref else None
    if found is None and receipt.provider_id:
        lookup = vault_of(session).lookup("provider", receipt.provider_id)
        found = session.scalar(select(Outbound.id).where(Outbound.provider_lookup == lookup).limit(1))
    return locked(session, found) if found is not None else None


# ------------------------------------------------------------------ doubt


def _uncertain(session: Session, row: Outbound, code: str, now: datetime) -> None:
    step(session, row, "uncertain", code, now)
    row.claimed_by = row.claimed_until = None
    row.next_attempt_at = now + (OFFICIAL_ALARM if row.purpose == "official" else UNCERTAIN_PAUSE)


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
        elif row.purpose == "report":
            row.next_attempt_at = None  # sent twice it would be two reports: those who read the page decide
        elif row.attempts <= len(BACKOFF):
            _again(session, row, row.error_code, now, now)
        else:
            step(session, row, "failed", row.error_code, now)
    wake(session)
    return alarms


def alarm(session: Session, outbound_id: int, now: datetime) -> bool:
    """Note that an officer is told of an uncertain answer; False where a receipt came in or one was told before."""
    row = locked(session, outbound_id)
    if row.state != "uncertain":
        return False
    first, row.alarmed_at, row.next_attempt_at = row.alarmed_at is None, row.alarmed_at or now, None
    return first


def send_again(session: Session, row: Outbound, now: datetime) -> None:
    """An officer decides that a failed, held or uncertain message goes out once more."""
    row = locked(session, row.id)
    if row.state not in STUCK or row.error_code == PRINT:
        return  # a receipt, or a colleague, was quicker; or only paper leads there
    row.rank, row.attempts = 0, 0
    _again(session, row, "officer", now, now)
    row.error_code, row.error_reason, row.error_ours = None, "", False
