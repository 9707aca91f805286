"""How many short messages a text needs, and where it is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import Office
from tests.workflow.offices import on_sqlite
from tests.workflow.test_outbox import queue
from tests.workflow.wires import FakeWire, drain
from workflow import sms, wording


@pytest.mark.parametrize(
    "text, pieces",
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("“" + "a" * 69, 1),
        ("“" + "a" * 70, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("ابت" * 23, 1),
    ],
)
def test_one_letter_outside_the_old_alphabet_more_than_halves_the_room(text: str, pieces: int) -> None:
    assert sms.pieces(text) == pieces


@given(st.text(alphabet="ab .\n“€😀", max_size=2500))
def test_no_part_of_a_text_needs_more_pieces_than_allowed(text: str) -> None:
    for part in wording.split(text, sms.room(text, 6)):
        assert sms.pieces(part) <= 6


@on_sqlite
def test_a_long_answer_by_sms_goes_out_in_a_few_messages_of_a_few_pieces(office: Office) -> None:
    queue(office, "kata " * 400, channel="sms")
    queue(office, "kata’ " * 200, sender="+62999", channel="sms")
    wire = FakeWire()
    drain(office, wire)
    assert 2 <= len(wire.sent) <= 8
    assert max(sms.pieces(o.body) for o in wire.sent) <= 6
