"""Whatever people wrote can be printed: nothing is dropped in silence, nothing stops the press."""

from __future__ import annotations

import hashlib
import io
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from workflow.press import covered, typeset, unprintable
from workflow.press.glyphs import MISSING, clean, printable

NOON = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)


def sheet(text: str) -> bytes:
    data = {"lang": "id", "paper": "a4", "title": "Uji", "office": [], "facts": [], "signatures": [], "qr": ""}
    return typeset("sheet", {**data, "paragraphs": [text], "missing": "Tanda."}, NOON)


def printed(text: str) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(sheet(text))).pages)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("tolong 🙏🏽🫂 pak", f"tolong {MISSING * 2} pak"),
        ("keluarga 👨‍👩‍👧 kami", f"keluarga {MISSING * 3} kami"),
        ("ꦲꦏ꧀ꦱꦫ", MISSING * 5),
        ("漢字 dan 日本", f"{MISSING * 2} dan {MISSING * 2}"),
        ("a\x00b\x1bc", f"a{MISSING}b{MISSING}c"),
        ("\u202emalam\u202c", "malam"),
        ("satu\r\ndua\rtiga\u2028empat", "satu\ndua\ntiga\nempat"),
        ("\ue000\U000f1234\ufffe\U0010ffff", MISSING * 4),
        ("a" + "\u0301" * 500 + "b", "a" + "\u0301" * 4 + MISSING + "b"),
        ("Rp 50.000 – “uang” ½ é ñ ç ß Ж Ω", "Rp 50.000 – “uang” ½ é ñ ç ß Ж Ω"),
    ],
)
def test_what_no_font_has_is_a_visible_sign(text: str, shown: str) -> None:
    assert clean(text, covered()) == shown


def test_the_signs_that_would_be_lost_are_named_once() -> None:
    assert unprintable("Sudah selesai 👍🏽👍 漢\r\nterima kasih\x07 \u25a1") == ["👍", "漢", "U+0007"]
    assert unprintable("1\ufe0f\u20e3") == ["\u25cc\u20e3"], "a mark that stood alone would not be seen"
    assert unprintable("Rp 50.000 – “uang”\r\n½ السلام \u202emalam\u202c") == []


def test_arabic_is_printed_as_arabic() -> None:
    greeting = "السلام عليكم ورحمة الله"
    assert clean(greeting, covered()) == greeting
    assert MISSING not in printed(greeting)


def test_the_reader_is_told_that_something_was_replaced() -> None:
    assert "Tanda." in printed("Jawa: ꦲꦏ꧀ꦱꦫ")
    assert "Tanda." not in printed("Jawa")
    assert printable({"a": ["x", {"b": "漢"}], "n": 3}, covered()) == ({"a": ["x", {"b": MISSING}], "n": 3}, True)


def test_markup_is_printed_as_it_was_written() -> None:
    text = r"*tebal* _miring_ #import \"a\" $x^2$ @rujuk <label> `kode` [isi] // = judul"
    assert text.replace(" ", "") in printed(text).replace(" ", "").replace("\n", "")


def test_a_word_without_end_stays_on_the_page() -> None:
    pages = PdfReader(io.BytesIO(sheet("m" * 9_000))).pages
    lines = [line for page in pages for line in page.extract_text().splitlines() if "m" in line]
    assert sum(line.count("m") for line in lines) == 9_000
    assert max(line.count("m") for line in lines) * 11 * 0.8 < 595 - 142, "an m is .8 em wide, the type area 453 pt"


def test_a_hash_is_copied_out_as_it_was_printed() -> None:
    runs = [hashlib.sha256(bytes([n])).hexdigest() for n in range(60)]
    shown = printed(" ".join(runs)).replace("\n", "").replace(" ", "")
    assert "".join(runs) in shown


def test_the_longest_text_of_the_office_is_printed() -> None:
    assert printed("\n" * 10_000 + "x " * 5_000).count("x") == 5_000


def test_a_clock_with_microseconds_sets_a_page() -> None:
    data = {"lang": "id", "paper": "a5", "title": "Uji", "office": [], "facts": [], "signatures": [], "qr": ""}
    made = typeset("sheet", {**data, "paragraphs": [], "missing": ""}, NOON.replace(microsecond=123_456))
    assert PdfReader(io.BytesIO(made)).metadata.creation_date == NOON


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=300))
def test_no_text_stops_the_press(text: str) -> None:
    made = sheet(text)
    assert made.startswith(b"%PDF-")
    assert made == sheet(text)


@given(st.text(st.characters(), max_size=80))
def test_every_word_leaves_a_trace(text: str) -> None:
    seen = [c for c in text if unicodedata.category(c)[0] in "LNSP"]
    shown = clean(text, covered())
    tones = sum(0x1F3FB <= ord(c) < 0x1F400 for c in seen)
    assert sum(unicodedata.category(c)[0] in "LNSP" for c in shown) >= len(seen) - tones
    assert all(ord(c) in covered() or c == "\n" for c in shown)
