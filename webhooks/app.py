"""``create_app``: the outer ring put together."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue, RouteCallable
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from webhooks import auth, i18n, uploads
from webhooks.service import Service, public_url

CONTENT_SECURITY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
MAX_BODY = 2 * 1024 * 1024
csrf = CSRFProtect()


def create_app(office: Service) -> Flask:
    """The WSGI application of a service."""
    from webhooks import chat, console, proofs, public, public_services, public_statistics, receive, status

    app = Flask(__name__)
    app.extensions["aduan"] = office
    uploads.install(app)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_SSL_STRICT"] = False
    if office.settings.trusted_proxies:
        hops = office.settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    limiter = auth.install(app, office.secret_key, secure=public_url(office.settings).startswith("https://"))
    csrf.init_app(app)
    i18n.install(app)
    for blueprint in (
        status.bp,
        receive.bp,
        public.bp,
        chat.bp,
        public_services.bp,
        public_statistics.bp,
        proofs.bp,
        console.bp,
    ):
        app.register_blueprint(blueprint)
    if office.demo:
        from webhooks import telephone

        app.register_blueprint(telephone.bp)
    _relax(app, limiter)
    auth.public(app.view_functions["static"])
    app.after_request(_headers)
    app.register_error_handler(HTTPException, _error)
    return app


def _relax(app: Flask, limiter: Limiter) -> None:
    """Routes without a session carry no authority that a forged form could borrow."""
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(("receive.", "public.", "chat.", "proofs.")):
            csrf.exempt(view)
    for endpoint, limit, options in _limits():
        if endpoint in app.view_functions:
            limited = limiter.limit(limit, **options)(app.view_functions[endpoint])
            app.view_functions[endpoint] = cast(RouteCallable, limited)


def _limits() -> list[tuple[str, str, dict[str, Any]]]:
    """Where guessing or flooding pays. Many families share one address of a carrier: what can be counted by browser
    or by code is counted so, and the address gets room for all of them."""
    from webhooks import chat

    tries: dict[str, Any] = {"methods": ["POST"], "key_func": chat.code_key}
    tries["exempt_when"] = lambda: not request.form.get("pin")
    return [
        ("console.masuk", "10 per minute", {"methods": ["POST"]}),
        ("public.lacak", "20 per minute;200 per hour", {"methods": ["POST"]}),
        ("public.lacak", "30 per hour", tries),
        ("proofs.surat", "20 per minute;200 per hour", {}),
        ("proofs.surat", "30 per hour", tries),
        ("proofs.tanda_terima", "20 per minute;200 per hour", {}),
        ("proofs.cek", "30 per minute;300 per hour", {"methods": ["POST"]}),
        ("proofs.cek_surat", "30 per minute;300 per hour", {}),
        ("chat.lanjut", "20 per minute;200 per hour", {}),
        ("chat.lanjut", "30 per hour", tries),
        ("chat.pin", "10 per minute", {"key_func": chat.sender_key}),
        ("chat.kirim", "40 per minute;600 per hour", {"key_func": chat.sender_key, "on_breach": chat.too_often}),
        ("chat.kirim", "300 per minute", {"on_breach": chat.too_often}),
        ("chat.baru", "90 per minute", {"key_func": chat.sender_key}),
    ]


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _error(error: HTTPException) -> ResponseReturnValue:
    """A page for people, a bare code for machines."""
    if error.response is not None:
        return error.get_response()
    code = error.code or 500
    if request.path.startswith(("/webhooks/", "/healthz", "/readyz", "/metrics")):
        return Response(status=code, mimetype="text/plain")
    reason = "csrf" if isinstance(error, CSRFError) else str(code)
    from webhooks import console

    # An address that leads nowhere belongs to no part of the program; a member of staff still wants the menu.
    lost = code == 404 and request.path.startswith("/petugas/")
    return render_template("error.html", code=code, reason=reason, **(console.shared() if lost else {})), code
