"""Alembic's entry: one connection, batch mode for SQLite."""

from alembic import context

from workflow import facts, models  # noqa: F401 - fill the metadata
from workflow.db import Base, make_engine

target = Base.metadata
engine = make_engine(context.config.attributes["url"])

with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection:
    if engine.dialect.name == "sqlite":
        # A table that is made anew is dropped under its references, which hold again as soon as it has its name back.
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
    context.configure(connection=connection, target_metadata=target, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
        if engine.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise RuntimeError("the migration would leave rows that refer to nothing")
    connection.commit()
engine.dispose()
