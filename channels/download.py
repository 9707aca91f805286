"""Fetching a file over HTTP without trusting it: bounded in time and size, the password for one origin only."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import requests

from channels.base import SendError

_REDIRECTS = 3
_CHUNK = 64 * 1024

Credentials = tuple[str, str]


def download(
    url: str,
    *,
    limit: int,
    seconds: float,
    credentials: Callable[[str], Credentials | None],
) -> bytes:
    """The file's bytes. ``credentials`` is asked again for every address that a redirect names.

    The library's exceptions are cut off: they quote the address, which may hold a token.
    """
    deadline = time.monotonic() + seconds
    try:
        with requests.Session() as session, _follow(session, url, deadline, credentials) as response:
            return _read(response, limit, deadline)
    except requests.Timeout:
        raise SendError("timeout", retryable=True) from None
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        raise SendError("network", retryable=True) from None
    except (requests.RequestException, ValueError):  # an address that cannot be one
        raise SendError("media", retryable=False) from None


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what must be equal before a password is shown."""
    parts = urlsplit(url)
    return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port


def _follow(
    session: requests.Session, url: str, deadline: float, credentials: Callable[[str], Credentials | None]
) -> requests.Response:
    for _ in range(_REDIRECTS + 1):
        auth = credentials(url) or _no_password
        response = session.get(url, auth=auth, timeout=_left(deadline), stream=True, allow_redirects=False)
        if not response.is_redirect:
            return _checked(response)
        target = urljoin(url, response.headers["Location"])
        response.close()
        if origin(url)[0] == "https" and origin(target)[0] != "https":
            raise SendError("redirect", retryable=False, reason="media")
        url = target
    raise SendError("redirect", retryable=False, reason="media")


def _no_password(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without any auth requests would look for the host in ~/.netrc."""
    return request


def _checked(response: requests.Response) -> requests.Response:
    status = response.status_code
    if status == 200:
        return response
    response.close()
    if status in (401, 403):  # a password that is being changed, or a link of theirs that was too old
        raise SendError(str(status), retryable=True, ours=True, reason="auth")
    # Twilio answers 404 for a moment after a message has come in.
    raise SendError(str(status), retryable=status in (404, 408, 429) or status >= 500, reason="media")


def _read(response: requests.Response, limit: int, deadline: float) -> bytes:
    declared = response.headers.get("Content-Length", "")
    if declared.isdigit() and int(declared) > limit:
        raise SendError("too_large", retryable=False, reason="media")
    content = bytearray()
    for chunk in response.iter_content(_CHUNK):
        content += chunk
        if len(content) > limit:
            raise SendError("too_large", retryable=False, reason="media")
        _left(deadline)
    return bytes(content)


def _left(deadline: float) -> float:
    """Seconds until the deadline; a server that trickles is cut off here."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise SendError("timeout", retryable=True)
    return min(left, 10.0)
