"""The words that channels, bot and office share. No provider's field name appears here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["text", "media", "location", "contact", "button", "group", "unsupported"]

#: How far a message has come, best evidence last. ``failed`` ends it, ``uncertain`` waits for a receipt.
DeliveryState = Literal["accepted", "sent", "delivered", "read", "failed"]


@dataclass(frozen=True)
class Capabilities:
    """What a channel can do: characters a message, how many answers it shows as buttons or as a list, whether a
    question asked there is seen at once (``talks``), whether free text is allowed only within hours of the person's
    last message (``windowed``), whether texts travel in short messages that are billed and lost apart (``pieces``: the
    most of them that one text may need), and whether anything can be sent there at all (``wired``): where not,
    answers are printed and handed over.

    ``on_page``: nothing is sent; what we say stands on a page of ours until its owner looks. ``threads``: messages
    answer each other by their ids. ``words``: which of the wordings made for such places fit here, the closest first;
    see ``wording.variant``. ``wide``: rare characters count twice, as in UTF-16.
    """

    length: int
    buttons: int = 0
    lists: int = 0
    talks: bool = True
    wide: bool = False
    windowed: bool = False
    pieces: int = 0
    wired: bool = True
    on_page: bool = False
    words: tuple[str, ...] = ()
    threads: bool = False


_BY_HAND = Capabilities(length=20_000, talks=False, wired=False, words=("desk",))

CAPABILITIES: dict[str, Capabilities] = {
    "whatsapp": Capabilities(length=1500, buttons=3, lists=10, windowed=True),
    "sms": Capabilities(length=1500, pieces=6),
    "telegram": Capabilities(length=4096, buttons=3, wide=True),
    "simulator": Capabilities(length=20_000),
    "web": Capabilities(length=20_000, talks=False, on_page=True, words=("form", "page")),
    "chat": Capabilities(length=20_000, buttons=5, on_page=True, words=("page",)),
    "email": Capabilities(length=20_000, talks=False, threads=True),
    "desk": _BY_HAND,
    "telephone": _BY_HAND,
    "box": _BY_HAND,
    "social": _BY_HAND,
}
PLAIN = Capabilities(length=1500)

#: ``private``: holds who somebody is, or words that were said outside of the case; its recipient alone reads it.
Purpose = Literal["reply", "ack", "emergency", "official", "notice", "page", "report", "private"]


@dataclass(frozen=True)
class Media:
    """One file of an inbound message: its bytes, or the address where the provider keeps them.

    ``size`` is what the provider says, 0 where it does not.
    """

    name: str
    declared_type: str
    content: bytes | None = None
    url: str | None = None
    size: int = 0


@dataclass(frozen=True)
class Inbound:
    """One message as a person sent it, whatever the wire.

    ``sender`` is the provider's own id of the person and the key of the address; ``number`` is an
    attribute of it and may be missing (WhatsApp user names). ``raw`` is the event as received. ``reply_to`` is the
    provider's id of the message that this one quotes, ``place`` the name by which others will quote this one where that
    is not ``provider_id``; ``written_at`` where it is known to differ from the arrival.

    Where a channel has threads: ``thread`` names the one that this message begins, ``answers`` are the refs of
    messages of ours that it answers, which are secrets and put it into their thread; without them the sender alone
    proves nothing. ``digest`` tells the content from another one under the same id. ``ignored``: kept, never handled.
    """

    channel: str
    account: str
    provider_id: str
    sender: str
    text: str
    raw: bytes
    kind: Kind = "text"
    number: str | None = None
    display_name: str | None = None
    aliases: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    note: str = ""
    reply_to: str | None = None
    place: str = ""
    written_at: datetime | None = None
    thread: str = ""
    answers: tuple[str, ...] = ()
    digest: str = ""
    ignored: bool = False


#: The occasions for which a channel with a window keeps an approved wording of its own.
TEMPLATES = ("answer_ready", "question", "reminder", "safe_notice")


@dataclass(frozen=True)
class Enclosure:
    """One file of an outgoing message: its name, its type, its bytes."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Outgoing:
    """One message ready for the wire. ``ref`` is our own id; receipts, and answers in a thread, are matched by it.

    With a ``template`` the approved wording of that name goes out, filled with ``variables``, instead of the body.
    In a thread: ``follows`` are the provider's ids of what the person wrote, ``earlier`` the refs of what we wrote
    before, both oldest first; ``number`` is the case's. By mail: ``subject`` where it is about no case, and ``files``.
    """

    ref: str
    channel: str
    account: str
    recipient: str
    body: str
    purpose: Purpose
    locale: str
    window_open: bool = True
    choices: tuple[str, ...] = ()
    template: str = ""
    variables: tuple[str, ...] = ()
    number: str = ""
    follows: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    subject: str = ""
    files: tuple[Enclosure, ...] = ()


@dataclass(frozen=True)
class Sent:
    """What a provider answered to an accepted send."""

    provider_id: str
    state: DeliveryState = "accepted"


@dataclass(frozen=True)
class DeliveryReport:
    """A receipt: the message it speaks of, by our ``ref`` or else the provider's id; of a failure what it means.

    With ``channel`` and ``address`` it speaks of everything that goes there: nothing arrives any more (``failed``), or
    it does again.
    """

    state: DeliveryState
    ref: str | None = None
    provider_id: str | None = None
    code: str | None = None
    retryable: bool = False
    reason: str = ""
    ours: bool = False
    raw: bytes = b""
    at: datetime | None = field(default=None)
    channel: str | None = None
    address: str | None = None
