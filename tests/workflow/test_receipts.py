"""Receipt codes: typed by hand, read aloud, quoted in sentences, and shown to nobody else."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workflow import receipts
from workflow.receipts import ALPHABET, RANDOM, find_code, looks_like_code, normalise, redact

codes = st.builds(receipts.new_code)
plain_codes = codes.map(lambda code: code.replace("-", ""))


def grouped(plain: str, between: str) -> str:
    return between.join(plain[n : n + 4] for n in range(0, 16, 4))


def test_a_code_has_at_least_sixty_random_bits() -> None:
    assert RANDOM * math.log2(len(set(ALPHABET))) >= 60
    assert not set("01OI") & set(ALPHABET)
    assert len({receipts.new_code() for _ in range(2000)}) == 2000


@given(plain_codes)
def test_a_new_code_is_valid_in_every_grouping(plain: str) -> None:
    for between in ("", "-", " ", "  ", " - ", ".", "–", "\n"):
        assert normalise(grouped(plain, between)) == plain
        assert normalise(f"  {grouped(plain, between).lower()} ") == plain


@given(plain_codes, st.integers(0, 15), st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_refused(plain: str, place: int, other: str) -> None:
    assume(plain[place] != other)
    assert normalise(plain[:place] + other + plain[place + 1 :]) is None


@given(plain_codes, st.integers(0, 14))
def test_any_swap_of_two_neighbours_is_refused(plain: str, place: int) -> None:
    one, two = plain[place], plain[place + 1]
    assume(one != two)
    assert normalise(plain[:place] + two + one + plain[place + 2 :]) is None


@given(st.text(max_size=40))
def test_any_text_is_judged_without_raising(text: str) -> None:
    for judge in (normalise, find_code, looks_like_code, redact):
        judge(text)


@pytest.mark.parametrize("between", ["-", " ", "", ".", "–", " - ", "\n"])
@pytest.mark.parametrize(
    "sentence",
    [
        "{}",
        "STATUS {}",
        "kode saya {} terima kasih",
        "ini kode 1234 {}",
        "Kode: {}.",
        "mau cek dong kode {} sudah sampai mana",
        "pak, ({}) bagaimana kabarnya?",
        "nomor 0812 3456 7890 dan kode {}",
    ],
)
def test_a_code_is_found_and_hidden_wherever_it_stands(sentence: str, between: str) -> None:
    """Words of four letters before a code must not swallow half of it."""
    for _ in range(5):
        plain = receipts.new_code().replace("-", "")
        text = sentence.format(grouped(plain, between))
        assert find_code(text) == plain
        assert looks_like_code(text) or not any(c.isdigit() for c in plain)
        hidden = redact(text)
        assert find_code(hidden) is None
        assert not any(plain[n : n + 4] in hidden for n in range(0, 16, 4))
        assert hidden == sentence.format("••••-••••-••••-••••")


def test_two_codes_in_one_text_are_both_hidden() -> None:
    one, two = receipts.new_code(), receipts.new_code()
    assert redact(f"{one} dan {two} juga {one}").count("••••-••••-••••-••••") == 3


@given(st.text(alphabet="abcdefghijklmnop .,\n", max_size=200))
def test_plain_words_are_left_alone(text: str) -> None:
    assert redact(text) == text or find_code(text)


def test_long_texts_take_linear_time() -> None:
    """A hundred thousand characters that almost are codes."""
    text = "ABCD-" * 20_000
    assert redact(text) == text
    assert find_code(text) is None
    assert redact("A" * 100_000) == "A" * 100_000
