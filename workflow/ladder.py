"""The ladder of an official answer: text in the window, template, SMS or email, the printed letter at the desk.

Every rung is a row that only gains its end: when, to which alias, with what outcome, and why. A rung that is not taken
is a row, too. What is our own fault (a wrong key, a channel that is off) does not climb: staff are told, and the rung
waits for them. *Delivered* needs evidence for the body or the letter; after a template the case is merely *notified*.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from workflow import batches, journal, notices, outbox, people, safety, window
from workflow.actors import Clock
from workflow.db import Database
from workflow.messages import CAPABILITIES, PLAIN
from workflow.models import Address, Case, ChannelAccount, Conversation, Message, Outbound, Paper, Rung
from workflow.states import Part, Status
from workflow.vault import Erased, vault_of

KINDS = ("text", "template", "sms", "email", "print")
#: What goes out by these rungs is the answer itself.
_BODY = ("text", "email")
#: After a notice without a reply, and after a text without evidence, the next rung is due; days, where a unit says
#: nothing else.
NOTICE_DAYS, PROOF_DAYS = 3, 7
#: A wording of ours that a provider refuses is our fault, and yet the family shall not wait for us.
_CLIMBS_ALL_THE_SAME = frozenset({"template", "policy", "carrier"})


# ------------------------------------------------------------------ the way up


def begin(session: Session, case: Case, paper: Paper, rows: Sequence[Outbound], now: datetime) -> None:
    """The answer was released: its first rung is the text, where the complainant wrote from."""
    conversation = case.conversation
    rung = _add(session, case, paper.id, "text", now, conversation, rows[0])
    held = next((row.error_code for row in rows if row.state == "held"), None)
    if rows[0].key != "official":
        _print(session, case, paper.id, "specific_data", now)
    if held == safety.HELD:  # it follows their next word; no other way shall surprise them
        _end(session, case, rung, "skipped", held, now)
    elif held:
        _end(session, case, rung, "skipped" if held == outbox.PRINT else "failed", held, now)
        _climb(session, case, rung, held, now)


def _climb(session: Session, case: Case, rung: Rung, reason: str, now: datetime) -> None:
    """Take the next rung that can be taken; say of every other one why it was not."""
    if _open(session, rung.paper_id, "print") is not None:
        return
    tried = set(session.scalars(select(Rung.kind).where(Rung.paper_id == rung.paper_id)))
    for kind in KINDS[KINDS.index(rung.kind) + 1 : -1]:
        if kind in ("sms", "email") and kind in tried:
            continue
        conversation, obstacle = _way(session, case, rung, kind, reason, now)
        if conversation is not None and not obstacle:
            _notify(session, case, rung.paper_id, kind, conversation, now)
            return
        if obstacle:
            skipped = _add(session, case, rung.paper_id, kind, now, conversation)
            _end(session, case, skipped, "skipped", obstacle, now)
    _print(session, case, rung.paper_id, reason, now)


def _way(
    session: Session, case: Case, rung: Rung, kind: str, reason: str, now: datetime
) -> tuple[Conversation | None, str]:
    """By which conversation a rung would go, and what stands in its way. Neither: this rung has no meaning here."""
    if kind == "template":
        if window.of(case.conversation, now) is None or rung.conversation_id != case.conversation_id:
            return None, ""
        return case.conversation, "" if reason == "window" else reason
    if case.visibility == "anonymous":
        return None, "anonymous"
    others = [a for a in people.addresses(session, case.person_id, kind) if a.id != case.conversation.address_id]
    if not others:
        return None, "no_address"
    open_to_us = [a for a in others if a.opted_out_at is None and a.blocked_at is None]
    if not open_to_us:
        return None, "opted_out" if others[0].opted_out_at else "blocked"
    address = open_to_us[0]
    conversation = _conversation(session, case, address, now)
    return conversation, "" if conversation else "channel_off"


def _conversation(session: Session, case: Case, address: Address, now: datetime) -> Conversation | None:
    """Where the person used this address before; else, and where a channel has threads, a new one for this case."""
    threads = CAPABILITIES.get(address.channel, PLAIN).threads
    query = select(Conversation).where(Conversation.address_id == address.id)
    query = query.where(Conversation.thread == f"case:{case.id}") if threads else query
    if found := session.scalar(query.order_by(Conversation.created_at.desc()).limit(1)):
        return found
    ours = session.scalar(select(ChannelAccount).where(ChannelAccount.channel == address.channel).limit(1))
    if ours is None:
        return None
    made = Conversation(address_id=address.id, channel_account_id=ours.id, created_at=now)
    made.thread, made.locale = f"case:{case.id}" if threads else "", case.conversation.locale
    session.add(made)
    session.flush()
    return made


def _notify(session: Session, case: Case, paper_id: str, kind: str, conversation: Conversation, now: datetime) -> None:
    """A notice without content; by email the whole text, where the person has written from there."""
    if kind == "email" and _used(session, conversation):
        rows = _body(session, case, paper_id, conversation, now)
    elif kind == "template":
        rows = outbox.enqueue(
            session, conversation, "answer_ready", now, purpose="notice", case=case, template="answer_ready",
            number=case.number,
        )  # fmt: skip
    else:
        key = "answer_ready_reply" if _answerable(conversation) else "answer_ready_only"
        rows = outbox.enqueue(session, conversation, key, now, purpose="notice", case=case)
    if rows:
        _add(session, case, paper_id, kind, now, conversation, rows[0])


def _used(session: Session, conversation: Conversation) -> bool:
    """Whether the person has written from this address, in whatever thread."""
    query = select(Message.id).join(Conversation, Conversation.id == Message.conversation_id)
    return session.scalar(query.where(Conversation.address_id == conversation.address_id).limit(1)) is not None


def _answerable(conversation: Conversation) -> bool:
    """A sender that is a name and no number cannot be answered."""
    ours = conversation.channel_account.address
    return "@" in ours or any(c.isdigit() for c in ours)


def _body(session: Session, case: Case, paper_id: str, conversation: Conversation, now: datetime) -> list[Outbound]:
    """The same approved words, by another conversation of the same person."""
    query = select(Outbound).where(Outbound.paper_id == paper_id, Outbound.purpose == "official")
    first = session.scalars(query.order_by(Outbound.id).limit(1)).one()
    try:
        plain = vault_of(session).open(session, first.data_key_id, first.params_enc, "outbound.params")
    except Erased:
        return []
    params: dict[str, Any] = json.loads(plain)
    paper = session.get_one(Paper, paper_id)
    return outbox.enqueue(
        session, conversation, first.key, now, purpose="official", case=case, paper=paper,
        choices=("PUAS", "TIDAK PUAS"), **params,
    )  # fmt: skip


def _print(session: Session, case: Case, paper_id: str, reason: str, now: datetime) -> None:
    """The last rung: an officer prints the answer and hands it over."""
    if _open(session, paper_id, "print") is None:
        _add(session, case, paper_id, "print", now, reason=reason)
        notices.tell(session, case, Part.OFFICER, "answer_print", now)


# ------------------------------------------------------------------ what happened to a rung


def moved(session: Session, case: Case, row: Outbound, now: datetime) -> None:
    """A message of the ladder changed its state. The case is locked."""
    rung = _rung_of(session, row)
    if rung is None or rung.ended_at is not None:
        return
    if row.state in ("failed", "held"):
        _lost(session, case, rung, row, now)
    elif row.state in ("accepted", "sent", "delivered", "read"):
        rung.provider_lookup, rung.reason = row.provider_lookup, ""
        rung.outcome = "waiting" if row.purpose == "official" else "notified"
        rung.next_at = rung.next_at or now + _patience(case, rung.kind)
        if row.state in ("delivered", "read") and row.purpose == "official" and row.key != "official":
            _end(session, case, rung, "notified", "", now)  # the words say that the letter waits at the desk


def _rung_of(session: Session, row: Outbound) -> Rung | None:
    """By the row, or for the parts of a long answer by their conversation."""
    if row.purpose != "official":
        return session.scalar(select(Rung).where(Rung.outbound_id == row.id).limit(1))
    here = select(Rung).where(Rung.paper_id == row.paper_id, Rung.conversation_id == row.conversation_id)
    return session.scalar(here.where(Rung.kind.in_(_BODY)).order_by(Rung.position.desc()).limit(1))


def _lost(session: Session, case: Case, rung: Rung, row: Outbound, now: datetime) -> None:
    reason = row.error_code if row.state == "held" else row.error_reason or row.error_code
    reason = reason or "other"
    climbs = not row.error_ours or (rung.kind not in _BODY and reason in _CLIMBS_ALL_THE_SAME)
    if row.state != "held" and not climbs:
        rung.outcome, rung.reason, rung.next_at = "failed", reason, None
        return
    _end(session, case, rung, "failed", reason, now)
    if reason != "erased":
        _climb(session, case, rung, reason, now)


def replied(session: Session, conversation: Conversation, now: datetime) -> None:
    """The person wrote: knocking ends, and the answer itself follows. Called before messages are locked."""
    knocked = select(Rung.case_id).where(Rung.conversation_id == conversation.id, Rung.ended_at.is_(None))
    held = select(Outbound.case_id).where(
        Outbound.conversation_id == conversation.id, Outbound.state == "held", Outbound.purpose == "official"
    )
    for case_id in sorted({*session.scalars(knocked), *session.scalars(held)}):
        case = session.scalars(select(Case).where(Case.id == case_id).with_for_update(of=Case, key_share=True)).one()
        _answered(session, case, conversation, now)


def _answered(session: Session, case: Case, conversation: Conversation, now: datetime) -> None:
    waiting = select(Outbound).where(
        Outbound.case_id == case.id, Outbound.conversation_id == conversation.id,
        Outbound.state == "held", Outbound.purpose == "official",
    )  # fmt: skip
    held = list(session.scalars(waiting.order_by(Outbound.id)))
    if case.status != Status.RESPONDED:  # what was held belongs to a decision that no longer stands
        stale = update(Outbound).where(Outbound.id.in_([row.id for row in held]))
        session.execute(stale.values(state="cancelled"))
        return
    notices_open = [r for r in rungs(session, case) if r.ended_at is None and r.conversation_id == conversation.id]
    notices_open = [r for r in notices_open if r.kind not in _BODY]
    for rung in notices_open:
        _end(session, case, rung, "answered", "", now)
    if held and held[0].paper_id:
        _add(session, case, held[0].paper_id, "text", now, conversation, held[0])
    elif notices_open and case.delivered_at is None:
        rows = _body(session, case, notices_open[-1].paper_id, conversation, now)
        if rows:
            _add(session, case, notices_open[-1].paper_id, "text", now, conversation, rows[0])


def settle(session: Session, case: Case, proof: str, now: datetime, row: Outbound | None = None) -> None:
    """The answer arrived: by a receipt for ``row``, or over the counter (``desk``). Nothing further is tried."""
    arrived = _rung_of(session, row) if row is not None else None
    if arrived is not None and row is not None:
        arrived.provider_lookup = row.provider_lookup
        _end(session, case, arrived, "delivered", "", now)
    for rung in rungs(session, case):
        if rung.ended_at is None:
            handed = rung.kind == "print" and proof == "desk"
            _end(session, case, rung, "handed_over" if handed else "ended", "" if handed else "delivered", now)


def climb_due(database: Database, now: datetime, limit: int = 100) -> int:
    """Rungs whose time is over make room for the next one, each in a transaction of its own; returns how many."""
    with database.read() as session:
        due = select(Rung.id, Rung.case_id).where(Rung.ended_at.is_(None), Rung.next_at <= now)
        found = [(rung_id, case_id) for rung_id, case_id in session.execute(due.order_by(Rung.next_at).limit(limit))]
    done = 0
    for rung_id, case_id in found:
        with batches.alone("climb", rung_id):
            done += _in_time(database, rung_id, case_id, now)
    return done


def _in_time(database: Database, rung_id: int, case_id: str, now: datetime) -> bool:
    with database.write() as session:
        case = session.scalars(select(Case).where(Case.id == case_id).with_for_update(of=Case, key_share=True)).one()
        rung = session.get_one(Rung, rung_id, populate_existing=True)
        if rung.ended_at is not None or rung.next_at is None or rung.next_at > now:
            return False
        if case.status != Status.RESPONDED or case.delivered_at is not None:
            _end(session, case, rung, "ended", "no_longer", now)
        elif rung.kind in _BODY:
            _end(session, case, rung, "failed", "no_proof", now)
            _climb(session, case, rung, "no_proof", now)
        else:
            _end(session, case, rung, "silent", "no_reply", now)
            _climb(session, case, rung, "no_reply", now)
        return True


# ------------------------------------------------------------------ rows


def rungs(session: Session, case: Case) -> list[Rung]:
    """Every rung of a case, the first one first. Callers have the case from ``access``."""
    return list(session.scalars(select(Rung).where(Rung.case_id == case.id).order_by(Rung.id)))


def _open(session: Session, paper_id: str, kind: str) -> Rung | None:
    query = select(Rung).where(Rung.paper_id == paper_id, Rung.kind == kind, Rung.ended_at.is_(None))
    return session.scalar(query.limit(1))


def _patience(case: Case, kind: str) -> timedelta:
    """How long a rung may take before the next one is tried."""
    settings = case.handling_unit.settings or {}
    if kind in _BODY:
        return timedelta(days=float(settings.get("proof_days", PROOF_DAYS)))
    return timedelta(days=float(settings.get("notice_days", NOTICE_DAYS)))


def _add(
    session: Session,
    case: Case,
    paper_id: str,
    kind: str,
    now: datetime,
    conversation: Conversation | None = None,
    row: Outbound | None = None,
    reason: str = "",
) -> Rung:
    last = session.scalar(select(func.max(Rung.position)).where(Rung.paper_id == paper_id)) or 0
    rung = Rung(
        case_id=case.id,
        paper_id=paper_id,
        position=last + 1,
        kind=kind,
        channel=conversation.channel_account.channel if conversation else "",
        alias=people.alias_of(session, case.person_id, conversation.address) if conversation else "",
        conversation_id=conversation.id if conversation else None,
        outbound_id=row.id if row else None,
        outcome="waiting",
        reason=reason,
        started_at=now,
        next_at=now + _patience(case, kind) if row else None,
    )
    session.add(rung)
    session.flush()
    if row is not None or kind == "print":
        _record(session, case, rung, now)
    return rung


def _end(session: Session, case: Case, rung: Rung, outcome: str, reason: str, now: datetime) -> None:
    rung.outcome, rung.reason, rung.ended_at, rung.next_at = outcome, reason[:40], rung.ended_at or now, None
    session.flush()
    _record(session, case, rung, now)


def _record(session: Session, case: Case, rung: Rung, now: datetime) -> None:
    journal.append(
        session, case.handling_unit_id, "rung", Clock(), now, case_id=case.id, kind=rung.kind, position=rung.position,
        outcome=rung.outcome, reason=rung.reason, outbound=rung.outbound_id,
    )  # fmt: skip
