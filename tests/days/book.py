"""The slow reference: a book in which every event of the sixty days is entered by hand, and which says what follows.

One case after the other, one clock after the other, day by day. It knows the program's words and nothing of its code.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.days.almanac import Almanac
from tests.days.lives import Clock, Issued, Life, Place, Signature
from tests.days.rulebook import (
    AGAIN,
    ALARMED,
    HEAD,
    LADDER,
    MINUTES,
    OFFICER,
    OFFICIAL,
    OPEN,
    PARTS,
    PAUSE,
    RULES,
    SLOW_PAUSE,
    STEPS,
    SUPERIOR,
    TITLES,
)


class Book:
    """All lives, the units, who holds which role on which days, and the decrees."""

    def __init__(self, places: list[Place]) -> None:
        self.places = {p.code: p for p in places}
        self.roles: list[tuple[str, str, str, date, date]] = []
        self.decrees: list[tuple[str | None, date, bool]] = []
        self.lives: dict[str, Life] = {}
        self.numbers: list[tuple[datetime, str, str]] = []
        self.letters: list[Issued] = []
        self.begun: dict[str, datetime] = {}
        self.names: dict[str, str] = {}
        self.offices: dict[str, str] = {}
        self.posts: dict[tuple[str, str], str] = {}
        self.counted: list[tuple[datetime, str, str]] = []

    # ------------------------------------------------------------------ who and when

    def days(self, unit: str) -> Almanac:
        return Almanac(self.places[unit].zone, unit, self.decrees)

    def hire(self, name: str, role: str, unit: str, since: date, until: date = date.max) -> None:
        self.roles.append((name, role, unit, since, until))

    def holders(self, role: str, unit: str, now: datetime) -> set[str]:
        today = self.days(unit).day(now)
        return {n for n, r, u, since, until in self.roles if (r, u) == (role, unit) and since <= today <= until}

    def parts(self, life: Life, name: str, now: datetime) -> set[str]:
        """Which parts a member of staff plays in a case."""
        if name in life.hidden | life.barred:
            return set()
        kind = self.places[life.unit].kind
        played = {part for part, role in PARTS[kind].items() if name in self.holders(role, life.unit, now)}
        played |= {SUPERIOR} if name in self.superiors(life, now) else set()
        return played - ({OFFICIAL} if kind == "upt" and life.official != name else set())

    def superiors(self, life: Life, now: datetime) -> set[str]:
        """Who acts for the office above the one that handles a case."""
        above = self.places[life.unit].above
        return self.holders(PARTS[self.places[above].kind][HEAD], above, now) if above else set()

    def signature(self, life: Life, name: str, now: datetime) -> Signature:
        """How a letter names who approved: by the own post, by that of the office, or as acting for the head."""
        above = name not in self.staff(life, HEAD, now)
        unit = self.places[life.unit].above if above else life.unit
        role = PARTS[self.places[unit].kind][HEAD]
        behalf = (f"a.n. Kepala {self.offices[life.unit]}", self.offices[unit]) if above else ()
        return Signature(self.posts.get((name, role), "") or TITLES[role], self.names[name], now, behalf)

    def staff(self, life: Life, part: str, now: datetime) -> list[str]:
        """Who could play a part."""
        role = PARTS[self.places[life.unit].kind][part]
        return sorted(self.holders(role, life.unit, now) - life.hidden - life.barred)

    def may(self, life: Life, action: str, name: str, now: datetime) -> bool:
        """Whether an action is possible at all: the status, the actor, and what each action wants besides."""
        step = STEPS[action]
        played = {name} if name in ("family", "clock") else self.parts(life, name, now)
        return life.status in step.sources and bool(played & set(step.by))

    def at_work(self, unit: str, now: datetime) -> None:
        """Something happened at a unit; from the first time on it owes a report every month."""
        self.begun.setdefault(unit, now)

    # ------------------------------------------------------------------ clocks

    def begin(self, life: Life, event: str, at: datetime, since: datetime | None = None) -> None:
        for name, rule in RULES.items():
            wanted = rule.starts == event and life.of in rule.tracks
            told = life.urgency == "darurat" and not life.rounds  # a case opened again tells of nothing new by that
            if wanted and (name != "emergency" or told):
                self.start(life, name, since or at, at)

    def start(self, life: Life, name: str, begin: datetime, now: datetime) -> None:
        rule, days = RULES[name], self.days(life.about)
        turn = sum(c.rule == name for c in life.clocks)
        if name == "emergency":
            due = begin + timedelta(minutes=rule.length)
        else:
            due = days.end(days.after(days.day(begin), rule.length))
        clock = Clock(name, turn, begin, rule.length, due, None, made=now)
        life.clocks.append(clock)
        self.plan(life, clock, now)

    def plan(self, life: Life, clock: Clock, now: datetime) -> None:
        """When somebody must look at it: before it is due, once, and when it is."""
        ahead, days = RULES[clock.rule].remind, self.days(life.about)
        clock.look = clock.due
        if ahead and clock.reminded is None:
            morning = days.morning(days.before(days.day(clock.due), ahead))
            clock.look = morning if morning > now else clock.due

    def recount(self, life: Life, clock: Clock) -> datetime:
        """Due on the last of its working days, those left out on which it stood still."""
        days = self.days(life.about)
        return days.end(days.after(days.day(clock.started), clock.length + clock.stood))

    def decree(self, now: datetime) -> None:
        """The calendar has changed: what is not due yet is counted again, never into the past."""
        for life in self.lives.values():
            days = self.days(life.about)
            for clock in life.clocks:
                if clock.state == "running" and clock.due > now and clock.rule != "emergency":
                    due = max(self.recount(life, clock), days.end(days.day(now)))
                    if due != clock.due:
                        clock.moves.append((now, clock.due))
                        clock.due = due
                        self.plan(life, clock, now)

    def stop(self, life: Life, state: str, at: datetime, *rules: str) -> None:
        """``aside``: nobody met it. That makes no lateness undone; what was in time by then is void."""
        for clock in life.clocks:
            if clock.alive and (not rules or clock.rule in rules):
                late = at > clock.due and RULES[clock.rule].on_due == "escalate"
                clock.state = "missed" if late and state != "void" else {"": "met", "aside": "void"}.get(state, state)
                clock.ended, clock.look = at, None

    def resume(self, life: Life, clock: Clock, now: datetime) -> None:
        """A clock that was set aside runs on from where it was; the calendar may have changed meanwhile."""
        again = Clock(clock.rule, sum(c.rule == clock.rule for c in life.clocks), clock.started, clock.length,
                      clock.due, None, made=now)  # fmt: skip
        again.reminded, again.rung, again.extended = clock.reminded, clock.rung, clock.extended
        again.stood, again.moves, again.pauses = clock.stood, list(clock.moves), list(clock.pauses)
        clock.followed = now
        life.clocks.append(again)
        days = self.days(life.about)
        if clock.rule != "emergency" and clock.due > now:
            again.due = max(self.recount(life, again), days.end(days.day(now)))
        self.plan(life, again, now)

    # ------------------------------------------------------------------ events

    def note(self, life: Life, action: str, who: str, now: datetime, **more: Any) -> None:
        known = {"status": life.status, "category": life.category, "urgency": life.urgency, **more}
        life.story.append((now, life.unit, action, who, known))
        self.at_work(life.unit, now)

    def open(self, life: Life, at: datetime) -> None:
        """A case is opened: received at one moment, entered a little later."""
        self.lives[life.key] = life
        life.begun = life.received
        self.begin(life, "received", at, life.received)
        self.numbers.append((life.received, life.unit, life.key))
        self.note(life, "open", "family", at, sealed=life.sealed)

    def act(self, life: Life, action: str, who: str, now: datetime, **more: Any) -> None:
        """An action that was possible: status, clocks, and what it means besides."""
        before, to = life.status, STEPS[action].to
        stood = life.back or ("classified" if life.judged or life.rounds else "received")
        after = stood if to == "back" else to or before
        life.judged = life.judged or action == "classify"
        if after == "waiting" and before != "waiting":
            life.back = before
            self._stand(life, now)
        elif before == "waiting" and after != before:
            self._go_on(life, now)
        life.status = after
        if ended := [n for n, rule in RULES.items() if action in rule.ends]:
            self.stop(life, "", now, *ended)
        if undone := [n for n, rule in RULES.items() if action in rule.voids]:
            self.stop(life, "void", now, *undone)
        if after != before and after not in OPEN:
            life.closed = now
            self.stop(life, "aside", now)
        elif after not in (before, "received") and before != "waiting":
            self.begin(life, after, now)
        self.note(life, action, who, now, before=before, **more)

    def _stand(self, life: Life, now: datetime) -> None:
        for clock in life.clocks:
            if clock.state == "running":
                clock.state, clock.paused, clock.look = "paused", now, None
                clock.pauses.append((now, None))

    def _go_on(self, life: Life, now: datetime) -> None:
        """At most to the day that was set, whenever somebody notices."""
        end, days = min(now, life.until or now), self.days(life.about)
        for clock in life.clocks:
            if clock.state == "paused" and clock.paused:
                late = clock.due < clock.paused
                idle = (days.day(clock.paused), days.day(end))
                stood = days.between(clock.paused, end)
                clock.moves.append((now, clock.due))
                clock.pauses[-1] = (clock.paused, now)
                if clock.rule == "emergency":
                    clock.due += max(end - clock.paused, timedelta(0))
                elif late:
                    clock.due = days.end(days.after(days.day(clock.due), stood))
                else:
                    due = days.end(days.after(days.day(clock.started), clock.length + clock.stood, (idle,)))
                    clock.due = max(due, days.end(days.day(now)))
                clock.stood += stood
                clock.state, clock.paused = "running", None
                self.plan(life, clock, now)
        life.until, life.back = None, ""

    def move_house(self, life: Life, unit: str, now: datetime) -> None:
        """Another unit handles the case, numbers it, and has another ladder."""
        self.note(life, "handed_on", "", now)
        life.unit = unit
        self.numbers.append((now, unit, life.key))
        for clock in [c for c in life.clocks if c.alive and c.rung]:
            turn = sum(c.rule == clock.rule for c in life.clocks)
            look = now if clock.state == "running" else None
            copy = Clock(clock.rule, turn, clock.started, clock.length, clock.due, look, clock.state)
            copy.stood, copy.paused, copy.extended = clock.stood, clock.paused, clock.extended
            copy.made, copy.moves, copy.pauses = now, list(clock.moves), list(clock.pauses)
            life.clocks.append(copy)
            clock.state, clock.ended, clock.look = "void", now, None
        self.note(life, "taken_over", "", now)

    def seal(self, life: Life, now: datetime) -> None:
        """Away from the facility: what it decided is void, also where the family was asked meanwhile."""
        decided = ("recommended", "directed", "drafted", "approved")
        if life.status in decided or (life.status == "waiting" and life.back in decided):
            if life.status == "waiting":
                life.back = "classified"
            else:
                life.status = "classified"
            later = [n for n, rule in RULES.items() if rule.starts != "received"]
            self.stop(life, "void", now, *later)
        life.sealed, life.owner, life.official = True, "", ""
        life.lines.clear()
        self.move_house(life, self.places[life.unit].above, now)
        self.note(life, "seal", "", now)

    # ------------------------------------------------------------------ the ladder

    def rungs(self, life: Life, rule: str) -> tuple[str, ...]:
        if self.places[life.unit].kind != "upt":
            return LADDER["office"]
        ladder = ALARMED if life.urgency == "darurat" else LADDER["facility"]
        spared = rule == "emergency" and life.about_staff
        first = RULES[rule].first
        roles = (first if r == "petugas" else r for r in ladder if not (spared and r == "petugas"))
        return tuple(dict.fromkeys(roles))

    def people(self, life: Life, role: str, now: datetime) -> set[str]:
        """Who holds the role; of the officers the owner alone."""
        unit, wanted = life.unit, {"kanwil": "kanwil", "ditjenpas": "ditjen"}.get(role)
        while wanted and self.places[unit].kind != wanted and self.places[unit].above:
            unit = self.places[unit].above
        if role == "pejabat":
            return {life.official} - life.hidden if life.official else set()
        found = self.holders(role, unit, now) - life.hidden
        return {life.owner} if role == "petugas" and life.owner in found else found

    def remind(self, life: Life, clock: Clock, now: datetime) -> None:
        clock.reminded, clock.look = now, clock.due
        first = self.rungs(life, clock.rule)[0]
        life.lines += [(now, name, f"soon_{clock.rule}") for name in self.people(life, first, now)]

    def climb(self, life: Life, clock: Clock, now: datetime) -> None:
        ladder = self.rungs(life, clock.rule)
        beyond = [r for r in ("kanwil", "ditjenpas") if r not in ladder and clock.rule != "emergency"]
        every = [*ladder, *beyond]
        if clock.rule != "emergency" and self.climbed(life, clock, len(ladder), len(every)):
            clock.look = None
            return
        clock.rung += 1
        roles = (every[clock.rung - 1],) if clock.rung <= len(every) else ladder
        told = set().union(*(self.people(life, role, now) for role in roles))
        life.lines += [(now, name, f"late_{clock.rule}") for name in told]
        life.rungs.append((now, clock.rule, clock.turn, clock.rung, roles[-1], len(told), life.unit))
        if clock.rung >= len(ladder):
            clock.look = now + timedelta(minutes=AGAIN) if clock.rule == "emergency" else None
            if not told and beyond[clock.rung - len(ladder) :]:
                clock.look = now
        elif not told:
            clock.look = now
        elif clock.rule == "emergency":
            clock.look = now + timedelta(minutes=MINUTES)
        else:
            days = self.days(life.about)
            pause = SLOW_PAUSE if life.urgency == "rendah" else PAUSE
            clock.look = days.end(days.after(days.day(now), pause))

    def climbed(self, life: Life, clock: Clock, usual: int, every: int) -> bool:
        """The ladder is over where its last rung told somebody, or there is no office further up."""
        mine = [told for _, rule, _, rung, _, told, _ in life.rungs if (rule, rung) == (clock.rule, clock.rung)]
        return clock.rung >= every or (clock.rung >= usual and bool(mine and mine[-1]))

    # ------------------------------------------------------------------ what people say and time does

    def reopened(self, life: Life, who: str, now: datetime) -> None:
        """Somebody else takes it; nobody left at a unit: the one above."""
        self.act(life, "reopen", who, now)
        life.rounds += 1
        life.begun, life.closed, life.ground, life.delivered, life.official = now, None, "", None, ""
        life.barred |= {*life.authors.values(), *([life.owner] if life.owner else [])}
        self.begin(life, "received", now)
        life.owner = ""
        for _ in range(2):
            if self.staff(life, OFFICER, now):
                return
            above = self.places[life.unit].above
            if not above:
                return
            self.move_house(life, above, now)

    def answered(self, life: Life, who: str, now: datetime) -> None:
        self.act(life, "release", who, now)
        life.responded, life.delivered = now, None
        assert life.signed is not None
        self.letters.append(Issued(now, life.unit, life.key, life.text, life.signed, life.sealed))

    def arrived(self, life: Life, proof: str, now: datetime) -> None:
        if life.delivered is None and life.status == "responded":
            life.delivered = now
            self.begin(life, "delivered", now)
            self.note(life, "delivered", proof, now)

    def tick(self, now: datetime) -> list[Life]:
        """What time does; gives back the cases that were reopened by it, whose new owner is drawn by lot."""
        lots = []
        for life in self.lives.values():
            if life.until and life.until < now:
                self.act(life, "resume", "clock", now)
        for life in self.lives.values():
            while due := [c for c in life.clocks if c.look and c.look <= now]:
                for clock in self._in_order(due, now):
                    if clock.look is not None and self._due(life, clock, now):
                        lots.append(life)
        return lots

    def _in_order(self, due: list[Clock], now: datetime) -> list[Clock]:
        """The older first; of two that are due at one moment the one that sends or closes."""
        return sorted(due, key=lambda clock: (clock.look or now, RULES[clock.rule].on_due == "escalate"))

    def _due(self, life: Life, clock: Clock, now: datetime) -> bool:
        if clock.due > now:
            self.remind(life, clock, now)
        elif RULES[clock.rule].on_due == "escalate":
            self.climb(life, clock, now)
        elif RULES[clock.rule].on_due == "release":
            self.answered(life, "clock", now)
        elif life.wrote and life.responded and life.wrote > life.responded:
            self.reopened(life, "clock", now)
            return True
        else:
            self.act(life, "close", "clock", now)
            life.ground = "silence"
        return False
