"""A family's telephone for trying things out. Its routes exist only where the demo made the database."""

from __future__ import annotations

import json
import urllib.request
import uuid
from urllib.error import URLError

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from channels.simulator import HEADER, SimulatorAdapter
from webhooks.auth import public
from webhooks.service import service

bp = Blueprint("telephone", __name__)
DEFAULT = "+628120000001"


@bp.route("/telepon", methods=["GET", "POST"])
@public
def telepon() -> str | Response:
    """What this telephone sent and received; writing posts a signed event to the simulator's own route."""
    adapter = service().adapters["simulator"]
    assert isinstance(adapter, SimulatorAdapter)
    number = (request.values.get("nomor") or DEFAULT).strip()[:40]
    if request.method == "POST":
        text = request.form.get("teks", "").strip()
        if text:
            adapter.write(number, text)
            _post(adapter, {"id": uuid.uuid4().hex, "from": number, "text": text})
        return redirect(url_for("telephone.telepon", nomor=number), 303)
    return render_template("telepon.html", number=number, lines=adapter.screen(number))


def _post(adapter: SimulatorAdapter, event: dict[str, str]) -> None:
    body = json.dumps(event).encode()
    headers = {"Content-Type": "application/json", HEADER: adapter.sign(body)}
    target = f"{service().settings.local_url}/webhooks/simulator"
    call = urllib.request.Request(target, data=body, headers=headers, method="POST")  # noqa: S310 - our own address
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(call, timeout=10):
            return
    except URLError:
        adapter.write(event["from"], "(tidak terkirim)")
