"""Fear of reprisal is known by what is feared; other fears, and fears of others, are not taken for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety import fears_reprisal


@pytest.mark.parametrize(
    "text",
    [
        "kami takut bicara", "saya takut nanti anak saya dipersulit", "takut dibalas", "wedi nek lapor",
        "khawatir kalau nama saya ketahuan anak saya kenapa-napa", "diancam kalau melapor",
        "tolong jangan bilang petugas", "I am afraid they will punish my brother", "takut anak saya dipukul",
        "sebenarnya kami takut sekali pak nanti adik kami dipindah", "jangan sampai ketahuan petugas ya",
    ],
)  # fmt: skip
def test_fear_of_reprisal_is_heard(text: str) -> None:
    assert fears_reprisal(text)


@pytest.mark.parametrize(
    "text",
    [
        "kami tidak takut lapor", "jangan takut melapor kata spanduk", "petugas takut ketahuan", "adik saya takut gelap",
        "takut dipukuli napi lain", "diancam dipukul kalau tidak bayar", "air mati", "", "mereka takut dilaporkan",
    ],
)  # fmt: skip
def test_other_fears_are_not_taken_for_it(text: str) -> None:
    assert not fears_reprisal(text)


@given(st.lists(st.sampled_from(["takut", "nanti", "-", "'", "anak", "dipukul", " ", "\n", "jangan", "diancam"])))
def test_any_text_can_be_read(words: list[str]) -> None:
    fears_reprisal(" ".join(words * 50))
