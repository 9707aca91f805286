"""Every letter as its reader holds it, and every extension with its reason, beside the book."""

from __future__ import annotations

import hashlib
import io
import random
import re
from collections import defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo

from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.days.lives import Issued
from tests.days.play import Play
from workflow import letters, printing
from workflow.actors import Clock
from workflow.models import Deadline, Extension, Letter, Party, Pause, Unit
from workflow.vault import vault_of

MONTHS = ("", "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
          "Desember")  # fmt: skip


def letters_agree(play: Play, most: int) -> int:
    """How many were read, word by word: so many of them, drawn by lot."""
    with play.office.db.read() as s:
        rows = list(s.scalars(select(Letter).order_by(Letter.issued_at, Letter.case_id)))
        codes = {row.id: letters.details(s, row)["code"] for row in rows}
        aliases = {p.case_id: p.alias for p in s.scalars(select(Party).where(Party.kind == "reporter"))}
        offices = {u.id: (u.code, u.name) for u in s.scalars(select(Unit))}
        s.expunge_all()
    ours = {(x.case, x.at): x for x in play.book.letters}
    chosen = random.Random(7).sample(rows, min(most, len(rows)))
    for letter in chosen:
        issued, (code, office) = ours[letter.case_id, letter.issued_at], offices[letter.unit_id]
        assert code == issued.unit
        content = printing.content(play.office.db, letter.id, Clock(), play.office.clock())
        date = local(issued.at, play.book.places[code].zone)
        _reads(play, content, letter, issued, date, office, aliases[letter.case_id])
        _is_checked(
            play, codes[letter.id], [letter.number, date, *issued.signed.told, hashlib.sha256(content).hexdigest()]
        )
    return len(chosen)


def local(moment: datetime, zone: str) -> str:
    """A day as Indonesians write it."""
    day = moment.astimezone(ZoneInfo(zone))
    return f"{day.day} {MONTHS[day.month]} {day.year}"


def _reads(play: Play, content: bytes, letter: Letter, issued: Issued, date: str, office: str, alias: str) -> None:
    pages = PdfReader(io.BytesIO(content)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    life, zone = play.book.lives[issued.case], play.book.places[issued.unit].zone
    wanted = [letter.number, date, office, issued.text, *issued.signed.told, issued.signed.name, local(life.received, zone),
              f"elektronik pada {local(issued.signed.at, zone)}", life.told_name or f"{alias} (nama samaran)"]  # fmt: skip
    missing = [part for part in wanted if part not in text]
    assert not missing, (missing, text)
    told = {word for word in re.findall(r"JWB-\w+-\d+", text)}
    assert told == set(re.findall(r"JWB-\w+-\d+", issued.text)), "no other family's answer"
    assert not life.told_name or alias not in text
    assert (": Rahasia" if issued.sealed else ": Biasa") in text


def _is_checked(play: Play, code: str, told: list[str]) -> None:
    """What anybody learns by the code: number, date, signatory, hash, and not a word of the answer."""
    page = play.office.app.test_client().get(f"/cek/{code}").get_data(as_text=True)
    assert not [part for part in told if part not in page], (told, page)
    assert "JWB-" not in page


def extensions_agree(play: Play) -> int:
    """Each extension once, with what was due before and after, its reason, and the family told; each wait with its reason."""
    with play.office.db.read() as s:
        rows = [(x.case_id, x.at, x.before, x.after, _reason(s, x)) for x in s.scalars(select(Extension))]
        pauses = sorted((p.case_id, p.started_at, p.category) for p in s.scalars(select(Pause)))
        lengths = {
            d.case_id: (d.days, d.extensions) for d in s.scalars(select(Deadline).where(Deadline.extensions > 0))
        }
    ours = [(life.key, *extension) for life in play.book.lives.values() for extension in life.extensions]
    assert sorted(rows) == sorted(ours)
    assert set(lengths.values()) <= {(28, 1)}
    waits = [(life.key, at, known["reason"]) for life in play.book.lives.values() for at, _, action, _, known in life.story
             if action == "wait"]  # fmt: skip
    assert pauses == sorted(waits)
    _told(play)
    return len(rows)


def _reason(session: Session, row: Extension) -> str:
    return vault_of(session).open_text(session, row.data_key_id, row.reason_enc, "extension.reason")


def _told(play: Play) -> None:
    """The family has learnt the reason and its new day, once for each extension of each of its cases: two of one incident
    have the same reason, and a case that was reopened may be extended again."""
    while play.office.deliver():
        pass
    given = defaultdict[str, list[tuple[str, str]]](list)
    for life in play.book.lives.values():
        zone = play.book.places[life.about].zone
        for _, _, after, reason in life.extensions if life.channel == "sms" else ():
            given[play._of(life)].append((reason, local(after, zone)))
    for family, extensions in given.items():
        mine = [message.body for message in play.wire.messages if message.recipient == family]
        for reason, day in extensions:
            told = [body for body in mine if reason in body]
            assert len(told) == sum(known == reason for known, _ in extensions), (reason, told)
            assert sum(day in body for body in told) == extensions.count((reason, day)), (day, told)
