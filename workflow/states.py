"""The life of a complaint on one page: statuses, actions, who may do what. Pure; ``cases`` is its only caller.

The order follows the complaint procedure of the Directorate General (classification, recommendation to the
head, direction, repair or clarification by the responsible official) and adds what a written answer needs:
approval of one exact text, release, closing.

Who acts is a *part*, not a post. At a facility the officer's part is played by ``petugas``, the head's by
``kepala``, the official's by ``pejabat`` (or ``petugas`` for him). At a Kanwil, which handles sealed cases,
all three are played by ``kanwil``, by different persons where text and approval meet. The superior is the office above
the handling unit: it approves where nobody there can. The shift, played by ``piket``, takes an emergency and no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Statuses in code. Public wording is derived from them in ``wording``."""

    RECEIVED = "received"
    CLASSIFIED = "classified"
    RECOMMENDED = "recommended"
    DIRECTED = "directed"
    DRAFTED = "drafted"
    APPROVED = "approved"
    RESPONDED = "responded"
    CLOSED = "closed"
    WAITING = "waiting"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"
    DISCONTINUED = "discontinued"


class Part(StrEnum):
    """The parts that actors play."""

    OFFICER = "officer"
    HEAD = "head"
    OFFICIAL = "official"
    COMPLAINANT = "complainant"
    CLOCK = "clock"
    SUPERIOR = "superior"
    SHIFT = "shift"


S, P = Status, Part
ENDED = frozenset({S.CLOSED, S.REFERRED, S.WITHDRAWN, S.DISCONTINUED})
OPEN = frozenset(Status) - ENDED
BEFORE_ANSWER = OPEN - {S.RESPONDED}
#: Sealing a case undoes what the facility decided about it: nobody accused keeps a hand in the answer. Unsealing undoes
#: what the office above decided: nobody signs what another did.
UNDONE_BY_SEAL = frozenset({S.RECOMMENDED, S.DIRECTED, S.DRAFTED, S.APPROVED})
#: Work goes on where it stood: where the complainant was asked in WAITING; else where nobody has decided anything yet.
RESUMES = "resumes"


@dataclass(frozen=True)
class Transition:
    """One action: from which statuses, to which, and whose part it is. ``to=None`` keeps the status."""

    action: str
    sources: frozenset[Status]
    to: Status | str | None
    parts: frozenset[Part]


def _t(action: str, sources: set[Status] | frozenset[Status], to: Status | str | None, *parts: Part) -> Transition:
    return Transition(action, frozenset(sources), to, frozenset(parts))


