"""The desk: bursts, pauses, replies in the right language, and every effect carried out in one transaction."""

from __future__ import annotations

import string

import pytest
from sqlalchemy import select

from bot import desk
from bot.turns import EFFECTS
from tests.support import Office
from tests.workflow.steps import ANSWER, COMPLAINT, SENDER, act, carry
from workflow import cases, conversations, openings, units, wording
from workflow.inbox import Wish
from workflow.messages import Media
from workflow.models import Attachment, Case, Conversation, Judgement, Message, Notice, Outbound, Unit

HEAD = "Kalapas menyuruh potong jatah makan blok C, kami takut bicara."


def number_of_cases(office: Office) -> int:
    with office.db.read() as s:
        return len(s.scalars(select(Case.id)).all())


def keys(office: Office) -> list[str]:
    with office.db.read() as s:
        return list(s.scalars(select(Outbound.key).order_by(Outbound.id)))


def case_texts(office: Office, case_id: str) -> list[str]:
    with office.db.read() as s:
        rows = s.scalars(select(Message).where(Message.case_id == case_id).order_by(Message.id))
        return [conversations.text_of(s, m) for m in rows]


def end(office: Office, case_id: str, action: str) -> None:
    act(office, case_id, lambda o, s, c: cases.end_with_reason(s, c, action, o.officer(s, "petugas"), "x", o.clock()))


# ------------------------------------------------------------------ bursts and pauses


def test_a_greeting_waits_four_seconds_and_then_is_answered(office: Office) -> None:
    office.write("Assalamualaikum")
    office.clock.advance(seconds=1)
    assert desk.handle_next(office.db, "w", office.clock())
    assert keys(office) == []
    assert not desk.handle_next(office.db, "w", office.clock()), "not before its time"
    office.clock.advance(seconds=3)
    assert desk.handle_next(office.db, "w", office.clock())
    assert keys(office) == ["welcome"]


def test_what_follows_a_greeting_is_one_turn_with_it(office: Office) -> None:
    office.write("Assalamualaikum")
    office.clock.advance(seconds=1)
    desk.handle_next(office.db, "w", office.clock())
    office.write(COMPLAINT)
    assert desk.handle_next(office.db, "w", office.clock()), "the complaint wakes it at once"
    assert case_texts(office, office.case().id) == ["Assalamualaikum", COMPLAINT]
    assert "welcome" not in keys(office)


@pytest.mark.parametrize("text", [COMPLAINT, "STATUS", "KANWIL", "halo pak air mati tiga hari di blok B"])
def test_anything_else_is_answered_at_once(office: Office, text: str) -> None:
    office.write(text)
    assert desk.handle_next(office.db, "w", office.clock())
    assert keys(office)


def test_a_burst_is_one_case_with_one_answer(office: Office) -> None:
    for text in ("Pak mau lapor", "air mati di blok B", "sudah tiga hari", "anak saya Rudi tidak bisa mandi"):
        office.write(text)
    office.handle()
    assert number_of_cases(office) == 1
    assert len(case_texts(office, office.case().id)) == 4
    assert keys(office).count("opened") == 1


def test_a_command_in_a_burst_is_a_turn_of_its_own(office: Office) -> None:
    for text in ("KANWIL", COMPLAINT, "ANONIM", "tambahan: kamar 7 juga"):
        office.write(text)
    office.handle()
    case = office.case()
    assert (case.seal, case.seal_reason, case.visibility) == ("kanwil", "wish", "anonymous")
    assert number_of_cases(office) == 1


@pytest.mark.parametrize("minutes", [1, 9, 11, 600])
def test_later_words_join_the_open_case(office: Office, minutes: int) -> None:
    office.say(COMPLAINT)
    office.clock.advance(minutes=minutes)
    office.say("tambahan: kamar 7 juga mati sejak pagi")
    assert number_of_cases(office) == 1
    assert len(case_texts(office, office.case().id)) == 2


def test_baru_makes_a_second_case_and_the_first_stays_as_it_was(office: Office) -> None:
    office.say(COMPLAINT)
    first = office.case().id
    assert office.say("BARU") == [wording.render("new_next", "id")]
    office.clock.advance(minutes=1)
    office.say("Titipan makanan untuk adik saya Budi hilang di loket kemarin.")
    assert number_of_cases(office) == 2
    assert len(case_texts(office, first)) == 1


def test_two_people_never_share_a_case(office: Office) -> None:
    office.say(COMPLAINT, "+6281")
    office.say(COMPLAINT, "+6282")
    assert number_of_cases(office) == 2
    assert office.case("+6281").person_id != office.case("+6282").person_id


