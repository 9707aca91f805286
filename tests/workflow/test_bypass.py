"""The office above approves in a head's place where nobody is left or nobody did in time, and signs as who it is."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from tests.support import Office, csrf
from tests.workflow import steps
from tests.workflow.steps import act, carry
from workflow import decisions, letters, printing
from workflow.actors import Clock
from workflow.models import Account, Approval, Deadline, Letter
from workflow.vault import vault_of

BEHALF = "a.n. Kepala Rumah Tahanan Negara Kelas IIB Magetan"
OFFER = 'id="form-approve_above"'


def page(office: Office, case_id: str, name: str = "kanwil") -> str:
    return office.client(name).get(f"/petugas/kasus/{case_id}").get_data(as_text=True)


def press(office: Office, case_id: str, seen: str) -> tuple[int, str]:
    """The regional office sends the form of a page that it had open."""
    client = office.client("kanwil")
    digest = re.search(r'name="hash" value="(\w+)"', seen)
    form = {"csrf_token": csrf(client, f"/petugas/kasus/{case_id}"), "reason": "Kepala kosong."}
    answer = client.post(
        f"/petugas/kasus/{case_id}/approve_above", data={**form, "hash": digest.group(1) if digest else ""}
    )
    return answer.status_code, answer.get_data(as_text=True)


def vacate(office: Office) -> None:
    with office.db.write() as s:
        s.scalars(select(Account).where(Account.name == "kepala")).one().disabled_at = office.clock()


def test_the_letter_is_signed_on_behalf_of_the_head_by_post_and_office_of_who_did(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry(office, "drafted")
    vacate(office)
    assert press(office, case_id, page(office, case_id))[0] == 303
    act(office, case_id, steps.release)
    with office.db.read() as s:
        letter = s.scalars(select(Letter)).one()
        code, told = letters.details(s, letter)["code"], letter.signatory_post
        s.expunge(letter)
    read = PdfReader(BytesIO(printing.content(office.db, letter.id, Clock(), office.clock())))
    text = " ".join(" ".join(sheet.extract_text() for sheet in read.pages).split())
    block = f"{BEHALF} Analis Pengaduan Kanwil Kantor Wilayah Ditjenpas Jawa Timur Disetujui secara elektronik"
    assert block in text
    assert told == f"{BEHALF}, Analis Pengaduan Kanwil, Kantor Wilayah Ditjenpas Jawa Timur"
    assert told in office.client().get(f"/cek/{code}").get_data(as_text=True)


def test_a_letter_that_was_issued_before_says_what_it_said(office: Office) -> None:
    office.say(steps.COMPLAINT)
    act(office, carry(office, "approved"), steps.release)
    with office.db.write() as s:
        letter = s.scalars(select(Letter)).one()
        known = {key: value for key, value in letters.details(s, letter).items() if key != "behalf"}
        letter.details_enc = vault_of(s).seal(s, letter.data_key_id, json.dumps(known), "letter.details")
    read = PdfReader(BytesIO(printing.content(office.db, letter.id, Clock(), office.clock())))
    text = " ".join(" ".join(sheet.extract_text() for sheet in read.pages).split())
    assert "Kepala Rutan Rumah Tahanan Negara Kelas IIB Magetan Disetujui secara elektronik" in text


def test_while_a_head_can_still_approve_nobody_is_offered_to_do_it_instead(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry(office, "drafted")
    assert OFFER not in page(office, case_id)
    with office.db.read() as s:
        digest = decisions.newest(s, office.case(), "answer").hash
    status, told = press(office, case_id, f'name="hash" value="{digest}"')
    assert status == 422 and "masih dapat menyetujui" in told
    with office.db.read() as s:
        assert not s.scalars(select(Approval)).all()


def test_a_head_whose_time_is_over_is_bypassed_and_the_page_says_why(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry(office, "drafted")
    with office.db.read() as s:
        office.clock.now = s.scalars(select(Deadline.due_at).where(Deadline.rule == "approve")).one()
    assert OFFER not in page(office, case_id)
    office.clock.advance(seconds=1)
    seen = page(office, case_id)
    assert OFFER in seen and "belum memutuskan dalam tenggatnya" in seen
    assert press(office, case_id, seen)[0] == 303


@pytest.mark.parametrize("name", ["kepala", "petugas"])
def test_nobody_of_the_unit_is_offered_what_is_the_office_aboves(office: Office, name: str) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry(office, "drafted")
    office.clock.advance(days=9)
    assert OFFER not in page(office, case_id, name)
