"""Dovecot on the loopback: a real IMAP server in a folder of its own."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from imapclient import IMAPClient

USER, PASSWORD = "aduan", "rahasia"
_PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
_CONFIG = """
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
disable_plaintext_auth = no
mail_location = maildir:{home}/mail:LAYOUT=fs
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 0
imap_idle_notify_interval = 1 mins
{more}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""


class ImapServer:
    """One mailbox. ``more`` are further lines of its configuration, ``pem`` its key and certificate."""

    def __init__(self, more: str = "", pem: bytes = b"") -> None:
        self._program = shutil.which("dovecot", path=_PLACES)
        if self._program is None:
            pytest.skip("IMAP server: dovecot missing")
        self.home = Path(tempfile.mkdtemp(prefix="aduan-imap-"))
        self.port, self.tls_port = _free_port(), _free_port() if pem else 0
        root = os.geteuid() == 0
        user = "nobody" if root else pwd.getpwuid(os.geteuid()).pw_name
        entry = pwd.getpwnam(user)
        group = subprocess.run(["id", "-gn", user], capture_output=True, text=True, check=True).stdout.strip()
        self.home.chmod(0o755)
        (self.home / "mail").mkdir()
        if root:
            os.chown(self.home / "mail", entry.pw_uid, entry.pw_gid)
        if pem:
            self.prove(pem)
            more += f"\nssl_cert = <{self.home}/pem\nssl_key = <{self.home}/pem"
        config = _CONFIG.format(
            home=self.home, user=user, group=group, port=self.port, tls_port=self.tls_port, password=PASSWORD, more=more,
            ssl="yes" if pem else "no",
        )  # fmt: skip
        (self.home / "dovecot.conf").write_text(config)
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"imap://{USER}:{PASSWORD}@127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        return f"imaps://{USER}:{PASSWORD}@127.0.0.1:{self.tls_port}"

    @property
    def starttls_url(self) -> str:
        return self.url.replace("imap:", "imap+starttls:")

    def prove(self, pem: bytes) -> None:
        """From the next start on: key and certificate."""
        (self.home / "pem").write_bytes(pem)

    def logins(self) -> int:
        """How often a user and a password were shown to us."""
        return len(re.findall(r"imap-login: Info: (?:Login:|.*auth failed)", self._log()))

    def start(self) -> None:
        command = [str(self._program), "-F", "-c", str(self.home / "dovecot.conf")]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while True:
            try:
                self.client().logout()
                return
            except OSError:
                assert time.monotonic() < until, self._log()
                time.sleep(0.05)

    def stop(self) -> None:
        """As a power cut would: everything that the server runs for us goes with it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=20)
            self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def client(self) -> IMAPClient:
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10)
        client.login(USER, PASSWORD)
        return client

    def deliver(self, raw: bytes, folder: str = "INBOX") -> None:
        with self.client() as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            client.append(folder, raw)

    def mails(self, folder: str = "INBOX") -> list[bytes]:
        """What lies in a folder."""
        with self.client() as client:
            if not client.folder_exists(folder):
                return []
            client.select_folder(folder, readonly=True)
            return [found[b"BODY[]"] for found in client.fetch(client.search(), ["BODY.PEEK[]"]).values()]

    def flags(self, folder: str = "INBOX") -> list[tuple[bytes, ...]]:
        with self.client() as client:
            client.select_folder(folder, readonly=True)
            return list(client.get_flags(client.search()).values())

    def _log(self) -> str:
        path = self.home / "log"
        return path.read_text() if path.exists() else "no log"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
