"""Papers of the office: recommend, direct, report, draft, approve one exact text, return, release.

A paper is an immutable version. What the head approves is the hash of one version; a newer version, or another
hash, voids the approval by simply not being the approved one, and the case waits for approval again. Until the answer
is sent the head may take an approval back. The author of a text never approves it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import cases, deadlines, journal, ladder, letters, notices, outbox, press, proofs, staff, standards, units
from workflow.actors import Actor, Officer, Operator
from workflow.alternatives import Alternative, Direction, decide
from workflow.messages import Media
from workflow.models import Account, Approval, Case, Outbound, Paper, Party, RoleGrant, new_id
from workflow.states import ROLES, SUPERIORS, Impossible, Part
from workflow.vault import vault_of

MAX_TEXT = 20_000
#: Stands in the journal for a standard that no catalogue has.
OWN_WORDS = "own"


def _clean(text: str, reason: str = "text_missing") -> str:
    text = text.strip()
    if not text:
        raise Impossible(reason)
    if len(text) > MAX_TEXT:
        raise Impossible("text_too_long")
    return text


def text_hash(salt: bytes, body: str, attachments: Sequence[str] = ()) -> str:
    """SHA-256 over salt, body and the sorted list of attachment hashes, each with its length before it."""
    digest = hashlib.sha256()
    for piece in (salt, body.encode(), *(a.encode() for a in sorted(attachments))):
        digest.update(len(piece).to_bytes(8, "big") + piece)
    return digest.hexdigest()


def _paper(
    session: Session, case: Case, kind: str, body: str, actor: Actor | Operator, now: datetime,
    files: Sequence[str] = (), **attributes: Any,
) -> Paper:  # fmt: skip
    """One more version. ``files``: hashes of what is kept with it; the paper's own hash covers them."""
    newest = session.scalar(select(func.max(Paper.version)).where(Paper.case_id == case.id, Paper.kind == kind))
    salt = secrets.token_bytes(16)
    paper = Paper(
        id=new_id(),
        case_id=case.id,
        kind=kind,
        version=(newest or 0) + 1,
        author_id=actor.id if isinstance(actor, Officer) else None,
        data_key_id=case.data_key_id,
        body_enc=vault_of(session).seal(session, case.data_key_id, body, "paper.body"),
        salt=salt,
        hash=text_hash(salt, body, files),
        attributes=attributes,
        created_at=now,
    )
    session.add(paper)
    session.flush()
    return paper


def body(session: Session, paper: Paper) -> str:
    """The text of a paper; raises Erased after the case was erased."""
    return vault_of(session).open_text(session, paper.data_key_id, paper.body_enc, "paper.body")


def note(session: Session, case: Case, kind: str, text: str, actor: Actor | Operator, now: datetime) -> Paper:
    """Words of the office beside the way of the answer, such as why a case is held for a court."""
    return _paper(session, case, kind, _clean(text, "reason_missing"), actor, now)


def newest(session: Session, case: Case, kind: str) -> Paper | None:
    """The latest version of one kind of paper."""
    query = select(Paper).where(Paper.case_id == case.id, Paper.kind == kind)
    return session.scalar(query.order_by(Paper.version.desc()).limit(1))


# ------------------------------------------------------------------ officer and head


def recommend(
    session: Session, case: Case, actor: Officer, summary: str, alternatives: Sequence[Alternative], now: datetime
) -> Paper:
    """The complaint unit's recommendation to the head: a summary and two or more alternatives."""
    summary = _clean(summary, "summary_missing")
    if cases.track_of(case) == "integrity" and newest(session, case, "inspection") is None:
        raise Impossible("inspection_first")
    chosen = [a for a in alternatives if a.measure.strip()]
    if len(chosen) < 2:
        raise Impossible("two_alternatives")
    for alternative in chosen:
        _clean(alternative.measure)
    chosen = [_cited(case, alternative) for alternative in chosen]
    document = json.dumps({"summary": summary, "alternatives": [asdict(a) for a in chosen]})
    paper = _paper(session, case, "recommendation", document, actor, now)
    case.summary_enc = vault_of(session).seal(session, case.data_key_id, summary, "case.summary")
    breached = [a.standard_id or OWN_WORDS for a in chosen if a.standard.strip()]
    cases.move(session, case, "recommend", actor, now, paper=paper.id, commitment=paper.hash, standards=breached)
    notices.tell(session, case, Part.HEAD, "waits_for_direction", now)
    return paper


