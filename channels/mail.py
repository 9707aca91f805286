"""Email behind the adapter protocol: mails that are read, and mails that are sent."""

from __future__ import annotations

from collections.abc import Sequence

from channels import mail_codes, mail_send, mail_servers, mail_tls
from channels.base import MEDIA_LIMIT, BadPayload, Check, Fault, Post, SendError, WireRequest
from channels.mail_imap import Mailbox
from channels.mail_inbound import Sorted, sort
from workflow.messages import DeliveryReport, Inbound, Media, Outgoing, Sent


class MailAdapter:
    """One mailbox. ``plus``: what is sent to ``local+anything@domain`` arrives in it, too."""

    name = "email"

    def __init__(
        self,
        *,
        smtp_url: str,
        mail_from: str,
        plus: bool = True,
        ca_file: str | None = None,
        timeout: float = mail_send.TIMEOUT,
    ) -> None:
        self._shown, self._address = mail_servers.mailbox(mail_from)
        self._server = mail_servers.smtp(smtp_url, ca_file)
        self._plus, self._timeout = plus, timeout
        self.accounts = {"email": self._address}

    def read(self, raw: bytes) -> Sorted:
        """A mail, and what shall become of it."""
        return sort(raw, self._address)

    def verify(self, request: WireRequest) -> bool:
        """Mail does not come by HTTP."""
        return False

    def parse(self, request: WireRequest) -> Sequence[Inbound]:
        found = self.read(request.body)
        if found.outcome == "dead_letter":
            raise BadPayload(found.reason)
        return [found.inbound]

    def parse_report(self, request: WireRequest) -> Sequence[DeliveryReport]:
        return self.read(request.body).reports

    def explain(self, code: str | None) -> Fault:
        return mail_codes.explain(code)

    def send(self, outgoing: Outgoing) -> Sent:
        return mail_send.send(
            outgoing, self._server, self._shown, self._address, plus=self._plus, timeout=self._timeout
        )

    def examine(self) -> Sequence[Check]:
        """Log in to the server and leave again."""
        try:
            with mail_send.connected(self._server, self._address.partition("@")[2], self._timeout):
                return [Check("ok", "The SMTP server lets us in.")]
        except SendError as error:
            told = mail_tls.SENTENCES.get(error.code, error.code)
            return [Check("wrong", f"ADUAN_SMTP_URL does not lead to a server that takes our mail: {told}.")]

    def fetch(self, media: Media, *, limit: int = MEDIA_LIMIT) -> bytes:
        if media.content is None:
            raise SendError("media", retryable=False)
        return media.content

    def close(self) -> None:
        pass


class MailboxAdapter(MailAdapter):
    """A mailbox that is looked into as well."""

    def __init__(
        self,
        *,
        imap_url: str,
        smtp_url: str,
        mail_from: str,
        plus: bool = True,
        ca_file: str | None = None,
        timeout: float = mail_send.TIMEOUT,
        wait: float = 60.0,
        beat: float = 5.0,
    ) -> None:
        super().__init__(smtp_url=smtp_url, mail_from=mail_from, plus=plus, ca_file=ca_file, timeout=timeout)
        server = mail_servers.imap(imap_url, ca_file)
        self._mailbox = Mailbox(server, self.read, timeout=timeout, wait=wait, beat=beat)

    def poll(self, post: Post) -> None:
        self._mailbox.poll(post)

    def examine(self) -> Sequence[Check]:
        """Beside the SMTP server: log in to the mailbox, and open every folder."""
        try:
            self._mailbox.check()
        except SendError as error:
            told = mail_tls.SENTENCES.get(error.code, error.code)
            return [*super().examine(), Check("wrong", _WRONG.get(error.code, _WRONG[""]).format(told=told))]
        return [*super().examine(), Check("ok", "The mailbox and its folders are open to us.")]


_WRONG = {
    "auth": "ADUAN_IMAP_URL is wrong: the server refuses user or password.",
    "folder": "ADUAN_IMAP_URL names a folder that is not there or must not be opened.",
    "": "ADUAN_IMAP_URL does not lead to a mailbox: {told}.",
}
