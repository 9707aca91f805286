"""Ticks and loops. They call one function each and hold no logic."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler

from bot import desk
from channels import clamav, delivery
from channels.base import Poller
from webhooks import polling
from webhooks.polling import Round
from webhooks.service import Service
from workflow import (
    chaincheck,
    checkbacks,
    conversations,
    files,
    incidents,
    likeness,
    printing,
    retention,
    rotation,
    selftest,
    subject_rights,
    timekeeping,
)
from workflow.db import WAKE_CHANNEL
from workflow.reports import monthly, posting, silence, statistics
from workflow.sweep import recover, sweep

log = logging.getLogger("aduan.jobs")


class Clockwork:
    """The working half of the service: two loops that a bell wakes, and APScheduler's ticks as their floor."""

    def __init__(self, office: Service) -> None:
        self._office = office
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._threads = [self._loop("desk", self._handle), self._loop("delivery", self._drain)]
        pollers = (adapter for adapter in office.adapters.values() if isinstance(adapter, Poller))
        self._threads += [self._poll(poller) for poller in pollers]
        if not office.database.is_sqlite:
            self._threads.append(threading.Thread(target=self._listen, name="aduan-listen", daemon=True))

    def start(self) -> None:
        for job, seconds in (
            (self._office.database.ring, 1),
            (self._sweep, 20),
            (self._retry_unhandled, 30),
            (self._fetch, 10),
            (self._ask_for_doubtful, 60),
            (self._prepare, 10),
            (self._scan, 30),
            (self._watch, 60),
            (self._propose, 60),
            (self._decrees, 60),
            (self._spread, 10),
            (self._test_ourselves, 60),
            (self._walk_chains, 300),
            (self._rewrap, 60),
            (self._print, 5),
            (self._report, 300),
            (self._publish, 600),
            (self._ask_after, 300),
            (self._rights, 300),
            (self._office.database.survey, 3600),
            (self._retain, 6 * 3600),
        ):
            self._scheduler.add_job(_guarded(job), "interval", seconds=seconds, coalesce=True, max_instances=1)
        self._scheduler.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is under way, take nothing new."""
        self._stopping.set()
        self._office.database.ring()
        self._scheduler.shutdown(wait=True)
        for thread in self._threads:
            thread.join(timeout=15)

    def _loop(self, name: str, step: Callable[[], None]) -> threading.Thread:
        bell = self._office.database.bell()

        def run() -> None:
            while not self._stopping.is_set():
                bell.wait(timeout=5)
                bell.clear()
                _guarded(step)()

        return threading.Thread(target=run, name=f"aduan-{name}", daemon=True)

    def _poll(self, poller: Poller) -> threading.Thread:
        def run() -> None:
            while not self._stopping.is_set():
                _guarded(Round(self._office, poller, self._stopping).run)()
                self._stopping.wait(3)

        return threading.Thread(target=run, name=f"aduan-poll-{poller.name}", daemon=True)

    def _handle(self) -> None:
        while not self._stopping.is_set() and desk.handle_next(
            self._office.database, self._office.worker, self._office.now()
        ):
            pass

    def _drain(self) -> None:
        delivery.drain(self._office.database, self._office.adapters, self._office.worker, self._office.now)

    def _sweep(self) -> None:
        sweep(self._office.database, self._office.now())

    def _retry_unhandled(self) -> None:
        recover(self._office.database, self._office.now())
        with self._office.database.write() as session:
            conversations.rescue(session, self._office.now())

    def _fetch(self) -> None:
        delivery.fetch_wanted(self._office.database, self._office.adapters, self._office.now())

    def _ask_for_doubtful(self) -> None:
        delivery.ask_for_doubtful(self._office.database, self._office.adapters, self._office.now())

    def _prepare(self) -> None:
        files.prepare(self._office.database, self._office.now())

    def _scan(self) -> None:
        if address := self._office.settings.clamav_socket:
            clamav.scan_waiting(self._office.database, clamav.Scanner(address), self._office.now())

    def _propose(self) -> None:
        with self._office.database.write() as session:
            likeness.propose(session, self._office.now())

    def _decrees(self) -> None:
        timekeeping.apply_decrees(self._office.database, self._office.now())

    def _test_ourselves(self) -> None:
        selftest.run(self._office.database, self._office.now())

    def _walk_chains(self) -> None:
        anchors = self._office.settings.home / "anchors"
        chaincheck.run(self._office.database, anchors, self._office.worker, self._office.now())

    def _rewrap(self) -> None:
        rotation.rewrap(self._office.database)

    def _publish(self) -> None:
        statistics.keep_due(self._office.database, self._office.now())

    def _report(self) -> None:
        mail = self._office.own_address(posting.CHANNEL)
        monthly.tick(self._office.database, self._office.worker, self._office.now(), mail=mail)
        silence.watch(self._office.database, self._office.now())

    def _print(self) -> None:
        printing.make_due(self._office.database, self._office.now())

    def _ask_after(self) -> None:
        checkbacks.tick(self._office.database, self._office.now())

    def _rights(self) -> None:
        subject_rights.carry_out(self._office.database, self._office.now())
        subject_rights.remind(self._office.database, self._office.now())

    def _retain(self) -> None:
        retention.run(self._office.database, self._office.now())

    def _spread(self) -> None:
        incidents.tend(self._office.database, self._office.now())

    def _watch(self) -> None:
        polling.watch(self._office)

    def _listen(self) -> None:
        """PostgreSQL tells of work that other processes left."""
        import psycopg

        url = self._office.settings.database.replace("postgresql+psycopg://", "postgresql://")
        while not self._stopping.is_set():
            try:
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {WAKE_CHANNEL}")
                    while not self._stopping.is_set():
                        for _ in connection.notifies(timeout=0.5, stop_after=1):
                            self._office.database.ring()
            except psycopg.Error:
                log.warning("listening was interrupted; the tick goes on")
                self._stopping.wait(5)


def _guarded(step: Callable[[], object]) -> Callable[[], None]:
    def tick() -> None:
        try:
            step()
        except Exception:  # one tick must not stop the clock; see the house style
            log.exception("tick failed: %s", getattr(step, "__name__", "?"))

    return tick
