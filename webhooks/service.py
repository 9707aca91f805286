"""The composition root: settings become keys, database, adapters and workers, in one object."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import text

import channels
from bot import desk
from channels.base import Adapter
from webhooks.settings import Settings, WrongSettings
from workflow import attest, backup, inbox, journal
from workflow.db import Database
from workflow.inbox import Intake
from workflow.keyfile import MasterKeys
from workflow.models import Mark
from workflow.objects import ObjectStore
from workflow.vault import Vault

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from sqlalchemy.orm import Session

log = logging.getLogger("aduan.service")


def utc_now() -> datetime:
    """The time, the one place where the program asks for it."""
    return datetime.now(UTC)


@dataclass
class Service:
    """Everything that a request or a tick needs."""

    settings: Settings
    database: Database
    vault: Vault
    adapters: dict[str, Adapter]
    demo: bool
    secret_key: bytes
    worker: str
    now: Callable[[], datetime] = utc_now
    _intake: Intake | None = None

    @property
    def intake(self) -> Intake:
        """The writer of inbound messages, started at first use."""
        if self._intake is None:
            self._intake = Intake(self.database, self.now)
        return self._intake

    def handle(self, conversation_id: str, patience: float = 5.0) -> bool:
        """Handle one conversation now, inside a request; False where a worker will do it a little later."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if inbox.claim_one(self.database, conversation_id, self.worker, self.now()):
                return desk.handle(self.database, conversation_id, self.now())
            if not inbox.is_pending(self.database, conversation_id):
                return True
            time.sleep(0.05)
        return False

    def own_address(self, channel: str) -> str:
        """Our usual address on a channel; empty where the channel is off."""
        adapter = channels.adapter_for(self.adapters, channel)
        return adapter.accounts[channel] if adapter else ""

    def close(self) -> None:
        if self._intake is not None:
            self._intake.close()
        for adapter in self.adapters.values():
            adapter.close()
        self.database.close()


def service() -> Service:
    """The service of the current application."""
    found: Service = current_app.extensions["aduan"]
    return found


# ------------------------------------------------------------------ keys


def create_keys(settings: Settings) -> list[Path]:
    """Make whatever key file is missing, readable by its owner alone; returns what was made."""
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.home.chmod(0o700)
    made = []
    if not settings.data_keys.exists():
        MasterKeys.create(settings.data_keys, utc_now())
        made.append(settings.data_keys)
    if not settings.receipt_key.exists():
        attest.create_key(settings.receipt_key)
        made.append(settings.receipt_key)
    for path in (settings.signing_key, settings.session_key):
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32) + "\n")
            made.append(path)
    return made


def _session_secret(settings: Settings) -> bytes:
    if settings.secret_key:
        if len(settings.secret_key) < 32:
            raise WrongSettings("ADUAN_SECRET_KEY is too short: it needs at least 32 characters.")
        return settings.secret_key.encode()
    if not settings.session_key.is_file():
        raise WrongSettings("ADUAN_SECRET_KEY is missing: set it, or run `aduan init` to make one.")
    return settings.session_key.read_text().strip().encode()


def _vault(settings: Settings) -> Vault:
    if not settings.data_keys.is_file():
        raise WrongSettings("ADUAN_DATA_KEY_FILE is missing: run `aduan init` to make it.")
    try:
        return Vault(MasterKeys.load(settings.data_keys))
    except ValueError as error:
        raise WrongSettings(f"ADUAN_DATA_KEY_FILE is wrong: {error}.") from error


def journal_key(settings: Settings) -> bytes:
    if not settings.signing_key.is_file():
        raise WrongSettings("ADUAN_SIGNING_KEY_FILE is missing: run `aduan init` to make it.")
    return bytes.fromhex(settings.signing_key.read_text().strip())


def receipt_key(settings: Settings) -> Ed25519PrivateKey:
    """The key that signs receipts."""
    if not settings.receipt_key.is_file():
        raise WrongSettings("ADUAN_RECEIPT_KEY_FILE is missing: run `aduan init` to make it.")
    try:
        return attest.load_key(settings.receipt_key)
    except ValueError as error:
        raise WrongSettings(f"ADUAN_RECEIPT_KEY_FILE is wrong: {error}.") from error


# ------------------------------------------------------------------ opening


def open_database(settings: Settings) -> tuple[Database, Vault]:
    """The database with everything that travels in its sessions."""
    vault, anchors = _vault(settings), settings.home / "anchors"
    info = {
        "vault": vault,
        "journal_key": journal_key(settings),
        "receipt_key": receipt_key(settings),
        "objects": ObjectStore(settings.home / "attachments"),
        "public_url": public_url(settings),
    }

    def after(session: Session) -> None:
        if grown := session.info.pop("anchors", None):
            journal.write_anchors(anchors, *grown)
        if erased := session.info.pop("erased", None):
            backup.note_erased(settings.home, erased)
        for key in session.info.pop("objects_gone", ()):
            session.info["objects"].remove(key)

    return Database(settings.database, info, before_commit=journal.chain, after_commit=after), vault


def mark(database: Database, name: str) -> str | None:
    """A fact about this database, such as that the demo made it."""
    with database.read() as session:
        row = session.get(Mark, name)
        return row.value if row else None


def open_service(settings: Settings, now: Callable[[], datetime] = utc_now) -> Service:
    """Open everything; raises WrongSettings where something is missing."""
    secret = _session_secret(settings)
    database, vault = open_database(settings)
    demo = mark(database, "demo") is not None
    if not settings.public_url and not demo:
        raise WrongSettings("ADUAN_PUBLIC_URL is missing: the address under which families reach this service.")
    adapters = channels.build(_channel_config(settings), simulator_key=secret if demo else None)
    worker = f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(3)}"
    return Service(settings, database, vault, adapters, demo, secret, worker, now)


def _channel_config(settings: Settings) -> channels.ChannelConfig:
    names = channels.ChannelConfig.__dataclass_fields__.keys() - {"public_url", "local_url"}
    values = {name: getattr(settings, name) or None for name in names}
    return channels.ChannelConfig(public_url=public_url(settings), local_url=settings.local_url, **values)


def public_url(settings: Settings) -> str:
    """The address under which the world reaches us; this machine's own in the demo."""
    return settings.public_url or settings.local_url


def reachable(database: Database) -> bool:
    """Whether the database answers."""
    with database.read() as session:
        return session.execute(text("SELECT 1")).scalar() == 1


RETRY_AFTER = timedelta(seconds=30)
