"""Settings from the environment and ``ADUAN_HOME/aduan.env``. A wrong one stops the start and is named."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "ADUAN_"


class WrongSettings(Exception):
    """One sentence per wrong or missing setting."""


class Settings(BaseSettings):
    """Every setting, as the outward contract names it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", env_ignore_empty=True)

    home: Path = Path("var")
    database_url: str = ""
    public_url: str = ""
    secret_key: str = ""
    data_key_file: Path | None = None
    signing_key_file: Path | None = None
    receipt_key_file: Path | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    threads: int = Field(default=8, ge=2, le=128)
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_shared_key: str = ""
    twilio_whatsapp_from: str = ""
    twilio_sms_from: str = ""
    twilio_api_base: str = ""
    twilio_templates: str = ""
    telegram_token: str = ""
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_secret: str = Field(default="", validate_default=True)
    telegram_api_base: str = ""
    imap_url: str = ""
    smtp_url: str = Field(default="", validate_default=True)
    mail_from: str = Field(default="", validate_default=True)
    mail_plus: bool = True
    mail_ca_file: Path | None = None
    clamav_socket: str = ""

    @field_validator("public_url", "twilio_api_base", "telegram_api_base")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    @field_validator("twilio_templates")
    @classmethod
    def _templates(cls, value: str) -> str:
        from channels.twilio_content import read_templates

        read_templates(value)
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _secret(cls, value: str, info: ValidationInfo) -> str:
        wanted = info.data.get("telegram_token") and info.data.get("telegram_mode") == "webhook"
        if (value or wanted) and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value):
            raise ValueError("webhook mode needs one of 1 to 256 letters, digits, _ or -")
        return value

    @field_validator("clamav_socket")
    @classmethod
    def _socket(cls, value: str) -> str:
        port = value.rpartition(":")[2]
        if value and not value.startswith("/") and not (":" in value and port.isascii() and port.isdigit()):
            raise ValueError("must be a path that begins with / or host:port")
        return value

    @field_validator("imap_url")
    @classmethod
    def _mailbox(cls, value: str) -> str:
        from channels import mail_servers

        if value:
            mail_servers.imap(value)
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str, info: ValidationInfo) -> str:
        from channels import mail_servers

        if value:
            mail_servers.smtp(value)
        elif info.data.get("imap_url"):
            raise ValueError("must be set beside ADUAN_IMAP_URL: mails that come in are answered")
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str, info: ValidationInfo) -> str:
        from channels import mail_servers

        if value and not mail_servers.mailbox(value)[1]:
            raise ValueError("must be an address, or a name and an address: Layanan Pengaduan <aduan@rutan.example>")
        if not value and (info.data.get("smtp_url") or info.data.get("imap_url")):
            raise ValueError("must be set beside ADUAN_SMTP_URL: the address that mails come from")
        return value

    @field_validator("mail_ca_file")
    @classmethod
    def _certificates(cls, value: Path | None) -> Path | None:
        if value is None:
            return None
        from channels import mail_tls
        from channels.base import SendError

        try:
            mail_tls.context(str(value))
        except SendError:
            raise ValueError("must be a file of certificates in PEM form that can be read") from None
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
        return value

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home.resolve() / 'aduan.db'}"

    @property
    def data_keys(self) -> Path:
        return self.data_key_file or self.home / "data-key.json"

    @property
    def signing_key(self) -> Path:
        return self.signing_key_file or self.home / "signing-key"

    @property
    def receipt_key(self) -> Path:
        return self.receipt_key_file or self.home / "receipt-key.pem"

    @property
    def session_key(self) -> Path:
        return self.home / "session-key"

    @property
    def local_url(self) -> str:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104 - read, not bound
        return f"http://{host}:{self.port}"


def load(**overrides: object) -> Settings:
    """Read the settings; raises WrongSettings with one sentence per fault. The environment wins over the file."""
    home = Path(str(overrides.get("home") or os.environ.get(f"{PREFIX}HOME") or "var"))
    env_file = home / "aduan.env"
    try:
        from_files = _from_files(env_file)
        return Settings(_env_file=env_file, **{**from_files, "home": home, **overrides})  # type: ignore[arg-type]
    except ValidationError as error:
        raise WrongSettings("\n".join(_sentence(e["loc"], e["msg"]) for e in error.errors())) from error
    except OSError as error:
        raise WrongSettings(f"Setting file cannot be read: {error}") from error


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    name = f"{PREFIX}{'_'.join(str(part) for part in location).upper()}"
    return f"{name} is wrong: {message.removeprefix('Value error, ')}."


def _from_files(env_file: Path) -> dict[str, str]:
    """``ADUAN_X_FILE`` gives the value of ``ADUAN_X`` where X is a setting of its own."""
    from dotenv import dotenv_values

    named = {**(dotenv_values(env_file) if env_file.is_file() else {}), **os.environ}
    values = {}
    for field in Settings.model_fields:
        path = named.get(f"{PREFIX}{field.upper()}_FILE")
        if path and not named.get(f"{PREFIX}{field.upper()}"):
            values[field] = Path(path).read_text().strip()
    return values
