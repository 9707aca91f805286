"""What every command opens first: settings, logging, the database, a unit by its code."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import click

from webhooks.settings import Settings, WrongSettings, load

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from workflow.actors import Officer
    from workflow.db import Database
    from workflow.models import Account, Unit


def settings(**overrides: object) -> Settings:
    """The settings of this command, with logging set up."""
    found = load(**{name: value for name, value in overrides.items() if value is not None})
    logging.basicConfig(
        level=found.log_level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for noisy in ("apscheduler", "twilio", "httpx", "waitress.queue", "alembic", "flufl.bounce"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return found


def database(settings: Settings) -> Database:
    """The database for a command; behind the code it is refused with the remedy."""
    from webhooks.service import open_database
    from workflow.db import pending_migration

    opened, _ = open_database(settings)
    if pending_migration(opened.engine):
        raise WrongSettings("The database is not up to date: run `aduan db upgrade`.")
    return opened


def unit(session: Session, code: str) -> Unit:
    """The unit with this code, or the command ends with a sentence."""
    from sqlalchemy import select

    from workflow.models import Unit

    found = session.scalar(select(Unit).where(Unit.code == code))
    if found is None:
        raise click.ClickException(f"there is no unit {code}")
    return found


def account(session: Session, name: str) -> Account:
    """The enabled account of this name, or the command ends with a sentence."""
    from sqlalchemy import select

    from workflow.models import Account

    found = session.scalar(select(Account).where(Account.name == name, Account.disabled_at.is_(None)))
    if found is None:
        raise click.ClickException(f"there is no account {name}, or it is disabled")
    return found


def officer(session: Session, account: Account, now: datetime) -> Officer:
    """The account as an actor, with today's roles."""
    from workflow import staff

    return staff.officer(session, account, now)
