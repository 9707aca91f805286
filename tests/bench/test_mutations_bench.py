"""Ten thousand mutants for each channel, and a fifth of that on PostgreSQL: ``pytest -m bench tests/bench/test_mutations_bench.py -s``."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import _with_name
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


@pytest.fixture
def on_postgresql(postgres_server: str, postgres_template: str, tmp_path: Path, clock: Clock) -> Iterator[Office]:
    """One database for all of them: they are numbered, and copies of it take long."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE mutants TEMPLATE {postgres_template}")
    made = open_office(Settings(home=tmp_path, database_url=_with_name(postgres_server, "mutants")), clock)
    yield made
    made.service.close()
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE mutants WITH (FORCE)")


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


@pytest.mark.bench
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_two_thousand_mutants_on_postgresql(on_postgresql: Office, provider: str) -> None:
    result = trial(on_postgresql, provider, MUTANTS // 5, seed=500)
    print(f"\n{result}", flush=True)
    assert result.broken[:5] == []
