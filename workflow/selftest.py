"""A test case of our own, every day, through the whole house: stored, judged, opened, late, escalated, ended.

It lives in a unit that belongs to nobody and that no office sees, with one account whose password nobody knows. Where
the ladder was not climbed, an alarm rings: a clock that stands still makes no noise by itself.
"""

from __future__ import annotations

import json
import secrets
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import alarms, cases, inbox, staff, units
from workflow.db import Database
from workflow.messages import Inbound
from workflow.models import Account, Case, ChannelAccount, Escalation, Mark, Message, Unit
from workflow.states import ENDED

CODE = units.TEST_CODE
ACCOUNT = "uji-diri"
_CHANNEL = "web"
_ZONE = ZoneInfo("Asia/Jakarta")
#: Words that any version of triage must call an emergency.
TEXT = "Pesan uji layanan, bukan kejadian nyata: tolong, tahanan dipukuli sekarang di blok A, kepalanya berdarah."
#: The ladder's first rung is due after fifteen minutes; sweeps run every twenty seconds.
PATIENCE = timedelta(minutes=25)
HOUR = 3


def run(database: Database, now: datetime) -> None:
    """One look: begin today's test after three in the morning, and judge the one that is under way."""
    with database.write() as session:
        mark = session.get(Mark, "selftest") or Mark(name="selftest", value="{}")
        session.add(mark)
        state, local = json.loads(mark.value), now.astimezone(_ZONE)
        if state.get("running"):
            _judge(session, state, now)
        elif local.hour >= HOUR and state.get("day") != local.date().isoformat():
            state = {"day": _begin(session, local.date(), now), "begun": now.isoformat(), "running": True}
        mark.value = json.dumps(state)


def _begin(session: Session, day: date, now: datetime) -> str:
    unit = _unit(session, now)
    account = select(ChannelAccount).where(ChannelAccount.channel == _CHANNEL, ChannelAccount.address == CODE)
    if session.scalar(account) is None:
        session.add(ChannelAccount(channel=_CHANNEL, address=CODE, unit_id=unit.id))
        session.flush()
    name = f"{CODE}-{day.isoformat()}"
    inbox.store(session, Inbound(_CHANNEL, CODE, name, name, TEXT, TEXT.encode()), now)
    return day.isoformat()


def _unit(session: Session, now: datetime) -> Unit:
    unit = units.ensure(session, CODE, "Uji harian", "test")
    if session.scalar(select(Account.id).where(Account.name == ACCOUNT)) is None:
        staff.add(session, ACCOUNT, secrets.token_urlsafe(32), [("kanwil", unit)], now, "Otomatis")
    return unit


def _judge(session: Session, state: dict[str, object], now: datetime) -> None:
    """Whether the ladder was climbed; until the patience ends nothing is said either way."""
    case = _case(session, f"{CODE}-{state['day']}")
    climbed = case is not None and session.scalar(select(Escalation.id).where(Escalation.case_id == case.id).limit(1))
    late = now - datetime.fromisoformat(str(state["begun"])) > PATIENCE
    if not climbed and not late:
        return
    if climbed:
        alarms.clear(session, "selftest", now)
    else:
        alarms.sound(session, "selftest", "no_escalation" if case else "no_case", now)
    if case is not None and case.status not in ENDED:
        keeper = session.scalars(select(Account).where(Account.name == ACCOUNT)).one()
        officer = staff.officer(session, keeper, now)
        cases.end_with_reason(session, cases.lock(session, case.id), "discontinue", officer, "Uji harian.", now)
    state["running"], state["passed"] = False, bool(climbed)


def _case(session: Session, name: str) -> Case | None:
    """The case of one day's message, if the desk opened it."""
    message = select(Message.case_id).where(Message.dedupe == inbox.dedupe(session, _CHANNEL, CODE, name))
    case_id = session.scalar(message)
    return session.get(Case, case_id) if case_id else None
