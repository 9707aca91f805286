"""``make test``: every check, then every test; the last lines say what was left out and how to get it.

With ``ADUAN_TEST_STRICT=1``, as continuous integration sets it, whatever is left out is a failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
STRICT = os.environ.get("ADUAN_TEST_STRICT") == "1"

CHECKS = (
    ("format", [BIN / "ruff", "format", "--check", "--quiet", "."]),
    ("lint", [BIN / "ruff", "check", "--quiet", "."]),
    ("types", [BIN / "mypy", "--no-error-summary"]),
    ("architecture", [BIN / "lint-imports", "--no-cache"]),
)

#: Whichever is done first takes over what the other has left.
CORES = ("-n", "2", "--dist", "worksteal")


def run(name: str, command: list[object]) -> bool:
    """One check; its output only where it fails."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name}", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def main() -> int:
    good = all([run(name, list(command)) for name, command in CHECKS])
    if "--checks-only" in sys.argv:
        return 0 if good else 1
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "not bench", "-p", "tests.left_out", *CORES, *_arguments()],
        cwd=ROOT,
        check=False,
    )
    return 0 if good and tests.returncode == 0 else 1


def _arguments() -> list[str]:
    return [a for a in sys.argv[1:] if not a.startswith("--checks")]


if __name__ == "__main__":
    sys.exit(main())
