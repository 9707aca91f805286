"""What the message is about: every topic's phrases are weighed, then precedence decides who leads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from triage.assessment import CATEGORIES, Category, Evidence
from triage.events import Event
from triage.patterns import Hit
from triage.scene import Scene

# The label scheme: what harms people comes before the service it touches.
PRECEDENCE: tuple[Category, ...] = ("kekerasan_seksual", "kekerasan", "narkoba_hp", "pungli")
EVENT_BONUS = 3.0


class Topic(NamedTuple):
    """One candidate topic with what speaks for it."""

    category: Category
    score: float
    hits: tuple[Hit, ...]


class Ranking(NamedTuple):
    """The topics chosen, best first, and how clear that was."""

    categories: tuple[Category, ...]
    evidence: tuple[Evidence, ...]
    margin: float


def weigh(scene: Scene) -> list[Topic]:
    """All topics that any phrase speaks for, strongest first."""
    topics = []
    for category in CATEGORIES:
        hits = [*scene.found(f"topics.{category}"), *scene.found(f"topics_regional.{category}")]
        kept = _without_overlaps(hits)
        score = sum(h.weight * (0.5 if scene.denied(h) else 1.0) for h in kept)
        if score:
            topics.append(Topic(category, score, tuple(kept)))
    return sorted(topics, key=lambda t: -t.score)


def _without_overlaps(hits: Sequence[Hit]) -> list[Hit]:
    """Of phrases that share words only the heaviest, of repeated ones the first."""
    kept: list[Hit] = []
    taken: set[int] = set()
    sources: set[str] = set()
    for hit in sorted(hits, key=lambda h: (-h.weight, h.first - h.last, h.first)):
        span = {hit.first, hit.last}
        if taken & span or hit.pattern.source in sources:
            continue
        taken |= span
        sources.add(hit.pattern.source)
        kept.append(hit)
    return kept


def choose(scene: Scene, events: Sequence[Event], serious: bool) -> Ranking:
    """Up to three topics, best first. ``serious``: something wrong is reported, so precedence holds."""
    topics = {t.category: t for t in weigh(scene)}
    scores = {c: t.score for c, t in topics.items()}
    lead: Category | None = None
    if serious:
        for event in events:
            if event.counts:
                scores[event.category] = scores.get(event.category, 0) + EVENT_BONUS / 2
        harms = {e.category for e in events if e.counts}
        lead = next((c for c in PRECEDENCE if c in harms), None)
    ranked = sorted(scores, key=lambda c: -scores[c])
    if not ranked:
        return Ranking(("lainnya",), (), 0.0)
    if lead is not None:
        ranked.remove(lead)
        ranked.insert(0, lead)
    chosen = _shortlist(ranked, scores)
    evidence = _evidence(scene, chosen, topics, scores, lead)
    second = scores[ranked[1]] if len(ranked) > 1 else 0.0
    return Ranking(chosen, evidence, (scores[chosen[0]] - second) / (scores[chosen[0]] + second))


def _shortlist(ranked: Sequence[Category], scores: dict[Category, float]) -> tuple[Category, ...]:
    chosen = [ranked[0]]
    floor = scores[ranked[0]]
    for category, share in zip(ranked[1:3], (0.3, 0.55), strict=False):
        if category != "lainnya" and scores[category] >= max(1.0, share * floor):
            chosen.append(category)
    return tuple(chosen)


def _evidence(
    scene: Scene,
    chosen: Sequence[Category],
    topics: dict[Category, Topic],
    scores: dict[Category, float],
    lead: Category | None,
) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    for place, category in enumerate(chosen):
        note = f"score {scores[category]:.1f}"
        if place == 0 and category == lead:
            note += ", outranks the service it touches"
        elif place:
            note += f", behind {chosen[0]}"
        for hit in topics[category].hits[:3] if category in topics else ():
            found.append(scene.evidence(f"topic.{category}", hit, note))
    return tuple(found)
