"""Whether the message already names the inmate."""

from __future__ import annotations

import pytest

from triage import assess


@pytest.mark.parametrize(
    "text",
    ["anak saya Rudi tidak dapat makan", "suami saya bernama Hartawan dipukul", "napi atas nama bejo kamar 3",
     "adik sy joko ga dikasih obat", "ADIK SAYA JOKO SAKIT", "kakak saya, Dodi, sakit", "tahanan bernama wiryo",
     "anak saya namanya Sentot", "Nama lengkap warga binaannya Bambang Sutejo", "Nama adik saya Rahmat Hidayat"],
)  # fmt: skip
def test_a_name_behind_a_relative_is_seen(text: str) -> None:
    assert assess(text).details.inmate_named


@pytest.mark.parametrize(
    "text",
    ["anak saya sakit", "suami saya di Rutan Medaeng", "Anak saya Tidak makan", "anak saya pingsn di kamar",
     "Anak Saya Dipukul Teman Sekamar", "napi Kristen tidak ada gereja", "keluarga kami datang Senin",
     "usulan PB bapak mandek", "atas nama keluarga besar", "bapak petugas yang baik", "ibu-ibu menunggu",
     "suami saya Jember", "adik saya Porong kamar 3 belum makan"],
)  # fmt: skip
def test_common_words_are_no_names(text: str) -> None:
    assert not assess(text).details.inmate_named
