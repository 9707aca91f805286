"""The web chat: a conversation without an account. The browser's cookie is its address; a code and a PIN carry it on.

Everything works as plain forms and reloads. With JavaScript the same routes give fragments: see ``_wants_part``.
"""

from __future__ import annotations

import json
import logging
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from webhooks import chatlog, facilities, i18n, public, tracking
from webhooks.auth import public as anybody
from webhooks.chatlog import Place
from webhooks.complaint_form import COOKIE, PIN, TOKEN, Fault, matching, uploads
from webhooks.i18n import gettext as _
from webhooks.public import CHAT_COOKIE
from webhooks.service import RETRY_AFTER, service
from webhooks.tracking import ID, Asked, Found, Line
from webhooks.uploads import MAX_TEXT, MAX_TOTAL, FormRequest
from workflow import clocks, conversations, help, staff, units, wording
from workflow.inbox import MAX_FILE, MAX_FILES, NotDurable, Wish
from workflow.messages import DeliveryState, Inbound, Media
from workflow.models import Case, ChannelAccount, Conversation, Unit

log = logging.getLogger("aduan.chat")
bp = Blueprint("chat", __name__, url_prefix="/obrolan")

#: Shorter than the form's: whoever opens this page on the same telephone sees the conversation.
COOKIE_AGE = 30 * 24 * 3600
PLACE_HEADER = "X-Aduan-Sampai"


@dataclass(frozen=True)
class Draft:
    """What somebody is about to say."""

    text: str = ""
    message_id: str = ""
    media: tuple[Media, ...] = ()

    @classmethod
    def read(cls) -> Draft:
        """A text, or the button that was pressed instead."""
        text = request.form.get("text", "").replace("\r\n", "\n")
        text = text if text.strip() else request.form.get("pilih", "")[:200]
        return cls(text, matching(ID, request.form.get("pesan_id", "")) or uuid.uuid4().hex, uploads())


# ------------------------------------------------------------------ whose browser


@bp.before_request
def _same_site() -> None:
    """Another site must not write here, nor put its own conversation into somebody's browser."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        abort(403)


def token() -> str:
    """The token of this browser, if it has one."""
    return matching(TOKEN, request.cookies.get(CHAT_COOKIE, ""))


def _carried() -> str:
    """For browsers that keep no cookie, the page itself carries the token from form to form."""
    return token() or matching(TOKEN, request.form.get("kunci", "")) or secrets.token_urlsafe(24)


def _remember(answer: AnyResponse, value: str) -> AnyResponse:
    answer.set_cookie(
        CHAT_COOKIE, value, max_age=COOKIE_AGE, httponly=True, samesite="Lax", secure=request.is_secure, path="/"
    )
    return answer


def sender_key() -> str:
    """Whom the limits count: the browser. Families behind one address of their carrier do not disturb each other."""
    return token() or request.remote_addr or ""


def code_key() -> str:
    """Tries at the PIN of one code are counted wherever they come from."""
    return " ".join(request.form.get("kode", "").split()).upper()[:40]


# ------------------------------------------------------------------ the page


@bp.get("")
@anybody
def obrolan() -> AnyResponse:
    """The conversation of this browser, or the beginning of one."""
    return _page(token() or secrets.token_urlsafe(24))


def _page(
    value: str, fault: Fault | None = None, draft: Draft | None = None, told: str = "", status: int = 200
) -> AnyResponse:
    """The whole page; opened by its owner it shows what is ours, which is thereby read."""
    with service().database.read() as session:
        known = chatlog.find(session, value) is not None
    opened = service().database.write if known else service().database.read
    with opened() as session:
        page = render_template("public/obrolan.html", **_context(session, value, fault, draft or Draft()), told=told)
    answer = make_response(page, fault.status if fault else status)
    if fault and fault.status == 503:
        answer.headers["Retry-After"] = str(int(RETRY_AFTER.total_seconds()))
    return _remember(answer, value)


def _context(session: Session, value: str, fault: Fault | None, draft: Draft) -> dict[str, Any]:
    now, conversation = service().now(), chatlog.find(session, value)
    said, until = chatlog.lines(session, conversation, Place(), now, "read") if conversation else ([], Place())
    unit = _unit(session)
    return {
        "office": facilities.office_of(session), "unit": unit, "kanwil": units.superior(session, unit),
        "answers_now": clocks.office_open(session, unit, now),
        "hours": (unit.settings or {}).get("office_hours", (8, 16)),
        "help": help.lines("", (), i18n.locale()).splitlines(), "lines": said, "until": until,
        "waiting": bool(conversation and conversation.pending_at), "known": conversation is not None,
        "has_pin": bool(conversation and conversation.pin_hash), "kunci": "" if token() else value, "fault": fault,
        "draft": draft, "fresh_id": lambda: uuid.uuid4().hex, "max_file": MAX_FILE, "max_files": MAX_FILES,
        "max_total": MAX_TOTAL,
    }  # fmt: skip


def _unit(session: Session) -> Unit:
    """Who reads what is written here."""
    ours = select(ChannelAccount).where(ChannelAccount.channel == chatlog.CHANNEL).limit(1)
    row = session.scalar(ours)
    return session.get_one(Unit, row.unit_id) if row else units.default_unit(session)


# ------------------------------------------------------------------ reading on


@bp.get("/baru")
@anybody
def baru() -> AnyResponse:
    """What was said since the reader's place; 304 costs two counts."""
    value = token()
    with service().database.read() as session:
        conversation = chatlog.find(session, value)
        if conversation is None:
            return Response(status=204)
        until = chatlog.end(session, conversation)
    if request.if_none_match.contains(str(until)):
        return Response(status=304, headers={"ETag": f'"{until}"'})
    return _part(value, Place.read(request.args.get("sesudah", "")), looked=request.args.get("tampak") == "1")


