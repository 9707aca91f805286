"""Sixty days of an office with three facilities, played against a slow reference that knows none of its code."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.days import check, hunt, papers, reports
from tests.days.play import Play
from tests.days.world import World, build


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    made = build(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def heard() -> Iterator[hunt.Listener]:
    """Every line of the log."""
    listener, root = hunt.Listener(), logging.getLogger()
    before = root.level
    root.addHandler(listener)
    root.setLevel(logging.INFO)
    yield listener
    root.removeHandler(listener)
    root.setLevel(before)


@pytest.mark.timeout(1200)
def test_clocks_rungs_letters_and_reports_are_those_of_the_book_and_a_sealed_case_leaves_no_trace(
    world: World, heard: hunt.Listener
) -> None:
    play = Play(world, seed=2026, families=50)
    play.run()
    assert play.desk.deeds.refused > 20
    check.rows_agree(play)
    assert reports.agree(play) >= 8
    assert papers.letters_agree(play, most=25) == 25
    assert papers.extensions_agree(play) >= 2
    assert play.public.agrees() >= 1
    early, later = hunt.nobody_finds(play, heard, deep=1)
    assert early >= 9
    assert later >= 4
