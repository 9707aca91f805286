"""A mail taken apart: who, about what, which words, which files. Takes any bytes and never raises.

The standard library's parser finds the parts; what it raises on broken mail is caught here, and a mail that it
cannot take apart is read as one plain text.
"""

from __future__ import annotations

import binascii
import email
import email.utils
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.generator import BytesGenerator
from email.message import Message
from email.policy import Compat32, compat32
from io import BytesIO
from typing import TypeVar

from channels import mail_text
from channels.base import extension, tidy
from workflow.messages import Media

T = TypeVar("T")

#: What the library raises on broken mail.
FAULTS = (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError, binascii.Error)

_DEPTH = 12
_PARTS = 200
#: More boundaries than any mail of a person has; the parser's work grows with their product.
_BOUNDARIES = 100
_TEXT_LIMIT = 2_000_000
_ADDRESS = re.compile(r"[^\s<>\"'(),:;@\\\[\]]{1,200}@[^\s<>\"'(),:;@\\\[\]]{1,200}")
_ID = re.compile(r"<[^<>\s]{1,400}>")
_UU_BEGIN = re.compile(r"begin [0-7]{3,4} (\S.{0,200})$")
_KIND = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}")
_BROKEN_HEAD = re.compile(r"^--\S{0,80}\r?\n(?:[\w-]{1,40}:.{0,500}\r?\n){0,20}", re.M)
_REPLY_WORDS = re.compile(r"^\s*((re|bls|bl|balas|balasan|fwd?|trs|terusan|aw|sv|antw)(\[\d+\])?\s?:\s*)+", re.I)
_NAMES = {
    "application/ms-tnef": "winmail.dat",
    "application/pgp-signature": "signature.asc",
    "application/pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-signature": "smime.p7s",
    "message/delivery-status": "delivery-status.txt",
    "message/rfc822": "pesan.eml",
    "text/calendar": "undangan.ics",
    "text/html": "surat.html",
}


@dataclass(frozen=True)
class Mail:
    """What is read from a mail. ``text`` is the new without the quoted, ``digest`` tells its content from any other."""

    raw: bytes
    tree: Message
    sender: str = ""
    name: str = ""
    subject: str = ""
    text: str = ""
    message_id: str = ""
    digest: str = ""
    media: tuple[Media, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)

    def values(self, *names: str) -> list[str]:
        """Every value of these headers, in their order, as they stand."""
        wanted = [name.lower() for name in names]
        found = [(key.lower(), str(value)) for key, value in self.tree.raw_items()]
        return [value for name in wanted for key, value in found if key == name]

    def value(self, name: str) -> str:
        return next(iter(self.values(name)), "")

    @property
    def bare_subject(self) -> str:
        """The subject without "Re:" and its relatives."""
        return _REPLY_WORDS.sub("", self.subject)


