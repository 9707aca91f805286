"""Offices, staff and our numbers from files: all of a file or nothing of it, and the same file twice changes nothing."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from tests import ministry
from tests.support import FACILITY, KANWIL, Office
from webhooks.cli import main
from workflow import journal
from workflow.models import Account, Address, ChannelAccount, JournalEntry, RoleGrant, Unit

Run = Callable[..., Result]


@pytest.fixture
def run(office: Office, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("ADUAN_HOME", str(office.settings.home))
    monkeypatch.setenv("ADUAN_DATABASE_URL", office.settings.database)
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


def kept(tmp_path: Path, content: bytes, name: str = "berkas.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def total(office: Office, model: type) -> int:
    with office.db.read() as s:
        return s.scalar(select(func.count()).select_from(model)) or 0


def unit(office: Office, code: str) -> Unit:
    with office.db.read() as s:
        found = s.scalars(select(Unit).where(Unit.code == code)).one()
        s.expunge_all()
        return found


# ------------------------------------------------------------------ units


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8-sig"), (",", "utf-8"), ("\t", "utf-16")])
def test_a_file_as_a_spreadsheet_writes_it_becomes_units(
    office: Office, run: Run, tmp_path: Path, delimiter: str, encoding: str
) -> None:
    file = kept(tmp_path, ministry.table(ministry.units(6, 2), delimiter, encoding))
    done = run("unit", "import", file)
    assert done.exit_code == 0, done.output
    assert done.output.endswith("8 baru, 0 berubah, 0 tetap\n")
    made = unit(office, "UPT-006")
    assert (made.kind, made.settings["letterhead"]["address"]) == ("upt", "Jalan Contoh 6")
    assert made.timezone == "Asia/Jakarta"


def test_the_same_file_again_changes_nothing_and_another_only_what_differs(
    office: Office, run: Run, tmp_path: Path
) -> None:
    rows = ministry.units(5, 2)
    file = kept(tmp_path, ministry.table(rows))
    assert run("unit", "import", file).exit_code == 0
    before = total(office, JournalEntry)
    again = run("unit", "import", file)
    assert again.output == "0 baru, 0 berubah, 7 tetap\n"
    assert total(office, JournalEntry) == before
    rows[0] |= {"name": "Rutan Baru", "setting.letterhead.address": "-"}
    changed = run("unit", "import", kept(tmp_path, ministry.table(rows)))
    assert changed.output == "berubah: UPT-001 (name, setting.letterhead.address)\n0 baru, 1 berubah, 6 tetap\n"
    made = unit(office, "UPT-001")
    assert made.name == "Rutan Baru" and "letterhead" not in made.settings and "letter_number" in made.settings
    with office.db.read() as s:
        findings, _ = journal.verify(
            s, office.db.info["journal_key"], journal.read_anchors(office.settings.home / "anchors")
        )
    assert findings == []


def test_checking_writes_nothing(office: Office, run: Run, tmp_path: Path) -> None:
    before = total(office, Unit)
    done = run("unit", "import", kept(tmp_path, ministry.table(ministry.units(5, 2))), "--check")
    assert done.exit_code == 0 and "7 baru" in done.output and "hanya pemeriksaan" in done.output
    assert total(office, Unit) == before


HEADER = "code;name;kind;parent;timezone;setting.clocks.respond;setting.letter_number\n"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("upt 1;Lapas X;upt;KANWIL-JATIM;;;", "kode “upt 1”"),
        ("A-1;;upt;KANWIL-JATIM;;;", "nama kosong"),
        ("UJI-DIRI;Lapas X;upt;KANWIL-JATIM;;;", "kode UJI-DIRI dipakai uji harian"),
        ("A-1;Lapas X;penjara;KANWIL-JATIM;;;", "jenis “penjara”"),
        ("A-1;Lapas X;upt;ENTAH;;;", "induk “ENTAH”"),
        ("A-1;Lapas X;upt;RUTAN-MAGETAN;;;", "bukan kanwil"),
        ("A-1;Kanwil X;kanwil;KANWIL-JATIM;;;", "bukan ditjen"),
        ("A-1;Lapas X;ditjen;;;;", "satu-satunya ditjen adalah DITJENPAS"),
        ("RUTAN-MAGETAN;Rutan;kanwil;DITJENPAS;;;", "jenisnya tidak dapat diubah"),
        ("A-1;Lapas X;upt;KANWIL-JATIM;Asia/Surabaya;;", "zona waktu “Asia/Surabaya”"),
        ("A-1;Lapas X;upt;KANWIL-JATIM;;0;", "setting.clocks.respond: Harus bilangan bulat dari 1 sampai 60"),
        ("A-1;Lapas X;upt;KANWIL-JATIM;;;W15", "setting.letter_number: Pola nomor harus memuat {sequence} dan {year}"),
        ("A-1;Rumah Tahanan Negara Kelas IIB Magetan;upt;KANWIL-JATIM;;;", "tidak dapat membedakannya"),
        ("A-1;Lapas X;upt;KANWIL-JATIM;;;;;lebih", "lebih banyak sel"),
    ],
)
def test_one_wrong_line_and_nothing_is_written(
    office: Office, run: Run, tmp_path: Path, line: str, sentence: str
) -> None:
    before = total(office, Unit)
    text = f"{HEADER}B-2;Lapas Y;upt;KANWIL-JATIM;;;\n\n{line}\n"
    refused = run("unit", "import", kept(tmp_path, text.encode()))
    assert refused.exit_code == 1 and "Traceback" not in refused.output
    assert "Baris 4:" in refused.output and sentence in refused.output, refused.output
    assert "Tidak ada yang ditulis." in refused.output
    assert total(office, Unit) == before
    english = run("unit", "import", tmp_path / "berkas.csv", "--lang", "en").output
    assert "Line 4:" in english and "Baris" not in english


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "tidak ada baris berisi"),
        (HEADER.encode(), "tidak ada baris berisi"),
        (b"code;name;kind\nA-1;X;upt\n", "parent: kolom ini tidak ada"),
        (b"code;name;kind;parent;setting.motto\nA;X;upt;B;x\n", "setting.motto: kolom ini tidak dikenal"),
        (b"code;code;name;kind;parent\nA;A;X;upt;B\n", "code: kolom ini ada dua kali"),
        (HEADER.encode() + "A-1;Lapas Ká;upt;KANWIL-JATIM".encode("latin-1"), "Baris 2: berkas bukan teks UTF-8"),
        (HEADER.encode() + b'A-1;"Lapas;upt;KANWIL-JATIM\n', "tanda kutip"),
        (HEADER.encode() + b"A-1;Lapas \0;upt;KANWIL-JATIM\n", "bukan teks UTF-8"),
    ],
)
def test_a_file_that_is_no_table_is_told_so(run: Run, tmp_path: Path, content: bytes, sentence: str) -> None:
    refused = run("unit", "import", kept(tmp_path, content))
    assert refused.exit_code == 1 and sentence in refused.output, refused.output


def test_excel_s_own_first_line_and_cells_of_two_lines_keep_the_count(run: Run, tmp_path: Path) -> None:
    text = f'sep=;\n{HEADER}A-1;"Lapas\nX";upt;KANWIL-JATIM;;;\nA-2;Lapas Y;upt;ENTAH;;;\n'
    assert "Baris 5: induk" in run("unit", "import", kept(tmp_path, text.encode())).output


def add(run: Run, code: str = "RUTAN-BARU", **changed: str) -> Result:
    typed = {"name": "Rutan Kelas IIB Baru", "kind": "upt", "parent": KANWIL} | changed
    return run("unit", "add", code, *(word for name, cell in typed.items() for word in (f"--{name}", cell)))


def test_a_unit_is_added_by_hand_once_and_journalled(office: Office, run: Run) -> None:
    added = add(run, timezone="Asia/Makassar")
    assert (added.exit_code, added.output) == (0, "baru: RUTAN-BARU: Rutan Kelas IIB Baru\n")
    again = add(run)
    assert (again.exit_code, again.output) == (0, "tetap: RUTAN-BARU: Rutan Kelas IIB Baru\n")
    assert unit(office, "RUTAN-BARU").timezone == "Asia/Makassar"
    with office.db.read() as s:
        entries = s.scalars(select(JournalEntry.action).join(Unit).where(Unit.code == "RUTAN-BARU")).all()
    assert entries == ["unit_added"]


@pytest.mark.parametrize(
    ("code", "changed", "sentence"),
    [
        ("bad code é", {}, "kode “bad code é” harus terdiri dari 2 sampai 40 huruf besar"),
        ("RUTAN-BARU", {"parent": FACILITY}, f"induk “{FACILITY}” tidak ada atau bukan kanwil."),
        ("RUTAN-BARU", {"parent": "DITJENPAS"}, "induk “DITJENPAS” tidak ada atau bukan kanwil."),
        ("RUTAN-BARU", {"parent": "ENTAH"}, "induk “ENTAH” tidak ada atau bukan kanwil."),
        ("KANWIL-BARU", {"kind": "kanwil"}, f"induk “{KANWIL}” tidak ada atau bukan ditjen."),
        ("RUTAN-BARU", {"name": "Rumah Tahanan Negara Kelas IIB Magetan"}, "keluarga tidak dapat membedakannya"),
        ("RUTAN-BARU", {"name": " "}, "nama kosong"),
        ("RUTAN-BARU", {"timezone": "Mars/Olympus"}, "zona waktu “Mars/Olympus” tidak dikenal"),
        (FACILITY, {}, f"{FACILITY} sudah terdaftar dengan isi lain (name). Ubah dengan `aduan unit import`."),
        (FACILITY, {"kind": "kanwil", "parent": "DITJENPAS"}, f"{FACILITY} sudah terdaftar sebagai upt"),
    ],
)
def test_what_an_import_would_refuse_is_refused_by_hand_too(
    office: Office, run: Run, code: str, changed: dict[str, str], sentence: str
) -> None:
    before = total(office, Unit), unit(office, FACILITY).name, unit(office, FACILITY).parent_id
    done = add(run, code, **changed)
    assert done.exit_code == 1 and sentence in done.output and "Baris" not in done.output, done.output
    assert (total(office, Unit), unit(office, FACILITY).name, unit(office, FACILITY).parent_id) == before


# ------------------------------------------------------------------ staff

STAFF = "name;full_name;post;role;facility;valid_from;valid_to;channel;address\n"
SARI = "sari;Sari Wulandari;Penata;petugas;RUTAN-MAGETAN;01/12/2026;;sms;81234567001\n"
BUDI = "budi.s;Budi Santoso;Kepala;kepala;RUTAN-MAGETAN;;31/12/2027;;\n"


def grants(office: Office, name: str) -> list[tuple[str, date, date | None]]:
    with office.db.read() as s:
        query = select(RoleGrant).join(Account, RoleGrant.account_id == Account.id).where(Account.name == name)
        return [(g.role, g.valid_from, g.valid_to) for g in s.scalars(query.order_by(RoleGrant.valid_from))]


def test_staff_come_with_roles_telephones_and_first_passwords(office: Office, run: Run, tmp_path: Path) -> None:
    file, words = kept(tmp_path, (STAFF + SARI + BUDI).encode()), tmp_path / "sandi"
    done = run("user", "import", file, "--passwords", words)
    assert done.exit_code == 0, done.output
    assert "2 baru, 0 berubah, 0 tetap" in done.output
    assert stat.S_IMODE(words.stat().st_mode) == 0o600
    given = dict(line.split() for line in words.read_text().splitlines())
    assert set(given) == {"sari", "budi.s"} and given["sari"] not in done.output
    assert grants(office, "sari") == [("petugas", date(2026, 12, 1), None)]
    client, page = office.client(), "/petugas/masuk"
    from tests.support import csrf

    form = {"nama": "budi.s", "sandi": given["budi.s"], "csrf_token": csrf(client, page)}
    assert client.post(page, data=form).status_code in (302, 303)
    with office.db.read() as s:
        assert s.scalar(select(Address.channel).where(Address.account_id.is_not(None))) == "sms"


def test_the_same_staff_again_change_nothing_and_an_end_ends_a_role(office: Office, run: Run, tmp_path: Path) -> None:
    file = kept(tmp_path, (STAFF + SARI + BUDI).encode())
    assert run("user", "import", file, "--passwords", tmp_path / "sandi").exit_code == 0
    before = total(office, JournalEntry)
    assert run("user", "import", file).output == "0 baru, 0 berubah, 2 tetap\n"
    assert total(office, JournalEntry) == before
    ended = SARI.replace("2026;;sms", "2026;2026-12-31;sms")
    done = run("user", "import", kept(tmp_path, (STAFF + ended).encode()))
    assert done.output == "berubah: sari (valid_to)\n0 baru, 1 berubah, 0 tetap\n"
    assert grants(office, "sari") == [("petugas", date(2026, 12, 1), date(2026, 12, 31))]
    follows = SARI.replace("01/12/2026;;sms;81234567001", "01/01/2027;;;")
    assert run("user", "import", kept(tmp_path, (STAFF + follows).encode())).exit_code == 0
    assert [g[1] for g in grants(office, "sari")] == [date(2026, 12, 1), date(2027, 1, 1)]
    assert total(office, Account) == 10, "eight of the demo and two of the file: none was added twice or removed"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("Sari;Sari;;petugas;RUTAN-MAGETAN;;;;", "nama akun “Sari”"),
        ("sari;;;petugas;RUTAN-MAGETAN;;;;", "nama lengkap kosong"),
        ("sari;Sari;;raja;RUTAN-MAGETAN;;;;", "peran “raja”"),
        ("sari;Sari;;kepala;KANWIL-JATIM;;;;", "peran kepala tidak ada di kanwil"),
        ("sari;Sari;;petugas;ENTAH;;;;", "satuan kerja “ENTAH”"),
        ("sari;Sari;;petugas;RUTAN-MAGETAN;31/31/2026;;;", "valid_from: tanggal “31/31/2026”"),
        ("sari;Sari;;petugas;RUTAN-MAGETAN;2026-12-02;2026-12-01;;", "berakhir sebelum mulai"),
        ("sari;Sari;;petugas;RUTAN-MAGETAN;;2020-01-01;;", "berakhir sebelum mulai"),
        ("sari;Sari;;petugas;RUTAN-MAGETAN;;;sms;", "diisi dua-duanya"),
        ("sari;Sari;;petugas;RUTAN-MAGETAN;;;merpati;1", "saluran “merpati”"),
        ("sari;Sari;;petugas;RUTAN-MAGETAN;;;sms;abc", "nomor telepon tidak terbaca"),
        ("petugas;Petugas;;petugas;RUTAN-MAGETAN;2026-06-01;;;", "sudah memegang peran petugas"),
        ("dewi;Dewi Lestari;;petugas;RUTAN-MAGETAN;;;;", "peran yang sama sudah ada pada baris 2"),
        ("dewi;Dewi Lain;;pejabat;RUTAN-MAGETAN;;;;", "nama lengkap atau jabatan lain pada baris 2"),
        ("edi;Edi;;petugas;RUTAN-MAGETAN;;;sms;+6281234567999", "alamat itu sudah ada pada baris 2"),
        (f"sari;{'S' * 121};;petugas;RUTAN-MAGETAN;;;;", "full_name: isi kolom ini terlalu panjang"),
    ],
)
def test_one_wrong_line_of_staff_and_nothing_is_written(
    office: Office, run: Run, tmp_path: Path, line: str, sentence: str
) -> None:
    good = "dewi;Dewi Lestari;;petugas;RUTAN-MAGETAN;;;sms;081234567999\n"
    before, words = total(office, Account), tmp_path / "sandi"
    refused = run("user", "import", kept(tmp_path, f"{STAFF}{good}{line}\n".encode()), "--passwords", words)
    assert refused.exit_code == 1 and "Baris 3:" in refused.output and sentence in refused.output, refused.output
    assert total(office, Account) == before and not words.exists()


def test_new_accounts_need_a_file_for_their_passwords_that_is_not_there_yet(
    office: Office, run: Run, tmp_path: Path
) -> None:
    file, before = kept(tmp_path, (STAFF + SARI).encode()), total(office, Account)
    assert "--passwords" in run("user", "import", file).output
    there = kept(tmp_path, b"jangan ditimpa", "sandi")
    refused = run("user", "import", file, "--passwords", there)
    assert refused.exit_code == 1 and there.read_bytes() == b"jangan ditimpa"
    assert total(office, Account) == before
    checked = run("user", "import", file, "--check", "--passwords", tmp_path / "lain")
    assert checked.exit_code == 0 and "1 baru" in checked.output
    assert total(office, Account) == before and not (tmp_path / "lain").exists()


def test_an_address_of_somebody_else_is_refused(office: Office, run: Run, tmp_path: Path) -> None:
    file = kept(tmp_path, (STAFF + SARI).encode())
    assert run("user", "import", file, "--passwords", tmp_path / "sandi").exit_code == 0
    other = SARI.replace("sari;Sari Wulandari", "tono;Tono")
    refused = run("user", "import", kept(tmp_path, (STAFF + other).encode()), "--passwords", tmp_path / "lain")
    assert "alamat itu sudah dipakai orang lain" in refused.output


# ------------------------------------------------------------------ our numbers


def test_a_number_belongs_to_a_facility(office: Office, run: Run) -> None:
    assert run("channel", "add", "whatsapp", "+6281100000001", "--facility", FACILITY).exit_code == 0
    assert f"whatsapp\twhatsapp:+6281100000001\t{FACILITY}\n" in run("channel", "list").output
    assert run("channel", "add", "whatsapp", "whatsapp:+6281100000001", "--facility", KANWIL).exit_code == 0
    assert f"whatsapp\twhatsapp:+6281100000001\t{KANWIL}\n" in run("channel", "list").output
    assert total(office, ChannelAccount) == 1
    assert run("channel", "add", "merpati", "1", "--facility", FACILITY).exit_code == 1
    assert run("channel", "add", "sms", "+62811", "--facility", "ENTAH").exit_code == 1
