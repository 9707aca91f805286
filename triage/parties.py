"""Whom the message accuses and whom it concerns: head, staff, vulnerable people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from triage.assessment import Category, Evidence, Group, Intent
from triage.patterns import Hit
from triage.scene import Scene

ADDRESS = frozenset("kepada yth yang-terhormat dear halo hai salam untuk assalamualaikum selamat mohon tolong".split())
PLEA = frozenset("mohon tolong saya kami aku izin ijin minta bagaimana apakah kapan kenapa mengapa selamat".split())
GROUP_ORDER: tuple[Group, ...] = ("pregnant", "disabled", "elderly", "child")


class Parties(NamedTuple):
    """Accused and concerned people."""

    head: bool
    head_doubt: bool
    staff: bool
    group: Group
    evidence: tuple[Evidence, ...]


def identify(scene: Scene, intent: Intent, categories: Sequence[Category]) -> Parties:
    """Whom the message is about."""
    group, group_hit = _group(scene)
    found = [] if group_hit is None else [scene.evidence(f"group.{group}", group_hit)]
    if intent not in ("complaint", "follow_up"):
        return Parties(False, False, False, group, tuple(found))
    heads = [h for h in scene.found("people.head") if not _within(h, scene.found("people.not_head"))]
    accused = [h for h in heads if not _addressed(scene, h)]
    found += [scene.evidence("conflict.head", h, "subject of the complaint") for h in accused[:2]]
    doubt = bool(heads) and not accused
    staff_hits = [h for h in scene.found("people.staff")]
    acts = scene.found("people.staff_act")
    staff = (bool(staff_hits) or bool(acts)) and not accused
    if staff:
        found += [scene.evidence("conflict.staff", h) for h in [*staff_hits, *acts][:2]]
    return Parties(bool(accused), doubt, staff, group, tuple(found))


def _within(hit: Hit, others: Sequence[Hit]) -> bool:
    return any(o.first <= hit.first and hit.last <= o.last for o in others)


def _addressed(scene: Scene, hit: Hit) -> bool:
    """Whether the head is only spoken to: "Kepada Bapak Kalapas, mohon …"."""
    before = {t.word for t in scene.tokens[max(0, hit.first - 3) : hit.first]}
    if before & ADDRESS:
        return True
    after = scene.tokens[hit.last + 1 : hit.last + 3]
    if not after:
        return True
    opening = hit.first <= 3
    return opening and (after[0].pause == 1 or bool({t.word for t in after} & PLEA))


def _group(scene: Scene) -> tuple[Group, Hit | None]:
    scores: dict[Group, tuple[float, Hit]] = {}
    for group in GROUP_ORDER:
        hits = scene.found(f"people.{group}")
        if hits:
            scores[group] = (sum(h.weight for h in hits), hits[0])
    if not scores:
        return "none", None
    best = max(scores, key=lambda g: scores[g][0])
    return best, scores[best][1]
