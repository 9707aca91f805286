"""Cases that belong together, and a seal that comes between them: the facility learns nothing, and nobody is left
waiting for an answer that never comes."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.support import Office, csrf
from tests.workflow.steps import ANSWER, COMPLAINT, STEPS, act, carry, merge, repeated, unmerge
from tests.workflow.test_together import OTHERS, bodies, crowd, join, status
from workflow import cases, incidents, links, openings, retention, sealing
from workflow.actors import Citizen, Clock
from workflow.models import Case, CaseNumber, Deadline, JournalEntry, Notice, Unit
from workflow.states import Impossible

FACILITY = ("petugas", "kepala")


def seal(office: Office, case_id: str) -> None:
    """Its complainant wants the Kanwil."""
    act(office, case_id, lambda o, s, c: cases.seal(s, c, Citizen(c.person_id), "head", o.clock()))


def number(office: Office, case_id: str) -> str:
    with office.db.read() as s:
        return s.get_one(Case, case_id).number


def lead_of(office: Office, case_id: str) -> str | None:
    with office.db.read() as s:
        lead = links.target(s, s.get_one(Case, case_id), incidents.KIND)
        return lead.id if lead else None


def told(office: Office, case_id: str) -> set[str]:
    with office.db.read() as s:
        return set(s.scalars(select(Notice.key).where(Notice.case_id == case_id)))


def shown(office: Office, who: str, case_id: str) -> str:
    return office.client(who).get(f"/petugas/kasus/{case_id}").get_data(as_text=True)


def searched(office: Office, who: str, wanted: str) -> str:
    """What the search answers: a page, or a sentence."""
    client = office.client(who)
    token = csrf(client, "/petugas/")
    answer = client.post("/petugas/cari", data={"csrf_token": token, "nomor": wanted})
    return answer.location if "kasus" in answer.location else client.get(answer.location).get_data(as_text=True)


def hidden(office: Office, case_id: str, *beside: str) -> None:
    """Nobody at the facility finds the number or the id of a sealed case, on its neighbours' pages or in the search."""
    secret = number(office, case_id)
    for who in FACILITY:
        for page in beside:
            seen = shown(office, who, page)
            assert secret not in seen, who
            assert case_id not in seen, who
        assert secret not in re.sub(r'value="[^"]*"', "", searched(office, who, secret)), who


def at_the_kanwil(office: Office, case_id: str) -> None:
    hidden(office, case_id)
    assert office.client("kanwil").get(f"/petugas/kasus/{case_id}").status_code == 200


# ------------------------------------------------------------------ an incident


def test_the_lead_is_sealed_and_the_next_member_leads_without_a_word_of_why(office: Office) -> None:
    lead, members = crowd(office)
    for member in members:
        join(office, member, lead)
    before = number(office, lead)
    seal(office, lead)
    hidden(office, lead, *members)
    assert "Jawabannya dikirim juga" not in shown(office, "petugas", members[0]), "it never comes"
    incidents.tend(office.db, office.clock())
    hidden(office, lead, *members)
    assert [lead_of(office, member) for member in members] == [None, members[0]]
    assert "answers_itself" in told(office, members[0])
    assert "answers_itself" not in told(office, members[1])
    assert "2 pelapor" in shown(office, "petugas", members[0])
    assert before not in shown(office, "petugas", members[0])
    carry(office, "responded", OTHERS[0])
    assert incidents.tend(office.db, office.clock()) == 1
    assert ANSWER in bodies(office, OTHERS[1])
    with office.db.read() as s:
        rutan = s.scalars(select(Unit.id).where(Unit.code == "RUTAN-MAGETAN")).one()
        since = select(JournalEntry).where(JournalEntry.unit_id == rutan, JournalEntry.action.in_(("leave", "join")))
        later = [e for e in s.scalars(since) if e.at >= office.clock() and b"clock" in e.record]
        assert len(later) == 3
        assert not [e for e in later if lead.encode() in e.record], "where it went is not in the facility's chain"


def test_the_only_member_of_a_lead_that_was_sealed_is_worked_on_by_itself(office: Office) -> None:
    lead, members = crowd(office)
    join(office, members[0], lead)
    seal(office, lead)
    assert incidents.part(office.db, office.clock()) == 1
    assert incidents.part(office.db, office.clock()) == 0, "once"
    assert lead_of(office, members[0]) is None
    carry(office, "responded", OTHERS[0])
    assert status(office, members[0]) == "responded"


