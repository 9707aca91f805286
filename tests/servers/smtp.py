"""A real SMTP server that does to each recipient what it was told."""

from __future__ import annotations

import asyncio
import email
import ssl
from collections import defaultdict
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import quote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True)
class Taken:
    """One mail that the server took."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def message(self) -> Message:
        return email.message_from_bytes(self.raw)

    def part(self, kind: str) -> str:
        for part in self.message.walk():
            if part.get_content_type() == kind:
                return part.get_payload(decode=True).decode()  # type: ignore[union-attr]
        raise LookupError(kind)


class SmtpServer:
    """``plan(recipient, fault)``: an answer (``550 5.1.1 unknown``), or ``drop``, ``hang`` and ``data …`` for the answer to
    the content; ``times`` limits it. ``login`` is the only user and password that are let in. ``tls`` encrypts at once,
    ``starttls`` when asked to."""

    def __init__(
        self,
        login: tuple[str, str] | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
    ) -> None:
        self.taken: list[Taken] = []
        #: Every user and password that was shown to us, with whether the line was encrypted.
        self.shown: list[tuple[str, str, bool]] = []
        self._plans: dict[str, list[str]] = defaultdict(list)
        self._always: dict[str, str] = {}
        self._login = login
        options: dict[str, Any] = {"authenticator": self._check, "auth_require_tls": False} if login else {}
        if login:
            options["auth_required"] = True
        if starttls:
            options["tls_context"] = starttls
        self._scheme = "smtps" if tls else "smtp+starttls" if starttls else "smtp"
        self._controller = Controller(self, hostname="127.0.0.1", port=0, ready_timeout=20, ssl_context=tls, **options)
        self._controller.port = _free_port()
        self._controller.start()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._controller.port}"

    @property
    def open_url(self) -> str:
        """The address with the user and the password that are let in."""
        user, password = (quote(part, safe="") for part in self._login or ("", ""))
        return self.url.replace("//", f"//{user}:{password}@")

    def plan(self, recipient: str, fault: str, times: int | None = None) -> None:
        if times is None:
            self._always[recipient] = fault
        else:
            self._plans[recipient] += [fault] * times

    def stop(self) -> None:
        self._controller.stop()

    def _check(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        encrypted = server.transport.get_extra_info("ssl_object") is not None
        self.shown.append((data.login.decode(), data.password.decode(), encrypted))
        known = (data.login.decode(), data.password.decode()) == self._login
        return AuthResult(success=known, handled=known)

    def _fault(self, recipient: str) -> str:
        return self._plans[recipient].pop(0) if self._plans[recipient] else self._always.get(recipient, "")

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._fault("MAIL") or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self._fault(address)
        if fault and not fault.startswith(("data", "drop", "hang")):
            return fault
        envelope.rcpt_tos.append(address)
        session.fault = fault  # type: ignore[attr-defined]
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        fault = getattr(session, "fault", "")
        if fault.startswith("data"):
            return str(fault.removeprefix("data "))
        content = envelope.content
        self.taken.append(Taken(envelope.mail_from or "", envelope.rcpt_tos[0], bytes(content or b"")))  # type: ignore[arg-type]
        if fault == "hang":
            await asyncio.sleep(3)
        if fault == "drop":
            server.transport.close()
        return "250 taken"


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
