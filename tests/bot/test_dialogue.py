"""The dialogue on paper: no menu is compulsory, no sentence is swallowed, nothing is lost in the middle."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import lru_cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import triage
from bot.commands import COMMANDS, command
from bot.dialogue import advance
from bot.turns import EFFECTS, Context, Effect, Incoming, State, Turn
from triage import Assessment
from workflow import receipts
from workflow.states import Status
from workflow.wording import MESSAGES

CODE = "7K3M-9QTX-2PWD-HR5B"
COMPLAINT = "Sudah tiga hari air mati dan kami tidak bisa mandi."
FULL = "Kemarin di blok B kamar 7 anak saya Rudi tidak dapat makan."

NOTHING, OPEN = Context(), Context(case_status="classified", recent=True)
LATER, SEALED = replace(OPEN, recent=False), replace(OPEN, case_sealed=True)
ANSWERED, CLOSED, WITHDRAWN = (Context(case_status=s) for s in ("responded", "closed", "withdrawn"))


@lru_cache(maxsize=4000)
def judged(text: str) -> Assessment:
    return triage.assess(text)


def say(
    text: str, state: State | None = None, context: Context = NOTHING, kind: str = "text", **judgement: object
) -> Turn:
    return advance(state or State(), Incoming(text, kind, replace(judged(text), **judgement)), context)  # type: ignore[arg-type]


def short(turn: Turn) -> list[str]:
    """Effects in short: ``reply:welcome``, ``open``, ``status=…``."""
    return [f"{e.name}:{e.key}" if e.key else f"{e.name}={e.value}" if e.value else e.name for e in turn.effects]


@pytest.mark.parametrize(
    "text, expecting, effects, after",
    [
        ("siapa yang tahu nama saya?", "who", ["add", "answer=secrecy", "reply:ask_who"], "who"),
        ("siapa yang tahu nama saya? saya takut", "risk", ["add", "answer=secrecy", "risk=yes", "reply:risk_yes"], ""),
        ("siapa yang tahu nama saya?", "same", ["add", "answer=secrecy"], ""),
    ],
)
def test_who_asks_about_their_name_in_the_middle_is_answered(
    text: str, expecting: str, effects: list[str], after: str
) -> None:
    turn = say(text, State(expecting=expecting), replace(OPEN, has_answer=True, asks_secrecy=True))
    assert (short(turn), turn.state.expecting) == (effects, after)


# ------------------------------------------------------------------ commands


@pytest.mark.parametrize(
    "text, expected",
    [
        ("STATUS", "status"), ("status", "status"), ("Setatus", "status"), ("stats", "status"), ("LACAK", "status"),
        ("cek status", "status"), ("Cek  Status!", "status"), ("status?", "status"),
        (f"STATUS {CODE}", "status"), ("status 7K3M 9QTX 2PWD HR5B", "status"), ("status ADU-RUTAN-2026-0001", "status"),
        ("status 7K3M9QTX2PWDHR5", "status"),
        ("TIDAK PUAS", "dissatisfied"), ("tdak puas", "dissatisfied"), ("tidak puass", "dissatisfied"),
        ("belum puas", "dissatisfied"), ("gak puas!", "dissatisfied"), ("tidak puas air masih mati", "dissatisfied"),
        ("PUAS", "satisfied"), ("sudah puas", "satisfied"), ("Puas.", "satisfied"),
        ("KANWIL", "direct"), ("kanwill", "direct"), ("kanwl", "direct"), ("langsung ke kanwil", "direct"),
        ("ANONIM", "anonymous"), ("anonimm", "anonymous"), ("RAHASIA", "confidential"), ("terbuka", "open"),
        ("CABUT", "withdraw"), ("cabut aduan", "withdraw"), ("cabut pengaduan", "withdraw"),
        ("BARU", "new"), ("aduan baru", "new"), ("LEWATI", "skip"), ("lewat", "skip"), ("lewatii", "skip"),
        ("PETUGAS", "person"), ("operator", "person"), ("bantuan", "help"), ("/start", "help"), ("menu", "help"),
        ("ENGLISH", "english"), ("bahasa indonesia", "indonesian"),
    ],
)  # fmt: skip
def test_commands_are_known_with_typing_errors(text: str, expected: str) -> None:
    found = command(text)
    assert found
    assert found[0] == expected


@pytest.mark.parametrize(
    "text",
    [
        "status suami saya sudah bebas belum?",
        "status remisi suami saya pasal 114 bagaimana",
        "Status pengajuan cuti bersyarat an. Budi sejak tgl 12 belum ada kabar",
        "petugas minta uang di pintu",
        "kanwil tidak pernah menjawab surat kami",
        "baru kemarin adik saya dipukuli",
        "menu makannya basi terus",
        "rahasia umum kalau petugas di sini pungli",
        "cabut gigi di klinik tidak dilayani",
        "lewat pintu belakang titipan saya hilang",
        "puas sekali mereka memukuli anak saya",
        "terbuka saja pak, petugasnya minta uang",
        "anonim saja ya pak, kamar 7 sesak sekali",
        "bantuan hukum tidak pernah datang",
        "operator alat berat jadi tahanan",
        "indonesia merdeka tapi kami lapar",
        "",
        " ",
        "🙏",
    ],
)
def test_sentences_are_not_commands(text: str) -> None:
    assert command(text) is None


def test_a_bare_code_asks_for_the_status_in_any_grouping() -> None:
    code = receipts.new_code()
    for typed in (code, code.lower(), code.replace("-", ""), code.replace("-", " ")):
        assert command(typed) == ("status", typed)
        assert short(say(typed)) == [f"status={typed}"]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_an_answer_in_every_situation(name: str) -> None:
    """Or is taken for a sentence; silence is no answer."""
    for form in COMMANDS[name]:
        for context in (NOTHING, OPEN, SEALED, ANSWERED, CLOSED, WITHDRAWN):
            for expecting in ("", "when_where", "who", "reason", "code"):
                assert say(form, State(expecting=expecting), context).effects, (form, context, expecting)


@pytest.mark.parametrize(
    "text, context, expected",
    [
        ("STATUS", NOTHING, ["reply:ask_code"]),
        ("STATUS", OPEN, ["status"]),
        (f"STATUS {CODE}", OPEN, [f"status={CODE}"]),
        ("PUAS", NOTHING, ["reply:no_case"]),
        ("PUAS", OPEN, ["reply:nothing_to_rate"]),
        ("PUAS", ANSWERED, ["close"]),
        ("PUAS", CLOSED, ["reply:thanks"]),
        ("PUAS", WITHDRAWN, ["reply:no_case"]),
        ("TIDAK PUAS", ANSWERED, ["reply:ask_reason"]),
        ("TIDAK PUAS", CLOSED, ["reply:ask_reason"]),
        ("TIDAK PUAS", OPEN, ["reply:nothing_to_rate"]),
        ("TIDAK PUAS", NOTHING, ["reply:no_case"]),
        ("TIDAK PUAS air masih mati", ANSWERED, ["reopen"]),
        ("TIDAK PUAS air masih mati", CLOSED, ["reopen"]),
        ("KANWIL", NOTHING, ["reply:kanwil_next"]),
        ("KANWIL", OPEN, ["seal"]),
        ("KANWIL", SEALED, ["reply:already_kanwil"]),
        ("KANWIL", CLOSED, ["reply:kanwil_next"]),
        ("ANONIM", NOTHING, ["visibility=anonymous", "reply:visibility_anonymous"]),
        ("TERBUKA", OPEN, ["visibility=open", "reply:visibility_open"]),
        ("RAHASIA", OPEN, ["visibility=confidential", "reply:visibility_confidential"]),
        ("CABUT", OPEN, ["withdraw"]),
        ("CABUT", NOTHING, ["reply:no_case"]),
        ("BARU", OPEN, ["reply:new_next"]),
        ("ENGLISH", NOTHING, ["locale=en", "reply:welcome"]),
        ("INDONESIA", NOTHING, ["locale=id", "reply:welcome"]),
        ("MENU", OPEN, ["reply:welcome"]),
    ],
)
def test_what_commands_do(text: str, context: Context, expected: list[str]) -> None:
    assert short(say(text, context=context)) == expected


def test_back_to_indonesian_does_not_repeat_the_welcome() -> None:
    turn = say("INDONESIA", State(welcomed=True))
    assert short(turn) == ["locale=id", "reply:locale_changed"]


# ------------------------------------------------------------------ nothing is swallowed


@pytest.mark.parametrize("context", [NOTHING, OPEN, LATER, WITHDRAWN])
@pytest.mark.parametrize(
    "text",
    [
        "Tidak puas dengan pelayanan kunjungan, petugas kasar dan antre 4 jam",
        "Belum puas juga mereka memukuli adik saya",
    ],
)
def test_a_complaint_that_begins_like_a_rating_is_a_complaint(text: str, context: Context) -> None:
    names = {e.name for e in say(text, context=context).effects}
    assert names & {"open", "add"}


def test_a_complaint_opens_a_case_and_asks_at_most_two_things_one_at_a_time() -> None:
    turn = say(COMPLAINT)
    assert short(turn) == ["open", "reply:ask_when_where"]
    assert (turn.state.expecting, turn.state.to_ask) == ("when_where", ("who",))
    turn = say("kemarin malam", turn.state, OPEN, urgency="normal")
    assert short(turn) == ["add", "reply:ask_who"]
    turn = say("nama Rudi", turn.state, OPEN)
    assert short(turn) == ["add", "reply:facts_done"]
    assert (turn.state.expecting, turn.state.to_ask) == ("", ())


def test_what_is_known_is_not_asked() -> None:
    assert short(say("Anak saya Rudi tidak dapat makan.", details=replace(judged(FULL).details, when=True, inmate_named=True))) == ["open"]  # fmt: skip
    asked = say(COMPLAINT, details=replace(judged(COMPLAINT).details, inmate_named=True))
    assert short(asked) == ["open", "reply:ask_when_where"]
    assert asked.state.to_ask == ()


def test_a_form_is_a_case_without_questions_whatever_it_says() -> None:
    for text in ("halo", "STATUS", COMPLAINT, "PUAS"):
        for context in (NOTHING, OPEN, ANSWERED):
            turn = advance(State(expecting="reason"), Incoming(text, "text", judged(text), from_form=True), context)
            assert [e.name for e in turn.effects if e.name != "reply"] == ["open"], text
            assert not any(e.key.startswith("ask_") for e in turn.effects)


@pytest.mark.parametrize("first", ["when_where", "who"])
def test_lewati_passes_one_question(first: str) -> None:
    turn = say("LEWATI", State(expecting=first, to_ask=("who",)), OPEN)
    assert short(turn) == ["reply:ask_who"]
    turn = say("lewati", turn.state, OPEN)
    assert short(turn) == ["reply:thanks"]
    assert turn.state.expecting == ""


def test_lewati_without_a_question_is_answered_too() -> None:
    assert say("LEWATI", context=OPEN).effects


def test_a_new_grievance_in_the_middle_of_the_questions_is_kept() -> None:
    state = say(COMPLAINT).state
    turn = say("Petugas juga minta uang 50 ribu", state, OPEN)
    assert "add" in short(turn)


def test_leaving_in_the_middle_and_coming_back_after_the_end_loses_nothing() -> None:
    """The case was withdrawn meanwhile: what is said now is a new case, or is answered; it is not added to the old."""
    state = say(COMPLAINT).state
    for context in (WITHDRAWN, CLOSED, NOTHING):
        for text in ("kemarin malam di blok B", COMPLAINT):
            names = [e.name for e in say(text, state, context).effects]
            assert "open" in names or names == ["reply"], (text, context)
            assert "open" in names or text != COMPLAINT


@pytest.mark.parametrize(
    "text", ["kemarin malam", "halo", "terima kasih", "nama Rudi kamar 7", COMPLAINT, "jam berapa?"]
)
@pytest.mark.parametrize("context", [NOTHING, WITHDRAWN, CLOSED, Context(case_status="referred")])
def test_nothing_is_added_to_a_case_that_is_not_open(text: str, context: Context) -> None:
    for expecting in ("when_where", "who", "code", ""):
        turn = say(text, State(expecting=expecting, to_ask=("who",)), context)
        if judged(text).intent != "follow_up":
            assert "add" not in short(turn)


def test_dissatisfaction_takes_a_reason_now_or_next() -> None:
    asked = say("TIDAK PUAS", context=ANSWERED)
    assert asked.state.expecting == "reason"
    turn = say("Air masih mati setiap malam", asked.state, ANSWERED)
    assert short(turn) == ["reopen"]
    assert turn.state.expecting == ""


@pytest.mark.parametrize("text", ["PUAS", "BARU"])
def test_a_change_of_mind_takes_the_question_back(text: str) -> None:
    """Satisfied after all: a later "terima kasih" must not reopen the case."""
    state = say(text, State(expecting="reason"), ANSWERED).state
    assert "reopen" not in short(say("terima kasih banyak pak", state, CLOSED))


@pytest.mark.parametrize("text", ["terima kasih", "halo", "Terima kasih banyak atas bantuannya"])
def test_thanks_are_no_reason(text: str) -> None:
    assert "reopen" not in short(say(text, State(expecting="reason"), ANSWERED))


@pytest.mark.parametrize("context", [NOTHING, OPEN, WITHDRAWN])
def test_a_reason_for_nothing_reopens_nothing(context: Context) -> None:
    turn = say("Air masih mati setiap malam", State(expecting="reason"), context)
    assert "reopen" not in short(turn)
    assert {"open", "add"} & set(short(turn))


def test_asking_on_after_the_end_is_kept_with_the_old_case_unless_it_is_grave() -> None:
    text = "masih sama saja pak seperti kemarin"
    asked = say(text, context=CLOSED, intent="follow_up", urgency="normal", about_head=False, head_doubt=False)
    assert short(asked) == ["add", "reply:ask_reason"]
    for grave in ({"urgency": "darurat"}, {"about_head": True}, {"head_doubt": True}):
        assert "open" in short(say(text, context=CLOSED, **{"intent": "follow_up", **grave}))


# ------------------------------------------------------------------ same case or new


def test_words_join_the_open_case_until_baru() -> None:
    assert short(say("Petugas minta uang", context=OPEN))[-2:] == ["add", "reply:added"]
    assert short(say("Petugas minta uang", context=LATER))[-2:] == ["add", "reply:added_unsure"]
    fresh = say("BARU", context=OPEN).state
    turn = say("Petugas minta uang 50 ribu", fresh, OPEN)
    assert "open" in short(turn)
    assert not turn.state.fresh


def test_kanwil_before_a_complaint_holds_until_it_opens() -> None:
    state = say("KANWIL").state
    for between in ("terima kasih", "halo", "jam kunjungan hari apa?"):
        state = say(between, state).state
    turn = say(COMPLAINT, state)
    assert "open=direct" in short(turn)
    assert not turn.state.direct


def test_kanwil_after_baru_means_the_new_complaint_not_the_old_case() -> None:
    turn = say("KANWIL", say("BARU", context=OPEN).state, OPEN)
    assert short(turn) == ["reply:kanwil_next"]
    assert "open=direct" in short(say(COMPLAINT, turn.state, OPEN))


def test_a_choice_of_visibility_is_remembered_for_the_next_case() -> None:
    assert say("ANONIM").state.visibility == "anonymous"
    assert say(COMPLAINT, say("ANONIM").state).state.visibility == "anonymous"


# ------------------------------------------------------------------ other words


def test_an_emergency_is_answered_before_anything_else() -> None:
    text = "Tolong, adik saya dipukuli sekarang, kepalanya berdarah!"
    assert judged(text).urgency == "darurat"
    assert short(say(text))[:2] == ["reply:emergency", "open"]
    assert short(say(text, context=OPEN)) == ["reply:emergency", "add", "reply:added"]


def test_an_emergency_in_the_middle_of_the_questions_is_called_one() -> None:
    turn = say("Tolong, dia dipukuli lagi sekarang, berdarah!", State(expecting="who"), OPEN)
    assert short(turn)[0] == "reply:emergency"


def test_praise_ideas_and_questions_are_recorded_and_open_nothing() -> None:
    for intent, key in (
        ("praise", "praise_thanks"),
        ("aspiration", "aspiration_thanks"),
        ("information", "no_answer"),
    ):
        calm = {"intent": intent, "urgency": "normal", "confidence": 0.9, "unsure": False}
        assert short(say("kata", **calm)) == ["record", f"reply:{key}"]


def test_what_is_not_understood_is_taken_for_a_complaint() -> None:
    assert "open" in short(say("hmm begitulah pak", unsure=True, intent="greeting"))


def test_spam_is_answered_once_and_then_not() -> None:
    calm = {"intent": "spam_abuse", "urgency": "rendah", "unsure": False}
    turn = say("promo pinjaman", **calm)
    assert short(turn) == ["reply:not_understood"]
    turn = say("promo pinjaman", turn.state, **calm)
    assert short(turn) == []
    assert short(say(COMPLAINT, turn.state))[0] == "open", "a complaint is heard again"


def test_a_greeting_is_welcomed_once() -> None:
    turn = say("Assalamualaikum")
    assert short(turn) == ["reply:welcome"]
    assert short(say("halo", turn.state)) == ["reply:thanks"]
    assert short(say("halo", context=OPEN)) == ["reply:thanks"]


@pytest.mark.parametrize("kind", ["media", "location", "contact", "unsupported"])
def test_a_picture_without_words_is_kept_and_said_to_be_kept(kind: str) -> None:
    assert short(say("", kind=kind)) == [f"reply:{'unsupported' if kind == 'unsupported' else 'media_received'}"]
    assert short(say("", context=OPEN, kind=kind))[0] == "add"


def test_a_picture_with_words_is_judged_by_its_words() -> None:
    assert "open" in short(say(COMPLAINT, kind="media"))


@pytest.mark.parametrize("typed", [CODE, "7K3M 9QTX 2PWD HR5C"])
def test_an_asked_code_may_come_right_or_wrong(typed: str) -> None:
    asked = say("STATUS")
    assert asked.state.expecting == "code"
    assert short(say(typed, asked.state))[0].startswith("status=")


def test_something_else_instead_of_the_code_is_heard() -> None:
    turn = say(COMPLAINT, State(expecting="code"))
    assert "open" in short(turn)
    assert turn.state.expecting != "code"


# ------------------------------------------------------------------ anything at all

words = st.sampled_from(
    [f for forms in COMMANDS.values() for f in forms]
    + [
        "air mati",
        "petugas",
        "tolong",
        "berdarah",
        "kalapas",
        "halo",
        CODE,
        "0",
        "?",
        "\n",
        "saya",
        "status suami saya",
    ]
)
texts = st.one_of(st.text(max_size=80), st.lists(words, max_size=6).map(" ".join))
states_ = st.builds(
    State,
    expecting=st.sampled_from(["", "when_where", "who", "reason", "code", "nonsense"]),
    to_ask=st.sampled_from([(), ("who",), ("when_where", "who")]),
    visibility=st.sampled_from(["open", "confidential", "anonymous"]),
    direct=st.booleans(), fresh=st.booleans(), welcomed=st.booleans(), puzzled=st.integers(0, 3),
)  # fmt: skip
contexts = st.builds(
    Context,
    case_status=st.sampled_from([None, *map(str, Status)]),
    case_sealed=st.booleans(), recent=st.booleans(), can_ask=st.booleans(),
)  # fmt: skip
kinds = st.sampled_from(["text", "media", "location", "contact", "button", "unsupported"])
NEEDS_A_CASE = {"add", "reopen", "close", "seal", "withdraw"}


@settings(deadline=None, max_examples=400)
@given(
    texts, states_, contexts, kinds, st.booleans(), st.sampled_from(triage.INTENTS), st.sampled_from(triage.URGENCIES)
)
@example("", State(expecting="reason"), CLOSED, "text", False, "greeting", "normal")
def test_any_word_in_any_state_has_known_effects_and_a_state_that_can_be_saved(
    text: str, state: State, context: Context, kind: str, form: bool, intent: str, urgency: str
) -> None:
    judgement = replace(judged(text), intent=intent, urgency=urgency)  # type: ignore[arg-type]
    turn = advance(state, Incoming(text, kind, judgement, from_form=form), context)
    assert {e.name for e in turn.effects} <= EFFECTS
    assert all(e.key in MESSAGES for e in turn.effects if e.name == "reply")
    assert all(e.value in ("id", "en") for e in turn.effects if e.name == "locale")
    if context.case_status is None:
        assert not NEEDS_A_CASE & {e.name for e in turn.effects}
    if not context.answered:
        assert not {"reopen", "close"} & {e.name for e in turn.effects}
    if not context.open_case:
        assert not {"seal", "withdraw"} & {e.name for e in turn.effects}
    assert sum(e.name in ("open", "add", "reopen") for e in turn.effects) <= 1
    assert State.load(asdict(turn.state)) == turn.state
    assert text not in asdict(turn.state).values() or len(text) < 13, "words of ours only"
    assert Effect("reply", key="welcome") in turn.effects or not set(short(turn)) & {"locale=en"}


@given(st.dictionaries(st.text(max_size=8), st.integers()))
def test_a_saved_state_of_another_version_loads(saved: dict[str, int]) -> None:
    unknown = {k: v for k, v in saved.items() if k not in State.__dataclass_fields__}
    assert State.load(unknown) == State()


def test_a_code_without_any_digit_is_a_code_too() -> None:
    from workflow import receipts

    body = "ABCDEFGHJKLMNP"
    code = next(c for c in (body[n:] + body[:n] for n in range(14)) if (c + receipts._check(c)).isalpha())
    whole = code + receipts._check(code)
    typed = "-".join(whole[n : n + 4] for n in range(0, 16, 4))
    assert command(f"STATUS {typed}") == ("status", typed)
    assert command(f"status {typed.lower()}") == ("status", typed.lower())
    assert command(f"status kode {typed}") == ("status", f"kode {typed}")
