"""The journal: whatever is edited, cut, swapped or rewritten is found; erasure and crowds leave it whole."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.support import Office
from tests.workflow.offices import on_postgres, on_sqlite
from webhooks.cli import main
from workflow import cases, journal
from workflow.actors import Citizen, Officer
from workflow.db import make_engine
from workflow.models import Case, DataKey, JournalEntry, JournalHead, Unit

ACTOR = Officer("a" * 32)


def unit_id(office: Office, code: str = "RUTAN-MAGETAN") -> str:
    with office.db.read() as s:
        return s.scalars(select(Unit.id).where(Unit.code == code)).one()


def write(office: Office, count: int, code: str = "RUTAN-MAGETAN") -> None:
    unit = unit_id(office, code)
    for n in range(count):
        with office.db.write() as s:
            journal.append(s, unit, "read", ACTOR, office.clock.advance(seconds=1), case_id=f"{n:032}", number=n)


def anchors(office: Office) -> dict[str, tuple[int, bytes]]:
    return journal.read_anchors(office.settings.home / "anchors")


def findings(office: Office) -> list[tuple[str, int]]:
    with office.db.read() as s:
        found, _ = journal.verify(s, s.info["journal_key"], anchors(office))
        return [(f.unit, f.sequence) for f in found]


def tamper(office: Office, change: Callable[[Session], None]) -> None:
    """As somebody with the database's password would, past every rule of ours."""
    with Session(office.db.engine) as s:
        change(s)
        s.commit()


def entry(s: Session, sequence: int) -> JournalEntry:
    return s.scalars(select(JournalEntry).where(JournalEntry.sequence == sequence)).one()


def test_an_untouched_chain_holds_and_counts_its_entries(office: Office) -> None:
    write(office, 5)
    write(office, 3, "KANWIL-JATIM")
    assert findings(office) == []
    with office.db.read() as s:
        assert journal.verify(s, s.info["journal_key"], anchors(office))[1] == 8
        sequences = s.scalars(select(JournalEntry.sequence).where(JournalEntry.unit_id == unit_id(office))).all()
    assert sorted(sequences) == [1, 2, 3, 4, 5]


COLUMNS = {
    "unit_id": lambda e: unit_id_of_another(e),
    "sequence": lambda e: 99,
    "case_id": lambda e: "f" * 32,
    "action": lambda e: "release",
    "at": lambda e: e.at + timedelta(microseconds=1),
    "record": lambda e: e.record.replace(b'"read"', b'"reed"'),
    "previous": lambda e: bytes(31) + b"\x01",
    "hash": lambda e: e.hash[:-1] + bytes([e.hash[-1] ^ 1]),
}


def unit_id_of_another(e: JournalEntry) -> str:
    return Session.object_session(e).scalars(select(Unit.id).where(Unit.id != e.unit_id).limit(1)).one()  # type: ignore[union-attr]


@pytest.mark.parametrize("sequence", [1, 3, 5])
def test_an_edit_of_any_column_of_any_entry_is_found(office: Office, sequence: int) -> None:
    write(office, 5)
    for column, wrong in COLUMNS.items():
        with office.db.read() as s:
            row = entry(s, sequence)
            row_id, good, bad = row.id, getattr(row, column), wrong(row)
        tamper(office, lambda s, c=column, i=row_id, v=bad: setattr(s.get_one(JournalEntry, i), c, v))
        assert ("RUTAN-MAGETAN", sequence) in findings(office), column
        tamper(office, lambda s, c=column, i=row_id, v=good: setattr(s.get_one(JournalEntry, i), c, v))
    assert findings(office) == []


def test_every_column_of_an_entry_is_tried() -> None:
    """But for ``id``, which nothing goes by: an entry has its place in its chain from ``sequence``."""
    assert set(COLUMNS) == set(SPOILT) == {c.name for c in JournalEntry.__table__.columns} - {"id"}


@on_sqlite
def test_an_edit_of_any_byte_of_a_record_is_found(office: Office) -> None:
    write(office, 3)
    with office.db.read() as s:
        good = entry(s, 2).record
    for place in range(len(good)):
        bad = good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]
        tamper(office, lambda s, bad=bad: setattr(entry(s, 2), "record", bad))
        assert findings(office) == [("RUTAN-MAGETAN", 2)], place
    tamper(office, lambda s: setattr(entry(s, 2), "record", good))
    assert findings(office) == []


def swap(s: Session, one: int, two: int) -> None:
    a, b = entry(s, one), entry(s, two)
    a.sequence = -1
    s.flush()
    b.sequence = one
    s.flush()
    a.sequence = two
    s.flush()


