"""Any bytes on any inbound route: never a 5xx, never a lost or doubled message, never an error that leads nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import Clock, Office
from tests.webhooks.mutating import PROVIDERS, open_office, trial
from webhooks.settings import Settings


@pytest.fixture
def every_channel(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Office]:
    made = open_office(Settings(home=tmp_path, database_url=database_url), clock)
    yield made
    made.service.close()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_mutant_is_lost_doubled_or_answered_with_a_failure(every_channel: Office, provider: str) -> None:
    result = trial(every_channel, provider, 120, seed=1)
    assert [(why, mutant) for why, mutant in result.broken] == []
    assert provider == "twilio-status" or result.readable > 5, "the trial says something about whole messages, too"