def _part(value: str, since: Place, *, looked: bool) -> AnyResponse:
    """A fragment of the page. Behind other windows it is delivered, not read."""
    state: DeliveryState = "read" if looked else "delivered"
    with service().database.write() as session:
        conversation = chatlog.find(session, value)
        said: list[Line] = []
        until, unit = since, _unit(session)
        if conversation is not None:
            said, until = chatlog.lines(session, conversation, since, service().now(), state)
        part = render_template("public/obrolan_baris.html", lines=said, unit=unit, fresh_id=lambda: uuid.uuid4().hex)
    answer = make_response(part)
    answer.set_etag(str(until))
    answer.headers[PLACE_HEADER] = str(until)
    return answer


# ------------------------------------------------------------------ writing


@bp.post("")
@anybody
def kirim() -> AnyResponse:
    """One message with its files, stored before it is answered. A repeat of the same form is no second message."""
    try:
        value, draft = _carried(), Draft.read()
    except RequestEntityTooLarge:
        return _refuse(token() or secrets.token_urlsafe(24), Draft(), _too_long())
    if fault := _fault(draft):
        return _refuse(value, draft, fault)
    with service().database.read() as session:
        first = chatlog.find(session, value) is None
    try:
        stored = service().intake.store(_inbound(value, draft), Wish(locale=i18n.locale()) if first else None)
    except NotDurable:
        sentence = _("Maaf, pesan belum dapat disimpan. Tulisan Anda masih ada di sini; kirim lagi sebentar lagi.")
        return _refuse(value, draft, Fault("text", sentence, 503))
    public.handle_now(stored.conversation_id)
    if _wants_part():
        return _remember(_part(value, Place.read(request.form.get("sesudah", "")), looked=True), value)
    if not token():
        return _page(value)
    return redirect(url_for("chat.obrolan", _anchor="tulis"), 303)


def _inbound(value: str, draft: Draft) -> Inbound:
    raw = {"text": draft.text, "files": [m.name for m in draft.media]}
    return Inbound(
        channel=chatlog.CHANNEL,
        account=chatlog.ACCOUNT,
        provider_id=f"{value}:{draft.message_id}",
        sender=value,
        text=draft.text,
        raw=json.dumps(raw).encode(),
        kind="media" if draft.media else "text",
        media=draft.media,
    )


