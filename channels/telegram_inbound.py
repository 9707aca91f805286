"""How the messages of a person look in an update of the Telegram Bot API.

https://core.telegram.org/bots/api#update. Read from the JSON itself: the library's own reader refuses a whole update
for one field that an older server leaves out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from channels.base import BadPayload, content_id, extension, stable_id, tidy
from workflow.messages import DeliveryReport, Inbound, Kind, Media

FILE_PREFIX = "telegram-file:"
EDITED = "✏️ "

#: Updates that are words of a person, or of a group, to us; the first one that is there counts.
_MESSAGES = ("message", "edited_message", "callback_query", "channel_post", "edited_channel_post", "my_chat_member")
#: Updates that are none. What is in neither list becomes ``unsupported``.
_NOT_MESSAGES = frozenset(
    (
        "business_connection", "business_message", "edited_business_message", "deleted_business_messages",
        "message_reaction", "message_reaction_count", "inline_query", "chosen_inline_result", "shipping_query",
        "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "chat_member", "chat_join_request",
        "chat_boost", "removed_chat_boost",
    )
)  # fmt: skip
#: Messages that Telegram writes itself, where a person said nothing.
_SERVICE = frozenset(
    (
        "pinned_message", "message_auto_delete_timer_changed", "chat_background_set", "write_access_allowed",
        "migrate_to_chat_id", "migrate_from_chat_id", "left_chat_member", "forum_topic_created",
        "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
    )
)  # fmt: skip
_PRESENT = ("member", "administrator", "creator", "restricted")

#: An animation also comes as a document, so it is looked for first.
_FILES = {
    "photo": ".jpg",
    "animation": ".mp4",
    "document": "",
    "voice": ".ogg",
    "audio": ".mp3",
    "video": ".mp4",
    "video_note": ".mp4",
    "sticker": ".webp",
}

#: Telegram's commands: ``/start <link>``, ``/status KODE``, ``/tidak_puas@bot``.
_COMMAND = re.compile(r"\A/([a-z]\w{0,31})(?:@\w+)?(?!\S)((?s:.*))\Z", re.A)

Object = dict[str, Any]


def read(update: Object, raw: bytes, *, account: str) -> Sequence[Inbound]:
    """The message of an update, none where the update is no message, BadPayload where nobody has sent it."""
    name = _name(update)
    event = update.get(name)
    if name in _NOT_MESSAGES:
        return []
    if not isinstance(event, dict):
        raise BadPayload("no message")
    place = _object(_object(event, "message") if name == "callback_query" else event, "chat")
    if _string(place, "type") in ("group", "supergroup", "channel"):
        return _from_group(event, place, account)
    if name == "my_chat_member" or _says_nothing(event, edited=name.startswith("edited_")):
        return []
    identifier = _number(update, "update_id")
    provider_id = stable_id(identifier) if identifier else content_id(raw)
    if name == "callback_query":
        return [_pressed(event, raw, account, provider_id)]
    if name in _MESSAGES:
        return [_written(event, raw, account, provider_id, edited=name.startswith("edited_"))]
    return [_inbound(event, raw, account, provider_id, kind="unsupported", note=tidy(name)[:64])]


def reports(update: Object, raw: bytes) -> Sequence[DeliveryReport]:
    """What an update proves beside its words: a pressed button, or a quotation, that a message of ours was read; and
    whether somebody has shut the bot out, or let it in again."""
    name = _name(update)
    event = _object(update, name)
    if name == "my_chat_member":
        return _membership(event, raw)
    quoted = message_id(_object(event, "message" if name == "callback_query" else "reply_to_message"))
    return [DeliveryReport("read", provider_id=quoted, raw=raw)] if quoted else []


def _membership(event: Object, raw: bytes) -> Sequence[DeliveryReport]:
    address, status = _number(_object(event, "chat"), "id"), _string(_object(event, "new_chat_member"), "status")
    if not address or not status:
        return []
    if status in _PRESENT:
        return [DeliveryReport("accepted", raw=raw, channel="telegram", address=address)]
    return [DeliveryReport("failed", code="blocked", raw=raw, channel="telegram", address=address)]


def message_id(message: Object) -> str:
    """Where a message stands: ``<chat>:<number in that chat>``. Empty if incomplete."""
    chat, number = _number(_object(message, "chat"), "id"), _number(message, "message_id")
    return f"{chat}:{number}" if chat and number else ""


def query_id(inbound: Inbound) -> str:
    """The id under which Telegram waits for a word on a pressed button; empty for anything else."""
    if inbound.kind != "button":
        return ""
    return _string(_object(json.loads(inbound.raw), "callback_query"), "id")


def _name(update: Object) -> str:
    known = (name for name in _MESSAGES if isinstance(update.get(name), dict))
    return next(known, "") or next((key for key in update if key != "update_id"), "")


def _says_nothing(message: Object, *, edited: bool) -> bool:
    """Telegram's own notes, and a live location that moves on: its first point is what was told."""
    moves = edited and "live_period" in _object(message, "location")
    return moves or not (_SERVICE.isdisjoint(message) or _text(message) or _media(message))


