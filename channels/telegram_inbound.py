"""How the messages of a person look in an update of the Telegram Bot API.

https://core.telegram.org/bots/api#update. Read from the JSON itself: the library's own reader refuses a whole update
for one field that an older server leaves out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from channels.base import BadPayload, content_id, extension, stable_id, tidy
from workflow.messages import Inbound, Kind, Media

FILE_PREFIX = "telegram-file:"
EDITED = "✏️ "

#: Updates that are not words of a person to us. What is neither here nor below becomes ``unsupported``.
_NOT_MESSAGES = frozenset(
    (
        "channel_post", "edited_channel_post", "business_connection", "business_message", "edited_business_message",
        "deleted_business_messages", "message_reaction", "message_reaction_count", "inline_query",
        "chosen_inline_result", "shipping_query", "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer",
        "my_chat_member", "chat_member", "chat_join_request", "chat_boost", "removed_chat_boost",
    )
)  # fmt: skip

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

Object = dict[str, Any]


def read(update: Object, raw: bytes, *, account: str) -> Sequence[Inbound]:
    """The message of an update, none where the update is no message, BadPayload where nobody has sent it."""
    name = next((key for key in update if key != "update_id"), "")
    event = update.get(name)
    if name in _NOT_MESSAGES:
        return []
    if not isinstance(event, dict):
        raise BadPayload("no message")
    identifier = _number(update, "update_id")
    provider_id = stable_id(identifier) if identifier else content_id(raw)
    if name == "callback_query":
        return [_pressed(event, raw, account, provider_id)]
    if name in ("message", "edited_message"):
        return [_written(event, raw, account, provider_id, edited=name == "edited_message")]
    return [_inbound(event, raw, account, provider_id, kind="unsupported", note=tidy(name)[:64])]


def _written(message: Object, raw: bytes, account: str, provider_id: str, *, edited: bool) -> Inbound:
    media = _media(message)
    text = _text(message)
    kind = _kind(message, text, media)
    notes = [note for note in ("edited" if edited else "", *_notes(message)) if note]
    if _is_group(message):
        kind, media = "unsupported", ()
        notes.append("group")
    return _inbound(
        message,
        raw,
        account,
        provider_id,
        kind=kind,
        text=EDITED + text if edited and text else text,
        number=_own_number(message),
        media=media,
        note="; ".join(notes),
    )


def _pressed(query: Object, raw: bytes, account: str, provider_id: str) -> Inbound:
    """A button below one of our messages: the label as text, since that is what the person saw."""
    message = _object(query, "message")
    data = _string(query, "data")
    kind: Kind = "button" if data and not _is_group(message) else "unsupported"
    note = "group" if _is_group(message) else f"button={data}" if data else ""
    text = _label(message, data) or data
    return _inbound(query, raw, account, provider_id, kind=kind, text=text, note=note)


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
    return written or _place(message) or _card(_object(message, "contact"))


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
            return (Media(name=name, declared_type=declared, url=FILE_PREFIX + file_id),)
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


def _is_group(message: Object) -> bool:
    """A complaint is not heard where others read along."""
    return _string(_object(message, "chat"), "type") in ("group", "supergroup", "channel")


def _object(event: Object, name: str) -> Object:
    value = event.get(name)
    return value if isinstance(value, dict) else {}


def _string(event: Object, name: str) -> str:
    value = event.get(name)
    return tidy(value) if isinstance(value, str) else ""


def _number(event: Object, name: str) -> str:
    value = event.get(name)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else ""
