"""Keys and encryption: what is stored about people and cases is unreadable without the master key.

A data key belongs to a person or a case and is kept wrapped by a versioned master key, which lives in a
file outside the database. Destroying the wrapped key erases all that it encrypts, in every backup made later.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from workflow.keyfile import MasterKeys
from workflow.models import DataKey, new_id

_NONCE = 12


class Erased(Exception):
    """The data key was destroyed: the content is gone for good, and rightly so."""


class Unreadable(Exception):
    """Ciphertext, row and key do not belong together: damage, a swapped row, or another master key."""


class Vault:
    """Seals and opens contents. Thread-safe; keeps a bounded number of unwrapped keys in memory."""

    def __init__(self, keys: MasterKeys, cache_size: int = 2_000) -> None:
        self._keys = keys
        self._cache: dict[str, AESGCM] = {}
        self._cache_size = cache_size
        self._lock = threading.Lock()

    def new_key(self, session: Session, purpose: str, now: datetime) -> str:
        """Create a data key and return its id. It becomes durable with the transaction."""
        key_id, plain, keys = new_id(), AESGCM.generate_key(256), self.keys()
        row = DataKey(id=key_id, purpose=purpose, created_at=now)
        _wrap(row, plain, keys)
        session.add(row)
        session.flush()
        return key_id

    def keys(self) -> MasterKeys:
        """The master keys as their file holds them now: another process may have rotated them."""
        self._keys = self._keys.newest()
        return self._keys

    def rewrap(self, row: DataKey) -> None:
        """Wrap a data key under the current master key; what it encrypts stays as it is. Raises Unreadable."""
        if row.wrapped is not None:
            _wrap(row, self._unwrap(row, row.wrapped), self.keys())

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
        masters = _by_wrapping(self._keys)
        if row.wrapping not in masters:
            masters = _by_wrapping(self.keys())
        if row.wrapping not in masters:
            raise Unreadable(row.id)
        return _decrypt(AESGCM(masters[row.wrapping]), wrapped, f"data-key:{row.id}")


def wrapping(version: int) -> str:
    """How a data key names the master key that it is wrapped under."""
    return f"master:{version}"


def _by_wrapping(keys: MasterKeys) -> dict[str, bytes]:
    return {wrapping(version): key for version, key in keys.masters.items()}


def _wrap(row: DataKey, plain: bytes, keys: MasterKeys) -> None:
    row.wrapped = _encrypt(AESGCM(keys.masters[keys.current]), plain, f"data-key:{row.id}")
    row.wrapping = wrapping(keys.current)


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
