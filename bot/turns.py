"""What goes into a step of the dialogue and what comes out of it: values alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from triage import Assessment
from workflow.states import ENDED, Status

# ------------------------------------------------------------------ what goes in


@dataclass(frozen=True)
class State:
    """The memory of a conversation.

    ``expecting``: what our last question was (``which``, ``when_where``, ``who``, ``risk``, ``reason``, ``code``,
    ``helped``, ``same``, ``erase``, ``withdraw``) or nothing. ``asked``: a question is on record that a person could be
    asked to answer.
    """

    expecting: str = ""
    to_ask: tuple[str, ...] = ()
    visibility: str = "confidential"
    direct: bool = False
    fresh: bool = False
    welcomed: bool = False
    puzzled: int = 0
    asked: bool = False
    person: bool = False

    @classmethod
    def load(cls, saved: dict[str, Any]) -> State:
        """From the database; what is unknown or missing takes its default."""
        known: dict[str, Any] = {
            k: tuple(v) if k == "to_ask" else v for k, v in saved.items() if k in cls.__dataclass_fields__
        }
        return cls(**known)


@dataclass(frozen=True)
class Incoming:
    """One turn of the person: a message, or a burst of them joined, with triage's judgement of it."""

    text: str
    kind: str
    judgement: Assessment
    from_form: bool = False


@dataclass(frozen=True)
class Context:
    """What the office knows about this conversation. ``only_asked``: its open case is a question, no complaint.

    ``asked_after``: we asked how they fare, and have no answer yet. ``erasable``: asked to erase what is kept of them,
    there is something that may be erased, now or later. ``officer_asked``: the newest question is an officer's, and has
    no answer yet. ``asks_secrecy``: the answer that was found is who reads a case and a name.
    ``feared``: it is on record that they fear reprisal. ``avenged``: their open case is about reprisal, and sealed.
    ``called``: those whom an emergency like this calls are called already, and will be until one of them takes it.
    ``case_sealed``: it is handled outside the facility. ``which``: what facility a new complaint means is not certain.
    """

    case_status: str | None = None
    case_sealed: bool = False
    which: bool = False
    recent: bool = False
    can_ask: bool = True
    silent: bool = False
    same_topic: bool = False
    has_answer: bool = False
    asks_secrecy: bool = False
    only_asked: bool = False
    asked_after: bool = False
    erasable: bool = False
    officer_asked: bool = False
    feared: bool = False
    avenged: bool = False
    called: bool = False

    @property
    def open_case(self) -> bool:
        return self.case_status is not None and self.case_status not in ENDED

    @property
    def answered(self) -> bool:
        return self.case_status in (Status.RESPONDED, Status.CLOSED)


# ------------------------------------------------------------------ what comes out


@dataclass(frozen=True)
class Effect:
    """Something the desk carries out. ``name`` is one of ``EFFECTS``."""

    name: str
    key: str = ""
    value: str = ""


EFFECTS = frozenset(
    (
        "reply", "open", "add", "reopen", "close", "seal", "visibility", "withdraw", "status", "record", "locale",
        "answer", "risk", "place", "stop", "safe", "fared", "data",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Turn:
    """The result of one advance."""

    state: State
    effects: tuple[Effect, ...] = field(default_factory=tuple)


def reply(key: str) -> Effect:
    """One sentence of ours."""
    return Effect("reply", key=key)
