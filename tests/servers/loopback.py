"""A threaded HTTP server on a free loopback port whose answers a subclass decides."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

#: The longest that a hanging answer keeps a thread.
PATIENCE = 5.0


@dataclass(frozen=True)
class Call:
    """One request as it came in."""

    method: str
    path: str
    headers: Message
    body: bytes
    query: dict[str, str] = field(default_factory=dict)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8"), keep_blank_values=True))


@dataclass(frozen=True)
class Answer:
    """What goes back; status 0 closes the connection without a word. One that stalls stops half-way."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    stalls: bool = False


class _Listener(ThreadingHTTPServer):
    request_queue_size = 64  # the default of five makes a burst of connections wait for a second
    daemon_threads = True
    block_on_close = False

    def __init__(self, handler: type[BaseHTTPRequestHandler], reserved: socket.socket | None = None) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), handler, bind_and_activate=reserved is None)
        if reserved is not None:
            self.socket.close()
            self.socket, self.server_address = reserved, reserved.getsockname()
            self.server_activate()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Kept-alive connections would outlive the listener."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class LoopbackServer:
    """Listens from its construction until ``stop``. Usable as a context manager."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self._reserved: socket.socket | None = None
        self._listen()

    def _listen(self) -> None:
        self._http = _Listener(self._handler(), self._reserved)
        self._reserved = None
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """The line is cut: whoever calls is refused. The port stays ours."""
        address = self._http.server_address
        self._close()
        self._reserved = socket.socket()
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reserved.bind(address)

    def plug_in(self) -> None:
        """The line is there again."""
        self._listen()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def answer(self, call: Call) -> Answer:
        raise NotImplementedError

    def hang(self) -> Answer:
        """No answer until the test is over; then none at all."""
        self.released.wait(PATIENCE)
        return Answer(0)

    def stop(self) -> None:
        self.released.set()
        if self._reserved is None:
            self._close()
        else:
            self._reserved.close()

    def _close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._http.hang_up()
        self._thread.join(5)

    def __enter__(self) -> LoopbackServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # header and body are two writes: 40 ms each otherwise

            def _handle(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                parts = urlsplit(self.path)
                call = Call(
                    self.command, parts.path, self.headers, self.rfile.read(length), dict(parse_qsl(parts.query))
                )
                answer = server.answer(call)
                if not answer.status:
                    self.close_connection = True
                    return
                with contextlib.suppress(ConnectionError):  # whoever asked does not wait any longer
                    self.send_response(answer.status)
                    for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    if answer.stalls:
                        self.wfile.write(answer.body[: len(answer.body) // 2])
                        server.hang()
                    else:
                        self.wfile.write(answer.body)

            do_GET = do_POST = _handle

            def log_message(self, format: str, *args: object) -> None:
                """Silence: tests read ``messages`` instead."""

        return Handler