def _cited(case: Case, alternative: Alternative) -> Alternative:
    """With the standard as the catalogue words it, where one of the catalogue was chosen."""
    if not alternative.standard_id:
        return alternative
    found = standards.find(alternative.standard_id, (case.subject_unit or case.handling_unit).code, "id")
    if found is None:
        raise Impossible("choose_standard")
    return replace(alternative, standard=found.citation)


def recommendation(session: Session, paper: Paper) -> tuple[str, list[Alternative]]:
    """Summary and alternatives of a recommendation."""
    document = json.loads(body(session, paper))
    return document["summary"], [Alternative(**a) for a in document["alternatives"]]


def send_back(session: Session, case: Case, actor: Officer, reason: str, now: datetime) -> None:
    """The head wants another recommendation."""
    paper = _paper(session, case, "return", _clean(reason, "reason_missing"), actor, now, of="recommendation")
    cases.move(session, case, "send_back", actor, now, paper=paper.id, commitment=paper.hash)
    deadlines.start(session, case, "returned", now, cases.track_of(case))
    notices.tell(session, case, Part.OFFICER, "recommendation_returned", now)


def direct(
    session: Session, case: Case, actor: Officer, choice: int, official_id: str, note: str, now: datetime,
    due: date | None = None, wording: Mapping[str, str] | None = None,
) -> Paper:  # fmt: skip
    """The head chooses an alternative (counted from 0), names the responsible official, and may add a word.

    ``wording`` is how the head words parts of it otherwise; the recommendation stays as it was written. That is a
    task: due on the day that the head sets, or after the days of the clock ``carry_out``.
    """
    proposal = newest(session, case, "recommendation")
    if proposal is None or not 0 <= choice < len(recommendation(session, proposal)[1]):
        raise Impossible("choose_alternative")
    if official_id not in {a.id for a in officials(session, case, now)}:
        raise Impossible("choose_official")
    chosen = recommendation(session, proposal)[1][choice]
    decided = decide(chosen, wording or {}, note.strip()[:MAX_TEXT])
    paper = _paper(
        session, case, "direction", decided.to_json(), actor, now,
        choice=choice, official=official_id, proposal=proposal.id,
    )  # fmt: skip
    case.official_id = official_id
    changed = {"changed": list(decided.before)} if decided.before else {}
    cases.move(
        session, case, "direct", actor, now, paper=paper.id, commitment=paper.hash, official=official_id, **changed
    )
    if due is not None:
        at = deadlines.aim(session, case, "carry_out", due, now)
        unit = case.handling_unit_id
        journal.append(session, unit, "task", actor, now, case_id=case.id, official=official_id, due=at.isoformat())
    notices.tell(session, case, Part.OFFICIAL, "directed_to_you", now)
    return paper


def entrust(session: Session, case: Case, actor: Officer, official_id: str, now: datetime) -> None:
    """As long as nothing was reported, what was directed becomes another's task; its day stays. Raises Impossible."""
    if reported(session, case):
        raise Impossible("not_now")
    if official_id not in {a.id for a in others(session, case, now)}:
        raise Impossible("choose_official")
    before, case.official_id = case.official_id, official_id
    cases.move(session, case, "entrust", actor, now, official=official_id, instead_of=before)
    notices.tell(session, case, Part.OFFICIAL, "directed_to_you", now)


def others(session: Session, case: Case, now: datetime) -> list[Account]:
    """Who could be made responsible instead of whoever is."""
    return [account for account in officials(session, case, now) if account.id != case.official_id]


def direction(session: Session, paper: Paper) -> Direction:
    """What the head decided; raises Erased after the case was erased."""
    return Direction.from_json(body(session, paper))


def officials(session: Session, case: Case, now: datetime) -> list[Account]:
    """Who can be made responsible for a case: officials of the handling unit from whom it is not hidden."""
    roles = ROLES[case.handling_unit.kind][Part.OFFICIAL]
    people = [a for role in roles for a in staff.holders(session, role, case.handling_unit_id, now)]
    able = notices.free(session, case, people, now)
    if able or case.handling_unit.kind != "upt":
        return able
    # Every official is named in the text: whoever plays the officer acts in their place.
    return notices.able(session, case, case.handling_unit, Part.OFFICER, now)


