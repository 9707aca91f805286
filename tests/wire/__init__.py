"""Payloads as the providers' pages describe them, one file each: ``why``, the request, what shall come of it.

Twilio files hold a ``form`` (and ``query``), the others a JSON ``payload``; ``body`` is used as it stands.
``expect`` is ``bad payload``, ``nothing`` or fields of the message or receipt.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from channels.base import WireRequest

_ROOT = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """One payload file."""

    name: str
    content: dict[str, Any]

    @property
    def expect(self) -> Any:
        return self.content["expect"]

    @property
    def body(self) -> bytes:
        if "body" in self.content:
            return str(self.content["body"]).encode()
        if "form" in self.content:
            return urlencode(self.content["form"]).encode()
        return json.dumps(self.content["payload"]).encode()

    def request(self, url: str, headers: dict[str, str] | None = None) -> WireRequest:
        """The request as the web server hands it over, with a form already read."""
        query = self.content.get("query", "")
        form = tuple(self.content.get("form", {}).items())
        kind = self.content.get("content_type", "application/json" if not form else "application/x-www-form-urlencoded")
        return WireRequest(
            url=f"{url}?{query}" if query else url,
            headers={"Content-Type": kind, **(headers or {})},
            form=form,
            body=self.body,
            query=tuple(parse_qsl(query)),
        )


def cases(provider: str) -> list[Case]:
    """Every payload of a folder, by name."""
    found = sorted((_ROOT / provider).glob("*.json"))
    return [Case(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in found]
