"""Furnished offices instead of empty databases: quicker, and the same on SQLite and PostgreSQL."""

from tests.workflow.offices import database_url, furnished_postgres, furnished_sqlite, office

__all__ = ["database_url", "furnished_postgres", "furnished_sqlite", "office"]