def forge(s: Session, key: bytes, count: int) -> None:
    """A whole new chain of one's own, made with the key, with a head to match."""
    unit = s.scalars(select(JournalHead)).one()
    s.execute(text("DELETE FROM journal"))
    previous = journal.GENESIS
    for n in range(1, count + 1):
        at = s.info["at"]
        record = journal.canonical(n, unit.unit_id, None, "read", at, ACTOR, {})
        digest = journal.seal(key, previous, record)
        s.add(
            JournalEntry(
                unit_id=unit.unit_id, sequence=n, action="read", at=at, record=record, previous=previous, hash=digest
            )
        )
        previous = digest
    unit.sequence, unit.hash = count, previous


WRECKS: dict[str, tuple[Callable[[Session, bytes], object], int]] = {
    "first deleted": (lambda s, _: s.delete(entry(s, 1)), 1),
    "middle deleted": (lambda s, _: s.delete(entry(s, 3)), 3),
    "last deleted": (lambda s, _: s.delete(entry(s, 5)), 5),
    "all deleted": (lambda s, _: s.execute(text("DELETE FROM journal")), 1),
    "all and head deleted": (
        lambda s, _: (s.execute(text("DELETE FROM journal")), s.execute(text("DELETE FROM journal_head"))),
        1,
    ),
    "head deleted": (lambda s, _: s.execute(text("DELETE FROM journal_head")), 6),
    "head moved back": (lambda s, _: s.execute(text("UPDATE journal_head SET sequence = 4")), 6),
    "head moved on": (lambda s, _: s.execute(text("UPDATE journal_head SET sequence = 6")), 6),
    "neighbours swapped": (lambda s, _: swap(s, 2, 3), 2),
    "ends swapped": (lambda s, _: swap(s, 1, 5), 1),
    "shorter, rewritten with the key": (lambda s, key: forge(s, key, 4), 5),
    "as long, rewritten with the key": (lambda s, key: forge(s, key, 5), 5),
    "longer, rewritten with the key": (lambda s, key: forge(s, key, 9), 5),
}


@pytest.mark.parametrize("wreck", sorted(WRECKS))
def test_deleting_swapping_cutting_and_rewriting_is_found(office: Office, wreck: str) -> None:
    write(office, 5)
    with office.db.read() as s:
        key = s.info["journal_key"]

    def change(s: Session) -> None:
        s.info["at"] = office.clock()
        WRECKS[wreck][0](s, key)

    tamper(office, change)
    assert findings(office) == [("RUTAN-MAGETAN", WRECKS[wreck][1])]


def test_truncation_with_a_head_to_match_is_found_against_the_anchor(office: Office) -> None:
    write(office, 5)

    def change(s: Session) -> None:
        for sequence in (4, 5):
            s.delete(entry(s, sequence))
        head = s.scalars(select(JournalHead)).one()
        head.sequence, head.hash = 3, entry(s, 3).hash

    tamper(office, change)
    assert findings(office) == [("RUTAN-MAGETAN", 4)]


def test_nonsense_made_with_the_key_is_a_finding_and_not_a_crash(office: Office) -> None:
    write(office, 2)
    with office.db.read() as s:
        key = s.info["journal_key"]
    for record in (b"\xff", b"[]", b"{}"):

        def change(s: Session, record: bytes = record) -> None:
            row, head = entry(s, 2), s.scalars(select(JournalHead)).one()
            row.record = record
            row.hash = head.hash = journal.seal(key, row.previous, record)

        tamper(office, change)
        assert findings(office) == [("RUTAN-MAGETAN", 2)]


# ------------------------------------------------------------------ anchors


def spoil(column: str, value: str) -> Callable[[Session], object]:
    """Past our types, as in a shell of the database."""
    return lambda s: s.execute(text(f"UPDATE journal SET {column} = {value} WHERE sequence = 3"))


@contextmanager
def shell(office: Office) -> Iterator[Session]:
    """Where SQLite looks at no foreign keys; what was changed in it is rolled back."""
    engine = make_engine(office.settings.database)
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = OFF"))
    with Session(engine) as s:
        yield s
        s.rollback()
    engine.dispose()


