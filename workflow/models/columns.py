"""Columns that many rows have."""

from __future__ import annotations

import secrets
import uuid

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

ID = String(32)
Serial = BigInteger().with_variant(Integer, "sqlite")


def new_id() -> str:
    """A random id, safe in a URL: it tells neither order nor time."""
    return uuid.uuid4().hex


def new_ref() -> str:
    """A short random id that providers carry for us."""
    return secrets.token_hex(10)


def pk() -> Mapped[str]:
    """A random primary key."""
    return mapped_column(ID, primary_key=True, default=new_id)


def serial() -> Mapped[int]:
    """A primary key that counts."""
    return mapped_column(Serial, primary_key=True, autoincrement=True)
