"""Staff accounts and their dated roles."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from workflow.actors import Officer
from workflow.models import Account, Case, RoleGrant, Unit
from workflow.states import STAFF_ROLES

HEAD = "kepala"
#: Ten wrong passwords in a row lock the account for a quarter of an hour.
MAX_FAILURES = 10
LOCK = timedelta(minutes=15)
MIN_PASSWORD = 12
#: What stands behind names and is none.
_DEGREES = frozenset(
    ("drs", "dra", "amd", "spd", "msi", "skm", "ssi", "sag", "sip", "ssos", "psi", "apt", "bin", "binti")
)  # fmt: skip

_hasher = PasswordHasher()  # argon2id with the library's current recommendation


@lru_cache(maxsize=1)
def _decoy() -> str:
    """A hash that no password fits, so that unknown names cost the same time as known ones."""
    return _hasher.hash(secrets.token_hex(16))


def hash_secret(secret: str) -> str:
    """Argon2id hash of a password or a chosen PIN."""
    return _hasher.hash(secret)


def fits(hashed: str | None, secret: str) -> bool:
    """Whether a secret fits its hash; takes the same time where there is none."""
    try:
        return _hasher.verify(hashed or _decoy(), secret) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def local_today(zone: str, now: datetime) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


def add(
    session: Session,
    name: str,
    password: str,
    grants: Iterable[tuple[str, Unit]],
    now: datetime,
    full_name: str = "",
    post: str = "",
) -> Account:
    """A new account with roles from today on. Raises ValueError for an unknown role or a short password."""
    if len(password) < MIN_PASSWORD:
        raise ValueError(f"a password needs at least {MIN_PASSWORD} characters")
    account = Account(
        name=name, full_name=full_name or name, post=post, password_hash=hash_secret(password), created_at=now
    )
    session.add(account)
    session.flush()
    for role, unit in grants:
        if role not in STAFF_ROLES:
            raise ValueError(f"unknown role: {role}")
        today = local_today(unit.timezone, now)
        session.add(RoleGrant(account_id=account.id, unit_id=unit.id, role=role, valid_from=today))
    session.flush()
    return account


@dataclass(frozen=True)
class Tried:
    """What a password was held against: slow on purpose, and therefore outside every transaction.

    ``hashed``: the hash that it fits, if any. ``renewed``: the same password under newer parameters of the hash.
    """

    name: str
    hashed: str | None
    renewed: str | None = None


def hash_of(session: Session, name: str) -> str | None:
    """The hash of an account's password; None where there is no such account."""
    return session.scalar(select(Account.password_hash).where(Account.name == name))


def tried(name: str, hashed: str | None, password: str) -> Tried:
    """Hold a password against the hash of an account."""
    if not fits(hashed, password):
        return Tried(name, None)
    outdated = hashed is not None and _hasher.check_needs_rehash(hashed)
    return Tried(name, hashed, hash_secret(password) if outdated else None)


def log_in(session: Session, attempt: Tried, now: datetime) -> Account | None:
    """The account, if name and password fit and it is neither disabled nor locked. Counts failures."""
    account = session.scalar(select(Account).where(Account.name == attempt.name))
    if account is None or account.disabled_at or (account.locked_until and account.locked_until > now):
        return None
    if attempt.hashed is None or attempt.hashed != account.password_hash:
        account.failures += 1
        if account.failures >= MAX_FAILURES:
            account.failures, account.locked_until = 0, now + LOCK
        return None
    account.failures, account.locked_until = 0, None
    account.password_hash = attempt.renewed or account.password_hash
    return account


def reset(account: Account, password: str) -> None:
    """A new password; every session of the account ends."""
    account.password_hash, account.epoch = hash_secret(password), account.epoch + 1
    account.failures, account.locked_until = 0, None


def disable(session: Session, account: Account, now: datetime) -> None:
    """No log-in any more; every session of the account ends, and its open cases are nobody's own again."""
    account.disabled_at, account.epoch = now, account.epoch + 1
    mine = update(Case).where(Case.closed_at.is_(None), Case.owner_id == account.id)
    session.execute(mine.values(owner_id=None))


def officer(session: Session, account: Account, now: datetime) -> Officer:
    """The account as an actor, with the roles that are valid today in each unit's zone."""
    rows = session.execute(
        select(RoleGrant, Unit.timezone)
        .join(Unit, Unit.id == RoleGrant.unit_id)
        .where(RoleGrant.account_id == account.id)
    ).all()
    valid = [grant for grant, zone in rows if _in_force(session, grant, local_today(zone, now))]
    begun = [(grant, zone) for grant, zone in rows if grant.valid_from <= local_today(zone, now)]
    headed = frozenset((g.unit_id, _headed_until(g, zone)) for g, zone in begun if g.role == HEAD)
    return Officer(account.id, frozenset((g.role, g.unit_id) for g in valid), headed)


def _headed_until(grant: RoleGrant, zone: str) -> datetime | None:
    """The end of an acting head's time, with a day more: an order that is ended holds no more from that moment on, but
    its last day is then the day before. Who was head in the own right always counts as one."""
    if grant.delegated_by is None or grant.valid_to is None:
        return None
    return datetime.combine(grant.valid_to + timedelta(days=2), time.min, ZoneInfo(zone)).astimezone(UTC)


