"""How an answer reaches a family that cannot be written to: real sockets, real ticks, Twilio on the wire."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from channels import delivery
from channels.base import Poller
from tests.journeys.test_spine import answered
from tests.journeys.test_twilio import COMPLAINT, FAMILY, INBOUND, OURS, post, sent_to
from tests.live import PUBLIC, Live, eventually, running
from tests.servers.twilio import ACCOUNT_SID, AUTH_TOKEN, SentMessage, TwilioServer
from tests.support import csrf
from webhooks.polling import Round
from webhooks.settings import Settings
from workflow.models import Address, Case, Letter, Message, Outbound, Person, Rung
from workflow.sweep import recover

BODY = "Air sudah mengalir."


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    server = TwilioServer()
    yield server
    server.stop()


@pytest.fixture
def live(database_url: str, tmp_path: Path, twilio: TwilioServer) -> Iterator[Live]:
    knock = twilio.add_template("Jawaban resmi atas laporan {{1}} sudah ada. Balas pesan ini untuk membacanya.")
    settings = Settings(
        home=tmp_path, database_url=database_url, public_url=PUBLIC, twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=AUTH_TOKEN, twilio_whatsapp_from=OURS, twilio_sms_from="+14155238887",
        twilio_api_base=twilio.url, twilio_templates=f"answer_ready.id={knock}",
    )  # fmt: skip
    with running(settings) as made:
        yield made


def complain(live: Live, twilio: TwilioServer) -> None:
    assert post(live, twilio.inbound(INBOUND, Body=COMPLAINT)) == 200
    eventually(lambda: sent_to(twilio, FAMILY))


def answer(live: Live) -> None:
    answered(live.office, FAMILY)
    live.office.db.ring()


def rungs(live: Live) -> list[tuple[str, str, str]]:
    with live.office.db.read() as s:
        return [(r.kind, r.outcome, r.reason) for r in s.scalars(select(Rung).order_by(Rung.id))]


def told(twilio: TwilioServer, words: str) -> SentMessage | None:
    return next((m for m in twilio.messages if words in m.body), None)


def the(twilio: TwilioServer, words: str) -> SentMessage:
    eventually(lambda: told(twilio, words))
    found = told(twilio, words)
    assert found
    return found


def page(live: Live, name: str = "petugas") -> str:
    case_id = live.office.case(FAMILY).id
    return live.office.client(name).get(f"/petugas/kasus/{case_id}").get_data(as_text=True)


def test_a_window_that_closed_is_knocked_at_and_the_reply_brings_the_answer(live: Live, twilio: TwilioServer) -> None:
    complain(live, twilio)
    assert "Jendela WhatsApp terbuka sampai" in page(live)
    live.office.clock.advance(hours=25)
    answer(live)
    notice = the(twilio, "sudah ada. Balas pesan ini")
    assert "ContentSid" in notice.form and "Body" not in notice.form
    assert notice.body.split()[4] == live.office.case(FAMILY).number
    assert told(twilio, BODY) is None
    eventually(lambda: rungs(live)[-1] == ("template", "notified", ""))
    shown = page(live)
    assert "Jendela WhatsApp tertutup" in shown and "diberi tahu, belum dibaca" in shown
    assert FAMILY[10:] not in shown
    assert post(live, twilio.receipt(notice, "read")) == 204
    assert live.office.case(FAMILY).delivered_at is None
    assert post(live, twilio.inbound(INBOUND, Body="ya, saya mau baca")) == 200
    official = the(twilio, BODY)
    assert post(live, twilio.receipt(official, "delivered")) == 204
    assert live.office.case(FAMILY).delivered_at is not None
    assert rungs(live) == [
        ("text", "failed", "window"), ("template", "answered", ""), ("text", "delivered", "")
    ]  # fmt: skip


def test_a_blocked_family_gets_the_letter_at_the_counter(live: Live, twilio: TwilioServer) -> None:
    complain(live, twilio)
    answer(live)
    official = the(twilio, BODY)
    assert post(live, twilio.receipt(official, "failed", "63033")) == 204
    assert rungs(live) == [
        ("text", "failed", "blocked"),
        ("template", "skipped", "blocked"),
        ("sms", "skipped", "no_address"),
        ("email", "skipped", "no_address"),
        ("print", "waiting", "blocked"),
    ]
    shown = page(live)
    assert "Cetak jawaban dan serahkan di loket" in shown and "pelapor memblokir nomor layanan" in shown
    case_id, clerk = live.office.case(FAMILY).id, live.office.client("petugas")
    with live.office.db.read() as s:
        letter_id = s.scalars(select(Letter.id)).one()
    printed = clerk.get(f"/petugas/surat/{letter_id}")
    assert (printed.status_code, printed.get_data()[:5]) == (200, b"%PDF-")
    token = csrf(clerk, f"/petugas/kasus/{case_id}")
    handed = clerk.post(f"/petugas/kasus/{case_id}/hand_over", data={"csrf_token": token})
    assert handed.status_code == 303
    assert live.office.case(FAMILY).delivered_at is not None
    assert rungs(live)[-1] == ("print", "handed_over", "")


def test_a_number_that_does_not_exist_and_a_late_63016_climb_from_the_callback(
    live: Live, twilio: TwilioServer
) -> None:
    complain(live, twilio)
    answer(live)
    official = the(twilio, BODY)
    assert post(live, twilio.receipt(official, "failed", "63016")) == 204
    notice = the(twilio, "sudah ada. Balas pesan ini")
    assert post(live, twilio.receipt(notice, "undelivered", "63024")) == 204
    assert rungs(live)[:2] == [("text", "failed", "window"), ("template", "failed", "address")]
    assert rungs(live)[-1] == ("print", "waiting", "address")


class OneRound(Round):
    """The office's own end of a poller, for one round."""

    rounds = 0

    def goes_on(self) -> bool:
        self.rounds += 1
        return self.rounds == 1


