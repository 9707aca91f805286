"""What triage found beside the grievance stands on the case page, for those alone who may read the words."""

from __future__ import annotations

from tests.support import Office

TEXT = (
    "Petugas Joko Susilo di loket Rutan Magetan minta uang Rp 150.000 tanggal 12 Oktober 2026, "
    "padahal anak saya Rudi di blok C kamar 7 sakit."
)


def section(office: Office, name: str) -> str:
    page = office.client(name).get(f"/petugas/kasus/{office.case().id}").text
    return page.partition("Disebut dalam pesan")[2].partition("</section>")[0]


def test_names_sums_days_and_places_are_listed(office: Office) -> None:
    office.say(TEXT)
    shown = section(office, "petugas")
    for wanted in (
        "Joko Susilo",
        "Rp150.000",
        "12 Oktober",
        "Rumah Tahanan Negara Kelas IIB Magetan",
        "blok C",
        "kamar 7",
    ):
        assert wanted in shown, wanted


def test_who_may_not_read_the_words_reads_no_name_of_an_officer(office: Office) -> None:
    office.say(TEXT)
    assert section(office, "kepala") == ""
    assert "Joko" not in office.client("kepala").get(f"/petugas/kasus/{office.case().id}").text
