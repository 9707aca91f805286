"""Whole conversations from ``tests/transcripts``, played through the real desk, channel by channel.

A turn says what the person does and what must come of it:

    who       another person than the first (any name); each has an address of their own
    wait      what passes before: "5 minutes", "2 days"
    say       a text, or a list: a burst that is handled at once; {code}, {code:B}, {number} are filled in
    fill      the text is repeated up to this many characters
    eager     every message of the burst is handled before the next one comes
    kind      of the message, where it is not a text
    office    what the staff do instead: a status to carry the case to, or one of ``OFFICE``
    expect    the keys of all sentences queued, in order; "?" is one of the questions about the case, or none
    skip      whatever we ask is then passed over with LEWATI
    silent    the same where the channel does not talk; without it, ``expect`` without our questions
    talks     this turn has a meaning only where the channel talks; elsewhere it is left out
    has, lacks    fragments of the replies
    page      the fragments instead of ``has`` where our own page words things in its own way
    locale    the language of the replies from now on
    held      keys of the sentences that are written, but not sent
    case      what the newest case looks like; ``count`` is the number of cases of this person

What no turn needs to say is checked after each: see ``_Play.check``.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import triage
from bot import desk
from bot.commands import command
from tests.support import Clock, Office
from tests.workflow.offices import MONDAY, Furnished, _settings
from tests.workflow.steps import STEPS, act
from webhooks.service import open_service
from workflow import actors, cases, conversations, facts, openings, outbox, wording
from workflow.messages import CAPABILITIES
from workflow.models import Account, Case, CaseNumber, Conversation, Judgement, Message, Outbound, Unit

FOLDER = Path(__file__).resolve().parents[1] / "transcripts"
ZONE = ZoneInfo("Asia/Jakarta")
THEMES = {path.stem: tomllib.loads(path.read_text())["conversation"] for path in sorted(FOLDER.glob("*.toml"))}
#: Themes that live by what a channel can do are played on all of them, the others on the two that differ most:
#: one has a window and is asked questions, the other neither.
EVERYWHERE = ("our_questions", "secrecy", "emergency", "status", "fear", "reprisal", "not_text", "many", "own_data")
SOMEWHERE = ("whatsapp", "web")
#: Where nothing can be sent, nobody talks: what is entered there has tests of its own.
WIRED = tuple(name for name, ability in CAPABILITIES.items() if ability.wired)


def _told(theme: str, row: dict[str, Any]) -> Any:
    row.setdefault("channels", WIRED if theme in EVERYWHERE else SOMEWHERE)
    return pytest.param(row, id=f"{theme}: {row['title']}")


ALL = [_told(theme, row) for theme, rows in THEMES.items() for row in rows]
ON_POSTGRES = [row for row in ALL if row.values[0].get("postgres")]  # type: ignore[attr-defined]
KNOWN = {
    "who", "wait", "say", "fill", "eager", "kind", "office", "expect", "silent", "talks", "has", "lacks", "locale",
    "held", "case", "skip", "page",
}  # fmt: skip

#: Our questions, and what the dialogue then waits for.
QUESTIONS = {
    "ask_when_where": "when_where", "ask_who": "who", "ask_risk": "risk", "ask_reason": "reason", "ask_code": "code",
    "answer": "helped", "added_unsure": "same", "ask_erase": "erase",
    "withdraw_asked": "withdraw",
}  # fmt: skip
FACTS_ASKED = ("ask_when_where", "ask_who", "ask_risk")
#: Not ours, or written by an officer in the language of the office.
BY_STAFF = ("official", "official_at_desk", "officer_message", "informed", "ended_withdraw", "ended_refer")
PROMISES = re.compile(
    r"kami (jamin|janji)|pasti (akan|selesai|dihukum|bebas|aman)|akan (dihukum|dipecat|dibebaskan|ditindak|ditangkap)"
    r"|segera (selesai|diselesaikan|dibebaskan)|dalam \d+ (menit|jam)|\bguarantee|we promise|will be (punished|released)",
    re.IGNORECASE,
)
INDONESIAN = re.compile(r"\b(yang|dan|untuk|dengan|tidak|belum|sudah|Anda|kami|adalah|Terima kasih)\b")
ENGLISH = re.compile(r"\b(the|and|your|you|with|have|please|will|not|of)\b", re.IGNORECASE)
NUMBER = re.compile(r"\bADU-[A-Z-]+-\d{4}-\d+\b")


# ------------------------------------------------------------------ the office


@pytest.fixture(scope="module")
def sqlite_office(furnished_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home = tmp_path_factory.mktemp("transcripts")
    shutil.copytree(furnished_sqlite, home, dirs_exist_ok=True)
    yield from _open(home, f"sqlite:///{home / 'aduan.db'}")


@pytest.fixture(scope="module")
def postgres_office(
    furnished_sqlite: Path, furnished_postgres: Furnished, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    home = tmp_path_factory.mktemp("transcripts-postgres")
    shutil.copytree(furnished_sqlite, home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("aduan.db*", "anchors"))
    furnished_postgres.reset()
    yield from _open(home, furnished_postgres.url)


@pytest.fixture(scope="module", autouse=True)
def _judged_once() -> Iterator[None]:
    """The same words are said on five channels: triage, which is pure, reads them once for each circle of staff."""
    judge = triage.assess
    known: dict[tuple[str, object, object], triage.Assessment] = {}

    def assess(text: str, staff: Any = (), heard: Any = None) -> triage.Assessment:
        key = (text, tuple(staff), heard)
        if key not in known:
            known[key] = judge(text, staff=staff, heard=heard)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(triage, "assess", assess)
        yield


def _open(home: Path, url: str) -> Iterator[Office]:
    settings, clock = _settings(home, url), Clock(MONDAY)
    made = Office(open_service(settings, clock), clock, settings)
    with made.db.write() as s:
        unit = s.scalars(select(Unit).where(Unit.kind == "upt")).one()
        hours = facts.Draft("jam_kunjungan", "Senin sampai Kamis, 08.30.", "Monday to Thursday, 08.30.", "papan kantor")
        facts.save(s, unit, made.officer(s, "petugas"), hours, clock())
    yield made
    made.service.close()


def _inform(office: Office, s: Session, case: Case) -> None:
    cases.inform(s, case, office.officer(s, "petugas"), "Silakan datang ke loket.", office.clock())


def _ask(office: Office, s: Session, case: Case) -> None:
    cases.ask(s, case, office.officer(s, "petugas"), "Kamar nomor berapa?", office.clock())


def _withdraw(office: Office, s: Session, case: Case) -> None:
    cases.end_with_reason(s, case, "withdraw", office.officer(s, "petugas"), "Sesuai permintaan.", office.clock())


def _silence(office: Office, s: Session, case: Case) -> None:
    cases.close(s, case, actors.Clock(), office.clock())


OFFICE: dict[str, Callable[[Office, Session, Case], None]] = {
    "inform": _inform, "ask": _ask, "withdraw": _withdraw, "silence": _silence,
}  # fmt: skip


# ------------------------------------------------------------------ a play


@dataclass
class Person:
    """Somebody at an address: where they write, and in which language they are answered."""

    sender: str
    conversation_id: str = ""
    locale: str = "id"
    open_question: str = ""
    seen: int = 0


@dataclass
class Said:
    """One sentence of ours; its parts put together again."""

    key: str
    text: str
    lengths: list[int]
    locale: str
    state: str


#: Every text that anybody has written into an office, for looking whether a reply repeats one.
_written: dict[int, set[tuple[str, ...]]] = {}
_turns = iter(range(1, 10**6))


class _Play:
    """One conversation on one channel."""

    def __init__(self, office: Office, told: dict[str, Any], channel: str) -> None:
        self.office, self.told, self.channel = office, told, channel
        self.ability = CAPABILITIES[channel]
        self.run = next(_turns)
        self.people: dict[str, Person] = {}
        self.staff = _staff_names(office)
        local = datetime.fromisoformat(told.get("at", "2026-11-02T09:00")).replace(tzinfo=ZONE)
        office.clock.now = local.astimezone(MONDAY.tzinfo)

    def play(self) -> None:
        for n, turn in enumerate(self.told["turn"], 1):
            assert set(turn) <= KNOWN, f"unknown words: {set(turn) - KNOWN}"
            if turn.get("talks") and not self.ability.talks:
                continue
            try:
                self._turn(turn)
            except AssertionError as error:
                shown = turn.get("say", turn.get("office", turn.get("kind")))
                raise AssertionError(f"{self.channel}, turn {n}, {str(shown)[:120]!r}: {error}") from error

    def _person(self, turn: dict[str, Any]) -> Person:
        who = turn.get("who", "A")
        return self.people.setdefault(who, Person(f"{self.run}-{who}"))

    def _turn(self, turn: dict[str, Any]) -> None:
        person = self._person(turn)
        if "wait" in turn:
            number, unit = turn["wait"].split()
            self.office.clock.advance(**{unit.rstrip("s") + "s": int(number)})
        if "office" in turn:
            self._work(person, turn["office"])
        else:
            self._write(person, turn)
        person.locale = turn.get("locale", person.locale)
        said = self._heard(person)
        self.check(person, turn, said)
        self._expected(turn, said)
        if turn.get("skip"):
            self._pass_over(person)
        self._case(person, turn.get("case", {}))

    def _work(self, person: Person, step: str) -> None:
        if step in OFFICE:
            act(self.office, self._cases(person)[0].id, OFFICE[step])
            return
        assert step in STEPS, step
        _carry(self.office, self._cases(person)[0].id, step)

    def _write(self, person: Person, turn: dict[str, Any]) -> None:
        said = turn.get("say", "")
        for text in [said] if isinstance(said, str) else said:
            text = self._filled(person, text)
            if length := turn.get("fill"):
                text = (text * (length // len(text) + 1))[:length]
            _written.setdefault(id(self.office), set()).update(_shingles(text))
            stored = self.office.write(text, person.sender, channel=self.channel, kind=turn.get("kind", "text"))
            person.conversation_id = stored.conversation_id
            self.office.clock.advance(seconds=1)
            if turn.get("eager"):
                while desk.handle_next(self.office.db, "test", self.office.clock()):
                    pass
        self.office.handle()

    def _pass_over(self, person: Person) -> None:
        while self._waiting(person) in [QUESTIONS[key] for key in FACTS_ASKED]:
            self._write(person, {"say": "LEWATI"})
        self._heard(person)

    def _waiting(self, person: Person) -> str:
        with self.office.db.read() as s:
            return (s.get_one(Conversation, person.conversation_id).state or {}).get("expecting", "")

    def _filled(self, person: Person, text: str) -> str:
        def fill(found: re.Match[str]) -> str:
            what, _, who = found[1].partition(":")
            owner = self.people[who] if who else person
            with self.office.db.read() as s:
                case = s.get_one(Case, self._cases(owner)[0].id)
                return case.number if what == "number" else openings.receipt_code(s, case)

        return re.sub(r"\{((?:code|number)(?::\w+)?)\}", fill, text)

    def _heard(self, person: Person) -> list[Said]:
        said: list[Said] = []
        with self.office.db.read() as s:
            mine = Outbound.conversation_id == person.conversation_id
            for row in s.scalars(select(Outbound).where(mine, Outbound.id > person.seen).order_by(Outbound.id)):
                person.seen = row.id
                text = outbox.body(s, row)
                part = re.match(r"\((\d+)/\d+\) ", text)
                if part and int(part[1]) > 1:
                    said[-1].text += text[part.end() :]
                    said[-1].lengths.append(len(text))
                else:
                    whole = text[part.end() :] if part else text
                    said.append(Said(row.key, whole, [len(text)], row.locale, row.state))
        return said

    def _cases(self, person: Person) -> list[Case]:
        """Newest first."""
        with self.office.db.read() as s:
            query = select(Case).where(Case.conversation_id == person.conversation_id)
            found = list(s.scalars(query.order_by(Case.received_at.desc(), Case.number.desc())))
            s.expunge_all()
            return found

    # -------------------------------------------------------------- what a turn says

    def _expected(self, turn: dict[str, Any], said: list[Said]) -> None:
        expected = turn.get("expect")
        if expected is not None and not self.ability.talks:
            expected = turn.get("silent", [key for key in expected if key not in (*FACTS_ASKED, "?")])
        texts = "\n".join(s.text for s in said)
        if expected is not None:
            keys = [s.key for s in said]
            if expected[-1:] == ["?"]:
                expected, keys = expected[:-1], keys[:-1] if keys and keys[-1] in FACTS_ASKED else keys
            assert keys == expected, texts
        for fragment in turn.get("page" if self.ability.words and "page" in turn else "has", ()):
            assert self._filled(self._person(turn), fragment) in texts, f"without {fragment!r}: {texts}"
        for fragment in turn.get("lacks", ()):
            assert fragment not in texts, f"with {fragment!r}: {texts}"
        assert [s.key for s in said if s.state == "held"] == turn.get("held", []), "held back"

    def _case(self, person: Person, wanted: dict[str, Any]) -> None:
        found = self._cases(person)
        for name, value in wanted.items():
            if name == "count":
                assert len(found) == value, f"{len(found)} cases"
            elif name == "messages":
                assert len(self._messages(found[0].id)) == value, self._messages(found[0].id)
            else:
                assert getattr(found[0], name) == value, f"{name} is {getattr(found[0], name)!r}, not {value!r}"

    def _messages(self, case_id: str) -> list[str]:
        with self.office.db.read() as s:
            rows = s.scalars(select(Message).where(Message.case_id == case_id).order_by(Message.id))
            return [conversations.text_of(s, m) for m in rows]

    # -------------------------------------------------------------- what holds always

    def check(self, person: Person, turn: dict[str, Any], said: list[Said]) -> None:
        """After every turn of everybody."""
        self._nothing_is_lost(person)
        self._one_question(person, turn, said)
        for sentence in said:
            assert max(sentence.lengths) <= self.ability.length, f"{sentence.key} is too long: {sentence.lengths}"
            assert not PROMISES.search(sentence.text), f"a promise: {sentence.text}"
            assert sentence.locale == person.locale, f"{sentence.key} in {sentence.locale}"
            assert not (names := self.staff & set(re.findall(r"\w+", sentence.text))), f"names {names}"
            repeated = _shingles(sentence.text) & _written.get(id(self.office), set()) - _ours()
            assert not repeated or sentence.key in BY_STAFF, f"repeats {repeated}"
            _in_language(sentence, person.locale, wording.variant(sentence.key, self.ability.words))
        self._numbers(person, turn, said)

    def _nothing_is_lost(self, person: Person) -> None:
        """Every message is handled at the first try; whatever may be a complaint is inside a case."""
        with self.office.db.read() as s:
            mine = Message.conversation_id == person.conversation_id
            states = {(m.state, m.attempts) for m in s.execute(select(Message.state, Message.attempts).where(mine))}
            assert states <= {("handled", 0)}, states
            counted = select(Judgement.message_id).where(Judgement.message_id == Message.id)
            apart = mine & Message.case_id.is_(None) & (Message.kind == "text") & ~counted.exists()
            for message in s.scalars(select(Message).where(apart)):
                text = conversations.text_of(s, message)
                if command(text):
                    continue
                judged = triage.assess(text)
                serious = judged.intent in ("complaint", "follow_up") or judged.unsure
                assert not serious or judged.urgency == "rendah", f"in no case: {text[:80]!r}"

    def _one_question(self, person: Person, turn: dict[str, Any], said: list[Said]) -> None:
        asked = [s.key for s in said if s.key in QUESTIONS]
        if isinstance(turn.get("say", ""), str):
            assert len(asked) <= 1, f"two questions at once: {asked}"
            assert not asked or said[-1].key == asked[0], "the question is not the last word"
        if not self.ability.talks:
            assert not set(asked) & {*FACTS_ASKED, "added_unsure"}, f"asked where nobody listens: {asked}"
        person.open_question = asked[-1] if asked else person.open_question
        waiting = self._waiting(person)
        assert waiting in ("", QUESTIONS.get(person.open_question)), f"waits for {waiting!r} without having asked"
        assert not asked or waiting == QUESTIONS[asked[-1]] or len(said) > 1 or not isinstance(turn.get("say"), str)

    def _numbers(self, person: Person, turn: dict[str, Any], said: list[Said]) -> None:
        """Numbers and codes of other people's cases are told to nobody, but to those who hold the code."""
        if "{code:" in str(turn.get("say")):
            return
        with self.office.db.read() as s:
            mine = {c.id for c in self._cases(person)}
            for number in {n for sentence in said for n in NUMBER.findall(sentence.text)}:
                assert s.get_one(CaseNumber, number).case_id in mine, f"{number} is not theirs"


