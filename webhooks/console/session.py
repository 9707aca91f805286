"""Logging in and out, and the page of one's own account."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from webhooks.auth import current_account, log_in, log_out, public, staff
from webhooks.console.routes import bp
from webhooks.i18n import gettext as _
from webhooks.service import service
from workflow import staff as accounts
from workflow import wording
from workflow.models import Account, RoleGrant, Unit
from workflow.staff import MIN_PASSWORD


@bp.route("/masuk", methods=["GET", "POST"])
@public
def masuk() -> Response | str | tuple[str, int]:
    """Log in, then go on to the page that was asked for."""
    goal = _own_page(request.values.get("lanjut", ""))
    if current_user.is_authenticated and request.method == "GET":
        return redirect(goal)
    if request.method == "GET":
        return render_template("console/masuk.html", goal=goal)
    name = request.form.get("nama", "").strip()[:60]
    if log_in(name, request.form.get("sandi", "")):
        return redirect(goal, 303)
    return render_template("console/masuk.html", goal=goal, name=name, refused=True), 422


def _own_page(wanted: str) -> str:
    """An address of the console; anything else becomes the queue, so that nobody is sent elsewhere."""
    inside = wanted.startswith("/petugas/") and "\\" not in wanted and wanted.isprintable()
    return wanted if inside else url_for("console.antrean")


@bp.post("/keluar")
@staff
def keluar() -> Response:
    """Log out."""
    log_out()
    return redirect(url_for("console.masuk"), 303)


@bp.get("/saya")
@staff
def saya() -> str:
    """Name, roles, language, password."""
    return _own()


def _own(fault: str = "") -> str:
    account = current_account()
    query = select(RoleGrant, Unit).join(Unit, Unit.id == RoleGrant.unit_id).where(RoleGrant.account_id == account.id)
    with service().database.read() as session:
        grants = session.execute(query.order_by(RoleGrant.valid_from)).all()
        valid = accounts.officer(session, account, service().now()).roles
        roles = [(grant, unit) for grant, unit in grants if (grant.role, unit.id) in valid]
        return render_template("console/saya.html", roles=roles, fault=fault, shortest=MIN_PASSWORD)


@bp.post("/saya/bahasa")
@staff
def bahasa() -> Response:
    """Choose the language of the console."""
    chosen = request.form.get("bahasa", "")
    if chosen in wording.LOCALES:
        with service().database.write() as session:
            session.get_one(Account, current_account().id).locale = chosen
    return redirect(url_for("console.saya"), 303)


@bp.post("/saya/sandi")
@staff
def sandi() -> Response | tuple[str, int]:
    """Change the password; every other session of the account ends."""
    account, new = current_account(), request.form.get("baru", "")
    if fault := _fault(account, request.form.get("lama", ""), new, request.form.get("ulang", "")):
        return _own(fault), 422
    with service().database.write() as session:
        accounts.reset(session.get_one(Account, account.id), new)
    log_in(account.name, new)
    flash(_("Kata sandi diganti. Sesi di perangkat lain sudah berakhir."))
    return redirect(url_for("console.saya"), 303)


def _fault(account: Account, old: str, new: str, again: str) -> str:
    if len(new) < MIN_PASSWORD:
        return _("Kata sandi baru terlalu pendek: sedikitnya %(n)s huruf.", n=MIN_PASSWORD)
    if new != again:
        return _("Kedua kata sandi baru tidak sama.")
    if not accounts.fits(account.password_hash, old):
        return _("Kata sandi lama keliru.")
    return ""
