"""What the poller does when Telegram does not answer as it should."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from channels.base import Post
from channels.telegram import TelegramAdapter
from tests.servers import TelegramServer
from tests.servers.telegram import TOKEN
from workflow.inbox import Stored
from workflow.messages import DeliveryReport, Inbound


@dataclass
class Notebook:
    """A post that writes down what a poller tells it, and ends after some rounds. Its pauses cost no time."""

    rounds: int
    taken: list[str] = field(default_factory=list)
    reports: list[DeliveryReport] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def goes_on(self) -> bool:
        self.rounds -= 1
        return self.rounds >= 0

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def take(self, inbound: Inbound, *, dead_letter: bool = False) -> Stored:
        self.taken.append(inbound.text)
        return Stored(len(self.taken), "c", duplicate=False)

    def report(self, receipt: DeliveryReport) -> bool:
        self.reports.append(receipt)
        return True

    def recall(self, name: str) -> str:
        return ""

    def remember(self, name: str, value: str) -> None:
        raise AssertionError("Telegram itself keeps the position")

    def well(self) -> None:
        self.news.append("")

    def trouble(self, code: str) -> None:
        self.news.append(code)


def poll(server: TelegramServer, rounds: int, **fields: object) -> Notebook:
    notebook: Post = Notebook(rounds)
    adapter = TelegramAdapter(token=TOKEN, api_base=server.url, timeout=1.0, **fields)  # type: ignore[arg-type]
    adapter.poll(notebook)
    adapter.close()
    assert isinstance(notebook, Notebook)
    return notebook


@pytest.mark.parametrize("outcome", ["drop", "500", "502", "garbage", "429"])
def test_an_outage_is_waited_out_and_told_when_it_lasts(telegram_server: TelegramServer, outcome: str) -> None:
    telegram_server.plan("getUpdates", outcome, times=4)
    telegram_server.say("tolong")
    notebook = poll(telegram_server, 10)
    assert notebook.taken[:1] == ["tolong"]
    alarms = [code for code in notebook.news if code]
    assert len(alarms) == 2, "the third and the fourth failure"
    assert len(set(alarms)) == 1
    assert notebook.pauses[:4] == sorted(notebook.pauses[:4]), "each pause is longer than the last"
    assert notebook.news[-1] == ""


def test_one_broken_connection_is_no_alarm(telegram_server: TelegramServer) -> None:
    telegram_server.plan("getUpdates", "drop", times=1)
    telegram_server.say("tolong")
    assert set(poll(telegram_server, 4).news) == {""}


def test_a_flood_limit_is_kept(telegram_server: TelegramServer) -> None:
    telegram_server.plan("getUpdates", "429", times=1)
    telegram_server.say("tolong")
    assert poll(telegram_server, 4).pauses == [3.0]


def test_another_program_with_our_token_is_named(telegram_server: TelegramServer) -> None:
    telegram_server.plan("getUpdates", "409")
    assert set(poll(telegram_server, 12).news) == {"conflict"}


def test_a_webhook_that_somebody_sets_meanwhile_is_taken_away_again(telegram_server: TelegramServer) -> None:
    telegram_server.say("satu")
    adapter = TelegramAdapter(token=TOKEN, api_base=telegram_server.url, timeout=1.0)
    first = Notebook(1)
    adapter.poll(first)
    telegram_server.webhook = {"url": "https://elsewhere.example"}
    telegram_server.say("dua")
    second = Notebook(4)
    adapter.poll(second)
    adapter.close()
    assert (first.taken, second.taken[-1], telegram_server.webhook) == (["satu"], "dua", {})


def test_the_end_of_the_program_is_not_held_up_by_a_long_poll(telegram_server: TelegramServer) -> None:
    notebook = Notebook(1000)
    adapter = TelegramAdapter(token=TOKEN, api_base=telegram_server.url)
    thread = threading.Thread(target=adapter.poll, args=(notebook,))
    thread.start()
    while "getUpdates" not in telegram_server.calls:
        assert thread.is_alive()
    notebook.stopping.set()
    thread.join(1.5)
    assert not thread.is_alive()
    adapter.close()


def test_an_address_that_telegram_refuses_is_an_alarm(telegram_server: TelegramServer) -> None:
    telegram_server.plan("setWebhook", "400 other")
    found = poll(telegram_server, 3, webhook_secret="s", webhook_url="http://plain.example/webhooks/telegram")
    assert set(found.news) == {"webhook"}


def test_counting_anew_after_a_quiet_week_loses_nothing(telegram_server: TelegramServer) -> None:
    class AfterAWeek(Notebook):
        def well(self) -> None:
            super().well()
            if len(self.news) == 2:  # the second round found nothing
                new = {"message_id": 1, "chat": {"id": 1, "type": "private"}, "from": {"id": 1}, "text": "baru"}
                telegram_server.updates.append({"update_id": 3, "message": new})

    telegram_server.say("lama")
    notebook = AfterAWeek(3)
    adapter = TelegramAdapter(token=TOKEN, api_base=telegram_server.url)
    adapter.poll(notebook)
    adapter.close()
    assert notebook.taken == ["lama", "baru"]
