"""The program's rows beside the book's: cases, clocks, rungs, lines on pages, numbers, letters, the journal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.days.book import Book
from tests.days.lives import Life
from tests.days.play import Play
from tests.days.world import KUPANG
from webhooks.service import journal_key
from workflow import journal
from workflow.models import Account, Case, CaseNumber, Deadline, Escalation, Letter, Notice, Unit

ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def rows_agree(play: Play) -> None:
    """Everything that the database holds about the cases is in the book, and nothing else."""
    with play.office.db.read() as s:
        units = {u.id: u.code for u in s.scalars(select(Unit))}
        faults = [fault for life in play.book.lives.values() if (fault := _life(s, life, units))]
        assert not faults, (len(faults), "\n\n".join(faults[:5]))
        assert set(s.scalars(select(Case.id))) == set(play.book.lives)
        _numbers(s, play.book, units)
        _letters(s, play.book, units)
        key, anchors = journal_key(play.office.settings), journal.read_anchors(play.office.settings.home / "anchors")
        found, entries = journal.verify(s, key, anchors)
        assert not found, found
        assert entries > 5 * len(play.book.lives)


def _life(s: Session, life: Life, units: dict[str, str]) -> str:
    """What differs about one case."""
    try:
        _case(s, life, units)
        clocks_agree(s, life)
        rungs_agree(s, life)
        lines_agree(s, life)
    except AssertionError as fault:
        return f"{life.name}: {str(fault)[:2000]}"
    return ""


def _case(s: Session, life: Life, units: dict[str, str]) -> None:
    case = s.get_one(Case, life.key)
    theirs = (case.status, units[case.handling_unit_id], case.category, case.urgency, case.seal == "kanwil", case.rounds,
              case.close_ground, case.responded_at, case.delivered_at, case.closed_at)  # fmt: skip
    ours = (life.status, life.unit, life.category, life.urgency, life.sealed, life.rounds,
            life.ground, life.responded, life.delivered, life.closed)  # fmt: skip
    assert theirs == ours, (theirs, ours, life.story)
    owner = s.scalar(select(Account.name).where(Account.id == case.owner_id)) or ""
    assert owner == life.owner, life.story


def clocks_agree(s: Session, life: Life) -> None:
    rows = s.scalars(select(Deadline).where(Deadline.case_id == life.key))
    theirs = {
        (d.rule, d.round): (
            d.state,
            d.started_at,
            d.due_at,
            d.ended_at,
            d.reminded_at,
            d.rung,
            d.next_at,
            d.days,
            d.stood,
        )
        for d in rows
    }
    ours = {
        (c.rule, c.turn): (c.state, c.started, c.due, c.ended, c.reminded, c.rung, c.look, c.length, c.stood)
        for c in life.clocks
    }
    wrong = {
        key: (theirs.get(key), ours.get(key)) for key in theirs.keys() | ours.keys() if theirs.get(key) != ours.get(key)
    }
    assert not wrong, (wrong, life.story)


def rungs_agree(s: Session, life: Life) -> None:
    query = select(Escalation, Deadline).join(Deadline, Deadline.id == Escalation.deadline_id)
    theirs = Counter(
        (e.at, d.rule, d.round, e.rung, e.role, e.recipients)
        for e, d in s.execute(query.where(Escalation.case_id == life.key))
    )
    assert theirs == Counter(rung[:6] for rung in life.rungs), life.story


def lines_agree(s: Session, life: Life) -> None:
    """Reminders and lateness on people's own pages, each once."""
    query = (
        select(Notice, Account.name).join(Account, Account.id == Notice.account_id).where(Notice.case_id == life.key)
    )
    timely = [(n.created_at, name, n.key) for n, name in s.execute(query) if n.key.startswith(("soon_", "late_"))]
    assert Counter(timely) == Counter(life.lines), life.story


# ------------------------------------------------------------------ numbers without gaps


def _numbers(s: Session, book: Book, units: dict[str, str]) -> None:
    rows = [
        (units[n.unit_id], n.year, n.sequence, n.given_at, n.case_id, n.number) for n in s.scalars(select(CaseNumber))
    ]
    late = {key for key, life in book.lives.items() if life.channel != "sms"}  # entered later than they were heard
    _series(book, [row[:5] for row in rows], book.numbers, late)
    for unit, year, sequence, _, case_id, number in rows:
        assert number == f"ADU-{unit}-{year}-{sequence:04d}"
        if unit == book.lives[case_id].unit:
            continue
        assert s.get_one(CaseNumber, number).entry == "elsewhere", number


def _letters(s: Session, book: Book, units: dict[str, str]) -> None:
    rows = list(s.scalars(select(Letter)))
    _series(
        book,
        [(units[x.unit_id], x.year, x.sequence, x.issued_at, x.case_id) for x in rows],
        [x[:3] for x in book.letters],
    )
    for letter in rows:
        unit = units[letter.unit_id]
        month = letter.issued_at.astimezone(ZoneInfo(book.places[unit].zone)).month
        own = (
            f"W.22.PAS-{letter.sequence:03d}/{ROMAN[month]}/{letter.year}"
            if unit == KUPANG
            else f"{unit}-{letter.year}-{letter.sequence}"
        )
        assert letter.number == own


def _series(
    book: Book,
    rows: Iterable[tuple[str, int, int, datetime, str]],
    ours: Iterable[tuple[datetime, str, str]],
    late: Iterable[str] = (),
) -> None:
    """One, two, three in every unit and every local year, in the order of time; each where the book has one."""
    series = defaultdict(list)
    for unit, year, sequence, at, case_id in rows:
        series[unit, year].append((sequence, at, case_id))
    expected = defaultdict(list)
    for at, unit, case_id in ours:
        expected[unit, at.astimezone(ZoneInfo(book.places[unit].zone)).year].append((at, case_id))
    assert series.keys() == expected.keys()
    for key, given in series.items():
        given.sort()
        assert [n for n, _, _ in given] == list(range(1, len(given) + 1)), key
        assert sorted((at, case_id) for _, at, case_id in given) == sorted(expected[key]), key
        moments = [at for _, at, case_id in given if case_id not in late]
        assert moments == sorted(moments), key
