"""The demo: facility, staff and a few cases, made through the same verbs as everything else."""

from __future__ import annotations

import os
import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import desk
from webhooks.service import open_database, utc_now
from webhooks.settings import Settings
from workflow import cases, decisions, facts, inbox, inspection, staff, standards, units, wording
from workflow.actors import Officer
from workflow.alternatives import Alternative
from workflow.db import Database
from workflow.messages import Inbound
from workflow.models import Account, Case, Mark, Unit

FACILITY, KANWIL = "RUTAN-MAGETAN", "KANWIL-JATIM"

#: name, role, unit, full name, post. All persons are invented.
STAFF = (
    ("petugas", "petugas", FACILITY, "Sari Wulandari", "Petugas Unit Layanan Pengaduan"),
    ("petugas2", "petugas", FACILITY, "Dimas Prayogo", "Petugas Unit Layanan Pengaduan"),
    ("kepala", "kepala", FACILITY, "Bambang Hartono", "Kepala Rutan"),
    ("pejabat", "pejabat", FACILITY, "Ratna Kusumawati", "Kasubsi Pelayanan Tahanan"),
    ("kanwil", "kanwil", KANWIL, "Agus Setiabudi", "Analis Pengaduan Kanwil"),
    ("kanwil2", "kanwil", KANWIL, "Lestari Handayani", "Kepala Bidang Kepatuhan Internal"),
    ("kustodian", "kustodian", KANWIL, "Yohanes Widodo", "Kustodian Identitas"),
    ("admin", "admin", FACILITY, "Operator Layanan", "Operator"),
)

#: sender, hours ago, text, how far the office has come with it.
CASES = (
    (
        "+628110000101",
        50,
        "Assalamualaikum, sudah tiga hari air di blok B mati, anak saya tidak bisa mandi dan wudhu.",
        5,
    ),
    ("+628110000102", 30, "Petugas loket minta uang 50 ribu supaya kunjungan suami saya dilayani duluan kemarin.", 2),
    (
        "+628110000103",
        26,
        "Titipan makanan untuk adik saya di kamar 7 tidak sampai, padahal sudah diterima petugas.",
        3,
    ),
    ("+628110000104", 9, "Kalapas menyuruh potong jatah makan blok C, kami takut bicara.", 0),
    ("+628110000105", 3, "Antrean kunjungan hari Selasa empat jam, tidak ada kursi untuk ibu saya yang sudah tua.", 1),
    ("+628110000106", 1, "Tolong pak, adik saya di blok A dipukuli teman sekamarnya malam ini, kepalanya berdarah!", 0),
)

#: What a facility would write itself. Invented, and said to be so in the source that stands under every answer.
EXAMPLE = "contoh untuk demo, bukan keterangan resmi"
FACTS = (
    (
        "jam_kunjungan",
        "(contoh) Senin sampai Kamis, pendaftaran 08.30 sampai 11.00.",
        "(example) Monday to Thursday, registration 08.30 to 11.00.",
    ),
    (
        "syarat_kunjungan",
        "(contoh) KTP asli, paling banyak 3 orang dewasa; anak boleh ikut bersama orang tua.",
        "(example) original identity card, at most 3 adults; children may come with a parent.",
    ),
    (
        "hari_titipan",
        "(contoh) Senin sampai Sabtu, 08.30 sampai 12.00, di loket penitipan.",
        "(example) Monday to Saturday, 08.30 to 12.00, at the parcel counter.",
    ),
    (
        "barang_dilarang",
        "(contoh) boleh: makanan matang dalam wadah bening, pakaian, sabun. Dilarang: kaca, kaleng, benda tajam.",
        "(example) allowed: cooked food in a clear box, clothes, soap. Forbidden: glass, tins, sharp things.",
    ),
    ("jam_layanan", "(contoh) Senin sampai Jumat, 08.00 sampai 15.00.", "(example) Monday to Friday, 08.00 to 15.00."),
)


def fill(settings: Settings) -> bool:
    """Fill an empty database; False, and nothing changed, where it is not empty or filled already."""
    database, _ = open_database(settings)
    try:
        with database.read() as session:
            if session.scalar(select(func.count()).select_from(Account)):
                return False
        _people(database, settings)
        now = utc_now()
        for number, (sender, hours, text, steps) in enumerate(CASES):
            _case(database, f"demo-{number}", sender, text, now - timedelta(hours=hours), steps)
        return True
    finally:
        database.close()


