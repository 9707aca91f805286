"""What a recommendation starts with: standards that may be breached, usual measures, and drafts of answers.

Facts stand in ``data/standards.toml``, each with the document that it is cited from; what is usual, our own
suggestion and no law, in ``data/measures.toml``.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import triage
from workflow import wording
from workflow.models import Unit

_DATA = Path(__file__).parent / "data"
#: What a person must still fill in.
GAPS = (
    "temuan", "tanggal", "instansi", "perbaikan", "penjelasan", "finding", "date", "agency", "repair", "explanation",
)  # fmt: skip
_GAP = re.compile(r"\{(?:" + "|".join(GAPS) + r")\}")
#: Kinds of units by the beginning of their code; items of the guideline speak of one of them.
_KINDS = {"RUTAN": "p2ham C.4.c", "LAPAS": "p2ham C.4.b", "LPP": "p2ham C.4.b", "LPKA": "p2ham C.4.b"}


@dataclass(frozen=True)
class Standard:
    """One standard in one language. ``citation``: what it says and where, as papers and reports print it."""

    id: str
    text: str
    source: str
    value: str = ""

    @property
    def citation(self) -> str:
        return f"{self.text} ({self.source})"


@dataclass(frozen=True)
class Measure:
    """A usual way to handle a complaint, with the standard that it restores and a draft of the answer."""

    text: str
    official: str
    effort: str
    standard: str
    answer: str


@lru_cache(maxsize=2)
def document(name: str) -> dict[str, Any]:
    """One of the two data files as it stands."""
    return tomllib.loads((_DATA / f"{name}.toml").read_text())


def of_category(category: str, unit_code: str, locale: str) -> list[Standard]:
    """The standards that a complaint of this category may show breached at this unit, most usual first."""
    keys = document("measures").get(category, {}).get("standards", "").split()
    return [standard for key in keys if (standard := find(key, unit_code, locale))]


def find(key: str, unit_code: str, locale: str) -> Standard | None:
    """One standard as it is cited for a unit; None where no document says it of that kind of unit."""
    row = document("standards")["standard"].get(key)
    cites = _cites(row, unit_code) if row else []
    if row is None or not cites:
        return None
    named = document("standards")["document"]
    places: dict[str, list[str]] = {}
    for cite in cites:
        name, _, place = cite.partition(" ")
        places.setdefault(name, []).append(place)
    source = "; ".join(f"{_in(named[name], locale)}, {', '.join(found)}" for name, found in places.items())
    return Standard(key, _in(row, locale), source, row.get("value", ""))


def _cites(row: dict[str, Any], unit_code: str) -> list[str]:
    """The items that speak of this kind of unit; all of them where the kind is not known."""
    named, mine = document("standards")["document"], _KINDS.get(unit_code.partition("-")[0], "")
    cites = [c for c in row["cites"] if named[c.partition(" ")[0]].get("only", unit_code) == unit_code]
    if row.get("everywhere") or not mine:
        return cites
    return [c for c in cites if not c.startswith("p2ham C.4.") or c.startswith(f"{mine}.")]


def measures(category: str, unit_code: str, locale: str, answer_locale: str, *, above: bool = False) -> list[Measure]:
    """The usual measures for a category in the language of the office, their answers in that of the family.

    ``above``: an office over the facility handles the case, and asks no office that it is itself.
    """
    offered = {standard.id for standard in of_category(category, unit_code, locale)}
    rows = document("measures").get(category, {}).get("measure", ())
    fitting = [row for row in rows if row.get("only", "") != ("upt" if above else "office")]
    posts = document("measures")["posts"].get(unit_code.partition("-")[0], {})
    return [_measure(row, category, offered, locale, answer_locale, posts) for row in fitting]


def _measure(
    row: dict[str, Any], category: str, offered: set[str], locale: str, answer_locale: str, posts: dict[str, str]
) -> Measure:
    post = row.get("official", "") or triage.category_info(category).owner
    words, said = document("measures")["words"][_known(locale)], document("measures")["words"][_known(answer_locale)]
    usual = [*row.get("standard", "").split(), *document("measures")[category]["standards"].split()]
    time = words["days"].format(n=row["days"]) if row["days"] else words["same_day"]
    return Measure(
        text=_in(row, locale),
        official=posts.get(post, post),
        effort=f"{time}, {words[row.get('cost', 'none')]}",
        standard=next((key for key in usual if key in offered), ""),
        answer="\n\n".join((said["opening"], row[f"answer_{_known(answer_locale)}"], said["closing"])),
    )


def head_post(unit: Unit) -> str:
    """What the head of a facility is called where no account tells it: by the beginning of the unit's code."""
    return str(
        document("measures")["heads"].get(unit.code.partition("-")[0]) or wording.head_of(unit.kind, unit.name, "id")
    )


def gaps(text: str) -> list[str]:
    """What a draft still leaves open, such as ``{temuan}``."""
    return list(dict.fromkeys(_GAP.findall(text)))


def _in(row: dict[str, Any], locale: str) -> str:
    return str(row[_known(locale)])


def _known(locale: str) -> str:
    return "en" if locale == "en" else "id"
