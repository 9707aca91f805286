"""Which messages are one turn of the person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import triage
from bot.commands import command
from workflow import conversations
from workflow.messages import CAPABILITIES, PLAIN
from workflow.models import Message

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

#: A bare greeting waits this long for the message that nearly always follows it.
GREETING_PAUSE = timedelta(seconds=4)


def may_go_on(session: Session, messages: list[Message], now: datetime) -> bool:
    """Whether all there is so far is one fresh greeting."""
    if len(messages) != 1 or messages[0].kind != "text" or now - messages[0].received_at >= GREETING_PAUSE:
        return False
    channel = messages[0].conversation.channel_account.channel
    if messages[0].options.get("form") or CAPABILITIES.get(channel, PLAIN).threads:
        return False
    text = conversations.text_of(session, messages[0])
    return len(text) < 60 and command(text) is None and triage.assess(text).intent == "greeting"


def turns(messages: list[Message], text_of: Callable[[list[Message]], str]) -> list[list[Message]]:
    """A burst is one turn; a command, and each form, is a turn of its own, and so is what quotes another case."""
    found: list[list[Message]] = []
    joinable = False
    for message in messages:
        alone = bool(message.options.get("form")) or command(text_of([message])) is not None
        if joinable and not alone and not _elsewhere(found[-1], message):
            found[-1].append(message)
        else:
            found.append([message])
        joinable = not alone
    return found


def _elsewhere(turn: list[Message], message: Message) -> bool:
    """Whether a message answers another case than the ones before it."""
    meant = [m.options["case"] for m in (*turn, message) if m.options.get("case")]
    return len(set(meant)) > 1


def too_much(message: Message) -> bool:
    """Whether files of a message were too many or too large to be kept."""
    return bool(message.options.get("surplus")) or any(file.state == "refused" for file in message.attachments)
