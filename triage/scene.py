"""A message as the rules see it: tokens, phrases found, and what stands around a phrase.

Around a phrase means: denied ("tidak ada pungli"), only supposed ("bagaimana kalau dipukul?"), behind us
("dua minggu lalu"), asked, quoted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from triage.assessment import Evidence, Language
from triage.experience import experience, noticed, seen
from triage.language import identify
from triage.lexicon import Lexicon, lexicon
from triage.normalise import Token, cut, excerpts
from triage.patterns import SENTENCE, Hit
from triage.words import PASSIVE

DENIAL_REACH = 5
MAX_HITS = 60  # of one group; more would add time, not knowledge
FRAME_REACH = 4  # words that may stand between "simulasi" and what is practised
SCOPE = 10  # words around a phrase that bear on it, in texts without punctuation
LAUGHING = "🤣😂😆😹"
LONG_MEASURES = ("minggu", "pekan", "bulan", "tahun")
DANGEROUS = ("events.", "signs.", "tone.problem")
ONCE = ("dulu", "dulunya", "tadinya", "sebelumnya", "semula")
NO_MORE = ("tone.no_more", "tone.plain_no_more")
NOT_ONLY = ("hanya", "cuma", "saja", "sekali-dua", "lagi-lagi")


class Scene:
    """One message, read once; every rule asks it questions."""

    def __init__(self, text: str, overlay: Path | None = None) -> None:
        self.text = text
        self.lexicon: Lexicon = lexicon(overlay)
        self.typed = cut(text, excerpts(text, self.lexicon.danger))
        self.cut_short = sum(p.end - p.start for p in self.typed.pieces) < len(text) // 3
        self.language: Language
        raw = [p.word for p in self.typed.pieces if not p.word[0].isdigit()]
        self.language, self.region = identify(raw, self.lexicon.marks, self.lexicon.words.spoken)
        self.tokens, self.overspent = self.lexicon.words.tokens(self.typed, self.language, self.region)
        self.hits: dict[str, list[Hit]] = {}
        found, complete = self.lexicon.index.find(self.tokens)
        self.overspent |= not complete
        self.figurative = _covered(found, "idioms.figurative")
        for hit in _without_parts(_meant(found, self.figurative)):
            group = self.hits.setdefault(hit.group, [])
            if len(group) < MAX_HITS:
                group.append(hit)
        self._bad = {
            i
            for group, hits in self.hits.items()
            if group.startswith("events.") or group == "tone.problem"
            for h in hits
            if h.weight != 2 and not h.pattern.negative
            for i in range(h.first, h.last + 1)
        }
        self.sentences = _number_sentences(self.tokens)

    @cached_property
    def seen(self) -> dict[str, int]:
        """Everything about the words that labelled messages may have given a weight."""
        return seen(self.tokens, self.text, self.figurative)

    @cached_property
    def noticed(self) -> dict[str, int]:
        """Which tables of phrases speak up, in the same form."""
        return noticed(self.hits)

    @cached_property
    def usual_topics(self) -> dict[str, float]:
        """How likely each topic is for messages with such words."""
        return experience()["category"].answer({**self.seen, **self.noticed})

    def usual_danger(self, told: Mapping[str, int]) -> float:
        """How likely a message with such words, of which the rules see such signs, tells of an emergency."""
        return experience()["urgency"].answer({**self.seen, **self.noticed, **told})["darurat"]

    def reasons(self, question: str, answer: str, rule: str) -> tuple[Evidence, ...]:
        """The words that made an answer usual."""
        places = experience()[question].reasons(self.seen, answer)
        return tuple(self.span(rule, i, i, 0, "usual in such messages") for i in places)

    def usual_intents(self, told: Mapping[str, int]) -> dict[str, float]:
        """How likely each intent is for messages with such words, of which the rules see such signs."""
        return experience()["intent"].answer({**self.seen, **told})

    def found(self, group: str) -> Sequence[Hit]:
        """The phrases of one group, as they stand."""
        return self.hits.get(group, ())

    def has(self, group: str) -> bool:
        """Whether any phrase of the group stands in the message."""
        return group in self.hits

    def words(self) -> Iterator[str]:
        """The plain words."""
        return (token.word for token in self.tokens)

    def denied(self, hit: Hit) -> bool:
        """Whether a "not" takes the phrase back."""
        return self.denial(hit) >= 0 or self._denied_behind(hit)

    def _denied_behind(self, hit: Hit) -> bool:
        """``yang minta rokok saja tidak ada``: the "not" ends the clause."""
        for i in range(hit.last + 1, min(hit.last + 5, len(self.tokens) - 2)):
            if self.tokens[i].pause:
                return False
            if self.tokens[i].word in ("saja", "pun", "satupun"):
                after = i + 3
                ends = after >= len(self.tokens) or self.tokens[after].pause > 0
                return ends and [t.word for t in self.tokens[i + 1 : i + 3]] == ["tidak", "ada"]
        return False

    def quoted(self, hit: Hit) -> bool:
        """Whether somebody else's words are reported: the phrase stands between quotation marks."""
        before = self.text[max(0, self.tokens[hit.first].start - 2000) : self.tokens[hit.first].start]
        return before.count('"') % 2 == 1 or before.count("“") > before.count("”")

    def denial(self, hit: Hit) -> int:
        """The "not" that takes the phrase back, right before it, light words between, or inside; else -1."""
        denial, light = self.lexicon.sets["denial"], self.lexicon.sets["light"]
        if not hit.pattern.negative:
            for i in range(hit.first + 1, hit.last):
                if self.tokens[i].word in denial:
                    return i
        for i in range(hit.first - 1, max(-1, hit.first - 1 - DENIAL_REACH), -1):
            word, after = self.tokens[i].word, self.tokens[i + 1]
            if after.pause:
                return -1
            if word in denial:
                return -1 if after.word in NOT_ONLY or self._doubly(i) else i
            if word not in light and i not in self._bad:
                return -1
        return -1

    def _doubly(self, i: int) -> bool:
        """Whether the "not" is itself taken back or asked about ("bukan tidak", "kenapa tidak")."""
        return i > 0 and self.tokens[i - 1].word in ("bukan", "mengapa", "kok")

    def conceded(self, hit: Hit) -> bool:
        """Whether the phrase stands in a clause like ``biarpun kami berulang kali bertanya, …``."""
        i = hit.first
        while i > 0 and not self.tokens[i].pause:
            i -= 1
        return self.tokens[i].word in self.lexicon.sets["conceding"]

    def charged(self, hit: Hit) -> bool:
        """Whether the word names an offence someone is in for ("residivis pembunuhan", "kasus narkoba")."""
        before = [t.word for t in self.tokens[max(0, hit.first - 2) : hit.first]]
        charge = self.lexicon.sets["charge"]
        return bool(charge.intersection(before)) or bool(before and before[-1] in ("napi", "narapidana"))

    def lifeless(self, hit: Hit) -> bool:
        """Whether a thing suffers it: a stabbed rice box, a bare wire."""
        things = self.lexicon.sets["thing"]
        before = self.tokens[max(0, hit.first - 6) : hit.first]
        after = self.tokens[hit.last + 1 : hit.last + 2]
        return any(not t.keys.isdisjoint(things) for t in (*before, *after))

    def supposed(self, hit: Hit) -> bool:
        """Whether the sentence only asks about the thing or imagines it."""
        if self.staged(hit) or self.wished(hit):
            return True
        near = range(hit.first - SCOPE, hit.last + SCOPE + 1)
        sentence = self.sentences[hit.first]
        if any(h.first in near and self.sentences[h.first] == sentence for h in self.found("tone.hypothetical")):
            return True
        places = [i for i in near if 0 <= i < len(self.tokens) and self.sentences[i] == sentence]
        words = {self.tokens[i].word for i in places}
        sets = self.lexicon.sets
        if words & sets["yes_no"] or self.opens_question(places[0]):
            return True
        asking = self.tokens[hit.first].asks or bool(words & sets["asking"])
        return bool(words & sets["supposing"]) and asking and not words & sets["why"]

    def staged(self, hit: Hit) -> bool:
        """Whether the thing is practised, played, told or warned of: ``simulasi kebakaran``, ``lomba tinju``."""
        sets = self.lexicon.sets
        if PASSIVE in self.tokens[hit.first].keys:
            return False
        for i in range(hit.first - 1, max(-1, hit.first - 1 - FRAME_REACH), -1):
            token, after = self.tokens[i], self.tokens[i + 1]
            if after.pause or token.word in sets["happening"]:
                return False
            if not token.keys.isdisjoint(sets["staging"]):
                return i == 0 or self.tokens[i - 1].word not in sets["during"]
        return False

    def wished(self, hit: Hit) -> bool:
        """Whether the sentence is a suggestion and the thing what it would prevent or be ready for."""
        sentence = self.sentences[hit.first]
        opening = [h for h in self.found("intents.wish_opening") if self.sentences[h.first] == sentence]
        if not any(h.first <= hit.first for h in opening):
            return False
        words = {t.word for t, s in zip(self.tokens, self.sentences, strict=True) if s == sentence}
        return not words & self.lexicon.sets["happening"]

    def opens_question(self, i: int) -> bool:
        """Whether a question begins here that is no reproach: ``Siapa yang menangani … ?``, ``Resmikah …``."""
        token = self.tokens[i]
        if i and token.pause < SENTENCE:
            return False
        if len(token.word) > 5 and token.word.endswith("kah"):
            return True
        following = {t.word for t in self.tokens[i + 1 : i + 3]}
        sets = self.lexicon.sets
        return token.asks and token.word in sets["opening_question"] and not following & sets["perhaps_not"]

    def requested(self, hit: Hit) -> bool:
        """Whether the thing is only asked or hoped for: ``mohon dibantu``, ``semoga lancar``."""
        before = self.tokens[max(0, hit.first - 3) : hit.first]
        return any(t.word in self.lexicon.sets["request"] for t in before)

    def setting(self, hit: Hit) -> bool:
        """Whether the phrase only says where or when: ``di kamar``, ``saat kunjungan``."""
        return hit.first > 0 and self.tokens[hit.first - 1].word in self.lexicon.sets["setting"]

    def overtaken(self, hit: Hit) -> bool:
        """Whether the thing is over for good: ``dulu dipalak, sekarang aman``, ``tidak ada lagi yang …``."""
        if any(h.first <= hit.first < h.last for h in self.found("tone.then_now")):
            return True
        if hit.pattern.negative:
            return False
        if self._once(hit) and any(h.first > hit.last for g in NO_MORE for h in self.found(g)):
            return True
        if any(h.first < hit.first < h.last for h in self.found("tone.plain_no_more")):
            return True
        return any(
            h.last < hit.first <= h.last + SCOPE and not any(t.pause for t in self.tokens[h.last + 1 : hit.first + 1])
            for h in self.found("tone.no_more")
        )

    def _once(self, hit: Hit) -> bool:
        """Whether the sentence opens in another time: ``dulu tiap minggu ada yang …``."""
        sentence = self.sentences[hit.first]
        before = range(hit.first - 1, max(-1, hit.first - 1 - SCOPE), -1)
        return any(self.tokens[i].word in ONCE for i in before if self.sentences[i] == sentence)

    def rumoured(self, hit: Hit) -> bool:
        """Whether it was only told and is said to be untrue: ``cerita tahanan disiksa itu bohong``."""
        sentence = self.sentences[hit.first]
        return any(self.sentences[h.first] == sentence for h in self.found("tone.rumour"))

    def switched_off(self, hit: Hit) -> bool:
        """Whether what "died" is the water or the light: ``air mati, orang di dalam tidak mandi``."""
        before = {t.word for t in self.tokens[max(0, hit.first - 2) : hit.first]}
        return not before.isdisjoint(self.lexicon.sets["supply"])

    def behind(self, hit: Hit) -> bool:
        """Whether a word for past time stands near the phrase, and none for the present."""
        window = range(max(0, hit.first - 8), min(len(self.tokens), hit.last + 9))
        past = any(self._is_past(i) for i in window)
        now = any(self._is_present(i) for i in window)
        return past and not now

    def _is_present(self, i: int) -> bool:
        """A word for now; ``sampai sekarang belum`` says only that nothing has been done."""
        until = i > 0 and self.tokens[i - 1].word in ("sampai", "hingga")
        return self.tokens[i].word in self.lexicon.sets["present"] and not until

    def _is_past(self, i: int) -> bool:
        """A word for past time; ``lalu`` only behind a measure of time, else it means "then"."""
        word = self.tokens[i].word
        if word == "lalu":
            measures = self.tokens[max(0, i - 2) : i]
            return any(t.word in self.lexicon.sets["period"] for t in measures)
        return word in self.lexicon.sets["bygone"]

    def long_past(self, hit: Hit) -> bool:
        """Whether it lies weeks or years behind: yesterday's illness is still today's."""
        window = range(max(0, hit.first - 8), min(len(self.tokens), hit.last + 9))
        return self.behind(hit) and any(self._is_far(i) for i in window)

    def _is_far(self, i: int) -> bool:
        word = self.tokens[i].word
        if word == "lalu":
            return any(t.word in LONG_MEASURES for t in self.tokens[max(0, i - 2) : i])
        return word in ("dulu", "lampau", "silam", "dulunya", "tadinya")

    @cached_property
    def joking(self) -> bool:
        """Whether the writer laughs and asks for nothing: nobody reports a danger so."""
        words = {t.word for t in self.tokens}
        laughs = words & self.lexicon.sets["laughter"] or any(face in self.text[:4000] for face in LAUGHING)
        return bool(laughs) and not words & self.lexicon.sets["plea"]

    def asked(self, hit: Hit) -> bool:
        """Whether the phrase stands in a sentence with a question mark."""
        return self.tokens[hit.first].asks

    def evidence(self, rule: str, hit: Hit, note: str = "") -> Evidence:
        """The phrase as an observation on the text as given."""
        return self.span(rule, hit.first, hit.last, hit.weight, note)

    def span(self, rule: str, first: int, last: int, score: float, note: str = "") -> Evidence:
        """Tokens ``first`` to ``last`` as an observation on the text as given."""
        start, end = self.tokens[first].start, self.tokens[last].end
        return Evidence(rule, start, end, self.text[start:end], round(score, 2), note)


