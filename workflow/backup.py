"""A portable copy of everything while the service runs, and the way back: also from SQLite to PostgreSQL.

The file is a ZIP: ``tables/NAME.jsonl`` from one snapshot, every object that those rows name, and a ``manifest.json``
with a SHA-256 for each. It never holds the master key, the journal's key or the session key: without
them it is ciphertext. Data keys destroyed after the copy was made stay destroyed: their ids are kept outside the
database (``erased-keys``), and a restore erases them again.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, DateTime, LargeBinary, MetaData, Table, func, insert, select, text, update
from sqlalchemy.orm import Session

from workflow import journal, outbox
from workflow.db import Base, Database, alembic_config, newest_migration
from workflow.models import Case, DataKey, JournalHead, Message
from workflow.objects import ObjectStore
from workflow.vault import Vault, wrapping

FORMAT = 1
_BATCH = 500


class BadBackup(Exception):
    """The file is not a whole copy of ours, or does not fit here; the sentence says why."""


# ------------------------------------------------------------------ out


def write(database: Database, target: Path, now: datetime) -> dict[str, int]:
    """Copy everything to a new file; rows by table. The service may go on meanwhile. Raises OSError."""
    draft = target.with_name(f".{target.name}.part")
    with database.read() as session, _fresh(draft) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as copy:
        connection, sums, counts = session.connection(), dict[str, str](), dict[str, int]()
        for table in Base.metadata.sorted_tables:
            member = f"tables/{table.name}.jsonl"
            sums[member], counts[table.name] = _member(copy, member, _lines(connection, table))
        store: ObjectStore = session.info["objects"]
        missing = []
        for key in _object_keys(connection):
            try:
                sums[f"objects/{key}"], _ = _member(copy, f"objects/{key}", [store.get(key)])
            except (FileNotFoundError, ValueError):
                missing.append(key)  # erased since the snapshot, or lost before: the restore says so
        manifest = {
            "format": FORMAT, "revision": newest_migration(), "made_at": now.isoformat(), "rows": counts,
            "sha256": sums, "missing_objects": missing, "lookup": _lookup(session.info["vault"]),
        }  # fmt: skip
        copy.writestr("manifest.json", json.dumps(manifest, indent=1))
    _sync(draft)
    draft.replace(target)
    return counts


def _fresh(path: Path) -> IO[bytes]:
    """A file that its owner alone may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _lookup(vault: Vault) -> str:
    """Tells whether the keys at hand are those under which the copy was made; tells nothing of the keys."""
    return vault.lookup("backup", "keys").hex()


def _member(copy: zipfile.ZipFile, name: str, lines: Iterable[bytes]) -> tuple[str, int]:
    digest, count = hashlib.sha256(), 0
    with copy.open(name, "w", force_zip64=True) as member:
        for line in lines:
            digest.update(line)
            member.write(line)
            count += 1
    return digest.hexdigest(), count


def _lines(connection: Connection, table: Table) -> Iterator[bytes]:
    rows = connection.execution_options(yield_per=_BATCH).execute(select(table))
    for row in rows.mappings():
        yield json.dumps({name: _packed(value) for name, value in row.items()}).encode() + b"\n"


def _packed(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"bytes": b64encode(bytes(value)).decode()}
    if isinstance(value, datetime):
        return {"time": value.astimezone(UTC).isoformat()}
    return {"day": value.isoformat()} if isinstance(value, date) else {"is": value}


def _object_keys(connection: Connection) -> list[str]:
    keys = set[str]()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name.endswith("object_key"):
                keys.update(connection.scalars(select(column).where(column.is_not(None)).distinct()))
    return sorted(keys)


# ------------------------------------------------------------------ back


def restore(database: Database, url: str, source: Path, home: Path, now: datetime) -> dict[str, int]:
    """Fill an empty database from a copy; rows by table. Raises BadBackup, and then nothing was changed.

    The schema is made as it was when the copy was written, filled, and then brought up to date.
    """
    from alembic import command

    with _opened(source) as copy:
        manifest = _checked(copy, database)
        command.upgrade(alembic_config(url), manifest["revision"])
        _refuse_content(database)
        with database.engine.begin() as connection:
            counts = _fill(connection, copy, manifest)
        _objects(copy, manifest, database.info["objects"])
    command.upgrade(alembic_config(url), "head")
    with database.write() as session:
        _anchors(session, home / "anchors", now)
        _erase_again(session, home / "erased-keys", now)
    return counts


def _opened(source: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError) as error:
        raise BadBackup(f"{source} is not a backup, or is cut off") from error


def _checked(copy: zipfile.ZipFile, database: Database) -> dict[str, Any]:
    """Every member is there and whole, before anything is changed."""
    try:
        manifest: dict[str, Any] = json.loads(copy.read("manifest.json"))
        sums = manifest["sha256"]
        if manifest["format"] != FORMAT or manifest["revision"] > newest_migration():
            raise BadBackup("the backup was written by a newer version of the program")
        for name, expected in sums.items():
            digest = hashlib.sha256()
            with copy.open(name) as member:
                while block := member.read(1 << 20):
                    digest.update(block)
            if digest.hexdigest() != expected:
                raise BadBackup(f"the backup is damaged at {name}")
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise BadBackup("the backup is damaged or not ours") from error
    if manifest["lookup"] != _lookup(database.info["vault"]):
        raise BadBackup("the backup belongs to other keys: put the old ADUAN_DATA_KEY_FILE in place first")
    _refuse_forgotten(copy, database.info["vault"])
    return manifest


