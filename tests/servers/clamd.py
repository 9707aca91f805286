"""A virus scanner on a real socket: speaks clamd's own protocol (zPING, zINSTREAM), cut off at its size limit."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: The test file that every scanner knows, in two parts, so that a scanner does not take this file for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """Counts what it was asked. ``mute``: takes everything and hangs up without a word."""

    def __init__(self, listener: socket.socket, limit: int) -> None:
        self._listener, self._limit = listener, limit
        self.mute = False
        self.scans = 0

    def run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                try:
                    self._serve(connection)
                except OSError:
                    continue

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        command = b""
        while not command.endswith(b"\0"):
            if not (byte := connection.recv(1)):
                return
            command += byte
        if self.mute:
            return
        if command == b"zPING\0":
            connection.sendall(b"PONG\0")
        elif command == b"zINSTREAM\0":
            self.scans += 1
            connection.sendall(self._verdict(connection))
        else:
            connection.sendall(b"UNKNOWN COMMAND\0")

    def _verdict(self, connection: socket.socket) -> bytes:
        content = b""
        while size := int.from_bytes(self._exactly(connection, 4), "big"):
            content += self._exactly(connection, size)
            if len(content) > self._limit:
                return b"INSTREAM size limit exceeded. ERROR\0"
        return b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"

    @staticmethod
    def _exactly(connection: socket.socket, count: int) -> bytes:
        content = b""
        while len(content) < count:
            if not (more := connection.recv(count - len(content))):
                raise ConnectionError
            content += more
        return content


@contextmanager
def clamd(path: Path | None = None, *, limit: int = 1 << 20) -> Iterator[tuple[Clamd, str]]:
    """A scanner and its address: at a path, or on a free port of the loopback."""
    listener = socket.socket(socket.AF_UNIX if path else socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(str(path) if path else ("127.0.0.1", 0))
    listener.listen()
    scanner = Clamd(listener, limit)
    thread = threading.Thread(target=scanner.run, daemon=True)
    thread.start()
    try:
        yield scanner, str(path) if path else f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=10)
