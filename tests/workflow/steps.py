"""What staff do with a case, step by step, and work that goes on beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support import Office
from workflow import cases, decisions, likeness, merging
from workflow.alternatives import Alternative
from workflow.models import Case

COMPLAINT = "Sudah tiga hari air di blok B mati, anak saya Rudi tidak bisa mandi."
SENDER = "+628120000001"
OPTIONS = (Alternative("Ganti pompa"), Alternative("Kirim air dengan tangki"))
ANSWER = "Air sudah mengalir kembali."


def classify(office: Office, s: Session, case: Case) -> None:
    cases.classify(s, case, office.officer(s, "petugas"), "makanan_air", "normal", office.clock(), about_head=False)


def recommend(office: Office, s: Session, case: Case) -> None:
    decisions.recommend(s, case, office.officer(s, "petugas"), "Air mati tiga hari.", OPTIONS, office.clock())


def direct(office: Office, s: Session, case: Case) -> None:
    decisions.direct(s, case, office.officer(s, "kepala"), 0, office.account_id("pejabat"), "", office.clock())


def draft(office: Office, s: Session, case: Case) -> None:
    decisions.report(s, case, office.officer(s, "pejabat"), "repair", "Pompa diganti.", office.clock())
    decisions.draft(s, case, office.officer(s, "pejabat"), ANSWER, office.clock())


def approve(office: Office, s: Session, case: Case) -> None:
    paper = decisions.newest(s, case, "answer")
    assert paper
    decisions.approve(s, case, office.officer(s, "kepala"), paper.hash, office.clock())


def release(office: Office, s: Session, case: Case) -> None:
    decisions.release(s, case, office.officer(s, "petugas"), office.clock())


STEPS: dict[str, Callable[[Office, Session, Case], None]] = {
    "classified": classify,
    "recommended": recommend,
    "directed": direct,
    "drafted": draft,
    "approved": approve,
    "responded": release,
}


def carry(office: Office, to: str, sender: str = SENDER) -> str:
    """Carry the newest case of a sender to a status; returns its id."""
    case_id = office.case(sender).id
    for status, step in STEPS.items():
        act(office, case_id, step)
        if status == to:
            return case_id
    raise LookupError(to)


def act(office: Office, case_id: str, step: Callable[[Office, Session, Case], object]) -> None:
    """One step in a transaction of its own."""
    with office.db.write() as s:
        step(office, s, cases.lock(s, case_id))


def repeated(office: Office) -> tuple[str, str]:
    """The same person tells the same thing twice."""
    office.say(COMPLAINT)
    first = office.case().id
    office.say("BARU")
    office.clock.advance(minutes=20)
    office.say(COMPLAINT)
    second = office.case().id
    assert first != second
    with office.db.write() as s:
        likeness.propose(s, office.clock())
    return first, second


def merge(office: Office, case_id: str, into: str) -> None:
    """One case goes into another."""
    act(office, case_id, lambda o, s, c: merging.merge(s, c, s.get_one(Case, into), o.officer(s, "petugas"), o.clock()))


def unmerge(office: Office, case_id: str) -> None:
    """It goes on by itself."""
    act(office, case_id, lambda o, s, c: merging.unmerge(s, c, o.officer(s, "petugas"), o.clock()))


class Beside:
    """Work in a thread that is let run until it waits for a lock of PostgreSQL's, or is done."""

    def __init__(self, office: Office, work: Callable[[], object]) -> None:
        self._work, self._errors = work, list[BaseException]()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        for _ in range(500):
            self._thread.join(0.01)
            with office.db.engine.connect() as connection:
                if not self._thread.is_alive() or connection.execute(waiting).scalar():
                    return
        raise AssertionError("neither done nor waiting")

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:
            self._errors.append(error)

    def join(self) -> None:
        self._thread.join(20)
        assert not self._thread.is_alive()
        if self._errors:
            raise self._errors[0]


def together(count: int, work: Callable[[int], object]) -> list[object]:
    """Several threads that start at one moment; what each returned. Raises what any of them raised."""
    barrier, results = threading.Barrier(count), dict[int, object]()

    def run(n: int) -> None:
        barrier.wait()
        try:
            results[n] = work(n)
        except BaseException as error:
            results[n] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for result in results.values():
        if isinstance(result, BaseException):
            raise result
    return [results[n] for n in range(count)]
