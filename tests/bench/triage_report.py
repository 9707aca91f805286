"""How well the triage judges the labelled messages, with 95 % intervals from resampling them.

The figures for messages that the rules were written for and the weights learnt from flatter. Held out, the
weights are learnt from the other four fifths; what to expect of new messages stands in tests/triage/README.md.
"""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

from triage.experience import Question

HERE = Path(__file__).resolve().parents[1] / "triage"
ROUNDS, FOLDS = 400, 5
SLICES = ("language", "intent", "tags")
SHOWN = (
    "main_f1", "any3", "per_msg", "intent", "urgency", "emerg_recall", "emerg_precision", "emerg_missed_low", "head_recall",
    "head_precision", "looks_complaint", "looks_emergency", "inject", "language", "staff", "group",
)  # fmt: skip

Judged = Sequence[tuple[dict[str, Any], Any]]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def intervals(judged: Judged, measure: Callable[[Judged], dict[str, float]]) -> dict[str, tuple[float, float]]:
    """For each figure what 95 % of resampled sets of messages show."""
    dice = random.Random(1)
    rounds = [measure(dice.choices(judged, k=len(judged))) for _ in range(ROUNDS)]
    found = {}
    for name in SHOWN:
        values = sorted(figures[name] for figures in rounds)
        found[name] = values[int(0.025 * ROUNDS)], values[int(0.975 * ROUNDS) - 1]
    return found


def held_out(scoring: ModuleType, rows: Sequence[dict[str, Any]]) -> Judged:
    """Each fifth judged with what the other four teach."""
    learn = load("learn")
    judged: list[tuple[dict[str, Any], Any]] = []
    for fold in range(FOLDS):
        tables = learn.learn([r for i, r in enumerate(rows) if i % FOLDS != fold])["questions"]
        questions = {name: Question(table) for name, table in tables.items()}
        with mock.patch("triage.scene.experience", return_value=questions):
            judged += scoring.judge([r for i, r in enumerate(rows) if i % FOLDS == fold])
    return judged


def report(module: ModuleType, name: str, judged: Judged) -> None:
    figures, spans = module.measure(judged), intervals(judged, module.measure)
    print(f"triage, {name}: {len(judged)} messages, {figures['emerg_n']:.0f} emergencies")
    for key in SHOWN:
        low, high = spans[key]
        print(f"  {key:20} {figures[key]:7.3f}   {low:.3f} to {high:.3f}")
    for field in SLICES:
        for value, (count, intent, main_category) in module.slices(judged, field).items():
            print(f"  {field} {value:14} n={count:4}  intent {intent:.2f}  main category {main_category:.2f}")


def main() -> None:
    scoring = load("triage_scoring")
    rows = {name: scoring.load(HERE / f"{name}.jsonl") for name in ("dev", "messages", "fresh")}
    for name, own in rows.items():
        report(scoring, name, scoring.judge(own))
    report(scoring, "held out", held_out(scoring, rows["dev"] + rows["messages"]))


if __name__ == "__main__":
    main()
