"""The desk: load a conversation, advance its dialogue, carry out the effects, all in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import triage
from bot.dialogue import Context, Effect, Incoming, State, advance, command
from workflow import cases, conversations, inbox, outbox, receipts, staff, wording
from workflow.actors import Citizen
from workflow.conversations import Situation
from workflow.db import Database
from workflow.messages import Purpose
from workflow.models import Case, Conversation, Message
from workflow.states import Impossible

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

log = logging.getLogger("aduan.desk")

#: A bare greeting waits this long for the message that nearly always follows it.
GREETING_PAUSE = timedelta(seconds=4)
#: Channels on which a question can be answered in the same conversation at once.
_PULL = frozenset({"web"})


def handle_next(database: Database, worker: str, now: datetime) -> bool:
    """Claim one conversation and handle what it holds. False where nothing waits."""
    conversation_id = inbox.claim(database, worker, now)
    if conversation_id is None:
        return False
    handle(database, conversation_id, now)
    return True


def handle(database: Database, conversation_id: str, now: datetime) -> bool:
    """Handle a claimed conversation. A failure loses nothing: it is tried again, then set aside for staff."""
    try:
        with database.write() as session:
            conversation = conversations.lock(session, conversation_id)
            messages = conversations.unhandled(session, conversation)
            if _may_go_on(session, messages, now):
                conversations.postpone(conversation, messages[0].received_at + GREETING_PAUSE)
                return False
            if messages:
                _Desk(session, conversation, now).handle(messages)
            conversations.finish(session, conversation, messages, now)
        return True
    except Exception:  # one message must not stop the others; see the house style
        log.exception("conversation could not be handled: conversation=%s", conversation_id)
    with database.write() as session:
        conversation = conversations.lock(session, conversation_id)
        for message_id in conversations.failed(session, conversation, now):
            log.error("message set aside: message=%s", message_id)
    return False


def _may_go_on(session: Session, messages: list[Message], now: datetime) -> bool:
    """Whether all there is so far is one fresh greeting."""
    if len(messages) != 1 or messages[0].kind != "text" or now - messages[0].received_at >= GREETING_PAUSE:
        return False
    if messages[0].options.get("form"):
        return False
    text = conversations.text_of(session, messages[0])
    return len(text) < 60 and command(text) is None and triage.assess(text).intent == "greeting"


class _Desk:
    """One conversation in one transaction."""

    def __init__(self, session: Session, conversation: Conversation, now: datetime) -> None:
        self.session, self.conversation, self.now = session, conversation, now
        self.staff = staff.directory(session, now)

    def handle(self, messages: list[Message]) -> None:
        for turn in self._turns(messages):
            self._advance(turn)
        outbox.release_held(self.session, self.conversation, self.now)

    def _turns(self, messages: list[Message]) -> list[list[Message]]:
        """A burst is one turn; a command, and each form, is a turn of its own."""
        turns: list[list[Message]] = []
        joinable = False
        for message in messages:
            alone = bool(message.options.get("form")) or command(self._text([message])) is not None
            if joinable and not alone:
                turns[-1].append(message)
            else:
                turns.append([message])
            joinable = not alone
        return turns

    def _text(self, messages: list[Message]) -> str:
        texts = (conversations.text_of(self.session, m) for m in messages)
        return "\n".join(text for text in texts if text.strip())

    def _advance(self, messages: list[Message]) -> None:
        self.messages = messages
        self.situation = conversations.situation(self.session, self.conversation, messages, self.now)
        self.text = self._text(messages)
        self.judgement = triage.assess(self.text, staff=self.staff)
        saved = State.load(self.conversation.state or {})
        turn = advance(saved, self._incoming(), self._context())
        self.state = turn.state
        for effect in turn.effects:
            self._effects[effect.name](self, effect)
        self.conversation.state = asdict(self.state)

    def _incoming(self) -> Incoming:
        kind = next((m.kind for m in self.messages if m.kind != "text"), "text")
        form = bool(self.messages[0].options.get("form"))
        return Incoming(self.text, kind, self.judgement, from_form=form)

    def _context(self) -> Context:
        case, channel = self.situation.case, self.conversation.channel_account.channel
        return Context(
            case_status=case.status if case else None,
            case_sealed=bool(case and case.seal == "kanwil"),
            recent=self.situation.recent,
            can_ask=channel not in _PULL,
        )

    @property
    def case(self) -> Case:
        """The newest case of the conversation; effects that need one are only chosen where there is one."""
        if self.situation.case is None:
            raise LookupError("no case")
        return cases.lock(self.session, self.situation.case.id)

    def say(self, key: str, case: Case | None = None, **params: Any) -> None:
        purpose: Purpose = "emergency" if key == "emergency" else "ack" if key == "opened" else "reply"
        outbox.enqueue(
            self.session, self.conversation, key, self.now, purpose=purpose, case=case, **self._words(case), **params
        )

    def _words(self, case: Case | None) -> dict[str, Any]:
        return {
            "unit": self.situation.unit.name,
            "kanwil": self.situation.kanwil.name,
            **({"number": case.number} if case else {}),
        }

    # -------------------------------------------------------------- effects

    def _reply(self, effect: Effect) -> None:
        known = self.situation.case
        self.say(effect.key, known if effect.key in ("added", "facts_done") else None)

    def _open(self, effect: Effect) -> None:
        options = self.messages[0].options
        opening = cases.Opening(
            unit=self.situation.unit,
            direct_to_kanwil=effect.value == "direct" or bool(options.get("direct_to_kanwil")),
            visibility=options.get("visibility") or self.state.visibility,
        )
        case, code = cases.open_case(self.session, self.messages, self.judgement, opening, self.now)
        for earlier in conversations.wordless(self.session, self.conversation, self.now):
            cases.adopt(self.session, case, earlier)
        privacy = wording.render(f"privacy_{case.visibility}", self.conversation.locale)
        self.say("opened", case, code=code, privacy=privacy)
        if case.seal == "kanwil":
            self.say("sealed", case)
        self.situation = Situation(self.situation.unit, self.situation.kanwil, case, recent=True)

    def _add(self, _: Effect) -> None:
        self._take_in(self.case)

    def _take_in(self, case: Case) -> None:
        before = case.seal
        for message in self.messages:
            cases.add_message(self.session, case, message, self.judgement, self.now)
        if case.seal != before:
            self.say("sealed_later", case)

    def _reopen(self, _: Effect) -> None:
        """The reason is a message like any other: it may name the head or somebody of the staff."""
        case = self.case
        cases.reopen(self.session, case, self.now)
        self.say("reopened", case)
        self._take_in(case)

    def _close(self, _: Effect) -> None:
        case = self.case
        cases.close(self.session, case, Citizen(case.person_id), self.now)
        self.say("closed_satisfied", case)

    def _seal(self, _: Effect) -> None:
        case = self.case
        cases.seal(self.session, case, Citizen(case.person_id), "wish", self.now)
        self.say("sealed_later", case)

    def _visibility(self, effect: Effect) -> None:
        if self.situation.case is not None:
            cases.set_visibility(self.session, self.case, effect.value, self.now)

    def _withdraw(self, _: Effect) -> None:
        case = self.case
        try:
            cases.ask_withdrawal(self.session, case, self.now)
        except Impossible:
            return
        self.say("withdraw_asked", case)

    def _status(self, effect: Effect) -> None:
        if not effect.value:
            self._tell(self.situation.case)
            return
        receipt = receipts.find(self.session, receipts.find_code(effect.value) or effect.value)
        if receipt is None:
            self.say("bad_code")
        elif receipt.case_id is None:
            self.say("status_stored")
        else:
            self._tell(cases.lock(self.session, receipt.case_id))

    def _tell(self, case: Case | None) -> None:
        if case is None:
            self.say("no_case")
            return
        state = wording.public_status(case.status, self.conversation.locale)
        outbox.enqueue(self.session, self.conversation, "status", self.now, number=case.number, state=state)

    def _record(self, _: Effect) -> None:
        cases.record(self.session, self.messages[0], self.judgement, self.situation.unit, self.now)

    def _locale(self, effect: Effect) -> None:
        self.conversation.locale = effect.value

    _effects: dict[str, Callable[[_Desk, Effect], None]] = {  # noqa: RUF012 - a table, never changed
        "reply": _reply,
        "open": _open,
        "add": _add,
        "reopen": _reopen,
        "close": _close,
        "seal": _seal,
        "visibility": _visibility,
        "withdraw": _withdraw,
        "status": _status,
        "record": _record,
        "locale": _locale,
    }
