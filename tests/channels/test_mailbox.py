"""What is looked for in a mailbox, and what is not missed: Dovecot on the loopback, the office on SQLite."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from channels.mail import MailboxAdapter
from channels.mail_imap import DEAD_LETTERS
from tests.live import eventually
from tests.servers.imap import ImapServer
from tests.servers.relay import Relay
from tests.servers.smtp import SmtpServer
from tests.support import Clock, Office, make_office
from webhooks import polling
from webhooks.polling import Round
from webhooks.settings import Settings
from workflow import alarms
from workflow.models import Message

OURS = "aduan@rutan.example"


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    server = ImapServer()
    yield server
    server.remove()


@pytest.fixture
def database_url(tmp_path: Path, sqlite_template: Path) -> str:
    (tmp_path / "aduan.db").write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{tmp_path / 'aduan.db'}"


@pytest.fixture
def office(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Office]:
    made = make_office(Settings(home=tmp_path, database_url=database_url, public_url="https://aduan.example"), clock)
    yield made
    made.service.close()


def mailbox(imap: ImapServer, path: str = "/INBOX", *, wait: float = 60.0, url: str = "") -> MailboxAdapter:
    return MailboxAdapter(
        imap_url=(url or imap.url) + path,
        smtp_url="smtp://127.0.0.1:1",
        mail_from=OURS,
        timeout=5.0,
        wait=wait,
        beat=0.2,
    )


@contextmanager
def looking(office: Office, adapter: MailboxAdapter) -> Iterator[None]:
    """The office looks into the mailbox meanwhile."""
    stopping = threading.Event()
    thread = threading.Thread(target=Round(office.service, adapter, stopping).run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(timeout=30)
        assert not thread.is_alive()


def mail(number: int, text: str = "Air mati tiga hari di blok B.") -> bytes:
    return f"From: siti@keluarga.example\r\nMessage-ID: <m{number}@x>\r\nSubject: Surat {number}\r\n\r\n{text}\r\n".encode()


def messages(office: Office) -> list[Message]:
    with office.db.read() as s:
        return list(s.scalars(select(Message).order_by(Message.id)))


def stored(office: Office, number: int) -> None:
    eventually(lambda: len(messages(office)) >= number)
    assert len(messages(office)) == number


def test_mail_that_lies_there_is_taken_and_new_mail_wakes_us(office: Office, imap: ImapServer) -> None:
    imap.deliver(mail(1))
    with looking(office, mailbox(imap)):
        stored(office, 1)
        imap.deliver(mail(2))
        stored(office, 2)  # long before the next look, which is a minute away
    assert imap.flags() == [(b"\\Seen",), (b"\\Seen",)]


def test_without_idle_it_is_looked_for(office: Office) -> None:
    server = ImapServer("protocol imap {\n  imap_capability = IMAP4rev1 LITERAL+ UIDPLUS\n}")
    try:
        with looking(office, mailbox(server, wait=0.3)):
            server.deliver(mail(1))
            stored(office, 1)
            server.deliver(b"\x00 bukan surat")
            eventually(lambda: server.mails(DEAD_LETTERS))
        assert len(server.mails()) == 1, "the dead letter was moved without MOVE"
    finally:
        server.remove()


def test_it_goes_on_after_the_last_uid_whatever_is_unread(office: Office, imap: ImapServer) -> None:
    for number in (1, 2, 3):
        imap.deliver(mail(number))
    with looking(office, mailbox(imap)):
        stored(office, 3)
    with imap.client() as client:
        client.select_folder("INBOX")
        client.remove_flags(client.search(), [b"\\Seen"])
    imap.deliver(mail(4))
    with looking(office, mailbox(imap)):
        stored(office, 4)
    assert imap.flags()[:3] != [(b"\\Seen",)] * 3, "what was taken before was not touched again"


def test_a_server_that_counts_anew_doubles_nothing_and_loses_nothing(office: Office, imap: ImapServer) -> None:
    imap.deliver(mail(1))
    with looking(office, mailbox(imap)):
        stored(office, 1)
    imap.stop()
    for name in imap.home.glob("mail/**/dovecot*"):
        name.unlink()
    imap.start()
    imap.deliver(mail(2))
    with looking(office, mailbox(imap)):
        stored(office, 2)


def test_every_folder_is_looked_into(office: Office, imap: ImapServer) -> None:
    imap.deliver(mail(1))
    imap.deliver(mail(2), "Pengaduan Lama")
    with looking(office, mailbox(imap, "/INBOX,Pengaduan%20Lama")):
        stored(office, 2)


def test_a_line_that_breaks_is_taken_up_again(office: Office, imap: ImapServer) -> None:
    with looking(office, mailbox(imap)):
        imap.deliver(mail(1))
        stored(office, 1)
        imap.stop()
        imap.start()
        imap.deliver(mail(2))
        stored(office, 2)
    with office.db.read() as s:
        assert alarms.ringing(s) == []


def test_a_wrong_password_and_a_missing_folder_are_told_at_once_and_so_is_the_recovery(
    office: Office, imap: ImapServer, caplog: pytest.LogCaptureFixture
) -> None:
    def told() -> str:
        with office.db.read() as s:
            return next((alarm.code for alarm in alarms.ringing(s)), "")

    with looking(office, mailbox(imap, url=imap.url.replace("rahasia", "salah"))):
        eventually(lambda: told() == "auth")
    with looking(office, mailbox(imap, "/Tidak-Ada")):
        eventually(lambda: told() == "folder")
    with looking(office, mailbox(imap)):
        eventually(lambda: told() == "")
    lines = [record.getMessage() for record in caplog.records]
    assert "a way in is in trouble: adapter=email code=auth" in lines
    assert "a way in works again: adapter=email" in lines


def test_the_doctor_logs_in_to_both_servers(imap: ImapServer) -> None:
    smtp = SmtpServer()

    def levels(url: str, path: str, smtp_url: str) -> list[str]:
        adapter = MailboxAdapter(imap_url=url + path, smtp_url=smtp_url, mail_from=OURS, timeout=5.0)
        return [f"{check.level} {check.sentence.partition(' ')[0]}" for check in adapter.examine()]

    try:
        assert levels(imap.url, "/INBOX", smtp.url) == ["ok The", "ok The"]
        assert levels(imap.url, "/Tidak-Ada", smtp.url) == ["ok The", "wrong ADUAN_IMAP_URL"]
        assert levels(imap.url.replace("rahasia", "x"), "/INBOX", smtp.url) == ["ok The", "wrong ADUAN_IMAP_URL"]
        assert levels(imap.url, "/INBOX", "smtp://127.0.0.1:1") == ["wrong ADUAN_SMTP_URL", "ok The"]
    finally:
        smtp.stop()


def test_two_processes_take_each_mail_once(office: Office, imap: ImapServer) -> None:
    for number in range(1, 6):
        imap.deliver(mail(number))
    with looking(office, mailbox(imap)), looking(office, mailbox(imap)):
        stored(office, 5)


def test_old_mail_of_a_mailbox_that_is_new_to_us_is_left_alone(office: Office, imap: ImapServer) -> None:
    from datetime import UTC, datetime, timedelta

    with imap.client() as client:
        client.append("INBOX", mail(1), msg_time=datetime.now(UTC) - timedelta(days=400))
    with looking(office, mailbox(imap)):
        imap.deliver(mail(2))
        stored(office, 1)
    with looking(office, mailbox(imap)):
        imap.deliver(mail(3))
        stored(office, 2)
    assert len(imap.mails()) == 3


def test_a_mail_that_comes_in_during_the_first_look_is_new(office: Office, imap: ImapServer) -> None:
    def meanwhile(said: bytes) -> bytes:
        if b"SINCE" in said and not imap.mails():
            imap.deliver(mail(1))
        return said

    with through(imap, meanwhile) as url, looking(office, mailbox(imap, url=url)):
        stored(office, 1)


def test_a_mail_that_the_server_cannot_give_out_is_told_and_holds_up_nothing(office: Office, imap: ImapServer) -> None:
    imap.deliver(mail(1))
    imap.deliver(mail(2))

    def broken(said: bytes) -> bytes:
        return said.replace(b"FETCH 1 ", b"FETCH x ")

    with through(imap, broken) as url, looking(office, mailbox(imap, url=url)):
        stored(office, 2)
    assert [message.state for message in messages(office)] == ["set_aside", "new"]
    assert "1 pesan masuk belum dapat diolah" in office.client("kanwil").get("/petugas/").get_data(as_text=True)
    assert imap.flags() == [(), (b"\\Seen",)], "it stays in the mailbox as it was"


@contextmanager
def through(imap: ImapServer, heard: Callable[[bytes], bytes]) -> Iterator[str]:
    """The address of the server behind a wire of ours."""
    relay = Relay(imap.port, heard)
    try:
        yield imap.url.replace(str(imap.port), str(relay.port))
    finally:
        relay.close()


def test_a_silence_is_told_whatever_the_reason_and_its_end_too(office: Office, imap: ImapServer) -> None:
    adapter = mailbox(imap)
    office.service.adapters["email"] = adapter
    imap.deliver(mail(1))
    with looking(office, adapter):
        stored(office, 1)

    def told() -> list[tuple[str, str]]:
        polling.watch(office.service)
        with office.db.read() as s:
            return [(alarm.name, alarm.code) for alarm in alarms.ringing(s)]

    office.clock.advance(minutes=9)
    assert told() == []
    office.clock.advance(minutes=2)
    assert told() == told() == [("email", "silent")]
    assert "Surat elektronik tidak dapat diambil." in office.client("kanwil").get("/petugas/").get_data(as_text=True)
    with looking(office, adapter):
        eventually(lambda: not told())
    page = office.client("kanwil").get("/petugas/").get_data(as_text=True)
    assert "Pengambilan surat elektronik sempat terhenti dan sudah pulih." in page
