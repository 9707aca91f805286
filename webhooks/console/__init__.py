"""The staff's pages: a thin face on ``workflow``. Who may see what is decided there, never here."""

from webhooks.console import (  # noqa: F401 - they add their routes
    approvals,
    box,
    calendar,
    case,
    delegation,
    download,
    entry,
    facts,
    identity,
    inspection,
    letter,
    objection,
    protection,
    queue,
    reports,
    rights,
    search,
    session,
    together,
    unit,
)
from webhooks.console.routes import bp, shared

__all__ = ["bp", "shared"]
