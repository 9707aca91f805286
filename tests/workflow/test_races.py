"""PostgreSQL under several hands: locks are taken in one order, so that nobody waits in a circle."""

from __future__ import annotations

from sqlalchemy import select

from bot import desk
from tests.support import Office
from tests.workflow.offices import on_postgres
from tests.workflow.steps import COMPLAINT, Beside, carry, classify
from workflow import cases, conversations, deliveries, inbox, settling
from workflow.messages import DeliveryReport
from workflow.models import Deadline, JournalEntry, Message, Notice, Outbound
from workflow.sweep import recover, sweep


@on_postgres
def test_an_officer_acts_while_the_sweep_wants_the_same_case(office: Office) -> None:
    office.say(COMPLAINT)
    late = office.clock.advance(days=2)
    with office.db.write() as s:
        case = cases.lock(s, office.case().id)
        other = Beside(office, lambda: sweep(office.db, late))
        classify(office, s, case)
    other.join()
    with office.db.read() as s:
        row = s.scalars(select(Deadline).where(Deadline.rule == "classify")).one()
        assert (row.state, row.rung) == ("missed", 0), "who acted in time to be first is not chased"


@on_postgres
def test_an_officer_writes_while_the_desk_handles_the_same_conversation(office: Office) -> None:
    """Queuing a message refers to the conversation's row, which the desk holds while it waits for the case."""
    office.say(COMPLAINT)
    office.write("tambahan: kamar 7 juga mati")
    office.clock.advance(seconds=5)
    with office.db.write() as s:
        case = cases.lock(s, office.case().id)
        other = Beside(office, lambda: desk.handle_next(office.db, "other", office.clock()))
        cases.ask(s, case, office.officer(s, "petugas"), "Sejak jam berapa?", office.clock())
    other.join()
    with office.db.read() as s:
        assert s.scalars(select(Message.state)).all() == ["handled", "handled"]
        assert set(s.scalars(select(Message.attempts))) == {0}, "no deadlock was broken by failing the desk"


@on_postgres
def test_a_message_is_taken_in_while_the_desk_handles_the_conversation(office: Office) -> None:
    """It waits for the desk, and is pending afterwards: no wake-up is lost."""
    stored = office.write(COMPLAINT)
    with office.db.write() as s:
        conversation = conversations.lock(s, stored.conversation_id)
        handled = conversations.unhandled(s, conversation)
        other = Beside(office, lambda: office.write("tambahan"))
        conversations.finish(s, conversation, handled, office.clock())
    other.join()
    assert inbox.is_pending(office.db, stored.conversation_id)


@on_postgres
def test_a_receipt_comes_in_while_an_officer_sends_the_answer_again(office: Office) -> None:
    """The officer holds the case and wants the message, the receipt wants both: the same order for both."""
    office.say(COMPLAINT)
    case_id = carry(office, "responded")
    with office.db.write() as s:
        row = s.scalars(select(Outbound).where(Outbound.purpose == "official")).one()
        row.state, ref, row_id = "uncertain", row.ref, row.id

    def receive() -> None:
        with office.db.write() as s:
            deliveries.take_report(s, DeliveryReport("delivered", ref=ref), office.clock())

    with office.db.write() as s:
        cases.lock(s, case_id)
        other = Beside(office, receive)
        settling.send_again(s, s.get_one(Outbound, row_id), office.clock())
    other.join()
    assert office.case().delivered_at == office.clock()


@on_postgres
def test_sending_again_loses_against_a_receipt_that_was_first(office: Office) -> None:
    """The officer's page was older than the receipt: an answer that arrived is not sent twice."""
    office.say(COMPLAINT)
    carry(office, "responded")
    with office.db.write() as s:
        row = s.scalars(select(Outbound).where(Outbound.purpose == "official")).one()
        row.state, ref = "uncertain", row.ref
    with office.db.write() as s:
        mine = s.scalars(select(Outbound).where(Outbound.ref == ref)).one()
        with office.db.write() as theirs:
            deliveries.take_report(theirs, DeliveryReport("delivered", ref=ref), office.clock())
        settling.send_again(s, mine, office.clock())
    with office.db.read() as s:
        assert s.scalars(select(Outbound.state).where(Outbound.ref == ref)).one() == "delivered"


@on_postgres
def test_the_alarm_waits_for_the_officer_who_holds_the_case(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "responded")
    with office.db.write() as s:
        row = s.scalars(select(Outbound).where(Outbound.purpose == "official")).one()
        row.state, row.next_attempt_at = "uncertain", office.clock()
    with office.db.write() as s:
        case = cases.lock(s, case_id)
        other = Beside(office, lambda: recover(office.db, office.clock()))
        cases.ask(s, case, office.officer(s, "petugas"), "Apakah sudah sampai?", office.clock())
    other.join()
    recover(office.db, office.clock())
    with office.db.read() as s:
        told = s.scalars(select(Notice.key).where(Notice.key == "answer_uncertain")).all()
        noted = s.scalars(select(JournalEntry.action).where(JournalEntry.action == "uncertain")).all()
    assert (len(told), len(noted)) == (1, 1)


@on_postgres
def test_two_processes_store_for_the_same_two_new_senders_in_opposite_orders(office: Office) -> None:
    """Each batch is sorted: without that the unique addresses would be waited for in a circle."""
    jobs = [("+62811", "a"), ("+62822", "b"), ("+62833", "c")]
    writers = [inbox.Intake(office.db, office.clock), inbox.Intake(office.db, office.clock)]
    from tests.workflow.steps import together
    from tests.workflow.test_inbox import inbound

    def store(n: int) -> int:
        order = jobs if n % 2 else jobs[::-1]
        return sum(
            not writers[n % 2].store(inbound(f"{sender}-{i}", sender=f"{sender}{i}")).duplicate
            for i in range(5)
            for sender, _ in order
        )

    try:
        assert sum(map(int, together(6, store))) == 15  # type: ignore[arg-type, call-overload]
    finally:
        for writer in writers:
            writer.close()
    with office.db.read() as s:
        assert len(s.scalars(select(Message)).all()) == 15