def _refuse_forgotten(copy: zipfile.ZipFile, vault: Vault) -> None:
    """Data keys under a version of the master key that was retired since would come back unreadable."""
    known = {wrapping(version) for version in vault.keys().masters}
    with copy.open("tables/data_key.jsonl") as lines:
        for line in lines:
            row = json.loads(line)
            name = row["wrapping"]["is"]
            if row["wrapped"] != {"is": None} and name.startswith("master:") and name not in known:
                raise BadBackup(f"the backup needs the key file that held {name}: put the one kept with it in place")


def _refuse_content(database: Database) -> None:
    with database.engine.connect() as connection:
        if connection.scalar(text("SELECT count(*) FROM complaint")) or connection.scalar(
            text("SELECT count(*) FROM message")
        ):
            raise BadBackup("this database is not empty: restore into a new one")


def _fill(connection: Connection, copy: zipfile.ZipFile, manifest: dict[str, Any]) -> dict[str, int]:
    """The rows of each table, parents first; whatever `init` put there makes way."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    schema = MetaData()
    schema.reflect(connection, only=lambda name, _: name != "alembic_version")
    tables = schema.sorted_tables
    for table in reversed(tables):
        connection.execute(table.delete())
    counts = {}
    for table in tables:
        member = f"tables/{table.name}.jsonl"
        if member not in manifest["sha256"]:
            continue
        with copy.open(member) as lines:
            counts[table.name] = _load(connection, table, lines)
    if connection.dialect.name == "postgresql":
        _wind_up(connection, tables)
    return counts


def _load(connection: Connection, table: Table, lines: IO[bytes]) -> int:
    known, count, batch = {c.name: c for c in table.columns}, 0, list[dict[str, Any]]()
    for line in lines:
        row = json.loads(line)
        batch.append({name: _unpacked(row[name], known[name], connection) for name in row if name in known})
        count += 1
        if len(batch) == _BATCH:
            _insert(connection, table, batch)
            batch = []
    if batch:
        _insert(connection, table, batch)
    return count


def _insert(connection: Connection, table: Table, batch: list[dict[str, Any]]) -> None:
    """Rows that point at rows of their own table (a unit at its superior) come after those."""
    own = [c.name for c in table.columns if any(key.column.table is table for key in c.foreign_keys)]
    if own and connection.dialect.name == "postgresql":
        later = [{"b_id": row["id"], **{name: row[name] for name in own}} for row in batch]
        connection.execute(insert(table), [{**row, **dict.fromkeys(own)} for row in batch])
        for row in later:
            values = {name: row[name] for name in own}
            connection.execute(update(table).where(table.c.id == row["b_id"]).values(values))
        return
    connection.execute(insert(table), batch)


def _unpacked(value: dict[str, Any], column: Any, connection: Connection) -> Any:
    kind, content = next(iter(value.items()))
    if kind == "bytes":
        return b64decode(content)
    if kind == "time":
        moment = datetime.fromisoformat(content)
        return moment.replace(tzinfo=None) if connection.dialect.name == "sqlite" else moment
    if kind == "day":
        return date.fromisoformat(content)
    if content is not None and connection.dialect.name == "sqlite" and isinstance(column.type, LargeBinary | DateTime):
        raise BadBackup(f"the backup does not fit the table {column.table.name}")
    return content


def _wind_up(connection: Connection, tables: list[Table]) -> None:
    """PostgreSQL's counters go on after the last row that came from the copy."""
    for table in tables:
        for column in table.primary_key.columns:
            name = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
            if name and (last := connection.scalar(select(func.max(column)))):
                connection.execute(select(func.setval(name, last)))


def _objects(copy: zipfile.ZipFile, manifest: dict[str, Any], store: ObjectStore) -> None:
    for name in manifest["sha256"]:
        folder, _, key = name.partition("/")
        if folder == "objects" and store.put(copy.read(name)) != key:
            raise BadBackup(f"the backup is damaged at {name}")


def _anchors(session: Session, folder: Path, now: datetime) -> None:
    """Anchors at the heads of the copy; those that were here are put aside, for they may tell of entries lost now."""
    if folder.is_dir() and any(folder.iterdir()):
        folder.rename(folder.with_name(f"anchors-before-restore-{now:%Y%m%dT%H%M%SZ}"))
    heads = {head.unit_id: (head.sequence, head.hash) for head in session.scalars(select(JournalHead))}
    journal.write_anchors(folder, heads)


# ------------------------------------------------------------------ erased stays erased


def note_erased(home: Path, names: Iterable[str]) -> None:
    """Keep, outside the database, which data keys were destroyed and which cases (``case:ID``) erased; durable."""
    path = home / "erased-keys"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        file.writelines(f"{name}\n" for name in names)
        file.flush()
        os.fsync(file.fileno())


def _erase_again(session: Session, path: Path, now: datetime) -> None:
    known = path.read_text().split() if path.is_file() else []
    for start in range(0, len(known), _BATCH):
        ids = known[start : start + _BATCH]
        again = update(DataKey).where(DataKey.id.in_(ids), DataKey.wrapped.is_not(None))
        session.execute(again.values(wrapped=None, destroyed_at=now))
        cases = [name.removeprefix("case:") for name in ids if name.startswith("case:")]
        session.execute(update(Message).where(Message.case_id.in_(cases)).values(raw_enc=None, body_enc=None))
        outbox.forget_private(session, cases)
        session.execute(update(Case).where(Case.id.in_(cases), Case.erased_at.is_(None)).values(erased_at=now))
