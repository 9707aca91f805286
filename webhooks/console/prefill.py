"""What the forms of a case start with, so that a usual case needs little typing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from webhooks.console.actions import ACTIONS
from webhooks.console.forms import Refusal, Typed, of_choice, of_recommendation
from webhooks.console.papers import Sheet
from webhooks.i18n import locale
from workflow import clocks, staff, standards
from workflow.alternatives import Alternative
from workflow.models import Case
from workflow.standards import Standard


def forms(case: Case, sheets: list[Sheet], refusal: Refusal | None, now: datetime, task: date) -> dict[str, Typed]:
    """What each form starts with; what was typed and refused comes back as it was. ``task``: usual day of a task."""
    place = case.subject_unit or case.handling_unit
    usual = staff.local_today(place.timezone, now) + timedelta(days=clocks.waiting()[0])
    meant = {"about_head": "1"} if case.about_head else {}
    made = {
        "classify": Typed({"category": case.category, "urgency": case.urgency, **meant}),
        "recommend": of_recommendation("", _usual(case)),
        "wait": Typed({"until": usual.isoformat()}),
    }
    for sheet in reversed(sheets):
        made |= _continued(sheet)
        if sheet.kind == "recommendation":
            made["direct"] = of_choice(sheet.alternatives, task)
    if refusal is not None:
        made[refusal.action] = refusal.typed
    return {action: made.get(action, Typed()) for action in ACTIONS}


def _usual(case: Case) -> list[Alternative]:
    """The usual measures for the category, ready to be put to the head."""
    code = (case.subject_unit or case.handling_unit).code
    above = case.handling_unit.kind != "upt"
    found = standards.measures(case.category, code, locale(), case.conversation.locale, above=above)
    return [Alternative(m.text, "", m.official, m.effort, m.standard, m.answer) for m in found]


def _continued(sheet: Sheet) -> dict[str, Typed]:
    """What a paper gives to the form that comes after it, or to its own next version."""
    if sheet.text is None:
        return {}
    if sheet.kind == "recommendation":
        return {"recommend": of_recommendation(sheet.text, list(sheet.alternatives))}
    if sheet.direction and sheet.direction.decided.answer:
        return {"draft": Typed({"text": sheet.direction.decided.answer})}
    if sheet.kind == "answer":
        marked = {"specific_data": "1"} if sheet.attributes.get("specific_data") else {}
        return {"draft": Typed({"text": sheet.text, **marked})}
    return {}


def citable(case: Case) -> list[Standard]:
    """The standards that a recommendation on this case may cite."""
    return standards.of_category(case.category, (case.subject_unit or case.handling_unit).code, locale())
