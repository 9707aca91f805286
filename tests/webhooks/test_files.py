"""Files of a case: copies without metadata, links that expire, originals with a reason, the scanner. Both databases."""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zlib
from functools import cache
from io import BytesIO
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image
from sqlalchemy import select

from channels import clamav
from tests.servers.clamd import EICAR, clamd
from tests.support import Office, csrf
from webhooks import doctor
from webhooks.console import download
from workflow import files, filetypes, inbox
from workflow.messages import Media
from workflow.models import Attachment, Case, JournalEntry

WATER = "Air di blok B mati sudah tiga hari, anak saya tidak bisa mandi."
PLACE, COMMENT = b"Rumah Ibu Qomariah", b"dari kamera Ibu Qomariah"


def photo(size: tuple[int, int] = (800, 600), kind: str = "JPEG") -> bytes:
    """A picture as a telephone takes it: lying on its side, with place and comment."""
    picture, exif, into = Image.new("RGB", size, "navy"), Image.Exif(), BytesIO()
    exif[0x0112], exif[0x010E] = 6, PLACE.decode()
    exif.get_ifd(0x8825)[2] = (7.0, 39.0, 1.0)
    more = {"comment": COMMENT} if kind in ("JPEG", "GIF") else {}
    picture.info["exif"] = exif.tobytes()  # from here HEIF takes how it lies
    picture.save(into, kind, exif=exif.tobytes() if kind == "HEIF" else exif, **more)
    return into.getvalue()


@cache
def iphone() -> bytes:
    """The same as an iPhone takes it, small because its format takes long to write."""
    pillow_heif.register_heif_opener()
    return photo((320, 240), "HEIF")


def claiming(heic: bytes, edge: int) -> bytes:
    """The picture with another size in its head."""
    at = heic.index(b"ispe") + 8
    return heic[:at] + struct.pack(">II", edge, edge) + heic[at + 8 :]


