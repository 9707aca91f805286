"""The actions of a case page: one function per form, each one call of the office."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webhooks.console.forms import Typed
from webhooks.i18n import gettext as _
from webhooks.i18n import weekday
from workflow import (
    access,
    cases,
    deadlines,
    decisions,
    deliveries,
    journal,
    openings,
    people,
    sealing,
    settling,
    timekeeping,
)
from workflow.actors import Officer
from workflow.alternatives import changes
from workflow.messages import Media
from workflow.models import Case, Judgement, Outbound
from workflow.states import Impossible, Part


@dataclass(frozen=True)
class Step:
    """One action under way: the locked case in its transaction, who acts, what was typed."""

    session: Session
    case: Case
    officer: Officer
    typed: Typed
    now: datetime
    media: tuple[Media, ...] = ()


def classified(session: Session, case: Case) -> str:
    """What the page shows of a classification; the form sends it back, and nobody overwrites what they never saw."""
    newest = session.scalar(select(func.max(Judgement.id)).where(Judgement.case_id == case.id))
    return f"{newest or 0}/{case.category}/{case.urgency}"


def _classify(step: Step) -> None:
    typed, meant = step.typed, "about_head" in step.typed
    if typed["classified"] != classified(step.session, step.case):
        raise Impossible("classified_meanwhile")
    cases.classify(
        step.session, step.case, step.officer, typed["category"], typed["urgency"], step.now, about_head=meant
    )


def _recommend(step: Step) -> None:
    summary, alternatives = step.typed["summary"], step.typed.alternatives()
    decisions.recommend(step.session, step.case, step.officer, summary, alternatives, step.now)


def _take(step: Step) -> None:
    cases.take(step.session, step.case, step.officer, step.now)


def _send_back(step: Step) -> None:
    decisions.send_back(step.session, step.case, step.officer, step.typed["reason"], step.now)


def _direct(step: Step) -> None:
    """The choice is a number in one version of the recommendation: the one that was on the screen."""
    typed, newest = step.typed, decisions.newest(step.session, step.case, "recommendation")
    if newest is None or newest.id != typed["paper"]:
        raise Impossible("changed_meanwhile")
    choice, official, due = typed.number("choice"), typed["official_id"], typed.day("due")
    if typed["due"].strip() and due is None:
        raise Impossible("task_date")
    for n, way in enumerate(decisions.recommendation(step.session, newest)[1]):
        if n != choice and changes(way, typed.wording(n)):
            raise Impossible("edited_another" if choice >= 0 else "choose_alternative")
    decisions.direct(
        step.session, step.case, step.officer, choice, official, typed["note"], step.now, due, typed.wording(choice)
    )


def _entrust(step: Step) -> None:
    decisions.entrust(step.session, step.case, step.officer, step.typed["official_id"], step.now)


def _moved(step: Step) -> str:
    """The head's day was no working day: which one it became."""
    wanted, due = step.typed.day("due"), deadlines.day_of(step.session, step.case, "carry_out")
    if wanted is None or due is None or wanted == due:
        return ""
    return _(
        "%(wanted)s bukan hari kerja; batas pelaksanaan menjadi %(due)s.", wanted=weekday(wanted), due=weekday(due)
    )


def _report(step: Step) -> None:
    kind, text = step.typed["kind"], step.typed["text"]
    decisions.report(step.session, step.case, step.officer, kind, text, step.now, step.media)


def _draft(step: Step) -> None:
    specific = "specific_data" in step.typed
    decisions.draft(step.session, step.case, step.officer, step.typed["text"], step.now, specific_data=specific)


def _approve(step: Step) -> None:
    decisions.approve(step.session, step.case, step.officer, step.typed["hash"], step.now)


def _take_back(step: Step) -> None:
    decisions.take_back(step.session, step.case, step.officer, step.typed["reason"], step.now)


def _return_draft(step: Step) -> None:
    decisions.return_draft(step.session, step.case, step.officer, step.typed["reason"], step.now)


def _release(step: Step) -> None:
    decisions.release(step.session, step.case, step.officer, step.now)


