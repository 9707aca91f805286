"""The whole program on a socket: waitress, intake writer, working loops, ticks. Only the provider is a stand-in."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection

import waitress

from tests.support import Clock, Office, make_office
from webhooks.app import create_app
from webhooks.jobs import Clockwork
from webhooks.service import utc_now
from webhooks.settings import Settings

PUBLIC = "https://aduan.example"


class RealClock(Clock):
    """The real time, moved by what the test wants to be over."""

    def __init__(self) -> None:
        super().__init__(utc_now())
        self._shift = timedelta()

    def __call__(self):
        return utc_now() + self._shift

    def advance(self, **delta: float):
        self._shift += timedelta(**delta)
        return self()


def listening() -> socket.socket:
    """A socket on a port that nobody else can take meanwhile."""
    return socket.create_server(("127.0.0.1", 0))


class Live:
    """A running program and the hands of a provider."""

    def __init__(self, office: Office, port: int) -> None:
        self.office, self.port = office, port
        self.base = f"http://127.0.0.1:{port}"

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """One request over a real socket; returns the status."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()


def eventually(condition: Callable[[], object], limit: float = 60.0) -> None:
    """Wait until something holds; fails after ``limit`` seconds, which is no measurement: a machine may be busy."""
    until = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.02)


def _until_closed(server: waitress.server.BaseWSGIServer) -> None:
    try:
        server.run()
    except OSError:
        pass  # its sockets were closed under it: that is how this test ends


@contextmanager
def running(settings: Settings) -> Iterator[Live]:
    """Serve on a free port of the loopback until the test is over."""
    own = listening()
    port = int(own.getsockname()[1])
    settings = settings.model_copy(update={"port": port})
    office = make_office(settings, RealClock())
    server = waitress.create_server(create_app(office.service), sockets=[own], threads=8)
    thread = threading.Thread(target=_until_closed, args=(server,), daemon=True)
    clockwork = Clockwork(office.service)
    clockwork.start()
    thread.start()
    try:
        yield Live(office, port)
    finally:
        server.task_dispatcher.shutdown()  # answers under way go out before the sockets close
        server.close()
        thread.join(timeout=5)
        clockwork.stop()
        office.service.close()
