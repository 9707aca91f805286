"""Files that a provider keeps for us: tried again by a rule, within limits, with the outcome written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select

from channels import delivery
from channels.base import SendError
from tests.support import Office
from workflow.inbox import MAX_FILE
from workflow.messages import Media
from workflow.models import Attachment, Outbound


@dataclass
class Provider:
    """Hands out what it is told to, one answer after another; counts how much it was asked for."""

    answers: list[bytes | SendError]
    limits: list[int] = field(default_factory=list)
    name: str = "provider"
    accounts: dict[str, str] = field(default_factory=lambda: {"simulator": "simulator"})

    def fetch(self, media: Media, *, limit: int) -> bytes:
        self.limits.append(limit)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, SendError):
            raise answer
        return answer


def keep(office: Office, provider: Provider | None, tries: int = 1) -> Attachment:
    """A file is waited for; the tick tries so often, each time when it is due."""
    office.say("Air di blok B mati.", media=(Media("foto.jpg", "image/jpeg", url="https://media.example/1"),))
    for _ in range(tries):
        delivery.fetch_wanted(office.db, {"provider": provider} if provider else {}, office.clock())  # type: ignore[dict-item]
        with office.db.read() as s:
            due = s.scalars(select(Attachment.next_attempt_at)).one()
        office.clock.now = max(office.clock.now, due or office.clock.now)
    with office.db.read() as s:
        row = s.scalars(select(Attachment)).one()
        s.expunge(row)
        return row


def test_a_file_is_kept_and_never_more_than_we_keep_is_asked_for(office: Office) -> None:
    provider = Provider([b"%PDF-1.4"])
    assert keep(office, provider).state == "stored"
    assert provider.limits == [MAX_FILE]


def test_trouble_is_waited_out_and_written_down(office: Office) -> None:
    before = office.clock()
    provider = Provider([SendError("503", retryable=True, retry_after=120), b"%PDF-1.4"])
    row = keep(office, provider)
    assert (row.state, row.fault, row.attempts) == ("wanted", "503", 1)
    assert row.next_attempt_at is not None and row.next_attempt_at - before >= timedelta(seconds=120)
    assert delivery.fetch_wanted(office.db, {"p": provider}, office.clock()) == 1  # type: ignore[dict-item]
    with office.db.read() as s:
        assert s.execute(select(Attachment.state, Attachment.fault)).one() == ("stored", "")


def test_a_file_that_never_comes_is_lost_after_six_tries_and_says_why(office: Office) -> None:
    row = keep(office, Provider([SendError("404", retryable=True)]), tries=6)
    assert (row.state, row.fault, row.attempts) == ("lost", "404", 6)


def test_a_channel_that_is_off_for_an_hour_loses_no_file(office: Office) -> None:
    row = keep(office, None, tries=2)
    assert (row.state, row.fault) == ("wanted", "channel_off")
    assert delivery.fetch_wanted(office.db, {"p": Provider([b"%PDF-1.4"])}, office.clock()) == 1  # type: ignore[dict-item]
    with office.db.read() as s:
        assert s.scalars(select(Attachment.state)).one() == "stored"


@pytest.mark.parametrize("answer", [SendError("too_large", retryable=False), bytes(MAX_FILE + 1)], ids=["said", "sent"])
def test_too_large_a_file_is_refused_and_its_sender_is_told(office: Office, answer: bytes | SendError) -> None:
    assert keep(office, Provider([answer])).state == "refused"
    with office.db.read() as s:
        assert "file_too_large" in s.scalars(select(Outbound.key)).all()
