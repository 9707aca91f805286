"""Signed receipts: what a complainant can prove later, to anybody, without our help and without telling the content.

The statement holds number, unit, time and a salted commitment to the stored message; Ed25519 signs its exact bytes.
Whoever has the text and the salt shows that it was this text. The salt is no part of what is signed or printed.
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.models import CaseNumber, Message, Receipt, Unit
from workflow.vault import vault_of

FORMAT = "aduan-receipt/1"
#: No receipt of ours is longer.
MAX_FILE = 10_000


@dataclass(frozen=True)
class Signed:
    """A statement with its signature; ``salt`` opens the commitment."""

    statement: str
    signature: str
    salt: str

    @property
    def facts(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.statement)
        return found

    def file(self, *, with_salt: bool) -> str:
        """The receipt for machines, one JSON object."""
        document = {"statement": self.statement, "signature": self.signature}
        return json.dumps({**document, "salt": self.salt} if with_salt else document)


# ------------------------------------------------------------------ keys


def create_key(path: Path) -> None:
    """A new signing key in a file that only its owner reads. An existing file is never overwritten."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


def load_key(path: Path) -> Ed25519PrivateKey:
    """Raises ValueError where the file is no such key."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except TypeError as error:  # a key with a passphrase
        raise ValueError(f"{path} is not a key file") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} is not an Ed25519 key")
    return key


def public_pem(key: Ed25519PrivateKey) -> str:
    """The public half, as openssl reads it."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def read_public(pem: str) -> Ed25519PublicKey:
    """Raises ValueError where this is no such key."""
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")
    return key


# ------------------------------------------------------------------ signing


def sign(session: Session, receipt: Receipt) -> Signed:
    """The signed receipt of a stored message; the same every time. Raises Erased."""
    key: Ed25519PrivateKey = session.info["receipt_key"]
    salt = vault_of(session).lookup("receipt-salt", receipt.id)[:16]
    message = _message(session, receipt)
    text = vault_of(session).open(session, message.body_key_id, message.body_enc, "message.body")
    first = _first_number(session, receipt)
    statement = {
        "format": FORMAT,
        "number": first.number if first else "",
        "unit": session.get_one(Unit, first.unit_id).name if first else "",
        "received": message.received_at.astimezone(UTC).isoformat(timespec="seconds"),
        "commitment": commitment(salt, text),
    }
    exact = json.dumps(statement, sort_keys=True, separators=(",", ":"))
    return Signed(exact, b64encode(key.sign(exact.encode())).decode(), salt.hex())


def commitment(salt: bytes, text: bytes) -> str:
    """SHA-256 over the salt and the text that follows it."""
    return hashlib.sha256(salt + text).hexdigest()


def _message(session: Session, receipt: Receipt) -> Message:
    if receipt.message_id is not None:
        return session.get_one(Message, receipt.message_id)
    query = select(Message).where(Message.case_id == receipt.case_id).order_by(Message.id)
    return session.scalars(query.limit(1)).one()


def _first_number(session: Session, receipt: Receipt) -> CaseNumber | None:
    """The number given at intake; a later one of another unit does not change what was received."""
    if receipt.case_id is None:
        return None
    query = select(CaseNumber).where(CaseNumber.case_id == receipt.case_id).order_by(CaseNumber.given_at)
    return session.scalars(query.limit(1)).one()


# ------------------------------------------------------------------ verifying


def read(document: str) -> Signed:
    """A receipt file as somebody gave it, not yet verified. Raises ValueError."""
    if len(document) > MAX_FILE:
        raise ValueError("too long")
    try:
        found: Any = json.loads(document)
        signed = Signed(str(found["statement"]), str(found["signature"]), str(found.get("salt", "")))
        if signed.facts["format"] != FORMAT or not all(isinstance(v, str) for v in signed.facts.values()):
            raise ValueError("another format")
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a receipt") from error
    return signed


def verify(signed: Signed, key: Ed25519PublicKey) -> bool:
    """Whether the key's owner signed exactly this statement."""
    try:
        key.verify(b64decode(signed.signature, validate=True), signed.statement.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def proves(signed: Signed, text: bytes) -> bool:
    """Whether a text is the one that was stored, by the salt in the file."""
    try:
        return commitment(bytes.fromhex(signed.salt), text) == signed.facts.get("commitment")
    except ValueError:
        return False
