"""The data files load, name only what exists, and say nothing that can never be found."""

from __future__ import annotations

import importlib.util
import json
import tomllib
from pathlib import Path

import pytest

import triage
from triage import CATEGORIES, URGENCIES, assess
from triage.catalogue import category_info
from triage.lexicon import RULE_TABLES, WEIGHTS, lexicon, load, phrases

DATA = Path(triage.__file__).parent / "data"
NOT_CATEGORIES = {"medicine"}
META = {"category", "level", "past", "group_only"}


@pytest.mark.parametrize("path", sorted(DATA.glob("*.toml")), ids=lambda p: p.name)
def test_each_file_is_toml_with_a_comment_for_the_officer(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert tomllib.loads(text)
    assert text.startswith("#")


def test_topics_are_categories() -> None:
    assert set(load("topics")) - NOT_CATEGORIES == set(CATEGORIES)
    assert set(load("topics_regional")) <= set(CATEGORIES)


def test_events_name_categories_and_urgencies() -> None:
    for kind in lexicon().events.values():
        assert kind.category in CATEGORIES
        assert kind.level in URGENCIES
        assert kind.past in URGENCIES


def test_the_catalogue_covers_every_category() -> None:
    assert set(load("categories")) == set(CATEGORIES)
    assert all(category_info(c).items for c in CATEGORIES)


@pytest.mark.parametrize("table", RULE_TABLES)
def test_rule_tables_use_known_levels(table: str) -> None:
    for name, levels in load(table).items():
        if name != "long_text":
            assert set(levels) <= set(WEIGHTS) | META, name


@pytest.mark.parametrize("table", RULE_TABLES)
def test_phrases_are_written_in_the_phrase_language(table: str) -> None:
    classes = lexicon().classes
    for name, levels in load(table).items():
        for level in set(levels) & set(WEIGHTS):
            for phrase in phrases(levels[level]):
                for word in phrase.removeprefix("^").replace("|", " ").split():
                    assert not word.startswith("@") or word[1:] in classes, (name, phrase)
                    assert word in (".", "..", "...", "#", "&", "<di>") or not set(word) & set("?!;#^"), (name, phrase)


def test_no_chat_spelling_has_two_readings() -> None:
    variants = [v for words in load("spelling")["spelling"].values() for v in words.split()]
    assert len(variants) == len(set(variants))


def test_the_weights_were_learnt_from_these_very_messages() -> None:
    """If not: python tests/triage/learn.py"""
    spec = importlib.util.spec_from_file_location("learn", Path(__file__).parent / "learn.py")
    assert spec is not None
    assert spec.loader is not None
    learn = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(learn)
    table = json.loads((DATA / "experience.json").read_text(encoding="utf-8"))
    assert table["made_from"] == learn.fingerprint(learn.load())


def test_an_overlay_adds_and_never_takes_away(tmp_path: Path) -> None:
    (tmp_path / "topics.toml").write_text('[kunjungan]\nstrong = "gardu kuning"\n', encoding="utf-8")
    text = "gardu kuning rusak"
    assert "kunjungan" not in assess(text).categories
    assert assess(text, overlay=tmp_path).categories[0] == "kunjungan"
    assert assess("jam besuk kapan?", overlay=tmp_path).categories[0] == "kunjungan"
