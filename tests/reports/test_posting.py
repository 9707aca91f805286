"""The monthly report by mail: handed to a real SMTP server once, and whatever comes of it stands on the page."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from channels.mail_inbound import sort
from tests.reports.test_figures import KANWIL, RUTAN
from tests.reports.test_monthly import FIFTH, FIRST, WATER, told
from tests.servers.smtp import SmtpServer, Taken
from tests.support import Clock, Office, csrf
from tests.workflow.offices import on_sqlite
from webhooks.doctor import examine
from webhooks.service import open_service
from webhooks.settings import Settings
from workflow import deliveries, inbox, unit_settings
from workflow.models import Account, Case, JournalEntry, Message, Outbound, Report, Unit
from workflow.reports import monthly, posting
from workflow.sweep import recover

OURS, ABOVE, HEAD = "aduan@rutan.example", "kanwil@jatim.example", "kepala@rutan-magetan.example"
LATER = FIRST + timedelta(hours=1)


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    server = SmtpServer()
    yield server
    server.stop()


@pytest.fixture
def office(
    database_url: str, furnished_sqlite: Path, tmp_path: Path, clock: Clock, smtp: SmtpServer
) -> Iterator[Office]:
    """The demo facility with a mail server; the Kanwil and the facility have addresses."""
    leave = shutil.ignore_patterns("aduan.db*", "anchors")
    shutil.copytree(furnished_sqlite, tmp_path, dirs_exist_ok=True, ignore=leave)
    settings = Settings(
        home=tmp_path, database_url=database_url, public_url="https://aduan.example", smtp_url=smtp.url,
        mail_from=f"Layanan <{OURS}>",
    )  # fmt: skip
    made = Office(open_service(settings, clock), clock, settings)
    address(made, KANWIL, ABOVE)
    address(made, RUTAN, HEAD)
    yield made
    made.service.close()


def address(office: Office, code: str, typed: str) -> None:
    with office.db.write() as s:
        unit = s.scalars(select(Unit).where(Unit.code == code)).one()
        unit.settings = unit_settings.changed(unit, "report_email", typed, office.clock())


def december(office: Office, *, mail: str = OURS) -> None:
    """A complaint in November, and the first working day of December."""
    if office.clock.now < FIRST:
        office.say(WATER)
        office.deliver()
    office.clock.now = FIRST
    monthly.tick(office.db, "test", FIRST, mail=mail)
    office.deliver()


def fates(office: Office) -> list[tuple[str, str, str]]:
    """(wording, state, reason) of every mail about a report, in order."""
    with office.db.read() as s:
        rows = s.scalars(select(Outbound).where(Outbound.report_id.is_not(None)).order_by(Outbound.id))
        return [(row.key, row.state, row.error_reason) for row in rows]


def rutan(office: Office) -> Report:
    with office.db.read() as s:
        found = s.scalars(select(Report).join(Unit).where(Unit.code == RUTAN)).one()
        _ = found.unit, found.files
        s.expunge_all()
        return found


def bounce(office: Office, of: Taken) -> None:
    """The mail comes back, as a mailbox hands it to us."""
    raw = (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {of.sender}\r\nMessage-ID: <b@mx.example>\r\n"
        "Subject: Undelivered\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nMaaf.\r\n--b\r\n"
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {of.recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    ).encode()
    for receipt in sort(raw, OURS).reports:
        with office.db.write() as s:
            deliveries.take_report(s, receipt, office.clock())


def page(office: Office, name: str = "kanwil") -> str:
    return office.client(name).get("/petugas/laporan").get_data(as_text=True)


def test_the_office_above_gets_the_files_and_the_anchor_once(office: Office, smtp: SmtpServer) -> None:
    december(office)
    monthly.tick(office.db, "other", LATER, mail=OURS)
    office.deliver()
    (taken,) = smtp.taken
    mail, report = taken.message, rutan(office)
    assert taken.recipient == ABOVE
    assert mail["Subject"] == "Laporan bulanan November 2026: Rumah Tahanan Negara Kelas IIB Magetan"
    assert mail["Auto-Submitted"] == "auto-generated"
    enclosed = {p.get_filename(): p.get_payload(decode=True) for p in mail.walk() if p.get_filename()}
    assert set(enclosed) == {f"laporan-{RUTAN}-2026-11.{kind}" for kind in ("pdf", "xlsx", "csv")}
    assert {hashlib.sha256(content).hexdigest() for content in enclosed.values()} == {f.sha256 for f in report.files}
    text = taken.part("text/plain")
    assert f"entri nomor {report.journal_sequence}, hash {report.journal_hash.hex()}." in text  # type: ignore[union-attr]
    assert all(file.sha256 in text for file in report.files)
    assert "tanggal 5 Desember 2026" in text
    assert text.startswith("Kepada Yth. Kepala Kantor Wilayah Ditjenpas Jawa Timur\r\n")
    for secret in ("+628120000001", office.case().number, "tidak bisa mandi"):
        assert secret not in text and secret.encode() not in enclosed[f"laporan-{RUTAN}-2026-11.csv"]
    assert fates(office) == [(posting.REPORT, "sent", "")]
    assert report.sent_to == 3, "two accounts and one mail"


def test_without_an_address_or_a_server_it_stays_on_the_page(office: Office, smtp: SmtpServer) -> None:
    address(office, KANWIL, "")
    december(office)
    assert smtp.taken == [] and fates(office) == []
    assert rutan(office).sent_at == FIRST
    assert "tidak ada: hanya lewat halaman ini" in page(office)


@on_sqlite
def test_without_a_mail_server_nothing_is_put_in_line(office: Office) -> None:
    december(office, mail="")
    assert fates(office) == [] and rutan(office).sent_at == FIRST


def test_the_address_on_the_letterhead_serves_but_never_our_own_mailbox(office: Office) -> None:
    for setting, letterhead, goes_to in (
        ("", "tu@kanwil.example", "tu@kanwil.example"), ("", "tu at kanwil", ""), ("", OURS.upper(), ""),
        (ABOVE, "tu@kanwil.example", ABOVE),
    ):  # fmt: skip
        with office.db.write() as s:
            unit = s.scalars(select(Unit).where(Unit.code == KANWIL)).one()
            unit.settings = {"report_email": setting, "letterhead": {"email": letterhead}}
            assert posting.address(s, unit, OURS) == goes_to


def test_an_office_with_an_address_and_nobody_at_the_console_gets_it_by_mail(office: Office, smtp: SmtpServer) -> None:
    with office.db.write() as s:
        for account in s.scalars(select(Account).where(Account.name.in_(("kanwil", "kanwil2")))):
            account.disabled_at = office.clock()
    december(office)
    assert [taken.recipient for taken in smtp.taken] == [ABOVE]
    assert rutan(office).sent_to == 1


def test_a_server_that_is_down_is_tried_again(office: Office, smtp: SmtpServer) -> None:
    smtp.plan(ABOVE, "451 4.3.0 later", times=2)
    december(office)
    assert fates(office) == [(posting.REPORT, "queued", "provider")]
    for _ in range(2):
        office.clock.advance(minutes=2)
        office.deliver()
    assert [state for _, state, _ in fates(office)] == ["sent"] and len(smtp.taken) == 1


def test_a_bounce_shows_on_the_page_and_a_person_sends_it_to_the_right_address(
    office: Office, smtp: SmtpServer
) -> None:
    december(office)
    bounce(office, smtp.taken[0])
    before = told(office)
    monthly.tick(office.db, "test", LATER, mail=OURS)
    monthly.tick(office.db, "test", LATER + timedelta(hours=1), mail=OURS)
    assert told(office) - before == {(name, RUTAN, "report_unsent") for name in ("kepala", "kanwil", "kanwil2")}
    assert "gagal (alamat itu tidak ada atau tidak dapat dicapai)" in page(office)
    address(office, KANWIL, "baru@jatim.example")
    report, button = rutan(office), "Kirim surel sekali lagi"
    assert button not in page(office, "petugas") and button in page(office, "kepala")
    for name, status in (("petugas", 403), ("kanwil", 303), ("kanwil", 303)):
        client = office.client(name)
        token = csrf(client, "/petugas/laporan")
        answer = client.post(f"/petugas/laporan/{report.id}/kirim", data={"csrf_token": token})
        assert answer.status_code == status, name
    office.deliver()
    assert [taken.recipient for taken in smtp.taken] == [ABOVE, "baru@jatim.example"]
    assert button not in page(office)
    with office.db.read() as s:
        kept = list(s.scalars(select(JournalEntry.action).where(JournalEntry.action.like("report_%sent%"))))
    assert sorted(kept) == ["report_sent", "report_sent_again", "report_unsent"]


def test_a_mail_that_may_have_gone_out_is_not_sent_again_by_itself(office: Office, smtp: SmtpServer) -> None:
    smtp.plan(ABOVE, "drop")
    december(office)
    assert [state for _, state, _ in fates(office)] == ["uncertain"]
    for _ in range(3):
        office.clock.advance(minutes=20)
        recover(office.db, office.clock())
        office.deliver()
        monthly.tick(office.db, "test", office.clock(), mail=OURS)
    assert len(smtp.taken) == 1
    assert ("kanwil", RUTAN, "report_unsent") in told(office)
    assert "belum pasti terkirim" in page(office)


def kanwil_confirms(office: Office) -> None:
    """Its own report, so that nobody is reminded of that one."""
    with office.db.write() as s:
        own = s.scalars(select(Report).join(Unit).where(Unit.code == KANWIL)).one()
        monthly.confirm(s, office.officer(s, "kanwil"), own, LATER)


def test_on_the_fifth_the_head_is_reminded_by_mail_and_the_kanwil_sees_it(office: Office, smtp: SmtpServer) -> None:
    december(office)
    kanwil_confirms(office)
    before = told(office)
    for _ in range(2):
        office.clock.now = FIFTH
        monthly.tick(office.db, "test", FIFTH, mail=OURS)
        office.deliver()
    chase = smtp.taken[1]
    assert (len(smtp.taken), chase.recipient) == (2, HEAD)
    assert chase.message["Subject"].startswith("Belum disahkan: laporan bulanan November 2026")
    assert not [part for part in chase.message.walk() if part.get_filename()]
    assert {(name, key) for name, _, key in told(office) - before} == {
        ("kepala", "report_unconfirmed"), ("kanwil", "report_chased"), ("kanwil2", "report_chased"),
        ("kanwil", "report_unread"), ("kanwil2", "report_unread"),
    }  # fmt: skip
    assert "surel kepada kepala: terkirim" in page(office)


def test_who_has_confirmed_is_not_reminded(office: Office, smtp: SmtpServer) -> None:
    december(office)
    kanwil_confirms(office)
    with office.db.write() as s:
        monthly.confirm(s, office.officer(s, "kepala"), s.get_one(Report, rutan(office).id), LATER)
    monthly.tick(office.db, "test", FIFTH, mail=OURS)
    office.clock.now = FIFTH
    office.deliver()
    assert [taken.recipient for taken in smtp.taken] == [ABOVE]


def test_an_answer_to_the_mail_opens_no_case_and_says_where_to_go(office: Office, smtp: SmtpServer) -> None:
    december(office)
    sent = smtp.taken[0].message
    with office.db.read() as s:
        cases = len(s.scalars(select(Case.id)).all())
    for n in range(2):
        raw = (
            f"From: Kanwil <{ABOVE}>\r\nTo: {sent['Reply-To']}\r\nMessage-ID: <{n}@jatim.example>\r\n"
            f"In-Reply-To: {sent['Message-ID']}\r\nSubject: Re: Laporan\r\n\r\nAngka air mati di blok B salah, {n}.\r\n"
        ).encode()
        with office.db.write() as s:
            inbox.store(s, sort(raw, OURS).inbound, office.clock())
        office.handle()
    office.deliver()
    with office.db.read() as s:
        assert len(s.scalars(select(Case.id)).all()) == cases
        assert {m.state for m in s.scalars(select(Message))} == {"handled"}
    (answer,) = smtp.taken[1:]
    assert answer.recipient == ABOVE and "halaman Laporan bulanan" in answer.part("text/plain")


def test_forty_reports_in_an_hour_do_not_make_their_reader_a_robot(office: Office, smtp: SmtpServer) -> None:
    december(office)
    with office.db.write() as s:
        report = s.get_one(Report, rutan(office).id)
        for _ in range(12):
            twin = Report(unit_id=report.unit_id, month=f"20{_ + 30}-01", data_key_id=report.data_key_id,
                          made_at=report.made_at)  # fmt: skip
            s.add(twin)
            s.flush()
            posting.chase(s, twin, OURS, LATER)
            twin.sent_at, twin.chased_at = LATER, LATER
    raw = f"From: {HEAD}\r\nTo: {OURS}\r\nMessage-ID: <x@y.example>\r\nSubject: Air\r\n\r\n{WATER}\r\n".encode()
    with office.db.write() as s:
        inbox.store(s, sort(raw, OURS).inbound, office.clock())
    office.handle()
    with office.db.read() as s:
        assert (
            s.scalars(select(Outbound.state).where(Outbound.key == "opened").order_by(Outbound.id.desc())).first()
            == "queued"
        )


@on_sqlite
def test_files_that_are_gone_end_the_mail_and_not_the_service(office: Office, smtp: SmtpServer) -> None:
    office.say(WATER)
    office.deliver()
    office.clock.now = FIRST
    monthly.tick(office.db, "test", FIRST, mail=OURS)
    with office.db.write() as s:
        for file in s.get_one(Report, rutan(office).id).files:
            file.object_key = "00" + "0" * 62
    office.deliver()
    assert [state for _, state, _ in fates(office)] == ["failed"] and smtp.taken == []


@on_sqlite
def test_the_doctor_says_where_reports_stay_on_the_page(office: Office) -> None:
    def sentence() -> str:
        return next(f.sentence for f in examine(office.settings) if f.subject == "reports")

    assert "DITJENPAS" in sentence() and KANWIL not in sentence()
    address(office, KANWIL, "")
    assert KANWIL in sentence()


def test_what_is_no_address_is_refused(office: Office) -> None:
    with office.db.read() as s:
        unit = s.scalars(select(Unit).where(Unit.code == KANWIL)).one()
        for typed in ("kanwil", "a@b", "a b@c.example", "Kanwil <a@b.example>", "a@b.example, c@d.example"):
            with pytest.raises(unit_settings.Unfit, match="mail"):
                unit_settings.changed(unit, "report_email", typed, datetime.now(UTC))
