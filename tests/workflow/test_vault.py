"""What is sealed opens in its place alone, under its key alone, and never again once the key is destroyed."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from tests.support import Office
from tests.workflow.offices import on_sqlite
from workflow.keyfile import MasterKeys
from workflow.models import DataKey
from workflow.vault import Erased, Unreadable, Vault

ONE_EXAMPLE_EACH = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)


def test_everything_comes_back_as_it_went_in(office: Office) -> None:
    vault = office.service.vault
    with office.db.write() as s:
        key = vault.new_key(s, "case", office.clock())
        sealed = {
            text: vault.seal(s, key, text, "a.b") for text in ("", "Rudi", "\u2400\ufffd\u202eطالب", "x" * 100_000)
        }
        assert vault.open(s, key, vault.seal(s, key, b"\x00\xff", "a.b"), "a.b") == b"\x00\xff"
    fresh = Vault(MasterKeys.load(office.settings.data_keys))
    with office.db.read() as s:
        for text, cipher in sealed.items():
            assert fresh.open_text(s, key, cipher, "a.b") == text
            assert len(text) < 4 or text.encode() not in cipher


def test_the_same_text_never_looks_the_same_twice(office: Office) -> None:
    with office.db.write() as s:
        key = office.service.vault.new_key(s, "case", office.clock())
        assert len({office.service.vault.seal(s, key, "sama", "a.b") for _ in range(50)}) == 50


@on_sqlite
@ONE_EXAMPLE_EACH
@given(data=st.data())
def test_any_flipped_bit_and_any_cut_is_unreadable(office: Office, data: st.DataObject) -> None:
    vault = office.service.vault
    with office.db.write() as s:
        key = vault.new_key(s, "case", office.clock())
        sealed = vault.seal(s, key, "pengaduan", "a.b")
        place = data.draw(st.integers(0, len(sealed) - 1))
        flipped = bytearray(sealed)
        flipped[place] ^= 1 << data.draw(st.integers(0, 7))
        for wrong in (bytes(flipped), sealed[:place], sealed + b"\x00", b""):
            with pytest.raises(Unreadable):
                vault.open(s, key, wrong, "a.b")


def test_ciphertext_opens_in_its_own_column_and_under_its_own_key_only(office: Office) -> None:
    vault = office.service.vault
    with office.db.write() as s:
        key, other = vault.new_key(s, "case", office.clock()), vault.new_key(s, "case", office.clock())
        sealed = vault.seal(s, key, "nama", "person.identity")
        for key_id, context in ((key, "message.body"), (other, "person.identity")):
            with pytest.raises(Unreadable):
                vault.open(s, key_id, sealed, context)


def test_a_wrapped_key_cannot_be_moved_to_another_row(office: Office) -> None:
    vault = office.service.vault
    with office.db.write() as s:
        key, other = vault.new_key(s, "case", office.clock()), vault.new_key(s, "case", office.clock())
        sealed = vault.seal(s, key, "nama", "a.b")
        s.execute(update(DataKey).where(DataKey.id == other).values(wrapped=s.get_one(DataKey, key).wrapped))
    with office.db.read() as s, pytest.raises(Unreadable):
        Vault(MasterKeys.load(office.settings.data_keys)).open(s, other, sealed, "a.b")


def test_another_master_key_opens_nothing(office: Office, tmp_path: Path) -> None:
    with office.db.write() as s:
        key = office.service.vault.new_key(s, "case", office.clock())
        sealed = office.service.vault.seal(s, key, "nama", "a.b")
    stranger = Vault(MasterKeys.create(tmp_path / "other"))
    with office.db.read() as s, pytest.raises(Unreadable):
        stranger.open(s, key, sealed, "a.b")
    assert stranger.lookup("x", "y") != office.service.vault.lookup("x", "y")


@pytest.mark.parametrize("wrapping", ["master:2", "unit:abc", "", "master:"])
def test_an_unknown_wrapping_is_unreadable_and_not_an_error_of_ours(office: Office, wrapping: str) -> None:
    with office.db.write() as s:
        key = office.service.vault.new_key(s, "case", office.clock())
        sealed = office.service.vault.seal(s, key, "nama", "a.b")
        s.get_one(DataKey, key).wrapping = wrapping
    with office.db.read() as s, pytest.raises(Unreadable):
        Vault(MasterKeys.load(office.settings.data_keys)).open(s, key, sealed, "a.b")


def test_a_destroyed_key_erases_in_every_process_at_once(office: Office) -> None:
    """Another process has used the key and still holds it in memory; it must not read on."""
    here, there = office.service.vault, Vault(MasterKeys.load(office.settings.data_keys))
    with office.db.write() as s:
        key = here.new_key(s, "case", office.clock())
        sealed = here.seal(s, key, "nama", "a.b")
    with office.db.read() as s:
        assert there.open_text(s, key, sealed, "a.b") == here.open_text(s, key, sealed, "a.b") == "nama"
    with office.db.write() as s:
        here.destroy(s, key, office.clock())
        with pytest.raises(Erased):
            here.open(s, key, sealed, "a.b")
    for vault in (here, there):
        with office.db.read() as s, pytest.raises(Erased):
            vault.open(s, key, sealed, "a.b")
    with office.db.read() as s:
        row = s.get_one(DataKey, key)
        assert (row.wrapped, row.destroyed_at) == (None, office.clock())


def test_an_erasure_that_was_rolled_back_erased_nothing(office: Office) -> None:
    vault = office.service.vault
    with office.db.write() as s:
        key = vault.new_key(s, "case", office.clock())
        sealed = vault.seal(s, key, "nama", "a.b")
    with contextlib.suppress(RuntimeError), office.db.write() as s:
        vault.destroy(s, key, office.clock())
        raise RuntimeError
    with office.db.read() as s:
        assert vault.open_text(s, key, sealed, "a.b") == "nama"


def test_an_empty_column_counts_as_erased(office: Office) -> None:
    with office.db.write() as s:
        key = office.service.vault.new_key(s, "case", office.clock())
        with pytest.raises(Erased):
            office.service.vault.open(s, key, None, "a.b")
        with pytest.raises(Erased):
            office.service.vault.open(s, "0" * 32, b"x", "a.b")


@on_sqlite
def test_threads_share_a_vault_whose_memory_is_small(office: Office) -> None:
    vault = Vault(MasterKeys.load(office.settings.data_keys), cache_size=3)
    with office.db.write() as s:
        keys = [vault.new_key(s, "case", office.clock()) for _ in range(20)]
        sealed = {key: vault.seal(s, key, key, "a.b") for key in keys}
    wrong: list[str] = []

    def read() -> None:
        with office.db.read() as s:
            wrong.extend(k for k in keys * 3 if vault.open_text(s, k, sealed[k], "a.b") != k)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# ------------------------------------------------------------------ the key file


def test_the_key_file_is_private_and_never_overwritten(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = MasterKeys.create(tmp_path / "keys")
    finally:
        os.umask(before)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600
    assert MasterKeys.load(tmp_path / "keys") == made
    content = (tmp_path / "keys").read_bytes()
    with pytest.raises(FileExistsError):
        MasterKeys.create(tmp_path / "keys")
    assert (tmp_path / "keys").read_bytes() == content


KEY = b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "null", "7", '"x"', "{}",
        json.dumps({"current": 1, "masters": {"1": KEY}}),
        json.dumps({"current": 2, "masters": {"1": KEY}, "lookup": KEY}),
        json.dumps({"current": 1, "masters": {"1": "AAAA"}, "lookup": KEY}),
        json.dumps({"current": 1, "masters": {"1": KEY}, "lookup": "AAAA"}),
        json.dumps({"current": 1, "masters": {"1": 5}, "lookup": KEY}),
        json.dumps({"current": 1, "masters": [KEY], "lookup": KEY}),
        json.dumps({"current": 1, "masters": {"one": KEY}, "lookup": KEY}),
        json.dumps({"current": None, "masters": {"1": KEY}, "lookup": KEY}),
        json.dumps({"current": 1, "masters": {"1": "ä"}, "lookup": KEY}),
    ],
)  # fmt: skip
def test_a_malformed_key_file_is_refused_with_its_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "keys").write_text(content)
    with pytest.raises(ValueError, match="is not a key file"):
        MasterKeys.load(tmp_path / "keys")


def test_a_binary_key_file_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="is not a key file"):
        MasterKeys.load(tmp_path / "keys")
