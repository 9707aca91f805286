"""A made-up ministry: 33 Kanwil and 532 facilities with staff, as files that a spreadsheet program would write."""

from __future__ import annotations

import csv
from io import StringIO

KANWIL, FACILITIES = 33, 532
_ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
_KINDS = ("Lapas Kelas IIA", "Rutan Kelas IIB", "LPKA Kelas I", "Lapas Perempuan Kelas IIA")
_FIRST = ("Kala", "Suka", "Tirta", "Wana", "Giri", "Bina", "Rawa", "Karang", "Batu", "Muara", "Tanjung", "Lembah")
_SECOND = ("mukti", "jaya", "sari", "luhur", "asri", "raya", "indah", "makmur", "teduh", "lestari", "bening", "harapan")


def place(n: int) -> str:
    """A place that is on no map; each number has its own."""
    first, rest = _FIRST[n % 12], n // 12
    return first + _SECOND[rest % 12] + (" " + _SECOND[rest // 12].title() if rest >= 12 else "")


def kanwil_code(n: int) -> str:
    return f"KW-{n + 1:02d}"


def facility_code(n: int) -> str:
    return f"UPT-{n + 1:03d}"


def facility_name(n: int) -> str:
    return f"{_KINDS[n % 4]} {place(n)}"


def kanwil_of(n: int) -> int:
    """The first Kanwil has forty facilities, the others share the rest."""
    return 0 if n < 40 else 1 + n % (KANWIL - 1)


def units(count: int = FACILITIES, kanwil: int = KANWIL) -> list[dict[str, str]]:
    offices = [
        {"code": kanwil_code(n), "name": f"Kanwil Wilayah {n + 1}", "kind": "kanwil", "parent": "DITJENPAS",
         "timezone": _ZONES[n % 3]}
        for n in range(kanwil)
    ]  # fmt: skip
    facilities = [
        {"code": facility_code(n), "name": facility_name(n), "kind": "upt", "parent": kanwil_code(kanwil_of(n)),
         "timezone": _ZONES[kanwil_of(n) % 3], "setting.letterhead.address": f"Jalan Contoh {n + 1}",
         "setting.letter_number": f"W{kanwil_of(n) + 1}-{n + 1}-{{sequence:3}}/{{year}}"}
        for n in range(count)
    ]  # fmt: skip
    return facilities + offices  # children first: the order of lines must not matter


def table(rows: list[dict[str, str]], delimiter: str = ";", encoding: str = "utf-8-sig") -> bytes:
    """As a spreadsheet program saves it."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = StringIO()
    writer = csv.DictWriter(text, columns, delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)