def test_a_member_is_sealed_and_the_facility_counts_it_no_more(office: Office) -> None:
    lead, members = crowd(office)
    for member in members:
        join(office, member, lead)
    office.say("Karutan sendiri yang menyuruh mematikan air dan minta uang sejuta ke keluarga.", OTHERS[0])
    assert office.case(OTHERS[0]).seal == "kanwil"
    hidden(office, members[0], lead, members[1])
    assert "2 pelapor" in shown(office, "petugas", lead)
    incidents.tend(office.db, office.clock())
    assert [lead_of(office, member) for member in members] == [None, lead]
    assert "answers_itself" in told(office, members[0])
    carry(office, "responded")
    assert incidents.tend(office.db, office.clock()) == 1, "the other one"
    assert status(office, members[0]) == "received", "nobody at the Kanwil has classified it"
    at_the_kanwil(office, members[0])


def test_a_lead_about_the_complaint_unit_is_hidden_from_it_on_its_members_pages(office: Office) -> None:
    lead, members = crowd(office)
    join(office, members[0], lead)
    act(office, lead, lambda o, s, c: sealing.seal_desk(s, c, Citizen(c.person_id), o.clock()))
    assert number(office, lead) not in shown(office, "petugas", members[0])
    assert number(office, lead) in shown(office, "kepala", members[0]), "the head sees both"
    incidents.tend(office.db, office.clock())
    assert lead_of(office, members[0]) is None


@pytest.mark.parametrize("way", ["withdraw", "refer", "discontinue"])
def test_the_members_of_a_lead_that_ends_without_an_answer_get_one_of_their_own(office: Office, way: str) -> None:
    lead, members = crowd(office)
    join(office, members[0], lead)
    who = "kepala" if way == "discontinue" else "petugas"
    act(office, lead, lambda o, s, c: cases.end_with_reason(s, c, way, o.officer(s, who), "Sudah selesai", o.clock()))
    incidents.tend(office.db, office.clock())
    assert lead_of(office, members[0]) is None
    assert "answers_itself" in told(office, members[0])


def reclassify(office: Office, case_id: str, category: str = "pungli") -> None:
    """By the form on its page."""
    client, page = office.client("petugas"), f"/petugas/kasus/{case_id}"
    seen = re.search(r'name="classified" value="([^"]*)"', client.get(page).text)
    assert seen
    form = {"csrf_token": csrf(client, page), "category": category, "urgency": "tinggi", "classified": seen[1]}
    assert client.post(f"{page}/classify", data=form).status_code == 303


def test_a_member_that_turns_out_to_be_a_case_of_integrity_answers_itself(office: Office) -> None:
    lead, members = crowd(office)
    for member in members:
        join(office, member, lead)
    reclassify(office, members[0])
    act(office, lead, STEPS["classified"])
    for step in ("recommended", "directed", "drafted", "approved", "responded"):
        act(office, lead, STEPS[step])
    assert incidents.spread(office.db, office.clock()) == 1, "a service answer is none to an accusation"
    incidents.tend(office.db, office.clock())
    assert (status(office, members[0]), lead_of(office, members[0])) == ("classified", None)
    assert "answers_itself" in told(office, members[0])
    assert ANSWER not in bodies(office, OTHERS[0])
    with office.db.read() as s:
        rows = dict(s.execute(select(Deadline.rule, Deadline.state).where(Deadline.case_id == members[0])).all())
    assert (rows["respond"], rows["respond_integrity"]) == ("void", "running")
    assert "berkas" in shown(office, "petugas", members[0]).lower(), "the file of an inspection"


def test_the_members_of_a_lead_that_turns_out_to_be_a_case_of_integrity_go_on_together(office: Office) -> None:
    lead, members = crowd(office)
    for member in members:
        join(office, member, lead)
    assert incidents.part(office.db, office.clock()) == 0
    reclassify(office, lead)
    assert incidents.part(office.db, office.clock()) == 1
    assert incidents.part(office.db, office.clock()) == 0, "once"
    assert [lead_of(office, member) for member in members] == [None, members[0]]
    assert "answers_itself" in told(office, members[0])


