"""What one account is offered to do with a case: the actions of the table, without those that the facts rule out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from webhooks.console.actions import ACTIONS
from webhooks.console.papers import Sheet
from webhooks.console.queue import TURN
from workflow import deadlines, decisions, notices, staff, states
from workflow.actors import Officer
from workflow.models import Account, Case
from workflow.states import Part, Status

#: Which action carries a case on; the first of these that is possible is the one that the page puts first.
ONWARD = ("inform", "classify", "recommend", "direct", "report", "draft", "approve", "release")


def offered(
    session: Session, case: Case, parts: frozenset[Part], sheets: list[Sheet], officer: Officer, now: datetime
) -> list[str]:
    """The actions of the table for these parts, without those that the facts already rule out."""
    ruled_out = {action for action, so in _ruled_out(case, sheets, officer).items() if so}
    allowed = set(states.possible(case.status, parts)) - ruled_out
    if "approve_above" in allowed and not vacancy(session, case, sheets, now):
        allowed.remove("approve_above")
    if "entrust" in allowed and _settled(session, case, now):
        allowed.remove("entrust")
    if "take" in allowed and not deadlines.runs(session, case, "emergency"):
        allowed.remove("take")
    if "extend" in allowed and not deadlines.may_extend(session, case, now):
        allowed.remove("extend")
    return [action for action in ACTIONS if action in allowed]


def _settled(session: Session, case: Case, now: datetime) -> bool:
    """Whether the task has been reported on, or whoever has it is the only one who could."""
    able = {account.id for account in decisions.officials(session, case, now)}
    return decisions.reported(session, case) or able == {case.official_id}


def vacancy(session: Session, case: Case, sheets: list[Sheet], now: datetime) -> str:
    """Why the office above may approve the newest answer: ``nobody`` can at the unit, or it is ``late``; else empty."""
    answer = next((s for s in sheets if s.kind == "answer"), None)
    return decisions.vacancy(session, case, answer.author_id, now) if answer else ""


def _ruled_out(case: Case, sheets: list[Sheet], officer: Officer) -> dict[str, bool]:
    newest = {sheet.kind: sheet for sheet in reversed(sheets)}
    report, direction, answer = (newest.get(kind) for kind in ("report", "direction", "answer"))
    unreported = report is None or report.attributes.get("round") != case.rounds
    return {
        "draft": unreported or bool(report and direction and report.at < direction.at),
        "approve": answer is None or answer.author_id == officer.account_id,
        "hand_over": case.delivered_at is not None,
        "inform": case.track != "information",
        "recommend": case.track == "information",
        "place": case.subject_unit_id is not None or case.handling_unit.kind not in ("kanwil", "ditjen"),
        "seal": case.handling_unit.kind != "upt",
        "unseal": case.seal == "none" or case.subject_unit is None or case.seal_reason == "wish",
        "seal_desk": case.handling_unit.kind != "upt" or case.seal != "none",
        "approve_above": answer is None or answer.author_id == officer.account_id,
    }


def primary(case: Case, parts: frozenset[Part], actions: list[str]) -> str:
    """The action that everybody waits for, if it is this account's turn; the further one where several fit."""
    if "take" in actions:
        return "take"
    if TURN.get(Status(case.status)) not in parts:
        return ""
    fitting = [action for action in ONWARD if action in actions]
    if case.status == Status.DRAFTED:
        return "approve" if "approve" in fitting else ""
    return fitting[-1] if fitting else ""


def candidates(session: Session, case: Case, actions: list[str], now: datetime) -> dict[str, list[Account]]:
    """Whom each of these actions chooses from, for those that choose somebody."""
    found = {"assign": officers, "direct": decisions.officials, "entrust": decisions.others}
    return {action: of(session, case, now) for action, of in found.items() if action in actions}


def lacking(case: Case, people: Mapping[str, list[Account]]) -> list[str]:
    """The roles that nobody has who could be chosen."""
    table = states.players(case.handling_unit.kind, case.seal)
    parts = {"assign": Part.OFFICER, "direct": Part.OFFICIAL, "entrust": Part.OFFICIAL}
    return [role for action, able in people.items() if not able for role in sorted(table[parts[action]])]


def officers(session: Session, case: Case, now: datetime) -> list[Account]:
    roles = states.players(case.handling_unit.kind, case.seal)[Part.OFFICER]
    able = [a for role in sorted(roles) for a in staff.holders(session, role, case.handling_unit_id, now)]
    return notices.free(session, case, able, now)
