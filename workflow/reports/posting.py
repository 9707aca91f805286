"""The monthly report by mail: to the office above with its files, the chase to the head, and what became of each.

A mail goes through the outbox like any other. One that may have gone out is not sent again by itself: twice would be
two reports. What did not arrive stands on the page, where a person sends it once more.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from workflow import enclosures, outbox, people, threads, units, wording
from workflow.models import ChannelAccount, Conversation, Outbound, Report, Unit
from workflow.reports import words
from workflow.reports.document import LANGUAGE, period
from workflow.reports.month import Month
from workflow.settling import STUCK

CHANNEL = "email"
#: The wordings of the two mails.
REPORT, CHASE = enclosures.REPORT, "report_chase"


def address(session: Session, unit: Unit, ours: str = "") -> str:
    """Where mail for the head of a unit goes: its own setting, else what its letterhead says. Never our own mailbox."""
    settings = unit.settings or {}
    typed = str(settings.get("report_email") or settings.get("letterhead", {}).get("email") or "").strip().lower()
    query = select(ChannelAccount.address).where(ChannelAccount.channel == CHANNEL)
    own = {known.lower() for known in (ours, *session.scalars(query))}
    return typed if people.is_mail_address(typed) and typed not in own else ""


def deliver(session: Session, report: Report, ours: str, now: datetime) -> Outbound | None:
    """Put the report in line for the office above, from our mailbox; None where one of them has no address."""
    unit, month = report.unit, Month.parse(report.month)
    above = units.superior(session, unit)
    if above.id == unit.id:
        return None
    head = wording.head_of(above.kind, above.name, LANGUAGE)
    hashes = "\n".join(f"{enclosures.file_name(unit, report.month, file.kind)}: {file.sha256}" for file in report.files)
    return _post(
        session, report, above, ours, REPORT, now, unit=unit.name, head=head, month=period(month), hashes=hashes,
        anchor=_anchor(report), day=due_day(month),
    )  # fmt: skip


def chase(session: Session, report: Report, ours: str, now: datetime) -> Outbound | None:
    """Remind the head of the report's own unit; None where one of them has no address."""
    unit, month = report.unit, Month.parse(report.month)
    above = units.superior(session, unit)
    return _post(
        session,
        report,
        unit,
        ours,
        CHASE,
        now,
        head=wording.head_of(unit.kind, unit.name, LANGUAGE),
        unit=unit.name,
        above=above.name,
        month=period(month),
        day=due_day(month),
    )


def due_day(month: Month) -> str:
    """The day on which a month's report is due, as people write it."""
    return f"{words.DUE_DAY} {period(month.plus(1))}"


def _anchor(report: Report) -> str:
    if report.journal_sequence is None or report.journal_hash is None:
        return words.say("head_none", LANGUAGE)
    head = words.say("head", LANGUAGE, sequence=report.journal_sequence, hash=report.journal_hash.hex())
    return f"{head} {words.say('head_why', LANGUAGE)}"


def _post(
    session: Session, report: Report, to: Unit, ours: str, key: str, now: datetime, **params: Any
) -> Outbound | None:
    typed = address(session, to, ours)
    if not (ours and typed):
        return None
    account_id, box = units.channel_account_id(session, CHANNEL, ours), people.post_box(session, CHANNEL, typed, now)
    conversation = _conversation(session, box.id, account_id, report, now)
    row = outbox.enqueue(session, conversation, key, now, purpose="report", **params)[-1]
    row.report_id = report.id
    session.flush()
    return row


def _conversation(session: Session, address_id: str, account_id: str, report: Report, now: datetime) -> Conversation:
    """A thread for each report: none waits for another, and answers are known."""
    thread = f"{threads.REPORT}{report.id}"
    query = select(Conversation).where(Conversation.address_id == address_id, Conversation.thread == thread)
    found = session.scalar(query.where(Conversation.channel_account_id == account_id))
    if found is None:
        found = Conversation(address_id=address_id, channel_account_id=account_id, thread=thread, created_at=now)
        session.add(found)
        session.flush()
    return found


# ------------------------------------------------------------------ what became of them


def newest(session: Session, reports: Collection[str]) -> dict[tuple[str, str], Outbound]:
    """The last mail of each kind, by report and wording."""
    query = select(Outbound).where(Outbound.report_id.in_(reports)).order_by(Outbound.id)
    return {(str(row.report_id), row.key): row for row in session.scalars(query)}


def troubled(session: Session, since: datetime | None = None) -> list[int]:
    """Mails that came to nothing, or may have: those put in line since a moment, or of which nobody was told yet."""
    in_doubt = and_(Outbound.state == "uncertain", Outbound.next_attempt_at.is_(None))
    query = select(Outbound.id).where(Outbound.report_id.is_not(None), or_(Outbound.state == "failed", in_doubt))
    query = query.where(Outbound.created_at >= since if since else Outbound.alarmed_at.is_(None))
    return list(session.scalars(query.order_by(Outbound.id)))


def stuck(row: Outbound | None) -> bool:
    """Whether a person may send it once more."""
    return row is not None and row.state in STUCK
