"""A real browser: an officer takes a complaint on the telephone, prints the receipt once, and sees the photo as a copy."""

from __future__ import annotations

from io import BytesIO

from PIL import Image
from sqlalchemy import select

from tests.journeys.test_browser import DESK, PHONE, Person, browser, live, pytestmark
from tests.live import Live, eventually
from workflow.models import Attachment

__all__ = ["browser", "live", "pytestmark"]


def photo() -> bytes:
    into = BytesIO()
    Image.new("RGB", (1200, 900), "navy").save(into, "JPEG")
    return into.getvalue()


def fill(officer: Person, text: str) -> None:
    officer.page.goto("/petugas/catat")
    officer.fits()
    officer.page.check("[name=saluran][value=telephone]")
    officer.page.fill("#text", text)
    officer.page.fill("#nama", "Siti Rahmawati")
    officer.page.select_option("#hubungan", "keluarga")
    officer.page.check("[name=dibenarkan][value=ya]")


def test_an_officer_enters_what_was_said_and_prints_the_receipt_once(browser, live: Live) -> None:
    officer = Person(browser, live.base, PHONE).log_in("petugas")
    fill(officer, "Petugas loket minta uang 50 ribu supaya kunjungan didahulukan.")
    officer.page.fill("#telepon", "12")
    officer.page.set_input_files("#files", [{"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": photo()}])
    officer.click("form[data-once] button[type=submit]")
    officer.fits()
    assert "Nomor telepon" in officer.text()
    assert officer.page.evaluate("document.activeElement.id") == "telepon"
    officer.page.fill("#telepon", "0812-3456-7890")
    officer.page.set_input_files("#files", [{"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": photo()}])
    officer.click("form[data-once] button[type=submit]")
    officer.fits()
    code = officer.page.inner_text("#kode-teks")
    printed = officer.page.evaluate(
        """async () => {
            const form = document.querySelector("form[target=_blank]"), data = new FormData(form);
            data.set("kertas", "slip");
            const answer = await fetch(form.action, {method: "POST", body: data});
            return (await answer.text()).slice(0, 5);
        }"""
    )
    assert printed == "%PDF-"
    officer.page.goto("/petugas/")
    assert code not in officer.page.content()

    def prepared() -> bool:
        with live.office.db.read() as s:
            return s.scalars(select(Attachment.view)).one() == "ready"

    eventually(prepared)
    officer.open_case()
    assert "dibacakan dan dibenarkan pelapor" in officer.text() and "Siti" not in officer.text()
    assert code not in officer.page.content()
    assert officer.page.evaluate("document.querySelector('img.thumb').decode().then(() => true)")
    assert [f for f in officer.faults if "422" not in f] == []
    officer.context.close()


def test_a_complaint_about_the_head_leaves_the_officer_nothing_but_the_receipt(browser, live: Live) -> None:
    officer = Person(browser, live.base, DESK).log_in("petugas")
    fill(officer, "Kalapas menyuruh potong jatah makan di blok C, kami takut bicara.")
    officer.click("form[data-once] button[type=submit]")
    assert "ADU-KANWIL-JATIM-" in officer.text() and "tidak akan tampil di antrean Anda" in officer.text()
    officer.page.goto("/petugas/?tab=terbuka")
    assert "ADU-" not in officer.text() and "Tidak ada pengaduan terbuka" in officer.text()
    assert officer.faults == []
    officer.context.close()
