"""By mail, a sender proves nothing: the token of a mail of ours does."""

from __future__ import annotations

from sqlalchemy import select

from channels.mail_inbound import sort
from tests.support import Office
from workflow import conversations, outbox, settling
from workflow.inbox import Stored, Wish, store
from workflow.messages import Sent
from workflow.models import Case, Conversation, Message, Outbound, Party

OURS = "aduan@rutan.example"
SITI, STRANGER = "Siti Aminah <siti@keluarga.example>", "Orang Lain <lain@asing.example>"
COMPLAINT = "Antrean kunjungan empat jam, tidak ada kursi untuk lansia."


def mail(
    text: str, sender: str = SITI, *, subject: str = "Pengaduan", to: str = OURS, id: str = "", more: str = ""
) -> bytes:
    named = f"Message-ID: <{id}@keluarga.example>\n" if id else ""
    return f"From: {sender}\nTo: {to}\nSubject: {subject}\n{named}{more}\n{text}\n".encode()


def receive(office: Office, raw: bytes, wish: Wish | None = None) -> Stored:
    with office.db.write() as session:
        stored = store(session, sort(raw, OURS).inbound, office.clock(), wish)
    office.handle()
    return stored


def said(office: Office) -> list[Outbound]:
    with office.db.read() as s:
        return list(s.scalars(select(Outbound).order_by(Outbound.id)))


def cases(office: Office) -> list[Case]:
    with office.db.read() as s:
        return list(s.scalars(select(Case).order_by(Case.received_at)))


def case_of(office: Office, stored: Stored) -> str | None:
    with office.db.read() as s:
        return s.get_one(Message, stored.message_id).case_id


def opened(office: Office) -> tuple[Case, str]:
    """A case by mail, and the token of the acknowledgement."""
    receive(office, mail(COMPLAINT, id="pertama"))
    (case,) = cases(office)
    return case, said(office)[-1].ref


def test_a_mail_opens_a_case_and_is_answered_once(office: Office) -> None:
    case, _ = opened(office)
    assert (case.channel, case.category) == ("email", "kunjungan")
    assert [row.key for row in said(office)] == ["opened"], "no question that nobody sees in time"


def test_the_token_brings_a_mail_to_its_case_whoever_sends_it(office: Office) -> None:
    case, token = opened(office)
    office.clock.advance(days=3)
    again = receive(office, mail("Sekarang lampu juga mati.", to=f"aduan+{token}@rutan.example", id="dua"))
    by_id = receive(office, mail("Masih mati.", STRANGER, id="tiga", more=f"In-Reply-To: <{token}@rutan.example>\n"))
    assert case_of(office, again) == case_of(office, by_id) == case.id
    with office.db.read() as s:
        assert len(s.scalars(select(Conversation)).all()) == 1, (
            "the answer goes to whom we wrote to, not to the stranger"
        )
        assert conversations.text_of(s, s.get_one(Message, again.message_id)) == "Sekarang lampu juga mati."


def test_neither_the_sender_nor_a_number_brings_a_mail_to_a_case(office: Office) -> None:
    case, _ = opened(office)
    same_sender = receive(office, mail("Lampu di kamar mandi blok C mati.", id="dua"))
    stranger = receive(
        office, mail("Tolong kirim jawabannya ke saya.", STRANGER, subject=f"Re: {case.number}", id="tiga")
    )
    assert case_of(office, same_sender) not in (None, case.id)
    assert case_of(office, stranger) != case.id
    before = [(c.id, c.status, c.visibility) for c in cases(office)]
    for word in ("CABUT", "TERBUKA", "PUAS", "KANWIL"):
        receive(office, mail(word, id=word, subject=""))
    assert [(c.id, c.status, c.visibility) for c in cases(office)] == before, "a forged sender moves nothing"


def test_two_mails_of_one_person_are_two_threads_of_one_person(office: Office) -> None:
    opened(office)
    receive(office, mail("Makanan basi tiga hari berturut-turut.", id="dua"))
    with office.db.read() as s:
        first, second = s.scalars(select(Case)).all()
        assert first.person_id == second.person_id
        assert len({p.alias for p in s.scalars(select(Party))}) == 2


def test_an_answer_to_an_older_mail_reaches_the_older_case(office: Office) -> None:
    case, token = opened(office)
    receive(office, mail("BARU", to=f"aduan+{token}@rutan.example", id="dua"))
    receive(office, mail("Makanan basi tiga hari berturut-turut.", to=f"aduan+{token}@rutan.example", id="tiga"))
    first, second = cases(office)
    newer = said(office)[-1].ref
    old = receive(office, mail("Air masih mati.", to=f"aduan+{token}@rutan.example", id="empat"))
    new = receive(office, mail("Hari ini basi lagi.", to=f"aduan+{newer}@rutan.example", id="lima"))
    assert (first.id, case_of(office, old), case_of(office, new)) == (case.id, first.id, second.id)


