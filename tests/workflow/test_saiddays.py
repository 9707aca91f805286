"""Days that people write: what cannot be is found, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from workflow.saiddays import impossible

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("32 November 2027 malam", ["32 November 2027"]),
        ("hari Senin 31 April", ["31 April"]),
        ("29 Februari 2025", ["29 Februari 2025"]),
        ("24/11/2026 pukul 10.00", ["24/11/2026"]),
        ("5-13-2026", ["5-13-2026"]),
        ("0 Mei 2026 dan 1 Juni 2026", ["0 Mei 2026"]),
        ("1 Januari 0000", ["1 Januari 0000"]),
        ("23 November 2026", []),
        ("29 Feb 2024", []),
        ("29 Februari", []),
        ("1 November malam", []),
        ("Sabtu malam jam sepuluh, kamar 12/3", []),
        ("sejak 2024, tiap tanggal 31", []),
        ("", []),
    ],
)
def test_only_days_that_cannot_be_are_found(text: str, found: list[str]) -> None:
    assert impossible(text, TODAY) == found
