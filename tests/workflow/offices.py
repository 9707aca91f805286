"""Offices for tests by the hundred: furnished once with units and staff, copied for each test."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.support import Clock, Office, make_office
from webhooks.service import open_service
from webhooks.settings import Settings
from workflow.db import Base

MONDAY = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
TABLES = [f'"{table.name}"' for table in Base.metadata.sorted_tables]


def _settings(home: Path, url: str) -> Settings:
    return Settings(home=home, database_url=url, public_url="https://aduan.example")


def _with_name(server: str, name: str) -> str:
    head, _, query = server.partition("?")
    base = head.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
    return f"{base}/{name}" + (f"?{query}" if query else "")


@pytest.fixture(scope="session")
def furnished_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with keys and a SQLite file that holds units and staff."""
    home = tmp_path_factory.mktemp("furnished")
    shutil.copy(sqlite_template, home / "aduan.db")
    make_office(_settings(home, f"sqlite:///{home / 'aduan.db'}"), Clock(MONDAY)).service.close()
    return home


@dataclass
class Furnished:
    """A PostgreSQL database that every test empties and fills again: quicker than a new one by half a second."""

    url: str
    rows: dict[str, bytes]

    def reset(self) -> None:
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=False) as connection:
            for table in reversed(TABLES):
                connection.execute(f"DELETE FROM {table}")
            for table in TABLES:
                if self.rows[table]:
                    with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                        copy.write(self.rows[table])


def _rows(url: str) -> dict[str, bytes]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        dumped = {}
        for table in TABLES:
            with connection.cursor().copy(f"COPY {table} TO STDOUT") as copy:
                dumped[table] = b"".join(bytes(piece) for piece in copy)
    return dumped


@pytest.fixture(scope="session")
def furnished_postgres(furnished_sqlite: Path, postgres_server: str, postgres_template: str) -> Iterator[Furnished]:
    """A PostgreSQL database with the same units and staff, under the same keys."""
    name = f"aduan_furnished_{uuid.uuid4().hex[:6]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    url = _with_name(postgres_server, name)
    make_office(_settings(furnished_sqlite, url), Clock(MONDAY)).service.close()
    yield Furnished(url, _rows(url))
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, furnished database of each kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("furnished_sqlite") / "aduan.db", tmp_path / "aduan.db")
        return f"sqlite:///{tmp_path / 'aduan.db'}"
    furnished: Furnished = request.getfixturevalue("furnished_postgres")
    furnished.reset()
    return furnished.url


@pytest.fixture
def office(database_url: str, furnished_sqlite: Path, tmp_path: Path, clock: Clock) -> Iterator[Office]:
    """The demo facility with all roles, on both databases."""
    shutil.copytree(
        furnished_sqlite, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("aduan.db*", "anchors")
    )
    settings = _settings(tmp_path, database_url)
    made = Office(open_service(settings, clock), clock, settings)
    yield made
    made.service.close()


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
