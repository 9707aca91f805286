"""Outside help that an emergency reply names: national bodies from a data file, chosen by what the message is about."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "help.toml"


@dataclass(frozen=True)
class Body:
    """One place that helps: for which categories, or at which words, it is named."""

    key: str
    when: tuple[str, ...]
    words: tuple[str, ...]
    names: dict[str, str]


@lru_cache(maxsize=1)
def bodies() -> tuple[Body, ...]:
    """The bodies of ``data/help.toml``."""
    rows = tomllib.loads(_FILE.read_text())["body"]
    return tuple(
        Body(
            key=row["key"],
            when=tuple(row["when"]),
            words=tuple(row.get("words", ())),
            names={"id": row["name_id"], "en": row["name_en"]},
        )
        for row in rows
    )


def body(key: str) -> Body:
    """One body by its key."""
    return next(found for found in bodies() if found.key == key)


def in_crisis(text: str) -> bool:
    """Whether somebody is said to think of ending their life, or of hurting themselves."""
    lower = text.lower()
    return any(word in lower for word in body("healing119").words)


def lines(text: str, categories: Iterable[str], locale: str) -> str:
    """The names of the bodies that fit, one a line. A body with words of its own is named only at one of them."""
    lower, topics = text.lower(), {"always", *categories}
    fitting = [
        body
        for body in bodies()
        if topics & set(body.when) and (not body.words or any(word in lower for word in body.words))
    ]
    return "\n".join(f"• {body.names[locale]}" for body in fitting)
