"""Which language a message is in: counted on words that one language has and the others lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from triage.assessment import Language

REGIONAL: tuple[Language, ...] = ("jv", "su", "mad", "en")

ENDINGS = ("nya", "kan", "kah")  # no regional language of ours ends words so


def identify(
    words: Iterable[str],
    marks: Mapping[str, frozenset[str]],
    by_ending: Callable[[str], Language | None],
) -> tuple[Language, Language]:
    """The language of these typed words, and the regional one that shows most in them."""
    votes: Counter[Language] = Counter()
    indonesian = 0
    for word in words:
        if word in marks["id"]:
            indonesian += 1
            continue
        spoken = [language for language in REGIONAL if word in marks[language]]
        if not spoken and (ending := by_ending(word)) is not None:
            spoken = [ending]
        votes.update(spoken)
        indonesian += not spoken and len(word) > 6 and word.endswith(ENDINGS)
    if not votes:
        return "id", "id"
    (best, count), *others = votes.most_common(2)
    if others and others[0][1] == count and count <= indonesian:
        return "id", best
    return _weigh(best, count, indonesian), best


def _weigh(best: Language, count: int, indonesian: int) -> Language:
    share = count / (count + indonesian)
    if share >= 0.62:
        return best
    if count >= 2 and indonesian >= 2 and share >= 0.3:
        return "mixed"
    return best if indonesian == count == 1 else "id"
