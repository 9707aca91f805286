"""The heads of the journal that monthly reports took outside, and whether the chains still have them.

Whoever holds the journal's key can rewrite a chain with all that stands beside it in the house, but not the report that
was sent. The stored file counts as that report; what its row says is compared as well.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, load_only, selectinload

from workflow import enclosures
from workflow.journal import Finding
from workflow.models import JournalEntry, Report, Unit
from workflow.reports.sheets import CSV_DIALECT
from workflow.vault import Erased, Unreadable


@dataclass(frozen=True)
class Head:
    """An entry of a unit's chain as it was told outside. ``source``: where it was told."""

    unit: str
    sequence: int
    hash: str
    source: str


def kept(session: Session) -> Iterator[Head]:
    """What the stored reports say, the oldest first: each of its own unit, an office's of all below it, too."""
    names = Counter(session.scalars(select(Unit.name)))
    codes = {name: code for name, code in session.execute(select(Unit.name, Unit.code)) if names[name] == 1}
    query = select(Report).options(
        load_only(Report.month, Report.data_key_id, Report.journal_sequence, Report.journal_hash),
        joinedload(Report.unit),
        selectinload(Report.files),
    )
    for report in session.scalars(query.order_by(Report.month, Report.id).execution_options(yield_per=100)):
        source = f"the monthly report of {report.unit.code} on {report.month}"
        yield from _in_file(session, report, codes, source)
        if report.journal_sequence is not None and report.journal_hash is not None:
            yield _in_row(report, source)


def _in_row(report: Report, source: str) -> Head:
    """SQLite keeps any type in any cell; what is no head of ours agrees with no entry."""
    sequence, digest = report.journal_sequence, report.journal_hash
    if isinstance(sequence, int) and isinstance(digest, bytes):
        return Head(report.unit.code, sequence, digest.hex(), source)
    return Head(report.unit.code, 0, "", source)


def _in_file(session: Session, report: Report, codes: dict[str, str], source: str) -> Iterator[Head]:
    try:
        text = enclosures.content(session, report, "csv").decode("utf-8-sig")
    except (KeyError, OSError, ValueError, Erased, Unreadable):
        return  # the row alone speaks for it
    found = defaultdict[str, dict[str, str]](dict)
    for _, unit, table, key, value in csv.reader(StringIO(text), delimiter=CSV_DIALECT["delimiter"]):
        name, _, column = key.rpartition("/")
        if table == "journal_head":
            found[unit][key] = value
        elif table == "heads" and name in codes:
            found[codes[name]][column] = value
    for unit, told in found.items():
        yield Head(unit, int(told["sequence"]), told["hash"], source)


def differing(session: Session, heads: Iterable[Head]) -> list[Finding]:
    """The first entry of each chain that is not what was told outside."""
    ids = {code: unit_id for code, unit_id in session.execute(select(Unit.code, Unit.id))}
    found = dict[str, Finding]()
    for head in sorted(heads, key=lambda head: (head.unit, head.sequence)):
        if head.unit in found:
            continue
        entry = (JournalEntry.unit_id == ids.get(head.unit), JournalEntry.sequence == head.sequence)
        digest = session.scalar(select(JournalEntry.hash).where(*entry))
        if digest is None:
            found[head.unit] = Finding(head.unit, head.sequence, f"missing: {head.source} names it")
        elif not isinstance(digest, bytes) or digest.hex() != head.hash:
            found[head.unit] = Finding(head.unit, head.sequence, f"differs from {head.source}: rewritten since then")
    return list(found.values())
