"""A calendar month as people name it, and its bounds in a unit's zone. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_FORM = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, order=True)
class Month:
    """A month of a year."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """``2026-10``; raises ValueError for anything else."""
        found = _FORM.fullmatch(text)
        if not found or not 1 <= int(found[2]) <= 12 or not 2000 <= int(found[1]) <= 2999:
            raise ValueError(f"not a month: {text!r} (2026-10 is one)")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, moment: datetime, zone: str) -> Month:
        """The month in which a moment lies, where the zone is."""
        local = moment.astimezone(ZoneInfo(zone))
        return cls(local.year, local.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    def plus(self, months: int) -> Month:
        """So many months later, or earlier."""
        years, number = divmod(self.number - 1 + months, 12)
        return Month(self.year + years, number + 1)

    def begins(self, zone: str) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.number, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)

    def ends(self, zone: str) -> datetime:
        """The first moment of the next month."""
        return self.plus(1).begins(zone)
