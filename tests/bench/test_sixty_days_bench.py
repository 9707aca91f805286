"""Two thousand families over sixty days, on both databases; run by ``make bench`` only."""

from __future__ import annotations

import os
from collections.abc import Callable
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
    found, faults = dict[str, object](), list[str]()
    for name, compare in _comparisons(play, heard).items():
        try:
            found[name] = compare()
        except AssertionError as fault:  # after an hour one wants to know all of them
            faults.append(f"{name}: {str(fault)[:4000]}")
    rungs = sum(len(life.rungs) for life in play.book.lives.values())
    lines = sum(len(life.story) for life in play.book.lives.values())
    print(
        f"{len(play.book.lives)} cases, {lines} deeds, {play.desk.deeds.refused} refused, {play.desk.races} races, {play.desk.above} "
        f"approvals one unit up, {rungs} rungs, {len(play.book.letters)} letters; compared: {found}"
    )
    assert not faults, "\n\n".join(faults)


def _comparisons(play: Play, heard: hunt.Listener) -> dict[str, Callable[[], object]]:
    return {
        "rows": lambda: check.rows_agree(play),
        "reports": lambda: reports.agree(play),
        "letters read": lambda: papers.letters_agree(play, most=300),
        "extensions": lambda: papers.extensions_agree(play),
        "public figures": play.public.agrees,
        "sealed cases hunted": lambda: hunt.nobody_finds(play, heard, deep=10),
    }


def _say(play: Play, day: int) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} day {day}: {len(play.book.lives)} cases", flush=True)
