"""`aduan backup` and `aduan restore` as an operator types them, also from the small machine to the ministry's database."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

import psycopg
import pytest

from tests.conftest import _with_name
from tests.webhooks.test_commands import aduan

KEYS = ("data-key.json", "signing-key", "session-key", "receipt-key.pem")


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A demo home and its copy."""
    home = tmp_path_factory.mktemp("home")
    assert aduan(home, "demo").returncode == 0
    file = home.parent / f"{home.name}.zip"
    done = aduan(home, "backup", str(file))
    assert done.returncode == 0, done.stderr
    assert b"data-key.json" in done.stdout, "what is not in it is said"
    return home, file


def fresh(home: Path, old: Path) -> Path:
    home.mkdir()
    for name in KEYS:
        shutil.copy(old / name, home / name)
    return home


def whole(home: Path, **env: str) -> bool:
    return (
        aduan(home, "journal", "verify", **env).returncode == 0
        and b"petugas@" in aduan(home, "user", "list", **env).stdout
    )


def test_a_copy_comes_back_in_a_new_home(copied: tuple[Path, Path], tmp_path: Path) -> None:
    old, file = copied
    home = fresh(tmp_path / "new", old)
    done = aduan(home, "restore", str(file))
    assert done.returncode == 0, done.stderr
    assert whole(home)
    again = aduan(home, "restore", str(file))
    assert (again.returncode, b"not empty" in again.stderr) == (1, True)


def test_a_small_machine_moves_to_postgresql(copied: tuple[Path, Path], tmp_path: Path, postgres_server: str) -> None:
    old, file = copied
    name = f"t_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = _with_name(postgres_server, name)
    home = fresh(tmp_path / "new", old)
    done = aduan(home, "restore", str(file), ADUAN_DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    assert whole(home, ADUAN_DATABASE_URL=url)
    back = tmp_path / "back.zip"
    assert aduan(home, "backup", str(back), ADUAN_DATABASE_URL=url).returncode == 0
    last = fresh(tmp_path / "last", old)
    assert aduan(last, "restore", str(back)).returncode == 0
    assert whole(last)


def test_nothing_is_overwritten_and_no_half_copy_is_left(copied: tuple[Path, Path], tmp_path: Path) -> None:
    old, file = copied
    before = file.read_bytes()
    refused = aduan(old, "backup", str(file))
    assert (refused.returncode, b"exists already" in refused.stderr, file.read_bytes() == before) == (1, True, True)
    nowhere = aduan(old, "backup", str(tmp_path / "no" / "such" / "copy.zip"))
    assert (nowhere.returncode, b"cannot be written" in nowhere.stderr) == (1, True)


def test_without_the_old_keys_nothing_happens(copied: tuple[Path, Path], tmp_path: Path) -> None:
    home = tmp_path / "stranger"
    assert aduan(home, "init").returncode == 0
    done = aduan(home, "restore", str(copied[1]))
    assert (done.returncode, b"other keys" in done.stderr) == (1, True)
