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


CALLED = (
    ("dimas", "Dimas Prayogo"), ("dimas", "+Dimas"), ("dimas", "+Prayogo"), ("sari", "+Sari"), ("sari", "+Wulandari"),
    ("wahyu", "+Wahyu"), ("indah", "+Indah"), ("eko", "+Eko"), ("other", "+Dimas"),
)  # fmt: skip
TITLES = ("pak", "Pak", "bapak", "bu", "ibu", "mas", "mbak", "mba", "bang", "kang", "cak", "abah", "komandan", "om")
POSTS = (
    "petugas", "pegawai", "sipir", "oknum", "oknum petugas", "si", "kepala regu", "staf", "petugas loket", "penjaga",
    "petugas yang bernama", "petugas jaga blok C", "sipir namanya", "perawat", "danru", "anggota jaga", "petugas si",
)  # fmt: skip
DEEDS = (
    "{} minta rokok terus", "{} minta uang 50 ribu ke saya", "anak saya dipukul {}", "suami saya dipukuli oleh {}",
    "kami dimintai uang sama {}", "ulah {} keterlaluan", "{} kasar sekali", "{} itu suka mukul napi",
    "{} tidak mau membantu", "{} ke saya minta uang", "{} yang jaga malam suka malak", "adik saya diancam {}",
    "tiap minggu setor ke {}", "{}, petugas loket, menolak kami", "{} nyuruh bayar", "{} bentak2 ibu saya",
)  # fmt: skip


@pytest.mark.parametrize("name", ["Dimas", "dimas", "DIMAS", "Prayogo", "eko"])
@pytest.mark.parametrize("before", [*TITLES, *POSTS])
def test_a_name_behind_a_title_or_a_post_is_somebody_of_the_staff(before: str, name: str) -> None:
    assert named(f"tadi pagi {before} {name} ada di loket", CALLED)


@pytest.mark.parametrize("name", ["Dimas", "dimas", "Prayogo", "Wulandari", "wahyu", "Wahyu", "sari"])
@pytest.mark.parametrize("deed", DEEDS)
def test_who_does_something_bad_is_known_by_one_name(deed: str, name: str) -> None:
    assert named(deed.format(name), CALLED)


def test_each_of_several_who_are_called_so_is_meant() -> None:
    assert set(named("Dimas minta uang", CALLED)) == {"dimas", "other"}


@pytest.mark.parametrize(
    "text",
    ["petugas Prayogoo minta uang", "pak prayogi minta uang", "pakdimas minta uang", "Dimasnya marah-marah",
     "İni petugas Dimas minta uang", "petugas: Dimas minta uang", "oknum berinisial dimas"],
)  # fmt: skip
def test_a_name_mistyped_glued_or_marked_is_still_one(text: str) -> None:
    assert "dimas" in named(text, CALLED)


@pytest.mark.parametrize(
    "text",
    ["taman yang indah tapi petugas minta uang", "sari buah dijual mahal", "wahyu tuhan turun", "harga indah minta ampun",
     "pemandangan indah, petugas kasar", "anak saya Dimas minta tolong", "suami saya bernama Dimas dipukul",
     "Dimas sudah tiga hari sakit", "Dimas dipukul petugas", "saya Dimas, air mati", "napi Dimas minta uang",
     "Indah sekali acaranya", "Dimas minta tolong dikirim obat", "Dimas tidak pernah minta uang", "kamar sari kotor",
     "Dimas lapar, petugas minta uang", "Anak kami, Dimas, belum diobati", "Dimas lapar. Petugas minta uang"],
)  # fmt: skip
def test_a_word_an_inmate_or_who_asks_for_help_is_nobody_of_the_staff(text: str) -> None:
    assert named(text, CALLED) == ()