def _carry(office: Office, case_id: str, to: str) -> None:
    for status, step in STEPS.items():
        act(office, case_id, step)
        if status == to:
            return


def _staff_names(office: Office) -> set[str]:
    """The words of the names of the staff, as far as they are no unit's, and no post's."""
    with office.db.read() as s:
        units = " ".join(s.scalars(select(Unit.name)))
        names = " ".join(s.scalars(select(Account.full_name).where(Account.name != "admin")))
    return set(names.split()) - set(units.split())


def _shingles(text: str) -> set[tuple[str, ...]]:
    """All runs of five words."""
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[n : n + 5]) for n in range(len(words) - 4)}


@lru_cache(maxsize=1)
def _ours() -> set[tuple[str, ...]]:
    return set().union(
        *(_shingles(wording.translator(at)(m)) for at in wording.LOCALES for m in wording.MESSAGES.values())
    )


def _in_language(sentence: Said, locale: str, key: str) -> None:
    """Every fixed piece of the wording stands in the reply, and no word of the other language."""
    template = wording.translator(locale)(wording.MESSAGES[key])
    flat = " ".join(sentence.text.split())
    for piece in re.split(r"\{\w+\}", template):
        assert " ".join(piece.split()) in flat, f"not in {locale}: {sentence.text}"
    if sentence.key in BY_STAFF:
        return
    plain = re.sub(
        r"For English, reply ENGLISH\.|(?m:^(Sumber|Source): .*$)|Rumah Tahanan Negara|Kantor Wilayah"
        r"|\b\w{4}(-\w{4}){3}\b",  # letters of a receipt code may be a word by chance
        "",
        sentence.text,
    )
    other = (ENGLISH if locale == "id" else INDONESIAN).findall(plain)
    assert not other, f"{other} in {sentence.text}"


# ------------------------------------------------------------------ the tests


def _play_everywhere(office: Office, told: dict[str, Any], channels: Sequence[str]) -> None:
    failures = []
    for channel in channels:
        try:
            _Play(office, told, channel).play()
        except AssertionError as error:
            failures.append(str(error))
    assert not failures, told["why"] + "\n\n" + "\n\n".join(failures)


@pytest.mark.parametrize("told", ALL)
def test_a_conversation_goes_as_it_should(sqlite_office: Office, told: dict[str, Any]) -> None:
    _play_everywhere(sqlite_office, told, told["channels"])


@pytest.mark.parametrize("told", ON_POSTGRES)
def test_a_conversation_goes_the_same_on_postgresql(postgres_office: Office, told: dict[str, Any]) -> None:
    _play_everywhere(postgres_office, told, ("whatsapp",))


def test_the_transcripts_are_many_and_told_once() -> None:
    titles = [told["title"] for rows in THEMES.values() for told in rows]
    assert len(titles) == len(set(titles)) >= 140
    assert sum(set(told["channels"]) == set(WIRED) for rows in THEMES.values() for told in rows) >= 60
    assert all(told["why"] and told["turn"] for rows in THEMES.values() for told in rows)
