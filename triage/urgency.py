"""How fast someone must act: from what is asserted, never from a word alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from triage.assessment import URGENCIES, Category, Evidence, Group, Intent, Urgency
from triage.events import Event
from triage.scene import Scene

HIGH_TOPICS = frozenset({"pungli", "narkoba_hp", "kekerasan"})
OWN_CASE = frozenset({"pungli", "kekerasan", "kekerasan_seksual", "narkoba_hp"})


class Pressure(NamedTuple):
    """The urgency and what speaks for it."""

    urgency: Urgency
    evidence: tuple[Evidence, ...]


def decide(scene: Scene, intent: Intent, main: Category, events: Sequence[Event], group: Group) -> Pressure:
    """The urgency of a message of that intent."""
    if intent == "complaint":
        return _of_complaint(scene, main, events, group)
    if intent == "follow_up":
        pressing = [e for e in events if e.counts and e.urgency != "normal"]
        if main in HIGH_TOPICS or pressing:
            return Pressure("tinggi", ())
        return Pressure("normal", ())
    if intent == "information":
        danger = any(e.standing != "denied" and e.kind.level != "normal" for e in events)
        if danger or main in OWN_CASE or scene.has("people.own_case"):
            return Pressure("normal", ())
    return Pressure("rendah", ())


def _of_complaint(scene: Scene, main: Category, events: Sequence[Event], group: Group) -> Pressure:
    relevant = [e for e in events if e.counts and (group != "none" or not e.kind.group_only)]
    counting = sorted(relevant, key=lambda e: URGENCIES.index(e.urgency))
    if counting and counting[0].urgency != "normal":
        worst = counting[0]
        note = f"{worst.kind.name}, {worst.standing}"
        return Pressure(worst.urgency, (scene.evidence("urgency", worst.hit, note),))
    if main == "kekerasan_seksual":
        return Pressure("darurat", ())
    if main in HIGH_TOPICS:
        return Pressure("tinggi", ())
    return Pressure("normal", ())
