"""A mail of ours: written so that its answer finds back, and handed to an SMTP server.

The ref of the message is its id, what follows the plus of the address for answers, and the envelope's sender: whatever
comes back carries it, and nobody but the recipient knows it. The subject names the case and no more.
"""

from __future__ import annotations

import contextlib
import html
import re
import smtplib
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.charset import QP, Charset
from email.encoders import encode_base64
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime, formataddr

from channels import mail_tls
from channels.base import SendError
from channels.mail_codes import refusal
from channels.mail_servers import Server
from workflow import wording
from workflow.messages import Enclosure, Outgoing, Sent

TIMEOUT = 12.0

_QUOTED = Charset("utf-8")
_QUOTED.body_encoding = QP
_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{3,250}>")
_RECIPIENT = re.compile(r"[^\s<>@\"(),:;\\\x00-\x1f]{1,64}@[^\s<>@\"(),:;\\\x00-\x1f]{1,250}")
#: Sent by itself upon a message; everything else we begin.
_REPLIES = frozenset({"reply", "ack", "emergency"})


def tagged(address: str, ref: str) -> str:
    """Our address with a token after the plus."""
    local, _, domain = address.partition("@")
    return f"{local}+{ref}@{domain}"


def compose(outgoing: Outgoing, name: str, address: str, *, plus: bool) -> bytes:
    """The mail as it goes over the wire."""
    domain = address.partition("@")[2]
    mail = MIMEMultipart("mixed" if outgoing.files else "alternative")
    mail["From"] = formataddr((name, address))
    mail["To"] = outgoing.recipient
    mail["Subject"] = _encoded(_subject(outgoing))
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{outgoing.ref}@{domain}>"
    before = [f"<{ref}@{domain}>" for ref in outgoing.earlier]
    theirs = [found for found in outgoing.follows if _ID.fullmatch(found)]
    if last := (theirs or before)[-1:]:
        mail["In-Reply-To"] = last[0]
        mail["References"] = "\r\n ".join(dict.fromkeys([*theirs[:1], *before, *theirs[1:]]))
    if plus:
        mail["Reply-To"] = tagged(address, outgoing.ref)
    mail["Auto-Submitted"] = "auto-replied" if outgoing.purpose in _REPLIES else "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    mail["X-Aduan-Ref"] = outgoing.ref
    mail["Content-Language"] = outgoing.locale
    words = MIMEMultipart("alternative") if outgoing.files else mail
    for kind, text in (("plain", outgoing.body), ("html", _page(outgoing))):
        part = MIMENonMultipart("text", kind)
        part.set_payload(text, _QUOTED)
        words.attach(part)
    if outgoing.files:
        mail.attach(words)
    for file in outgoing.files:
        mail.attach(_enclosed(file))
    return mail.as_bytes(policy=compat32.clone(linesep="\r\n"))


def _enclosed(file: Enclosure) -> MIMENonMultipart:
    """A file of ours: its name is plain ASCII."""
    part = MIMENonMultipart(*file.content_type.partition(";")[0].split("/"))
    part.set_payload(file.content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=file.name)
    return part


def _encoded(words: str) -> str:
    return words if words.isascii() else Header(words, "utf-8").encode()


def _subject(outgoing: Outgoing) -> str:
    if outgoing.subject:
        return outgoing.subject
    key = "mail_subject" if outgoing.number else "mail_subject_plain"
    return wording.render(key, outgoing.locale, number=outgoing.number)


def _page(outgoing: Outgoing) -> str:
    paragraphs = re.split(r"\n{2,}", outgoing.body.strip())
    written = "\n".join(f"<p>{html.escape(text).replace(chr(10), '<br>')}</p>" for text in paragraphs)
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(outgoing.locale)}">\n<head><meta charset="utf-8">'
        f"<title>{html.escape(_subject(outgoing))}</title></head>\n<body>\n{written}\n</body>\n</html>\n"
    )


def send(outgoing: Outgoing, server: Server, name: str, address: str, *, plus: bool, timeout: float = TIMEOUT) -> Sent:
    """Hand a mail to the server. Raises SendError."""
    if not _RECIPIENT.fullmatch(outgoing.recipient):
        raise SendError("address", retryable=False)
    content = compose(outgoing, name, address, plus=plus)
    sender = tagged(address, outgoing.ref) if plus else address
    with connected(server, address.partition("@")[2], timeout) as client:
        _hand_over(client, sender, outgoing, content)
    return Sent(provider_id=f"<{outgoing.ref}@{address.partition('@')[2]}>", state="sent")


@contextlib.contextmanager
def connected(server: Server, hello: str, timeout: float = TIMEOUT) -> Iterator[smtplib.SMTP]:
    """A connection, secured and logged in. What breaks before the mail itself is on its way may be tried again."""
    try:
        client = _open(server, hello, timeout)
    except smtplib.SMTPAuthenticationError as error:
        raise SendError("auth", retryable=error.smtp_code < 500, ours=True) from None
    except smtplib.SMTPNotSupportedError:
        raise SendError("tls_missing", retryable=True, ours=True, reason="tls") from None
    except ssl.SSLError as error:
        raise mail_tls.refusal(error) from None
    except smtplib.SMTPResponseException as error:
        raise refusal(error.smtp_code, error.smtp_error, about="sender") from None
    except (OSError, smtplib.SMTPException) as error:
        raise SendError(_silence(error), retryable=True) from None
    try:
        yield client
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            client.quit()
        client.close()


def _open(server: Server, hello: str, timeout: float) -> smtplib.SMTP:
    context = mail_tls.context(server.ca_file)
    client: smtplib.SMTP
    if server.security == "tls":
        client = smtplib.SMTP_SSL(server.host, server.port, hello, timeout=timeout, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, hello, timeout=timeout)
    with contextlib.ExitStack() as otherwise:
        otherwise.callback(client.close)
        client.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            client.starttls(context=context)
            client.ehlo()
        if server.user:
            client.login(server.user, server.password)
        otherwise.pop_all()
    return client


def _silence(error: Exception) -> str:
    """Too late or cut off: the library wraps the one into the other."""
    return "timeout" if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError) else "network"


def _hand_over(client: smtplib.SMTP, sender: str, outgoing: Outgoing, content: bytes) -> None:
    """Envelope, then content. Once the content is on its way, silence means that nobody knows."""
    receipts = client.has_extn("dsn")
    try:
        code, words = client.mail(sender, [*(["RET=HDRS", f"ENVID={outgoing.ref}"] if receipts else [])])
        if code >= 400:
            raise refusal(code, words, about="sender")
        code, words = client.rcpt(outgoing.recipient, ["NOTIFY=SUCCESS,FAILURE"] if receipts else [])
        if code >= 400:
            raise refusal(code, words, about="recipient")
    except UnicodeEncodeError:
        raise SendError("address", retryable=False) from None
    except (OSError, smtplib.SMTPException) as error:
        raise SendError(_silence(error), retryable=True) from None
    try:
        code, words = client.data(content)
    except smtplib.SMTPDataError as error:
        raise refusal(error.smtp_code, error.smtp_error, about="content") from None
    except (OSError, smtplib.SMTPException) as error:
        raise SendError(_silence(error), retryable=True, reached=True) from None
    if code >= 400:
        raise refusal(code, words, about="content")
