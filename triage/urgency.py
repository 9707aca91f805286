"""How fast someone must act: from what is asserted, never from a word alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from triage.assessment import URGENCIES, Category, Evidence, Group, Intent, Urgency
from triage.events import Event
from triage.patterns import apart
from triage.scene import Scene

HIGH_TOPICS = frozenset({"pungli", "narkoba_hp", "kekerasan"})
SIGNS = {
    "kesehatan": "illness",
    "kekerasan": "danger",
    "hunian": "danger",
    "pemindahan": "danger",
    "kelompok_rentan": "illness",
}
ALARM, CALM = 0.3, 0.02
LIKELY = 0.4
SURE = 0.5  # what is told as past, or is a wrong that can wait for days, is an emergency only if hardly in doubt
FEW, SHORT = 6, 60  # words; what is usual says little about a mere cry or a danger inside a long letter
ENOUGH = 3  # points; one strong sign, or weaker ones together
OWN_CASE = frozenset({"pungli", "kekerasan", "kekerasan_seksual", "narkoba_hp"})


class Pressure(NamedTuple):
    """The urgency and what speaks for it."""

    urgency: Urgency
    evidence: tuple[Evidence, ...]


def decide(
    scene: Scene,
    intent: Intent,
    main: Category,
    events: Sequence[Event],
    group: Group,
    told: Mapping[str, int],
) -> Pressure:
    """The urgency of a message of that intent, of which the rules see such signs."""
    if intent == "complaint":
        return _of_complaint(scene, main, events, group, scene.usual_danger(told))
    if intent == "follow_up":
        pressing = [e for e in events if e.counts and e.urgency != "normal"]
        grave = next((e for e in pressing if e.urgency == "darurat" and _calls_for_help(scene)), None)
        if grave is not None:
            return Pressure("darurat", (scene.evidence("urgency", grave.hit, grave.kind.name),))
        if main in HIGH_TOPICS or pressing:
            return Pressure("tinggi", ())
        return Pressure("normal", ())
    if intent == "information":
        danger = any(e.standing != "denied" and e.kind.level != "normal" for e in events)
        if danger or main in OWN_CASE or scene.has("people.own_case"):
            return Pressure("normal", ())
    return Pressure("rendah", ())


def _of_complaint(scene: Scene, main: Category, events: Sequence[Event], group: Group, danger: float) -> Pressure:
    relevant = [e for e in events if e.counts and (group != "none" or not e.kind.group_only)]
    counting = sorted(relevant, key=lambda e: URGENCIES.index(e.urgency))
    worst = counting[0] if counting else None
    if danger >= _needed(counting) and len(scene.tokens) >= FEW:
        own = [scene.evidence("urgency", e.hit, e.kind.name) for e in counting if e.urgency == "darurat"]
        return Pressure("darurat", tuple(own[:1]) or scene.reasons("urgency", "darurat", "urgency"))
    if worst is None or worst.urgency != "darurat":
        signs = _severity(scene, main)
        if signs is not None:
            return signs
    if worst is not None and worst.urgency == "darurat" and danger < CALM and FEW <= len(scene.tokens) <= SHORT:
        return Pressure("tinggi", ())
    if worst is not None and worst.urgency != "normal":
        note = f"{worst.kind.name}, {worst.standing}"
        return Pressure(worst.urgency, (scene.evidence("urgency", worst.hit, note),))
    if main == "kekerasan_seksual":
        return Pressure("darurat", ())
    if main in HIGH_TOPICS and (scene.has(f"topics.{main}") or scene.usual_topics[main] >= LIKELY):
        return Pressure("tinggi", ())
    return Pressure("normal", ())


def _needed(counting: Sequence[Event]) -> float:
    """How likely an emergency must be before habit alone calls one: more beside a lesser wrong."""
    if any(e.urgency == "darurat" for e in counting):
        return ALARM
    return SURE if any(e.standing == "past" or e.urgency == "tinggi" for e in counting) else ALARM


def _severity(scene: Scene, main: Category) -> Pressure | None:
    """Many signs of danger, none of which is enough alone: ``menggigil hebat, mata kuning, tidak mau minum``."""
    table = SIGNS.get(main)
    if table is None or scene.has("tone.cured"):
        return None
    standing = [h for h in scene.found(f"signs.{table}") if not scene.denied(h) and not scene.overtaken(h)]
    hits = apart(standing)
    grave = sum(h.weight for h in hits if h.weight >= 2)
    calls = sum(h.weight for h in hits if h.weight < 2) + ("!" in scene.text)
    if grave < 2 or grave + min(calls, 2) < ENOUGH:
        return None
    note = f"signs {grave:.0f}, calls for help {calls:.0f}"
    return Pressure("darurat", tuple(scene.evidence("urgency", h, note) for h in hits[:3]))


def _calls_for_help(scene: Scene) -> bool:
    return any(t.word in ("sekarang", "tolong", "segera", "darurat") for t in scene.tokens)
