"""From a signed Twilio form to the closed case: real sockets, real threads, both databases; Twilio speaks on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import func, select
from twilio.request_validator import HMAC_SHA256

from channels import delivery
from tests.journeys.test_spine import answered
from tests.live import PUBLIC, Live, RealClock, eventually, running
from tests.servers.twilio import ACCOUNT_SID, AUTH_TOKEN, SHARED_KEY, SignedRequest, TwilioServer, signed_form
from tests.support import make_office
from webhooks.service import open_service
from webhooks.settings import Settings
from workflow import units
from workflow.messages import Inbound
from workflow.models import Attachment, Case, Conversation, Message, Outbound, Unit
from workflow.sweep import sweep

OURS, FAMILY = "whatsapp:+14155238886", "whatsapp:+6281234567890"
SECOND = "whatsapp:+14155238880"
INBOUND = f"{PUBLIC}/webhooks/twilio"
COMPLAINT = "Sudah tiga hari air di blok B mati, anak saya Rudi tidak bisa mandi."


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    server = TwilioServer()
    yield server
    server.stop()


@pytest.fixture
def live(database_url: str, tmp_path: Path, twilio: TwilioServer) -> Iterator[Live]:
    settings = Settings(
        home=tmp_path, database_url=database_url, public_url=PUBLIC, twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=AUTH_TOKEN, twilio_shared_key=SHARED_KEY, twilio_whatsapp_from=f"{OURS}, {SECOND}",
        twilio_sms_from="+14155238887", twilio_api_base=twilio.url,
    )  # fmt: skip
    with running(settings) as made:
        yield made


def post(live: Live, request: SignedRequest) -> int:
    """Deliver a request of Twilio's to our socket, as a proxy would."""
    parts = urlsplit(request.url)
    return live.post(parts.path + (f"?{parts.query}" if parts.query else ""), request.body, request.headers)


def number_of(live: Live, model: type) -> int:
    with live.office.db.read() as s:
        return s.scalar(select(func.count()).select_from(model)) or 0


def sent_to(twilio: TwilioServer, recipient: str) -> list[str]:
    return [m.body for m in twilio.messages if m.recipient == recipient]


def family_case(live: Live) -> Case:
    return live.office.case(FAMILY)


def test_a_family_is_heard_answered_and_the_case_closed(live: Live, twilio: TwilioServer) -> None:
    assert post(live, twilio.inbound(INBOUND, Body=COMPLAINT)) == 200
    eventually(lambda: sent_to(twilio, FAMILY))
    assert "ADU-RUTAN-MAGETAN-" in sent_to(twilio, FAMILY)[0]
    answered(live.office, FAMILY)
    live.office.db.ring()
    eventually(lambda: any("Air sudah mengalir." in body for body in sent_to(twilio, FAMILY)))
    official = next(m for m in twilio.messages if "Air sudah mengalir." in m.body)
    for status in ("read", "sent", "delivered"):
        assert post(live, twilio.receipt(official, status)) == 204
    with live.office.db.read() as s:
        row = s.scalars(select(Outbound).where(Outbound.purpose == "official")).one()
        assert row.state == "read", "a late receipt takes no evidence away"
    assert family_case(live).delivered_at is not None
    sweep(live.office.db, live.office.clock.advance(days=25))
    assert (family_case(live).status, family_case(live).close_ground) == ("closed", "silence")


def test_replay_and_parallel_copies_give_one_message_and_one_case(live: Live, twilio: TwilioServer) -> None:
    request = twilio.inbound(INBOUND, Body=COMPLAINT)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: post(live, request), range(24))) == {200}
    eventually(lambda: len(sent_to(twilio, FAMILY)) >= 1)
    assert (number_of(live, Message), number_of(live, Case), number_of(live, Conversation)) == (1, 1, 1)


def test_many_people_at_once_get_numbers_without_gaps(live: Live, twilio: TwilioServer) -> None:
    people = [f"whatsapp:+62812000{n:04d}" for n in range(20)]
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda p: post(live, twilio.inbound(INBOUND, Body=COMPLAINT, From=p, WaId=p[10:])), people))
    eventually(lambda: number_of(live, Case) == 20)
    with live.office.db.read() as s:
        numbers = sorted(int(n.rsplit("-", 1)[1]) for n in s.scalars(select(Case.number)))
    assert numbers == list(range(1, 21))


def test_a_wrong_signature_stores_nothing(live: Live, twilio: TwilioServer) -> None:
    request = twilio.inbound(INBOUND, Body=COMPLAINT)
    for headers in (
        {**request.headers, "X-Twilio-Signature": "AAAA"},
        {"Content-Type": request.headers["Content-Type"]},
    ):
        assert live.post("/webhooks/twilio", request.body, headers) == 403
    assert live.post("/webhooks/twilio", request.body + b"&Body=lain", request.headers) == 403
    assert number_of(live, Message) == 0


def test_the_newer_signature_scheme_is_accepted(live: Live, twilio: TwilioServer) -> None:
    request = twilio.inbound(INBOUND, Body="halo")
    headers = signed_form(INBOUND, request.form, SHARED_KEY, HMAC_SHA256)
    assert live.post("/webhooks/twilio", request.body, headers) == 200
    eventually(lambda: number_of(live, Message) == 1)


def test_sms_goes_out_from_the_sms_number(live: Live, twilio: TwilioServer) -> None:
    assert (
        post(live, twilio.inbound(INBOUND, Body=COMPLAINT, From="+6281230000", To="+14155238887", MessageType=""))
        == 200
    )
    eventually(lambda: sent_to(twilio, "+6281230000"))
    assert {m.sender for m in twilio.messages} == {"+14155238887"}


