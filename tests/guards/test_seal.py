"""A sealed case leaves nothing at the facility: no row, no number, no gap, no count, no word.

Each way of sealing is played; then everybody at the facility looks everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select, text

from tests.support import Office
from tests.workflow.offices import database_url, furnished_postgres, furnished_sqlite, office, on_sqlite
from tests.workflow.steps import act, carry
from workflow import access, cases, decisions, journal, openings, sealing
from workflow.db import Base
from workflow.inbox import Wish
from workflow.models import Account, Case, CaseNumber, JournalEntry, Notice, Outbound, Party, Unit
from workflow.sweep import recover, sweep

__all__ = ["database_url", "furnished_postgres", "furnished_sqlite", "office"]

FACILITY = ("petugas", "petugas2", "kepala", "pejabat", "admin")
SENDER, NAME, WORD = "+6281299998888", "Ibu Qomariah", "Zulkarnaen"
ORDINARY = f"Sudah tiga hari air di blok B mati, {WORD} tidak bisa mandi."
ACCUSES = f"Kalapas menyuruh potong jatah makan {WORD} di blok C, kami takut bicara."
NAMES = f"Bambang Hartono minta uang 500 ribu dari {WORD}."
DOUBTFUL = f"Sudah lapor ke kalapas tapi air tetap mati tiga hari, {WORD} sakit."


def say(office: Office, words: str, **fields: object) -> None:
    office.say(words, SENDER, display_name=NAME, number=SENDER, **fields)


def by_form(office: Office) -> None:
    options = {"form": True, "direct_to_kanwil": True, "visibility": "confidential"}
    office.write(ORDINARY, SENDER, wish=Wish(mint=True, facts={"name": NAME}, options=options))
    office.handle()


def by_word(office: Office) -> None:
    say(office, "KANWIL")
    say(office, ORDINARY)


def by_later_word(office: Office) -> None:
    say(office, ORDINARY)
    say(office, "KANWIL")


def by_later_message(office: Office) -> None:
    say(office, ORDINARY)
    carry(office, "directed", SENDER)
    say(office, ACCUSES)


def by_later_name(office: Office) -> None:
    say(office, ORDINARY)
    say(office, NAMES)


def by_classification(office: Office) -> None:
    say(office, ORDINARY)

    def classify(o: Office, s: object, c: Case) -> None:
        me = o.officer(s, "petugas")  # type: ignore[arg-type]
        cases.classify(s, c, me, "sikap_petugas", "tinggi", o.clock(), about_head=True)  # type: ignore[arg-type]

    act(office, office.case(SENDER).id, classify)


def by_reason(office: Office) -> None:
    say(office, ORDINARY)
    carry(office, "responded", SENDER)
    say(office, f"TIDAK PUAS, {ACCUSES}")


AT_INTAKE: dict[str, Callable[[Office], None]] = {
    "the head is accused": lambda office: say(office, ACCUSES),
    "the head is named": lambda office: say(office, NAMES),
    "the head may be meant": lambda office: say(office, DOUBTFUL),
    "the form says so": by_form,
    "the word KANWIL before": by_word,
}
LATER: dict[str, Callable[[Office], None]] = {
    "the word KANWIL after": by_later_word,
    "a further message accuses the head": by_later_message,
    "a further message names the head": by_later_name,
    "an officer sees that the head is meant": by_classification,
    "the reason for reopening accuses the head": by_reason,
}


def sealed(office: Office, way: Callable[[Office], None]) -> Case:
    """An ordinary case before, the sealed one, an ordinary case after; and the Kanwil at work on it for weeks."""
    office.say("Antrean kunjungan empat jam, tidak ada kursi.", "+6281111")
    way(office)
    office.say("Titipan makanan untuk adik saya hilang di loket.", "+6282222")
    case = office.case(SENDER)
    assert (case.seal, case.handling_unit.code) == ("kanwil", "KANWIL-JATIM")
    act(office, case.id, at_the_kanwil)
    for days in (1, 1, 1, 1, 1, 3, 4, 14):
        office.clock.advance(days=days)
        sweep(office.db, office.clock())
        recover(office.db, office.clock())
    return office.case(SENDER)


def at_the_kanwil(office: Office, s: object, case: Case) -> None:
    me, now = office.officer(s, "kanwil"), office.clock()  # type: ignore[arg-type]
    if case.status not in ("received", "classified"):
        return
    cases.classify(s, case, me, "sikap_petugas", "tinggi", now, about_head=True)  # type: ignore[arg-type]
    options = [decisions.Alternative("Periksa"), decisions.Alternative("Panggil")]
    decisions.recommend(s, case, me, f"{WORD} mengadu.", options, now)  # type: ignore[arg-type]
    cases.ask(s, case, me, f"Apakah {WORD} sehat?", now)  # type: ignore[arg-type]


def every_way(ways: dict[str, Callable[[Office], None]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("way", list(ways.values()), ids=list(ways))


# ------------------------------------------------------------------ what the office says


@every_way(AT_INTAKE | LATER)
def test_nobody_at_the_facility_finds_it_or_is_told_of_it(office: Office, way: Callable[[Office], None]) -> None:
    case = sealed(office, way)
    with office.db.read() as s:
        for name in FACILITY:
            officer = office.officer(s, name)
            assert case.id not in {c.id for c in s.scalars(access.cases(officer))}, name
            assert access.find(s, officer, case.id) is None
            assert access.parts(s, officer, s.get_one(Case, case.id)) == frozenset()
        told = s.scalars(
            select(Account.name).join(Notice, Notice.account_id == Account.id).where(Notice.case_id == case.id)
        )
        assert set(told) <= {"kanwil", "kanwil2"}
        assert access.find(s, office.officer(s, "kanwil"), case.id) is not None
        assert access.find(s, office.officer(s, "kustodian"), case.id) is not None


@every_way(AT_INTAKE)
def test_sealed_at_intake_it_has_neither_number_nor_entry_nor_gap_at_the_facility(
    office: Office, way: Callable[[Office], None]
) -> None:
    case = sealed(office, way)
    with office.db.read() as s:
        rutan = s.scalars(select(Unit.id).where(Unit.code == "RUTAN-MAGETAN")).one()
        numbers = s.execute(select(CaseNumber.sequence, CaseNumber.case_id).where(CaseNumber.unit_id == rutan)).all()
        assert sorted(n for n, _ in numbers) == [1, 2]
        assert case.id not in {c for _, c in numbers}
        chain = s.scalars(select(JournalEntry).where(JournalEntry.unit_id == rutan)).all()
        assert not [e for e in chain if e.case_id == case.id or case.id.encode() in e.record]
        assert sorted(e.sequence for e in chain) == list(range(1, len(chain) + 1))
    assert case.number.startswith("ADU-KANWIL-JATIM-")


@every_way(LATER)
def test_sealed_later_it_is_a_neutral_entry_like_any_transfer(office: Office, way: Callable[[Office], None]) -> None:
    case = sealed(office, way)
    with office.db.read() as s:
        rutan = s.scalars(select(Unit.id).where(Unit.code == "RUTAN-MAGETAN")).one()
        numbers = s.execute(
            select(CaseNumber.sequence, CaseNumber.case_id, CaseNumber.entry).where(CaseNumber.unit_id == rutan)
        ).all()
        assert sorted(n for n, _, _ in numbers) == [1, 2, 3]
        assert [entry for _, c, entry in numbers if c == case.id] == ["elsewhere"]
        query = select(JournalEntry).where(JournalEntry.unit_id == rutan, JournalEntry.case_id == case.id)
        entries = s.scalars(query.order_by(JournalEntry.sequence)).all()
        assert entries[-1].action == "handed_on", "nothing after it"
        assert not [e for e in entries if e.action == "seal" or b"kanwil" in e.record.lower()]
        found, _ = journal.verify(s, s.info["journal_key"], journal.read_anchors(office.settings.home / "anchors"))
        assert found == []


@every_way(AT_INTAKE)
def test_no_row_of_any_table_joins_the_case_and_the_facility(office: Office, way: Callable[[Office], None]) -> None:
    """But the case's own row, which says whom it is about, and the exclusions that hide it."""
    case = sealed(office, way)
    with office.db.read() as s:
        theirs = set(s.scalars(select(Account.id).where(Account.name.in_(FACILITY))))
        theirs |= set(s.scalars(select(Unit.id).where(Unit.code == "RUTAN-MAGETAN")))
        for table in Base.metadata.sorted_tables:
            if table.name in ("complaint", "exclusion"):
                continue
            for row in s.execute(select(table)):
                values = {v.decode("latin-1") if isinstance(v, bytes) else str(v) for v in row}
                mine = any(case.id in v for v in values)
                assert not (mine and any(t in v for v in values for t in theirs)), table.name


