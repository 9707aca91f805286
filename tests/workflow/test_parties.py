"""Three parties, each under an alias, each seen by others: cell by cell."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select, update

from tests.support import Office
from tests.workflow.offices import on_sqlite
from tests.workflow.steps import SENDER, act, carry
from workflow import access, cases, decisions, parties
from workflow.actors import Officer
from workflow.models import Case, DataKey, Exclusion, JournalEntry, Party, Unit
from workflow.states import Impossible

UPT, KANWIL, DITJEN = "RUTAN-MAGETAN", "KANWIL-JATIM", "DITJENPAS"
COMPLAINT = "Sudah tiga hari air mati, anak saya tidak bisa mandi."
NAMED = "Petugas bernama Suryadi minta uang 50 ribu dari anak saya Rudi di blok B kamar 7."


def entered(office: Office) -> str:
    """A case with all three parties."""
    office.say(COMPLAINT, display_name="Ibu Qomariah", number=SENDER)
    case_id = office.case().id
    for kind, details in (
        ("inmate", {"name": "Rudi Hartanto", "block": "B"}),
        ("respondent", {"name": "Suryadi", "post": "Sipir"}),
    ):
        act(
            office,
            case_id,
            lambda o, s, c, k=kind, d=details: parties.enter(s, c, o.officer(s, "petugas"), k, d, o.clock()),
        )
    return case_id


def grant(office: Office, role: str, code: str, name: str = "admin") -> Officer:
    with office.db.read() as s:
        unit = s.scalars(select(Unit.id).where(Unit.code == code)).one()
    return Officer(office.account_id(name), frozenset({(role, unit)}))


#: (role, unit, account), handled where, seal, visibility -> details seen of reporter, inmate, respondent; None: not
#: even that there are parties.
ALL, NONE = (True, True, True), (False, False, False)
HANDLERS = (False, True, True)
CELLS = [
    ("petugas", UPT, UPT, "none", "open", ALL),
    ("petugas", UPT, UPT, "none", "confidential", HANDLERS),
    ("petugas", UPT, UPT, "none", "anonymous", HANDLERS),
    ("petugas", UPT, UPT, "desk", "open", None),
    ("petugas", UPT, KANWIL, "kanwil", "open", None),
    ("kepala", UPT, UPT, "none", "open", ALL),
    ("kepala", UPT, UPT, "none", "confidential", NONE),
    ("kepala", UPT, UPT, "none", "anonymous", NONE),
    ("kepala", UPT, UPT, "desk", "confidential", HANDLERS),
    ("kepala", UPT, KANWIL, "kanwil", "open", None),
    ("pejabat", UPT, UPT, "none", "open", ALL),
    ("pejabat", UPT, UPT, "none", "confidential", NONE),
    ("pejabat", UPT, UPT, "desk", "open", ALL),
    ("piket", UPT, UPT, "none", "open", None),
    ("kustodian", UPT, UPT, "none", "open", None),
    ("admin", UPT, UPT, "none", "open", None),
    ("kanwil", KANWIL, UPT, "none", "open", NONE),
    ("kanwil", KANWIL, UPT, "none", "confidential", NONE),
    ("kanwil", KANWIL, KANWIL, "kanwil", "open", ALL),
    ("kanwil", KANWIL, KANWIL, "kanwil", "confidential", HANDLERS),
    ("kanwil", KANWIL, KANWIL, "kanwil", "anonymous", HANDLERS),
    ("kustodian", KANWIL, KANWIL, "kanwil", "open", None),
    ("ditjenpas", DITJEN, UPT, "none", "open", NONE),
    ("ditjenpas", DITJEN, KANWIL, "kanwil", "open", NONE),
    ("ditjenpas", DITJEN, DITJEN, "none", "confidential", HANDLERS),
]


def test_who_sees_what_of_whom(office: Office) -> None:
    case_id = entered(office)
    for role, unit, handled, seal, visibility, expected in CELLS:
        cell = (role, unit, handled, seal, visibility)
        officer = grant(office, role, unit)
        with office.db.write() as s:
            place = s.scalars(select(Unit.id).where(Unit.code == handled)).one()
            values = {"handling_unit_id": place, "seal": seal, "visibility": visibility, "urgency": "darurat"}
            s.execute(update(Case).where(Case.id == case_id).values(**values, official_id=officer.account_id))
        with office.db.read() as s:
            case = access.find(s, officer, case_id)
            seen = parties.seen(s, officer, case) if case else []
            if expected is None:
                assert seen == [], cell
                continue
            assert [one.party.kind for one in seen] == ["reporter", "inmate", "respondent"], cell
            assert tuple(bool(one.details) for one in seen) == expected, cell


def test_whoever_is_entered_as_respondent_sees_nothing_of_the_case(office: Office) -> None:
    case_id = entered(office)
    pejabat = office.account_id("pejabat")
    with office.db.write() as s:
        s.get_one(Case, case_id).official_id = pejabat
    with office.db.read() as s:
        assert access.find(s, office.officer(s, "pejabat"), case_id) is not None
    act(
        office,
        case_id,
        lambda o, s, c: parties.enter(s, c, o.officer(s, "petugas"), "respondent", {"account": pejabat}, o.clock()),
    )
    with office.db.read() as s:
        assert access.find(s, office.officer(s, "pejabat"), case_id) is None
        assert s.get_one(Exclusion, (case_id, pejabat)).scope == "hide"
        assert s.get_one(Case, case_id).official_id is None
        assert {p.account_id for p in s.scalars(select(Party))} == {None}, "in plain it would join case and account"


def test_a_respondent_who_is_the_head_takes_the_case_away(office: Office) -> None:
    case_id = entered(office)
    kepala = office.account_id("kepala")
    act(
        office,
        case_id,
        lambda o, s, c: parties.enter(s, c, o.officer(s, "petugas"), "respondent", {"account": kepala}, o.clock()),
    )
    case = office.case()
    assert (case.seal, case.handling_unit.code) == ("kanwil", KANWIL)
    with office.db.read() as s:
        assert access.find(s, office.officer(s, "kepala"), case_id) is None


def test_a_respondent_of_the_complaint_unit_leaves_it_to_the_head(office: Office) -> None:
    case_id = entered(office)
    other = office.account_id("petugas2")
    act(
        office,
        case_id,
        lambda o, s, c: parties.enter(s, c, o.officer(s, "petugas"), "respondent", {"account": other}, o.clock()),
    )
    assert office.case().seal == "desk"
    with office.db.read() as s:
        assert access.find(s, office.officer(s, "petugas"), case_id) is None
        assert access.find(s, office.officer(s, "kepala"), case_id) is not None


def test_what_the_first_message_tells_is_entered_and_stands_encrypted(office: Office) -> None:
    office.say(NAMED)
    with office.db.read() as s:
        known = {p.kind: parties.details(s, p) for p in s.scalars(select(Party)) if p.kind != "reporter"}
        assert (known["inmate"]["block"], known["inmate"]["room"]) == ("B", "7")
        assert "Suryadi" in known["respondent"]["name"]
        held = b"".join(p.details_enc or b"" for p in s.scalars(select(Party)))
        assert b"Suryadi" not in held
        aliases = {p.kind: p.alias.split("-")[0] for p in s.scalars(select(Party))}
    assert aliases == {"reporter": "Pelapor", "inmate": "WBP", "respondent": "Terlapor"}


def test_a_member_of_staff_who_is_named_is_a_respondent_with_post(office: Office) -> None:
    with office.db.read() as s:
        head = office.officer(s, "kepala").account_id
    office.say("Bambang Hartono minta uang 500 ribu dari adik saya.")
    with office.db.read() as s:
        party = s.scalars(select(Party).where(Party.kind == "respondent")).one()
        assert parties.details(s, party)["account"] == head


def test_erasing_the_case_erases_what_is_known_of_its_parties(office: Office) -> None:
    case_id = entered(office)
    with office.db.write() as s:
        office.service.vault.destroy(s, s.get_one(Case, case_id).data_key_id, office.clock())
    with office.db.read() as s:
        assert all(parties.details(s, p) == {} for p in s.scalars(select(Party).where(Party.kind != "reporter")))
        assert s.get_one(DataKey, s.get_one(Case, case_id).data_key_id).wrapped is None


# ------------------------------------------------------------------ verified


def test_a_relation_is_unverified_until_somebody_checked_the_evidence(office: Office) -> None:
    case_id = entered(office)
    carry(office, "directed")
    with office.db.write() as s:
        case, officer = cases.lock(s, case_id), office.officer(s, "pejabat")
        decisions.report(s, case, officer, "repair", "Diperiksa dokter.", office.clock())
        paper = decisions.draft(s, case, officer, "Hasil periksa baik.", office.clock(), specific_data=True)
        assert decisions.withheld(s, case, paper)
    act(
        office,
        case_id,
        lambda o, s, c: parties.verify(s, c, o.officer(s, "petugas"), "keluarga", "visit_register", o.clock()),
    )
    with office.db.write() as s:
        case, paper = cases.lock(s, case_id), decisions.newest(s, cases.lock(s, case_id), "answer")
        assert paper
        assert not decisions.withheld(s, case, paper)
        party = s.scalars(select(Party).where(Party.kind == "reporter")).one()
        assert (party.relation, party.relation_evidence) == ("keluarga", "visit_register")
        assert party.verified_by == office.account_id("petugas")
        parties.doubt(s, case, office.officer(s, "petugas"), office.clock())
        assert decisions.withheld(s, case, paper)
    with office.db.read() as s:
        actions = s.scalars(select(JournalEntry.action).where(JournalEntry.case_id == case_id)).all()
        record = s.scalars(select(JournalEntry.record).where(JournalEntry.action == "party_verified")).one()
    assert {"party", "party_verified", "party_doubted"} <= set(actions)
    assert json.loads(record)["data"]["evidence"] == "visit_register"
    assert b"Rudi" not in record


@on_sqlite
def test_who_may_enter_and_verify_and_what_is_refused(office: Office) -> None:
    case_id = entered(office)
    for name in ("kepala", "pejabat", "kanwil", "kustodian", "admin"):
        with office.db.write() as s:
            case, officer = cases.lock(s, case_id), office.officer(s, name)
            for refused in (
                lambda s=s, c=case, o=officer: parties.enter(s, c, o, "inmate", {"name": "X"}, office.clock()),
                lambda s=s, c=case, o=officer: parties.verify(s, c, o, "keluarga", "visit_register", office.clock()),
                lambda s=s, c=case, o=officer: parties.doubt(s, c, o, office.clock()),
            ):
                with pytest.raises(Impossible):
                    refused()
    with office.db.write() as s:
        case, me, now = cases.lock(s, case_id), office.officer(s, "petugas"), office.clock()
        reporter = s.scalars(select(Party.id).where(Party.kind == "reporter")).one()
        for refused in (
            lambda: parties.enter(s, case, me, "inmate", {"name": " "}, now),
            lambda: parties.enter(s, case, me, "reporter", {"name": "X"}, now),
            lambda: parties.enter(s, case, me, "inmate", {"name": "X"}, now, reporter),
            lambda: parties.enter(s, case, me, "inmate", {"name": "X"}, now, "0" * 32),
            lambda: parties.enter(s, case, me, "respondent", {"account": "0" * 32}, now),
            lambda: parties.verify(s, case, me, "keluarga", "katanya", now),
            lambda: parties.verify(s, case, me, "raja", "visit_register", now),
            lambda: parties.doubt(s, case, me, now),
        ):
            with pytest.raises(Impossible):
                refused()


@on_sqlite
def test_the_page_shows_each_account_what_is_its_own(office: Office) -> None:
    case_id = entered(office)
    client, path = office.client("petugas"), f"/petugas/kasus/{case_id}"
    page = client.get(path).get_data(as_text=True)
    for shown in ("Para pihak", "WBP-", "Terlapor-", "Rudi Hartanto", "Suryadi", "Belum diperiksa"):
        assert shown in page
    assert "Qomariah" not in page
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "relation": "keluarga", "evidence": "family_card"}
    page = client.post(f"/petugas/pihak/{case_id}/periksa", data=form, follow_redirects=True).get_data(as_text=True)
    assert "Kartu keluarga" in page
    page = client.post(
        f"/petugas/pihak/{case_id}/catat",
        data={"csrf_token": token, "kind": "inmate", "name": "Dedi <b>"},
        follow_redirects=True,
    ).get_data(as_text=True)
    assert "Dedi &lt;b&gt;" in page
    page = client.post(f"/petugas/pihak/{case_id}/ragu", data={"csrf_token": token}, follow_redirects=True).get_data(
        as_text=True
    )
    assert "Belum diperiksa" in page
    head = office.client("kepala").get(path).get_data(as_text=True)
    assert "WBP-" in head
    for hidden in ("Rudi Hartanto", "Suryadi", "Tambah terlapor", "Periksa hubungan"):
        assert hidden not in head
    answer = client.post(
        f"/petugas/pihak/{case_id}/catat",
        data={"csrf_token": token, "kind": "respondent", "account": office.account_id("petugas")},
        follow_redirects=True,
    )
    assert answer.status_code == 200
    assert "ditangani di tempat lain" in answer.get_data(as_text=True)
