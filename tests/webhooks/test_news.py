"""What is new to somebody is what they still have to do or to know: a step that is done is no news."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.support import Office
from tests.workflow import steps
from tests.workflow.steps import act, carry
from workflow import cases
from workflow.models import Case
from workflow.sweep import sweep


def news(office: Office, name: str) -> str:
    """The list of what is new, on the page of an account."""
    page = office.client(name).get("/petugas/").get_data(as_text=True)
    return page.split('id="baru"')[1].split("</section>")[0] if 'id="baru"' in page else ""


def test_a_case_that_somebody_else_directed_does_not_wait_for_ones_direction_any_more(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry(office, "recommended")
    assert "menunggu arahan Anda" in news(office, "kepala")
    act(office, case_id, steps.direct)
    assert "menunggu arahan Anda" not in news(office, "kepala")
    assert "ditugaskan kepada Anda" in news(office, "pejabat")
    act(office, case_id, steps.draft)
    assert "ditugaskan kepada Anda" not in news(office, "pejabat")
    assert "menunggu persetujuan" in news(office, "kepala")
    act(office, case_id, steps.approve)
    assert "konsep jawaban menunggu persetujuan" not in news(office, "kepala")
    assert "siap dikirim" in news(office, "petugas")
    act(office, case_id, steps.release)
    assert "siap dikirim" not in news(office, "petugas")


def test_what_is_to_be_known_stays_new_until_it_is_read(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry(office, "classified")
    office.say("Airnya masih mati, tolong segera.")
    assert "pesan baru dari pelapor" in news(office, "petugas")
    act(office, case_id, steps.recommend)
    assert "pesan baru dari pelapor" in news(office, "petugas")
    office.client("petugas").get(f"/petugas/kasus/{case_id}")
    assert "pesan baru dari pelapor" not in news(office, "petugas")


def test_that_a_case_opened_again_is_not_classified_in_time_is_new_until_it_is(office: Office) -> None:
    office.say(steps.COMPLAINT)
    case_id = carry(office, "responded")
    office.deliver()
    office.say("TIDAK PUAS, air masih mati")
    for _ in range(6):
        office.clock.advance(days=1)
        sweep(office.db, office.clock())
    assert "terlambat diklasifikasi" in news(office, "kepala")

    def judge(o: Office, s: Session, case: Case) -> None:
        cases.classify(s, case, o.officer(s, "petugas2"), "makanan_air", "normal", o.clock(), about_head=False)

    act(office, case_id, judge)
    assert "terlambat diklasifikasi" not in news(office, "kepala")
