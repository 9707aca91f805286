"""Whom the message accuses and whom it concerns: head, staff, vulnerable people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from triage.assessment import Category, Evidence, Group, Intent
from triage.events import Event
from triage.patterns import Hit
from triage.scene import Scene

GROUP_ORDER: Final[tuple[Group, ...]] = ("pregnant", "disabled", "child", "elderly")
ELDERLY_FROM, CHILD_BELOW = 60, 18
BARE: Final[frozenset[str]] = frozenset({"kepala", "ka"})  # of what is understood, where nothing else is said
COURTESY = 4  # words of "yang sangat kami hormati"
# "Kalapas yang menyuruh air dimatikan, …" is no courtesy: only these words are.
COURTEOUS: Final[frozenset[str]] = frozenset(
    {"sangat", "amat", "selalu", "kami", "saya", "hormati", "dihormati", "terhormat", "baik", "mulia", "bijak",
     "bijaksana", "budiman", "kita", "kucinta", "cintai"}
)  # fmt: skip
# An official act or the way in is touched: whoever demands money there is staff.
OFFICIAL: Final[frozenset[Category]] = frozenset(
    {"kunjungan", "remisi_integrasi", "cuti_izin", "pemindahan", "registrasi_data", "titipan_barang",
     "bantuan_hukum"}
)  # fmt: skip


class Parties(NamedTuple):
    """Accused and concerned people."""

    head: bool
    head_doubt: bool
    staff: bool
    group: Group
    evidence: tuple[Evidence, ...]


def identify(scene: Scene, intent: Intent, categories: Sequence[Category], events: Sequence[Event]) -> Parties:
    """Whom the message is about."""
    group, group_hit = _group(scene, intent)
    found = [] if group_hit is None else [scene.evidence(f"group.{group}", group_hit)]
    if intent not in ("complaint", "follow_up"):
        return Parties(False, False, False, group, tuple(found))
    told = heads(scene)
    accused = [h for h in told if _accused(scene, h)]
    found += [scene.evidence("conflict.head", h, "acts, orders or ignores") for h in accused[:2]]
    doubt = not accused and any(not _greeted(scene, h) for h in told + _perhaps(scene))
    staff_hits = [] if accused else _staff(scene, categories, events)
    found += [scene.evidence("conflict.staff", h) for h in staff_hits[:2]]
    return Parties(bool(accused), doubt, bool(staff_hits), group, tuple(found))


def is_head(words: str) -> bool:
    """Whether words that only say who somebody is, such as a post, may mean the head of a facility."""
    scene = Scene(words)
    return words.strip(" .").lower() in BARE or bool(heads(scene) or _perhaps(scene))


def heads(scene: Scene) -> list[Hit]:
    """The phrases that mean the head, not one of the many others who are called so."""
    others = scene.found("people.not_head")
    hits = [h for h in scene.found("people.head") if not _within(h, others) and not _of_a_body(scene, h)]
    return sorted(hits, key=lambda h: h.first)


def _perhaps(scene: Scene) -> list[Hit]:
    """``kpl minta duit``: too short to tell whether the head is meant, so a person has to say."""
    others = [*scene.found("people.not_head"), *scene.found("people.body")]
    hits = scene.found("people.perhaps_head")
    return [h for h in hits if not any(o.first <= h.first <= o.last for o in others)]


def _of_a_body(scene: Scene, hit: Hit) -> bool:
    """``Pun bapa huluna bareuh``: a head on shoulders, read as "kepala" from another language."""
    last = scene.tokens[hit.last]
    typed = scene.text[last.start : last.end].lower()
    if last.word == "kepala" and not typed.startswith(("kepala", "kapala", "kp", "kepla")):
        return True
    owner = scene.tokens[hit.first - 1] if hit.first else last
    return typed == "head" and scene.text[owner.start : owner.end].lower() in ("his", "her", "my", "their")


def _within(hit: Hit, others: Sequence[Hit]) -> bool:
    return any(o.first <= hit.first and hit.last <= o.last for o in others)


def _accused(scene: Scene, hit: Hit) -> bool:
    """Whether the head does, orders or ignores something, and is not merely spoken to."""
    sets = scene.lexicon.sets
    near = {t.word for t in scene.tokens[max(0, hit.first - 4) : hit.first]}
    if near & sets["by_agent"]:
        return True
    if near & sets["towards"]:
        return _paid_or_ignored(scene, hit)
    begged = hit.first > 0 and scene.tokens[hit.first - 1].word in ("minta", "meminta", "memohon", "memohonkan")
    return not (begged or near & sets["appeal"] or _greeted(scene, hit))


def _paid_or_ignored(scene: Scene, hit: Hit) -> bool:
    """``setoran untuk Kalapas`` and ``surat kepada Kalapas dibuang`` accuse; ``lapor ke Kalapas`` does not."""
    around = scene.tokens[max(0, hit.first - 10) : hit.first] + scene.tokens[hit.last + 1 : hit.last + 5]
    if {t.word for t in around} & scene.lexicon.sets["tribute"]:
        return True
    reaching = any(h.last < hit.first <= h.last + 8 for h in scene.found("people.approach"))
    rebuffed = any(h.first > hit.last - 1 or h.last < hit.first for h in scene.found("tone.ignored"))
    return reaching and rebuffed


def _greeted(scene: Scene, hit: Hit) -> bool:
    """Whether the head is only addressed: ``Kepada Yth. Bapak Kalapas, mohon …``, ``… ya pak Kalapas``."""
    sets = scene.lexicon.sets
    start = hit.first
    while start > 0 and hit.first - start < 6 and scene.tokens[start].pause < 2:
        start -= 1
    lead_in = [t.word for t in scene.tokens[start : hit.first]]
    if not all(w in sets["salute"] for w in lead_in[1:] if lead_in) and lead_in:
        return hit.last + 1 >= len(scene.tokens) and lead_in[-1] in sets["salute"]
    i = _after_courtesy(scene, hit.last + 1)
    while i < len(scene.tokens) and not scene.tokens[i].pause and scene.tokens[i].word in sets["salute"]:
        i += 1
    if i >= len(scene.tokens) or scene.tokens[i].pause:
        return True
    return scene.tokens[i].word in sets["pleading"]


def _after_courtesy(scene: Scene, i: int) -> int:
    """The place behind ``… yang baik,``, ``… yang kami hormati,``; the same place if there is none."""
    tokens = scene.tokens
    if i < len(tokens) and tokens[i].word == "yang" and not tokens[i].pause:
        for end in range(i + 2, min(i + 2 + COURTESY, len(tokens) + 1)):
            if end == len(tokens) or tokens[end].pause:
                return end if all(t.word in COURTEOUS for t in tokens[i + 1 : end]) else i
    return i


def _staff(scene: Scene, categories: Sequence[Category], events: Sequence[Event]) -> list[Hit]:
    """Phrases that show staff as the cause."""
    hits = [h for h in scene.found("people.staff") if not _harmless(scene, h) or _acts(scene, h, events)]
    hits += scene.found("people.staff_act")
    if hits:
        return hits
    official = bool(OFFICIAL & set(categories[1:])) or scene.has("people.official_act")
    if categories[0] == "pungli" and official and not scene.has("people.inmate_boss"):
        return [e.hit for e in events if e.category == "pungli"]
    return []


def _acts(scene: Scene, hit: Hit, events: Sequence[Event]) -> bool:
    """Whether a deed of theirs stands right behind them: ``tolong, petugas memukuli adik saya``."""
    behind = (e.hit.first for e in events if hit.last < e.hit.first <= hit.last + 2)
    return any(scene.tokens[i].word.startswith(("me", "ng", "ny", "mu")) for i in behind)


def _harmless(scene: Scene, hit: Hit) -> bool:
    """Whether staff are only addressed, asked for help, or witnesses (``kata petugas``)."""
    before = {t.word for t in scene.tokens[max(0, hit.first - 2) : hit.first]}
    return bool(before & scene.lexicon.sets["witness"])


def _group(scene: Scene, intent: Intent) -> tuple[Group, Hit | None]:
    scores: dict[Group, tuple[float, Hit]] = {}
    for group in GROUP_ORDER:
        hits = [h for h in scene.found(f"people.{group}") if not _dead(scene, h)]
        if hits:
            scores[group] = (sum(h.weight for h in hits), hits[0])
    for hit in scene.found("people.age"):
        group = _age_group(scene, hit)
        if group != "none":
            scores[group] = (scores.get(group, (0.0, hit))[0] + 3, hit)
    if not scores:
        return "none", None
    best = max(scores, key=lambda g: scores[g][0])
    return best, scores[best][1]


def _dead(scene: Scene, hit: Hit) -> bool:
    """A grandparent who has died is not the person to be served."""
    words = {t.word for t in scene.tokens[max(0, hit.first - 3) : hit.last + 6]}
    return not words.isdisjoint(scene.lexicon.sets["dying"])


def _age_group(scene: Scene, hit: Hit) -> Group:
    """Old or under age by the number named; durations and sentences are not ages."""
    before = {t.word for t in scene.tokens[max(0, hit.first - 3) : hit.first]}
    after = {t.word for t in scene.tokens[hit.last + 1 : hit.last + 2]}
    if (before | after) & scene.lexicon.sets["duration"]:
        return "none"
    words = [t.word for t in scene.tokens[hit.first : hit.last + 1]]
    age = number(words)
    if age is None or "bulan" in words:
        return "none"
    if age >= ELDERLY_FROM:
        return "elderly" if age < 120 else "none"
    minor = not before.isdisjoint(scene.lexicon.sets["young"]) or "umur" in words
    return "child" if age < CHILD_BELOW and minor else "none"


_ONES = {
    "nol": 0, "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8,
    "sembilan": 9, "sepuluh": 10, "sebelas": 11,
}  # fmt: skip


def number(words: Sequence[str]) -> int | None:
    """The first number in a row of words, written in digits or Indonesian words below a hundred."""
    value: int | None = None
    for word in words:
        if word.isdigit():
            return int(word[:6])
        if word in _ONES:
            value = (value or 0) + _ONES[word]
        elif word == "belas" and value is not None:
            value += 10
        elif word == "puluh" and value is not None:
            value *= 10
        elif value is not None:
            break
    return value
