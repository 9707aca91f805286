"""The figures of a month, counted from the book, one story after the other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from tests.days.book import Book
from tests.days.lives import Clock, Life
from tests.days.rulebook import INTEGRITY, OPEN, RULES, STEPS

Line = tuple[datetime, str, str, str, dict[str, Any]]
FIRST = ("recommend", "refer", "ask")
ENDERS = {action for rule in RULES.values() for action in rule.ends}
ENDERS |= {action for action, step in STEPS.items() if step.to and step.to not in OPEN | {"back"}}


class Tally:
    """One unit, one month: ``found`` has (table, key) and the value that the report should print."""

    def __init__(self, book: Book, unit: str, year: int, month: int, until: datetime) -> None:
        zone = ZoneInfo(book.places[unit].zone)
        self.book, self.unit = book, unit
        self.begin = datetime(year, month, 1, tzinfo=zone)
        over = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
        self.end = min(over, until)  # of a month that is not over: up to now
        self.found: Counter[tuple[str, str]] = Counter()
        self.samples: dict[str, list[int]] = {"first_response": [], "answer": [], "handling": [], "delivery": []}
        self.minutes: list[int] = []
        for life in book.lives.values():
            self._flow(life)
            self._arrived(life)
            self._said(life)
            self._clocks(life)
            self._ladder(life)
            self._spans(life)
        self._standards()
        self._incidents()
        for at, place, kind in book.counted:
            self.found["others", kind] += place == unit and self._in(at)

    def _in(self, at: datetime | None) -> bool:
        return at is not None and self.begin <= at < self.end

    def here(self, life: Life) -> Iterator[Line]:
        """What happened to a case at this unit in this month; nothing, where another one has it at the end."""
        return iter(() if self._gone(life) else self._lines(life))

    def _lines(self, life: Life) -> list[Line]:
        return [line for line in life.story if line[1] == self.unit and self._in(line[0])]

    def _gone(self, life: Life) -> bool:
        last = self._at(life, self.end)
        return last is not None and last[1] != self.unit

    def _at(self, life: Life, moment: datetime) -> Line | None:
        """The last that had happened to a case before a moment, wherever it was."""
        before = [line for line in life.story if line[0] < moment]
        return before[-1] if before else None

    # ------------------------------------------------------------------ counts

    def _flow(self, life: Life) -> None:
        for name, moment in (("open_before", self.begin), ("open_after", self.end)):
            last = self._at(life, moment)
            self.found["flow", name] += last is not None and last[1] == self.unit and last[4]["status"] in OPEN
        lines = self._lines(life)
        if lines and self._gone(life):
            self._left(life, lines[0][2])
        for _, _, action, _, known in lines:
            self.found["sealed", "at_intake"] += action == "open" and known["sealed"]
            self.found["sealed", "later"] += action == "seal"
        for _, _, action, _, known in self.here(life):
            before, after = known.get("before", ""), known["status"]
            self.found["flow", "received"] += action == "open"
            self.found["flow", action] += action in ("taken_over", "handed_on")
            self.found["flow", "ended"] += bool(before) and before in OPEN and after not in OPEN
            self.found["flow", "reopened"] += bool(before) and before not in OPEN and after in OPEN
            self.found["extensions", "extended"] += action == "extend"
            self.found["extensions", f"wait_{known.get('reason')}"] += action == "wait"

    def _left(self, life: Life, first: str) -> None:
        """A neutral entry: how it came and that it went."""
        before = self._at(life, self.begin)
        was_open = before is not None and before[1] == self.unit and before[4]["status"] in OPEN
        came = {"open": "received", "taken_over": "taken_over"}.get(first, "" if was_open else "reopened")
        self.found["flow", came] += bool(came)
        self.found["flow", "handed_on"] += 1

    def _arrived(self, life: Life) -> None:
        """What came in, here or elsewhere first: as it was judged and how far it had come when the month ended."""
        last = self._at(life, self.end)
        opened = any(line[2] == "open" and self._in(line[0]) for line in life.story)
        if last is None or last[1] != self.unit or not opened:
            return
        judged = [line for line in life.story if line[2] in ("open", "classify") and line[0] < self.end][-1]
        state, category, urgency = last[4]["status"], judged[4]["category"], judged[4]["urgency"]
        track = life.track or ("integrity" if category in INTEGRITY else "service")
        for table, key in (
            ("channel", life.channel),
            ("category", category),
            ("urgency", urgency),
            ("track", track),
            ("state", state),
        ):
            self.found[table, key] += 1

    def _standards(self) -> None:
        """Each standard once a case; an officer's own words only where two cases cite them alike."""
        cited: dict[tuple[str, bool], set[str]] = defaultdict(set)
        for life in self.book.lives.values():
            for _, _, action, _, known in self.here(life):
                for standard in known["cited"] if action == "recommend" else ():
                    cited[standard].add(life.key)
        for (text, ours), cases in cited.items():
            self.found["standards", text if ours or len(cases) > 1 else "other"] += len(cases)

    def _incidents(self) -> None:
        """Complaints of this month that belong to one event, with their lead or as such, and how many events these are."""
        crowds: dict[str, set[str]] = defaultdict(set)
        for life in self.book.lives.values():
            if lead := self._lead(life):
                crowds[lead] |= {life.key, lead}
        for lead, crowd in crowds.items():
            mine = [self.book.lives[key] for key in crowd if self._had(self.book.lives[key])]
            new = sum(any(line[2] == "open" for line in self.here(life)) for life in mine)
            counts = new and len(mine) > 1 and self.book.lives[lead] in mine
            self.found["incidents", "complaints"] += new if counts else 0
            self.found["incidents", "incidents"] += bool(counts)

    def _lead(self, life: Life) -> str:
        """With which case this one was worked on when the month ended."""
        moves = [line for line in life.story if line[2] in ("join", "leave") and line[0] < self.end]
        return str(moves[-1][4].get("joined", "")) if moves else ""

    def _had(self, life: Life) -> bool:
        """Whether this unit had a case when the month ended."""
        last = self._at(life, self.end)
        return last is not None and last[1] == self.unit

    def _said(self, life: Life) -> None:
        """What families said of their answers, and whether these arrived."""
        for _, _, action, who, _ in self.here(life):
            self.found["satisfaction", "satisfied"] += (action, who) == ("close", "family")
            self.found["satisfaction", "silent"] += (action, who) == ("close", "clock")
            self.found["satisfaction", "unsatisfied"] += (action, who) == ("reopen", "family")
        for at, _, action, _, _ in self.here(life):
            if action == "release":
                self.found["deliveries", "released"] += 1
                self.found["deliveries", self._fate(life, at)] += 1

    def _fate(self, life: Life, released: datetime) -> str:
        later = [line for line in life.story if released <= line[0] < self.end]
        again = next((line[0] for line in later if line[2] == "release" and line[0] > released), self.end)
        mine = [line for line in later if line[0] <= again]
        proofs = (line[3] for line in mine if line[2] == "delivered" and line[1] == self.unit)
        if proof := next(proofs, ""):  # what another unit hands over later is not in this unit's chain
            return "desk" if proof == "desk" else "proven"
        failed = any(line[2] == "failed" and line[4]["answer"] == released for line in later)
        return "failed" if failed else "pending"

    # ------------------------------------------------------------------ clocks

    def _clocks(self, life: Life) -> None:
        acted = {line[0] for line in self.here(life) if line[2] in ENDERS}
        seen = set()
        last = self._at(life, self.end)
        for clock in life.clocks:
            if clock.rule == "satisfaction":
                continue
            if clock in self.over(life, acted):
                self.found["deadlines", f"{clock.rule}/{clock.state}"] += 1
                self._emergency(clock)
            key = (clock.rule, clock.started)
            known = clock.made is not None and max(clock.started, clock.made) < self.end
            ran = known and (clock.ended is None or clock.ended >= self.end)
            if ran and last and last[1] == self.unit and last[4]["status"] in OPEN and key not in seen:
                seen.add(key)
                self._ran(life, clock)

    def over(self, life: Life, acted: set[datetime]) -> list[Clock]:
        """Which clocks ended in this month. One that was late, was set aside, and runs again when the month ends, did not."""
        ended = [c for c in life.clocks if c.state in ("met", "missed") and c.ended in acted and self._in(c.ended)]
        return [clock for clock in ended if clock.followed is None or clock.followed >= self.end]

    def _emergency(self, clock: Clock) -> None:
        if clock.rule == "emergency" and clock.ended:
            self.found["emergencies", "in_time" if clock.state == "met" else "late"] += 1
            self.minutes.append(int((clock.ended - clock.started).total_seconds() // 60))

    def _ran(self, life: Life, clock: Clock) -> None:
        due = next((before for at, before in clock.moves if at >= self.end), clock.due)
        spans = (began for began, over in clock.pauses if began < self.end and (over is None or over >= self.end))
        late = due <= next(spans, self.end)
        self.found["deadlines", f"{clock.rule}/{'overdue' if late else 'running'}"] += 1
        self.found["emergencies", "waiting"] += clock.rule == "emergency"

    def _ladder(self, life: Life) -> None:
        for at, rule, turn, rung, role, told, unit in life.rungs:
            if unit == self.unit and self._in(at) and not self._gone(life):
                clock = next(c for c in life.clocks if (c.rule, c.turn) == (rule, turn))
                settled = clock.ended is not None and clock.ended < self.end
                for column, counts in (
                    ("climbed", True),
                    ("nobody", not told),
                    ("settled", settled),
                    ("open", not settled),
                ):
                    self.found["escalations", f"{rung}_{role}/{column}"] += counts

    # ------------------------------------------------------------------ how long it took

    def _spans(self, life: Life) -> None:
        """Working days from receipt, from being reopened or taken over, to the first answer, the answer, its arrival."""
        begun, first, released = life.received, None, None
        days = self.book.days(self.unit)
        for at, unit, action, _, _ in life.story:
            mine = unit == self.unit and self._in(at) and not self._gone(life)
            if (
                action in ("reopen", "unmerge", "taken_over") and unit == self.unit
            ):  # elsewhere is not this unit's chain
                begun, first, released = at, None, None
            elif action in FIRST and first is None and unit == self.unit:
                first = at
                self._sample(mine, "first_response", days.between(begun, at))
            elif action == "release" and unit == self.unit:
                released = at
                self._sample(mine, "answer", days.between(begun, at))
                self._sample(mine and first is not None, "handling", days.between(first or at, at))
            elif action == "delivered" and released and unit == self.unit:
                self._sample(mine, "delivery", days.between(released, at))

    def _sample(self, mine: bool, name: str, days: int) -> None:
        if mine:
            self.samples[name].append(days)

    def add(self, other: Tally) -> None:
        """The sum over several units, as an office above reports it."""
        self.found += other.found
        self.minutes += other.minutes
        for name, values in other.samples.items():
            self.samples[name] += values

    def cells(self) -> dict[tuple[str, str], str]:
        """As the CSV says it."""
        said = {key: str(count) for key, count in self.found.items() if count}
        for name, values in self.samples.items():
            if values:
                said["durations", f"{name}/cases"] = str(len(values))
                said["durations", f"{name}/median"] = f"{float(median(values)):.1f}".replace(".", ",")
                said["durations", f"{name}/longest"] = str(max(values))
        if self.minutes:
            said["emergencies", "median_minutes"] = f"{float(median(self.minutes)):.1f}".replace(".", ",")
            said["emergencies", "longest_minutes"] = str(max(self.minutes))
        return {key: value for key, value in said.items() if value != "0"}
