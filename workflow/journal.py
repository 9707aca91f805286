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
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

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
    for unit_id in sorted({p.unit_id for p in pending}):
        head = _locked_head(session, unit_id)
        for item in (p for p in pending if p.unit_id == unit_id):
            _add(session, head, item)
        newest[unit_id] = (head.sequence, head.hash)
    if newest:
        session.flush()
        session.info["anchors"] = newest


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


def write_anchors(directory: Path, anchors: dict[str, tuple[int, bytes]]) -> None:
    """Keep the newest heads outside the database: one small file a chain, never moved backwards.

    The entries are committed by now, so that trouble with a file is logged and found by ``verify``.
    """
    for unit_id, (sequence, digest) in anchors.items():
        try:
            directory.mkdir(parents=True, exist_ok=True)
            _move_anchor(directory / unit_id, sequence, digest)
        except (OSError, ValueError):
            log.exception("anchor of the journal could not be moved: unit=%s", unit_id)


def _move_anchor(path: Path, sequence: int, digest: bytes) -> None:
    """A line never becomes shorter: writing over it in one piece leaves no moment without an anchor."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if sequence > int((file.read().split() or ["0"])[0]):
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


def verify(session: Session, key: bytes, anchors: dict[str, tuple[int, bytes]]) -> tuple[list[Finding], int]:
    """Walk every chain. Returns what is broken (the first entry of each chain) and the number of entries read."""
    heads = heads_of(session)
    findings, total = [], 0
    for unit_id in sorted(chains(session) | heads.keys() | anchors.keys()):
        finding, count = _verify_chain(session, key, unit_id, heads.get(unit_id), anchors.get(unit_id))
        total += count
        if finding:
            findings.append(finding)
    return findings, total


def heads_of(session: Session) -> dict[str, JournalHead]:
    """The end of every chain."""
    return {head.unit_id: head for head in session.scalars(select(JournalHead))}


def chains(session: Session) -> set[str]:
    """Units that have entries, whether or not the end of their chain is known."""
    return set(session.scalars(select(JournalEntry.unit_id).distinct()))


def verify_chain(
    session: Session, key: bytes, unit_id: str, anchor: tuple[int, bytes] | None
) -> tuple[Finding | None, int]:
    """Walk one chain: what is broken, and how many entries hold before it."""
    return _verify_chain(session, key, unit_id, session.get(JournalHead, unit_id), anchor)


def _verify_chain(
    session: Session, key: bytes, unit_id: str, head: JournalHead | None, anchor: tuple[int, bytes] | None
) -> tuple[Finding | None, int]:
    walked = walk(session, key, unit_id, head, anchor)
    return walked.finding, walked.end[0]


@dataclass(frozen=True)
class Walked:
    """How far a chain holds (number and hash of its last good entry), and what is broken after that."""

    finding: Finding | None
    end: tuple[int, bytes]


def walk(
    session: Session,
    key: bytes,
    unit_id: str,
    head: JournalHead | None,
    anchor: tuple[int, bytes] | None,
    start: tuple[int, bytes] = (0, GENESIS),
) -> Walked:
    """Walk one chain on from an entry that was found good before; from the beginning where none is given."""
    unit = session.get(Unit, unit_id)
    name, end = unit.code if unit else unit_id, start
    for entry in _entries(session, unit_id, start[0]):
        if reason := _fault(key, entry, end[0] + 1, end[1]):
            return Walked(Finding(name, end[0] + 1, reason), end)
        end = (entry.sequence, entry.hash)
        if anchor and anchor[0] == end[0] and anchor[1] != end[1]:
            return Walked(Finding(name, end[0], "differs from the anchor outside the database"), end)
    if anchor and (anchor[0] > end[0] or anchor[0] < 0):
        return Walked(Finding(name, end[0] + 1, "missing: the anchor outside the database is further on"), end)
    if head is None or (head.sequence, head.hash) != end:
        return Walked(Finding(name, end[0] + 1, "missing: the head of the chain is further on or differs"), end)
    return Walked(None, end)


def _entries(session: Session, unit_id: str, after: int = 0) -> Iterator[JournalEntry]:
    query = select(JournalEntry).where(JournalEntry.unit_id == unit_id).order_by(JournalEntry.sequence, JournalEntry.id)
    if after:
        query = query.where(JournalEntry.sequence > after)
    with session.scalars(query.execution_options(yield_per=1_000)) as entries:
        yield from entries


def _fault(key: bytes, entry: JournalEntry, sequence: int, previous: bytes) -> str | None:
    if entry.sequence != sequence:
        return "missing or out of order"
    if entry.previous != previous or seal(key, previous, entry.record) != entry.hash:
        return "edited"
    columns = (entry.unit_id, entry.case_id, entry.action, entry.at.isoformat(), entry.sequence)
    return "edited: a column differs from the record" if columns != _columns(entry.record) else None


def _columns(record: bytes) -> tuple[Any, ...] | None:
    try:
        document = json.loads(record)
        return tuple(document[name] for name in ("unit", "case", "action", "at", "sequence"))
    except (ValueError, KeyError, TypeError):
        return None
