"""Addresses, aliases and the identity vault: who somebody is stands apart from what they said."""

from __future__ import annotations

import json
import re
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.messages import Inbound
from workflow.models import Address, Case, DataKey, Party, Person
from workflow.vault import Erased, vault_of

IDENTITY_FIELDS = ("name", "number", "contact")


def reach(session: Session, inbound: Inbound, now: datetime) -> Address:
    """The address that a message came from, with its person; both are made at first sight.

    Ids that the provider sends together (a user id beside a number) are addresses of one person, whichever comes
    first. Two that are known as different persons stay so: staff may link them, a machine does not.
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
    return found[next(iter(lookups))]


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
    learn(session, person, name=inbound.display_name, number=inbound.number)
    return person


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


def mask(session: Session, person: Person, text: str) -> str:
    """The text with what is known of its writer hidden: their names and numbers, letter by letter.

    Families sign their letters; whoever may not open the identity shall not read it there either.
    """
    for pattern in _traces(identity(session, person)):
        text = pattern.sub(lambda found: re.sub(r"\w", "•", found.group()), text)
    return text


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
        alias=f"Pelapor {secrets.randbelow(9000) + 1000}",
        person_id=case.person_id,
        data_key_id=case.data_key_id,
    )
    session.add(party)
    return party


def reporter(session: Session, case: Case) -> Party:
    """The complainant's entry among the parties of a case."""
    return session.scalars(select(Party).where(Party.case_id == case.id, Party.kind == "reporter")).one()
