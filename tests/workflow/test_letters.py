"""Official answers as letters: numbered without gaps, signed by who approved, printed once, checked by anybody."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import UTC, date, datetime

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from tests.support import Office, csrf
from tests.workflow import steps
from tests.workflow.offices import on_sqlite
from tests.workflow.steps import act, carry, together
from workflow import cases, decisions, delegation, inspection, journal, letters, people, printing, receipts, units
from workflow.actors import Clock
from workflow.models import Account, Approval, Case, JournalEntry, Letter, NumberSeries, RoleGrant, Unit
from workflow.printing import content, make, make_due
from workflow.states import Impossible
from workflow.vault import Erased

FACILITY = "RUTAN-MAGETAN"


def all_letters(office: Office) -> list[Letter]:
    with office.db.read() as s:
        rows = list(s.scalars(select(Letter).order_by(Letter.unit_id, Letter.year, Letter.sequence)))
        s.expunge_all()
    return rows


def released(office: Office, sender: str = steps.SENDER) -> Letter:
    office.say(steps.COMPLAINT, sender)
    case_id = carry(office, "responded", sender)
    return next(letter for letter in all_letters(office) if letter.case_id == case_id)


def read(office: Office, letter: Letter) -> PdfReader:
    return PdfReader(io.BytesIO(content(office.db, letter.id, Clock(), office.clock())))


def words(office: Office, letter: Letter) -> str:
    text = "\n".join(page.extract_text() for page in read(office, letter).pages)
    return " ".join(text.split())


def settings(office: Office, code: str = FACILITY, **given: object) -> None:
    with office.db.write() as s:
        unit = s.scalars(select(Unit).where(Unit.code == code)).one()
        unit.settings = {**unit.settings, **given}


# ------------------------------------------------------------------ what it says


def test_the_letter_says_the_approved_text_and_what_belongs_to_it(office: Office) -> None:
    settings(office, "DITJENPAS", letterhead={"ministry": "Kementerian Contoh"})
    settings(office, letterhead={"address": "Jalan Contoh 1, Magetan", "telephone": "(0351) 123", "place": "Magetan"})
    letter = released(office)
    text, paper = words(office, letter), "Air sudah mengalir kembali."
    assert text.index("KEMENTERIAN CONTOH") < text.index("DIREKTORAT JENDERAL") < text.index("KANTOR WILAYAH")
    assert text.index("KANTOR WILAYAH") < text.index("RUMAH TAHANAN NEGARA KELAS IIB MAGETAN") < text.index("Nomor")
    for part in (
        "Jalan Contoh 1, Magetan", "(0351) 123", "Magetan, 2 November 2026", f": {FACILITY}-2026-1", ": Biasa",
        "Jawaban atas pengaduan nomor ADU-RUTAN-", f"pengaduan Anda nomor ADU-{FACILITY}-2026-0001", "(nama samaran)", paper,
        "Kepala Rutan", "Bambang Hartono", "Disetujui secara elektronik pada 2 November 2026",
        "dalam 10 hari kerja", "TIDAK PUAS", "Ombudsman RI: telepon 137", "tidak pernah meminta uang", "Halaman 1 dari 1",
    ):  # fmt: skip
        assert part in text, part
    assert "English" not in text
    with office.db.read() as s:
        code = letters.details(s, s.get_one(Letter, letter.id))["code"]
        assert letters.find(s, code.lower()) is not None
    without_breaks = re.sub(r"\s", "", text)  # where a line ends in the address depends on the letters of the code
    assert f"https://aduan.example/cek/{code}" in without_breaks


def test_the_file_is_accessible(office: Office) -> None:
    reader = read(office, released(office))
    root = reader.trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"] == "id"
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    assert "/StructTreeRoot" in root
    assert reader.metadata.title == f"Surat jawaban {FACILITY}-2026-1"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert reader.metadata.creation_date.astimezone(UTC) == office.clock()
    assert {abs(float(v) - w) < 1 for v, w in zip(reader.pages[0].mediabox[2:], (595.28, 841.89), strict=True)} == {
        True
    }


def test_only_an_open_case_is_answered_by_name(office: Office) -> None:
    office.say(steps.COMPLAINT, display_name="Siti Qomariah")
    office.say("TERBUKA")
    carry(office, "responded")
    letter = all_letters(office)[0]
    assert letter.named
    text = words(office, letter)
    assert "Siti Qomariah" in text and "nama samaran" not in text
    confidential = released(office, "+628120000002")
    with office.db.read() as s:
        alias = people.reporter(s, s.get_one(Case, confidential.case_id)).alias
    assert not confidential.named
    assert f"{alias} (nama samaran)" in words(office, confidential)


def test_a_text_that_marks_personal_data_is_rahasia(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry(office, "directed")

    def draft(o: Office, s, case: Case) -> None:
        decisions.report(s, case, o.officer(s, "pejabat"), "repair", "Sudah.", o.clock())
        decisions.draft(s, case, o.officer(s, "pejabat"), "Obat TB sudah diberikan.", o.clock(), specific_data=True)

    for step in (draft, steps.approve, steps.release):
        act(office, case_id, step)
    assert ": Rahasia" in words(office, all_letters(office)[0])


def test_whoever_writes_english_reads_in_english_what_the_letter_is(office: Office) -> None:
    office.say(steps.COMPLAINT)
    office.say("ENGLISH")
    carry(office, "responded")
    text = words(office, all_letters(office)[0])
    assert "About this letter, in English" in text
    assert "Ombudsman of Indonesia" in text and "within 10 working days" in text


@pytest.mark.parametrize("body", ["Tolong 😭 – “½” السلام عليكم", "x" * 19_000, "a\n" * 6_000, "#panic() *x* $y$ @z"])
def test_any_approved_text_becomes_a_letter(office: Office, body: str) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry(office, "directed")

    def draft(o: Office, s, case: Case) -> None:
        decisions.report(s, case, o.officer(s, "pejabat"), "repair", "Sudah.", o.clock())
        decisions.draft(s, case, o.officer(s, "pejabat"), body, o.clock())

    for step in (draft, steps.approve, steps.release):
        act(office, case_id, step)
    text = words(office, all_letters(office)[0])
    assert "□" not in text, "what is approved is what is printed"
    assert text.count("x") >= body.count("x")
    assert f"Halaman 1 dari {len(read(office, all_letters(office)[0]).pages)}" in text


@pytest.mark.parametrize("body", ["Terima kasih 🙏", "ꦲꦏ꧀ꦱꦫ", "Sudah \x07 selesai"])
def test_a_text_that_no_letter_can_show_is_no_draft(office: Office, body: str) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry(office, "directed")

    def draft(o: Office, s, case: Case) -> None:
        decisions.report(s, case, o.officer(s, "pejabat"), "repair", body, o.clock())
        decisions.draft(s, case, o.officer(s, "pejabat"), body, o.clock())

    with pytest.raises(Impossible, match="unprintable"):
        act(office, case_id, draft)


def test_a_refused_draft_is_told_which_signs_are_at_fault_first_and_at_its_form(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry(office, "directed")
    act(office, case_id, lambda o, s, c: decisions.report(s, c, o.officer(s, "pejabat"), "repair", "Sudah.", o.clock()))
    client = office.client("pejabat")
    form = {"csrf_token": csrf(client, f"/petugas/kasus/{case_id}"), "text": "Air sudah mengalir 🙏🏽 漢"}
    page = client.post(f"/petugas/kasus/{case_id}/draft", data=form).text
    alarm, error = page.split('role="alert"')[1].split("</div>")[0], page.split('id="draft-error"')[1].split("</p>")[0]
    for told in (alarm, error):
        assert "tidak dapat dicetak" in told
        assert "<bdi>🙏 漢</bdi>" in told
    assert "Air sudah mengalir 🙏🏽 漢</textarea>" in page


# ------------------------------------------------------------------ numbers


def test_numbers_follow_the_pattern_and_begin_again_with_the_local_year(office: Office) -> None:
    settings(office, letter_number="W15.PAS.PAS12-HH.01.04-{sequence:3}/{roman}/{year}")
    assert released(office).number == "W15.PAS.PAS12-HH.01.04-001/XI/2026"
    assert released(office, "+6282").number == "W15.PAS.PAS12-HH.01.04-002/XI/2026"
    office.clock.now = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)  # in Magetan the new year is half an hour old
    assert released(office, "+6283").number == "W15.PAS.PAS12-HH.01.04-001/I/2027"


@pytest.mark.parametrize(
    "pattern", ["{sequence", "{tahun}-{sequence}", "tetap", "{code}" * 90 + "{sequence}{year}", "{0}{year.__class__}"]
)
def test_a_pattern_that_is_wrong_never_stops_a_letter(office: Office, pattern: str) -> None:
    with office.db.read() as s:
        unit = s.scalars(select(Unit).where(Unit.code == FACILITY)).one()
        with pytest.raises(ValueError):
            letters.check_pattern(pattern, unit, office.clock())
    settings(office, letter_number=pattern)
    letter = released(office)
    assert "1" in letter.number and len(letter.number) <= letters.MAX_NUMBER


def test_a_release_that_fails_leaves_no_gap(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry(office, "approved")

    def release_and_fail(o: Office, s, case: Case) -> None:
        steps.release(o, s, case)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        act(office, case_id, release_and_fail)
    assert all_letters(office) == []
    assert released(office, "+6282").sequence == 1


def test_many_releases_at_once_number_without_gap_or_double(office: Office) -> None:
    senders = [f"+62820000{n}" for n in range(6)]
    ids = []
    for sender in senders:
        office.say(steps.COMPLAINT, sender)
        ids.append(carry(office, "approved", sender))
    together(6, lambda n: act(office, ids[n], steps.release))
    assert [letter.sequence for letter in all_letters(office)] == [1, 2, 3, 4, 5, 6]
    assert len({letter.number for letter in all_letters(office)}) == 6


def test_two_releases_of_one_case_make_one_letter(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry(office, "approved")
    outcomes = []

    def attempt(_: int) -> None:
        try:
            act(office, case_id, steps.release)
            outcomes.append("released")
        except Impossible as refused:
            outcomes.append(refused.reason)

    together(2, attempt)
    assert sorted(outcomes) == ["not_now", "released"]
    assert len(all_letters(office)) == 1
    with office.db.read() as s:
        assert s.scalars(select(NumberSeries.last).where(NumberSeries.kind == "letter")).all() == [1]


def test_two_heads_who_approve_at_once_approve_once(office: Office) -> None:
    plh(office)
    office.say(steps.COMPLAINT)
    case_id, outcomes = carry_with(office, "petugas"), []
    with office.db.read() as s:
        digest = decisions.newest(s, s.get_one(Case, case_id), "answer").hash

    def attempt(n: int) -> None:
        name = ("kepala", "pejabat")[n]
        try:
            with office.db.write() as s:
                decisions.approve(s, cases.lock(s, case_id), office.officer(s, name), digest, office.clock())
            outcomes.append(name)
        except Impossible as refused:
            outcomes.append(refused.reason)

    together(2, attempt)
    assert "not_now" in outcomes and len(outcomes) == 2
    act(office, case_id, steps.release)
    with office.db.read() as s:
        assert len(s.scalars(select(Approval)).all()) == 1
    winner = next(o for o in outcomes if o != "not_now")
    expected = {"kepala": "Kepala Rutan", "pejabat": "Plh. Kepala Rutan"}[winner]
    assert all_letters(office)[0].signatory_post == expected


def test_a_case_that_was_opened_again_gets_a_letter_of_its_own(office: Office) -> None:
    first = released(office)
    before = content(office.db, first.id, Clock(), office.clock())
    act(office, first.case_id, lambda o, s, case: cases.reopen(s, case, o.clock()))
    with office.db.write() as s:
        case, now = cases.lock(s, first.case_id), office.clock()
        officer, head = office.officer(s, "petugas2"), office.officer(s, "kepala")
        decisions.recommend(s, case, officer, "Lagi.", steps.OPTIONS, now)
        decisions.direct(s, case, head, 0, decisions.officials(s, case, now)[0].id, "", now)
        decisions.report(s, case, officer, "repair", "Diperbaiki lagi.", now)
        answer = decisions.draft(s, case, officer, "Pompa baru terpasang.", now)
        decisions.approve(s, case, head, answer.hash, now)
        decisions.release(s, case, officer, now)
    second = next(letter for letter in all_letters(office) if letter.id != first.id)
    assert (second.sequence, second.case_id) == (2, first.case_id)
    assert "Pompa baru terpasang." in words(office, second)
    assert content(office.db, first.id, Clock(), office.clock()) == before


def test_the_letter_of_a_sealed_case_is_the_kanwils(office: Office) -> None:
    office.say("Kepala rutan menyuruh petugas memukul anak saya.", "+6289")
    case = office.case("+6289")
    assert case.seal == "kanwil"
    with office.db.write() as s:
        case = cases.lock(s, case.id)
        first, second = office.officer(s, "kanwil"), office.officer(s, "kanwil2")
        now = office.clock()
        cases.classify(s, case, first, "kekerasan", "tinggi", now, about_head=True)
        inspection.keep(s, case, first, {"chronology": "Dipukul di kamar."}, now)
        decisions.recommend(s, case, first, "Ringkas.", steps.OPTIONS, now)
        decisions.direct(s, case, second, 0, first.account_id, "", now)
        decisions.report(s, case, first, "clarification", "Diperiksa.", now)
        answer = decisions.draft(s, case, first, "Kami sudah memeriksa.", now)
        decisions.approve(s, case, second, answer.hash, now)
        decisions.release(s, case, first, now)
    letter = all_letters(office)[0]
    text = words(office, letter)
    assert letter.number == "KANWIL-JATIM-2026-1"
    assert "Magetan" not in text and "MAGETAN" not in text
    assert ": Rahasia" in text
    facility = released(office)
    assert facility.number == f"{FACILITY}-2026-1", "no gap at the facility"
    with office.db.read() as s:
        rutan = s.scalars(select(Unit.id).where(Unit.code == FACILITY)).one()
        entries = s.scalars(select(JournalEntry).where(JournalEntry.unit_id == rutan)).all()
        assert not [e for e in entries if letter.id.encode() in e.record]


# ------------------------------------------------------------------ acting heads


def plh(
    office: Office, deputy: str = "pejabat", days: int = 5, start: int = 0, order: str = "SP-12", by: str = "kepala"
) -> str:
    """Name an acting head from the clock's first day on; returns the id of the grant."""
    span = (date(2026, 11, 2 + start), date(2026, 11, 2 + start + days))
    with office.db.write() as s:
        unit = s.scalars(select(Unit).where(Unit.code == FACILITY)).one()
        head, other = (s.scalars(select(Account).where(Account.name == name)).one() for name in (by, deputy))
        return delegation.delegate(s, unit, head, other, span, order, office.officer(s, by), office.clock()).id


