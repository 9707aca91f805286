"""The matrix, cell by cell: role, unit, seal, exclusion, visibility; and who may act."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select, update

from tests.support import Office
from tests.workflow.offices import on_sqlite
from tests.workflow.steps import ANSWER, COMPLAINT, OPTIONS, act, approve, carry, classify, direct, draft
from workflow import access, cases, decisions, staff, units
from workflow.actors import Officer
from workflow.models import Account, Case, Exclusion, Unit
from workflow.states import Impossible, Part

UPT, KANWIL, DITJEN, OTHER_KANWIL, OTHER_UPT = "RUTAN-MAGETAN", "KANWIL-JATIM", "DITJENPAS", "KANWIL-BALI", "LAPAS-BALI"

#: name of a case: (handling unit, seal, urgency)
CASES = {
    "plain": (UPT, "none", "normal"),
    "urgent": (UPT, "none", "darurat"),
    "desk": (UPT, "desk", "darurat"),
    "broken": (UPT, "kanwil", "darurat"),  # never made by our verbs; hidden all the same
    "sealed": (KANWIL, "kanwil", "darurat"),
    "regional": (KANWIL, "none", "normal"),
    "central": (DITJEN, "none", "normal"),
    "elsewhere": (OTHER_UPT, "none", "normal"),
}
UNDER_KANWIL = {"plain", "urgent", "desk", "broken", "sealed", "regional"}

#: (role, unit) -> the cases that it sees. Whatever is missing sees nothing.
SEES: dict[tuple[str, str], set[str]] = {
    ("petugas", UPT): {"plain", "urgent"},
    ("kepala", UPT): {"plain", "urgent", "desk"},
    ("pejabat", UPT): set(),
    ("piket", UPT): {"urgent"},
    ("kustodian", UPT): {"plain", "urgent", "desk"},
    ("admin", UPT): set(),
    ("petugas", OTHER_UPT): {"elsewhere"},
    ("kepala", OTHER_UPT): {"elsewhere"},
    ("pejabat", OTHER_UPT): set(),
    ("piket", OTHER_UPT): set(),
    ("kustodian", OTHER_UPT): {"elsewhere"},
    ("kanwil", KANWIL): UNDER_KANWIL,
    ("kustodian", KANWIL): UNDER_KANWIL,
    ("kanwil", OTHER_KANWIL): {"elsewhere"},
    ("kustodian", OTHER_KANWIL): {"elsewhere"},
    ("ditjenpas", DITJEN): set(CASES),
    ("kustodian", DITJEN): {"sealed", "regional", "central"},
}


@dataclass
class Files:
    """Cases of every kind, and the ids of units."""

    ids: dict[str, str]
    units: dict[str, str]

    def officer(self, office: Office, *grants: tuple[str, str], name: str = "admin") -> Officer:
        return Officer(office.account_id(name), frozenset((role, self.units[unit]) for role, unit in grants))

    def seen(self, office: Office, officer: Officer) -> set[str]:
        with office.db.read() as s:
            found = set(s.scalars(select(Case.id).where(access.visible(officer))))
            assert found == {c.id for c in s.scalars(access.cases(officer))}
            for case_id in self.ids.values():
                assert (access.find(s, officer, case_id) is not None) is (case_id in found)
        return {name for name, case_id in self.ids.items() if case_id in found}


@pytest.fixture
def filed(office: Office) -> Files:
    with office.db.write() as s:
        root = s.scalars(select(Unit).where(Unit.code == DITJEN)).one()
        bali = units.ensure(s, OTHER_KANWIL, "Kanwil Bali", "kanwil", root)
        units.ensure(s, OTHER_UPT, "Lapas Bali", "upt", bali, "Asia/Makassar")
        known = {code: unit_id for code, unit_id in s.execute(select(Unit.code, Unit.id))}
    ids = {}
    with office.db.write() as s:
        account = units.channel_account(s, "simulator", "simulator")
        account.unit_id = known[UPT]
    for name, (unit, seal, urgency) in CASES.items():
        office.say(COMPLAINT, name)
        ids[name] = office.case(name).id
        with office.db.write() as s:
            values = {"handling_unit_id": known[unit], "seal": seal, "urgency": urgency}
            s.execute(update(Case).where(Case.id == ids[name]).values(**values))
    return Files(ids, known)


def test_who_sees_which_case(office: Office, filed: Files) -> None:
    for (role, unit), expected in SEES.items():
        assert filed.seen(office, filed.officer(office, (role, unit))) == expected, (role, unit)
    for role in ("petugas", "kepala", "pejabat", "piket", "admin"):
        for unit in (KANWIL, DITJEN):
            mine = {n for n, (u, seal, _) in CASES.items() if u == unit and seal == "none"}
            assert filed.seen(office, filed.officer(office, (role, unit))) <= mine
    assert filed.seen(office, filed.officer(office)) == set()


def test_an_official_sees_what_was_directed_to_the_person_and_nothing_else(office: Office, filed: Files) -> None:
    me, you = filed.officer(office, ("pejabat", UPT), name="pejabat"), filed.officer(office, ("pejabat", UPT))
    for name in CASES:
        with office.db.write() as s:
            s.execute(update(Case).where(Case.id == filed.ids[name]).values(official_id=me.account_id))
    assert filed.seen(office, me) == {"plain", "urgent", "desk"}, "one at the Kanwil not even if it was theirs before"
    assert filed.seen(office, you) == set()


def test_several_roles_see_the_union(office: Office, filed: Files) -> None:
    both = filed.officer(office, ("piket", UPT), ("petugas", OTHER_UPT))
    assert filed.seen(office, both) == {"urgent", "elsewhere"}


def test_whoever_is_named_sees_nothing_in_any_role(office: Office, filed: Files) -> None:
    officer = filed.officer(office, *SEES)
    assert filed.seen(office, officer)
    with office.db.write() as s:
        for case_id in filed.ids.values():
            key = {"case_id": case_id, "account_id": officer.account_id}
            s.add(Exclusion(**key, scope="hide", reason="named", created_at=office.clock()))
    assert filed.seen(office, officer) == set()
    with office.db.read() as s:
        assert not any(access.parts(s, officer, s.get_one(Case, c)) for c in filed.ids.values())


@on_sqlite
def test_an_author_sees_and_acts_no_more(office: Office, filed: Files) -> None:
    officer = filed.officer(office, ("petugas", UPT))
    with office.db.write() as s:
        key = {"case_id": filed.ids["plain"], "account_id": officer.account_id}
        s.add(Exclusion(**key, scope="act", reason="author", created_at=office.clock()))
    assert "plain" in filed.seen(office, officer)
    with office.db.read() as s:
        assert access.parts(s, officer, s.get_one(Case, filed.ids["plain"])) == frozenset()
        assert access.parts(s, officer, s.get_one(Case, filed.ids["urgent"])) == {Part.OFFICER}


#: (role, unit), case, visibility -> text, summary, identity
VIEWS = [
    (("petugas", UPT), "plain", "open", (True, True, True)),
    (("petugas", UPT), "plain", "confidential", (True, True, False)),
    (("petugas", UPT), "plain", "anonymous", (True, True, False)),
    (("kepala", UPT), "plain", "open", (True, True, True)),
    (("kepala", UPT), "plain", "confidential", (False, True, False)),
    (("kepala", UPT), "plain", "anonymous", (False, True, False)),
    (("pejabat", UPT), "plain", "open", (True, True, True)),
    (("pejabat", UPT), "plain", "confidential", (False, True, False)),
    (("pejabat", UPT), "plain", "anonymous", (False, True, False)),
    (("piket", UPT), "urgent", "open", (True, False, False)),
    (("piket", UPT), "urgent", "confidential", (True, False, False)),
    (("kustodian", UPT), "plain", "open", (False, False, False)),
    (("kustodian", KANWIL), "plain", "confidential", (False, False, False)),
    (("kustodian", KANWIL), "sealed", "anonymous", (False, False, False)),
    (("kanwil", KANWIL), "plain", "open", (False, True, False)),
    (("kanwil", KANWIL), "plain", "confidential", (False, True, False)),
    (("kanwil", KANWIL), "sealed", "open", (True, True, True)),
    (("kanwil", KANWIL), "sealed", "confidential", (True, True, False)),
    (("kanwil", KANWIL), "sealed", "anonymous", (True, True, False)),
    (("ditjenpas", DITJEN), "plain", "open", (False, True, False)),
    (("ditjenpas", DITJEN), "sealed", "open", (False, True, False)),
    (("ditjenpas", DITJEN), "central", "open", (True, True, True)),
    (("ditjenpas", DITJEN), "central", "confidential", (True, True, False)),
]


def test_what_is_seen_of_a_case(office: Office, filed: Files) -> None:
    for grant, name, visibility, expected in VIEWS:
        officer = filed.officer(office, grant)
        with office.db.write() as s:
            case = s.get_one(Case, filed.ids[name])
            case.visibility = visibility
            seen = access.view(s, officer, case)
            assert (seen.text, seen.summary, seen.identity) == expected, (grant, name, visibility)


def test_a_role_elsewhere_opens_nothing_here(office: Office, filed: Files) -> None:
    """On duty here and an officer there: here the rights of the duty officer hold."""
    officer = filed.officer(office, ("piket", UPT), ("petugas", OTHER_UPT), ("kanwil", OTHER_KANWIL))
    with office.db.read() as s:
        case = s.get_one(Case, filed.ids["urgent"])
        seen = access.View(text=True, summary=False, identity=False, handles=False, called=True)
        assert access.view(s, officer, case) == seen
        assert access.parts(s, officer, case) == {Part.SHIFT}


#: (role, unit), case -> parts
PARTS = {
    (("petugas", UPT), "plain"): {Part.OFFICER},
    (("petugas", UPT), "desk"): set(),
    (("petugas", UPT), "sealed"): set(),
    (("petugas", UPT), "elsewhere"): set(),
    (("kepala", UPT), "plain"): {Part.HEAD},
    (("kepala", UPT), "desk"): {Part.HEAD, Part.OFFICER},
    (("kepala", UPT), "sealed"): set(),
    (("pejabat", UPT), "plain"): set(),
    (("kanwil", KANWIL), "sealed"): {Part.OFFICER, Part.HEAD, Part.OFFICIAL},
    (("kanwil", KANWIL), "plain"): {Part.SUPERIOR},
    (("kanwil", OTHER_KANWIL), "sealed"): set(),
    (("ditjenpas", DITJEN), "sealed"): {Part.SUPERIOR},
    (("ditjenpas", DITJEN), "central"): {Part.OFFICER, Part.HEAD, Part.OFFICIAL},
    (("kustodian", KANWIL), "sealed"): set(),
    (("piket", UPT), "urgent"): {Part.SHIFT},
    (("piket", UPT), "desk"): set(),
    (("piket", KANWIL), "sealed"): set(),
    (("admin", UPT), "plain"): set(),
}


def test_who_plays_which_part(office: Office, filed: Files) -> None:
    with office.db.read() as s:
        for (grant, name), expected in PARTS.items():
            officer = filed.officer(office, grant)
            assert access.parts(s, officer, s.get_one(Case, filed.ids[name])) == expected, (grant, name)


# ------------------------------------------------------------------ text and approval


def kanwil_case(office: Office) -> str:
    office.say("KANWIL")
    office.say(COMPLAINT)
    case_id = office.case().id
    assert office.case().handling_unit.code == KANWIL
    return case_id


def test_at_the_kanwil_a_second_person_approves(office: Office) -> None:
    case_id = kanwil_case(office)

    def first(office: Office, s: object, case: Case) -> None:
        me, now = office.officer(s, "kanwil"), office.clock()  # type: ignore[arg-type]
        cases.classify(s, case, me, "makanan_air", "normal", now, about_head=False)  # type: ignore[arg-type]
        decisions.recommend(s, case, me, "Ringkasan", OPTIONS, now)  # type: ignore[arg-type]
        decisions.direct(s, case, me, 0, me.account_id, "", now)  # type: ignore[arg-type]
        decisions.report(s, case, me, "repair", "Sudah.", now)  # type: ignore[arg-type]
        decisions.draft(s, case, me, ANSWER, now)  # type: ignore[arg-type]

    act(office, case_id, first)
    with office.db.read() as s:
        paper = decisions.newest(s, s.get_one(Case, case_id), "answer")
        assert paper
        seen = paper.hash
    with pytest.raises(Impossible, match="own_text"):
        act(office, case_id, lambda o, s, c: decisions.approve(s, c, o.officer(s, "kanwil"), seen, o.clock()))
    for name in ("petugas", "kepala", "pejabat", "kustodian", "admin"):
        with pytest.raises(Impossible, match="not_yours"):
            act(office, case_id, lambda o, s, c, n=name: decisions.approve(s, c, o.officer(s, n), seen, o.clock()))
    act(office, case_id, lambda o, s, c: decisions.approve(s, c, o.officer(s, "kanwil2"), seen, o.clock()))
    assert office.case().status == "approved"


def test_an_author_never_approves_even_as_acting_head(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "drafted")
    with office.db.write() as s:
        unit = s.scalars(select(Unit).where(Unit.code == UPT)).one()
        account = s.scalars(select(Account).where(Account.name == "pejabat")).one()
        today = staff.local_today(unit.timezone, office.clock())
        from workflow.models import RoleGrant

        s.add(RoleGrant(account_id=account.id, unit_id=unit.id, role="kepala", valid_from=today))
    with pytest.raises(Impossible, match="own_text"):
        act(office, case_id, lambda o, s, c: decisions.approve(s, c, o.officer(s, "pejabat"), newest(s, c), o.clock()))


def newest(s: object, case: Case) -> str:
    paper = decisions.newest(s, case, "answer")  # type: ignore[arg-type]
    assert paper
    return paper.hash


def test_an_edit_voids_the_approval_and_an_old_hash_approves_nothing(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "drafted")
    with office.db.read() as s:
        old = newest(s, s.get_one(Case, case_id))
    act(office, case_id, lambda o, s, c: decisions.draft(s, c, o.officer(s, "pejabat"), "Lain.", o.clock()))
    with pytest.raises(Impossible, match="text_changed"):
        act(office, case_id, lambda o, s, c: decisions.approve(s, c, o.officer(s, "kepala"), old, o.clock()))
    act(office, case_id, approve)
    with office.db.read() as s:
        found = decisions.approved_answer(s, s.get_one(Case, case_id))
        assert found
        assert decisions.body(s, found) == "Lain."


def test_a_text_changed_in_the_database_does_not_leave(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "approved")

    def forge(o: Office, s: object, c: Case) -> None:
        paper = decisions.newest(s, c, "answer")  # type: ignore[arg-type]
        assert paper
        paper.body_enc = o.service.vault.seal(s, c.data_key_id, "Tidak ada masalah.", "paper.body")  # type: ignore[arg-type]

    act(office, case_id, forge)
    with pytest.raises(Impossible, match="text_changed"):
        act(office, case_id, lambda o, s, c: decisions.release(s, c, o.officer(s, "petugas"), o.clock()))


def test_only_an_official_who_may_see_the_case_can_be_made_responsible(office: Office) -> None:
    office.say(COMPLAINT)
    case_id = carry(office, "recommended")
    for name in ("petugas", "kepala", "kanwil", "admin"):
        other = office.account_id(name)
        with pytest.raises(Impossible, match="choose_official"):
            act(
                office,
                case_id,
                lambda o, s, c, i=other: decisions.direct(s, c, o.officer(s, "kepala"), 0, i, "", o.clock()),
            )
    act(office, case_id, direct)
    act(office, case_id, draft)
    assert office.case().status == "drafted"


def test_expired_and_future_roles_are_no_roles(office: Office) -> None:
    from datetime import timedelta

    from workflow.models import RoleGrant

    with office.db.write() as s:
        unit = s.scalars(select(Unit).where(Unit.code == UPT)).one()
        account = s.scalars(select(Account).where(Account.name == "admin")).one()
        today, day = staff.local_today(unit.timezone, office.clock()), timedelta(days=1)
        s.add(
            RoleGrant(
                account_id=account.id, unit_id=unit.id, role="kepala", valid_from=today - 9 * day, valid_to=today - day
            )
        )
        s.add(RoleGrant(account_id=account.id, unit_id=unit.id, role="petugas", valid_from=today + day))
        s.add(RoleGrant(account_id=account.id, unit_id=unit.id, role="piket", valid_from=today, valid_to=today))
    with office.db.read() as s:
        assert {role for role, _ in office.officer(s, "admin").roles} == {"admin", "piket"}
        assert [a.name for a in staff.holders(s, "kepala", unit.id, office.clock())] == ["kepala"]


def test_whoever_is_named_later_loses_the_case_and_its_notices(office: Office) -> None:
    """Sari Wulandari handles the case until a further message names her: her unit sees it no more, the head is told."""
    office.say(COMPLAINT)
    act(office, office.case().id, classify)
    assert office.case().owner_id == office.account_id("petugas")
    office.say("Petugas Sari Wulandari minta uang supaya air dinyalakan")
    with office.db.read() as s:
        assert access.find(s, office.officer(s, "petugas"), office.case().id) is None
        assert access.find(s, office.officer(s, "petugas2"), office.case().id) is None
        from workflow.models import Notice

        told = select(Account.name).join(Notice, Notice.account_id == Account.id).where(Notice.key == "desk_meant")
        assert s.scalars(told).all() == ["kepala"]
    assert office.case().owner_id is None


def test_an_author_who_is_named_afterwards_sees_the_case_no_more(office: Office) -> None:
    office.say(COMPLAINT)
    carry(office, "responded")
    office.say("TIDAK PUAS, petugas Sari Wulandari minta uang dan Ratna Kusumawati tahu")
    case = office.case()
    assert (case.status, case.seal, case.owner_id) == ("classified", "desk", None)
    with office.db.read() as s:
        for name, sees in (("petugas", False), ("pejabat", False), ("petugas2", False), ("kepala", True)):
            assert (access.find(s, office.officer(s, name), case.id) is not None) is sees, name
