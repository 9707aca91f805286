"""A mailbox on an IMAP server: looked into by UID, waited for by IDLE, never by what is unread.

A mail is stored first and flagged or moved after; where the connection breaks in between it comes again and is known by
its id. What cannot be handled goes to a folder of its own beside being set aside in the office.
"""

from __future__ import annotations

import hashlib
import imaplib
import logging
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from channels import mail_tls
from channels.base import Post, SendError
from channels.mail_inbound import Sorted
from channels.mail_servers import Server
from workflow.inbox import NotDurable

log = logging.getLogger("aduan.mail")

DEAD_LETTERS = "Aduan-Dead-Letter"
#: At the first look into a folder older mails are left alone: they were answered by somebody, or never will be.
FIRST_LOOK = timedelta(days=14)
#: A larger mail is kept by its head alone, and set aside.
SIZE_LIMIT = 40 * 1024 * 1024

_PAUSES = (2.0, 5.0, 15.0, 30.0)
#: A broken line is nothing to call people for; a line that stays broken is.
_ALARM = 300.0
_GIVE_UP = 3
#: What the library raises on answers that it cannot read.
_UNREADABLE = (ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError)


class Mailbox:
    """The folders of one mailbox. ``wait``: seconds between two looks into all of them; ``beat``: between two
    questions whether to go on."""

    def __init__(
        self,
        server: Server,
        read: Callable[[bytes], Sorted],
        *,
        timeout: float = 12.0,
        wait: float = 60.0,
        beat: float = 5.0,
    ) -> None:
        self._server, self._read = server, read
        self._timeout, self._wait, self._beat = timeout, wait, beat
        self._failing: float | None = None
        self._stuck: dict[tuple[str, int], int] = {}
        #: folder -> the UID that the next mail was going to get when the round began
        self._ahead: dict[str, object] = {}

    def check(self) -> None:
        """Log in, and open every folder. Raises SendError."""
        with self._connected() as client:
            for folder in self._server.folders:
                self._open(client, folder)

    def poll(self, post: Post) -> None:
        failures = 0
        while post.goes_on():
            try:
                with self._connected() as client:
                    while post.goes_on():
                        self._round(client, post)
                        failures, self._failing = 0, None
                        post.well()
                        self._await(client, post)
            except SendError as error:
                self._trouble(post, error)
            except NotDurable:
                log.critical("mail could not be made durable: it stays in the mailbox")
                post.trouble("not_durable")
            post.pause(_PAUSES[min(failures, len(_PAUSES) - 1)])
            failures += 1

    def _trouble(self, post: Post, error: SendError) -> None:
        """Our own mistake is told at once, a broken line once it stays broken."""
        now = time.monotonic()
        self._failing = self._failing or now
        log.warning("mailbox cannot be read: code=%s", error.code)
        if error.ours or now - self._failing >= _ALARM:
            post.trouble(error.code)

    # -- the connection ----------------------------------------------------------------------------

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """A connection that is logged in. Whatever breaks it comes out as SendError."""
        from imapclient.exceptions import LoginError

        client = None
        try:
            client = self._login()
            yield client
        except LoginError:
            raise SendError("auth", retryable=False, ours=True) from None
        except TimeoutError:
            raise SendError("timeout", retryable=True) from None
        except ssl.SSLError as error:
            raise mail_tls.refusal(error) from None
        except (OSError, imaplib.IMAP4.error):
            raise SendError("network", retryable=True) from None
        except _UNREADABLE:
            log.exception("the mail server's answer cannot be read")
            raise SendError("provider", retryable=True) from None
        finally:
            if client is not None:
                _leave(client)

    def _login(self) -> Any:
        from imapclient import IMAPClient

        server, context = self._server, mail_tls.context(self._server.ca_file)
        secure = server.security == "tls"
        client = IMAPClient(
            server.host, server.port, ssl=secure, ssl_context=context if secure else None, timeout=self._timeout
        )
        with ExitStack() as otherwise:
            otherwise.callback(_hang_up, client)
            if server.security == "starttls":
                _encrypt(client, context)
            client.login(server.user, server.password)
            otherwise.pop_all()
        return client

    def _open(self, client: Any, folder: str) -> dict[bytes, Any]:
        try:
            opened: dict[bytes, Any] = client.select_folder(folder)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            raise SendError("folder", retryable=True, ours=True, reason="sender") from None
        return opened

    # -- a round -----------------------------------------------------------------------------------

    def _round(self, client: Any, post: Post) -> None:
        for folder in self._server.folders:
            opened = self._open(client, folder)
            validity, self._ahead[folder] = int(opened[b"UIDVALIDITY"]), opened.get(b"UIDNEXT")
            for uid in self._new(client, post, folder, validity):
                if not post.goes_on():
                    return
                if self._take(client, post, folder, uid):
                    post.remember(_key(folder), f"{validity}:{uid}")

    def _new(self, client: Any, post: Post, folder: str, validity: int) -> list[int]:
        """UIDs that were not seen: after the last one, or, where the server counts anew, of the last days."""
        known, _, last = post.recall(_key(folder)).partition(":")
        if known == str(validity):
            return sorted(uid for uid in client.search(["UID", f"{int(last) + 1}:*"]) if uid > int(last))
        if known:
            log.warning("the mail server counts anew: what is known is told apart by its id")
        # What there was is asked first: a mail that comes in between the two questions is new, not old.
        everything = client.search(["ALL"])
        found = sorted(client.search(["SINCE", (datetime.now(UTC) - FIRST_LOOK).date()]))
        if everything and not found:
            post.remember(_key(folder), f"{validity}:{max(everything)}")
        return found

    def _take(self, client: Any, post: Post, folder: str, uid: int) -> bool:
        """Store one mail; True once it is behind us."""
        try:
            raw, whole = _fetch(client, uid)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            return self._give_up(post, folder, uid)
        if raw is None:
            return True  # somebody deleted it meanwhile
        found = self._read(raw)
        dead = found.outcome == "dead_letter" or not whole
        try:
            stored = post.take(found.inbound, dead_letter=dead)
        except NotDurable:
            # Is it this mail, or the database? Its bytes alone can be kept in any case.
            stored, dead = post.take(_bare(found), dead_letter=True), True
        for report in found.reports:
            post.report(report)
        if dead:
            log.error("mail set aside: message=%d reason=%s", stored.message_id, found.reason or "too_large")
        _put_away(client, uid, dead=dead)
        return True

    def _give_up(self, post: Post, folder: str, uid: int) -> bool:
        """A mail that the server itself cannot give out does not hold up all that follow; people are told of it."""
        tries = self._stuck[folder, uid] = self._stuck.get((folder, uid), 0) + 1
        if tries < _GIVE_UP:
            raise SendError("fetch", retryable=True, reason="provider")
        nobodys = self._read(f"X-Aduan-Unfetched: {_key(folder)}:{uid}\r\n\r\n".encode())
        stored = post.take(nobodys.inbound, dead_letter=True)
        log.critical("a mail cannot be fetched and stays in the mailbox: uid=%d message=%d", uid, stored.message_id)
        return True

    def _await(self, client: Any, post: Post) -> None:
        """Until something happens in the first folder, or it is time to look into all of them."""
        until = time.monotonic() + self._wait
        if not client.has_capability("IDLE"):
            post.pause(min(self._wait, 25.0))
            return
        first = self._server.folders[0]
        if self._open(client, first).get(b"UIDNEXT") != self._ahead.get(first):
            return  # what came in since the round began is not announced
        client.idle()
        try:
            while (left := until - time.monotonic()) > 0:
                if client.idle_check(timeout=min(self._beat, left)) or not post.goes_on():
                    break
        finally:
            client.idle_done()


