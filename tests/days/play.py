"""Sixty days are played: families write, staff act or forget to, messages get lost, and time passes."""

from __future__ import annotations

import heapq
import random
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from urllib.parse import urlsplit

from sqlalchemy import select

from tests.days import counter
from tests.days import world as w
from tests.days.desk import Desk
from tests.days.dispatch import Dispatch
from tests.days.lives import Life
from tests.days.public import Public
from tests.days.rulebook import OPEN
from tests.days.world import Complaint, World
from workflow import delegation, inbox, incidents, staff, timekeeping
from workflow.actors import Operator
from workflow.messages import Inbound
from workflow.models import Account, Case, CaseNumber, HolidayOverride, Unit
from workflow.reports import monthly
from workflow.sweep import recover, sweep

LOST, UNPROVED = 0.1, 0.15
NUMBER = re.compile(r"ADU-[A-Z-]+-\d{4}-\d{4,}")
#: Just before and after midnight in one of the three zones, on the last night of the year.
YEAR_ENDS = [datetime(2026, 12, 31, hour, minute, tzinfo=UTC) for hour in (14, 15, 16) for minute in (50, 58)] + [
    datetime(2026, 12, 31, hour, 10, tzinfo=UTC) for hour in (15, 16, 17)
]
#: day of the decision, unit, day that changes, holiday or working day, how many days later it is taken back.
DECREES = (
    (8, None, date(2026, 12, 31), True, 0),
    (10, w.RUTAN, date(2026, 12, 7), True, 0),
    (15, w.KUPANG, date(2026, 12, 24), False, 0),
    (20, w.JAYAPURA, date(2026, 12, 14), True, 5),
    (45, None, date(2027, 1, 4), True, 2),
)
PLH = (date(2026, 12, 7), date(2026, 12, 18))