#: What SQLite keeps in a cell of ours, though no entry of ours has it.
SPOILT = {
    "unit_id": ("CAST(unit_id AS BLOB)", "x'ff' || unit_id", "CAST(x'ff' || unit_id AS TEXT)", "substr(unit_id, 2)"),
    "sequence": ("'x'", "''", "3.5", "x'33'", "CAST(x'ff' AS TEXT)", "9e99"),
    "case_id": ("NULL", "CAST(case_id AS BLOB)", "5", "CAST(x'ff' AS TEXT)"),
    "action": ("CAST(action AS BLOB)", "''", "7", "CAST(x'ff' AS TEXT)"),
    "at": (
        *("'kemarin'", "''", "5", "1.5", "x'ff'", "CAST(at AS BLOB)", "CAST(x'ff' AS TEXT)", "at || 'Z'"),
        *("date(at)", "replace(at, '2026', '12026')", "replace(at, ' ', 'T')"),
    ),
    "record": ("CAST(record AS TEXT)", "replace(record, 'read', 'open')", "5", "''", "x''", "CAST(x'ff' AS TEXT)"),
    "previous": ("CAST(previous AS TEXT)", "hex(previous)", "0", "x''"),
    "hash": ("CAST(hash AS TEXT)", "hash || ''", "hex(hash)", "0.5", "x''"),
}


@on_sqlite
@pytest.mark.parametrize("column", sorted(SPOILT))
def test_a_cell_of_a_type_that_no_entry_has_is_found_at_its_entry(office: Office, column: str) -> None:
    write(office, 5)
    write(office, 5, "KANWIL-JATIM")
    for value in SPOILT[column]:
        with shell(office) as s:
            spoil(column, value)(s)
            found, _ = journal.verify(s, office.db.info["journal_key"], anchors(office))
        assert {("RUTAN-MAGETAN", 3), ("KANWIL-JATIM", 3)} <= {(f.unit, f.sequence) for f in found}, value
    assert findings(office) == []


@on_postgres
@pytest.mark.parametrize("value", ["'infinity'", "'-infinity'", "at - INTERVAL '4052 years'", "'294000-01-01 00:00Z'"])
def test_a_time_that_python_does_not_know_is_found_at_its_entry(office: Office, value: str) -> None:
    write(office, 5)
    tamper(office, spoil("at", value))
    assert findings(office) == [("RUTAN-MAGETAN", 3)]


@on_sqlite
@pytest.mark.parametrize(
    "change", ["hash = 'abc'", "sequence = 'abc'", "hash = CAST(x'ff' AS TEXT)", "unit_id = x'ff'"]
)
def test_a_head_of_a_type_that_no_chain_has_is_a_finding(office: Office, change: str) -> None:
    write(office, 2)
    with shell(office) as s:
        s.execute(text(f"UPDATE journal_head SET {change}"))
        found, _ = journal.verify(s, office.db.info["journal_key"], anchors(office))
    assert ("RUTAN-MAGETAN", 3) in {(f.unit, f.sequence) for f in found}


def run(office: Office, *words: str) -> Result:
    env = {"ADUAN_HOME": str(office.settings.home), "ADUAN_DATABASE_URL": office.settings.database}
    return CliRunner().invoke(main, ["journal", *words], env=env)


@on_sqlite
def test_the_command_names_the_entry_that_was_edited_in_a_shell(office: Office) -> None:
    write(office, 5)
    tamper(office, spoil("record", "replace(record, 'read', 'open')"))
    done = run(office, "verify")
    assert (done.exit_code, done.output) == (1, "broken: RUTAN-MAGETAN entry 3: edited\n")


@pytest.mark.parametrize("content", ["", "x", "5", "five abc", "3 zz", "1 2 3", "\x00"])
def test_a_spoilt_anchor_is_a_finding_and_stops_no_work(office: Office, content: str) -> None:
    write(office, 2)
    anchor = office.settings.home / "anchors" / unit_id(office)
    anchor.write_text(content)
    assert [f[0] for f in findings(office)] == ["RUTAN-MAGETAN"]
    write(office, 1)
    with office.db.read() as s:
        assert entry(s, 3).action == "read"


def test_an_anchor_that_vanished_is_found_though_the_chain_goes_on(office: Office) -> None:
    write(office, 2)
    (office.settings.home / "anchors" / unit_id(office)).unlink()
    assert findings(office) == [("RUTAN-MAGETAN", 2)]
    write(office, 1)
    assert findings(office) == [("RUTAN-MAGETAN", 3)]


@pytest.mark.parametrize("spoil_it", [lambda path: path.unlink(), lambda path: path.write_text("x")])
def test_the_operator_makes_a_lost_anchor_anew(office: Office, spoil_it: Callable[[Path], object]) -> None:
    write(office, 2)
    spoil_it(office.settings.home / "anchors" / unit_id(office))
    done = run(office, "anchor", "RUTAN-MAGETAN")
    assert (done.exit_code, done.output) == (0, "RUTAN-MAGETAN: anchor made anew\n")
    assert findings(office) == []
    with office.db.read() as s:
        assert entry(s, 3).action == "anchor"


