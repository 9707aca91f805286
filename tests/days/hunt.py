"""Sealed cases are hunted for by everybody at their facility: every page, every file, every line of the log."""

from __future__ import annotations

import logging
import re
from datetime import datetime

from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.days.lives import Life
from tests.days.play import Play
from tests.guards.test_seal import pages
from workflow import access
from workflow.models import Account, Case, CaseNumber, JournalEntry, Letter, Notice, Outbound, Party, Unit

TITLES = ("petugas", "kepala", "pejabat")
#: Of that many cases every address that takes something is tried; the addresses that take nothing tell of all.
DEEP = 3


class Listener(logging.Handler):
    """Remembers every line of the log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def sealed(play: Play) -> list[Life]:
    """Cases that were sealed when they came in, and whose facility never had them."""
    return [life for life in play.book.lives.values() if life.story[0][4]["sealed"]]


def sealed_later(play: Play) -> list[Life]:
    """Cases that their facility had before they were sealed: it keeps a neutral entry, and what it knew before."""
    return [life for life in play.book.lives.values() if any(line[2] == "seal" for line in life.story)]


def nobody_finds(play: Play, heard: Listener, deep: int = DEEP) -> tuple[int, int]:
    """How many cases were hunted: of those sealed when they came in, and of those sealed later."""
    early, late = sealed(play), sealed_later(play)
    for unit in sorted({life.about for life in early + late}):
        mine = [life for life in early if life.about == unit]
        later = [life for life in late if life.about == unit]
        _rows(play, unit, mine)
        _rows_since(play, unit, later)
        secrets = _secrets(play, mine) | _since(play, later)
        for name in sorted(n for n, role, where, *_ in play.book.roles if where == unit and role in TITLES):
            client = play.office.client(name)
            _static(play, client, secrets)
            for life in mine[:deep] + later[:deep]:
                _pages_of(play, client, life, secrets)
            for life in _neighbours(play, later):
                _clean(client, f"/petugas/kasus/{life.key}", secrets)
        # A line of the log may hold the random id of a case, as for any other; never its number, words or telephone.
        told = secrets - {life.key for life in later}
        assert not [line for line in heard.lines for secret in told if secret in line]
    return len(early), len(late)


def _secrets(play: Play, lives: list[Life]) -> set[str]:
    """Numbers, aliases, words and telephones of these cases."""
    with play.office.db.read() as s:
        keys = [life.key for life in lives]
        numbers = set(s.scalars(select(CaseNumber.number).where(CaseNumber.case_id.in_(keys))))
        aliases = set(s.scalars(select(Party.alias).where(Party.case_id.in_(keys))))
        theirs = set(s.scalars(select(Party.alias).where(Party.case_id.not_in(keys))))
    phones = {phone for phone, of in play.by_phone.items() if any(life.key in keys for life in of)}
    words = {play.words[key] for key in keys if key in play.words}
    return numbers | (aliases - theirs) | phones | words | set(keys)


def _rows(play: Play, unit: str, lives: list[Life]) -> None:
    """What the office's own queries give, and what its chain and its register hold."""
    keys = {life.key for life in lives}
    with play.office.db.read() as s:
        place = s.scalars(select(Unit).where(Unit.code == unit)).one()
        theirs = [
            a
            for n, _, where, *_ in play.book.roles
            if where == unit
            for a in s.scalars(select(Account).where(Account.name == n))
        ]
        for account in theirs:
            officer = play.office.officer(s, account.name)
            assert not keys & set(s.scalars(select(Case.id).where(access.visible(officer))))
        told = select(func.count()).where(Notice.case_id.in_(keys), Notice.account_id.in_([a.id for a in theirs]))
        assert not s.scalar(told)
        assert not s.scalar(select(func.count()).where(CaseNumber.case_id.in_(keys), CaseNumber.unit_id == place.id))
        for entry in s.scalars(select(JournalEntry).where(JournalEntry.unit_id == place.id)):
            assert entry.case_id not in keys
            assert not [key for key in keys if key.encode() in entry.record]


