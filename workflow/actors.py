"""Who acts. An actor is a value that every verb takes; it is never a web request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Officer:
    """A member of staff with the roles held today: pairs of (role, unit id).

    ``headed``: units that the account was head of, and until when: no end in the own right, for its people were theirs.
    """

    account_id: str
    roles: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    headed: frozenset[tuple[str, datetime | None]] = field(default_factory=frozenset)

    def has(self, role: str, unit_id: str | None) -> bool:
        return (role, unit_id) in self.roles

    def units(self, *roles: str) -> set[str]:
        """Ids of the units at which one of these roles is held."""
        return {unit for role, unit in self.roles if role in roles}

    @property
    def kind(self) -> str:
        return "officer"

    @property
    def id(self) -> str:
        return self.account_id


@dataclass(frozen=True)
class Citizen:
    """The person who complains."""

    person_id: str

    @property
    def kind(self) -> str:
        return "citizen"

    @property
    def id(self) -> str:
        return self.person_id


@dataclass(frozen=True)
class Clock:
    """Time itself: deadlines, silence, retries."""

    kind: str = "clock"
    id: str = ""


@dataclass(frozen=True)
class Operator:
    """Whoever runs commands on the machine. Recorded as such; plays no part in a case."""

    kind: str = "operator"
    id: str = ""


Actor = Officer | Citizen | Clock
