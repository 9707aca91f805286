"""Which facility a text is about, among those that exist. Pure; what is not certain is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from triage.details import match_name

Directory = Sequence[tuple[str, str]]
#: Words by which another facility is mentioned in passing: where somebody was before, or came from.
_PASSING = re.compile(
    r"\b(dulu|dulunya|sebelumnya|pindah\w*|dipindah\w*|mutasi|mantan|bekas|asal(nya)?|bukan|seperti|tidak seperti)\b",
    re.I,
)
_KINDS = ("lapas", "rutan", "lpka", "lpp")
_LONGEST_ANSWER = 12


@dataclass(frozen=True)
class Mention:
    """The facility that a text names; ``certain``: no other one, and not in passing."""

    key: str | None = None
    certain: bool = False


def mentioned(text: str, directory: Directory) -> Mention:
    """What a text says by itself."""
    key = match_name(text, directory)
    if key is None:
        return Mention()
    others = [entry for entry in directory if entry[0] != key]
    return Mention(key, match_name(text, others) is None and not _PASSING.search(text))


def answered(text: str, directory: Directory) -> str | None:
    """What a text means after our question: there the place alone is enough, if only one facility has it."""
    if key := match_name(text, directory):
        return key
    if len(text.split()) > _LONGEST_ANSWER:
        return None
    found = {key for kind in _KINDS if (key := match_name(f"{kind} {text}", directory))}
    return found.pop() if len(found) == 1 else None
