"""How much time is left, in one number and one unit. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

#: From here on a deadline is shown as near.
SOON = timedelta(days=2)


@dataclass(frozen=True)
class Left:
    """``amount`` of ``unit`` (``day``, ``hour``, ``minute``) until a deadline, or since it passed."""

    amount: int
    unit: str
    late: bool
    soon: bool


def left(due: datetime | None, now: datetime) -> Left | None:
    """The distance to a deadline, rounded down; None where nothing is due."""
    if due is None:
        return None
    distance = abs(due - now)
    hours, minutes = divmod(int(distance.total_seconds()) // 60, 60)
    late, soon = due < now, now <= due <= now + SOON
    if distance.days:
        return Left(distance.days, "day", late, soon)
    return Left(hours, "hour", late, soon) if hours else Left(max(minutes, 1), "minute", late, soon)
