"""The outside world. This table is the only place that knows every adapter by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from channels.base import Adapter, Several

#: Channels that the simulator plays in a demo where their provider is not set up.
STOOD_IN = ("whatsapp", "sms", "telegram", "email")


@dataclass(frozen=True)
class ChannelConfig:
    """The settings of every channel; one whose settings are missing is off."""

    public_url: str | None = None
    local_url: str | None = None
    twilio_account_sid: str | None = None
    twilio_auth_token: str | None = None
    twilio_shared_key: str | None = None
    twilio_whatsapp_from: str | None = None
    twilio_sms_from: str | None = None
    twilio_api_base: str | None = None
    twilio_templates: str | None = None
    telegram_token: str | None = None
    telegram_mode: str | None = None
    telegram_webhook_secret: str | None = None
    telegram_api_base: str | None = None
    imap_url: str | None = None
    smtp_url: str | None = None
    mail_from: str | None = None
    mail_plus: bool | None = None
    mail_ca_file: Path | None = None


def build(config: ChannelConfig, *, simulator_key: bytes | None) -> dict[str, Adapter]:
    """Every adapter that has its settings, by name. A provider's library is imported only for its adapter."""
    candidates = {
        "web": _web(),
        "twilio": _twilio(config),
        "telegram": _telegram(config),
        "email": _mail(config),
    }
    real = {name: adapter for name, adapter in candidates.items() if adapter is not None}
    simulator = _simulator(config, simulator_key, [c for c in STOOD_IN if adapter_for(real, c) is None])
    return real | ({"simulator": simulator} if simulator else {})


def adapter_for(adapters: Mapping[str, Adapter], channel: str) -> Adapter | None:
    """The adapter that serves a channel, None where the channel is off."""
    return next((adapter for adapter in adapters.values() if channel in adapter.accounts), None)


def addresses_of(adapter: Adapter, channel: str) -> tuple[str, ...]:
    """Every address of ours that an adapter has on a channel, the usual one first."""
    return adapter.senders[channel] if isinstance(adapter, Several) else (adapter.accounts[channel],)


def spelled(channel: str, address: str) -> str:
    """An address as the wire of its channel spells it."""
    from channels import twilio_inbound

    return twilio_inbound.address(channel, address.strip())


def _web() -> Adapter:
    from channels.web import WebAdapter

    return WebAdapter()


def _simulator(config: ChannelConfig, key: bytes | None, stands_in: list[str]) -> Adapter | None:
    if key is None or not config.local_url:
        return None
    from channels.simulator import SimulatorAdapter

    return SimulatorAdapter(base_url=config.local_url, key=key, stands_in=stands_in)


def _twilio(config: ChannelConfig) -> Adapter | None:
    senders = config.twilio_whatsapp_from or config.twilio_sms_from
    if not (config.twilio_account_sid and config.twilio_auth_token and senders):
        return None
    from channels.twilio import TwilioAdapter
    from channels.twilio_content import read_templates

    return TwilioAdapter(
        account_sid=config.twilio_account_sid,
        auth_token=config.twilio_auth_token,
        shared_key=config.twilio_shared_key,
        whatsapp_from=config.twilio_whatsapp_from,
        sms_from=config.twilio_sms_from,
        public_url=config.public_url,
        api_base=config.twilio_api_base,
        templates=read_templates(config.twilio_templates or ""),
    )


def _telegram(config: ChannelConfig) -> Adapter | None:
    if not config.telegram_token:
        return None
    from channels.telegram import TelegramAdapter

    called = config.telegram_mode == "webhook"
    return TelegramAdapter(
        token=config.telegram_token,
        webhook_secret=config.telegram_webhook_secret if called else None,
        webhook_url=f"{config.public_url}/webhooks/telegram" if called else None,
        api_base=config.telegram_api_base,
    )


def _mail(config: ChannelConfig) -> Adapter | None:
    if not (config.smtp_url and config.mail_from):
        return None
    from channels.mail import MailAdapter, MailboxAdapter

    plus, ca_file = bool(config.mail_plus), str(config.mail_ca_file or "") or None
    if not config.imap_url:
        return MailAdapter(smtp_url=config.smtp_url, mail_from=config.mail_from, plus=plus, ca_file=ca_file)
    return MailboxAdapter(
        imap_url=config.imap_url, smtp_url=config.smtp_url, mail_from=config.mail_from, plus=plus, ca_file=ca_file
    )
