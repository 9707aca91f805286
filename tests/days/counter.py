"""What families say at the counter, on the telephone, in the box: an officer writes it down, now and then days later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from tests.days import world as w
from tests.days.lives import Life
from workflow import entries
from workflow.models import Unit

if TYPE_CHECKING:
    from tests.days.play import Play

WAYS = ("desk", "desk", "telephone", "box", "social")
NAMES = ("Maria Goreti Bria", "Slamet Raharjo", "Yuliana Wenda", "Antonius Manek")


def write_down(play: Play, place: str) -> Life:
    """One entry: the clocks run from when the office heard it, the chain knows when it was written down."""
    dice, now = play.dice, play.office.clock()
    what = w.ACCUSING if dice.random() < 0.15 else dice.choice(w.COMPLAINTS)
    named, head = w.FACILITIES[place]
    word, form = f"Zulkarnaen{play.next()}", f"F{play.next():08d}"
    text = what.text.format(place=named, head=head, word=word)
    heard = (now - timedelta(hours=dice.choice((0, 1, 5, 30, 80)))).replace(second=0, microsecond=0)
    openly, channel = dice.random() < 0.5, dice.choice(WAYS)
    name = dice.choice(NAMES) if openly else ""
    officer = dice.choice(sorted(play.book.holders("petugas", place, now)))
    with play.office.db.write() as s:
        unit = s.scalars(select(Unit).where(Unit.code == place)).one()
        entry = entries.Entry(
            form, channel, unit, unit, text, heard, "keluarga", "open" if openly else "confidential", name=name,
            confirmed=channel in entries.PRESENT, network="facebook" if channel == "social" else "",
        )  # fmt: skip
        entries.enter(s, play.office.officer(s, officer), entry, now)
    play.office.handle()
    sealed = what is w.ACCUSING  # these words tell of fear as well: no letter calls such a writer by name
    life = play.life(f"entry:{form}", place, heard, what, sealed=sealed, channel=channel, name="" if sealed else name)
    if word in text:
        play.words[life.key] = word
    return life
