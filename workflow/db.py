"""One way to the database: engines for SQLite and PostgreSQL, a time type, reading and writing sessions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime, Dialect, Engine, create_engine, event, inspect, text
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_MS = 15_000
WAKE_CHANNEL = "aduan_wake"


class UTCDateTime(TypeDecorator[datetime]):
    """Aware times only, kept in UTC; SQLite has no zone of its own and gets one back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone was given to the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All our rows."""


def _tune_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin
    connection.text_factory = _as_text
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _as_text(kept: bytes) -> str:
    """SQLite keeps any bytes as text: one spoilt cell must not keep the others from being read."""
    return kept.decode(errors="replace")


def _begin(connection: Any) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def make_engine(url: str) -> Engine:
    """An engine with our durability settings. SQLite: WAL, synchronous=FULL, foreign keys, busy timeout.

    ``hide_parameters``: errors are logged, and what they were about must not be.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url, pool_size=12, max_overflow=20, hide_parameters=True)
        event.listen(engine, "connect", _tune_sqlite)
        event.listen(engine, "begin", _begin)
        return engine
    return create_engine(url, pool_size=12, max_overflow=20, pool_pre_ping=True, hide_parameters=True)


class Database:
    """Reading and writing units of work.

    ``info`` travels in every session (vault, journal key, …). ``before_commit`` runs as the last step
    of a writing transaction, ``after_commit`` once it is durable.
    """

    def __init__(
        self,
        url: str,
        info: dict[str, Any] | None = None,
        *,
        before_commit: Callable[[Session], None] | None = None,
        after_commit: Callable[[Session], None] | None = None,
    ) -> None:
        self.engine = make_engine(url)
        self.info = {"account_ids": {}, **(info or {})}
        self._before, self._after = before_commit, after_commit
        self._writing = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        # SQLite's reading transactions are snapshots already; PostgreSQL's become one at this level.
        self._reading = (
            self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )
        self._bells: list[threading.Event] = []

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent look; what is changed here is never committed."""
        with Session(self._reading, info=dict(self.info), autoflush=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: commits at the end, rolls back on any exception."""
        with Session(self._writing, info=dict(self.info), expire_on_commit=False) as session:
            with session.begin():
                yield session
                if self._before:
                    session.flush()
                    self._before(session)
                if session.info.pop("wake", False):
                    session.info["ring"] = True
                    if not self.is_sqlite:
                        session.execute(text(f"NOTIFY {WAKE_CHANNEL}"))
            if self._after:
                self._after(session)
            if session.info.pop("ring", False):
                self.ring()

    def survey(self) -> None:
        """Let SQLite count what its tables hold, so that it chooses the right index; PostgreSQL does so by itself."""
        if self.is_sqlite:
            with self._writing.begin() as connection:
                connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
                connection.exec_driver_sql("ANALYZE")

    def bell(self) -> threading.Event:
        """A new event that is set whenever a transaction left work for the workers."""
        bell = threading.Event()
        self._bells.append(bell)
        return bell

    def ring(self) -> None:
        for bell in self._bells:
            bell.set()

    def close(self) -> None:
        self.engine.dispose()


def wake(session: Session) -> None:
    """Ask that workers be woken once this transaction is durable."""
    session.info["wake"] = True


def alembic_config(url: str) -> Config:
    """Alembic's configuration without an ini file. Alembic is imported only where it is needed: it is slow."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Bring the schema to the newest migration."""
    from alembic import command

    command.upgrade(alembic_config(url), "head")


def pending_migration(engine: Engine) -> bool:
    """Whether the database is behind the code."""
    query = text("SELECT version_num FROM alembic_version")
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return True
        return connection.execute(query).scalar() != newest_migration()


@lru_cache(maxsize=1)
def newest_migration() -> str:
    """The revision that nothing comes after, read from the files."""
    revisions = {path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}
    return max(revisions)
