"""How a person asked to be written to is kept to, by every way that leads to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.commands import command
from tests.support import Office
from tests.workflow.offices import on_sqlite
from tests.workflow.steps import COMPLAINT, SENDER, act, carry
from workflow import cases, ladder, outbox, safety
from workflow.models import Case, Conversation, JournalEntry, Outbound, SafeContact
from workflow.states import Impossible

MORNING = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)  # 09.00 in Magetan


@pytest.mark.parametrize(
    "text, expected",
    [
        ("JANGAN HUBUNGI", ("safe_wait", "")), ("jangan hubungi saya", ("safe_wait", "")),
        ("Jangan hubungi pak", ("safe_wait", "")), ("Don't contact me", ("safe_wait", "")),
        ("HANYA JAM 9-15", ("safe_hours", "9-15")), ("hanya jam 09.00 sampai 15.00", ("safe_hours", "9-15")),
        ("cuma pukul 8 s/d 12", ("safe_hours", "8-12")), ("only between 9 and 15", ("safe_hours", "9-15")),
        ("only 9-15", ("safe_hours", "9-15")), ("BOLEH HUBUNGI", ("safe_free", "")), ("contact me", ("safe_free", "")),
        ("samarkan", ("safe_neutral", "")), ("neutral words only", ("safe_neutral", "")),
        ("AMAN", ("well", "")), ("TIDAK AMAN", ("unwell", "")), ("not safe", ("unwell", "")),
    ],
)  # fmt: skip
def test_the_wish_is_understood_in_plain_words(text: str, expected: tuple[str, str]) -> None:
    assert command(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "hanya jam 15-9", "hanya jam 9", "hanya jam 9-25", "kunjungan hanya jam 9-15 tapi sudah tutup",
        "jangan hubungi suami saya, dia di dalam tidak tahu", "di blok B tidak aman, sering ada perkelahian",
        "petugas bilang boleh hubungi keluarga tapi harus bayar",
    ],
)  # fmt: skip
def test_a_sentence_that_only_sounds_like_it_is_no_wish(text: str) -> None:
    assert command(text) is None


def tell(office: Office, text: str = "Apakah Ibu masih punya tanda terimanya?") -> Outbound:
    """An officer writes, an hour after the complainant did."""
    office.clock.advance(hours=1)
    act(office, office.case().id, lambda o, s, c: cases.ask(s, c, o.officer(s, "petugas"), text, o.clock()))
    return rows(office, "officer_message")[-1]


def rows(office: Office, key: str = "") -> list[Outbound]:
    with office.db.read() as s:
        query = select(Outbound).order_by(Outbound.id)
        return list(s.scalars(query.where(Outbound.key == key) if key else query))


def sent(office: Office) -> set[str]:
    office.deliver()
    return {row.key for row in rows(office) if row.state not in ("queued", "held", "cancelled")}


def test_only_after_a_word_of_theirs(office: Office) -> None:
    office.say(COMPLAINT)
    assert "BOLEH HUBUNGI" in office.say("JANGAN HUBUNGI")[0]
    assert sent(office) == {"opened", "ask_when_where", "safe_wait"} & sent(office) | {"opened", "safe_wait"}
    waiting = tell(office)
    assert (waiting.state, waiting.error_code) == ("held", "safe_contact")
    assert "officer_message" not in sent(office)
    assert rows(office, "safe_notice") == [], "not even a notice"
    office.say("halo")
    assert "officer_message" in sent(office)


def test_an_official_answer_waits_and_no_other_way_is_tried(office: Office) -> None:
    office.say(COMPLAINT)
    office.say("JANGAN HUBUNGI")
    office.clock.advance(hours=1)
    case_id = carry(office, "responded")
    with office.db.read() as s:
        steps = [(r.kind, r.outcome, r.reason) for r in ladder.rungs(s, s.get_one(Case, case_id))]
    assert steps == [("text", "skipped", "safe_contact")]
    assert [r.state for r in rows(office, "official")] == ["held"]
    office.say("STATUS")
    assert "official" in sent(office)
    with office.db.read() as s:
        assert ladder.rungs(s, s.get_one(Case, case_id))[-1].kind == "text"


def test_in_neutral_words_a_notice_goes_out_once_and_the_rest_follows_their_reply(office: Office) -> None:
    office.say(COMPLAINT)
    office.say("SAMARKAN")
    tell(office, "Pompa air rusak, bukan?")
    tell(office, "Pompa di blok B?")
    assert [r.state for r in rows(office, "officer_message")] == ["held", "held"]
    assert len(rows(office, "safe_notice")) == 1
    assert "safe_notice" in sent(office)
    with office.db.read() as s:
        notice = outbox.body(s, s.get_one(Outbound, rows(office, "safe_notice")[0].id))
        assert not any(word in notice.lower() for word in ("adu", "lapor", "petugas", "rutan", "pompa"))
    office.say("ya")
    office.deliver()
    assert [r.state in ("held", "queued") for r in rows(office, "officer_message")] == [False, False]
    tell(office, "Terima kasih.")
    assert len(rows(office, "safe_notice")) == 2, "since their last word nobody knocked"


def test_in_certain_hours_alone_and_nothing_else_is_kept_waiting(office: Office) -> None:
    office.clock.now = MORNING + timedelta(hours=9)  # 18.00
    office.say(COMPLAINT)
    office.say("hanya jam 9-15")
    tell(office)
    assert "officer_message" not in sent(office)
    later = rows(office, "officer_message")[0]
    assert (later.state, later.error_code, later.attempts) == ("queued", "safe_hours", 0)
    assert later.next_attempt_at == datetime(2026, 11, 4, 2, 0, tzinfo=UTC)
    office.clock.now = datetime(2026, 11, 4, 1, 0, tzinfo=UTC)  # 08.00, and they write themselves
    office.say("Adik saya dipukuli petugas sekarang sampai berdarah, tolong!")
    assert "emergency" in sent(office)
    office.clock.now = datetime(2026, 11, 4, 1, 55, tzinfo=UTC)
    assert "officer_message" not in sent(office)
    office.clock.now = datetime(2026, 11, 4, 2, 1, tzinfo=UTC)
    assert "officer_message" in sent(office)


def test_a_wish_that_is_newer_than_the_message_holds_too(office: Office) -> None:
    office.say(COMPLAINT)
    office.deliver()
    tell(office)
    with office.db.write() as s:
        case = cases.lock(s, office.case().id)
        safety.agreed(s, case, office.officer(s, "petugas"), (True, False), ("", ""), office.clock())
    office.deliver()
    assert rows(office, "officer_message")[0].state == "held"


def test_it_holds_for_every_address_of_the_person(office: Office) -> None:
    office.say(COMPLAINT, SENDER)
    office.say("Halo, ini nomor saya yang lain.", "+628120000002")
    with office.db.write() as s:
        first, second = s.scalars(select(Conversation).order_by(Conversation.created_at)).all()
        second.address.person_id = first.address.person_id
    office.say("JANGAN HUBUNGI", SENDER)
    office.clock.advance(hours=1)
    with office.db.write() as s:
        row = outbox.enqueue(s, s.get_one(Conversation, second.id), "thanks", office.clock())[0]
        assert row.error_code == "safe_contact"


def test_taking_it_back_frees_everything(office: Office) -> None:
    office.say(COMPLAINT)
    office.say("JANGAN HUBUNGI")
    office.say("SAMARKAN")
    office.say("HANYA JAM 9-15")
    office.say("BOLEH HUBUNGI")
    with office.db.read() as s:
        row = s.scalars(select(SafeContact)).one()
        assert (row.only_after, row.neutral, row.hour_from, row.hour_to) == (False, False, None, None)
    assert tell(office).state == "queued"


def test_every_setting_is_in_the_journal_with_its_author(office: Office) -> None:
    office.say(COMPLAINT)
    office.say("HANYA JAM 9-15")
    with office.db.write() as s:
        case = cases.lock(s, office.case().id)
        safety.agreed(s, case, office.officer(s, "petugas"), (True, True), ("8", "12"), office.clock())
    with office.db.read() as s:
        records = s.scalars(select(JournalEntry.record).where(JournalEntry.action == "safe_contact")).all()
    assert [b'"citizen"' in r for r in records] == [True, False]
    assert b'"first":8' in records[1]


@on_sqlite
@pytest.mark.parametrize(
    "hours", [("9", ""), ("15", "9"), ("9", "9"), ("-1", "5"), ("9", "25"), ("x", "y"), ("٩", "15")]
)
def test_nonsense_hours_are_refused(office: Office, hours: tuple[str, str]) -> None:
    office.say(COMPLAINT)
    with office.db.write() as s, pytest.raises(Impossible):
        safety.agreed(
            s, cases.lock(s, office.case().id), office.officer(s, "petugas"), (False, False), hours, office.clock()
        )


@on_sqlite
def test_an_officer_sets_it_on_the_case_page_in_agreement(office: Office) -> None:
    office.say(COMPLAINT)
    client, path = office.client("petugas"), f"/petugas/kasus/{office.case().id}"
    page = client.get(path).get_data(as_text=True)
    assert "Atur cara aman menghubungi" in page
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "only_after": "1", "first": "9", "last": "15"}
    where = f"/petugas/lindung/{office.case().id}/kontak"
    assert "disepakati" in client.post(where, data=form, follow_redirects=True).get_data(as_text=True)
    page = client.post(where, data={**form, "agreed": "1"}, follow_redirects=True).get_data(as_text=True)
    assert "Hanya ditulisi setelah ia menulis lebih dulu." in page
    assert "Hanya antara pukul 9 dan 15." in page
    assert "Atur cara aman menghubungi" not in office.client("kepala").get(path).get_data(as_text=True)
