"""A wire that can be held: what a client says passes through our hands before the server hears it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable


class Relay:
    """Between a client and a server on the loopback; ``before`` is called with each piece that the client sends."""

    def __init__(self, server_port: int, before: Callable[[bytes], None]) -> None:
        self._server_port, self._before = server_port, before
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server_port))
                threading.Thread(target=_pass_on, args=(client, server, self._before), daemon=True).start()
                threading.Thread(target=_pass_on, args=(server, client, lambda _: None), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, before: Callable[[bytes], None]) -> None:
    with source, target, contextlib.suppress(OSError):
        while piece := source.recv(65536):
            before(piece)
            target.sendall(piece)
