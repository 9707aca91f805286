"""A form is carried out once, however often its button was pressed.

Every page gives its forms a random word. What was carried out last on a case is remembered as a digest over that word
and everything that was typed: the same again is a second press, and anything else is something new.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence

from workflow.messages import Media

FIELD = "once"


def word() -> str:
    """A new one for every page."""
    return secrets.token_hex(16)


def digest(action: str, account_id: str, values: Iterable[tuple[str, str]], media: Sequence[Media] = ()) -> str | None:
    """What a filled-in form is known by; None where it came without a word."""
    pairs, known = sorted(values), hashlib.sha256()
    if not any(name == FIELD and value for name, value in pairs):
        return None
    typed = (piece.encode(errors="surrogatepass") for pair in pairs for piece in pair)
    files = (piece for file in media for piece in (file.name.encode(errors="surrogatepass"), file.content or b""))
    for piece in (action.encode(), account_id.encode(), *typed, *files):
        known.update(len(piece).to_bytes(8, "big") + piece)
    return known.hexdigest()
