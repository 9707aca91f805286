"""What is said to have happened, and whether it is really said: denied and supposed events do not count."""

from __future__ import annotations

from typing import Literal, NamedTuple

from triage.assessment import Category, Urgency
from triage.lexicon import Kind
from triage.patterns import Hit
from triage.scene import Scene

LASTING = ("kesehatan", "makanan_air", "hunian")
BODILY = ("violence", "sexual")
OUTSIDE = ("acute", "death", "death_of_kin")
Standing = Literal["asserted", "past", "denied", "supposed"]


class Event(NamedTuple):
    """One event found in the message."""

    kind: Kind
    hit: Hit
    standing: Standing

    @property
    def category(self) -> Category:
        return self.kind.category

    @property
    def counts(self) -> bool:
        return self.standing in ("asserted", "past")

    @property
    def urgency(self) -> Urgency:
        return self.kind.past if self.standing == "past" else self.kind.level


def find(scene: Scene) -> list[Event]:
    """Every event the message names, with its standing."""
    found = [
        Event(kind, hit, _standing(scene, kind, hit))
        for kind in scene.lexicon.events.values()
        for hit in scene.found(f"events.{kind.name}")
    ]
    if any(e.kind.name == "bereavement" and e.counts for e in found):  # the relative outside is ill
        return [e for e in found if e.kind.name not in OUTSIDE]
    if any(h.weight >= 3 for h in scene.found("topics.cuti_izin")):
        return [e for e in found if e.kind.name != "death_of_kin"]
    return found


def _standing(scene: Scene, kind: Kind, hit: Hit) -> Standing:
    if kind.category == "kesehatan" and scene.has("tone.cured"):
        return "denied"
    if (kind.name in BODILY and scene.lifeless(hit)) or (kind.name in OUTSIDE and scene.switched_off(hit)):
        return "denied"
    if scene.denied(hit) or scene.charged(hit) or scene.overtaken(hit):
        return "denied"
    if scene.rumoured(hit):
        return "denied"
    if scene.supposed(hit) or (kind.level == "darurat" and scene.joking):
        return "supposed"
    behind = scene.long_past(hit) if kind.category in LASTING or kind.name == "threat" else scene.behind(hit)
    return "past" if behind else "asserted"