def carry_with(office: Office, author: str) -> str:
    """Carry the newest case to a draft by an author other than the usual one."""
    case_id = carry(office, "directed")

    def draft(o: Office, s, case: Case) -> None:
        decisions.report(s, case, o.officer(s, author), "repair", "Pompa diganti.", o.clock())
        decisions.draft(s, case, o.officer(s, author), steps.ANSWER, o.clock())

    act(office, case_id, draft)
    return case_id


def approve_as(office: Office, case_id: str, name: str) -> None:
    with office.db.write() as s:
        case = cases.lock(s, case_id)
        digest = decisions.newest(s, case, "answer").hash
        decisions.approve(s, case, office.officer(s, name), digest, office.clock())


def test_an_acting_head_signs_as_plh(office: Office) -> None:
    plh(office)
    office.say(steps.COMPLAINT)
    case_id = carry_with(office, "petugas")
    approve_as(office, case_id, "pejabat")
    act(office, case_id, steps.release)
    letter = all_letters(office)[0]
    assert letter.signatory_post == "Plh. Kepala Rutan"
    text = words(office, letter)
    assert "Plh. Kepala Rutan" in text and "Ratna Kusumawati" in text and "Bambang" not in text


def test_an_acting_head_does_not_approve_an_own_text(office: Office) -> None:
    plh(office)
    office.say(steps.COMPLAINT)
    case_id = carry_with(office, "pejabat")
    with pytest.raises(Impossible) as refused:
        approve_as(office, case_id, "pejabat")
    assert refused.value.reason == "own_text"
    approve_as(office, case_id, "kepala")


