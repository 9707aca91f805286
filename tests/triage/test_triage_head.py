"""The head of a facility in the short forms that families type, and who is not meant by them."""

from __future__ import annotations

import pytest

from triage import assess


@pytest.mark.parametrize(
    "text",
    ["kpl rutan mukul anak sy", "kpl lapas minta duit", "kplrutan suka mukulin napi", "kalp minta uang",
     "kaplas pukul anak saya", "k.lapas suka minta setoran", "ka rutan mukul anak saya", "Ka. Rutan minta uang",
     "kpla. rutan minta uang", "kep rutan mukul anak saya", "pak plh kepala minta duit", "plt kpl minta duit",
     "plh. kepala rutan minta duit", "yg pimpin rutan suka minta uang", "pak kpl minta uang terus",
     "anak saya dipukul kpl rutan"],
)  # fmt: skip
def test_the_head_is_meant_however_the_post_is_shortened(text: str) -> None:
    assert assess(text).about_head


@pytest.mark.parametrize(
    "text",
    ["kpl minta duit ke saya", "kpl suka minta jatah", "anak saya dipukul kpl", "kepala minta uang ke keluarga saya"],
)
def test_a_post_too_short_to_tell_whose_it_is_leaves_a_doubt(text: str) -> None:
    judged = assess(text)
    assert (judged.about_head, judged.head_doubt) == (False, True)


@pytest.mark.parametrize(
    "text",
    ["kpl kamar minta uang", "kpl blok mukul anak saya", "kpl regu minta duit", "pak kepala regu mukul anak saya",
     "kpl kplp mukul anak saya", "kplp mukul anak saya", "plh kepala seksi minta uang", "kpl dapur korupsi jatah makan",
     "kepala sekolah minta uang", "anak saya di blok k lapas ngawi dipukul"],
)  # fmt: skip
def test_another_post_is_not_the_head(text: str) -> None:
    judged = assess(text)
    assert not judged.about_head and not judged.head_doubt


@pytest.mark.parametrize(
    "text",
    ["kpl anak saya bocor dipukul napi lain", "adik saya dipukul, kplnya sampai bocor", "petugas memukul kpl anak saya",
     "sakit kepala minta obat ga dikasih", "kpl saya pusing belum diobati"],
)  # fmt: skip
def test_a_head_on_shoulders_is_nobody_s_post(text: str) -> None:
    judged = assess(text)
    assert not judged.about_head and not judged.head_doubt
