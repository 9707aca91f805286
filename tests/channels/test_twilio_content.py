"""Templates, buttons and lists: what WhatsApp allows inside its window and after it, on a real server."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from channels.base import Examined, SendError
from channels.twilio import TwilioAdapter
from channels.twilio_content import read_templates
from tests.servers import TwilioServer
from tests.servers.twilio import ACCOUNT_SID, AUTH_TOKEN
from workflow.messages import Outgoing

PERSON = "whatsapp:+6281234567890"
TEXT = "Jawaban resmi.\n\nBila sudah selesai, balas PUAS."
Build = Callable[..., TwilioAdapter]


@pytest.fixture
def build(twilio_server: TwilioServer) -> Build:
    def make(**templates: str) -> TwilioAdapter:
        known = {tuple(name.rsplit("_", 1)): sid for name, sid in templates.items()}
        return TwilioAdapter(
            account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, whatsapp_from="+14155238886", sms_from="+622150996600",
            api_base=twilio_server.url, templates=known, timeout=0.4,  # type: ignore[arg-type]
        )  # fmt: skip

    return make


def message(**changes: object) -> Outgoing:
    usual = {"ref": "r", "channel": "whatsapp", "account": "", "recipient": PERSON, "body": TEXT, "purpose": "official"}
    return Outgoing(**{**usual, "locale": "id", **changes})  # type: ignore[arg-type]


def test_a_template_goes_out_by_its_sid_and_without_a_body(build: Build, twilio_server: TwilioServer) -> None:
    sid = twilio_server.add_template("Jawaban resmi atas {{1}} sudah ada, balas untuk membaca.")
    build(answer_ready_id=sid).send(message(template="answer_ready", variables=("ADU-1",), window_open=False))
    (taken,) = twilio_server.messages
    assert (taken.form["ContentSid"], json.loads(taken.form["ContentVariables"])) == (sid, {"1": "ADU-1"})
    assert "Body" not in taken.form
    assert taken.body == "Jawaban resmi atas ADU-1 sudah ada, balas untuk membaca."


def test_a_language_without_a_template_takes_the_indonesian_one(build: Build, twilio_server: TwilioServer) -> None:
    indonesian, english = twilio_server.add_template("id"), twilio_server.add_template("en")
    build(question_id=indonesian).send(message(template="question", locale="en"))
    build(question_id=indonesian, question_en=english).send(message(template="question", locale="en"))
    assert [m.body for m in twilio_server.messages] == ["id", "en"]


def test_without_a_template_nothing_is_sent_and_it_is_said_why(build: Build, twilio_server: TwilioServer) -> None:
    with pytest.raises(SendError) as caught:
        build().send(message(template="answer_ready"))
    assert (caught.value.code, caught.value.reason, caught.value.retryable) == ("no_template", "template", False)
    assert twilio_server.attempts == []


def test_a_template_that_the_account_does_not_have_is_a_fault_of_the_template(build: Build) -> None:
    with pytest.raises(SendError) as caught:
        build(answer_ready_id="HX" + "a" * 32).send(message(template="answer_ready"))
    assert (caught.value.code, caught.value.reason) == ("21655", "template")


def test_up_to_three_answers_are_buttons_and_the_text_is_whole(build: Build, twilio_server: TwilioServer) -> None:
    adapter = build()
    adapter.send(message(choices=("PUAS", "TIDAK PUAS")))
    adapter.send(message(choices=("PUAS", "TIDAK PUAS"), body="lain"))
    assert [m.body for m in twilio_server.messages] == [TEXT, "lain"]
    (content,) = twilio_server.contents.values()
    titles = [action["title"] for action in content["types"]["twilio/quick-reply"]["actions"]]
    assert titles == ["PUAS", "TIDAK PUAS"]
    assert TEXT not in json.dumps(content), "what people are told is not kept in contents"


def test_more_answers_are_a_list(build: Build, twilio_server: TwilioServer) -> None:
    build().send(message(choices=("SATU", "DUA", "TIGA", "EMPAT")))
    (content,) = twilio_server.contents.values()
    assert [i["item"] for i in content["types"]["twilio/list-picker"]["items"]] == ["SATU", "DUA", "TIGA", "EMPAT"]


def test_a_content_is_made_once_for_all_restarts(build: Build, twilio_server: TwilioServer) -> None:
    for _ in range(3):
        build().send(message(choices=("YA", "BELUM")))
    assert len(twilio_server.contents) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"window_open": False},
        {"body": "x" * 1025},
        {"choices": ("kata yang terlalu panjang untuk sebuah tombol",)},
        {"choices": tuple(f"{n}" for n in range(11))},
        {"channel": "sms", "recipient": "+6281"},
    ],
)
def test_where_buttons_have_no_place_the_plain_text_goes_out(
    build: Build, twilio_server: TwilioServer, changes: dict[str, object]
) -> None:
    build().send(message(**{"choices": ("YA", "BELUM"), **changes}))
    (taken,) = twilio_server.messages
    assert "ContentSid" not in taken.form
    assert taken.form["Body"] == changes.get("body", TEXT)


def test_contents_that_are_refused_cost_no_message(build: Build, twilio_server: TwilioServer) -> None:
    twilio_server.refuse_contents = True
    adapter = build()
    for _ in range(2):
        adapter.send(message(choices=("YA",)))
    assert [m.form.get("Body") for m in twilio_server.messages] == [TEXT, TEXT]


@pytest.mark.parametrize(
    "setting",
    [
        f"answer_ready.id=HX{'a' * 32}, question.en=HX{'B' * 32}",
        json.dumps({"answer_ready.id": "HX" + "a" * 32, "question.en": "HX" + "B" * 32}),
        f"answer_ready.id=HX{'a' * 32}\nquestion.en=HX{'B' * 32}\n",
    ],
)
def test_the_setting_names_a_content_for_each_purpose_and_language(setting: str) -> None:
    assert read_templates(setting) == {
        ("answer_ready", "id"): "HX" + "a" * 32,
        ("question", "en"): "HX" + "B" * 32,
    }
    assert read_templates("") == {}


@pytest.mark.parametrize(
    "setting", ["answer_ready.id=HX12", f"jawaban.id=HX{'a' * 32}", f"question.fr=HX{'a' * 32}", "{", "[]", "{}x"]
)
def test_a_wrong_setting_is_refused(setting: str) -> None:
    with pytest.raises(ValueError):
        read_templates(setting)


# ------------------------------------------------------------------ what the doctor says


def findings(adapter: TwilioAdapter) -> dict[str, str]:
    """Sentence -> level."""
    assert isinstance(adapter, Examined)
    return {check.sentence: check.level for check in adapter.examine()}


def test_the_doctor_asks_whatsapp_about_every_template(build: Build, twilio_server: TwilioServer) -> None:
    good, waiting, refused = (twilio_server.add_template("x", word) for word in ("approved", "pending", "rejected"))
    missing = "HX" + "f" * 32
    found = findings(build(answer_ready_id=good, question_id=waiting, reminder_id=refused, reminder_en=missing))
    assert found == {
        "The Twilio account is active.": "ok",
        "The template answer_ready.id is approved by WhatsApp.": "ok",
        "The template question.id is pending by WhatsApp.": "note",
        "The template reminder.id is rejected by WhatsApp.": "wrong",
        "The template reminder.en does not exist in this account.": "wrong",
        "No template safe_notice.id in ADUAN_TWILIO_TEMPLATES: a closed window stays silent.": "note",
    }


def test_the_doctor_names_what_is_missing_and_what_is_refused(build: Build, twilio_server: TwilioServer) -> None:
    assert list(findings(build()).values()) == ["ok", "note", "note", "note", "note"]
    twilio_server.account_status = "suspended"
    assert findings(build())["The Twilio account is suspended."] == "wrong"
    twilio_server.auth_token = "changed"
    assert findings(build()) == {"The Twilio account cannot be asked: 20003.": "wrong"}
    twilio_server.stop()
    assert list(findings(build()).values()) == ["note"], "a line that is down is no wrong setting"
