"""What a dossier says, section by section, as data for the press."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import conversations, decisions, inspection, letters, parties, people, wording
from workflow.conversations import Line
from workflow.dossier import words
from workflow.dossier.reader import Reader, gone_into, merged
from workflow.dossier.words import LANGUAGE, say
from workflow.models import (
    Account,
    Approval,
    Case,
    CaseNumber,
    Deadline,
    DeliveryEvent,
    JournalEntry,
    Letter,
    Outbound,
    Paper,
    Person,
    Unit,
)
from workflow.vault import Erased

Block = dict[str, Any]


def block(title: str, *lines: str, text: str = "", small: Iterable[str] = ()) -> Block:
    """One item: a heading line, words as they were written, lines beneath, and small print such as hashes."""
    return {"title": title, "lines": [line for line in lines if line], "text": text, "small": [s for s in small if s]}


class Contents:
    """Gathers the sections of one case for one reader."""

    def __init__(self, session: Session, case: Case, reader: Reader, now: datetime) -> None:
        self.session, self.case, self.reader, self.now = session, case, reader, now
        self.parts = [(case, reader), *merged(session, reader, case)]
        self._alias = people.reporter(session, case).alias
        self._zone = ZoneInfo((case.subject_unit or case.handling_unit).timezone)

    def moment(self, at: datetime | None) -> str:
        """A time where the case is, to the second: courts ask for it."""
        return format_datetime(at.astimezone(self._zone), "d MMM y HH.mm.ss", locale=LANGUAGE) if at else ""

    def name(self, account_id: str | None) -> str:
        """Full name and post of a member of staff."""
        account = self.session.get(Account, account_id) if account_id else None
        return f"{account.full_name}, {account.post}".strip(", ") if account else say("operator")

    # -------------------------------------------------------------- facts

    def facts(self) -> list[list[str]]:
        case = self.case
        others = select(CaseNumber.number).where(CaseNumber.case_id == case.id, CaseNumber.number != case.number)
        made = say("made_by", moment=self.moment(self.now), name=self.reader.name or say("operator"))
        rows = [
            ("number", case.number),
            ("aliases", ", ".join(self.session.scalars(others.order_by(CaseNumber.given_at)))),
            ("unit", case.handling_unit.name),
            ("about", case.subject_unit.name if case.subject_unit else ""),
            ("received", self.moment(case.received_at)),
            ("channel", wording.label("channel", case.channel, LANGUAGE)),
            ("category", wording.label("category", case.category, LANGUAGE)),
            ("urgency", wording.label("urgency", case.urgency, LANGUAGE)),
            ("status", wording.label("status", case.status, LANGUAGE)),
            ("visibility", wording.label("visibility", case.visibility, LANGUAGE)),
            ("reporter", self._reporter()),
            *self._parties(),
            ("merged", ", ".join(part.number for part, _ in self.parts[1:])),
            ("into", gone_into(self.session, self.reader, case)),
            ("answered", self.moment(case.responded_at)),
            ("arrived", self.moment(case.delivered_at)),
            ("closed", self.moment(case.closed_at)),
            ("made_for", made),
        ]
        return [[say(key), value] for key, value in rows if value]

    def _parties(self) -> list[tuple[str, str]]:
        """The affected and the accused, each under its alias, and how the reporter belongs to the former."""
        if not self.reader.papers:
            return []
        found = parties.shown(self.session, self.case, text=self.reader.text, identity=False)
        return [(self._kind(one), self._party(one)) for one in found]

    @staticmethod
    def _kind(one: parties.Seen) -> str:
        return "relation" if one.party.kind == "reporter" else one.party.kind

    def _party(self, one: parties.Seen) -> str:
        party = one.party
        if party.kind != "reporter":
            told = [wording.label("party_field", name, LANGUAGE) + f": {one.details[name]}"
                    for name in parties.FIELDS[party.kind] if name in one.details]  # fmt: skip
            return f"{party.alias}: {', '.join(told)}" if told else party.alias
        if not party.relation:
            return ""
        relation = wording.label("relation", party.relation, LANGUAGE)
        if party.verified_at is None:
            return say("unproved", relation=relation)
        evidence = wording.label("evidence_of", party.relation_evidence, LANGUAGE)
        return say("proved", relation=relation, evidence=evidence, name=one.verifier)

    def _reporter(self) -> str:
        if not self.reader.identity:
            return self._alias
        known = people.identity(self.session, self.session.get_one(Person, self.case.person_id))
        told = [known[field] for field in people.IDENTITY_FIELDS if known.get(field)]
        return f"{self._alias}: {', '.join(told)}" if told else self._alias

    # -------------------------------------------------------------- what was said

    def messages(self) -> list[Block]:
        return [block_of for part, reader in self.parts for block_of in self._said(part, reader)]

    def _said(self, part: Case, reader: Reader) -> list[Block]:
        said = conversations.thread(self.session, part, text=reader.text, identity=reader.identity)
        head = [] if part is self.case else [block(say("told_in", number=part.number))]
        return [*head, *(self._message(line, reader) for line in said)]

    def _message(self, line: Line, reader: Reader) -> Block:
        who = say("from_person") if line.inbound else say("from_office")
        state = "" if line.inbound else f" ({wording.label('delivery', line.state, LANGUAGE)})"
        hidden = say("gone") if reader.text else say("withheld")
        hidden = f"[{wording.label('private', line.private, LANGUAGE)}]" if line.private else hidden
        return block(f"{self.moment(line.at)} · {who}{state}", text=line.text if line.text is not None else hidden)

    # -------------------------------------------------------------- papers

    def papers(self) -> list[Block]:
        query = select(Paper).where(Paper.case_id == self.case.id).order_by(Paper.created_at, Paper.kind, Paper.version)
        query = query if self.reader.reasons else query.where(Paper.kind != "identity")
        return [self._paper(paper) for paper in self.session.scalars(query)] if self.reader.papers else []

    def _paper(self, paper: Paper) -> Block:
        kind = words.tell(words.KINDS[paper.kind]) if paper.kind in words.KINDS else paper.kind
        title = say(
            "version", kind=kind, version=paper.version, author=self.name(paper.author_id),
            moment=self.moment(paper.created_at),
        )  # fmt: skip
        try:
            text, lines = self._words(paper)
        except Erased:
            text, lines = say("gone"), []
        taken = select(Approval).where(Approval.paper_id == paper.id).order_by(Approval.created_at)
        decided = [
            say(a.decision, name=self.name(a.approver_id), moment=self.moment(a.created_at))
            for a in self.session.scalars(taken)
        ]
        return block(title, *lines, *decided, text=text, small=[say("hash", hash=paper.hash)])

    def _words(self, paper: Paper) -> tuple[str, list[str]]:
        if paper.kind == "recommendation":
            summary, alternatives = decisions.recommendation(self.session, paper)
            lines = []
            for n, way in enumerate(alternatives, 1):
                lines.append(say("alternative", n=n, measure=way.measure))
                lines += [say("standard", standard=way.standard)] if way.standard else []
            return summary, lines
        if paper.kind == inspection.KIND:
            return self._inspection(paper)
        if paper.kind == "direction":
            return self._direction(paper)
        return decisions.body(self.session, paper), []

    def _direction(self, paper: Paper) -> tuple[str, list[str]]:
        """What the head decided, and what the officer had recommended where that was otherwise."""
        direction = decisions.direction(self.session, paper)
        lines = [say("choice", n=int(paper.attributes.get("choice", 0)) + 1)]
        for part, before in direction.before.items():
            now, name = getattr(direction.decided, part), wording.label("alternative", part, LANGUAGE)
            lines.append(say("changed", part=name, now=now or "–", before=before or "–"))
        return f"{direction.decided.measure}\n{direction.note}".strip(), lines

    def _inspection(self, paper: Paper) -> tuple[str, list[str]]:
        """For those who may read the words: who is accused never learns of it from a copy for somebody else."""
        if not self.reader.text:
            return say("withheld"), []
        known = inspection.read(self.session, paper)
        lines = [f"{wording.label('inspection', part, LANGUAGE)}: {text}" for part, text in known.items() if text]
        return "\n".join(lines), []

    def letters(self) -> list[Letter]:
        """The letters of the case, the first first."""
        return letters.of_case(self.session, self.case)[::-1]

    def may_open(self, letter: Letter) -> bool:
        """Whether the reader gets the file itself."""
        return letters.may_open(letter, papers=self.reader.papers, identity=self.reader.identity)

    def letter(self, row: Letter, note: str) -> Block:
        """What is told of a letter to every reader."""
        moment, digest = self.moment(row.issued_at), row.sha256 or "–"
        told = say("letter", number=row.number, moment=moment, post=row.signatory_post, hash=digest)
        return block(told, small=[note])

    # -------------------------------------------------------------- deliveries, deadlines

    def deliveries(self) -> list[Block]:
        query = select(Outbound).where(Outbound.case_id == self.case.id, Outbound.purpose.in_(("official", "notice")))
        return [self._delivery(row) for row in self.session.scalars(query.order_by(Outbound.id))]

    def _delivery(self, row: Outbound) -> Block:
        happened = select(DeliveryEvent).where(DeliveryEvent.outbound_id == row.id).order_by(DeliveryEvent.id)
        events = [
            say("event", moment=self.moment(e.at), state=self._state(e.state), code=f" ({e.code})" if e.code else "")
            for e in self.session.scalars(happened)
        ]
        channel, at = wording.label("channel", row.channel, LANGUAGE), self.moment(row.created_at)
        return block(say("delivery", channel=channel, moment=at, state=self._state(row.state)), *events)

    @staticmethod
    def _state(state: str) -> str:
        return wording.label("delivery", state, LANGUAGE)

    def deadlines(self) -> list[Block]:
        query = select(Deadline).where(Deadline.case_id == self.case.id).order_by(Deadline.started_at, Deadline.rule)
        return [self._deadline(row) for row in self.session.scalars(query.order_by(Deadline.round))]

    def _deadline(self, row: Deadline) -> Block:
        ended = say("ended", moment=self.moment(row.ended_at)) if row.ended_at else ""
        more = say("extended", count=row.extensions) if row.extensions else ""
        return block(say(
            "deadline", rule=wording.label("rule", row.rule, LANGUAGE), started=self.moment(row.started_at),
            due=self.moment(row.due_at), state=words.tell(words.STATES[row.state]), ended=ended + more,
        ))  # fmt: skip

    # -------------------------------------------------------------- journal

    def entries(self) -> list[JournalEntry]:
        """The entries on this case. A facility reads its own chain alone."""
        query = select(JournalEntry).where(JournalEntry.case_id == self.case.id)
        if not self.reader.every_chain:
            query = query.where(JournalEntry.unit_id == self.case.handling_unit_id)
        return list(self.session.scalars(query.order_by(JournalEntry.at, JournalEntry.unit_id, JournalEntry.sequence)))

    def timeline(self) -> list[list[str]]:
        return [[self.moment(e.at), self._event(e), self._by(e)] for e in self.entries() if e.action != "read"]

    def _event(self, entry: JournalEntry) -> str:
        data = json.loads(entry.record)["data"]
        action = wording.label("action", entry.action, LANGUAGE)
        if data.get("after") and data["after"] != data.get("before"):
            action += f" → {wording.label('status', data['after'], LANGUAGE)}"
        return action

    def _by(self, entry: JournalEntry) -> str:
        kind, actor_id = json.loads(entry.record)["actor"]
        known: dict[str, Callable[[], str]] = {
            "citizen": lambda: self._alias,
            "clock": lambda: say("by_clock"),
            "officer": lambda: self.name(actor_id),
        }
        return known.get(kind, lambda: say("operator"))()

    def journal(self) -> list[Block]:
        return [
            block(
                f"{say('entry', sequence=e.sequence)} · {self.session.get_one(Unit, e.unit_id).code} · "
                f"{self.moment(e.at)} · {self._event(e)} · {self._by(e)}",
                small=[e.hash.hex()],
            )
            for e in self.entries()
        ]
