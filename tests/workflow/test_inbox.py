"""What is stored is stored once, whole, and handled in the end, whatever breaks in between."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bot import desk
from tests.support import Office
from tests.workflow.offices import on_sqlite
from tests.workflow.steps import COMPLAINT, SENDER, together
from webhooks.service import open_service
from workflow import cases, conversations, files, inbox, openings, people
from workflow.inbox import Intake, NotDurable, Wish
from workflow.messages import Inbound, Media
from workflow.models import Address, Attachment, Case, Conversation, Message, Person, Receipt


def inbound(provider_id: str = "m1", text: str = COMPLAINT, sender: str = SENDER, **fields: object) -> Inbound:
    channel = str(fields.pop("channel", "simulator"))
    return Inbound(channel, channel, provider_id, sender, text, text.encode(errors="surrogatepass"), **fields)  # type: ignore[arg-type]


def counts(office: Office) -> tuple[int, int]:
    """(messages, cases)"""
    with office.db.read() as s:
        return s.scalar(select(func.count(Message.id))) or 0, s.scalar(select(func.count(Case.id))) or 0


def texts(office: Office) -> list[str]:
    with office.db.read() as s:
        return [conversations.text_of(s, m) for m in s.scalars(select(Message).order_by(Message.id))]


def broken(office: Office, message_id: int) -> bytes:
    """Damage a stored text so that handling fails; returns what it was."""
    with office.db.write() as s:
        row = s.get_one(Message, message_id)
        good, row.body_enc = row.body_enc, b"x" * 40
        assert good
        return good


def retry(office: Office, times: int = 1) -> None:
    for _ in range(times):
        office.clock.advance(minutes=10)
        while desk.handle_next(office.db, "test", office.clock()):
            pass


# ------------------------------------------------------------------ once


def test_a_message_that_comes_ten_times_is_one_message_and_one_case(office: Office) -> None:
    first = office.write(COMPLAINT, provider_id="same")
    office.handle()
    again = [office.write(COMPLAINT, provider_id="same") for _ in range(9)]
    office.handle()
    assert [(a.duplicate, a.message_id) for a in again] == [(True, first.message_id)] * 9
    assert counts(office) == (1, 1)


def test_copies_from_eight_threads_are_one_message_and_one_case(office: Office) -> None:
    stored = together(8, lambda _: office.service.intake.store(inbound()))
    assert sum(not s.duplicate for s in stored) == 1  # type: ignore[attr-defined]
    assert len({s.message_id for s in stored}) == 1  # type: ignore[attr-defined]
    retry(office)
    assert counts(office) == (1, 1)


def test_copies_in_two_processes_are_one_message(office: Office) -> None:
    """Two writers that know nothing of each other, and a sender who is new to both."""
    writers = [Intake(office.db, office.clock), Intake(office.db, office.clock)]
    try:
        stored = together(8, lambda n: writers[n % 2].store(inbound()))
    finally:
        for writer in writers:
            writer.close()
    assert sum(not s.duplicate for s in stored) == 1  # type: ignore[attr-defined]
    with office.db.read() as s:
        for table in (Message, Address, Person, Conversation):
            assert s.scalar(select(func.count()).select_from(table)) == 1


def test_the_same_id_on_another_channel_or_account_is_another_message(office: Office) -> None:
    office.write("satu", provider_id="1", channel="whatsapp")
    office.write("dua", provider_id="1", channel="telegram")
    with office.db.write() as s:
        other = Inbound("whatsapp", "our second number", "1", SENDER, "tiga", b"tiga")
        assert not inbox.store(s, other, office.clock()).duplicate
    assert len(texts(office)) == 3


def test_a_batch_of_five_is_five_messages_in_order_and_one_case(office: Office) -> None:
    with office.db.write() as s:
        for n, text in enumerate((COMPLAINT, "Blok B kamar 4", "Sejak Senin", "Mohon dibantu", "Terima kasih")):
            inbox.store(s, inbound(f"b{n}", text), office.clock())
    office.handle()
    assert counts(office) == (5, 1)
    assert texts(office)[1:3] == ["Blok B kamar 4", "Sejak Senin"]
    with office.db.read() as s:
        assert len(set(s.scalars(select(Message.case_id)))) == 1


# ------------------------------------------------------------------ crashes and failures


def test_what_was_stored_before_a_crash_is_handled_after_it(office: Office) -> None:
    office.write(COMPLAINT)
    assert inbox.claim(office.db, "the one that died", office.clock.advance(seconds=5))
    office.service.close()
    office.service = open_service(office.settings, office.clock)
    assert not desk.handle_next(office.db, "new", office.clock()), "the dead worker's lease still holds"
    office.clock.advance(seconds=61)
    assert desk.handle_next(office.db, "new", office.clock())
    assert counts(office) == (1, 1)


def test_three_failures_set_a_message_aside_and_a_person_can_put_it_back(office: Office) -> None:
    stored = office.write(COMPLAINT)
    good = broken(office, stored.message_id)
    retry(office, 3)
    with office.db.read() as s:
        row = s.get_one(Message, stored.message_id)
        assert (row.state, row.attempts, cases.set_aside_count(s)) == ("set_aside", 3, 1)
    retry(office, 2)
    assert counts(office) == (1, 0)
    with office.db.write() as s:
        s.get_one(Message, stored.message_id).body_enc = good
        assert conversations.set_aside_again(s, office.clock()) == 1
    retry(office)
    assert counts(office) == (1, 1)


def test_tries_are_minutes_apart_not_moments(office: Office) -> None:
    stored = office.write(COMPLAINT)
    broken(office, stored.message_id)
    office.clock.advance(seconds=5)
    for expected in (20, 80):
        assert desk.handle_next(office.db, "test", office.clock())
        assert not desk.handle_next(office.db, "test", office.clock())
        with office.db.read() as s:
            pending = s.get_one(Conversation, stored.conversation_id).pending_at
        assert pending == office.clock() + timedelta(seconds=expected)
        office.clock.advance(seconds=expected)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_poisonous_message_in_a_burst_stands_alone(office: Office, place: int) -> None:
    stored = [office.write(text) for text in (COMPLAINT, "tambahan: kamar 7 juga", "dan kamar 9")]
    broken(office, stored[place].message_id)
    retry(office, 6)
    with office.db.read() as s:
        states = {m.id: (m.state, m.case_id is not None) for m in s.scalars(select(Message))}
    assert states[stored[place].message_id] == ("set_aside", False)
    assert all(states[x.message_id] == ("handled", True) for n, x in enumerate(stored) if n != place)


def test_one_conversation_that_fails_does_not_stop_another(office: Office) -> None:
    stored = office.write(COMPLAINT, "+6281")
    broken(office, stored.message_id)
    office.write(COMPLAINT, "+6282")
    retry(office, 4)
    assert counts(office) == (2, 1)


def test_a_dead_letter_waits_for_a_person_from_the_start(office: Office) -> None:
    office.write("rusak", wish=Wish(options={"dead_letter": True}))
    retry(office)
    with office.db.read() as s:
        assert cases.set_aside_count(s) == 1


def test_forgotten_conversations_are_rescued(office: Office) -> None:
    stored = office.write(COMPLAINT)
    with office.db.write() as s:
        s.execute(update(Conversation).values(pending_at=None))
    retry(office)
    assert counts(office) == (1, 0)
    with office.db.write() as s:
        assert conversations.rescue(s, office.clock()) == 1
        assert conversations.rescue(s, office.clock()) == 0
    retry(office)
    assert counts(office) == (1, 1)
    assert not inbox.is_pending(office.db, stored.conversation_id)


def test_workers_share_the_conversations_and_nobody_is_answered_twice(office: Office) -> None:
    for n in range(12):
        office.write(COMPLAINT, f"+62{n}")
    office.clock.advance(seconds=5)

    def work(n: int) -> int:
        count = 0
        while desk.handle_next(office.db, f"w{n}", office.clock()):
            count += 1
        return count

    assert sum(map(int, together(4, work))) == 12  # type: ignore[call-overload]
    assert counts(office) == (12, 12)
    with office.db.read() as s:
        assert set(s.scalars(select(Message.attempts))) == {0}
        assert len(set(s.scalars(select(Case.number)))) == 12


@on_sqlite
def test_the_writer_outlives_a_message_that_cannot_be_stored(office: Office) -> None:
    """A key that does not open, a type that is none of ours: this caller is told, the next one is served."""
    intake = office.service.intake
    first = intake.store(inbound("1"))
    for wrong in (
        Inbound("simulator", "simulator", None, SENDER, "x", b"x"),  # type: ignore[arg-type]
        Inbound("simulator", "simulator", "w2", SENDER, None, b"x"),  # type: ignore[arg-type]
        Inbound("simulator", "simulator", "w3", SENDER, "x", "not bytes \ud800"),  # type: ignore[arg-type]
        inbound("w4", sender="\ud800"),
        inbound("w5", media=(None,)),
    ):
        with pytest.raises(NotDurable):
            intake.store(wrong, timeout=5)
    assert not intake.store(inbound("2")).duplicate
    assert intake.store(inbound("1")).message_id == first.message_id


@on_sqlite
def test_a_full_disk_is_said_and_not_swallowed(office: Office) -> None:
    with office.db.engine.connect() as connection:
        connection.exec_driver_sql("CREATE TRIGGER full BEFORE INSERT ON message BEGIN SELECT RAISE(FAIL, 'full'); END")
        connection.commit()
    with pytest.raises(NotDurable):
        office.service.intake.store(inbound())
    assert counts(office) == (0, 0)


# ------------------------------------------------------------------ text and files

STRANGE = {
    "nul": "a\x00b",
    "lone surrogates": "a\ud800b\udfffc",
    "long": "ab " * 33_333 + "x",
    "right to left": "\u202eابثت\u202c kamar \u200f7",
    "emoji and joiners": "👩‍👩‍👧 🏳️‍🌈",
    "combining marks": "a" + "\u0301" * 5_000,
    "line ends": "a\r\nb\rc\u2028d",
    "empty": "",
    "blank": " \n\t ",
    "percent and braces": "100% {number} {0} %s",
}


@pytest.mark.parametrize("name", sorted(STRANGE))
def test_strange_text_is_kept_at_its_length_and_handled(office: Office, name: str) -> None:
    text = STRANGE[name]
    office.write(text)
    retry(office, 2)
    kept = texts(office)[0]
    assert len(kept) == len(text)
    assert "\x00" not in kept
    kept.encode()
    assert all(a == b for a, b in zip(kept, text, strict=True) if b != "\x00" and not "\ud800" <= b <= "\udfff")
    with office.db.read() as s:
        row = s.scalars(select(Message)).one()
        assert row.state == "handled"
        raw = office.service.vault.open(s, row.raw_key_id, row.raw_enc, "message.raw")
    assert raw == text.encode(errors="surrogatepass"), "the event itself is kept as it came"


def test_no_text_stands_in_any_column(office: Office) -> None:
    office.write("rahasia Zulkarnaen", display_name="Ibu Qomariah", number="+6281234", media=(Media("Zulkarnaen.txt", "text/plain; name=Zulkarnaen.txt", b"Zulkarnaen"),), note="reply_to=Zulkarnaen; edited")  # fmt: skip
    with office.db.read() as s:
        for table in Message.metadata.sorted_tables:
            for row in s.execute(select(table)):
                assert not [v for v in row if "zulkarnaen" in str(v).lower() or "Qomariah" in str(v)], table.name
        assert s.scalars(select(Message.note)).one() == "reply_to; edited"


def test_a_file_that_cannot_be_written_costs_only_itself(office: Office) -> None:
    """A file stands where the folder of the objects should be: every write is an OSError, also for root."""
    (office.settings.home / "attachments").write_text("no folder")
    office.write(COMPLAINT, media=(Media("a.txt", "text/plain", b"isi"),))
    office.handle()
    assert counts(office) == (1, 1)
    with office.db.read() as s:
        row = s.scalars(select(Attachment)).one()
        assert (row.state, row.object_key, files.content(s, row)) == ("lost", None, None)


def test_a_file_that_is_too_large_is_refused_and_the_text_kept(office: Office) -> None:
    office.write(
        COMPLAINT, media=(Media("a.bin", "application/x", bytes(inbox.MAX_FILE + 1)), Media("b", "", b"kecil"))
    )
    office.handle()
    assert counts(office) == (1, 1)
    with office.db.read() as s:
        rows = s.scalars(select(Attachment).order_by(Attachment.size)).all()
        assert [(r.state, r.size) for r in rows] == [("stored", 5), ("refused", inbox.MAX_FILE + 1)]
        assert files.content(s, rows[0]) == b"kecil"


def test_files_are_kept_encrypted_under_their_type_not_their_claim(office: Office, tmp_path: Path) -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(32)
    claims = [
        Media("foto.txt", "text/html", png),
        Media("a.html", "text/html", b"<script>"),
        Media("x", "image/png", b"?"),
    ]
    office.write("", kind="media", media=tuple(claims))
    with office.db.read() as s:
        rows = s.scalars(select(Attachment)).all()
        assert {files.content(s, r): r.content_type for r in rows} == {
            png: "image/png",
            b"<script>": "text/plain",
            b"?": "application/octet-stream",
        }
        assert {files.name(s, r) for r in rows} == {"foto.txt", "a.html", "x"}
    for path in (office.settings.home / "attachments").rglob("*"):
        assert path.is_dir() or (png not in path.read_bytes() and b"<script>" not in path.read_bytes())


@pytest.mark.parametrize("declared", ["", "x", "image/jpeg; name=Rudi.jpg", "a\x00/b", "teks " * 100, "IMAGE/JPEG"])
def test_a_declared_type_names_nobody_and_breaks_nothing(office: Office, declared: str) -> None:
    office.write(COMPLAINT, media=(Media("a", declared, url="https://example.org/1"),))
    with office.db.read() as s:
        kept = s.scalars(select(Attachment.content_type)).one()
    assert kept == ("image/jpeg" if "jpeg" in declared.lower() else "application/octet-stream")


def test_no_more_than_ten_files_a_message(office: Office) -> None:
    office.write("", kind="media", media=tuple(Media(f"{n}", "text/plain", b"x") for n in range(50)))
    with office.db.read() as s:
        assert len(s.scalars(select(Attachment)).all()) == inbox.MAX_FILES


# ------------------------------------------------------------------ people


def test_each_whatsapp_message_opens_the_window_for_a_day(office: Office) -> None:
    stored = office.write("halo", channel="whatsapp")
    other = office.write("halo", channel="sms")
    with office.db.read() as s:
        assert s.get_one(Conversation, stored.conversation_id).window_ends_at == office.clock() + timedelta(hours=24)
        assert s.get_one(Conversation, other.conversation_id).window_ends_at is None


@pytest.mark.parametrize("first", ["number", "user id"])
def test_an_id_sent_together_with_another_is_the_same_person(office: Office, first: str) -> None:
    """A user id beside a number: whichever came first, they are one person and two addresses."""
    if first == "number":
        office.write("satu", "+6281")
        office.write("dua", "user-7", aliases=("+6281",))
    else:
        office.write("satu", "user-7", aliases=("+6281",))
        office.write("dua", "+6281")
    office.write("tiga", "stranger")
    with office.db.read() as s:
        owners = {people.value(s, a): a.person_id for a in s.scalars(select(Address))}
    assert owners["user-7"] == owners["+6281"] != owners["stranger"]


def test_somebody_who_was_erased_and_writes_again_is_somebody_new(office: Office) -> None:
    office.say(COMPLAINT)
    with office.db.write() as s:
        person = s.scalars(select(Person)).one()
        old, person.erased_at = person.id, office.clock()
        office.service.vault.destroy(s, person.data_key_id, office.clock())
    office.write("Air mati lagi di blok B sejak kemarin, mohon dibantu.")
    office.handle()
    with office.db.read() as s:
        assert set(s.scalars(select(Message.state))) == {"handled"}
        address = s.scalars(select(Address)).one()
        assert address.person_id != old
        assert people.value(s, address) == SENDER


def test_what_a_person_tells_is_kept_apart_and_empty_facts_change_nothing(office: Office) -> None:
    office.write("halo", number="+6281", display_name="Ibu Siti")
    office.write("halo", wish=Wish(facts={"name": "", "contact": "surat"}))
    with office.db.read() as s:
        assert people.identity(s, s.scalars(select(Person)).one()) == {
            "name": "Ibu Siti",
            "number": "+6281",
            "contact": "surat",
        }


def test_a_receipt_is_minted_with_the_stored_message_and_moves_to_the_case(office: Office) -> None:
    stored = office.write(COMPLAINT, wish=Wish(mint=True, options={"form": True}))
    assert stored.receipt
    with office.db.read() as s:
        assert s.scalars(select(Receipt)).one().case_id is None
    office.handle()
    with office.db.read() as s:
        assert openings.receipt_code(s, s.scalars(select(Case)).one()) == stored.receipt
        assert len(s.scalars(select(Receipt)).all()) == 1
