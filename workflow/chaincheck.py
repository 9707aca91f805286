"""Every day the chains of the journal are walked: on from where they held yesterday, once a week from the beginning,
and compared with what the monthly reports said of them.

Where one does not hold an alarm rings, until a later walk finds it whole again. How far a chain held is remembered
in the database; whoever changes that memory only makes the walk begin where the entries no longer fit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import alarms, journal, leases
from workflow.db import Database
from workflow.journal import GENESIS, Finding, Walked
from workflow.models import JournalEntry, Mark, Unit
from workflow.reports import heads as told

NAME = "journal"
HOUR = 3
WEEK = timedelta(days=7)
#: A walk takes minutes at worst; after this another process may begin one.
_LENGTH = timedelta(hours=1)
_ZONE = ZoneInfo("Asia/Jakarta")


@dataclass
class Memory:
    """The day of the last walk, of the last one from the beginning, and how far each chain held."""

    day: str = ""
    whole: str = ""
    held: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    @classmethod
    def load(cls, value: str) -> Memory:
        saved: dict[str, Any] = json.loads(value)
        held = {unit: (sequence, bytes.fromhex(digest)) for unit, (sequence, digest) in saved["held"].items()}
        return cls(saved["day"], saved["whole"], held)

    def dump(self) -> str:
        held = {unit: [sequence, digest.hex()] for unit, (sequence, digest) in self.held.items()}
        return json.dumps({"day": self.day, "whole": self.whole, "held": held})


def run(database: Database, anchors: Path, holder: str, now: datetime) -> list[Finding] | None:
    """The walk of the day, after three in the morning; None where it is not due or another process does it."""
    today = now.astimezone(_ZONE)
    if today.hour < HOUR:
        return None
    with database.write() as session:
        memory = _memory(session)
        if memory.day == today.date().isoformat() or not leases.take(session, NAME, holder, now, _LENGTH):
            return None
    findings, memory = _walk_all(database, anchors, memory, today.date())
    with database.write() as session:
        session.merge(Mark(name=NAME, value=memory.dump()))
        if findings:
            alarms.sound(session, NAME, f"{findings[0].unit}:{findings[0].sequence}", now)
        else:
            alarms.clear(session, NAME, now)
        leases.release(session, NAME, holder)
    return findings


def _memory(session: Session) -> Memory:
    mark = session.get(Mark, NAME)
    return Memory.load(mark.value) if mark else Memory()


def _walk_all(database: Database, anchors: Path, memory: Memory, today: date) -> tuple[list[Finding], Memory]:
    whole = not memory.whole or today - date.fromisoformat(memory.whole) >= WEEK
    after = Memory(today.isoformat(), today.isoformat() if whole else memory.whole)
    findings, known = [], journal.read_anchors(anchors)  # before the snapshot: no chain is behind its anchor then
    with database.read() as session:
        heads = journal.heads_of(session)
        for unit_id in sorted(journal.chains(session) | heads.keys() | known.keys() | memory.held.keys()):
            before = memory.held.get(unit_id, (0, GENESIS))
            stands = _stands(session, unit_id, before)
            start = before if stands and not whole else (0, GENESIS)
            key, head, anchor = session.info["journal_key"], heads.get(unit_id), known.get(unit_id)
            walked = journal.walk(session, key, unit_id, head, anchor, start)
            if walked.finding is None and not stands:
                walked = _cut(session, unit_id, before)
            after.held[unit_id] = walked.end
            if walked.finding:
                findings.append(walked.finding)
        broken = {finding.unit for finding in findings}
        findings += [f for f in told.differing(session, told.kept(session)) if f.unit not in broken]
    return findings, after


def _stands(session: Session, unit_id: str, held: tuple[int, bytes]) -> bool:
    """Whether the entry up to which a chain held is still there as it was."""
    query = select(JournalEntry.hash).where(JournalEntry.unit_id == unit_id, JournalEntry.sequence == held[0])
    return held[0] == 0 or session.scalar(query) == held[1]


def _cut(session: Session, unit_id: str, before: tuple[int, bytes]) -> Walked:
    """A chain that is whole in itself, and yet not the one that was walked before: head and anchor were forged, too."""
    unit = session.get(Unit, unit_id)
    finding = Finding(unit.code if unit else unit_id, before[0], "differs from what was verified before")
    return Walked(finding, before)
