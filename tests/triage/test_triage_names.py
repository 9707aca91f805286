"""Whether the message already names the inmate, or somebody of the staff by a part of their name."""

from __future__ import annotations

import pytest

from triage import assess, named


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


STAFF = (
    ("head", "Bambang Hartono"), ("head", "~Bambang"), ("head", "~Hartono"), ("other", "Budi Kartono"),
    ("agung", "~Agung"), ("malang", "~Malang"),
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["Hartono minta uang 3jt ke saya", "hartono mukul anak sy", "anak saya dipukul HARTONO", "si bambang minta duit",
     "Hartno minta uang", "petugas bernama Hartoni minta uang"],
)  # fmt: skip
def test_a_part_of_a_name_alone_is_enough_where_the_directory_says_so(text: str) -> None:
    assert named(text, STAFF) == ("head",)
    assert assess(text, staff=STAFF).details.staff == ("head",)


@pytest.mark.parametrize(
    "text",
    ["anak saya Bambang dipukul", "suami saya, Hartono, sakit", "nama saya Budi Hartono, air mati",
     "Saya Hartono. Air di blok B mati", "napi bernama Joko Hartono minta uang", "Kartono minta uang",
     "mau lapor ke jaksa agung", "air mati di malang", "hartonosari banjir", "semoga bambu berguna"],
)  # fmt: skip
def test_a_part_of_a_name_is_not_another_name_nor_that_of_who_writes_or_is_inside(text: str) -> None:
    assert "head" not in named(text, STAFF)
    assert not {"agung", "malang"} & set(named(text, STAFF))
