"""Addresses, aliases and the identity vault: who somebody is stands apart from what they said."""

from __future__ import annotations

import json
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.messages import Inbound
from workflow.models import Address, Case, Party, Person
from workflow.vault import Erased, vault_of

IDENTITY_FIELDS = ("name", "number", "contact")


def reach(session: Session, inbound: Inbound, now: datetime) -> Address:
    """The address that a message came from, with its person; both are made at first sight.

    An id that the provider sends together with a known one (a user id beside a number) is the same person.
    """
    vault = vault_of(session)
    lookups = [vault.lookup(f"address:{inbound.channel}", s) for s in (inbound.sender, *inbound.aliases)]
    query = select(Address).where(Address.channel == inbound.channel, Address.lookup.in_(lookups))
    known = {a.lookup: a for a in session.scalars(query)}
    if address := known.get(lookups[0]):
        return address
    relative = next(iter(known.values()), None)
    person = session.get(Person, relative.person_id) if relative and relative.person_id else None
    person = person or _new_person(session, inbound, now)
    address = Address(
        channel=inbound.channel,
        lookup=lookups[0],
        person_id=person.id,
        data_key_id=person.data_key_id,
        value_enc=vault.seal(session, person.data_key_id, inbound.sender, "address.value"),
        created_at=now,
    )
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