def _fault(draft: Draft) -> Fault | None:
    if isinstance(request, FormRequest) and request.overfull:
        sentence = _(
            "Berkas terlalu besar: paling banyak 10 berkas, 16 MB tiap berkas, 40 MB seluruhnya. "
            "Tulisan Anda masih ada; pilih berkas yang lebih kecil, atau kirim tanpa berkas."
        )
        return Fault("files", sentence, 413)
    if len(draft.text) > MAX_TEXT:
        return _too_long()
    if not draft.text.strip() and not draft.media:
        return Fault("text", _("Tulis dulu satu kalimat."))
    return None


def _too_long() -> Fault:
    return Fault("text", _("Teks itu terlalu panjang untuk satu pesan. Bagilah menjadi beberapa pesan."), 413)


def _wants_part() -> bool:
    return request.headers.get("X-Requested-With") == "obrolan"


def _refuse(value: str, draft: Draft, fault: Fault) -> AnyResponse:
    if _wants_part():
        return make_response(jsonify(sentence=fault.sentence), fault.status)
    return _page(value, fault, draft)


def too_often(_limit: object) -> Response:
    """Above the limits the words are still there."""
    fault = Fault(
        "text", _("Terlalu banyak pesan dalam waktu singkat. Tulisan Anda masih ada; coba lagi semenit lagi."), 429
    )
    answer = _refuse(token() or secrets.token_urlsafe(24), Draft.read(), fault)
    assert isinstance(answer, Response)
    return answer


# ------------------------------------------------------------------ another device, this device


@bp.post("/lanjut")
@anybody
def lanjut() -> AnyResponse:
    """Carry on with the receipt code: the conversation for whoever has the PIN, the status for whoever has not."""
    office, asked = service(), Asked.read(request.form, (token(),))
    mine = token() or secrets.token_urlsafe(24)
    with office.database.read() as session:
        found = tracking.find(session, asked, office.secret_key)
        told = _status(session, found)
    if found is None:
        return _page(mine, Fault("kode", wording.render("bad_code", i18n.locale()), 404))
    if found.owned and found.channel == chatlog.CHANNEL:
        return _remember(redirect(url_for("chat.obrolan", _anchor="tulis"), 303), found.sender)
    if asked.pin and not found.owned:
        return _page(mine, Fault("pin", _("PIN itu tidak cocok dengan kode ini."), 403), told=told)
    return _page(mine, told=told)


def _status(session: Session, found: Found | None) -> str:
    """How the case stands, and where its conversation can be read."""
    case = session.get(Case, found.case_id) if found and found.case_id else None
    if found is None or case is None:
        return wording.render("status_stored", i18n.locale())
    state = wording.public_status(case.status, i18n.locale())
    if found.channel == chatlog.CHANNEL:
        where = _("Percakapannya terbuka dengan PIN.")
    else:
        where = _("Pengaduan itu tidak dimulai di obrolan ini; selengkapnya di halaman Lacak.")
    return f"{wording.render('status', i18n.locale(), number=case.number, state=state)} {where}"


@bp.post("/pin")
@anybody
def pin() -> AnyResponse:
    """Choose, or change, the PIN that opens this conversation elsewhere."""
    typed = request.form.get("pin_baru", "").strip()
    if not PIN.fullmatch(typed):
        return _page(
            token() or secrets.token_urlsafe(24), Fault("pin_baru", _("PIN terdiri dari enam angka atau lebih."))
        )
    hashed = staff.hash_secret(typed)
    with service().database.write() as session:
        conversation = chatlog.find(session, token())
        if conversation is None:
            abort(404)
        _lock(session, conversation).pin_hash = hashed
    return _page(
        token(), told=_("PIN tersimpan. Dengan kode tanda terima dan PIN ini Anda dapat melanjutkan di perangkat lain.")
    )


def _lock(session: Session, conversation: Conversation) -> Conversation:
    return conversations.lock(session, conversation.id)


@bp.post("/hapus")
@anybody
def hapus() -> AnyResponse:
    """Leave no key to the conversation on this device; the office keeps what it was told."""
    with service().database.read() as session:
        page = render_template("public/obrolan_hapus.html", office=facilities.office_of(session))
    answer = make_response(page)
    for name in (CHAT_COOKIE, COOKIE):
        if name in request.cookies:
            answer.delete_cookie(name, path="/", httponly=True, samesite="Lax", secure=request.is_secure)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
