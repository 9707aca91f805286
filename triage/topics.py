"""What the message is about: every topic's phrases are weighed, then precedence decides who leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from triage.assessment import CATEGORIES, Category, Evidence, Intent, Urgency
from triage.events import Event
from triage.patterns import Hit
from triage.scene import Scene

# The label scheme: what harms people comes before the service it touches.
PRECEDENCE: Final[tuple[Category, ...]] = (
    "kekerasan_seksual", "kekerasan", "narkoba_hp", "pungli",
)  # fmt: skip
EVENT_BONUS: Final[dict[Urgency, float]] = {"darurat": 5.0, "tinggi": 2.0, "normal": 1.0, "rendah": 0.0}
ASKED_BONUS = 2.0
MEANT, CERTAIN, UNHEARD = 2.6, 4.3, 0.6
EXPERIENCE = 6.0  # what the labelled messages may add to a topic, at most
DENIED_SHARE = 0.5
SETTING_SHARE = 0.5
CHARGED_SHARE = 0.3
CRIMES = frozenset(f"topics.{c}" for c in PRECEDENCE)
SECOND_SHARE, THIRD_SHARE = 0.1, 0.25
# Things that may be sent: the parcel leads, the thing follows; medicine leads even before the parcel.
SENDABLE: Final[frozenset[Category]] = frozenset(
    {"pakaian_perlengkapan", "makanan_air", "pendidikan_perpustakaan", "ibadah_rohani", "komunikasi",
     "seni_olahraga", "narkoba_hp", "kelompok_rentan"}
)  # fmt: skip
# What a status check or an addition says anyway, whatever its topic.
ENVELOPE: Final[frozenset[Category]] = frozenset(
    {"layanan_pengaduan", "registrasi_data", "informasi_transparansi", "kelompok_rentan", "titipan_barang"}
)


class Topic(NamedTuple):
    """One candidate topic with what speaks for it."""

    category: Category
    score: float
    hits: tuple[Hit, ...]
    reason: str = ""
    learnt: float = 0.0


class Ranking(NamedTuple):
    """The topics chosen, best first, and how clear that was."""

    categories: tuple[Category, ...]
    evidence: tuple[Evidence, ...]
    margin: float


def choose(scene: Scene, events: Sequence[Event], intent: Intent) -> Ranking:
    """Up to three topics, best first."""
    if intent in ("greeting", "spam_abuse"):
        return Ranking(("lainnya",), (), 1.0)
    topics = _with_experience(scene, _with_events(weigh(scene), events, intent))
    if intent in ("status_check", "follow_up"):
        topics = [t for t in topics if t.learnt >= MEANT or (t.category not in ENVELOPE and _is_named(t))]
    topics.sort(key=lambda t: -t.score)
    if not topics:
        return Ranking(("lainnya",), (), 0.5)
    topics = _lead(scene, topics, events, intent)
    chosen = _shortlist(topics)
    rival = max((t.score for t in topics[1:]), default=0.0)
    margin = max(0.0, (topics[0].score - rival) / (topics[0].score + rival))
    return Ranking(tuple(t.category for t in chosen), _evidence(scene, chosen), margin)


def weigh(scene: Scene) -> list[Topic]:
    """All topics that any phrase speaks for."""
    topics = []
    for category in CATEGORIES:
        hits = [*scene.found(f"topics.{category}"), *scene.found(f"topics_regional.{category}")]
        kept = _without_overlaps(hits)
        score = sum(h.weight * _share(scene, h) for h in kept)
        if score:
            topics.append(Topic(category, score, tuple(kept)))
    return topics


def _share(scene: Scene, hit: Hit) -> float:
    """How much of its weight a phrase keeps: less when denied, or when it only sets the scene."""
    if hit.group in CRIMES and scene.charged(hit):
        return CHARGED_SHARE
    share = DENIED_SHARE if scene.denied(hit) else 1.0
    return share * SETTING_SHARE if scene.setting(hit) else share


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


def _with_events(topics: list[Topic], events: Sequence[Event], intent: Intent) -> list[Topic]:
    """What happened, or is asked about, speaks for its topic too."""
    found: dict[Category, Topic] = {t.category: t for t in topics}
    for category in {e.category for e in events}:
        own = [e for e in events if e.category == category and e.standing != "denied"]
        if own:
            old = found.get(category, Topic(category, 0.0, (own[0].hit,)))
            bonus = max(EVENT_BONUS[e.urgency] if e.counts else ASKED_BONUS for e in own)
            found[category] = old._replace(score=old.score + bonus)
    return list(found.values())


def _with_experience(scene: Scene, topics: list[Topic]) -> list[Topic]:
    """What messages with such words were usually about speaks for its topic as well."""
    found = {t.category: t for t in topics}
    for category in CATEGORIES:
        gain = EXPERIENCE * scene.usual_topics[category]
        if category in found:
            old = found[category]
            found[category] = old._replace(score=old.score + gain, learnt=gain)
        elif gain >= 1.0:
            found[category] = Topic(category, gain, (), learnt=gain)
    return list(found.values())


def _is_named(topic: Topic) -> bool:
    return any(h.weight >= 3 for h in topic.hits)


def _lead(scene: Scene, topics: list[Topic], events: Sequence[Event], intent: Intent) -> list[Topic]:
    """The topics with the one first that the scheme puts first."""
    first = _harm(topics, events, intent) or _parcel(scene, topics)
    if first is None or first == topics[0].category:
        return topics
    place = next((i for i, t in enumerate(topics) if t.category == first), -1)
    if place < 0 or (topics[0].learnt >= CERTAIN and topics[place].learnt < UNHEARD):
        return topics
    leader = topics[place]._replace(reason=f"outranks {topics[0].category}")
    return [leader, *topics[:place], *topics[place + 1 :]]


def _harm(topics: Sequence[Topic], events: Sequence[Event], intent: Intent) -> Category | None:
    """Harm to people that is reported, or the gravest that a question asks about."""
    if intent in ("complaint", "follow_up"):
        return _gravest([e for e in events if e.counts])
    if intent == "information":
        harms = {e.category for e in events if e.standing != "denied"}
        asked = next((c for c in PRECEDENCE[:2] if c in harms), None)
        return asked or ("pungli" if _asks_about_fee(topics) else None)
    return None


def _gravest(events: Sequence[Event]) -> Category | None:
    """Harm by people leads, unless it is the milder matter beside danger to life; poison is the kitchen's."""
    urgent = {e.category for e in events if e.urgency == "darurat"}
    harms = urgent or {e.category for e in events}
    lead = next((c for c in PRECEDENCE if c in harms), None)
    if lead is None and urgent and any(e.kind.name == "poison" for e in events):
        return "makanan_air"
    return lead


