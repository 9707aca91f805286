"""How long one judgement takes; run by `make bench` only."""

from __future__ import annotations

import json
import os
import statistics
import time
from pathlib import Path

import pytest

from triage import assess

ROWS = Path(__file__).parents[1] / "triage" / "messages.jsonl"

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not os.environ.get("ADUAN_TEST_BENCH"), reason="a measurement: set ADUAN_TEST_BENCH=1"),
]


def milliseconds(text: str) -> float:
    start = time.perf_counter()
    assess(text)
    return (time.perf_counter() - start) * 1000


def test_mean_time_of_an_ordinary_message_is_below_two_milliseconds() -> None:
    texts = [json.loads(line)["text"] for line in ROWS.read_text(encoding="utf-8").splitlines()]
    assess("")
    times = sorted(milliseconds(text) for text in texts)
    print(f"mean {statistics.mean(times):.2f} ms, median {statistics.median(times):.2f}, worst {times[-1]:.1f}")
    assert statistics.mean(times) < 2.0


def test_a_letter_of_a_hundred_thousand_characters_takes_below_fifty_milliseconds() -> None:
    texts = [json.loads(line)["text"] for line in ROWS.read_text(encoding="utf-8").splitlines()]
    letter = " ".join(texts * 3)[:100_000]
    assert min(milliseconds(letter) for _ in range(3)) < 50
