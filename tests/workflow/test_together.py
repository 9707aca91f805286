"""Many complaints, one event, one answer for each; two cases into one and back; nobody learns of anybody else."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from tests.support import Office, csrf
from tests.workflow.steps import ANSWER, COMPLAINT, OPTIONS, STEPS, act, carry, merge, repeated, unmerge
from tests.workflow.test_deadlines import clocks
from workflow import cases, decisions, incidents, journal, links, merging, openings, outbox, timekeeping
from workflow.actors import Citizen
from workflow.models import Approval, Case, Deadline, Letter, Message, Outbound, Paper
from workflow.states import Impossible
from workflow.sweep import sweep

OTHERS = ("+628120000002", "+628120000003")


def join(office: Office, member: str, lead: str) -> None:
    def step(o: Office, s, c) -> None:  # type: ignore[no-untyped-def]
        incidents.join(s, c, s.get_one(Case, lead), o.officer(s, "petugas"), o.clock())

    act(office, member, step)


def crowd(office: Office) -> tuple[str, list[str]]:
    """Three families about the same water; the first case leads."""
    office.say(COMPLAINT)
    lead = office.case().id
    members = []
    for sender in OTHERS:
        office.say(f"Air di blok B mati sejak tiga hari, kakak saya {sender[-1]} tidak bisa mandi.", sender)
        members.append(office.case(sender).id)
    return lead, members


def bodies(office: Office, sender: str) -> str:
    return "\n".join(office._body(row.id) for row in office._outbound(sender))


def status(office: Office, case_id: str) -> str:
    with office.db.read() as s:
        return s.get_one(Case, case_id).status


# ------------------------------------------------------------------ one incident


def test_what_keeps_two_cases_apart_is_said(office: Office) -> None:
    lead, (member, _) = crowd(office)
    act(office, member, lambda o, s, c: cases.classify(s, c, o.officer(s, "petugas"), "kekerasan", "tinggi", o.clock(),
                                                       about_head=False))  # fmt: skip
    for other, reason in ((lead, "other_track"), (member, "with_itself")):
        with pytest.raises(Impossible, match=reason):
            join(office, member, other)


def test_the_head_is_told_to_how_many_an_answer_goes(office: Office) -> None:
    lead, members = crowd(office)
    carry(office, "classified")
    with office.db.write() as s:
        for member in members:
            incidents.join(
                s, s.get_one(Case, member), s.get_one(Case, lead), office.officer(s, "petugas"), office.clock()
            )
    for step in ("recommended", "directed", "drafted"):
        act(office, lead, STEPS[step])
    head = office.client("kepala")
    for page in ("/petugas/persetujuan", f"/petugas/kasus/{lead}"):
        assert "dikirim kepada 3 pelapor." in head.get(page).text


def test_one_approved_answer_reaches_each_under_its_own_number_and_reveals_nobody(office: Office) -> None:
    lead, members = crowd(office)
    for member in members:
        join(office, member, lead)
    assert "bersama laporan lain" in bodies(office, OTHERS[0])
    carry(office, "responded")
    assert incidents.spread(office.db, office.clock()) == 2
    with office.db.read() as s:
        every = [s.get_one(Case, i) for i in (lead, *members)]
        assert {case.status for case in every} == {"responded"}
        papers = {
            s.scalars(select(Paper.hash).where(Paper.case_id == c.id, Paper.kind == "answer")).one() for c in every
        }
        assert len(papers) == 1, "the very text that was approved"
        assert s.scalar(select(func.count()).select_from(Approval)) == 3
        assert s.scalar(select(func.count()).select_from(Letter)) == 3
        numbers = {case.id: case.number for case in every}
    for sender, member in zip(OTHERS, members, strict=True):
        said = bodies(office, sender)
        assert ANSWER in said
        assert numbers[member] in said
        assert all(numbers[other] not in said for other in numbers if other != member)
    assert incidents.spread(office.db, office.clock()) == 0, "once"


def test_a_late_joiner_is_answered_at_once(office: Office) -> None:
    lead, members = crowd(office)
    carry(office, "responded")
    join(office, members[0], lead)
    assert incidents.spread(office.db, office.clock()) == 1
    assert status(office, members[0]) == "responded"


def test_a_member_that_is_not_satisfied_goes_its_own_way(office: Office) -> None:
    lead, members = crowd(office)
    join(office, members[0], lead)
    carry(office, "responded")
    incidents.spread(office.db, office.clock())
    office.deliver()
    office.say("TIDAK PUAS airnya masih mati", OTHERS[0])
    assert status(office, members[0]) == "classified"
    assert incidents.spread(office.db, office.clock()) == 0


def test_leaving_gives_the_case_back_to_its_own_work(office: Office) -> None:
    lead, members = crowd(office)
    join(office, members[0], lead)
    act(office, members[0], lambda o, s, c: incidents.leave(s, c, o.officer(s, "petugas"), o.clock()))
    carry(office, "responded")
    assert incidents.spread(office.db, office.clock()) == 0
    assert status(office, members[0]) == "received", "nobody has classified it"
    join(office, members[0], lead)
    act(office, members[0], lambda o, s, c: incidents.leave(s, c, o.officer(s, "petugas"), o.clock()))
    act(office, members[0], STEPS["classified"])
    join(office, members[0], lead)
    act(office, members[0], lambda o, s, c: incidents.leave(s, c, o.officer(s, "petugas"), o.clock()))
    assert status(office, members[0]) == "classified", "an officer has"
    join(office, members[0], lead)
    assert incidents.spread(office.db, office.clock()) == 1, "and may come back"


def test_a_member_of_a_member_follows_the_same_lead(office: Office) -> None:
    lead, members = crowd(office)
    join(office, members[0], lead)
    join(office, members[1], members[0])
    with office.db.read() as s:
        assert {c.id for c in links.sources(s, s.get_one(Case, lead), incidents.KIND)} == set(members)
    with pytest.raises(Impossible, match="not_together"):
        join(office, lead, members[0])


def test_the_answer_of_a_lead_that_was_sealed_later_stays_with_the_kanwil(office: Office) -> None:
    lead, members = crowd(office)
    join(office, members[0], lead)
    office.say("KANWIL")

    def answer(o: Office, s, c) -> None:  # type: ignore[no-untyped-def]
        me, head, now = o.officer(s, "kanwil"), o.officer(s, "kanwil2"), o.clock()
        cases.classify(s, c, me, "makanan_air", "normal", now, about_head=False)
        decisions.recommend(s, c, me, "Air mati.", OPTIONS, now)
        decisions.direct(s, c, head, 0, o.account_id("kanwil"), "", now)
        decisions.report(s, c, me, "repair", "Pompa diganti.", now)
        paper = decisions.draft(s, c, me, ANSWER, now)
        decisions.approve(s, c, head, paper.hash, now)
        decisions.release(s, c, me, now)

    act(office, lead, answer)
    assert incidents.spread(office.db, office.clock()) == 0
    assert status(office, members[0]) == "classified", "the facility answers its own"


def test_a_sealed_case_never_joins_one_of_the_facility(office: Office) -> None:
    office.say(COMPLAINT)
    lead = office.case().id
    office.say("KANWIL", OTHERS[0])
    office.say(COMPLAINT, OTHERS[0])
    with office.db.write() as s:
        sealed = cases.lock(s, office.case(OTHERS[0]).id)
        with pytest.raises(Impossible, match="not_together"):
            incidents.join(s, sealed, s.get_one(Case, lead), office.officer(s, "kanwil"), office.clock())


# ------------------------------------------------------------------ more time for one event


def extend(office: Office, case_id: str, reason: str) -> None:
    """The head takes more time, by the form on the page."""
    client, page = office.client("kepala"), f"/petugas/kasus/{case_id}"
    assert "Juga dikirim kepada pelapor lain" in client.get(page).text
    form = {"csrf_token": csrf(client, page), "reason": reason}
    assert client.post(f"{page}/extend", data=form).status_code == 303


def answer_clock(office: Office, case_id: str) -> Deadline:
    with office.db.read() as s:
        query = select(Deadline).where(Deadline.case_id == case_id, Deadline.rule == "respond")
        return s.scalars(query).one()


def test_more_time_for_the_lead_is_more_time_for_each_and_each_family_learns_why_and_its_own_day(
    office: Office,
) -> None:
    office.say(COMPLAINT, display_name="Ibu Qomariah")
    lead, members = office.case().id, []
    for sender in OTHERS:
        office.clock.advance(days=1)
        office.say(f"Air di blok B mati sejak tiga hari, kakak saya {sender[-1]} tidak bisa mandi.", sender)
        members.append(office.case(sender).id)
        join(office, members[-1], lead)
    with office.db.read() as s:
        numbers = {i: s.get_one(Case, i).number for i in (lead, *members)}
    extend(office, lead, "Pompa dipesan atas permintaan Ibu Qomariah")
    assert answer_clock(office, members[0]).extensions == 0
    incidents.tend(office.db, office.clock())
    incidents.tend(office.db, office.clock())
    days = [answer_clock(office, case_id).due_at for case_id in (lead, *members)]
    assert days == sorted(set(days)), "each its own"
    for sender, member, day in zip(OTHERS, members, ("11 Desember 2026", "14 Desember 2026"), strict=True):
        row, said = answer_clock(office, member), bodies(office, sender)
        assert (row.days, row.extensions) == (28, 1)
        assert said.count("Pompa dipesan") == 1, "once"
        assert day in said
        assert "Qomariah" not in said
        assert numbers[member] in said
        assert all(number not in said for case_id, number in numbers.items() if case_id != member)
    sweep(office.db, office.clock.advance(days=25))
    assert {answer_clock(office, case_id).rung for case_id in (lead, *members)} == {0}, "nobody is late"


def test_a_member_whose_extension_is_used_up_or_that_has_time_enough_keeps_its_own_day(office: Office) -> None:
    lead, members = crowd(office)
    act(office, members[0], lambda o, s, c: timekeeping.extend(s, c, o.officer(s, "kepala"), "Sendiri", o.clock()))
    for member in members:
        join(office, member, lead)
    before = answer_clock(office, members[0]).due_at
    act(office, lead, lambda o, s, c: timekeeping.extend(s, c, o.officer(s, "kepala"), "Pompa dipesan", o.clock()))
    assert incidents.prolong(office.db, office.clock()) == 1
    assert answer_clock(office, members[0]).due_at == before
    assert "Pompa dipesan" not in bodies(office, OTHERS[0])
    office.clock.advance(days=24)
    office.say(COMPLAINT, "+628120000007")
    late = office.case("+628120000007").id
    join(office, late, lead)
    assert answer_clock(office, late).due_at >= answer_clock(office, lead).due_at
    assert incidents.prolong(office.db, office.clock()) == 0


def test_who_has_withdrawn_is_not_counted_among_those_who_get_the_answer(office: Office) -> None:
    lead, members = crowd(office)
    for member in members:
        join(office, member, lead)
    act(office, lead, STEPS["classified"])
    for step in ("recommended", "directed", "drafted"):
        act(office, lead, STEPS[step])

    def withdraw(o: Office, s, c) -> None:  # type: ignore[no-untyped-def]
        cases.end_with_reason(s, c, "withdraw", o.officer(s, "petugas"), "Ibunya yang meminta", o.clock())

    for member, counts in zip(members, ({"2"}, set()), strict=True):
        act(office, member, withdraw)
        for page in ("/petugas/persetujuan", f"/petugas/kasus/{lead}"):
            shown = office.client("kepala").get(page).text
            assert set(re.findall(r"dikirim kepada (\d+) pelapor", shown)) == counts, page


# ------------------------------------------------------------------ merge and split


def test_a_merged_number_stays_an_alias_and_the_merge_can_be_undone(office: Office) -> None:
    first, second = repeated(office)
    with office.db.read() as s:
        old, number = s.get_one(Case, second).number, s.get_one(Case, first).number
        code = openings.receipt_code(s, s.get_one(Case, second))
    merge(office, second, first)
    assert status(office, second) == "closed"
    assert number in office.say(f"STATUS {code}")[0], "the old code leads to the case that goes on"
    office.clock.advance(minutes=30)
    office.say("Sekarang air di blok B keluar tapi keruh sekali, masih kami tunggu perbaikannya")
    with office.db.read() as s:
        newest = s.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
        assert newest.case_id == first
    unmerge(office, second)
    assert status(office, second) == "received"
    assert old in bodies(office, "+628120000001")
    with office.db.read() as s:
        assert s.get_one(Case, second).nearest_due_at is not None
    assert clocks(office)["respond"] == "running"


@pytest.mark.parametrize(
    ("before", "after", "offered", "classify"),
    [
        ("received", "received", "Tetapkan klasifikasi", "running"),
        ("classified", "classified", "Ajukan rekomendasi", "met"),
        ("directed", "classified", "Ajukan rekomendasi", "met"),
    ],
)
def test_a_merge_undone_leaves_nothing_classified_that_nobody_classified(
    office: Office, before: str, after: str, offered: str, classify: str
) -> None:
    first, second = repeated(office)
    if before != "received":
        carry(office, before)
    with office.db.read() as s:
        number = s.get_one(Case, first).number
    client, page = office.client("petugas"), f"/petugas/kasus/{second}"
    token = csrf(client, page)
    client.post(f"/petugas/bersama/{second}/gabung", data={"csrf_token": token, "number": number})
    assert status(office, second) == "closed"
    client.post(f"/petugas/bersama/{second}/batal", data={"csrf_token": token})
    assert status(office, second) == after
    assert offered in client.get(page).text
    with office.db.read() as s:
        rows = s.scalars(select(Deadline).where(Deadline.case_id == second, Deadline.rule == "classify")).all()
        begun = s.get_one(Case, second).received_at
    alive = [row for row in rows if row.state != "void"]
    assert [(row.state, row.started_at) for row in alive] == [(classify, begun)], "counted from its receipt"


def test_the_later_complaint_goes_into_the_earlier_and_never_the_other_way_round(office: Office) -> None:
    first, second = repeated(office)
    with office.db.read() as s:
        earlier, later = s.get_one(Case, first).number, s.get_one(Case, second).number
    client = office.client("petugas")
    pages = {case_id: client.get(f"/petugas/kasus/{case_id}").text for case_id in (first, second)}
    assert "Gabungkan ke sana" in pages[second] and "gabungkan dari halamannya ke sini" not in pages[second]
    assert "Gabungkan ke sana" not in pages[first] and "gabungkan dari halamannya ke sini" in pages[first]
    sent = {"csrf_token": csrf(client, f"/petugas/kasus/{first}"), "number": later}
    refused = client.post(f"/petugas/bersama/{first}/gabung", data=sent, follow_redirects=True)
    assert "lalu gabungkan dari sana ke sini" in refused.text
    assert status(office, first) == "received"
    client.post(f"/petugas/bersama/{second}/gabung", data={**sent, "number": earlier})
    assert status(office, second) == "closed"


def test_strangers_are_never_merged_and_a_merge_tells_nothing(office: Office) -> None:
    lead, members = crowd(office)
    with pytest.raises(Impossible, match="not_together"):
        merge(office, members[0], lead)


def test_two_of_one_person_that_were_not_found_alike_are_not_merged(office: Office) -> None:
    office.say(COMPLAINT)
    first = office.case().id
    office.say("BARU")
    office.say("Makanan basi terus di dapur, sudah seminggu")
    with pytest.raises(Impossible, match="not_together"):
        merge(office, office.case().id, first)


def test_splitting_gives_other_messages_a_case_with_a_receipt(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = office.case().id
    office.say("Selain itu petugas blok minta uang 500 ribu untuk kamar")
    with office.db.read() as s:
        ids = list(s.scalars(select(Message.id).where(Message.case_id == case_id).order_by(Message.id)))
    with pytest.raises(Impossible, match="choose_messages"):
        act(office, case_id, lambda o, s, c: merging.split(s, c, o.officer(s, "petugas"), ids[:1], o.clock()))
    act(office, case_id, lambda o, s, c: merging.split(s, c, o.officer(s, "petugas"), ids[1:], o.clock()))
    with office.db.read() as s:
        row = s.scalars(select(Case).where(Case.id != case_id)).one()
        assert row.category == "pungli"
        assert row.number != s.get_one(Case, case_id).number
        said = s.scalars(select(Outbound).where(Outbound.key == "split")).one()
        assert row.number in outbox.body(s, said)


# ------------------------------------------------------------------ a split that is undone

MORE = "Selain itu petugas blok minta uang 500 ribu untuk kamar"


def divided(office: Office) -> tuple[str, str]:
    """A confidential complaint and what was split off from it, by the buttons on the page."""
    office.say(COMPLAINT)
    first = office.case().id
    office.say(MORE)
    client = office.client("petugas")
    with office.db.read() as s:
        chosen = s.scalars(select(Message.id).where(Message.case_id == first).order_by(Message.id)).all()[1:]
    page = f"/petugas/kasus/{first}"
    client.post(f"/petugas/bersama/{first}/pisah", data={"csrf_token": csrf(client, page), "message": chosen})
    with office.db.read() as s:
        return first, s.scalars(select(Case.id).where(Case.id != first)).one()


def undo(office: Office, case_id: str) -> str:
    client = office.client("petugas")
    token = csrf(client, "/petugas/")
    path = f"/petugas/bersama/{case_id}/batalpisah"
    return client.post(path, data={"csrf_token": token}, follow_redirects=True).get_data(as_text=True)


def page(office: Office, case_id: str) -> str:
    return office.client("petugas").get(f"/petugas/kasus/{case_id}").get_data(as_text=True)


def test_a_split_is_undone_from_the_page_and_the_number_stays_an_alias(office: Office) -> None:
    first, second = divided(office)
    with office.db.read() as s:
        number, old = s.get_one(Case, first).number, s.get_one(Case, second).number
        code = openings.receipt_code(s, s.get_one(Case, second))
    office.deliver()
    assert MORE not in page(office, first)
    assert old in page(office, first), "where they went"
    assert "Batalkan pemisahan" in page(office, second)
    assert number in page(office, second)
    office.clock.advance(minutes=30)
    office.say("Uangnya diminta lagi tadi malam", "+628120000001")
    assert "Tercatat" in undo(office, second)
    shown = page(office, first)
    assert MORE in shown
    assert "Uangnya diminta lagi" in shown, "what came to the other one meanwhile, too"
    assert "Pesan yang dipisah kembali ke sini" in shown
    assert (status(office, first), status(office, second)) == ("received", "closed")
    assert f"ke {old} kami tangani lagi bersama {number}" in bodies(office, "+628120000001")
    assert number in office.say(f"STATUS {code}")[0]
    assert "Batalkan penggabungan" not in page(office, second), "there is nothing left in it"
    assert "Pemisahan dibatalkan" in page(office, second)
    with pytest.raises(Impossible, match="not_now"):
        unmerge(office, second)
    with office.db.read() as s:
        assert journal.verify(s, s.info["journal_key"], journal.read_anchors(office.settings.home / "anchors"))[0] == []
        assert not s.scalars(select(Message.id).where(Message.case_id == second)).all()


def test_whoever_was_not_told_of_the_split_yet_is_told_of_neither(office: Office) -> None:
    _, second = divided(office)
    undo(office, second)
    office.deliver()
    with office.db.read() as s:
        states = dict(
            s.execute(select(Outbound.key, Outbound.state).where(Outbound.key.in_(("split", "unsplit")))).all()
        )
    assert states == {"split": "cancelled"}


@pytest.mark.parametrize("answered", ["first", "second"])
def test_a_split_is_not_undone_once_either_has_its_answer(office: Office, answered: str) -> None:
    first, second = divided(office)
    for step in (*STEPS.values(),):
        act(office, first if answered == "first" else second, step)
    assert "Batalkan pemisahan" not in page(office, second)
    assert "tidak" in undo(office, second)
    assert status(office, second) == ("responded" if answered == "second" else "received")


def test_what_was_split_off_and_sealed_is_not_taken_back_at_the_facility(office: Office) -> None:
    first, second = divided(office)
    act(office, second, lambda o, s, c: cases.seal(s, c, Citizen(c.person_id), "head", o.clock()))
    with office.db.read() as s:
        number = s.get_one(Case, second).number
    assert number not in page(office, first)
    assert second not in page(office, first)
    assert "Batalkan pemisahan" not in office.client("kanwil").get(f"/petugas/kasus/{second}").get_data(as_text=True)
    undo(office, second)
    assert status(office, second) != "closed"


# ------------------------------------------------------------------ on the page


def test_officers_do_all_of_it_from_the_case_page(office: Office) -> None:
    lead, members = crowd(office)
    with office.db.read() as s:
        number = s.get_one(Case, lead).number
    client = office.client("petugas")
    page = f"/petugas/kasus/{members[0]}"
    token = csrf(client, page)
    wrong = client.post(
        f"/petugas/bersama/{members[0]}/ikut", data={"csrf_token": token, "number": "ADU-X"}, follow_redirects=True
    )
    assert "Nomor itu tidak ditemukan" in wrong.get_data(as_text=True)
    client.post(f"/petugas/bersama/{members[0]}/ikut", data={"csrf_token": token, "number": number.lower()})
    assert number in client.get(page).get_data(as_text=True)
    assert "2 pelapor" in client.get(f"/petugas/kasus/{lead}").get_data(as_text=True)
    client.post(f"/petugas/bersama/{members[0]}/lepas", data={"csrf_token": token})
    with office.db.read() as s:
        assert links.alive(s, s.get_one(Case, members[0]), incidents.KIND) is None
    stranger = office.client("pejabat")
    assert (
        stranger.post(
            f"/petugas/bersama/{members[0]}/ikut", data={"csrf_token": csrf(stranger, "/petugas/saya")}
        ).status_code
        == 403
    )
