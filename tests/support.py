"""What tests share: a clock that obeys, an office with its staff, a family that writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from flask_login import FlaskLoginClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import desk
from channels import delivery
from webhooks.app import create_app
from webhooks.auth import User
from webhooks.demo import FACILITY, KANWIL, STAFF
from webhooks.service import Service, create_keys, open_database, open_service
from webhooks.settings import Settings
from workflow import inbox, outbox, staff, units
from workflow.actors import Officer
from workflow.inbox import Wish
from workflow.messages import Inbound
from workflow.models import Account, Case, Conversation, Mark, Outbound
from workflow.vault import Erased

PASSWORD = "kata-sandi-untuk-tes"
HIRED = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> datetime:
        self.now += timedelta(**delta)
        return self.now


@dataclass
class Office:
    """A service with the demo's units and staff, and hands to do what people do."""

    service: Service
    clock: Clock
    settings: Settings
    _ids: count[int] = field(default_factory=lambda: count(1))
    _app: Flask | None = None

    @property
    def db(self):
        return self.service.database

    @property
    def app(self) -> Flask:
        if self._app is None:
            self._app = create_app(self.service)
            self._app.extensions["aduan_limiter"].enabled = False
        return self._app

    def client(self, name: str | None = None) -> FlaskClient:
        """A browser; with a name, that of somebody who has logged in. The page where they did is for its own tests."""
        client: FlaskClient = FlaskLoginClient(self.app, self.app.response_class, user=name and self._user(name))
        return client

    def _user(self, name: str) -> User:
        with self.db.read() as session:
            account = session.scalars(select(Account).where(Account.name == name)).one()
            user = User(account, staff.officer(session, account, self.clock()))
            session.expunge(account)
        return user

    def officer(self, session: Session, name: str) -> Officer:
        account = session.scalars(select(Account).where(Account.name == name)).one()
        return staff.officer(session, account, self.clock())

    def account_id(self, name: str) -> str:
        with self.db.read() as session:
            return session.scalars(select(Account.id).where(Account.name == name)).one()

    def write(
        self,
        text: str,
        sender: str = "+628120000001",
        *,
        provider_id: str | None = None,
        channel: str = "simulator",
        wish: Wish | None = None,
        **fields: object,
    ) -> inbox.Stored:
        """A family's message is stored, as the route would store it."""
        inbound = Inbound(
            channel,
            channel,
            provider_id or f"m{next(self._ids)}",
            sender,
            text,
            text.encode(errors="surrogatepass"),
            **fields,  # type: ignore[arg-type]
        )
        with self.db.write() as session:
            return inbox.store(session, inbound, self.clock(), wish)

    def handle(self) -> None:
        """The desk handles all that waits."""
        self.clock.advance(seconds=5)
        while desk.handle_next(self.db, "test", self.clock()):
            pass

    def say(self, text: str, sender: str = "+628120000001", **fields: object) -> list[str]:
        """Write and be answered: the texts queued in reply."""
        before = {row.id for row in self._outbound(sender)}
        self.write(text, sender, **fields)  # type: ignore[arg-type]
        self.handle()
        return [self._body(row.id) for row in self._outbound(sender) if row.id not in before]

    def deliver(self) -> int:
        """The delivery sends what is due."""
        return delivery.drain(self.db, self.service.adapters, "test", self.clock)

    def case(self, sender: str = "+628120000001") -> Case:
        """The newest case of a sender."""
        with self.db.read() as session:
            newest = select(Case.id).order_by(Case.received_at.desc())
            for case in (session.get_one(Case, case_id) for case_id in session.scalars(newest).all()):
                if _writer(session, case.conversation) == sender:
                    _ = case.handling_unit.code, case.subject_unit and case.subject_unit.code
                    session.expunge_all()
                    return case
        raise LookupError(sender)

    def _outbound(self, sender: str) -> list[Outbound]:
        with self.db.read() as session:
            rows = session.scalars(select(Outbound).order_by(Outbound.id))
            return [r for r in rows if _writer(session, r.conversation) == sender]

    def _body(self, outbound_id: int) -> str:
        with self.db.read() as session:
            return outbox.body(session, session.get_one(Outbound, outbound_id))


def _writer(session: Session, conversation: Conversation) -> str:
    """Who writes there; nobody any more where the address was erased."""
    try:
        return outbox.people.value(session, conversation.address)
    except Erased:
        return ""


def csrf(client: FlaskClient, path: str) -> str:
    """The CSRF token of a page."""
    import re

    page = client.get(path).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, f"no CSRF token on {path}"
    return found.group(1)


def furnish(database_url: str, home: Path) -> None:
    """Put the demo's units and staff, each with the password ``PASSWORD``, into a migrated database."""
    settings = Settings(home=home, database_url=database_url)
    create_keys(settings)
    database, _ = open_database(settings)
    with database.write() as session:
        root = units.ensure(session, units.ROOT_CODE, "Direktorat Jenderal Pemasyarakatan", "ditjen")
        kanwil = units.ensure(session, KANWIL, "Kantor Wilayah Ditjenpas Jawa Timur", "kanwil", root)
        rutan = units.ensure(session, FACILITY, "Rumah Tahanan Negara Kelas IIB Magetan", "upt", kanwil)
        codes = {KANWIL: kanwil, FACILITY: rutan}
        for name, role, unit, full_name, post in STAFF:
            staff.add(session, name, PASSWORD, [(role, codes[unit])], HIRED, full_name, post)
        session.add(Mark(name="demo", value="test"))
    database.close()


def make_office(settings: Settings, clock: Clock) -> Office:
    """A service with keys of its own on a furnished database."""
    create_keys(settings)
    return Office(open_service(settings, clock), clock, settings)
