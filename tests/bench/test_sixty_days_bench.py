"""Two thousand families over sixty days, on both databases; run by ``make bench`` only."""

from __future__ import annotations

import os

import pytest

from tests.days import check, hunt, reports
from tests.days.play import Play
from tests.days.world import World
from tests.journeys.test_sixty_days import heard, world

__all__ = ["heard", "world"]

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not os.environ.get("ADUAN_TEST_BENCH"), reason="a measurement: set ADUAN_TEST_BENCH=1"),
    pytest.mark.timeout(7200),
]


def test_two_thousand_cases_in_sixty_days(world: World, heard: hunt.Listener) -> None:
    play = Play(world, seed=60, families=int(os.environ.get("ADUAN_TEST_BENCH_FAMILIES", "1990")))
    play.run()
    check.rows_agree(play)
    made, hunted = reports.agree(play), hunt.nobody_finds(play, heard, deep=10)
    rungs = sum(len(life.rungs) for life in play.book.lives.values())
    lines = sum(len(life.story) for life in play.book.lives.values())
    print(
        f"{len(play.book.lives)} cases, {lines} deeds, {play.desk.deeds.refused} refused, {play.desk.races} races, {rungs} rungs, "
        f"{len(play.book.letters)} letters, {made} reports, {hunted} sealed cases hunted"
    )
