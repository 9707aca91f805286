"""What officers enter for others: said at the desk or on the telephone, found in the box or on a social network.

The receipt is shown once, on the page that answers the form: the code is the complainant's, and staff cannot look
it up again.
"""

from __future__ import annotations

import logging
import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, make_response, render_template, request
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from webhooks import links
from webhooks.auth import current_officer, staff
from webhooks.console.routes import bp
from webhooks.i18n import locale
from webhooks.service import RETRY_AFTER, public_url, service
from webhooks.uploads import MAX_TEXT, MAX_TOTAL, FormRequest
from workflow import access, cases, entries, facts, outbox, slips, wording
from workflow.actors import Officer
from workflow.entries import CHANNELS, NETWORKS, PRESENT, RELATIONS, WRITERS, Entry
from workflow.inbox import MAX_FILE, MAX_FILES, Stored
from workflow.messages import Media
from workflow.models import BoxEmptying, Case, DeskEntry, Message, Outbound, Receipt, Unit
from workflow.slips import Slip
from workflow.states import Impossible
from workflow.typed import whole
from workflow.vault import vault_of

log = logging.getLogger("aduan.entry")

#: A double click is shown the same receipt; a later repeat of the same form is not.
SAME_CLICK = timedelta(minutes=2)
#: As long as this the receipt can be printed from the page that showed it.
PRINTABLE = timedelta(minutes=15)
_FORM_ID = re.compile(r"[0-9a-f]{32}")
_FIELD_OF = {
    "text_missing": "text",
    "entry_too_long": "text",
    "files_too_large": "files",
    "telephone_unreadable": "telepon",
    "when_missing": "waktu",
    "when_future": "waktu",
    "when_too_old": "waktu",
    "choose_channel": "saluran",
    "choose_network": "jejaring",
    "choose_unit": "unit",
    "choose_relation": "hubungan",
    "confirm_missing": "dibenarkan",
    "letters_unreadable": "surat",
    "witness_missing": "saksi",
}


@dataclass(frozen=True)
class Fault:
    """Why a form was not accepted, beside which field."""

    reason: str
    status: int = 422

    @property
    def field(self) -> str:
        return _FIELD_OF.get(self.reason, "")

    @property
    def sentence(self) -> str:
        return wording.label("impossible", self.reason, locale())


@dataclass(frozen=True)
class Sheet:
    """The form as it was filled in. ``nth``: which letter of one emptying this is."""

    values: dict[str, str] = field(default_factory=dict)
    form_id: str = ""
    media: tuple[Media, ...] = field(default=(), repr=False)

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Sheet:
        values = {name: form.get(name, "").replace("\r\n", "\n") for name in _FIELDS}
        given = form.get("form_id", "")
        return cls(values, given if _FORM_ID.fullmatch(given) else uuid.uuid4().hex)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def nth(self) -> int:
        return max(1, whole(self["ke"], entries.MAX_LETTERS))


_FIELDS = (
    "saluran", "jejaring", "text", "waktu", "unit", "tujuan", "kerahasiaan", "nama", "telepon", "kontak", "hubungan",
    "dibenarkan", "bahasa", "kotak", "ke",
)  # fmt: skip


@bp.get("/catat")
@staff(*WRITERS)  # type: ignore[untyped-decorator]
def catat() -> Response:
    """An empty form; for a letter it begins with the time at which the box was emptied."""
    channel = request.args.get("saluran", "")
    values = {"saluran": channel if channel in CHANNELS else "", "tujuan": "unit", "kerahasiaan": "confidential"}
    values |= {"bahasa": "id", "ke": request.args.get("ke", "1"), "kotak": request.args.get("kotak", "")[:32]}
    with service().database.read() as session:
        emptying = entries.emptying(session, current_officer(), values["kotak"])
        office = entries.offices(session, current_officer())[0]
        if emptying is not None:
            office = session.get_one(Unit, emptying.unit_id)
            values |= {"saluran": "box", "waktu": typed_time(emptying.emptied_at, office)}
    values.setdefault("waktu", typed_time(service().now(), office))
    return _form(Sheet(values | {"unit": office.id}, uuid.uuid4().hex))


def typed_time(moment: datetime, office: Unit) -> str:
    """A time as a field for date and time takes it, in the zone of the office."""
    return moment.astimezone(ZoneInfo(office.timezone)).strftime("%Y-%m-%dT%H:%M")


