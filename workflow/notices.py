"""Who is told of what: lines on the pages of staff, and pages to their telephones when life is at risk.

A notice holds a case and a key, never a word of the complaint; whoever a case is hidden from is not told.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import journal, outbox, staff, units
from workflow.actors import Clock
from workflow.models import Account, Address, Case, ChannelAccount, Conversation, Exclusion, Notice
from workflow.states import ROLES, Part
from workflow.vault import vault_of

#: Notices that also go to the telephone of whoever has one registered.
PAGED = frozenset({"emergency", "late_emergency"})


def tell(session: Session, case: Case, part: Part, key: str, now: datetime) -> None:
    """Put a line on the pages of those who play a part in the case now."""
    if part == Part.OFFICIAL and case.official_id:
        notify(session, case, [case.official_id], key, now)
        return
    if part == Part.OFFICER and case.owner_id:
        notify(session, case, [case.owner_id], key, now)
        return
    roles = ROLES[case.handling_unit.kind][part]
    everyone = [a.id for role in roles for a in staff.holders(session, role, case.handling_unit_id, now)]
    notify(session, case, everyone, key, now)


def notify(session: Session, case: Case, accounts: Iterable[str], key: str, now: datetime) -> None:
    """Put a line on the pages of these accounts, and a page on their telephones where the key asks for it."""
    told = [account_id for account_id in dict.fromkeys(accounts) if not hidden(session, case, account_id)]
    session.add_all(Notice(account_id=account_id, case_id=case.id, key=key, created_at=now) for account_id in told)
    if key in PAGED and told:
        _page(session, case, told, now)
        journal.append(session, case.handling_unit_id, "page", Clock(), now, case_id=case.id, recipients=told)


def hidden(session: Session, case: Case, account_id: str) -> bool:
    """Whether the case is hidden from this account."""
    exclusion = session.get(Exclusion, (case.id, account_id))
    return exclusion is not None and exclusion.scope == "hide"


def _page(session: Session, case: Case, accounts: list[str], now: datetime) -> None:
    """Neither text nor name goes to a telephone: a number, and the request to log in."""
    query = select(Conversation).join(Address, Address.id == Conversation.address_id)
    for conversation in session.scalars(query.where(Address.account_id.in_(accounts))):
        outbox.enqueue(session, conversation, "page", now, purpose="page", number=case.number)


def register_telephone(session: Session, account: Account, channel: str, address: str, now: datetime) -> None:
    """The address at which a member of staff is paged. One that belongs to somebody already is refused (ValueError)."""
    vault = vault_of(session)
    ours = session.scalar(select(ChannelAccount).where(ChannelAccount.channel == channel).limit(1))
    if ours is None:
        raise ValueError(f"the channel {channel} is off")
    lookup = vault.lookup(f"address:{channel}", address)
    if session.scalar(select(Address.id).where(Address.channel == channel, Address.lookup == lookup)):
        raise ValueError("this address is in use already")
    key = vault.new_key(session, "system", now)
    row = Address(channel=channel, lookup=lookup, account_id=account.id, data_key_id=key, created_at=now)
    row.value_enc = vault.seal(session, key, address, "address.value")
    session.add(row)
    session.flush()
    session.add(Conversation(address_id=row.id, channel_account_id=ours.id, locale=account.locale, created_at=now))


def emergency(session: Session, case: Case, now: datetime) -> None:
    """An emergency: the duty officer and the head at once; with staff accused the head and the Kanwil instead."""
    unit = case.handling_unit
    if unit.kind != "upt":
        tell(session, case, Part.OFFICER, "emergency", now)
        return
    above = units.superior(session, unit)
    shift = [("kanwil", above.id)] if case.about_staff else [("piket", unit.id), ("petugas", unit.id)]
    for role, unit_id in [("kepala", unit.id), *shift]:
        notify(session, case, [a.id for a in staff.holders(session, role, unit_id, now)], "emergency", now)
