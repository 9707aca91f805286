"""What a unit sets for itself, such as letterhead, numbers, hours and deadlines: seen and changed, journalled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webhooks import facilities, i18n
from webhooks.auth import current_officer, staff
from webhooks.console.calendar import EDITORS, own_units
from webhooks.console.routes import bp
from webhooks.i18n import gettext as _
from webhooks.service import service
from workflow import journal, unit_settings
from workflow.models import Unit
from workflow.unit_settings import Setting, Unfit

_DELIVERY = ("proof_days", "notice_days")


@dataclass(frozen=True)
class Line:
    """One setting on the page; ``typed`` is what its field shows, also after a refusal."""

    key: str
    word: str
    typed: str
    usual: str
    fault: str = ""


@bp.get("/satuan")
@staff(*EDITORS)  # type: ignore[untyped-decorator]
def satuan() -> str:
    """The settings of one unit."""
    with service().database.read() as session:
        return _page(session)


@bp.post("/satuan")
@staff(*EDITORS)  # type: ignore[untyped-decorator]
def satuan_simpan() -> Response | tuple[str, int]:
    """Keep one group of settings, all of it or nothing."""
    office, faults = service(), dict[str, str]()
    with office.database.write() as session:
        unit = _chosen(session)
        before = unit.settings or {}
        after = Unit(code=unit.code, name=unit.name, timezone=unit.timezone, settings=before)
        for key in unit_settings.table():
            if key in request.form:
                try:
                    after.settings = unit_settings.changed(after, key, request.form[key], office.now())
                except Unfit as unfit:
                    faults[key] = unfit.sentence(i18n.locale())
        differs = [
            key for key in unit_settings.table() if unit_settings.told(after, key) != unit_settings.told(unit, key)
        ]
        code = unit.code
        if differs and not faults:
            unit.settings = after.settings
            for key in differs:
                journal.append(session, unit.id, "unit_setting", current_officer(), office.now(), key=key)
    if faults:
        with office.database.read() as session:
            return _page(session, faults), 422
    flash(_("Pengaturan disimpan."))
    return redirect(url_for("console.satuan", unit=code), 303)


def _mine(session: Session) -> list[Unit]:
    """The units that this account may set, offices first."""
    ids = own_units(session, current_officer()) - {None}
    found = session.scalars(select(Unit).where(Unit.id.in_(ids)).order_by(Unit.kind, Unit.name))
    return list(found)


def _chosen(session: Session) -> Unit:
    mine = _mine(session)
    typed = request.values.get("unit", "")
    code = facilities.find(typed, facilities.options(mine)).key
    chosen = next((unit for unit in mine if unit.code == code), None)
    if chosen is None and (typed or not mine):
        abort(404)
    return chosen or mine[0]


def _page(session: Session, faults: dict[str, str] | None = None) -> str:
    unit = _chosen(session)
    return render_template(
        "console/satuan.html",
        unit=unit,
        choices=facilities.options(_mine(session)),
        menu=facilities.MENU,
        groups=dict(_groups(unit, faults or {})),
        faults=faults,
    )


def _groups(unit: Unit, faults: dict[str, str]) -> Iterator[tuple[str, list[Line]]]:
    for group, found in groupby(unit_settings.table().values(), key=_group):
        yield group, [_line(unit, setting, faults) for setting in found]


def _group(setting: Setting) -> str:
    return "delivery" if setting.key in _DELIVERY else setting.group


def _line(unit: Unit, setting: Setting, faults: dict[str, str]) -> Line:
    key, locale = setting.key, i18n.locale()
    typed = request.form[key] if faults and key in request.form else unit_settings.told(unit, key)
    return Line(key, unit_settings.word(key, locale), typed, setting.usual, faults.get(key, ""))