def _form(sheet: Sheet, fault: Fault | None = None) -> Response:
    with service().database.read() as session:
        officer = current_officer()
        page = render_template(
            "console/catat.html", sheet=sheet, fault=fault, subjects=_subjects(session, officer), channels=CHANNELS,
            networks=NETWORKS, relations=RELATIONS, emptying=_emptying(session, officer, sheet),
            latest=typed_time(service().now(), entries.offices(session, officer)[0]),
            max_file=MAX_FILE, max_files=MAX_FILES, max_total=MAX_TOTAL,
        )  # fmt: skip
    answer = make_response(page, fault.status if fault else 200)
    if fault and fault.status == 503:
        answer.headers["Retry-After"] = str(int(RETRY_AFTER.total_seconds()))
    return answer


def _emptying(session: Session, officer: Officer, sheet: Sheet) -> BoxEmptying | None:
    return entries.emptying(session, officer, sheet["kotak"])


def _subjects(session: Session, officer: Officer) -> dict[str, tuple[Unit, Unit]]:
    """What an entry may be about, by id, with the office that it is heard at."""
    found: dict[str, tuple[Unit, Unit]] = {}
    for office in entries.offices(session, officer):
        for subject in entries.subjects(session, office):
            found.setdefault(subject.id, (subject, office))
    return found


# ------------------------------------------------------------------ storing


@bp.post("/catat")
@staff(*WRITERS)  # type: ignore[untyped-decorator]
def catat_simpan() -> Response:
    """Store what was written down, handle it, and show number and receipt once."""
    try:
        sheet = Sheet.read(request.form)
        media = _uploads()
    except RequestEntityTooLarge:
        return _form(Sheet.read(MultiDict()), Fault("entry_too_long", 413))
    try:
        stored, office_id = _store(Sheet(sheet.values, sheet.form_id, media))
    except Impossible as refused:
        status = 413 if refused.reason in ("files_too_large", "entry_too_long") else 422
        return _form(Sheet(sheet.values, sheet.form_id, media), Fault(refused.reason, status))
    except SQLAlchemyError:
        log.exception("entry could not be stored")
        return _form(Sheet(sheet.values, sheet.form_id, media), Fault("entry_not_stored", 503))
    _handle(stored.conversation_id)
    return _confirm(sheet, stored, office_id)


def _uploads() -> tuple[Media, ...]:
    chosen = [f for f in request.files.getlist("files") if f.filename]
    return tuple(Media(f.filename or "", f.mimetype, f.stream.read()) for f in chosen)


def _store(sheet: Sheet) -> tuple[Stored, str]:
    """Raises Impossible where the form is not in order."""
    office, officer = service(), current_officer()
    now = office.now()
    if isinstance(request, FormRequest) and request.overfull:
        raise Impossible("files_too_large")
    with office.database.write() as session:
        entry = _entry(session, officer, sheet, now)
        return entries.enter(session, officer, entry, now), entry.office.id


def _entry(session: Session, officer: Officer, sheet: Sheet, now: datetime) -> Entry:
    channel = _one_of(CHANNELS, sheet["saluran"], "choose_channel")
    network = _one_of(NETWORKS, sheet["jejaring"], "choose_network") if channel == "social" else ""
    if len(sheet["text"]) > MAX_TEXT:
        raise Impossible("entry_too_long")
    if not sheet["text"].strip():
        raise Impossible("text_missing")
    known = _subjects(session, officer)
    if sheet["unit"] not in known:
        raise Impossible("choose_unit")
    subject, office = known[sheet["unit"]]
    emptying = _emptying(session, officer, sheet) if channel == "box" else None
    if emptying is not None:
        office = session.get_one(Unit, emptying.unit_id)
    visibility = sheet["kerahasiaan"]
    return Entry(
        form_id=sheet.form_id,
        channel=channel,
        office=office,
        subject=subject,
        text=sheet["text"],
        heard_at=entries.moment(sheet["waktu"], office, now),
        relation=_one_of(RELATIONS, sheet["hubungan"], "choose_relation"),
        visibility=visibility if visibility in cases.VISIBILITIES else "confidential",
        direct=sheet["tujuan"] == "kanwil",
        network=network,
        confirmed=_confirmed(channel, sheet["dibenarkan"]),
        name=sheet["nama"].strip()[:200],
        telephone=entries.telephone(sheet["telepon"]),
        contact=sheet["kontak"].strip()[:200],
        locale=sheet["bahasa"] if sheet["bahasa"] in wording.LOCALES else "id",
        emptying_id=emptying.id if emptying else None,
        media=sheet.media,
    )


