"""Waiting, extending, deciding and decreeing in any order, at any time of two years, in any zone: every clock is the book's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from tests.days import check
from tests.days import world as w
from tests.days.almanac import COVERED
from tests.days.book import Book
from tests.days.deeds import PART_OF
from tests.days.lives import Life, Place
from tests.days.play import Play
from tests.days.rulebook import OFFICER, OPEN
from tests.days.world import World
from tests.support import HIRED, Office
from workflow import timekeeping
from workflow.models import Deadline, HolidayOverride, Unit

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
COMPLAINT, EMERGENCY = (
    w.COMPLAINTS[n]._replace(text=w.COMPLAINTS[n].text.format(place="Rutan Magetan")) for n in (0, 4)
)
EXAMPLES = 15
_senders = count(1)

waits = st.tuples(st.just("wait"), st.integers(1, 30))
decrees = st.tuples(st.just("decree"), st.integers(-2, 45), st.booleans(), st.booleans())
zones = st.tuples(st.just("zone"), st.sampled_from(ZONES))
plain = st.sampled_from(
    [("resume",), ("extend",), ("revoke",), ("recommend",), ("send_back",), ("classify",), ("rejudge",), ("rest",)]
)
#: Hours that pass, what is done then, and whether time is looked at right afterwards.
steps = st.tuples(st.floats(0.1, 150), st.one_of(waits, decrees, zones, plain), st.booleans())
MIDNIGHTS = [datetime(year, 12, 31, hour, 59, 57, tzinfo=UTC) for year in (2026, 2027) for hour in (14, 15, 16, 23)]
minutes = st.integers(0, 421 * 24 * 60)
begins = st.one_of(
    minutes.map(lambda n: datetime(2026, 11, 2, tzinfo=UTC) + timedelta(minutes=n)), st.sampled_from(MIDNIGHTS)
)


@given(begin=begins, urgent=st.booleans(), zone=st.sampled_from(ZONES), plan=st.lists(steps, min_size=1, max_size=9))
@settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_people_do_in_whatever_order_the_clocks_are_those_of_the_slow_reference(
    office: Office, begin: datetime, urgent: bool, zone: str, plan: list[tuple[float, tuple[object, ...], bool]]
) -> None:
    play = _fresh(office, zone, begin)
    life = _open(play, EMERGENCY if urgent else COMPLAINT)
    for hours, deed, looked in plan:
        office.clock.advance(hours=hours)
        _do(play, life, *deed)
        if looked:
            play._tick()
            _agree(play, life)
    office.clock.advance(days=30)
    play._tick()
    _agree(play, life)
    if life.status in OPEN:
        assert play.desk._do(life, "withdraw")


def _fresh(office: Office, zone: str, begin: datetime) -> Play:
    """The facility in another zone, without decrees, at another time."""
    office.clock.now = begin
    book = Book([Place(p.code, p.kind, zone if p.code == w.RUTAN else p.zone, p.above) for p in w.PLACES])
    for name, role, unit in w.DEMO_HANDS:
        book.hire(name, role, unit, HIRED.date())
    with office.db.write() as s:
        s.scalars(select(Unit).where(Unit.code == w.RUTAN)).one().timezone = zone
        s.execute(delete(HolidayOverride))
    timekeeping.apply_decrees(office.db, begin)
    return Play(World(office, SimpleNamespace(messages=[]), book), seed=1, families=0)  # type: ignore[arg-type]


def _open(play: Play, what: w.Complaint) -> Life:
    sender, received = f"+62812{next(_senders):08d}", play.office.clock()
    play.office.say(what.text, sender)
    life = play.life(sender, w.RUTAN, received, what, channel="simulator")
    if what is COMPLAINT:
        play.desk._do(life, "classify")
    return life


def _do(play: Play, life: Life, deed: str, *how: object) -> None:
    """Where it cannot be done, program and book agree about that, too."""
    desk, officer = play.desk, play.desk._who(life, OFFICER)
    if deed == "decree":
        _decree(play, life, *how)
    elif deed == "revoke":
        _revoke(play)
    elif deed == "zone":
        _move(play, str(how[0]))
    elif deed == "wait" and officer:
        desk.deeds.wait(life, officer, "documents", int(str(how[0])))
    elif deed == "rejudge" and officer:
        desk.deeds.classify(life, officer, "kunjungan" if life.of == "integrity" else "pungli")
    elif deed in PART_OF or deed == "resume":
        desk._do(life, deed)


def _decree(play: Play, life: Life, ahead: object, holiday: object, everywhere: object) -> None:
    day = play.book.days(life.about).day(play.office.clock()) + timedelta(days=int(str(ahead)))
    unit = None if everywhere else w.RUTAN
    if (unit, day, holiday) not in play.book.decrees:
        play._decree(unit, day, bool(holiday), 0)


def _move(play: Play, zone: str) -> None:
    """Somebody notices that the facility is in another zone."""
    with play.office.db.write() as s:
        s.scalars(select(Unit).where(Unit.code == w.RUTAN)).one().timezone = zone
    play.book.places[w.RUTAN].zone, play._decreed = zone, True


def _revoke(play: Play) -> None:
    """The newest decree is taken back."""
    with play.office.db.read() as s:
        query = select(HolidayOverride.id).where(HolidayOverride.removed_at.is_(None))
        newest = s.scalar(query.order_by(HolidayOverride.created_at.desc()).limit(1))
    if newest:
        play._revoke(newest, play.book.decrees[-1])


def _agree(play: Play, life: Life) -> None:
    """Dates, states, reminders and rungs; and what is counted beyond the known holidays says so."""
    with play.office.db.read() as s:
        check.clocks_agree(s, life)
        check.rungs_agree(s, life)
        check.lines_agree(s, life)
        for row in s.scalars(select(Deadline).where(Deadline.case_id == life.key, Deadline.state == "running")):
            day = row.due_at.astimezone(ZoneInfo(play.book.places[life.about].zone)).date()
            assert row.provisional == (day > COVERED and row.rule != "emergency"), (row.rule, day)
