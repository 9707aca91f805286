"""How the answer reaches its complainant, as the case page shows it: the window, the rungs, other addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from workflow import access, ladder, objections, people, settling, window
from workflow.access import View
from workflow.actors import Officer
from workflow.models import Address, Case, Outbound, PersonLink, Rung
from workflow.vault import Erased
from workflow.window import Window


@dataclass(frozen=True)
class Step:
    """One rung, with the beginning of the provider's id, by which a complaint to the provider finds the message."""

    rung: Rung
    provider_id: str


@dataclass(frozen=True)
class Reach:
    """The part of the page. Suggestions and links are empty for whoever may not know the person.

    ``may_object``: this account may write down that the complainant, who cannot answer, is not satisfied.
    ``blocked_at``: since then the provider says that nothing of ours is let through there.
    """

    window: Window | None
    steps: list[Step]
    suggestions: list[Address]
    links: list[PersonLink]
    blocked_at: datetime | None = None
    may_object: bool = False

    @property
    def to_print(self) -> bool:
        """Whether the answer waits to be printed and handed over."""
        return any(step.rung.kind == "print" and step.rung.ended_at is None for step in self.steps)


def gather(session: Session, officer: Officer, case: Case, view: View, now: datetime) -> Reach:
    """For a case that ``access.find`` gave to this account."""
    suggested = people.suggestions(session, officer, case)
    held = people.links(session, case) if access.may_link(officer, case) else []
    if not view.summary:
        return Reach(None, [], suggested, held)
    steps = [Step(rung, _provider_id(session, rung)) for rung in ladder.rungs(session, case)]
    blocked, objects = case.conversation.address.blocked_at, objections.takes(session, officer, case)
    return Reach(window.of(case.conversation, now), steps, suggested, held, blocked, objects)


def _provider_id(session: Session, rung: Rung) -> str:
    row = session.get(Outbound, rung.outbound_id) if rung.outbound_id else None
    try:
        return (settling.provider_id(session, row) or "")[:12] if row else ""
    except Erased:
        return ""
