"""What the writer wants: an ordered table, the first rule that fits decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from triage.assessment import INTENTS, Evidence, Intent
from triage.events import Event
from triage.scene import Scene
from triage.signs import Signs, told


class Verdict(NamedTuple):
    """The intent, what speaks for it, and how clear it was (0 to 1)."""

    intent: Intent
    evidence: tuple[Evidence, ...]
    clarity: float


class Rule(NamedTuple):
    """One row of the table."""

    name: str
    intent: Intent
    clarity: float
    fits: Callable[[Signs], bool]


def _is_spam(s: Signs) -> bool:
    return s.spam >= 3 and (s.spam >= s.problem or s.spam >= 6) and not s.grave


def _is_insult(s: Signs) -> bool:
    return s.abuse >= 3 and (s.topic < 3 or s.abuse >= 6 > s.problem) and not s.events


def _is_status(s: Signs) -> bool:
    if s.ignored or (s.grave and s.status < 5) or (s.wish >= 3 and s.ask < 2):
        return False
    return (
        (s.ticket and s.problem < 5)
        or (s.report_asked and s.problem < 5)
        or (s.status >= 3 and (s.ask >= 2 or s.problem < 5))
    )


def _is_addition(s: Signs) -> bool:
    enough = s.follow >= (3 if s.words > 4 else 2) and s.follow > s.problem - 2
    return enough and (s.problem < 3 or s.follow >= 6) and s.ask < 3 and s.thanks < 3 and s.wish < 3


def _is_praise(s: Signs) -> bool:
    if s.plea and (s.events or s.problem >= 4):
        return False
    if s.thankful and not s.contrast and not s.grave and (s.problem < 4 or s.resolved):
        return True
    if s.thanks >= 3 and s.ask < 5:
        if s.contrast and not s.resolved:
            return s.good > s.problem + 2
        return s.good >= 2 or s.resolved or s.problem < (5 if s.improved else 3)
    if s.thanks or s.resolved:
        return s.good >= 2 and s.good + 1 >= s.problem and not s.grave
    return s.good >= 3 and s.good > s.problem and not s.events and s.ask < 3


def _opens_with_wish(s: Signs) -> bool:
    return s.wishing and s.ask < 2 and not (s.events or s.thanks or s.contrast or s.improved) and s.problem < 3


def _is_wish(s: Signs) -> bool:
    if s.events or (s.dangers and not s.wishing):
        return False
    if s.wishing and not s.thanks and s.problem < 6:
        return True
    return s.wish >= 3 and s.suggests and s.problem < 3 + s.wish / 3 and not _is_praise(s)


def _is_short_question(s: Signs) -> bool:
    return s.short_question and not s.events and not s.plea and s.problem < 6


def _is_plain_question(s: Signs) -> bool:
    brief = s.formal and s.words <= BRIEF
    return brief and s.ask >= 3 > s.problem and not (s.events or s.plea or s.wishing or s.status or s.thanks)


def _is_grievance(s: Signs) -> bool:
    return s.events > 0 or (s.problem >= 3 and (s.problem >= s.ask or not s.formal))


TABLE: tuple[Rule, ...] = (
    Rule("empty", "greeting", 0.95, lambda s: not s.words),
    Rule("bot command", "spam_abuse", 0.9, lambda s: s.inject >= 3 and not s.grave),
    Rule("advert", "spam_abuse", 0.85, _is_spam),
    Rule("pleasantry", "greeting", 0.9, lambda s: s.greeting >= 0.99 and s.words <= 8),
    Rule("menu digit", "greeting", 0.7, lambda s: s.digits and not s.ticket),
    Rule("insult", "spam_abuse", 0.8, _is_insult),
    Rule("gibberish", "spam_abuse", 0.6, lambda s: s.gibberish),
    Rule("closing", "follow_up", 0.85, lambda s: s.closing and s.ask < 5 and not s.grave),
    Rule("addendum", "follow_up", 0.8, lambda s: s.adding and s.ask < 5),
    Rule("status", "status_check", 0.8, _is_status),
    Rule("bare name", "follow_up", 0.5, lambda s: s.named and s.topic < 6 and s.problem < 2),
    Rule("addition", "follow_up", 0.7, _is_addition),
    Rule("opening wish", "aspiration", 0.85, _opens_with_wish),
    Rule("wish", "aspiration", 0.75, _is_wish),
    Rule("praise", "praise", 0.75, _is_praise),
    Rule("short question", "information", 0.7, _is_short_question),
    Rule("plain question", "information", 0.8, _is_plain_question),
    Rule("grievance", "complaint", 0.8, _is_grievance),
    Rule("question", "information", 0.75, lambda s: s.ask >= 2),
    Rule("discontent", "complaint", 0.6, lambda s: s.problem >= 2),
    Rule("content", "praise", 0.6, lambda s: s.good >= 2),
    Rule("faint wish", "aspiration", 0.5, lambda s: s.wish >= 2),
    Rule("improvement", "praise", 0.4, lambda s: bool(s.topic) and s.improved and not s.problem),
    Rule("statement", "complaint", 0.35, lambda s: bool(s.topic)),
    Rule("few words", "greeting", 0.4, lambda s: s.words <= 3),
    Rule("remainder", "follow_up", 0.2, lambda s: True),
)

PLAIN = ("empty", "plain question", "bot command", "pleasantry", "menu digit", "closing", "addendum", "opening wish")
BRIEF, FEW = 8, 6  # words
PLAIN_PROBLEM = 3  # weight of one plain word of discontent, beside which "puas" alone is no praise
WARY = 0.25  # complaints are the most of what was learnt from, so that every plain statement looks like one
TRUST = 0.1  # how much a clear rule outweighs what is usual

# Where something is said to have happened, or hardly anything is said, an intent other than complaint
# must show in some sign of its own.
SHOWN: dict[Intent, Callable[[Signs], bool]] = {
    "complaint": lambda s: True,
    "information": lambda s: s.ask > 0 or s.short_question,
    "aspiration": lambda s: s.wish > 0,
    "praise": lambda s: s.good > 0 or s.thanks > 0,
    "status_check": lambda s: s.status > 0 or s.ask > 0,
    "follow_up": lambda s: s.follow > 0 or s.adding or s.closing,
    "greeting": lambda s: False,
    "spam_abuse": lambda s: s.spam > 0 or s.inject > 0 or s.abuse > 0,
}

_GROUPS: dict[Intent, tuple[str, ...]] = {
    "complaint": ("tone.problem",),
    "information": ("intents.question",),
    "aspiration": ("intents.aspiration",),
    "praise": ("intents.praise", "intents.thanks"),
    "status_check": ("intents.status",),
    "follow_up": ("intents.follow_up", "intents.closing"),
    "spam_abuse": ("intents.inject", "intents.spam", "intents.abuse"),
}


def decide(scene: Scene, signs: Signs, events: Sequence[Event]) -> Verdict:
    """The intent of a message."""
    fitting = [rule for rule in TABLE if rule.fits(signs)]
    rule = _reconsidered(scene, fitting[0], signs, events)
    hits = [h for group in _GROUPS.get(rule.intent, ()) for h in scene.found(group)]
    hits.sort(key=lambda h: (-h.weight, h.first))
    note = _note(rule, fitting, signs)
    found = tuple(scene.evidence(f"intent.{rule.intent}", h, note) for h in hits[:3])
    if rule.name == "experience" and not found:
        found = scene.reasons("intent", rule.intent, f"intent.{rule.intent}")
    return Verdict(rule.intent, found, rule.clarity)


def _reconsidered(scene: Scene, rule: Rule, signs: Signs, events: Sequence[Event]) -> Rule:
    """The rule that decided, unless messages with such words were usually wanted for something else."""
    if rule.name in PLAIN:
        return rule
    usual = scene.usual_intents(told(signs, events))
    usual["complaint"] *= WARY
    guarded = signs.events or signs.ignored or signs.words < FEW
    possible = [i for i in INTENTS if i == rule.intent or not guarded or SHOWN[i](signs)]
    if not SHOWN["information"](signs):
        possible = [i for i in possible if i != "information" or i == rule.intent]  # whoever asks shows it
    relieved = signs.good or signs.resolved or signs.tones or signs.improved
    if not (relieved or (signs.thanks and signs.problem < PLAIN_PROBLEM)):
        possible = [i for i in possible if i != "praise" or i == rule.intent]  # nothing shows that the trouble is over
    likely = max(possible, key=lambda i: usual[i] + TRUST * rule.clarity * (i == rule.intent))
    return rule if likely == rule.intent else Rule("experience", likely, round(usual[likely], 2), rule.fits)


def _note(rule: Rule, fitting: Sequence[Rule], signs: Signs) -> str:
    """Which rule decided, and which other intent it outranked."""
    rival = next((r for r in fitting if r.intent != rule.intent), None)
    text = (
        f"{rule.name}: problem {signs.problem:.0f}, good {signs.good:.0f}, ask {signs.ask:.0f}, wish {signs.wish:.0f}"
    )
    return f"{text}; outranks {rival.name} ({rival.intent})" if rival and rival.name != "remainder" else text
