"""Ordinary words that look like danger words: each pair of the service catalogue, both ways."""

from __future__ import annotations

import pytest

from triage import assess
from triage.scene import Scene

PAIRS = [
    ("pemerkosaan", "pemeriksaan"), ("diperkosa", "diperiksa"), ("perkosa", "periksa"), ("sekarat", "sekarang"),
    ("kritis", "kritik"), ("meninggal", "meninggalkan"), ("keracunan", "keraguan"), ("kabur", "kabar"),
    ("kebakaran", "kebaikan"), ("bakar", "bayar"), ("tawuran", "tawaran"), ("rusuh", "musuh"),
    ("ancaman", "tanaman"), ("dianiaya", "ditanya"), ("ditusuk", "ditunjuk"), ("berdarah", "beredar"),
    ("siksa", "sisa"), ("sajam", "saja"), ("lebam", "lebar"), ("lapar", "lapor"), ("makan", "akan"),
    ("nasi", "nasib"), ("basi", "basis"), ("cadongan", "cadangan"), ("jantung", "gantung"),
    ("lambung", "lampung"), ("berobat", "berbuat"), ("melahirkan", "melaporkan"), ("sakit", "saksi"),
    ("poli", "polri"), ("setor", "sektor"), ("setoran", "seorang"), ("pulsa", "pula"), ("dana", "adanya"),
    ("calo", "calon"), ("sidak", "tidak"), ("bandar", "banda"), ("dilayar", "dibayar"), ("layar", "layak"),
    ("hukuman", "hukum"),
]  # fmt: skip
EXACT_ONLY = ["pb", "cb", "cmb", "cmk", "vc", "tf", "wc", "rs", "kk", "hp"]


def groups(text: str) -> set[str]:
    return {h.pattern.source for hits in Scene(text).hits.values() for h in hits}


@pytest.mark.parametrize("danger, ordinary", PAIRS)
def test_the_ordinary_word_is_not_read_as_the_dangerous_one(danger: str, ordinary: str) -> None:
    words = [t.word for t in Scene(f"kata {ordinary} itu").tokens]
    assert danger not in words


@pytest.mark.parametrize("ordinary", [pair[1] for pair in PAIRS])
def test_an_ordinary_word_alone_is_no_emergency(ordinary: str) -> None:
    result = assess(f"mau tanya soal {ordinary} di sini")
    assert result.urgency not in ("darurat", "tinggi")


@pytest.mark.parametrize("short", EXACT_ONLY)
def test_short_tokens_match_whole_words_only(short: str) -> None:
    assert not {t.word for t in Scene(f"x{short}zq").tokens} & {t.word for t in Scene(short).tokens}


@pytest.mark.parametrize(
    "typed, plain",
    [("ptugas", "petugas"), ("knjungan", "kunjungan"), ("dikroyokk", "dipukul"), ("p3tugas", "petugas"),
     ("petugasss", "petugas"), ("keracunann", "keracunan"), ("penganiyaan", "penganiayaan")],
)  # fmt: skip
def test_typing_errors_are_read(typed: str, plain: str) -> None:
    token = Scene(typed).tokens[0]
    assert plain == token.word or plain in token.keys


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("Sudah tiga hari tidak ada air di blok B, tidak bisa minum", "darurat"),
        ("air mati 3 hari kami gak bisa minum", "darurat"),
        ("anak saya kehausan sampai lemas, air tidak ada dari kemarin", "darurat"),
        ("tiga hari air mati di blok B mohon diperbaiki", "tinggi"),
        ("air galon habis jadi tidak bisa minum kopi", "tinggi"),
    ],
)
def test_nothing_to_drink_is_danger_and_a_dry_tap_is_not(text: str, urgency: str) -> None:
    assert assess(text).urgency == urgency
