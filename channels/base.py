"""What every adapter offers, and the shapes that cross the wire."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from workflow.inbox import Stored
from workflow.messages import DeliveryReport, Inbound, Media, Outgoing, Sent

#: The largest attachment that is fetched unless the caller says otherwise; Telegram hands out no more than this.
MEDIA_LIMIT = 20 * 1024 * 1024

#: Seconds; a provider that asks for more is asked again the next day.
_LONGEST_WAIT = 86_400.0

#: What families send. Python's own table changes with the machine's.
_EXTENSIONS = {
    "application/msword": ".doc",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/zip": ".zip",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "text/plain": ".txt",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "video/3gpp": ".3gp",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
}

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_PLAIN_ID = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True)
class WireRequest:
    """An HTTP request as an adapter needs it. ``url`` is the public address with its query."""

    url: str
    headers: dict[str, str]
    form: tuple[tuple[str, str], ...]
    body: bytes
    query: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> str:
        """The header's value in any spelling of its name; empty where it is missing."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), "")


@dataclass(frozen=True)
class Fault:
    """What a provider's error code means for us.

    ``reason`` is one of our words. About the person: ``window`` (WhatsApp's 24 hours are over), ``address`` (nobody
    there), ``blocked``, ``opted_out`` (wants no more). About the way: ``rate``, ``carrier``, ``timeout``, ``network``,
    ``provider`` (its own failure). About us: ``auth``, ``tls`` (the server does not prove who it is), ``sender``,
    ``sandbox``, ``api_base``, ``too_long``, ``empty``, ``template``, ``policy``. ``media`` is an attachment's,
    ``other`` the rest.
    """

    reason: str
    retryable: bool = False
    ours: bool = False


