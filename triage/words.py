"""What one typed word means: chat spelling, regional vocabulary, typing errors, inflection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from rapidfuzz import fuzz, process

from triage import roots
from triage.assessment import LANGUAGES, Language
from triage.normalise import Piece, Token, Typed, skeleton, unrepeated

FUZZY_MIN = 6
FUZZY_CUTOFF = 90
FUZZY_BUDGET = 40
CACHE = 20_000
GUESSED = ("id", "mixed")  # typing errors are assumed only where the vocabulary is complete
PASSIVE = "<di>"  # key of every passive verb, so that phrases can ask for "tidak <di>"

_PLACES = frozenset(("disini", "disana", "disitu", "dimana", "diatas", "dibawah", "didalam", "diluar", "dirumah"))

Plain = tuple[str, ...]
_UNITS = {"k": "ribu", "rb": "ribu", "jt": "juta", "th": "tahun", "thn": "tahun", "bln": "bulan",
          "hr": "hari", "mgg": "minggu", "x": "kali", "jm": "jam", "j": "jam", "org": "orang"}  # fmt: skip


class Reading(NamedTuple):
    """The plain words of a typed one; ``guessed`` if a typing error had to be assumed."""

    plain: Plain
    guessed: bool


class Spelling:
    """The fixed tables: chat spelling, regional words, compounds."""

    def __init__(
        self,
        spelling: Mapping[str, Any],
        glossary: Mapping[str, Mapping[str, str]],
        ordinary: Mapping[str, Any],
        marks: Mapping[str, frozenset[str]],
    ) -> None:
        self.chat = dict(_inverted(spelling["spelling"]))
        self.compounds = _by_first(spelling["compounds"])
        self.numbers = frozenset(spelling["numbers"]["words"].split())
        self.regional_roots = dict(_inverted(glossary["roots"]))
        everyday = frozenset(" ".join(ordinary["ordinary"].values()).split())
        self.ordinary = everyday.union(*marks.values())
        self.known = everyday | marks["id"] | frozenset(w for p in self.chat.values() for w in p)
        self.glossaries = {
            lang: {**dict(_inverted(words)), **dict(_inverted(glossary.get(f"{lang}_only", {})))}
            for lang, words in glossary.items()
            if lang in LANGUAGES  # "_only": words that mean something else in Indonesian
        }
        self.everywhere: dict[str, Plain] = {}
        for lang in self.glossaries:
            for word, plain in _inverted(glossary[lang]):
                if len(word) > 3 and word not in self.known:
                    self.everywhere.setdefault(word, plain)

    def joined(self, words: Sequence[str]) -> Sequence[str]:
        """The words of a phrase with compounds made one."""
        out: list[str] = []
        i = 0
        while i < len(words):
            here = self.chat.get(words[i], (words[i],))
            word, length = words[i], 1
            for rest, compound in self.compounds.get(here[0], ()) if len(here) == 1 else ():
                if tuple(words[i + 1 : i + 1 + len(rest)]) == rest:
                    word, length = compound, 1 + len(rest)
                    break
            out.append(word)
            i += length
        return out


class Words:
    """The vocabulary, and how unknown words are read with its help."""

    def __init__(self, spelling: Spelling, phrase_words: frozenset[str]) -> None:
        self.root_words = frozenset(w[1:] for w in phrase_words if w.startswith("~"))
        targets = frozenset(w for w in phrase_words if not w.startswith(("~", "#", "<")))
        self._fixed = spelling
        self._known = targets | spelling.ordinary | self.root_words | spelling.known
        self._fuzzy = _by_initial(w for w in targets | self.root_words if len(w) >= FUZZY_MIN)
        self._bones = _skeletons(targets, self.root_words)
        self._readings: dict[str, Reading] = {}
        self._keys: dict[str, frozenset[str]] = {}

    def tokens(self, typed: Typed, language: Language, region: Language) -> tuple[tuple[Token, ...], bool]:
        """Tokens for the pieces in that language, and whether the fuzzy budget ran out. ``region`` is
        the regional language whose words a mixed message borrows."""
        budget = FUZZY_BUDGET
        plain: list[tuple[str, Piece, bool]] = []
        own = self._fixed.glossaries.get(region if language == "mixed" else language, {})
        asks = _questions(typed)
        for i, piece in enumerate(typed.pieces):
            reading = self._readings.get(piece.word)
            if piece.glued and i and (unit := self._after_number(typed, i)):
                plain.append((unit, piece, asks[i]))
                continue
            if piece.glued and piece.word == "2" and not typed.pieces[i - 1].word[0].isdigit():
                if plain and plain[-1][0] in ("apa", "siapa", "mana"):
                    plain[-1] = (f"{plain[-1][0]}-{plain[-1][0]}", *plain[-1][1:])
                continue
            if reading is None:
                reading = self._read(piece.word, budget > 0 and language in GUESSED)
                budget -= reading.guessed or reading.plain == (piece.word,)
                if budget > 0 and language in GUESSED and len(self._readings) < CACHE:
                    self._readings[piece.word] = reading
            words = own.get(piece.word) or reading.plain
            plain.extend((word, piece, asks[i]) for word in words)
        return tuple(self._compounded(plain)), budget <= 0

    def known(self, word: str) -> bool:
        """Whether any table knows the word or a root of it."""
        return word in self._known or bool(self.keys(word) - {word, PASSIVE})

    def keys(self, word: str) -> frozenset[str]:
        """The names under which phrases may ask for a word."""
        keys = self._keys.get(word)
        if keys is None:
            keys = self._derive(word)
            if len(self._keys) < CACHE:
                self._keys[word] = keys
        return keys

    def _both(self, word: str, typed: str) -> frozenset[str]:
        """The names of a plain word, and the word as typed, so that phrases may use either."""
        return self.keys(word) if word == typed else self.keys(word) | {typed}

    def spoken(self, word: str) -> Language | None:
        """The regional language whose ending a known word carries (``kamarna``, ``petugase``, ``kamarra``)."""
        if word in self._known or len(word) < 5:
            return None
        if word.endswith("na") and word[:-2] in self._known:
            return "su"
        if word.endswith("e") and (word[:-1] in self._known or word[:-2] in self._known):
            return "jv" if word.endswith("ne") or word[-2] not in "aeiou" else None
        if word.endswith("ipun"):
            return "jv"
        if word[-1] in "ae" and word[-2] == word[-3] and word[:-2] in self._known:
            return "mad"
        return None

    def _derive(self, word: str) -> frozenset[str]:
        if word[0].isdigit() or word in self._fixed.numbers:
            return frozenset((word, "#"))
        keys = {word}
        if len(word) <= 24:
            if self._is_passive(word):
                keys.add(PASSIVE)
            keys.update(w for w in roots.without_clitics(word) if w in self._known)
            for root in roots.candidates(word):
                if root in self.root_words:
                    keys.add(f"~{root}")
                elif root in self._fixed.regional_roots:
                    keys.update(f"~{r}" for r in self._fixed.regional_roots[root])
        return frozenset(keys)

    def _is_passive(self, word: str) -> bool:
        """``dipukuli`` but not ``dingin``: what follows ``di`` is a word or comes from a root."""
        return (
            len(word) >= 6
            and word.startswith("di")
            and word not in _PLACES
            and any(c in self._known for c in roots.candidates(word[2:]))
        )

    def _read(self, word: str, may_guess: bool) -> Reading:
        direct = self._lookup(word)
        if direct is not None:
            return Reading(direct, False)
        for form in self._forms(word):
            direct = self._lookup(form)
            if direct is not None:
                return Reading(direct, False)
        if may_guess and len(word) >= 4 and word.isalpha():
            guess = self._guess(word)
            if guess is not None:
                return Reading((guess,), True)
        return Reading((word,), False)

    def _lookup(self, word: str) -> Plain | None:
        if word in self._fixed.chat:
            return self._fixed.chat[word]
        if word in self._fixed.everywhere:
            return self._fixed.everywhere[word]
        if word in self._known or word[0].isdigit() or self.keys(word) - {word, PASSIVE}:
            return (word,)
        return self._inflected(word)

    def _inflected(self, word: str) -> Plain | None:
        """A regional or misspelt word with an ending: ``banyune`` is read like ``banyu``."""
        for stem in roots.without_clitics(word):
            if len(stem) >= 4:
                plain = self._fixed.chat.get(stem) or self._fixed.everywhere.get(stem)
                if plain is not None:
                    return plain
        return None

    def _forms(self, word: str) -> Iterator[str]:
        if word.endswith("ny"):
            yield f"{word}a"
        for form in unrepeated(word):
            if form != word:
                yield form
        if len(word) > 6 and word[: len(word) // 2] == word[len(word) // 2 :]:
            yield word[: len(word) // 2]

    def _guess(self, word: str) -> str | None:
        whole = self._bones.get(skeleton(word)) if len(word) >= 4 else None
        few_vowels = sum(c in "aeiou" for c in word) * 3 <= len(word) + 1
        if whole and few_vowels and len(whole) > len(word) and _is_shortened(word, whole):
            return whole
        if len(word) < FUZZY_MIN or len(word) > 24:
            return None
        best = process.extractOne(word, self._fuzzy.get(word[0], ()), scorer=fuzz.ratio, score_cutoff=FUZZY_CUTOFF)
        return best[0] if best else None

    @staticmethod
    def _after_number(typed: Typed, i: int) -> str | None:
        before = typed.pieces[i - 1].word
        return _UNITS.get(typed.pieces[i].word) if before[0].isdigit() else None

    def _compounded(self, plain: list[tuple[str, Piece, bool]]) -> Iterator[Token]:
        i = 0
        while i < len(plain):
            word, piece, asks = plain[i]
            last = i
            for rest, joined in self._fixed.compounds.get(word, ()):
                follow = plain[i + 1 : i + 1 + len(rest)]
                if len(follow) == len(rest) and all(
                    f[0] == r and f[1].pause < 2 for f, r in zip(follow, rest, strict=True)
                ):
                    word, last = joined, i + len(rest)
                    break
            if word == "pukul" and last + 1 < len(plain) and "#" in self.keys(plain[last + 1][0]):
                word = "jam"  # the time of day, not a blow
            end = plain[last][1].end
            typed_as = piece.word if word != "jam" else word
            yield Token(word, self._both(word, typed_as), piece.start, end, piece.pause, asks)
            i = last + 1


def _questions(typed: Typed) -> list[bool]:
    """For each piece whether its sentence ends with a question mark."""
    asks = [False] * len(typed.pieces)
    current = False
    for i in range(len(typed.pieces) - 1, -1, -1):
        if i in typed.question_ends:
            current = True
        elif i + 1 < len(typed.pieces) and typed.pieces[i + 1].pause == 2:
            current = False
        asks[i] = current
    return asks


def _inverted(table: Mapping[str, str]) -> Iterator[tuple[str, Plain]]:
    for plain, variants in table.items():
        for variant in variants.split():
            yield variant, tuple(plain.split())


def _by_first(compounds: Mapping[str, str]) -> dict[str, list[tuple[Plain, str]]]:
    table: dict[str, list[tuple[Plain, str]]] = {}
    for joined, block in compounds.items():
        for phrase in block.split(","):
            first, *rest = phrase.split()
            table.setdefault(first, []).append((tuple(rest), joined))
    for entries in table.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return table


def _by_initial(words: Iterable[str]) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for word in sorted(words):
        table.setdefault(word[0], []).append(word)
    return table


def _skeletons(words: frozenset[str], root_words: frozenset[str]) -> dict[str, str]:
    """Skeletons that belong to one word of the tables only."""
    table: dict[str, str] = {}
    passives = {f"di{r}" for r in root_words if len(r) >= 4}
    for word in sorted(words | root_words | passives):
        bones = skeleton(word)
        if len(word) >= 5 and len(bones) >= 3:
            table[bones] = "" if bones in table else word
    return table


def _is_shortened(word: str, whole: str) -> bool:
    """Whether ``word`` is ``whole`` with letters left out (``ptgas``, ``knjungan``)."""
    rest = iter(whole)
    return all(letter in rest for letter in word)
