"""The transition table: complete, without dead ends, and closed to everybody who is not named in it."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow import states
from workflow.states import BEFORE_ANSWER, ENDED, OPEN, RESUMES, ROLES, STAFF_ROLES, TABLE, Impossible, Part, Status
from workflow.wording import LABELS, PUBLIC_STATUS

EVERY_SET_OF_PARTS = [frozenset(c) for c in chain.from_iterable(combinations(Part, n) for n in range(len(Part) + 1))]


def targets(action: str) -> set[Status]:
    """Where an action leads: resuming to wherever waiting began, else to where nobody has decided anything."""
    row = TABLE[action]
    if row.to == RESUMES:
        return set(TABLE["wait"].sources) if action == "resume" else {Status.RECEIVED, Status.CLASSIFIED}
    return {Status(row.to)} if row.to else set()


def follows(status: Status) -> set[Status]:
    """The statuses that one action reaches."""
    return {to for action, row in TABLE.items() if status in row.sources for to in targets(action)}


def reachable(start: Status) -> set[Status]:
    seen, todo = {start}, [start]
    while todo:
        new = follows(todo.pop()) - seen
        seen |= new
        todo += new
    return seen


def test_every_status_is_reachable_from_received() -> None:
    assert reachable(Status.RECEIVED) == set(Status)


@pytest.mark.parametrize("status", sorted(OPEN))
def test_every_open_status_has_a_way_out_and_leads_to_an_end(status: Status) -> None:
    assert follows(status) - {status}
    assert reachable(status) & ENDED


@pytest.mark.parametrize("status", sorted(ENDED))
def test_an_end_is_an_end_except_for_the_dissatisfied(status: Status) -> None:
    onward = {Status.CLOSED: ["reopen", "unmerge"]}.get(status, [])
    assert [a for a, row in TABLE.items() if status in row.sources] == onward


def test_every_way_to_an_answer_passes_approval() -> None:
    """Without approve, no path leads to responded or closed.

    Joint approval carries the approval of the case that leads (see test_together); a merge is no answer.
    """
    approvals = ("approve", "approve_above", "approve_jointly", "inform", "merge", "unsplit")
    seen, todo = {Status.RECEIVED}, [Status.RECEIVED]
    while todo:
        now = todo.pop()
        for action, row in TABLE.items():
            for nxt in targets(action) if action not in approvals and now in row.sources else ():
                if nxt not in seen:
                    seen.add(nxt)
                    todo.append(nxt)
    assert not seen & {Status.APPROVED, Status.RESPONDED, Status.CLOSED}


def test_the_table_against_everybody_everywhere() -> None:
    """Each action in each status by each set of parts: allowed as declared, refused with a reason otherwise."""
    for action, row in TABLE.items():
        for status in Status:
            for parts in EVERY_SET_OF_PARTS:
                reason = None
                try:
                    after = states.apply(action, status, parts, Status.DIRECTED)
                except Impossible as refusal:
                    reason = refusal.reason
                if status not in row.sources:
                    assert reason == "not_now"
                elif not parts & row.parts:
                    assert reason == "not_yours"
                elif row.to == RESUMES:
                    assert (reason, after) == (None, Status.DIRECTED)
                else:
                    assert (reason, after) == (None, Status(row.to) if row.to else status)
                assert (action in states.possible(status, parts)) is (reason is None)


def test_nobody_can_do_nothing() -> None:
    assert all(states.possible(status, frozenset()) == () for status in Status)
    assert all(row.parts and row.sources for row in TABLE.values())


def test_an_official_decides_nothing_and_a_head_writes_nothing() -> None:
    assert {a for a, row in TABLE.items() if Part.OFFICIAL in row.parts} == {"report", "draft"}
    heads = {a for a, row in TABLE.items() if Part.HEAD in row.parts}
    assert heads == {
        "send_back",
        "direct",
        "entrust",
        "approve",
        "return_draft",
        "take_back",
        "discontinue",
        "assign",
        "extend",
        "unseal",
    }
    assert {a for a, row in TABLE.items() if Part.CLOCK in row.parts} == {
        "release",
        "close",
        "reopen",
        "resume",
        "join",
        "leave",
        "extend",
        "approve_jointly",
    }


def test_every_kind_of_unit_has_somebody_for_every_part() -> None:
    for parts in ROLES.values():
        assert set(parts) == {Part.OFFICER, Part.HEAD, Part.OFFICIAL}
        assert all(roles and roles <= set(STAFF_ROLES) for roles in parts.values())
    assert {"upt", "kanwil", "ditjen", "test"} == set(ROLES)


def test_every_status_and_action_has_words() -> None:
    assert set(PUBLIC_STATUS) == set(LABELS["status"]) == set(Status)
    assert set(TABLE) <= set(LABELS["action"])
    assert OPEN - {Status.RESPONDED} == BEFORE_ANSWER


@given(st.lists(st.tuples(st.sampled_from(sorted(TABLE)), st.sampled_from(EVERY_SET_OF_PARTS)), max_size=60))
def test_a_random_walk_stays_on_the_map(steps: list[tuple[str, frozenset[Part]]]) -> None:
    status, resume_to, reasons = Status.RECEIVED, None, set[str]()
    for action, parts in steps:
        try:
            after = states.apply(action, status, parts, resume_to)
        except Impossible as refusal:
            reasons.add(refusal.reason)
            continue
        assert isinstance(after, Status)
        assert after in follows(status) | {status}
        if after == Status.WAITING and status != Status.WAITING:
            resume_to = status
        status = after
    assert reasons <= LABELS["impossible"].keys()
