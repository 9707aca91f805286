"""Somebody of the staff, named by a part of their name: behind a title or a post ("petugas Dimas"), or alone, as the
one who does something bad ("Dimas minta rokok terus", "dipukul Dimas").

Many names are words as well ("sari", "indah"), and inmates are called as officers are. So a part alone counts only with
a misdeed, and never where it is said to be somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from triage.lexicon import Lexicon, lexicon
from triage.roots import candidates
from triage.surnames import MIN_MISTYPED, is_anothers

PART = "+"  # stands before such a part in a directory

#: So many words after a name may come before what is done, or between a post and the name.
REACH, BETWEEN = 7, 4
_MIN_GLUED = 4
_GLUED = re.compile(r"(?:pak|bu|mas|mbak|bang|kang)(?=\w{4})")
_WORD = re.compile(r"[^\W\d_]+")
_JOINED = re.compile(r"[\s\"'“”‘’(*_:.-]*")
#: ``Dimas, petugas loket,``; ``Dimas yang petugas jaga itu``.
_APPOSED = re.compile(
    r"(?:\s*,|\s+(?:itu|adalah|yang|yg|selaku|sebagai))*\s*(?:petugas|sipir|pegawai|oknum|penjaga|perawat|staf)"
    r"(?:\s+(?:loket|jaga|piket|blok(?: \w{1,2})?|kunjungan|pengaduan|registrasi|dapur|klinik|keamanan|lapas|rutan))?"
    r"\s*(?:[,.!?)\n]|$|\b(?:itu|yang|yg|di)\b)"
)
_ENDED = re.compile(r"[.!?,;\n]")
_PASSIVE = re.compile(r"(?:di|ke|ter|kena)\w{3}")


def meant(text: str, parts: Mapping[str, Sequence[str]], tables: Lexicon | None = None) -> Iterator[str]:
    """The values of the parts by which the text names somebody; each of several who are called so."""
    reading = _Reading(text, tables or lexicon())
    for at in range(len(reading.words)):
        yield from parts.get(reading.part(at, parts), ())


class _Reading:
    """A text as words, and what stands around each of them."""

    def __init__(self, text: str, tables: Lexicon) -> None:
        self.text, self.tables, self.sets = text, tables, tables.sets
        self.lowered = "".join(low if len(low := c.lower()) == 1 else c for c in text)
        self.words = [(m[0], m.start(), m.end()) for m in _WORD.finditer(self.lowered)]

    def part(self, at: int, parts: Mapping[str, Sequence[str]]) -> str:
        """The part that this word is, where it names somebody of the staff; empty otherwise."""
        said = self.words[at][0]
        if glued := _GLUED.match(said):
            rest = said[glued.end() :]
            if len(rest) >= _MIN_GLUED and rest in parts:
                return rest
        plain = said if said in parts else said.removesuffix("nya")
        if plain in parts:
            return plain if self._titled(at) or self._accused(at) else ""
        if len(said) < MIN_MISTYPED or self.tables.words.known(said) or not (self._titled(at) or self._posted(at)):
            return ""
        near = extractOne(said, list(parts), scorer=OSA.distance, score_cutoff=1)
        return near[0] if near and len(near[0]) >= MIN_MISTYPED else ""

    def _accused(self, at: int) -> bool:
        """Whether an officer is meant here: called one, or the doer of something bad, and nobody else."""
        said, start, _ = self.words[at]
        if said in self.sets["towns"] or is_anothers(self.lowered, start):
            return False
        does = self._does(at)
        if self._ordinary(at):
            return does == 1 or (bool(does) and self._written_as_name(at)) or (self._posted(at) and bool(does))
        return self._posted(at) or bool(does) or self._suffered(at)

    def _ordinary(self, at: int) -> bool:
        said, start, _ = self.words[at]
        given = said in self.sets["given_names"] and self.text[start].isupper()
        return self.tables.words.known(said) and not given

    def _written_as_name(self, at: int) -> bool:
        start = self.words[at][1]
        return self.text[start].isupper() and not self.text.isupper()

    # -------------------------------------------------------------- before the name

    def _joined(self, at: int) -> bool:
        """Whether nothing but space stands between this word and the one before it."""
        return at > 0 and _JOINED.fullmatch(self.lowered, self.words[at - 1][2], self.words[at][1]) is not None

    def _titled(self, at: int) -> bool:
        return self._joined(at) and self.words[at - 1][0] in self.sets["called"]

    def _posted(self, at: int) -> bool:
        """``petugas Dimas``, ``oknum petugas loket yang bernama Dimas``, ``Dimas, petugas loket,``."""
        if _APPOSED.match(self.lowered, self.words[at][2]):
            return True
        for back in range(at, max(0, at - BETWEEN), -1):
            if not self._joined(back):
                return False
            before = self.words[back - 1][0]
            if before in self.sets["posts"]:
                return True
            if before not in self.sets["at_post"] and len(before) > 1:
                return False
        return False

    def _suffered(self, at: int) -> bool:
        """``dipukul Dimas``, ``dimintai uang sama Dimas``, ``setor ke Dimas``, ``ulah Dimas``."""
        before = [self.words[n][0] for n in range(max(0, at - REACH), at) if self._one_breath(n, at)]
        if not before:
            return False
        last, earlier = before[-1], before[:-1]
        if last in self.sets["by_agent"] - self.sets["done_by"] or (_passive(last) and self._bad(last)):
            return True
        if last in self.sets["done_by"] and any(_passive(word) and self._bad(word) for word in earlier):
            return True
        return last in self.sets["paid_to"] and any(
            not self.sets["paid"].isdisjoint(candidates(word)) for word in earlier
        )

    # -------------------------------------------------------------- behind the name

    def _does(self, at: int) -> int:
        """How many words behind the name something bad is said to be done by its bearer; 0 where it is not."""
        negated = False
        for n in range(at + 1, min(at + 1 + REACH, len(self.words))):
            word = self.words[n][0]
            if not self._one_breath(at, n) or self._another(n):
                return 0
            if word in self.sets["refused"]:
                negated = True
            elif negated and not self.sets["owed"].isdisjoint(candidates(word)):
                return n - at
            elif self._bad(word):
                return 0 if negated or _passive(word) or self._begs(n) else n - at
        return 0

    def _one_breath(self, first: int, last: int) -> bool:
        return _ENDED.search(self.lowered, self.words[first][2], self.words[last][1]) is None

    def _another(self, n: int) -> bool:
        """Whether somebody else comes in who may be the doer."""
        word = self.words[n][0]
        spoken_to = self.words[n - 1][0] in (
            "ke",
            "kepada",
            "kpd",
            "sama",
            "dari",
            "pada",
            "dgn",
            "dengan",
            "to",
            "from",
        )
        return word in self.sets["others"] and not spoken_to

    def _bad(self, word: str) -> bool:
        return not self.sets["misdeeds"].isdisjoint(candidates(word))

    def _begs(self, n: int) -> bool:
        behind = self.words[n + 1][0] if n + 1 < len(self.words) and self._one_breath(n, n + 1) else ""
        return "minta" in candidates(self.words[n][0]) and behind in self.sets["begged"]


def _passive(word: str) -> bool:
    return _PASSIVE.match(word) is not None
