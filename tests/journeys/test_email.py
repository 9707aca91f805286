"""From a mailbox on a real IMAP server to the answered mail and the bounce that comes back, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.journeys.test_spine import answered
from tests.live import PUBLIC, Live, eventually, running
from tests.servers.imap import ImapServer
from tests.servers.smtp import SmtpServer, Taken
from webhooks.settings import Settings
from workflow import ladder
from workflow.models import Case, Message, Outbound

OURS, SITI = "aduan@rutan.example", "siti@keluarga.example"
COMPLAINT = "Sudah tiga hari air di blok B mati, anak saya Rudi tidak bisa mandi."


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    server = ImapServer()
    yield server
    server.remove()


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    server = SmtpServer()
    yield server
    server.stop()


@pytest.fixture
def live(database_url: str, tmp_path: Path, imap: ImapServer, smtp: SmtpServer) -> Iterator[Live]:
    settings = Settings(
        home=tmp_path, database_url=database_url, public_url=PUBLIC, imap_url=f"{imap.url}/INBOX",
        smtp_url=smtp.url, mail_from=f"Layanan Pengaduan <{OURS}>",
    )  # fmt: skip
    with running(settings) as made:
        yield made


def mail(text: str, *headers: str, subject: str = "Pengaduan", to: str = OURS, id: str = "satu") -> bytes:
    lines = [f"From: Siti Aminah <{SITI}>", f"To: {to}", f"Subject: {subject}", f"Message-ID: <{id}@keluarga.example>"]
    return "\r\n".join([*lines, *headers, "Content-Type: text/plain; charset=utf-8", "", text, ""]).encode()


def bounce(of: Taken) -> bytes:
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {of.sender}\r\nMessage-ID: <b@mx.example>\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nMaaf.\r\n--b\r\n"
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {of.recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    ).encode()


def rows(live: Live, model: type) -> list:
    with live.office.db.read() as s:
        return list(s.scalars(select(model)))


def test_a_mail_is_answered_in_its_thread_and_a_bounce_reaches_the_printed_letter(
    live: Live, imap: ImapServer, smtp: SmtpServer
) -> None:
    imap.deliver(mail(COMPLAINT))
    eventually(lambda: smtp.taken)
    ack = smtp.taken[0]
    number = live.office.case(SITI).number
    assert (ack.recipient, ack.message["In-Reply-To"]) == (SITI, "<satu@keluarga.example>")
    assert ack.message["Subject"] == f"Pengaduan {number}"
    assert "tiga hari" not in ack.raw.decode(), "what was written is not repeated"
    assert imap.flags() == [(b"\\Seen",)]

    reply = (
        f"Sekarang lampu juga mati.\n\nPada Sen, 2 Nov 2026 pukul 10.12 Layanan <{OURS}> menulis:\n\n> Nomor {number}\n"
    )
    imap.deliver(mail(reply, subject=f"Re: Pengaduan {number}", to=ack.message["Reply-To"], id="dua"))
    eventually(lambda: len([m for m in rows(live, Message) if m.case_id]) == 2)
    assert len(rows(live, Case)) == 1

    answered(live.office, SITI)
    live.office.db.ring()
    eventually(lambda: any("Air sudah mengalir." in taken.part("text/plain") for taken in smtp.taken))
    official = next(t for t in smtp.taken if "Air sudah mengalir." in t.part("text/plain"))
    assert official.message["In-Reply-To"] == "<dua@keluarga.example>"
    assert ack.message["Message-ID"] in official.message["References"]

    imap.deliver(bounce(official))
    said = lambda: next(row for row in rows(live, Outbound) if row.purpose == "official")  # noqa: E731
    live.office.db.ring()
    eventually(lambda: said().state == "failed")
    assert (said().error_code, said().error_reason) == ("5.1.1", "address")
    with live.office.db.read() as s:
        rungs = ladder.rungs(s, s.scalars(select(Case)).one())
        assert next((r.kind, r.outcome) for r in rungs) == ("text", "failed")
        assert "print" in {r.kind for r in rungs}
    assert len(smtp.taken) == len({t.message["Message-ID"] for t in smtp.taken}), (
        "nothing goes out twice, a bounce is not answered"
    )


def test_robots_get_no_answer_and_what_nobody_can_read_is_set_aside(
    live: Live, imap: ImapServer, smtp: SmtpServer
) -> None:
    imap.deliver(mail("Saya cuti.", "Auto-Submitted: auto-replied", id="robot"))
    imap.deliver(b"\x00\x01 bukan surat")
    imap.deliver(mail(COMPLAINT, id="manusia"))
    eventually(lambda: smtp.taken)
    eventually(lambda: imap.mails("Aduan-Dead-Letter"))
    assert sorted(m.state for m in rows(live, Message)) == ["handled", "ignored", "set_aside"]
    assert [taken.recipient for taken in smtp.taken] == [SITI]
    assert len(imap.mails()) == 2, "what was read stays where it was"
