"""Addresses, aliases and the identity vault: who somebody is stands apart from what they said."""

from __future__ import annotations

import json
import re
import secrets
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflow import access, journal
from workflow.actors import Actor, Clock, Officer
from workflow.messages import Inbound
from workflow.models import Address, Case, DataKey, Party, Person, PersonLink
from workflow.states import Impossible
from workflow.vault import Erased, vault_of

_MAIL = re.compile(r"[^\s<>@\"(),:;\\]{1,64}@[^\s<>@\"(),:;\\]+\.[^\s<>@\"(),:;\\]+")
IDENTITY_FIELDS = ("name", "number", "contact")


def reach(session: Session, inbound: Inbound, now: datetime) -> Address:
    """The address that a message came from, with its person; both are made at first sight.

    Ids that the provider sends together (a user id beside a number) are addresses of one person, whichever comes
    first. Where they are known as two persons already, the two are linked, which can be undone; what only looks
    alike is never linked by a machine.
    """
    lookups = {_lookup(session, inbound.channel, value): value for value in (inbound.sender, *inbound.aliases)}
    query = select(Address, DataKey.wrapped.is_not(None)).join(DataKey, DataKey.id == Address.data_key_id)
    rows = session.execute(query.where(Address.channel == inbound.channel, Address.lookup.in_(lookups))).all()
    found = {address.lookup: address for address, _ in rows}
    # Whoever was erased stays erased: the next message from there comes from a new person.
    alive = {address.lookup for address, readable in rows if readable and address.value_enc is not None}
    if missing := lookups.keys() - alive:
        relative = next((found[known].person_id for known in lookups if known in alive), None)
        person = session.get_one(Person, relative) if relative else _new_person(session, inbound, now)
        for lookup in missing:
            address = found.get(lookup) or Address(channel=inbound.channel, lookup=lookup, created_at=now)
            found[lookup] = _enter(session, address, person, lookups[lookup])
    first = found[next(iter(lookups))]
    if inbound.number:
        first.number_lookup = vault_of(session).lookup("number", inbound.number)
    _join(session, first, [found[lookup] for lookup in lookups], now)
    return first


def _join(session: Session, first: Address, together: list[Address], now: datetime) -> None:
    """What the provider named in one breath is one human being, unless staff have said that it is not."""
    for other in together:
        if other.person_id and first.person_id and other.person_id != first.person_id:
            pair = {first.person_id, other.person_id}
            known = select(PersonLink.id).where(PersonLink.person_id.in_(pair), PersonLink.other_id.in_(pair))
            if session.scalar(known.limit(1)) is None:
                _link(session, first.person_id, other.person_id, "provider", Clock(), now)


def known(session: Session, channel: str, value: str) -> Address | None:
    """The address that a provider's id stands for, if somebody ever wrote from there."""
    wanted = _lookup(session, channel, value)
    return session.scalar(select(Address).where(Address.channel == channel, Address.lookup == wanted))


def _lookup(session: Session, channel: str, value: str) -> bytes:
    return vault_of(session).lookup(f"address:{channel}", value)


def _enter(session: Session, address: Address, person: Person, value: str) -> Address:
    address.person_id, address.data_key_id = person.id, person.data_key_id
    address.value_enc = vault_of(session).seal(session, person.data_key_id, value, "address.value")
    session.add(address)
    session.flush()
    return address


def _new_person(session: Session, inbound: Inbound, now: datetime) -> Person:
    person = Person(data_key_id=vault_of(session).new_key(session, "person", now), created_at=now)
    session.add(person)
    session.flush()
    contact = inbound.sender if "@" in inbound.sender else None
    learn(session, person, name=inbound.display_name, number=inbound.number, contact=contact)
    return person


def is_mail_address(typed: str) -> bool:
    """Whether a text can be an address for mail."""
    return len(typed) <= 254 and _MAIL.fullmatch(typed) is not None


def post_box(session: Session, channel: str, value: str, now: datetime) -> Address:
    """The address of an office that we write to first."""
    return reach(session, Inbound(channel, "", "", value, "", b""), now)


