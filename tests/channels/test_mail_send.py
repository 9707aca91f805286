"""What comes of a mail that is handed to an SMTP server: a real one on the loopback takes it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from channels.base import BadPayload, SendError, WireRequest
from channels.mail import MailAdapter
from channels.mail_inbound import sort
from tests.servers.smtp import SmtpServer, Taken
from workflow.messages import Media, Outgoing

REF, EARLIER = "0123456789abcdef0123", "aaaaaaaaaaaaaaaaaaaa"
SITI = "siti@keluarga.example"
ANSWER = Outgoing(
    REF, "email", "aduan@rutan.example", SITI, "Pengaduan Anda sudah kami terima.\n\nNomor: ADU-1 <b>\nBaris – dua.",
    "ack", "id", number="ADU-RUTAN-MAGETAN-2026-0001", follows=("<satu@keluarga.example>", "<dua@keluarga.example>"),
    earlier=(EARLIER,),
)  # fmt: skip


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    made = SmtpServer()
    yield made
    made.stop()


def adapter(server: SmtpServer, *, plus: bool = True, url: str = "") -> MailAdapter:
    sender = "Layanan Pengaduan <aduan@rutan.example>"
    return MailAdapter(smtp_url=url or server.url, mail_from=sender, plus=plus, timeout=1.0)


def sent(server: SmtpServer, outgoing: Outgoing = ANSWER, *, plus: bool = True) -> Taken:
    adapter(server, plus=plus).send(outgoing)
    return server.taken[-1]


def refused(server: SmtpServer, outgoing: Outgoing = ANSWER, url: str = "") -> SendError:
    with pytest.raises(SendError) as caught:
        adapter(server, url=url).send(outgoing)
    return caught.value


def test_an_answer_stands_in_its_thread_and_finds_back(server: SmtpServer) -> None:
    taken = sent(server)
    mail = taken.message
    assert (taken.recipient, taken.sender) == (SITI, f"aduan+{REF}@rutan.example")
    assert mail["Message-ID"] == f"<{REF}@rutan.example>"
    assert mail["In-Reply-To"] == "<dua@keluarga.example>"
    assert mail["References"].split() == [
        "<satu@keluarga.example>",
        f"<{EARLIER}@rutan.example>",
        "<dua@keluarga.example>",
    ]
    assert mail["Reply-To"] == f"aduan+{REF}@rutan.example"
    assert (mail["From"], mail["To"]) == ("Layanan Pengaduan <aduan@rutan.example>", SITI)
    assert mail["Auto-Submitted"] == "auto-replied" and mail["Date"]
    reply = f"From: {SITI}\nTo: {mail['Reply-To']}\nIn-Reply-To: {mail['Message-ID']}\n\nMasih mati.\n".encode()
    assert sort(reply, "aduan@rutan.example").inbound.answers == (REF,)


def test_the_text_is_there_twice_and_the_subject_tells_nothing(server: SmtpServer) -> None:
    taken = sent(server)
    assert taken.message["Subject"] == "Pengaduan ADU-RUTAN-MAGETAN-2026-0001"
    assert taken.part("text/plain").replace("\r\n", "\n").strip() == ANSWER.body
    assert "<p>Nomor: ADU-1 &lt;b&gt;<br>Baris – dua.</p>" in taken.part("text/html").replace("\r\n", "\n")
    english = sent(server, replace(ANSWER, locale="en", number=""))
    assert english.message["Subject"] == "Complaint service"


def test_what_we_begin_ourselves_says_so(server: SmtpServer) -> None:
    taken = sent(server, replace(ANSWER, purpose="official", follows=(), earlier=()))
    assert taken.message["Auto-Submitted"] == "auto-generated"
    assert taken.message["In-Reply-To"] is None


def test_a_mailbox_without_plus_addresses_is_answered_by_the_ids_alone(server: SmtpServer) -> None:
    taken = sent(server, plus=False)
    assert (taken.sender, taken.message["Reply-To"]) == ("aduan@rutan.example", None)


@pytest.mark.parametrize("odd", ["<a\nBcc: x@y>", "<" + "x" * 400 + "@y>", "<a b@c>", "tanpa kurung"])
def test_an_id_that_is_none_is_not_repeated(server: SmtpServer, odd: str) -> None:
    taken = sent(server, replace(ANSWER, follows=(odd,), earlier=()))
    assert taken.message["In-Reply-To"] is None and taken.message["Bcc"] is None


def test_our_own_mail_that_comes_back_is_a_loop(server: SmtpServer) -> None:
    assert sort(sent(server).raw, "aduan@rutan.example").reason == "loop"


REFUSALS = [
    ("550 5.1.1 no such user", "5.1.1", "address", False, False),
    ("550 no such user", "550", "address", False, False),
    ("450 4.2.1 try later", "4.2.1", "provider", True, False),
    ("451 greylisted", "451", "provider", True, False),
    ("452 4.2.2 mailbox full", "4.2.2", "carrier", True, False),
    ("552 5.2.2 mailbox full", "5.2.2", "carrier", False, False),
    ("554 5.7.1 relay access denied", "5.7.1", "sender", False, True),
    ("550 5.7.1 blocked", "5.7.1", "policy", False, False),
    ("data 554 5.7.1 looks like spam", "5.7.1", "policy", False, False),
    ("data 452 4.3.1 no space", "4.3.1", "provider", True, False),
]


@pytest.mark.parametrize(("fault", "code", "reason", "retryable", "ours"), REFUSALS)
def test_a_refusal_says_what_it_means(
    server: SmtpServer, fault: str, code: str, reason: str, retryable: bool, ours: bool
) -> None:
    server.plan(SITI, fault)
    error = refused(server)
    assert (error.code, error.reason, error.retryable, error.ours) == (code, reason, retryable, ours)
    assert not error.reached


def test_a_refused_sender_is_our_own_fault(server: SmtpServer) -> None:
    server.plan("MAIL", "550 5.7.1 not yours")
    error = refused(server)
    assert (error.reason, error.ours, error.retryable) == ("sender", True, False)


@pytest.mark.parametrize(("fault", "code"), [("drop", "network"), ("hang", "timeout")])
def test_silence_after_the_content_leaves_it_open_whether_it_arrived(server: SmtpServer, fault: str, code: str) -> None:
    server.plan(SITI, fault)
    error = refused(server)
    assert (error.code, error.retryable, error.reached) == (code, True, True)


def test_a_server_that_is_not_there_or_says_nothing_is_tried_again(server: SmtpServer) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        port = mute.getsockname()[1]
        error = refused(server, url=f"smtp://127.0.0.1:{port}")
        assert (error.code, error.retryable, error.reached) == ("network", True, False)
        mute.listen()
        error = refused(server, url=f"smtp://127.0.0.1:{port}")
        assert (error.code, error.retryable, error.reached) == ("timeout", True, False)


def test_encryption_that_the_server_does_not_offer_is_our_own_fault(server: SmtpServer) -> None:
    error = refused(server, url=server.url.replace("smtp:", "smtp+starttls:"))
    assert (error.code, error.ours, error.retryable) == ("tls_missing", True, True)
    assert refused(server, url=server.url.replace("smtp:", "smtps:")).code == "tls"


@pytest.mark.parametrize("recipient", ["", "siti", "a b@c", "siti@x.example\r\nBcc: y@z", "unreadable:00", "<a@b>"])
def test_what_is_no_address_is_not_sent_to(server: SmtpServer, recipient: str) -> None:
    assert refused(server, replace(ANSWER, recipient=recipient)).reason == "address"
    assert server.taken == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_the_password_opens_the_server_and_a_wrong_one_is_our_own_fault() -> None:
    server = SmtpServer(login=("aduan", "rahasia:/@"))
    try:
        adapter(server, url=server.url.replace("//", "//aduan:rahasia%3A%2F%40@")).send(ANSWER)
        assert len(server.taken) == 1
        error = refused(server, url=server.url.replace("//", "//aduan:salah@"))
        assert (error.code, error.ours, error.retryable) == ("auth", True, False)
    finally:
        server.stop()


def test_mail_has_no_route_and_keeps_its_files_with_it(server: SmtpServer) -> None:
    mail = adapter(server)
    request = WireRequest("", {}, (), b"From: a@b.example\nSubject: Air mati\n\nTiga hari.\n")
    assert not mail.verify(request)
    assert mail.parse(request)[0].text == "Air mati\n\nTiga hari."
    assert mail.parse_report(request) == ()
    assert mail.explain("5.1.1").reason == "address"
    assert mail.fetch(Media("a", "", content=b"x")) == b"x"
    with pytest.raises(SendError):
        mail.fetch(Media("a", ""))
    with pytest.raises(BadPayload):
        mail.parse(replace(request, body=b""))
