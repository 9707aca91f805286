"""Tokens that hold for a while: signed with the key of staff sessions, under the clock of the service."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

from webhooks.service import service


class _Signer(TimestampSigner):
    def get_timestamp(self) -> int:
        return int(service().now().timestamp())


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(service().secret_key, salt=f"aduan.{purpose}", signer=_Signer)


def sign(purpose: str, content: Any) -> str:
    """A token that carries ``content`` for anyone to read, and for nobody to change."""
    return str(_serializer(purpose).dumps(content))


def read(purpose: str, token: str, lasts: timedelta) -> Any:
    """What a token carries; None where it is not ours or too old."""
    try:
        return _serializer(purpose).loads(token, max_age=int(lasts.total_seconds()))
    except BadSignature:
        return None