def test_no_anchor_is_made_anew_that_speaks_against_the_chain(office: Office) -> None:
    write(office, 5)

    def cut(s: Session) -> None:
        s.execute(delete(JournalEntry).where(JournalEntry.sequence > 3))
        s.execute(update(JournalHead).values(sequence=3, hash=entry(s, 3).hash))

    tamper(office, cut)
    kept = anchors(office)
    done = run(office, "anchor", "RUTAN-MAGETAN")
    assert (done.exit_code, "entry 4: missing" in done.output) == (1, True)
    assert anchors(office) == kept


def test_an_anchor_never_moves_back(tmp_path: Path) -> None:
    for sequence in (5, 3, 10, 9):
        journal.write_anchors(tmp_path, {"u": (sequence, bytes([sequence]) * 32)})
    assert journal.read_anchors(tmp_path) == {"u": (10, b"\x0a" * 32)}


def test_an_anchor_is_whole_whenever_it_is_read(tmp_path: Path) -> None:
    """Reading while another thread moves it on never sees half a line."""
    journal.write_anchors(tmp_path, {"u": (1, bytes(32))})
    done = threading.Event()

    def move() -> None:
        for sequence in range(2, 600):
            journal.write_anchors(tmp_path, {"u": (sequence, bytes(32))})
        done.set()

    thread = threading.Thread(target=move)
    thread.start()
    seen = set()
    while not done.is_set():
        seen.add(journal.read_anchors(tmp_path)["u"][0])
    thread.join()
    assert -1 not in seen


def test_no_anchors_yet_is_no_finding(tmp_path: Path) -> None:
    assert journal.read_anchors(tmp_path / "none") == {}


# ------------------------------------------------------------------ life


def test_erasing_every_key_leaves_the_chain_whole(office: Office) -> None:
    office.say("Sudah tiga hari air di blok B mati, anak saya Rudi tidak bisa mandi.")
    office.say("tambahan: kamar 7")
    with office.db.write() as s:
        for key in s.scalars(select(DataKey.id)).all():
            office.service.vault.destroy(s, key, office.clock())
    assert findings(office) == []


def test_entries_hold_nothing_that_a_person_wrote(office: Office) -> None:
    said = (
        "Bapak Zulkarnaen dari kamar Cempaka dipalak Rp 77.777",
        "tambahan penting: Qomariah saksinya",
        "TIDAK PUAS",
    )
    for words in said:
        office.say(words, "+6281234567890")
    with office.db.write() as s:
        case = cases.lock(s, office.case("+6281234567890").id)
        cases.set_visibility(s, case, "anonymous", office.clock())
    with office.db.read() as s:
        everything = b"".join(s.scalars(select(JournalEntry.record)))
    for word in ("Zulkarnaen", "Cempaka", "77.777", "Qomariah", "saksi", "81234567890"):
        assert word.encode() not in everything
    with office.db.read() as s:
        assert all(json.loads(r).keys() >= {"sequence", "actor", "at"} for r in s.scalars(select(JournalEntry.record)))


def test_a_transaction_that_fails_leaves_no_entry(office: Office) -> None:
    unit = unit_id(office)
    with contextlib.suppress(RuntimeError), office.db.write() as s:
        journal.append(s, unit, "read", ACTOR, office.clock())
        raise RuntimeError
    assert findings(office) == []
    with office.db.read() as s:
        assert s.scalars(select(JournalEntry)).all() == []


def test_a_time_of_another_zone_is_the_same_time(office: Office) -> None:
    unit, jakarta = unit_id(office), timezone(timedelta(hours=7))
    with office.db.write() as s:
        journal.append(s, unit, "read", ACTOR, office.clock().astimezone(jakarta))
    assert findings(office) == []


