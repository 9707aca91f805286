"""Staff and their dated roles from a file: one row, one role. Checked as a whole, then written as a whole.

Accounts are never removed and passwords never changed: a role ends by its ``valid_to``. An empty cell leaves what is
there; ``-`` in ``valid_to`` takes an end away again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from workflow import entries, journal, notices, staff, tables
from workflow.actors import Actor
from workflow.models import Account, Address, RoleGrant, Unit
from workflow.states import STAFF_ROLES, Impossible
from workflow.tables import Fault, Faulty, Row
from workflow.unit_settings import REMOVE
from workflow.vault import vault_of

NEEDED = ("name", "full_name", "role", "facility")
COLUMNS = (*NEEDED, "post", "valid_from", "valid_to", "channel", "address")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
_LONGEST = {"full_name": 120, "post": 120, "address": 200}
#: Roles that a kind of unit has; what another kind has would never be asked there.
_PLACES = {
    "upt": {"petugas", "kepala", "pejabat", "kustodian", "piket", "admin"},
    "kanwil": {"kanwil", "kustodian", "admin"},
    "ditjen": {"ditjenpas", "kustodian", "admin"},
}


@dataclass
class Change:
    """What one row does: to an account (none: a new one), to a role (none: a new one), to a telephone."""

    row: Row
    unit: Unit
    account: Account | None
    grant: RoleGrant | None
    since: date
    until: date | None
    address: str
    differs: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        return "added" if self.grant is None else "changed" if self.differs else "unchanged"


class _Known:
    """What the database holds of the accounts, units and addresses that a file names."""

    def __init__(self, session: Session, channels: Collection[str], now: datetime) -> None:
        query = select(Account).options(selectinload(Account.grants))
        self.accounts = {account.name: account for account in session.scalars(query)}
        self.units = {unit.code: unit for unit in session.scalars(select(Unit).where(Unit.kind != "test"))}
        rows = session.execute(select(Address.channel, Address.lookup, Address.account_id))
        self.addresses = {(channel, lookup): account_id for channel, lookup, account_id in rows}
        self.channels, self.now, self.vault = channels, now, vault_of(session)

    def holder(self, channel: str, address: str) -> tuple[bool, str | None]:
        """Whether somebody has this address, and which account."""
        key = (channel, self.vault.lookup(f"address:{channel}", address))
        return key in self.addresses, self.addresses.get(key)


def rows(content: bytes) -> list[Row]:
    """The rows of a file of staff. Raises Faulty."""
    return tables.read(content, NEEDED, lambda column: column in COLUMNS)


def plan(session: Session, table: list[Row], channels: Collection[str], now: datetime) -> list[Change]:
    """What the rows would do. Raises Faulty with everything that is wrong."""
    known = _Known(session, channels, now)
    faults = [fault for row in table for fault in _faults(row, known)]
    faults += _persons(table) if not faults else []
    if faults:
        raise Faulty(faults)
    changes = [_change(row, known) for row in table]
    faults = [*_clashes(changes, known)]
    if faults:
        raise Faulty(faults)
    return changes


def new_names(changes: list[Change]) -> list[str]:
    """The accounts that do not exist yet, each once."""
    return list(dict.fromkeys(change.row["name"] for change in changes if change.account is None))


def apply(session: Session, changes: list[Change], hashes: Mapping[str, str], actor: Actor, now: datetime) -> None:
    """Write what was planned in this session; journalled at the unit of each role. ``hashes``: of first passwords."""
    made, addressed = dict[str, Account](), set[str]()
    for change in changes:
        if change.outcome == "unchanged":
            continue
        row, unit = change.row, change.unit
        account = change.account or made.get(row["name"])
        if account is None:
            account = Account(name=row["name"], full_name=row["full_name"], post=row["post"], created_at=now)
            account.password_hash = hashes[row["name"]]
            session.add(account)
            session.flush()
            made[account.name] = account
        account.full_name, account.post = row["full_name"], row["post"] or account.post
        if change.grant is None:
            grant = RoleGrant(account_id=account.id, unit_id=unit.id, role=row["role"].lower())
            grant.valid_from, grant.valid_to = change.since, change.until
            session.add(grant)
        else:
            change.grant.valid_to = change.until
        if "address" in change.differs and change.address not in addressed:
            addressed.add(change.address)
            notices.register_telephone(session, account, row["channel"].lower(), change.address, now)
        event = "account_added" if change.account is None else "account_changed"
        journal.append(
            session, unit.id, event, actor, now, account=account.id, role=row["role"].lower(), columns=change.differs
        )
    session.flush()


# ------------------------------------------------------------------ checking


def _faults(row: Row, known: _Known) -> Iterator[Fault]:
    if not _NAME.fullmatch(row["name"]) and row["name"] not in known.accounts:
        yield Fault.at(row.line, "account", name=row["name"])
    if not row["full_name"]:
        yield Fault.at(row.line, "person")
    for column, most in _LONGEST.items():
        if len(row[column]) > most:
            yield Fault.at(row.line, "long", column=column, most=most)
    yield from _place(row, known)
    days = {column: tables.day(row[column]) for column in ("valid_from", "valid_to")}
    for column, day in days.items():
        if row[column] and day is None and not (column == "valid_to" and row[column] == REMOVE):
            yield Fault.at(row.line, "date", column=column, typed=row[column])
    if days["valid_from"] and days["valid_to"] and days["valid_to"] < days["valid_from"]:
        yield Fault.at(row.line, "ends_before")
    yield from _telephone(row, known)


def _place(row: Row, known: _Known) -> Iterator[Fault]:
    role, unit = row["role"].lower(), known.units.get(row["facility"])
    if role not in STAFF_ROLES:
        yield Fault.at(row.line, "role", role=row["role"], known=", ".join(STAFF_ROLES))
    if unit is None:
        yield Fault.at(row.line, "facility", code=row["facility"])
    elif role in STAFF_ROLES and role not in _PLACES[unit.kind]:
        yield Fault.at(row.line, "role_place", role=role, kind=unit.kind)


def _telephone(row: Row, known: _Known) -> Iterator[Fault]:
    channel = row["channel"].lower()
    if bool(channel) != bool(row["address"]):
        yield Fault.at(row.line, "address")
    elif channel and channel not in known.channels:
        yield Fault.at(row.line, "channel", channel=channel, known=", ".join(sorted(known.channels)) or "-")
    elif channel and not (address := _address(channel, row["address"])):
        yield Fault.at(row.line, "telephone")
    elif channel:
        taken, account_id = known.holder(channel, address)
        own = known.accounts.get(row["name"])
        if taken and (own is None or account_id != own.id):
            yield Fault.at(row.line, "address_taken")


def _address(channel: str, typed: str) -> str:
    """As the channel spells it, empty where it is none. Spreadsheets drop the plus and the leading nought."""
    if channel not in ("whatsapp", "sms"):
        return typed
    bare = typed.removeprefix("whatsapp:").strip()
    bare = f"+{bare}" if bare.startswith("62") else f"0{bare}" if bare.startswith("8") else bare
    try:
        number = entries.telephone(bare)
    except Impossible:
        return ""
    return f"whatsapp:{number}" if channel == "whatsapp" else number


def _persons(table: list[Row]) -> Iterator[Fault]:
    """One account is one person, on however many lines."""
    first, addressed = dict[str, Row](), dict[str, Row]()
    for row in table:
        other = first.setdefault(row["name"], row)
        if (other["full_name"], other["post"]) != (row["full_name"], row["post"]):
            yield Fault.at(row.line, "person_differs", name=row["name"], other=other.line)
        if row["address"]:
            owner = addressed.setdefault(_address(row["channel"].lower(), row["address"]), row)
            if owner["name"] != row["name"]:
                yield Fault.at(row.line, "address_twice", other=owner.line)


# ------------------------------------------------------------------ comparing


def _change(row: Row, known: _Known) -> Change:
    unit, account = known.units[row["facility"]], known.accounts.get(row["name"])
    today = staff.local_today(unit.timezone, known.now)
    since, until = tables.day(row["valid_from"]), tables.day(row["valid_to"])
    grant = _grant(account, unit, row["role"].lower(), since, today)
    if grant is not None and not row["valid_to"]:
        until = grant.valid_to
    address = _address(row["channel"].lower(), row["address"]) if row["address"] else ""
    start = grant.valid_from if grant else since or today
    change = Change(row, unit, account, grant, start, until, address)
    change.differs = [*_differences(change, known)]
    return change


def _grant(account: Account | None, unit: Unit, role: str, since: date | None, today: date) -> RoleGrant | None:
    """The role that a row speaks of: of the same first day, or where none is named the one that has not ended."""
    if account is None:
        return None
    held = [g for g in account.grants if (g.unit_id, g.role, g.delegated_by) == (unit.id, role, None)]
    if since:
        return next((g for g in held if g.valid_from == since), None)
    return next((g for g in reversed(held) if g.valid_to is None or g.valid_to >= today), None)


def _differences(change: Change, known: _Known) -> Iterator[str]:
    row, account = change.row, change.account
    if account is not None:
        yield from (c for c in ("full_name", "post") if row[c] and row[c] != getattr(account, c))
    if change.grant is not None and change.until != change.grant.valid_to:
        yield "valid_to"
    if change.address and not known.holder(row["channel"].lower(), change.address)[0]:
        yield "address"


def _clashes(changes: list[Change], known: _Known) -> Iterator[Fault]:
    """Roles that would be held twice at a time, by the file or beside what is held already."""
    seen = dict[tuple[str, str, str], list[Change]]()
    for change in changes:
        row, role = change.row, change.row["role"].lower()
        if change.until is not None and change.until < change.since:
            yield Fault.at(row.line, "ends_before")
        before = seen.setdefault((row["name"], role, row["facility"]), [])
        other = next((one for one in before if _overlap(change, one.since, one.until)), None)
        if other is not None:
            yield Fault.at(row.line, "role_twice", other=other.row.line)
        before.append(change)
        account = known.accounts.get(row["name"])
        for grant in account.grants if account and change.grant is None else ():
            same = (grant.unit_id, grant.role, grant.delegated_by) == (change.unit.id, role, None)
            ends = next((c.until for c in changes if c.grant is grant), grant.valid_to)
            if same and _overlap(change, grant.valid_from, ends):
                yield Fault.at(
                    row.line, "overlap", name=row["name"], role=role, code=change.unit.code, since=grant.valid_from
                )


def _overlap(change: Change, since: date, until: date | None) -> bool:
    return (until is None or change.since <= until) and (change.until is None or since <= change.until)