def test_outside_of_the_days_nobody_is_acting_head(office: Office) -> None:
    plh(office, start=2, days=1)
    office.say(steps.COMPLAINT)
    case_id = carry_with(office, "petugas")
    for day in (2, 6):
        office.clock.now = datetime(2026, 11, day, 2, 0, tzinfo=UTC)
        with pytest.raises(Impossible):
            approve_as(office, case_id, "pejabat")
    office.clock.now = datetime(2026, 11, 5, 16, 0, tzinfo=UTC)  # the last local evening
    approve_as(office, case_id, "pejabat")


def test_a_delegation_ends_at_once_and_every_step_is_in_the_journal(office: Office) -> None:
    grant = plh(office)
    with office.db.write() as s:
        unit = s.scalars(select(Unit).where(Unit.code == FACILITY)).one()
        head = s.scalars(select(Account).where(Account.name == "kepala")).one()
        delegation.end(s, unit, grant, head, office.officer(s, "kepala"), office.clock())
        assert ("kepala", unit.id) not in office.officer(s, "pejabat").roles
    with office.db.read() as s:
        kinds = s.scalars(select(JournalEntry.action).order_by(JournalEntry.id)).all()
        assert kinds[-2:] == ["delegated", "delegation_ended"]
    plh(office, start=1)


