"""Clocks that a merge or another track sets aside: taken up again as they were, and never less late than they were."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.support import Office
from tests.workflow.steps import COMPLAINT, STEPS, act, carry, merge, repeated, unmerge
from tests.workflow.test_deadlines import clocks, local, run_to
from tests.workflow.test_timekeeping import extend, wait
from workflow import cases, likeness, merging
from workflow.models import Case, Deadline, Escalation, Unit
from workflow.reports import Month, gather
from workflow.states import Impossible

NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)


def judge(office: Office, case_id: str, category: str) -> None:
    act(
        office,
        case_id,
        lambda o, s, c: cases.classify(s, c, o.officer(s, "petugas"), category, "normal", o.clock(), about_head=False),
    )


def running(office: Office, case_id: str) -> dict[str, Deadline]:
    with office.db.read() as s:
        rows = s.scalars(select(Deadline).where(Deadline.case_id == case_id, Deadline.state == "running")).all()
    assert len({row.rule for row in rows}) == len(rows), "one of a name"
    return {row.rule: row for row in rows}


def reported(office: Office, month: Month = NOVEMBER) -> dict[str, dict[str, int]]:
    with office.db.read() as s:
        unit = s.scalars(select(Unit).where(Unit.code == "RUTAN-MAGETAN")).one()
        found = gather(s, unit, month, office.clock.advance(seconds=1)).tables["deadlines"]
    return {rule: dict(columns) for rule, columns in found.items()}


class Merged:
    """A case that goes into another one and comes back."""

    @staticmethod
    def aside(office: Office, case_id: str, other: str) -> None:
        merge(office, case_id, other)

    @staticmethod
    def back(office: Office, case_id: str) -> None:
        unmerge(office, case_id)


class Reclassified:
    """A case that gets another track and its own again."""

    @staticmethod
    def aside(office: Office, case_id: str, _: str) -> None:
        judge(office, case_id, "pungli")

    @staticmethod
    def back(office: Office, case_id: str) -> None:
        judge(office, case_id, "makanan_air")


Way = type[Merged] | type[Reclassified]
WAYS = pytest.mark.parametrize("way", [Merged, Reclassified])


def there_and_back(office: Office, way: Way, case_id: str, other: str) -> None:
    way.aside(office, case_id, other)
    assert "respond" not in running(office, case_id)
    office.clock.advance(days=1)
    way.back(office, case_id)


@WAYS
def test_an_extension_stays_granted_and_is_granted_once(office: Office, way: Way) -> None:
    first, second = repeated(office)
    act(office, second, STEPS["classified"])
    extend(office, second)
    before = running(office, second)["respond"].due_at
    there_and_back(office, way, second, first)
    assert running(office, second)["respond"].due_at == before > local(2026, 12, 1)
    with pytest.raises(Impossible, match="extended_already"):
        extend(office, second)
    page = office.client("kepala").get(f"/petugas/kasus/{second}").text
    assert "diperpanjang" in page
    assert "form-extend" not in page


@WAYS
def test_the_days_on_which_a_family_was_waited_for_stay_counted(office: Office, way: Way) -> None:
    first, second = repeated(office)
    act(office, second, STEPS["classified"])
    wait(office, second, date(2026, 11, 20))
    run_to(office, datetime(2026, 11, 22, 3, tzinfo=UTC))
    assert running(office, second)["respond"].due_at == local(2026, 12, 10)
    there_and_back(office, way, second, first)
    assert running(office, second)["respond"].due_at == local(2026, 12, 10)
    run_to(office, datetime(2026, 11, 26, 3, tzinfo=UTC))
    with office.db.read() as s:
        late = select(Deadline.rule).join(Escalation, Escalation.deadline_id == Deadline.id)
        assert "respond" not in set(s.scalars(late.where(Deadline.case_id == second)))


def test_a_reopened_case_whose_merge_is_undone_has_its_clocks(office: Office) -> None:
    office.say(COMPLAINT)
    first = office.case().id
    office.say("BARU")
    office.clock.advance(minutes=20)
    office.say(COMPLAINT)
    second = carry(office, "responded")
    assert first != second
    office.deliver()
    office.clock.advance(days=2)
    office.say("TIDAK PUAS")
    office.say("Air masih mati sampai hari ini")
    reopened = running(office, second)
    with office.db.write() as s:
        likeness.propose(s, office.clock())
    owner = "petugas2"
    act(office, second, lambda o, s, c: merging.merge(s, c, s.get_one(Case, first), o.officer(s, owner), o.clock()))
    office.clock.advance(minutes=5)
    act(office, second, lambda o, s, c: merging.unmerge(s, c, o.officer(s, owner), o.clock()))
    again = running(office, second)
    assert {rule: row.due_at for rule, row in again.items()} == {rule: row.due_at for rule, row in reopened.items()}
    assert {"classify", "first_response", "respond"} <= again.keys()
    with office.db.read() as s:
        assert s.get_one(Case, second).nearest_due_at is not None
    run_to(office, office.clock() + timedelta(days=10))
    with office.db.read() as s:
        climbed = select(Escalation.rung).join(Deadline, Deadline.id == Escalation.deadline_id)
        climbed = climbed.where(Deadline.case_id == second, Deadline.rule == "classify", Deadline.round > 0)
        assert list(s.scalars(climbed.order_by(Escalation.rung))) == [1, 2, 3], "nothing starves"


# ------------------------------------------------------------------ what was late


def late(office: Office) -> tuple[str, str]:
    """Two complaints of one person; the second is classified, and late with its answer."""
    first, second = repeated(office)
    act(office, second, STEPS["classified"])
    run_to(office, datetime(2026, 11, 24, 3, tzinfo=UTC))
    assert running(office, second)["respond"].rung == 2
    return first, second


@pytest.mark.parametrize("way", ["merge", "pungli", "withdraw"])
def test_lateness_is_reported_whatever_a_late_case_becomes(office: Office, way: str) -> None:
    first, second = late(office)
    if way == "merge":
        merge(office, second, first)
    elif way == "pungli":
        judge(office, second, "pungli")
    else:
        act(office, second, lambda o, s, c: cases.end_with_reason(s, c, way, o.officer(s, "petugas"), "Sudah selesai",
                                                                  o.clock()))  # fmt: skip
    assert clocks(office)["respond"] == "missed"
    assert reported(office)["respond"] == {"missed": 1, "overdue": 1}, "and the one that still runs"
    office.clock.now = DECEMBER.begins("Asia/Jakarta") + timedelta(days=3)
    assert reported(office)["respond"] == {"missed": 1, "overdue": 1}
    assert reported(office, DECEMBER)["respond"] == {"overdue": 1}, "once"


@WAYS
def test_what_is_taken_up_again_late_is_late_once(office: Office, way: Way) -> None:
    first, second = late(office)
    there_and_back(office, way, second, first)
    assert running(office, second)["respond"].rung == 2, "it goes on where the ladder was"
    assert reported(office)["respond"] == {"overdue": 2}
    page = office.client("petugas").get(f"/petugas/kasus/{second}").text
    assert page.count("Jawaban resmi <span") == 0, "the case page has it once"
    page = office.client("petugas").get(f"/petugas/kasus/{second}").text
    assert page.count('<th scope="row">Jawaban resmi') == 1, "on its page, too"
    for step in list(STEPS)[1:]:
        act(office, second, STEPS[step])
    assert clocks(office)["respond"] == "missed"
    assert reported(office)["respond"] == {"missed": 1, "overdue": 1}


@WAYS
def test_a_month_that_is_over_keeps_what_was_late_in_it(office: Office, way: Way) -> None:
    first, second = late(office)
    office.clock.now = NOVEMBER.ends("Asia/Jakarta") - timedelta(hours=20)
    way.aside(office, second, first)
    office.clock.now = NOVEMBER.ends("Asia/Jakarta") + timedelta(hours=2)
    told = reported(office)
    assert told["respond"] == {"missed": 1, "overdue": 1}
    way.back(office, second)
    assert reported(office) == told
    assert reported(office, DECEMBER)["respond"] == {"overdue": 2}
