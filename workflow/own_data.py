"""What a person asks of their own data without an officer, in the conversation that is theirs: a copy, or erasure.

The address, the browser or the PIN proves whose it is. Every case of the conversation is asked for, and answered by
whoever keeps identities, like a request that an officer wrote down: see ``subject_rights``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import cases, links, retention, subject_rights, wording
from workflow.actors import Citizen
from workflow.models import Case, Conversation, DataRequest
from workflow.states import ENDED

#: So many requests of a kind about one case are taken within this time.
MOST, SPAN = 3, timedelta(days=30)


@dataclass(frozen=True)
class Reply:
    """The sentence that answers a wish, and what stands in it."""

    key: str
    params: dict[str, str] = field(default_factory=dict)


def of(session: Session, conversation: Conversation) -> list[Case]:
    """The cases of a conversation of which anything is left to read, the oldest first."""
    query = select(Case).where(Case.conversation_id == conversation.id, Case.erased_at.is_(None))
    return list(session.scalars(query.order_by(Case.id)))


def requests(session: Session, conversation_id: str) -> list[DataRequest]:
    """What was asked for here so far, the newest first."""
    query = select(DataRequest).join(Case, Case.id == DataRequest.case_id)
    query = query.where(Case.conversation_id == conversation_id, Case.erased_at.is_(None))
    return list(session.scalars(query.order_by(DataRequest.asked_at.desc())))


# ------------------------------------------------------------------ erasing is asked for twice


def erasable(session: Session, conversation: Conversation) -> bool:
    """Whether anything here could be erased, now or later, and nobody has asked for it yet."""
    return any(
        not retention.held(session, case) and not _running(session, case, "erase") for case in of(session, conversation)
    )


def question(session: Session, conversation: Conversation) -> Reply:
    """The question before anything is written down: what is erased, what waits, what stays."""
    found = [case for case in of(session, conversation) if not _running(session, case, "erase")]
    held = [case for case in found if retention.held(session, case)]
    meant = [case for case in found if case not in held]
    return Reply("ask_erase", {"number": _numbers(meant), "notes": _notes(session, conversation, meant, held)})


# ------------------------------------------------------------------ asking


def ask(session: Session, conversation: Conversation, kind: str, now: datetime) -> Reply:
    """Write the wish down for every case of the conversation, and say by when it is answered."""
    found = [cases.lock(session, case.id) for case in of(session, conversation)]
    if not found:
        return Reply("data_none")
    running = {case.id: row for case in found if (row := _running(session, case, kind))}
    rest = [case for case in found if case.id not in running]
    held = [case for case in rest if kind == "erase" and retention.held(session, case)]
    meant = [case for case in rest if case not in held and not _often(session, case, kind, now)]
    for case in held:
        subject_rights.decline_held(session, case, now)
    if meant:
        rows = [subject_rights.ask(session, case, Citizen(case.person_id), kind, now) for case in meant]
        notes = _notes(session, conversation, meant, held) if kind == "erase" else ""
        params = {"number": _numbers(meant), "day": _day(conversation, meant[0], rows), "notes": notes}
        return Reply(f"data_{kind}_asked", params)
    if running:
        return _again(conversation, [case for case in found if case.id in running], list(running.values()))
    if held:
        reason = wording.label("impossible", "under_hold", conversation.locale)
        return Reply("data_refused", {"number": _numbers(held), "reason": reason})
    return Reply("data_often")


def _again(conversation: Conversation, found: Sequence[Case], rows: Sequence[DataRequest]) -> Reply:
    """What was asked for before and is on its way."""
    if all(row.state == "granted" for row in rows):
        return Reply("data_erase_later", {"number": _numbers(found)})
    waiting = [row for row in rows if row.state == "open"]
    return Reply("data_already", {"number": _numbers(found), "day": _day(conversation, found[0], waiting)})


def _running(session: Session, case: Case, kind: str) -> DataRequest | None:
    query = select(DataRequest).where(DataRequest.case_id == case.id, DataRequest.kind == kind)
    return session.scalar(query.where(DataRequest.state.in_(("open", "granted"))).limit(1))


def _often(session: Session, case: Case, kind: str, now: datetime) -> bool:
    query = select(DataRequest.id).where(DataRequest.case_id == case.id, DataRequest.kind == kind)
    return len(session.scalars(query.where(DataRequest.asked_at > now - SPAN).limit(MOST)).all()) == MOST


# ------------------------------------------------------------------ words


def _numbers(found: Iterable[Case]) -> str:
    return ", ".join(case.number for case in found)


def _notes(session: Session, conversation: Conversation, meant: Sequence[Case], held: Sequence[Case]) -> str:
    going_on = [case for case in meant if links.resolve(session, case).status not in ENDED]
    told = {"data_note_open": going_on, "data_note_held": held}
    parts = [wording.render(key, conversation.locale, number=_numbers(some)) for key, some in told.items() if some]
    return "".join(f"\n\n{part}" for part in parts)


def _day(conversation: Conversation, case: Case, rows: Iterable[DataRequest]) -> str:
    """The day, at the place that the complaint is about, by which all of them are answered."""
    place = case.subject_unit or case.handling_unit
    due = max(row.due_at for row in rows).astimezone(ZoneInfo(place.timezone))
    return wording.day(due.date(), conversation.locale)
