"""The public face of the triage: types, keys, offsets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from triage import (
    CATEGORIES,
    GROUPS,
    INTENTS,
    LANGUAGES,
    URGENCIES,
    assess,
    category_info,
    similar,
    to_json_dict,
    working_days,
)

HERE = Path(__file__).parent
KEYS = {
    "id", "intent", "categories", "urgency", "about_head", "about_staff", "vulnerable_group", "language",
    "confidence", "evidence",
}  # fmt: skip


def test_the_json_object_has_exactly_the_contract_keys() -> None:
    result = to_json_dict("m1", assess("Petugas loket minta uang 50 ribu"))
    assert set(result) == KEYS
    assert json.loads(json.dumps(result)) == result


def test_every_slug_is_of_the_scheme() -> None:
    result = assess("Adik saya dipukuli petugas kemarin malam")
    assert result.intent in INTENTS
    assert 1 <= len(result.categories) <= 3
    assert set(result.categories) <= set(CATEGORIES)
    assert result.urgency in URGENCIES
    assert result.vulnerable_group in GROUPS
    assert result.language in LANGUAGES
    assert 0 <= result.confidence <= 1


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_has_owner_track_and_clock(category: str) -> None:
    info = category_info(category)
    assert info.owner
    assert info.items
    assert info.working_days == {"integrity": 60, "service": 14, "information": 5}[info.track]


def test_integrity_matters_have_sixty_working_days() -> None:
    for slug in ("pungli", "kekerasan", "kekerasan_seksual", "narkoba_hp"):
        assert working_days(slug) == 60
    assert working_days("sikap_petugas") == 14
    assert working_days("sikap_petugas", misconduct=True) == 60
    assert working_days("kunjungan", question=True) == 5


def test_a_repeat_is_recognised_and_another_matter_is_not() -> None:
    texts = ["air mati tiga hari di blok C", "kapan jadwal besuk hari raya"]
    found = similar("AIR MATI 3 hari di blok c!!", texts)
    assert [likeness.place for likeness in found][:1] == [0]
    assert all(likeness.place != 1 for likeness in found)


def test_two_short_texts_that_agree_are_less_sure_than_two_long_ones() -> None:
    def score(text: str) -> float:
        return similar(text, [text], floor=0)[0].score

    cry, sentence = score("tolong pak"), score("air mati di blok c")
    letter = score("sudah tiga hari air mati di blok c, anak saya tidak bisa mandi dan mencuci, mohon diperbaiki")
    assert cry <= 0.5 < sentence < 0.9 < letter < 1.01
    assert round(letter * 100) >= 99
    (within,) = similar("tolong pak", ["tolong pak, air mati di blok c sudah tiga hari"], floor=0)
    assert within.score <= 0.5, "a cry is in every letter"


def test_a_judgement_that_rests_on_experience_alone_shows_its_words() -> None:
    result = assess("si bungsu tergolek, tatapannya hampa, kawan sebloknya panik memanggil penjaga")
    assert any(e.rule.startswith("topic.") for e in result.evidence)
    if result.urgency == "darurat":
        assert any(e.rule == "urgency" for e in result.evidence)


@pytest.mark.parametrize(
    "text, category",
    [("Petugas minta uang", "pungli"), ("anak saya dipukul", "kekerasan"), ("ada kebakaran", "hunian"),
     ("mau bunuh diri", "kesehatan"), ("air mati", "makanan_air"), ("petugas kasar", "sikap_petugas")],
)  # fmt: skip
def test_a_mere_cry_is_a_complaint_whatever_such_words_usually_were(text: str, category: str) -> None:
    result = assess(text)
    assert (result.intent, result.categories[0]) == ("complaint", category)


@pytest.mark.parametrize("text", ["Tolong", "tolong saya", "saya mau lapor", "hapus data saya"])
def test_a_few_words_are_no_spam(text: str) -> None:
    assert assess(text).intent != "spam_abuse"


def test_asking_for_money_in_few_words_is_urgent_and_a_suicide_an_emergency() -> None:
    assert assess("Petugas minta uang").urgency == "tinggi"
    assert assess("mau bunuh diri").urgency == assess("ada kebakaran").urgency == "darurat"


@pytest.mark.parametrize(
    "text",
    ["antre besuk sampai setengah mati, tapi petugasnya ramah", "harga parsel di koperasi bunuh-bunuhan, boleh bawa dari luar?",
     "Persebaya membantai Arema 4-0, ada nobar di blok?", "anak saya kebakaran jenggot mau ujian paket B, kapan jadwalnya?",
     "hahaha dihajar 5-0 mainnya, kapan latihan futsal lagi", "maaf kepencet nomor darurat"],
)  # fmt: skip
def test_a_turn_of_speech_is_no_emergency(text: str) -> None:
    result = assess(text)
    assert result.urgency in ("normal", "rendah")
    assert result.intent != "complaint"


def test_days_without_water_wait_for_days_and_not_for_the_night() -> None:
    text = "Sudah tiga hari air di blok B Rutan Magetan mati, mohon diperbaiki"
    assert assess(text).urgency == "tinggi"
    assert assess(f"{text}, dua orang pingsan kehausan").urgency == "darurat"


def test_what_is_over_is_no_emergency_and_what_goes_on_is() -> None:
    assert assess("Dulu tiap malam ada yang dipukuli di blok itu, sekarang tidak pernah lagi").intent == "praise"
    assert assess("Dulu aman, sekarang tiap malam ada yang dipukuli di blok itu").urgency == "darurat"


def test_one_message_has_one_judgement_in_every_process() -> None:
    """The order of Python's sets changes from process to process; what is judged must not."""
    rows = (HERE / "messages.jsonl").read_text(encoding="utf-8").splitlines()[::40]
    program = "import json, sys; from triage import assess; [print(assess(json.loads(r)['text'])) for r in sys.stdin]"
    told = [
        subprocess.run(
            [sys.executable, "-c", program], input="\n".join(rows), env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True, cwd=HERE.parents[1],
        ).stdout.splitlines()
        for seed in ("1", "2")
    ]  # fmt: skip
    assert len(told[0]) == len(rows)
    assert told[0] == told[1]