def bomb() -> bytes:
    """A PNG of a few bytes that claims to be as large as a house."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def send(office: Office, content: bytes, name: str = "foto.jpg", kind: str = "image/jpeg") -> tuple[str, str]:
    """A family sends a file; the office looks at it. Case and attachment."""
    office.say(WATER, media=(Media(name, kind, content),))
    files.prepare(office.db, office.clock())
    with office.db.read() as s:
        return s.scalars(select(Case.id)).one(), s.scalars(select(Attachment.id)).one()


def row(office: Office, attachment_id: str) -> Attachment:
    with office.db.read() as s:
        found = s.get_one(Attachment, attachment_id)
        s.expunge(found)
        return found


def links(page: str) -> dict[str, str]:
    found = re.findall(r'(?:href|src)="(/petugas/lampiran/\w+/(\w+)\?izin=[^"]+)"', page)
    return {part: address.replace("&amp;", "&") for address, part in found}


def original(client, attachment_id: str, case_id: str, reason: str = "bukti"):
    data = {"alasan": reason, "csrf_token": csrf(client, f"/petugas/kasus/{case_id}")}
    return client.post(f"/petugas/lampiran/{attachment_id}/asli", data=data)


def actions(office: Office, case_id: str) -> list[tuple[str, dict[str, object]]]:
    with office.db.read() as s:
        found = s.scalars(select(JournalEntry).where(JournalEntry.case_id == case_id).order_by(JournalEntry.id))
        return [(entry.action, json.loads(entry.record)["data"]) for entry in found]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF"])
def test_staff_see_a_copy_without_what_the_camera_wrote(office: Office, kind: str) -> None:
    sent = iphone() if kind == "HEIF" else photo(kind=kind)
    assert PLACE in sent
    case_id, attachment_id = send(office, sent)
    client = office.client("petugas")
    found = links(client.get(f"/petugas/kasus/{case_id}").text)
    assert set(found) == {"kecil", "salinan"}
    for part, longest in (("kecil", 320), ("salinan", 2560)):
        answer = client.get(found[part])
        assert answer.status_code == 200 and answer.mimetype == "image/jpeg"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert PLACE not in answer.data and COMMENT not in answer.data
        with Image.open(BytesIO(answer.data)) as seen:
            assert not seen.getexif() and "comment" not in seen.info
            assert seen.height > seen.width and seen.height <= longest  # turned upright
    assert original(client, attachment_id, case_id).data == sent


def test_the_original_needs_a_reason_and_is_journalled(office: Office) -> None:
    case_id, attachment_id = send(office, photo())
    client = office.client("petugas")
    assert original(client, attachment_id, case_id, "ingin tahu").status_code == 422
    assert "original" not in [action for action, _ in actions(office, case_id)]
    assert original(client, attachment_id, case_id, "penyidikan").status_code == 200
    assert ("original", {"attachment": attachment_id, "reason": "penyidikan", "infected": False}) in actions(
        office, case_id
    )
    permit = links(client.get(f"/petugas/kasus/{case_id}").text)["salinan"].replace("/salinan", "/berkas")
    assert client.get(permit).status_code == 410  # a link for one part opens no other


def test_links_expire_and_serve_their_reader_alone(office: Office) -> None:
    case_id, _ = send(office, photo())
    client = office.client("petugas")
    copy = links(client.get(f"/petugas/kasus/{case_id}").text)["salinan"]
    assert office.client("petugas2").get(copy).status_code == 410
    assert client.get(copy.partition("?")[0]).status_code == 410
    assert client.get(copy[:-3] + "abc").status_code == 410
    assert client.get(copy).status_code == 200
    assert actions(office, case_id)[-1][0] == "read"
    office.clock.advance(minutes=31)
    assert client.get(copy).status_code == 410


def test_a_link_is_worth_nothing_once_the_case_is_sealed(office: Office) -> None:
    case_id, attachment_id = send(office, photo())
    client = office.client("petugas")
    copy = links(client.get(f"/petugas/kasus/{case_id}").text)["salinan"]
    token = csrf(client, f"/petugas/kasus/{case_id}")
    office.say("KANWIL")
    assert client.get(copy).status_code == 404
    answer = client.post(f"/petugas/lampiran/{attachment_id}/asli", data={"alasan": "bukti", "csrf_token": token})
    assert answer.status_code == 404


@pytest.mark.parametrize(("content", "name"), [
    (bomb(), "besar.png"),
    (photo()[:700], "putus.jpg"),
    (b"\x89PNG\r\n\x1a\n" + bytes(400), "rusak.png"),
    (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + bytes(300), "foto.heic"),
    (claiming(iphone(), 60_000), "besar.heic"),
    (iphone()[:-400], "putus.heic"),
], ids=["bomb", "cut", "broken", "heic", "heic-bomb", "heic-cut"])  # fmt: skip
def test_a_picture_that_cannot_be_read_safely_has_no_copy_and_is_kept(
    office: Office, content: bytes, name: str
) -> None:
    case_id, attachment_id = send(office, content, name)
    assert row(office, attachment_id).view == "none"
    client = office.client("petugas")
    assert links(client.get(f"/petugas/kasus/{case_id}").text) == {}
    assert original(client, attachment_id, case_id, "tidak_terbaca").data == content


@pytest.mark.parametrize(("content", "name", "kind"), [
    (b"%PDF-1.4 surat", "surat.pdf", "application/pdf"),
    (b"<html><script>alert(1)</script>", "surat.html", "text/html"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "x.svg", "image/svg+xml"),
])  # fmt: skip
def test_what_is_no_picture_is_downloaded_and_never_shown(office: Office, content: bytes, name: str, kind: str) -> None:
    case_id, _ = send(office, content, name, kind)
    client = office.client("petugas")
    found = links(client.get(f"/petugas/kasus/{case_id}").text)
    assert set(found) == {"berkas"}
    answer = client.get(found["berkas"])
    assert answer.data == content and answer.mimetype not in ("text/html", "image/svg+xml")
    assert (
        answer.headers["Content-Disposition"].startswith("attachment")
        and "sandbox" in answer.headers["Content-Security-Policy"]
    )


VIDEO = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42" + PLACE


def test_a_video_of_a_confidential_case_needs_a_reason_and_says_what_it_may_tell(office: Office) -> None:
    case_id, attachment_id = send(office, VIDEO, "film.mp4", "video/mp4")
    client = office.client("petugas")
    page = client.get(f"/petugas/kasus/{case_id}").text
    assert "Video dapat memuat tempat" in page and links(page) == {}
    with office.app.test_request_context():
        permit = download.link(office.account_id("petugas"), attachment_id, download.FILE)
    assert client.get(permit).status_code == 404, "no link leads around the reason"
    assert original(client, attachment_id, case_id).data == VIDEO
    assert actions(office, case_id)[-1][0] == "original"


def test_a_video_of_an_open_case_is_fetched_with_the_same_warning(office: Office) -> None:
    case_id, _ = send(office, VIDEO, "film.mp4", "video/mp4")
    office.say("TERBUKA")
    client = office.client("petugas")
    page = client.get(f"/petugas/kasus/{case_id}").text
    assert "Video dapat memuat tempat" in page and set(links(page)) == {"berkas"}
    assert client.get(links(page)["berkas"]).data == VIDEO


@pytest.mark.parametrize(("brand", "kind"), [
    (b"heic", "image/heic"), (b"heix", "image/heif"), (b"mif1", "image/heif"), (b"qt  ", "video/quicktime"),
    (b"3gp4", "video/3gpp"), (b"avc1", "video/mp4"), (b"M4B ", "audio/mp4"), (b"????", "video/mp4"),
])  # fmt: skip
def test_no_spelling_of_a_camera_gets_around_the_reason(brand: bytes, kind: str) -> None:
    content = b"\x00\x00\x00\x14ftyp" + brand + bytes(8)
    assert filetypes.real(content, "text/plain") == kind


def test_nothing_in_the_database_tells_of_a_known_file(office: Office) -> None:
    sent = photo()
    _, attachment_id = send(office, sent)
    plain = hashlib.sha256(sent).hexdigest()
    with office.db.read() as s:
        found = s.get_one(Attachment, attachment_id)
        stored = repr([getattr(found, c.key) for c in Attachment.__table__.columns])
        assert plain not in stored and bytes.fromhex(plain) not in (found.sha256_enc or b"")
        assert files.sha256(s, found) == plain


def test_a_file_from_before_has_its_hash_sealed_by_the_tick(office: Office) -> None:
    sent = photo()
    _, attachment_id = send(office, sent)
    with office.db.write() as s:
        s.get_one(Attachment, attachment_id).sha256_enc = None
        s.get_one(Attachment, attachment_id).view = ""
    assert files.prepare(office.db, office.clock()) == 1
    assert files.prepare(office.db, office.clock()) == 0
    with office.db.read() as s:
        assert files.sha256(s, s.get_one(Attachment, attachment_id)) == hashlib.sha256(sent).hexdigest()


def test_too_many_files_are_told_in_the_chat(office: Office) -> None:
    media = tuple(Media(f"{n}.txt", "text/plain", b"x") for n in range(12))
    assert any("paling banyak 10 berkas" in said for said in office.say(WATER, media=media))
    large = (Media("a.bin", "application/x", bytes(inbox.MAX_FILE + 1)),)
    assert any("16 MB" in said for said in office.say(WATER, "+628120000002", media=large))
    assert not any("16 MB" in said for said in office.say(WATER, "+628120000003", media=media[:10]))


# ------------------------------------------------------------------ the scanner


@pytest.mark.parametrize("by_path", [True, False], ids=["path", "port"])
def test_an_infected_file_is_flagged_and_locked(office: Office, tmp_path: Path, by_path: bool) -> None:
    infected = b"surat " + EICAR
    case_id, attachment_id = send(office, infected, "surat.doc", "application/msword")
    with clamd(tmp_path / "clamd.ctl" if by_path else None) as (_, address):
        assert clamav.scan_waiting(office.db, clamav.Scanner(address), office.clock()) == 1
    found = row(office, attachment_id)
    assert (found.scan, found.infection) == ("infected", "Eicar-Signature")
    client = office.client("petugas")
    page = client.get(f"/petugas/kasus/{case_id}").text
    assert "Eicar-Signature" in page and links(page) == {} and "/asli" not in page
    assert original(client, attachment_id, case_id).status_code == 404
    custodian = office.client("kustodian")
    page = custodian.get(f"/petugas/kasus/{case_id}").text
    assert f"/petugas/lampiran/{attachment_id}/asli" in page and "surat.doc" not in page
    assert original(custodian, attachment_id, case_id).data == infected
    assert actions(office, case_id)[-1] == (
        "original",
        {"attachment": attachment_id, "reason": "bukti", "infected": True},
    )


def test_a_clean_file_says_so_and_one_too_large_for_the_scanner_too(office: Office) -> None:
    case_id, attachment_id = send(office, b"%PDF-1.4 surat", "surat.pdf", "application/pdf")
    office.say(WATER, media=(Media("besar.bin", "application/x", bytes(300_000)),))
    assert "belum dipindai" in office.client("petugas").get(f"/petugas/kasus/{case_id}").text
    with clamd(limit=100_000) as (scanner, address):
        assert clamav.scan_waiting(office.db, clamav.Scanner(address), office.clock()) == 2
        assert clamav.scan_waiting(office.db, clamav.Scanner(address), office.clock()) == 0
        assert scanner.scans == 2
    page = office.client("petugas").get(f"/petugas/kasus/{case_id}").text
    assert "dipindai: bersih" in page and "tidak dapat dipindai" in page
    assert row(office, attachment_id).scan == "clean"


@pytest.mark.parametrize("mute", [True, False], ids=["mute", "gone"])
def test_while_the_scanner_is_down_files_wait_and_are_tried_again(office: Office, tmp_path: Path, mute: bool) -> None:
    _, attachment_id = send(office, b"%PDF-1.4 surat", "surat.pdf", "application/pdf")
    path = tmp_path / "clamd.ctl"
    if mute:
        with clamd(path) as (scanner, address):
            scanner.mute = True
            assert clamav.scan_waiting(office.db, clamav.Scanner(address), office.clock()) == 0
        path.unlink()
    else:
        assert clamav.scan_waiting(office.db, clamav.Scanner(str(path)), office.clock()) == 0
    assert row(office, attachment_id).scan == ""
    with clamd(path) as (_, address):
        office.clock.advance(minutes=6)
        assert clamav.scan_waiting(office.db, clamav.Scanner(address), office.clock()) == 1
    assert row(office, attachment_id).scan == "clean"


def test_the_doctor_asks_the_scanner(office: Office, tmp_path: Path) -> None:
    def finding(address: str) -> list[str]:
        told = doctor.examine(office.settings.model_copy(update={"clamav_socket": address}))
        return [f.level for f in told if "CLAMAV" in f.subject or f.subject == "scanner"]

    assert finding("") == ["note"] and finding(str(tmp_path / "nobody")) == ["wrong"]
    with clamd() as (_, address):
        assert finding(address) == ["ok"]
