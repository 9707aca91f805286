"""Every night the chains of the journal are walked, each from its first entry, and compared with their anchors, with
what the last walk saw of them, and with what the monthly reports said of them.

Where one does not hold an alarm rings, until a later walk finds it whole again; so it does where a walk breaks down.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from workflow import alarms, chainmemory, journal, leases
from workflow.chainmemory import NAME, Memory
from workflow.db import Database
from workflow.journal import Finding, Walked
from workflow.reports import heads as told

HOUR = 3
#: A walk takes minutes at worst; after this another process may begin one.
_LENGTH = timedelta(hours=1)
_ZONE = ZoneInfo("Asia/Jakarta")


def run(database: Database, anchors: Path, holder: str, now: datetime) -> list[Finding] | None:
    """The walk of the day, after three in the morning; None where it is not due or another process does it."""
    today = now.astimezone(_ZONE)
    if today.hour < HOUR:
        return None
    with database.write() as session:
        before, day = chainmemory.recall(session, session.info["journal_key"]), today.date().isoformat()
        if before.day == day or not leases.take(session, NAME, holder, now, _LENGTH):
            return None
    code, after = "walk", before
    try:
        walked, findings = _walk(database, anchors)
        code = f"{findings[0].unit}:{findings[0].sequence}" if findings else ""
        whole = {chain.unit_id: chain.end for chain in walked if chain.finding is None}
        journal.write_anchors(anchors, whole, begun=())  # what a crash kept from being moved on
        after = Memory(day, before.held | whole)
    finally:
        _conclude(database, code, after, holder, now)
    return findings


def _walk(database: Database, anchors: Path) -> tuple[list[Walked], list[Finding]]:
    known = journal.read_anchors(anchors)  # before the snapshot: no chain is behind its anchor then
    with database.read() as session:
        walked = list(journal.walk_all(session, session.info["journal_key"], known))
        findings = [chain.finding for chain in walked if chain.finding]
        broken = {finding.unit for finding in findings}
        return walked, findings + [f for f in told.differing(session, told.kept(session)) if f.unit not in broken]


def _conclude(database: Database, code: str, memory: Memory, holder: str, now: datetime) -> None:
    with database.write() as session:
        chainmemory.keep(session, session.info["journal_key"], memory)
        if code:
            alarms.sound(session, NAME, code, now)
        else:
            alarms.clear(session, NAME, now)
        leases.release(session, NAME, holder)
