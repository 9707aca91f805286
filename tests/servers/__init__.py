"""Providers on 127.0.0.1: real HTTP servers that speak the other side of each wire, for tests without a network."""

from tests.servers.telegram import TelegramServer
from tests.servers.twilio import SignedRequest, TwilioServer, signed_form

__all__ = ["SignedRequest", "TelegramServer", "TwilioServer", "signed_form"]
