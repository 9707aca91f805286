"""Public figures on complaints: each with its definition, its period and its date, small numbers kept back."""

from __future__ import annotations

import csv
import threading
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from webhooks import facilities, i18n
from webhooks.auth import public
from webhooks.service import Service, service
from workflow.reports import sheets, statistics, words
from workflow.reports.month import Month
from workflow.reports.statistics import ALL, Published

bp = Blueprint("statistics", __name__)
#: So long a page is answered from memory. Figures do not change; a month that ends appears a little later.
KEPT = timedelta(minutes=5)
_lock = threading.Lock()


@dataclass(frozen=True)
class Table:
    """One table of the page, or one of its CSV."""

    key: str
    rows: list[tuple[str, float | None]]


@bp.get("/statistik")
@public
def statistik() -> str:
    """The figures of one month, of all facilities or of one."""
    months, shown = _shown()
    typed = request.args.get("unit", "")
    found = facilities.find(typed, list(shown.facilities.items()) if shown else [])
    if typed.strip() and not found.key and not found.near:
        abort(404)
    facility = found.key or ""
    by_facility = _by_facility(shown) if shown and not facility else []
    told = [row for row in by_facility if any(value is not None for value in row[2:])]
    told = told if len(by_facility) > facilities.MENU else by_facility
    return render_template(
        "public/statistik.html",
        months=months,
        shown=shown,
        facility=facility,
        menu=facilities.MENU,
        meant=found.near,
        tables=_tables(shown, facility or ALL) if shown else [],
        by_facility=told,
        untold=len(by_facility) - len(told),
        row=_row,
    )


@bp.get("/statistik.csv")
@public
def statistik_csv() -> Response:
    """All figures of a month, one a line; empty where one is kept back."""
    _, shown = _shown()
    text = StringIO()
    writer = csv.writer(text, **sheets.CSV_DIALECT)  # type: ignore[arg-type]
    writer.writerow(sheets.CSV_COLUMNS)
    for (table, facility, key), value in shown.figures.items() if shown else ():
        writer.writerow((str(shown.month) if shown else "", facility, table, key, sheets.plain(value)))
    name = f"statistik-{shown.month}.csv" if shown else "statistik.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.getvalue().encode("utf-8-sig"), mimetype="text/csv", headers=headers)


def _shown() -> tuple[list[Month], Published | None]:
    """The months on offer, and the figures of the one that was asked for, else of the newest."""
    months = _kept(service())
    wanted = request.args.get("bulan", "")
    chosen = next((month for month in months if str(month) == wanted), None)
    if wanted and chosen is None:
        abort(404)
    chosen = chosen or next(iter(months), None)
    return months, _published(service(), chosen) if chosen else None


def _kept(office: Service) -> list[Month]:
    memory = _memory(office)
    with _lock:
        if memory.get("until") is None or memory["until"] <= office.now():
            with office.database.read() as session:
                memory["months"] = statistics.months(session, office.now())
            memory["until"] = office.now() + KEPT
        return list(memory["months"])


def _published(office: Service, month: Month) -> Published:
    memory = _memory(office)
    with _lock:
        if month not in memory:
            with office.database.read() as session:
                memory[month] = statistics.kept(session, month) or statistics.publish(session, month)
        found: Published = memory[month]
        return found


def _memory(office: Service) -> dict[object, Any]:
    memory: dict[object, Any] = office.__dict__.setdefault("_statistics", {})
    return memory


def _tables(shown: Published, facility: str) -> list[Table]:
    found = [Table(key, shown.of(key, facility)) for key in statistics.TABLES]
    return [table for table in found if table.rows]


def _by_facility(shown: Published) -> list[tuple[str, str, float | None, float | None, float | None]]:
    """(code, name, received, answers in time, answers late) of each facility."""
    known = shown.figures.get
    return [
        (c, n, known(("category", c, ALL)), known(("answers", c, "in_time")), known(("answers", c, "late")))
        for c, n in shown.facilities.items()
    ]


def _row(table: str, key: str) -> str:
    if key == ALL:
        return i18n.gettext("Jumlah seluruhnya")
    if table in ("answers", "days"):
        return i18n.gettext(words.PUBLIC[key])
    return words.row(table, key, i18n.locale())
