"""The blueprint of the console and what all its pages share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_login import current_user

from webhooks.i18n import gettext
from workflow import delegation, entries, facts, subject_rights
from workflow.reports import monthly, words

bp = Blueprint("console", __name__, url_prefix="/petugas")


@bp.context_processor
def shared() -> dict[str, Any]:
    """The account on whose screen the page appears, and what its menu offers; none on the page for logging in."""
    if not current_user.is_authenticated:
        return {"me": None}
    officer = current_user.officer
    return {
        "me": current_user.account,
        "tells": bool(officer.units(*facts.READERS)),
        "dates": bool(officer.units("admin", "kanwil", "ditjenpas")),
        "keeps": bool(officer.units(*subject_rights.ANSWERERS)),
        "names_deputies": bool(officer.units(*delegation.NAMERS)),
        "writes": bool(officer.units(*entries.WRITERS)),
        "reads_reports": bool(officer.units(*monthly.READERS)),
        "bulletin": lambda key: gettext(words.BULLETINS[key]),
    }


def page_number() -> int:
    """Which page of a list is asked for; what is no number, or absurd, is the first or the last that is looked up."""
    return min(max(request.args.get("hal", 1, type=int), 1), 10_000)
