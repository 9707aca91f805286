"""Everything in a message that bears on what its writer wants, weighed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from triage.events import Event
from triage.patterns import apart
from triage.scene import Scene

TICKET = re.compile(r"\b[A-Z]{2,6}[-/ ]?\d{2,4}[-/]\d{2,6}\b|\b20\d\d[-/]\d{3,6}\b", re.IGNORECASE)
UNSPEAKABLE = re.compile(r"^[^aeiouy]{3,}$|[^aeiouy]{4,}|q(?!u)[a-z]")


TONES = (
    "tone.then_now", "tone.no_more", "tone.plain_no_more", "tone.cured", "tone.sarcasm", "tone.hypothetical",
    "tone.rumour", "intents.wish_frame",
)  # fmt: skip
GRAVE, LEFT = 3, 0.3  # weight of a plain problem word; what is left of others when none stands


class Signs(NamedTuple):
    """The weights of everything that bears on the intent."""

    problem: float
    good: float
    thanks: float
    thankful: bool  # opens with thanks for something
    ask: float
    formal: bool  # more than a stray question word
    wish: float
    wishing: bool  # opens with a wish
    suggests: bool  # not an open question in the guise of a wish
    status: float
    follow: float
    spam: float
    inject: float
    abuse: float
    events: int
    grave: bool  # an event that endangers life is asserted
    ignored: bool  # anger that nobody reacted
    plea: bool
    contrast: bool
    resolved: bool
    improved: bool  # "sudah", "sekarang": something has changed
    short_question: bool
    topic: float
    words: int
    greeting: float
    ticket: bool
    digits: bool  # nothing but a number
    gibberish: bool
    named: bool  # a bare name
    closing: bool  # ends or corrects an earlier report
    adding: bool  # opens as an addition to one
    report_asked: bool  # asks about a report
    dangers: int  # events asserted or supposed
    tones: frozenset[str]  # turns of speech that change what is said: "used to, but now", "they say, but no"


def observe(scene: Scene, events: Sequence[Event]) -> Signs:
    """Everything in the message that bears on the intent."""
    spared = _denials(scene, events)
    problem, relief = _polarity(scene, "tone.problem", spared)
    good, spoilt = _polarity(scene, "intents.praise", frozenset())
    asserted = [e for e in events if e.counts]
    mocking = 3.0 * len(scene.found("tone.sarcasm")[:2])
    words = len(scene.tokens)
    covered = {i for h in scene.found("intents.greeting") for i in range(h.first, h.last + 1)}
    present = frozenset(scene.words())
    return Signs(
        problem=problem + spoilt + 2.0 * min(len(asserted), 3) + mocking,
        good=good + relief + 2.0 * sum(e.standing == "denied" for e in events) - mocking,
        thanks=_sum(scene, "intents.thanks"),
        thankful=scene.has("intents.thanks_for"),
        ask=_asking(scene),
        formal=_asks_formally(scene),
        wish=_sum(scene, "intents.aspiration"),
        wishing=scene.has("intents.wish_opening"),
        suggests=scene.has("intents.wish_frame") or not (words and scene.opens_question(0)),
        status=_sum(scene, "intents.status"),
        follow=_sum(scene, "intents.follow_up"),
        spam=_sum(scene, "intents.spam"),
        inject=_sum(scene, "intents.inject"),
        abuse=_sum(scene, "intents.abuse"),
        events=len(asserted),
        grave=any(e.urgency == "darurat" for e in asserted),
        ignored=any(not scene.denied(h) for h in scene.found("tone.ignored")),
        plea=not present.isdisjoint(scene.lexicon.sets["plea"]),
        contrast=scene.has("tone.contrast"),
        resolved=scene.has("tone.resolved"),
        improved=not present.isdisjoint(("sudah", "sekarang", "berkat")),
        short_question=words <= 12
        and len(scene.typed.pieces) - 1 in scene.typed.question_ends
        and present.isdisjoint(scene.lexicon.sets["why"]),
        topic=max((h.weight for g in scene.hits if g.startswith("topics.") for h in scene.hits[g]), default=0),
        words=words,
        greeting=len(covered) / words if words else 1.0,
        ticket=bool(TICKET.search(scene.text[:4000])),
        digits=0 < words <= 3 and all(t.word[0].isdigit() for t in scene.tokens),
        gibberish=_is_gibberish(scene),
        named=_is_name(scene),
        closing=any(not scene.quoted(h) for h in scene.found("intents.closing")),
        adding=scene.has("intents.adding"),
        report_asked=_asks_about_report(scene),
        dangers=sum(e.standing != "denied" for e in events),
        tones=frozenset(group for group in TONES if scene.has(group)),
    )


def _sum(scene: Scene, group: str) -> float:
    return sum(h.weight for h in apart(scene.found(group)))


def _denials(scene: Scene, events: Sequence[Event]) -> frozenset[int]:
    """Where "not" denies an event: good news, not a problem of its own."""
    denied = [e.hit for e in events if e.standing == "denied"]
    denied += [h for h in scene.found("tone.problem") if not h.pattern.negative and scene.denied(h)]
    over = [h for h in scene.found("tone.problem") if scene.overtaken(h)]
    if over or denied:
        denied += [*scene.found("tone.no_more"), *scene.found("tone.plain_no_more")]
    starts = [(scene.denial(h), h) for h in denied]
    return frozenset(i for start, h in starts for i in range((start if start >= 0 else h.first) - 1, h.last + 1))


def _polarity(scene: Scene, group: str, spared: frozenset[int]) -> tuple[float, float]:
    """Weight of a tone as it stands, and of what a "not" turns into its opposite."""
    straight = turned = 0.0
    grave = False
    final = _final_question(scene)
    hopeful = group == "intents.praise"  # what is asked for is not yet there
    for hit in apart(scene.found(group)):
        if hit.last == final or (hopeful and scene.requested(hit)):
            continue
        if scene.denied(hit) or scene.overtaken(hit):
            turned += hit.weight
        elif hit.first not in spared and not scene.supposed(hit) and not scene.conceded(hit):
            straight += hit.weight
            grave = grave or hit.weight >= GRAVE
    if turned and not grave:  # "tidak pernah membentak, malah sering …": the small words lament nothing
        straight *= LEFT
    return straight, turned


def _asking(scene: Scene) -> float:
    score = _sum(scene, "intents.question")
    if scene.typed.question_ends:
        score += 2
    return score + 2 * (_final_question(scene) >= 0)


def _asks_formally(scene: Scene) -> bool:
    """Whether more than a stray "kapan" makes it a question."""
    strong = any(h.weight >= 3 for h in scene.found("intents.question"))
    return strong or bool(scene.typed.question_ends)


def _final_question(scene: Scene) -> int:
    """``… bayar ga sih kak``: a "not" or a question word at the end, politeness aside; -1 if none."""
    for i in range(len(scene.tokens) - 1, max(-1, len(scene.tokens) - 6), -1):
        word = scene.tokens[i].word
        if word not in scene.lexicon.sets["particle"]:
            return i if word in scene.lexicon.sets["final_question"] else -1
    return -1


def _is_gibberish(scene: Scene) -> bool:
    """Keys hit at random: several words, none known, most of them unpronounceable."""
    words = [t.word for t in scene.tokens]
    if not words or any(scene.lexicon.words.known(w) for w in words):
        return False
    return 2 * sum(bool(UNSPEAKABLE.search(w)) for w in words) >= len(words)


def _asks_about_report(scene: Scene) -> bool:
    """``Aduan kulo … sampun dipriksa?``: a report, a word for progress and a question mark in one sentence."""
    asked = [t for t in scene.tokens if t.asks]
    sets = scene.lexicon.sets
    report = any(not t.keys.isdisjoint(sets["report"]) for t in asked)
    return report and any(t.word in sets["progress"] for t in asked)


def _is_name(scene: Scene) -> bool:
    """A bare name, given in answer to a question."""
    names = [scene.text[t.start : t.end].istitle() or t.word in ("bin", "binti") for t in scene.tokens]
    return 2 <= len(names) <= 5 and all(names) and not scene.typed.question_ends


WEIGHED = ("problem", "good", "thanks", "ask", "wish", "status", "follow", "spam", "inject", "abuse")
PLAIN = (
    "thankful", "formal", "wishing", "ignored", "plea", "contrast", "resolved", "improved", "short_question",
    "ticket", "closing", "adding", "report_asked", "named",
)  # fmt: skip
STEPS = (1, 3, 6)


def told(signs: Signs, events: Sequence[Event]) -> dict[str, int]:
    """What the rules have seen, in the form in which experience weighs it."""
    found = [f"{name} from {step}" for name in WEIGHED for step in STEPS if getattr(signs, name) >= step]
    found += [f"{name}." for name in PLAIN if getattr(signs, name)]
    found += ["more good than bad." for _ in range(signs.good > signs.problem)]
    found += [f"{tone}." for tone in TONES if tone in signs.tones]
    found += [f"{e.standing}." for e in events] + [f"{e.kind.category} {e.standing}." for e in events]
    return dict.fromkeys(found, 0)
