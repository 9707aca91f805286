"""Ways to handle a complaint: as the officer recommends them, and as the head decides on one, unchanged or not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from workflow.states import Impossible


@dataclass(frozen=True)
class Alternative:
    """One way to handle a complaint: what to do, by whom, against which standard, at what cost or time, and how the
    family may be answered.

    ``standard_id`` is a key of the catalogue; ``standard`` is then what the catalogue says, with its document.
    """

    measure: str
    standard: str = ""
    official: str = ""
    effort: str = ""
    standard_id: str = ""
    answer: str = ""


#: What the head may decide otherwise. Which standard was breached is a finding, not a decision.
EDITABLE = ("measure", "official", "effort", "answer")


@dataclass(frozen=True)
class Direction:
    """What the head decided, with a word to the official. ``before``: how the officer had recommended each part that
    the head changed."""

    decided: Alternative
    note: str = ""
    before: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        kept = {name: value for name, value in asdict(self.decided).items() if name != "standard_id"}
        return json.dumps(kept | {"note": self.note, "before": dict(self.before)})

    @classmethod
    def from_json(cls, document: str) -> Direction:
        """A direction as it was kept; older ones name the measure, the standard and the note alone."""
        told = json.loads(document)
        note, before = told.pop("note", ""), told.pop("before", {})
        return cls(Alternative(**told), note, before)


def changes(recommended: Alternative, wording: Mapping[str, str]) -> dict[str, str]:
    """The parts that ``wording`` says otherwise than the recommendation; a part that it lacks stays as it is."""
    told = {part: wording[part].strip() for part in EDITABLE if part in wording}
    return {part: text for part, text in told.items() if text != getattr(recommended, part).strip()}


def decide(recommended: Alternative, wording: Mapping[str, str], note: str) -> Direction:
    """The alternative as the head words it; what was recommended instead is kept beside it."""
    changed = changes(recommended, wording)
    if not changed.get("measure", recommended.measure):
        raise Impossible("measure_missing")
    return Direction(replace(recommended, **changed), note, {part: getattr(recommended, part) for part in changed})