def _sealed_at(life: Life) -> datetime:
    return next(line[0] for line in life.story if line[2] == "seal")


def _since(play: Play, lives: list[Life]) -> set[str]:
    """What came after the seal: the number at the Kanwil, letters, answers; and no link leads to the case any more."""
    found = {life.key for life in lives}
    with play.office.db.read() as s:
        for life in lives:
            since = _sealed_at(life)
            query = select(CaseNumber.number).where(CaseNumber.case_id == life.key, CaseNumber.given_at >= since)
            numbers = set(s.scalars(query))
            assert numbers, life.story
            letters = select(Letter.number).where(Letter.case_id == life.key, Letter.issued_at >= since)
            found |= numbers | set(s.scalars(letters))
            if life.text and any(line[2] == "draft" and line[0] >= since for line in life.story):
                found.add(life.text)
    return found


def _neighbours(play: Play, lives: list[Life]) -> list[Life]:
    """Cases that were worked on together with these at some time, and are still where they were."""
    keys = {life.key for life in lives}
    pairs = [
        (life, line[4]["joined"]) for life in play.book.lives.values() for line in life.story if "joined" in line[4]
    ]
    near = [life for life, lead in pairs if lead in keys]
    near += [play.book.lives[lead] for life, lead in pairs if life.key in keys]
    return [life for life in near if life.key not in keys]


def _rows_since(play: Play, unit: str, lives: list[Life]) -> None:
    """Nobody there has the case or a line about it; the chain and the register end with the neutral entry."""
    with play.office.db.read() as s:
        place = s.scalars(select(Unit).where(Unit.code == unit)).one()
        theirs = sorted({n for n, _, where, *_ in play.book.roles if where == unit})
        ids = [play.office.account_id(name) for name in theirs]
        for name in theirs:
            visible = access.visible(play.office.officer(s, name))
            assert not set(s.scalars(select(Case.id).where(visible, Case.id.in_([life.key for life in lives]))))
        for life in lives:
            assert not s.scalar(select(func.count()).where(Notice.case_id == life.key, Notice.account_id.in_(ids)))
            entries = s.scalars(
                select(CaseNumber.entry).where(CaseNumber.case_id == life.key, CaseNumber.unit_id == place.id)
            )
            assert set(entries) == {"elsewhere"}
            since = _sealed_at(life)
            later = select(JournalEntry).where(JournalEntry.unit_id == place.id, JournalEntry.at >= since)
            mine = [e for e in s.scalars(later) if e.case_id == life.key or life.key.encode() in e.record]
            assert [e.action for e in mine if e.action != "message"] == ["handed_on"], life.story


def _static(play: Play, client: FlaskClient, secrets: set[str]) -> None:
    """Every address that takes nothing, with every search and page that it knows."""
    for rule in play.office.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.arguments or rule.endpoint in ("static", "console.keluar"):
            continue
        for query in ("", "?tab=semua", "?hal=2", "?q=Zulkarnaen", "?bulan=2026-12", "?unit=LAPAS-JAYAPURA"):
            _clean(client, str(rule) + query, secrets)


def _pages_of(play: Play, client: FlaskClient, life: Life, secrets: set[str]) -> None:
    with play.office.db.read() as s:
        case = s.get_one(Case, life.key)
        paths = pages(play.office, case)
        sent = s.scalar(select(func.max(Outbound.id)).where(Outbound.case_id == life.key))
    assert sent, "there is something to find"
    for path in paths:
        _clean(client, path, secrets)


def _clean(client: FlaskClient, path: str, secrets: set[str]) -> None:
    answer = client.get(path)
    assert answer.status_code < 500 or path.startswith("/readyz"), path
    shown = answer.get_data(as_text=True)
    found = [secret for secret in secrets if secret in shown and secret not in path and not _own(secret, path)]
    assert not found, (path, found)


def _own(secret: str, path: str) -> bool:
    """The address itself holds the secret; a page may repeat what it was asked for."""
    return re.sub(r"\W", "", secret) in re.sub(r"\W", "", path)
