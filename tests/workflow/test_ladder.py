"""The ladder of an official answer: each rung is taken once, recorded, and left for a reason."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from channels.base import SendError
from tests.support import Office
from tests.workflow.steps import ANSWER, COMPLAINT, SENDER, act, approve, carry, release
from tests.workflow.test_outbox import notices, report
from tests.workflow.wires import FakeWire, drain
from workflow import cases, decisions, deliveries, journal, ladder, people
from workflow.messages import Outgoing, Sent
from workflow.models import Address, Case, ChannelAccount, JournalEntry, Outbound, Rung
from workflow.sweep import recover

OTHER = "+628120000001-sms"


def rungs(office: Office) -> list[tuple[str, str, str]]:
    """(kind, outcome, reason) of every rung so far."""
    with office.db.read() as s:
        rows = s.scalars(select(Rung).order_by(Rung.id))
        return [(r.kind, r.outcome, r.reason) for r in rows]


def answer(office: Office, channel: str = "whatsapp", *, late: bool = False) -> str:
    """A case whose answer is released; ``late`` is after the window closed."""
    office.say(COMPLAINT, channel=channel)
    drain(office, FakeWire())
    case_id = carry(office, "approved")
    if late:
        office.clock.advance(hours=25)
    act(office, case_id, release)
    return case_id


def official(office: Office) -> int:
    with office.db.read() as s:
        return s.scalars(select(Outbound.id).where(Outbound.purpose == "official").order_by(Outbound.id)).first() or 0


def newest(office: Office) -> int:
    with office.db.read() as s:
        return s.scalars(select(Outbound.id).order_by(Outbound.id.desc())).first() or 0


def refusing(**codes: tuple[str, str]) -> FakeWire:
    """A wire on which some channels (or ``template``) are refused: code and reason."""

    def answer(outgoing: Outgoing) -> Sent:
        what = "template" if outgoing.template else outgoing.channel
        if what in codes:
            code, reason = codes[what]
            raise SendError(code, retryable=False, reason=reason, ours=reason in ("template", "auth"))
        return Sent(f"p-{outgoing.ref}-{outgoing.channel}")

    return FakeWire(answer)


def also_reached_by(office: Office, channel: str, *, linked: bool = True) -> None:
    """The same human being has written by another channel, and staff have said so."""
    office.say("halo", OTHER, channel=channel)
    if linked:
        with office.db.write() as s:
            one, two = (
                s.scalars(select(Address).where(Address.channel == name)).first() for name in ("whatsapp", channel)
            )
            assert one and two and one.person_id and two.person_id
            people._link(s, one.person_id, two.person_id, "staff", office.officer(s, "petugas"), office.clock())


# ------------------------------------------------------------------ text and template


def test_an_answer_in_the_window_needs_one_rung_and_ends_with_its_proof(office: Office) -> None:
    answer(office)
    assert rungs(office) == [("text", "waiting", "")]
    drain(office, FakeWire())
    report(office, official(office), "delivered")
    assert rungs(office) == [("text", "delivered", "")]
    with office.db.read() as s:
        rung = s.scalars(select(Rung)).one()
        row = s.get_one(Outbound, official(office))
        assert (rung.alias, rung.channel, rung.outbound_id) == ("whatsapp-1", "whatsapp", row.id)
        assert rung.provider_lookup == row.provider_lookup is not None
        assert rung.ended_at == office.clock()


def test_a_closed_window_knocks_with_the_template_and_the_reply_brings_the_answer(office: Office) -> None:
    answer(office, late=True)
    wire = FakeWire()
    drain(office, wire)
    assert [o.template for o in wire.sent] == ["answer_ready"]
    assert ANSWER not in wire.sent[0].body
    assert rungs(office) == [("text", "failed", "window"), ("template", "notified", "")]
    report(office, newest(office), "read")
    assert office.case().delivered_at is None, "that the notice was read is no proof that the answer was"
    office.say("ya, saya mau baca", channel="whatsapp")
    drain(office, wire)
    assert rungs(office) == [("text", "failed", "window"), ("template", "answered", ""), ("text", "waiting", "")]
    assert any(ANSWER in o.body and not o.template for o in wire.sent)
    report(office, official(office), "delivered")
    assert office.case().delivered_at == office.clock()
    assert rungs(office)[-1] == ("text", "delivered", "")


def test_a_window_that_the_receipt_calls_closed_knocks_as_well(office: Office) -> None:
    answer(office)
    drain(office, FakeWire())
    report(office, official(office), "failed", code="63016", reason="window", ref=ref(office))
    wire = FakeWire()
    drain(office, wire)
    assert [o.template for o in wire.sent] == ["answer_ready"]
    assert rungs(office) == [("text", "failed", "window"), ("template", "notified", "")]


def ref(office: Office) -> str:
    with office.db.read() as s:
        return s.get_one(Outbound, official(office)).ref


def test_a_template_that_is_refused_leads_on_to_the_desk_and_everything_is_written_down(office: Office) -> None:
    answer(office, late=True)
    drain(office, refusing(template=("63027", "template")))
    assert rungs(office) == [
        ("text", "failed", "window"),
        ("template", "failed", "template"),
        ("sms", "skipped", "no_address"),
        ("email", "skipped", "no_address"),
        ("print", "waiting", "template"),
    ]
    assert notices(office, "answer_print") == [office.account_id("petugas")]
    with office.db.read() as s:
        actions = s.scalars(select(JournalEntry.action).where(JournalEntry.action == "rung")).all()
        assert len(actions) == 7, "text, template and letter begin; text, template, sms and email end"


def test_a_notice_without_a_reply_makes_room_for_the_next_rung(office: Office) -> None:
    answer(office, late=True)
    drain(office, FakeWire())
    recover(office.db, office.clock.advance(days=3, seconds=-1))
    assert rungs(office)[-1] == ("template", "notified", "")
    recover(office.db, office.clock.advance(seconds=1))
    recover(office.db, office.clock())
    assert rungs(office)[1:] == [
        ("template", "silent", "no_reply"),
        ("sms", "skipped", "no_address"),
        ("email", "skipped", "no_address"),
        ("print", "waiting", "no_reply"),
    ]


def test_a_reply_after_the_letter_was_asked_for_still_brings_the_answer(office: Office) -> None:
    answer(office, late=True)
    drain(office, FakeWire())
    recover(office.db, office.clock.advance(days=4))
    office.say("maaf baru baca", channel="whatsapp")
    drain(office, FakeWire())
    report(office, official(office), "delivered")
    assert rungs(office)[-2:] == [("print", "ended", "delivered"), ("text", "delivered", "")]


# ------------------------------------------------------------------ people who cannot be reached


@pytest.mark.parametrize("reason", ["blocked", "address", "opted_out", "other"])
def test_whoever_cannot_be_reached_gets_the_printed_letter(office: Office, reason: str) -> None:
    case_id = answer(office)
    drain(office, refusing(whatsapp=("x", reason)))
    assert rungs(office) == [
        ("text", "failed", reason),
        ("template", "skipped", reason),
        ("sms", "skipped", "no_address"),
        ("email", "skipped", "no_address"),
        ("print", "waiting", reason),
    ]
    act(office, case_id, lambda o, s, c: deliveries.hand_over(s, c, o.officer(s, "petugas"), o.clock()))
    assert rungs(office)[-1] == ("print", "handed_over", "")
    assert office.case().delivered_at == office.clock()


def test_an_address_that_opted_out_at_the_provider_is_not_written_to_again(office: Office) -> None:
    answer(office, "sms")
    drain(office, refusing(sms=("21610", "opted_out")))
    with office.db.read() as s:
        assert s.scalars(select(Address.opted_out_at).where(Address.channel == "sms")).one() == office.clock()
    assert rungs(office)[-1] == ("print", "waiting", "opted_out")


def test_a_fault_of_ours_does_not_climb_but_tells_the_officer(office: Office) -> None:
    answer(office)
    drain(office, refusing(whatsapp=("20003", "auth")))
    assert rungs(office) == [("text", "failed", "auth")]
    assert notices(office, "answer_failed") == [office.account_id("petugas")]
    recover(office.db, office.clock.advance(days=30))
    assert rungs(office) == [("text", "failed", "auth")], "the family shall not pay for our mistake"


def test_without_proof_for_a_week_the_letter_is_printed(office: Office) -> None:
    answer(office)
    drain(office, FakeWire())
    recover(office.db, office.clock.advance(days=8))
    assert rungs(office)[0] == ("text", "failed", "no_proof")
    assert rungs(office)[-1] == ("print", "waiting", "no_proof")
    report(office, official(office), "delivered")
    assert rungs(office)[0] == ("text", "delivered", ""), "late proof is proof"
    assert rungs(office)[-1] == ("print", "ended", "delivered")


# ------------------------------------------------------------------ other addresses of the same person


def test_a_linked_sms_number_gets_a_notice_without_content(office: Office) -> None:
    answer(office)
    also_reached_by(office, "sms")
    drain(office, refusing())
    report(office, official(office), "failed", code="63033", reason="blocked", ref=ref(office))
    wire = refusing()
    drain(office, wire)
    (notice,) = [o for o in wire.sent if o.channel == "sms"]
    assert ANSWER not in notice.body and office.case().number not in notice.body
    assert rungs(office) == [
        ("text", "failed", "blocked"),
        ("template", "skipped", "blocked"),
        ("sms", "notified", ""),
    ]
    office.say("saya mau baca", OTHER, channel="sms")
    drain(office, wire)
    assert any(ANSWER in o.body and o.channel == "sms" for o in wire.sent), "whoever answers there reads it there"
    assert rungs(office)[-2:] == [("sms", "answered", ""), ("text", "waiting", "")]


@pytest.mark.parametrize("what, reason", [("opted_out_at", "opted_out"), ("blocked_at", "blocked")])
def test_another_address_that_wants_no_more_of_us_is_left_alone(office: Office, what: str, reason: str) -> None:
    answer(office)
    also_reached_by(office, "sms")
    drain(office, refusing())
    with office.db.write() as s:
        setattr(s.scalars(select(Address).where(Address.channel == "sms")).one(), what, office.clock())
    report(office, official(office), "failed", code="63033", reason="blocked", ref=ref(office))
    assert ("sms", "skipped", reason) in rungs(office)
    assert rungs(office)[-1] == ("print", "waiting", "blocked")


def test_an_address_that_only_looks_alike_is_not_used(office: Office) -> None:
    answer(office)
    also_reached_by(office, "sms", linked=False)
    drain(office, refusing(whatsapp=("63033", "blocked")))
    assert ("sms", "skipped", "no_address") in rungs(office)


def test_an_anonymous_complainant_is_sought_nowhere_else(office: Office) -> None:
    answer(office)
    also_reached_by(office, "sms")
    with office.db.write() as s:
        case = s.scalars(select(Case).where(Case.status == "responded")).one()
        cases.set_visibility(s, case, "anonymous", office.clock())
    drain(office, refusing(whatsapp=("63033", "blocked")))
    assert ("sms", "skipped", "anonymous") in rungs(office)


def test_a_case_that_was_reopened_climbs_no_further(office: Office) -> None:
    answer(office, late=True)
    drain(office, FakeWire())
    with office.db.write() as s:
        cases.reopen(s, s.scalars(select(Case)).one(), office.clock())
    recover(office.db, office.clock.advance(days=5))
    assert rungs(office) == [("text", "failed", "window"), ("template", "ended", "no_longer")]
    wire = FakeWire()
    office.say("halo?", channel="whatsapp")
    drain(office, wire)
    assert not any(ANSWER in o.body for o in wire.sent), "an answer that no longer stands is not sent"


def test_two_ticks_at_once_leave_a_rung_once(office: Office) -> None:
    from tests.workflow.steps import together

    answer(office, late=True)
    drain(office, FakeWire())
    now = office.clock.advance(days=4)
    together(3, lambda _: ladder.climb_due(office.db, now))
    assert [kind for kind, *_ in rungs(office)] == ["text", "template", "sms", "email", "print"]


def test_the_chain_holds_with_all_of_it(office: Office) -> None:
    answer(office, late=True)
    drain(office, refusing(template=("63027", "template")))
    with office.db.read() as s:
        found, _ = journal.verify(s, s.info["journal_key"], journal.read_anchors(office.settings.home / "anchors"))
    assert found == []
    assert SENDER not in str(rungs(office))


# ------------------------------------------------------------------ questions and reminders


def ask(office: Office, verb: str = "ask") -> None:
    def step(o: Office, s: object, c: Case) -> None:
        cases.ask(s, c, o.officer(s, "petugas"), "Kapan kejadiannya?", o.clock())  # type: ignore[arg-type]
        if verb == "wait":
            cases.move(s, c, "wait", o.officer(s, "petugas"), o.clock())  # type: ignore[arg-type]

    act(office, office.case().id, step)


def test_a_question_outside_the_window_knocks_once_and_follows_the_reply(office: Office) -> None:
    office.say(COMPLAINT, channel="whatsapp")
    drain(office, FakeWire())
    carry(office, "classified")
    office.clock.advance(hours=25)
    ask(office)
    ask(office)
    wire = FakeWire()
    drain(office, wire)
    assert [o.template for o in wire.sent] == ["question"]
    assert "Kapan" not in wire.sent[0].body
    office.say("ada apa?", channel="whatsapp")
    drain(office, wire)
    assert sum("Kapan kejadiannya?" in o.body for o in wire.sent) == 2


def test_a_question_that_cannot_be_announced_is_told_to_the_officer(office: Office) -> None:
    office.say(COMPLAINT, channel="whatsapp")
    drain(office, FakeWire())
    carry(office, "classified")
    office.clock.advance(hours=25)
    ask(office)
    drain(office, refusing(template=("no_template", "template")))
    assert notices(office, "question_unsent") == [office.account_id("petugas")]


def test_before_the_window_ends_a_question_is_repeated_once(office: Office) -> None:
    office.say(COMPLAINT, channel="whatsapp")
    carry(office, "classified")
    ask(office, "wait")
    drain(office, FakeWire())
    wire = FakeWire()
    for hours in (20, 1.5, 0.5, 0.5):
        recover(office.db, office.clock.advance(hours=hours))
        drain(office, wire)
    assert [(o.template, "menunggu keterangan" in o.body) for o in wire.sent] == [("", True)]


# ------------------------------------------------------------------ by email, by a nameless sender, over the counter


def blocked_on_whatsapp(office: Office, wire: FakeWire) -> None:
    drain(office, wire)
    report(office, official(office), "failed", code="63033", reason="blocked", ref=ref(office))
    drain(office, wire)


def test_by_email_the_whole_answer_goes_out_where_the_person_has_written_from(office: Office) -> None:
    answer(office)
    also_reached_by(office, "email")
    wire = mailing()
    blocked_on_whatsapp(office, wire)
    (mail,) = [o for o in wire.sent if ANSWER in o.body and o.channel == "email"]
    assert mail.recipient == OTHER
    assert rungs(office)[-2:] == [("sms", "skipped", "no_address"), ("email", "waiting", "")]
    with office.db.read() as s:
        sent = s.scalars(select(Outbound).where(Outbound.channel == "email", Outbound.purpose == "official")).one()
    report(office, sent.id, "failed", code="5.1.1", reason="address", ref=sent.ref)
    assert rungs(office)[-2:] == [("email", "failed", "address"), ("print", "waiting", "address")]


def mailing() -> FakeWire:
    wire = refusing()
    wire.accounts["email"] = "email"
    return wire


def test_proof_by_email_is_proof(office: Office) -> None:
    answer(office)
    also_reached_by(office, "email")
    blocked_on_whatsapp(office, mailing())
    with office.db.read() as s:
        sent = s.scalars(select(Outbound).where(Outbound.channel == "email", Outbound.purpose == "official")).one()
    report(office, sent.id, "delivered", ref=sent.ref)
    assert office.case().delivered_at == office.clock()
    assert rungs(office)[-1] == ("email", "delivered", "")


def test_a_sender_that_is_a_name_does_not_ask_for_an_answer_and_the_ladder_goes_on(office: Office) -> None:
    answer(office)
    also_reached_by(office, "sms")
    with office.db.write() as s:
        s.scalars(select(ChannelAccount).where(ChannelAccount.channel == "sms")).one().address = "RUTANMGT"
    wire = refusing()
    blocked_on_whatsapp(office, wire)
    (notice,) = [o for o in wire.sent if o.channel == "sms" and "Jawaban resmi" in o.body]
    assert "Balas" not in notice.body
    recover(office.db, office.clock.advance(days=3))
    assert rungs(office)[-3:] == [
        ("sms", "silent", "no_reply"),
        ("email", "skipped", "no_address"),
        ("print", "waiting", "no_reply"),
    ]


def test_an_answer_with_protected_data_is_announced_and_waits_at_the_desk(office: Office) -> None:
    office.say(COMPLAINT, channel="whatsapp")
    case_id = carry(office, "drafted")
    with office.db.write() as s:
        case = cases.lock(s, case_id)
        decisions.draft(s, case, office.officer(s, "pejabat"), ANSWER, office.clock(), specific_data=True)
    act(office, case_id, approve)
    act(office, case_id, release)
    wire = FakeWire()
    drain(office, wire)
    assert not any(ANSWER in o.body for o in wire.sent)
    report(office, official(office), "delivered")
    assert rungs(office) == [("text", "notified", ""), ("print", "waiting", "specific_data")]
    assert office.case().delivered_at is None


def test_a_family_whose_data_were_erased_is_not_sought_any_more(office: Office) -> None:
    answer(office)
    with office.db.write() as s:
        address = s.scalars(select(Address).where(Address.channel == "whatsapp")).one()
        office.service.vault.destroy(s, address.data_key_id, office.clock())
    drain(office, FakeWire())
    assert [kind for kind, *_ in rungs(office)] == ["text"]
