"""The commands of the contract, run as an operator would run them: in a process of their own."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ADUAN = Path(sys.executable).parent / "aduan"


def aduan(home: Path, *words: str, given: bytes = b"", **env: str) -> subprocess.CompletedProcess[bytes]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ADUAN_")} | {"ADUAN_HOME": str(home)} | env
    return subprocess.run([ADUAN, *words], input=given, capture_output=True, env=environment, timeout=60, check=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation as `aduan demo` makes it."""
    path = tmp_path_factory.mktemp("home")
    done = aduan(path, "demo")
    assert done.returncode == 0, done.stderr
    return path


def test_the_demo_names_its_accounts_and_keeps_them_to_itself(home: Path) -> None:
    lines = (home / "demo-accounts").read_text().splitlines()
    names = [line.split()[0] for line in lines]
    assert names == ["petugas", "petugas2", "kepala", "pejabat", "kanwil", "kanwil2", "kustodian", "admin"]
    for name in ("demo-accounts", "data-key.json", "signing-key", "session-key"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600, name


def test_the_demo_leaves_a_filled_database_alone(home: Path) -> None:
    before = (home / "demo-accounts").read_text()
    assert aduan(home, "demo").returncode == 1
    assert (home / "demo-accounts").read_text() == before


def test_init_makes_no_accounts_and_overwrites_nothing(tmp_path: Path) -> None:
    assert aduan(tmp_path, "init").returncode == 0
    key = (tmp_path / "data-key.json").read_bytes()
    assert aduan(tmp_path, "init").returncode == 0
    assert (tmp_path / "data-key.json").read_bytes() == key
    assert aduan(tmp_path, "user", "list").stdout == b""


def test_accounts_are_added_listed_disabled_and_reset(home: Path) -> None:
    added = aduan(home, "user", "add", "baru", "--role", "petugas", "--facility", "RUTAN-MAGETAN")
    assert added.stdout.split()[0] == b"baru"
    assert b"petugas@RUTAN-MAGETAN" in aduan(home, "user", "list").stdout
    assert aduan(home, "user", "reset", "baru").stdout != added.stdout
    assert aduan(home, "user", "disable", "baru").returncode == 0
    for wrong in (["add", "baru", "--role", "petugas", "--facility", "RUTAN-MAGETAN"], ["add", "x", "--role", "raja", "--facility", "RUTAN-MAGETAN"], ["add", "y", "--role", "petugas", "--facility", "ENTAH"], ["reset", "siapa"]):  # fmt: skip
        failed = aduan(home, "user", *wrong)
        assert failed.returncode == 1
        assert b"Traceback" not in failed.stderr


def test_a_new_master_key_is_made_used_and_the_old_one_forgotten(tmp_path: Path) -> None:
    assert aduan(tmp_path, "demo").returncode == 0
    path = tmp_path / "data-key.json"
    assert b"1\tcurrent\tmade 2" in aduan(tmp_path, "keys", "show").stdout
    rotated = aduan(tmp_path, "keys", "rotate")
    assert rotated.returncode == 0, rotated.stderr
    assert b"version 2" in rotated.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    early = aduan(tmp_path, "keys", "retire")
    assert (early.returncode, b"younger" in early.stderr) == (1, True)
    document = json.loads(path.read_text())
    document["since"]["2"] = "2026-01-01T00:00:00+00:00"
    path.write_text(json.dumps(document))
    doctor = aduan(tmp_path, "doctor").stdout
    assert b"version 2, made 2026-01-01" in doctor
    assert b"0 data keys are under an older version" in doctor
    assert b"forgotten: version 1" in aduan(tmp_path, "keys", "retire").stdout
    assert list(json.loads(path.read_text())["masters"]) == ["2"]
    assert aduan(tmp_path, "keys", "retire").returncode == 0
    assert aduan(tmp_path, "keys", "rewrap").stdout == b"0 data keys wrapped anew\n"
    assert aduan(tmp_path, "journal", "verify").returncode == 0


def test_triage_answers_line_by_line_in_order(home: Path) -> None:
    lines = [
        json.dumps({"id": "a", "text": "adik saya dipukuli malam ini, berdarah"}),
        "bukan json",
        json.dumps({"id": "b"}),
        json.dumps({"id": 3, "text": "halo 🙏 \ud83d"}),
        json.dumps({"id": "z", "text": ""}),
    ]
    done = aduan(home, "triage", "--jsonl", given="\n".join(lines).encode())
    answers = [json.loads(line) for line in done.stdout.decode("ascii").splitlines()]
    assert [a["id"] for a in answers] == ["a", None, "b", 3, "z"] or [a["id"] for a in answers] == [
        "a",
        None,
        None,
        3,
        "z",
    ]
    assert "error" in answers[1]
    assert "error" in answers[2]
    keys = {"id", "intent", "categories", "urgency", "about_head", "about_staff", "vulnerable_group", "language", "confidence", "evidence"}  # fmt: skip
    assert set(answers[0]) == keys
    text = "adik saya dipukuli malam ini, berdarah"
    assert all(text[e["start"] : e["end"]] == e["matched"] for e in answers[0]["evidence"])


def test_doctor_is_content_with_the_demo_and_speaks_json(home: Path) -> None:
    done = aduan(home, "doctor", "--json")
    findings = json.loads(done.stdout)
    assert {f["level"] for f in findings} <= {"ok", "note", "wrong"}
    assert done.returncode == (1 if any(f["level"] == "wrong" for f in findings) else 0)
    assert done.returncode == 0, findings


def test_doctor_finds_an_empty_office(tmp_path: Path) -> None:
    aduan(tmp_path, "init")
    done = aduan(tmp_path, "doctor", ADUAN_PUBLIC_URL="https://aduan.example")
    assert done.returncode == 1
    assert b"no facility" in done.stdout


def test_the_journal_is_verified_and_an_edit_is_found(home: Path) -> None:
    assert aduan(home, "journal", "verify").returncode == 0
    with sqlite3.connect(home / "aduan.db") as db:
        db.execute("UPDATE journal SET action = 'nothing' WHERE id = 5")
    db.close()
    broken = aduan(home, "journal", "verify")
    assert broken.returncode == 1
    assert b"entry" in broken.stdout


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("ADUAN_PORT", "achtzig"),
        ("ADUAN_PUBLIC_URL", "aduan.example"),
        ("ADUAN_DATABASE_URL", "mysql://x"),
        ("ADUAN_SECRET_KEY", "pendek"),
        ("ADUAN_DATA_KEY_FILE", "/tidak/ada"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(home: Path, setting: str, value: str) -> None:
    done = aduan(home, "serve", **{setting: value})
    assert done.returncode != 0
    assert setting.encode() in done.stderr
    assert b"Traceback" not in done.stderr


def test_serving_without_a_public_address_is_refused_outside_the_demo(tmp_path: Path) -> None:
    aduan(tmp_path, "init")
    done = aduan(tmp_path, "serve")
    assert done.returncode != 0
    assert b"ADUAN_PUBLIC_URL" in done.stderr


def test_serving_without_keys_says_what_to_do(tmp_path: Path) -> None:
    done = aduan(tmp_path, "serve", ADUAN_PUBLIC_URL="https://aduan.example")
    assert done.returncode != 0
    assert b"aduan init" in done.stderr


def test_a_setting_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "aduan.env").write_text("ADUAN_PORT=99999\n")
    assert b"ADUAN_PORT" in aduan(tmp_path, "doctor").stderr
    (tmp_path / "port").write_text("nope\n")
    (tmp_path / "aduan.env").unlink()
    assert b"ADUAN_PORT" in aduan(tmp_path, "doctor", ADUAN_PORT_FILE=str(tmp_path / "port")).stderr