class SendError(Exception):
    """A send (or a fetch) that the provider refused or that never reached it.

    ``code`` is the provider's own code or a short word of ours (``timeout``, ``network``), ``reason`` the same in our
    words (see Fault); ``retryable`` says whether the same message may succeed later; ``ours`` that the fault is our
    configuration, so that staff are told rather than the complainant blamed; ``reached`` that the
    provider may have taken the message, so that a repeat could double it. ``retry_after`` in seconds.
    """

    def __init__(
        self,
        code: str,
        *,
        retryable: bool,
        ours: bool = False,
        reached: bool = False,
        retry_after: float | None = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.retryable = retryable
        self.ours = ours
        self.reached = reached
        self.retry_after = None if retry_after is None else min(max(retry_after, 0.0), _LONGEST_WAIT)
        self.reason = reason or code


class BadPayload(Exception):
    """A verified request that cannot be read. The caller keeps the raw bytes and answers 2xx."""


class Adapter(Protocol):
    """One wire protocol. An adapter never touches the database and may be called from any thread."""

    name: str
    #: channel -> our own address on it, for example ``{"whatsapp": "whatsapp:+628…"}``
    accounts: dict[str, str]

    def verify(self, request: WireRequest) -> bool:
        """Whether the request really comes from the provider; False for anything else, never an exception."""
        ...

    def parse(self, request: WireRequest) -> Sequence[Inbound]:
        """Every message of the request; unknown kinds as ``unsupported``, never an exception but BadPayload."""
        ...

    def parse_report(self, request: WireRequest) -> Sequence[DeliveryReport]:
        """Every delivery receipt of the request; never an exception but BadPayload."""
        ...

    def explain(self, code: str | None) -> Fault:
        """What a code in one of this provider's receipts means."""
        ...

    def send(self, outgoing: Outgoing) -> Sent:
        """Hand one message to the provider; bounded in time; raises SendError."""
        ...

    def fetch(self, media: Media, *, limit: int = MEDIA_LIMIT) -> bytes:
        """The bytes of an attachment; bounded in time and size; raises SendError. Never called inside a request."""
        ...

    def close(self) -> None:
        """Release threads and sockets; the adapter is not used again."""
        ...


class Post(Protocol):
    """The office, as a poller sees it: it takes what comes, and knows whether to go on.

    Everything here returns after its commit. What cannot be made durable raises ``workflow.inbox.NotDurable``: it
    was not taken, and must not be confirmed to the provider.
    """

    #: Set as soon as the program stops: for waits of one's own.
    stopping: threading.Event

    def goes_on(self) -> bool:
        """Whether to poll once more; False on stopping, or once another process polls. Asked at least every 30 s."""
        ...

    def pause(self, seconds: float) -> None:
        """Wait, but not longer than until the program stops."""
        ...

    def take(self, inbound: Inbound, *, dead_letter: bool = False) -> Stored:
        """Store a message; ``dead_letter`` sets one aside that nobody can read, where staff see it."""
        ...

    def report(self, receipt: DeliveryReport) -> bool:
        """Take a delivery receipt; False where it speaks of nothing of ours."""
        ...

    def recall(self, name: str) -> str:
        """What was remembered under this name (up to 20 characters); empty if nothing."""
        ...

    def remember(self, name: str, value: str) -> None:
        """Keep a position in the provider's stream over restarts."""
        ...

    def well(self) -> None:
        """A round went well: the heartbeat, and the recovery notice after a trouble."""
        ...

    def trouble(self, code: str) -> None:
        """A round did not: an alarm that names the code, once until it changes or is over."""
        ...


@runtime_checkable
class Poller(Protocol):
    """An adapter that goes and looks for messages itself. It runs in a thread of its own, in one process at a time."""

    name: str

    def poll(self, post: Post) -> None:
        """Take in what there is, round by round, ``while post.goes_on()``; provider failures never escape."""
        ...


@runtime_checkable
class Several(Protocol):
    """An adapter that may have several addresses of ours on one channel; ``accounts`` names the usual one."""

    senders: dict[str, tuple[str, ...]]


@runtime_checkable
class Acknowledging(Protocol):
    """An adapter whose provider wants to hear soon that a message was taken, beside the answer to its request."""

    def acknowledge(self, inbounds: Sequence[Inbound]) -> None:
        """These are stored. Never waits, never raises."""
        ...


@dataclass(frozen=True)
class Check:
    """One line of ``aduan doctor`` about a provider's side of the settings."""

    level: Literal["ok", "note", "wrong"]
    sentence: str


@runtime_checkable
class Examined(Protocol):
    """An adapter that can ask its provider whether the settings fit."""

    def examine(self) -> Sequence[Check]:
        """Asks, bounded in time; never raises, changes nothing."""
        ...


@runtime_checkable
class Witness(Protocol):
    """An adapter whose provider can be asked what became of a message."""

    def fate(self, outgoing: Outgoing, provider_id: str | None, since: datetime) -> DeliveryReport | None:
        """A receipt for the message, None where the provider knows nothing of it; raises SendError."""
        ...


def tidy(value: str) -> str:
    """The text without what PostgreSQL refuses, at the same length: offsets into it stay true."""
    return _LONE_SURROGATE.sub("\ufffd", value).replace("\0", "␀")


def extension(declared_type: str) -> str:
    """The ending of a file name for a type, with its dot; empty where the type is unusual."""
    return _EXTENSIONS.get(declared_type.partition(";")[0].strip().lower(), "")


def stable_id(value: str) -> str:
    """A provider's id as it is, or its hash where it would not fit an indexed column."""
    return value if _PLAIN_ID.fullmatch(value) else content_id(value.encode("utf-8", "surrogatepass"))


def content_id(raw: bytes) -> str:
    """The id of an event whose provider gave none: the same event again has the same."""
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def unreadable(channel: str, account: str, raw: bytes) -> Inbound:
    """A genuine event that nobody can read: kept as it is, set aside where staff see it, never answered."""
    digest = hashlib.sha256(raw).hexdigest()
    return Inbound(channel, account, digest, f"unreadable:{digest}", "", raw, kind="unsupported")
