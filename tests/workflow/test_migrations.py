"""Migrations keep what is there."""

from __future__ import annotations

from alembic import command
from sqlalchemy import select

from tests.support import Office
from workflow.db import alembic_config
from workflow.models import Conversation, Message


def test_threads_come_and_go_without_losing_a_conversation(office: Office) -> None:
    office.say("Sudah tiga hari air di blok B mati.")
    office.db.close()
    config = alembic_config(office.settings.database)
    command.downgrade(config, "0007")
    command.upgrade(config, "head")
    with office.db.read() as s:
        assert s.scalars(select(Conversation.thread)).all() == [""]
        assert s.scalars(select(Message)).one().conversation.channel_account.channel == "simulator"
    assert office.case().status == "received"
