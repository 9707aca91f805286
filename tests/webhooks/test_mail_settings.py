"""A wrong mail setting stops the start with a sentence that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from channels import mail_servers
from webhooks.settings import WrongSettings, load

GOOD = {
    "imap_url": "imaps://aduan:rahasia@mail.example/INBOX",
    "smtp_url": "smtp+starttls://aduan:rahasia@mail.example",
    "mail_from": "Layanan Pengaduan <aduan@rutan.example>",
}


def test_good_settings_are_taken(tmp_path: Path) -> None:
    assert load(home=tmp_path, **GOOD).mail_plus
    assert load(home=tmp_path, **{**GOOD, "imap_url": ""}).smtp_url
    assert load(home=tmp_path).smtp_url == ""


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("imap_url", "pop3://a:b@mail.example", "must begin with imap://"),
        ("imap_url", "imaps://mail.example/INBOX", "must name user and password"),
        ("imap_url", "imaps://a:b@/INBOX", "must name a host"),
        ("imap_url", "imaps://a:b@mail.example:99999", "must name a port"),
        ("smtp_url", "mail.example:25", "must begin with smtp://"),
        ("smtp_url", "smtp://a@mail.example", "must name both user and password"),
        ("smtp_url", "", "must be set beside ADUAN_IMAP_URL"),
        ("mail_from", "Layanan Pengaduan", "must be an address"),
        ("mail_from", "a@b.example, c@d.example", "must be an address"),
        ("mail_from", "x <a@b.example", "must be an address"),
        ("mail_from", "", "must be set beside ADUAN_SMTP_URL"),
    ],
)
def test_a_wrong_one_is_named(tmp_path: Path, name: str, value: str, words: str) -> None:
    with pytest.raises(WrongSettings) as caught:
        load(home=tmp_path, **{**GOOD, name: value})
    assert f"ADUAN_{name.upper()} is wrong: {words}" in str(caught.value)
    assert "rahasia" not in str(caught.value)


def test_signs_in_passwords_and_folders_are_written_with_percent() -> None:
    server = mail_servers.imap("imap+starttls://a%40b:p%3A%2F%40@mail.example:1143/INBOX,Kotak%20Masuk,INBOX")
    assert (server.user, server.password, server.port) == ("a@b", "p:/@", 1143)
    assert (server.security, server.folders) == ("starttls", ("INBOX", "Kotak Masuk"))
    assert mail_servers.imap("imaps://a:b@mail.example").folders == ("INBOX",)
    assert mail_servers.mailbox("aduan@rutan.example") == ("", "aduan@rutan.example")
