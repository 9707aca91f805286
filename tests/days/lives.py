"""What the book keeps of a case: its clocks as they ought to be, its rungs, its story."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from tests.days.rulebook import INTEGRITY


@dataclass
class Place:
    """A unit."""

    code: str
    kind: str
    zone: str
    above: str = ""


@dataclass
class Clock:
    """One deadline as it ought to be."""

    rule: str
    turn: int
    started: datetime
    length: int
    due: datetime
    look: datetime | None
    state: str = "running"
    ended: datetime | None = None
    reminded: datetime | None = None
    rung: int = 0
    extended: bool = False
    made: datetime | None = None
    followed: datetime | None = None
    stood: int = 0
    paused: datetime | None = None
    moves: list[tuple[datetime, datetime]] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)

    @property
    def alive(self) -> bool:
        return self.state in ("running", "paused")


class Signature(NamedTuple):
    """Who approved a text, as a letter names them, and when."""

    post: str
    name: str
    at: datetime
    behalf: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """The post, and from the office above also in whose place and of which office."""
        return (self.post, *self.behalf)


class Issued(NamedTuple):
    """A letter: when, by which unit, on which case, and what it must say."""

    at: datetime
    unit: str
    case: str
    text: str
    signed: Signature
    sealed: bool


@dataclass
class Life:
    """One case as it ought to be. ``story``: (moment, unit, action, who, what is known after it).

    ``text``: the newest draft of its answer; ``signed``: who approved it, under which post, and when.
    """

    key: str
    name: str
    about: str
    unit: str
    received: datetime
    category: str
    urgency: str
    track: str = ""
    sealed: bool = False
    channel: str = "sms"
    told_name: str = ""
    about_staff: bool = False
    status: str = "received"
    back: str = ""
    judged: bool = False
    owner: str = ""
    official: str = ""
    rounds: int = 0
    begun: datetime | None = None
    ground: str = ""
    closed: datetime | None = None
    responded: datetime | None = None
    delivered: datetime | None = None
    wrote: datetime | None = None
    until: datetime | None = None
    lead: str = ""
    into: str = ""
    hidden: set[str] = field(default_factory=set)
    barred: set[str] = field(default_factory=set)
    authors: dict[str, str] = field(default_factory=dict)
    reported: int = -1
    text: str = ""
    extensions: list[tuple[datetime, datetime, datetime, str]] = field(default_factory=list)
    signed: Signature | None = None
    clocks: list[Clock] = field(default_factory=list)
    lines: list[tuple[datetime, str, str]] = field(default_factory=list)
    rungs: list[tuple[datetime, str, int, int, str, int, str]] = field(default_factory=list)
    story: list[tuple[datetime, str, str, str, dict[str, Any]]] = field(default_factory=list)

    @property
    def of(self) -> str:
        if self.track:
            return self.track
        return "integrity" if self.category in INTEGRITY else "service"
