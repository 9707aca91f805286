"""The families' pages: start, report, follow, confidentiality. They carry no authority and work without cookies."""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from dataclasses import replace
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from webhooks import facilities, i18n, tracking
from webhooks.auth import public
from webhooks.complaint_form import COOKIE, TOKEN, Fault, Report, browser, faults_of, matching, uploads
from webhooks.i18n import gettext as _
from webhooks.service import RETRY_AFTER, service
from webhooks.tracking import MAX_REASON, Asked, Found
from webhooks.uploads import MAX_TOTAL
from workflow import outbox, staff, units, wording
from workflow.inbox import MAX_FILE, MAX_FILES, NotDurable, Stored, Wish
from workflow.messages import Inbound
from workflow.models import Case, Conversation, Outbound, Receipt
from workflow.vault import vault_of

bp = Blueprint("public", __name__)
log = logging.getLogger("aduan.public")

#: The web chat's: the token is its address.
CHAT_COOKIE = "aduan_obrolan"
COOKIE_AGE = 180 * 24 * 3600
YEAR = 365 * 24 * 3600


# ------------------------------------------------------------------ start, confidentiality, language


def _page(template: str, status: int = 200, **values: Any) -> Response:
    with service().database.read() as session:
        page = render_template(f"public/{template}.html", office=facilities.office_of(session), **values)
    return make_response(page, status)


@bp.get("/")
@public
def mulai() -> Response:
    """The start page."""
    if request.args.get("lang") in wording.LOCALES:
        return bahasa(request.args["lang"])
    number = service().settings.twilio_whatsapp_from.partition(",")[0].strip().removeprefix("whatsapp:")
    return _page("mulai", whatsapp=number)


@bp.get("/privasi")
@public
def privasi() -> Response:
    """Who sees what, truthfully."""
    return _page("privasi")


