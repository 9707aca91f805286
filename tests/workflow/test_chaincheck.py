"""The journal is walked every day, on from yesterday's end, and from the beginning once a week; what is broken rings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from tests.support import Office
from workflow import alarms, chaincheck, journal
from workflow.actors import Officer
from workflow.models import JournalEntry, JournalHead, Lease, Unit

NIGHT = datetime(2026, 11, 2, 20, 30, tzinfo=UTC)  # 03.30 in Jakarta
ACTOR = Officer("a" * 32)


def write(office: Office, count: int) -> None:
    with office.db.read() as s:
        unit = s.scalars(select(Unit.id).where(Unit.code == "RUTAN-MAGETAN")).one()
    for _ in range(count):
        with office.db.write() as s:
            journal.append(s, unit, "read", ACTOR, office.clock.advance(seconds=1))


def look(office: Office) -> list[str] | None:
    found = chaincheck.run(office.db, office.settings.home / "anchors", "here", office.clock())
    return None if found is None else [f"{f.unit}:{f.sequence}" for f in found]


def ringing(office: Office) -> list[tuple[str, str]]:
    with office.db.read() as s:
        return [(alarm.name, alarm.code) for alarm in alarms.ringing(s)]


def tamper(office: Office, change: Callable[[Session], object]) -> None:
    with Session(office.db.engine) as s:
        change(s)
        s.commit()


def test_it_walks_once_a_day_and_finds_nothing_in_a_whole_chain(office: Office) -> None:
    write(office, 3)
    office.clock.now = NIGHT - timedelta(hours=1)
    assert look(office) is None, "before three in the morning nothing is walked"
    office.clock.now = NIGHT
    assert look(office) == []
    assert look(office) is None, "once a day"
    for _ in range(9):
        office.clock.advance(days=1)
        write(office, 2)
        assert look(office) == []
    assert ringing(office) == []


def test_what_came_since_yesterday_is_walked_the_next_night(office: Office) -> None:
    office.clock.now = NIGHT
    write(office, 4)
    assert look(office) == []
    write(office, 4)
    tamper(office, lambda s: s.execute(update(JournalEntry).where(JournalEntry.sequence == 6).values(action="open")))
    office.clock.advance(days=1)
    assert look(office) == ["RUTAN-MAGETAN:6"]
    assert ringing(office) == [("journal", "RUTAN-MAGETAN:6")]
    office.clock.advance(days=1)
    assert look(office) == ["RUTAN-MAGETAN:6"], "it rings until it is whole again"
    tamper(office, lambda s: s.execute(update(JournalEntry).where(JournalEntry.sequence == 6).values(action="read")))
    office.clock.advance(days=1)
    assert look(office) == []
    assert ringing(office) == []


def test_an_old_entry_that_was_edited_is_found_within_the_week(office: Office) -> None:
    office.clock.now = NIGHT
    write(office, 6)
    assert look(office) == []
    tamper(office, lambda s: s.execute(update(JournalEntry).where(JournalEntry.sequence == 2).values(action="open")))
    seen = []
    for _ in range(7):
        office.clock.advance(days=1)
        seen.append(look(office))
    assert seen == [[]] * 6 + [["RUTAN-MAGETAN:2"]]


def cut(s: Session, keep: int) -> None:
    s.execute(delete(JournalEntry).where(JournalEntry.sequence > keep))
    last = s.scalar(select(JournalEntry.hash).where(JournalEntry.sequence == keep)) or journal.GENESIS
    s.execute(update(JournalHead).values(sequence=keep, hash=last))


@pytest.mark.parametrize("keep", [0, 3])
def test_a_chain_cut_off_with_head_and_anchor_to_match_is_found_the_next_night(office: Office, keep: int) -> None:
    """Against the memory of the last walk: neither the head nor the anchor tells of it."""
    office.clock.now = NIGHT
    write(office, 6)
    assert look(office) == []
    tamper(office, lambda s: cut(s, keep))
    for anchor in (office.settings.home / "anchors").iterdir():
        anchor.unlink()
    for _ in range(9):
        office.clock.advance(days=1)
        assert look(office) == ["RUTAN-MAGETAN:6"]


def test_a_chain_that_vanished_altogether_is_found(office: Office) -> None:
    office.clock.now = NIGHT
    write(office, 6)
    assert look(office) == []
    tamper(office, lambda s: (s.execute(text("DELETE FROM journal")), s.execute(text("DELETE FROM journal_head"))))
    for anchor in (office.settings.home / "anchors").iterdir():
        anchor.unlink()
    office.clock.advance(days=1)
    assert look(office) == ["RUTAN-MAGETAN:1"]


def test_two_processes_do_not_walk_at_once(office: Office) -> None:
    office.clock.now = NIGHT
    write(office, 1)
    with office.db.write() as s:
        s.add(Lease(name="journal", holder="there", expires_at=office.clock() + timedelta(minutes=30)))
    assert look(office) is None
    office.clock.advance(hours=1)
    assert look(office) == []
