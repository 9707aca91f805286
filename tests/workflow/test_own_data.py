"""People ask for their own data by themselves: written down, answered in time, and carried out when it may be."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.support import Office, csrf
from tests.workflow.steps import COMPLAINT, act, carry, merge, repeated
from workflow import actors, cases, journal, outbox, own_data, retention, subject_rights
from workflow.models import Case, DataRequest, JournalEntry, Notice, Outbound, RoleGrant


def requests(office: Office) -> list[tuple[str, str]]:
    with office.db.read() as s:
        return [
            (r.kind, r.state) for r in s.scalars(select(DataRequest).order_by(DataRequest.asked_at, DataRequest.id))
        ]


def decide(office: Office, decision: str = "grant", **fields: str) -> str:
    """The custodian answers the oldest request on the page; returns the page that follows."""
    client = office.client("kustodian")
    with office.db.read() as s:
        request_id = subject_rights.waiting(s, office.officer(s, "kustodian"), office.clock())[0][0].id
    form = {"csrf_token": csrf(client, "/petugas/data"), "decision": decision, **fields}
    return client.post(f"/petugas/data/{request_id}/jawab", data=form, follow_redirects=True).text


def erased(office: Office) -> bool:
    with office.db.read() as s:
        return s.scalars(select(Case)).one().erased_at is not None


def keys(office: Office) -> list[str]:
    with office.db.read() as s:
        return list(s.scalars(select(Outbound.key).where(Outbound.key.like("data%")).order_by(Outbound.id)))


def test_a_wish_is_a_request_with_its_clock_its_notice_and_its_entry_in_the_journal(office: Office) -> None:
    office.say(COMPLAINT)
    told = office.say("DATA SAYA")
    assert "paling lambat 5 November 2026" in told[0]
    with office.db.read() as s:
        row = s.scalars(select(DataRequest)).one()
        assert (row.entered_by, row.due_at - row.asked_at) == (None, subject_rights.LIMIT)
        assert s.scalars(select(Notice.account_id).where(Notice.key == "data_request")).all()
        entry = s.scalars(select(JournalEntry).where(JournalEntry.action == "data_request")).one()
        assert b"citizen" in entry.record
    page = office.client("kustodian").get("/petugas/data").text
    assert "oleh pelapor sendiri" in page
    office.clock.advance(hours=49)
    assert subject_rights.remind(office.db, office.clock()) == 1


@pytest.mark.parametrize("decision", [None, "", "GRANT", "grant "])
@pytest.mark.parametrize("kind", ["copy", "erase"])
def test_an_answer_without_a_decision_is_none(office: Office, kind: str, decision: str | None) -> None:
    office.say(COMPLAINT)
    act(office, office.case().id, lambda o, s, c: subject_rights.ask(s, c, o.officer(s, "petugas"), kind, o.clock()))
    before = requests(office), keys(office)
    assert [state for _, state in before[0]] == ["open"]
    client = office.client("kustodian")
    with office.db.read() as s:
        request_id = s.scalars(select(DataRequest.id)).one()
    form = {"csrf_token": csrf(client, "/petugas/data"), "reason": ""}
    form |= {} if decision is None else {"decision": decision}
    page = client.post(f"/petugas/data/{request_id}/jawab", data=form, follow_redirects=True).text
    assert "tidak ada yang berubah" in page
    assert "Tercatat" not in page
    assert (requests(office), keys(office)) == before


def test_a_copy_is_sent_to_where_it_was_asked_for_with_what_was_said_outside_of_the_case(office: Office) -> None:
    office.say("Jam berapa kunjungan hari Sabtu?")
    office.clock.advance(hours=1)
    office.say(COMPLAINT)
    office.say("minta data saya")
    decide(office)
    with office.db.read() as s:
        text = outbox.body(s, s.scalars(select(Outbound).where(Outbound.key == "data_copy")).one())
    assert COMPLAINT in text
    assert "Jam berapa kunjungan" in text
    assert requests(office) == [("copy", "done")]


def test_an_open_case_is_erased_only_after_it_ended_and_its_person_was_told(office: Office) -> None:
    office.say(COMPLAINT)
    assert "baru dihapus setelah selesai" in office.say("HAPUS DATA SAYA")[0]
    assert requests(office) == []
    office.say("YA")
    assert "Setujui; dihapus setelah pengaduan selesai" in office.client("kustodian").get("/petugas/data").text
    decide(office)
    assert keys(office)[-1] == "data_erase_later"
    assert "sudah disetujui" in office.say("hapus data saya")[0]
    for _ in range(2):
        office.clock.advance(days=2)
        assert subject_rights.carry_out(office.db, office.clock()) == 0
    carry(office, "responded")
    office.deliver()
    office.say("PUAS")
    assert subject_rights.carry_out(office.db, office.clock()) == 0, "the word goes first"
    assert keys(office)[-1] == "data_erased"
    assert subject_rights.carry_out(office.db, office.clock()) == 0, "the word is not out yet"
    office.deliver()
    assert not erased(office)
    assert subject_rights.carry_out(office.db, office.clock()) == 1
    assert erased(office)
    with office.db.read() as s:
        assert journal.verify(s, s.info["journal_key"], journal.read_anchors(office.settings.home / "anchors"))[0] == []


def held(office: Office) -> None:
    act(
        office,
        office.case().id,
        lambda o, s, c: retention.hold(s, c, o.officer(s, "kanwil"), "Diminta pengadilan.", o.clock(), on=True),
    )


def test_what_a_court_needs_is_refused_at_once_with_the_reason(office: Office) -> None:
    office.say(COMPLAINT)
    held(office)
    told = office.say("HAPUS DATA SAYA")
    assert "proses hukum" in told[0]
    assert requests(office) == [("erase", "refused")]
    with office.db.read() as s:
        assert subject_rights.waiting(s, office.officer(s, "kustodian"), office.clock()) == []


def test_a_hold_that_comes_after_the_grant_stops_the_erasure_until_it_is_lifted(office: Office) -> None:
    office.say(COMPLAINT)
    office.say("HAPUS DATA SAYA")
    office.say("ya, hapus")
    decide(office)
    carry(office, "responded")
    office.deliver()
    office.say("PUAS")
    held(office)
    office.clock.advance(days=3)
    for _ in range(3):
        assert subject_rights.carry_out(office.db, office.clock()) == 0
        office.deliver()
    assert not erased(office)


def test_a_copy_that_was_asked_for_too_goes_out_before_anything_is_erased(office: Office) -> None:
    office.say(COMPLAINT)
    carry(office, "responded")
    office.deliver()
    office.say("PUAS")
    office.say("HAPUS DATA SAYA")
    office.say("YA")
    decide(office)
    office.say("DATA SAYA")
    office.deliver()
    office.clock.advance(days=2)
    assert subject_rights.carry_out(office.db, office.clock()) == 0
    decide(office)
    assert subject_rights.carry_out(office.db, office.clock()) == 1
    assert keys(office).count("data_copy") == 1


def test_however_many_cannot_go_yet_they_keep_no_other_from_being_erased(office: Office) -> None:
    into, waits = repeated(office)
    merge(office, waits, into)
    with office.db.write() as s:
        for _ in range(250):
            row = DataRequest(case_id=waits, kind="erase", state="granted")
            row.asked_at = row.due_at = row.answered_at = office.clock()
            s.add(row)
    office.clock.advance(hours=1)
    other = "+628120000009"
    office.say("Titipan makanan untuk adik saya hilang di loket.", other)
    case_id = carry(office, "responded", other)
    office.deliver()
    office.say("PUAS", other)
    act(office, case_id, lambda o, s, c: subject_rights.ask(s, c, o.officer(s, "petugas"), "erase", o.clock()))
    decide(office)
    office.deliver()
    assert subject_rights.carry_out(office.db, office.clock()) == 1
    with office.db.read() as s:
        assert s.get_one(Case, case_id).erased_at is not None and s.get_one(Case, waits).erased_at is None


def test_one_wish_asks_for_every_case_of_the_conversation_and_of_no_other(office: Office) -> None:
    office.say(COMPLAINT)
    office.say("BARU")
    office.say("Petugas kantin menjual nasi basi kemarin siang.")
    office.say(COMPLAINT, sender="+628120000009")
    office.say("DATA SAYA")
    assert requests(office) == [("copy", "open")] * 2
    with office.db.read() as s:
        asked = set(s.scalars(select(DataRequest.case_id)))
        theirs = s.scalars(select(Case.id).where(Case.person_id == office.case().person_id)).all()
    assert asked == set(theirs)


def test_the_same_wish_is_taken_three_times_a_month_and_not_more(office: Office) -> None:
    office.say(COMPLAINT)
    for _ in range(own_data.MOST):
        office.say("DATA SAYA")
        assert "sudah tercatat" in office.say("data saya")[0]
        decide(office)
    assert "tiga kali" in office.say("DATA SAYA")[0]
    office.clock.advance(days=31)
    assert "paling lambat" in office.say("DATA SAYA")[0]
    assert len(requests(office)) == own_data.MOST + 1


def test_where_there_is_no_custodian_the_office_above_is_told(office: Office) -> None:
    with office.db.write() as s:
        for grant in s.scalars(select(RoleGrant).where(RoleGrant.role == "kustodian")):
            grant.valid_to = office.clock().date()
    office.clock.advance(days=2)
    office.say(COMPLAINT)
    office.say("DATA SAYA")
    with office.db.read() as s:
        told = set(s.scalars(select(Notice.account_id).where(Notice.key == "data_request")))
    assert told == {office.account_id("kanwil"), office.account_id("kanwil2")}


def test_a_request_of_an_erased_case_waits_for_nobody(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "responded")
    office.deliver()
    office.say("PUAS")
    office.say("DATA SAYA")
    with office.db.write() as s:
        retention.erase(s, cases.lock(s, case_id), actors.Clock(), office.clock(), "retention")
    office.clock.advance(hours=60)
    assert subject_rights.remind(office.db, office.clock()) == 0
    assert "Tidak ada permintaan" in office.client("kustodian").get("/petugas/data").text


def test_where_one_may_not_write_freely_any_more_a_knock_without_content_goes_first(office: Office) -> None:
    office.say(COMPLAINT, channel="whatsapp")
    office.say("DATA SAYA", channel="whatsapp")
    office.clock.advance(days=2)
    decide(office)
    with office.db.read() as s:
        rows = s.scalars(select(Outbound).where(Outbound.created_at == office.clock()).order_by(Outbound.id)).all()
        assert [(r.key, r.state, r.template) for r in rows] == [
            ("data_copy", "held", ""),
            ("safe_notice", "queued", "safe_notice"),
        ]
    office.say("ya?", channel="whatsapp")
    with office.db.read() as s:
        assert s.scalars(select(Outbound.state).where(Outbound.key == "data_copy")).one() == "queued"


def test_a_wish_from_another_address_reaches_nothing(office: Office) -> None:
    office.say(COMPLAINT)
    assert "belum ada pengaduan" in office.say("HAPUS DATA SAYA", sender="+628120000009")[0]
    assert requests(office) == []
