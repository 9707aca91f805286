"""What the forms of a case carry: how typed values become arguments of a verb, and what a form starts with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from workflow import press
from workflow.alternatives import EDITABLE, Alternative
from workflow.decisions import MAX_TEXT
from workflow.states import Impossible
from workflow.typed import whole

#: The fields of one alternative on the form.
PARTS = ("measure", "standard", "official", "effort", "standard_id", "answer")
#: So many signs are named where a letter cannot show them.
MAX_SIGNS = 12
#: Room for alternatives on the form; two are needed.
ALTERNATIVES = 4
#: The field that a refusal speaks of; a refusal without one speaks of the whole form.
FIELD_OF = {
    "text_missing": "text",
    "reason_missing": "reason",
    "summary_missing": "summary",
    "two_alternatives": "measure-0",
    "choose_standard": "standard_id-0",
    "gaps_left": "text",
    "unprintable": "text",
    "choose_alternative": "choice",
    "edited_another": "choice",
    "choose_official": "official_id",
    "choose_officer": "account_id",
    "choose_category": "category",
    "choose_report_kind": "kind",
    "choose_pause": "category",
    "pause_date": "until",
    "task_date": "due",
    "files_too_large": "files",
    "files_not_kept": "files",
    "files_kind": "files",
}
#: Refusals that tell of somebody else's deed, not of a mistake in the form.
OVERTAKEN = frozenset({"not_now", "not_yours", "changed_meanwhile", "text_changed", "classified_meanwhile"})


@dataclass(frozen=True)
class Typed:
    """The values of one form."""

    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, form: Mapping[str, str]) -> Typed:
        """From a request, with newlines as we keep them."""
        return cls({name: value.replace("\r\n", "\n") for name, value in form.items()})

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def __contains__(self, name: object) -> bool:
        return name in self.values

    def bounded(self) -> Typed:
        """The same; raises Impossible where one text is longer than any paper may be."""
        if any(len(value) > MAX_TEXT for value in self.values.values()):
            raise Impossible("text_too_long")
        return self

    def number(self, name: str) -> int:
        """A number, or -1, which is nobody's choice."""
        return whole(self[name])

    def day(self, name: str) -> date | None:
        """A date; None where it is missing or none."""
        try:
            return date.fromisoformat(self[name].strip())
        except ValueError:
            return None

    def alternatives(self) -> list[Alternative]:
        """The alternatives of a recommendation, in the order of the form."""
        return [Alternative(**{part: self[f"{part}-{n}"].strip() for part in PARTS}) for n in range(ALTERNATIVES)]

    def wording(self, n: int) -> dict[str, str]:
        """What the form says of one alternative that the head may word otherwise."""
        return {part: self[f"{part}-{n}"] for part in EDITABLE if f"{part}-{n}" in self}


def of_recommendation(summary: str, alternatives: list[Alternative]) -> Typed:
    """A recommendation as the form shows it, for improving one that was sent back."""
    values = {"summary": summary}
    for n, alternative in enumerate(alternatives[:ALTERNATIVES]):
        values |= {f"{part}-{n}": getattr(alternative, part) for part in PARTS}
        if alternative.standard_id:
            values[f"standard-{n}"] = ""
    return Typed(values)


def of_choice(alternatives: Sequence[Alternative], task: date) -> Typed:
    """What the head chooses from, each part as it was recommended; ``task`` is the usual day for carrying it out."""
    parts = {f"{p}-{n}": getattr(way, p) for n, way in enumerate(alternatives) for p in EDITABLE}
    return Typed({"due": task.isoformat(), **parts})


@dataclass(frozen=True)
class Refusal:
    """A form that was not accepted: its action, why, and everything that was typed."""

    action: str
    reason: str
    typed: Typed

    @property
    def field(self) -> str:
        if self.reason == "measure_missing":
            return f"measure-{self.typed['choice']}"
        return FIELD_OF.get(self.reason, "")

    @property
    def signs(self) -> list[str]:
        """What the letter cannot show of a refused draft."""
        return press.unprintable(self.typed["text"])[:MAX_SIGNS] if self.reason == "unprintable" else []

    @property
    def status(self) -> int:
        return 409 if self.reason in OVERTAKEN else 422
