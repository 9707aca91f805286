"""What the last nightly walk saw of each chain, kept in the database under a seal of the journal's key.

It only adds to what is looked for: no walk is shorter because of it. One that is not ours, or unreadable, says nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.models import Mark

NAME = "journal"


@dataclass(frozen=True)
class Memory:
    """The day of the last walk, and the entry (number and hash) at which each chain ended then."""

    day: str = ""
    held: dict[str, tuple[int, bytes]] = field(default_factory=dict)


def recall(session: Session, key: bytes) -> Memory:
    """What was kept, if it was kept by us."""
    value = session.scalar(select(Mark.value).where(Mark.name == NAME))
    try:
        saved: dict[str, Any] = json.loads(value or "{}")
        if not hmac.compare_digest(saved.pop("seal"), _seal(key, saved)):
            return Memory()
        return Memory(
            saved["day"], {unit: (number, bytes.fromhex(end)) for unit, (number, end) in saved["held"].items()}
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Memory()


def keep(session: Session, key: bytes, memory: Memory) -> None:
    """In the place of what was kept before."""
    held = {unit: [number, digest.hex()] for unit, (number, digest) in memory.held.items()}
    saved = {"day": memory.day, "held": held}
    session.merge(Mark(name=NAME, value=json.dumps({**saved, "seal": _seal(key, saved)})))


def _seal(key: bytes, saved: dict[str, Any]) -> str:
    content = json.dumps(saved, sort_keys=True).encode()
    return hmac.digest(key, b"memory of the walk" + content, hashlib.sha256).hex()
