"""A wire that can be held and altered: what a client says passes through our hands before the server hears it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable


class Relay:
    """Between a client and a server on the loopback; ``heard`` makes of each piece that the client sends what goes on."""

    def __init__(self, server_port: int, heard: Callable[[bytes], bytes]) -> None:
        self._server_port, self._heard = server_port, heard
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
                threading.Thread(target=_pass_on, args=(client, server, self._heard), daemon=True).start()
                threading.Thread(target=_pass_on, args=(server, client, bytes), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, heard: Callable[[bytes], bytes]) -> None:
    with source, target, contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(heard(piece))
