"""The rules of the office as this reference understands them, written down a second time by hand.

Nothing here is read from the program: where the two differ, one of them is wrong.
"""

from __future__ import annotations

from typing import NamedTuple

OPEN = frozenset(("received", "classified", "recommended", "directed", "drafted", "approved", "responded", "waiting"))
BEFORE_ANSWER = OPEN - {"responded"}
COMPLAINTS = ("service", "integrity")
EVERY = (*COMPLAINTS, "information")
INTEGRITY = frozenset({"pungli", "kekerasan", "narkoba_hp", "kekerasan_seksual"})


class Rule(NamedTuple):
    """A clock: working days (minutes for the emergency), what starts and what ends it, and for whom it runs."""

    length: int
    starts: str
    ends: tuple[str, ...]
    tracks: tuple[str, ...] = COMPLAINTS
    voids: tuple[str, ...] = ()
    remind: int = 0
    extra: int = 0
    on_due: str = "escalate"
    first: str = "petugas"


RULES = {
    "classify": Rule(1, "received", ("classify", "recommend", "refer", "join")),
    "first_response": Rule(3, "received", ("recommend", "refer", "ask", "join"), remind=1),
    "direct": Rule(3, "recommended", ("direct", "send_back"), EVERY, remind=1, first="kepala"),
    "respond": Rule(14, "received", ("release",), ("service",), remind=3, extra=14),
    "respond_integrity": Rule(60, "received", ("release",), ("integrity",), remind=10),
    "inform": Rule(5, "received", ("inform", "release"), ("information",), remind=1),
    "rework": Rule(2, "returned", ("recommend", "refer"), EVERY, ("join",), remind=1),
    "carry_out": Rule(5, "directed", ("draft",), EVERY, remind=1, first="pejabat"),
    "approve": Rule(2, "drafted", ("approve", "approve_above", "return_draft"), EVERY, remind=1, first="kepala"),
    "release": Rule(1, "approved", ("release",), EVERY, ("draft", "take_back"), on_due="release"),
    "satisfaction": Rule(10, "delivered", ("reopen", "close"), EVERY, on_due="close"),
    "emergency": Rule(15, "received", ("take", "assign", "classify", "refer", "join", "recommend", "wait")),
}
#: Whose turn it is, from the first rung up, and the pause between two rungs in working days.
LADDER = {"facility": ("petugas", "kepala", "kanwil"), "office": ("kanwil", "ditjenpas")}
ALARMED = ("petugas", "kepala", "kanwil", "ditjenpas")
PAUSE, SLOW_PAUSE = 1, 2
MINUTES, AGAIN = 15, 30

OFFICER, HEAD, OFFICIAL, FAMILY, CLOCK, SUPERIOR = "officer", "head", "official", "family", "clock", "superior"


class Step(NamedTuple):
    """From which statuses to which, and by whom; ``to`` empty keeps the status."""

    sources: frozenset[str]
    to: str
    by: tuple[str, ...]


def _step(sources: str | frozenset[str], to: str, *by: str) -> Step:
    return Step(frozenset(sources.split()) if isinstance(sources, str) else sources, to, by)


STEPS = {
    "classify": _step("received classified", "classified", OFFICER),
    "recommend": _step("classified", "recommended", OFFICER),
    "send_back": _step("recommended", "classified", HEAD),
    "direct": _step("recommended", "directed", HEAD),
    "report": _step("directed", "", OFFICIAL, OFFICER),
    "draft": _step("directed drafted approved", "drafted", OFFICIAL, OFFICER),
    "approve": _step("drafted", "approved", HEAD),
    "approve_above": _step("drafted", "approved", SUPERIOR),
    "return_draft": _step("drafted", "directed", HEAD),
    "take_back": _step("approved", "directed", HEAD),
    "release": _step("approved", "responded", OFFICER, CLOCK),
    "hand_over": _step("responded", "", OFFICER),
    "close": _step("responded", "closed", FAMILY, CLOCK),
    "reopen": _step("responded closed", "classified", FAMILY, CLOCK),
    "wait": _step("classified directed", "waiting", OFFICER),
    "resume": _step("waiting", "back", OFFICER, FAMILY, CLOCK),
    "extend": _step(BEFORE_ANSWER - {"waiting"}, "", HEAD, CLOCK),
    "refer": _step("received classified", "referred", OFFICER),
    "withdraw": _step(OPEN, "withdrawn", OFFICER),
    "discontinue": _step(BEFORE_ANSWER, "discontinued", HEAD),
    "join": _step("received classified", "classified", OFFICER, CLOCK),
    "leave": _step("classified", "back", OFFICER, CLOCK),
    "approve_jointly": _step("classified", "approved", CLOCK),
    "merge": _step(BEFORE_ANSWER - {"waiting"}, "closed", OFFICER),
    "unmerge": _step("closed", "back", OFFICER),
    "inform": _step("received classified", "closed", OFFICER),
    "assign": _step(OPEN, "", OFFICER, HEAD, SUPERIOR),
    "ask": _step(OPEN, "", OFFICER),
}
#: A standard of the catalogue as it is cited of a facility, by the beginning of its code; one of an officer's own words.
VISITS = "Petugas memahami dan menjalankan prosedur kunjungan (Pedoman Kriteria Pelayanan Publik Berbasis HAM, {})"
CITED = {"RUTAN": VISITS.format("C.4.c.8"), "LAPAS": VISITS.format("C.4.b.12")}
OWN = "Loket buka pukul 08.00"
#: What a letter calls who approved it, where no post of their own is known.
TITLES = {"kepala": "Kepala", "kanwil": "Kantor Wilayah", "ditjenpas": "Direktorat Jenderal"}
PARTS = {
    "upt": {OFFICER: "petugas", HEAD: "kepala", OFFICIAL: "pejabat"},
    "kanwil": {OFFICER: "kanwil", HEAD: "kanwil", OFFICIAL: "kanwil"},
    "ditjen": {OFFICER: "ditjenpas", HEAD: "ditjenpas", OFFICIAL: "ditjenpas"},
}