def _from_group(event: Object, chat: Object, account: str) -> Sequence[Inbound]:
    """A complaint is not heard where others read along: of a group nothing but its id is kept, and that once.

    All its messages have one id, so that the second one, and every later one, ends as a repeat.
    """
    number = _number(chat, "id")
    status = _string(_object(event, "new_chat_member"), "status")
    if not number or (status and status not in _PRESENT) or not _SERVICE.isdisjoint(event):
        return []
    topic = _number(event, "message_thread_id") if event.get("is_topic_message") is True else ""
    return [
        Inbound(
            channel="telegram",
            account=account,
            provider_id=f"group:{number}",
            sender=f"{number}/{topic}" if topic else number,
            text="",
            raw=json.dumps({"chat": {"id": int(number)}}).encode(),
            kind="group",
            note="group",
        )
    ]


def _written(message: Object, raw: bytes, account: str, provider_id: str, *, edited: bool) -> Inbound:
    media = _media(message)
    text = _text(message)
    notes = [note for note in ("edited" if edited else "", *_notes(message)) if note]
    return _inbound(
        message,
        raw,
        account,
        provider_id,
        kind=_kind(message, text, media),
        text=EDITED + text if edited and text else text,
        number=_own_number(message),
        media=media,
        note="; ".join(notes),
        reply_to=message_id(_object(message, "reply_to_message")) or None,
        place=message_id(message),
    )


def _pressed(query: Object, raw: bytes, account: str, provider_id: str) -> Inbound:
    """A button below one of our messages: the label as text, since that is what the person saw."""
    data = _string(query, "data")
    text = _label(_object(query, "message"), data) or data
    note = f"button={data}" if data else ""
    ours = message_id(_object(query, "message")) or None
    kind: Kind = "button" if data else "unsupported"
    return _inbound(query, raw, account, provider_id, kind=kind, text=text, note=note, reply_to=ours)


def _inbound(
    event: Object,
    raw: bytes,
    account: str,
    provider_id: str,
    *,
    kind: Kind,
    text: str = "",
    number: str | None = None,
    media: tuple[Media, ...] = (),
    note: str = "",
    reply_to: str | None = None,
    place: str = "",
) -> Inbound:
    person = _object(event, "from") or _object(event, "user")
    sender = _number(person, "id") or _number(_object(event, "chat"), "id")
    if not sender:
        raise BadPayload("no sender")
    name = " ".join(part for part in (_string(person, "first_name"), _string(person, "last_name")) if part)
    return Inbound(
        channel="telegram",
        account=account,
        provider_id=provider_id,
        sender=sender,
        text=text,
        raw=raw,
        kind=kind,
        number=number,
        display_name=name or None,
        media=media,
        note=note,
        reply_to=reply_to,
        place=place,
    )


