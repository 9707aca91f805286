"""A common case at a real browser: the officer writes one summary, the head taps twice on a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.test_browser import DESK, PHONE, Person, browser  # noqa: F401 - a fixture
from tests.live import Live, eventually, running
from tests.workflow import steps
from tests.workflow.steps import COMPLAINT, act
from webhooks.settings import Settings

pytestmark = pytest.mark.browser
COUNTER = """() => {
  window.name = window.name || '0'
  for (const kind of ['click', 'change'])
    document.addEventListener(kind, e => { if (e.isTrusted) window.name = String(Number(window.name) + 1) }, true)
}"""


@pytest.fixture
def live(database_url: str, tmp_path: Path) -> Iterator[Live]:
    with running(Settings(home=tmp_path, database_url=database_url)) as made:
        yield made


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_officer_recommends_with_one_summary_and_two_clicks(browser, live: Live) -> None:  # noqa: F811
    complain(live)
    act(live.office, live.office.case().id, steps.classify)
    officer = Person(browser, live.base, DESK).log_in("petugas")
    officer.context.add_init_script(f"({COUNTER})()")
    officer.page.goto("/petugas/")
    officer.page.evaluate("window.name = '0'")
    officer.click(".queue a")
    officer.fits()
    officer.page.locator("#form-recommend [name=summary]").press_sequentially("Air di satu blok mati tiga hari.")
    officer.click("#form-recommend > button[type=submit]")
    assert live.office.case().status == "recommended"
    inputs = int(officer.page.evaluate("window.name"))
    assert inputs <= 3, "opening the case, leaving the summary, one press"
    officer.context.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_head_approves_on_a_telephone_with_two_taps_and_no_script(browser, live: Live) -> None:  # noqa: F811
    for sender in ("+628120000001", "+628120000002"):
        complain(live, sender)
        steps.carry(live.office, "drafted", sender)
    head = on_a_telephone(browser, live)
    head.log_in("kepala")
    tap(head, "main a[href='/petugas/persetujuan']")
    buttons = head.page.locator("button[value=setujui]")
    assert buttons.count() == 2
    box = buttons.first.bounding_box()
    assert box
    assert box["height"] >= 44
    assert box["x"] + box["width"] <= PHONE["width"]
    assert not head.page.locator(".exact").first.is_visible(), "folded until it is wanted"
    tap(head, "button[value=setujui]")
    assert "disetujui" in head.page.inner_text(".told")
    assert head.page.locator("button[value=setujui]").count() == 1
    assert sorted(live.office.case(s).status for s in ("+628120000001", "+628120000002")) == ["approved", "drafted"]
    head.context.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_head_words_the_chosen_alternative_on_a_telephone_with_no_script(browser, live: Live) -> None:  # noqa: F811
    complain(live)
    case_id = steps.carry(live.office, "recommended")
    head = on_a_telephone(browser, live)
    head.log_in("kepala")
    head.page.goto(f"/petugas/kasus/{case_id}")
    edits = head.page.locator("#form-direct details.edit")
    assert [edits.nth(n).is_visible() for n in range(2)] == [False, False], "quick for whoever changes nothing"
    head.page.locator("#form-direct [name=choice]").nth(1).tap()
    assert [edits.nth(n).is_visible() for n in range(2)] == [False, True]
    edits.nth(1).locator("summary").tap()
    head.fits()
    head.page.fill("#direct-measure-1", "Kirim dua tangki air sehari")
    tap(head, "#form-direct > button[type=submit]")
    assert live.office.case().status == "directed"
    assert "Diubah kepala: tindakan" in head.page.inner_text(".casefile")
    head.fits()
    head.context.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_menu_of_the_staff_is_folded_on_a_telephone_and_leads_out(browser, live: Live) -> None:  # noqa: F811
    person = on_a_telephone(browser, live)
    person.log_in("kanwil")
    leave = person.page.locator(".top button:visible")
    assert leave.count() == 0
    person.page.locator(".top summary").tap()
    person.fits()
    box = leave.bounding_box()
    assert box
    assert 0 <= box["x"] <= box["x"] + box["width"] <= PHONE["width"]
    tap(person, ".top button:visible")
    assert "/petugas/masuk" in person.page.url
    person.context.close()


def on_a_telephone(browser, live: Live) -> Person:  # noqa: F811
    """A person whose browser is small and runs no script."""
    person = Person.__new__(Person)
    person.context = browser.new_context(
        viewport=PHONE, base_url=live.base, locale="id-ID", java_script_enabled=False, has_touch=True
    )
    person.page, person.faults = person.context.new_page(), []
    person.page.set_default_timeout(10_000)
    return person


def complain(live: Live, sender: str = steps.SENDER) -> None:
    """A complaint that the running program itself handles."""
    live.office.write(COMPLAINT, sender)
    eventually(lambda: opened(live, sender))


def opened(live: Live, sender: str) -> bool:
    try:
        return bool(live.office.case(sender))
    except LookupError:
        return False


def tap(person: Person, target: str) -> None:
    with person.page.expect_navigation():
        person.page.locator(target).first.tap()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_typed_in_another_form_of_the_case_is_not_lost_without_a_question(browser, live: Live) -> None:  # noqa: F811
    complain(live)
    act(live.office, live.office.case().id, steps.classify)
    officer = Person(browser, live.base, DESK).log_in("petugas")
    officer.page.goto(f"/petugas/kasus/{live.office.case().id}")
    asked = []

    def stay(dialog) -> None:  # type: ignore[no-untyped-def]
        asked.append(dialog.type)
        dialog.dismiss()

    officer.page.on("dialog", stay)
    summary = officer.page.locator("#form-recommend [name=summary]")
    summary.press_sequentially("Air di satu blok mati tiga hari.")
    with officer.page.expect_event("dialog"):
        officer.page.locator("#form-classify").evaluate("form => form.requestSubmit()")
    assert summary.input_value() == "Air di satu blok mati tiga hari."
    officer.page.locator("#form-recommend > button[type=submit]").click()
    eventually(lambda: live.office.case().status == "recommended")
    assert asked == ["beforeunload"], "of what is sent nobody is asked"
    officer.context.close()