def _covered(hits: Sequence[Hit], group: str) -> frozenset[int]:
    """The tokens of the phrases of a group."""
    return frozenset(i for h in hits if h.group == group for i in range(h.first, h.last + 1))


def _meant(hits: Sequence[Hit], figurative: frozenset[int]) -> Sequence[Hit]:
    """Without the danger that stands in turns of speech alone: ``setengah mati``, ``perang harga``."""
    harmless = figurative | _covered(hits, "idioms.tame")
    if not harmless:
        return hits
    return [
        h
        for h in hits
        if not (h.group.startswith(DANGEROUS) and any(i in harmless for i in range(h.first, h.last + 1)))
        and not (h.group.startswith("topics") and h.first in figurative and h.last in figurative)
    ]


def _without_parts(hits: Sequence[Hit]) -> list[Hit]:
    """Without single words of a fixed expression that belongs to another topic ("sikat gigi", "sepak bola")."""
    solid = [h for h in hits if h.solid and h.group.startswith("topics")]
    if not solid:
        return list(hits)
    covered: dict[int, set[str]] = {}
    for hit in solid:
        for i in range(hit.first, hit.last + 1):
            covered.setdefault(i, set()).add(hit.group.partition(".")[2])
    return [h for h in hits if h.first != h.last or not _is_part(h, covered.get(h.first))]


def _is_part(hit: Hit, topics: set[str] | None) -> bool:
    table, _, name = hit.group.partition(".")
    return topics is not None and table in ("topics", "events") and name not in topics


def _number_sentences(tokens: Iterable[Token]) -> list[int]:
    numbers: list[int] = []
    current = 0
    for token in tokens:
        current += token.pause >= SENTENCE
        numbers.append(current)
    return numbers