def test_a_member_that_accuses_who_works_on_the_lead_answers_itself(office: Office) -> None:
    lead, members = crowd(office)
    for member in members:
        join(office, member, lead)
    act(office, members[1], lambda o, s, c: cases.hide_from(s, c, [o.account_id("pejabat")], o.clock()))
    incidents.tend(office.db, office.clock())
    assert [lead_of(office, member) for member in members] == [lead, None]
    act(office, lead, lambda o, s, c: cases.hide_from(s, c, [o.account_id("pejabat")], o.clock()))
    join(office, members[1], lead)
    assert incidents.part(office.db, office.clock()) == 0, "hidden from the same"


# ------------------------------------------------------------------ merged cases


def test_what_was_merged_goes_along_when_the_case_is_sealed_and_its_number_stays_an_alias(office: Office) -> None:
    first, second = repeated(office)
    merge(office, second, first)
    old = number(office, second)
    with office.db.read() as s:
        code = openings.receipt_code(s, s.get_one(Case, second))
    seal(office, first)
    for who in FACILITY:
        client = office.client(who)
        assert client.get(f"/petugas/kasus/{second}").status_code == 404, who
        assert f"{old}: Ditangani di tempat lain" in searched(office, who, old)
    assert searched(office, "kanwil", old).endswith(second)
    assert number(office, first) in shown(office, "kanwil", second)
    assert number(office, first) in office.say(f"STATUS {code}")[0], "the family's old code leads to the case"
    unmerge_at_the_kanwil(office, second)
    assert number(office, second).startswith("ADU-KANWIL-JATIM-")
    with office.db.read() as s:
        assert s.get_one(CaseNumber, old).entry == "elsewhere"
        assert s.get_one(CaseNumber, old).case_id == second


def unmerge_at_the_kanwil(office: Office, case_id: str) -> None:
    client = office.client("kanwil")
    token = csrf(client, f"/petugas/kasus/{case_id}")
    client.post(f"/petugas/bersama/{case_id}/batal", data={"csrf_token": token})
    assert status(office, case_id) == "received"


def test_what_was_merged_comes_back_with_the_case(office: Office) -> None:
    first, second = repeated(office)
    merge(office, second, first)
    old = number(office, second)
    seal(office, first)
    act(
        office, first, lambda o, s, c: sealing.unseal(s, c, o.officer(s, "kanwil"), "Pimpinan tidak terkait", o.clock())
    )
    for who in FACILITY:
        assert searched(office, who, old).endswith(second)
        assert number(office, first) in shown(office, who, second)
    unmerge(office, second)
    assert number(office, second) == old


def test_what_was_merged_is_hidden_from_the_complaint_unit_with_the_case(office: Office) -> None:
    first, second = repeated(office)
    merge(office, second, first)
    act(office, first, lambda o, s, c: sealing.seal_desk(s, c, Citizen(c.person_id), o.clock()))
    assert office.client("petugas").get(f"/petugas/kasus/{second}").status_code == 404
    assert number(office, first) in shown(office, "kepala", second)


# ------------------------------------------------------------------ a lead that was erased


def erased(office: Office) -> str:
    """A complaint that was answered, closed and erased."""
    lead = carry(office, "responded")
    office.deliver()
    office.say("PUAS")
    act(office, lead, lambda o, s, c: retention.erase(s, c, Clock(), o.clock(), "request"))
    return lead


def test_a_case_does_not_join_an_erased_one_and_the_page_says_why(office: Office) -> None:
    _, members = crowd(office)
    lead = erased(office)
    client = office.client("petugas")
    token = csrf(client, f"/petugas/kasus/{members[0]}")
    data = {"csrf_token": token, "number": number(office, lead)}
    page = client.post(f"/petugas/bersama/{members[0]}/ikut", data=data, follow_redirects=True)
    assert "sudah dihapus" in page.get_data(as_text=True)
    assert lead_of(office, members[0]) is None
    with pytest.raises(Impossible, match="lead_erased"):
        join(office, members[0], lead)


def test_a_lead_erased_before_its_answer_went_round_stops_nobody_behind_it(office: Office) -> None:
    lead, members = crowd(office)
    join(office, members[0], lead)
    erased(office)
    office.say(COMPLAINT, "+628120000007")
    other = office.case("+628120000007").id
    join(office, members[1], other)
    carry(office, "responded", "+628120000007")
    assert incidents.spread(office.db, office.clock()) == 1
    assert status(office, members[1]) == "responded"
    incidents.tend(office.db, office.clock())
    assert lead_of(office, members[0]) is None
    assert "answers_itself" in told(office, members[0])
