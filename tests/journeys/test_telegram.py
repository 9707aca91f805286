"""A bot that is polled, and one that is called: real sockets, real threads, both databases."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.journeys.test_spine import answered
from tests.live import PUBLIC, Live, eventually, running
from tests.servers.telegram import TOKEN, TelegramServer
from tests.support import make_office
from webhooks import doctor
from webhooks.jobs import Clockwork
from webhooks.service import open_service
from webhooks.settings import Settings, WrongSettings, load
from workflow import alarms
from workflow.models import Address, Attachment, Case, Conversation, Message, Outbound

COMPLAINT = "Sudah tiga hari air di blok B mati, anak saya Rudi tidak bisa mandi."
EMERGENCY = "Tolong, anak saya dipukuli sampai pingsan di dalam rutan"
SECRET = "rahasia-uji_01"
GROUP = {"id": -1001, "type": "supergroup", "title": "Keluarga"}


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    server = TelegramServer()
    yield server
    server.stop()


@pytest.fixture
def settings(database_url: str, tmp_path: Path, telegram: TelegramServer) -> Settings:
    return Settings(
        home=tmp_path,
        database_url=database_url,
        public_url=PUBLIC,
        telegram_token=TOKEN,
        telegram_api_base=telegram.url,
    )


@pytest.fixture
def live(settings: Settings) -> Iterator[Live]:
    with running(settings) as made:
        yield made


def number_of(live: Live, model: type) -> int:
    with live.office.db.read() as s:
        return s.scalar(select(func.count()).select_from(model)) or 0


def official(live: Live) -> Outbound:
    with live.office.db.read() as s:
        return s.scalars(select(Outbound).where(Outbound.purpose == "official")).one()


def blocked(live: Live) -> bool:
    with live.office.db.read() as s:
        return s.scalars(select(Address.blocked_at).where(Address.channel == "telegram")).one() is not None


def says(telegram: TelegramServer, words: str, person: int = 5551) -> bool:
    return any(words in text for text in telegram.sent_to(person))


# ------------------------------------------------------------------ a whole conversation


def test_an_emergency_is_answered_first_and_asks_with_buttons(live: Live, telegram: TelegramServer) -> None:
    telegram.say("/start")
    eventually(lambda: telegram.sent_to())
    telegram.say(EMERGENCY)
    eventually(lambda: says(telegram, "ADU-"))
    texts = telegram.sent_to()
    assert "119" in texts[1], "where help is to be had is said before the number of the case"
    eventually(lambda: telegram.messages[-1].buttons == ("LEWATI",))
    pressed = telegram.press("LEWATI")
    eventually(lambda: says(telegram, "Baik, terima kasih."))
    eventually(lambda: len(telegram.answered) == 1)  # the button stops to turn
    eventually(lambda: pressed in telegram.confirmed)
    with live.office.db.read() as s:
        assert s.scalars(select(Case.urgency)).one() == "darurat"
        assert s.scalars(select(Message.kind).order_by(Message.id.desc())).first() == "button"


def test_the_official_answer_is_read_once_a_button_below_it_is_pressed(live: Live, telegram: TelegramServer) -> None:
    telegram.say(COMPLAINT)
    eventually(lambda: says(telegram, "ADU-RUTAN-MAGETAN-"))
    answered(live.office, "5551")
    live.office.db.ring()
    eventually(lambda: says(telegram, "Air sudah mengalir."))
    eventually(lambda: official(live).state == "sent")
    assert live.office.case("5551").delivered_at is None, "that Telegram took it is no proof"
    telegram.press("PUAS")
    eventually(lambda: live.office.case("5551").status == "closed")
    assert official(live).state == "read"
    assert live.office.case("5551").delivered_at is not None


def test_a_quotation_of_the_answer_proves_that_it_was_read(live: Live, telegram: TelegramServer) -> None:
    telegram.say(COMPLAINT)
    eventually(lambda: says(telegram, "ADU-RUTAN-MAGETAN-"))
    answered(live.office, "5551")
    live.office.db.ring()
    eventually(lambda: official(live).state == "sent")
    shown = next(m for m in telegram.messages if "Air sudah mengalir." in m.text)
    quoted = {"message_id": shown.message_id, "chat": {"id": 5551, "type": "private"}, "date": 1, "text": shown.text}
    telegram.say("terima kasih banyak", reply_to_message=quoted)
    eventually(lambda: official(live).state == "read")


# ------------------------------------------------------------------ blocked


def test_a_blocked_bot_is_a_final_failure_with_its_reason_and_the_address_is_marked(
    live: Live, telegram: TelegramServer
) -> None:
    telegram.say(COMPLAINT)
    eventually(lambda: says(telegram, "ADU-RUTAN-MAGETAN-"))
    telegram.plan("5551", "403")
    answered(live.office, "5551")
    live.office.db.ring()
    eventually(lambda: official(live).state == "failed")
    assert (official(live).error_code, official(live).attempts) == ("blocked", 1)
    eventually(lambda: blocked(live))
    page = live.office.client("petugas").get(f"/petugas/kasus/{live.office.case('5551').id}").get_data(as_text=True)
    assert "memblokir kami" in page
    assert "5551" not in page, "no id of the provider tells staff who the person is"
    telegram.block(blocked=False)
    eventually(lambda: not blocked(live))


def test_that_somebody_shuts_us_out_is_known_before_anything_is_sent(live: Live, telegram: TelegramServer) -> None:
    telegram.say(COMPLAINT)
    eventually(lambda: says(telegram, "ADU-RUTAN-MAGETAN-"))
    telegram.block()
    eventually(lambda: blocked(live))
    assert number_of(live, Message) == 1, "it is no message"
    telegram.plan("5551", "ok")
    telegram.say("halo, saya kembali")
    eventually(lambda: not blocked(live))


# ------------------------------------------------------------------ nothing lost, nothing doubled


def test_a_restart_in_the_middle_loses_nothing_and_doubles_nothing(
    settings: Settings, telegram: TelegramServer
) -> None:
    with running(settings) as first:
        for n in range(5):
            telegram.say(COMPLAINT, 100 + n)
        eventually(lambda: number_of(first, Message) == 5)
    unconfirmed = len(telegram.updates)
    for n in range(5):
        telegram.say(COMPLAINT, 200 + n)
    with running(settings) as second:
        eventually(lambda: number_of(second, Message) == 10)
        eventually(lambda: number_of(second, Case) == 10)
        eventually(lambda: len(telegram.updates) < unconfirmed + 5)
        assert number_of(second, Message) == 10


def test_what_telegram_sends_again_is_stored_once(live: Live, telegram: TelegramServer) -> None:
    first = telegram.say(COMPLAINT)
    eventually(lambda: first in telegram.confirmed)
    repeated = {"update_id": first, "message": telegram.history[first]["message"]}
    telegram.updates.append(repeated)
    last = telegram.say("halo", 777)
    eventually(lambda: last in telegram.confirmed)
    assert (number_of(live, Message), number_of(live, Conversation)) == (2, 2)


def test_nothing_is_confirmed_that_could_not_be_stored(settings: Settings, telegram: TelegramServer) -> None:
    with running(settings) as live:
        eventually(lambda: "getUpdates" in telegram.calls)
        with live.office.db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE message RENAME TO message_gone")
        number = telegram.say(COMPLAINT)
        eventually(lambda: telegram.calls.count("getUpdates") > 2)

        def alarmed() -> bool:
            with live.office.db.read() as s:
                return [alarm.code for alarm in alarms.ringing(s)] == ["storage"]

        eventually(alarmed)
        assert number not in telegram.confirmed
        with live.office.db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE message_gone RENAME TO message")
        eventually(lambda: number in telegram.confirmed)
        assert number_of(live, Message) == 1


def test_of_two_processes_one_polls(settings: Settings, telegram: TelegramServer) -> None:
    with running(settings) as live:
        eventually(lambda: "getUpdates" in telegram.calls)
        other = open_service(settings)
        clockwork = Clockwork(other)
        clockwork.start()
        for n in range(10):
            telegram.say("halo", 300 + n)
        eventually(lambda: number_of(live, Message) == 10)
        clockwork.stop()
        other.close()
    assert telegram.conflicts == 0


# ------------------------------------------------------------------ groups, files, long texts, floods


def test_a_group_is_refused_once_and_leaves_nothing_in_a_case(live: Live, telegram: TelegramServer) -> None:
    telegram.say(COMPLAINT)
    eventually(lambda: says(telegram, "ADU-RUTAN-MAGETAN-"))
    for words in (COMPLAINT, "anak saya Rudi juga", "halo?"):
        telegram.say(words, chat=GROUP)
    telegram.push(channel_post={"message_id": 1, "chat": {"id": -2002, "type": "channel"}, "date": 1, "text": "x"})
    last = telegram.say("terima kasih")
    eventually(lambda: last in telegram.confirmed)
    eventually(lambda: telegram.sent_to(-1001) and telegram.sent_to(-2002))
    assert len(telegram.sent_to(-1001)) == len(telegram.sent_to(-2002)) == 1
    assert says(telegram, "pribadi", -1001)
    with live.office.db.read() as s:
        texts = s.scalars(select(Message.id).where(Message.kind == "group", Message.case_id.is_not(None))).all()
        assert (texts, s.scalar(select(func.count()).select_from(Case))) == ([], 1)


def test_a_file_that_telegram_does_not_hand_out_is_refused_in_words(live: Live, telegram: TelegramServer) -> None:
    telegram.say(COMPLAINT)
    eventually(lambda: says(telegram, "ADU-"))
    film = {"file_id": "H", "file_unique_id": "h", "file_name": "film.mp4", "mime_type": "video/mp4"}
    telegram.say("", document={**film, "file_size": 30_000_000})
    eventually(lambda: says(telegram, "terlalu besar"))
    telegram.plan("getFile", "too big")
    telegram.say("", 6001, document=film)
    eventually(lambda: says(telegram, "terlalu besar", 6001))
    with live.office.db.read() as s:
        assert set(s.scalars(select(Attachment.state))) == {"refused"}


def test_a_photo_is_fetched_in_its_largest_size(live: Live, telegram: TelegramServer) -> None:
    telegram.add_file("large", b"\xff\xd8\xff\xe0" + b"0" * 64)
    sizes = [
        {"file_id": name, "file_unique_id": name, "width": w, "height": w} for name, w in (("s", 90), ("large", 800))
    ]
    telegram.say("", photo=sizes, caption=COMPLAINT)

    def stored() -> bool:
        with live.office.db.read() as s:
            return s.scalars(select(Attachment.state)).all() == ["stored"]

    eventually(stored)


def test_a_long_answer_is_cut_as_telegram_counts(live: Live, telegram: TelegramServer) -> None:
    telegram.say(COMPLAINT)
    eventually(lambda: says(telegram, "ADU-"))
    with live.office.db.write() as s:
        from workflow import outbox

        conversation = s.scalars(select(Conversation)).one()
        long = "🙏 Mohon maaf atas keterlambatan. " * 300
        outbox.enqueue(s, conversation, "officer_message", live.office.clock(), number="ADU-1", text=long)
    live.office.db.ring()
    eventually(lambda: len([t for t in telegram.sent_to() if "🙏" in t]) >= 3)
    assert all(len(text.encode("utf-16-le")) // 2 <= 4096 for text in telegram.sent_to())
    assert "".join(t.split(") ", 1)[1] for t in telegram.sent_to() if "🙏" in t).count("🙏") == 300


def test_a_flood_limit_is_kept_for_the_whole_chat_and_for_no_other(live: Live, telegram: TelegramServer) -> None:
    telegram.plan("5551", "429", times=1)
    telegram.say(COMPLAINT)
    eventually(lambda: telegram.calls.count("sendMessage") == 1)
    telegram.say("tolong segera ditangani ya pak")
    telegram.say(COMPLAINT, 6002)
    eventually(lambda: telegram.sent_to(6002))
    assert telegram.sent_to() == [], "nothing overtakes what waits"
    live.office.clock.advance(minutes=1)
    live.office.db.ring()
    eventually(lambda: says(telegram, "ADU-"))
    with live.office.db.read() as s:
        first = s.scalars(select(Outbound).order_by(Outbound.id)).first()
        assert first.attempts == 2
        assert first.next_attempt_at >= first.created_at


def test_old_and_incomplete_updates_do_not_stop_the_others(live: Live, telegram: TelegramServer) -> None:
    telegram.push(message={"chat": {"id": 9}})
    telegram.push(message="x")
    telegram.push(callback_query={"id": 7, "from": {"id": 5551}, "data": None})
    telegram.push(hologram={"from": {"id": 5551}})
    telegram.updates.append({"update_id": 800_000})
    telegram.updates.append("not an update")
    last = telegram.say(COMPLAINT, 6003)
    telegram.updates[-1]["update_id"] = 800_001
    assert last
    eventually(lambda: says(telegram, "ADU-", 6003))
    eventually(lambda: not telegram.updates)
    with live.office.db.read() as s:
        assert s.scalar(select(func.count()).where(Message.state == "set_aside")) == 3


# ------------------------------------------------------------------ trouble and webhooks


def test_a_wrong_token_is_a_named_alarm_and_its_end_is_told(
    settings: Settings, telegram: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.plan("deleteWebhook", "401", times=1)
    with running(settings) as live:

        def codes() -> list[str]:
            with live.office.db.read() as s:
                return [alarm.code for alarm in alarms.ringing(s)]

        eventually(lambda: codes() == ["auth"])
        page = live.office.client().get("/metrics").get_data(as_text=True)
        assert 'aduan_alarms{name="telegram"} 1.0' in page
    lines = [r.getMessage() for r in caplog.records if r.levelno == logging.CRITICAL]
    assert lines == ["a way in is in trouble: adapter=telegram code=auth"]
    with running(settings) as live:
        eventually(lambda: codes() == [])
    assert "works again" in caplog.text
    assert TOKEN not in caplog.text


@pytest.fixture
def called(settings: Settings) -> Iterator[Live]:
    changes = {"telegram_mode": "webhook", "telegram_webhook_secret": SECRET}
    with running(settings.model_copy(update=changes)) as made:
        yield made


def test_in_webhook_mode_telegram_is_told_our_address_and_believed_by_its_secret(
    called: Live, telegram: TelegramServer
) -> None:
    eventually(lambda: telegram.webhook)
    assert telegram.webhook["url"] == f"{PUBLIC}/webhooks/telegram"
    assert telegram.webhook["secret_token"] == SECRET
    number = telegram.say(EMERGENCY)
    body = json.dumps(telegram.history[number]).encode()
    headers = {"Content-Type": "application/json"}
    assert called.post("/webhooks/telegram", body, headers) == 403
    headers["X-Telegram-Bot-Api-Secret-Token"] = SECRET
    assert {called.post("/webhooks/telegram", body, headers) for _ in range(3)} == {200}
    eventually(lambda: says(telegram, "ADU-"))
    assert number_of(called, Message) == 1
    eventually(lambda: any(m.buttons for m in telegram.messages))
    pressed = telegram.press("LEWATI")
    body = json.dumps(telegram.history[pressed]).encode()
    assert called.post("/webhooks/telegram", body, headers) == 200
    eventually(lambda: telegram.answered)
    assert "getUpdates" not in telegram.calls


def test_a_polled_bot_takes_its_webhook_away_and_keeps_what_waits(settings: Settings, telegram: TelegramServer) -> None:
    telegram.webhook = {"url": "https://old.example/x"}
    telegram.say(COMPLAINT)
    with running(settings) as live:
        eventually(lambda: number_of(live, Message) == 1)
        body, headers = b"{}", {"X-Telegram-Bot-Api-Secret-Token": ""}
        assert live.post("/webhooks/telegram", body, headers) == 403
    assert telegram.webhook == {}


def findings(settings: Settings) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in doctor.examine(settings):
        if finding.subject == "telegram":
            found.setdefault(finding.level, []).append(finding.sentence)
    return found


def test_the_doctor_asks_telegram(settings: Settings, telegram: TelegramServer) -> None:
    make_office(settings, lambda: None).service.close()  # type: ignore[arg-type]
    assert findings(settings)["ok"] == [
        "The token is valid: bot @a_bot.", "The bot is polled, and no webhook is in the way."
    ]  # fmt: skip
    telegram.webhook = {"url": "https://old.example/x"}
    assert "removed when the service starts" in findings(settings)["note"][0]
    telegram.plan("getMe", "401")
    assert "ADUAN_TELEGRAM_TOKEN is wrong" in findings(settings)["wrong"][0]


@pytest.mark.parametrize("secret", ["", "dengan spasi", "ä", "x" * 257])
def test_webhook_mode_needs_a_secret_that_telegram_accepts(tmp_path: Path, secret: str) -> None:
    with pytest.raises(WrongSettings, match="ADUAN_TELEGRAM_WEBHOOK_SECRET"):
        load(home=tmp_path, telegram_token=TOKEN, telegram_mode="webhook", telegram_webhook_secret=secret)
