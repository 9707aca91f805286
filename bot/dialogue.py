"""The dialogue: pure. ``advance(state, incoming, context) -> (state, effects)``.

No menu is ever compulsory: whatever is not a command is judged by triage and answered. At most two missing facts
are asked for, one at a time, after the case is safe. State holds words of ours only, never content.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot import datarights, reprisal
from bot.commands import command
from bot.questions import FACTS, FEAR, grave, missing, plainly, unmet
from bot.safety import fears_reprisal
from bot.turns import Context, Effect, Incoming, State, Turn, reply
from triage import Assessment
from workflow import help, receipts
from workflow.states import Status

# ------------------------------------------------------------------ advance


def advance(state: State, incoming: Incoming, context: Context) -> Turn:
    """One step of the conversation."""
    if context.silent:
        state = replace(state, expecting="", to_ask=(), fresh=False, person=False, puzzled=0)
    if context.officer_asked:
        state = replace(state, expecting="", to_ask=())  # the newest question wins
    if turn := _avenged(state, incoming, context):
        return turn
    if incoming.from_form:
        return _open(replace(state, to_ask=()), incoming, context, ask=False)
    sure, state = datarights.answered(state, incoming.text)
    sure, state = (sure, state) if sure else _withdrawing(state, incoming.text, context)
    if turn := sure or _commanded(state, incoming.text, context):
        return turn
    return _heard(state, incoming, context)


def _avenged(state: State, incoming: Incoming, context: Context) -> Turn | None:
    """What was done to them because they complained goes to the office above, whoever asked and whatever else is open:
    neither an officer of the facility nor the thread of the old case gets these words."""
    told = reprisal.unsafe(incoming.text) or reprisal.suffered(incoming.text, reported=context.case_status is not None)
    if not told or (context.avenged and not state.fresh):
        return None
    after = replace(state, expecting="", to_ask=(), direct=False, fresh=False, person=False, welcomed=True, puzzled=0)
    more = (reply("fared_unwell"),) if reprisal.bare(incoming.text) and context.can_ask else ()
    return Turn(after, (Effect("fared", value="unwell"), *more))


def _commanded(state: State, text: str, context: Context) -> Turn | None:
    found = command(text)
    return _obey(state, found[0], found[1], context) if found else None


def _withdrawing(state: State, text: str, context: Context) -> tuple[Turn | None, State]:
    """What is said right after CABUT: meant for whoever makes sure of it, and for no question from before."""
    if state.expecting != "withdraw":
        return None, state
    after, said = replace(state, expecting=""), plainly(text) if context.open_case else ""
    return (Turn(after, (Effect("add"), reply(f"withdraw_{said}"))) if said else None), after


def _heard(state: State, incoming: Incoming, context: Context) -> Turn:
    """Whatever is no command: the answer to what we asked, or something to be judged."""
    if state.expecting == "reason" and incoming.text.strip():
        state = replace(state, expecting="")
        if context.answered and incoming.judgement.intent not in ("greeting", "praise"):
            return Turn(state, (*_alarm(incoming, context), Effect("reopen")))
    if state.expecting == "code":
        if receipts.find_code(incoming.text) or receipts.looks_like_code(incoming.text):
            return Turn(replace(state, expecting=""), (Effect("status", value=incoming.text),))
        state = replace(state, expecting="")
    if incoming.kind != "text" and not incoming.text.strip():
        return _wordless(state, incoming, context)
    return _converse(state, incoming, context)


def _obey(state: State, name: str, rest: str, context: Context) -> Turn | None:
    if name == "status":
        return _status(state, rest, context)
    if name in ("satisfied", "dissatisfied"):
        return _rate(state, name, rest, context)
    if name in ("anonymous", "confidential", "open"):
        changed = replace(state, visibility=name)
        return Turn(changed, (Effect("visibility", value=name), reply(f"visibility_{name}")))
    if name == "skip":
        return _skip(state)
    if name in datarights.WISHES:
        return datarights.asked(state, name, context)
    if name.startswith("safe_"):
        return Turn(replace(state, welcomed=True), (Effect("safe", key=name, value=rest), reply(name)))
    if name in ("well", "unwell"):
        return Turn(state, (Effect("fared", value=name),)) if context.asked_after else None
    if name in ("yes", "no"):
        return _yes_no(state, name, context)
    return _SIMPLE[name](state, context) if name in _SIMPLE else None


def _skip(state: State) -> Turn:
    """Passing over a question is no information, whichever question it was, and no complaint where there was none."""
    if state.expecting in FACTS:
        return _next_question(state, done="thanks")
    return Turn(replace(state, expecting=""), (reply("thanks"),))


def _yes_no(state: State, said: str, context: Context) -> Turn | None:
    """YA and BELUM mean something only after a question of ours, or of an officer."""
    if context.officer_asked and context.open_case:
        return Turn(state, (Effect("add"), reply("added")))
    if state.expecting == "helped":
        if said == "yes":
            return Turn(replace(state, expecting="", asked=False), (reply("answer_helped"),))
        return _hand_over_question(state, reply("answer_not_helped"))
    if state.expecting == "risk":
        return _risk(state, said, context)
    return None


def _hand_over_question(state: State, *before: Effect) -> Turn:
    return Turn(replace(state, expecting="", asked=False), (*before, Effect("open", value="question")))


def _risk(state: State, said: str, context: Context, *before: Effect) -> Turn:
    """Whoever is afraid is offered the Kanwil, unless the case is there already."""
    done = "risk_yes_away" if said == "yes" and context.case_sealed else f"risk_{said}"
    turn = _next_question(state, done=done)
    told = () if turn.effects[-1].key == done else (reply(done),)
    return Turn(turn.state, (*before, Effect("risk", value=said), *told, *turn.effects))


def _status(state: State, rest: str, context: Context) -> Turn:
    if rest.strip():
        return Turn(replace(state, expecting=""), (Effect("status", value=rest),))
    if context.case_status is not None:
        return Turn(state, (Effect("status"),))
    return Turn(replace(state, expecting="code"), (reply("ask_code"),))


def _rate(state: State, name: str, rest: str, context: Context) -> Turn | None:
    if not context.answered and rest.strip():
        return None  # "belum puas dengan kunjungan, antre empat jam" is a complaint
    if not context.answered:
        return Turn(state, (reply("nothing_to_rate" if context.open_case else "no_case"),))
    if name == "satisfied":
        done = context.case_status == Status.CLOSED
        return Turn(replace(state, expecting=""), (reply("thanks") if done else Effect("close"),))
    if rest.strip():
        return Turn(replace(state, expecting=""), (Effect("reopen"),))
    return Turn(replace(state, expecting="reason"), (reply("ask_reason"),))


def _direct(state: State, context: Context) -> Turn:
    if context.open_case and not state.fresh:
        return Turn(state, (reply("already_kanwil"),) if context.case_sealed else (Effect("seal"),))
    return Turn(replace(state, direct=True, welcomed=True), (reply("kanwil_next"),))


def _withdraw(state: State, context: Context) -> Turn:
    if not context.open_case:
        return Turn(state, (reply("no_case"),))
    return Turn(replace(state, expecting="withdraw", to_ask=()), (Effect("withdraw"),))


def _new(state: State, context: Context) -> Turn:
    if state.expecting == "same" and context.open_case:
        return Turn(replace(state, expecting=""), (Effect("open", value="last"),))
    return Turn(replace(state, fresh=True, expecting="", to_ask=()), (reply("new_next"),))


def _person(state: State, context: Context) -> Turn:
    if state.asked:
        return _hand_over_question(state)
    return Turn(replace(state, person=not context.open_case, expecting=""), (reply("person_hint"),))


def _invite(state: State, context: Context) -> Turn | None:
    """ "Saya mau lapor tapi takut": a word of courage, before anything is stored as a complaint."""
    if state.expecting or context.open_case:
        return None
    return Turn(replace(state, welcomed=True), (reply("invite"),))


def _stop(state: State, _: Context) -> Turn:
    return Turn(replace(state, expecting="", to_ask=()), (reply("stopped"), Effect("stop")))


def _help(state: State, _: Context) -> Turn:
    return Turn(replace(state, welcomed=True), (reply("welcome"),))


def _language(locale: str) -> Any:
    def switch(state: State, _: Context) -> Turn:
        key = "locale_changed" if state.welcomed and locale == "id" else "welcome"
        return Turn(replace(state, welcomed=True), (Effect("locale", value=locale), reply(key)))

    return switch


_SIMPLE = {
    "direct": _direct,
    "withdraw": _withdraw,
    "new": _new,
    "person": _person,
    "stop": _stop,
    "invite": _invite,
    "help": _help,
    "english": _language("en"),
    "indonesian": _language("id"),
}


def _wordless(state: State, incoming: Incoming, context: Context) -> Turn:
    """A picture, a voice note, something unknown: kept, said to be kept, never taken for a complaint by itself."""
    if incoming.kind == "group":
        return Turn(state, (reply("group_refused"),))
    key = "unsupported" if incoming.kind == "unsupported" else "media_received"
    if context.open_case:
        return Turn(state, (Effect("add"), reply(key if incoming.kind == "unsupported" else "added")))
    return Turn(state, (reply(key),))


#: Letters that neither triage nor we can read: a person must, unless they say no more than salam.
_FOREIGN = re.compile(r"(?s)^(?!\s*السلام عليكم)(?=(.*[^\W\d_\x00-\u024f]){4})[^a-zA-Z]*$")


def _fared(state: State, incoming: Incoming, context: Context) -> Turn:
    """Their own words after we asked how they fare: what was done to them, or is feared, goes to the office above."""
    if grave(incoming.judgement, incoming.text):
        return Turn(state, (Effect("fared", value="unwell"),))
    turn = _converse(state, incoming, replace(context, asked_after=False))
    return replace(turn, effects=(Effect("fared", value="told"), *turn.effects))


def _converse(state: State, incoming: Incoming, context: Context) -> Turn:
    if context.asked_after:
        return _fared(state, incoming, context)
    if context.case_status == Status.RESPONDED and not state.fresh and unmet(incoming.text):
        return Turn(replace(state, expecting=""), (*_alarm(incoming, context), Effect("reopen")))
    if context.asks_secrecy and context.open_case and not (state.fresh or help.in_crisis(incoming.text)):
        return _reassured(state, incoming, context)
    return _by_intent(state, incoming, context)


def _reassured(state: State, incoming: Incoming, context: Context) -> Turn:
    """Whoever asks what becomes of their name is told it of their own case; our question is put again after it."""
    told = (Effect("add"), Effect("answer", value="secrecy"))
    if state.expecting == "risk" and (found := FEAR.search(incoming.text.lower())):
        return _risk(state, "no" if found[1] else "yes", context, *told)
    expecting = state.expecting if state.expecting in FACTS else ""
    again = (reply(f"ask_{expecting}"),) if expecting else ()
    return Turn(replace(state, expecting=expecting), (*told, *_fear(incoming, context), *again))


def _by_intent(state: State, incoming: Incoming, context: Context) -> Turn:
    intent = incoming.judgement.intent
    urgent = incoming.judgement.urgency in ("darurat", "tinggi")
    if intent in ("complaint", "follow_up") or incoming.judgement.unsure or urgent or _FOREIGN.search(incoming.text):
        return _complaint(replace(state, person=False), incoming, context)
    if context.officer_asked and context.open_case and intent not in ("spam_abuse", "status_check"):
        return Turn(state, (Effect("add"), reply("added")))
    if state.expecting in FACTS:
        if context.open_case and intent not in ("spam_abuse", "status_check"):
            return _answered(state, incoming, context)
        state = state if context.open_case else replace(state, expecting="", to_ask=())
    if intent == "status_check":
        return _status(state, "", context)
    if intent in ("praise", "aspiration"):
        return Turn(state, (Effect("record"), reply(f"{intent}_thanks")))
    if intent == "information":
        return _question(state, context)
    if intent == "spam_abuse":
        quiet = state.puzzled >= 1
        return Turn(replace(state, puzzled=state.puzzled + 1), () if quiet else (reply("not_understood"),))
    return _greet(state, context)


def _question(state: State, context: Context) -> Turn:
    """Answered from the service standards where they know it; the way to a person is one word."""
    if context.open_case and context.recent and not context.has_answer:
        return Turn(state, (Effect("add"), reply("added")))
    if state.person:
        return Turn(replace(state, person=False, welcomed=True), (Effect("open", value="information"),))
    asked = replace(state, welcomed=True, asked=True)
    if context.has_answer:
        return Turn(replace(asked, expecting="helped"), (Effect("record"), Effect("answer")))
    return Turn(replace(asked, expecting=""), (Effect("record"), reply("no_answer")))


def _greet(state: State, context: Context) -> Turn:
    if state.welcomed or context.case_status is not None:
        return Turn(state, (reply("thanks"),))
    return Turn(replace(state, welcomed=True), (reply("welcome"),))


def _complaint(state: State, incoming: Incoming, context: Context) -> Turn:
    if state.expecting in FACTS and context.open_case:
        return _answered(state, incoming, context)
    accuses = incoming.judgement.intent == "complaint" and not incoming.judgement.unsure
    if context.open_case and not state.fresh and not (context.only_asked and accuses):
        return _further(state, incoming, context)
    if context.answered and not (state.fresh or state.direct) and _only_asks_on(incoming.judgement):
        return Turn(replace(state, expecting="reason"), (Effect("add"), reply("ask_reason")))
    return _open(state, incoming, context, ask=context.can_ask)


def _further(state: State, incoming: Incoming, context: Context) -> Turn:
    """One more message while a case is open: taken in at once; whether it is another matter is asked when in doubt."""
    if context.answered:  # and open: the official answer is out, and not yet rated
        return Turn(replace(state, expecting=""), (*_alarm(incoming, context), Effect("add"), reply("added_answered")))
    if help.in_crisis(incoming.text):
        return _invited(state, incoming, context)
    fear, alarm = _fear(incoming, context), _alarm(incoming, context)
    certain = (
        context.officer_asked
        or context.recent
        or context.same_topic
        or incoming.judgement.intent == "follow_up"
        or not context.can_ask
    )
    if certain:
        return Turn(replace(state, expecting=""), (*alarm, Effect("add"), *fear, reply("added")))
    return Turn(replace(state, expecting="same"), (*alarm, Effect("add"), *fear, reply("added_unsure")))


def _invited(state: State, incoming: Incoming, context: Context, *between: Effect) -> Turn:
    """Somebody may end their life: help and whoever is told come first, no question follows, more is only invited."""
    state = replace(state, expecting="", to_ask=())
    return Turn(state, (*_alarm(incoming, context), Effect("add"), *between, reply("more_if_able")))


def _fear(incoming: Incoming, context: Context) -> tuple[Effect, ...]:
    """Fear of reprisal that the words themselves tell is noted at once, and that is said; nobody asks for it then."""
    feared = fears_reprisal(incoming.text) and not context.feared
    return (Effect("risk", value="told"),) if feared else ()


def _only_asks_on(judgement: Assessment) -> bool:
    """Whether a word after the answer belongs to the old case; danger, or the head, is a case of its own."""
    grave = judgement.urgency == "darurat" or judgement.about_head or judgement.head_doubt
    return judgement.intent == "follow_up" and not grave


def _alarm(incoming: Incoming, context: Context) -> tuple[Effect, ...]:
    """Help, and whom we call: at once, or again and again already."""
    key = "emergency_again" if context.called else "emergency"
    return (reply(key),) if incoming.judgement.urgency == "darurat" else ()


def _open(state: State, incoming: Incoming, context: Context, *, ask: bool) -> Turn:
    questions = missing(incoming.judgement, incoming.text, which=context.which) if ask else ()
    opened = replace(state, direct=False, fresh=False, welcomed=True, puzzled=0, to_ask=questions, expecting="")
    context = replace(context, feared=False, called=False)  # of a new case nothing is known yet
    effects = (*_alarm(incoming, context), Effect("open", value="direct" if state.direct else ""))
    effects = (*effects, *_fear(incoming, context))
    if not questions and help.in_crisis(incoming.text) and incoming.judgement.urgency in ("darurat", "tinggi"):
        return Turn(opened, (*effects, reply("more_if_able")))
    if not questions:
        return Turn(opened, effects)
    return Turn(_expect(opened), (*effects, reply(f"ask_{questions[0]}")))


def _expect(state: State) -> State:
    return replace(state, expecting=state.to_ask[0], to_ask=state.to_ask[1:])


def _answered(state: State, incoming: Incoming, context: Context) -> Turn:
    """A free sentence after a question of ours: it joins the case, whatever it says."""
    if state.expecting == "risk" and (found := FEAR.search(incoming.text.lower())):
        return _risk(state, "no" if found[1] else "yes", context, *_alarm(incoming, context), Effect("add"))
    placed = (Effect("place"),) if state.expecting == "which" else ()
    if help.in_crisis(incoming.text):
        return _invited(state, incoming, context, *placed)
    if fear := _fear(incoming, context):
        state = replace(state, to_ask=tuple(question for question in state.to_ask if question != "risk"))
    turn = _next_question(state, done="facts_done")
    return Turn(turn.state, (*_alarm(incoming, context), Effect("add"), *placed, *fear, *turn.effects))


def _next_question(state: State, done: str) -> Turn:
    if not state.to_ask:
        return Turn(replace(state, expecting=""), (reply(done),))
    question = state.to_ask[0]
    return Turn(_expect(state), (reply(f"ask_{question}"),))
