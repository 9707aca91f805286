"""The service standards as families read them: every answer with its source, and what the facility itself says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from webhooks import facilities, i18n
from webhooks.auth import public
from webhooks.facilities import Found
from webhooks.service import service
from workflow import answers, facts, units
from workflow.answers import Answer, Entry
from workflow.facts import Fact
from workflow.models import Unit

bp = Blueprint("services", __name__)
#: Refusals stand together at the end, under this name, whatever their topic.
REFUSED = "refuse"


@dataclass(frozen=True)
class Item:
    """One question and its answer."""

    title: str
    answer: Answer


@dataclass(frozen=True)
class Telling:
    """One fact of the facility that holds today."""

    key: str
    text: str
    source: str
    as_of: date
    valid_until: date | None


@bp.get("/layanan")
@public
def layanan() -> str:
    """Answers by topic, and the facts of one facility."""
    with service().database.read() as session:
        query = select(Unit.code, Unit.name).where(Unit.kind == "upt").order_by(Unit.name)
        options = [(code, name) for code, name in session.execute(query)]
        found = facilities.find(request.args.get("unit", ""), options)
        unit = _chosen(session, found)
        known = _valid(session, unit)
        return render_template(
            "public/layanan.html",
            unit=unit,
            facilities=options,
            menu=facilities.MENU,
            meant=found.near,
            tellings=[_telling(unit, known[key]) for key in facts.KEYS if key in known],
            topics=_topics(unit, known),
        )


def _chosen(session: Session, found: Found) -> Unit:
    """The facility that was asked for; the only one; else the office above."""
    if found.key:
        return session.scalars(select(Unit).where(Unit.code == found.key)).one()
    if request.args.get("unit") and not found.near:
        abort(404)
    return units.default_unit(session)


def _valid(session: Session, unit: Unit) -> dict[str, Fact]:
    day = facts.today(unit, service().now())
    return {key: fact for key, fact in facts.of_unit(session, unit).items() if facts.state(fact, day) == "valid"}


def _telling(unit: Unit, fact: Fact) -> Telling:
    written = facts.today(unit, fact.updated_at)
    return Telling(fact.key, fact.text(i18n.locale()), fact.source, written, fact.valid_until)


def _topics(unit: Unit, known: dict[str, Fact]) -> dict[str, list[Item]]:
    """Items by topic, in the order of the table; what is never told comes last."""
    topics: dict[str, list[Item]] = {}
    for entry in sorted(answers.entries(), key=lambda entry: entry.kind == REFUSED):
        topic = REFUSED if entry.kind == REFUSED else entry.topics[0]
        topics.setdefault(topic, []).append(_item(entry, unit, known))
    return topics


def _item(entry: Entry, unit: Unit, known: dict[str, Fact]) -> Item:
    locale = i18n.locale()
    return Item(entry.titles[locale], answers.fill(entry, unit, known.get(entry.fact), locale))
