"""Everyday questions get the right answer or none; a wrong one is worse than none."""

from __future__ import annotations

import json
import re
import time
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select

import triage
from bot.hearing import hear
from tests.support import FACILITY, Office
from workflow import answers, facts, wording
from workflow.db import Base
from workflow.facts import Draft, Fact
from workflow.models import JournalEntry, Unit
from workflow.states import Impossible

QUESTIONS = [json.loads(line) for line in (Path(__file__).parent / "answers.jsonl").read_text().splitlines()]
ENTRIES = {entry.key: entry for entry in answers.entries()}
HOURS = Draft("jam_kunjungan", "Senin dan Kamis, 08.30 sampai 11.00.", "", "SK Kepala Rutan (contoh)")


def key_for(text: str) -> str | None:
    """The answer that the desk would give: it hears harm in a question."""
    found = answers.best(text, hear(text, ()))
    return found[0].key if found else None


# ------------------------------------------------------------------ the table


def test_every_answer_is_complete() -> None:
    for entry in answers.entries():
        assert entry.topics and set(entry.topics) <= set(triage.CATEGORIES), entry.key
        assert entry.kind in ("standard", "local", "refuse"), entry.key
        assert entry.source and entry.as_of <= date(2026, 12, 31), entry.key
        assert len(entry.ask) >= 5, entry.key
        for text in entry.texts.values():
            assert set(re.findall(r"\{\w+\}", text)) <= {"{unit}", "{fact}"}, entry.key
            assert ("{fact}" in text) == bool(entry.fact), entry.key
            assert len(text) < 600, entry.key


def test_every_fact_is_asked_for_and_has_a_name() -> None:
    assert {e.fact for e in answers.entries()} - {""} == set(facts.KEYS) == set(wording.LABELS["fact"])


def test_the_local_ones_name_no_other_source() -> None:
    assert all(e.fact for e in answers.entries() if e.kind == "local")


def test_there_are_enough_and_no_key_twice() -> None:
    raw = tomllib.loads((Path(answers.__file__).parent / "data" / "answers.toml").read_text())["answer"]
    assert len(ENTRIES) == len(raw) >= 30


@pytest.mark.parametrize("key", sorted(k for k, e in ENTRIES.items() if e.kind == "refuse"))
def test_nothing_about_a_person_is_ever_told(key: str) -> None:
    assert "kami sampaikan lewat pesan" in ENTRIES[key].texts["id"]
    assert "kartu identitas" in ENTRIES[key].texts["id"]
    assert not ENTRIES[key].fact


# ------------------------------------------------------------------ matching


def test_questions_find_their_answers() -> None:
    right = wrong = asked = 0
    for row in QUESTIONS:
        found = key_for(row["text"])
        asked += row["key"] is not None
        right += found is not None and found == row["key"]
        wrong += found is not None and found != row["key"]
    assert right / asked >= 0.9
    assert wrong / len(QUESTIONS) <= 0.015


@pytest.mark.parametrize("row", [r for r in QUESTIONS if r["key"] is None], ids=lambda r: r["text"][:40])
def test_complaints_and_other_peoples_business_get_no_answer(row: dict[str, str]) -> None:
    assert key_for(row["text"]) is None


@pytest.mark.parametrize("text", ["", "   ", "??", "😡" * 50, "jam " * 4_000, "\x00\x00", "123456", "a" * 10_000])
def test_odd_texts_get_no_answer(text: str) -> None:
    assert key_for(text) is None


@pytest.mark.bench
def test_an_answer_is_found_in_less_than_three_milliseconds() -> None:
    judged = [(row["text"], triage.assess(row["text"])) for row in QUESTIONS]
    started = time.thread_time()
    for text, judgement in judged:
        answers.best(text, judgement)
    assert (time.thread_time() - started) / len(judged) < 0.003


# ------------------------------------------------------------------ with the facility's facts


def unit(session, code: str = FACILITY) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def ask(office: Office, text: str = "Jadwal kunjungan hari apa saja ya?", locale: str = "id"):
    with office.db.read() as s:
        return answers.find(s, unit(s), text, triage.assess(text), office.clock(), locale)


