"""The desk: load a conversation, advance its dialogue, carry out the effects, all in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot import bursts, hearing, places, reprisal, telling
from bot.commands import command
from bot.dialogue import advance
from bot.replies import CHOICES, PURPOSES, QUESTIONS, SAID_ONCE, SAID_PAUSE
from bot.turns import Context, Effect, Incoming, State
from workflow import (
    answers,
    cases,
    checkbacks,
    conversations,
    files,
    further,
    help,
    inbox,
    ladder,
    links,
    openings,
    outbox,
    own_data,
    people,
    receipts,
    retaliation,
    safety,
    sealing,
    staff,
    threads,
    units,
    wording,
)
from workflow.actors import Citizen
from workflow.answers import Answer
from workflow.db import Database
from workflow.messages import CAPABILITIES, PLAIN
from workflow.models import Case, Conversation, Message, Unit
from workflow.states import ENDED, Impossible

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

log = logging.getLogger("aduan.desk")


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
            if bursts.may_go_on(session, messages, now):
                conversations.postpone(conversation, messages[0].received_at + bursts.GREETING_PAUSE)
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


class _Desk:
    """One conversation in one transaction."""

    def __init__(self, session: Session, conversation: Conversation, now: datetime) -> None:
        self.session, self.conversation, self.now = session, conversation, now
        self.facilities = units.directory(session)
        self.ability = CAPABILITIES.get(conversation.channel_account.channel, PLAIN)

    def handle(self, messages: list[Message]) -> None:
        address = self.conversation.address
        address.opted_out_at = address.blocked_at = None  # whoever writes wants to be answered
        if any(file.state == "refused" for message in messages for file in message.attachments):
            files.tell_refused(self.session, self.conversation, self.now)
        if threads.about_report(self.conversation):
            self._refer_to_page()
        else:
            for turn in bursts.turns(messages, self._text):
                self._advance(turn)
        ladder.replied(self.session, self.conversation, self.now)
        if any(message.options.get("quiet") for message in messages):
            outbox.withhold(self.session, self.conversation, "import", self.now)
        elif threads.flooded(self.session, self.conversation, self.now):
            outbox.withhold(self.session, self.conversation, "loop", self.now)
        outbox.release_held(self.session, self.conversation, self.now)

    def _refer_to_page(self) -> None:
        """An office answers the mail with its report: that is no complaint, and nobody would read it."""
        if not self._said_lately("report_answered"):
            outbox.enqueue(self.session, self.conversation, "report_answered", self.now)

    def _text(self, messages: list[Message]) -> str:
        texts = (conversations.text_of(self.session, m) for m in messages)
        return "\n".join(text for text in texts if text.strip())

    def _advance(self, messages: list[Message]) -> None:
        self.messages = messages
        self.situation = conversations.situation(self.session, self.conversation, messages, self.now)
        self.text = self._text(messages)
        saved = State.load(self.conversation.state or {})
        self.which = self._settle_unit(fresh=saved.fresh)
        self.judgement = hearing.hear(self.text, self.staff)
        self.answer = self._find_answer()
        self.respect = telling.respect(self.judgement)
        self.wish = saved.direct or bool(messages[0].options.get("direct_to_kanwil"))
        turn = advance(saved, self._incoming(), self._context())
        self.state = turn.state
        for effect in turn.effects:
            self._effects[effect.name](self, effect)
        if any(map(bursts.too_much, messages)) and not self._said_lately("files_limit"):
            self.say("files_limit", files=inbox.MAX_FILES, size=inbox.MAX_FILE // 2**20)
        self.conversation.state = asdict(self.state)

    def _settle_unit(self, *, fresh: bool) -> bool:
        """Find the facility that this is about: the open case's, the one that is named, else the account's.

        True where that is not certain, so that a new case should ask for it.
        """
        case, unit, doubt = self.situation.case, self.situation.unit, False
        if case is not None and case.status not in ENDED and not fresh:
            unit = case.subject_unit or unit
        elif not self.messages[0].options.get("unit"):
            said = places.mentioned(self.text, self.facilities)
            if said.certain:
                unit = self.session.get_one(Unit, said.key)
            doubt = bool(self.facilities) and (unit.kind != "upt" or said.key not in (None, unit.id))
        writer = people.name_of(self.session, self.conversation.address.person_id)
        self.staff = staff.directory(self.session, (unit, case.handling_unit) if case else (unit,), writer)
        above = units.superior(self.session, unit) if unit.kind == "upt" else unit
        self.situation = replace(self.situation, unit=unit, kanwil=above)
        return doubt

    def _find_answer(self) -> Answer | None:
        if command(self.text) is not None:
            return None
        unit, locale = self.situation.unit, self.conversation.locale
        return answers.find(self.session, unit, self.text, self.judgement, self.now, locale)

    def _incoming(self) -> Incoming:
        kind = next((m.kind for m in self.messages if m.kind != "text"), "text")
        return Incoming(self.text, kind, self.judgement, from_form=bool(self.messages[0].options.get("form")))

    def _context(self) -> Context:
        case = self.situation.case
        return Context(
            case_status=case.status if case else None,
            case_sealed=bool(case and (case.seal == "kanwil" or case.handling_unit.kind != "upt")),
            which=self.which,
            recent=self.situation.recent,
            can_ask=self.ability.talks,
            silent=self.situation.silent,
            same_topic=bool(case and case.category in self.judgement.categories),
            has_answer=self.answer is not None,
            asks_secrecy=self.answer is not None and self.answer.key in answers.SECRECY,
            only_asked=bool(case and case.track == "information"),
            erasable=self._wants("data_erase") and own_data.erasable(self.session, self.conversation),
            officer_asked=bool(case and conversations.officer_asked(self.session, case, QUESTIONS)),
            feared=bool(case and case.risk == "yes"),
            called=bool(case and further.called(self.session, case, self.judgement, self.now)),
            avenged=bool(case and case.seal_reason == retaliation.KIND and case.status not in ENDED),
            asked_after=bool(checkbacks.asked_of(self.session, self.conversation)),
        )

    def _wants(self, name: str) -> bool:
        found = command(self.text)
        return found is not None and found[0] == name

    @property
    def case(self) -> Case:
        """The newest case of the conversation; effects that need one are only chosen where there is one."""
        if self.situation.case is None:
            raise LookupError("no case")
        return cases.lock(self.session, self.situation.case.id)

    def say(self, key: str, case: Case | None = None, **params: Any) -> None:
        respect, self.respect = self.respect, ""
        outbox.enqueue(
            self.session, self.conversation, key, self.now, purpose=PURPOSES.get(key, "reply"), case=case,
            choices=CHOICES.get(key, ()), respect=respect, **self._words(case), **params,
        )  # fmt: skip

    def _words(self, case: Case | None) -> dict[str, Any]:
        return {
            "unit": self.situation.unit.name,
            "kanwil": self.situation.kanwil.name,
            **({"number": case.number} if case else {}),
        }

    # -------------------------------------------------------------- effects

    def _reply(self, effect: Effect) -> None:
        if effect.key.startswith("emergency"):
            locale = self.conversation.locale
            named = help.lines(self.text, self.judgement.categories, locale)
            to = telling.reached(self.session, self.judgement, self.situation, locale, self.now, wish=self.wish)
            self.say(effect.key, self.situation.case, help=named, to=to)
        elif effect.key not in SAID_ONCE or not self._said_lately(effect.key):
            self.say(telling.suited(effect.key, self.situation), self.situation.case)

    def _said_lately(self, key: str) -> bool:
        """A family that writes forty messages in a minute is not answered forty times."""
        return conversations.said_since(self.session, self.conversation, key, self.now - SAID_PAUSE)

    def _answer(self, effect: Effect) -> None:
        if effect.value == "secrecy":
            privacy = telling.privacy(self.session, self.case, self.situation, self.conversation, self.now)
            self.say("privacy_told", self.case, privacy=privacy)
        elif self.answer is not None:
            self.say("answer", answer=answers.render(self.answer, self.conversation.locale))

    def _open(self, effect: Effect) -> None:
        """Open a case for what was just written, or for the earlier messages that the effect means."""
        if effect.value == "question":
            self._load(conversations.last_question(self.session, self.conversation))
        elif effect.value == "last":
            self._load(conversations.last_added(self.session, self.case))
        if reprisal.suffered(self.text, reported=self.situation.case is not None):
            self._open_above(self.situation.case)
            return
        asks = effect.value in ("question", "information")
        opening = openings.wanted(self.messages[0], self.situation.unit, self.state.visibility, effect.value)
        case, code = openings.open_case(self.session, self.messages, self.judgement, opening, self.now)
        self.situation = replace(self.situation, case=case, recent=True)
        outbox.attach(self.session, self.conversation, case, self.now)
        if asks:
            self.say("information_opened", case, code=code)
        else:
            self._acknowledge(case, code)

    def _load(self, earlier: list[Message]) -> None:
        """Turn back to messages that were handled before; without them, to the ones at hand."""
        if earlier:
            self.messages, self.text = earlier, self._text(earlier)
            self._settle_unit(fresh=True)  # the facility that those words named, not these
            self.judgement = hearing.hear(self.text, self.staff)

    def _acknowledge(self, case: Case, code: str) -> None:
        for earlier in conversations.wordless(self.session, self.conversation, self.now):
            cases.adopt(self.session, case, earlier)
        privacy = telling.privacy(self.session, case, self.situation, self.conversation, self.now)
        self.say("opened", case, code=code, privacy=privacy)
        if case.seal == "kanwil" and case.subject_unit is not None:
            self.say("sealed", case)

    def _add(self, _: Effect) -> None:
        self._take_in(self.case)

    def _take_in(self, case: Case) -> None:
        before = case.seal
        for message in self.messages:
            further.take_in(self.session, case, message, self.judgement, self.now)
        sealing.look_again(self.session, case, self.judgement, self.now)
        if case.seal != before and case.seal == "kanwil":
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

    def _risk(self, effect: Effect) -> None:
        if self.situation.case is None:
            return
        case = self.case
        cases.set_risk(self.session, case, effect.value != "no", self.now)
        if effect.value == "told":
            away = case.seal == "kanwil" or case.handling_unit.kind != "upt"
            self.say("risk_told_away" if away else "risk_told", case)

    def _place(self, _: Effect) -> None:
        """The facility in words of their own; what we cannot make out stays for the officers to read."""
        key = places.answered(self.text, self.facilities)
        unit = self.session.get(Unit, key) if key else None
        if unit is not None and openings.place(self.session, self.case, unit, self.judgement, self.now):
            case = self.case
            self.situation = replace(self.situation, unit=unit, kanwil=units.superior(self.session, unit))
            self.say("placed", case)
            if case.seal == "kanwil":
                self.say("sealed", case)

    def _stop(self, _: Effect) -> None:
        self.conversation.address.opted_out_at = self.now

    def _safe(self, effect: Effect) -> None:
        case, wish = self.situation.case, effect.key.removeprefix("safe_")
        safety.said(self.session, self.conversation, case, wish, effect.value, self.now)

    def _fared(self, effect: Effect) -> None:
        """How they fare, asked after. What was done to them is a case of its own, at the office above."""
        outcome = {"well": "safe", "unwell": "unsafe"}.get(effect.value, "told")
        original = checkbacks.answered(self.session, self.conversation, outcome, self.now)
        if outcome == "safe":
            self.say("fared_well")
        elif outcome == "unsafe":
            self._open_above(original or self.situation.case)

    def _open_above(self, original: Case | None) -> None:
        opening = openings.wanted(self.messages[0], self.situation.unit, (original or self.state).visibility)
        case, code = retaliation.open_case(self.session, original, self.messages, self.judgement, opening, self.now)
        self.situation = replace(self.situation, case=case, recent=True)
        if case.urgency == "darurat":
            self._reply(Effect("reply", key="emergency"))
        self._acknowledge(case, code)

    def _data(self, effect: Effect) -> None:
        here = (self.session, self.conversation)
        reply = own_data.question(*here) if effect.value == "sure" else own_data.ask(*here, effect.value, self.now)
        self.say(reply.key, None, **reply.params)

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
            self._tell(links.resolve(self.session, cases.lock(self.session, receipt.case_id)))

    def _tell(self, case: Case | None) -> None:
        if case is None:
            self.say("no_case")
            return
        state = wording.public_status(case.status, self.conversation.locale)
        outbox.enqueue(self.session, self.conversation, "status", self.now, number=case.number, state=state)

    def _record(self, _: Effect) -> None:
        openings.record(self.session, self.messages[0], self.judgement, self.situation.unit, self.now)

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
        "answer": _answer,
        "risk": _risk,
        "place": _place,
        "stop": _stop,
        "safe": _safe,
        "fared": _fared,
        "data": _data,
    }
