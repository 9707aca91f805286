"""Acting heads whom the Kanwil names: how they sign, when they stand down, and where all this is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support import Office, csrf
from tests.webhooks.test_proofs import code_of
from tests.workflow import steps
from tests.workflow.test_letters import all_letters, approve_as, carry_with, words
from workflow import staff
from workflow.models import Account, RoleGrant, Unit

PAGE = "/petugas/plh"


def account(session: Session, name: str) -> Account:
    return session.scalars(select(Account).where(Account.name == name)).one()


def rutan(session: Session) -> Unit:
    """The facility, whatever its code."""
    return session.scalars(select(Unit).where(Unit.kind == "upt")).one()


def name_ratna(office: Office, client: FlaskClient, order: str = "SP-12/2026", days: int = 20) -> int:
    today = office.clock().date()
    with office.db.read() as s:
        unit = rutan(s).id
    form = {"unit": unit, "pejabat": office.account_id("pejabat"), "mulai": today.isoformat(), "perintah": order,
            "sampai": (today + timedelta(days=days)).isoformat(), "csrf_token": csrf(client, PAGE)}  # fmt: skip
    return client.post(PAGE, data=form).status_code


# ------------------------------------------------------------------ how they sign


def called(post: str) -> Callable[[Session, Office], None]:
    """The head's account is barred and says this post."""

    def change(session: Session, office: Office) -> None:
        head = account(session, "kepala")
        head.post = post
        staff.disable(session, head, office.clock())

    return change


def retired(session: Session, office: Office) -> None:
    head = account(session, "kepala")
    head.post, head.grants[0].valid_to = "Kepala Rutan Kelas IIB", office.clock().date() - timedelta(days=1)


def moved_up(session: Session, office: Office) -> None:
    """The head of yesterday works at the Kanwil today, under a post of there."""
    today = office.clock().date()
    head, above = account(session, "kepala"), rutan(session).parent
    assert above
    head.grants[0].valid_to = today - timedelta(days=1)
    head.post = "Kepala Bidang Pembinaan"
    session.add(RoleGrant(account_id=head.id, unit_id=above.id, role="kanwil", valid_from=today))


def never_had_one(session: Session, office: Office) -> None:
    session.delete(account(session, "kepala").grants[0])


def coded(code: str) -> Callable[[Session, Office], None]:
    """A unit with this code that never had a head."""

    def change(session: Session, office: Office) -> None:
        never_had_one(session, office)
        rutan(session).code = code

    return change


@pytest.mark.parametrize(
    ("vacate", "post"),
    [
        (called("Kepala Rutan"), "Kepala Rutan"),
        (called("Karutan Magetan"), "Karutan Magetan"),
        (called(""), "Kepala Rutan"),
        (retired, "Kepala Rutan Kelas IIB"),
        (moved_up, "Kepala Rutan"),
        (never_had_one, "Kepala Rutan"),
        (coded("LPKA-MAGETAN"), "Kepala LPKA"),
        (coded("LAPAS-MAGETAN"), "Kepala Lapas"),
        (coded("W15-MGT"), "Kepala Rumah Tahanan Negara Kelas IIB Magetan"),
    ],
)
def test_whom_the_kanwil_named_signs_in_the_place_of_the_facilitys_head(
    office: Office, vacate: Callable[[Session, Office], None], post: str
) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry_with(office, "petugas")
    with office.db.write() as s:
        vacate(s, office)
    assert name_ratna(office, office.client("kanwil")) == 303
    approve_as(office, case_id, "pejabat")
    steps.act(office, case_id, steps.release)
    letter = all_letters(office)[0]
    assert letter.signatory_post == f"Plh. {post}"
    assert f"<dd>Plh. {post}</dd>" in office.client().get(f"/cek/{code_of(office, letter)}").text
    assert f"Plh. {post}" in words(office, letter)


def test_a_head_without_a_post_signs_by_the_kind_of_facility(office: Office) -> None:
    with office.db.write() as s:
        account(s, "kepala").post = ""
    office.say(steps.COMPLAINT)
    steps.carry(office, "responded")
    assert all_letters(office)[0].signatory_post == "Kepala Rutan"
