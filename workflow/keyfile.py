"""The file of the master keys: made once, given a new version, relieved of an old one; always whole, always private.

An old version stays in the file until nothing is wrapped under it any more. Every change is a new file put in the
place of the old one, so that a crash leaves either the one or the other.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

_KEY = 32


@dataclass(frozen=True)
class MasterKeys:
    """The content of ``ADUAN_DATA_KEY_FILE``: versions of the master key with the time that each was made (unknown in
    older files), and the key of the keyed look-ups. ``seen`` tells this state of the file from a later one."""

    current: int
    masters: dict[int, bytes]
    lookup: bytes
    since: dict[int, datetime] = field(default_factory=dict)
    path: Path | None = field(default=None, compare=False)
    seen: tuple[int, ...] = field(default=(), compare=False)

    @classmethod
    def create(cls, path: Path, now: datetime | None = None) -> MasterKeys:
        """Make new keys in a file that only its owner reads. An existing file is never overwritten."""
        since = {1: now} if now else {}
        keys = cls(1, {1: secrets.token_bytes(_KEY)}, secrets.token_bytes(_KEY), since, path)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        _fill(handle, keys)
        return keys

    @classmethod
    def load(cls, path: Path) -> MasterKeys:
        """Read the file; raises ValueError where it is not a key file."""
        seen = stamp(path)
        try:
            document = json.loads(path.read_text())
            masters = {int(version): b64decode(key) for version, key in document["masters"].items()}
            since = {int(version): datetime.fromisoformat(at) for version, at in document.get("since", {}).items()}
            keys = cls(int(document["current"]), masters, b64decode(document["lookup"]), since, path, seen)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"{path} is not a key file") from error
        if keys.current not in masters or any(len(key) != _KEY for key in (*masters.values(), keys.lookup)):
            raise ValueError(f"{path} is not a key file")
        return keys

    def newest(self) -> MasterKeys:
        """These keys as the file holds them now; where it cannot be read, as they were."""
        if self.path is None:
            return self
        with suppress(OSError, ValueError):
            if stamp(self.path) != self.seen:
                return MasterKeys.load(self.path)
        return self


def stamp(path: Path) -> tuple[int, ...]:
    """What changes whenever the file is replaced."""
    held = path.stat()
    return (held.st_ino, held.st_mtime_ns, held.st_size)


def rotate(path: Path, now: datetime) -> MasterKeys:
    """A new version, under which everything is wrapped from now on. Raises ValueError and OSError."""
    with _alone(path):
        keys = MasterKeys.load(path)
        version = max(keys.masters) + 1
        masters = {**keys.masters, version: secrets.token_bytes(_KEY)}
        return _put(path, replace(keys, current=version, masters=masters, since={**keys.since, version: now}))


def drop(path: Path, versions: Iterable[int]) -> MasterKeys:
    """Forget versions that nothing is wrapped under; never the current one. Raises ValueError and OSError."""
    with _alone(path):
        keys = MasterKeys.load(path)
        gone = set(versions) - {keys.current}
        masters = {version: key for version, key in keys.masters.items() if version not in gone}
        since = {version: at for version, at in keys.since.items() if version not in gone}
        return _put(path, replace(keys, masters=masters, since=since))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One change at a time: the lock is on the folder, for the file itself is replaced."""
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        os.fsync(handle)
    finally:
        os.close(handle)


def _put(path: Path, keys: MasterKeys) -> MasterKeys:
    """Replace the file in one step, under the owner that it had."""
    owner, draft = path.stat(), path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)  # left by a crash
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with suppress(PermissionError):  # run by root for a service that is not
        os.fchown(handle, owner.st_uid, owner.st_gid)
    _fill(handle, keys)
    draft.replace(path)
    return replace(keys, path=path, seen=stamp(path))


def _fill(handle: int, keys: MasterKeys) -> None:
    document = {
        "current": keys.current,
        "masters": {str(version): b64encode(key).decode() for version, key in sorted(keys.masters.items())},
        "lookup": b64encode(keys.lookup).decode(),
        "since": {str(version): at.isoformat() for version, at in sorted(keys.since.items())},
    }
    with os.fdopen(handle, "w") as file:
        json.dump(document, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