def _kind(message: Object, text: str, media: tuple[Media, ...]) -> Kind:
    if _point(message):
        return "location"
    if _object(message, "contact") and text:
        return "contact"
    if media:
        return "media"
    return "text" if _string(message, "text") else "unsupported"


def _text(message: Object) -> str:
    written = _string(message, "text") or _string(message, "caption")
    written = _COMMAND.sub(_spoken, written, count=1)
    return written or _place(message) or _card(_object(message, "contact"))


def _spoken(command: re.Match[str]) -> str:
    """``/tidak_puas@bot`` is what a menu writes for "tidak puas"; behind ``/start`` stands the link that led here."""
    return "/start" if command[1] == "start" else command[1].replace("_", " ") + command[2]


def _point(message: Object) -> str:
    location = _object(message, "location") or _object(_object(message, "venue"), "location")
    latitude, longitude = location.get("latitude"), location.get("longitude")
    if isinstance(latitude, int | float) and isinstance(longitude, int | float):
        return f"{latitude},{longitude}"
    return ""


def _place(message: Object) -> str:
    venue = _object(message, "venue")
    point = _point(message)
    parts = (_string(venue, "title"), _string(venue, "address"), point)
    return "📍 " + ", ".join(part for part in parts if part) if point else ""


def _card(contact: Object) -> str:
    names = " ".join(part for part in (_string(contact, "first_name"), _string(contact, "last_name")) if part)
    known = ", ".join(part for part in (names, _string(contact, "phone_number")) if part)
    return f"👤 {known}" if known else ""


def _own_number(message: Object) -> str | None:
    """Telegram itself vouches for a number that belongs to the account which shares it."""
    contact = _object(message, "contact")
    digits = _string(contact, "phone_number").removeprefix("+")
    owner = _number(contact, "user_id")
    own = owner and owner == _number(_object(message, "from"), "id")
    return f"+{digits}" if own and digits.isascii() and digits.isdigit() else None


def _media(message: Object) -> tuple[Media, ...]:
    for key, usual in _FILES.items():
        found = _largest(message.get(key)) if key == "photo" else _object(message, key)
        file_id = _string(found, "file_id")
        if file_id:
            declared = _string(found, "mime_type") or ("image/jpeg" if key == "photo" else "")
            name = _string(found, "file_name") or key + (extension(declared) or usual)
            size = int(_number(found, "file_size") or 0)
            return (Media(name=name, declared_type=declared, url=FILE_PREFIX + file_id, size=size),)
    return ()


def _largest(sizes: object) -> Object:
    """A photo comes in several sizes, usually the largest last."""
    known = [size for size in sizes if isinstance(size, dict)] if isinstance(sizes, list) else []
    return max(known, key=_pixels, default={})


def _pixels(size: Object) -> int:
    width, height = size.get("width"), size.get("height")
    return width * height if isinstance(width, int) and isinstance(height, int) else 0


def _notes(message: Object) -> list[str]:
    """``reply_to=<message id>``, ``album=<id>``, ``forwarded``."""
    quoted = _number(_object(message, "reply_to_message"), "message_id")
    album = _string(message, "media_group_id")
    return [
        f"reply_to={quoted}" if quoted else "",
        f"album={album}" if album else "",
        "forwarded" if _object(message, "forward_origin") else "",
    ]


def _label(message: Object, data: str) -> str:
    rows = _object(message, "reply_markup").get("inline_keyboard")
    buttons = (button for row in rows if isinstance(row, list) for button in row) if isinstance(rows, list) else ()
    pressed = (b for b in buttons if isinstance(b, dict) and data and _string(b, "callback_data") == data)
    return next((_string(button, "text") for button in pressed), "")


def _object(event: Object, name: str) -> Object:
    value = event.get(name)
    return value if isinstance(value, dict) else {}


def _string(event: Object, name: str) -> str:
    value = event.get(name)
    return tidy(value) if isinstance(value, str) else ""


def _number(event: Object, name: str) -> str:
    value = event.get(name)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else ""
