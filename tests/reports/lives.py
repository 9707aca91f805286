"""Random lives of complaints, played through the real verbs, with a diary that a test can count by itself."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tests.support import Office
from tests.workflow import steps
from tests.workflow.steps import act
from workflow import cases, decisions, deliveries, timekeeping
from workflow.models import Case
from workflow.states import Impossible
from workflow.sweep import sweep

TEXTS = (
    "Sudah tiga hari air di blok B mati, anak saya tidak bisa mandi.",
    "Titipan makanan untuk adik saya di kamar 7 tidak sampai.",
    "Petugas loket minta uang 50 ribu supaya kunjungan dilayani duluan.",
    "Antrean kunjungan empat jam, tidak ada kursi untuk ibu saya.",
)
SEALED = "Kalapas menyuruh potong jatah makan di blok C, kami takut bicara."
ACCUSES = "Kalapas yang menyuruh potong jatah makan itu."
NEXT = {
    "received": ("classified",),
    "classified": ("recommended", "wait", "discontinue", "refer"),
    "recommended": ("directed", "send_back"),
    "directed": ("drafted", "extend"),
    "drafted": ("approved", "return_draft"),
    "approved": ("responded",),
    "responded": ("hand_over", "PUAS", "TIDAK PUAS"),
    "waiting": ("resume",),
    "closed": ("TIDAK PUAS",),
}


@dataclass(frozen=True)
class Event:
    """What was done, when, to which case, and where it was handled before."""

    at: datetime
    kind: str
    case_id: str
    unit: str


@dataclass
class Diary:
    """Everything that happened, written down by the one who did it."""

    events: list[Event] = field(default_factory=list)
    senders: dict[str, str] = field(default_factory=dict)

    def note(self, office: Office, kind: str, case: Case) -> None:
        self.events.append(Event(office.clock(), kind, case.id, case.handling_unit.code))


def live(office: Office, seed: int, days: int, per_day: int = 2) -> Diary:
    """Play so many days: complaints come in, the office works on some, time does its part."""
    dice, diary = random.Random(seed), Diary()
    for _ in range(days):
        for _ in range(dice.randrange(per_day + 1)):
            _arrive(office, dice, diary)
        for sender in dice.sample(sorted(diary.senders), k=min(3, len(diary.senders))):
            _work(office, dice, diary, sender)
        sweep(office.db, office.clock())
        office.clock.advance(hours=dice.choice((20, 24, 27)))
    return diary


def _arrive(office: Office, dice: random.Random, diary: Diary) -> None:
    sender = f"+62812{len(diary.senders):07d}"
    office.say(SEALED if dice.random() < 0.15 else dice.choice(TEXTS), sender)
    case = office.case(sender)
    diary.senders[sender] = case.id
    diary.note(office, "open", case)


def _work(office: Office, dice: random.Random, diary: Diary, sender: str) -> None:
    case = _case(office, diary.senders[sender])
    step = dice.choice(NEXT.get(case.status, ("",)))
    if not step or case.handling_unit.code != "RUTAN-MAGETAN" or case.rounds:
        return
    if step in ("PUAS", "TIDAK PUAS"):
        office.say(step if step == "PUAS" else "TIDAK PUAS, air masih mati", sender)
        step = "reopened" if case.status == "closed" else step
    elif dice.random() < 0.08 and case.status in ("classified", "recommended"):
        step = "sealed"
        office.say(ACCUSES, sender)
    else:
        try:
            act(office, case.id, lambda o, s, c: _do(o, s, c, step))
        except Impossible:
            step = "refused"  # an extension comes too late, or for the second time
            assert case.status == "directed"
    diary.note(office, step, case)


def _case(office: Office, case_id: str) -> Case:
    with office.db.read() as s:
        case = s.get_one(Case, case_id)
        _ = case.handling_unit.code
        s.expunge_all()
        return case


def _do(office: Office, s: Session, case: Case, step: str) -> None:
    now = office.clock()
    petugas, kepala = office.officer(s, "petugas"), office.officer(s, "kepala")
    if step in steps.STEPS:
        steps.STEPS[step](office, s, case)
    elif step == "wait":
        until = now.date() + timedelta(days=9)
        timekeeping.wait(s, case, petugas, "Kapan?", "information", until, now)
    elif step == "extend":
        timekeeping.extend(s, case, kepala, "Menunggu suku cadang", now)
    elif step == "resume":
        cases.move(s, case, "resume", petugas, now)
    elif step == "send_back":
        decisions.send_back(s, case, kepala, "Kurang", now)
    elif step == "return_draft":
        decisions.return_draft(s, case, kepala, "Kurang", now)
    elif step == "hand_over":
        deliveries.hand_over(s, case, petugas, now)
    else:
        cases.end_with_reason(s, case, step, kepala if step == "discontinue" else petugas, "Alasan", now)
