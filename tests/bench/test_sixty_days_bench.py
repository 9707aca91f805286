"""Two thousand families over sixty days, on both databases; run by ``make bench`` only."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from tests.days import check, hunt, papers, reports
from tests.days.play import Play
from tests.days.world import START, World
from tests.journeys.test_sixty_days import heard, world

__all__ = ["heard", "world"]

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not os.environ.get("ADUAN_TEST_BENCH"), reason="a measurement: set ADUAN_TEST_BENCH=1"),
    pytest.mark.timeout(7200),
]


def test_two_thousand_cases_in_sixty_days(world: World, heard: hunt.Listener) -> None:
    play = Play(world, seed=60, families=int(os.environ.get("ADUAN_TEST_BENCH_FAMILIES", "1990")))
    for day in range(0, play.days, 5):
        play.at(START + timedelta(days=day), lambda day=day: _say(play, day))  # type: ignore[misc]
    play.run()
    check.rows_agree(play)
    made, hunted = reports.agree(play), hunt.nobody_finds(play, heard, deep=10)
    read, longer, public = papers.letters_agree(play, most=300), papers.extensions_agree(play), play.public.agrees()
    rungs = sum(len(life.rungs) for life in play.book.lives.values())
    lines = sum(len(life.story) for life in play.book.lives.values())
    print(
        f"{len(play.book.lives)} cases, {lines} deeds, {play.desk.deeds.refused} refused, {play.desk.races} races, {rungs} rungs, "
        f"{len(play.book.letters)} letters, {made} reports, {hunted} sealed cases hunted, "
        f"{play.desk.above} approvals one unit up, {read} letters read, {longer} extensions, {public} public figures"
    )


def _say(play: Play, day: int) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} day {day}: {len(play.book.lives)} cases", flush=True)
