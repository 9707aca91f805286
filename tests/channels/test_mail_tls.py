"""Mail servers that prove who they are, and those that do not: real TLS on the loopback, certificates of the moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from channels.base import SendError
from channels.mail import MailAdapter, MailboxAdapter
from tests.live import eventually
from tests.servers import certificates
from tests.servers.imap import ImapServer
from tests.servers.smtp import SmtpServer
from tests.support import Clock, Office, make_office
from webhooks import doctor
from webhooks.polling import Round
from webhooks.settings import Settings, WrongSettings, load
from workflow import alarms
from workflow.messages import Outgoing
from workflow.models import Message, Outbound

#: That the server would take a password in clear is what makes "not in clear" worth something.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")

OURS, SITI = "aduan@rutan.example", "siti@keluarga.example"
LOGIN = ("aduan", "rahasia")
ANSWER = Outgoing("0123456789abcdef0123", "email", OURS, SITI, "Sudah kami terima.", "ack", "id")
#: What a server shows -> how we name it.
REFUSED = [("name", "tls_name"), ("unknown", "tls_unknown"), ("expired", "tls_expired")]


@pytest.fixture(params=["tls", "starttls"])
def smtp(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], SmtpServer]]:
    """A server that asks for a password and shows a certificate; called again, the same server shows another one."""
    made: list[SmtpServer] = []
    context = certificates.shown("good").context(tmp_path)

    def serve(kind: str) -> SmtpServer:
        certificates.shown(kind).load(context, tmp_path)
        if not made:
            made.append(SmtpServer(LOGIN, **{request.param: context}))
        return made[0]

    yield serve
    for server in made:
        server.stop()


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    server = ImapServer(pem=certificates.shown("good").pem)
    yield server
    server.remove()


@contextmanager
def office_of(database_url: str, tmp_path: Path, clock: Clock, **mail: object) -> Iterator[Office]:
    settings = Settings(
        home=tmp_path, database_url=database_url, public_url="https://aduan.example", mail_from=OURS,
        mail_ca_file=certificates.trusted(tmp_path), **mail,  # type: ignore[arg-type]
    )  # fmt: skip
    made = make_office(settings, clock)
    yield made
    made.service.close()


def adapter(server: SmtpServer, ca_file: Path | None) -> MailAdapter:
    return MailAdapter(smtp_url=server.open_url, mail_from=OURS, ca_file=str(ca_file) if ca_file else None, timeout=5.0)


def mailbox(url: str, ca_file: Path | None) -> MailboxAdapter:
    ca = str(ca_file) if ca_file else None
    return MailboxAdapter(
        imap_url=f"{url}/INBOX", smtp_url="smtp://127.0.0.1:1", mail_from=OURS, ca_file=ca, timeout=5.0, beat=0.2
    )


def refused(server: SmtpServer, ca_file: Path | None) -> SendError:
    with pytest.raises(SendError) as caught:
        adapter(server, ca_file).send(ANSWER)
    return caught.value


def nobody_else_logged_in(server: ImapServer) -> bool:
    """Two passwords were shown: at its start, and now, after whatever we did in between."""
    server.client().logout()
    eventually(lambda: server.logins() >= 2)
    return server.logins() == 2


def told(office: Office) -> list[tuple[str, str]]:
    with office.db.read() as s:
        return [(alarm.name, alarm.code) for alarm in alarms.ringing(s)]


# ------------------------------------------------------------------ what goes out


def test_a_server_that_proves_who_it_is_gets_the_mail_encrypted(
    smtp: Callable[[str], SmtpServer], tmp_path: Path
) -> None:
    server = smtp("good")
    adapter(server, certificates.trusted(tmp_path)).send(ANSWER)
    assert [taken.recipient for taken in server.taken] == [SITI]
    assert server.shown == [(*LOGIN, True)]


@pytest.mark.parametrize(("kind", "code"), REFUSED)
def test_one_that_does_not_hears_neither_password_nor_mail(
    smtp: Callable[[str], SmtpServer], tmp_path: Path, kind: str, code: str
) -> None:
    server = smtp(kind)
    error = refused(server, certificates.trusted(tmp_path))
    assert (error.code, error.reason, error.ours) == (code, "tls", True)
    assert (error.retryable, error.reached) == (True, False)
    assert server.shown == [] and server.taken == []


def test_without_a_file_of_our_own_the_machine_decides(smtp: Callable[[str], SmtpServer]) -> None:
    server = smtp("good")
    assert refused(server, None).code == "tls_unknown"
    assert server.shown == []


def test_a_certificate_that_signed_itself_is_trusted_where_the_file_holds_it(tmp_path: Path) -> None:
    shown, certificate = certificates.self_signed()
    (tmp_path / "own.pem").write_bytes(certificate)
    server = SmtpServer(LOGIN, tls=shown.context(tmp_path))
    try:
        assert refused(server, None).code == "tls_unknown"
        adapter(server, tmp_path / "own.pem").send(ANSWER)
        assert len(server.taken) == 1
    finally:
        server.stop()


def test_a_server_whose_offer_to_encrypt_was_cut_out_hears_nothing(tmp_path: Path) -> None:
    server = SmtpServer(LOGIN)
    try:
        url = server.open_url.replace("smtp:", "smtp+starttls:")
        with pytest.raises(SendError) as caught:
            MailAdapter(smtp_url=url, mail_from=OURS, timeout=5.0).send(ANSWER)
        assert (caught.value.code, caught.value.retryable, caught.value.ours) == ("tls_missing", True, True)
        assert server.shown == [] and server.taken == []
    finally:
        server.stop()


def test_a_message_waits_is_told_and_goes_out_once_the_certificate_is_right(
    smtp: Callable[[str], SmtpServer], database_url: str, tmp_path: Path, clock: Clock
) -> None:
    server = smtp("expired")
    with office_of(database_url, tmp_path, clock, smtp_url=server.open_url) as office:
        office.write("Air mati tiga hari di blok B.", SITI, channel="email")
        office.handle()
        office.deliver()

        def row() -> Outbound:
            with office.db.read() as s:
                return s.scalars(select(Outbound).where(Outbound.purpose == "ack")).one()

        waiting = row()
        assert (waiting.state, waiting.error_code, waiting.error_reason) == ("queued", "tls_expired", "tls")
        assert told(office) == [("sending:email", "tls_expired")]
        page = office.client("kanwil").get("/petugas/").get_data(as_text=True)
        assert "Surat keluar tertahan: server surat tidak dapat membuktikan jati dirinya." in page
        sentences = [f.sentence for f in doctor.examine(office.settings) if f.level == "wrong"]
        assert any(s.startswith("ADUAN_SMTP_URL") and "certificate has expired" in s for s in sentences)

        smtp("good")
        clock.advance(minutes=1)
        office.deliver()
        assert [taken.recipient for taken in server.taken] == [SITI]
        assert row().state == "sent" and told(office) == []
        page = office.client("kanwil").get("/petugas/").get_data(as_text=True)
        assert "Pengiriman pesan sempat tertahan dan sudah pulih." in page
    assert {encrypted for _, _, encrypted in server.shown} == {True}


# ------------------------------------------------------------------ what comes in


@pytest.mark.parametrize("way", ["tls_url", "starttls_url"])
def test_a_mailbox_is_opened_to_a_server_that_proves_who_it_is(imap: ImapServer, tmp_path: Path, way: str) -> None:
    found = mailbox(getattr(imap, way), certificates.trusted(tmp_path)).examine()
    assert found[-1].sentence == "The mailbox and its folders are open to us."


@pytest.mark.parametrize("way", ["tls_url", "starttls_url"])
@pytest.mark.parametrize(("kind", "words"), [
    ("name", "for another name"), ("unknown", "nobody whom we trust"), ("expired", "has expired"),
])  # fmt: skip
def test_one_that_does_not_hears_no_password(tmp_path: Path, way: str, kind: str, words: str) -> None:
    server = ImapServer(pem=certificates.shown(kind).pem)
    try:
        found = mailbox(getattr(server, way), certificates.trusted(tmp_path)).examine()[-1]
        assert found.level == "wrong" and found.sentence.startswith("ADUAN_IMAP_URL") and words in found.sentence
        assert nobody_else_logged_in(server)
    finally:
        server.remove()


def test_a_mailbox_whose_offer_to_encrypt_was_cut_out_hears_no_password() -> None:
    server = ImapServer()
    try:
        found = mailbox(server.starttls_url, None).examine()[-1]
        assert "offers no STARTTLS" in found.sentence
        assert nobody_else_logged_in(server)
    finally:
        server.remove()


def test_mail_waits_in_the_mailbox_until_the_certificate_is_right(
    imap: ImapServer, database_url: str, tmp_path: Path, clock: Clock
) -> None:
    imap.deliver(b"From: siti@keluarga.example\r\nMessage-ID: <m1@x>\r\nSubject: Air\r\n\r\nAir mati tiga hari.\r\n")
    imap.stop()
    imap.prove(certificates.shown("expired").pem)
    imap.start()
    with office_of(database_url, tmp_path, clock) as office:
        stopping = threading.Event()
        looker = mailbox(imap.tls_url, certificates.trusted(tmp_path))
        thread = threading.Thread(target=Round(office.service, looker, stopping).run, daemon=True)
        thread.start()
        try:
            eventually(lambda: told(office) == [("email", "tls_expired")], limit=30)
            page = office.client("kanwil").get("/petugas/").get_data(as_text=True)
            assert "Surat elektronik tidak diambil: server surat tidak dapat membuktikan jati dirinya." in page
            imap.stop()
            imap.prove(certificates.shown("good").pem)
            imap.start()
            eventually(lambda: told(office) == [], limit=80)  # a pause is thirty seconds at most
            with office.db.read() as s:
                assert len(s.scalars(select(Message)).all()) == 1
        finally:
            stopping.set()
            thread.join(timeout=30)
            assert not thread.is_alive()


# ------------------------------------------------------------------ the setting


@pytest.mark.parametrize("content", [None, b"", b"bukan sertifikat"])
def test_a_file_without_certificates_stops_the_start(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WrongSettings, match="ADUAN_MAIL_CA_FILE is wrong: must be a file of certificates"):
        load(home=tmp_path, mail_ca_file=path)


def test_a_file_that_vanishes_later_lets_nothing_out(tmp_path: Path) -> None:
    server = SmtpServer()
    try:
        error = refused(server, tmp_path / "gone.pem")
        assert (error.code, error.ours, error.retryable) == ("tls_ca", True, True)
    finally:
        server.stop()
