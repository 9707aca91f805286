"""The monthly report as an obligation: who ought to be told of which on which day, and what people then do with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from tests.days.rulebook import HEAD, OFFICER, PARTS
from workflow.models import Account, Bulletin, Report, Unit
from workflow.reports import monthly
from workflow.states import Impossible

if TYPE_CHECKING:
    from tests.days.play import Play

#: From this day of the month on, whoever has not confirmed or acknowledged is reminded.
CHASED = 5


@dataclass
class Duty:
    """One report as it ought to be."""

    made: datetime
    sent: datetime | None = None
    confirmed: tuple[datetime, str] | None = None
    acknowledged: tuple[datetime, str] | None = None
    chased: datetime | None = None


class Dispatch:
    """All reports by (unit, month), and the lines that they put on people's pages."""

    def __init__(self, play: Play) -> None:
        self.play, self.book = play, play.book
        self.duties: dict[tuple[str, str], Duty] = {}
        self.told: set[tuple[str, str, str, str]] = set()

    def tick(self, now: datetime) -> None:
        """What is due on this day."""
        for place in self.book.places.values():
            today = self.book.days(place.code).day(now)
            month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
            begun = self.book.begun.get(place.code)
            worked = begun is not None and self.book.days(place.code).day(begun) < today.replace(day=1)
            if place.kind != "ditjen" and worked and today >= self._first(place.code, today):
                self._make(place.code, f"{month:%Y-%m}", now)
        for (unit, month), duty in self.duties.items():
            above = self._above(unit, now)
            if duty.sent is None and above:
                duty.sent = now
                self._tell(above, unit, "report_sent", month)
            if duty.chased is None and not (duty.confirmed and duty.acknowledged) and self._late(unit, month, now):
                duty.chased = now
                self._tell(set() if duty.confirmed else self._heads(unit, now), unit, "report_unconfirmed", month)
                self._tell(set() if duty.confirmed else above, unit, "report_chased", month)
                self._tell(set() if duty.acknowledged else above, unit, "report_unread", month)

    def _first(self, unit: str, today: date) -> date:
        """The first working day of a month, as the calendar is known today."""
        day = today.replace(day=1)
        while not self.book.days(unit).works(day):
            day += timedelta(days=1)
        return day

    def _late(self, unit: str, month: str, now: datetime) -> bool:
        year, number = (int(part) for part in month.split("-"))
        return self.book.days(unit).day(now) >= date(year + number // 12, number % 12 + 1, CHASED)

    def _make(self, unit: str, month: str, now: datetime) -> None:
        if (unit, month) in self.duties:
            return
        self.duties[unit, month] = Duty(now)
        self.book.at_work(unit, now)
        self._tell(self._heads(unit, now), unit, "report_made", month)
        for action, chance in (("confirm", 0.7), ("acknowledge", 0.6)):
            if self.play.dice.random() < chance:
                after = timedelta(days=self.play.dice.uniform(0.2, 8))
                self.play.at(now + after, lambda a=action: self._act(unit, month, a))  # type: ignore[misc]

    def _heads(self, unit: str, now: datetime) -> set[str]:
        return self.book.holders(PARTS[self.book.places[unit].kind][HEAD], unit, now)

    def _above(self, unit: str, now: datetime) -> set[str]:
        """Who reads for the office above; nobody there: the one above that."""
        while unit := self.book.places[unit].above:
            if found := self.book.holders(PARTS[self.book.places[unit].kind][OFFICER], unit, now):
                return found
        return set()

    def _tell(self, names: set[str], unit: str, key: str, month: str) -> None:
        self.told |= {(name, unit, key, month) for name in names}

    # ------------------------------------------------------------------ what people do with it

    def _act(self, unit: str, month: str, action: str) -> None:
        """Whose part it is presses the button, now and then twice; the first one counts. Anybody else is refused."""
        now, play, duty = self.play.office.clock(), self.play, self.duties[unit, month]
        able = self._heads(unit, now) if action == "confirm" else self._overseers(unit, now)
        for name in play.dice.sample(sorted(able), min(len(able), 2)):
            assert self._press(unit, month, action, name)
            done = {"confirm": "confirmed", "acknowledge": "acknowledged"}[action]
            setattr(duty, done, getattr(duty, done) or (now, name))
        stranger = play.dice.choice(sorted({name for name, *_ in self.book.roles} - able))
        assert not self._press(unit, month, action, stranger)

    def _overseers(self, unit: str, now: datetime) -> set[str]:
        found = set[str]()
        while unit := self.book.places[unit].above:
            found |= self.book.holders(PARTS[self.book.places[unit].kind][OFFICER], unit, now)
        return found

    def _press(self, unit: str, month: str, action: str, name: str) -> bool:
        with self.play.office.db.write() as s:
            query = select(Report).join(Unit, Unit.id == Report.unit_id)
            report = s.scalars(query.where(Unit.code == unit, Report.month == month)).one()
            try:
                getattr(monthly, action)(s, self.play.office.officer(s, name), report, self.play.office.clock())
            except Impossible:
                return False
        return True

    # ------------------------------------------------------------------ beside the program's rows

    def agrees(self) -> None:
        """Each report was made, sent, confirmed, acknowledged and chased when it ought to be, and each line is there once."""
        with self.play.office.db.read() as s:
            names = {a.id: a.name for a in s.scalars(select(Account))}
            codes = {u.id: u.code for u in s.scalars(select(Unit))}
            theirs = {(codes[r.unit_id], r.month): _duty(r, names) for r in s.scalars(select(Report))}
            lines = [(names[b.account_id], codes[b.unit_id], b.key, b.month) for b in s.scalars(select(Bulletin))]
        wrong = {k: (theirs.get(k), self.duties.get(k)) for k in theirs.keys() | self.duties.keys()
                 if theirs.get(k) != self.duties.get(k)}  # fmt: skip
        assert not wrong, wrong
        assert len(lines) == len(set(lines))
        assert set(lines) == self.told, set(lines) ^ self.told


def _duty(report: Report, names: dict[str, str]) -> Duty:
    confirmed = (
        (report.confirmed_at, names[report.confirmed_by]) if report.confirmed_at and report.confirmed_by else None
    )
    read = (report.acknowledged_at, names[report.acknowledged_by]) if report.acknowledged_at and report.acknowledged_by else None  # fmt: skip
    return Duty(report.made_at, report.sent_at, confirmed, read, report.chased_at)