def shut_out(session: Session, address: Address, now: datetime | None) -> None:
    """Nothing that we send arrives at this address any more (or, with None, it does again)."""
    if address.blocked_at is None or now is None:
        address.blocked_at = now
    session.flush()


def find(session: Session, channel: str, value: str) -> Address | None:
    """The address with this provider's id; None where it never wrote to us."""
    query = select(Address).where(Address.channel == channel, Address.lookup == _lookup(session, channel, value))
    return session.scalar(query)


def learn(session: Session, person: Person, **facts: str | None) -> None:
    """Keep what a person told of themselves (fields of ``IDENTITY_FIELDS``); empty facts change nothing."""
    known = identity(session, person)
    new = known | {key: value for key, value in facts.items() if value}
    if new != known:
        person.identity_enc = vault_of(session).seal(session, person.data_key_id, json.dumps(new), "person.identity")


def identity(session: Session, person: Person) -> dict[str, str]:
    """What is known of a person. Callers ask ``access`` first; an erased identity is empty."""
    if person.identity_enc is None:
        return {}
    try:
        plain = vault_of(session).open(session, person.data_key_id, person.identity_enc, "person.identity")
    except Erased:
        return {}
    facts: dict[str, str] = json.loads(plain)
    return facts


def name_of(session: Session, person_id: str | None) -> str:
    """What the writer is called, so that their own name accuses nobody; empty where that is not known."""
    person = session.get(Person, person_id) if person_id else None
    return identity(session, person).get("name", "") if person else ""


def mask(session: Session, person: Person, text: str) -> str:
    """The text with what is known of its writer hidden: their names and numbers, letter by letter.

    Families sign their letters; whoever may not open the identity shall not read it there either.
    """
    return hide(text, identity(session, person))


def hide(text: str, facts: dict[str, str]) -> str:
    """The text without these facts of somebody (fields of ``IDENTITY_FIELDS``)."""
    for pattern in _traces(facts):
        text = pattern.sub(lambda found: dotted(found.group()), text)
    return text


def dotted(text: str) -> str:
    """Every letter and digit as a dot."""
    return re.sub(r"\w", "•", text)


def _traces(facts: dict[str, str]) -> list[re.Pattern[str]]:
    names = [word for word in re.findall(r"\w+", facts.get("name", "")) if len(word) > 3]
    patterns = [re.compile(rf"\b{re.escape(word)}\b", re.I) for word in names]
    for told in (facts.get("number", ""), facts.get("contact", "")):
        digits = re.sub(r"\D", "", told)
        if len(digits) > 7:
            patterns.append(re.compile(r"\+?(?:62|0)?" + r"[\s.-]?".join(re.sub(r"^(62|0)", "", digits))))
        elif "@" in told:
            patterns.append(re.compile(re.escape(told), re.I))
    return patterns


def value(session: Session, address: Address) -> str:
    """The provider's id of an address, for sending. Raises Erased."""
    return vault_of(session).open_text(session, address.data_key_id, address.value_enc, "address.value")


def add_reporter(session: Session, case: Case) -> Party:
    """Enter the complainant as a party of the case under an alias of that case alone."""
    party = Party(
        case_id=case.id,
        kind="reporter",
        alias=new_alias("Pelapor"),
        person_id=case.person_id,
        data_key_id=case.data_key_id,
    )
    session.add(party)
    return party


def new_alias(word: str) -> str:
    """An alias with a random number, which tells nothing of order or count."""
    return f"{word}-{secrets.randbelow(9000) + 1000}"


def reporter(session: Session, case: Case) -> Party:
    """The complainant's entry among the parties of a case."""
    return session.scalars(select(Party).where(Party.case_id == case.id, Party.kind == "reporter")).one()


# ------------------------------------------------------------------ one human being, several addresses


def circle(session: Session, person_id: str) -> set[str]:
    """Every entry that is known to be the same human being, this one included."""
    known, fresh = {person_id}, {person_id}
    while fresh:
        touching = or_(PersonLink.person_id.in_(fresh), PersonLink.other_id.in_(fresh))
        rows = session.execute(
            select(PersonLink.person_id, PersonLink.other_id).where(touching, PersonLink.undone_at.is_(None))
        )
        fresh = {one for pair in rows for one in pair} - known
        known |= fresh
    return known


