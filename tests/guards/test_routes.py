"""Every route denies by default: each view declares who may call it, and the declaration holds."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support import Office
from webhooks import auth

#: Reviewed by hand: what the world may call.
PUBLIC = {
    "static", "status.healthz", "status.readyz", "status.metrics",
    "receive.twilio", "receive.twilio_status", "receive.telegram", "receive.simulator", "receive.simulator_status",
    "public.mulai", "public.lapor", "public.lacak", "public.privasi", "public.bahasa",
    "chat.obrolan", "chat.baru", "chat.kirim", "chat.lanjut", "chat.pin", "chat.hapus",
    "console.masuk", "telephone.telepon", "telephone.isi", "services.layanan",
    "statistics.statistik", "statistics.statistik_csv",
    "proofs.surat", "proofs.tanda_terima", "proofs.cek", "proofs.cek_surat", "proofs.kunci",
}  # fmt: skip


@pytest.fixture
def database_url(tmp_path, sqlite_template):
    """The URL map is the same on every database."""
    import shutil

    shutil.copy(sqlite_template, tmp_path / "aduan.db")
    return f"sqlite:///{tmp_path / 'aduan.db'}"


def paths(app: Flask) -> list[tuple[str, str, str]]:
    """(endpoint, method, path) of everything in the URL map, with made-up arguments."""
    found = []
    for rule in app.url_map.iter_rules():
        values = {name: "x" * 32 if name.endswith("id") else "id" for name in rule.arguments}
        values = {n: (1 if "int:" in rule.rule and f"int:{n}" in rule.rule else v) for n, v in values.items()}
        _, path = rule.build(values) or ("", rule.rule)
        found += [(rule.endpoint, method, path) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
    return found


def test_every_view_declares_its_access(office: Office) -> None:
    for endpoint, view in office.app.view_functions.items():
        declared = auth.access_of(view)
        assert declared is not None, endpoint
        assert (declared == "public") == (endpoint in PUBLIC), endpoint


def test_a_stranger_reaches_nothing_of_the_staff(office: Office) -> None:
    client = office.client()
    for endpoint, method, path in paths(office.app):
        if endpoint in PUBLIC:
            continue
        answer = client.open(path, method=method)
        assert answer.status_code in (302, 400, 401, 403), (endpoint, method, answer.status_code)
        if answer.status_code == 302:
            assert "/petugas/masuk" in answer.headers["Location"]


def test_a_view_without_a_declaration_is_refused(office: Office) -> None:
    app = office.app
    app.view_functions["forgotten"] = lambda: "secret"
    app.url_map.add(app.url_rule_class("/forgotten", endpoint="forgotten"))
    assert office.client().get("/forgotten").status_code == 403
    assert office.client("petugas").get("/forgotten").status_code == 403


def test_every_staff_form_needs_a_csrf_token(office: Office) -> None:
    client = office.client("petugas")
    for endpoint, method, path in paths(office.app):
        if endpoint.startswith("console.") and method == "POST":
            roles = auth.access_of(office.app.view_functions[endpoint])
            refused = 403 if roles and "petugas" not in roles and roles != "public" else 400
            assert client.post(path).status_code == refused, endpoint


def test_no_page_may_be_framed_or_cached(office: Office) -> None:
    for path in ("/", "/lapor", "/petugas/masuk"):
        headers = office.client().get(path).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
