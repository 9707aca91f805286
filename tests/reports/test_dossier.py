"""The dossier: whole, checkable, and no more than its reader may see."""

from __future__ import annotations

import hashlib
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select

from tests.support import Office
from tests.workflow import steps
from tests.workflow.offices import on_sqlite
from tests.workflow.steps import carry
from webhooks.cli import main
from workflow import cases, decisions, inbox, letters, openings, parties, staff, wording
from workflow import files as stored_files
from workflow.models import Account, Attachment, Case, JournalEntry, Letter, Message, Notice, Paper, Party, Unit
from workflow.sweep import sweep

pytestmark = on_sqlite
SENDER, NAME = "+6281299998888", "Qomariah Lestari"
WORDS = "Sudah tiga hari air di blok B mati 😢 <script>, salam Qomariah."


def picture() -> bytes:
    """A picture that tells where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "S"
    exif[0x010F] = "Qomariah"
    made = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(made, "PNG", exif=exif)
    return made.getvalue()


PICTURE = picture()
VIDEO = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(200)


def run(office: Office, *words: str) -> Result:
    """The command in this process, at the office's time."""
    env = {"ADUAN_HOME": str(office.settings.home), "ADUAN_DATABASE_URL": office.settings.database}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("webhooks.service.utc_now", office.clock)
        return CliRunner().invoke(main, ["dossier", *words], env=env)


def read(pdf: bytes | Path) -> str:
    pages = PdfReader(BytesIO(pdf) if isinstance(pdf, bytes) else pdf).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture
def answered(office: Office) -> Case:
    office.say(WORDS, SENDER, display_name=NAME, number=SENDER)
    carry(office, "responded", SENDER)
    case = office.case(SENDER)
    with office.db.write() as s:
        message = s.scalars(select(Message).where(Message.case_id == case.id).order_by(Message.id)).first()
        assert message
        for name, content, kind in (
            ("../foto Qomariah.png", PICTURE, "image/png"),
            ("video.mp4", VIDEO, "video/mp4"),
            ("surat.pdf", b"%PDF-1.4 surat", "application/pdf"),
        ):
            row = Attachment(
                message_id=message.id, case_id=case.id, data_key_id=case.data_key_id, content_type=kind, state="wanted"
            )
            row.name_enc = s.info["vault"].seal(s, case.data_key_id, name, "attachment.name")
            s.add(row)
            s.flush()
            inbox.keep(s, row, content)
    stored_files.prepare(office.db, office.clock())
    return case


def made(office: Office, tmp_path: Path, number: str, *words: str) -> tuple[str, dict[str, bytes]]:
    out = tmp_path / "berkas.zip"
    done = run(office, number, "--out", str(out), *words)
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(out) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return read(files["berkas.pdf"]), files


