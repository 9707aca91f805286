"""A hundred thousand overdue cases: one sweep climbs for each of them, nobody's own first, in time that grows with their
number and not with its square; run by ``make bench`` only."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, insert, select

from tests.support import Clock, Office, make_office
from webhooks.settings import Settings
from workflow.models import Case, Deadline, Escalation, JournalEntry, new_id
from workflow.sweep import sweep

MOST = int(os.environ.get("ADUAN_TEST_BENCH_OPEN", "100000"))
pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not os.environ.get("ADUAN_TEST_BENCH"), reason="a measurement: set ADUAN_TEST_BENCH=1"),
    pytest.mark.timeout(7200),
]


@pytest.fixture
def bare(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Office]:
    made = make_office(Settings(home=tmp_path, database_url=database_url, public_url="https://aduan.example"), clock)
    yield made
    made.service.close()


def fill(office: Office, count: int) -> None:
    """So many copies of one case, each with one deadline that passed a minute ago; every second one has an owner."""
    moment, owner = office.clock(), office.account_id("petugas")
    with office.db.write() as s:
        first = s.scalars(select(Case).order_by(Case.received_at).limit(1)).one()
        pattern = {c.key: getattr(first, c.key) for c in Case.__mapper__.column_attrs}
        for start in range(0, count, 1000):
            made, due = [], []
            for n in range(start, min(start + 1000, count)):
                case_id = new_id()
                made.append(pattern | {"id": case_id, "number": f"X-{case_id}", "owner_id": owner if n % 2 else None})
                due.append(_deadline(case_id, moment))
            s.execute(insert(Case), made)
            s.execute(insert(Deadline), due)


def _deadline(case_id: str, now: datetime) -> dict[str, object]:
    past, begun = now - timedelta(minutes=1), now - timedelta(days=30)
    return {"id": new_id(), "case_id": case_id, "rule": "respond", "days": 14, "started_at": begun, "created_at": begun,
            "due_at": past, "next_at": past, "state": "running"}  # fmt: skip


def one_pass(office: Office, count: int) -> tuple[float, float]:
    """Seconds and statements for each of so many overdue cases."""
    fill(office, count)
    statements, before = [0], _climbed(office)

    def counted(*_: object) -> None:
        statements[0] += 1

    event.listen(office.db.engine, "before_cursor_execute", counted)
    began = time.perf_counter()
    sweep(office.db, office.clock())
    took = time.perf_counter() - began
    event.remove(office.db.engine, "before_cursor_execute", counted)
    assert _climbed(office) - before == count
    return took / count, statements[0] / count


def _climbed(office: Office) -> int:
    with office.db.read() as s:
        return s.scalar(select(func.count()).select_from(Escalation)) or 0


def test_nothing_starves_and_ten_times_as_many_cost_ten_times_as_much(bare: Office) -> None:
    bare.say("Antrean kunjungan empat jam, tidak ada kursi.")
    sweep(bare.db, bare.clock())
    costs = {}
    for count in (1_000, 10_000, MOST):
        costs[count] = one_pass(bare, count)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{count} overdue: {costs[count][0] * 1000:.2f} ms and {costs[count][1]:.1f} statements each, {memory} MB"
        )
        _nobodys_first(bare)
        bare.clock.advance(minutes=5)
    assert costs[10_000][1] < 1.1 * costs[1_000][1], "as many statements for each"
    assert 10 * costs[10_000][0] < 20 * costs[1_000][0], "near ten times as long for ten times as many"


def _nobodys_first(office: Office) -> None:
    """The chain, which knows the order, has the cases that are nobody's own before all others."""
    with office.db.read() as s:
        query = select(Case.owner_id).join(JournalEntry, JournalEntry.case_id == Case.id)
        query = query.where(JournalEntry.action == "escalate", JournalEntry.at == office.clock())
        owned = [owner is not None for owner in s.scalars(query.order_by(JournalEntry.sequence))]
    assert True in owned
    assert False in owned
    assert owned == sorted(owned)
