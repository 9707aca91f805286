"""What families can hold in their hands: letters, signed receipts, and the page where anybody checks them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webhooks import tracking
from webhooks.auth import public
from webhooks.complaint_form import COOKIE, TOKEN, matching
from webhooks.i18n import gettext as _
from webhooks.i18n import local, locale
from webhooks.public import CHAT_COOKIE
from webhooks.service import service
from webhooks.tracking import Asked, Found
from workflow import attest, letters, press, printing, receipts, staff, wording
from workflow.actors import Actor, Citizen
from workflow.attest import Signed
from workflow.models import Case, Letter, Receipt, Unit
from workflow.vault import Erased

bp = Blueprint("proofs", __name__)


# ------------------------------------------------------------------ for the owner of a report


@bp.post("/lacak/surat")
@public
def surat() -> Response:
    """The letter as PDF, for whoever may read the conversation."""
    found, office = _found(), service()
    if not found.owned or found.case_id is None:
        abort(403)
    with office.database.read() as session:
        case = session.get_one(Case, found.case_id)
        offered = {letter.id: letter.number for letter in tracking.offered(session, case)}
        actor = Citizen(case.person_id)
    wanted = request.form.get("surat", "")
    if wanted not in offered:
        abort(404)
    return pdf_answer(wanted, offered[wanted], actor)


def pdf_answer(letter_id: str, number: str, actor: Actor) -> Response:
    """The file of a letter as a download; 410 where it is gone."""
    try:
        content = printing.content(service().database, letter_id, actor, service().now())
    except (Erased, printing.Lost):
        abort(410)
    return download(content, f"Surat {number}.pdf", "application/pdf")


def download(content: bytes, name: str, kind: str) -> Response:
    """A file that browsers keep and do not show in our pages."""
    safe = re.sub(r"[^\w.\- ]", "-", name)
    answer = send_file(BytesIO(content), kind, as_attachment=True, download_name=safe)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@bp.post("/lacak/tanda-terima")
@public
def tanda_terima() -> Response:
    """The signed receipt, for whoever has the code: as a sheet to print, or for machines."""
    found, asked = _found(), _asked()
    try:
        with service().database.read() as session:
            receipt = receipts.find(session, asked.code)
            if receipt is None:
                abort(404)
            signed, place = attest.sign(session, receipt), _place(session, receipt)
    except Erased:
        abort(410)
    if request.form.get("bentuk") == "json":
        content = signed.file(with_salt=found.owned or found.channel != "web")
        return download(content.encode(), "tanda-terima.json", "application/json")
    return download(_sheet(signed, place), "Tanda terima.pdf", "application/pdf")


def _place(session: Session, receipt: Receipt) -> Unit | None:
    case = session.get(Case, receipt.case_id) if receipt.case_id else None
    return (case.subject_unit or case.handling_unit) if case else None


def _sheet(signed: Signed, place: Unit | None) -> bytes:
    facts, received = signed.facts, datetime.fromisoformat(signed.facts["received"])
    data = {
        "lang": locale(),
        "paper": "a5",
        "title": _("Tanda terima bertanda tangan digital"),
        "office": [facts["unit"]] if facts["unit"] else [],
        "facts": [
            (_("Nomor"), facts["number"] or _("belum bernomor")),
            (_("Diterima"), local(received, place)),
            (_("Sidik pesan yang tersimpan (SHA-256 bergaram)"), facts["commitment"]),
            (_("Tanda tangan (Ed25519)"), signed.signature),
        ],
        "paragraphs": [
            _("Lembar ini membuktikan bahwa pesan Anda sudah diterima pada waktu itu. Isi pesan tidak ada di sini."),
            _("Siapa pun dapat memeriksanya di %(url)s: pindai kode ini, lalu tempelkan teksnya.", url=_check_url()),
        ],
        "signatures": [],
        "qr": _("Kode QR berisi tanda terima untuk diperiksa"),
        "missing": wording.render("print_missing", locale()),
    }
    return press.typeset("sheet", data, received, {"qr.svg": printing.qr(signed.file(with_salt=False))})


def _check_url() -> str:
    with service().database.read() as session:
        return f"{session.info['public_url']}/cek"


def _asked() -> Asked:
    return Asked.read(
        request.form, tuple(matching(TOKEN, request.cookies.get(name, "")) for name in (COOKIE, CHAT_COOKIE))
    )


def _found() -> Found:
    office = service()
    with office.database.read() as session:
        found = tracking.find(session, _asked(), office.secret_key)
    if found is None:
        abort(404)
    return found


# ------------------------------------------------------------------ for anybody


@dataclass(frozen=True)
class Verdict:
    """What became of a receipt that somebody brought."""

    good: bool
    facts: dict[str, str]
    at: datetime | None


@bp.route("/cek", methods=["GET", "POST"])
@public
def cek() -> Response:
    """Check a letter by its code, or a signed receipt."""
    if request.method == "GET":
        return _page()
    brought = request.files.get("berkas")
    text = request.form.get("tanda_terima", "").strip()
    if brought and brought.filename:
        text = brought.stream.read(attest.MAX_FILE + 1).decode(errors="replace")
    if text:
        return _page(verdict=_verdict(text))
    code = request.form.get("kode", "").strip()[:40]
    if not re.search(r"\w", code):
        return _page(422, fault=True)
    with service().database.read() as session:
        known = letters.find(session, code) is not None
    if not known:  # perhaps a receipt's code, which is a secret: it stands in no address, history or log
        return _unknown(code)
    return redirect(url_for("proofs.cek_surat", code=re.sub(r"[^\w-]", "-", code)), 303)


def _unknown(code: str) -> Response:
    return _page(404, unknown=True, well_formed=receipts.normalise(code) is not None)


def _verdict(text: str) -> Verdict:
    try:
        signed = attest.read(text)
        at = datetime.fromisoformat(signed.facts.get("received", ""))
    except ValueError:
        return Verdict(good=False, facts={}, at=None)
    with service().database.read() as session:
        good = attest.verify(signed, session.info["receipt_key"].public_key())
    return Verdict(good=good, facts=signed.facts if good else {}, at=at if good else None)


@bp.get("/cek/kunci.pem")
@public
def kunci() -> Response:
    """The public key of signed receipts."""
    with service().database.read() as session:
        pem = attest.public_pem(session.info["receipt_key"])
    return Response(pem, mimetype="application/x-pem-file")


@bp.route("/cek/<code>", methods=["GET", "POST"])
@public
def cek_surat(code: str) -> Response:
    """What is true of a letter: number, date, issuer, signatory, hash. A file that is brought is compared with it."""
    with service().database.read() as session:
        letter = letters.find(session, code[:80])
        if letter is None:
            return _unknown(code[:80])
        issuer = session.get_one(Unit, letter.unit_id)
        same = _compared(letter)
        date = staff.local_today(issuer.timezone, letter.issued_at)
        return make_response(
            render_template("public/cek_surat.html", letter=letter, issuer=issuer, date=date, same=same, code=code)
        )


def _page(status: int = 200, **values: Any) -> Response:
    return make_response(render_template("public/cek.html", **values), status)


def _compared(letter: Letter) -> bool | None:
    """Whether the file that came along is the letter; None where none came, or the letter's file is not made yet."""
    brought = request.files.get("berkas") if request.method == "POST" else None
    if not brought or not brought.filename or letter.sha256 is None:
        return None
    return hashlib.sha256(brought.stream.read()).hexdigest() == letter.sha256
