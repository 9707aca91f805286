"""A complainant asks for their own data on the web, alone: over real HTTP, with the custodian at another browser."""

from __future__ import annotations

import re
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

from sqlalchemy import select

from tests.live import Live, running
from tests.support import PASSWORD
from tests.workflow.steps import COMPLAINT, STEPS, act
from webhooks.settings import Settings
from workflow import subject_rights
from workflow.models import Case, DataRequest

PIN = "246802"


class Browser:
    """Cookies, forms, and the pages that follow; no JavaScript."""

    def __init__(self, base: str) -> None:
        self._base, self._open = base, build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar())).open
        self.page, self.status = "", 0

    def get(self, path: str, form: dict[str, str] | None = None) -> str:
        body = urlencode(form).encode() if form is not None else None
        try:
            with self._open(self._base + path, body, timeout=30) as answer:
                self.status, self.page = answer.status, answer.read().decode()
        except HTTPError as error:
            self.status, self.page = error.code, error.read().decode()
        return self.page

    def press(self, path: str, deed: str, **typed: str) -> str:
        """Send the form of the page whose hidden ``aksi`` is this one."""
        forms = re.findall(r"<form.*?</form>", self.page, re.DOTALL)
        form = next(f for f in forms if f'name="aksi" value="{deed}"' in f)
        return self.get(path, dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) | typed)

    def token(self, path: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path))
        assert found
        return found[1]


def test_a_copy_and_then_erasure_are_asked_for_answered_and_done(database_url: str, tmp_path: Path) -> None:
    with running(Settings(home=tmp_path, database_url=database_url)) as live:
        family, other, stranger, keeper = (Browser(live.base) for _ in range(4))
        page = family.get("/lapor")
        kept = dict(re.findall(r'name="(form_id|kunci)" value="([^"]*)"', page))
        page = family.get("/lapor", {**kept, "text": COMPLAINT, "nama": "Siti Aminah", "pin": PIN})
        code = re.search(r'id="kode-teks"[^>]*>([^<]+)<', page)[1]  # type: ignore[index]

        # The code alone shows no way to the data, and a forged form opens none.
        stranger.get("/lacak", {"kode": code})
        assert 'value="salinan"' not in stranger.page
        stranger.get("/lacak", {"kode": code, "aksi": "hapus"})
        assert stranger.status == 403
        stranger.get("/lacak", {"kode": code, "pin": "135790", "aksi": "salinan"})
        assert stranger.status == 403
        assert _requests(live) == []

        # The browser that reported asks for a copy, and reads by when it comes.
        family.get("/lacak", {"kode": code})
        family.press("/lacak", "salinan")
        assert "Permintaan salinan data Anda" in family.page
        assert "dijawab paling lambat" in family.page
        assert _requests(live) == [("copy", "open")]

        # The custodian grants it; it stands on the page, on another device with the PIN.
        keeper.get(
            "/petugas/masuk", {"csrf_token": keeper.token("/petugas/masuk"), "nama": "kustodian", "sandi": PASSWORD}
        )
        _grant(keeper)
        other.get("/lacak", {"kode": code, "pin": PIN})
        assert "Data Anda yang kami simpan" in other.page
        assert other.page.count("Siti Aminah") == 1
        assert "Siti Aminah" not in stranger.get("/lacak", {"kode": code})

        # Erasing is asked for twice. The case is open: it is said that it waits, and it does.
        other.press("/lacak", "hapus")
        assert "masih ditangani; datanya baru dihapus setelah selesai" in other.page
        assert len(_requests(live)) == 1
        other.press("/lacak", "hapus_tidak")
        assert "tidak ada yang dihapus" in other.page
        other.press("/lacak", "hapus")
        other.press("/lacak", "hapus_ya")
        assert _requests(live)[-1] == ("erase", "open")
        _grant(keeper)
        with live.office.db.read() as s:
            case_id = s.scalars(select(Case.id)).one()
        for status, step in STEPS.items():
            act(live.office, case_id, step)
            if status == "responded":
                break
        family.get("/lacak", {"kode": code})
        family.press("/lacak", "puas")

        # It ended: the next round announces it, the owner reads that, and then nothing can be read any more.
        subject_rights.carry_out(live.office.db, live.office.clock())
        assert "kami hapus dalam sehari" in family.get("/lacak", {"kode": code})
        subject_rights.carry_out(live.office.db, live.office.clock())
        page = family.get("/lacak", {"kode": code, "pin": PIN})
        assert "Isi pengaduan ini sudah dihapus" in family.get("/lacak", {"kode": code})
        assert COMPLAINT not in page + family.page
        with live.office.db.read() as s:
            assert s.get_one(Case, case_id).erased_at is not None


def _grant(keeper: Browser) -> None:
    token = keeper.token("/petugas/data")
    path = re.search(r'action="(/petugas/data/[0-9a-f]+/jawab)"', keeper.page)
    assert path, keeper.page
    keeper.get(path[1], {"csrf_token": token, "decision": "grant"})


def _requests(live: Live) -> list[tuple[str, str]]:
    with live.office.db.read() as s:
        return [(r.kind, r.state) for r in s.scalars(select(DataRequest).order_by(DataRequest.asked_at))]
