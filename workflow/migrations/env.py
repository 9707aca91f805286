"""Alembic's entry: one connection, batch mode for SQLite."""

from alembic import context

from workflow import facts, models  # noqa: F401 - fill the metadata
from workflow.db import Base, make_engine

target = Base.metadata
engine = make_engine(context.config.attributes["url"])

with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection:
    context.configure(connection=connection, target_metadata=target, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
