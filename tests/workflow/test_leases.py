"""One process at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from tests.support import Office
from workflow import leases


def take(office: Office, holder: str) -> bool:
    with office.db.write() as s:
        return leases.take(s, "poll", holder, office.clock())


def renew(office: Office, holder: str) -> bool:
    with office.db.write() as s:
        return leases.renew(s, "poll", holder, office.clock())


def test_a_task_has_one_holder_until_it_is_let_go(office: Office) -> None:
    assert take(office, "a") and take(office, "a")
    assert not take(office, "b")
    with office.db.write() as s:
        leases.release(s, "poll", "b")
    assert not take(office, "b"), "nobody lets go for another"
    with office.db.write() as s:
        leases.release(s, "poll", "a")
    assert take(office, "b")


def test_a_dead_holder_is_followed_once_its_time_is_over(office: Office) -> None:
    assert take(office, "a")
    office.clock.advance(seconds=60)
    assert renew(office, "a")
    office.clock.advance(seconds=60)
    assert not take(office, "b"), "it was renewed"
    office.clock.now += leases.LENGTH + timedelta(seconds=1)
    assert take(office, "b")
    assert not renew(office, "a"), "the old holder learns that it lost"


def test_of_many_that_try_at_once_one_holds_it(office: Office) -> None:
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda n: take(office, f"w{n}"), range(16)))
    assert won.count(True) == 1
