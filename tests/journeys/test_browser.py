"""A real browser: a family reports by the form, the office works the case, the family reads the answer and objects."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.live import Live, running
from tests.support import PASSWORD
from webhooks.settings import Settings
from workflow.models import Attachment, Case

pytestmark = pytest.mark.browser
ARGUMENTS = [
    "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Debian's chromium, driven by playwright."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("browser: no chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def live(database_url: str, tmp_path: Path) -> Iterator[Live]:
    with running(Settings(home=tmp_path, database_url=database_url)) as made:
        yield made


class Person:
    """Somebody at a browser of their own; every page is looked at for sideways scrolling and errors."""

    def __init__(self, browser, base: str, size: dict[str, int]) -> None:
        self.context = browser.new_context(viewport=size, base_url=base, locale="id-ID")
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.faults: list[str] = []
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        self.page.on("response", lambda r: self.faults.append(f"{r.status} {r.url}") if r.status >= 500 else None)

    def log_in(self, name: str) -> Person:
        self.page.goto("/petugas/masuk")
        self.page.fill("[name=nama]", name)
        self.page.fill("[name=sandi]", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/petugas/")
        return self

    def open_case(self) -> None:
        self.page.goto("/petugas/")
        self.page.locator("main a[href*='/petugas/kasus/']").first.click()
        self.page.wait_for_url("**/petugas/kasus/*")
        self.fits()

    def submit(self, action: str) -> None:
        """Send the form of an action, opening it first where it is folded."""
        form = self.page.locator(f"#form-{action}")
        if not form.is_visible():
            self.page.locator(f"details:has(#form-{action}) > summary").last.click()
        self.click(f"#form-{action} button[type=submit]")

    def click(self, button: str) -> None:
        """Press a button that leads to another page, and wait for that page."""
        with self.page.expect_navigation():
            self.page.locator(button).click()

    def fits(self) -> None:
        wide, room = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= room, f"{self.page.url} scrolls sideways: {wide} > {room}"

    def text(self) -> str:
        return str(self.page.inner_text("main"))


def test_from_the_form_to_the_answer_and_back(browser, live: Live) -> None:
    family = Person(browser, live.base, PHONE)
    family.page.goto("/lapor")
    family.fits()
    family.page.fill("#text", "Petugas loket minta uang 50 ribu supaya kunjungan suami saya didahulukan kemarin.")
    family.page.fill("#nama", "Siti Rahmawati")
    family.page.set_input_files(
        "#files", [{"name": "bukti.txt", "mimeType": "text/plain", "buffer": b"catatan \xf0\x9f\x99\x8f"}]
    )
    family.page.locator("main button[type=submit]").click()  # with a file the page stays, and shows the upload
    family.page.wait_for_selector("#kode-teks")
    code = family.page.inner_text("#kode-teks")
    assert "ADU-RUTAN-MAGETAN-" in family.text()

    petugas = Person(browser, live.base, DESK).log_in("petugas")
    petugas.open_case()
    assert "Siti" not in petugas.text()
    assert code not in petugas.page.content()
    petugas.submit("classify")
    petugas.page.fill("#form-pemeriksaan [name=chronology]", "Uang diminta di loket kunjungan.")
    petugas.click("#form-pemeriksaan button[type=submit]")
    petugas.page.fill("#form-recommend [name=summary]", "Keluarga melaporkan permintaan uang di loket.")
    petugas.page.fill("#form-recommend [name=measure-0]", "Periksa petugas loket")
    petugas.page.fill("#form-recommend [name=measure-1]", "")
    petugas.submit("recommend")
    assert "sedikitnya dua" in petugas.text()
    assert petugas.page.input_value("#form-recommend [name=measure-0]") == "Periksa petugas loket"
    petugas.page.fill("#form-recommend [name=measure-1]", "Pasang papan layanan gratis")
    petugas.submit("recommend")

    kepala = Person(browser, live.base, PHONE).log_in("kepala")
    kepala.open_case()
    assert "minta uang 50 ribu" not in kepala.text(), "the head reads the summary, not the words"
    kepala.page.check("#form-direct [name=choice][value='0']")
    kepala.submit("direct")

    pejabat = Person(browser, live.base, DESK).log_in("pejabat")
    pejabat.open_case()
    pejabat.page.check("#form-report [name=kind][value=repair]")
    pejabat.page.fill("#form-report [name=text]", "Petugas diperiksa dan diganti.")
    pejabat.submit("report")
    answer = "Petugas loket sudah diganti. Semua kunjungan gratis."
    pejabat.page.fill("#form-draft [name=text]", answer)
    pejabat.submit("draft")

    kepala.open_case()
    assert answer in kepala.text()
    kepala.submit("approve")
    petugas.open_case()
    petugas.submit("release")

    family.page.goto("/lacak")
    family.page.fill("#kode", code.lower())
    family.click("main button[type=submit]")
    family.fits()
    assert answer in family.text()
    family.page.fill("#tidak_puas", "Kemarin masih diminta uang lagi.")
    family.click("form:has(#tidak_puas) button[type=submit]")
    assert case_state(live) == ("classified", 1)

    for person in (family, petugas, kepala, pejabat):
        assert [f for f in person.faults if "422" not in f] == []
        person.context.close()


def case_state(live: Live) -> tuple[str, int]:
    with live.office.db.read() as s:
        case = s.scalars(select(Case)).one()
        return case.status, case.rounds


def test_the_form_keeps_what_was_typed(browser, live: Live) -> None:
    family = Person(browser, live.base, PHONE)
    family.page.goto("/lapor")
    family.page.evaluate("document.querySelector('#text').required = false")
    family.page.fill("#nama", "Siti")
    family.click("main button[type=submit]")
    assert family.page.input_value("#nama") == "Siti"
    assert family.page.evaluate("document.activeElement.id") == "text"
    family.context.close()


def test_what_is_wrong_stands_at_its_field_while_the_chosen_files_stay(browser, live: Live) -> None:
    page = Person(browser, live.base, PHONE).page
    page.goto("/lapor")
    page.fill("#pin", "12")
    page.set_input_files("#files", [{"name": "bukti.txt", "mimeType": "text/plain", "buffer": b"catatan"}])
    page.click("main form button[type=submit]")
    page.wait_for_selector("#pin-error")
    assert page.locator(".alarm a").count() == 2
    assert page.evaluate("document.activeElement.id") == "text"
    page.fill("#text", "Petugas loket minta uang 50 ribu kemarin.")
    page.click("main form button[type=submit]")
    page.wait_for_selector("#text-error", state="detached")
    assert page.locator(".alarm a").count() == 1
    assert page.evaluate("document.activeElement.id") == "pin"
    page.fill("#pin", "246802")
    page.click("main form button[type=submit]")
    page.wait_for_selector("#kode-teks", timeout=60_000)  # the first report of a program waits for triage's data
    with live.office.db.read() as s:
        assert s.scalars(select(Attachment.id)).one()


def test_the_console_works_with_the_keyboard_alone(browser, live: Live) -> None:
    live.office.say("Titipan makanan untuk adik saya di kamar 7 tidak sampai kemarin.")
    petugas = Person(browser, live.base, DESK).log_in("petugas")
    for _ in range(25):
        petugas.page.keyboard.press("Tab")
        if "/petugas/kasus/" in (petugas.page.evaluate("document.activeElement.href || ''")):
            break
    petugas.page.keyboard.press("Enter")
    petugas.page.wait_for_url("**/petugas/kasus/*")
    petugas.page.focus("#form-classify select")
    for _ in range(6):
        petugas.page.keyboard.press("Tab")
        if petugas.page.evaluate("document.activeElement.type") == "submit":
            break
    with petugas.page.expect_navigation():
        petugas.page.keyboard.press("Enter")
    assert "Diklasifikasi" in petugas.text()
    petugas.context.close()
