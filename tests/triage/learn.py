"""Makes ``triage/data/experience.json`` from the labelled messages: python tests/triage/learn.py

Multinomial logistic regression, one per question (category, intent, urgency), fitted by gradient descent with
a step per weight. Standard library only, the same result each time; it takes about half a minute.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from triage import events
from triage.assessment import CATEGORIES, INTENTS, URGENCIES
from triage.experience import SCALE, softmax
from triage.scene import Scene
from triage.signs import observe, told

HERE = Path(__file__).parent
SOURCES = [HERE / "dev.jsonl", HERE / "messages.jsonl"]
TARGET = HERE.parents[1] / "triage" / "data" / "experience.json"
EPOCHS, STEP, DECAY, RARE, FAINT = 25, 0.15, 1e-4, 2, 8
HEARD = 0.5  # how often the rules' signs are heard: in the messages that the rules were written for they are too good

Row = dict[str, Any]
Example = tuple[list[str], list[str], list[float]]  # words, what the rules see in them, the answer


def load(paths: Sequence[Path] = SOURCES) -> list[Row]:
    return [json.loads(line) for p in paths for line in p.read_text(encoding="utf-8").splitlines() if line.strip()]


def fingerprint(rows: Sequence[Row]) -> str:
    """Changes whenever a message or a label that is learnt from does."""
    told = [[r["text"], r["intent"], r["categories"], r["urgency"]] for r in rows]
    return hashlib.sha256(json.dumps(told, ensure_ascii=True).encode()).hexdigest()[:16]


def category_shares(row: Row) -> list[float]:
    shares = {c: 1.0 if place == 0 else 0.5 for place, c in enumerate(row["categories"])}
    return [shares.get(c, 0.0) / sum(shares.values()) for c in CATEGORIES]


def question(
    answers: Sequence[str],
    seen: Sequence[Mapping[str, int]],
    wanted: Sequence[list[float]],
    signs: Sequence[Mapping[str, int]] = (),
) -> dict[str, Any]:
    told = signs or [{}] * len(seen)
    counts = Counter(f for features in (*seen, *told) for f in features)
    known = [
        tuple(sorted(f for f in features if counts[f] >= RARE) for features in pair)
        for pair in zip(seen, told, strict=True)
    ]
    examples = [(words, own, w) for (words, own), w in zip(known, wanted, strict=True)]
    weights, bias = fit(examples, len(answers), sorted(f for f, n in counts.items() if n >= RARE))
    return {
        "answers": list(answers),
        "bias": [round(b * SCALE) for b in bias],
        "weights": {name: kept for name, row in weights.items() if (kept := sparse(row))},
    }


def sparse(row: Sequence[float]) -> list[int]:
    """Place and weight of each answer that the feature bears on, one behind the other."""
    whole = [round(weight * SCALE) for weight in row]
    return [n for k, weight in enumerate(whole) if abs(weight) >= FAINT for n in (k, weight)]


def fit(examples: Sequence[Example], size: int, names: Sequence[str]) -> tuple[dict[str, list[float]], list[float]]:
    weights = {name: [0.0] * size for name in names}
    steps = {name: [1e-6] * size for name in names}
    bias = [0.0] * size
    order = list(examples)
    dice = random.Random(1)
    for _ in range(EPOCHS):
        dice.shuffle(order)
        for words, signs, wanted in order:
            features = words + signs if dice.random() < HEARD else words
            share = 1 / math.sqrt(len(features) or 1)
            logits = list(bias)
            for name in features:
                for k, weight in enumerate(weights[name]):
                    logits[k] += weight * share
            error = [p - w for p, w in zip(softmax(logits), wanted, strict=True)]
            wrong = [k for k in range(size) if abs(error[k]) > 0.004]
            for k in wrong:
                bias[k] -= 0.02 * error[k]
            for name in features:
                row, step = weights[name], steps[name]
                for k in wrong:
                    slope = error[k] * share + DECAY * row[k]
                    step[k] += slope * slope
                    row[k] -= STEP * slope / math.sqrt(step[k])
    return weights, bias


def learn(rows: Sequence[Row]) -> dict[str, Any]:
    scenes = [Scene(r["text"]) for r in rows]
    words = [s.seen for s in scenes]
    happened = [events.find(s) for s in scenes]
    signs = [told(observe(s, e), e) for s, e in zip(scenes, happened, strict=True)]
    noticed = [s.noticed for s in scenes]
    both = [{**own, **further} for own, further in zip(noticed, signs, strict=True)]
    return {
        "made_from": fingerprint(rows),
        "questions": {
            "category": question(CATEGORIES, words, [category_shares(r) for r in rows], noticed),
            "intent": question(INTENTS, words, [[float(r["intent"] == i) for i in INTENTS] for r in rows], signs),
            "urgency": question(URGENCIES, words, [[float(r["urgency"] == u) for u in URGENCIES] for r in rows], both),
        },
    }


def write(table: Mapping[str, Any], target: Path = TARGET) -> None:
    """One feature a line, so that changes can be read."""
    parts = []
    for name, found in table["questions"].items():
        rows = ",\n".join(
            f"{json.dumps(k)}:{json.dumps(v, separators=(',', ':'))}" for k, v in found["weights"].items()
        )
        head = json.dumps({"answers": found["answers"], "bias": found["bias"]})
        parts.append(f'"{name}": {head[:-1]}, "weights": {{\n{rows}\n}}}}')
    body = ",\n".join(parts)
    target.write_text(f'{{"made_from": "{table["made_from"]}", "questions": {{\n{body}\n}}}}\n', encoding="utf-8")


if __name__ == "__main__":
    write(learn(load()), *(Path(p) for p in sys.argv[1:]))
