"""ClamAV over its socket, by its INSTREAM command: no file of ours touches a disk in plain form.

The one client library that is kept up to date scans paths; the protocol is five lines.
"""

from __future__ import annotations

import logging
import socket
from dataclasses import dataclass
from datetime import datetime

from workflow import files
from workflow.db import Database

log = logging.getLogger("aduan.clamav")

_CHUNK = 64 * 1024
_SECONDS = 60.0
_LONGEST_REPLY = 4096


class ScannerDown(Exception):
    """The scanner cannot be reached, or did not say what it found."""


@dataclass(frozen=True)
class Verdict:
    """A scanner's word on one file: ``clean``, ``infected`` (with the name), ``unscannable`` (larger than it takes)."""

    state: str
    infection: str = ""


@dataclass(frozen=True)
class Scanner:
    """A clamd, at a path (``/run/clamav/clamd.ctl``) or at ``host:port``."""

    address: str
    seconds: float = _SECONDS

    def ping(self) -> bool:
        """Whether it answers."""
        try:
            return self._ask(b"zPING\0") == "PONG"
        except ScannerDown:
            return False

    def scan(self, content: bytes) -> Verdict:
        """The verdict on some bytes. Raises ScannerDown."""
        reply = self._ask(b"zINSTREAM\0", content)
        if reply.endswith(" OK"):
            return Verdict("clean")
        if reply.endswith(" FOUND"):
            return Verdict("infected", reply.removesuffix(" FOUND").partition(": ")[2])
        if "size limit exceeded" in reply:
            return Verdict("unscannable")
        raise ScannerDown

    def _ask(self, command: bytes, content: bytes | None = None) -> str:
        try:
            with self._connect() as connection:
                connection.sendall(command)
                if content is not None:
                    _pour(connection, content)
                return _reply(connection)
        except OSError as error:
            raise ScannerDown from error

    def _connect(self) -> socket.socket:
        if self.address.startswith("/"):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(self.seconds)
            try:
                connection.connect(self.address)
            except OSError:
                connection.close()
                raise
            return connection
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=self.seconds)


def _pour(connection: socket.socket, content: bytes) -> None:
    """The file in chunks, each after its length. A scanner cuts off what is too long for it, and says so."""
    try:
        for start in range(0, len(content), _CHUNK):
            piece = content[start : start + _CHUNK]
            connection.sendall(len(piece).to_bytes(4, "big") + piece)
        connection.sendall(bytes(4))
    except (BrokenPipeError, ConnectionResetError):
        return


def _reply(connection: socket.socket) -> str:
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < _LONGEST_REPLY:
        more = connection.recv(_LONGEST_REPLY)
        if not more:
            break
        reply += more
    return reply.rstrip(b"\0\n").decode("utf-8", "replace")


def scan_waiting(database: Database, scanner: Scanner, now: datetime, limit: int = 50) -> int:
    """Scan what no scanner has seen. Where it is down, everything waits and is tried again. Returns how many were."""
    done = 0
    for attachment_id in files.unscanned(database, now, limit):
        content = files.take_for_scan(database, attachment_id, now)
        if content is None:
            continue
        try:
            verdict = scanner.scan(content)
        except ScannerDown:
            log.warning("scanner did not answer: attachment=%s", attachment_id)
            return done
        if verdict.state == "infected":
            log.warning("infected file: attachment=%s", attachment_id)
        files.settle_scan(database, attachment_id, verdict.state, verdict.infection)
        done += 1
    return done
