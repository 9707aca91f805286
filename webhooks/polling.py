"""The office's end of a poller: one process at a time, and its heartbeat."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from channels.base import Poller
from webhooks.service import Service
from workflow import alarms, deliveries, leases
from workflow.inbox import FAULTS, NotDurable, Stored, Wish
from workflow.messages import DeliveryReport, Inbound
from workflow.models import Mark

log = logging.getLogger("aduan.polling")

#: A heartbeat more often than this says nothing new.
_BEAT = timedelta(seconds=60)
#: Without a heartbeat for so long, people are told, whatever keeps it.
SILENCE = timedelta(minutes=10)


class Round:
    """One holding of a poller's lease: the ``Post`` that the poller is handed."""

    def __init__(self, office: Service, poller: Poller, stopping: threading.Event) -> None:
        self._office, self._poller, self.stopping = office, poller, stopping
        self._lease = f"poll:{poller.name}"
        self._last: tuple[str, datetime] | None = None

    def run(self) -> None:
        """Poll for as long as this process holds the lease; returns at once where another one does."""
        with self._office.database.write() as session:
            mine = leases.take(session, self._lease, self._office.worker, self._office.now())
        if not mine:
            return
        try:
            self._poller.poll(self)
        finally:
            with self._office.database.write() as session:
                leases.release(session, self._lease, self._office.worker)

    def goes_on(self) -> bool:
        if self.stopping.is_set():
            return False
        with self._office.database.write() as session:
            mine = leases.renew(session, self._lease, self._office.worker, self._office.now())
        if not mine:
            log.warning("another process polls now: adapter=%s", self._poller.name)
        return mine

    def pause(self, seconds: float) -> None:
        self.stopping.wait(seconds)

    def take(self, inbound: Inbound, *, dead_letter: bool = False) -> Stored:
        return self._office.intake.store(inbound, Wish(options={"dead_letter": True}) if dead_letter else None)

    def report(self, receipt: DeliveryReport) -> bool:
        now = self._office.now()
        try:
            with self._office.database.write() as session:
                row = deliveries.take_report(session, receipt, now)
            deliveries.take_opt_out(self._office.database, row, now)
        except FAULTS as error:
            log.exception("receipt could not be kept: adapter=%s", self._poller.name)
            raise NotDurable from error
        return row is not None

    def recall(self, name: str) -> str:
        with self._office.database.read() as session:
            row = session.get(Mark, self._key(name))
            return row.value if row else ""

    def remember(self, name: str, value: str) -> None:
        with self._office.database.write() as session:
            session.merge(Mark(name=self._key(name), value=value))

    def _key(self, name: str) -> str:
        return f"poll:{self._poller.name}:{name}"

    def well(self) -> None:
        now = self._office.now()
        if self._last and self._last[0] == "" and now - self._last[1] < _BEAT:
            return
        with self._office.database.write() as session:
            over = alarms.clear(session, self._poller.name, now)
            session.merge(Mark(name=self._key("beat"), value=now.isoformat()))
        if over:
            log.warning("a way in works again: adapter=%s", self._poller.name)
        self._last = "", now

    def trouble(self, code: str) -> None:
        if self._last and self._last[0] == code:
            return
        with self._office.database.write() as session:
            alarms.sound(session, self._poller.name, code, self._office.now())
        log.critical("a way in is in trouble: adapter=%s code=%s", self._poller.name, code)
        self._last = code, self._office.now()


def silent(session: Session, names: Iterable[str], now: datetime) -> list[tuple[str, datetime]]:
    """The pollers whose heart has not beaten for too long, with its last beat; one that never did has its own alarm."""
    marks = {name: session.get(Mark, f"poll:{name}:beat") for name in names}
    beats = {name: datetime.fromisoformat(mark.value) for name, mark in marks.items() if mark}
    return [(name, last) for name, last in beats.items() if now - last > SILENCE]


def watch(office: Service) -> None:
    """Sound the alarm for pollers that are silent without saying why: a thread that hangs says nothing."""
    names = [adapter.name for adapter in office.adapters.values() if isinstance(adapter, Poller)]
    with office.database.write() as session:
        # In this order: a heart that beats clears its alarm in the same transaction.
        told = {alarm.name for alarm in alarms.ringing(session)}
        for name, _ in silent(session, names, office.now()):
            if name not in told:
                alarms.sound(session, name, "silent", office.now())
                log.critical("a way in is silent: adapter=%s", name)
