"""What may be the same event is proposed with a score; nothing is merged, and nothing said that gives anybody away."""

from __future__ import annotations

from sqlalchemy import select, update

from tests.support import Office
from tests.workflow.offices import on_sqlite
from tests.workflow.steps import together
from workflow import cases, likeness
from workflow.models import Case, CaseLink, Mark
from workflow.vault import vault_of

WATER = (
    "Sudah tiga hari air di blok B mati, anak saya Rudi tidak bisa mandi.",
    "Pak, air di blok B mati sejak tiga hari, suami saya tidak bisa mandi dan wudu.",
    "Mohon diperbaiki, air blok B mati 3 hari, adik saya tidak bisa mandi.",
)
FAMILIES = ("+62811", "+62822", "+62833")
OTHERS = (
    "Antrean kunjungan empat jam, tidak ada kursi.",
    "Titipan makanan untuk adik saya hilang di loket.",
    "Suami saya sakit demam di blok B sudah tiga hari, tidak dibawa ke klinik.",
)


def report(office: Office, texts: tuple[str, ...] = WATER) -> list[str]:
    """One case for each family; their ids."""
    ids = []
    for sender, words in zip(FAMILIES, texts, strict=False):
        office.say(words, sender)
        ids.append(office.case(sender).id)
    return ids


def propose(office: Office) -> int:
    with office.db.write() as s:
        return likeness.propose(s, office.clock())


def links(office: Office) -> set[tuple[str, str, str]]:
    with office.db.read() as s:
        return {(link.case_id, link.other_id, link.kind) for link in s.scalars(select(CaseLink))}


def page(office: Office, name: str, case_id: str) -> str:
    answer = office.client(name).get(f"/petugas/kasus/{case_id}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def change(office: Office, case_id: str, **values: object) -> None:
    with office.db.write() as s:
        s.execute(update(Case).where(Case.id == case_id).values(**values))


def test_three_families_without_water_are_proposed_as_one_incident(office: Office) -> None:
    one, two, three = report(office)
    assert propose(office) == 3
    assert links(office) == {(two, one, "incident"), (three, one, "incident"), (three, two, "incident")}
    with office.db.read() as s:
        assert all(likeness.FLOOR <= (link.score or 0) <= 1 for link in s.scalars(select(CaseLink)))
        assert {c.status for c in s.scalars(select(Case))} == {"received"}, "proposed, not merged"


def test_different_things_are_not_proposed(office: Office) -> None:
    report(office, OTHERS)
    assert propose(office) == 0
    office.say(WATER[0], "+62844")
    assert propose(office) == 0


def test_again_nothing_is_added_and_a_later_family_is_compared_with_all(office: Office) -> None:
    report(office, WATER[:2])
    assert (propose(office), propose(office)) == (1, 0)
    office.clock.advance(hours=5)
    office.say(WATER[2], FAMILIES[2])
    assert (propose(office), propose(office)) == (2, 0)


def test_several_processes_at_once_add_each_link_once(office: Office) -> None:
    report(office)
    added = together(4, lambda _: propose(office))
    assert sum(n for n in added if isinstance(n, int)) == len(links(office)) == 3


def test_after_three_days_nothing_is_compared_and_no_mark_is_left(office: Office) -> None:
    report(office, WATER[:1])
    propose(office)
    office.clock.advance(hours=73)
    report(office, WATER[:2])
    propose(office)
    with office.db.read() as s:
        marks = set(s.scalars(select(Mark.name).where(Mark.name.startswith("alike:"))))
    assert marks == {f"alike:{office.case(FAMILIES[1]).id}"}
    assert links(office) == set()


def test_links_cross_neither_seal_nor_unit(office: Office) -> None:
    one, two, three = report(office)
    with office.db.read() as s:
        kanwil = s.get_one(Case, one).handling_unit.parent_id
    change(office, two, seal="kanwil")
    change(office, three, handling_unit_id=kanwil)
    assert propose(office) == 0


def test_a_case_that_is_sealed_later_leaves_no_trace_on_the_others(office: Office) -> None:
    one, two, three = report(office)
    propose(office)
    number = office.case(FAMILIES[1]).number
    assert number in page(office, "petugas", one)
    with office.db.write() as s:
        case, me = cases.lock(s, two), office.officer(s, "petugas")
        cases.classify(s, case, me, "makanan_air", "normal", office.clock(), about_head=True)
    sealed = office.case(FAMILIES[1]).number
    shown = page(office, "petugas", one)
    assert two not in shown
    assert number not in shown
    assert sealed not in shown
    assert three in shown
    assert "Mungkin peristiwa yang sama" not in page(office, "kanwil", two), "nor the other way round"


def test_an_erased_or_short_or_ended_case_is_passed_over(office: Office) -> None:
    one, two, three = report(office)
    with office.db.write() as s:
        vault_of(s).destroy(s, s.get_one(Case, one).data_key_id, office.clock())
    change(office, two, status="closed")
    office.say("Air mati.", "+62844")
    assert propose(office) == 0
    assert three not in {i for link in links(office) for i in link[:2]}


def twice_by_one(office: Office) -> tuple[str, str]:
    """The same words twice from one person, in two cases: earlier, later."""
    office.say(WATER[0], FAMILIES[0])
    first = office.case(FAMILIES[0])
    office.say(WATER[1], FAMILIES[1])
    second = office.case(FAMILIES[1])
    change(office, second.id, person_id=first.person_id)
    return first.id, second.id


def test_the_same_person_is_a_repeat(office: Office) -> None:
    first, second = twice_by_one(office)
    propose(office)
    assert links(office) == {(second, first, "duplicate")}
    assert "dari pelapor yang sama" in page(office, "petugas", first)


def test_an_open_letter_does_not_give_away_whose_the_confidential_one_is(office: Office) -> None:
    first, second = twice_by_one(office)
    change(office, first, visibility="open")
    assert propose(office) == 0
    office.say(WATER[2], FAMILIES[2])
    propose(office)
    assert {kind for *_, kind in links(office)} == {"incident"}
    assert second not in page(office, "petugas", first)


def test_a_repeat_is_not_shown_once_one_of_them_became_open_or_both_anonymous(office: Office) -> None:
    first, second = twice_by_one(office)
    propose(office)
    change(office, first, visibility="open")
    assert second not in page(office, "petugas", first)
    assert first not in page(office, "petugas", second)
    for case_id in (first, second):
        change(office, case_id, visibility="anonymous")
    assert second not in page(office, "petugas", first)


@on_sqlite
def test_short_texts_that_agree_word_for_word_are_never_a_hundred(office: Office) -> None:
    one, _ = report(office, ("Air mati di blok B", "Air mati di blok B"))
    propose(office)
    with office.db.read() as s:
        (score,) = s.scalars(select(CaseLink.score))
    assert likeness.FLOOR <= score < 0.9
    assert "mirip 100" not in page(office, "petugas", one)
    assert office.case(FAMILIES[1]).number in page(office, "petugas", one), "but still proposed"


@on_sqlite
def test_the_page_shows_number_and_score_to_those_who_read_the_words(office: Office) -> None:
    one, two, three = report(office)
    propose(office)
    shown = page(office, "petugas", one)
    assert "Mungkin peristiwa yang sama" in shown
    assert f'href="/petugas/kasus/{two}"' in shown
    assert f'href="/petugas/kasus/{three}"' in shown
    assert "mirip " in shown
    assert "pelapor yang sama" not in shown
    for name in ("kepala", "kanwil"):
        assert "Mungkin peristiwa yang sama" not in page(office, name, one), name
