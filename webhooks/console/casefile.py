"""Everything that one account sees of one case, gathered for its page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webhooks.console import evidence, letter, offers, papers, prefill, protection, reach
from webhooks.console.actions import classified, may_send_again
from webhooks.console.clock import Left, left
from webhooks.console.evidence import Mentioned, Piece, Span
from webhooks.console.forms import Refusal, Typed
from webhooks.console.inspection import Inspected, inspected
from webhooks.console.letter import Issued
from webhooks.console.papers import Sheet
from webhooks.console.protection import Protection
from webhooks.console.reach import Reach
from webhooks.console.rights import Rights, rights_of
from webhooks.console.together import Together, together
from webhooks.console.uploads import Upload, quarantined, upload
from webhooks.console.written import Written, written
from workflow import (
    access,
    conversations,
    deadlines,
    likeness,
    openings,
    people,
    proofs,
    settling,
    units,
)
from workflow.access import View
from workflow.actors import Officer
from workflow.alternatives import changes
from workflow.conversations import Line
from workflow.inspection import KIND
from workflow.likeness import Alike
from workflow.models import (
    Account,
    Case,
    Deadline,
    DeskEntry,
    JournalEntry,
    Judgement,
    Pause,
    Person,
)
from workflow.outbox import PRINT
from workflow.standards import Standard
from workflow.states import Part, Status
from workflow.vault import Erased, vault_of

#: The straight way of a case, for the stepper.
WAY = tuple(Status)[: tuple(Status).index(Status.CLOSED) + 1]


@dataclass(frozen=True)
class Entered:
    """Who wrote a message down for its sender, when, and whether it was read back."""

    by: str
    row: DeskEntry


@dataclass(frozen=True)
class Said:
    """One line of the conversation, marked where triage saw something."""

    line: Line
    pieces: list[Piece]
    files: list[Upload]
    stuck: bool
    entered: Entered | None = None


@dataclass(frozen=True)
class Verdict:
    """One judgement: triage's or an officer's."""

    at: datetime
    by: str
    verdict: dict[str, object]
    spans: list[Span]


@dataclass(frozen=True)
class Due:
    """One deadline with the time that is left. ``turn``: which of several of one name it is; 0 for a single one."""

    row: Deadline
    left: Left | None
    turn: int


@dataclass(frozen=True)
class Entry:
    """One line of the history. ``by`` is empty for the clock."""

    at: datetime
    action: str
    by: str
    data: dict[str, object]


@dataclass(frozen=True)
class CaseFile:
    """The page."""

    case: Case
    view: View
    alias: str
    relation: str
    identity: dict[str, str]
    summary: str | None
    dues: list[Due]
    pause: Pause | None
    said: list[Said]
    quarantined: list[Upload]
    verdicts: list[Verdict]
    mentioned: Mentioned
    inspected: Inspected | None
    sheets: list[Sheet]
    proofs: Mapping[str, list[Upload]]
    letters: list[Issued]
    history: list[Entry]
    alike: list[Alike]
    primary: str
    others: list[str]
    forms: Mapping[str, Typed]
    standards: list[Standard]
    people: Mapping[str, list[Account]]
    facilities: list[tuple[str, str]]
    can_send_again: bool
    own_draft: bool
    vacancy: str
    refusal: Refusal | None
    classified: str
    reached: int
    reach: Reach
    rights: Rights
    together: Together
    protection: Protection

    @property
    def lacking(self) -> list[str]:
        """The roles that somebody must be given before this account can choose whom it has to."""
        return offers.lacking(self.case, self.people)

    @property
    def nearest(self) -> Left | None:
        """The time to the deadline that comes first."""
        return next((due.left for due in self.dues if due.left and due.row.rule != "satisfaction"), None)

    @property
    def unsaved(self) -> list[Written]:
        """What somebody wrote into a form that is gone, without what stands in the papers anyway."""
        known = {text for sheet in self.sheets for text in sheet.texts()}
        refused = self.refusal
        wrote = written(refused.action, refused.typed.values) if refused else []
        return [one for one in wrote if one.text not in known]

    def edited(self, n: int) -> bool:
        """Whether the head has typed anything else for an alternative than was recommended."""
        proposal = self.sheet("recommendation")
        return bool(proposal and changes(proposal.alternatives[n], self.forms["direct"].wording(n)))

    def sheet(self, kind: str) -> Sheet | None:
        """The newest paper of a kind."""
        return next((s for s in self.sheets if s.kind == kind), None)


def _sheets(session: Session, officer: Officer, case: Case) -> list[Sheet]:
    """The papers; why an identity was opened is read where it is watched, for the reason may tell who it is.

    The file of an integrity case has a place of its own on the page.
    """
    apart = {KIND} if access.reads_reasons(officer, case) else {KIND, "identity"}
    return [sheet for sheet in papers.sheets(session, case) if sheet.kind not in apart]


def gather(session: Session, officer: Officer, case: Case, now: datetime, refusal: Refusal | None = None) -> CaseFile:
    """The page of a case that ``access.find`` gave to this account."""
    view, parts = access.view(session, officer, case), access.parts(session, officer, case)
    sheets = _sheets(session, officer, case) if view.summary else []
    verdicts = _verdicts(session, case, view)
    said = _said(session, officer, case, view, verdicts) if view.summary or view.called else []
    allowed = offers.offered(session, case, parts, sheets, officer, now)
    people_for = offers.candidates(session, case, allowed, now)
    actions = [action for action in allowed if people_for.get(action, True)]
    mentioned = evidence.mentioned([s.line.text or "" for s in said if s.line.inbound], units.directory(session))
    primary = offers.primary(case, parts, actions)
    reporter = people.reporter(session, case)
    safe = protection.gather(session, officer, case, view, now)
    tied = together(session, officer, case, view)
    return CaseFile(
        case=case,
        view=view,
        alias=reporter.alias,
        relation=reporter.relation,
        identity=_identity(session, case) if view.identity else {},
        summary=_summary(session, case) if view.summary or view.called else None,
        dues=_dues(session, case, now),
        together=tied,
        protection=safe,
        rights=rights_of(session, officer, case),
        pause=session.scalar(select(Pause).where(Pause.case_id == case.id, Pause.ended_at.is_(None)).limit(1)),
        said=said,
        quarantined=quarantined(session, officer, case),
        verdicts=verdicts,
        mentioned=mentioned,
        inspected=inspected(
            session, officer, case, view, mentioned, sum(len(s.files) for s in said), safe.accused, now
        ),
        sheets=sheets,
        proofs={
            s.id: _proofs(session, officer, case, s) for s in sheets if s.attributes.get("report") and view.handles
        },
        letters=letter.issued(session, case, view),
        history=_history(session, case, reporter.alias),
        alike=_alike(session, officer, case, tied),
        primary=primary,
        others=[a for a in actions if a != primary],
        forms=prefill.forms(case, sheets, refusal, now, deadlines.usual(session, case, "carry_out", now)),
        standards=prefill.citable(case) if "recommend" in actions else [],
        people=people_for,
        facilities=openings.below(session, case) if "place" in actions else [],
        can_send_again=may_send_again(parts),
        own_draft=case.status == Status.DRAFTED and Part.HEAD in parts and "approve" not in actions,
        vacancy=offers.vacancy(session, case, sheets, now) if "approve_above" in actions else "",
        refusal=refusal,
        classified=classified(session, case),
        reached=_reached(case),
        reach=reach.gather(session, officer, case, view, now),
    )


# ------------------------------------------------------------------ what is known


def _identity(session: Session, case: Case) -> dict[str, str]:
    return people.identity(session, session.get_one(Person, case.person_id))


def _summary(session: Session, case: Case) -> str | None:
    if case.summary_enc is None:
        return None
    try:
        return vault_of(session).open_text(session, case.data_key_id, case.summary_enc, "case.summary")
    except Erased:
        return None


def _dues(session: Session, case: Case, now: datetime) -> list[Due]:
    query = select(Deadline).where(Deadline.case_id == case.id, Deadline.state != "void").order_by(Deadline.round)
    rows = session.scalars(query).all()
    last = {(row.rule, row.started_at): row for row in rows}  # one that was taken up again stands there once
    shown = (row for row in rows if row.state != "missed" or last[row.rule, row.started_at] is row)
    ordered = sorted(shown, key=lambda d: (d.ended_at is not None, d.due_at))
    return [Due(row, left(row.due_at, now) if row.state == "running" else None, _turn(row, ordered)) for row in ordered]


def _turn(row: Deadline, rows: list[Deadline]) -> int:
    """A case that was opened again, or a text that came back, has clocks of one name."""
    same = sorted((d.started_at, d.round) for d in rows if d.rule == row.rule)
    return same.index((row.started_at, row.round)) + 1 if len(same) > 1 else 0


def _proofs(session: Session, officer: Officer, case: Case, sheet: Sheet) -> list[Upload]:
    return [upload(session, officer, case, row) for row in proofs.of(session, sheet.id)]


def _alike(session: Session, officer: Officer, case: Case, tied: Together) -> list[Alike]:
    """What may tell of the same event, without those cases of which somebody has already said that it does."""
    known = {one.id for one in (tied.lead, tied.into, *tied.members, *tied.merged) if one is not None}
    return [alike for alike in likeness.seen(session, officer, case) if alike.case.id not in known]


def _reached(case: Case) -> int:
    """How far along the way the case is; a side road counts from where it left."""
    status = Status(case.resume_status or case.status)
    return WAY.index(status) if status in WAY else 0


# ------------------------------------------------------------------ what was said


def _said(session: Session, officer: Officer, case: Case, view: View, verdicts: list[Verdict]) -> list[Said]:
    spans = [span for verdict in verdicts for span in verdict.spans]
    return [
        Said(
            line=line,
            pieces=evidence.pieces(line.text, spans if line.inbound else ()) if line.text is not None else [],
            files=[upload(session, officer, case, a) for a in line.attachments],
            stuck=line.state in settling.STUCK and not line.inbound and line.error != PRINT,
            entered=_entered(session, line),
        )
        for line in conversations.thread(session, case, text=view.text, identity=view.identity)
    ]


def _entered(session: Session, line: Line) -> Entered | None:
    row = session.get(DeskEntry, line.message_id) if line.message_id is not None else None
    return Entered(papers.name_of(session, row.entered_by), row) if row else None


def _verdicts(session: Session, case: Case, view: View) -> list[Verdict]:
    if not view.summary:
        return []
    rows = session.scalars(select(Judgement).where(Judgement.case_id == case.id).order_by(Judgement.id))
    return [
        Verdict(
            row.created_at,
            papers.name_of(session, row.author_id),
            row.verdict,
            _spans(session, row) if view.text else [],
        )
        for row in rows
    ]


def _spans(session: Session, row: Judgement) -> list[Span]:
    if row.evidence_enc is None:
        return []
    try:
        plain = vault_of(session).open_text(session, row.data_key_id, row.evidence_enc, "judgement.evidence")
    except Erased:
        return []
    return [Span(e["rule"], e["start"], e["end"], e["matched"]) for e in json.loads(plain)]


def _history(session: Session, case: Case, alias: str) -> list[Entry]:
    """The journal on this case, newest first, under names or the alias. A facility reads its own chain alone."""
    query = select(JournalEntry).where(JournalEntry.case_id == case.id)
    if case.handling_unit.kind == "upt":
        query = query.where(JournalEntry.unit_id == case.handling_unit_id)
    newest = (JournalEntry.at.desc(), JournalEntry.unit_id.desc(), JournalEntry.sequence.desc())
    rows = session.scalars(query.order_by(*newest))
    return [_entry(session, row, alias) for row in rows]


def _entry(session: Session, row: JournalEntry, alias: str) -> Entry:
    record = json.loads(row.record)
    kind, actor_id = record["actor"]
    by = {"citizen": alias, "officer": papers.name_of(session, actor_id)}.get(kind, "")
    return Entry(row.at, row.action, by, record["data"])


def sensitive(session: Session, officer: Officer, case: Case) -> bool:
    """Whether looking at this case is itself recorded: a known identity, a sealed case, or the complainant's own words
    before somebody who reads a summary otherwise, because an emergency called them."""
    view = access.view(session, officer, case)
    called = view.text and Part.OFFICER not in access.parts(session, officer, case)
    return view.identity or case.seal != "none" or called
