"""Who is told of what: lines on the pages of staff, and pages to their telephones when life is at risk.

A notice holds a case and a key, never a word of the complaint; whoever a case is hidden from is not told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select
from sqlalchemy.orm import Session

from workflow import access, journal, outbox, staff, units
from workflow.actors import Clock
from workflow.models import Account, Address, Case, ChannelAccount, Conversation, Deadline, Exclusion, Notice, Unit
from workflow.states import ROLES, Part, Status, players
from workflow.vault import vault_of

#: Notices that also go to the telephone of whoever has one registered.
PAGED = frozenset({"emergency", "late_emergency"})


#: What a line asks for is done, or void, once the case is in none of these statuses.
ASKED = {
    **dict.fromkeys(("waits_for_direction", "soon_direct", "late_direct"), (Status.RECOMMENDED,)),
    **dict.fromkeys(("waits_for_approval", "waits_for_approval_above"), (Status.DRAFTED,)),
    **dict.fromkeys(("soon_approve", "late_approve"), (Status.DRAFTED,)),
    **dict.fromkeys(("directed_to_you", "draft_returned", "soon_carry_out", "late_carry_out"),
                    (Status.DIRECTED, Status.WAITING)),
    "recommendation_returned": (Status.CLASSIFIED, Status.WAITING),
    "approved": (Status.APPROVED,),
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """Somebody who was told: the line on their page, and the message to their telephone if there was one."""

    account_id: str
    notice_id: int
    outbound_id: int | None


def unread(account_id: str) -> ColumnElement[bool]:
    """Lines of an account that are new to it. One whose step is done, by whomever, is not. Wants ``Case`` joined."""
    done = (and_(Notice.key == key, Case.status.not_in([str(s) for s in still])) for key, still in ASKED.items())
    runs = (Deadline.case_id == Case.id, Deadline.rule == "classify", Deadline.state.in_(("running", "paused")))
    judged = and_(Notice.key == "late_classify", not_(exists().where(*runs)))  # a case opened again is judged again
    return and_(Notice.account_id == account_id, Notice.read_at.is_(None), not_(or_(judged, *done)))


def tell(session: Session, case: Case, part: Part, key: str, now: datetime) -> None:
    """Put a line on the pages of those who play a part in the case now."""
    notify(session, case, [account.id for account in keepers(session, case, part, now)], key, now)


def keepers(session: Session, case: Case, part: Part, now: datetime) -> list[Account]:
    """Who answers for a part of a case. Where nobody plays it, its head does, and then the office above: never nobody,
    as long as anybody is there at all."""
    unit, chosen = case.handling_unit, {Part.OFFICIAL: case.official_id, Part.OFFICER: case.owner_id}.get(part)
    if chosen:
        here = {a.id: a for any_part in ROLES[unit.kind] for a in able(session, case, unit, any_part, now)}
        if chosen in here:
            return [here[chosen]]
    found = able(session, case, unit, part, now) or able(session, case, unit, Part.HEAD, now)
    while not found and unit.parent_id:
        unit = units.superior(session, unit)
        found = able(session, case, unit, Part.HEAD, now)
    return found


def able(session: Session, case: Case, unit: Unit, part: Part, now: datetime) -> list[Account]:
    """Who holds a role of this part at a unit and may know of the case."""
    roles = players(unit.kind, case.seal if unit.id == case.handling_unit_id else "none")[part]
    everyone = [a for role in sorted(roles) for a in staff.holders(session, role, unit.id, now)]
    return [account for account in everyone if not hidden(session, case, account, now)]


def free(session: Session, case: Case, accounts: Iterable[Account], now: datetime) -> list[Account]:
    """Those who may play a part: the case is not hidden from them, and they wrote nothing that is to be done anew."""
    barred = set(session.scalars(select(Exclusion.account_id).where(Exclusion.case_id == case.id)))
    return [a for a in accounts if a.id not in barred and not hidden(session, case, a, now)]


def notify(session: Session, case: Case, accounts: Iterable[str], key: str, now: datetime) -> list[Told]:
    """Put a line on the pages of these accounts, and a page on their telephones where the key asks for it."""
    meant = (session.get_one(Account, account_id) for account_id in dict.fromkeys(accounts))
    told = [account.id for account in meant if not hidden(session, case, account, now)]
    lines = [Notice(account_id=account_id, case_id=case.id, key=key, created_at=now) for account_id in told]
    session.add_all(lines)
    pages = {}
    if key in PAGED and told:
        pages = _page(session, case, told, now)
        journal.append(session, case.handling_unit_id, "page", Clock(), now, case_id=case.id, recipients=told)
    session.flush()
    return [Told(line.account_id, line.id, pages.get(line.account_id)) for line in lines]


def hidden(session: Session, case: Case, account: Account, now: datetime) -> bool:
    """Whether the case is hidden from this account: by name, or by a seal."""
    exclusion = session.get(Exclusion, (case.id, account.id))
    if exclusion is not None and exclusion.scope == "hide":
        return True
    return case.seal != "none" and access.kept_from(staff.officer(session, account, now), case)


def _page(session: Session, case: Case, accounts: list[str], now: datetime) -> dict[str, int]:
    """Neither text nor name goes to a telephone: a number, and the request to log in. The message of each account."""
    query = select(Conversation, Address.account_id).join(Address, Address.id == Conversation.address_id)
    sent = dict[str, int]()
    for conversation, account_id in session.execute(query.where(Address.account_id.in_(accounts))):
        rows = outbox.enqueue(session, conversation, "page", now, purpose="page", number=case.number)
        sent[str(account_id)] = rows[-1].id
    return sent


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
    accused = case.about_staff or case.seal != "none"
    shift = [("kanwil", above.id)] if accused else [("piket", unit.id), ("petugas", unit.id)]
    told = list[Told]()
    for role, unit_id in [("kepala", unit.id), *shift]:
        told += notify(session, case, [a.id for a in staff.holders(session, role, unit_id, now)], "emergency", now)
    if not told:
        tell(session, case, Part.HEAD, "emergency", now)  # nobody is there: whoever answers for the unit, further up


def approvers(session: Session, case: Case, author_id: str | None, now: datetime) -> list[Account]:
    """The heads who can approve a text of this author: who wrote it, or has no part in the case, cannot."""
    heads = able(session, case, case.handling_unit, Part.HEAD, now)
    return [a for a in free(session, case, heads, now) if a.id != author_id]


def ask_approval(session: Session, case: Case, author_id: str | None, now: datetime) -> None:
    """A text waits for approval: of a head who did not write it, or of the office above where there is none."""
    heads = [account.id for account in approvers(session, case, author_id, now)]
    above = units.superior(session, case.handling_unit)
    if heads or above.id == case.handling_unit_id:
        notify(session, case, heads, "waits_for_approval", now)
        return
    superiors = able(session, case, above, Part.HEAD, now)
    notify(session, case, [a.id for a in superiors], "waits_for_approval_above", now)