# ------------------------------------------------------------------ official


def report(
    session: Session, case: Case, actor: Officer, kind: str, text: str, now: datetime, media: Sequence[Media] = ()
) -> Paper:
    """The responsible official reports a ``repair`` or a ``clarification``, with files that show it."""
    if kind not in ("repair", "clarification"):
        raise Impossible("choose_report_kind")
    hashes = proofs.digests(media)
    paper = _paper(session, case, "report", _clean(text), actor, now, hashes, report=kind, round=case.rounds)
    kept = proofs.keep(session, paper, media)
    cases.move(session, case, "report", actor, now, paper=paper.id, commitment=paper.hash, report=kind, files=kept)
    return paper


def draft(
    session: Session, case: Case, actor: Officer, text: str, now: datetime, *, specific_data: bool = False
) -> Paper:
    """A draft of the official answer. It needs a report of this round first; a new version voids an older one.

    ``specific_data`` marks health, criminal record and the like (UU 27/2022): such a text is not released to a
    party whose relation to the inmate nobody has verified.
    """
    if not reported(session, case):
        raise Impossible("report_first")
    if standards.gaps(text):
        raise Impossible("gaps_left")
    if press.unprintable(text):
        raise Impossible("unprintable")  # the letter would not be the text that is approved
    paper = _paper(session, case, "answer", _clean(text), actor, now, specific_data=specific_data)
    cases.move(session, case, "draft", actor, now, paper=paper.id, commitment=paper.hash)
    notices.ask_approval(session, case, paper.author_id, now)
    return paper


def reported(session: Session, case: Case) -> bool:
    """Whether there is a report of this round on what was directed last: a seal makes both void."""
    told, directed = newest(session, case, "report"), newest(session, case, "direction")
    if told is None or told.attributes.get("round") != case.rounds:
        return False
    return directed is None or told.created_at >= directed.created_at


# ------------------------------------------------------------------ approval and release


def approve(session: Session, case: Case, actor: Officer, hash_seen: str, now: datetime) -> Approval:
    """The head approves the one text that was on the screen. Another version, or the own text, is refused."""
    paper = _seen(session, case, actor, hash_seen)
    approval = _decide(session, case, paper, "approved", actor, _as_head(session, case, actor, now), now)
    cases.move(session, case, "approve", actor, now, paper=paper.id, commitment=paper.hash)
    notices.tell(session, case, Part.OFFICER, "approved", now)
    return approval


def approve_above(session: Session, case: Case, actor: Officer, hash_seen: str, reason: str, now: datetime) -> Approval:
    """The office above approves in the head's place, and says why: nobody below can, or nobody did in time.

    The reason is kept with the papers and both chains of the journal know of it.
    """
    cases.permit(session, case, "approve_above", actor)
    paper = _seen(session, case, actor, hash_seen)
    if not vacancy(session, case, paper.author_id, now):
        raise Impossible("head_approves")
    why = _paper(session, case, "bypass", _clean(reason, "reason_missing"), actor, now)
    above = units.superior(session, case.handling_unit)
    held = staff.grant_held(session, actor.account_id, (SUPERIORS[above.kind],), above, now)
    approval = _decide(session, case, paper, "approved", actor, held, now)
    cases.move(session, case, "approve_above", actor, now, paper=paper.id, commitment=paper.hash, reason=why.hash)
    journal.append(session, above.id, "bypass", actor, now, case_id=case.id, commitment=why.hash)
    notices.tell(session, case, Part.OFFICER, "approved", now)
    notices.tell(session, case, Part.HEAD, "approved_above", now)
    return approval


def vacancy(session: Session, case: Case, author_id: str | None, now: datetime) -> str:
    """Why the office above may approve a text of this author: ``nobody`` can below, or it is ``late``; else empty."""
    if not notices.approvers(session, case, author_id, now):
        return "nobody"
    return "late" if deadlines.late(session, case, "approve", now) else ""


