"""The order of the questions: events, intent, topic, people, urgency, and at last how sure we are."""

from __future__ import annotations

from pathlib import Path

from triage import details, events, intents, parties, topics, urgency
from triage.assessment import Assessment, Intent
from triage.details import Named
from triage.scene import Scene
from triage.signs import observe, told

UNSURE_BELOW = 0.45


def judge(text: str, directory: Named, staff: Named, overlay: Path | None, heard: Intent | None = None) -> Assessment:
    """One message, judged."""
    scene = Scene(text, overlay)
    happened = events.find(scene)
    signs = observe(scene, happened)
    wanted = intents.decide(scene, signs, happened)
    wanted = wanted._replace(intent=heard or wanted.intent)
    ranking = topics.choose(scene, happened, wanted.intent)
    people = parties.identify(scene, wanted.intent, ranking.categories, happened)
    told_of = told(signs, happened)
    pressure = urgency.decide(scene, wanted.intent, ranking.categories[0], happened, people.group, told_of)
    confidence = round(min(0.99, wanted.clarity * (0.6 + 0.4 * ranking.margin)), 3)
    return Assessment(
        intent=wanted.intent,
        categories=ranking.categories,
        urgency=pressure.urgency,
        about_head=people.head,
        about_staff=people.staff,
        vulnerable_group=people.group,
        language=scene.language,
        confidence=confidence,
        evidence=wanted.evidence + ranking.evidence + pressure.evidence + people.evidence,
        unsure=confidence < UNSURE_BELOW or scene.overspent,
        head_doubt=people.head_doubt,
        details=details.extract(scene, directory, staff),
    )
