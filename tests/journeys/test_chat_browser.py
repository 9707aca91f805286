"""The web chat in a real browser: with JavaScript, without it, and the answer that arrives while one looks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.journeys.test_browser import DESK, PHONE, Person, browser
from tests.live import Live, eventually, running
from tests.workflow.steps import STEPS, act
from webhooks.settings import Settings
from workflow import conversations
from workflow.models import Attachment, Case, Message, Outbound

__all__ = ["browser"]
pytestmark = pytest.mark.browser
TEXT = "Petugas loket minta uang 50 ribu supaya kunjungan suami saya didahulukan kemarin."


@pytest.fixture
def live(tmp_path: Path, sqlite_template: Path) -> Iterator[Live]:
    """One database is enough: what differs here is the browser."""
    (tmp_path / "aduan.db").write_bytes(sqlite_template.read_bytes())
    with running(Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'aduan.db'}")) as made:
        yield made


def official(live: Live) -> list[str]:
    with live.office.db.read() as s:
        return list(s.scalars(select(Outbound.state).where(Outbound.purpose == "official")))


def answer_it(live: Live) -> None:
    with live.office.db.read() as s:
        case_id = s.scalars(select(Case.id)).one()
    for status, step in STEPS.items():
        act(live.office, case_id, step)
        if status == "responded":
            return


def test_a_talk_with_buttons_files_and_an_answer_that_arrives_by_itself(browser, live: Live) -> None:
    family = Person(browser, live.base, PHONE)
    page = family.page
    page.goto("/obrolan")
    family.fits()
    assert page.get_attribute("#percakapan", "aria-live") == "polite"
    page.fill("#text", TEXT)
    page.click("#tulis button[type=submit]")
    page.wait_for_selector("#percakapan li.office .choices")
    assert page.url.endswith("/obrolan"), "nothing was reloaded"
    assert page.input_value("#text") == ""
    assert "ADU-RUTAN-MAGETAN-" in page.inner_text("#percakapan")
    page.click("#percakapan button[value=LEWATI]:visible")
    page.wait_for_selector("#percakapan button[value=YA]:visible")
    page.click("details.attach > summary")
    page.set_input_files("#files", [{"name": "bukti.txt", "mimeType": "text/plain", "buffer": b"catatan"}])
    page.click("#tulis button[type=submit]")
    page.wait_for_selector("#percakapan >> text=bukti.txt")
    family.fits()
    answer_it(live)
    page.wait_for_selector("#percakapan li.official")
    eventually(lambda: official(live) == ["read"])
    with live.office.db.read() as s:
        assert s.scalars(select(Case)).one().delivered_at is not None
        assert len(s.scalars(select(Attachment)).all()) == 1
    assert family.faults == []
    family.context.close()


def test_a_message_that_does_not_get_through_stays_where_it_was_typed(browser, live: Live) -> None:
    family = Person(browser, live.base, DESK)
    page = family.page
    page.goto("/obrolan")
    page.fill("#text", TEXT)
    family.context.set_offline(True)
    page.click("#tulis button[type=submit]")
    page.wait_for_selector("#kemajuan.error")
    assert page.input_value("#text") == TEXT
    family.context.set_offline(False)
    page.click("#tulis button[type=submit]")
    page.wait_for_selector("#percakapan >> text=ADU-RUTAN-MAGETAN")
    with live.office.db.read() as s:
        assert len(s.scalars(select(Case)).all()) == 1
    family.context.close()


class Slow:
    """A line on which what is said goes out only when it is let go, and arrives, or does not."""

    def __init__(self, family: Person) -> None:
        self.page, self.held = family.page, []
        self.page.route("**/obrolan", self._hold)

    def _hold(self, route) -> None:
        if route.request.method == "POST":
            self.held.append(route)
        else:
            route.continue_()

    def send(self) -> None:
        """Press Kirim, and wait until the message is under way."""
        with self.page.expect_request(lambda r: r.method == "POST" and r.url.endswith("/obrolan")):
            self.page.click("#tulis button[type=submit]")
        eventually(lambda: self.page.wait_for_timeout(20) is None and bool(self.held))

    def let_go(self, **answer) -> None:
        route = self.held.pop()
        route.fulfill(**answer) if answer else route.continue_()


def said(live: Live) -> list[str]:
    with live.office.db.read() as s:
        return [conversations.text_of(s, m) for m in s.scalars(select(Message).order_by(Message.id))]


def test_what_is_typed_while_a_message_is_under_way_stays_and_goes_next(browser, live: Live) -> None:
    family = Person(browser, live.base, PHONE)
    page, more = family.page, "Kejadiannya di loket dua, dan ada saksi."
    page.goto("/obrolan")
    line = Slow(family)
    page.fill("#text", TEXT)
    page.set_input_files("#files", [{"name": "satu.txt", "mimeType": "text/plain", "buffer": b"satu"}])
    line.send()
    page.locator("#text").press_sequentially("\n" + more)
    page.click("#tulis button[type=submit]")
    page.wait_for_selector("#kemajuan >> text=Pesan sebelumnya masih dikirim")
    assert page.input_value("#text") == TEXT + "\n" + more
    assert len(line.held) == 1, "one message at a time"
    line.let_go()
    page.wait_for_selector("#kemajuan >> text=Yang masih ada di kotak ini belum")
    assert page.input_value("#text") == more
    assert page.evaluate("document.getElementById('files').files.length") == 0
    assert page.inner_text("#files-picked") == ""
    page.keyboard.type(" Namanya Budi.")
    line.send()
    line.let_go()
    page.wait_for_selector("#kemajuan >> text='Terkirim.'")
    assert page.input_value("#text") == ""
    assert said(live) == [TEXT, more + " Namanya Budi."]
    family.context.close()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"status": 429, "json": {"sentence": "Coba lagi semenit lagi."}}, "Coba lagi semenit lagi."),
        ({"status": 500, "body": "<p>rusak</p>"}, "Belum terkirim"),
        ({"status": 422, "json": {}}, "Belum terkirim"),
        ({"status": 200, "body": "<title>Masuk ke jaringan ini</title>"}, "Belum terkirim"),
    ],
)
def test_a_refused_message_stays_with_what_was_typed_meanwhile(browser, live: Live, answer, sentence: str) -> None:
    family = Person(browser, live.base, PHONE)
    page = family.page
    page.goto("/obrolan")
    line = Slow(family)
    page.fill("#text", TEXT)
    line.send()
    page.locator("#text").press_sequentially(" Lagi.")
    line.let_go(**answer)
    page.wait_for_selector(f"#kemajuan.error >> text={sentence}")
    assert page.input_value("#text") == TEXT + " Lagi."
    line.send()
    line.let_go()
    page.wait_for_selector("#kemajuan:not(.error) >> text='Terkirim.'")
    assert page.input_value("#text") == ""
    assert said(live) == [TEXT + " Lagi."]
    family.context.close()


def test_words_written_anew_over_the_ones_under_way_are_kept_whole(browser, live: Live) -> None:
    family = Person(browser, live.base, PHONE)
    page, anew = family.page, "Petugas loket yang sama minta lagi."
    page.goto("/obrolan")
    line = Slow(family)
    page.fill("#text", "Petugas loket")
    line.send()
    page.locator("#text").select_text()
    page.keyboard.type(anew)
    line.let_go()
    page.wait_for_selector("#kemajuan >> text=Yang masih ada di kotak ini belum")
    assert page.input_value("#text") == anew
    family.context.close()


def test_a_pressed_button_leaves_alone_what_stands_in_the_box(browser, live: Live) -> None:
    family = Person(browser, live.base, PHONE)
    page = family.page
    page.goto("/obrolan")
    page.fill("#text", TEXT)
    page.click("#tulis button[type=submit]")
    page.wait_for_selector("#percakapan button[value=LEWATI]:visible")
    page.fill("#text", "Satu hal lagi")
    page.click("#percakapan button[value=LEWATI]:visible")
    page.wait_for_selector("#kemajuan >> text=Yang masih ada di kotak ini belum")
    assert page.input_value("#text") == "Satu hal lagi"
    family.context.close()


def test_a_page_that_is_left_quickly_is_not_behind_the_back_button(browser, live: Live) -> None:
    family = Person(browser, live.base, PHONE)
    family.context.route("https://www.google.com/**", lambda route: route.fulfill(body="<title>lain</title>"))
    family.page.goto("/")
    family.page.goto("/obrolan")
    family.page.click("#keluar")
    family.page.wait_for_url("https://www.google.com/")
    family.page.go_back()
    assert "/obrolan" not in family.page.url
    family.context.close()


def test_without_javascript_the_same_talk_is_plain_pages(browser, live: Live) -> None:
    context = browser.new_context(viewport=PHONE, base_url=live.base, java_script_enabled=False)
    page = context.new_page()
    page.goto("/obrolan")
    page.fill("#text", TEXT)
    with page.expect_navigation():
        page.click("#tulis button[type=submit]")
    assert "ADU-RUTAN-MAGETAN-" in page.inner_text("#percakapan")
    with page.expect_navigation():
        page.click("#percakapan li:last-child button[value=LEWATI]")
    assert "pembalasan" in page.inner_text("#percakapan")
    answer_it(live)
    with page.expect_navigation():
        page.click("text=Muat pesan baru")
    assert "Jawaban resmi" in page.inner_text("#percakapan")
    assert official(live) == ["read"]
    context.close()


def test_the_form_shows_how_far_its_files_have_come(browser, live: Live) -> None:
    family = Person(browser, live.base, PHONE)
    page = family.page
    page.goto("/lapor")
    page.fill("#text", TEXT)
    page.set_input_files("#files", [{"name": "rekaman.bin", "mimeType": "audio/amr", "buffer": b"x" * 3_000_000}])
    page.evaluate(
        """() => new MutationObserver(() => {
             if (document.querySelector('#kemajuan progress')) window.seen = true;
           }).observe(document.body, { childList: true, subtree: true })"""
    )
    page.click("main button[type=submit]")
    page.wait_for_selector("#kode-teks")
    assert page.evaluate("window.seen") is True
    family.fits()
    page.goto("/lapor")
    page.fill("#text", TEXT + " Lagi.")
    page.set_input_files("#files", [{"name": "rekaman.bin", "mimeType": "audio/amr", "buffer": b"x" * 1000}])
    family.context.set_offline(True)
    page.click("main button[type=submit]")
    page.wait_for_selector("#kemajuan.error")
    assert page.input_value("#text") == TEXT + " Lagi."
    family.context.close()