def _in_force(session: Session, grant: RoleGrant, today: date) -> bool:
    """Whether a grant gives its role on a day."""
    dated = grant.valid_from <= today and (grant.valid_to is None or today <= grant.valid_to)
    return dated and not lapsed(session, grant, today)


def lapsed(session: Session, grant: RoleGrant, today: date) -> bool:
    """A delegation holds while who gave it is head, or nobody is: beside any other head it gives no role."""
    if grant.delegated_by is None:
        return False
    heads = sitting_heads(session, grant.unit_id, today)
    return bool(heads) and grant.delegated_by not in heads


def sitting_heads(session: Session, unit_id: str, today: date) -> set[str]:
    """The enabled accounts that are head of a unit on a day in their own right."""
    own = (RoleGrant.unit_id == unit_id, RoleGrant.role == HEAD, RoleGrant.delegated_by.is_(None))
    query = select(Account.id).join(RoleGrant, RoleGrant.account_id == Account.id).where(*own, *_dated(today))
    return set(session.scalars(query.where(Account.disabled_at.is_(None))))


def _dated(today: date) -> tuple[ColumnElement[bool], ...]:
    return RoleGrant.valid_from <= today, or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= today)


def grant_held(session: Session, account_id: str, roles: Iterable[str], unit: Unit, now: datetime) -> RoleGrant | None:
    """The grant under which an account holds one of these roles at a unit today; an own one before a delegated one."""
    query = select(RoleGrant).where(
        RoleGrant.account_id == account_id, RoleGrant.unit_id == unit.id, RoleGrant.role.in_(set(roles))
    )
    today = local_today(unit.timezone, now)
    rows = session.scalars(query.order_by(RoleGrant.valid_from, RoleGrant.id))
    held = [grant for grant in rows if _in_force(session, grant, today)]
    return min(held, key=lambda grant: grant.delegated_by is not None, default=None)


def directory(session: Session, concerned: Iterable[Unit], writer: str = "") -> tuple[tuple[str, str], ...]:
    """(account id, name or post) of the staff of these units and of the offices above them, for triage to look for in a
    text. Who has ever held a role there counts, today or not; a head also once the account is closed, which is when
    people speak.

    Posts of officials only: a head is told by the rules on the head, and "petugas" would match everybody. Each part of
    a name counts behind a title or with a misdeed (``+``, see ``triage.callings``). What a head alone is called counts
    anywhere (``~``), unless the writer is called so: a complaint that the head must not see is worth the doubt.
    """
    places = {above.id for unit in concerned for above in _upwards(unit)}
    here = select(RoleGrant.account_id).where(RoleGrant.unit_id.in_(places))
    own = (RoleGrant.role == HEAD, RoleGrant.delegated_by.is_(None))
    known = select(Account.id, Account.full_name, Account.post).where(Account.id.in_(here))
    rows = session.execute(known.where(or_(Account.disabled_at.is_(None), Account.id.in_(here.where(*own))))).all()
    names = [(i, name) for i, name, _ in rows]
    works = set(session.scalars(here.where(RoleGrant.role != "admin")))  # no case is shown to who is an admin alone
    called = [(i, f"+{part}") for i, name, _ in rows if i in works for part in _parts(name, 3)]
    heads = set(session.scalars(here.where(RoleGrant.role == HEAD)))
    borne = Counter(part.lower() for name in (writer, *(name for _, name, _ in rows)) for part in set(_parts(name)))
    alone = [(i, f"~{part}") for i, name, _ in rows if i in heads for part in _parts(name) if borne[part.lower()] == 1]
    officials = set(session.scalars(here.where(RoleGrant.role == "pejabat")))
    posts = [(i, post) for i, _, post in rows if post and i in officials]
    return (*names, *called, *alone, *posts)


def _parts(name: str, letters: int = 4) -> list[str]:
    """The names of at least so many letters in a full name, without initials and degrees."""
    words = (part for part in re.split(r"[\s,]+", name) if len(part) >= letters and "." not in part)
    return [word for word in words if word.lower() not in _DEGREES]


def _upwards(unit: Unit) -> Iterator[Unit]:
    above: Unit | None = unit
    while above is not None:
        yield above
        above = above.parent


def heads(session: Session, unit_id: str, now: datetime) -> set[str]:
    """The accounts of whoever is head of a unit or acts for one, and of whoever was head: its people were theirs."""
    own = (RoleGrant.unit_id == unit_id, RoleGrant.role == HEAD, RoleGrant.delegated_by.is_(None))
    was = session.scalars(select(RoleGrant.account_id).where(*own))
    return {*was, *(account.id for account in holders(session, HEAD, unit_id, now))}


def holders(session: Session, role: str, unit_id: str, now: datetime) -> list[Account]:
    """Enabled accounts that hold a role at a unit today, oldest first."""
    unit = session.get_one(Unit, unit_id)
    today = local_today(unit.timezone, now)
    query = (
        select(Account, RoleGrant)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.unit_id == unit_id, RoleGrant.role == role, Account.disabled_at.is_(None), *_dated(today))
        .order_by(Account.created_at, Account.name)
    )
    rows = session.execute(query).all()
    return list(dict.fromkeys(account for account, grant in rows if not lapsed(session, grant, today)))