def test_the_same_id_and_content_is_a_repeat_and_other_content_is_kept_and_flagged(office: Office) -> None:
    raw = mail(COMPLAINT, id="sama")
    first = receive(office, raw)
    again = receive(office, b"Received: from mx\r\n" + raw.replace(b"\n", b"\r\n"))
    other = receive(office, mail("Isi yang lain sama sekali.", id="sama"))
    other_again = receive(office, mail("Isi yang lain sama sekali.", id="sama"))
    assert (again.duplicate, again.message_id) == (True, first.message_id)
    assert (other.duplicate, other_again.duplicate, other_again.message_id) == (False, True, other.message_id)
    with office.db.read() as s:
        assert [m.note for m in s.scalars(select(Message).order_by(Message.id))] == [
            "",
            "other content under a known id",
        ]


def test_an_officer_reads_that_the_id_had_come_before_with_other_content(office: Office) -> None:
    case, token = opened(office)
    receive(office, mail("Air masih mati.", to=f"aduan+{token}@rutan.example", id="kedua"))
    path = f"/petugas/kasus/{case.id}"
    assert "Pengenal kiriman ini" not in office.client("petugas").get(path).get_data(as_text=True)
    receive(office, mail("Sekarang makanan juga basi.", to=f"aduan+{token}@rutan.example", id="kedua"))
    page = office.client("petugas").get(path).get_data(as_text=True)
    assert page.count("Pengenal kiriman ini pernah dipakai") == 1
    assert page.index("Air masih mati.") < page.index("Pengenal kiriman ini") < page.index("Sekarang makanan")
    assert "Pengenal kiriman ini" not in office.client("kepala").get(path).get_data(as_text=True)


def test_what_nobody_wrote_is_kept_and_neither_handled_nor_answered(office: Office) -> None:
    _, token = opened(office)
    before = len(said(office))
    for n, headers in enumerate(("Auto-Submitted: auto-replied\n", "Precedence: bulk\n", "List-Id: <x>\n")):
        receive(office, mail("Saya cuti.", to=f"aduan+{token}@rutan.example", id=f"robot{n}", more=headers))
        receive(office, mail("Saya cuti.", STRANGER, id=f"robot-{n}", more=headers))
    assert (len(said(office)), len(cases(office))) == (before, 1)
    with office.db.read() as s:
        robots = s.scalars(select(Message).where(Message.state == "ignored")).all()
        assert len(robots) == 6 and all(m.raw_enc and m.case_id is None for m in robots)
        assert {m.note for m in robots} == {"auto_submitted", "bulk", "list"}


def test_a_mail_of_ours_names_what_it_answers_and_the_case(office: Office) -> None:
    case, token = opened(office)
    claimed = outbox.claim(office.db, "test", office.clock())
    assert claimed and (claimed.outgoing.number, claimed.outgoing.earlier) == (case.number, ())
    assert claimed.outgoing.follows == ("<pertama@keluarga.example>",)
    with office.db.write() as s:
        settling.settle(s, claimed, Sent("x", "sent"), office.clock())
    receive(office, mail("Masih mati.", to=f"aduan+{token}@rutan.example", id="dua"))
    following = outbox.claim(office.db, "test", office.clock())
    assert following and following.outgoing.follows[-1] == "<dua@keluarga.example>"
    assert following.outgoing.earlier == (token,)


def test_mail_from_an_archive_opens_its_case_without_an_answer(office: Office) -> None:
    receive(office, mail(COMPLAINT, id="arsip"), Wish(options={"quiet": True}))
    assert len(cases(office)) == 1
    assert [(row.key, row.state, row.error_code) for row in said(office)] == [("opened", "cancelled", "import")]


def test_an_erased_thread_is_not_written_into(office: Office) -> None:
    from workflow.vault import vault_of

    case, token = opened(office)
    with office.db.write() as s:
        key = s.get_one(Conversation, case.conversation_id).address.data_key_id
        vault_of(s).destroy(s, key, office.clock())
    again = receive(office, mail("Sekarang lampu juga mati.", to=f"aduan+{token}@rutan.example", id="dua"))
    assert case_of(office, again) not in (None, case.id)


def test_a_robot_that_begins_a_thread_with_every_answer_is_not_answered_without_end(office: Office) -> None:
    for n in range(13):
        receive(office, mail("Pesan Anda sudah kami terima, tiket 12345. Air mati.", id=f"robot{n}"))
    kept, stopped = ([row for row in said(office) if (row.state == "cancelled") == gone] for gone in (False, True))
    assert {row.error_code for row in stopped} == {"loop"}
    assert len({row.conversation_id for row in kept}) == 10
    office.clock.advance(hours=2)
    receive(office, mail(COMPLAINT, id="manusia"))
    assert said(office)[-1].state == "queued"