def _asks_about_fee(topics: Sequence[Topic]) -> bool:
    """Whether a payment is lawful is a question of ``pungli``, whatever service it is for."""
    return any(t.category == "pungli" and any(h.weight >= 6 for h in t.hits) for t in topics)


def _parcel(scene: Scene, topics: Sequence[Topic]) -> Category | None:
    found: Mapping[Category, Topic] = {t.category: t for t in topics}
    parcel = found.get("titipan_barang")
    if parcel is None or not _is_named(parcel):
        return None
    if scene.has("topics.medicine") and "kesehatan" in found:
        return "kesehatan"
    rival = topics[0]
    return "titipan_barang" if rival.category in SENDABLE and rival.score < 2 * parcel.score else None


def _shortlist(topics: Sequence[Topic]) -> list[Topic]:
    chosen = [topics[0]]
    for topic, share in zip(topics[1:3], (SECOND_SHARE, THIRD_SHARE), strict=False):
        if topic.category != "lainnya" and topic.score >= max(1.0, share * topics[0].score):
            chosen.append(topic)
    return chosen


def _evidence(scene: Scene, chosen: Sequence[Topic]) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    for place, topic in enumerate(chosen):
        note = f"score {topic.score:.1f}"
        if topic.reason:
            note += f", {topic.reason}"
        if place:
            note += f", behind {chosen[0].category}"
        found += [scene.evidence(f"topic.{topic.category}", h, note) for h in topic.hits[:3]]
        if not topic.hits:
            found += scene.reasons("category", topic.category, f"topic.{topic.category}")
    return tuple(found)
