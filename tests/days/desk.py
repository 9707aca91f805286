"""How staff go about a case: step after step, quickly or not for weeks, sometimes wrongly, sometimes twice."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

from tests.days.deeds import PART_OF, Deeds
from tests.days.lives import Life
from tests.days.rulebook import HEAD, OFFICER, OFFICIAL, OPEN
from tests.days.world import World
from tests.workflow.steps import together

PLH = (date(2026, 12, 7), date(2026, 12, 18))
RETRY = timedelta(days=2)
#: What may be done next, and how often it is chosen.
NEXT: dict[str, dict[str, int]] = {
    "received": {"classify": 82, "rejudge": 8, "refer": 4, "join": 10},
    "classified": {"recommend": 78, "wait": 9, "rejudge": 4, "refer": 2, "withdraw": 2, "discontinue": 2, "ask": 3},
    "recommended": {"direct": 88, "send_back": 8, "extend": 4},
    "directed": {"write": 78, "extend": 10, "wait": 8, "discontinue": 2, "report": 2},
    "drafted": {"approve": 76, "return_draft": 8, "redraft": 10, "both": 6},
    "approved": {"release": 58, "redraft": 4, "take_back": 4, "leave": 34},
    "responded": {"hand_over": 30, "leave": 70},
    "waiting": {"resume": 25, "ask": 10, "leave": 65},
}
WRONG = ("classify", "recommend", "direct", "report", "draft", "approve", "release", "hand_over", "send_back",
         "return_draft", "take_back", "extend", "discontinue", "withdraw", "refer", "inform", "approve_above")  # fmt: skip


class Desk:
    """All desks. ``at`` puts something on the calendar."""

    def __init__(self, world: World, dice: random.Random, at: Callable[[datetime, Callable[[], None]], None]) -> None:
        self.world, self.book, self.clock = world, world.book, world.office.clock
        self.deeds, self.dice, self.at = Deeds(world), dice, at
        self.leads: dict[tuple[str, str], Life] = {}
        self._turns: dict[str, int] = {}
        self.races = self.above = 0

    # ------------------------------------------------------------------ when

    def take_up(self, life: Life) -> None:
        """Plan what comes next; whatever was planned before is forgotten."""
        self._turns[life.key] = turn = self._turns.get(life.key, 0) + 1
        self.at(self.clock() + self._delay(life), lambda: self._step(life, turn))

    def _delay(self, life: Life) -> timedelta:
        if life.urgency == "darurat" and life.status == "received":
            return timedelta(minutes=self.dice.choice((6, 12, 25, 40, 95, 300)))
        if self.dice.random() < 0.12:
            return timedelta(days=self.dice.uniform(4, 20))
        return timedelta(hours=self.dice.uniform(1, 45))

    def _step(self, life: Life, turn: int) -> None:
        if self._turns[life.key] != turn or (life.lead and life.status == "classified" and not life.rounds):
            return
        if self.dice.random() < 0.08:
            self._blunder(life)
        if life.status in OPEN:
            self._act(life)
            if life.status in OPEN:
                self.take_up(life)

    # ------------------------------------------------------------------ what

    def _act(self, life: Life) -> None:
        if life.track == "information" and life.status in ("received", "classified"):
            self._do(life, "inform")
            return
        choices = NEXT[life.status]
        action = self.dice.choices(list(choices), list(choices.values()))[0]
        if action == "hand_over" and life.delivered and self.dice.random() < 0.8:
            return
        if action == "approve" and len(self.deeds.anybody(life, HEAD)) > 1 and self.dice.random() < 0.5:
            action = "both"
        special = {"rejudge": self._rejudge, "join": self._join, "wait": self._wait, "write": self._write,
                   "redraft": self._redraft, "both": self._both, "leave": lambda _: None}  # fmt: skip
        if action == "classify" and life.urgency == "darurat" and self.dice.random() < 0.3:
            self._take(life)
        elif action in special:
            special[action](life)
        else:
            self._do(life, action)

    def _who(self, life: Life, part: str) -> str:
        """Somebody who plays the part, rather the one whose case it is; a head who is away does nothing."""
        able = self.deeds.anybody(life, part)
        if part == HEAD and PLH[0] <= self.book.days(life.about).day(self.clock()) <= PLH[1]:
            able = [name for name in able if name != "kepala"]
        if part == HEAD:
            able = [name for name in able if name != life.authors.get("text")] or able
        for own in (life.owner if part == OFFICER else "", life.official if part == OFFICIAL else ""):
            if own in able:
                return own
        return self.dice.choice(able) if able else ""

    def _do(self, life: Life, action: str) -> bool:
        """One action by somebody whose part it is; now and then the button is pressed twice."""
        if action == "approve" and not self._others(life):
            return self._approve_above(life)
        part = PART_OF.get(action, OFFICER)
        who = self._who(life, part) or (self._who(life, OFFICER) if part == OFFICIAL else "")
        if not who:
            return False
        done = self._call(life, action, who)
        if self.dice.random() < 0.04:
            self._call(life, action, who)
        return done

    def _others(self, life: Life) -> list[str]:
        """Heads who did not write the text themselves."""
        return [name for name in self.deeds.anybody(life, HEAD) if name != life.authors.get("text")]

    def _approve_above(self, life: Life) -> bool:
        """Nobody is left here who may approve: the approval goes one unit up."""
        now = self.clock()
        able = sorted(n for n in self.book.superiors(life, now) if self.book.may(life, "approve_above", n, now))
        able = [name for name in able if name != life.authors.get("text")]
        self.above += bool(able)
        return bool(able) and self.deeds.approve_above(life, self.dice.choice(able))

    def _call(self, life: Life, action: str, who: str) -> bool:
        if action in ("resume", "ask", "send_back", "return_draft", "take_back", "refer", "withdraw", "discontinue"):
            return self.deeds.plain(life, who, action)
        deed: Callable[[Life, str], bool] = getattr(self.deeds, action)
        return deed(life, who)

    def _blunder(self, life: Life) -> None:
        """Somebody does what cannot be done: the wrong person, or the wrong moment."""
        action = self.dice.choice(WRONG)
        who = self.dice.choice(sorted({name for name, *_ in self.book.roles}))
        if not self.book.may(life, action, who, self.clock()):
            assert not self._call(life, action, who)

    # ------------------------------------------------------------------ the less ordinary

    def _take(self, life: Life) -> None:
        if who := self._who(life, OFFICER):
            self.deeds.assign(life, who, self.dice.choice(self.deeds.anybody(life, OFFICER)))
            self.deeds.assign(life, who, "admin")

    def _rejudge(self, life: Life) -> None:
        who = self._who(life, OFFICER)
        category = self.dice.choice(("titipan_barang", "kunjungan", "pungli", "makanan_air"))
        if who:
            self.deeds.classify(life, who, category, self.dice.choice(("rendah", "normal", "tinggi")))

    def _join(self, life: Life) -> None:
        place = (life.unit, life.category)
        lead, who = self.leads.get(place), self._who(life, OFFICER)
        if lead is None or lead.status not in OPEN or not who:
            self.leads[place] = life
            self._do(life, "classify")
        else:
            self.deeds.join(life, lead, who)

    def _wait(self, life: Life) -> None:
        if who := self._who(life, OFFICER):
            days = self.dice.choice((0, 1, 3, 7, 14, 30, 31))
            self.deeds.wait(life, who, self.dice.choice(("information", "documents", "attendance")), days)

    def _write(self, life: Life) -> None:
        if self._do(life, "report") and life.status == "directed":
            self._do(life, "draft")

    def _redraft(self, life: Life) -> None:
        """The head has an older text on the screen when a newer one is written."""
        seen, head = self.deeds.seen(life), self._who(life, HEAD)
        if self._do(life, "draft") and head:
            self.deeds.approve(life, head, seen)

    def _both(self, life: Life) -> None:
        """Two heads approve at one moment: one approval."""
        heads = self._others(life)
        if len(heads) < 2:
            self._do(life, "approve")
            return
        self.races += 1
        winners = self._race(life, heads[:2])
        assert len(winners) == 1, winners
        self.deeds.approved(life, "approve", winners[0])

    def _race(self, life: Life, heads: list[str]) -> list[str]:
        from workflow import cases, decisions
        from workflow.states import Impossible

        office, seen = self.world.office, self.deeds.seen(life)

        def approve(n: int) -> str:
            try:
                with office.db.write() as s:
                    case = cases.lock(s, life.key)
                    decisions.approve(s, case, office.officer(s, heads[n]), seen, self.clock())
            except Impossible:
                return ""
            return heads[n]

        return [str(name) for name in together(2, approve) if name]

    def merge(self, two: Life, one: Life) -> None:
        """Both are one person's; half of the time it turns out that they were two matters."""
        who = next(iter(set(self.deeds.anybody(two, OFFICER)) & set(self.deeds.anybody(one, OFFICER))), "")
        if not who or two.lead or one.lead or {one.key, two.key} & {x.lead for x in self.book.lives.values()}:
            return
        if self.deeds.merge(two, one, who) and self.dice.random() < 0.5:
            self.at(self.clock() + RETRY, lambda: self._unmerge(two))

    def _unmerge(self, two: Life) -> None:
        if who := self._who(two, OFFICER):
            self.deeds.unmerge(two, who)
            self.take_up(two)
