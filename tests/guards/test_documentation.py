"""Settings, commands and clocks are what the documents say."""

from __future__ import annotations

from pathlib import Path

import click

from webhooks.cli import main
from webhooks.settings import Settings
from workflow import clocks, wording
from workflow.states import TABLE

ROOT = Path(__file__).resolve().parents[2]
MANUAL = (ROOT / "docs" / "operations.md").read_text()


def test_every_setting_is_documented_and_no_other() -> None:
    import re

    named = set(re.findall(r"`ADUAN_([A-Z_]+)`", MANUAL))
    known = {name.upper() for name in Settings.model_fields}
    assert known - named == set()
    assert {n for n in named - known if not n.startswith("TEST_")} == set()


def test_every_command_is_documented() -> None:
    def walk(group: click.Group, path: str) -> list[str]:
        found = []
        for name, command in group.commands.items():
            deeper = isinstance(command, click.Group)
            found += walk(command, f"{path} {name}") if deeper else [f"{path} {name}"]  # type: ignore[arg-type]
        return found

    missing = [name for name in walk(main, "aduan") if f"`{name}" not in MANUAL]
    assert missing == []


def test_every_action_rule_and_notice_has_words() -> None:
    rules = clocks.rules()
    assert set(rules) <= set(wording.LABELS["rule"])
    assert set(TABLE) <= set(wording.LABELS["action"])
    late = {f"late_{name}" for name, rule in rules.items() if rule.on_due == "escalate"}
    assert late <= set(wording.LABELS["notice"])


def test_the_readme_opens_with_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    assert text.index("make run") < text.index("make test") < 1500
