"""Receipt codes: random, checked, made to be read aloud.

Fourteen random characters of an alphabet of 32 (70 bits) and two check characters, in groups of four. The
alphabet leaves out 0, O, 1 and I, which people confuse. The weighted sum modulo the prime 1021 finds every
single wrong character and every swap of two neighbours.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.models import Receipt
from workflow.vault import vault_of

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
RANDOM, CHECK = 14, 2
_MODULUS = 1021
_VALUES = {c: n for n, c in enumerate(ALPHABET)}
#: Zero-width marks too: a PDF breaks long words with them, and they come along when the words are copied.
_BETWEEN = r"[\s.\-\u2010-\u2015\u2212\u200b-\u200f\u2060\ufeff]"
#: Looks ahead, so that it matches at every word: "kode saya" has the shape of half a code and must not hide a real one.
_SHAPE = re.compile(rf"(?<![0-9A-Za-z])(?=((?:[0-9A-Za-z]{{4}}{_BETWEEN}{{0,3}}){{3}}[0-9A-Za-z]{{4}})(?![0-9A-Za-z]))")


def _check(body: str) -> str:
    total = sum((position + 2) * _VALUES[c] for position, c in enumerate(body)) % _MODULUS
    return ALPHABET[total // 32] + ALPHABET[total % 32]


def new_code() -> str:
    """A fresh code, for example ``7K3M-9QTX-2PWD-HR5B``."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    whole = body + _check(body)
    return "-".join(whole[n : n + 4] for n in range(0, RANDOM + CHECK, 4))


def normalise(typed: str) -> str | None:
    """The code in its plain form, if ``typed`` is one: case, spaces and dashes do not matter."""
    plain = re.sub(_BETWEEN, "", typed).upper()
    if len(plain) != RANDOM + CHECK or any(c not in _VALUES for c in plain):
        return None
    return plain if _check(plain[:RANDOM]) == plain[RANDOM:] else None


def find_code(text: str) -> str | None:
    """The first valid code inside a text, in its plain form."""
    return next((plain for match in _SHAPE.finditer(text) if (plain := normalise(match.group(1)))), None)


def looks_like_code(text: str) -> bool:
    """Whether something of the shape of a code stands in the text, right or wrong."""
    return any(re.search(r"\d", match.group(1)) for match in _SHAPE.finditer(text))


def redact(text: str) -> str:
    """The text with every valid code hidden; what staff see."""
    shown, done = "", 0
    for match in _SHAPE.finditer(text):
        start, end = match.span(1)
        if start >= done and normalise(match.group(1)):
            shown, done = f"{shown}{text[done:start]}••••-••••-••••-••••", end
    return shown + text[done:]


def mint(session: Session, data_key_id: str, now: datetime, *, message_id: int | None, case_id: str | None) -> str:
    """A new code, stored as a keyed hash for finding and as ciphertext for telling its owner again."""
    code, vault = new_code(), vault_of(session)
    session.add(
        Receipt(
            lookup=vault.lookup("receipt", code.replace("-", "")),
            message_id=message_id,
            case_id=case_id,
            data_key_id=data_key_id,
            code_enc=vault.seal(session, data_key_id, code, "receipt.code"),
            created_at=now,
        )
    )
    return code


def find(session: Session, typed: str) -> Receipt | None:
    """The receipt of a code as somebody typed it."""
    plain = normalise(typed)
    if plain is None:
        return None
    return session.scalar(select(Receipt).where(Receipt.lookup == vault_of(session).lookup("receipt", plain)))
