"""What mail servers say of our own mails: delivered, delayed, refused, whichever way they put it.

Which mail they mean is found by the token that all our mails carry, never by the address that failed.
"""

from __future__ import annotations

import re
from email.message import Message

from channels.mail_codes import explain
from channels.mail_parse import FAULTS, Mail, kind_of, leaves, param
from workflow.messages import DeliveryReport, DeliveryState

#: How our mails are marked, see ``mail_send``: the local part of an id, or what follows the plus of an address.
REF = r"(?<![0-9a-zA-Z])([0-9a-f]{20})"

_ROBOTS = re.compile(
    r"^(mailer-?daemon|mail-?daemon|postmaster|mdaemon|daemon|bounces?|mail-?system|maildelivery|mailadm\w*|mmdf|"
    r"uucp|delivery|smtp|mxd?|qmail|exim|mail\.?er)([+._=-].*)?@",
    re.I,
)
_SUBJECT = re.compile(
    r"undeliver|non.?deliver|not delivered|delivery (status|fail|problem|report|error|notif)|"
    r"deliver(y|ing) .{0,30}fail|"
    r"returned (mail|to sender)|mail (delivery|system) |failure notice|failed (mail|delivery)|could not be delivered|"
    r"mail.{0,12}(bounce|error|fail)|message status|warning: could not send|"
    r"(tidak|gagal) (dapat )?(ter)?(kirim|dikirim|disampaikan|sampai)|pengiriman .{0,20}gagal",
    re.I,
)
_NOT_FOR_GOOD = re.compile(r"delay|warning|tertunda|retry|will (continue|keep)", re.I)
_SCAN_LIMIT = 400_000
_STATES: dict[str, DeliveryState] = {"failed": "failed", "error": "failed", "delivered": "delivered", "relayed": "sent"}


def is_bounce(mail: Mail) -> bool:
    """Whether a mail server wrote this about another mail."""
    if _reported(mail.tree) == "delivery-status" or mail.value("X-Failed-Recipients"):
        return True
    if not _from_a_robot(mail):
        return False
    return bool(_SUBJECT.search(mail.subject)) or _scanned(mail) or _null_sender(mail)


def _reported(tree: Message) -> str:
    return param(tree, "report-type") if kind_of(tree) == "multipart/report" else ""


def _null_sender(mail: Mail) -> bool:
    return any(value.strip() == "<>" for value in mail.values("Return-Path", "X-Envelope-From"))


def _from_a_robot(mail: Mail) -> bool:
    return (
        not mail.sender
        or bool(_ROBOTS.match(mail.sender))
        or _null_sender(mail)
        or bool(_SUBJECT.search(mail.subject) and not mail.values("In-Reply-To", "References"))
    )


def _scanned(mail: Mail) -> bool:
    temporary, permanent = _failures(mail)
    return bool(temporary or permanent)


def _failures(mail: Mail) -> tuple[set[bytes], set[bytes]]:
    """What the library that knows the non-standard ones finds."""
    if len(mail.raw) > _SCAN_LIMIT:
        return set(), set()
    from flufl.bounce import all_failures

    try:
        temporary, permanent = all_failures(mail.tree)
    except FAULTS:
        return set(), set()
    return set(temporary), set(permanent)


def reports(mail: Mail, domain: str) -> list[DeliveryReport]:
    """The receipt that a bounce amounts to, for the one mail of ours that it speaks of."""
    ref = _ref(mail, domain)
    if not ref:
        return []
    state, code = _standard(mail.tree)
    if not state:
        temporary, permanent = _failures(mail)
        delayed = temporary or (not permanent and _NOT_FOR_GOOD.search(mail.subject))
        state, code = ("delayed", "") if delayed else ("failed", _status(mail))
    known, fault = _STATES.get(state), explain(code)
    if known != "failed":
        return [DeliveryReport(state=known, ref=ref, code=code or None, raw=mail.raw)] if known else []
    return [DeliveryReport("failed", ref, code=code or None, reason=fault.reason, ours=fault.ours, raw=mail.raw)]


def _ref(mail: Mail, domain: str) -> str:
    """The token of our mail: where the bounce was sent to, its envelope id, the mail it holds, or anywhere in it."""
    ours = re.compile(rf"(?:\+|<){REF}@{re.escape(domain)}", re.I)
    for value in (*mail.values("To", "Delivered-To", "X-Original-To", "Envelope-To"), *mail.values("In-Reply-To")):
        if found := ours.search(value):
            return found[1].lower()
    text = mail.raw[:_SCAN_LIMIT].decode("latin-1")
    held = re.search(
        rf"^(?:Original-Envelope-Id|X-Aduan-Ref|Message-ID):[ \t]*(?:rfc822;)?\s?<?{REF}\b", text, re.I | re.M
    )
    found = held or ours.search(text)
    return found[1].lower() if found else ""


def _standard(tree: Message) -> tuple[str, str]:
    """(action, status) of a delivery report as RFC 3464 has it; a failure outweighs the rest."""
    found = [pair for part in leaves(tree) for pair in _blocks(part)]
    for wanted in ("failed", "error", "delayed", "relayed", "delivered"):
        for action, status in found:
            if action.startswith(wanted):
                return wanted, status
    return "", ""


def _blocks(part: Message) -> list[tuple[str, str]]:
    if kind_of(part) != "message/delivery-status" or not part.is_multipart():
        return []
    blocks = [block for block in part.get_payload() if isinstance(block, Message)]
    return [(_word(block, "Action"), _word(block, "Status")) for block in blocks if block.get("Action")]


def _word(block: Message, name: str) -> str:
    return next(iter(str(block.get(name, "")).split()), "").lower()[:20]


def _status(mail: Mail) -> str:
    """The enhanced status code of a bounce in free words, if it names one."""
    found = re.search(rb"\b(5\.\d{1,3}\.\d{1,3})\b", mail.raw[:_SCAN_LIMIT])
    return found[1].decode() if found else "bounced"