# ------------------------------------------------------------------ nothing is lost


def test_a_picture_before_the_words_belongs_to_the_case_that_they_open(office: Office) -> None:
    office.write("", kind="media", media=(Media("foto.jpg", "image/jpeg", b"\xff\xd8\xff\xe0" + bytes(20)),))
    office.handle()
    assert keys(office) == ["media_received"]
    office.clock.advance(minutes=20)
    office.say(COMPLAINT)
    case_id = office.case().id
    assert case_texts(office, case_id) == ["", COMPLAINT]
    with office.db.read() as s:
        assert s.scalars(select(Attachment.case_id)).all() == [case_id]


def test_an_old_picture_does_not_turn_up_in_a_new_case(office: Office) -> None:
    office.write("", kind="media", media=(Media("foto.jpg", "image/jpeg", b"x"),))
    office.handle()
    office.clock.advance(hours=25)
    office.say(COMPLAINT)
    assert case_texts(office, office.case().id) == [COMPLAINT]


def test_a_fact_after_the_end_of_the_case_is_no_poison(office: Office) -> None:
    """The desk asked for a fact; the case was withdrawn before the answer came."""
    office.say(COMPLAINT)
    end(office, office.case().id, "withdraw")
    for text in ("kemarin malam di blok B", "nama Rudi", "LEWATI", "Petugas minta uang 50 ribu kemarin"):
        office.say(text)
    with office.db.read() as s:
        assert set(s.scalars(select(Message.state))) == {"handled"}
        assert set(s.scalars(select(Message.attempts))) == {0}
    assert number_of_cases(office) >= 2


def test_a_reason_after_the_end_is_no_poison(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "responded")
    office.say("TIDAK PUAS")
    end(office, case_id, "withdraw")
    office.say("Air masih mati setiap malam")
    with office.db.read() as s:
        assert set(s.scalars(select(Message.attempts))) == {0}


def test_satisfied_after_all_and_thanks_leave_the_case_closed(office: Office) -> None:
    office.say(COMPLAINT)
    carry(office, "responded")
    for text in ("TIDAK PUAS", "PUAS", "terima kasih banyak pak"):
        office.say(text)
    assert (office.case().status, office.case().close_ground, office.case().rounds) == ("closed", "satisfied", 0)


def test_a_reason_that_names_the_head_seals_the_reopened_case(office: Office) -> None:
    office.say(COMPLAINT)
    carry(office, "responded")
    replies = office.say("TIDAK PUAS, kalapas sendiri yang menyuruh air dimatikan supaya kami bayar")
    case = office.case()
    assert (case.seal, case.handling_unit.code, case.rounds) == ("kanwil", "KANWIL-JATIM", 1)
    assert any("tidak dapat melihatnya" in reply for reply in replies)


# ------------------------------------------------------------------ choices


def test_visibility_holds_and_its_words_are_true(office: Office) -> None:
    office.say("ANONIM")
    (reply, *_) = office.say(COMPLAINT)
    assert wording.render("privacy_anonymous", "id") in reply
    assert office.case().visibility == "anonymous"
    office.say("TERBUKA")
    assert office.case().visibility == "open"


def test_a_wish_to_withdraw_is_told_to_a_person_and_changes_nothing(office: Office) -> None:
    office.say(COMPLAINT)
    (reply,) = office.say("CABUT")
    assert office.case().number in reply
    assert office.case().status == "received"
    with office.db.read() as s:
        told = set(s.scalars(select(Notice.account_id).where(Notice.key == "asks_to_withdraw")))
    assert told == {office.account_id("petugas"), office.account_id("petugas2")}


def test_the_language_changes_at_once_and_stays(office: Office) -> None:
    (welcome,) = office.say("ENGLISH")
    assert welcome.startswith(wording.render("welcome", "en", unit="", kanwil="")[:12])
    office.say(COMPLAINT)
    with office.db.read() as s:
        assert set(s.scalars(select(Outbound.locale))) == {"en"}
        assert s.scalars(select(Conversation.locale)).one() == "en"


def test_the_status_needs_the_code_or_the_same_address(office: Office) -> None:
    office.say(COMPLAINT)
    with office.db.read() as s:
        code = openings.receipt_code(s, s.get_one(Case, office.case().id))
    number = office.case().number
    assert any(number in r for r in office.say("STATUS"))
    assert any(number in r for r in office.say(f"kode saya {code}", "+62999") + office.say(code, "+62888"))
    for wrong in (f"STATUS {number}", "STATUS 7K3M 9QTX 2PWD HR5C", "STATUS"):
        assert not any(number in r or ANSWER in r for r in office.say(wrong, "+62777")), wrong


