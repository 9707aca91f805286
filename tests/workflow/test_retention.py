"""Nothing is erased too early, nothing that is held, and nothing that was erased can be read anywhere again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.support import Office, csrf
from tests.workflow.offices import on_postgres
from tests.workflow.steps import COMPLAINT, Beside, act, carry, classify, merge, repeated
from workflow import cases, conversations, outbox, people, retention, subject_rights
from workflow.db import Base
from workflow.messages import Media
from workflow.models import (
    Address,
    Attachment,
    Case,
    CaseNumber,
    DataKey,
    DataRequest,
    JournalEntry,
    Message,
    Outbound,
    Paper,
    Person,
)
from workflow.states import Impossible
from workflow.vault import Erased, vault_of

YEAR = timedelta(days=366)


def ended(office: Office, text: str = COMPLAINT, **fields: object) -> str:
    """A case that was answered and closed."""
    office.say(text, **fields)
    case_id = carry(office, "responded")
    office.deliver()
    office.say("PUAS")
    assert office.case().status == "closed"
    return case_id


def readable(office: Office, case_id: str) -> list[str]:
    """Every content column of every row of a case that can still be opened."""
    found = []
    with office.db.read() as s:
        vault = vault_of(s)
        for mapper in Base.registry.mappers:
            table = mapper.class_
            if not hasattr(table, "case_id") or not hasattr(table, "data_key_id"):
                continue
            for row in s.scalars(select(table).where(table.case_id == case_id)):
                for column in [c.name for c in table.__table__.columns if c.name.endswith("_enc")]:
                    try:
                        vault.open(s, row.data_key_id, getattr(row, column), f"{table.__tablename__}.{column[:-4]}")
                        found.append(f"{table.__tablename__}.{column}")
                    except Erased:
                        continue
        for message in s.scalars(select(Message).where(Message.case_id == case_id)):
            found += [name for name in ("raw_enc", "body_enc") if getattr(message, name) is not None]
    return found


def test_a_case_is_kept_for_its_years_and_then_erased_but_counted(office: Office) -> None:
    case_id = ended(office, media=(Media("bukti.txt", "text/plain", b"bukti"),))
    with office.db.read() as s:
        key = s.scalars(select(Attachment.object_key)).one()
        store = s.info["objects"]
        assert store.get(key)
    office.clock.now += 5 * YEAR - timedelta(days=20)
    assert retention.run(office.db, office.clock()) == 0
    office.clock.now += timedelta(days=40)
    with office.db.read() as s:
        assert [line.case_id for line in retention.plan(s, office.clock())] == [case_id]
    assert readable(office, case_id), "a plan changes nothing"
    assert retention.run(office.db, office.clock()) == 1
    assert readable(office, case_id) == []
    with pytest.raises(FileNotFoundError):
        store.get(key)
    with office.db.read() as s:
        case = s.get_one(Case, case_id)
        assert (case.category, case.status, case.erased_at is not None) == ("makanan_air", "closed", True)
        assert s.scalar(select(func.count()).select_from(CaseNumber).where(CaseNumber.case_id == case_id)) == 1
        person = s.get_one(Person, case.person_id)
        assert (people.identity(s, person), person.erased_at is not None) == ({}, True)
        assert s.scalars(select(Address.value_enc).where(Address.person_id == person.id)).all() == [None]
        assert s.scalar(select(func.count()).select_from(JournalEntry).where(JournalEntry.action == "erased")) == 1
    erased = (office.settings.home / "erased-keys").read_text().split()
    assert f"case:{case_id}" in erased
    assert retention.run(office.db, office.clock()) == 0
    page = office.client("petugas").get(f"/petugas/kasus/{case_id}")
    assert page.status_code == 200
    assert "Sudah dihapus" in page.get_data(as_text=True)
    office.say("Halo, saya mau lapor lagi: makanan basi terus di blok A")
    assert office.case().id != case_id, "who writes from there again is somebody new"


def test_a_hold_keeps_a_case_and_says_why_to_those_who_may_know(office: Office) -> None:
    case_id = ended(office)
    act(
        office,
        case_id,
        lambda o, s, c: retention.hold(s, c, o.officer(s, "kanwil"), "Perkara 12/Pid", o.clock(), on=True),
    )
    office.clock.now += 20 * YEAR
    assert retention.run(office.db, office.clock()) == 0
    with office.db.read() as s:
        assert s.scalars(select(Paper.kind).where(Paper.case_id == case_id, Paper.kind == "hold")).one() == "hold"
        assert b"Perkara" not in b"".join(s.scalars(select(JournalEntry.record)))
    with pytest.raises(Impossible, match="reason_missing"):
        act(office, case_id, lambda o, s, c: retention.hold(s, c, o.officer(s, "kanwil"), " ", o.clock(), on=False))
    act(office, case_id, lambda o, s, c: retention.hold(s, c, o.officer(s, "kanwil"), "Inkrah", o.clock(), on=False))
    assert retention.run(office.db, office.clock()) == 1


def test_what_is_open_is_never_erased(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "classified")
    office.clock.now += 30 * YEAR
    assert retention.run(office.db, office.clock()) == 0
    with pytest.raises(Impossible, match="still_open"):
        act(office, case_id, lambda o, s, c: retention.erase(s, c, o.officer(s, "kanwil"), o.clock(), "request"))


def test_an_anonymous_address_goes_a_month_after_the_end_and_the_case_stays(office: Office) -> None:
    office.say("ANONIM")
    case_id = ended(office)
    assert office.case().visibility == "anonymous"
    office.clock.now += timedelta(days=29)
    retention.run(office.db, office.clock())
    with office.db.read() as s:
        assert s.scalars(select(Person.erased_at)).all() == [None]
    office.clock.now += timedelta(days=2)
    retention.run(office.db, office.clock())
    with office.db.read() as s:
        assert s.get_one(Person, s.get_one(Case, case_id).person_id).erased_at is not None
        message = s.scalars(select(Message).where(Message.case_id == case_id)).first()
        assert message
        assert conversations.text_of(s, message) == COMPLAINT


def hold(office: Office, case_id: str, *, on: bool = True) -> None:
    """The Kanwil notes on the case page that a court needs it, or no longer does."""
    client = office.client("kanwil")
    form = {
        "csrf_token": csrf(client, f"/petugas/kasus/{case_id}"),
        "reason": "Perkara 12/Pid",
        "on": "1" if on else "0",
    }
    assert client.post(f"/petugas/data/{case_id}/tahan", data=form).status_code == 303


def known(office: Office, case_id: str) -> bool:
    """Whether it can still be found out who wrote."""
    with office.db.read() as s:
        person = s.get_one(Person, s.get_one(Case, case_id).person_id)
        values = [address.value_enc for address in s.scalars(select(Address).where(Address.person_id == person.id))]
        return person.erased_at is None and all(values)


def test_a_hold_keeps_the_address_of_somebody_anonymous_too(office: Office) -> None:
    office.say("ANONIM")
    case_id = ended(office)
    hold(office, case_id)
    office.clock.now += 3 * YEAR
    retention.run(office.db, office.clock())
    assert known(office, case_id)
    hold(office, case_id, on=False)
    retention.run(office.db, office.clock())
    assert not known(office, case_id)


def test_a_hold_is_neither_noted_nor_lifted_by_a_form_that_does_not_say_which(office: Office) -> None:
    case_id = ended(office)
    client = office.client("kanwil")
    form = {"csrf_token": csrf(client, f"/petugas/kasus/{case_id}"), "reason": "Perkara 12/Pid"}
    for on in (False, True):
        for unread in ({}, {"on": ""}, {"on": "ya"}):
            page = client.post(f"/petugas/data/{case_id}/tahan", data=form | unread, follow_redirects=True).text
            assert "tidak ada yang berubah" in page
            with office.db.read() as s:
                assert s.get_one(Case, case_id).legal_hold is on
        hold(office, case_id, on=not on)


@on_postgres
def test_a_hold_that_is_noted_while_addresses_are_being_erased_is_kept(office: Office) -> None:
    office.say("ANONIM")
    case_id = ended(office)
    office.clock.now += timedelta(days=31)
    with office.db.write() as s:
        case = cases.lock(s, case_id)
        retention.hold(s, case, office.officer(s, "kepala"), "Perkara 12/Pid", office.clock(), on=True)
        s.flush()
        beside = Beside(office, lambda: retention.run(office.db, office.clock()))
    beside.join()
    assert known(office, case_id)


def test_what_was_merged_into_a_held_case_is_held_with_it(office: Office) -> None:
    first, second = repeated(office)
    act(office, second, classify)
    merge(office, second, first)
    hold(office, first)
    request_id = asked(office, second, "erase")
    client = office.client("kustodian")
    form = {"csrf_token": csrf(client, "/petugas/data"), "decision": "grant"}
    client.post(f"/petugas/data/{request_id}/jawab", data=form)
    with office.db.read() as s:
        assert s.get_one(DataRequest, request_id).state == "open"
    end(office, first)
    office.clock.now += 20 * YEAR
    assert retention.run(office.db, office.clock()) == 0
    hold(office, first, on=False)
    assert retention.run(office.db, office.clock()) == 2


def end(office: Office, case_id: str) -> None:
    act(office, case_id, lambda o, s, c: cases.end_with_reason(
        s, c, "withdraw", o.officer(s, "petugas"), "Pelapor meminta", o.clock()))  # fmt: skip


def test_a_hold_on_what_was_merged_into_a_case_holds_the_case(office: Office) -> None:
    first, second = repeated(office)
    hold(office, second)
    merge(office, second, first)
    end(office, first)
    with office.db.write() as s, pytest.raises(Impossible, match="under_hold"):
        retention.erase(s, s.get_one(Case, first), office.officer(s, "kanwil"), office.clock(), "request")
    office.clock.now += 20 * YEAR
    assert retention.run(office.db, office.clock()) == 0


def test_what_was_merged_stays_until_the_time_of_the_whole_case_is_over(office: Office) -> None:
    first, second = repeated(office)
    merge(office, second, first)
    office.clock.now += 6 * YEAR
    assert retention.run(office.db, office.clock()) == 0, "the case goes on"
    act(office, first, lambda o, s, c: cases.classify(
        s, c, o.officer(s, "petugas"), "pungli", "tinggi", o.clock(), about_head=False))  # fmt: skip
    end(office, first)
    office.clock.now += 6 * YEAR
    assert retention.run(office.db, office.clock()) == 0, "an integrity case is kept for ten years"
    office.clock.now += 5 * YEAR
    assert retention.run(office.db, office.clock()) == 2


def test_words_that_opened_no_case_go_after_a_year(office: Office) -> None:
    office.say("Jam berapa kunjungan hari Sabtu?")
    office.clock.now += YEAR
    retention.run(office.db, office.clock())
    with office.db.read() as s:
        assert s.scalars(select(Message.raw_enc)).all() == [None]


# ------------------------------------------------------------------ what people ask of their own data


def asked(office: Office, case_id: str, kind: str) -> str:
    act(office, case_id, lambda o, s, c: subject_rights.ask(s, c, o.officer(s, "petugas"), kind, o.clock()))
    with office.db.read() as s:
        officer = office.officer(s, "kustodian")
        assert [case.id for _, case in subject_rights.waiting(s, officer, office.clock())] == [case_id]
        assert subject_rights.waiting(s, office.officer(s, "petugas"), office.clock()) == []
        return subject_rights.waiting(s, officer, office.clock())[0][0].id


def test_a_copy_holds_the_persons_own_words_and_goes_to_their_own_address(office: Office) -> None:
    case_id = ended(office)
    request_id = asked(office, case_id, "copy")
    client = office.client("kustodian")
    page = client.get("/petugas/data").get_data(as_text=True)
    assert "salinan data" in page
    token = csrf(client, "/petugas/data")
    form = {"csrf_token": token, "decision": "grant"}
    assert client.post(f"/petugas/data/{request_id}/jawab", data=form).status_code == 303
    with office.db.read() as s:
        row = s.scalars(select(Outbound).where(Outbound.key == "data_copy")).one()
        assert f"2 Nov 2026, 09.00 WIB: {COMPLAINT}" in outbox.body(s, row)
        assert "Pompa diganti" not in outbox.body(s, row)


def test_an_erasure_is_told_first_and_then_done(office: Office) -> None:
    case_id = ended(office)
    request_id = asked(office, case_id, "erase")
    client = office.client("kustodian")
    form = {"csrf_token": csrf(client, "/petugas/data"), "decision": "grant"}
    client.post(f"/petugas/data/{request_id}/jawab", data=form)
    assert subject_rights.carry_out(office.db, office.clock()) == 0, "the word is not out yet"
    office.deliver()
    assert subject_rights.carry_out(office.db, office.clock()) == 1
    assert readable(office, case_id) == []
    with office.db.read() as s:
        assert s.scalar(select(func.count()).select_from(DataKey).where(DataKey.destroyed_at.is_not(None))) == 2


def test_an_erasure_may_be_refused_and_the_person_is_told_why(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "classified")
    request_id = asked(office, case_id, "erase")
    client = office.client("kustodian")
    form = {"csrf_token": csrf(client, "/petugas/data"), "decision": "refuse", "reason": ""}
    client.post(f"/petugas/data/{request_id}/jawab", data=form)
    form["reason"] = "Pengaduan masih diperiksa."
    client.post(f"/petugas/data/{request_id}/jawab", data=form)
    with office.db.read() as s:
        assert s.scalar(select(func.count()).select_from(Outbound).where(Outbound.key == "data_refused")) == 1
        assert cases.lock(s, case_id).erased_at is None


def test_a_request_that_nearly_ends_is_told_once(office: Office) -> None:
    case_id = ended(office)
    asked(office, case_id, "copy")
    office.clock.advance(hours=49)
    assert subject_rights.remind(office.db, office.clock()) == 1
    assert subject_rights.remind(office.db, office.clock()) == 0


def test_no_other_role_sees_or_answers_requests(office: Office) -> None:
    case_id = ended(office)
    request_id = asked(office, case_id, "copy")
    for name in ("petugas", "kepala", "pejabat", "admin"):
        client = office.client(name)
        assert client.get("/petugas/data").status_code == 403
        token = csrf(client, "/petugas/saya")
        assert client.post(f"/petugas/data/{request_id}/jawab", data={"csrf_token": token}).status_code == 403