def beside(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files beside the paper, by their name without the number."""
    return {name[len("lampiran/00-") :]: content for name, content in files.items() if name.startswith("lampiran/")}


def test_it_holds_words_papers_deliveries_deadlines_and_a_verified_journal(
    office: Office, answered: Case, tmp_path: Path
) -> None:
    text, files = made(office, tmp_path, answered.number)
    for said in ("Sudah tiga hari air di blok B mati", "<script>", "Ganti pompa", steps.ANSWER, "utuh. Hash terakhir"):
        assert said in text, said
    with office.db.read() as s:
        squeezed = text.replace(" ", "")
        for paper in s.scalars(select(Paper).where(Paper.case_id == answered.id)):
            assert paper.hash in squeezed, paper.kind
        for entry in s.scalars(select(JournalEntry).where(JournalEntry.case_id == answered.id)):
            assert entry.action == "dossier" or entry.hash.hex() in squeezed
    assert hashlib.sha256(PICTURE).hexdigest() in squeezed
    sums = dict(reversed(line.split("  ", 1)) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {n: hashlib.sha256(c).hexdigest() for n, c in files.items() if n != "SHA256SUMS"}
    assert any(name.startswith("surat/") for name in files)
    assert sorted(beside(files)) == ["foto ••••••••.png.jpg", "surat.pdf"]


def test_a_confidential_writer_stays_an_alias_and_receipt_codes_stay_hidden(
    office: Office, answered: Case, tmp_path: Path
) -> None:
    text, _ = made(office, tmp_path, answered.number)
    with office.db.read() as s:
        code = openings.receipt_code(s, s.get_one(Case, answered.id))
    for secret in (NAME, "Qomariah", "81299998888", code, "6281299998888"):
        assert secret not in text, secret
    assert "Identitas pelapor tidak dibuka" in text


def test_a_file_that_may_tell_who_wrote_goes_out_only_with_the_identity(
    office: Office, answered: Case, tmp_path: Path
) -> None:
    text, files = made(office, tmp_path, answered.number)
    with Image.open(BytesIO(beside(files)["foto ••••••••.png.jpg"])) as copy:
        assert not copy.getexif()
    assert "Disertakan salinan tanpa data kamera" in text
    assert "Tidak disertakan: dapat memuat tempat dan waktu" in text
    _, files = made(office, tmp_path, answered.number, "--with-identity", "--reason", "Perintah pengadilan 12/2026")
    assert set(beside(files).values()) == {PICTURE, VIDEO, b"%PDF-1.4 surat"}


def test_the_identity_is_opened_with_a_reason_that_stays_in_the_case(
    office: Office, answered: Case, tmp_path: Path
) -> None:
    refused = run(office, answered.number, "--out", str(tmp_path / "x.zip"), "--with-identity")
    assert (refused.exit_code, "needs --reason" in refused.output) == (1, True)
    text, _ = made(office, tmp_path, answered.number, "--with-identity", "--reason", "Perintah pengadilan 12/2026")
    assert NAME in text
    assert "Perintah pengadilan 12/2026" in text
    with office.db.read() as s:
        case = s.get_one(Case, answered.id)
        kept = decisions.newest(s, case, "identity")
        assert kept
        assert decisions.body(s, kept) == "Perintah pengadilan 12/2026"


@pytest.mark.parametrize("reads", [("--as", "kustodian"), ()])
def test_the_kanwil_learns_of_an_identity_that_a_dossier_opens_as_of_one_opened_on_the_page(
    office: Office, answered: Case, tmp_path: Path, reads: tuple[str, ...]
) -> None:
    why = ("--with-identity", "--reason", "Perintah pengadilan 12/2026")
    text, _ = made(office, tmp_path, answered.number, *reads, *why)
    assert NAME in text
    with office.db.read() as s:
        opened = select(Unit.code).join(JournalEntry, JournalEntry.unit_id == Unit.id)
        opened = opened.where(JournalEntry.case_id == answered.id, JournalEntry.action == "identity")
        assert sorted(s.scalars(opened)) == ["KANWIL-JATIM", "RUTAN-MAGETAN"]
        told = select(Account.name).join(Notice, Notice.account_id == Account.id)
        assert sorted(s.scalars(told.where(Notice.key == "identity_opened"))) == ["kanwil", "kanwil2"]
    page = office.client("kanwil").get(f"/petugas/kasus/{answered.id}").text
    assert "Perintah pengadilan 12/2026" in page


def test_who_wrote_anonymously_is_opened_to_nobody(office: Office, answered: Case, tmp_path: Path) -> None:
    with office.db.write() as s:
        cases.set_visibility(s, cases.lock(s, answered.id), "anonymous", office.clock())
    done = run(office, answered.number, "--out", str(tmp_path / "x.zip"), "--with-identity", "--reason", "Perlu")
    assert done.exit_code == 1
    assert "anonymous" in done.output
    text, _ = made(office, tmp_path, answered.number)
    assert "Qomariah" not in text


def test_an_open_writer_is_named(office: Office, answered: Case, tmp_path: Path) -> None:
    with office.db.write() as s:
        cases.set_visibility(s, cases.lock(s, answered.id), "open", office.clock())
    assert NAME in made(office, tmp_path, answered.number)[0]


def test_each_account_gets_what_it_may_see(office: Office, answered: Case, tmp_path: Path) -> None:
    text, files = made(office, tmp_path, answered.number, "--as", "petugas")
    assert "Sudah tiga hari air" in text
    assert "Sari Wulandari" in text
    for name in ("kanwil", "kepala"):
        text, files = made(office, tmp_path, answered.number, "--as", name)
        assert "Sudah tiga hari air" not in text
        assert "tidak dibuka untuk pembuat berkas ini" in text
        assert "Ganti pompa" in text
        assert not [n for n in files if n.startswith("lampiran/")]
    for name, sentence in (("admin", "there is no case"), ("nobody", "there is no account")):
        done = run(office, answered.number, "--out", str(tmp_path / "y.zip"), "--as", name)
        assert done.exit_code == 1
        assert sentence in done.output
    with office.db.read() as s:
        entries = s.scalars(select(JournalEntry.record).where(JournalEntry.action == "dossier")).all()
    assert len(entries) == 3
    assert all(b'"officer"' in entry for entry in entries)


def test_a_sealed_case_is_for_those_who_may_see_it_and_for_nobody_else(office: Office, tmp_path: Path) -> None:
    office.say("Kalapas menyuruh potong jatah makan di blok C, kami takut bicara.", SENDER)
    sealed, missing = office.case(SENDER).number, "ADU-KANWIL-JATIM-2026-9999"
    for words in ((), ("--as", "kepala"), ("--as", "petugas")):
        refused = [run(office, n, "--out", str(tmp_path / "z.pdf"), *words) for n in (sealed, missing)]
        assert [r.exit_code for r in refused] == [1, 1]
        assert refused[0].output.replace(sealed, "") == refused[1].output.replace(missing, "")
    assert not (tmp_path / "z.pdf").exists()
    done = run(office, sealed, "--out", str(tmp_path / "z.pdf"), "--as", "kanwil")
    assert done.exit_code == 0
    assert "potong jatah makan" in read(tmp_path / "z.pdf")


def test_an_older_number_finds_the_case(office: Office, answered: Case, tmp_path: Path) -> None:
    with office.db.write() as s:
        case = cases.lock(s, answered.id)
        cases.transfer(s, case, case.handling_unit.parent, office.officer(s, "petugas"), office.clock())  # type: ignore[arg-type]
    text, _ = made(office, tmp_path, answered.number)
    assert office.case(SENDER).number in text
    assert answered.number in text


def test_the_same_moment_gives_the_same_bytes_and_the_pdf_keeps_attachments_beside_it(
    office: Office, answered: Case, tmp_path: Path
) -> None:
    out = tmp_path / "berkas.pdf"
    done = run(office, answered.number, "--out", str(out))
    assert done.stdout.split() == [str(out), str(tmp_path / "berkas-lampiran.zip")]
    assert out.stat().st_mode & 0o077 == 0
    twice = []
    for _ in range(2):
        with office.db.read() as s:
            from workflow import dossier
            from workflow.actors import Operator

            case = dossier.find(s, Operator(), answered.number)
            reader = dossier.reader(s, Operator(), "", case, with_identity=False, reason="")
            twice.append(
                dossier.make(s, case, reader, s.info["journal_key"], {}, office.clock()).zipped(with_paper=True)
            )
    assert twice[0] == twice[1]
    assert run(office, answered.number, "--out", str(tmp_path / "x.docx")).exit_code == 1


def test_a_changed_journal_is_said_to_be_broken(office: Office, answered: Case, tmp_path: Path) -> None:
    with office.db.write() as s:
        s.scalars(select(JournalEntry).where(JournalEntry.action == "classify")).first().action = "close"  # type: ignore[union-attr]
    assert "PERHATIAN" in made(office, tmp_path, answered.number)[0]


def test_it_says_what_the_head_changed_against_the_recommendation(office: Office, tmp_path: Path) -> None:
    office.say(WORDS, SENDER)
    case_id = carry(office, "recommended", SENDER)
    with office.db.write() as s:
        case, head = cases.lock(s, case_id), office.officer(s, "kepala")
        words = {"measure": "Ganti dua pompa"}
        decisions.direct(s, case, head, 0, office.account_id("pejabat"), "", office.clock(), None, words)
    text, _ = made(office, tmp_path, office.case(SENDER).number)
    assert "Diubah kepala, tindakan: Ganti dua pompa (rekomendasi semula: Ganti pompa)" in text


def test_the_very_letter_is_in_it_and_its_hash_is_the_one_that_anybody_can_check(
    office: Office, answered: Case, tmp_path: Path
) -> None:
    text, files = made(office, tmp_path, answered.number)
    with office.db.read() as s:
        letter = s.scalars(select(Letter)).one()
        code = letters.details(s, letter)["code"]
    pdf = files[f"surat/01-{letter.number}.pdf"]
    digest = hashlib.sha256(pdf).hexdigest()
    assert digest == letter.sha256 and digest in text.replace(" ", "")
    assert digest in office.client().get(f"/cek/{code}").text
    assert steps.ANSWER in read(pdf) and NAME not in read(pdf)
    assert files == made(office, tmp_path, answered.number)[1] | {
        name: content for name, content in files.items() if name in ("berkas.pdf", "SHA256SUMS")
    }, "and it is the same file the next time"


def test_a_letter_that_names_the_complainant_is_for_those_who_see_the_name(office: Office, tmp_path: Path) -> None:
    office.say(WORDS, SENDER, display_name=NAME, number=SENDER)
    case_id = carry(office, "approved", SENDER)
    with office.db.write() as s:
        cases.set_visibility(s, cases.lock(s, case_id), "open", office.clock())
    steps.act(office, case_id, steps.release)
    number = office.case(SENDER).number
    text, files = made(office, tmp_path, number, "--as", "kanwil")
    assert not [name for name in files if name.startswith("surat/")]
    assert "Berkas surat tidak disertakan" in text and NAME not in text
    named = [content for name, content in made(office, tmp_path, number)[1].items() if name.startswith("surat/")]
    assert len(named) == 1 and NAME in read(named[0])


def test_what_nobody_did_is_the_systems_in_the_paper_as_on_the_page(office: Office, tmp_path: Path) -> None:
    office.say(WORDS, SENDER)
    case_id = carry(office, "approved", SENDER)
    office.clock.advance(days=4)
    sweep(office.db, office.clock())
    assert office.case(SENDER).status == "responded"
    text, _ = made(office, tmp_path, office.case(SENDER).number)
    page = office.client("petugas").get(f"/petugas/kasus/{case_id}").text
    released, status = (wording.label(*key, "id") for key in (("action", "release"), ("status", "responded")))
    assert f"{released} → {status} Sistem" in text
    assert f"{released} · <bdi>Sistem</bdi>" in page


def test_it_names_inmate_and_respondent_for_those_who_read_the_words_and_their_aliases_for_others(
    office: Office, tmp_path: Path
) -> None:
    office.say("Air mati tiga hari di blok Mawar, tolong.", SENDER)
    case_id, number = office.case(SENDER).id, office.case(SENDER).number
    with office.db.write() as s:
        case, me, now = cases.lock(s, case_id), office.officer(s, "petugas"), office.clock()
        parties.enter(s, case, me, "inmate", {"name": "Rudi Hartanto", "block": "Mawar"}, now)
        parties.enter(s, case, me, "respondent", {"name": "Suryadi Wiguna", "post": "Komandan Jaga"}, now)
        parties.verify(s, case, me, "keluarga", "visit_register", now)
        found = s.scalars(select(Party).where(Party.case_id == case_id)).all()
        aliases = [party.alias for party in found if party.kind != "reporter"]
    names = ("Rudi Hartanto", "Suryadi Wiguna", "Komandan Jaga")
    for reads, named in (((), True), (("--as", "petugas"), True), (("--as", "kanwil"), False)):
        text, _ = made(office, tmp_path, number, *reads)
        assert [name in text for name in names] == [named] * 3, reads
        assert all(alias in text for alias in aliases), reads
        assert "diperiksa oleh Sari Wulandari" in text
    with office.db.write() as s:
        kanwil = s.scalars(select(Unit).where(Unit.code == "KANWIL-JATIM")).one()
        staff.add(s, "penjaga", "kata-sandi-untuk-tes", [("kustodian", kanwil)], office.clock(), "Penjaga")
    text, _ = made(office, tmp_path, number, "--as", "penjaga")
    assert not [word for word in (*names, *aliases) if word in text], "a custodian reads no papers"


def test_what_was_merged_into_the_case_is_in_it_for_those_who_may_read_it(office: Office, tmp_path: Path) -> None:
    into, gone = steps.repeated(office)
    with office.db.write() as s:
        message = s.scalars(select(Message).where(Message.case_id == gone)).one()
        words = "Air mati dan anak saya gatal, SEMANGKA."
        message.body_enc = s.info["vault"].seal(s, message.body_key_id, words, "message.body")
        row = Attachment(
            message_id=message.id, case_id=gone, data_key_id=message.body_key_id, content_type="application/pdf",
            state="wanted",
        )  # fmt: skip
        row.name_enc = s.info["vault"].seal(s, message.body_key_id, "bukti.pdf", "attachment.name")
        s.add(row)
        s.flush()
        inbox.keep(s, row, b"%PDF-1.4 bukti")
        number, other = s.get_one(Case, into).number, s.get_one(Case, gone).number
    steps.merge(office, gone, into)
    text, files = made(office, tmp_path, number, "--as", "petugas")
    assert f"Digabungkan ke sini {other}" in text
    assert text.index(f"Dari {other}, yang digabungkan ke sini") < text.index("SEMANGKA")
    assert beside(files) == {"bukti.pdf": b"%PDF-1.4 bukti"}
    assert f"Digabungkan ke {number}" in made(office, tmp_path, other, "--as", "petugas")[0]
    text, files = made(office, tmp_path, number, "--as", "kanwil")
    assert other in text and "SEMANGKA" not in text and not beside(files)
    with office.db.write() as s:
        cases.hide_from(s, cases.lock(s, gone), [office.account_id("petugas")], office.clock())
    text, files = made(office, tmp_path, number, "--as", "petugas")
    assert not beside(files)
    assert "SEMANGKA" not in text and f"Dari {other}" not in text, "not for whom that part of it is hidden from"
