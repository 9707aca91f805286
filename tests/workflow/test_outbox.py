"""Each message goes out once, in order, with its end recorded; evidence only grows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.base import SendError
from tests.support import Office
from tests.workflow.offices import on_sqlite
from tests.workflow.steps import ANSWER, COMPLAINT, SENDER, act, approve, carry, release, together
from tests.workflow.wires import FakeWire, drain
from workflow import cases, decisions, deliveries, outbox, settling, wording
from workflow.messages import DeliveryReport, Outgoing, Sent
from workflow.models import Conversation, DeliveryEvent, Notice, Outbound
from workflow.outbox import RANK
from workflow.settling import BACKOFF, Failure
from workflow.sweep import recover


def queue(
    office: Office, *texts: str, sender: str = SENDER, channel: str = "simulator", purpose: str = "reply"
) -> list[int]:
    """Texts to one conversation, made if need be; ids of the rows."""
    stored = office.write("halo", sender, channel=channel)
    with office.db.write() as s:
        conversation = s.get_one(Conversation, stored.conversation_id)
        rows = [
            row
            for text in texts
            for row in outbox.enqueue(
                s,
                conversation,
                "officer_message",
                office.clock(),
                purpose=purpose,
                number="N",
                text=text,  # type: ignore[arg-type]
            )
        ]
        return [row.id for row in rows]


def row(office: Office, outbound_id: int) -> Outbound:
    with office.db.read() as s:
        found = s.get_one(Outbound, outbound_id)
        s.expunge_all()
        return found


def report(office: Office, outbound_id: int, state: str, code: str | None = None, **how: object) -> None:
    how = how or {"ref": row(office, outbound_id).ref}
    with office.db.write() as s:
        deliveries.take_report(s, DeliveryReport(state, code=code, **how), office.clock())  # type: ignore[arg-type]


def failing(code: str = "x", **flags: object) -> FakeWire:
    def answer(outgoing: Outgoing) -> Sent:
        raise SendError(code, **{"retryable": False, **flags})  # type: ignore[arg-type]

    return FakeWire(answer)


# ------------------------------------------------------------------ claim and order


def test_several_workers_send_each_message_once_and_leave_none(office: Office) -> None:
    for n in range(12):
        queue(office, "satu", "dua", sender=f"+62{n}")
    wire = FakeWire()
    together(4, lambda n: drain(office, wire, f"w{n}"))
    drain(office, wire)
    assert len(wire.sent) == 24
    assert len({o.ref for o in wire.sent}) == 24
    for n in range(12):
        assert [o.body[-4:].strip() for o in wire.sent if o.recipient == f"+62{n}"] == ["satu", "dua"]


def test_a_later_message_waits_for_the_one_before_it_in_its_conversation_only(office: Office) -> None:
    first, second = queue(office, "satu", "dua")
    (other,) = queue(office, "tiga", sender="+62999")

    def answer(outgoing: Outgoing) -> Sent:
        if outgoing.body.endswith("satu"):
            raise SendError("busy", retryable=True)
        return Sent("p")

    wire = FakeWire(answer)
    drain(office, wire)
    assert [row(office, i).state for i in (first, second, other)] == ["queued", "queued", "accepted"]
    wire.answer = lambda o: Sent(o.ref)
    office.clock.advance(seconds=5)
    drain(office, wire)
    assert [row(office, i).state for i in (first, second)] == ["accepted", "accepted"]
    assert [o.body[-4:].strip() for o in wire.sent] == ["satu", "tiga", "satu", "dua"]


@pytest.mark.parametrize("end", ["failed", "uncertain", "held"])
def test_a_message_that_is_stuck_does_not_hold_up_the_next(office: Office, end: str) -> None:
    first, second = queue(office, "satu", "dua")
    with office.db.write() as s:
        s.get_one(Outbound, first).state = end
    drain(office, FakeWire())
    assert row(office, second).state == "accepted"


def test_an_erased_recipient_ends_the_message_and_no_other(office: Office) -> None:
    (gone,) = queue(office, "satu")
    (there,) = queue(office, "dua", sender="+62999")
    with office.db.write() as s:
        office.service.vault.destroy(s, s.get_one(Outbound, gone).conversation.address.data_key_id, office.clock())
    drain(office, FakeWire())
    assert (row(office, gone).state, row(office, gone).error_code) == ("failed", "erased")
    assert row(office, there).state == "accepted"


# ------------------------------------------------------------------ failures


def test_the_pauses_grow_as_the_table_says_and_then_it_is_over(office: Office) -> None:
    (one,) = queue(office, "satu")
    wire = failing("busy", retryable=True)
    for attempt, pause in enumerate(BACKOFF, start=1):
        assert drain(office, wire) == 1
        found = row(office, one)
        assert (found.state, found.attempts, found.error_code) == ("queued", attempt, "busy")
        assert found.next_attempt_at == office.clock() + pause
        office.clock.advance(seconds=pause.total_seconds() - 1)
        assert drain(office, wire) == 0
        office.clock.advance(seconds=1)
    drain(office, wire)
    assert (row(office, one).state, len(wire.sent)) == ("failed", len(BACKOFF) + 1)
    with office.db.read() as s:
        assert len(s.scalars(select(DeliveryEvent)).all()) == len(BACKOFF) + 1


def test_a_provider_that_asks_to_wait_longer_is_obeyed(office: Office) -> None:
    (one,) = queue(office, "satu")
    drain(office, failing("429", retryable=True, retry_after=90.0))
    assert row(office, one).next_attempt_at == office.clock() + timedelta(seconds=90)


@pytest.mark.parametrize(
    "flags, state, ours",
    [
        ({}, "failed", False),
        ({"ours": True}, "failed", True),
        ({"retryable": True, "ours": True}, "queued", True),
        ({"reached": True}, "uncertain", False),
        ({"reached": True, "retryable": True}, "uncertain", False),
    ],
)
def test_an_error_is_data(office: Office, flags: dict[str, bool], state: str, ours: bool) -> None:
    (one,) = queue(office, "satu")
    drain(office, failing("21211", **flags))
    found = row(office, one)
    assert (found.state, found.error_code, found.error_ours) == (state, "21211", ours)


def test_an_error_is_past_once_the_message_went_out(office: Office) -> None:
    (one,) = queue(office, "satu")
    drain(office, failing("21211", retryable=True, ours=True, reason="address"))
    office.clock.advance(minutes=1)
    drain(office, FakeWire())
    found = row(office, one)
    assert (found.state, found.error_code, found.error_reason, found.error_ours) == ("accepted", None, "", False)
    with office.db.read() as s:
        events = s.execute(select(DeliveryEvent.code, DeliveryEvent.reason).order_by(DeliveryEvent.id)).all()
    assert ("21211", "address") in [tuple(e) for e in events], "what happened before is kept"


def test_an_adapter_that_breaks_leaves_doubt_and_the_next_message_goes_out(office: Office) -> None:
    (one,) = queue(office, "satu")
    (other,) = queue(office, "dua", sender="+62999")

    def answer(outgoing: Outgoing) -> Sent:
        if outgoing.body.endswith("satu"):
            raise KeyError("unexpected")
        return Sent("p")

    drain(office, FakeWire(answer))
    assert (row(office, one).state, row(office, other).state) == ("uncertain", "accepted")


def test_a_channel_that_is_off_is_tried_again_and_blames_nobody(office: Office) -> None:
    (one,) = queue(office, "satu")
    wire = FakeWire()
    wire.accounts = {}
    drain(office, wire)
    found = row(office, one)
    assert (found.state, found.error_code, found.error_ours) == ("queued", "channel_off", True)


# ------------------------------------------------------------------ doubt


def test_a_reply_in_doubt_is_sent_again_after_a_minute_with_the_same_reference(office: Office) -> None:
    (one,) = queue(office, "satu")
    drain(office, failing("timeout", reached=True))
    office.clock.advance(seconds=59)
    recover(office.db, office.clock())
    assert row(office, one).state == "uncertain"
    office.clock.advance(seconds=1)
    recover(office.db, office.clock())
    wire = FakeWire()
    drain(office, wire)
    assert row(office, one).state == "accepted"
    assert wire.sent[0].ref == row(office, one).ref


def test_a_reply_that_stays_in_doubt_is_given_up_in_the_end(office: Office) -> None:
    (one,) = queue(office, "satu")
    wire = failing("timeout", reached=True)
    for _ in range(20):
        drain(office, wire)
        office.clock.advance(seconds=60)
        recover(office.db, office.clock())
    assert (row(office, one).state, len(wire.sent)) == ("failed", len(BACKOFF) + 1)


def official(office: Office) -> int:
    with office.db.read() as s:
        return (
            s.scalars(select(Outbound.id).where(Outbound.purpose == "official").order_by(Outbound.id.desc())).first()
            or 0
        )


def notices(office: Office, key: str) -> list[str]:
    """Whose page shows a notice."""
    with office.db.read() as s:
        return sorted(s.scalars(select(Notice.account_id).where(Notice.key == key)))


def test_an_official_answer_in_doubt_is_never_repeated_but_alarms_once(office: Office) -> None:
    office.say(COMPLAINT)
    carry(office, "responded")
    wire = failing("timeout", reached=True)
    drain(office, wire)
    one, tries = official(office), len(wire.sent)
    office.clock.advance(minutes=14)
    recover(office.db, office.clock())
    assert notices(office, "answer_uncertain") == []
    office.clock.advance(minutes=1)
    for _ in range(3):
        recover(office.db, office.clock())
        office.clock.advance(minutes=30)
    assert notices(office, "answer_uncertain") == [office.account_id("petugas")]
    assert row(office, one).state == "uncertain"
    assert sum(o.purpose == "official" for o in wire.sent) == 1
    assert tries == len(wire.sent)
    report(office, one, "delivered")
    assert office.case().delivered_at == office.clock()


def test_two_ticks_at_once_alarm_once(office: Office) -> None:
    office.say(COMPLAINT)
    carry(office, "responded")
    drain(office, failing("timeout", reached=True))
    office.clock.advance(minutes=15)
    together(3, lambda _: recover(office.db, office.clock()))
    assert len(notices(office, "answer_uncertain")) == 1


def test_a_claim_that_died_is_in_doubt_and_its_late_success_still_counts(office: Office) -> None:
    (one,) = queue(office, "satu")
    claimed = outbox.claim(office.db, "dies", office.clock())
    assert claimed
    recover(office.db, office.clock.advance(seconds=60))
    assert row(office, one).state == "claimed", "the lease still holds"
    recover(office.db, office.clock.advance(seconds=1))
    assert row(office, one).state == "uncertain"
    recover(office.db, office.clock.advance(seconds=60))
    assert row(office, one).state == "queued"
    with office.db.write() as s:
        settling.settle(s, claimed, Sent("p"), office.clock())
    wire = FakeWire()
    drain(office, wire)
    assert wire.sent == []
    assert row(office, one).state == "accepted"


def test_a_failure_of_a_claim_that_is_no_longer_ours_changes_nothing(office: Office) -> None:
    (one,) = queue(office, "satu")
    old = outbox.claim(office.db, "slow", office.clock())
    assert old
    for seconds in (61, 60):
        recover(office.db, office.clock.advance(seconds=seconds))
    new = outbox.claim(office.db, "quick", office.clock())
    assert new
    with office.db.write() as s:
        settling.fail(s, old, Failure("late"), office.clock())
    assert row(office, one).state == "claimed"


# ------------------------------------------------------------------ receipts

REPORTS = ("accepted", "sent", "delivered", "read", "failed")


@on_sqlite
@pytest.mark.parametrize("length", [1, 2, 3])
def test_receipts_in_any_order_end_at_the_best_evidence(office: Office, length: int) -> None:
    for order in permutations(REPORTS, length):
        (one,) = queue(office, "satu", sender=f"+62{'-'.join(order)}")
        drain(office, FakeWire())
        ranks = [row(office, one).rank]
        for state in order:
            report(office, one, state)
            ranks.append(row(office, one).rank)
        assert ranks == sorted(ranks), order
        expected = max(order, key=lambda s: 3 if s == "failed" else RANK[s])
        assert row(office, one).state == ("accepted" if expected == "accepted" else expected), order


@given(st.lists(st.sampled_from(REPORTS), max_size=12))
def test_the_rank_of_evidence_never_falls(states: list[str]) -> None:
    found = Outbound(id=1, state="accepted", rank=1)
    session = Session()
    session.flush = lambda *_: None  # type: ignore[method-assign]
    best = 1
    for state in states:
        if state == "failed" or RANK[state] > found.rank:
            outbox.step(session, found, state, None, datetime(2026, 1, 1, tzinfo=UTC))
        assert found.rank >= best
        best = found.rank
    if {"delivered", "read"} & set(states):
        assert found.state in ("delivered", "read")


def test_a_late_failure_never_beats_proof_that_it_arrived(office: Office) -> None:
    (one,) = queue(office, "satu")
    drain(office, FakeWire())
    for state in ("delivered", "failed", "sent", "failed"):
        report(office, one, state, code="30003" if state == "failed" else None)
    assert (row(office, one).state, row(office, one).error_code) == ("delivered", None)
    with office.db.read() as s:
        events = s.scalars(select(DeliveryEvent.state).order_by(DeliveryEvent.id)).all()
    assert events == ["accepted", "delivered", "failed", "sent", "failed"], "everything is written down"


def test_a_receipt_may_come_before_the_answer_to_the_send(office: Office) -> None:
    (one,) = queue(office, "satu")
    claimed = outbox.claim(office.db, "w", office.clock())
    assert claimed
    report(office, one, "delivered")
    with office.db.write() as s:
        settling.settle(s, claimed, Sent("p"), office.clock())
    assert row(office, one).state == "delivered"


def test_a_receipt_is_found_by_the_providers_id_and_a_strangers_is_nobodys(office: Office) -> None:
    (one,) = queue(office, "satu")
    drain(office, FakeWire(lambda _: Sent("SM123")))
    report(office, one, "read", provider_id="SM123")
    assert row(office, one).state == "read"
    with office.db.write() as s:
        assert settling.report(s, DeliveryReport("read", ref="nobody", provider_id="SM999"), office.clock()) is None
        assert settling.report(s, DeliveryReport("read"), office.clock()) is None


def test_an_answer_has_arrived_when_every_part_of_it_has(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "drafted")
    with office.db.write() as s:
        case = cases.lock(s, case_id)
        case.conversation.channel_account.channel = "sms"
        decisions.draft(s, case, office.officer(s, "pejabat"), f"{ANSWER} " * 100, office.clock())
    act(office, case_id, approve)
    act(office, case_id, release)
    with office.db.read() as s:
        parts = s.scalars(select(Outbound.id).where(Outbound.purpose == "official")).all()
    assert len(parts) > 1
    drain(office, FakeWire())
    for part in parts:
        assert office.case().delivered_at is None
        report(office, part, "delivered")
    assert office.case().delivered_at == office.clock()


# ------------------------------------------------------------------ the window


def whatsapp_case(office: Office) -> str:
    office.say(COMPLAINT, channel="whatsapp")
    drain(office, FakeWire())
    return carry(office, "approved")


def test_an_answer_outside_the_window_is_held_told_and_sent_at_the_next_word(office: Office) -> None:
    whatsapp_case(office)
    office.clock.advance(hours=25)
    carry_release(office)
    one = official(office)
    assert (row(office, one).state, row(office, one).error_code) == ("held", "window")
    assert notices(office, "answer_held") == [office.account_id("petugas")]
    wire = FakeWire()
    drain(office, wire)
    assert [(o.template, o.variables) for o in wire.sent] == [("answer_ready", (office.case().number,))]
    office.say("halo pak, apa kabarnya pengaduan saya?", channel="whatsapp")
    drain(office, wire)
    assert row(office, one).state == "accepted"
    assert any(ANSWER in o.body and o.window_open for o in wire.sent)


def carry_release(office: Office) -> None:
    act(office, office.case().id, release)


@pytest.mark.parametrize("how", ["refusal", "receipt"])
def test_a_window_that_the_provider_calls_closed_holds_the_answer(office: Office, how: str) -> None:
    whatsapp_case(office)
    carry_release(office)
    one = official(office)
    if how == "refusal":
        drain(office, failing("63016", reason="window"))
    else:
        drain(office, FakeWire())
        report(office, one, "failed", code="63016", reason="window", ref=row(office, one).ref)
    assert (row(office, one).state, row(office, one).error_code) == ("held", "window")
    assert notices(office, "answer_held") == [office.account_id("petugas")]
    office.say("ya?", channel="whatsapp")
    drain(office, FakeWire())
    assert row(office, one).state == "accepted"
    report(office, one, "delivered")
    assert office.case().delivered_at == office.clock()


def test_the_window_of_other_channels_never_closes(office: Office) -> None:
    (one,) = queue(office, "satu", channel="sms")
    office.clock.advance(days=30)
    drain(office, FakeWire())
    assert row(office, one).state == "accepted"


@pytest.mark.parametrize("state", ["queued", "claimed", "accepted", "sent", "delivered", "read", "cancelled"])
def test_nobody_sends_again_what_is_not_stuck(office: Office, state: str) -> None:
    (one,) = queue(office, "satu")
    with office.db.write() as s:
        found = s.get_one(Outbound, one)
        found.state = state
        s.flush()
        settling.send_again(s, found, office.clock())
        assert found.state == state


@pytest.mark.parametrize("state", sorted(settling.STUCK))
def test_an_officer_sends_again_what_is_stuck(office: Office, state: str) -> None:
    (one,) = queue(office, "satu")
    with office.db.write() as s:
        found = s.get_one(Outbound, one)
        found.state, found.rank, found.attempts = state, 3, 8
        s.flush()
        settling.send_again(s, found, office.clock())
    drain(office, FakeWire())
    assert (row(office, one).state, row(office, one).attempts) == ("accepted", 1)


# ------------------------------------------------------------------ long texts


def test_a_long_text_goes_out_in_numbered_parts_in_order(office: Office) -> None:
    text = " ".join(f"kata{n}" for n in range(900))
    ids = queue(office, text, channel="whatsapp")
    wire = FakeWire()
    drain(office, wire)
    assert len(ids) == len(wire.sent) > 1
    assert all(len(o.body) <= 1500 for o in wire.sent)
    assert [o.body.split()[0] for o in wire.sent] == [f"({n}/{len(ids)})" for n in range(1, len(ids) + 1)]
    assert "".join(o.body.split(") ", 1)[1] for o in wire.sent).endswith(text)


@given(st.text(alphabet="ab .\n", max_size=3000), st.integers(40, 400))
def test_splitting_loses_nothing_and_respects_the_limit(text: str, limit: int) -> None:
    parts = wording.split(text, limit)
    assert all(len(part) <= limit for part in parts)
    joined = parts[0] if len(parts) == 1 else "".join(part.split(") ", 1)[1] for part in parts)
    assert joined == text


def test_no_plain_text_stands_in_the_outbox(office: Office) -> None:
    queue(office, "Zulkarnaen di kamar 7")
    with office.db.read() as s:
        for found in s.execute(select(Outbound.__table__)):
            assert not [v for v in found if b"Zulkarnaen" in (v if isinstance(v, bytes) else str(v).encode())]


# ------------------------------------------------------------------ several attempts, several ids


def numbered() -> FakeWire:
    """A wire that gives every attempt an id of its own."""
    wire = FakeWire()
    wire.answer = lambda outgoing: Sent(f"SM{len(wire.sent)}")
    return wire


def sent_twice(office: Office) -> int:
    """A message whose first attempt was refused in a receipt that asks for another one."""
    (one,) = queue(office, "satu")
    wire = numbered()
    drain(office, wire)
    report(office, one, "failed", code="30008", provider_id="SM1", retryable=True, reason="carrier")
    found = row(office, one)
    assert (found.state, found.next_attempt_at) == ("queued", office.clock() + BACKOFF[0])
    office.clock.advance(seconds=5)
    drain(office, wire)
    assert (row(office, one).state, row(office, one).attempts) == ("accepted", 2)
    return one


def test_a_failure_in_a_receipt_is_tried_again_where_that_may_help(office: Office) -> None:
    sent_twice(office)


@pytest.mark.parametrize("code, reason", [("30003", "carrier"), ("63016", "window")])
def test_a_late_refusal_of_an_earlier_attempt_says_nothing_of_the_newer_one(
    office: Office, code: str, reason: str
) -> None:
    one = sent_twice(office)
    report(office, one, "failed", code=code, reason=reason, provider_id="SM1", ref=row(office, one).ref)
    assert row(office, one).state == "accepted"
    report(office, one, "sent", provider_id="SM1", ref=row(office, one).ref)
    assert row(office, one).state == "accepted"
    report(office, one, "failed", code=code, reason=reason, provider_id="SM2", ref=row(office, one).ref)
    assert row(office, one).state == ("failed" if reason == "carrier" else "held")


def test_late_proof_of_an_earlier_attempt_is_proof(office: Office) -> None:
    one = sent_twice(office)
    report(office, one, "delivered", provider_id="SM1", ref=row(office, one).ref)
    assert row(office, one).state == "delivered"


@pytest.mark.parametrize("refused, state", [("SM2", "failed"), ("SM1", "accepted")])
def test_a_refusal_that_is_quicker_than_the_answer_counts_for_its_own_attempt(
    office: Office, refused: str, state: str
) -> None:
    (one,) = queue(office, "satu")
    drain(office, failing("timeout", reached=True))
    recover(office.db, office.clock.advance(seconds=60))
    claimed = outbox.claim(office.db, "w", office.clock())
    assert claimed and claimed.attempt == 2
    report(office, one, "failed", code="30005", reason="address", provider_id=refused, ref=row(office, one).ref)
    assert row(office, one).state == "claimed"
    with office.db.write() as s:
        settling.settle(s, claimed, Sent("SM2"), office.clock())
    assert row(office, one).state == state


def test_buttons_that_are_refused_cost_the_buttons_and_not_the_text(office: Office) -> None:
    office.say(COMPLAINT, channel="whatsapp")
    drain(office, FakeWire())
    carry(office, "responded")
    one = official(office)
    drain(office, FakeWire())
    assert row(office, one).choices == ["PUAS", "TIDAK PUAS"]
    report(office, one, "failed", code="63013", reason="template", ours=True, ref=row(office, one).ref)
    wire = FakeWire()
    drain(office, wire)
    assert [(o.choices, ANSWER in o.body) for o in wire.sent] == [((), True)]


def test_a_message_that_comes_late_never_shortens_the_window(office: Office) -> None:
    office.say("halo", channel="whatsapp")

    def ends() -> datetime | None:
        with office.db.read() as s:
            return s.scalars(select(Conversation.window_ends_at)).one()

    before = ends()
    office.say("dari kemarin", channel="whatsapp", written_at=office.clock() - timedelta(hours=20))
    assert ends() == before
    office.write("dari kemarin", "+62999", channel="whatsapp", written_at=office.clock() - timedelta(hours=20))
    with office.db.read() as s:
        newest = s.scalars(select(Conversation.window_ends_at).order_by(Conversation.window_ends_at)).first()
    assert newest == office.clock() + timedelta(hours=4)