def test_a_message_that_was_missed_is_fetched_and_becomes_a_case(live: Live, twilio: TwilioServer) -> None:
    complain(live, twilio)
    with live.office.db.read() as s:
        assert len(s.scalars(select(Message)).all()) == 1
    twilio.miss("whatsapp:+62811222", COMPLAINT, OURS, datetime.now(UTC) - timedelta(hours=1))
    poller = live.office.service.adapters["twilio"]
    assert isinstance(poller, Poller)
    poller.poll(OneRound(live.office.service, poller, threading.Event()))

    def opened() -> bool:
        with live.office.db.read() as s:
            return len(s.scalars(select(Case)).all()) == 2

    eventually(opened)
    with live.office.db.read() as s:
        assert len(s.scalars(select(Message)).all()) == 2, "what the webhook brought is not taken twice"


def test_an_answer_in_doubt_is_asked_for_at_the_provider(live: Live, twilio: TwilioServer) -> None:
    complain(live, twilio)
    twilio.plan(FAMILY, "garbage", times=1)
    answer(live)

    def state() -> str:
        with live.office.db.read() as s:
            return s.scalars(select(Outbound.state).where(Outbound.purpose == "official")).one()

    eventually(lambda: state() == "uncertain")
    official = the(twilio, BODY)
    twilio.statuses[official.sid] = "delivered"
    twilio.dates[official.sid] = live.office.clock()
    office = live.office
    delivery.ask_for_doubtful(office.db, office.service.adapters, office.clock())
    assert state() == "delivered"
    assert office.case(FAMILY).delivered_at is not None
    recover(office.db, office.clock.advance(minutes=20))
    assert len([m for m in twilio.messages if BODY in m.body]) == 1


def taken(live: Live) -> bool:
    """Whether we know that Twilio has the answer."""
    with live.office.db.read() as s:
        return s.scalars(select(Outbound.state).where(Outbound.purpose == "official")).one() == "accepted"


def test_an_answer_of_which_nothing_was_heard_is_asked_for_after_an_hour(live: Live, twilio: TwilioServer) -> None:
    complain(live, twilio)
    answer(live)
    official, office = the(twilio, BODY), live.office
    eventually(lambda: taken(live))
    twilio.statuses[official.sid] = "delivered"
    delivery.ask_for_doubtful(office.db, office.service.adapters, office.clock())
    assert office.case(FAMILY).delivered_at is None, "a receipt may still come"
    office.clock.advance(minutes=61)
    delivery.ask_for_doubtful(office.db, office.service.adapters, office.clock())
    assert office.case(FAMILY).delivered_at is not None


def test_a_person_without_a_number_is_known_again_when_the_number_shows(live: Live, twilio: TwilioServer) -> None:
    hidden = {"From": "whatsapp:US.1234", "ExternalUserId": "whatsapp:ID.77", "WaId": ""}
    assert post(live, twilio.inbound(INBOUND, Body=COMPLAINT, **hidden)) == 200
    eventually(lambda: sent_to(twilio, "whatsapp:US.1234"))
    known = {"From": FAMILY, "ExternalUserId": "whatsapp:ID.77", "WaId": FAMILY[10:]}
    assert post(live, twilio.inbound(INBOUND, Body="halo", **known)) == 200
    eventually(lambda: sent_to(twilio, FAMILY))
    with live.office.db.read() as s:
        assert len(s.scalars(select(Person)).all()) == 1
        assert len(s.scalars(select(Address)).all()) == 3


def test_a_quoted_message_leads_to_its_case(live: Live, twilio: TwilioServer) -> None:
    complain(live, twilio)
    first = live.office.case(FAMILY).number
    opened = the(twilio, "Nomor: ")
    assert post(live, twilio.inbound(INBOUND, Body="BARU")) == 200
    assert post(live, twilio.inbound(INBOUND, Body="Antrean kunjungan empat jam, tidak ada kursi.")) == 200
    eventually(lambda: live.office.case(FAMILY).number != first)
    for _ in range(2):  # our own questions come first
        said = len(twilio.messages)
        assert post(live, twilio.inbound(INBOUND, Body="LEWATI")) == 200
        eventually(lambda said=said: len(twilio.messages) > said)  # type: ignore[misc]
    quoting = twilio.inbound(INBOUND, Body="masih belum juga", OriginalRepliedMessageSid=opened.sid)
    assert post(live, quoting) == 200
    eventually(lambda: [m for m in twilio.messages if first in m.body and "ditambahkan" in m.body])
