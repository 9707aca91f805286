"""A family's telephone for trying things out, next to the queue; only where the demo made the database.

The page shows a telephone of one channel and what the office knows about every message to it: an outcome is chosen by
a magic address, see ``channels.simulator_outcomes``.
"""

from __future__ import annotations

import json
import urllib.request
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from textwrap import shorten
from typing import Any
from urllib.error import URLError

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from channels.simulator import HEADER, SimulatorAdapter
from channels.simulator_outcomes import OUTCOMES
from webhooks.auth import public
from webhooks.service import service
from workflow import outbox, people, window
from workflow.messages import CAPABILITIES, PLAIN, Capabilities
from workflow.models import Case, Conversation, DeliveryEvent, Outbound
from workflow.vault import Erased

bp = Blueprint("telephone", __name__)
DEFAULT = {"email": "siti@contoh.test"}
NUMBER = "+628120000001"
MAX_TRAILS = 12


@dataclass(frozen=True)
class Phone:
    """One simulated telephone: a channel, an address, and the outcome that its address asks for."""

    channel: str
    base: str
    outcome: str

    @classmethod
    def read(cls, values: Any, channels: list[str]) -> Phone:
        """From the address of the page or its form; anything odd takes its default."""
        channel = values.get("kanal", "")
        channel = channel if channel in channels else channels[0]
        base = " ".join(values.get("nomor", "").split())[:80] or DEFAULT.get(channel, NUMBER)
        outcome = values.get("hasil", "")
        return cls(channel, base, outcome if outcome in OUTCOMES else "")

    @property
    def address(self) -> str:
        """The address with its magic word, before the domain where there is one."""
        local, at, domain = self.base.partition("@")
        return f"{local}-{self.outcome}{at}{domain}" if self.outcome else self.base

    @property
    def ability(self) -> Capabilities:
        return CAPABILITIES.get(self.channel, PLAIN)

    @property
    def link(self) -> dict[str, Any]:
        return {"kanal": self.channel, "nomor": self.base, "hasil": self.outcome}


@dataclass(frozen=True)
class Trail:
    """What the office knows of one message to this telephone, known by its first words."""

    at: datetime
    words: str
    state: str
    reason: str
    steps: list[DeliveryEvent]


def _adapter() -> SimulatorAdapter:
    adapter = service().adapters["simulator"]
    assert isinstance(adapter, SimulatorAdapter)
    return adapter


def _phone() -> Phone:
    return Phone.read(request.values, [c for c in _adapter().accounts if c != "simulator"] + ["simulator"])


@bp.route("/telepon", methods=["GET", "POST"])
@public
def telepon() -> str | Response:
    """What this telephone sent and received; writing posts a signed event to the simulator's own route."""
    adapter, phone = _adapter(), _phone()
    if request.method == "POST":
        text = request.form.get("teks", "").strip()
        if text:
            adapter.write(phone.address, text, phone.channel)
            _post(adapter, phone, text)
        return redirect(url_for("telephone.telepon", **phone.link), 303)
    return render_template(
        "telepon.html", phone=phone, channels=list(adapter.accounts), outcomes=OUTCOMES, **_screen(adapter, phone)
    )


@bp.get("/telepon/isi")
@public
def isi() -> Response:
    """The screen alone, for the page that looks again every second or two."""
    adapter, phone = _adapter(), _phone()
    screen = _screen(adapter, phone)
    seen = [len(screen["lines"]), screen["numbers"], [(t.words, t.state, len(t.steps)) for t in screen["trails"]]]
    answer = make_response(render_template("telepon_isi.html", phone=phone, **screen))
    answer.set_etag(sha256(repr(seen).encode()).hexdigest()[:32])
    return answer.make_conditional(request)


def _screen(adapter: SimulatorAdapter, phone: Phone) -> dict[str, Any]:
    lines = adapter.screen(phone.address, phone.channel)
    with service().database.read() as session:
        trails, numbers = _trails(session, phone)
    mine = [line.at for line in lines if line.mine]
    ends = mine[-1] + window.LENGTH if mine and phone.ability.windowed else None
    return {"lines": lines, "trails": trails, "numbers": numbers, "window_ends": ends}


def _trails(session: Session, phone: Phone) -> tuple[list[Trail], list[str]]:
    address = people.known(session, phone.channel, phone.address)
    if address is None:
        return [], []
    mine = select(Conversation.id).where(Conversation.address_id == address.id)
    query = select(Outbound).where(Outbound.conversation_id.in_(mine)).order_by(Outbound.id.desc()).limit(MAX_TRAILS)
    numbers = list(session.scalars(select(Case.number).where(Case.conversation_id.in_(mine)).order_by(Case.number)))
    return [_trail(session, row) for row in session.scalars(query)], numbers


def _trail(session: Session, row: Outbound) -> Trail:
    steps = session.scalars(select(DeliveryEvent).where(DeliveryEvent.outbound_id == row.id).order_by(DeliveryEvent.id))
    reason = row.error_reason or row.error_code if row.error_code else ""
    return Trail(row.created_at, _beginning(session, row), row.state, reason or "", list(steps))


def _beginning(session: Session, row: Outbound) -> str:
    try:
        return shorten(outbox.body(session, row), 60, placeholder=" …")
    except Erased:
        return "…"


def _post(adapter: SimulatorAdapter, phone: Phone, text: str) -> None:
    event: dict[str, Any] = {"id": uuid.uuid4().hex, "channel": phone.channel, "from": phone.address, "text": text}
    if phone.ability.threads:
        event |= {"thread": uuid.uuid4().hex, "answers": adapter.received(phone.address, phone.channel)[-5:]}
    body = json.dumps(event).encode()
    headers = {"Content-Type": "application/json", HEADER: adapter.sign(body)}
    target = f"{service().settings.local_url}/webhooks/simulator"
    call = urllib.request.Request(target, data=body, headers=headers, method="POST")  # noqa: S310 - our own address
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(call, timeout=timedelta(seconds=10).total_seconds()):
            return
    except URLError:
        adapter.write(phone.address, "(tidak terkirim)", phone.channel)
