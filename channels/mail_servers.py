"""The addresses of mail servers and mailboxes, as settings give them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

#: scheme -> (port, how the connection is secured)
_IMAP = {"imap": (143, "plain"), "imaps": (993, "tls"), "imap+starttls": (143, "starttls")}
_SMTP = {"smtp": (25, "plain"), "smtps": (465, "tls"), "smtp+starttls": (587, "starttls")}
_MAILBOX = re.compile(r"\s*(?:(?P<name>[^<>\r\n]{0,100}?)\s*<)?(?P<address>[^\s<>@\"(),:;\\]{1,64}@[\w.-]{1,200})>?\s*")


@dataclass(frozen=True)
class Server:
    """Where a server is and who we are there. ``security``: plain, tls, starttls. ``folders`` of IMAP; ``ca_file``
    holds certificates that are trusted beside the machine's own."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = ""
    folders: tuple[str, ...] = ()
    ca_file: str | None = None


def imap(url: str, ca_file: str | None = None) -> Server:
    """``imaps://user:password@host/INBOX,Junk``; raises ValueError with a sentence."""
    server = _server(url, _IMAP, "imap://, imaps:// or imap+starttls://")
    if not server.user or not server.password:
        raise ValueError("must name user and password: imaps://user:password@host/INBOX")
    folders = [unquote(name).strip() for name in urlsplit(url).path.lstrip("/").split(",")]
    return Server(
        server.host, server.port, server.security, server.user, server.password,
        tuple(dict.fromkeys(filter(None, folders))) or ("INBOX",), ca_file,
    )  # fmt: skip


def smtp(url: str, ca_file: str | None = None) -> Server:
    """``smtps://user:password@host``; raises ValueError with a sentence."""
    server = _server(url, _SMTP, "smtp://, smtps:// or smtp+starttls://")
    if bool(server.user) != bool(server.password):
        raise ValueError("must name both user and password, or neither")
    return replace(server, ca_file=ca_file)


def _server(url: str, schemes: dict[str, tuple[int, str]], expected: str) -> Server:
    parts = urlsplit(url)
    if parts.scheme not in schemes:
        raise ValueError(f"must begin with {expected}")
    if not parts.hostname:
        raise ValueError("must name a host")
    usual, security = schemes[parts.scheme]
    try:
        port = parts.port or usual
    except ValueError:
        raise ValueError("must name a port between 1 and 65535") from None
    return Server(parts.hostname, port, security, unquote(parts.username or ""), unquote(parts.password or ""))


def mailbox(value: str) -> tuple[str, str]:
    """(name, address) of ``Layanan Pengaduan <aduan@rutan.example>`` or of the address alone; empty for neither."""
    found = _MAILBOX.fullmatch(value)
    if found is None or value.count("<") != value.count(">"):
        return "", ""
    return (found["name"] or "").strip().strip('"'), found["address"].lower()
