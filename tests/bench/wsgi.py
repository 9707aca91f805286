"""The two applications that are compared: ours, and a bare Flask view that commits one row on the same database."""

from __future__ import annotations

import os

from flask import Flask
from sqlalchemy import Column, Integer, MetaData, Table, Text, insert

from workflow.db import make_engine


def bare() -> Flask:
    """One row, one commit, one answer: the least that durable intake can cost."""

    engine = make_engine(os.environ["BENCH_DATABASE"]).execution_options(sqlite_begin="IMMEDIATE")
    table = Table("bare", MetaData(), Column("id", Integer, primary_key=True), Column("body", Text))
    table.metadata.create_all(engine)
    app = Flask(__name__)

    @app.post("/webhooks/twilio")
    def view() -> str:
        from flask import request

        with engine.begin() as connection:
            connection.execute(insert(table).values(body=request.form["Body"]))
        return "ok"

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    return app


def ours() -> Flask:
    """The whole program without its workers, from the environment's settings."""
    from webhooks.app import create_app
    from webhooks.service import open_service
    from webhooks.settings import load

    return create_app(open_service(load()))


application = bare() if os.environ.get("BENCH_APP") == "bare" else ours()
