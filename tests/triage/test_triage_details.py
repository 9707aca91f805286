"""What the text already tells: facility, block and room, days, sums of money, officers."""

from __future__ import annotations

import pytest

from triage import assess

DIRECTORY = (
    ("medaeng", "Rutan Kelas I Surabaya (Medaeng)"), ("jember", "Lapas Kelas IIA Jember"), ("blitar", "LPKA Kelas I Blitar"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "facility"),
    [("dipukul di Rutan Medaeng", "medaeng"), ("rutan surabaya antre lama", "medaeng"), ("di lapas jembr minta uang", "jember"),
     ("LPKA Blitar anak saya sakit", "blitar"), ("di rumah saja", None)],
)  # fmt: skip
def test_the_facility_is_found_by_any_of_its_names(text: str, facility: str | None) -> None:
    assert assess(text, directory=DIRECTORY).details.facility == facility


@pytest.mark.parametrize(
    ("text", "sums"),
    [("minta Rp 1.500.000", (1_500_000,)), ("bayar 50rb lalu 2jt", (50_000, 2_000_000)), ("uang lima puluh ribu", (50_000,)),
     ("dua juta setengah", (2_500_000,)), ("seratus lima puluh ribu rupiah", (150_000,)), ("sejuta lima ratus", (1_500_000,)),
     ("dipungut gocap", (50_000,)), ("tiga orang dua hari", ()), ("dua belas ribu", (12_000,)), ("1,5 juta", (1_500_000,))],
)  # fmt: skip
def test_sums_of_money_are_read_in_figures_and_in_words(text: str, sums: tuple[int, ...]) -> None:
    assert assess(text).details.amounts == sums


@pytest.mark.parametrize(
    ("text", "block", "room"),
    [("blok C kamar 12", "C", "12"), ("blok A3 kamar B-4", "A3", "B-4"), ("blok melati", "MELATI", None),
     ("kamar tujuh blok dua", "DUA", "TUJUH"), ("kamar mandi bau", None, None)],
)  # fmt: skip
def test_block_and_room_are_found(text: str, block: str | None, room: str | None) -> None:
    details = assess(text).details
    assert (details.block, details.room) == (block, room)


@pytest.mark.parametrize(
    ("text", "names"),
    [("sipir bernama Hendro minta uang", ("Hendro",)), ("petugas pak Yono diam", ("pak Yono",)), ("petugas inisial AR", ("AR",)),
     ("bayar ke bu Rina, petugas loket", ("bu Rina",)), ("petugas yg namanya Joni", ("Joni",)), ("petugas diam saja", ())],
)  # fmt: skip
def test_officers_are_named_by_the_post_beside_the_name(text: str, names: tuple[str, ...]) -> None:
    assert assess(text).details.officer_names == names


def test_days_are_read() -> None:
    assert assess("kejadian tanggal 12/10/2025 dan 3 November").details.dates == ("12/10/2025", "3 November")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Sejak hari Senin air mati di blok C", ("hari Senin",)),
        ("adik saya dipukul 3 hari yang lalu di kamar 5", ("3 hari yang lalu",)),
        ("kejadiannya kemarin sore, dilaporkan tadi pagi", ("kemarin sore", "tadi pagi")),
        ("tgl 12 kemarin saya antre dua jam", ("tgl 12 kemarin",)),
        ("wingi sore adikku dipindah", ("wingi",)),
        ("they searched his cell last night, since Monday no visits", ("last night", "since Monday")),
        ("tanggal 3/11/2026 dan minggu lalu", ("3/11/2026", "minggu lalu")),
        ("setiap hari makanannya sama saja", ()),
    ],
)
def test_days_are_kept_in_the_words_in_which_they_were_told(text: str, days: tuple[str, ...]) -> None:
    assert assess(text).details.dates == days