@pytest.mark.parametrize(
    ("deputy", "start", "days", "order", "reason"),
    [
        ("petugas", 0, 2, "SP-1", "plh_desk"),
        ("admin", 0, 2, "SP-1", "plh_choose"),
        ("kanwil", 0, 2, "SP-1", "plh_choose"),
        ("kepala", 0, 2, "SP-1", "plh_choose"),
        ("pejabat", -1, 2, "SP-1", "plh_dates"),
        ("pejabat", 3, -1, "SP-1", "plh_dates"),
        ("pejabat", 0, 26, "  ", "plh_order"),
        ("pejabat", 0, 26, "x" * 121, "plh_order"),
    ],
)
def test_what_no_head_can_order(office: Office, deputy: str, start: int, days: int, order: str, reason: str) -> None:
    with pytest.raises(Impossible) as refused:
        plh(office, deputy, days, start, order)
    assert refused.value.reason == reason
    with office.db.read() as s:
        assert not s.scalars(select(RoleGrant).where(RoleGrant.delegated_by.is_not(None))).all()


def test_an_acting_head_names_no_other_and_days_do_not_overlap(office: Office) -> None:
    plh(office)
    for by, deputy, reason in (("kepala", "pejabat", "plh_overlaps"), ("pejabat", "kanwil", "plh_not_head")):
        with pytest.raises(Impossible) as refused:
            plh(office, deputy, start=2, by=by)
        assert refused.value.reason == reason
    plh(office, start=6)


