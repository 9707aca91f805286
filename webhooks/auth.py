"""Who may call a route. Every view says so itself; one that says nothing is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, abort, g, redirect, render_template, request, session, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, login_user, logout_user
from flask_login import current_user as _current_user
from werkzeug.wrappers import Response

from webhooks.service import service
from workflow import staff as accounts
from workflow.actors import Officer
from workflow.models import Account

View = TypeVar("View", bound=Callable[..., Any])
SESSION_HOURS = 9

_manager = LoginManager()


class User:
    """A logged-in account as Flask-Login wants it: its id carries the epoch, so that old sessions end."""

    is_authenticated = is_active = True
    is_anonymous = False

    def __init__(self, account: Account, officer: Officer) -> None:
        self.account, self.officer = account, officer

    def get_id(self) -> str:
        return f"{self.account.id}:{self.account.epoch}"


# ------------------------------------------------------------------ declarations


def public(view: View) -> View:
    """Anybody may call this view."""
    view._access = "public"  # type: ignore[attr-defined]
    return view


def staff(*arguments: Any) -> Any:
    """Any logged-in account (``@staff``), or those with one of the roles (``@staff("petugas", "kanwil")``)."""
    if len(arguments) == 1 and callable(arguments[0]):
        return _declare(arguments[0], ())
    return lambda view: _declare(view, arguments)


def _declare(view: View, roles: tuple[str, ...]) -> View:
    view._access = roles  # type: ignore[attr-defined]
    return view


def access_of(view: Callable[..., Any] | None) -> str | tuple[str, ...] | None:
    """What a view declared: ``public``, roles, or nothing."""
    return getattr(view, "_access", None)


# ------------------------------------------------------------------ enforcement


def _guard() -> Response | tuple[str, int] | None:
    if request.endpoint is None:
        return None  # 404 or 405, answered by Flask
    declared = access_of(service_app_view(request.endpoint))
    if declared == "public":
        return None
    if declared is None:
        abort(403)
    if not _current_user.is_authenticated:
        if request.method == "GET":
            return redirect(url_for("console.masuk", lanjut=request.path))
        return _ended()
    if declared and not any(role in declared for role, _ in current_officer().roles):
        abort(403)
    return None


def _ended() -> tuple[str, int]:
    """The session ended while somebody wrote: nothing is done, and what they wrote is handed back."""
    from webhooks.console.forms import Typed  # the pages of the console import this module
    from webhooks.console.written import written

    form = (request.view_args or {}).get("action") or str(request.endpoint).rpartition(".")[2]
    return render_template("console/berakhir.html", texts=written(form, Typed.read(request.form).values)), 401


def service_app_view(endpoint: str) -> Callable[..., Any] | None:
    """The view function of an endpoint."""
    from flask import current_app

    return current_app.view_functions.get(endpoint)


def current_officer() -> Officer:
    """The logged-in account as an actor with today's roles."""
    officer: Officer = _current_user.officer
    return officer


def current_account() -> Account:
    """The logged-in account, detached from any session."""
    account: Account = _current_user.account
    return account


def _load(user_id: str) -> User | None:
    account_id, _, epoch = user_id.partition(":")
    office = service()
    with office.database.read() as db:
        account = db.get(Account, account_id)
        if account is None or account.disabled_at or str(account.epoch) != epoch:
            return None
        officer = accounts.officer(db, account, office.now())
        db.expunge(account)
    g.locale = account.locale
    return User(account, officer)


def log_in(name: str, password: str) -> bool:
    """Start a staff session, if name and password fit."""
    office, name = service(), name.strip()
    with office.database.read() as db:
        hashed = accounts.hash_of(db, name)
    attempt = accounts.tried(name, hashed, password)
    with office.database.write() as db:
        account = accounts.log_in(db, attempt, office.now())
        db.flush()
        if account is None:
            return False
        officer = accounts.officer(db, account, office.now())
    session.clear()
    session.permanent = True
    return bool(login_user(User(account, officer)))


def log_out() -> None:
    """End the session of this browser."""
    logout_user()
    session.clear()


def install(app: Flask, secret: bytes, *, secure: bool) -> Limiter:
    """Sessions and the guard; returns the rate limiter of this application."""
    app.secret_key = secret
    app.config.update(
        SESSION_COOKIE_NAME="aduan_petugas",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=SESSION_HOURS),
    )
    _manager.init_app(app)
    _manager.user_loader(_load)
    _manager.session_protection = None  # families' and officers' phones change networks all day
    app.before_request(_guard)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", headers_enabled=True)
    app.extensions["aduan_limiter"] = limiter
    return limiter
