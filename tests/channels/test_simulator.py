"""The demo's provider: telephones in memory, receipts over real HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC

import pytest

from channels.base import SendError, WireRequest
from channels.simulator import HEADER, SimulatorAdapter
from tests.servers.loopback import Answer, Call, LoopbackServer
from workflow.messages import Media, Outgoing

KEY = b"kunci simulator"


class Desk(LoopbackServer):
    """Our own side: the callback route, which at first may be out of order."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.failures = 0
        self.arrived = threading.Semaphore(0)
        super().__init__()

    def answer(self, call: Call) -> Answer:
        if self.failures:
            self.failures -= 1
            return Answer(503)
        self.calls.append(call)
        self.arrived.release()
        return Answer(204)

    def wait(self, count: int) -> list[dict[str, object]]:
        for _ in range(count):
            assert self.arrived.acquire(timeout=3), "a receipt is missing"
        return [json.loads(call.body) for call in self.calls]


@pytest.fixture
def desk() -> Iterator[Desk]:
    server = Desk()
    yield server
    server.stop()


@pytest.fixture
def simulator(desk: Desk) -> Iterator[SimulatorAdapter]:
    adapter = SimulatorAdapter(base_url=desk.url, key=KEY, pace=0.03)
    yield adapter
    adapter.close()


def message(recipient: str, ref: str = "r1", body: str = "Halo") -> Outgoing:
    return Outgoing(ref, "simulator", "simulator", recipient, body, "reply", "id")


def states(receipts: list[dict[str, object]]) -> list[tuple[object, object, object]]:
    return [(receipt["m"], receipt["state"], receipt["code"]) for receipt in receipts]


def test_an_ordinary_address_receives_and_reads(simulator: SimulatorAdapter, desk: Desk) -> None:
    sent = simulator.send(message("budi"))
    assert sent.state == "accepted" and sent.provider_id
    assert states(desk.wait(3)) == [("r1", "sent", None), ("r1", "delivered", None), ("r1", "read", None)]
    ((at, body),) = simulator.inbox("budi")
    assert (body, at.tzinfo) == ("Halo", UTC)
    assert simulator.inbox("orang lain") == []


def test_receipts_are_real_requests_that_the_adapter_itself_believes(simulator: SimulatorAdapter, desk: Desk) -> None:
    simulator.send(message("budi"))
    desk.wait(3)
    for call, state in zip(desk.calls, ("sent", "delivered", "read"), strict=True):
        assert call.path == "/webhooks/simulator/status"
        request = WireRequest(desk.url, dict(call.headers.items()), (), call.body)
        assert simulator.verify(request)
        (report,) = simulator.parse_report(request)
        assert (report.ref, report.state) == ("r1", state)


def test_a_failing_address_fails_by_receipt(simulator: SimulatorAdapter, desk: Desk) -> None:
    simulator.send(message("budi-fails"))
    assert states(desk.wait(2))[-1] == ("r1", "failed", "simulated")
    assert simulator.inbox("budi-fails") == []


def test_a_throttled_address_takes_the_second_try_of_each_message(simulator: SimulatorAdapter) -> None:
    for ref in ("r1", "r2"):
        with pytest.raises(SendError) as caught:
            simulator.send(message("budi-throttled", ref))
        assert (caught.value.retryable, caught.value.retry_after, caught.value.reached) == (True, 1.0, False)
        simulator.send(message("budi-throttled", ref))
    assert len(simulator.inbox("budi-throttled")) == 2


def test_a_silent_address_shows_the_message_and_says_nothing(simulator: SimulatorAdapter, desk: Desk) -> None:
    simulator.send(message("budi-silent"))
    time.sleep(0.2)
    assert desk.calls == []
    assert len(simulator.inbox("budi-silent")) == 1


def test_a_refusing_address_refuses_for_good(simulator: SimulatorAdapter) -> None:
    with pytest.raises(SendError) as caught:
        simulator.send(message("budi-refused"))
    assert caught.value.retryable is False
    assert simulator.inbox("budi-refused") == []


def test_a_receipt_that_meets_an_outage_comes_again(simulator: SimulatorAdapter, desk: Desk) -> None:
    desk.failures = 2
    simulator.send(message("budi"))
    assert [state for _, state, _ in states(desk.wait(3))] == ["sent", "delivered", "read"]


def test_receipts_to_nobody_end_quietly() -> None:
    adapter = SimulatorAdapter(base_url="http://127.0.0.1:1", key=KEY, pace=0.01)
    adapter.send(message("budi"))
    time.sleep(0.1)
    adapter.close()
    adapter.close()


def test_what_the_telephone_page_posts_is_believed_and_read(simulator: SimulatorAdapter) -> None:
    body = json.dumps(
        {"id": "p1", "from": "budi", "text": "halo", "media": [{"name": "a", "base64": "aGFsbw=="}]}
    ).encode()
    request = WireRequest("", {HEADER.lower(): simulator.sign(body)}, (), body)
    assert simulator.verify(request)
    (inbound,) = simulator.parse(request)
    assert simulator.fetch(inbound.media[0]) == b"halo"
    with pytest.raises(SendError):
        simulator.fetch(Media("a", ""))


@pytest.mark.parametrize("signature", ["", "00", "\ud800", "ä"])
def test_a_wrong_signature_is_refused(simulator: SimulatorAdapter, signature: str) -> None:
    assert not simulator.verify(WireRequest("", {HEADER: signature}, (), b"{}"))
    assert not simulator.verify(WireRequest("", {HEADER: simulator.sign(b"{ }")}, (), b"{}"))
