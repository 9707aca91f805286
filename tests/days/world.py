"""Three facilities in three zones under two regional offices, their staff, a telephone network, and what people write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from tests.days.book import Book
from tests.days.lives import Place
from tests.servers.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioServer
from tests.support import HIRED, PASSWORD, Clock, Office, make_office
from webhooks.demo import STAFF
from webhooks.settings import Settings
from workflow import staff, units
from workflow.models import Unit

START = datetime(2026, 11, 15, 23, 0, tzinfo=UTC)
OURS = "+14155238887"
RUTAN, KUPANG, JAYAPURA, BANGIL = "RUTAN-MAGETAN", "LAPAS-KUPANG", "LAPAS-JAYAPURA", "RUTAN-BANGIL"
JATIM, TIMUR, ROOT = "KANWIL-JATIM", "KANWIL-TIMUR", "DITJENPAS"
PLACES = [
    Place(ROOT, "ditjen", "Asia/Jakarta"),
    Place(JATIM, "kanwil", "Asia/Jakarta", ROOT),
    Place(TIMUR, "kanwil", "Asia/Makassar", ROOT),
    Place(RUTAN, "upt", "Asia/Jakarta", JATIM),
    Place(BANGIL, "upt", "Asia/Jakarta", JATIM),
    Place(KUPANG, "upt", "Asia/Makassar", TIMUR),
    Place(JAYAPURA, "upt", "Asia/Jayapura", TIMUR),
]
NAMES = {
    ROOT: "Direktorat Jenderal Pemasyarakatan",
    JATIM: "Kantor Wilayah Ditjenpas Jawa Timur",
    RUTAN: "Rumah Tahanan Negara Kelas IIB Magetan",
    TIMUR: "Kantor Wilayah Ditjenpas Nusa Tenggara Timur dan Papua",
    KUPANG: "Lembaga Pemasyarakatan Kelas IIA Kupang",
    JAYAPURA: "Lembaga Pemasyarakatan Kelas IIA Jayapura",
    BANGIL: "Rumah Tahanan Negara Kelas IIB Bangil",
}
#: Where complaints come from, as people call it, and what they call its head.
FACILITIES = {
    RUTAN: ("Rutan Magetan", "Karutan"),
    KUPANG: ("Lapas Kupang", "Kalapas"),
    JAYAPURA: ("Lapas Jayapura", "Kalapas"),
}
#: Those whom the demo's furniture does not hold. Jayapura has no head until one comes.
HANDS = (
    ("pejabat2", "pejabat", RUTAN, "Endang Purwaningsih"),
    ("petugas-k1", "petugas", KUPANG, "Yeremias Nubatonis"),
    ("petugas-k2", "petugas", KUPANG, "Marselina Tefa"),
    ("kepala-k", "kepala", KUPANG, "Obet Manafe"),
    ("pejabat-k", "pejabat", KUPANG, "Adriana Lopo"),
    ("petugas-j1", "petugas", JAYAPURA, "Frengki Wanimbo"),
    ("petugas-j2", "petugas", JAYAPURA, "Selpina Kogoya"),
    ("pejabat-j", "pejabat", JAYAPURA, "Nataniel Yikwa"),
    ("kanwil-t1", "kanwil", TIMUR, "Kornelis Bria"),
    ("kanwil-t2", "kanwil", TIMUR, "Yuliana Seran"),
    ("kanwil-t3", "kanwil", TIMUR, "Maksimus Taek"),
    ("kanwil3", "kanwil", JATIM, "Suprapti Handoko"),
    ("pusat", "ditjenpas", ROOT, "Hendro Kusnadi"),
    ("pusat2", "ditjenpas", ROOT, "Wahyuni Lestariningrum"),
)
DEMO_HANDS = (
    ("petugas", "petugas", RUTAN), ("petugas2", "petugas", RUTAN), ("kepala", "kepala", RUTAN), ("pejabat", "pejabat", RUTAN),
    ("kanwil", "kanwil", JATIM), ("kanwil2", "kanwil", JATIM),
)  # fmt: skip
NEW_HEAD, HEAD_COMES = ("kepala-j", "kepala", JAYAPURA, "Silas Morin"), date(2026, 12, 21)


class Complaint(NamedTuple):
    """What a family writes, and what any reader would say of it. ``about``: head, staff, or the one named."""

    text: str
    category: str
    urgency: str
    about: str = ""


COMPLAINTS = (
    Complaint("Titipan makanan untuk adik saya di {place} kamar 7 tidak sampai.", "titipan_barang", "normal"),
    Complaint("Antrean kunjungan di {place} empat jam, tidak ada kursi untuk ibu saya.", "kunjungan", "normal"),
    Complaint("Petugas loket {place} minta uang 50 ribu supaya kunjungan dilayani duluan.", "pungli", "tinggi", "staff"),
    Complaint("Sudah tiga hari air di blok B {place} mati, anak saya tidak bisa minum, sekarang pingsan.", "makanan_air", "darurat"),
    Complaint("Tolong, adik saya di blok A {place} dipukuli teman sekamarnya malam ini, kepalanya berdarah!", "kekerasan", "darurat"),
    Complaint("Adik saya dipukuli petugas {place} sekarang sampai berdarah, tolong!", "kekerasan", "darurat", "staff"),
)  # fmt: skip
ACCUSING = Complaint(
    "{head} {place} memotong jatah makan {word} di blok C, sudah tiga hari tidak makan dan sekarang pingsan, kami takut bicara.",
    "kesehatan",
    "darurat",
    "head",
)
PLAIN = Complaint("Titipan makanan untuk {word} di {place} kamar 7 tidak sampai.", "titipan_barang", "normal")
DESK = Complaint(
    "Ibu Sari Wulandari petugas pengaduan {place} marah-marah dan tidak mau mencatat laporan saya.",
    "layanan_pengaduan",
    "normal",
    "petugas",
)
PRAISE = "Terima kasih banyak, petugas {place} ramah sekali."
QUESTION = "Kapan jadwal kunjungan {place}?"
FURTHER = "Kejadiannya hari Senin pagi."


@dataclass
class World:
    """The office, the network, and the book that is kept beside them."""

    office: Office
    wire: TwilioServer
    book: Book

    def close(self) -> None:
        self.office.service.close()
        self.wire.stop()


def build(database_url: str, home: Path) -> World:
    """On a database that holds the demo's units and staff."""
    wire = TwilioServer()
    settings = Settings(
        home=home, database_url=database_url, public_url="https://aduan.example", twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=AUTH_TOKEN, twilio_sms_from=OURS, twilio_api_base=wire.url,
    )  # fmt: skip
    office = make_office(settings, Clock(START))
    book = Book(PLACES)
    with office.db.write() as s:
        for place in PLACES:
            above = s.scalar(select(Unit).where(Unit.code == place.above))
            units.ensure(s, place.code, NAMES[place.code], place.kind, above, place.zone)
        for name, role, unit, full_name in HANDS:
            staff.add(s, name, PASSWORD, [(role, _unit(s, unit))], HIRED, full_name)
            book.hire(name, role, unit, HIRED.date())
        kupang = _unit(s, KUPANG)
        kupang.settings = {**(kupang.settings or {}), "letter_number": "W.22.PAS-{sequence:3}/{roman}/{year}"}
    for name, role, unit in DEMO_HANDS:
        book.hire(name, role, unit, HIRED.date())
    book.offices = dict(NAMES)
    book.names = {name: full_name for name, *_, full_name in (*HANDS, NEW_HEAD)}
    for name, role, _, full_name, post in STAFF:
        book.names[name], book.posts[name, role] = full_name, post
    return World(office, wire, book)


def _unit(s, code: str) -> Unit:  # type: ignore[no-untyped-def]
    return s.scalars(select(Unit).where(Unit.code == code)).one()
