"""Furnished offices, as for the tests of the workflow."""

from tests.workflow.offices import database_url, furnished_postgres, furnished_sqlite, office

__all__ = ["database_url", "furnished_postgres", "furnished_sqlite", "office"]
