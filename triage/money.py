"""Sums of money as people write them: ``Rp 1.500.000``, ``300rb``, ``dua juta setengah``, ``gocap``."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FIGURES = re.compile(
    r"(?:rp\.?\s*)?(\d{1,3}(?:[.,]\d{3})+|\d+(?:[.,]\d{1,2})?)\s*(ribu|rb|rbu|k|juta|jt|perak)?\b", re.I
)
_FACTOR = {"ribu": 1_000, "rb": 1_000, "rbu": 1_000, "k": 1_000, "juta": 1_000_000, "jt": 1_000_000}
_ONES = {
    "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9,
    "sepuluh": 10, "sebelas": 11, "seratus": 100,
}  # fmt: skip
_GROUPS = {"ribu": 1_000, "juta": 1_000_000}
_WHOLE = {"seribu": 1_000, "sejuta": 1_000_000}
_SLANG = {
    "seceng": 1_000, "goceng": 5_000, "ceban": 10_000, "noban": 20_000, "gocap": 50_000, "cepek": 100_000,
}  # fmt: skip
_NUMBER = "|".join((*_ONES, *_WHOLE, "belas", "puluh", "ratus", "ribu", "juta", "setengah"))
_SPOKEN = re.compile(rf"\b(?:{_NUMBER})(?:\s+(?:{_NUMBER}))*\b", re.I)
_SLANG_WORD = re.compile(rf"\b(?:{'|'.join(_SLANG)})\b", re.I)
MOST = 10
THOUSAND, MILLION = 1_000, 1_000_000


def amounts(text: str) -> tuple[int, ...]:
    """Sums of money in rupiah, in the order of the text."""
    found = sorted({*_in_figures(text), *_in_words(text)})
    return tuple(amount for _, amount in found[:MOST])


def _in_figures(text: str) -> Iterator[tuple[int, int]]:
    for match in _FIGURES.finditer(text):
        number, unit = match[1], (match[2] or "").lower()
        if unit in _FACTOR or match[0].lower().startswith("rp"):
            yield match.start(), _rupiah(number, _FACTOR.get(unit, 1))


def _rupiah(number: str, factor: int) -> int:
    parts = re.split(r"[.,]", number)
    if len(parts) > 1 and all(len(p) == 3 for p in parts[1:]):
        return int("".join(parts)) * factor
    whole = ".".join(parts[:2])
    return int(float(whole) * factor)


def _in_words(text: str) -> Iterator[tuple[int, int]]:
    for match in _SLANG_WORD.finditer(text):
        yield match.start(), _SLANG[match[0].lower()]
    for match in _SPOKEN.finditer(text):
        value = _spoken(match[0].lower().split())
        if value >= 1_000:
            yield match.start(), value


def _spoken(words: list[str]) -> int:
    """``dua juta setengah`` is 2,500,000; words that name no thousands are no sum of money."""
    total = part = ones = 0
    last = 1
    for word in words:
        if word in _ONES:
            part, ones = part + _ONES[word], _ONES[word]
        elif word in ("belas", "puluh", "ratus"):
            part += {"belas": 10, "puluh": 9 * ones, "ratus": 99 * ones}[word]
        elif word == "setengah":
            total += last // 2
        else:
            last = _GROUPS.get(word) or _WHOLE[word]
            total += (part or (word in _WHOLE)) * last
            part = 0
    if total >= MILLION and part < THOUSAND:
        part *= THOUSAND  # "sejuta lima ratus"
    return total + part if total else 0