class _AsItStands(Compat32):
    """Headers as the bytes are, lone surrogates for whatever is no ASCII: guessing is ours, see ``mail_text``."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


_POLICY = _AsItStands()


def safely(read: Callable[[], T], otherwise: T) -> T:
    """What the library says, or something else where it breaks on this mail."""
    try:
        return read()
    except FAULTS:
        return otherwise


def read(raw: bytes) -> Mail:
    """Take a mail apart."""
    tree, whole = _tree(raw)
    parts = _Parts()
    if whole:
        for part in leaves(tree):
            parts.add(part)
    else:
        parts.plain.append(mail_text.decode(_body(raw)[:_TEXT_LIMIT]))
    mail = Mail(raw, tree)
    sender, name = _sender(mail)
    text, files = _uudecoded(parts.text)
    notes = ("html",) if not parts.plain_text and text else ()
    return Mail(
        raw,
        tree,
        sender=tidy(sender.lower()),
        name=tidy(name),
        subject=tidy(mail_text.header(mail.value("Subject")[:5000])),
        text=tidy(mail_text.newest(text)),
        message_id=_message_id(mail),
        digest=_digest(mail, raw),
        media=(*parts.files, *files),
        notes=notes if whole else ("broken",),
    )


def _tree(raw: bytes) -> tuple[Message, bool]:
    """The parts as the library sees them, and whether they can be used."""
    if raw.lower().count(b"boundary=") <= _BOUNDARIES:
        try:
            return email.message_from_bytes(raw, policy=_POLICY), True
        except FAULTS:
            pass
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    return safely(lambda: email.message_from_bytes(head + b"\n\n", policy=_POLICY), Message()), False


def _body(raw: bytes) -> bytes:
    return re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[-1]


def _sender(mail: Mail) -> tuple[str, str]:
    """The address that the mail comes from, with its name; the best that there is where From is missing."""
    for header in ("From", "Sender", "Reply-To", "Return-Path", "X-Envelope-From"):
        for value in mail.values(header):
            shown = mail_text.header(value[:2000])
            bracketed = re.search(r"<([^<>]{1,400})>", shown)
            found = _ADDRESS.search(bracketed[1]) if bracketed else None
            found = found or _ADDRESS.search(shown)
            if found:
                name = shown.partition("<")[0].strip().strip("\"'").strip() if header == "From" else ""
                return found[0].strip("."), "" if "@" in name else name[:120]
    return "", ""


def addresses(values: list[str]) -> list[str]:
    """Every address in these headers, in lower case."""
    return [found.lower() for value in values for found in _ADDRESS.findall(value[:20_000])]


def ids(values: list[str]) -> list[str]:
    """Every message id in these headers, with its brackets."""
    return [found for value in values for found in _ID.findall(value[:20_000])]


def _message_id(mail: Mail) -> str:
    for value in mail.values("Message-ID", "Message-Id", "Resent-Message-ID"):
        if found := (_ID.search(value) or re.search(r"\S{3,400}", value)):
            return tidy(found[0])
    return ""


def _digest(mail: Mail, raw: bytes) -> str:
    """The same mail over another way, with other line ends or transport headers, has the same."""
    body = _body(raw).replace(b"\r\n", b"\n").rstrip()
    head = "\x00".join(re.sub(r"\s+", " ", mail.value(name)) for name in ("From", "Date", "Subject", "Content-Type"))
    return hashlib.sha256(head.encode("utf-8", "surrogatepass") + b"\x00" + body).hexdigest()


# ------------------------------------------------------------------ parts


def leaves(part: Message, depth: int = 0) -> Iterator[Message]:
    """The parts that hold something, in their order."""
    if depth < _DEPTH and part.is_multipart() and kind_of(part).startswith("multipart/"):
        for child in part.get_payload():
            if isinstance(child, Message):
                yield from leaves(child, depth + 1)
    else:
        yield part


class _Parts:
    """The words and the files of a mail, part by part."""

    def __init__(self) -> None:
        self.plain: list[str] = []
        self.html: list[str] = []
        self.files: list[Media] = []
        self._count = 0

    @property
    def plain_text(self) -> str:
        return "\n\n".join(text for text in self.plain if text.strip())

    @property
    def text(self) -> str:
        """Plain text is preferred; a part that is HTML only is read."""
        return self.plain_text or "\n\n".join(filter(None, map(mail_text.from_html, self.html)))

    def add(self, part: Message) -> None:
        self._count += 1
        if self._count > _PARTS:
            return
        kind = kind_of(part)
        content = _content(part, kind)
        if kind.startswith("multipart/") and not part.is_multipart():
            # The boundary that was announced never came: what stands there is all that there is.
            self.plain.append(_BROKEN_HEAD.sub("", mail_text.decode(content[:_TEXT_LIMIT])))
        elif kind in ("text/plain", "text/html") and not _is_file(part):
            text = mail_text.decode(content[:_TEXT_LIMIT], param(part, "charset"))
            text = text.replace("\r\n", "\n")
            (self.plain if kind == "text/plain" else self.html).append(_unflowed(part, text))
        elif content or kind != "text/plain":
            self.files.append(Media(_file_name(part, kind, len(self.files) + 1), kind, content=content))


def _is_file(part: Message) -> bool:
    disposition = str(safely(lambda: part.get("Content-Disposition", ""), "")).strip().lower()
    named = safely(part.get_filename, None)
    return disposition.startswith("attachment") or bool(named)


def kind_of(part: Message) -> str:
    """The content type without its parameters, if it is one."""
    found = safely(part.get_content_type, "")
    return found if _KIND.fullmatch(found) else "application/octet-stream"


def param(part: Message, name: str) -> str:
    """A parameter of the content type, in lower case."""
    found = safely(lambda: email.utils.collapse_rfc2231_value(part.get_param(name, "") or ""), "")
    return found.lower()


def _unflowed(part: Message, text: str) -> str:
    if param(part, "format") != "flowed":
        return text
    return mail_text.unflow(text, delsp=param(part, "delsp") == "yes")


def _content(part: Message, kind: str) -> bytes:
    if kind.startswith("message/") and part.is_multipart():
        return b"".join(_as_bytes(child) for child in part.get_payload() if isinstance(child, Message))
    if part.is_multipart():  # nested deeper than any letter
        return _as_bytes(part)
    decoded: object = safely(lambda: part.get_payload(decode=True), None)
    return decoded if isinstance(decoded, bytes) else b""


def _as_bytes(message: Message) -> bytes:
    out = BytesIO()
    safely(lambda: BytesGenerator(out, mangle_from_=False, policy=compat32).flatten(message), None)
    return out.getvalue()


def _file_name(part: Message, kind: str, number: int) -> str:
    given = safely(part.get_filename, None) or ""
    name = tidy(mail_text.header(str(given)[:1000]))
    name = re.split(r"[/\\]", name)[-1].strip().strip(".") if name else ""
    name = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", name)
    return name[:150] or _NAMES.get(kind) or f"lampiran-{number}{extension(kind)}"


def _uudecoded(text: str) -> tuple[str, list[Media]]:
    """Files that stand in the text itself, as old programs put them there."""
    if "\nbegin " not in f"\n{text[:_TEXT_LIMIT]}":
        return text, []
    kept: list[str] = []
    files: list[Media] = []
    lines = iter(text.split("\n"))
    for line in lines:
        begins = _UU_BEGIN.match(line.rstrip())
        if begins is None:
            kept.append(line)
            continue
        body, whole = _uu_lines(lines)
        content = _uu_bytes(body) if whole else None
        if content is None:
            kept += [line, *body]
        else:
            files.append(Media(re.split(r"[/\\]", begins[1])[-1][:150], "application/octet-stream", content=content))
    return "\n".join(kept), files


def _uu_lines(lines: Iterator[str]) -> tuple[list[str], bool]:
    body: list[str] = []
    for line in lines:
        if line.strip() == "end":
            return body, True
        body.append(line)
    return body, False


def _uu_bytes(lines: list[str]) -> bytes | None:
    content = bytearray()
    for line in lines:
        try:
            content += binascii.a2b_uu(line.rstrip("\r"))
        except (binascii.Error, ValueError):
            return None
    return bytes(content)