def test_two_orders_at_one_moment_make_one_acting_head(office: Office) -> None:
    outcomes = []

    def order(_: int) -> None:
        try:
            plh(office)
            outcomes.append("named")
        except Impossible as refused:
            outcomes.append(refused.reason)

    together(2, order)
    assert sorted(outcomes) == ["named", "plh_overlaps"]


# ------------------------------------------------------------------ the file


def test_the_file_is_made_once_and_its_hash_is_kept(office: Office) -> None:
    letter = released(office)
    assert letter.sha256 is None
    assert (make_due(office.db, office.clock()), make_due(office.db, office.clock())) == (1, 0)
    made = all_letters(office)[0]
    office.clock.advance(days=3)
    pdf = content(office.db, letter.id, Clock(), office.clock())
    assert hashlib.sha256(pdf).hexdigest() == made.sha256
    with office.db.read() as s:
        entry = s.scalars(select(JournalEntry).where(JournalEntry.action == "letter_made")).one()
        assert made.sha256.encode() in entry.record


def test_two_who_print_at_once_keep_one_file(office: Office) -> None:
    letter = released(office)
    made = together(3, lambda _: make(office.db, letter.id, Clock(), office.clock()))
    assert sorted(made) == [False, False, True]
    with office.db.read() as s:
        assert len(s.scalars(select(JournalEntry).where(JournalEntry.action == "letter_made")).all()) == 1


