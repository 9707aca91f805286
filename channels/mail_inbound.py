"""What becomes of a mail: a message of a person, a receipt, something to be ignored, or a dead letter."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from channels import mail_bounce, mail_rules
from channels.base import content_id, stable_id
from channels.mail_parse import Mail, ids, read
from workflow.messages import DeliveryReport, Inbound

Outcome = Literal["stored", "ignored", "dead_letter"]

_REFS = 20


@dataclass(frozen=True)
class Sorted:
    """A mail, what shall become of it and why. ``inbound`` is always there: whatever comes is kept."""

    mail: Mail
    outcome: Outcome
    reason: str
    inbound: Inbound
    reports: Sequence[DeliveryReport] = ()


def sort(raw: bytes, ours: str) -> Sorted:
    """Read a mail to our address ``ours`` and decide."""
    mail = read(raw)
    domain = ours.partition("@")[2]
    reason = mail_rules.reason(mail, ours)
    if reason:
        receipts = mail_bounce.reports(mail, domain) if reason == "bounce" else ()
        return Sorted(mail, "ignored", reason, _inbound(mail, ours, domain, reason), receipts)
    if not mail.sender:
        fault = "no_sender" if mail.tree.keys() else "unreadable" if raw.strip() else "empty"
        return Sorted(mail, "dead_letter", fault, _inbound(mail, ours, domain, ""))
    return Sorted(mail, "stored", "", _inbound(mail, ours, domain, ""))


def _inbound(mail: Mail, ours: str, domain: str, ignored: str) -> Inbound:
    provider_id = stable_id(mail.message_id) if mail.message_id else content_id(mail.digest.encode())
    answers = _answers(mail, domain)
    text = mail.text if answers and mail.text else _letter(mail)
    return Inbound(
        channel="email",
        account=ours,
        provider_id=provider_id,
        sender=mail.sender or f"unreadable:{mail.digest}",
        text=text,
        raw=mail.raw,
        kind="text" if text else "media" if mail.media else "unsupported",
        display_name=mail.name or None,
        media=mail.media,
        note="; ".join(filter(None, (ignored, *mail.notes))),
        thread=hashlib.sha256(provider_id.encode()).hexdigest()[:32],
        answers=answers,
        digest=mail.digest,
        ignored=bool(ignored),
    )


def _letter(mail: Mail) -> str:
    """Subject and words, as a letter has them; a subject that the words begin with is said once."""
    subject = mail.bare_subject
    if not subject or mail.text.lower().startswith(subject.lower()):
        return mail.text
    return f"{subject}\n\n{mail.text}".strip()


def _answers(mail: Mail, domain: str) -> tuple[str, ...]:
    """Refs of ours that the mail carries: in the address that it was sent to, or as ids of what it answers."""
    token = re.compile(rf"(?:\+|<){mail_bounce.REF}@{re.escape(domain)}", re.I)
    values = mail.values("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "In-Reply-To")
    values += reversed(ids(mail.values("References")))
    found = [ref.lower() for value in values for ref in token.findall(value[:20_000])]
    return tuple(dict.fromkeys(found))[:_REFS]
