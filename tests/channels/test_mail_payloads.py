"""Every mail of the folder, read; and every mail of the folder, damaged."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.mail_inbound import Sorted, sort

ROOT = Path(__file__).parents[1] / "wire" / "mail"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((ROOT / "expect.toml").read_text())
MAILS = {path.stem: path.read_bytes() for path in sorted(ROOT.glob("*.eml"))}
OURS = "aduan@rutan.example"


def seen(found: Sorted) -> dict[str, Any]:
    """What the expectations speak of."""
    report = found.reports[0] if found.reports else None
    return {
        "outcome": found.outcome,
        "reason": found.reason,
        "sender": found.mail.sender,
        "name": found.mail.name,
        "subject_is": found.mail.subject,
        "text": found.mail.text,
        "words": found.inbound.text,
        "kind": found.inbound.kind,
        "answers": list(found.inbound.answers),
        "files": [[m.name, m.declared_type, len(m.content or b"")] for m in found.mail.media],
        "report": [report.state, report.ref, report.code] if report else [],
    }


def test_every_mail_is_spoken_of() -> None:
    assert MAILS.keys() == EXPECTED.keys()


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_becomes_what_its_entry_promises(name: str) -> None:
    found, expected = sort(MAILS[name], OURS), dict(EXPECTED[name])
    assert expected.pop("text_has", "") in found.mail.text
    assert found.inbound.provider_id.startswith(expected.pop("id_begins", ""))
    whole = seen(found)
    assert {key: whole[key] for key in expected} == expected
    assert found.inbound.ignored == (found.outcome == "ignored")
    check(MAILS[name])


def check(raw: bytes) -> Sorted:
    """What holds for any bytes whatever: they are kept, and what is read from them can be stored anywhere."""
    found = sort(raw, OURS)
    inbound = found.inbound
    assert inbound.raw == raw
    assert inbound.sender and inbound.thread and 0 < len(inbound.provider_id) <= 128
    assert inbound.kind in ("text", "media", "unsupported")
    words = [inbound.sender, inbound.provider_id, inbound.text, inbound.display_name or "", found.mail.subject]
    for word in (*words, *(word for item in found.mail.media for word in (item.name, item.declared_type))):
        assert "\0" not in word
        word.encode("utf-8")
    assert all(item.content is not None and item.name for item in found.mail.media)
    return found


def test_the_same_mail_over_another_way_is_the_same() -> None:
    raw = MAILS["plain"]
    other = b"Received: from mx.example\r\n" + raw.replace(b"\n", b"\r\n") + b"\r\n"
    one, two = sort(raw, OURS).inbound, sort(other, OURS).inbound
    assert (one.provider_id, one.digest, one.thread) == (two.provider_id, two.digest, two.thread)
    changed = sort(raw.replace(b"tiga", b"lima"), OURS).inbound
    assert changed.provider_id == one.provider_id and changed.digest != one.digest


def mutated(raw: bytes, dice: random.Random) -> bytes:
    """A mail with something cut, doubled, swapped with another one's, or turned into noise."""
    data = bytearray(raw)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data) + 1)
        length = dice.choice((1, 1, 2, 8, 40, 400))
        other = dice.choice(list(MAILS.values()))
        begin = dice.randrange(len(other) + 1)
        data[at : at + dice.choice((0, length))] = dice.choice(
            (
                b"",
                dice.randbytes(length),
                bytes(data[at : at + length]) * 2,
                other[begin : begin + length],
                dice.choice(
                    (b"\0", b"\r", b"\n\n", b"--b\n", b"=?utf-8?b?", b"boundary=", b"\xff\xfe", b'"', b"(" * 50, b";")
                ),
            )
        )
    return bytes(data)


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(sorted(MAILS)), seed=st.integers(0, 2**32))
def test_no_change_to_a_mail_raises(name: str, seed: int) -> None:
    check(mutated(MAILS[name], random.Random(seed)))


@settings(max_examples=150, deadline=None)
@given(raw=st.binary(max_size=400))
def test_no_bytes_raise(raw: bytes) -> None:
    check(raw)


@pytest.mark.bench
def test_twelve_thousand_damaged_mails_are_read() -> None:
    dice = random.Random(20261123)
    names = sorted(MAILS)
    for _ in range(12_000):
        check(mutated(MAILS[dice.choice(names)], dice))


HOSTILE = {
    "one long line that begins a quotation": b"Pada " + b"a " * 100_000 + b"menulis",
    "many lines that begin a quotation": b"Pada hari itu <x@y.z> \n" * 20_000,
    "many lines that begin a header block": b"Dari: x\n" * 30_000,
    "words without end": b"=?utf-8?q?" * 20_000,
    "a page of open tags": b"<div>" * 60_000,
    "a page of tables": b"<table><tr><td>" * 3_000,
    "numbers like a token": b"0123456789abcdef" * 10_000,
    "brackets": b"<" * 100_000,
    "spaces": b"Dari" + b" " * 100_000,
    "signs": b"-" * 100_000 + b"x",
    "begins": b"begin 644 x\n" * 20_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("kind", [b"text/plain", b"text/html"])
@pytest.mark.timeout(20)
def test_what_is_made_to_take_long_does_not(body: bytes, kind: bytes) -> None:
    head = b"From: <x@y.example>\nMIME-Version: 1.0\nContent-Type: " + kind + b"\nSubject: "
    check(head + b"Mail delivery failed\n\n" + body)
    check(head + body.replace(b"\n", b" ") + b"\nTo: " + body.replace(b"\n", b" ") + b"\n\nAir mati\n")
