"""The reader's language in a request, and times as people read them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from flask import Flask, g, request

from workflow import receipts, wording
from workflow.models import Unit
from workflow.slips import ZONES

COOKIE = "aduan_bahasa"


def locale() -> str:
    """``id`` or ``en``: the account's choice, else the cookie's, else Indonesian."""
    chosen = getattr(g, "locale", None) or request.cookies.get(COOKIE, "")
    return chosen if chosen in wording.LOCALES else "id"


def gettext(message: str, **params: Any) -> str:
    """The sentence in the reader's language."""
    translated = wording.translator(locale())(message)
    return translated % params if params else translated


def ngettext(singular: str, plural: str, n: int, **params: Any) -> str:
    translated = wording.translations(locale()).ngettext(singular, plural, n)
    return translated % {"num": n, **params}


def local(moment: datetime | None, place: Unit | str | None = None) -> str:
    """A time in the zone of a unit, with the zone's name."""
    if moment is None:
        return ""
    zone = place.timezone if isinstance(place, Unit) else place or "Asia/Jakarta"
    text = format_datetime(moment.astimezone(ZoneInfo(zone)), "d MMM y, HH.mm", locale=locale())
    return f"{text} {ZONES.get(zone, zone)}"


def day(moment: date) -> str:
    """A date as people read it."""
    return format_date(moment, "d MMMM y", locale=locale())


def weekday(moment: date) -> str:
    """A date with its day of the week."""
    return format_date(moment, "EEEE, d MMMM y", locale=locale())


def month_name(first: date) -> str:
    """A month as people read it."""
    return format_date(first, "MMMM y", locale=locale())


def _label(group: str, value: str) -> str:
    return wording.label(group, value, locale())


def _public_status(status: str) -> str:
    return wording.public_status(status, locale())


def install(app: Flask) -> None:
    """Give the templates their language."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(
        label=_label,
        local=local,
        day=day,
        month_name=month_name,
        public_status=_public_status,
        redact=receipts.redact,
        locale=locale,
    )
    app.context_processor(lambda: {"locale": locale()})