# ------------------------------------------------------------------ what the machine holds


def everything_stored(office: Office) -> bytes:
    """All bytes of the SQLite files, or all rows of PostgreSQL as text and as binary."""
    if office.db.is_sqlite:
        with office.db.engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(FULL)"))
        return b"".join(p.read_bytes() for p in Path(office.settings.home).rglob("*") if p.is_file())
    pieces = [b"".join(p.read_bytes() for p in Path(office.settings.home).rglob("*") if p.is_file())]
    with psycopg.connect(office.settings.database.replace("+psycopg", "")) as connection:
        for table in Base.metadata.sorted_tables:
            for form in ("TEXT", "BINARY"):
                with connection.cursor().copy(f'COPY "{table.name}" TO STDOUT (FORMAT {form})') as copy:
                    pieces += [bytes(piece) for piece in copy]
    return b"".join(pieces)


@every_way(AT_INTAKE | LATER)
def test_the_machine_holds_no_readable_word_number_name_or_code(office: Office, way: Callable[[Office], None]) -> None:
    case = sealed(office, way)
    with office.db.read() as s:
        code = openings.receipt_code(s, s.get_one(Case, case.id))
    held = everything_stored(office)
    assert case.id.encode() in held, "the search itself works"
    for secret in (WORD, NAME, "Qomariah", SENDER, SENDER.strip("+"), code, code.replace("-", "")):
        for form in (secret, secret.lower(), secret.upper()):
            assert form.encode() not in held, secret
            assert form.encode().hex().encode() not in held, secret
            assert form.encode("utf-16-le") not in held, secret


