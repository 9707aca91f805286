"""A question in which harm is told is heard as a complaint; what would be stays a question."""

from __future__ import annotations

import pytest

from bot.hearing import hear
from tests.support import Office


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("kapan laporan saya diproses? sipir makin kejam anak saya dipukuli", "darurat"),
        ("gimana kabar laporan saya, anak saya makin parah sakitnya, muntah darah", "darurat"),
        ("cek laporan saya pak, petugas makin minta uang", "tinggi"),
        ("cara besuk gimana ya pak, saya dimintai 200 ribu sama petugas loket", "tinggi"),
        ("petugas pengaduan minta uang 100 ribu supaya laporan saya diproses", "tinggi"),
        ("pak saya mau lapor petugas minta uang 50 ribu kalau tidak kasih tidak boleh masuk", "tinggi"),
    ],
)
def test_harm_in_a_question_is_a_complaint(text: str, urgency: str) -> None:
    heard = hear(text, ())
    assert (heard.intent, heard.urgency) == ("complaint", urgency)


@pytest.mark.parametrize(
    "text",
    [
        "Kalau anak saya nanti dipukul penghuni lama, harus lapor ke siapa?",
        "Apa sanksinya bila petugas terbukti memukul tahanan?",
        "apakah boleh petugas minta uang 500 ribu untuk urus remisi",
        "Kapan jadwal kunjungan? Apakah harus daftar dulu?",
        "gimana kabar laporan saya pak",
        "status laporan saya, sudah sampai mana ya",
    ],
)
def test_what_would_be_stays_a_question(text: str) -> None:
    assert hear(text, ()).intent in ("information", "status_check")


def test_a_beating_behind_a_question_opens_an_emergency(office: Office) -> None:
    said = office.say("kapan laporan saya diproses? sipir makin kejam anak saya dipukuli")
    assert office.case().urgency == "darurat"
    assert "bukan layanan gawat darurat" in said[0]


@pytest.mark.parametrize(
    ("text", "seal"),
    [
        ("petugas pengaduan minta uang 100 ribu supaya laporan saya diproses", "desk"),
        ("orang unit layanan pengaduan membocorkan laporan saya ke sipir", "desk"),
        ("yang jaga loket pengaduan minta duit terus", "desk"),
        ("saya sudah lapor ke petugas pengaduan minggu lalu, anak saya belum juga dapat obat", "none"),
    ],
)
def test_the_desk_is_hidden_from_complaints_about_itself(office: Office, text: str, seal: str) -> None:
    office.say(text)
    assert office.case().seal == seal
