"""Days in somebody's own words that cannot be: no such day, or one that has not come yet. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des")
_DAY = re.compile(
    rf"(?<![\d./-])(\d{{1,2}})[ ./-](?:(\d{{1,2}})[./-]|(?:({'|'.join(_MONTHS)})[a-z]*)(?:[ ./-]|\b))(\d{{4}})?(?!\d)",
    re.IGNORECASE,
)


def impossible(text: str, today: date) -> list[str]:
    """The days in a text that nobody can have lived through by ``today``, as they are written there.

    A date in figures counts only with its year: 1/2 may be a house number.
    """
    return [found[0].strip(" ./-") for found in _DAY.finditer(text) if not _lived(found, today)]


def _lived(found: re.Match[str], today: date) -> bool:
    day, figure, name, year = found.groups()
    if year is None and name is None:
        return True
    month = int(figure) if figure else _MONTHS.index(name.lower()) + 1
    if not 1 <= month <= 12 or not 1 <= int(day) <= monthrange(int(year or 2000) or 1, month)[1]:
        return False
    return year is None or (int(year) > 1900 and date(int(year), month, int(day)) <= today)
