"""Inflection: which roots an inflected word may come from (Indonesian, colloquial, Javanese, Sundanese).

Over-stemming is harmless here: a candidate counts only if a rule table asks for that very root.
"""

from __future__ import annotations

from collections.abc import Iterator

_PREFIXES = (
    "memper", "diper", "keber", "menge", "penge", "mem", "men", "meng", "meny", "me", "pem", "pen",
    "peng", "peny", "per", "pe", "ber", "be", "ter", "ke", "se", "di", "ku", "nge", "ng", "ny", "n", "m",
)  # fmt: skip
_NASALS = {"meny": "sc", "peny": "sc", "ny": "sc", "men": "t", "pen": "t", "n": "t", "mem": "p",
           "pem": "p", "m": "p", "meng": "k", "peng": "k", "ng": "k"}  # fmt: skip
_NASAL_ONLY = frozenset(("n", "m", "ny"))  # colloquial: always replace the first consonant
_SUFFIXES = (
    "nya", "ku", "mu", "lah", "kah", "pun", "in", "kan", "i", "an", "e", "ne", "ake", "ke", "na",
    "keun", "eun", "aken", "agi", "en", "ana", "ni", "kno", "no",
)  # fmt: skip
_CLITICS = ("nya", "ku", "mu", "lah", "kah", "pun", "ne", "na", "e", "ipun", "nipun")
_MIN_ROOT = 3


def candidates(word: str) -> Iterator[str]:
    """Possible roots of a word, the word itself first."""
    seen: set[str] = set()
    for stem in _without_suffixes(word):
        for root in _without_prefixes(stem):
            if len(root) >= _MIN_ROOT and root not in seen:
                seen.add(root)
                yield root


def without_clitics(word: str) -> Iterator[str]:
    """The word without one possessive or emphatic ending."""
    for ending in _CLITICS:
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_ROOT:
            yield word[: -len(ending)]
    if len(word) > _MIN_ROOT + 1 and word[-1] in "ae" and word[-2] == word[-3]:
        yield word[:-2]  # Madurese: kamarra, loketta


def _grouped(affixes: tuple[str, ...], at: int) -> dict[str, tuple[str, ...]]:
    """Affixes by the letter that decides whether they can fit at all."""
    return {letter: tuple(a for a in affixes if a[at] == letter) for letter in {a[at] for a in affixes}}


_BY_FIRST = _grouped(_PREFIXES, 0)
_BY_LAST = _grouped(_SUFFIXES, -1)


def _without_suffixes(word: str) -> Iterator[str]:
    level = [word]
    for _ in range(3):
        yield from level
        level = [
            w[: -len(s)]
            for w in level
            for s in _BY_LAST.get(w[-1], ())
            if w.endswith(s) and len(w) - len(s) >= _MIN_ROOT
        ]


def _without_prefixes(stem: str) -> Iterator[str]:
    yield stem
    if stem[0] in "ea" and len(stem) > _MIN_ROOT + 1:
        yield stem[1:]  # Madurese: epokol, atelanjang
    for first in _strip_prefix(stem):
        yield first
        yield from _strip_prefix(first)


def _strip_prefix(stem: str) -> Iterator[str]:
    for prefix in _BY_FIRST.get(stem[0], ()):
        if not stem.startswith(prefix) or len(stem) - len(prefix) < _MIN_ROOT - 1:
            continue
        rest = stem[len(prefix) :]
        if prefix not in _NASAL_ONLY:
            yield rest
        for consonant in _NASALS.get(prefix, ""):
            yield consonant + rest
