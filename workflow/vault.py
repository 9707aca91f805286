"""Keys and encryption: what is stored about people and cases is unreadable without the master key.

A data key belongs to a person or a case and is kept wrapped by a versioned master key, which lives in a
file outside the database. Destroying the wrapped key erases all that it encrypts, in every backup made later.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import threading
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from workflow.models import DataKey, new_id

_NONCE = 12


class Erased(Exception):
    """The data key was destroyed: the content is gone for good, and rightly so."""


class Unreadable(Exception):
    """Ciphertext, row and key do not belong together: damage, a swapped row, or another master key."""


@dataclass(frozen=True)
class MasterKeys:
    """The content of ``ADUAN_DATA_KEY_FILE``: versions of the master key, and the key of the keyed look-ups."""

    current: int
    masters: dict[int, bytes]
    lookup: bytes

    @classmethod
    def create(cls, path: Path) -> MasterKeys:
        """Make new keys in a file that only its owner reads. An existing file is never overwritten."""
        keys = cls(1, {1: secrets.token_bytes(32)}, secrets.token_bytes(32))
        document = {
            "current": 1,
            "masters": {"1": b64encode(keys.masters[1]).decode()},
            "lookup": b64encode(keys.lookup).decode(),
        }
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(document, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        return keys

    @classmethod
    def load(cls, path: Path) -> MasterKeys:
        """Read the file; raises ValueError where it is not a key file."""
        try:
            document = json.loads(path.read_text())
            masters = {int(version): b64decode(key) for version, key in document["masters"].items()}
            keys = cls(int(document["current"]), masters, b64decode(document["lookup"]))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"{path} is not a key file") from error
        if keys.current not in masters or any(len(key) != 32 for key in (*masters.values(), keys.lookup)):
            raise ValueError(f"{path} is not a key file")
        return keys


class Vault:
    """Seals and opens contents. Thread-safe; keeps a bounded number of unwrapped keys in memory."""

    def __init__(self, keys: MasterKeys, cache_size: int = 2_000) -> None:
        self._keys = keys
        self._cache: dict[str, AESGCM] = {}
        self._cache_size = cache_size
        self._lock = threading.Lock()

    def new_key(self, session: Session, purpose: str, now: datetime) -> str:
        """Create a data key and return its id. It becomes durable with the transaction."""
        key_id, plain = new_id(), AESGCM.generate_key(256)
        wrapped = _encrypt(AESGCM(self._keys.masters[self._keys.current]), plain, f"data-key:{key_id}")
        wrapping = f"master:{self._keys.current}"
        session.add(DataKey(id=key_id, purpose=purpose, wrapping=wrapping, wrapped=wrapped, created_at=now))
        session.flush()
        return key_id

    def seal(self, session: Session, key_id: str, content: str | bytes, context: str) -> bytes:
        """Encrypt under a data key. ``context`` (``table.column``) binds the result to its place."""
        plain = content.encode() if isinstance(content, str) else content
        return _encrypt(self._cipher(session, key_id), plain, f"{context}:{key_id}")

    def open(self, session: Session, key_id: str, sealed: bytes | None, context: str) -> bytes:
        """Decrypt; raises Erased where the key was destroyed, Unreadable where anything was tampered with."""
        if sealed is None:
            raise Erased(key_id)
        self._wrapped(session, key_id)  # what is in memory may have been destroyed by another process
        return _decrypt(self._cipher(session, key_id), sealed, f"{context}:{key_id}")

    def open_text(self, session: Session, key_id: str, sealed: bytes | None, context: str) -> str:
        return self.open(session, key_id, sealed, context).decode()

    def destroy(self, session: Session, key_id: str, now: datetime) -> None:
        """Erase: nothing under this key can be read again."""
        key = session.get_one(DataKey, key_id)
        key.wrapped, key.destroyed_at = None, now
        with self._lock:
            self._cache.pop(key_id, None)

    def lookup(self, kind: str, value: str) -> bytes:
        """A keyed hash by which a value can be found again without being stored."""
        return hmac.digest(self._keys.lookup, f"{kind}\x00{value}".encode(errors="surrogatepass"), hashlib.sha256)

    def _cipher(self, session: Session, key_id: str) -> AESGCM:
        with self._lock:
            if cached := self._cache.get(key_id):
                return cached
        cipher = AESGCM(self._unwrap(*self._wrapped(session, key_id)))
        with self._lock:
            if len(self._cache) >= self._cache_size:
                self._cache.pop(next(iter(self._cache)))
            self._cache[key_id] = cipher
        return cipher

    @staticmethod
    def _wrapped(session: Session, key_id: str) -> tuple[DataKey, bytes]:
        row = session.get(DataKey, key_id)
        if row is None or row.wrapped is None:
            raise Erased(key_id)
        return row, row.wrapped

    def _unwrap(self, row: DataKey, wrapped: bytes) -> bytes:
        masters = {f"master:{version}": key for version, key in self._keys.masters.items()}
        if row.wrapping not in masters:
            raise Unreadable(row.id)
        return _decrypt(AESGCM(masters[row.wrapping]), wrapped, f"data-key:{row.id}")


def _encrypt(cipher: AESGCM, plain: bytes, context: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, plain, context.encode())


def _decrypt(cipher: AESGCM, sealed: bytes, context: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode())
    except (InvalidTag, ValueError) as error:  # ValueError: cut shorter than a nonce
        raise Unreadable(context) from error


def vault_of(session: Session) -> Vault:
    """The vault that travels in this session."""
    vault: Vault = session.info["vault"]
    return vault
