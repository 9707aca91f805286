"""Twilio's REST beside the sending of messages: lists, look-ups, contents. Bounded in time, page by page.

https://www.twilio.com/docs/usage/twilios-response#response-formats-list-paging-information
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from channels import twilio_codes
from channels.base import SendError

API, CONTENT = "https://api.twilio.com", "https://content.twilio.com"
#: A list that takes longer than this is broken off; the next round goes on with it.
LIST_SECONDS = 60.0
PAGE_SIZE = 200
#: No list of two days is longer; a server that says "next page" for ever ends here.
_MOST_PAGES = 100


class Rest:
    """Calls of one account. ``client`` gives the SDK's HTTP client, which carries time limits and connections."""

    def __init__(self, client: Callable[[], Any], sid: str, token: str, base: str | None, timeout: float) -> None:
        self._client, self._auth, self._timeout = client, (sid, token), timeout
        self.api = f"{base or API}/2010-04-01/Accounts/{sid}"
        self.content = f"{base or CONTENT}/v1/Content"

    def get(self, url: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """One object. Raises SendError."""
        return self._call("GET", url, params=params)

    def create(self, url: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """One object made from JSON. Raises SendError."""
        return self._call("POST", url, data=content, headers={"Content-Type": "application/json"})

    def pages(self, url: str, params: Mapping[str, str], key: str) -> Iterator[dict[str, Any]]:
        """Every item of a list under ``key``. Raises SendError, also where it takes too long."""
        until = time.monotonic() + LIST_SECONDS
        page = self.get(url, params)
        for _ in range(_MOST_PAGES):
            yield from (item for item in page.get(key) or () if isinstance(item, dict))
            following = _next_page(page)
            if not following:
                return
            if time.monotonic() > until:
                raise SendError("timeout", retryable=True)
            following = urljoin(url, following)
            if urlsplit(following)[:2] != urlsplit(url)[:2]:  # the password goes nowhere else
                raise SendError("unreadable", retryable=True, reason="provider")
            page = self.get(following)

    def _call(self, method: str, url: str, **what: Any) -> dict[str, Any]:
        from requests import RequestException

        headers = {"Accept": "application/json", **what.pop("headers", {})}
        try:
            answer = self._client().request(
                method, url, headers=headers, auth=self._auth, timeout=self._timeout, **what
            )
            content = json.loads(answer.content or "null")
        except RequestException:
            raise SendError("network", retryable=True) from None
        except (ValueError, RecursionError):
            raise SendError("unreadable", retryable=True, reason="provider") from None
        if not isinstance(content, dict):
            raise SendError("unreadable", retryable=True, reason="provider")
        if answer.status_code >= 400:
            code = str(content.get("code") or answer.status_code)
            fault = twilio_codes.explain_answer(code, answer.status_code)
            raise SendError(code, retryable=fault.retryable, ours=fault.ours, reason=fault.reason)
        return content


def _next_page(page: Mapping[str, Any]) -> str:
    meta = page.get("meta")
    found = page.get("next_page_uri") or (meta.get("next_page_url") if isinstance(meta, dict) else None)
    return found if isinstance(found, str) else ""