# ------------------------------------------------------------------ what the pages show


def pages(office: Office, case: Case) -> list[str]:
    """Every GET address, with the sealed case wherever an address takes something."""
    with office.db.read() as s:
        numbers = {"outbound": s.scalar(select(func.max(Outbound.id)).where(Outbound.case_id == case.id)) or 1}
    found = []
    for rule in office.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "console.keluar"):
            continue
        values: dict[str, object] = {
            name: case.number if "number" in name else numbers.get(name, 1) if f"int:{name}" in rule.rule else case.id
            for name in rule.arguments
        }
        built = rule.build(values)
        found += [built[1]] if built else []
    return found


def calm(page: str) -> str:
    """A page without what differs between any two requests."""
    return re.sub(r'(value|content|nonce)="[\w.=:-]{16,}"|[0-9a-f]{8}\b', "", page)


@on_sqlite
@every_way(AT_INTAKE | {k: LATER[k] for k in ("a further message accuses the head",)})
def test_no_page_shows_it_to_anybody_at_the_facility(office: Office, way: Callable[[Office], None]) -> None:
    case = sealed(office, way)
    with office.db.read() as s:
        aliases = s.scalars(select(Party.alias).where(Party.case_id == case.id)).all()
    for name in FACILITY:
        client = office.client(name)
        for path in pages(office, case):
            answer = client.get(path)
            shown = answer.get_data(as_text=True)
            assert answer.status_code < 500 or path == "/readyz", (name, path)
            for secret in (case.number, *aliases, WORD, NAME, SENDER):
                if secret not in path:
                    assert secret not in shown, (name, path, secret)
        if name != "admin":
            hidden, missing = (client.get(f"/petugas/kasus/{i}") for i in (case.id, "0" * 32))
            assert hidden.status_code == missing.status_code == 404, name
            assert calm(hidden.get_data(as_text=True)) == calm(missing.get_data(as_text=True))


@on_sqlite
@every_way(AT_INTAKE)
def test_no_count_at_the_facility_moves_when_it_comes_in(office: Office, way: Callable[[Office], None]) -> None:
    """Each page that needs no case looks the same before and after, to everybody there and to the public."""
    office.say("Antrean kunjungan empat jam, tidak ada kursi.", "+6281111")
    moment = office.clock()
    clients = {name: office.client(name) for name in FACILITY} | {"public": office.client()}
    static = [
        str(rule) for rule in office.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
        and rule.endpoint not in ("static", "console.keluar", "telephone.telepon") and not rule.endpoint.startswith("status.")
    ]  # fmt: skip
    look = lambda: {(n, p): calm(c.get(p).get_data(as_text=True)) for n, c in clients.items() for p in static}  # noqa: E731
    look()
    before = look()
    way(office)
    office.clock.now = moment
    after = look()
    assert {key for key in before if before[key] != after[key]} == set()


def test_an_emergency_about_staff_pages_the_head_and_the_kanwil_and_not_the_shift(office: Office) -> None:
    office.say("Adik saya dipukuli petugas sekarang sampai berdarah, tolong!", SENDER)
    case = office.case(SENDER)
    assert (case.urgency, case.about_staff, case.seal) == ("darurat", True, "none")
    with office.db.read() as s:
        told = s.scalars(
            select(Account.name).join(Notice, Notice.account_id == Account.id).where(Notice.key == "emergency")
        )
        assert set(told) == {"kepala", "kanwil", "kanwil2"}


def test_the_kanwil_releases_a_doubt_and_the_facility_gets_a_number_of_its_own(office: Office) -> None:
    say(office, NAMES)
    case = office.case(SENDER)
    assert (case.seal, case.seal_reason) == ("kanwil", "doubt")
    act(
        office,
        case.id,
        lambda o, s, c: sealing.unseal(s, c, o.officer(s, "kanwil"), "Pimpinan tidak terkait", o.clock()),
    )
    case = office.case(SENDER)
    assert (case.seal, case.handling_unit.code, case.number) == ("none", "RUTAN-MAGETAN", "ADU-RUTAN-MAGETAN-2026-0001")
    with office.db.read() as s:
        for name in ("petugas", "kepala"):
            assert access.find(s, office.officer(s, name), case.id) is not None, name


def test_what_the_complainant_sealed_the_kanwil_does_not_unseal(office: Office) -> None:
    by_word(office)
    with pytest.raises(cases.Impossible):
        act(
            office,
            office.case(SENDER).id,
            lambda o, s, c: sealing.unseal(s, c, o.officer(s, "kanwil"), "Pimpinan tidak terkait", o.clock()),
        )