def _one_of(known: tuple[str, ...], chosen: str, reason: str) -> str:
    if chosen not in known:
        raise Impossible(reason)
    return chosen


def _confirmed(channel: str, said: str) -> bool:
    """Whether the complainant heard the text and called it right; who is not there cannot, and the others are asked."""
    if channel in PRESENT and said not in ("ya", "belum"):
        raise Impossible("confirm_missing")
    return channel in PRESENT and said == "ya"


def _handle(conversation_id: str) -> None:
    try:
        service().handle(conversation_id)
    except SQLAlchemyError:
        log.exception("entry not handled at once: conversation=%s", conversation_id)


# ------------------------------------------------------------------ the receipt, once


@dataclass(frozen=True)
class Told:
    """What the officer is told after the entry, and never again."""

    code: str = ""
    number: str = ""
    case_id: str = ""
    hidden: bool = False
    words: tuple[str, ...] = ()


def _confirm(sheet: Sheet, stored: Stored, office_id: str) -> Response:
    officer, now = current_officer(), service().now()
    with service().database.read() as session:
        office = session.get_one(Unit, office_id)
        told = _told(session, officer, stored, now)
        heard = session.get_one(Message, stored.message_id).received_at
        emptying = _emptying(session, officer, sheet)
        page = render_template(
            "console/tercatat.html", told=told, sheet=sheet, stored=stored, office=office, papers=slips.PAPERS,
            heard=heard, token=_token(session, officer, told, heard, office), emptying=emptying, now=now,
        )  # fmt: skip
    return make_response(page)


def _told(session: Session, officer: Officer, stored: Stored, now: datetime) -> Told:
    row = session.get(DeskEntry, stored.message_id)
    held = session.scalar(select(Receipt).where(Receipt.message_id == stored.message_id))
    mine = row is not None and row.entered_by == officer.account_id and now - row.entered_at <= SAME_CLICK
    if held is None or not mine:
        return Told()
    case = session.get(Case, held.case_id) if held.case_id else None
    return Told(
        code=vault_of(session).open_text(session, held.data_key_id, held.code_enc, "receipt.code"),
        number=case.number if case else "",
        case_id=case.id if case and access.find(session, officer, case.id) else "",
        hidden=case is not None and access.find(session, officer, case.id) is None,
        words=tuple(_said(session, stored.conversation_id)),
    )


def _said(session: Session, conversation_id: str) -> list[str]:
    """What a family would read on its telephone, beside the receipt: read aloud here."""
    query = select(Outbound).where(Outbound.conversation_id == conversation_id).order_by(Outbound.id)
    said = [outbox.body_for_staff(session, row, None) for row in session.scalars(query) if row.key != "opened"]
    return [text for text in said if text is not None]


def _token(session: Session, officer: Officer, told: Told, heard: datetime, office: Unit) -> str:
    if not told.code:
        return ""
    contact = facts.valid(session, office, "kontak", service().now())
    content: dict[str, Any] = {
        "account": officer.account_id,
        "code": told.code,
        "number": told.number,
        "heard": heard.isoformat(),
        "office": office.name,
        "zone": office.timezone,
        "contact": {chosen: contact.text(chosen) for chosen in wording.LOCALES} if contact else {},
    }
    return links.sign("receipt", content)


@bp.post("/catat/tanda-terima")
@staff(*WRITERS)  # type: ignore[untyped-decorator]
def catat_tanda_terima() -> Response:
    """The receipt as PDF, made from what the page of the entry carries; nothing is looked up for it."""
    content = links.read("receipt", request.form.get("token", ""), PRINTABLE)
    paper, chosen = request.form.get("kertas", ""), request.form.get("bahasa", "")
    if content is None or content["account"] != current_officer().account_id:
        abort(410)
    if paper not in slips.PAPERS or chosen not in wording.LOCALES:
        abort(404)
    slip = Slip(
        code=content["code"],
        number=content["number"],
        received_at=datetime.fromisoformat(content["heard"]),
        office=content["office"],
        zone=content["zone"],
        track_url=f"{public_url(service().settings)}/lacak",
        contact=content["contact"].get(chosen, ""),
    )
    answer = make_response(slips.print_out(slip, paper, chosen, service().now()))
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = 'inline; filename="tanda-terima.pdf"'
    return answer
