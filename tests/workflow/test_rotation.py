"""A new version of the master key: everything is readable before, during and after, a crash costs nothing, and copies
made before come back with the key file that was kept."""

from __future__ import annotations

import contextlib
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tests.support import Office
from tests.workflow.offices import on_sqlite
from webhooks.service import open_database
from webhooks.settings import Settings
from workflow import backup, conversations, keyfile, openings, people, rotation
from workflow.db import Database
from workflow.keyfile import MasterKeys
from workflow.models import Case, DataKey, Message, Person
from workflow.vault import Unreadable

FAMILIES = [f"+62812000000{n}" for n in range(4)]


def fill(office: Office) -> None:
    for sender in FAMILIES:
        office.say(f"Air di blok B mati tiga hari, nomor saya {sender}.", sender)


def everything(database: Database) -> list[str]:
    """What a reader with these keys gets to see."""
    with database.read() as s:
        texts = [conversations.text_of(s, m) for m in s.scalars(select(Message).order_by(Message.id))]
        codes = [openings.receipt_code(s, c) for c in s.scalars(select(Case).order_by(Case.number))]
        return texts + codes + [str(people.identity(s, p)) for p in s.scalars(select(Person).order_by(Person.id))]


def opened(office: Office) -> Database:
    """Another process with the keys as the file holds them now."""
    return open_database(office.settings)[0]


def versions(office: Office) -> dict[str, int]:
    with office.db.read() as s:
        return dict(rotation.in_use(s))


def test_everything_is_readable_before_during_and_after(office: Office) -> None:
    fill(office)
    before, count = everything(office.db), sum(versions(office).values())
    running, later = opened(office), office.clock() + timedelta(days=1)
    assert everything(running) == before
    keyfile.rotate(office.settings.data_keys, office.clock())
    with running.write() as s:  # a process that runs on uses the new version at once
        new = running.info["vault"].new_key(s, "case", office.clock())
        sealed = running.info["vault"].seal(s, new, "baru", "a.b")
    assert versions(office) == {"master:1": count, "master:2": 1}
    assert everything(running) == everything(office.db) == everything(opened(office)) == before
    with office.db.read() as s:
        assert office.service.vault.open_text(s, new, sealed, "a.b") == "baru"
    assert rotation.rewrap(running) == rotation.Pass(count, 0)
    assert versions(office) == {"master:2": count + 1}
    assert rotation.retire(running, later) == [1]
    assert set(MasterKeys.load(office.settings.data_keys).masters) == {2}
    assert everything(running) == everything(office.db) == everything(opened(office)) == before
    assert rotation.rewrap(office.db) == rotation.Pass(0, 0)


def test_a_pass_that_dies_half_way_is_gone_on_with(office: Office) -> None:
    fill(office)
    before, count = everything(office.db), sum(versions(office).values())
    keyfile.rotate(office.settings.data_keys, office.clock())
    with office.db.write() as s:  # as much as one transaction of the pass had done
        for row in s.scalars(select(DataKey).order_by(DataKey.id).limit(3)):
            office.service.vault.rewrap(row)
    with contextlib.suppress(RuntimeError), office.db.write() as s:  # and one that did not come to its end
        for row in s.scalars(select(DataKey).order_by(DataKey.id)):
            office.service.vault.rewrap(row)
        raise RuntimeError
    assert versions(office) == {"master:1": count - 3, "master:2": 3}
    assert everything(opened(office)) == before
    with pytest.raises(rotation.TooEarly):
        rotation.retire(office.db, office.clock() + timedelta(days=1))
    assert rotation.rewrap(opened(office)).done == count - 3
    assert everything(opened(office)) == before


def test_a_crash_while_the_file_is_written_leaves_the_old_one(office: Office) -> None:
    fill(office)
    before, path = everything(office.db), office.settings.data_keys
    path.with_name(f".{path.name}.new").write_text('{"current": 2, "mas')
    assert everything(opened(office)) == before
    assert keyfile.rotate(path, office.clock()).current == 2
    assert everything(opened(office)) == before