def return_draft(
    session: Session, case: Case, actor: Officer, reason: str, now: datetime, hash_seen: str | None = None
) -> None:
    """The head returns the draft with a reason; the case goes back to the official. ``hash_seen`` as in ``approve``."""
    _give_back(session, case, "return_draft", actor, reason, now, hash_seen)


def take_back(session: Session, case: Case, actor: Officer, reason: str, now: datetime) -> None:
    """Until the answer is sent, a head takes the approval back with a reason; the case goes back to the official."""
    _give_back(session, case, "take_back", actor, reason, now)


def _give_back(
    session: Session, case: Case, action: str, actor: Officer, reason: str, now: datetime, hash_seen: str | None = None
) -> None:
    paper = newest(session, case, "answer")
    if paper is None:
        raise Impossible("not_now")
    if hash_seen is not None and paper.hash != hash_seen:
        raise Impossible("text_changed")
    note = _paper(session, case, "return", _clean(reason, "reason_missing"), actor, now, of="answer")
    _decide(session, case, paper, "returned", actor, _as_head(session, case, actor, now), now)
    cases.move(session, case, action, actor, now, paper=note.id, commitment=note.hash)
    notices.tell(session, case, Part.OFFICIAL, "draft_returned", now)


def _seen(session: Session, case: Case, actor: Officer, hash_seen: str) -> Paper:
    """The newest answer, if it is the text that was on the screen and somebody else wrote it."""
    paper = newest(session, case, "answer")
    if paper is None or paper.hash != hash_seen:
        raise Impossible("text_changed")
    if paper.author_id == actor.id:
        raise Impossible("own_text")
    return paper


def _as_head(session: Session, case: Case, actor: Officer, now: datetime) -> RoleGrant | None:
    roles = ROLES[case.handling_unit.kind][Part.HEAD]
    return staff.grant_held(session, actor.account_id, roles, case.handling_unit, now)


def _decide(
    session: Session, case: Case, paper: Paper, decision: str, actor: Officer, held: RoleGrant | None, now: datetime
) -> Approval:
    """``held`` is the grant under which the decision is taken."""
    approval = Approval(
        case_id=case.id, paper_id=paper.id, hash=paper.hash, decision=decision, approver_id=actor.id,
        grant_id=held.id if held else None, created_at=now,
    )  # fmt: skip
    session.add(approval)
    return approval


def approved_answer(session: Session, case: Case) -> Paper | None:
    """The newest answer, if exactly that text is approved."""
    paper = newest(session, case, "answer")
    if paper is None:
        return None
    query = select(Approval).where(Approval.paper_id == paper.id, Approval.decision == "approved")
    approval = session.scalar(query.order_by(Approval.created_at.desc()).limit(1))
    return paper if approval and approval.hash == paper.hash else None


def release(session: Session, case: Case, actor: Actor, now: datetime) -> list[Outbound]:
    """Send the approved answer. Only the very text whose hash was approved can leave."""
    paper = approved_answer(session, case)
    if paper is None:
        raise Impossible("not_approved")
    text = body(session, paper)
    if text_hash(paper.salt, text) != paper.hash:
        raise Impossible("text_changed")
    cases.move(session, case, "release", actor, now, paper=paper.id, commitment=paper.hash)
    case.responded_at, case.delivered_at = now, None
    letters.issue(session, case, paper, actor, now)
    key = "official_at_desk" if withheld(session, case, paper) else "official"
    said = text if key == "official" else ""
    rows = outbox.enqueue(
        session, case.conversation, key, now, purpose="official", case=case, paper=paper,
        choices=("PUAS", "TIDAK PUAS"), number=case.number, unit=case.handling_unit.name, body=said,
    )  # fmt: skip
    ladder.begin(session, case, paper, rows, now)
    if any(row.state == "held" for row in rows):
        notices.tell(session, case, Part.OFFICER, "answer_held", now)
    return rows


def withheld(session: Session, case: Case, paper: Paper) -> bool:
    """Whether the full text is for the desk alone: specific personal data, and nobody verified who asks."""
    if not paper.attributes.get("specific_data"):
        return False
    parties = session.scalars(select(Party).where(Party.case_id == case.id, Party.kind == "reporter"))
    return not any(party.verified_at for party in parties)