class Play:
    """One run. ``families`` complaints over the first five sixths of ``days``."""

    def __init__(self, world: World, seed: int, families: int, days: int = 60) -> None:
        self.world, self.office, self.book, self.wire = world, world.office, world.book, world.wire
        self.dice, self.days = random.Random(seed), days
        random.seed(seed)  # the program draws new owners by lot
        self.end = w.START + timedelta(days=days)
        self._heap: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()
        self._phones = count(1)
        self._sent = 0
        self.by_phone: dict[str, list[Life]] = {}
        self.words: dict[str, str] = {}
        self.desk = Desk(world, self.dice, self.at)
        self.dispatch, self.public = Dispatch(self), Public(self)
        self._plan(families)

    # ------------------------------------------------------------------ time

    def next(self) -> int:
        """A number that nothing else has."""
        return next(self._order)

    def at(self, moment: datetime, deed: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (moment, self.next(), deed))

    def run(self) -> None:
        while self._heap and self._heap[0][0] <= self.end:
            moment, _, deed = heapq.heappop(self._heap)
            self.office.clock.now = max(self.office.clock.now, moment)
            deed()

    def _plan(self, families: int) -> None:
        span = self.days * 24 * 60 * 5 // 6
        for n in range(families):
            self.at(w.START + timedelta(minutes=self.dice.randrange(span)), lambda n=n: self._family(n))  # type: ignore[misc]
        for moment in YEAR_ENDS:
            for place in w.FACILITIES:
                self.at(moment, lambda place=place: self._complain(w.COMPLAINTS[1], place))  # type: ignore[misc]
            self.at(moment, lambda: self._complain(w.ACCUSING, w.JAYAPURA))
        for hours in range(0, self.days * 24, 4):
            self.at(w.START + timedelta(hours=hours, minutes=11), self._tick)
        for day in range(self.days):
            self.at(w.START + timedelta(days=day, hours=2, minutes=30), self._daily)
        for day, unit, changed, holiday, back in DECREES:
            self.at(w.START + timedelta(days=day, hours=3), lambda d=(unit, changed, holiday, back): self._decree(*d))  # type: ignore[misc]
        for day, place in zip((9, 16, 30, 41), [*w.FACILITIES] * 2, strict=False):
            self.at(
                w.START + timedelta(days=day, hours=5), lambda p=place, lead=bool(day % 2): self._crowd(p, lead=lead)
            )  # type: ignore[misc]
        self.at(w.START + timedelta(days=20, hours=2), self._absence)
        self.at(datetime(2026, 12, 20, 23, 0, tzinfo=UTC), self._new_head)

    def _tick(self) -> None:
        """What the scheduler does, in one go."""
        now = self.office.clock()
        if timekeeping.apply_decrees(self.office.db, now) or self._decreed:
            self.book.decree(now)
            self._decreed = False
        sweep(self.office.db, now)
        for life in self.book.tick(now):
            self._owner(life)
        incidents.tend(self.office.db, now)
        for life in self.desk.deeds.part(now):
            self.desk.take_up(life)
        self.desk.deeds.prolong(now)
        self.desk.deeds.spread(now)
        while self.office.deliver():
            pass
        self._look_at_telephones()

    def _daily(self) -> None:
        recover(self.office.db, self.office.clock())
        monthly.tick(self.office.db, "test", self.office.clock())
        self.dispatch.tick(self.office.clock())
        self.public.tick(self.office.clock())

    _decreed = False

    # ------------------------------------------------------------------ families

    def _family(self, n: int) -> None:
        place, dice = self.dice.choice(list(w.FACILITIES)), self.dice.random()
        if dice < 0.05:
            self._say(w.PRAISE.format(place=w.FACILITIES[place][0]), self._phone())
            self.book.counted.append((self.office.clock(), place, "praise"))
        elif dice < 0.1:
            self._ask(place)
        elif dice < 0.2:
            self._complain(w.ACCUSING, place)
        elif dice < 0.23:
            self._complain(w.PLAIN, place, first="KANWIL")
        elif dice < 0.31:
            self._twice(place)
        elif dice < 0.38:
            counter.write_down(self, place)
        else:
            self._complain(self.dice.choice(w.COMPLAINTS), place)

    def _phone(self) -> str:
        return f"+62812{next(self._phones):07d}"

    def _say(self, text: str, phone: str) -> None:
        """A short message comes in and is handled a few seconds later."""
        inbound = Inbound("sms", w.OURS, f"S{self.next()}", phone, text, text.encode())
        with self.office.db.write() as s:
            inbox.store(s, inbound, self.office.clock())
        self.office.handle()

    def _complain(self, what: Complaint, place: str, first: str = "", phone: str = "") -> Life:
        phone = phone or self._phone()
        if first:
            self._say(first, phone)
        received, word = self.office.clock(), f"Zulkarnaen{self.next()}"
        named, head = w.FACILITIES[place]
        text = what.text.format(place=named, head=head, word=word)
        self._say(text, phone)
        sealed = what.about == "head" or first == "KANWIL"
        life = self.life(phone, place, received, what, sealed=sealed)
        if word in text:
            self.words[life.key] = word
        return life

    def life(
        self, phone: str, place: str, received: datetime, what: Complaint, *, sealed: bool = False, track: str = "",
        channel: str = "sms", name: str = "",
    ) -> Life:  # fmt: skip
        """The case that the program opened is what the book says it is."""
        case, now = self.office.case(phone), self.office.clock()
        unit = self.book.places[place].above if sealed else place
        life = Life(
            case.id, f"K{len(self.book.lives):04d}", place, unit, received, what.category, what.urgency, track, sealed
        )
        life.channel, life.told_name = channel, name
        life.about_staff = what.about in ("staff", "petugas")
        life.hidden = {what.about} & {"petugas"}
        opened = (case.category, case.urgency, case.seal == "kanwil", case.about_staff, case.handling_unit.code)
        assert opened == (life.category, life.urgency, life.sealed, life.about_staff, life.unit), (what, opened)
        self.book.open(life, now)
        self.by_phone.setdefault(phone, []).append(life)
        self.desk.take_up(life)
        if life.urgency == "darurat":
            for minutes in (16, 32, 48, 70, 110):
                self.at(now + timedelta(minutes=minutes), self._tick)
        if channel == "sms":
            self._moods(phone, life)
        return life

    def _ask(self, place: str) -> None:
        """A question; the service standards do not help, a person is asked for."""
        phone, named = self._phone(), w.FACILITIES[place][0]
        received = self.office.clock()
        self._say(w.QUESTION.format(place=named), phone)
        self.book.counted.append((self.office.clock(), place, "information"))
        self.office.clock.advance(minutes=2)
        self._say("PETUGAS", phone)
        self.life(phone, place, received, Complaint("", "kunjungan", "rendah"), track="information")

    def _twice(self, place: str) -> None:
        """The same person tells the same again, openly, as another complaint: for the office to merge."""
        phone = self._phone()
        one = self._complain(w.PLAIN, place, first="TERBUKA", phone=phone)
        self._say("ADUAN BARU", phone)
        two = self._complain(w.PLAIN, place, phone=phone)
        self.at(self.office.clock() + timedelta(hours=self.dice.uniform(1, 40)), lambda: self.desk.merge(two, one))

    def _moods(self, phone: str, life: Life) -> None:
        """Now and then somebody who waits writes again, or wants it taken to the Kanwil."""
        if self.dice.random() < 0.06 and not life.track:
            self._later(2, 30, lambda: self._to_kanwil(phone, life))

    def _later(self, days: float, most: float, deed: Callable[[], None]) -> None:
        self.at(self.office.clock() + timedelta(days=self.dice.uniform(days, most)), deed)

    def _to_kanwil(self, phone: str, life: Life) -> None:
        if len(self.by_phone[phone]) > 1:
            return
        self._say("KANWIL", phone)
        if life.status in OPEN and self.book.places[life.unit].kind == "upt":
            self.book.seal(life, self.office.clock())
            self.desk.take_up(life)

    def _crowd(self, place: str, *, lead: bool) -> None:
        """Four families tell of one event and are worked on together; then one of them, or the first, wants the Kanwil."""
        first, *others = [self._complain(w.PLAIN, place) for _ in range(4)]
        for life in others:
            able = set(self.desk.deeds.anybody(life, "officer")) & set(self.desk.deeds.anybody(first, "officer"))
            assert self.desk.deeds.join(life, first, min(able))
        gone = first if lead else others[1]
        self.at(self.office.clock() + timedelta(hours=1), lambda: self._to_kanwil(self._of(gone), gone))

    def further(self, life: Life) -> None:
        """One more message on an open case."""
        phone = self._of(life)
        if life.status not in OPEN or len(self.by_phone[phone]) > 1:
            return
        received = self.office.clock()
        self._say(w.FURTHER, phone)
        life.wrote = received
        if life.status == "waiting":
            self.book.act(life, "resume", "family", self.office.clock())
            self.desk.take_up(life)

    def _of(self, life: Life) -> str:
        return next(phone for phone, lives in self.by_phone.items() if life in lives)

    def _rate(self, life: Life, word: str) -> None:
        phone, before = self._of(life), life.status
        if len(self.by_phone[phone]) > 1:
            return
        self._say(word, phone)
        now = self.office.clock()
        if word == "PUAS" and before == "responded":
            self.book.act(life, "close", "family", now)
            life.ground = "satisfied"
        elif word != "PUAS" and before in ("responded", "closed"):
            self.book.reopened(life, "family", now)
            self._owner(life)

    def _owner(self, life: Life) -> None:
        """Who takes a reopened case is drawn by lot among those who may."""
        with self.office.db.read() as s:
            drawn = (
                s.scalar(select(Account.name).join(Case, Case.owner_id == Account.id).where(Case.id == life.key)) or ""
            )
        able = self.desk.deeds.anybody(life, "officer")
        assert drawn in able or (not able and not drawn), (drawn, able)
        life.owner = drawn
        self.desk.take_up(life)

    # ------------------------------------------------------------------ telephones

    def _look_at_telephones(self) -> None:
        """Official answers that went out since: a receipt comes, or word of a failure, or nothing."""
        new, self._sent = self.wire.messages[self._sent :], len(self.wire.messages)
        for message in new:
            if "JWB-" not in message.body:
                continue
            life, dice = self._answered(message.body), self.dice.random()
            if dice > UNPROVED:
                state = "undelivered" if dice < UNPROVED + LOST else "delivered"
                answer = life.responded
                self._later(0.01, 1.5, lambda m=message, s=state, x=life, a=answer: self._receipt(m, s, x, a))  # type: ignore[misc]
            self._reaction(life)

    def _answered(self, body: str) -> Life:
        """Whose answer it is: the text may be another case's, the number is not."""
        found = NUMBER.search(body)
        assert found, body
        with self.office.db.read() as s:
            return self.book.lives[s.get_one(CaseNumber, found.group()).case_id]

    def _receipt(self, message, state: str, life: Life, released: datetime | None) -> None:  # type: ignore[no-untyped-def]
        request = self.wire.receipt(message, state, "30005" if state == "undelivered" else None)
        parts = urlsplit(request.url)
        answer = self.office.app.test_client().post(
            f"{parts.path}?{parts.query}", data=request.body, headers=request.headers
        )
        assert answer.status_code == 204, answer.status_code
        if state != "delivered":
            self.book.note(life, "failed", "", self.office.clock(), answer=released)
        elif released == life.responded:
            self.book.arrived(life, "receipt", self.office.clock())

    def _reaction(self, life: Life) -> None:
        mood = self.dice.random()
        if mood < 0.4:
            self._later(0.1, 10, lambda: self._rate(life, "PUAS"))
        elif mood < 0.58:
            self._later(0.1, 12, lambda: self._rate(life, "TIDAK PUAS, belum ada perbaikan"))
        elif mood < 0.68:
            self._later(0.1, 5, lambda: self.further(life))

    # ------------------------------------------------------------------ the office changes

    def _decree(self, unit: str | None, day: date, holiday: bool, back: int) -> None:
        with self.office.db.write() as s:
            place = s.scalar(select(Unit).where(Unit.code == unit)) if unit else None
            row = timekeeping.decree(s, day, "SK uji", Operator(), self.office.clock(), holiday=holiday, unit=place)  # type: ignore[arg-type]
            s.flush()
            row_id = row.id
        self.book.decrees.append((unit, day, holiday))
        self._decreed = True
        self.book.at_work(unit or w.ROOT, self.office.clock())
        if back:
            self._later(back, back, lambda: self._revoke(row_id, (unit, day, holiday)))

    def _revoke(self, row_id: str, entry: tuple[str | None, date, bool]) -> None:
        with self.office.db.write() as s:
            timekeeping.revoke(s, s.get_one(HolidayOverride, row_id), Operator(), self.office.clock())  # type: ignore[arg-type]
        self.book.decrees.remove(entry)
        self._decreed = True

    def _absence(self) -> None:
        """The head of Magetan is away for two weeks; an official acts for him."""
        with self.office.db.write() as s:
            unit = s.scalars(select(Unit).where(Unit.code == w.RUTAN)).one()
            head, deputy = (s.scalars(select(Account).where(Account.name == n)).one() for n in ("kepala", "pejabat2"))
            actor = self.office.officer(s, "kepala")
            delegation.delegate(s, unit, head, deputy, PLH, "SPRIN-7", actor, self.office.clock())
        self.book.at_work(w.RUTAN, self.office.clock())
        self.book.hire("pejabat2", "kepala", w.RUTAN, *PLH)
        self.book.posts["pejabat2", "kepala"] = f"Plh. {self.book.posts['kepala', 'kepala']}"

    def _new_head(self) -> None:
        from tests.support import PASSWORD

        name, role, code, full_name = w.NEW_HEAD
        with self.office.db.write() as s:
            unit = s.scalars(select(Unit).where(Unit.code == code)).one()
            staff.add(s, name, PASSWORD, [(role, unit)], self.office.clock(), full_name)
        self.book.hire(name, role, code, w.HEAD_COMES)
