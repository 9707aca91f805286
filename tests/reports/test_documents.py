"""PDF, spreadsheet and CSV say the same, are read by other people's programs, and hold nobody's name or words."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader
from sqlalchemy import select

from tests.reports.lives import TEXTS, live
from tests.reports.test_figures import KANWIL, NOVEMBER, RUTAN
from tests.support import Office
from tests.workflow import steps
from tests.workflow.offices import on_sqlite
from tests.workflow.steps import act
from webhooks.cli import main
from workflow import cases, decisions, retention, standards
from workflow.alternatives import Alternative
from workflow.models import CaseLink, JournalEntry, Unit
from workflow.reports import Month, gather, rendering
from workflow.reports.document import Document, compose
from workflow.units import ROOT_CODE

pytestmark = on_sqlite


def document(office: Office, code: str, month: Month = NOVEMBER) -> Document:
    with office.db.read() as s:
        made = compose(s, s.scalars(select(Unit).where(Unit.code == code)).one(), month, office.clock())
        s.expunge_all()
        return made


@pytest.fixture
def lived(office: Office) -> Office:
    live(office, 21, 32)
    return office


def tidy(content: bytes) -> dict[tuple[str, str], str]:
    assert content.startswith(b"\xef\xbb\xbf"), "Excel takes it for UTF-8"
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["month", "unit", "table", "key", "value"]
    assert len({(r[2], r[3]) for r in rows[1:]}) == len(rows) - 1
    return {(table, key): value for _, _, table, key, value in rows[1:]}


@pytest.mark.parametrize(
    ("code", "to", "by"),
    [
        (RUTAN, "Kepala Kantor Wilayah Ditjenpas Jawa Timur", "Kepala Rumah Tahanan Negara Kelas IIB Magetan"),
        (KANWIL, "Direktur Jenderal Pemasyarakatan", "Kepala Kantor Wilayah Ditjenpas Jawa Timur"),
        (ROOT_CODE, "Direktur Jenderal Pemasyarakatan", "Direktur Jenderal Pemasyarakatan"),
    ],
)
def test_a_report_calls_the_heads_of_both_offices_by_their_titles(office: Office, code: str, to: str, by: str) -> None:
    reader = PdfReader(BytesIO(rendering.render(document(office, code))["pdf"]))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert f"Kepada Yth. {to}" in text
    assert text.split("diketahui oleh")[-1].count(by) == 1
    assert "Kepala Direktorat" not in text


@pytest.mark.parametrize("code", [RUTAN, KANWIL])
def test_the_three_files_tell_the_same_numbers(lived: Office, code: str) -> None:
    told = document(lived, code)
    files = rendering.render(told)
    values, book = tidy(files["csv"]), openpyxl.load_workbook(BytesIO(files["xlsx"]))
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(files["pdf"])).pages)
    assert len(book.worksheets) == len(told.tables) + 1
    assert told.summary[0] in " ".join(text.split())
    for sheet, table in zip(book.worksheets[1:], told.tables, strict=True):
        assert sheet.freeze_panes == "B2"
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.paperSize == 9
        assert table.title in text
        cells = list(sheet.iter_rows(min_row=2, max_row=len(table.rows) + 1, values_only=True)) if table.rows else []
        for shown, row in zip(cells, table.rows, strict=True):
            assert shown[0] == row.label
            assert list(shown[1 : len(row.values) + 1]) == list(row.values)
            for (column, _), value in zip(table.columns, row.values, strict=True):
                key = row.key if len(table.columns) == 1 else f"{row.key}/{column}"
                said = values[table.key, key]
                said = said if isinstance(value, str) else said.replace(",", ".")
                assert said == ("" if value is None else str(value))


def test_the_pdf_is_accessible_and_says_its_charts_in_words(lived: Office) -> None:
    content = rendering.render(document(lived, RUTAN))["pdf"]
    reader = PdfReader(BytesIO(content))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "id"
    assert "pdfuaid" in str(reader.xmp_metadata.stream.get_data()) if reader.xmp_metadata else False
    assert any(alt.startswith("Diagram batang pengaduan diterima menurut kategori: Makanan") for alt in spoken(reader))


def test_the_chart_of_deadlines_tells_the_numbers_of_its_table_and_takes_nothing_that_runs_for_done(
    lived: Office,
) -> None:
    told = document(lived, RUTAN)
    table = told.table("deadlines")
    running = [column for column, _ in table.columns].index("running")
    assert any(row.values[running] for row in table.rows), "something runs, or this shows nothing"
    alts = spoken(PdfReader(BytesIO(rendering.render(told)["pdf"])))
    chart = next(alt for alt in alts if table.rows[0].label in alt)
    for row in table.rows:
        numbers = ", ".join(f"{title} {value}" for (_, title), value in zip(table.columns, row.values, strict=True))
        assert f"{row.label} {numbers}" in chart


def spoken(reader: PdfReader) -> list[str]:
    """What stands for pictures where they are read aloud."""
    found = []

    def walk(node: object, depth: int = 0) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, dict) and depth < 40:
            found.append(str(node.get("/Alt", "")))
            walk(node.get("/K"), depth + 1)
        elif isinstance(node, list):
            for child in node:
                walk(child, depth + 1)

    walk(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])
    return found


def test_a_report_of_a_month_that_is_over_is_the_same_bytes_at_any_later_time(lived: Office) -> None:
    before = rendering.render(document(lived, RUTAN))
    live(lived, 22, 6)
    lived.clock.advance(days=3)
    assert rendering.render(document(lived, RUTAN)) == before


def test_no_words_names_or_numbers_of_people_are_in_it(lived: Office) -> None:
    for code in (RUTAN, KANWIL):
        files = rendering.render(document(lived, code))
        text = " ".join(page.extract_text() for page in PdfReader(BytesIO(files["pdf"])).pages)
        text += files["csv"].decode("utf-8-sig")
        book = openpyxl.load_workbook(BytesIO(files["xlsx"]))
        text += " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
        secrets = ("+62812", "Pelapor", "ADU-", "Sari Wulandari", "Bambang Hartono", *(t[:20] for t in TEXTS))
        assert [word for word in secrets if word in text] == []


def test_an_empty_month_is_a_report_like_any_other(office: Office) -> None:
    office.say(TEXTS[0])
    office.clock.now = Month(2027, 1).ends("Asia/Jakarta")
    told = document(office, RUTAN, Month(2027, 1))
    files = rendering.render(told)
    assert "tidak menerima pengaduan; 1 masih terbuka" in told.summary[0]
    assert tidy(files["csv"])["flow", "received"] == "0"
    assert len(PdfReader(BytesIO(files["pdf"])).pages) >= 1


def test_praise_standards_and_incidents_are_counted(office: Office) -> None:
    office.say("Terima kasih, petugas kunjungan sangat ramah dan membantu.", "+62877")
    for n in range(4):
        sender = f"+6281{n}"
        office.say(TEXTS[0], sender)
        act(office, office.case(sender).id, steps.classify)
        named = Alternative("Ganti pompa", "Air bersih tersedia 24 jam" if n < 3 else "Janji kepada Ibu Qomariah")
        act(office, office.case(sender).id, lambda o, s, c, a=named: decisions.recommend(
            s, c, o.officer(s, "petugas"), "Air mati.", [a, Alternative("Tangki")], o.clock()))  # fmt: skip
    ids = [office.case(f"+6281{n}").id for n in range(4)]
    with office.db.write() as s:
        for other in ids[1:3]:
            s.add(CaseLink(case_id=other, other_id=ids[0], kind="member", created_at=office.clock()))
    office.clock.advance(days=1)
    with office.db.read() as s:
        found = gather(s, s.scalars(select(Unit).where(Unit.code == RUTAN)).one(), NOVEMBER, office.clock())
    assert found.at("others", "praise") == 1
    assert {k: v["count"] for k, v in found.tables["incidents"].items()} == {"complaints": 3, "incidents": 1}
    assert {k: v["count"] for k, v in found.tables["standards"].items()} == {
        "Air bersih tersedia 24 jam": 3,
        "other": 1,
    }


def cited(office: Office, month: Month = NOVEMBER) -> dict[str, int]:
    with office.db.read() as s:
        unit = s.scalars(select(Unit).where(Unit.code == RUTAN)).one()
        return {k: v["count"] for k, v in gather(s, unit, month, office.clock()).tables["standards"].items()}


def test_a_standard_in_words_of_an_officers_own_names_nobody(office: Office) -> None:
    for sender in ("+62811", "+62812"):
        office.say(TEXTS[0], sender)
        case_id = office.case(sender).id
        act(office, case_id, steps.classify)
        named = Alternative("Ganti pompa", "Hak Rudi Hartanto (blok B) atas air bersih")
        act(office, case_id, lambda o, s, c, a=named: decisions.recommend(
            s, c, o.officer(s, "petugas"), "Air mati.", [a, Alternative("Tangki")], o.clock()))  # fmt: skip
    office.clock.advance(days=1)
    (told,) = cited(office)
    assert "atas air bersih" in told
    assert "Rudi" not in told
    assert "Hartanto" not in told


def test_standards_stay_counted_when_the_case_is_erased(office: Office) -> None:
    office.say(TEXTS[0])
    case_id = office.case().id
    act(office, case_id, steps.classify)
    usual = standards.of_category("makanan_air", RUTAN, "id")[0]
    alternatives = [Alternative("Ganti pompa", standard_id=usual.id), Alternative("Tangki", "Janji kepada keluarga")]
    act(office, case_id, lambda o, s, c: decisions.recommend(
        s, c, o.officer(s, "petugas"), "Air mati.", alternatives, o.clock()))  # fmt: skip
    act(office, case_id, lambda o, s, c: cases.end_with_reason(
        s, c, "withdraw", o.officer(s, "petugas"), "Pelapor meminta", o.clock()))  # fmt: skip
    office.clock.advance(hours=1)
    before = cited(office)
    assert before == {usual.citation[:300]: 1, "other": 1}
    act(office, case_id, lambda o, s, c: retention.erase(s, c, o.officer(s, "kanwil"), o.clock(), "request"))
    assert cited(office) == before


def run(office: Office, *words: str) -> Result:
    """The command in this process, at the office's time."""
    env = {"ADUAN_HOME": str(office.settings.home), "ADUAN_DATABASE_URL": office.settings.database}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("webhooks.service.utc_now", office.clock)
        return CliRunner().invoke(main, ["report", *words], env=env)


def test_the_command_prints_the_paths_and_is_journalled(lived: Office, tmp_path: Path) -> None:
    out = tmp_path / "laporan"
    done = run(lived, "--month", "2026-11", "--facility", RUTAN, "--out", str(out))
    assert done.exit_code == 0, done.output
    assert done.stdout.split() == [str(out / f"laporan-{RUTAN}-2026-11.{kind}") for kind in ("pdf", "xlsx", "csv")]
    assert all(Path(path).stat().st_size > 1000 for path in done.stdout.split())
    for wrong, sentence in (("2026-13", "not a month"), ("2999-01", "not begun")):
        refused = run(lived, "--month", wrong, "--facility", RUTAN, "--out", str(out))
        assert refused.exit_code == 1
        assert sentence in refused.output
    assert "there is no unit" in run(lived, "--month", "2026-11", "--facility", "X", "--out", str(out)).output
    with lived.db.read() as s:
        made = s.scalars(select(JournalEntry).where(JournalEntry.action == "report_made")).all()
    assert [b'"operator"' in entry.record for entry in made] == [True]
