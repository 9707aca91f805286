"""The file of an integrity case: who is accused of what, where and when, with which evidence.

A report on integrity can be acted on only with a reporter, an accused, a place, a time, a chronology and evidence
(Permenkumham 25/2012 on handling such reports names these parts). What is missing is said part by part and can be asked
for; it never stops a case, and nobody is made to give up anonymity.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from workflow import access, cases, decisions, journal, naming, saiddays, staff, timekeeping, wording
from workflow.actors import Officer
from workflow.models import Case, Paper
from workflow.states import BEFORE_ANSWER, Impossible, Part
from workflow.vault import Erased

KIND = "inspection"
PARTS = ("accused", "place", "time", "chronology", "evidence")
REPORTER = "reporter"


def applies(case: Case) -> bool:
    """Whether a case is on the integrity track."""
    return cases.track_of(case) == "integrity"


def may_write(session: Session, officer: Officer, case: Case) -> bool:
    """The complaint unit keeps the file, as long as the case is not answered."""
    return applies(case) and case.status in BEFORE_ANSWER and Part.OFFICER in access.parts(session, officer, case)


def keep(session: Session, case: Case, actor: Officer, parts: Mapping[str, str], now: datetime) -> Paper:
    """One more version of the file. Raises Impossible.

    Members of staff who are named as accused see the case no more; where the head may be meant, the Kanwil takes it.
    """
    if not applies(case) or case.status not in BEFORE_ANSWER:
        raise Impossible("not_now")
    if not may_write(session, actor, case):
        raise Impossible("not_yours")
    known = {part: parts.get(part, "").strip() for part in PARTS}
    if not any(known.values()):
        raise Impossible("text_missing")
    paper = decisions.note(session, case, KIND, json.dumps(known, ensure_ascii=False), actor, now)
    gaps = [part for part in PARTS if not known[part]]
    journal.append(
        session, case.handling_unit_id, KIND, actor, now, case_id=case.id, paper=paper.id, commitment=paper.hash,
        missing=gaps,
    )  # fmt: skip
    _keep_from_the_accused(session, case, actor, known["accused"], now)
    return paper


def _keep_from_the_accused(session: Session, case: Case, actor: Officer, accused: str, now: datetime) -> None:
    meant = naming.meant(session, case, case.subject_unit or case.handling_unit, (accused,), now)
    if meant.accounts:
        cases.hide_from(session, case, meant.accounts, now)
    if meant.head:
        cases.seal(session, case, actor, "head", now)


def accuses_head(session: Session, case: Case, now: datetime) -> bool:
    """Whether the newest version of the file names the head of the facility, or the post, among the accused."""
    paper = decisions.newest(session, case, KIND)
    if paper is None:
        return False
    try:
        accused = read(session, paper)["accused"]
    except Erased:
        return False
    return naming.meant(session, case, case.subject_unit or case.handling_unit, (accused,), now).head


def read(session: Session, paper: Paper) -> dict[str, str]:
    """The parts of one version; raises Erased."""
    known = json.loads(decisions.body(session, paper))
    return {part: str(known.get(part, "")) for part in PARTS}


def missing(case: Case, known: Mapping[str, str], now: datetime) -> list[str]:
    """What an actionable report still lacks: a time with a day that cannot be is none.

    A reporter who stays anonymous counts as one, and is not asked.
    """
    reporter = [REPORTER] if case.visibility == "anonymous" else []
    doubtful = {"time"} if doubtful_days(case, known, now) else set()
    return reporter + [part for part in PARTS if part in doubtful or not known.get(part)]


def doubtful_days(case: Case, known: Mapping[str, str], now: datetime) -> list[str]:
    """The days in the part about the time that are in no calendar, or that have not come yet."""
    place = case.subject_unit or case.handling_unit
    return saiddays.impossible(known.get("time", ""), staff.local_today(place.timezone, now))


def question(case: Case, part: str) -> str:
    """How the complainant is asked for a part, in their language."""
    return wording.label("inspection_question", part, case.conversation.locale)


def ask_for(session: Session, case: Case, actor: Officer, part: str, until: date, now: datetime) -> None:
    """Ask the complainant for exactly one part, in their language; the clocks stand still. Raises Impossible."""
    if part not in PARTS or not may_write(session, actor, case):
        raise Impossible("not_now")
    category = "documents" if part == "evidence" else "information"
    timekeeping.wait(session, case, actor, question(case, part), category, until, now)
