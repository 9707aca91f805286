"""The files of letters: made once from what was fixed at issue, kept encrypted, never made differently again."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any

import segno
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workflow import batches, help, journal, letters, press, wording
from workflow.actors import Actor, Clock
from workflow.db import Database
from workflow.models import Case, Letter, Paper, Unit
from workflow.objects import ObjectStore
from workflow.vault import Unreadable, vault_of

log = logging.getLogger("aduan.printing")


class Lost(Exception):
    """The file cannot be given: its object is damaged and what is made now is not what was issued."""


@dataclass(frozen=True)
class _Draft:
    data: dict[str, Any]
    url: str
    issued_at: datetime
    sha256: str | None


def qr(content: str) -> bytes:
    """A QR code as a picture for the press."""
    drawn = BytesIO()
    segno.make(content, error="m", micro=False).save(drawn, kind="svg", border=2)
    return drawn.getvalue()


# ------------------------------------------------------------------ making


def make_due(database: Database, now: datetime, limit: int = 20) -> int:
    """Make the files of letters that have none yet, the oldest first; returns how many."""
    with database.read() as session:
        query = select(Letter.id).join(Case, Case.id == Letter.case_id).where(Case.erased_at.is_(None))
        query = query.where(Letter.sha256.is_(None), Letter.details_enc.is_not(None))
        waiting = list(session.scalars(query.order_by(Letter.issued_at)))
    return make_each(database, waiting, now, limit)


def make_each(database: Database, letter_ids: Sequence[str], now: datetime, limit: int | None = None) -> int:
    """Make the files of the first of these letters that can be made; returns how many. One that cannot be made takes no
    other's place."""
    made = 0
    for letter_id in letter_ids:
        if made == limit:
            break
        try:
            with batches.alone("print", letter_id):
                made += make(database, letter_id, Clock(), now)
        except RuntimeError:  # the press's own: one letter must not keep the others from being made
            log.exception("letter cannot be set: letter=%s", letter_id)
    return made


def make(database: Database, letter_id: str, actor: Actor, now: datetime) -> bool:
    """Make the file of a letter, outside of any transaction; False where somebody else was quicker."""
    with database.read() as session:
        draft = _draft(session, session.get_one(Letter, letter_id))
    pdf = press.typeset("letter", draft.data, draft.issued_at, {"qr.svg": qr(draft.url)})
    return _keep(database, letter_id, pdf, actor, now)


def _keep(database: Database, letter_id: str, pdf: bytes, actor: Actor, now: datetime) -> bool:
    digest = hashlib.sha256(pdf).hexdigest()
    with database.read() as session:
        letter = session.get_one(Letter, letter_id)
        sealed = vault_of(session).seal(session, letter.data_key_id, pdf, "letter.file")
        object_key = _store(session).put(sealed)
    with database.write() as session:
        first = update(Letter).where(Letter.id == letter_id, Letter.sha256.is_(None))
        if not session.execute(first.values(sha256=digest, object_key=object_key)).rowcount:  # type: ignore[attr-defined]
            return False
        case = session.get_one(Case, session.get_one(Letter, letter_id).case_id)
        journal.append(
            session, case.handling_unit_id, "letter_made", actor, now, case_id=case.id, letter=letter_id, sha256=digest
        )
    return True


def content(database: Database, letter_id: str, actor: Actor, now: datetime) -> bytes:
    """The file of a letter, made at first demand. Raises Erased, or Lost."""
    with database.read() as session:
        missing = session.get_one(Letter, letter_id).sha256 is None
    if missing:
        make(database, letter_id, actor, now)
    with database.read() as session:
        return file(session, session.get_one(Letter, letter_id))


def file(session: Session, letter: Letter) -> bytes:
    """The file of a letter as it was made, made again where it was lost on the disk. Raises Erased, or Lost."""
    if (kept := _kept(session, letter)) is not None:
        return kept
    draft = _draft(session, letter)
    pdf = press.typeset("letter", draft.data, draft.issued_at, {"qr.svg": qr(draft.url)})
    if hashlib.sha256(pdf).hexdigest() != draft.sha256:
        raise Lost(letter.id)
    return pdf


