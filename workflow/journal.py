"""The append-only, hash-chained record of changes and sensitive reads.

One chain per handling unit. Entries are gathered during a transaction and chained as its last step, under
the lock of the chain's head, so that no two writers fork it. Each hash is an HMAC, under a key outside the
database, over the previous hash and the stored bytes. Entries hold ids and salted commitments, never content,
so that erasure leaves the chain whole. The newest head is also kept in a file: cutting the end off, or
rewriting the chain with the key at hand, is found against that anchor.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import logging
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workflow import chainmemory
from workflow.actors import Actor, Operator
from workflow.models import JournalEntry, JournalHead, Unit

log = logging.getLogger("aduan.journal")

GENESIS = bytes(32)


@dataclass(frozen=True)
class _Pending:
    unit_id: str
    case_id: str | None
    action: str
    at: datetime
    actor: Actor | Operator
    data: dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """The first entry of a chain that does not hold."""

    unit: str
    sequence: int
    reason: str


def append(
    session: Session,
    unit_id: str,
    action: str,
    actor: Actor | Operator,
    now: datetime,
    *,
    case_id: str | None = None,
    **data: str | int | bool | list[str] | None,
) -> None:
    """Record an action. ``data`` takes ids, slugs, numbers and commitments; never what a person wrote."""
    session.info.setdefault("journal", []).append(_Pending(unit_id, case_id, action, now, actor, data))


def chain(session: Session) -> None:
    """Write the gathered entries. The last step of every writing transaction."""
    pending: list[_Pending] = session.info.pop("journal", [])
    newest: dict[str, tuple[int, bytes]] = {}
    begun = set[str]()
    for unit_id in sorted({p.unit_id for p in pending}):
        head = _locked_head(session, unit_id)
        if head.sequence == 0:
            begun.add(unit_id)
        for item in (p for p in pending if p.unit_id == unit_id):
            _add(session, head, item)
        newest[unit_id] = (head.sequence, head.hash)
    if newest:
        session.flush()
        session.info["anchors"] = (newest, begun)


def _locked_head(session: Session, unit_id: str) -> JournalHead:
    query = select(JournalHead).where(JournalHead.unit_id == unit_id).with_for_update()
    query = query.execution_options(populate_existing=True)
    if head := session.scalar(query):
        return head
    try:
        with session.begin_nested():
            session.add(JournalHead(unit_id=unit_id, sequence=0, hash=GENESIS))
    except IntegrityError:
        pass  # another writer made the first head between our look and our insert
    return session.scalars(query).one()


def _add(session: Session, head: JournalHead, item: _Pending) -> None:
    record = canonical(head.sequence + 1, item.unit_id, item.case_id, item.action, item.at, item.actor, item.data)
    digest = seal(session.info["journal_key"], head.hash, record)
    session.add(
        JournalEntry(
            unit_id=item.unit_id,
            sequence=head.sequence + 1,
            case_id=item.case_id,
            action=item.action,
            at=item.at,
            record=record,
            previous=head.hash,
            hash=digest,
        )
    )
    head.sequence, head.hash = head.sequence + 1, digest


def canonical(
    sequence: int,
    unit_id: str,
    case_id: str | None,
    action: str,
    at: datetime,
    actor: Actor | Operator,
    data: dict[str, Any],
) -> bytes:
    """The bytes that are hashed and stored: sorted ASCII JSON without spaces."""
    document = {
        "sequence": sequence,
        "unit": unit_id,
        "case": case_id,
        "action": action,
        "at": at.astimezone(UTC).isoformat(),
        "actor": [actor.kind, actor.id],
        "data": data,
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def seal(key: bytes, previous: bytes, record: bytes) -> bytes:
    """The hash of an entry."""
    return hmac.digest(key, previous + record, hashlib.sha256)


# ------------------------------------------------------------------ anchor


def write_anchors(directory: Path, anchors: dict[str, tuple[int, bytes]], begun: Collection[str] | None = None) -> None:
    """Keep the newest heads outside the database: one small file a chain, never moved backwards.

    The entries are committed by now, so that trouble with a file is logged and found by ``verify``. ``begun``: the
    chains that began with these entries. Only theirs are made; one that vanished stays away, for ``verify`` to find.
    """
    for unit_id, (sequence, digest) in anchors.items():
        try:
            directory.mkdir(parents=True, exist_ok=True)
            _move_anchor(directory / unit_id, sequence, digest, new=begun is None or unit_id in begun)
        except (OSError, ValueError):
            log.exception("anchor of the journal could not be moved: unit=%s", unit_id)


def _move_anchor(path: Path, sequence: int, digest: bytes, *, new: bool) -> None:
    """A line never becomes shorter: writing over it in one piece leaves no moment without an anchor."""
    with os.fdopen(os.open(path, os.O_RDWR | (os.O_CREAT if new else 0), 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known = file.read().partition(" ")[0]
        if sequence > (0 if new and not known else int(known)):
            file.seek(0)
            file.write(f"{sequence} {digest.hex()}\n")
            file.flush()
            os.fsync(file.fileno())


def read_anchors(directory: Path) -> dict[str, tuple[int, bytes]]:
    """The anchors as written; an unreadable one counts as sequence -1, which no chain can satisfy."""
    anchors: dict[str, tuple[int, bytes]] = {}
    for path in sorted(directory.iterdir()) if directory.is_dir() else ():
        try:
            with path.open() as file:
                fcntl.flock(file, fcntl.LOCK_SH)
                sequence, digest = file.read().split()
            anchors[path.name] = (int(sequence), bytes.fromhex(digest))
        except ValueError:
            anchors[path.name] = (-1, b"")
    return anchors


# ------------------------------------------------------------------ verification


@dataclass(frozen=True)
class Walked:
    """How far a chain holds (number and hash of its last good entry), and what is broken after that."""

    unit_id: str
    finding: Finding | None
    end: tuple[int, bytes]


def verify(session: Session, key: bytes, anchors: dict[str, tuple[int, bytes]]) -> tuple[list[Finding], int]:
    """Walk every chain. Returns what is broken (the first entry of each chain) and the number of entries read."""
    walked = list(walk_all(session, key, anchors))
    return [chain.finding for chain in walked if chain.finding], sum(chain.end[0] for chain in walked)


def walk_all(session: Session, key: bytes, anchors: dict[str, tuple[int, bytes]]) -> Iterator[Walked]:
    """Every chain from its beginning, against its head, its anchor and what the last nightly walk saw of it."""
    seen = chainmemory.recall(session, key).held
    known = set(session.scalars(select(JournalEntry.unit_id).distinct())) | set(
        session.scalars(select(JournalHead.unit_id))
    )
    for unit_id in sorted(known | anchors.keys() | seen.keys(), key=str):
        walked = walk(session, key, unit_id, anchors.get(unit_id), seen.get(unit_id))
        if walked.finding is None and (reason := _fault_of_anchor(anchors.get(unit_id), walked, seen.get(unit_id))):
            walked = replace(walked, finding=Finding(_name(session, unit_id), walked.end[0], reason))
        yield walked


def _fault_of_anchor(anchor: tuple[int, bytes] | None, walked: Walked, seen: tuple[int, bytes] | None) -> str | None:
    """The anchor of a chain that is whole. It may be behind by what a crash left out, not by what was seen of it."""
    if anchor is None:
        return "missing: the anchor outside the database" if walked.end[0] else None
    behind = seen is not None and anchor[0] < seen[0]
    return "the anchor outside the database went back to an older entry" if behind else None


def renew_anchor(session: Session, key: bytes, unit_id: str, directory: Path) -> Finding | None:
    """Put a lost, unreadable or older anchor at the end of a chain. What else is broken is returned, nothing done."""
    anchor, seen = read_anchors(directory).get(unit_id), chainmemory.recall(session, key).held.get(unit_id)
    walked = walk(session, key, unit_id, anchor if anchor and anchor[0] >= 0 else None, seen)
    if walked.finding is None and walked.end[0]:
        (directory / unit_id).unlink(missing_ok=True)
        write_anchors(directory, {unit_id: walked.end})
    return walked.finding


def verify_chain(
    session: Session, key: bytes, unit_id: str, anchor: tuple[int, bytes] | None
) -> tuple[Finding | None, int]:
    """Walk one chain: what is broken, and how many entries hold before it."""
    walked = walk(session, key, unit_id, anchor)
    return walked.finding, walked.end[0]


def walk(
    session: Session,
    key: bytes,
    unit_id: str,
    anchor: tuple[int, bytes] | None,
    seen: tuple[int, bytes] | None = None,
) -> Walked:
    """Walk one chain from its beginning. ``seen``: an entry that a walk found in it before."""
    name, end = _name(session, unit_id), (0, GENESIS)

    def broken(sequence: int, reason: str) -> Walked:
        return Walked(unit_id, Finding(name, sequence, reason), end)

    for row in _rows(session, unit_id):
        if reason := _fault(key, row, end):
            return broken(end[0] + 1, reason)
        end = (row.sequence, row.hash)
        if anchor and anchor[0] == end[0] and anchor[1] != end[1]:
            return broken(end[0], "differs from the anchor outside the database")
        if seen and seen[0] == end[0] and seen[1] != end[1]:
            return broken(end[0], "differs from what was verified before")
    if anchor and (anchor[0] > end[0] or anchor[0] < 0):
        return broken(end[0] + 1, "missing: the anchor outside the database is further on")
    head = select(JournalHead.sequence, JournalHead.hash).where(JournalHead.unit_id == unit_id)
    if session.execute(head).one_or_none() != end:
        return broken(end[0] + 1, "missing: the head of the chain is further on or differs")
    if seen and seen[0] > end[0]:
        return broken(seen[0], "missing: it was verified before")
    return Walked(unit_id, None, end)


def _name(session: Session, unit_id: str) -> str:
    return session.scalar(select(Unit.code).where(Unit.id == unit_id)) or str(unit_id)


#: An entry's row as the database hands it over, past our types: SQLite keeps whatever it is given, in any cell.
_ROWS = """
    SELECT unit_id, case_id, action, {at} AS at, sequence, record, previous, hash
    FROM journal WHERE unit_id = :unit ORDER BY sequence
