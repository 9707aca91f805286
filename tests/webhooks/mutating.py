"""Mutants posted to the real routes, and what must hold of every one of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from bot import desk
from channels.simulator import HEADER, SimulatorAdapter
from channels.telegram import SECRET_HEADER
from tests.servers.telegram import TOKEN
from tests.servers.twilio import ACCOUNT_SID, AUTH_TOKEN
from tests.support import Clock, Office, make_office
from tests.wire.mutations import Mutant, mutants
from webhooks.settings import Settings
from workflow.models import Message

PUBLIC, SECRET = "https://aduan.example", "rahasia-uji_01"
PROVIDERS = ("telegram", "twilio", "twilio-status", "simulator")
PATHS = {"twilio-status": "/webhooks/twilio/status"}
#: A mutant may say where a proxy of ours would refuse it; what is signed is taken.
FINE = {200, 204, 403}


def open_office(base: Settings, clock: Clock) -> Office:
    """An office with every channel on; nobody listens behind them."""
    return make_office(
        base.model_copy(
            update={
                "public_url": PUBLIC, "telegram_token": TOKEN, "telegram_mode": "webhook",
                "telegram_webhook_secret": SECRET, "telegram_api_base": "http://127.0.0.1:9",
                "twilio_account_sid": ACCOUNT_SID, "twilio_auth_token": AUTH_TOKEN,
                "twilio_whatsapp_from": "whatsapp:+14155238886", "twilio_sms_from": "+622150996600",
                "twilio_api_base": "http://127.0.0.1:9",
            }
        ),
        clock,
    )  # fmt: skip


class Loud(logging.Handler):
    """Every line of the log that speaks of an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@dataclass
class Trial:
    """Counts of one run, and every mutant that broke a promise."""

    provider: str
    statuses: Counter[int] = field(default_factory=Counter)
    stored: int = 0
    readable: int = 0
    broken: list[tuple[str, Mutant]] = field(default_factory=list)

    def add(self, other: Trial) -> None:
        self.statuses += other.statuses
        self.stored += other.stored
        self.readable += other.readable
        self.broken += other.broken

    def __str__(self) -> str:
        seen = ", ".join(f"{count} × {status}" for status, count in sorted(self.statuses.items()))
        return (
            f"{self.provider}: {seen}; {self.stored} stored, {self.readable} surely readable, {len(self.broken)} broken"
        )


def trial(office: Office, provider: str, count: int, seed: int) -> Trial:
    """Post mutants, each of them twice, and let the desk handle what they left."""
    result, client, loud = Trial(provider), office.app.test_client(), Loud()
    path = PATHS.get(provider, f"/webhooks/{provider}")
    logging.getLogger().addHandler(loud)
    try:
        for number, mutant in enumerate(mutants(provider, count, seed)):
            address = path + (f"?{mutant.query}" if mutant.query else "")
            headers = _signed(office, provider, PUBLIC + address, mutant)
            _try(office, result, mutant, lambda a=address, m=mutant, h=headers: client.post(a, data=m.body, headers=h))
            if number % 50 == 49:
                _handle(office)
        _handle(office)
    finally:
        logging.getLogger().removeHandler(loud)
    nameless = [line for line in loud.lines if not re.search(r"\w+=[\w-]{1,}", line)]
    assert nameless == [], "an error in the log leads to its event"
    with office.db.read() as s:
        aside = s.scalars(select(Message).where(Message.state == "set_aside")).all()
        assert all(message.options.get("dead_letter") for message in aside), "the desk broke at one of them"
        assert s.scalar(select(func.count()).where(Message.state == "new")) == 0
    return result


def _handle(office: Office) -> None:
    office.clock.advance(minutes=1)
    while desk.handle_next(office.db, "test", office.clock()):
        pass


def _try(office: Office, result: Trial, mutant: Mutant, post: Any) -> None:
    before = _count(office)
    status = post().status_code
    once = _count(office) - before
    again = post().status_code
    twice = _count(office) - before
    result.statuses[status] += 1
    result.stored += once
    if status not in FINE or again != status:
        result.broken.append((f"answered {status}, then {again}", mutant))
    if twice != once or once > 1:
        result.broken.append((f"stored {once}, then {twice}", mutant))
    if status != 403 and READABLE[result.provider](mutant):
        result.readable += 1
        if once != 1:
            result.broken.append(("a readable message was not stored", mutant))


def _count(office: Office) -> int:
    with office.db.read() as s:
        return s.scalar(select(func.count()).select_from(Message)) or 0


def _signed(office: Office, provider: str, url: str, mutant: Mutant) -> dict[str, str]:
    if provider == "telegram":
        return {"Content-Type": "application/json", SECRET_HEADER: SECRET}
    if provider == "simulator":
        adapter = office.service.adapters["simulator"]
        assert isinstance(adapter, SimulatorAdapter)
        return {"Content-Type": "application/json", HEADER: adapter.sign(mutant.body)}
    values: dict[str, set[str]] = {}
    for name, value in mutant.event:
        values.setdefault(name, set()).add(value)
    plain = url + "".join(name + value for name in sorted(values) for value in sorted(values[name]))
    digest = hmac.new(AUTH_TOKEN.encode(), plain.encode("utf-8", "surrogatepass"), hashlib.sha1).digest()
    kind = "application/x-www-form-urlencoded; charset=UTF-8"
    return {"Content-Type": kind, "X-Twilio-Signature": base64.b64encode(digest).decode()}


# ------------------------------------------------------------------ what is surely readable


def _telegram(mutant: Mutant) -> bool:
    """A private message of a known person, with words and its own id."""
    event = mutant.event if isinstance(mutant.event, dict) else {}
    message = event.get("message")
    if not isinstance(message, dict) or event.get("update_id") != int(mutant.id):
        return False
    person, chat, text = message.get("from"), message.get("chat"), message.get("text") or message.get("caption")
    known = isinstance(person, dict) and person.get("id") == 5551
    private = isinstance(chat, dict) and chat.get("type") == "private" and chat.get("id") == 5551
    return bool(known and private and isinstance(text, str) and text.strip())


def _twilio(mutant: Mutant) -> bool:
    fields: dict[str, str] = {}
    for name, value in mutant.event:
        fields.setdefault(name, value)
    receipt = any(fields.get(name) for name in ("MessageStatus",))
    sender, text = fields.get("From", "").strip(), fields.get("Body", "").strip()
    return fields.get("MessageSid") == mutant.id and not receipt and len(sender) > 9 and bool(text)


def _simulator(mutant: Mutant) -> bool:
    event = mutant.event if isinstance(mutant.event, dict) else {}
    words = all(isinstance(event.get(key), str) and event[key].strip() for key in ("from", "text"))
    return words and event.get("id") == mutant.id


READABLE = {"telegram": _telegram, "twilio": _twilio, "simulator": _simulator, "twilio-status": lambda _: False}
