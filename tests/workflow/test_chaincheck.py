"""The journal is walked whole every night; what is broken rings, whatever was done to the memory of the walks before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.support import Office
from tests.workflow.offices import on_sqlite
from workflow import alarms, chaincheck, journal
from workflow.actors import Officer
from workflow.models import JournalEntry, JournalHead, Lease, Mark, Unit

NIGHT = datetime(2026, 11, 2, 20, 30, tzinfo=UTC)  # 03.30 in Jakarta
ACTOR = Officer("a" * 32)


def write(office: Office, count: int, code: str = "RUTAN-MAGETAN") -> None:
    with office.db.read() as s:
        unit = s.scalars(select(Unit.id).where(Unit.code == code)).one()
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


def test_what_came_since_yesterday_rings_until_it_is_whole_again(office: Office) -> None:
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


def edit_an_old_entry(office: Office) -> None:
    office.clock.now = NIGHT
    write(office, 6)
    assert look(office) == []
    tamper(office, lambda s: s.execute(update(JournalEntry).where(JournalEntry.sequence == 2).values(action="open")))


def test_an_old_entry_that_was_edited_is_found_the_next_night(office: Office) -> None:
    edit_an_old_entry(office)
    office.clock.advance(days=1)
    assert look(office) == ["RUTAN-MAGETAN:2"]


MEMORIES = (
    "",
    "null",
    "[" * 100_000,
    '{"day": 5}',
    '{"day": "2026-11-04", "held": {}}',
    '{"day": "2026-11-04", "held": {}, "seal": 5}',
    '{"day": "", "held": {"u": [1, "zz"]}, "seal": ""}',
    '{"day": "2026-11-03", "whole": "2999-01-01", "held": {}}',
)


@pytest.mark.parametrize("memory", MEMORIES)
def test_what_is_written_into_the_memory_hides_nothing(office: Office, memory: str) -> None:
    edit_an_old_entry(office)
    tamper(office, lambda s: s.execute(update(Mark).where(Mark.name == "journal").values(value=memory)))
    office.clock.advance(days=1)
    assert look(office) == ["RUTAN-MAGETAN:2"]


def test_no_field_of_the_memory_can_be_changed_to_put_the_walk_off(office: Office) -> None:
    edit_an_old_entry(office)

    def change(s: Session) -> None:
        mark = s.get_one(Mark, "journal")
        mark.value = mark.value.replace("2026-11-03", "2026-11-04")

    tamper(office, change)
    office.clock.advance(days=1)
    assert look(office) == ["RUTAN-MAGETAN:2"]


@on_sqlite
def test_one_unit_with_a_spoilt_cell_keeps_no_other_from_being_walked(office: Office) -> None:
    write(office, 4, "KANWIL-JATIM")
    write(office, 4)
    office.clock.now = NIGHT
    tamper(office, lambda s: s.execute(text("UPDATE journal SET at = 'kemarin' WHERE sequence = 3")))
    found = look(office) or []
    assert sorted(found) == ["KANWIL-JATIM:3", "RUTAN-MAGETAN:3"]
    assert ringing(office) == [("journal", found[0])]


def test_a_walk_that_breaks_down_rings_until_one_goes_through(office: Office) -> None:
    write(office, 2)
    office.clock.now = NIGHT
    tamper(office, lambda s: s.execute(text("ALTER TABLE journal RENAME TO journal_away")))
    with pytest.raises(DBAPIError):
        look(office)
    assert ringing(office) == [("journal", "walk")]
    tamper(office, lambda s: s.execute(text("ALTER TABLE journal_away RENAME TO journal")))
    assert look(office) == []
    assert ringing(office) == []


# ------------------------------------------------------------------ anchors and memory, each against the other


def anchor_of(office: Office) -> Path:
    return next((office.settings.home / "anchors").iterdir())


def test_an_anchor_that_vanished_rings_even_when_more_was_written(office: Office) -> None:
    office.clock.now = NIGHT
    write(office, 3)
    anchor_of(office).unlink()
    write(office, 2)
    assert look(office) == ["RUTAN-MAGETAN:5"]
    office.clock.advance(days=1)
    assert look(office) == ["RUTAN-MAGETAN:5"], "no walk makes it anew by itself"


def test_an_anchor_set_back_behind_the_last_walk_rings(office: Office) -> None:
    office.clock.now = NIGHT
    write(office, 3)
    older = anchor_of(office).read_text()
    write(office, 3)
    assert look(office) == []
    anchor_of(office).write_text(older)
    office.clock.advance(days=1)
    assert look(office) == ["RUTAN-MAGETAN:6"]


def test_entries_since_the_last_walk_cannot_be_cut_by_removing_the_anchor(office: Office) -> None:
    office.clock.now = NIGHT
    write(office, 3)
    assert look(office) == []
    write(office, 3)
    tamper(office, lambda s: cut(s, 3))
    anchor_of(office).unlink()
    write(office, 1)
    office.clock.advance(days=1)
    assert look(office) == ["RUTAN-MAGETAN:4"]


def test_an_anchor_that_a_crash_left_behind_is_moved_on_by_the_walk(office: Office) -> None:
    office.clock.now = NIGHT
    write(office, 3)
    older = anchor_of(office).read_text()
    write(office, 1)
    newest = anchor_of(office).read_text()
    anchor_of(office).write_text(older)
    assert look(office) == []
    assert anchor_of(office).read_text() == newest


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
