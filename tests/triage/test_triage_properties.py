"""Whatever comes in: no exception, true offsets, bounded time."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage import CATEGORIES, INTENTS, assess
from triage.lexicon import lexicon

LIMIT = 0.05
MIXTURE = (
    "petugas minta uang tidak ada dipukul adik saya kemarin kalapas tolong apakah besuk air mati terima kasih "
    "p3tugas ga gk 500rb 2 lapas jember blok c ? ! , . \n mbayar teu ta' officer hamil kejang sudah sembuh"
)
WORDS = MIXTURE.split(" ")
PHRASE_WORDS = sorted(w.lstrip("~") for w in lexicon().index.words if w[0].isalpha() or w[0] == "~")


def best_of(text: str, runs: int = 3) -> float:
    """Time of this thread alone: what else the machine does is no fault of the text's."""
    times = []
    for _ in range(runs):
        start = time.thread_time()
        assess(text)
        times.append(time.thread_time() - start)
    return min(times)


def check(text: str) -> None:
    result = assess(text)
    assert result.intent in INTENTS
    assert 1 <= len(result.categories) <= 3
    assert len(set(result.categories)) == len(result.categories)
    assert set(result.categories) <= set(CATEGORIES)
    assert 0 <= result.confidence <= 1
    for evidence in result.evidence:
        assert 0 <= evidence.start < evidence.end <= len(text)
        assert text[evidence.start : evidence.end] == evidence.matched


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_judged_with_true_offsets(text: str) -> None:
    check(text)


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF), max_size=60))
def test_surrogates_and_control_characters_are_judged(text: str) -> None:
    check(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))
def test_words_of_the_tables_in_any_order_are_judged(text: str) -> None:
    check(text)


NASTY = {
    "one letter": "a" * 100_000,
    "prose": "petugas minta uang " * 5_300,
    "combining marks": "a" + "\u0301" * 100_000,
    "marked letters": "p\u0301\u0302\u0303" * 25_000,
    "lone surrogates": "\ud800" * 100_000,
    "NUL": "\x00" * 100_000,
    "control characters": "".join(chr(i % 32) for i in range(100_000)),
    "emoji": "😊" * 100_000,
    "digits": "1," * 50_000,
    "apostrophes": "a'" * 50_000,
    "spaced letters": "a b " * 25_000,
    "wide ligatures": "ﷺ" * 100_000,
    "danger words": " dipukul" * 12_500,
    "negations": "tidak " * 16_000,
    "negation pairs": "tidak ada " * 10_000,
    "glued words": "dipukul" * 14_000,
    "money": "Rp 1.000.000 " * 7_700,
    "tickets": "ADU-" * 25_000,
    "words of all tables": " ".join(random.Random(3).choices(PHRASE_WORDS, k=16_000)),
    "turns of speech": "harga murah sekali bantai " * 4_000,
    "then and now": "dulu dipukuli tidak lagi " * 4_000,
    "typing errors": "sesakkk drahh pukkkul kbakarn mcncekik ngoroknyaaa " * 2_000,
    "random words": " ".join(
        "".join(random.Random(i).choices("abcdefghijklmnopqrstuvwxyz", k=3 + i % 9)) for i in range(12_000)
    ),
}


@pytest.mark.parametrize("name", NASTY)
def test_nasty_text_is_judged_in_bounded_time(name: str) -> None:
    check(NASTY[name])
    assert best_of(NASTY[name]) < LIMIT


def test_danger_in_the_middle_of_a_long_letter_is_seen() -> None:
    filler = "saya hanya ingin bercerita tentang keadaan kampung kami. " * 300
    text = f"{filler} Adik saya dikeroyok dan ditusuk di kamar tadi. {filler}"
    assert assess(text).urgency == "darurat"


def test_the_grievance_at_the_end_of_a_long_letter_is_seen() -> None:
    text = "Perkenalkan, saya petani. Anak saya tiga, semua baik. " * 90 + "Air di blok C mati tiga hari."
    assert assess(text).categories[0] == "makanan_air"
