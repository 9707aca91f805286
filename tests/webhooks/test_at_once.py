"""Two hands at one moment, and one hand twice: over real sockets, on both databases."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import date
from html import unescape
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest
import waitress
from sqlalchemy import select, text

from tests.live import listening
from tests.support import PASSWORD, Office
from tests.webhooks.test_choosing import choose, paper, proposed
from tests.webhooks.test_decide import at, form
from tests.workflow import steps
from tests.workflow.steps import act
from workflow import cases, decisions, delegation, journal
from workflow.models import Account, Approval, Case, JournalEntry, Outbound, Paper, Party, Unit
from workflow.wording import label

GONE = label("impossible", "not_now", "id")


@pytest.fixture
def port(office: Office) -> Iterator[int]:
    """The console on a socket, with as many threads as it has in use."""
    server = waitress.create_server(office.app, sockets=[listening()], threads=8)
    thread = threading.Thread(target=_serve, args=(server,), daemon=True)
    thread.start()
    yield server.effective_port
    server.task_dispatcher.shutdown()
    server.close()
    thread.join(5)


def _serve(server: waitress.server.BaseWSGIServer) -> None:
    try:
        server.run()
    except OSError:
        pass  # its sockets were closed under it: that is how a test ends


class Browser:
    """Somebody who is logged in, and asks over a connection of their own every time."""

    def __init__(self, port: int, name: str) -> None:
        self.port, self.cookies = port, dict[str, str]()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get("/petugas/masuk"))
        assert token
        status, _ = self.post("/petugas/masuk", {"nama": name, "sandi": PASSWORD, "csrf_token": token[1]})
        assert status in (302, 303)

    def get(self, path: str) -> str:
        return self._ask("GET", path)[1]

    def post(self, path: str, values: dict[str, str]) -> tuple[int, str]:
        """Status and page of an answer."""
        return self._ask("POST", path, urlencode(values))

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def two_heads(office: Office, port: int) -> list[Browser]:
    """The head, and an official who is acting head by an order of today."""
    with office.db.write() as s:
        unit = s.scalars(select(Unit).where(Unit.code == "RUTAN-MAGETAN")).one()
        head, deputy = (s.get_one(Account, office.account_id(name)) for name in ("kepala", "pejabat"))
        days = (date(2026, 11, 2), date(2026, 11, 3))
        delegation.delegate(s, unit, head, deputy, days, "SPRIN-7", office.officer(s, "kepala"), office.clock())
    return [Browser(port, name) for name in ("kepala", "pejabat")]


def drafted(office: Office) -> str:
    """An answer that neither of the two heads wrote."""
    case_id = at(office, "directed")
    act(office, case_id, lambda o, s, c: decisions.report(s, c, o.officer(s, "petugas"), "repair", "Ya.", o.clock()))
    act(office, case_id, lambda o, s, c: decisions.draft(s, c, o.officer(s, "petugas"), steps.ANSWER, o.clock()))
    return case_id


def press(office: Office, case_id: str, *presses: tuple[Browser, str, dict[str, str]]) -> list[tuple[int, str]]:
    """All these forms arrive while somebody holds the case, so that they wait side by side and then meet."""
    answers = dict[int, tuple[int, str]]()

    def run(n: int, who: Browser, path: str, values: dict[str, str]) -> None:
        answers[n] = who.post(path, values)

    threads = [threading.Thread(target=run, args=(n, *one)) for n, one in enumerate(presses)]
    with office.db.write() as s:
        cases.lock(s, case_id)
        for thread in threads:
            thread.start()
        if office.db.engine.dialect.name == "postgresql":
            _until_waiting(office, len(threads))
    for thread in threads:
        thread.join(60)
    return [answers[n] for n in range(len(presses))]


def _until_waiting(office: Office, count: int) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    pause = threading.Event()
    for _ in range(1500):
        with office.db.engine.connect() as connection:
            if connection.execute(waiting).scalar() == count:
                return
        pause.wait(0.02)
    raise AssertionError("not all of them came as far as the lock")


def filled(who: Browser, case_id: str, action: str, **words: str) -> tuple[Browser, str, dict[str, str]]:
    """One form of the case page, ready to be sent."""
    path = f"/petugas/kasus/{case_id}"
    return who, f"{path}/{action}", form(who.get(path), action) | words


def entries(office: Office, case_id: str, action: str) -> int:
    with office.db.read() as s:
        query = select(JournalEntry).where(JournalEntry.case_id == case_id, JournalEntry.action == action)
        return len(s.scalars(query).all())


def whole(office: Office) -> bool:
    """Whether every chain of the journal holds."""
    with office.db.read() as s:
        return journal.verify(s, s.info["journal_key"], journal.read_anchors(office.settings.home / "anchors"))[0] == []


def approvals(office: Office) -> list[str]:
    with office.db.read() as s:
        return list(s.scalars(select(Approval.decision)))


def test_of_two_heads_who_approve_one_text_one_is_told_that_it_is_done(office: Office, port: int) -> None:
    case_id = drafted(office)
    heads = two_heads(office, port)
    answers = press(office, case_id, *(filled(head, case_id, "approve") for head in heads))
    assert sorted(status for status, _ in answers) == [303, 409]
    assert GONE in unescape(next(page for status, page in answers if status == 409))
    assert approvals(office) == ["approved"]
    assert entries(office, case_id, "approve") == 1
    assert office.case().status == "approved"
    assert whole(office)


def test_of_two_heads_one_approves_and_one_gives_back_but_not_both(office: Office, port: int) -> None:
    case_id = drafted(office)
    first, second = two_heads(office, port)
    answers = press(
        office, case_id,
        filled(first, case_id, "approve"), filled(second, case_id, "return_draft", reason="Sebut tanggalnya."),
    )  # fmt: skip
    assert sorted(status for status, _ in answers) == [303, 409]
    (decision,) = approvals(office)
    approved = answers[0][0] == 303
    assert (decision, office.case().status) == (("approved", "approved") if approved else ("returned", "directed"))
    assert GONE in unescape(answers[approved][1])
    if approved:
        assert "Sebut tanggalnya." in unescape(answers[1][1]), "the reason is handed back"
    assert whole(office)


def test_of_two_heads_on_the_list_both_read_what_became_of_the_text(office: Office, port: int) -> None:
    case_id = drafted(office)
    heads = two_heads(office, port)
    presses = []
    for head in heads:
        page = head.get("/petugas/persetujuan")
        found = re.search(
            r'name="csrf_token" value="([^"]+)"><input type="hidden" name="hash" value="([0-9a-f]+)"', page
        )
        assert found
        values = {"csrf_token": found[1], "hash": found[2], "putusan": "setujui"}
        presses.append((head, f"/petugas/persetujuan/{case_id}", values))
    assert [status for status, _ in press(office, case_id, *presses)] == [303, 303]
    told = [re.search(r'role="status">([^<]+)<', head.get("/petugas/persetujuan")) for head in heads]
    number = office.case().number
    assert sorted(t[1] for t in told if t) == [f"{number}: disetujui.", f"{number}: teks ini sudah disetujui."]
    assert approvals(office) == ["approved"]


@pytest.mark.parametrize("to", ["received", "classified"])
def test_of_two_officers_who_classify_differently_the_second_reads_what_the_first_recorded(
    office: Office, port: int, to: str
) -> None:
    case_id = received(office)
    if to == "classified":
        act(office, case_id, steps.classify)
    already = entries(office, case_id, "classify")
    officers = [Browser(port, name) for name in ("petugas", "petugas2")]
    choices = ({"category": "hunian", "urgency": "rendah"}, {"category": "kesehatan", "urgency": "tinggi"})
    presses = [judging(who, case_id, **choice) for who, choice in zip(officers, choices, strict=True)]
    answers = press(office, case_id, *presses)
    assert sorted(status for status, _ in answers) == [303, 409]
    first = [status for status, _ in answers].index(303)
    case, (_, page) = office.case(), answers[1 - first]
    assert {"category": case.category, "urgency": case.urgency} == choices[first]
    assert entries(office, case_id, "classify") == already + 1
    recorded = " · ".join(label(name, value, "id") for name, value in choices[first].items())
    assert f"Yang tercatat sekarang: {recorded}." in unescape(page)
    again = form(page, "classify") | choices[1 - first]
    del again["about_head"]
    assert form(page, "classify")["category"] == choices[1 - first]["category"], "what the second chose stays"
    assert officers[1 - first].post(presses[1 - first][1], again)[0] == 303, "a correction, by whoever has read it"
    assert office.case().category == choices[1 - first]["category"]
    assert whole(office)


def test_a_page_that_is_older_than_an_emergency_does_not_play_it_down(office: Office, port: int) -> None:
    case_id = received(office)
    who, path, values = judging(Browser(port, "petugas"), case_id, category="hunian", urgency="rendah")
    office.say("Tolong, anak saya pingsan dan kejang di blok B, tidak ada dokter!")
    assert office.case().id == case_id
    assert office.case().urgency == "darurat"
    status, page = who.post(path, values)
    assert status == 409
    assert f"{label('category', office.case().category, 'id')} · {label('urgency', 'darurat', 'id')}." in unescape(page)
    assert office.case().urgency == "darurat"


def judging(who: Browser, case_id: str, **choice: str) -> tuple[Browser, str, dict[str, str]]:
    """The form with a choice in it; its tick stays empty."""
    who, path, values = filled(who, case_id, "classify", **choice)
    del values["about_head"]
    return who, path, values


def received(office: Office) -> str:
    office.say(steps.COMPLAINT)
    return office.case().id


def test_of_two_heads_who_choose_differently_one_choice_holds(office: Office, port: int) -> None:
    case_id = proposed(office)
    heads, official = two_heads(office, port), office.account_id("pejabat")
    mine = [{"choice": str(n), "official_id": official, f"effort-{n}": f"Jam {n}"} for n in range(2)]
    answers = press(office, case_id, *(filled(h, case_id, "direct", **w) for h, w in zip(heads, mine, strict=True)))
    assert sorted(status for status, _ in answers) == [303, 409]
    lost = 0 if answers[0][0] == 409 else 1
    assert GONE in unescape(answers[lost][1])
    assert f"Jam {lost}" in answers[lost][1], "what was typed in vain is handed back"
    kept, document = paper(office, case_id, "direction")
    assert kept.version == 1
    assert kept.attributes["choice"] == 1 - lost
    assert f"Jam {1 - lost}" in document
    assert entries(office, case_id, "direct") == 1
    assert (office.case().status, office.case().official_id) == ("directed", official)
    assert whole(office)


@pytest.mark.parametrize(
    ("to", "name", "action", "words"),
    [
        ("recommended", "kepala", "direct", {"choice": "0"}),
        ("directed", "pejabat", "report", {"kind": "repair", "text": "Pompa diganti."}),
        ("drafted", "pejabat", "draft", {"text": "Air sudah mengalir lagi."}),
        ("drafted", "kepala", "approve", {}),
        ("drafted", "kepala", "return_draft", {"reason": "Sebut tanggalnya."}),
        ("approved", "petugas", "release", {}),
        ("classified", "petugas", "ask", {"text": "Sejak jam berapa?"}),
    ],
)
def test_a_button_that_is_pressed_twice_does_it_once(
    office: Office, port: int, to: str, name: str, action: str, words: dict[str, str]
) -> None:
    case_id = at(office, to)
    who = Browser(port, name)
    twice = filled(who, case_id, action, **words)
    before, already = counted(office, case_id), entries(office, case_id, action)
    assert [status for status, _ in press(office, case_id, twice, twice)] == [303, 303]
    assert entries(office, case_id, action) == already + 1
    after = counted(office, case_id)
    assert sum(after) - sum(before) <= 1, "one paper, or one message"
    assert whole(office)


def test_what_is_written_down_beside_the_way_of_the_answer_is_written_down_once(office: Office, port: int) -> None:
    case_id = at(office, "classified")
    who = Browser(port, "petugas")
    page = who.get(f"/petugas/kasus/{case_id}")
    found = re.search(r'name="csrf_token" value="([^"]+)"><input type="hidden" name="once" value="([0-9a-f]+)"', page)
    assert found
    values = {"csrf_token": found[1], "once": found[2], "kind": "respondent", "name": "Joko", "post": "Petugas blok"}
    twice = (who, f"/petugas/pihak/{case_id}/catat", values)
    assert [status for status, _ in press(office, case_id, twice, twice)] == [303, 303]
    with office.db.read() as s:
        kinds = s.scalars(select(Party.kind).where(Party.case_id == case_id)).all()
    assert kinds.count("respondent") == 1


def counted(office: Office, case_id: str) -> tuple[int, int]:
    """Papers and messages of a case."""
    with office.db.read() as s:
        papers = s.scalars(select(Paper.id).where(Paper.case_id == case_id)).all()
        return len(papers), len(s.scalars(select(Outbound.id).where(Outbound.case_id == case_id)).all())


def test_other_words_from_the_same_page_are_something_new(office: Office, port: int) -> None:
    case_id = at(office, "classified")
    who, path, values = filled(Browser(port, "petugas"), case_id, "ask", text="Sejak kapan?")
    for words in ("Sejak kapan?", "Di blok mana?"):
        assert who.post(path, values | {"text": words})[0] == 303
    assert entries(office, case_id, "ask") == 2


def test_the_same_words_from_a_new_page_are_something_new(office: Office, port: int) -> None:
    case_id = at(office, "classified")
    who = Browser(port, "petugas")
    for _ in range(2):
        assert who.post(*filled(who, case_id, "ask", text="Sudah baik?")[1:])[0] == 303
    assert entries(office, case_id, "ask") == 2


def test_a_refused_form_can_be_sent_again(office: Office) -> None:
    case_id = proposed(office)
    assert choose(office, case_id, choice="0", **{"measure-0": ""})[1].status_code == 422
    assert choose(office, case_id, choice="0", **{"measure-0": ""})[1].status_code == 422
    with office.db.read() as s:
        assert s.get_one(Case, case_id).last_form is None
