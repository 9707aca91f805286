"""What staff may not open they do not read elsewhere either: masked words, neutral numbers."""

from __future__ import annotations

from tests.support import Office
from workflow.inbox import Wish

TEXT = "Saya Siti Maryamah, hp 0813-7771-2345, ibunya Dedi. Titipan makanan anak saya tidak sampai kemarin."
KNOWN = Wish(facts={"name": "Siti Maryamah", "contact": "081377712345"})


def page(office: Office, name: str) -> str:
    return office.client(name).get(f"/petugas/kasus/{office.case().id}").text


def test_a_name_in_the_words_is_hidden_as_long_as_the_identity_is(office: Office) -> None:
    office.write(TEXT, wish=KNOWN)
    office.handle()
    shown = page(office, "petugas")
    assert "Titipan makanan" in shown
    for trace in ("Siti", "Maryamah", "7771"):
        assert trace not in shown
    assert "Dedi" in shown, "the inmate must be found"
    office.say("TERBUKA")
    assert "Maryamah" in page(office, "petugas")


def test_a_case_that_left_stays_as_a_neutral_number(office: Office) -> None:
    office.say("Titipan makanan untuk adik saya di kamar 7 tidak sampai kemarin.")
    number = office.case().number
    office.say("KANWIL")
    queue = office.client("kepala").get("/petugas/?tab=selesai").text
    assert number in queue
    assert "ADU-KANWIL" not in queue
    office.say("Kalapas minta uang kamar lima juta", sender="+628120000009")
    assert "0002" not in office.client("kepala").get("/petugas/?tab=selesai").text
