"""The dossier as files: the paper, and beside it the attachments and the letters."""

from __future__ import annotations

import hashlib
import mimetypes
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import files, identities, journal, people, press, printing
from workflow.dossier.contents import Block, Contents, block
from workflow.dossier.reader import Reader
from workflow.dossier.words import LANGUAGE, say
from workflow.models import Attachment, Case, JournalHead, Letter, Person, Unit
from workflow.vault import Erased, Unreadable

_STILL = ("facts", "timeline", "messages", "papers", "letters", "deliveries", "deadlines", "attachments", "journal",
          "nothing", "page", "of")  # fmt: skip
#: A ZIP keeps no zone and no year before 1980; the files' own times stand in the paper.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_LONGEST = 100

Anchors = dict[str, tuple[int, bytes]]


@dataclass(frozen=True)
class Dossier:
    """The paper, and the files beside it by their path."""

    pdf: bytes
    beside: dict[str, bytes]

    def zipped(self, *, with_paper: bool) -> bytes:
        """Everything in one ZIP, with a list of SHA-256 sums. The same content gives the same bytes."""
        content = {**self.beside, **({"berkas.pdf": self.pdf} if with_paper else {})}
        sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(content.items()))
        target = BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in (*sorted(content.items()), ("SHA256SUMS", sums.encode())):
                archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), data, zipfile.ZIP_DEFLATED)
        return target.getvalue()


def make(session: Session, case: Case, reader: Reader, key: bytes, anchors: Anchors, now: datetime) -> Dossier:
    """The dossier for a reader, and its entry in the journal; an opened identity leaves its reason in the case."""
    contents = Contents(session, case, reader, now)
    listed, attachments = _attachments(session, contents)
    issued, copies = _letters(session, contents)
    data: dict[str, Any] = {
        "title": say("title", number=case.number),
        "lang": LANGUAGE,
        "rows": contents.facts(),
        "notes": _notes(reader),
        "timeline": contents.timeline(),
        "sections": [
            {"title": say(name), "blocks": blocks}
            for name, blocks in (
                ("messages", contents.messages()),
                ("papers", contents.papers()),
                ("letters", issued),
                ("deliveries", contents.deliveries()),
                ("deadlines", contents.deadlines()),
                ("attachments", listed),
                ("journal", contents.journal()),
            )
        ],
        "verification": _verification(session, contents, key, anchors),
        "words": {name: say(name) for name in _STILL},
        "missing": say("missing"),
    }
    _record(session, case, reader, now)
    return Dossier(press.typeset("dossier", data, now), {**attachments, **copies})


def _notes(reader: Reader) -> list[str]:
    if reader.opened:
        return [say("opened", reason=reader.reason)]
    return [] if reader.identity else [say("alias_only"), say("redacted")]


def _record(session: Session, case: Case, reader: Reader, now: datetime) -> None:
    unit = case.handling_unit_id
    journal.append(session, unit, "dossier", reader.actor, now, case_id=case.id, identity=reader.identity)
    if reader.opened:
        identities.write_down(session, case, reader.actor, reader.reason, now)


# ------------------------------------------------------------------ attachments


def _attachments(session: Session, contents: Contents) -> tuple[list[Block], dict[str, bytes]]:
    """The list for the paper, and the files themselves for those who may read the words."""
    listed, kept = list[Block](), dict[str, bytes]()
    for n, (case, reader, row) in enumerate(_files(session, contents), 1):
        writer = None if reader.identity else session.get(Person, case.person_id)
        name = _name(session, row, writer) if reader.text else say("withheld")
        content = _bytes(partial(files.content, session, row))
        small = [say("sha", hash=hashlib.sha256(content).hexdigest()) if content else say("no_file", state=row.state)]
        shown = say("attachment", name=name, type=row.content_type, size=row.size)
        if content is not None and reader.text:
            enclosed, ending, note = _enclosed(session, case, row, content, reader)
            small += [note] if note else []
            if enclosed is not None:
                kept[f"lampiran/{n:02d}-{name}{ending}"] = enclosed
        listed.append(block(f"{n:02d}. {shown}", small=small))
    return listed, kept


def _files(session: Session, contents: Contents) -> Iterator[tuple[Case, Reader, Attachment]]:
    for case, reader in contents.parts:
        query = select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.message_id, Attachment.id)
        for row in session.scalars(query):
            yield case, reader, row


def _enclosed(
    session: Session, case: Case, row: Attachment, content: bytes, reader: Reader
) -> tuple[bytes | None, str, str]:
    """The file itself where it cannot give the writer away, else the copy that staff see or nothing; how its name
    then ends, and what to say of it."""
    if reader.identity or not files.is_guarded(row, case):
        return content, "", ""
    copy = _bytes(partial(files.picture, session, row, "copy"))
    if copy is None:
        return None, "", say("not_enclosed")
    other = row.copy_type and row.copy_type != row.content_type
    return copy, mimetypes.guess_extension(str(row.copy_type)) or "" if other else "", say("copy_enclosed")


def _name(session: Session, row: Attachment, writer: Person | None) -> str:
    try:
        name = files.name(session, row)
    except Erased:
        name = ""
    return _plain(people.mask(session, writer, name) if writer else name) or "lampiran"


def _plain(name: str) -> str:
    """As a name of a file can be."""
    plain = "".join(c for c in name if unicodedata.category(c)[0] != "C" and c not in '/\\:*?"<>|')
    return plain.strip(". ")[-_LONGEST:]


def _bytes(read: Callable[[], bytes | None]) -> bytes | None:
    """What is read; None where it is erased, lost or damaged."""
    try:
        return read()
    except (Erased, Unreadable, FileNotFoundError, ValueError):
        return None


# ------------------------------------------------------------------ letters


def _letters(session: Session, contents: Contents) -> tuple[list[Block], dict[str, bytes]]:
    """The list for the paper, and the very files that were issued, each for those who may open it."""
    listed, kept = list[Block](), dict[str, bytes]()
    for n, row in enumerate(contents.letters(), 1):
        pdf = _letter(session, row) if contents.may_open(row) else None
        if pdf is not None:
            kept[f"surat/{n:02d}-{_plain(row.number.replace('/', '-'))}.pdf"] = pdf
        why = "" if pdf is not None else say("letter_gone" if contents.may_open(row) else "letter_closed")
        listed.append(contents.letter(row, why))
    return listed, kept


def _letter(session: Session, row: Letter) -> bytes | None:
    """The file; None where it is erased, damaged for good, or was never made."""
    try:
        return printing.file(session, row) if row.sha256 else None
    except (Erased, Unreadable, printing.Lost):
        return None


# ------------------------------------------------------------------ verification


def _verification(session: Session, contents: Contents, key: bytes, anchors: Anchors) -> list[str]:
    """Every chain that has an entry on the case, walked from its first entry on."""
    said = []
    for unit_id in dict.fromkeys(entry.unit_id for entry in contents.entries()):
        finding, count = journal.verify_chain(session, key, unit_id, anchors.get(unit_id))
        unit, head = session.get_one(Unit, unit_id), session.get_one(JournalHead, unit_id)
        if finding:
            said.append(say("broken", unit=unit.name, sequence=finding.sequence))
        else:
            key_of = "verified" if unit_id in anchors else "unanchored"
            said.append(say(key_of, unit=unit.name, count=count, hash=head.hash.hex()))
    return [*said, say("how")]