"""
#: The time as SQLite keeps it; PostgreSQL's infinite times, and those before our era, become NULL.
_AT = {
    "sqlite": "at",
    "postgresql": """
        CASE WHEN at >= '0001-01-01 00:00Z' THEN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') END
    """,
}


def _rows(session: Session, unit_id: str) -> Iterator[Row[Any]]:
    query = text(_ROWS.format(at=_AT[session.get_bind().dialect.name]))
    with session.execute(query, {"unit": unit_id}, execution_options={"yield_per": 1_000}) as rows:
        yield from rows


def _fault(key: bytes, row: Row[Any], end: tuple[int, bytes]) -> str | None:
    if row.sequence != end[0] + 1:
        return "missing or out of order"
    if not isinstance(row.record, bytes) or row.previous != end[1] or row.hash != seal(key, end[1], row.record):
        return "edited"
    return "edited: a column differs from the record" if tuple(row[:5]) != _columns(row.record) else None


def _columns(record: bytes) -> tuple[Any, ...] | None:
    """The cells of an entry that say what its record says."""
    try:
        document = json.loads(record)
        at = datetime.fromisoformat(document["at"]).astimezone(UTC).replace(tzinfo=None)
        cells = (document["unit"], document["case"], document["action"])
        return (*cells, at.isoformat(" ", "microseconds"), document["sequence"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
