"""How one message of a person looks in the form that Twilio posts.

https://www.twilio.com/docs/messaging/guides/webhook-request. Parameters are added without notice, so nothing
here insists on any of them but a sender.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from channels.base import BadPayload, content_id, extension, stable_id
from workflow.messages import Inbound, Kind, Media

PREFIX = "whatsapp:"

_NUMBER = re.compile(r"\+?(\d{5,15})")
_MEDIA_KEY = re.compile(r"MediaUrl(\d{1,3})")
_KINDS: dict[str, Kind] = {
    "text": "text",
    "image": "media",
    "video": "media",
    "audio": "media",
    "voice": "media",
    "document": "media",
    "sticker": "media",
    "location": "location",
    "contact": "contact",
    "contacts": "contact",
    "button": "button",
    "interactive": "button",
}

Fields = Mapping[str, str]


def address(channel: str, value: str) -> str:
    """An address as Twilio spells it on a channel."""
    return value if channel != "whatsapp" or value.startswith(PREFIX) else PREFIX + value


def read(
    fields: Fields, raw: bytes, *, token: str, accounts: Mapping[str, str], written_at: datetime | None = None
) -> Inbound:
    """The message of a form. ``token`` is the idempotency token that retries of one event share."""
    senders = _senders(fields)
    if not senders:
        raise BadPayload("no sender")
    channel = channel_of(fields)
    media = _media(fields)
    kind = _kind(fields, media)
    return Inbound(
        channel=channel,
        account=fields.get("To", "").strip() or accounts.get(channel, ""),
        provider_id=_provider_id(fields, token, raw),
        sender=senders[0],
        text=_text(fields, kind),
        raw=raw,
        kind=kind,
        number=_number(fields),
        display_name=fields.get("ProfileName", "").strip() or None,
        aliases=senders[1:],
        media=media,
        note=_note(fields),
        reply_to=_quoted(fields),
        written_at=written_at,
    )


def channel_of(fields: Fields) -> str:
    """SMS and WhatsApp share one route; the prefix of any of the addresses tells them apart."""
    addresses = (fields.get(name, "") for name in ("From", "To", "ExternalUserId"))
    return "whatsapp" if any(a.strip().lower().startswith(PREFIX) for a in addresses) else "sms"


def _senders(fields: Fields) -> tuple[str, ...]:
    """Every key of the person, the one to answer first; people without a number have an id alone."""
    phone = _digits(fields.get("WaId", ""))
    candidates = (
        fields.get("From", "").strip(),
        fields.get("ExternalUserId", "").strip(),
        f"{PREFIX}+{phone}" if phone else "",
    )
    return tuple(dict.fromkeys(c for c in candidates if c and c.lower() != PREFIX))


def _number(fields: Fields) -> str | None:
    sender = fields.get("From", "").strip()
    digits = _digits(sender[len(PREFIX) :] if sender.lower().startswith(PREFIX) else sender)
    digits = digits or _digits(fields.get("WaId", ""))
    return f"+{digits}" if digits else None


def _digits(value: str) -> str:
    match = _NUMBER.fullmatch(value.strip())
    return match[1] if match else ""


def _provider_id(fields: Fields, token: str, raw: bytes) -> str:
    named = (fields.get(name, "").strip() for name in ("MessageSid", "SmsMessageSid", "SmsSid"))
    found = next((sid for sid in named if sid), "") or token.strip()
    return stable_id(found) if found else content_id(raw)


def _media(fields: Fields) -> tuple[Media, ...]:
    """By the addresses that are there, whatever NumMedia claims."""
    found = sorted(int(match[1]) for key in fields if (match := _MEDIA_KEY.fullmatch(key)))
    return tuple(_one_media(fields, index) for index in found if fields.get(f"MediaUrl{index}"))


def _one_media(fields: Fields, index: int) -> Media:
    declared = fields.get(f"MediaContentType{index}", "").strip().lower()
    name = f"media-{index + 1}{extension(declared)}"
    return Media(name=name, declared_type=declared, url=fields[f"MediaUrl{index}"])


def _kind(fields: Fields, media: tuple[Media, ...]) -> Kind:
    declared = fields.get("MessageType", "").strip().lower()
    if declared and declared not in _KINDS:
        return "unsupported"
    kind = _KINDS.get(declared, "text")
    if kind == "text":
        kind = _guess(fields, media)
    promised = fields.get("NumMedia", "").strip() not in ("", "0")
    if (kind == "media" or promised) and not media:
        return "unsupported"
    return kind if media or _text(fields, kind) else "unsupported"


def _guess(fields: Fields, media: tuple[Media, ...]) -> Kind:
    """Older payloads and SMS name no type."""
    if fields.get("ButtonText") or fields.get("ButtonPayload") or fields.get("ListId"):
        return "button"
    if fields.get("Latitude") and fields.get("Longitude"):
        return "location"
    if any(item.declared_type in ("text/vcard", "text/x-vcard") for item in media):
        return "contact"
    return "media" if media else "text"


def _text(fields: Fields, kind: Kind) -> str:
    """What the person wrote, or pressed, or the place that they shared."""
    body = fields.get("Body", "")
    if fields.get("OptOutType", "").strip().upper() == "STOP":
        return "STOP"  # in whatever words: from now on Twilio lets nothing of ours through
    if kind == "button":
        return _first(fields, "ButtonText", "ListTitle", "Body", "ButtonPayload", "ListId")
    if kind != "location":
        return body
    place = _place(fields)
    return "\n".join(part for part in (place, body if body not in place else "") if part)


def _place(fields: Fields) -> str:
    point = ",".join(fields.get(name, "").strip() for name in ("Latitude", "Longitude")).strip(",")
    parts = (fields.get("Label", "").strip(), fields.get("Address", "").strip(), point)
    known = ", ".join(part for part in parts if part)
    return f"📍 {known}" if known else ""


def _note(fields: Fields) -> str:
    """What else the wire said: ``reply_to=SM…``, ``button=<payload>``, ``forwarded``; joined by ``; ``."""
    quoted = _first(fields, "OriginalRepliedMessageSid")
    pressed = _first(fields, "ButtonPayload", "ListId")
    forwarded = "true" in (fields.get("Forwarded", "").lower(), fields.get("FrequentlyForwarded", "").lower())
    notes = (
        f"reply_to={quoted}" if quoted else "",
        f"button={pressed}" if pressed else "",
        "forwarded" if forwarded else "",
    )
    return "; ".join(note for note in notes if note)


def _quoted(fields: Fields) -> str | None:
    found = _first(fields, "OriginalRepliedMessageSid").strip()
    return stable_id(found) if found else None


def _first(fields: Fields, *names: str) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")
