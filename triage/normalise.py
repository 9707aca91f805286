"""From chat spelling to plain words that still know where they stood in the message as sent.

Nothing here may depend on the length of the input: only the beginning, the end and the surroundings of
danger words of a very long message become tokens, and characters are folded one by one, so that a run of
combining marks cannot make Unicode normalisation slow.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

EDGE = 4_000  # characters judged at either end of a long message
AROUND = 160  # characters judged on either side of a danger word between the ends
MAX_WINDOWS = 12
MAX_TOKENS = 1_300
MIN_SHARE = 60  # tokens kept of each window, however many there are
MAX_RUN = 4  # times the same word counts when it is repeated

_WORD = re.compile(r"[a-z]+(?:['’‘`´ʼ][a-z]+)*['’‘`´ʼ]?|\d+(?:[.,]\d+)*")
_LONG_WORD = re.compile(r"[a-zA-Z]{4,24}")
_SENTENCE_END = frozenset(".!?;\n。！？…")
_SOFT_BREAK = frozenset(',:()-–—/"“”')
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_SPACED = re.compile(r"(?<![a-z])[a-z](?:[ .\-_*][a-z]){3,}(?![a-z])")
_LEET = str.maketrans("013457", "oieast")
_LEET_WORD = re.compile(r"(?<![a-z0-9])[a-z]+(?:[013457][a-z]+)+(?![a-z0-9])")


class Token(NamedTuple):
    """One plain word; ``keys`` are the names under which phrases may ask for it."""

    word: str
    keys: frozenset[str]
    start: int
    end: int
    pause: int  # break before it: 0 none, 1 comma, 2 new sentence
    asks: bool  # its sentence ends with a question mark


class Piece(NamedTuple):
    """A run of letters or digits as typed, folded to lower-case ASCII where possible."""

    word: str
    start: int
    end: int
    pause: int
    glued: bool  # follows the piece before it without any space ("500rb", "gara2")


class Typed(NamedTuple):
    """A message cut into pieces, and what only its punctuation tells."""

    pieces: tuple[Piece, ...]
    question_ends: frozenset[int]  # piece indices after which a question mark stands
    letters: int
    symbols: int


def excerpts(text: str, danger: Collection[str]) -> list[tuple[int, int]]:
    """The ranges of a message that are judged: all of it, or its ends and what surrounds danger words."""
    if len(text) <= 2 * EDGE:
        return [(0, len(text))]
    ranges = [(0, EDGE)]
    for match in _LONG_WORD.finditer(text, EDGE, len(text) - EDGE):
        if match[0].lower() not in danger:
            continue
        start = max(match.start() - AROUND, ranges[-1][1])
        end = min(match.end() + AROUND, len(text) - EDGE)
        if end > start:
            ranges.append((start, end))
        if len(ranges) > MAX_WINDOWS:
            break
    ranges.append((len(text) - EDGE, len(text)))
    return ranges


def cut(text: str, ranges: Sequence[tuple[int, int]]) -> Typed:
    """The pieces of those ranges, with offsets into the whole text."""
    pieces: list[Piece] = []
    questions: set[int] = set()
    symbols = 0
    share = max(MAX_TOKENS // len(ranges), MIN_SHARE)
    for start, end in ranges:
        folded, origin = _fold(text, start, end)
        symbols += len(folded)
        own = list(_pieces(folded, origin))
        kept = own if len(own) <= share else [*own[: share // 2], *own[-share // 2 :]]
        if kept and pieces:
            kept[0] = (kept[0][0]._replace(pause=2), kept[0][1])
        for piece, asks in kept:
            if asks:
                questions.add(len(pieces))
            pieces.append(piece)
    letters = sum(p.word[0].isalpha() for p in pieces)
    return Typed(tuple(pieces), frozenset(questions), letters, symbols)


def _fold(text: str, start: int, end: int) -> tuple[str, Sequence[int]]:
    """The range in lower-case ASCII letters, and for each character its place in the text."""
    part = text[start:end]
    if part.isascii():
        return _join_spaced(_unleet(part.lower()), range(start, end + 1))
    out: list[str] = []
    origin: list[int] = []
    for place, char in enumerate(part, start):
        plain = _plain(char)
        out.append(plain)
        origin.extend([place] * len(plain))
    origin.append(end)
    return _join_spaced(_unleet("".join(out)), origin)


def _unleet(folded: str) -> str:
    """``p3tugas`` is ``petugas``: digits between letters, one character for one."""
    return _LEET_WORD.sub(lambda m: m[0].translate(_LEET), folded)


def _join_spaced(folded: str, origin: Sequence[int]) -> tuple[str, Sequence[int]]:
    """``p u n g l i`` and ``p.u.n.g.l.i`` are one word."""
    spans = [m.span() for m in _SPACED.finditer(folded)] if len(folded) > 6 else []
    if not spans:
        return folded, origin
    drop = {i for a, b in spans for i in range(a + 1, b, 2)}
    kept = [i for i in range(len(folded)) if i not in drop]
    places = [origin[i] for i in kept]
    places.append(origin[len(folded)])
    return "".join(folded[i] for i in kept), places


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    """One character without accents, width or case; marks that stand alone vanish."""
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return ""
    if char in "'’‘`´ʼ":
        return "'"
    plain = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    return plain.lower() if plain.strip() else " "


#: Titles that are written with a full stop, which ends no sentence: "Ka. Rutan", "Bpk. Kalapas".
_SHORTENED = frozenset({"k", "ka", "kep", "kpl", "kpla", "plh", "plt", "bpk", "bp", "sdr", "yth", "no", "jl"})


def _pieces(folded: str, origin: Sequence[int]) -> Iterator[tuple[Piece, bool]]:
    """Each piece, without endless repetitions, and whether a question mark stands right after it."""
    behind = run = 0
    last = ""
    held: Piece | None = None
    for match in _WORD.finditer(folded):
        a, b = match.span()
        between = folded[behind:a]
        if held is not None:
            yield held, "?" in between
            held = None
        word = match[0] if match[0].isalpha() else _APOSTROPHES.sub("", match[0])
        pause = 0 if last in _SHORTENED and between.strip() == "." else _pause(between)
        run = run + 1 if word == last else 1
        last, glued, behind = word, behind > 0 and a == behind, b
        if run <= MAX_RUN:
            held = Piece(word, origin[a], origin[b - 1] + 1, pause, glued)
    if held is not None:
        yield held, "?" in folded[behind:]


def _pause(between: str) -> int:
    if between == " " or not between:
        return 0
    if not _SENTENCE_END.isdisjoint(between):
        return 2
    return 0 if _SOFT_BREAK.isdisjoint(between) else 1


def unrepeated(word: str) -> Iterator[str]:
    """``bangeettt`` as ``bangeet`` and ``banget``: runs of letters cut to two, then to one."""
    yield re.sub(r"(.)\1{2,}", r"\1\1", word)
    yield re.sub(r"(.)\1+", r"\1", word)
    yield re.sub(r"(.)\1+$", r"\1", word)


def skeleton(word: str) -> str:
    """First letter and consonants, doubled ones once: what chat spelling leaves of a word."""
    bones = word[0] + re.sub(r"[aeiou]", "", word[1:])
    return re.sub(r"(.)\1+", r"\1", bones)