def test_the_file_lies_encrypted(office: Office) -> None:
    letter = released(office)
    make_due(office.db, office.clock())
    stored = [p.read_bytes() for p in (office.settings.home / "attachments").rglob("*") if p.is_file()]
    assert stored and not [b for b in stored if b"%PDF" in b]
    assert words(office, letter)


def test_a_lost_file_is_made_again_only_if_it_is_the_same(office: Office) -> None:
    letter = released(office)
    before = content(office.db, letter.id, Clock(), office.clock())
    for path in (office.settings.home / "attachments").rglob("*"):
        if path.is_file():
            path.write_bytes(b"damaged")
    assert content(office.db, letter.id, Clock(), office.clock()) == before
    with office.db.write() as s:
        s.get_one(Letter, letter.id).sha256 = "0" * 64
    with pytest.raises(printing.Lost):
        content(office.db, letter.id, Clock(), office.clock())


def test_what_was_fixed_at_issue_stays_whatever_is_set_later(office: Office) -> None:
    letter = released(office)
    settings(office, letterhead={"address": "Alamat Baru 9"})
    with office.db.write() as s:
        s.scalars(select(Account).where(Account.name == "kepala")).one().post = "Kepala Lain"
    text = words(office, letter)
    assert "Alamat Baru" not in text and "Kepala Lain" not in text


def test_after_erasure_the_letter_is_gone_and_its_number_stays(office: Office) -> None:
    letter = released(office)
    make_due(office.db, office.clock())
    with office.db.write() as s:
        printing.vault_of(s).destroy(s, letter.data_key_id, office.clock())
    with pytest.raises(Erased):
        content(office.db, letter.id, Clock(), office.clock())
    assert make_due(office.db, office.clock()) == 0
    kept = all_letters(office)[0]
    assert (kept.number, kept.signatory_post) == (letter.number, "Kepala Rutan")


def test_a_letter_that_cannot_be_set_does_not_stop_the_others(office: Office) -> None:
    settings(office, letterhead={"name": ["not", "a", "name"]})
    released(office)
    settings(office, letterhead={})
    office.clock.advance(microseconds=987_654)
    good = released(office, "+6282")
    assert make_due(office.db, office.clock()) == 1
    assert [letter.id for letter in all_letters(office) if letter.sha256] == [good.id]


def test_an_erased_case_does_not_stop_the_printing_of_others(office: Office) -> None:
    letter = released(office)
    with office.db.write() as s:
        printing.vault_of(s).destroy(s, letter.data_key_id, office.clock())
    released(office, "+6282")
    assert make_due(office.db, office.clock()) == 1


def test_the_journal_holds_with_letters_in_it(office: Office) -> None:
    released(office)
    make_due(office.db, office.clock())
    with office.db.read() as s:
        found, total = journal.verify(s, s.info["journal_key"], journal.read_anchors(office.settings.home / "anchors"))
        assert found == [] and total > 5
        records = b"".join(s.scalars(select(JournalEntry.record)))
    with office.db.read() as s:
        code = letters.details(s, s.scalars(select(Letter)).one())["code"]
    assert code.encode() not in records and receipts.normalise(code).encode() not in records
    assert re.search(rb'"number":"RUTAN-MAGETAN-2026-1"', records)


@on_sqlite
def test_a_unit_below_uses_the_ministry_above_and_its_own_name_first(office: Office) -> None:
    settings(office, "KANWIL-JATIM", letterhead={"ministry": "Kementerian A", "name": "Kanwil Contoh"})
    settings(office, letterhead={"name": "Rutan Contoh", "email": "a@contoh.id", "telephone": "1"})
    with office.db.read() as s:
        head = letters.letterhead(s, s.scalars(select(Unit).where(Unit.code == FACILITY)).one())
        top = letters.letterhead(s, units.default_unit(s).parent.parent)
    assert head["above"] == ["Kementerian A", "Direktorat Jenderal Pemasyarakatan", "Kanwil Contoh"]
    assert (head["name"], head["contact"]) == ("Rutan Contoh", ["1 · a@contoh.id"])
    assert top["above"] == [] and top["name"] == "Direktorat Jenderal Pemasyarakatan"