def crowd(office: Office, threads: int, each: int) -> list[BaseException]:
    units = [unit_id(office), unit_id(office, "KANWIL-JATIM")]
    errors: list[BaseException] = []
    start = threading.Barrier(threads)

    def run(n: int) -> None:
        start.wait()
        try:
            for i in range(each):
                with office.db.write() as s:
                    for unit in units if (n + i) % 2 else reversed(units):
                        journal.append(s, unit, "read", Citizen(str(n)), office.clock(), number=i)
        except BaseException as error:
            errors.append(error)

    workers = [threading.Thread(target=run, args=(n,)) for n in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return errors


def test_a_crowd_of_writers_makes_no_fork(office: Office) -> None:
    """Also the very first entries of both chains, and locks asked for in opposite orders."""
    assert crowd(office, 6, 10) == []
    assert findings(office) == []
    with office.db.read() as s:
        for code in ("RUTAN-MAGETAN", "KANWIL-JATIM"):
            mine = select(JournalEntry.sequence).where(JournalEntry.unit_id == unit_id(office, code))
            assert sorted(s.scalars(mine)) == list(range(1, 61))


@on_postgres
def test_verifying_while_others_write_raises_no_false_alarm(office: Office) -> None:
    write(office, 3)
    stop = threading.Event()
    unit = unit_id(office)

    def work() -> None:
        while not stop.is_set():
            with office.db.write() as s:
                journal.append(s, unit, "read", ACTOR, office.clock())

    writers = [threading.Thread(target=work) for _ in range(2)]
    for writer in writers:
        writer.start()
    found = [f for _ in range(25) for f in findings(office)]
    stop.set()
    for writer in writers:
        writer.join()
    assert found == []


def test_a_case_and_its_journal_are_one_transaction(office: Office) -> None:
    office.say("Sudah tiga hari air di blok B mati.")
    with office.db.read() as s:
        case = s.scalars(select(Case)).one()
        actions = s.scalars(select(JournalEntry.action).where(JournalEntry.case_id == case.id)).all()
    assert actions == ["open"]


# ------------------------------------------------------------------ any one change


def any_change(data: st.DataObject, length: int) -> Callable[[Session], object]:
    """One edit, deletion, swap or truncation, as somebody with the database's password might make it."""
    place = data.draw(st.integers(1, length), label="entry")
    kinds = ["edit", "retype", "delete", "swap", "cut", "cut with head", "double"]
    kind = data.draw(st.sampled_from(kinds), label="kind")
    if kind == "retype":
        return retyped(data, place)
    if kind == "edit":
        column = data.draw(st.sampled_from(sorted(COLUMNS)), label="column")

        def edit(s: Session) -> None:
            row = entry(s, place)
            wrong = flipped(data, row.record) if column == "record" else COLUMNS[column](row)
            setattr(row, column, wrong)

        return edit
    if kind == "delete":
        return lambda s: s.delete(entry(s, place))
    if kind == "swap":
        other = data.draw(st.integers(1, length).filter(lambda n: n != place), label="other")
        return lambda s: swap(s, place, other)
    if kind == "double":
        return lambda s: s.execute(
            update(JournalEntry).where(JournalEntry.sequence == place).values(sequence=length + 1)
        )

    def cut(s: Session) -> None:
        s.execute(delete(JournalEntry).where(JournalEntry.sequence >= place))
        if kind == "cut with head":
            last = s.scalar(select(JournalEntry.hash).where(JournalEntry.sequence == place - 1))
            s.execute(update(JournalHead).values(sequence=place - 1, hash=last or journal.GENESIS))

    return cut


def retyped(data: st.DataObject, place: int) -> Callable[[Session], object]:
    """The cell gets a value, or its own value another type, that no entry of ours has in it."""
    column = data.draw(st.sampled_from(sorted(SPOILT)), label="column")
    value = data.draw(st.one_of(st.text(), st.binary(), st.floats(allow_nan=False), st.integers(-9, 99)), label="value")

    def change(s: Session) -> object:
        query = text(f"SELECT typeof({column}) || quote({column}) FROM journal WHERE id = :id")
        one = {"id": entry(s, place).id}
        before = s.scalar(query, one)
        try:
            s.execute(text(f"UPDATE journal SET {column} = :value WHERE id = :id"), {**one, "value": value})
        except IntegrityError:
            reject()  # the number of another entry, say
        assume(s.scalar(query, one) != before)
        return None

    return change


def flipped(data: st.DataObject, record: bytes) -> bytes:
    changed = bytearray(record)
    changed[data.draw(st.integers(0, len(record) - 1), label="byte")] ^= 1 << data.draw(st.integers(0, 7), label="bit")
    return bytes(changed)


@on_sqlite
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=120, deadline=None)
@given(data=st.data())
def test_any_single_edit_deletion_swap_or_truncation_is_found(office: Office, data: st.DataObject) -> None:
    """And undoing it leaves nothing to find."""
    if not anchors(office):
        write(office, 8)
    change = any_change(data, 8)
    with shell(office) as s:
        change(s)
        s.flush()
        found, _ = journal.verify(s, office.db.info["journal_key"], anchors(office))
    assert [f.unit for f in found if f.unit == "RUTAN-MAGETAN"] != []
    assert findings(office) == []