def _kept(session: Session, letter: Letter) -> bytes | None:
    try:
        sealed = _store(session).get(letter.object_key or "")
        pdf = vault_of(session).open(session, letter.data_key_id, sealed, "letter.file")
    except (FileNotFoundError, IsADirectoryError, ValueError, Unreadable):
        log.exception("file of a letter cannot be read: letter=%s", letter.id)
        return None
    return pdf if hashlib.sha256(pdf).hexdigest() == letter.sha256 else None


def _store(session: Session) -> ObjectStore:
    store: ObjectStore = session.info["objects"]
    return store


# ------------------------------------------------------------------ what the file says


def _draft(session: Session, letter: Letter) -> _Draft:
    known = letters.details(session, letter)
    paper = session.get_one(Paper, letter.paper_id)
    body = vault_of(session).open_text(session, paper.data_key_id, paper.body_enc, "paper.body")
    url = f"{known['url']}/cek/{known['code']}"
    data = {**_frame(letter.number, known, url), "body": body, "number": letter.number}
    return _Draft(data, url, letter.issued_at, letter.sha256)


def _frame(number: str, known: dict[str, Any], url: str) -> dict[str, Any]:
    say, head = partial(wording.render, locale="id"), known["letterhead"]
    addressee = known["to"] if known["named"] else say("letter_to", alias=known["to"])
    return {
        "title": say("letter_title", number=number),
        "letterhead": head,
        "date": ", ".join(filter(None, (head["place"], known["date"]))),
        "heading": [
            ("Nomor", number),
            ("Sifat", "Rahasia" if known["secret"] else "Biasa"),
            ("Lampiran", "-"),
            ("Hal", say("letter_subject", case=known["case"])),
        ],
        "to": ["Yth.", addressee],
        "opening": say("letter_opening", case=known["case"], received=known["received"]),
        "closing": say("letter_closing"),
        "signatory": {
            "behalf": known.get("behalf", ""),
            "post": known["post"],
            "unit": known["unit"],
            "name": known["name"],
            "signed": say("letter_signed", approved=known["approved"]),
        },
        "check": {
            "sentence": say("letter_check"),
            "url": url,
            "code": known["code"],
            "alt": say("letter_check_alt", url=url),
        },
        "rights": {"title": say("letter_rights"), "paragraphs": _rights(known, "id")},
        "courtesy": _courtesy(number, known) if known["courtesy"] else None,
        "words": {"page": "Halaman", "of": "dari"},
        "missing": say("print_missing"),
    }


def _rights(known: dict[str, Any], locale: str) -> list[str]:
    contact = help.body("ombudsman_rights").names[locale]
    return [
        _not_satisfied(known, locale),
        wording.render("letter_ombudsman", locale, ombudsman=contact),
        wording.render("letter_free", locale),
    ]


def _not_satisfied(known: dict[str, Any], locale: str) -> str:
    """What whoever holds this letter can really do; letters from before do not know how the complaint came."""
    if known.get("by_hand"):
        return wording.render("letter_not_satisfied_desk", locale, days=known["days"], case=known["case"])
    return wording.render("letter_not_satisfied", locale, days=known["days"], url=known["url"])


def _courtesy(number: str, known: dict[str, Any]) -> dict[str, Any]:
    """For who speaks English: what this letter is and what may be done now. The answer stays as approved."""
    told = wording.render("letter_courtesy_text", "en", case=known["case"], date=known["date"], number=number)
    title = wording.render("letter_courtesy", "en")
    return {"title": title, "paragraphs": [told, *_rights(known, "en")]}


def slip(letter: Letter, known: dict[str, Any], unit: Unit) -> dict[str, Any]:
    """The sheet on which the complainant signs for a letter that was handed over at the desk."""
    say = partial(wording.render, locale="id")
    to = known["to"] if known["named"] else say("letter_to", alias=known["to"])
    return {
        "lang": "id",
        "paper": "a5",
        "title": say("handover_title"),
        "office": [unit.name],
        "facts": [
            (say("handover_letter"), letter.number),
            (say("handover_date"), known["date"]),
            (say("handover_to"), to),
        ],
        "paragraphs": [say("handover_text"), say("handover_day")],
        "signatures": [(say("handover_receives"), say("handover_sign")), (say("handover_gives"), say("handover_name"))],
        "qr": "",
        "missing": say("print_missing"),
    }
