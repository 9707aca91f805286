"""Mails from files: each is handled before it is printed, and printed as the contract says."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.webhooks.test_commands import aduan

WIRE = Path(__file__).parents[1] / "wire" / "mail"
KEYS = ["path", "outcome", "reason", "case", "from", "subject", "text", "attachments"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("home")
    assert aduan(path, "demo").returncode == 0
    return path


def imported(home: Path, *words: str | Path) -> list[dict[str, Any]]:
    done = aduan(home, "mail", "import", *map(str, words), ADUAN_MAIL_FROM="aduan@rutan.example")
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def states(home: Path) -> list[str]:
    query = "select state from outbound where channel = 'email'"
    return [state for (state,) in sqlite3.connect(home / "aduan.db").execute(query)]


def test_a_mail_is_stored_once_and_answered_only_when_asked(home: Path) -> None:
    (line,) = imported(home, WIRE / "attachment.eml")
    assert list(line) == KEYS
    assert (line["outcome"], line["reason"], line["from"]) == ("stored", "", "siti@keluarga.example")
    assert line["case"].startswith("ADU-RUTAN-MAGETAN-")
    (attachment,) = line["attachments"]
    assert list(attachment) == ["name", "type", "size", "sha256"]
    assert (attachment["name"], attachment["type"], attachment["size"]) == ("foto.png", "image/png", 70)
    (again,) = imported(home, WIRE / "attachment.eml", "--reply")
    assert (again["outcome"], again["case"]) == ("duplicate", line["case"])
    assert set(states(home)) == {"cancelled"}
    imported(home, "--reply", WIRE / "charset-wrong-latin1.eml")
    assert "queued" in states(home)


def test_a_folder_of_everything_is_read_to_its_end(home: Path) -> None:
    lines = imported(home, WIRE)
    assert [Path(line["path"]).name for line in lines] == sorted(p.name for p in WIRE.glob("*.eml"))
    outcome = {Path(line["path"]).stem: line["outcome"] for line in lines}
    assert outcome["auto-submitted"] == outcome["bounce-failed"] == "ignored"
    assert outcome["garbage"] == outcome["empty"] == outcome["no-sender"] == "dead_letter"
    assert outcome["plain"] == outcome["deeper"] == outcome["nul"] == "stored"
    again = imported(home, WIRE)
    assert {line["outcome"] for line in again if outcome[Path(line["path"]).stem] == "stored"} == {"duplicate"}
    waiting = sqlite3.connect(home / "aduan.db").execute("select count(*) from message where state = 'new'").fetchone()
    assert waiting == (0,)


def test_a_maildir_is_read_without_what_is_still_being_delivered(home: Path, tmp_path: Path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"1762045200.{name}:2,S").write_bytes((WIRE / "plain.eml").read_bytes())
    assert [Path(line["path"]).parent.name for line in imported(home, tmp_path)] == ["new", "cur"]


def test_a_file_that_is_not_there_is_said_and_the_rest_goes_on(home: Path, tmp_path: Path) -> None:
    missing, read = imported(home, tmp_path / "nirgendwo.eml", WIRE / "html-only.eml")
    assert (missing["outcome"], missing["case"]) == ("dead_letter", None)
    assert read["outcome"] in ("stored", "duplicate")
