"""What the own facility tells families, such as its visiting hours: written by the unit, read by its Kanwil too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webhooks import facilities
from webhooks.auth import current_officer, staff
from webhooks.console.routes import bp
from webhooks.i18n import gettext as _
from webhooks.service import service
from workflow import facts
from workflow.facts import Draft, Fact
from workflow.models import Account, Unit
from workflow.states import Impossible


@dataclass(frozen=True)
class Row:
    """One fact on the page. ``typed`` is what its form shows, also after a refusal."""

    key: str
    fact: Fact | None
    state: str
    writer: str
    typed: Draft
    until: str
    fault: str = ""


@dataclass(frozen=True)
class Refused:
    """What was typed and could not be kept, with the reason."""

    draft: Draft
    until: str
    reason: str


@bp.get("/fakta")
@staff(*facts.READERS)  # type: ignore[untyped-decorator]
def fakta() -> str:
    """The facts of a unit, the own one first."""
    with service().database.read() as session:
        return _page(session)


@bp.post("/fakta")
@staff(*facts.EDITORS)  # type: ignore[untyped-decorator]
def fakta_simpan() -> Response | tuple[str, int]:
    """Keep one fact; an empty text takes it away."""
    draft, until, key = _typed()
    try:
        with service().database.write() as session:
            unit = _unit(session)
            if draft is None:
                raise Impossible("fact_date_unreadable")
            facts.save(session, unit, current_officer(), draft, service().now())
    except Impossible as refusal:
        if refusal.reason == "not_yours":
            abort(403)
        kept = Refused(draft or _form_draft(None), until, refusal.reason)
        with service().database.read() as session:
            return _page(session, kept), 422
    flash(_("Keterangan disimpan.") if draft.text_id else _("Keterangan dikosongkan."))
    return redirect(url_for("console.fakta", unit=unit.code, _anchor=key), 303)


def _typed() -> tuple[Draft | None, str, str]:
    """The form as a draft, or none where its date cannot be read; the date as typed; the key."""
    until = request.form.get("valid_until", "").strip()
    try:
        day = date.fromisoformat(until) if until else None
    except ValueError:
        return None, until, request.form.get("key", "")
    return _form_draft(day), until, request.form.get("key", "")


def _form_draft(day: date | None) -> Draft:
    form = {name: " ".join(request.form.get(name, "").split()) for name in ("text_id", "text_en", "source")}
    return Draft(request.form.get("key", ""), form["text_id"], form["text_en"], form["source"], day)


def _unit(session: Session) -> Unit:
    """The unit that was asked for, if this account may read it; else the first of its own."""
    readable = facts.readable(session, current_officer())
    typed = request.values.get("unit", "")
    code = facilities.find(typed, facilities.options(readable)).key
    chosen = next((unit for unit in readable if unit.code == code), None)
    if chosen is None and (typed or not readable):
        abort(404)
    return chosen or readable[0]


def _page(session: Session, refused: Refused | None = None) -> str:
    unit, officer = _unit(session), current_officer()
    return render_template(
        "console/fakta.html",
        unit=unit,
        choices=facilities.options(facts.readable(session, officer)),
        menu=facilities.MENU,
        rows=_rows(session, unit, refused),
        edits=facts.may_edit(officer, unit),
        longest=facts.MAX_TEXT,
        longest_source=facts.MAX_SOURCE,
    )


def _rows(session: Session, unit: Unit, refused: Refused | None) -> list[Row]:
    known, day = facts.of_unit(session, unit), facts.today(unit, service().now())
    return [_row(session, key, known.get(key), day, refused) for key in facts.KEYS]


def _row(session: Session, key: str, fact: Fact | None, day: date, refused: Refused | None) -> Row:
    writer = session.get_one(Account, fact.updated_by).full_name if fact else ""
    state, typed = facts.state(fact, day), Draft.of(key, fact)
    if refused is not None and refused.draft.key == key:
        return Row(key, fact, state, writer, refused.draft, refused.until, refused.reason)
    until = typed.valid_until.isoformat() if typed.valid_until else ""
    return Row(key, fact, state, writer, typed, until)
