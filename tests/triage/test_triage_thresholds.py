"""Figures that must not fall, on the development data and on our own messages."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent


def load_scoring() -> ModuleType:
    spec = importlib.util.spec_from_file_location("triage_scoring", HERE / "triage_scoring.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


scoring = load_scoring()

AT_LEAST = {
    "main_f1": 0.94, "any3": 0.97, "intent": 0.97, "emerg_recall": 0.97, "emerg_precision": 0.93,
    "head_recall": 0.95, "head_precision": 0.92, "inject": 1.0, "language": 0.97, "urgency": 0.93,
}  # fmt: skip
AT_MOST = {"per_msg": 2.2, "looks_complaint": 0.06, "looks_emergency": 0.01, "emerg_missed_low": 1}


@pytest.fixture(scope="module", params=["dev.jsonl", "messages.jsonl"])
def figures(request: pytest.FixtureRequest) -> dict[str, float]:
    return scoring.figures(scoring.load(HERE / request.param))


@pytest.mark.parametrize("name", AT_LEAST)
def test_the_figure_does_not_fall(figures: dict[str, float], name: str) -> None:
    assert figures[name] >= AT_LEAST[name]


@pytest.mark.parametrize("name", AT_MOST)
def test_the_figure_does_not_rise(figures: dict[str, float], name: str) -> None:
    assert figures[name] <= AT_MOST[name]


def test_our_own_messages_are_many_and_well_formed() -> None:
    rows = scoring.load(HERE / "messages.jsonl")
    assert len(rows) >= 600
    assert len({r["id"] for r in rows}) == len(rows)
    assert {c for r in rows for c in r["categories"]} == set(scoring.CATEGORIES)
