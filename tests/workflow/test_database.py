"""Reading is a snapshot, writing is all or nothing, and errors tell no secrets."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import SQLAlchemyError, StatementError

from tests.support import Office
from tests.workflow.offices import on_postgres, on_sqlite
from workflow import escalation
from workflow.db import wake
from workflow.models import Account, Mark


def marks(office: Office) -> set[str]:
    with office.db.read() as s:
        return set(s.scalars(select(Mark.name)))


def test_a_reader_sees_one_moment(office: Office) -> None:
    with office.db.read() as reading:
        before = reading.scalars(select(Mark.name)).all()
        with office.db.write() as writing:
            writing.add(Mark(name="meanwhile", value="x"))
        assert reading.scalars(select(Mark.name)).all() == before
    assert "meanwhile" in marks(office)


def test_a_reader_changes_nothing(office: Office) -> None:
    with office.db.read() as s:
        s.add(Mark(name="lost", value="x"))
        s.flush()
    assert "lost" not in marks(office)


def test_a_writer_that_fails_changes_nothing_and_wakes_nobody(office: Office) -> None:
    bell = office.db.bell()
    with contextlib.suppress(RuntimeError), office.db.write() as s:
        s.add(Mark(name="lost", value="x"))
        wake(s)
        raise RuntimeError
    assert "lost" not in marks(office)
    assert not bell.is_set()
    with office.db.write() as s:
        wake(s)
        assert not bell.is_set(), "only once it is durable"
    assert bell.is_set()


@on_sqlite  # PostgreSQL's own DETAIL repeats a failing row; no setting of the driver leaves it out
def test_errors_of_the_database_do_not_repeat_what_was_stored(office: Office) -> None:
    with pytest.raises(SQLAlchemyError) as caught, office.db.write() as s:
        s.add(Account(name="baru", full_name="Zulkarnaen Rahasia", password_hash=None))
    assert "Zulkarnaen" not in str(caught.value)


@on_sqlite
def test_the_sweep_reads_what_is_due_and_not_what_has_ended(office: Office) -> None:
    """Also on a database whose tables nobody has counted; and nothing is sorted that the index has in its order."""
    asked = list[tuple[str, Any]]()
    with office.db.read() as s:
        event.listen(office.db.engine, "before_cursor_execute", lambda *a: asked.append((a[2], a[3])))
        escalation.due(s, office.clock(), owned=False, after=(office.clock() - timedelta(days=1), "x"))
        statement, values = asked.pop()
        plan = [row[-1] for row in s.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + statement, values)]
    assert [line for line in plan if "TEMP B-TREE" in line or "ix_complaint" in line or "SCAN" in line] == []
    assert "SEARCH deadline USING INDEX ix_deadline_next" in plan[0]
    assert "ix_deadline_case (case_id=?" in plan[-1]


@on_sqlite
def test_sqlite_is_told_what_its_tables_hold(office: Office) -> None:
    office.db.survey()
    with office.db.read() as s:
        assert s.scalar(text("SELECT count(*) FROM sqlite_stat1"))


@on_postgres
def test_a_text_that_is_too_long_is_not_repeated_by_the_error(office: Office) -> None:
    with pytest.raises(SQLAlchemyError) as caught, office.db.write() as s:
        s.add(Mark(name="Zulkarnaen" * 20, value="x"))
    assert "Zulkarnaen" not in str(caught.value)


def test_a_time_without_a_zone_is_refused_and_any_zone_is_the_same_moment(office: Office) -> None:
    with pytest.raises(StatementError), office.db.write() as s:
        s.scalars(select(Account)).first().locked_until = datetime(2026, 1, 1)  # type: ignore[union-attr]  # noqa: DTZ001
    moment = datetime(2026, 1, 1, 7, tzinfo=timezone(timedelta(hours=7)))
    with office.db.write() as s:
        s.scalars(select(Account).where(Account.name == "petugas")).one().locked_until = moment
    with office.db.read() as s:
        found = s.scalars(select(Account.locked_until).where(Account.name == "petugas")).one()
    assert found == moment
    assert found.utcoffset() == timedelta(0)