def test_a_photo_is_fetched_outside_the_request_and_kept(live: Live, twilio: TwilioServer) -> None:
    url = twilio.add_media(b"\xff\xd8\xff\xe0" + b"0" * 64)
    fields = {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": "image/jpeg"}
    assert post(live, twilio.inbound(INBOUND, Body=COMPLAINT, **fields)) == 200

    def stored() -> bool:
        delivery.fetch_wanted(live.office.db, live.office.service.adapters, live.office.clock())
        with live.office.db.read() as s:
            return s.scalar(select(Attachment.state)) == "stored"

    eventually(stored)
    with live.office.db.read() as s:
        assert s.scalar(select(Attachment.content_type)) == "image/jpeg"


def state(live: Live) -> tuple[str, str | None, int] | None:
    """State, error and attempts of the first outbound message."""
    with live.office.db.read() as s:
        row = s.scalars(select(Outbound).order_by(Outbound.id)).first()
        return (row.state, row.error_code, row.attempts) if row else None


def test_a_refusal_is_final(live: Live, twilio: TwilioServer) -> None:
    twilio.plan(FAMILY, "21211")
    post(live, twilio.inbound(INBOUND, Body=COMPLAINT))
    eventually(lambda: state(live) == ("failed", "21211", 1))


def test_a_throttled_message_is_planned_again_and_then_arrives(live: Live, twilio: TwilioServer) -> None:
    twilio.plan(FAMILY, "63018", times=1)
    post(live, twilio.inbound(INBOUND, Body=COMPLAINT))
    eventually(lambda: state(live) == ("queued", "63018", 1))
    live.office.clock.advance(minutes=1)
    live.office.db.ring()
    eventually(lambda: sent_to(twilio, FAMILY))


@pytest.mark.parametrize(
    "fields",
    [
        {"MessageType": "hologram", "Body": "dari masa depan", "FieldNobodyKnows": "1"},
        {"Body": "nol\x00 dan \u202earah kanan", "ProfileName": "\u202eitiS"},
        {"Body": "a" * 100_000},
        {"Body": ""},
        {"NumMedia": "zwölf", "MediaUrl0": "tidak-ada"},
    ],
)
def test_odd_input_is_stored_and_answered_politely(live: Live, twilio: TwilioServer, fields: dict[str, str]) -> None:
    assert post(live, twilio.inbound(INBOUND, **fields)) == 200
    eventually(lambda: number_of(live, Message) == 1)

    def handled() -> bool:
        with live.office.db.read() as s:
            return s.scalar(select(Message.state)) == "handled"

    eventually(handled)


def test_a_receipt_for_an_unknown_message_is_harmless(live: Live, twilio: TwilioServer) -> None:
    fields = {"MessageSid": "SM" + "9" * 32, "MessageStatus": "delivered", "AccountSid": ACCOUNT_SID}
    url = f"{PUBLIC}/webhooks/twilio/status?m=nobody"
    body = urlencode(fields).encode()
    assert live.post("/webhooks/twilio/status?m=nobody", body, signed_form(url, fields, AUTH_TOKEN)) == 204
    assert (
        live.post("/webhooks/twilio/status?m=nobody", body, {"Content-Type": "application/x-www-form-urlencoded"})
        == 403
    )


def test_a_crash_between_store_and_handle_loses_nothing(
    database_url: str, tmp_path: Path, twilio: TwilioServer
) -> None:
    """The first process dies after it acknowledged; the next one handles what was stored."""
    settings = Settings(
        home=tmp_path, database_url=database_url, public_url=PUBLIC, twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=AUTH_TOKEN, twilio_whatsapp_from=f"{OURS}, {SECOND}", twilio_api_base=twilio.url,
    )  # fmt: skip
    first = make_office(settings, RealClock())
    first.service.intake.store(Inbound("whatsapp", OURS, "SM1", FAMILY, COMPLAINT, b"raw"))
    first.service.close()
    second = type(first)(open_service(settings), RealClock(), settings)
    second.handle()
    assert second.case(FAMILY).status == "received"
    second.service.close()


def test_each_facility_answers_from_its_own_number(live: Live, twilio: TwilioServer) -> None:
    with live.office.db.write() as s:
        above = s.scalars(select(Unit).where(Unit.code == "KANWIL-JATIM")).one()
        other = units.ensure(s, "LAPAS-CONTOH", "Lapas Kelas IIA Contoh", "upt", above)
        for address, unit in (
            (OURS, s.scalars(select(Unit).where(Unit.code == "RUTAN-MAGETAN")).one()),
            (SECOND, other),
        ):
            units.channel_account(s, "whatsapp", address, unit)
    for address in (OURS, SECOND):
        assert post(live, twilio.inbound(INBOUND, Body=COMPLAINT, To=address)) == 200
    for sender, code in ((OURS, "ADU-RUTAN-MAGETAN-"), (SECOND, "ADU-LAPAS-CONTOH-")):
        eventually(lambda s=sender, c=code: any(c in m.body for m in twilio.messages if m.sender == s))
    twilio.miss(FAMILY, "Tambahan: air juga keruh.", SECOND, live.office.clock() - timedelta(hours=1))
    seen = [
        resource["to"] for _, resource in live.office.service.adapters["twilio"]._history.received(live.office.clock())
    ]
    assert seen == [SECOND], "what a webhook missed is looked for at every number of ours"
