"""The staff's pages: a thin face on ``workflow``. Who may see what is decided there, never here."""

from webhooks.console import calendar, case, download, facts, queue, session  # noqa: F401 - they add their routes
from webhooks.console.routes import bp

__all__ = ["bp"]
