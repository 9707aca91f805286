"""Attachments as immutable, encrypted objects: written and made durable before the row that names them commits."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path


class ObjectStore:
    """Objects in a directory, named by the SHA-256 of their (encrypted) bytes. Several hosts may share it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def put(self, content: bytes) -> str:
        """Write an object durably and return its key. Raises OSError where the disk refuses."""
        key = hashlib.sha256(content).hexdigest()
        target = self._path(key)
        if target.exists():
            return key
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{key}.{secrets.token_hex(4)}")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
        _sync_directory(target.parent)
        return key

    def get(self, key: str) -> bytes:
        """The bytes of an object. Raises FileNotFoundError, or ValueError where they are damaged."""
        content = self._path(key).read_bytes()
        if hashlib.sha256(content).hexdigest() != key:
            raise ValueError(key)
        return content

    def remove(self, key: str) -> None:
        """The object is gone; one that is gone already is no trouble."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._directory / key[:2] / key


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