TABLE: dict[str, Transition] = {
    row.action: row
    for row in (
        #  action               from                                    to               by
        _t("classify",          {S.RECEIVED, S.CLASSIFIED},             S.CLASSIFIED,    P.OFFICER),
        _t("recommend",         {S.CLASSIFIED},                         S.RECOMMENDED,   P.OFFICER),
        _t("send_back",         {S.RECOMMENDED},                        S.CLASSIFIED,    P.HEAD),
        _t("direct",            {S.RECOMMENDED},                        S.DIRECTED,      P.HEAD),
        _t("entrust",           {S.DIRECTED},                           None,            P.HEAD),
        _t("report",            {S.DIRECTED},                           None,            P.OFFICIAL, P.OFFICER),
        _t("draft",             {S.DIRECTED, S.DRAFTED, S.APPROVED},    S.DRAFTED,       P.OFFICIAL, P.OFFICER),
        _t("approve",           {S.DRAFTED},                            S.APPROVED,      P.HEAD),
        _t("approve_above",     {S.DRAFTED},                            S.APPROVED,      P.SUPERIOR),
        _t("return_draft",      {S.DRAFTED},                            S.DIRECTED,      P.HEAD),
        _t("take_back",         {S.APPROVED},                           S.DIRECTED,      P.HEAD),
        _t("release",           {S.APPROVED},                           S.RESPONDED,     P.OFFICER, P.CLOCK),
        _t("hand_over",         {S.RESPONDED},                          None,            P.OFFICER),
        _t("close",             {S.RESPONDED},                          S.CLOSED,        P.COMPLAINANT, P.CLOCK),
        _t("reopen",            {S.RESPONDED, S.CLOSED},                S.CLASSIFIED,    P.COMPLAINANT, P.CLOCK),
        _t("wait",              {S.CLASSIFIED, S.DIRECTED},             S.WAITING,       P.OFFICER),
        _t("resume",            {S.WAITING},                            RESUMES,         P.OFFICER, P.COMPLAINANT, P.CLOCK),
        _t("extend",            BEFORE_ANSWER - {S.WAITING},            None,            P.HEAD, P.CLOCK),
        _t("refer",             {S.RECEIVED, S.CLASSIFIED},             S.REFERRED,      P.OFFICER),
        _t("ask_withdraw",      OPEN,                                   None,            P.COMPLAINANT),
        _t("withdraw",          OPEN,                                   S.WITHDRAWN,     P.OFFICER),
        _t("discontinue",       BEFORE_ANSWER,                          S.DISCONTINUED,  P.HEAD),
        _t("join",              {S.RECEIVED, S.CLASSIFIED},             S.CLASSIFIED,    P.OFFICER, P.CLOCK),
        _t("leave",             {S.CLASSIFIED},                         RESUMES,         P.OFFICER, P.CLOCK),
        _t("approve_jointly",   {S.CLASSIFIED},                         S.APPROVED,      P.CLOCK),
        _t("merge",             BEFORE_ANSWER - {S.WAITING},            S.CLOSED,        P.OFFICER),
        _t("unmerge",           {S.CLOSED},                             RESUMES,         P.OFFICER),
        _t("split",             BEFORE_ANSWER,                          None,            P.OFFICER),
        _t("unsplit",           BEFORE_ANSWER - {S.WAITING},            S.CLOSED,        P.OFFICER),
        _t("inform",            {S.RECEIVED, S.CLASSIFIED},             S.CLOSED,        P.OFFICER),
        _t("place",             {S.RECEIVED, S.CLASSIFIED},             None,            P.OFFICER),
        _t("assign",            OPEN,                                   None,            P.OFFICER, P.HEAD, P.SUPERIOR),
        _t("take",              OPEN,                                   None,            P.SHIFT),
        _t("ask",               OPEN,                                   None,            P.OFFICER),
        _t("seal",              OPEN,                                   None,            P.COMPLAINANT, P.OFFICER),
        _t("seal_desk",         OPEN,                                   None,            P.COMPLAINANT, P.OFFICER),
        _t("unseal",            OPEN,                                   None,            P.HEAD),
    )
}

#: Which role plays a part, by kind of the handling unit.
ROLES: dict[str, dict[Part, frozenset[str]]] = {
    "upt": {
        P.OFFICER: frozenset({"petugas"}),
        P.HEAD: frozenset({"kepala"}),
        P.OFFICIAL: frozenset({"pejabat"}),
    },
    "kanwil": {part: frozenset({"kanwil"}) for part in (P.OFFICER, P.HEAD, P.OFFICIAL)},
    "test": {part: frozenset({"kanwil"}) for part in (P.OFFICER, P.HEAD, P.OFFICIAL)},
    "ditjen": {part: frozenset({"ditjenpas"}) for part in (P.OFFICER, P.HEAD, P.OFFICIAL)},
}

#: Who acts for the office above, where nobody below can: by kind of that office.
SUPERIORS = {"kanwil": "kanwil", "ditjen": "ditjenpas"}


def players(kind: str, seal: str) -> dict[Part, frozenset[str]]:
    """Which role plays a part in a case handled at a unit of this kind. Where the complaint unit itself is meant
    (seal ``desk``), the head plays the officer's part."""
    table = ROLES[kind]
    return {**table, P.OFFICER: table[P.HEAD]} if seal == "desk" and kind == "upt" else table


STAFF_ROLES = ("petugas", "kepala", "pejabat", "kanwil", "kustodian", "piket", "ditjenpas", "admin")


class Impossible(Exception):
    """The action does not fit the status, the actor or the facts. ``reason`` is a key of the wording."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def apply(action: str, status: str, parts: frozenset[Part], resume_to: str | None = None) -> Status:
    """The status that follows; raises Impossible (``not_now``, ``not_yours``)."""
    row = TABLE[action]
    if status not in row.sources:
        raise Impossible("not_now")
    if not parts & row.parts:
        raise Impossible("not_yours")
    if row.to == RESUMES:
        return Status(resume_to or S.CLASSIFIED)
    return Status(row.to) if row.to else Status(status)


def possible(status: str, parts: frozenset[Part]) -> tuple[str, ...]:
    """The actions that these parts have in this status, in the order of the table."""
    return tuple(a for a, row in TABLE.items() if status in row.sources and parts & row.parts)
