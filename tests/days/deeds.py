"""What people do: each deed is done in the program and entered in the book, and both must agree whether it can be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.days.lives import Clock, Life
from tests.days.rulebook import CITED, HEAD, OFFICER, OFFICIAL, OWN, RULES
from tests.days.world import World
from workflow import cases, decisions, deliveries, incidents, inspection, merging, timekeeping
from workflow.actors import Officer
from workflow.models import Case, JournalEntry
from workflow.states import Impossible

URGENCIES = ("darurat", "tinggi", "normal", "rendah")
Call = Callable[[Session, Case, Officer, datetime], object]
OPTIONS = (decisions.Alternative("Perbaiki"), decisions.Alternative("Jelaskan"))


class Deeds:
    """The hands of the staff. Every method returns whether the deed was possible."""

    def __init__(self, world: World) -> None:
        self.office, self.book = world.office, world.book
        self.ids = dict[str, str]()
        self.refused = self.drafted = 0

    def try_it(self, life: Life, action: str, who: str, call: Call, *, fits: bool = True) -> bool:
        """Do it; the book says beforehand whether it will be refused. Nothing is left of what was refused."""
        now = self.office.clock()
        expected = self.book.may(life, action, who, now) and fits
        reason = ""
        try:
            with self.office.db.write() as s:
                case = cases.lock(s, life.key)
                call(s, case, self.office.officer(s, who), now)
        except Impossible as refusal:
            reason = refusal.reason
        self.refused += bool(reason)
        assert expected != bool(reason), self._differ(life, action, who, reason)
        return expected

    def _differ(self, life: Life, action: str, who: str, reason: str) -> str:
        """What the program's chain and the book say of a case about which they do not agree."""
        with self.office.db.read() as s:
            chain = s.scalars(select(JournalEntry).where(JournalEntry.case_id == life.key).order_by(JournalEntry.at))
            theirs = [f"{e.at:%d %H:%M} {e.action}" for e in chain]
        ours = [f"{at:%d %H:%M} {action} {by}" for at, _, action, by, _ in life.story]
        return f"{action} by {who}: {reason or 'done'}\n{theirs}\n{ours}\n{life}"

    def account(self, name: str) -> str:
        if name not in self.ids:
            self.ids[name] = self.office.account_id(name)
        return self.ids[name]

    # ------------------------------------------------------------------ the complaint unit

    def classify(self, life: Life, who: str, category: str = "", urgency: str = "") -> bool:
        category, urgency = category or life.category, urgency or life.urgency
        call: Call = lambda s, c, o, now: cases.classify(s, c, o, category, urgency, now, about_head=False)  # noqa: E731
        if not self.try_it(life, "classify", who, call):
            return False
        now, before = self.office.clock(), life.of
        life.category, life.urgency, life.owner = category, urgency, life.owner or who
        self.book.act(life, "classify", who, now)
        if life.of != before:
            self._retrack(life, now)
        return True

    def _retrack(self, life: Life, now: datetime) -> None:
        """Another track has another deadline for the answer, counted from when this round began."""
        running = {c.rule for c in life.clocks if c.alive}
        if gone := [n for n in running if life.of not in RULES[n].tracks]:
            self.book.stop(life, "aside", now, *gone)
        for name, rule in RULES.items():
            if rule.starts == "received" and "release" in rule.ends and life.of in rule.tracks and name not in running:
                begun = life.begun or life.received
                had = [c for c in life.clocks if c.rule == name and c.started == begun]
                if had:
                    self.book.resume(life, had[-1], now)
                else:
                    self.book.start(life, name, begun, now)

    def recommend(self, life: Life, who: str) -> bool:
        known = life.of == "integrity" and self.book.may(life, "recommend", who, self.office.clock())
        if known:
            with self.office.db.write() as s:
                case = cases.lock(s, life.key)
                inspection.keep(s, case, self.office.officer(s, who), {"place": "Loket"}, self.office.clock())
        options, cited = self._options(life)
        done = self.try_it(
            life, "recommend", who, lambda s, c, o, now: decisions.recommend(s, c, o, "Ringkasan", options, now)
        )
        return done and self._wrote(life, "recommend", who, cited=cited)

    def _options(self, life: Life) -> tuple[tuple[decisions.Alternative, ...], set[tuple[str, bool]]]:
        """Two ways, and what they cite: (standard, whether the words are the catalogue's)."""
        kind, alone = int(life.name[1:]) % 4, f"Janji kepada {life.name}"
        if kind == 0:
            cited = CITED[life.about.partition("-")[0]]
            options = (
                decisions.Alternative("Perbaiki", standard_id="visit.sop"),
                decisions.Alternative("Jelaskan", OWN),
            )
            return options, {(cited, True), (OWN, False)}
        if kind == 1:
            doubled = decisions.Alternative("Jelaskan", OWN.replace(" ", "  "))
            return (decisions.Alternative("Perbaiki", alone), doubled), {(alone, False), (OWN, False)}
        return OPTIONS, set()

    def _wrote(self, life: Life, action: str, who: str, **more: Any) -> bool:
        life.authors[f"{action}:{who}"] = who
        self.book.act(life, action, who, self.office.clock(), **more)
        return True

    def wait(self, life: Life, who: str, category: str, days: int) -> bool:
        now, almanac = self.office.clock(), self.book.days(life.about)
        until = almanac.day(now) + timedelta(days=days)
        done = self.try_it(life, "wait", who, lambda s, c, o, t: timekeeping.wait(s, c, o, "Kapan?", category, until, t),
                           fits=0 < days <= 30)  # fmt: skip
        if done:
            self.book.act(life, "ask", who, now)
            self.book.act(life, "wait", who, now, reason=category)
            life.until = almanac.end(until)
        return done

    def plain(self, life: Life, who: str, action: str) -> bool:
        """Actions that do no more than the table says."""
        calls: dict[str, Call] = {
            "resume": lambda s, c, o, now: cases.move(s, c, "resume", o, now),
            "ask": lambda s, c, o, now: cases.ask(s, c, o, "Bagaimana keadaannya?", now),
            "send_back": lambda s, c, o, now: decisions.send_back(s, c, o, "Kurang jelas", now),
            "take_back": lambda s, c, o, now: decisions.take_back(s, c, o, "Kurang jelas", now),
            "return_draft": lambda s, c, o, now: decisions.return_draft(s, c, o, "Kurang jelas", now),
            **{a: lambda s, c, o, now, a=a: cases.end_with_reason(s, c, a, o, "Alasan", now)  # type: ignore[misc]
               for a in ("refer", "withdraw", "discontinue")},
        }  # fmt: skip
        done = self.try_it(life, action, who, calls[action])
        if done:
            self.book.act(life, action, who, self.office.clock())
            if action == "send_back":
                self.book.begin(life, "returned", self.office.clock())
            life.ground = action if action in ("refer", "withdraw", "discontinue") else life.ground
        return done

    def inform(self, life: Life, who: str) -> bool:
        fits = life.track == "information"
        done = self.try_it(
            life, "inform", who, lambda s, c, o, now: cases.inform(s, c, o, "Senin pagi.", now), fits=fits
        )
        if done:
            self.book.act(life, "inform", who, self.office.clock())
            life.ground = "informed"
        return done

    def assign(self, life: Life, who: str, to: str) -> bool:
        fits = to in self.book.staff(life, OFFICER, self.office.clock())
        done = self.try_it(
            life, "assign", who, lambda s, c, o, now: cases.assign(s, c, o, self.account(to), now), fits=fits
        )
        if done:
            life.owner = to
            self.book.act(life, "assign", who, self.office.clock())
        return done

    # ------------------------------------------------------------------ head and official

    def direct(self, life: Life, who: str) -> bool:
        able = self.officials(life)
        official = able[len(life.story) % len(able)] if able else who
        call: Call = lambda s, c, o, now: decisions.direct(s, c, o, 0, self.account(official), "", now)  # noqa: E731
        done = self.try_it(life, "direct", who, call, fits=bool(able))
        if done:
            life.official, life.reported = official, -1
            self.book.act(life, "direct", who, self.office.clock())
        return done

    def officials(self, life: Life) -> list[str]:
        """Who can be made responsible: where every official is hidden, the complaint unit."""
        now = self.office.clock()
        found = self.book.staff(life, OFFICIAL, now)
        return found or (self.book.staff(life, OFFICER, now) if self.book.places[life.unit].kind == "upt" else [])

    def extend(self, life: Life, who: str) -> bool:
        now = self.office.clock()
        clock = next((c for c in life.clocks if c.rule == "respond" and c.state == "running"), None)
        fits = clock is not None and not clock.extended and clock.due >= now
        reason = f"Suku cadang untuk {life.name} belum datang"
        done = self.try_it(life, "extend", who, lambda s, c, o, t: timekeeping.extend(s, c, o, reason, t), fits=fits)
        if done and clock is not None:
            self._longer(life, clock, who, reason)
        return done

    def _longer(self, life: Life, clock: Clock, who: str, reason: str) -> None:
        now, before = self.office.clock(), clock.due
        clock.moves.append((now, before))
        clock.length, clock.extended, clock.reminded = clock.length + RULES["respond"].extra, True, None
        clock.due = self.book.recount(life, clock)
        life.extensions.append((now, before, clock.due, reason))
        self.book.plan(life, clock, now)
        self.book.act(life, "extend", who, now)

    def prolong(self, now: datetime) -> None:
        """Whoever waits for a lead that was given more time has more time, too, if their own day is over sooner."""
        for life in self.book.lives.values():
            if not life.lead or not _waits(life):
                continue
            lead = self.book.lives[life.lead]
            theirs = next((c for c in lead.clocks if c.rule == "respond" and c.alive and c.extended), None)
            own = next((c for c in life.clocks if c.rule == "respond" and c.state == "running"), None)
            if theirs and own and not own.extended and now <= own.due < theirs.due:
                self._longer(life, own, "clock", lead.extensions[-1][3])

    def report(self, life: Life, who: str) -> bool:
        done = self.try_it(
            life, "report", who, lambda s, c, o, now: decisions.report(s, c, o, "repair", "Selesai", now)
        )
        if done:
            life.reported = life.rounds
        return done and self._wrote(life, "report", who)

    def draft(self, life: Life, who: str) -> bool:
        self.drafted += 1
        text = f"Jawaban JWB-{life.name}-{self.drafted}: sudah diperbaiki."
        done = self.try_it(life, "draft", who, lambda s, c, o, now: decisions.draft(s, c, o, text, now),
                           fits=life.reported == life.rounds)  # fmt: skip
        if done:
            life.authors["text"], life.text = who, text
        return done and self._wrote(life, "draft", who)

    def seen(self, life: Life) -> str:
        """The hash of the text that stands on the head's screen."""
        with self.office.db.read() as s:
            paper = decisions.newest(s, s.get_one(Case, life.key), "answer")
            return paper.hash if paper else "0" * 64

    def approve(self, life: Life, who: str, seen: str = "") -> bool:
        newest = self.seen(life)
        chosen = seen or newest
        fits = chosen == newest and life.authors.get("text") != who
        done = self.try_it(
            life, "approve", who, lambda s, c, o, now: decisions.approve(s, c, o, chosen, now), fits=fits
        )
        return done and self.approved(life, "approve", who)

    def approve_above(self, life: Life, who: str) -> bool:
        """The office above approves in the place of a head whom there is not, or who wrote the text."""
        seen = self.seen(life)
        done = self.try_it(
            life, "approve_above", who,
            lambda s, c, o, now: decisions.approve_above(s, c, o, seen, "Tidak ada kepala", now),
            fits=life.authors.get("text") != who,
        )  # fmt: skip
        if done:
            self.book.at_work(self.book.places[life.unit].above, self.office.clock())
        return done and self.approved(life, "approve_above", who)

    def approved(self, life: Life, action: str, who: str) -> bool:
        """Whoever approved signs."""
        now = self.office.clock()
        life.signed = self.book.signature(life, who, now)
        self.book.act(life, action, who, now)
        return True

    # ------------------------------------------------------------------ the answer

    def release(self, life: Life, who: str) -> bool:
        done = self.try_it(life, "release", who, lambda s, c, o, now: decisions.release(s, c, o, now))
        if done:
            self.book.answered(life, who, self.office.clock())
        return done

    def hand_over(self, life: Life, who: str) -> bool:
        done = self.try_it(life, "hand_over", who, lambda s, c, o, now: deliveries.hand_over(s, c, o, now))
        if done:
            self.book.act(life, "hand_over", who, self.office.clock())
            self.book.arrived(life, "desk", self.office.clock())
        return done

    # ------------------------------------------------------------------ cases that belong together

    def join(self, life: Life, lead: Life, who: str) -> bool:
        others = self.book.lives
        lead = others[lead.lead] if lead.lead else lead
        taken = life.lead or any(other.lead == life.key for other in others.values())
        fits = _alike(life, lead) and not taken and life is not lead and lead.ground != "merged"
        fits = fits and lead.status not in ("withdrawn", "referred", "discontinued")
        done = self.try_it(
            life, "join", who, lambda s, c, o, now: incidents.join(s, c, s.get_one(Case, lead.key), o, now), fits=fits
        )
        if done:
            self.book.act(life, "join", who, self.office.clock(), joined=lead.key)
            life.lead, life.owner = lead.key, life.owner or lead.owner or who
        return done

    def part(self, now: datetime) -> list[Life]:
        """Who waits for a lead that will not answer here any more, or that it does not fit, goes: the first of them leads,
        the others follow it as far as they fit. Returns whose work begins again."""
        alone, lives = list[Life](), self.book.lives
        for lead in [lives[key] for key in sorted({life.lead for life in lives.values() if life.lead})]:
            members = [life for life in lives.values() if life.lead == lead.key]
            ended = lead.status in ("withdrawn", "referred", "discontinued")
            ended = ended or (lead.status == "closed" and lead.responded is None)
            apart = [m for m in members if (m.unit, m.sealed) != (lead.unit, lead.sealed)]
            gone = apart + [m for m in members if m not in apart and _waits(m) and (ended or not _alike(m, lead))]
            left = sorted((m for m in gone if _waits(m)), key=lambda m: (m.received, m.key))
            for life in gone:
                life.lead = ""
                tell = self.book.act if life.status == "classified" else self.book.note
                tell(life, "leave", "clock", now)
            while left:
                alone.append(first := left.pop(0))
                for life in [m for m in left if _alike(m, first)]:
                    left.remove(life)
                    life.lead = first.key
                    self.book.act(life, "join", "clock", now, joined=first.key)
        return alone

    def spread(self, now: datetime) -> None:
        """The answer of a lead goes to each who joined it, where both are still at one place under one seal."""
        for life in self.book.lives.values():
            lead = self.book.lives.get(life.lead)
            if lead is None or life.status != "classified" or life.rounds or not lead.responded:
                continue
            if lead.status in ("responded", "closed") and (life.unit, life.sealed) == (lead.unit, lead.sealed):
                life.text, life.signed = lead.text, lead.signed
                self.book.act(life, "approve_jointly", "clock", now)
                self.book.answered(life, "clock", now)
                life.authors["joint"] = lead.authors["text"]

    def merge(self, life: Life, into: Life, who: str) -> bool:
        fits = (
            into.closed is None
            and into.received <= life.received
            and (life.unit, life.sealed) == (into.unit, into.sealed)
        )
        done = self.try_it(
            life, "merge", who, lambda s, c, o, now: merging.merge(s, c, s.get_one(Case, into.key), o, now), fits=fits
        )
        if done:
            self.book.act(life, "merge", who, self.office.clock())
            life.ground, life.into = "merged", into.key
            into.urgency = min(life.urgency, into.urgency, key=URGENCIES.index)
        return done

    def unmerge(self, life: Life, who: str) -> bool:
        done = self.try_it(
            life, "unmerge", who, lambda s, c, o, now: merging.unmerge(s, c, o, now), fits=life.ground == "merged"
        )
        if done:
            now, merged = self.office.clock(), life.closed
            self.book.act(life, "unmerge", who, now)
            life.ground, life.closed, life.into = "", None, ""
            for clock in [c for c in life.clocks if c.ended == merged and c.state in ("void", "missed")]:
                if RULES[clock.rule].starts in ("received", "returned"):
                    self.book.resume(life, clock, now)
        return done

    def anybody(self, life: Life, part: str) -> list[str]:
        return self.book.staff(life, part, self.office.clock())


def _waits(life: Life) -> bool:
    return life.status == "classified" and not life.rounds


def _alike(life: Life, lead: Life) -> bool:
    """At one place under one seal on one track, and hidden from nobody who works on the lead."""
    same = (life.unit, life.sealed, life.track, life.of) == (lead.unit, lead.sealed, lead.track, lead.of)
    return same and life.hidden | life.barred <= lead.hidden | lead.barred


PART_OF = {
    **dict.fromkeys(
        ("classify", "recommend", "wait", "ask", "refer", "withdraw", "inform", "release", "hand_over"), OFFICER
    ),
    **dict.fromkeys(("direct", "send_back", "approve", "return_draft", "take_back", "extend", "discontinue"), HEAD),
    **dict.fromkeys(("report", "draft"), OFFICIAL),
}