def test_the_file_stays_private_and_keeps_what_it_held(office: Office) -> None:
    path = office.settings.data_keys
    first, mask = MasterKeys.load(path), os.umask(0)
    try:
        keyfile.rotate(path, office.clock())
    finally:
        os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o600
    second = MasterKeys.load(path)
    assert second.lookup == first.lookup
    assert second.masters[1] == first.masters[1] != second.masters[2]
    assert second.since[2] == office.clock()
    assert [p.name for p in path.parent.iterdir() if p.name.startswith(f".{path.name}")] == []


def test_an_old_version_is_not_forgotten_before_running_transactions_are_over(office: Office) -> None:
    keyfile.rotate(office.settings.data_keys, office.clock())
    rotation.rewrap(office.db)
    with pytest.raises(rotation.TooEarly):
        rotation.retire(office.db, office.clock() + timedelta(minutes=9))
    assert rotation.retire(office.db, office.clock() + timedelta(minutes=11)) == [1]
    assert rotation.retire(office.db, office.clock() + timedelta(minutes=11)) == []


def test_a_destroyed_key_stays_destroyed_and_holds_nothing_up(office: Office) -> None:
    fill(office)
    with office.db.write() as s:
        gone = s.scalars(select(DataKey.id).limit(1)).one()
        office.service.vault.destroy(s, gone, office.clock())
    keyfile.rotate(office.settings.data_keys, office.clock())
    rotation.rewrap(office.db)
    with office.db.read() as s:
        assert s.get_one(DataKey, gone).wrapped is None
    assert rotation.retire(office.db, office.clock() + timedelta(days=1)) == [1]


def test_one_damaged_key_is_counted_and_keeps_the_old_version(office: Office) -> None:
    fill(office)
    count = sum(versions(office).values())
    with office.db.write() as s:
        bad = s.scalars(select(DataKey.id).limit(1)).one()
        s.execute(update(DataKey).where(DataKey.id == bad).values(wrapped=b"x" * 60))
    keyfile.rotate(office.settings.data_keys, office.clock())
    assert rotation.rewrap(office.db) == rotation.Pass(count - 1, 1)
    with pytest.raises(rotation.TooEarly):
        rotation.retire(office.db, office.clock() + timedelta(days=1))


@on_sqlite
def test_a_copy_from_before_comes_back_with_the_key_file_that_was_kept(office: Office, tmp_path: Path) -> None:
    fill(office)
    before, copy, kept = everything(office.db), tmp_path / "copy.zip", tmp_path / "kept.json"
    backup.write(office.db, copy, office.clock())
    shutil.copy(office.settings.data_keys, kept)
    keyfile.rotate(office.settings.data_keys, office.clock())
    rotation.rewrap(office.db)
    during = tmp_path / "during.json"
    shutil.copy(office.settings.data_keys, during)
    rotation.retire(office.db, office.clock() + timedelta(days=1))
    for name, keys in (("kept", kept), ("during", during)):
        database = empty_home(office, tmp_path / name, keys)
        backup.restore(database, str(database.engine.url), copy, tmp_path / name, office.clock())
        assert everything(database) == before, name
        database.close()
    database = empty_home(office, tmp_path / "late", office.settings.data_keys)
    with pytest.raises(backup.BadBackup, match="master:1"):
        backup.restore(database, str(database.engine.url), copy, tmp_path / "late", office.clock())
    database.close()


def empty_home(office: Office, home: Path, keys: Path) -> Database:
    home.mkdir()
    for name in ("signing-key", "session-key", "receipt-key.pem"):
        shutil.copy(office.settings.home / name, home / name)
    shutil.copy(keys, home / "data-key.json")
    return open_database(Settings(home=home))[0]


def test_a_version_that_no_file_holds_is_unreadable(office: Office) -> None:
    fill(office)
    with office.db.write() as s:
        s.execute(update(DataKey).values(wrapping="master:7"))
    with pytest.raises(Unreadable):
        everything(opened(office))