@bp.get("/bahasa/<chosen>")
@public
def bahasa(chosen: str) -> Response:
    """Choose the language of the pages; back to where the reader was."""
    back = request.args.get("ke", "/")
    local = back.startswith("/") and not back.startswith(("//", "/\\")) and "\n" not in back
    answer = redirect(back if local else "/")
    if chosen in wording.LOCALES:
        answer.set_cookie(i18n.COOKIE, chosen, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


# ------------------------------------------------------------------ reporting


def _remember(answer: Response, token: str) -> Response:
    """Tie this browser to the token: when it fetches the form, or has had it all along. What another site makes it
    send carries no cookie of ours, and gives it none, so that nobody can slip their own conversation in."""
    if request.method == "POST" and not browser():
        return answer
    answer.set_cookie(
        COOKIE, token, max_age=COOKIE_AGE, httponly=True, samesite="Lax", secure=request.is_secure, path="/"
    )
    return answer


@bp.route("/lapor", methods=["GET", "POST"])
@public
def lapor() -> Response:
    """The complaint form. The code is shown as soon as the report is stored, whatever comes after it."""
    if request.method == "GET":
        return _form(Report.read(MultiDict()))
    try:
        report = Report.read(request.form, uploads())
    except RequestEntityTooLarge:
        sentence = _("Teks itu terlalu panjang untuk satu pengaduan. Bagilah menjadi beberapa pengaduan.")
        return _form(Report.read(MultiDict()), Fault("text", sentence, 413))
    report = _placed(report)
    if faults := faults_of(report):
        return _form(report, *faults)
    wish = Wish(
        mint=True,
        pin_hash=staff.hash_secret(report.pin) if report.pin else None,
        facts=report.facts,
        options={**report.options, "unit": report.unit or None},
        locale=i18n.locale(),
    )
    try:
        stored = service().intake.store(_inbound(report), wish)
    except NotDurable:
        sentence = _("Maaf, pengaduan belum dapat disimpan. Tulisan Anda masih ada di sini; kirim lagi sebentar lagi.")
        answer = _form(report, Fault("text", sentence, 503))
        answer.headers["Retry-After"] = str(int(RETRY_AFTER.total_seconds()))
        return answer
    return _remember(_confirm(report, stored), report.token)


def _placed(report: Report) -> Report:
    """The report with the facility that its writer meant; words that name none of many go with the text."""
    options = _options()
    found = facilities.find(report.place, options)
    sure = report.sure if report.sure in dict(options) else ""
    return replace(report, unit=found.key or sure, near=found.near, many=len(options) > facilities.MENU)


def _options() -> facilities.Options:
    with service().database.read() as session:
        return units.directory(session)


def _form(report: Report, *faults: Fault) -> Response:
    """The form, with everything that keeps it from being accepted told at once and at its field."""
    values = {
        "report": report,
        "faults": {fault.field: fault for fault in faults},
        "facilities": _options(),
        "menu": facilities.MENU,
        "max_file": MAX_FILE,
        "max_files": MAX_FILES,
        "max_total": MAX_TOTAL,
    }
    return _remember(_page("lapor", faults[0].status if faults else 200, **values), report.token)


def _inbound(report: Report) -> Inbound:
    raw = {"text": report.text, "options": report.options, "files": [m.name for m in report.media], **report.facts}
    return Inbound(
        channel="web",
        account="web",
        provider_id=_identity(report),
        sender=report.sender,
        text=report.told,
        raw=json.dumps(raw).encode(),
        media=report.media,
    )


def _identity(report: Report) -> str:
    """The same words from the same browser on one day are one complaint, also after the Back button."""
    day = service().now().date().isoformat()
    told = "\x00".join((report.token, day, " ".join(report.text.split()), str(report.direct)))
    return hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()


def handle_now(conversation_id: str) -> None:
    """Handle it now if that is possible; what is stored is answered in any case."""
    try:
        service().handle(conversation_id)
    except SQLAlchemyError:
        log.exception("form not handled at once: conversation=%s", conversation_id)


def _confirm(report: Report, stored: Stored) -> Response:
    handle_now(stored.conversation_id)
    code, number, words = stored.receipt, None, list[str]()
    try:
        with service().database.write() as session:
            if stored.receipt or _owns(session, stored.conversation_id, report.token):
                code, number = _receipt(session, stored, code)
                words = _said(session, stored.conversation_id)
    except SQLAlchemyError:
        log.exception("receipt page without its case: conversation=%s", stored.conversation_id)
    return _page(
        "terima", code=code, number=number, words=words, duplicate=stored.duplicate, pin=bool(report.pin),
        kept=bool(browser()),
    )  # fmt: skip


def _owns(session: Session, conversation_id: str, token: str) -> bool:
    return tracking.address_of(session, session.get_one(Conversation, conversation_id)).startswith(f"{token}:")


def _receipt(session: Session, stored: Stored, code: str | None) -> tuple[str | None, str | None]:
    """The code again for a double click, and the number if there is a case by now."""
    held = session.scalar(select(Receipt).where(Receipt.message_id == stored.message_id))
    if held is None:
        return code, None
    if code is None and held.code_enc is not None:
        code = vault_of(session).open_text(session, held.data_key_id, held.code_enc, "receipt.code")
    case = session.get(Case, held.case_id) if held.case_id else None
    return code, case.number if case else None


def _said(session: Session, conversation_id: str) -> list[str]:
    """What we answered beside the receipt itself (an emergency, who handles it); shown is read."""
    query = select(Outbound).where(Outbound.conversation_id == conversation_id).order_by(Outbound.id)
    rows = list(session.scalars(query))
    tracking.mark_read(session, rows, service().now())
    return [outbox.body(session, row) for row in rows if row.key != "opened"]


# ------------------------------------------------------------------ following


@bp.route("/lacak", methods=["GET", "POST"])
@public
def lacak() -> Response:
    """The status by receipt code, which is accepted by POST alone and never stands in an address."""
    if request.method == "GET":
        return _page("lacak", asked=Asked(""), fault=None)
    asked = Asked.read(request.form, (browser(), matching(TOKEN, request.cookies.get(CHAT_COOKIE, ""))))
    office = service()
    with office.database.read() as session:
        found = tracking.find(session, asked, office.secret_key)
    if found is None:
        return _page("lacak", 404, asked=asked, fault=Fault("kode", wording.render("bad_code", i18n.locale()), 404))
    fault = _refusal(found, asked)
    if fault is None and asked.deed:
        fault = _write_again(found, asked)
    return _standing(found, asked, fault)


def _refusal(found: Found, asked: Asked) -> Fault | None:
    if not found.owned and asked.deed:
        return Fault("pin", _("Isi PIN Anda sekali lagi untuk menulis."), 403)
    if not found.owned and asked.pin:
        return Fault("pin", _("PIN itu tidak cocok dengan kode ini. Statusnya tetap dapat Anda lihat."), 403)
    if asked.deed and not asked.message:
        return Fault(asked.deed, _("Tulis dulu satu kalimat."))
    if asked.deed == "tidak_puas" and len(asked.message) > MAX_REASON:
        return Fault("tidak_puas", _("Alasan itu terlalu panjang: paling banyak 350 huruf. Singkatkan sedikit."))
    return None


def _write_again(found: Found, asked: Asked) -> Fault | None:
    try:
        stored = service().intake.store(tracking.follow_up(found, asked))
    except NotDurable:
        return Fault(asked.deed, _("Maaf, pesan belum dapat disimpan. Kirim lagi sebentar lagi."), 503)
    handle_now(stored.conversation_id)
    return None


def _standing(found: Found, asked: Asked, fault: Fault | None) -> Response:
    """The status page. Only the owner's look is written down, as proof that an answer was read."""
    office = service()
    opened = office.database.write if found.owned else office.database.read
    with opened() as session:
        now = tracking.standing(session, found, office.now())
        page = render_template(
            "public/status.html", office=facilities.office_of(session), asked=asked, found=found, standing=now,
            fault=fault, message_id=asked.message_id if fault else uuid.uuid4().hex, max_reason=MAX_REASON - 30,
        )  # fmt: skip
    answer = make_response(page, fault.status if fault else 200)
    if fault and fault.status == 503:
        answer.headers["Retry-After"] = str(int(RETRY_AFTER.total_seconds()))
    return answer
