"""Ten thousand mutants for each channel: ``pytest -m bench tests/bench/test_mutations_bench.py -s``."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import Clock, Office
from tests.webhooks.mutating import PROVIDERS, Trial, open_office, trial
from webhooks.settings import Settings

MUTANTS = int(os.environ.get("ADUAN_TEST_MUTANTS", "10000"))
#: So many on one database; the next ones get a fresh one, and the file stays small.
PART = 250


@pytest.fixture
def offices(sqlite_template: Path, tmp_path: Path, clock: Clock) -> Iterator[Office]:
    def fresh() -> Iterator[Office]:
        for part in range(-(-MUTANTS // PART)):
            home = tmp_path / str(part)
            home.mkdir()
            shutil.copy(sqlite_template, home / "aduan.db")
            made = open_office(Settings(home=home), clock)
            yield made
            made.service.close()
            shutil.rmtree(home)

    return fresh()


@pytest.mark.bench
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_ten_thousand_mutants(offices: Iterator[Office], provider: str) -> None:
    total = Trial(provider)
    for part, office in enumerate(offices):
        result = trial(office, provider, min(PART, MUTANTS - part * PART), seed=100 + part)
        total.add(result)
    print(f"\n{total}", flush=True)
    assert total.broken[:5] == []
