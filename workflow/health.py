"""How each way to the outside fares: its last good round, or its trouble by name. One ``mark`` row each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.models import Mark

_PREFIX = "health:"


@dataclass(frozen=True)
class Health:
    """``code`` is empty while all is well; ``since`` is when this began, ``at`` when it was last seen."""

    name: str
    code: str
    since: datetime
    at: datetime


def note(session: Session, name: str, code: str, now: datetime) -> Health | None:
    """Write down how it went; returns what was known before where the state has changed (or was unknown)."""
    row = session.get(Mark, _PREFIX + name)
    before = _read(row) if row else None
    since = before.since if before and before.code == code else now
    value = json.dumps({"code": code, "since": since.isoformat(), "at": now.isoformat()})
    if row is None:
        session.add(Mark(name=_PREFIX + name, value=value))
    else:
        row.value = value
    return before if before and before.code != code else None


def everything(session: Session) -> list[Health]:
    """What is known of every way, by name."""
    rows = session.scalars(select(Mark).where(Mark.name.startswith(_PREFIX)).order_by(Mark.name))
    return [_read(row) for row in rows]


def _read(row: Mark) -> Health:
    value = json.loads(row.value)
    at, since = (datetime.fromisoformat(value[key]) for key in ("at", "since"))
    return Health(row.name.removeprefix(_PREFIX), value["code"], since, at)