def _hand_over(step: Step) -> None:
    deliveries.hand_over(step.session, step.case, step.officer, step.now)


def _assign(step: Step) -> None:
    cases.assign(step.session, step.case, step.officer, step.typed["account_id"], step.now)


def _ask(step: Step) -> None:
    cases.ask(step.session, step.case, step.officer, step.typed["text"], step.now)


def _inform(step: Step) -> None:
    cases.inform(step.session, step.case, step.officer, step.typed["text"], step.now)


def _wait(step: Step) -> None:
    """The clocks stand still only for somebody who was asked something."""
    typed, until = step.typed, step.typed.day("until")
    if until is None:
        raise Impossible("pause_date")
    timekeeping.wait(step.session, step.case, step.officer, typed["text"], typed["category"], until, step.now)


def _extend(step: Step) -> None:
    timekeeping.extend(step.session, step.case, step.officer, step.typed["reason"], step.now)


def _resume(step: Step) -> None:
    cases.move(step.session, step.case, "resume", step.officer, step.now)


def _end(action: str) -> Callable[[Step], None]:
    def end(step: Step) -> None:
        cases.end_with_reason(step.session, step.case, action, step.officer, step.typed["reason"], step.now)

    return end


def _seal(step: Step) -> None:
    cases.seal(step.session, step.case, step.officer, "head", step.now)


def _seal_desk(step: Step) -> None:
    sealing.seal_desk(step.session, step.case, step.officer, step.now)


def _approve_above(step: Step) -> None:
    typed = step.typed
    decisions.approve_above(step.session, step.case, step.officer, typed["hash"], typed["reason"], step.now)


def _unseal(step: Step) -> None:
    verb = sealing.unseal_desk if step.case.seal == "desk" else sealing.unseal
    verb(step.session, step.case, step.officer, step.typed["reason"], step.now)


def _place(step: Step) -> None:
    openings.send_down(step.session, step.case, step.officer, step.typed["unit"], step.now)


def _send_again(step: Step) -> None:
    """Not an action of the table: it moves a message, not the case. It belongs to the officer's part."""
    row = step.session.get(Outbound, step.typed.number("outbound"))
    if row is None or row.case_id != step.case.id or row.state not in settling.STUCK:
        raise Impossible("not_now")
    if not may_send_again(access.parts(step.session, step.officer, step.case)):
        raise Impossible("not_yours")
    settling.send_again(step.session, row, step.now)
    case = step.case
    journal.append(
        step.session, case.handling_unit_id, "send_again", step.officer, step.now, case_id=case.id, outbound=row.id
    )


def _link(step: Step) -> None:
    """Not an action of the table either: it is about the person, not the case."""
    people.link(step.session, step.case, step.officer, step.typed["address"], step.now)


def _unlink(step: Step) -> None:
    people.unlink(step.session, step.case, step.officer, step.typed["link"], step.now)


def may_send_again(parts: frozenset[Part]) -> bool:
    """Whether these parts may send a stuck message once more."""
    return Part.OFFICER in parts


#: What else is said after an action.
REMARKS: dict[str, Callable[[Step], str]] = {"direct": _moved}
ACTIONS: dict[str, Callable[[Step], None]] = {
    "classify": _classify,
    "place": _place,
    "recommend": _recommend,
    "send_back": _send_back,
    "direct": _direct,
    "entrust": _entrust,
    "report": _report,
    "draft": _draft,
    "approve": _approve,
    "return_draft": _return_draft,
    "take_back": _take_back,
    "release": _release,
    "hand_over": _hand_over,
    "inform": _inform,
    "take": _take,
    "assign": _assign,
    "ask": _ask,
    "wait": _wait,
    "resume": _resume,
    "extend": _extend,
    "refer": _end("refer"),
    "withdraw": _end("withdraw"),
    "discontinue": _end("discontinue"),
    "seal": _seal,
    "unseal": _unseal,
    "seal_desk": _seal_desk,
    "approve_above": _approve_above,
    "send_again": _send_again,
    "link": _link,
    "unlink": _unlink,
}
