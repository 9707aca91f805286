"""The printed receipt: number, code, time, and how to go on. It holds our own words alone, no name and no complaint."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from workflow import help, press, wording

#: Papers that a receipt is printed on: a quarter of A4, and the roll of a till printer.
PAPERS = ("a6", "slip")
#: What Indonesians call their zones.
ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
#: The same bodies on every receipt, so that naming them tells nothing of the complaint.
_HELP_FOR = ("receipt",)
#: The contact is the office's own text; one with letters that the press may lack is left out.
_PRINTABLE = re.compile(r"[\x20-\x7e\xa0-\u017f\u2013\u2019\u201c\u201d]{1,200}")


@dataclass(frozen=True)
class Slip:
    """What stands on a receipt. ``contact`` is the office's own, published by itself; ``number`` may be to come."""

    code: str
    number: str
    received_at: datetime
    office: str
    zone: str
    track_url: str
    contact: str = ""


def print_out(slip: Slip, paper: str, locale: str, now: datetime) -> bytes:
    """The receipt as PDF, in one language. Raises ValueError for an unknown paper."""
    if paper not in PAPERS:
        raise ValueError(paper)

    contact = slip.contact if _PRINTABLE.fullmatch(slip.contact) else ""

    def say(key: str) -> str:
        return wording.render(f"slip_{key}", locale, url=slip.track_url, contact=contact)

    data = {
        "paper": paper,
        "lang": locale,
        "title": say("title"),
        "office": slip.office,
        "number_label": say("number"),
        "number": slip.number or say("number_later"),
        "received_label": say("received"),
        "received": spoken_time(slip.received_at, slip.zone, locale),
        "code_label": say("code"),
        "code": slip.code.split("-"),
        "keep": say("keep"),
        "ways": [say("track"), say("ask_here" if contact else "ask_here_only")],
        "free": say("free"),
        "help_label": say("help"),
        "help": help.lines("", _HELP_FOR, locale).replace("• ", "").splitlines(),
    }
    return press.typeset("receipt", data, now)


def spoken_time(moment: datetime, zone: str, locale: str) -> str:
    """A time as people at the unit read it, with the zone's name."""
    text = format_datetime(moment.astimezone(ZoneInfo(zone)), "d MMMM y, HH.mm", locale=locale)
    return f"{text} {ZONES.get(zone, zone)}"
