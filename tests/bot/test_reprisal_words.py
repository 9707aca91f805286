"""What is done to people because they complained is known by what they say; why they complained is something else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reprisal import bare, suffered, unsafe


@pytest.mark.parametrize(
    "text",
    ["suami saya dipukul karena saya melapor", "saya diancam petugas karena pengaduan saya kemarin",
     "jatah makan anak saya dipotong petugas karena saya melapor", "setelah saya lapor, anak saya dipersulit",
     "sejak melapor kami dilarang besuk", "gara-gara aduan saya, suami dipindah ke sel isolasi",
     "my husband was beaten because I complained", "adik saya dihajar krn ketahuan lapor",
     "habis saya ngadu anak saya dibentak2", "anak saya tidak boleh dibesuk sejak saya melapor",
     "Air mati. Petugas marah-marah ke saya karena pengaduan saya", "Petugas mengancam saya karena laporan kemarin",
     "diancam soal pengaduan saya", "digebuki goro-goro lapor"],
)  # fmt: skip
def test_harm_because_of_the_complaint_is_heard(text: str) -> None:
    assert suffered(text, reported=False)


@pytest.mark.parametrize(
    "text",
    ["Saya disuruh petugas mencabut, kalau tidak adik saya dipindah ke sel isolasi", "diancam kalau saya lapor lagi",
     "kami dipaksa cabut laporan", "petugas ngancam suami saya supaya cabut laporan"],
)  # fmt: skip
def test_a_threat_over_a_complaint_is_heard_of_those_who_have_made_one(text: str) -> None:
    assert suffered(text, reported=True)
    assert not suffered(text, reported=False)


@pytest.mark.parametrize(
    "text",
    ["saya takut dipukul karena melapor", "saya melapor karena anak saya dipukul", "air mati tiga hari",
     "Saya kecewa karena laporan saya tidak ditanggapi", "suami saya ditahan karena dilaporkan mantannya",
     "terima kasih atas laporannya", "kalau saya lapor apakah anak saya dipukul", "apakah pelapor dilindungi",
     "dipukul lagi karena laporan saya tidak ditanggapi", "tidak ada pembalasan karena melapor",
     "Mohon laporan saya ditindak, anak saya dipukul petugas", "Anak saya dipukul. Saya melapor kemarin",
     "sejak lapor kemarin air tetap mati", "Setelah saya lapor, air sudah nyala", "laporan saya ditolak loket"],
)  # fmt: skip
def test_fear_a_question_and_the_grievance_itself_are_no_reprisal(text: str) -> None:
    assert not suffered(text, reported=True)


@pytest.mark.parametrize(
    "text",
    ["TIDAK AMAN", "tdk aman pak", "Tidak aman. Suami saya dipukul", "kami merasa tidak aman", "NOT SAFE, they hit him",
     "unsafe", "keluarga saya tidak aman", "pak tolong\ntidak aman, anak saya dibentak", "⚠️ TIDAK AMAN!"],
)  # fmt: skip
def test_the_word_is_known_alone_and_before_what_happened(text: str) -> None:
    assert unsafe(text)


@pytest.mark.parametrize(
    "text",
    ["tidak aman parkir di rutan", "parkiran tidak aman", "AMAN", "kamar tidak aman karena sering pencurian",
     "Lingkungan blok tidak aman bagi perempuan"],
)  # fmt: skip
def test_what_is_not_safe_somewhere_is_a_complaint(text: str) -> None:
    assert not unsafe(text)


def test_the_bare_word() -> None:
    assert bare("TIDAK AMAN") and not bare("TIDAK AMAN, suami saya dipukul semalam di kamar")


@given(
    st.lists(st.sampled_from(["dipukul", "karena", "saya", "melapor", "tidak", "aman", ",", "\n", "diancam", "cabut"]))
)
def test_any_text_can_be_read_in_bounded_time(words: list[str]) -> None:
    began = time.thread_time()
    suffered(" ".join(words * 300), reported=True)
    unsafe(" ".join(words * 300))
    assert time.thread_time() - began < 2
