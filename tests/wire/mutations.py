"""Payloads made worse, with knowledge of their structure: fields dropped, renamed, retyped, doubled; bytes flipped.

The same seed gives the same mutants. Each has an id of its own unless the mutation took it, so that none of them is a
repeat of another.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.wire import Case, cases

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**400, 0.5, -0.0, 1e308, float("inf"),
    float("nan"), "", " ", "\0", "\ud83d", "\udc00a", "0", "-1", "null", "é" * 3000, "x" * 70_000, "🙏" * 5000,
    "\u202eitiS", "a\u0301" * 500, "../../etc/passwd", "' OR 1=1 --", "{0}{name}%s%n", "\r\nX-Y: z", [], {}, [[]],
    [None], {"id": 1}, {"id": "x"}, ["a", {"b": [1]}], json.loads("[" * 40 + "]" * 40),
)  # fmt: skip
NAMES = ("", "id", "from", "text", "message", "type", "\0", "\ud83d", "Body", "From", "x" * 300, "🙏", "__class__")

Path = tuple[Any, ...]


@dataclass(frozen=True)
class Mutant:
    """One payload. ``event`` is what it still says to a reader of its format, None where nothing can be read."""

    origin: str
    body: bytes
    query: str
    event: Any
    id: str


def mutants(provider: str, count: int, seed: int) -> Iterator[Mutant]:
    """``count`` mutants of the payloads of a folder."""
    dice = random.Random(f"{provider}-{seed}")
    known = [case for case in cases(provider) if case.content.get("payload") or case.content.get("form")]
    written = [case for case in known if isinstance(case.expect, dict) and case.expect.get("kind") == "text"]
    for number in range(count):
        case = dice.choice(dice.choice((known, written or known)))
        yield _form(dice, case, number) if "form" in case.content else _json(dice, case, number)


def _odd(dice: random.Random) -> Any:
    """A copy: the next change may go into it."""
    return copy.deepcopy(dice.choice(ODD))


def _json(dice: random.Random, case: Case, number: int) -> Mutant:
    event, identity = json.loads(json.dumps(case.content["payload"])), 10_000_000 + number
    if isinstance(event, dict):
        key = "update_id" if "update_id" in event else "id"
        event[key] = identity if key == "update_id" else str(identity)
    for _ in range(dice.choice((1, 1, 2, 4))):
        event = dice.choice(CHANGES)(dice, event)
    body = json.dumps(event).encode()
    if dice.random() < 0.2:
        body = _flipped(dice, body)
        event = _read(body)
    return Mutant(case.name, body, "", event, str(identity))


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _form(dice: random.Random, case: Case, number: int) -> Mutant:
    fields, identity = dict(case.content["form"]), f"SM{number:032x}"
    fields = {k: identity if k.endswith("Sid") and k[0] in "MS" and v else v for k, v in fields.items()}
    pairs: list[tuple[str, str]] = list(fields.items())
    for _ in range(dice.choice((1, 1, 2, 4))):
        pairs = _change_pairs(dice, pairs)
    body = urlencode(pairs, errors="surrogatepass").encode()
    if dice.random() < 0.2:
        body = _flipped(dice, body)
        text = body.decode("utf-8", "surrogateescape")
        pairs = parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
    return Mutant(case.name, body, str(case.content.get("query", "")), pairs, identity)


def _change_pairs(dice: random.Random, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    at = dice.randrange(len(pairs)) if pairs else 0
    odd, name = str(_odd(dice)), dice.choice(NAMES)
    if not pairs:
        return [(name, odd)]
    key, value = pairs[at]
    new = dice.choice(([], [(name, value)], [(key, odd)], [(key, value), (key, odd)], [(key, value), (name, odd)]))
    return [*pairs[:at], *new, *pairs[at + 1 :]]


def _flipped(dice: random.Random, body: bytes) -> bytes:
    content = bytearray(body)
    for _ in range(dice.choice((1, 3, 10))):
        at = dice.randrange(len(content)) if content else 0
        content[at : at + dice.choice((0, 1))] = bytes([dice.randrange(256)] * dice.choice((0, 1, 1)))
    return bytes(content[: dice.randrange(len(content) + 1)]) if dice.random() < 0.1 else bytes(content)


# ------------------------------------------------------------------ changes to a tree


def _paths(value: Any, here: Path = ()) -> Iterator[Path]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield (*here, key)
        yield from _paths(child, (*here, key))


def _at(event: Any, path: Path) -> Any:
    for key in path:
        event = event[key]
    return event


def _somewhere(change: Callable[[random.Random, Any, Any], None]) -> Callable[[random.Random, Any], Any]:
    def changed(dice: random.Random, event: Any) -> Any:
        known = list(_paths(event))
        if not known:
            return _odd(dice)
        path = dice.choice(known)
        change(dice, _at(event, path[:-1]), path[-1])
        return event

    return changed


@_somewhere
def _dropped(_: random.Random, parent: Any, key: Any) -> None:
    del parent[key]


@_somewhere
def _retyped(dice: random.Random, parent: Any, key: Any) -> None:
    parent[key] = _odd(dice)


@_somewhere
def _renamed(dice: random.Random, parent: Any, key: Any) -> None:
    value = parent[key]
    if isinstance(parent, dict):
        del parent[key]
        parent[dice.choice(NAMES)] = value
    else:
        parent[key] = {dice.choice(NAMES): value}


@_somewhere
def _wrapped(dice: random.Random, parent: Any, key: Any) -> None:
    parent[key] = dice.choice(([parent[key]], {"x": parent[key]}, str(parent[key])))


@_somewhere
def _joined(dice: random.Random, parent: Any, key: Any) -> None:
    if isinstance(parent, dict):
        parent[dice.choice(NAMES)] = _odd(dice)
    else:
        parent.append(parent[key])


CHANGES = (_dropped, _retyped, _retyped, _renamed, _wrapped, _joined)
