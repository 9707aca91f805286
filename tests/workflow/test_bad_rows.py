"""One row that cannot be handled comes first in its tick, and keeps nobody behind it waiting."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from channels import delivery
from tests.support import Office
from tests.workflow.steps import COMPLAINT, act, carry
from tests.workflow.test_checkbacks import afraid
from tests.workflow.test_fetching import Provider
from tests.workflow.test_together import join
from workflow import (
    checkbacks,
    deliveries,
    files,
    incidents,
    likeness,
    printing,
    retention,
    subject_rights,
    timekeeping,
)
from workflow.messages import Media
from workflow.models import (
    Attachment,
    Case,
    CaseLink,
    DataKey,
    DataRequest,
    Deadline,
    HolidayOverride,
    Letter,
    Outbound,
)
from workflow.sweep import sweep
from workflow.vault import Vault

BAD, GOOD, OTHER = "+628120000001", "+628120000002", "+628120000003"


def spoil(office: Office, case_id: str) -> None:
    """The master key under which the key of this case is wrapped is not here, as after a restore with another file."""
    with office.db.write() as s:
        _wrap_elsewhere(s, select(Case.data_key_id).where(Case.id == case_id))
    office.db.info["vault"] = Vault(office.db.info["vault"].keys())


def _wrap_elsewhere(s, keys) -> None:  # type: ignore[no-untyped-def]
    s.execute(update(DataKey).where(DataKey.id.in_(keys)).values(wrapping="master:99"))


def two(office: Office, to: str) -> tuple[str, str]:
    """A complaint that will be spoilt, and a later one, both carried to a status."""
    ids = []
    for sender in (BAD, GOOD):
        office.say(COMPLAINT, sender)
        ids.append(carry(office, to, sender) if to else office.case(sender).id)
        office.clock.advance(minutes=3)
    return ids[0], ids[1]


def unknown_clock(office: Office, case_id: str) -> None:
    """A clock whose rule is no longer in the data file."""
    with office.db.write() as s:
        s.execute(update(Deadline).where(Deadline.case_id == case_id, Deadline.rule == "respond").values(rule="gone"))


def state(office: Office, case_id: str) -> str:
    with office.db.read() as s:
        return s.get_one(Case, case_id).status


def test_a_lead_that_cannot_be_read_keeps_no_other_incident_from_its_answer(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    members = []
    for lead, sender in zip(two(office, "responded"), (OTHER, "+628120000004"), strict=True):
        office.say("Air di blok B mati sejak tiga hari, kami tidak bisa mandi.", sender)
        members.append(office.case(sender).id)
        join(office, members[-1], lead)
        office.clock.advance(minutes=3)
    with office.db.read() as s:
        spoil(office, s.scalars(select(CaseLink.other_id).where(CaseLink.case_id == members[0])).one())
    with caplog.at_level(logging.ERROR):
        assert incidents.tend(office.db, office.clock()) == 1
    assert [state(office, member) for member in members] == ["classified", "responded"]
    assert members[0] in caplog.text, "by its id"
    assert incidents.tend(office.db, office.clock()) == 0


def test_a_deadline_that_cannot_be_acted_on_keeps_no_other_from_its_end(office: Office) -> None:
    bad, good = two(office, "responded")
    for case_id in (bad, good):
        act(office, case_id, lambda o, s, c: deliveries.hand_over(s, c, o.officer(s, "petugas"), o.clock()))
    spoil(office, bad)
    office.clock.advance(days=30)
    sweep(office.db, office.clock())
    assert [state(office, case_id) for case_id in (bad, good)] == ["responded", "closed"]


def test_a_case_that_cannot_go_on_keeps_no_other_waiting(office: Office) -> None:
    bad, good = two(office, "classified")
    until = (office.clock() + timedelta(days=3)).date()
    for case_id in (bad, good):
        act(
            office,
            case_id,
            lambda o, s, c: timekeeping.wait(s, c, o.officer(s, "petugas"), "Siapa?", "information", until, o.clock()),
        )
    unknown_clock(office, bad)
    office.clock.advance(days=9)
    sweep(office.db, office.clock())
    assert [state(office, case_id) for case_id in (bad, good)] == ["waiting", "classified"]


def test_a_clock_that_cannot_be_counted_keeps_no_other_from_a_decree(office: Office) -> None:
    ids = sorted(two(office, ""))
    unknown_clock(office, ids[0])
    with office.db.write() as s:
        day = (office.clock() + timedelta(days=1)).date()
        timekeeping.decree(s, day, "Keppres", office.officer(s, "kanwil"), office.clock(), holiday=True)
    assert timekeeping.apply_decrees(office.db, office.clock()) == 1
    with office.db.read() as s:
        assert s.scalars(select(HolidayOverride.applied_at)).one() is not None
    assert timekeeping.apply_decrees(office.db, office.clock()) == 0, "not again and again"


def test_a_message_that_cannot_be_opened_keeps_no_other_from_going_out_and_is_tried_again(office: Office) -> None:
    office.say(COMPLAINT, BAD)
    office.say(COMPLAINT, GOOD)
    vault = office.db.info["vault"]
    with office.db.write() as s:
        held = s.scalars(select(Outbound).order_by(Outbound.id)).all()
        keys = {row.conversation_id: row.data_key_id for row in held}
        _wrap_elsewhere(s, [keys[held[0].conversation_id]])
    office.db.info["vault"] = Vault(vault.keys())
    office.deliver()
    with office.db.read() as s:
        rows = s.scalars(select(Outbound).order_by(Outbound.id)).all()
        bad = [r for r in rows if r.conversation_id == held[0].conversation_id]
        assert {r.state for r in bad if r.data_key_id == keys[held[0].conversation_id]} == {"queued"}
        assert not {r.state for r in rows if r not in bad} & {"queued", "claimed"}
    with office.db.write() as s:
        s.execute(update(DataKey).where(DataKey.wrapping == "master:99").values(wrapping="master:1"))
    office.clock.advance(hours=2)
    office.deliver()
    with office.db.read() as s:
        assert not set(s.scalars(select(Outbound.state))) & {"queued", "claimed"}


def test_a_question_that_cannot_be_written_keeps_no_other_from_being_asked(office: Office) -> None:
    bad = afraid(office, BAD)
    office.clock.advance(hours=30)
    good = afraid(office, GOOD)
    checkbacks.tick(office.db, office.clock())
    spoil(office, bad)
    office.clock.advance(days=8)
    checkbacks.tick(office.db, office.clock())
    with office.db.read() as s:
        asked = set(s.scalars(select(Outbound.case_id).where(Outbound.key == "checkback")))
    assert asked == {good}


def test_a_file_whose_place_cannot_be_read_keeps_no_other_from_being_fetched(office: Office) -> None:
    for sender in (BAD, GOOD):
        office.say(COMPLAINT, sender, media=(Media("foto.jpg", "image/jpeg", url="https://media.example/1"),))
    with office.db.write() as s:
        first, second = s.scalars(select(Attachment).order_by(Attachment.message_id)).all()
        _wrap_elsewhere(s, [first.data_key_id])
        ids = first.id, second.id
    office.db.info["vault"] = Vault(office.db.info["vault"].keys())
    provider = {"provider": Provider([b"%PDF-1.4"])}
    assert delivery.fetch_wanted(office.db, provider, office.clock()) == 1  # type: ignore[arg-type]
    files.prepare(office.db, office.clock())
    with office.db.read() as s:
        assert [s.get_one(Attachment, i).state for i in ids] == ["wanted", "stored"]
        assert s.get_one(Attachment, ids[1]).view == "none"


def test_a_letter_that_cannot_be_read_keeps_no_other_from_being_made(office: Office) -> None:
    bad, good = two(office, "responded")
    spoil(office, bad)
    assert printing.make_due(office.db, office.clock(), limit=1) == 1
    with office.db.read() as s:
        assert s.scalars(select(Letter.sha256).where(Letter.case_id == good)).one()


def test_letters_of_erased_cases_take_no_places_in_the_line(office: Office) -> None:
    bad, good = two(office, "responded")
    office.deliver()
    office.say("PUAS", BAD)
    with office.db.write() as s:
        retention.erase(s, s.get_one(Case, bad), office.officer(s, "kanwil"), office.clock(), "request")
    assert printing.make_due(office.db, office.clock(), limit=1) == 1
    with office.db.read() as s:
        assert s.scalars(select(Letter.sha256).where(Letter.case_id == good)).one()


def test_an_erasure_that_cannot_be_announced_keeps_no_other_waiting(office: Office) -> None:
    bad, good = two(office, "responded")
    office.deliver()
    for sender, case_id in ((BAD, bad), (GOOD, good)):
        office.say("PUAS", sender)
        with office.db.write() as s:
            s.add(
                DataRequest(
                    case_id=case_id, kind="erase", state="granted", due_at=office.clock(),
                    asked_at=office.clock(), answered_at=office.clock(),
                )
            )  # fmt: skip
        office.clock.advance(minutes=1)
    spoil(office, bad)
    for _ in range(4):
        subject_rights.carry_out(office.db, office.clock())
        office.clock.advance(hours=26)
        office.deliver()
    with office.db.read() as s:
        assert s.get_one(Case, good).erased_at is not None
        assert s.get_one(Case, bad).erased_at is None


def test_a_case_of_an_unknown_kind_keeps_no_other_from_its_end(office: Office) -> None:
    bad, good = sorted(two(office, "responded"))
    office.deliver()
    for sender in (BAD, GOOD):
        office.say("PUAS", sender)
    with office.db.write() as s:
        s.execute(update(Case).where(Case.id == bad).values(category="gone"))
    office.clock.advance(days=365 * 12)
    assert retention.run(office.db, office.clock()) == 1
    with office.db.read() as s:
        assert s.get_one(Case, good).erased_at is not None


def test_words_that_cannot_be_read_keep_no_others_from_being_compared(office: Office) -> None:
    office.say(COMPLAINT, BAD)
    for sender in (GOOD, OTHER):
        office.say(COMPLAINT, sender)
    spoil(office, office.case(BAD).id)
    with office.db.write() as s:
        assert likeness.propose(s, office.clock()) == 1
