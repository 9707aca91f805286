"""What of a text can be printed. Whatever cannot is replaced by a visible sign, never dropped in silence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Set
from typing import Any

#: Stands for one character that no font of ours has.
MISSING = "\u25a1"
#: So many marks may stand on one letter; a heap of them would print over the neighbouring lines.
MAX_MARKS = 4
_LINES = re.compile("\r\n?|[\u0085\u2028\u2029\v\f]")
#: Colours of skin: they change the emoji before them and are no sign of their own.
_TONES = range(0x1F3FB, 0x1F400)


def printable(value: Any, covered: Set[int]) -> tuple[Any, bool]:
    """The value with every text in it made printable, and whether anything was replaced."""
    if isinstance(value, str):
        text = clean(value, covered)
        return text, text.count(MISSING) > value.count(MISSING)
    if isinstance(value, dict):
        made = {key: printable(item, covered) for key, item in value.items()}
        return {key: item for key, (item, _) in made.items()}, any(lost for _, lost in made.values())
    if isinstance(value, list | tuple):
        items = [printable(item, covered) for item in value]
        return [item for item, _ in items], any(lost for _, lost in items)
    return value, False


def clean(text: str, covered: Set[int]) -> str:
    """The text as our fonts can print it: the same words, □ for each sign that they lack."""
    return "".join(shown for _, shown in _signs(text, covered))


def lost(text: str, covered: Set[int]) -> list[str]:
    """The signs of a text that would be printed as □, each once, as they can be named to whoever wrote it."""
    found = dict.fromkeys(sign for sign, shown in _signs(text, covered) if shown == MISSING != sign)
    return [_named(sign) for sign in found]


def _named(sign: str) -> str:
    """As it is, a mark on a dotted circle, and by its number what nobody would see."""
    mark = unicodedata.category(sign)[0] == "M"
    return f"\u25cc{sign}" if mark else sign if sign.isprintable() else f"U+{ord(sign):04X}"


def _signs(text: str, covered: Set[int]) -> Iterator[tuple[str, str]]:
    """Every sign of a text, and what is printed for it."""
    marks = 0
    for character in _LINES.sub("\n", text).expandtabs(4):
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= MAX_MARKS:
            yield character, _printed(character, covered)
        elif marks == MAX_MARKS + 1:
            yield character, MISSING


def _printed(character: str, covered: Set[int]) -> str:
    if character == "\n":
        return character
    kind, point = unicodedata.category(character), ord(character)
    if kind == "Cf" or _selects(character) or point in _TONES:
        return ""  # invisible by nature: directions, joiners, variants
    return character if point in covered and kind not in ("Cc", "Co", "Cs") else MISSING


def _selects(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
