"""For machines: alive, ready, measured."""

from __future__ import annotations

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from webhooks.auth import public
from webhooks.service import reachable, service
from workflow import alarms
from workflow.db import pending_migration
from workflow.models import Attachment, Message, Outbound

bp = Blueprint("status", __name__)


@bp.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@public
def readyz() -> Response:
    """Database reachable and migrated."""
    database = service().database
    try:
        ready = reachable(database) and not pending_migration(database.engine)
    except SQLAlchemyError:
        ready = False
    return Response("ready\n" if ready else "not ready\n", status=200 if ready else 503, mimetype="text/plain")


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Depths of our queues as Prometheus text: totals of the installation, no unit, no person, no case."""
    registry = CollectorRegistry()
    messages = Gauge("aduan_messages", "Inbound messages not handled", ["state"], registry=registry)
    outbound = Gauge("aduan_outbound", "Outbound messages not arrived", ["state"], registry=registry)
    files = Gauge("aduan_attachments_wanted", "Files still to be fetched", registry=registry)
    with service().database.read() as session:
        for state in ("new", "set_aside"):
            count = select(func.count()).select_from(Message).where(Message.state == state)
            messages.labels(state).set(session.scalar(count) or 0)
        for state in ("queued", "claimed", "held", "uncertain", "failed"):
            count = select(func.count()).select_from(Outbound).where(Outbound.state == state)
            outbound.labels(state).set(session.scalar(count) or 0)
        ringing = Gauge("aduan_alarms", "Alarms of the service that are not over", ["name"], registry=registry)
        for alarm in alarms.ringing(session):
            ringing.labels(alarm.name).set(1)
        wanted = select(func.count()).select_from(Attachment).where(Attachment.state == "wanted")
        files.set(session.scalar(wanted) or 0)
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")
