"""The facilities as people choose them on a page: by name, by part of a name, and never from a list of hundreds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import places
from webhooks.i18n import gettext as _
from workflow.models import Unit

#: Up to so many stand in a menu; of more, people type a part of the name.
MENU = 30
NEAR = 12
_SHORTEST = 3

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Office:
    """Who answers here: the one facility, or no name where there are several; the office above."""

    name: str
    kanwil: str


@dataclass(frozen=True)
class Found:
    """The option that was meant, or those that may have been."""

    key: str | None = None
    near: tuple[tuple[str, str], ...] = ()


def office_of(session: Session) -> Office:
    """Read for every public page: two rows of each, however many there are."""
    names = list(session.scalars(select(Unit.name).where(Unit.kind == "upt").limit(2)))
    above = select(Unit.parent_id).where(Unit.kind == "upt").distinct()
    offices = list(session.scalars(select(Unit.name).where(Unit.id.in_(above)).limit(2)))
    return Office(names[0] if len(names) == 1 else "", offices[0] if len(offices) == 1 else _("Kantor Wilayah"))


def options(found: Iterable[Unit]) -> Options:
    """Units as a page offers them, by code."""
    return [(unit.code, unit.name) for unit in found]


def find(typed: str, options: Options) -> Found:
    """What somebody chose or typed: a key, a whole name, all words of one name, or a name with typing errors."""
    plain = " ".join(typed.casefold().split())
    if not plain:
        return Found()
    for key, name in options:
        if typed == key or plain == name.casefold():
            return Found(key)
    words = [word for word in plain.split() if len(word) >= _SHORTEST]
    near = [(key, name) for key, name in options if words and all(word in name.casefold() for word in words)]
    if not near and (meant := places.answered(typed, options)):
        return Found(meant)
    return Found(near[0][0]) if len(near) == 1 else Found(None, tuple(near[:NEAR]))