def _encrypt(client: Any, context: ssl.SSLContext) -> None:
    from imapclient.exceptions import CapabilityError

    try:
        client.starttls(context)
    except CapabilityError:
        raise SendError("tls_missing", retryable=True, ours=True, reason="tls") from None


def _leave(client: Any) -> None:
    try:
        client.logout()
    except (OSError, imaplib.IMAP4.error, *_UNREADABLE):
        _hang_up(client)


def _hang_up(client: Any) -> None:
    with suppress(OSError):
        client.shutdown()


def _key(folder: str) -> str:
    return f"at:{hashlib.sha256(folder.encode()).hexdigest()[:12]}"


def _fetch(client: Any, uid: int) -> tuple[bytes | None, bool]:
    """The bytes of a mail, or of its head where it is too large; None where it is gone."""
    size = client.fetch([uid], [b"RFC822.SIZE"]).get(uid, {}).get(b"RFC822.SIZE")
    if size is None:
        return None, True
    part, whole = (b"BODY[]", True) if size <= SIZE_LIMIT else (b"BODY[HEADER]", False)
    content = client.fetch([uid], [part.replace(b"BODY[", b"BODY.PEEK[")]).get(uid, {}).get(part)
    return content, whole


def _bare(found: Sorted) -> Any:
    """The mail's bytes, without anything that was read from them."""
    plain = replace(found.inbound, text="", media=(), note="", answers=(), display_name=None, kind="unsupported")
    return replace(plain, sender=f"unreadable:{found.mail.digest}", provider_id=f"bare:{found.mail.digest}")


def _put_away(client: Any, uid: int, *, dead: bool) -> None:
    """Flag what is stored, or move it aside. It is safe already: a server that refuses changes nothing."""
    try:
        client.add_flags([uid], [b"\\Seen"], silent=True)
        if not dead:
            return
        if not client.folder_exists(DEAD_LETTERS):
            client.create_folder(DEAD_LETTERS)
        if client.has_capability("MOVE"):
            client.move([uid], DEAD_LETTERS)
        else:
            client.copy([uid], DEAD_LETTERS)
            client.delete_messages([uid], silent=True)
            client.expunge([uid]) if client.has_capability("UIDPLUS") else client.expunge()
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        log.warning("a stored mail could not be put away: uid=%d", uid)
