"""Figures of the triage on labelled messages. Run as a program it prints them:

python tests/triage/triage_scoring.py tests/triage/dev.jsonl [--errors intent|category|urgency|head|staff|group|language]
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from triage import CATEGORIES, assess

Row = dict[str, Any]
HARMLESS = ("information", "praise", "aspiration", "greeting", "spam_abuse", "status_check")


def load(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def judge(rows: Sequence[Row]) -> list[tuple[Row, Any]]:
    return [(row, assess(row["text"])) for row in rows]


def ratio(part: float, whole: float) -> float:
    return round(part / whole, 3) if whole else 1.0


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    right: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for want, got in pairs:
        gold[want] += 1
        said[got] += 1
        right[want] += want == got
    labels = [c for c in CATEGORIES if gold[c]]
    return round(sum(2 * right[c] / (gold[c] + said[c]) for c in labels) / len(labels), 3)


def figures(rows: Sequence[Row]) -> dict[str, float]:
    """All goals of the triage, measured on these rows."""
    return measure(judge(rows))


def measure(judged: Sequence[tuple[Row, Any]]) -> dict[str, float]:
    """All goals of the triage, measured on rows already judged."""
    n = len(judged)
    emergencies = [(r, a) for r, a in judged if r["urgency"] == "darurat"]
    called = [(r, a) for r, a in judged if a.urgency == "darurat"]
    heads = [(r, a) for r, a in judged if r["about_head"]]
    said_head = [(r, a) for r, a in judged if a.about_head]
    looks = [(r, a) for r, a in judged if {"lookalike", "hypo"} & set(r["tags"]) and r["intent"] in HARMLESS]
    inject = [(r, a) for r, a in judged if "inject" in r["tags"]]
    return {
        "n": n,
        "intent": ratio(sum(a.intent == r["intent"] for r, a in judged), n),
        "main_f1": macro_f1([(r["categories"][0], a.categories[0]) for r, a in judged]),
        "main_acc": ratio(sum(a.categories[0] == r["categories"][0] for r, a in judged), n),
        "any3": ratio(sum(bool(set(a.categories) & set(r["categories"])) for r, a in judged), n),
        "per_msg": ratio(sum(len(a.categories) for _, a in judged), n),
        "urgency": ratio(sum(a.urgency == r["urgency"] for r, a in judged), n),
        "emerg_recall": ratio(sum(a.urgency == "darurat" for _, a in emergencies), len(emergencies)),
        "emerg_precision": ratio(sum(r["urgency"] == "darurat" for r, _ in called), len(called)),
        "emerg_missed_low": sum(a.urgency in ("normal", "rendah") for _, a in emergencies),
        "emerg_n": len(emergencies),
        "head_recall": ratio(sum(a.about_head for _, a in heads), len(heads)),
        "head_precision": ratio(sum(r["about_head"] for r, _ in said_head), len(said_head)),
        "staff": ratio(sum(a.about_staff == r["about_staff"] for r, a in judged), n),
        "group": ratio(sum(a.vulnerable_group == r["vulnerable_group"] for r, a in judged), n),
        "looks_complaint": ratio(sum(a.intent == "complaint" for _, a in looks), len(looks)),
        "looks_emergency": ratio(sum(a.urgency == "darurat" for _, a in looks), len(looks)),
        "inject": ratio(sum(a.intent == "spam_abuse" for _, a in inject), len(inject)),
        "language": ratio(sum(a.language == r["language"] for r, a in judged), n),
        "unsure": ratio(sum(a.unsure for _, a in judged), n),
    }


def slices(judged: Sequence[tuple[Row, Any]], field: str) -> dict[str, tuple[int, float, float]]:
    """For each value of a label: how many, intent accuracy, main-category accuracy."""
    parts: defaultdict[str, list[tuple[Row, Any]]] = defaultdict(list)
    for row, result in judged:
        values = row[field] if isinstance(row[field], list) else [row[field]]
        for value in values[:1] if field == "categories" else values:
            parts[str(value)].append((row, result))
    return {
        key: (
            len(pairs),
            ratio(sum(a.intent == r["intent"] for r, a in pairs), len(pairs)),
            ratio(sum(a.categories[0] == r["categories"][0] for r, a in pairs), len(pairs)),
        )
        for key, pairs in sorted(parts.items())
    }


FIELDS = {
    "intent": lambda r, a: (r["intent"], a.intent),
    "category": lambda r, a: (r["categories"][0], a.categories[0]),
    "any3": lambda r, a: (True, bool(set(a.categories) & set(r["categories"]))),
    "urgency": lambda r, a: (r["urgency"], a.urgency),
    "head": lambda r, a: (r["about_head"], a.about_head),
    "staff": lambda r, a: (r["about_staff"], a.about_staff),
    "group": lambda r, a: (r["vulnerable_group"], a.vulnerable_group),
    "language": lambda r, a: (r["language"], a.language),
}


def main(arguments: Sequence[str]) -> None:
    paths = [Path(p) for p in arguments if not p.startswith("--")]
    fields = [p[2:] for p in arguments if p.startswith("--")]
    rows = [row for path in paths for row in load(path)]
    assess("")
    start = time.perf_counter()
    result = figures(rows)
    print(result, f"{(time.perf_counter() - start) / len(rows) * 1000:.2f} ms each")
    for field in fields:
        if field.startswith("by-"):
            for key, value in slices(judge(rows), field[3:]).items():
                print(f"  {key:26} n={value[0]:3} intent {value[1]:.2f} main {value[2]:.2f}")
            continue
        for row, found in judge(rows):
            want, got = FIELDS[field](row, found)
            if want != got:
                why = "; ".join(f"{e.rule}={e.matched}" for e in found.evidence)
                print(f"[{field}] {row['id']} {want} -> {got} | {row['text'][:170]!r}\n      {why}")


if __name__ == "__main__":
    main(sys.argv[1:])
