"""The house style, as far as a machine can see it."""

from __future__ import annotations

import ast
import re
import statistics
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "channels", "triage", "workflow", "webhooks")
SOURCES = [p for name in PACKAGES for p in sorted((ROOT / name).rglob("*.py")) if "versions" not in p.parts]


def functions() -> Iterator[tuple[Path, ast.FunctionDef]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                yield path, node


def length(node: ast.FunctionDef) -> int:
    """Lines of the body without signature and docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_functions_are_short() -> None:
    sizes = {f"{path.relative_to(ROOT)}:{node.name}": length(node) for path, node in functions()}
    assert statistics.median(sizes.values()) < 10
    assert {name: size for name, size in sizes.items() if size > 60} == {}


def test_files_are_short() -> None:
    limits = {"workflow/models.py": 600}
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES}
    assert {name: size for name, size in sizes.items() if size > limits.get(name, 400)} == {}


def test_broad_exceptions_stand_in_three_places_only() -> None:
    found = [
        str(p.relative_to(ROOT)) for p in SOURCES for _ in re.findall(r"except (?:Base)?Exception\b", p.read_text())
    ]
    assert sorted(found) == ["bot/desk.py", "channels/delivery.py", "webhooks/jobs.py"]


def test_log_lines_are_constant_sentences() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id in ("log", "_log", "logger"):
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}"


def test_nothing_below_webhooks_reads_the_environment_or_the_clock() -> None:
    for path in SOURCES:
        if path.relative_to(ROOT).parts[0] in ("bot", "triage", "workflow"):
            text = path.read_text()
            assert "os.environ" not in text, path
            assert not re.search(r"datetime\.now\(|time\.time\(", text), path


@pytest.mark.parametrize("name", PACKAGES)
def test_each_package_is_ours(name: str) -> None:
    """The names belong to other people's distributions on PyPI."""
    assert Path(import_module(name).__file__ or "").resolve().parent.parent == ROOT


def test_the_locks_pin_everything_and_name_no_registry() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text()
        assert "://" not in text
        for line in project["project"]["dependencies"]:
            name = re.split(r"[\[<>=!~ ]", line)[0]
            assert re.search(rf"^{re.escape(name)}(\[\w+\])?==", text, re.M), (lock, name)
        pinned = [block for block in re.split(r"\n(?=\S)", text) if re.match(r"^[\w.-]+(\[\w+\])?==", block)]
        assert pinned
        assert all("--hash=sha256:" in block for block in pinned)


def test_provider_names_stay_in_their_rooms() -> None:
    """A provider is named by its adapter, the table, its settings and its route, and nowhere else."""
    allowed = {
        "channels/__init__.py", "channels/twilio.py", "channels/twilio_codes.py", "channels/twilio_inbound.py",
        "channels/twilio_check.py", "channels/twilio_content.py", "channels/twilio_history.py", "channels/twilio_rest.py",
        "webhooks/settings.py", "webhooks/receive.py", "webhooks/cli.py", "webhooks/public.py", "webhooks/service.py",
        "webhooks/opening.py",
    }  # fmt: skip
    code = re.compile(r"^(?!\s*(#|\"\"\")).*twilio", re.I | re.M)
    naming = {str(p.relative_to(ROOT)) for p in SOURCES if code.search(_without_docstrings(p.read_text()))}
    assert naming <= allowed, naming - allowed


def _without_docstrings(source: str) -> str:
    return re.sub(r'"""[\s\S]*?"""|#.*', "", source)


def test_the_newest_migration_is_the_one_that_alembic_means() -> None:
    from alembic.script import ScriptDirectory

    from workflow.db import alembic_config, newest_migration

    assert ScriptDirectory.from_config(alembic_config("")).get_heads() == [newest_migration()]