def test_spam_costs_one_answer(office: Office) -> None:
    spam = "PROMO pinjaman online cair cepat klik http://bit.ly/x bonus slot gacor"
    assert len(office.say(spam)) == 1
    assert office.say(spam) == []
    assert number_of_cases(office) == 0


def test_praise_is_counted_and_opens_nothing(office: Office) -> None:
    office.say("Terima kasih, petugas kunjungan hari ini ramah sekali dan antreannya cepat.")
    with office.db.read() as s:
        assert [(j.case_id, j.unit_id is not None) for j in s.scalars(select(Judgement))] == [(None, True)]


def test_a_form_has_no_questions_and_its_choices_hold(office: Office) -> None:
    options = {"form": True, "direct_to_kanwil": True, "visibility": "anonymous"}
    office.write(COMPLAINT, wish=Wish(mint=True, options=options), channel="web")
    office.write("halo", wish=Wish(mint=True, options={"form": True}), channel="web")
    office.handle()
    assert number_of_cases(office) == 2
    assert not any(k.startswith("ask_") for k in keys(office))
    with office.db.read() as s:
        found = {(c.seal, c.visibility) for c in s.scalars(select(Case))}
    assert found == {("kanwil", "anonymous"), ("none", "confidential")}


# ------------------------------------------------------------------ the whole


def test_every_effect_of_the_dialogue_is_known_to_the_desk() -> None:
    assert set(desk._Desk._effects) == EFFECTS


def test_every_sentence_renders_in_every_language_with_named_parameters_alone() -> None:
    for key, sentence in wording.MESSAGES.items():
        needed = {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
        assert all(name.isidentifier() for name in needed), key
        for locale in wording.LOCALES:
            assert wording.render(key, locale, **dict.fromkeys(needed, "x"))


@pytest.mark.parametrize("start", ["nothing", "open", "sealed", "responded", "closed", "withdrawn"])
def test_every_command_and_kind_of_message_is_handled_in_every_situation(office: Office, start: str) -> None:
    """No combination raises: a message that raises is set aside, and nobody is answered."""
    if start != "nothing":
        office.say(HEAD if start == "sealed" else COMPLAINT)
    if start in ("responded", "closed"):
        carry(office, "responded")
    if start == "closed":
        office.say("PUAS")
    if start == "withdrawn":
        end(office, office.case().id, "withdraw")
    before = len(keys(office))
    said = ["STATUS", "STATUS 123", "TIDAK PUAS", "ANONIM", "LEWATI", "PETUGAS", "halo", "terima kasih", "jam kunjungan?",
            "KANWIL", "CABUT", "ENGLISH", "INDONESIA", "BARU", "KANWIL", "PUAS", "TIDAK PUAS tetap mati", "😀", "{number} %s",
            HEAD, "nama Rudi", "MENU", "CABUT", "KANWIL"]  # fmt: skip
    for text in said:
        office.say(text)
    for kind in ("media", "location", "contact", "button", "unsupported"):
        office.say("", kind=kind)
    with office.db.read() as s:
        assert set(s.scalars(select(Message.state))) == {"handled"}
        assert set(s.scalars(select(Message.attempts))) == {0}
    assert len(keys(office)) >= before + len(said) - 2, "silence is no answer"


def test_the_saved_state_holds_no_word_of_the_person(office: Office) -> None:
    for text in (COMPLAINT, "Zulkarnaen di kamar 7", "TIDAK PUAS Zulkarnaen", "KANWIL"):
        office.say(text)
    with office.db.read() as s:
        state = s.scalars(select(Conversation.state)).one()
    assert "Zulkarnaen" not in str(state)
    assert SENDER not in str(state)


def test_a_question_about_a_named_facility_is_handed_to_that_one(office: Office) -> None:
    with office.db.write() as s:
        kanwil = s.scalars(select(Unit).where(Unit.kind == "kanwil")).one()
        units.ensure(s, "LAPAS-MADIUN", "Lembaga Pemasyarakatan Kelas I Madiun", "upt", kanwil)
    office.say("Kapan jadwal kunjungan Lapas Madiun?")
    office.say("PETUGAS")
    assert office.case().handling_unit.code == "LAPAS-MADIUN"
