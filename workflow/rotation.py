"""A new version of the master key: every data key is wrapped anew, in small transactions, wherever one stopped.

What the data keys encrypt is not touched. Until the last one is done both versions open everything.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import keyfile
from workflow.db import Database
from workflow.keyfile import MasterKeys
from workflow.models import DataKey
from workflow.vault import Unreadable, Vault, wrapping

log = logging.getLogger("aduan.rotation")

BATCH = 200
#: A transaction that began under the old version is over by then.
SETTLE = timedelta(minutes=10)


class TooEarly(Exception):
    """An old version is still needed; the sentence says for what."""


@dataclass(frozen=True)
class Pass:
    """What one pass did: data keys wrapped anew, and those that cannot be opened."""

    done: int
    unreadable: int


def rewrap(database: Database) -> Pass:
    """Wrap anew what is not under the current version. A crash leaves the rest for the next pass."""
    vault: Vault = database.info["vault"]
    if len(vault.keys().masters) == 1:
        return Pass(0, 0)
    total, after = Pass(0, 0), ""
    while True:
        with database.write() as session:
            rows = _behind(session, vault.keys(), after)
            for row in rows:
                total = _one(vault, row, total)
        if not rows:
            return total
        after = rows[-1].id


def _behind(session: Session, keys: MasterKeys, after: str) -> list[DataKey]:
    query = select(DataKey).where(DataKey.id > after, DataKey.wrapped.is_not(None))
    query = query.where(DataKey.wrapping.like("master:%"), DataKey.wrapping != wrapping(keys.current))
    return list(session.scalars(query.order_by(DataKey.id).limit(BATCH).with_for_update()))


def _one(vault: Vault, row: DataKey, total: Pass) -> Pass:
    try:
        vault.rewrap(row)
    except Unreadable:
        log.error("data key cannot be opened: key=%s", row.id)
        return Pass(total.done, total.unreadable + 1)
    return Pass(total.done + 1, total.unreadable)


def in_use(session: Session) -> Counter[str]:
    """How many living data keys are wrapped under each version."""
    query = select(DataKey.wrapping, func.count()).where(DataKey.wrapped.is_not(None)).group_by(DataKey.wrapping)
    return Counter({name: count for name, count in session.execute(query)})


def retire(database: Database, now: datetime) -> list[int]:
    """Forget every version but the current one; returns which. Raises TooEarly, ValueError and OSError."""
    keys: MasterKeys = database.info["vault"].keys()
    old = sorted(set(keys.masters) - {keys.current})
    made = keys.since.get(keys.current)
    if old and made is not None and now - made < SETTLE:
        raise TooEarly(f"the current version is younger than {SETTLE.seconds // 60} minutes: wait a little")
    with database.read() as session:
        used = in_use(session)
    if left := sum(used[wrapping(version)] for version in old):
        raise TooEarly(f"{left} data keys are still wrapped under an old version: `aduan keys rewrap`")
    if old and keys.path is not None:
        keyfile.drop(keys.path, old)
    return old