def _people(database: Database, settings: Settings) -> None:
    """Units and accounts in one transaction; the passwords are in a file that only its owner reads."""
    passwords = {name: secrets.token_urlsafe(12) for name, *_ in STAFF}
    now = utc_now() - timedelta(days=7)  # before the first of the demo cases
    with database.write() as session:
        root = session.scalars(select(Unit).where(Unit.code == units.ROOT_CODE)).one()
        kanwil = units.ensure(session, KANWIL, "Kantor Wilayah Ditjenpas Jawa Timur", "kanwil", root)
        facility = units.ensure(
            session, FACILITY, "Rumah Tahanan Negara Kelas IIB Magetan", "upt", kanwil, "Asia/Jakarta"
        )
        codes = {KANWIL: kanwil, FACILITY: facility}
        for name, role, unit, full_name, post in STAFF:
            staff.add(session, name, passwords[name], [(role, codes[unit])], now, full_name, post)
        session.add(Mark(name="demo", value=now.isoformat()))
        _facts(session, facility, now)
        _keep(settings, "".join(f"{name} {password}\n" for name, password in passwords.items()))


def _facts(session: Session, facility: Unit, now: datetime) -> None:
    session.flush()
    officer = _as(session, "petugas", now)
    for key, text, english in FACTS:
        facts.save(session, facility, officer, facts.Draft(key, text, english, EXAMPLE), now)


def _keep(settings: Settings, lines: str) -> None:
    path = settings.home / "demo-accounts"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(lines)


def _case(database: Database, provider_id: str, sender: str, text: str, at: datetime, steps: int) -> None:
    inbound = Inbound("simulator", "simulator", provider_id, sender, text, text.encode(), number=sender)
    with database.write() as session:
        stored = inbox.store(session, inbound, at)
    desk.handle(database, stored.conversation_id, at + timedelta(seconds=5))
    for step in range(steps):
        moment = at + timedelta(hours=0.4 * (step + 1))
        with database.write() as session:
            case = session.scalars(select(Case).where(Case.conversation_id == stored.conversation_id)).first()
            if case is not None and case.seal == "none":
                _STEPS[step](session, case, moment)


def _as(session: Session, name: str, now: datetime) -> Officer:
    account = session.scalars(select(Account).where(Account.name == name)).one()
    return staff.officer(session, account, now)


def _classify(session: Session, case: Case, now: datetime) -> None:
    officer = _as(session, "petugas", now)
    cases.classify(session, case, officer, case.category, case.urgency, now, about_head=False)


def _recommend(session: Session, case: Case, now: datetime) -> None:
    """What the form of the page would start with, and a summary."""
    officer, unit = _as(session, "petugas", now), case.subject_unit or case.handling_unit
    topic = wording.label("category", case.category, "id").lower()
    if inspection.applies(case):
        parts = {"chronology": "Menurut pelapor; keterangan saksi dan waktu kejadian masih dikumpulkan."}
        inspection.keep(session, case, officer, parts, now)
    options = [
        Alternative(m.text, "", m.official, m.effort, m.standard, m.answer)
        for m in standards.measures(case.category, unit.code, "id", "id")
    ]
    summary = f"Keluarga melaporkan masalah {topic}; keterangan awal sudah cukup untuk ditindaklanjuti."
    decisions.recommend(session, case, officer, summary, options, now)


def _direct(session: Session, case: Case, now: datetime) -> None:
    official = session.scalars(select(Account).where(Account.name == "pejabat")).one()
    decisions.direct(session, case, _as(session, "kepala", now), 0, official.id, "Mohon selesai minggu ini.", now)


def _report(session: Session, case: Case, now: datetime) -> None:
    text = "Pompa cadangan dipasang dan air mengalir lagi sejak pagi; tangki diisi dua kali sehari."
    decisions.report(session, case, _as(session, "pejabat", now), "repair", text, now)


def _draft(session: Session, case: Case, now: datetime) -> None:
    text = (
        "Terima kasih atas laporan Anda. Pompa air blok B rusak dan sudah diganti. Air mengalir kembali, "
        "dan tangki cadangan diisi dua kali sehari. Kami mohon maaf atas gangguan ini."
    )
    decisions.draft(session, case, _as(session, "pejabat", now), text, now)


_STEPS = (_classify, _recommend, _direct, _report, _draft)
