"""Wishes about one's own data are known by all of their words, and a yes only where it is plain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import datarights
from bot.commands import command
from bot.turns import State


@pytest.mark.parametrize(
    "text",
    [
        "DATA SAYA", "data saya", "dta saya", "Data sya", "daata saya", "salinan data saya", "minta data saya dong pak",
        "dataku", "datasaya", "my data", "a copy of my data please", "I want to see my data", "bisa lihat data saya?",
    ],
)  # fmt: skip
def test_asking_for_a_copy_is_known_with_typing_errors(text: str) -> None:
    assert command(text) == ("data_copy", "")


@pytest.mark.parametrize(
    "text",
    [
        "HAPUS DATA SAYA", "hpus data saya", "hapsu data saya", "tolong hapus semua data saya", "hapus data",
        "hapus data pribadi saya", "saya mau data saya dihapus", "delete my data", "please erase all my data",
        "hapus dataku", "hapus datanya pak",
    ],
)  # fmt: skip
def test_asking_for_erasure_is_known_with_typing_errors(text: str) -> None:
    assert command(text) == ("data_erase", "")


@pytest.mark.parametrize(
    "text",
    [
        "data saya salah", "dada saya", "mata saya", "kata saya", "data saya hilang di loket", "jangan hapus data saya",
        "data", "saya", "saya minta data", "data anak saya", "minta data napi", "datang saya", "data saya bocor",
        "hapus pengaduan saya", "kenapa data saya dihapus petugas", "hapus pungli", "my data was leaked",
    ],
)  # fmt: skip
def test_words_about_data_are_no_wish(text: str) -> None:
    found = command(text)
    assert found is None or found[0] not in datarights.WISHES


ASKED = State(expecting="erase")


@pytest.mark.parametrize(
    "text", ["YA", "ya pak", "Ya, hapus", "ya hapus saja", "iya hapus semua", "HAPUS", "yes", "ok"]
)
def test_a_plain_yes_erases(text: str) -> None:
    turn, after = datarights.answered(ASKED, text)
    assert turn
    assert [e.value for e in turn.effects] == ["erase"]
    assert after.expecting == ""


@pytest.mark.parametrize("text", ["TIDAK", "tidak jadi", "jangan", "jangan dihapus", "no", "gak usah deh", "batal"])
def test_a_plain_no_leaves_everything(text: str) -> None:
    turn, after = datarights.answered(ASKED, text)
    assert turn
    assert [e.key for e in turn.effects] == ["data_kept"]
    assert after.expecting == ""


@pytest.mark.parametrize(
    "text",
    [
        "ya tapi nanti",
        "ya ampun jangan",
        "sudah",
        "ya kalau anak saya aman",
        "air mati",
        "",
        "ya saya takut",
        "ok besok",
    ],
)
def test_anything_else_erases_nothing_and_ends_the_question(text: str) -> None:
    turn, after = datarights.answered(ASKED, text)
    assert turn is None
    assert after.expecting == ""


@given(st.text(max_size=300))
def test_without_the_question_nothing_is_answered_and_any_text_can_be_read(text: str) -> None:
    assert datarights.answered(State(), text) == (None, State())
    datarights.wish(text.lower())
    datarights.answered(ASKED, text)
