"""Charts come from a child process: it may fail, and leaves nothing behind."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from workflow.reports.charts import COLOURS, Bars, Pen, spoken


def test_charts_that_cannot_be_drawn_are_an_error_and_the_next_ones_are_drawn() -> None:
    good = Bars(("Air", "Makanan"), (("Jumlah", (3.0, 1.0)),))
    with Pen() as pen:
        with pytest.raises(OSError, match="charts"):
            pen.draw({"odd": Bars(("Air",), (("Jumlah", (3.0, 1.0, 2.0)),))})
        first = pen.draw({"good": good})
        assert b"<svg" in first["good"] and pen.draw({"good": good}) == first


def test_each_number_of_a_row_is_a_bar_of_its_length() -> None:
    bars = Bars(("Klasifikasi",), (("Tepat", (13.0,)), ("Terlambat", (2.0,)), ("Berjalan", (4.0,)), ("Lewat", (1.0,))))
    with Pen() as pen:
        drawn = pen.draw({"deadlines": bars})["deadlines"].decode()
    found = re.findall(r'd="M ([\d.]+) [\d.]+ \nL ([\d.]+) [^"]*z\n"[^>]*style="fill: (#\w+)', drawn)
    known = [colour for colour, _ in COLOURS]
    widths = {colour: float(right) - float(left) for left, right, colour in reversed(found) if colour in known}
    longest = widths[known[0]] / 13
    assert [round(widths[colour] / longest, 2) for colour in known] == [13, 2, 4, 1]
    assert spoken(bars) == "Klasifikasi Tepat 13, Terlambat 2, Berjalan 4, Lewat 1"


def test_what_draws_the_charts_does_not_stay_in_the_service() -> None:
    """In a process of its own: other tests may have loaded it here."""
    program = (
        "import sys; from workflow.reports.charts import Bars, Pen\n"
        "with Pen() as pen: drawn = pen.draw({'a': Bars(('Air',), (('Jumlah', (3.0,)),))})\n"
        "print(len(drawn['a']) > 1000, 'matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["True", "False"]