def addresses(session: Session, person_id: str, channel: str | None = None) -> list[Address]:
    """Where a person can be reached, oldest first; erased addresses are none."""
    query = select(Address).join(DataKey, DataKey.id == Address.data_key_id)
    query = query.where(Address.person_id.in_(circle(session, person_id)), DataKey.wrapped.is_not(None))
    if channel:
        query = query.where(Address.channel == channel)
    return list(session.scalars(query.order_by(Address.created_at, Address.id)))


def alias_of(session: Session, person_id: str, address: Address) -> str:
    """A name for an address that tells the channel and nothing else: ``sms-1``."""
    same = [a.id for a in addresses(session, person_id, address.channel)]
    return f"{address.channel}-{same.index(address.id) + 1 if address.id in same else 1}"


def links(session: Session, case: Case) -> list[PersonLink]:
    """The links of the complainant that hold, oldest first."""
    known = circle(session, case.person_id)
    query = select(PersonLink).where(PersonLink.person_id.in_(known), PersonLink.undone_at.is_(None))
    return list(session.scalars(query.order_by(PersonLink.linked_at)))


def suggestions(session: Session, officer: Officer, case: Case) -> list[Address]:
    """Addresses behind the complainant's telephone number that count as somebody else so far.

    Only where this account may see every case of that other entry, and none of the two is anonymous: a suggestion
    must not tell that a hidden case exists.
    """
    if not access.may_link(officer, case):
        return []
    own = circle(session, case.person_id)
    numbers = select(Address.number_lookup).where(Address.person_id.in_(own), Address.number_lookup.is_not(None))
    query = select(Address).where(Address.number_lookup.in_(numbers), Address.person_id.not_in(own))
    found = session.scalars(query.order_by(Address.created_at))
    return [a for a in found if a.person_id and _all_visible(session, officer, a.person_id)]


def _all_visible(session: Session, officer: Officer, person_id: str) -> bool:
    theirs = Case.person_id.in_(circle(session, person_id))
    seen = set(
        session.scalars(access.cases(officer).where(theirs, Case.visibility != "anonymous").with_only_columns(Case.id))
    )
    return seen == set(session.scalars(select(Case.id).where(theirs)))


def link(session: Session, case: Case, officer: Officer, address_id: str, now: datetime) -> PersonLink:
    """A member of staff decides that a suggested address is the complainant's, too."""
    address = next((a for a in suggestions(session, officer, case) if a.id == address_id), None)
    if address is None or address.person_id is None:
        raise Impossible("not_now")
    return _link(session, case.person_id, address.person_id, "staff", officer, now)


def unlink(session: Session, case: Case, officer: Officer, link_id: str, now: datetime) -> None:
    """Undo a link. It is kept, with who undid it and when."""
    found = next((row for row in links(session, case) if row.id == link_id), None)
    if found is None:
        raise Impossible("not_now")
    if not access.may_link(officer, case):
        raise Impossible("not_yours")
    found.undone_at, found.undone_by = now, officer.account_id
    _journal_link(session, found, "unlink", officer, now)


def _link(session: Session, person_id: str, other_id: str, source: str, actor: Actor, now: datetime) -> PersonLink:
    by = actor.account_id if isinstance(actor, Officer) else None
    row = PersonLink(person_id=person_id, other_id=other_id, source=source, linked_by=by, linked_at=now)
    session.add(row)
    session.flush()
    _journal_link(session, row, "link", actor, now)
    return row


def _journal_link(session: Session, row: PersonLink, action: str, actor: Actor, now: datetime) -> None:
    """In the chain of every case that it touches, without the other entry's name; nowhere else."""
    touched = select(Case).where(Case.person_id.in_({row.person_id, row.other_id}))
    for case in session.scalars(touched.order_by(Case.id)):
        journal.append(
            session, case.handling_unit_id, action, actor, now, case_id=case.id, link=row.id, source=row.source
        )
