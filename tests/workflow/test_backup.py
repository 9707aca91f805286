"""A copy made while people write is whole, comes back on either database, and brings nothing erased back to life."""

from __future__ import annotations

import json
import threading
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.support import Office
from tests.workflow.steps import COMPLAINT, carry
from webhooks.service import journal_key, open_database
from webhooks.settings import Settings
from workflow import backup, conversations, journal, vault
from workflow.db import Base
from workflow.messages import Media
from workflow.models import Attachment, Case, DataKey, Message


def restored(office: Office, file: Path, home: Path, url: str = "") -> tuple[Settings, dict[str, int]]:
    """A new home with the old keys, filled from the copy."""
    home.mkdir(exist_ok=True)
    for key in ("data-key.json", "signing-key", "session-key", "receipt-key.pem"):
        (home / key).write_bytes((office.settings.home / key).read_bytes())
        (home / key).chmod(0o600)
    settings = Settings(home=home, database_url=url)
    database, _ = open_database(settings)
    counts = backup.restore(database, settings.database, file, home, office.clock())
    database.close()
    return settings, counts


def rows(database: object) -> dict[str, int]:
    with database.read() as s:  # type: ignore[attr-defined]
        return {t.name: s.scalar(select(func.count()).select_from(t)) for t in Base.metadata.sorted_tables}


def test_everything_comes_back_in_a_new_home(office: Office, tmp_path: Path) -> None:
    office.say(COMPLAINT, media=(Media("foto.txt", "text/plain", b"bukti pertama"),))
    case_id = carry(office, "responded")
    file = tmp_path / "copy.zip"
    counts = backup.write(office.db, file, office.clock())
    assert file.stat().st_mode & 0o077 == 0
    settings, back = restored(office, file, tmp_path / "new")
    assert {name: n for name, n in back.items() if n} == {name: n for name, n in counts.items() if n}
    database, _ = open_database(settings)
    assert rows(database) == rows(office.db)
    with database.read() as s:
        case = s.get_one(Case, case_id)
        message = s.scalars(select(Message).where(Message.case_id == case_id)).first()
        assert message
        assert conversations.text_of(s, message) == COMPLAINT
        kept = s.scalars(select(Attachment)).one()
        assert s.info["objects"].get(kept.object_key)
        anchors = journal.read_anchors(settings.home / "anchors")
        findings, entries = journal.verify(s, journal_key(settings), anchors)
        assert (findings, entries > 5, len(anchors) > 0) == ([], True, True)
        assert case.number.startswith("ADU-RUTAN-MAGETAN-2026-")
    with database.write() as s:  # counters go on where they were
        s.add(
            Message(
                **{
                    c.name: getattr(message, c.name)
                    for c in Message.__table__.columns
                    if c.name not in ("id", "dedupe")
                },
                dedupe=b"x" * 32,
            )
        )
    database.close()


def test_nothing_of_the_keys_is_in_the_copy(office: Office, tmp_path: Path) -> None:
    office.say(COMPLAINT)
    file = tmp_path / "copy.zip"
    backup.write(office.db, file, office.clock())
    keys = json.loads((office.settings.home / "data-key.json").read_text())
    with zipfile.ZipFile(file) as copy:
        everything = b"".join(copy.read(name) for name in copy.namelist())
    for secret in (
        *keys["masters"].values(),
        keys["lookup"],
        (office.settings.home / "signing-key").read_text().strip(),
    ):
        assert secret.encode() not in everything
    assert b"air di blok" not in everything


def test_a_copy_made_while_families_write_is_one_moment(office: Office, tmp_path: Path) -> None:
    """Each case in the copy has its number, its message and its judgement: no transaction is torn."""
    stop = threading.Event()

    def write() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            office.write(COMPLAINT, f"+62812{n:08d}")

    thread = threading.Thread(target=write)
    thread.start()
    try:
        file = tmp_path / "copy.zip"
        backup.write(office.db, file, office.clock())
    finally:
        stop.set()
        thread.join(20)
    settings, _ = restored(office, file, tmp_path / "new")
    database, _ = open_database(settings)
    with database.read() as s:
        orphans = select(func.count()).select_from(Message).where(Message.conversation_id.is_(None))
        assert s.scalar(orphans) == 0
        assert s.scalar(select(func.count()).select_from(Message)) <= rows(office.db)["message"]
    database.close()


def test_what_was_erased_since_the_copy_stays_erased(office: Office, tmp_path: Path) -> None:
    office.say(COMPLAINT)
    file = tmp_path / "copy.zip"
    backup.write(office.db, file, office.clock())
    with office.db.write() as s:
        case = s.scalars(select(Case)).one()
        vault.vault_of(s).destroy(s, case.data_key_id, office.clock())
        erased = case.data_key_id
    home = tmp_path / "new"
    home.mkdir()
    backup.note_erased(home, [erased])
    settings, _ = restored(office, file, home)
    database, _ = open_database(settings)
    with database.read() as s:
        assert s.get_one(DataKey, erased).wrapped is None
    database.close()


def test_a_damaged_foreign_or_cut_copy_changes_nothing(office: Office, tmp_path: Path) -> None:
    office.say(COMPLAINT)
    file = tmp_path / "copy.zip"
    backup.write(office.db, file, office.clock())
    whole = file.read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.zip").write_text("not a backup")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(tmp_path / "edited.zip", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(
                name, content.replace(b"received", b"recieved") if name == "tables/complaint.jsonl" else content + b""
            )
        assert b"received" in old.read("tables/complaint.jsonl")
    for name in ("cut.zip", "text.zip", "edited.zip"):
        with pytest.raises(backup.BadBackup):
            restored(office, tmp_path / name, tmp_path / f"home-{name}")
        assert not (tmp_path / f"home-{name}" / "anchors").exists()


def test_a_database_with_cases_is_never_overwritten(office: Office, tmp_path: Path) -> None:
    office.say(COMPLAINT)
    file = tmp_path / "copy.zip"
    backup.write(office.db, file, office.clock())
    with pytest.raises(backup.BadBackup, match="not empty"):
        backup.restore(office.db, office.settings.database, file, office.settings.home, office.clock())


def test_other_keys_are_refused_before_anything_is_done(office: Office, tmp_path: Path) -> None:
    from webhooks.service import create_keys

    office.say(COMPLAINT)
    file = tmp_path / "copy.zip"
    backup.write(office.db, file, office.clock())
    settings = Settings(home=tmp_path / "stranger")
    create_keys(settings)
    database, _ = open_database(settings)
    with pytest.raises(backup.BadBackup, match="other keys"):
        backup.restore(database, settings.database, file, settings.home, office.clock())
    database.close()