def tell(office: Office, draft: Draft = HOURS, name: str = "petugas") -> None:
    with office.db.write() as s:
        facts.save(s, unit(s), office.officer(s, name), draft, office.clock())


def test_an_empty_fact_is_said_to_be_missing(office: Office) -> None:
    answer = ask(office)
    assert answer is not None and answer.kind == "missing"
    assert "belum tersedia" in answer.text
    assert "not available yet" in ask(office, locale="en").text


def test_a_fact_fills_its_answer_with_source_and_date(office: Office) -> None:
    tell(office)
    answer = ask(office)
    assert (answer.key, answer.kind, answer.source) == ("visit_hours", "local", HOURS.source)
    assert HOURS.text_id in answer.text and "Magetan" in answer.text
    assert answers.render(answer, "id").endswith("Sumber: SK Kepala Rutan (contoh), 2 November 2026.")
    assert answers.render(ask(office, locale="en"), "en").endswith(", 2 November 2026.")


def test_a_fact_holds_to_the_end_of_its_last_day_at_the_unit(office: Office) -> None:
    last = office.clock().date() + timedelta(days=1)
    tell(office, Draft(HOURS.key, HOURS.text_id, "", HOURS.source, last))
    office.clock.advance(days=1, hours=14)  # 23.00 in Magetan
    assert ask(office).kind == "local"
    office.clock.advance(hours=2)
    assert ask(office).kind == "missing"


def test_an_answer_of_the_standards_needs_no_fact(office: Office) -> None:
    answer = ask(office, "Ngurus PB bayar berapa ya?")
    assert (answer.key, answer.kind) == ("release_cost", "standard")
    assert "Pedoman" in answers.render(answer, "id")


def test_a_text_with_braces_is_a_text(office: Office) -> None:
    tell(office, Draft(HOURS.key, "{unit} {fact} {0} %s", "", HOURS.source))
    assert "{unit} {fact} {0} %s" in ask(office).text


# ------------------------------------------------------------------ writing facts


@pytest.mark.parametrize("name", ["kanwil", "pejabat", "kustodian", "admin"])
def test_only_the_complaint_unit_and_the_head_write(office: Office, name: str) -> None:
    with pytest.raises(Impossible, match="not_yours"):
        tell(office, name=name)


@pytest.mark.parametrize("name", ["petugas", "kepala"])
def test_they_write_replace_and_take_away(office: Office, name: str) -> None:
    for text in ("Senin.", "Selasa.", ""):
        tell(office, Draft(HOURS.key, text, "", HOURS.source), name)
        with office.db.read() as s:
            assert [f.text_id for f in s.scalars(select(Fact))] == ([text] if text else [])


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (Draft(HOURS.key, "Senin.", "", ""), "fact_source_missing"),
        (Draft(HOURS.key, "x" * 801, "", "SK"), "fact_too_long"),
        (Draft(HOURS.key, "Senin.", "x" * 801, "SK"), "fact_too_long"),
        (Draft(HOURS.key, "Senin.", "", "s" * 201), "fact_too_long"),
        (Draft(HOURS.key, "Senin.", "", "SK", date(2026, 11, 1)), "fact_date_past"),
        (Draft("lain", "Senin.", "", "SK"), "not_yours"),
    ],
)
def test_what_does_not_hold_is_refused(office: Office, draft: Draft, reason: str) -> None:
    with pytest.raises(Impossible, match=reason):
        tell(office, draft)
    assert reason in wording.LABELS["impossible"]


def test_the_journal_names_the_fact_and_not_its_words(office: Office) -> None:
    tell(office)
    with office.db.read() as s:
        entry = s.scalars(select(JournalEntry).where(JournalEntry.action == "fact")).one()
        row = s.scalars(select(Fact)).one()
        record = entry.record.decode()
    assert row.id in record and "jam_kunjungan" in record
    assert "Senin" not in record and "SK Kepala" not in record


def test_the_migrations_make_the_tables_of_the_models(office: Office) -> None:
    with office.db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
