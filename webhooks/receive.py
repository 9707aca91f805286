"""Provider routes: verify, parse, store, answer. Nothing is judged here."""

from __future__ import annotations

import logging
from urllib.parse import parse_qsl

from flask import Blueprint, Response, abort, request

from channels.base import Acknowledging, Adapter, BadPayload, WireRequest, unreadable
from webhooks.auth import public
from webhooks.service import RETRY_AFTER, public_url, service
from workflow import deliveries
from workflow.inbox import FAULTS, NotDurable, Wish
from workflow.messages import DeliveryReport

log = logging.getLogger("aduan.receive")
bp = Blueprint("receive", __name__, url_prefix="/webhooks")
MAX_BODY = 4 * 1024 * 1024

_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@bp.post("/twilio")
@public
def twilio() -> Response:
    """Inbound WhatsApp and SMS."""
    return _take("twilio", Response(_TWIML, mimetype="text/xml"))


@bp.post("/twilio/status")
@public
def twilio_status() -> Response:
    """Delivery receipts of WhatsApp and SMS."""
    return _report("twilio")


@bp.post("/telegram")
@public
def telegram() -> Response:
    """Telegram updates: what they prove of our messages, then what they say (which may close the case)."""
    reported = _report("telegram")
    if reported.status_code == 503:
        return reported
    return _take("telegram", Response("{}", mimetype="application/json"))


@bp.post("/simulator")
@public
def simulator() -> Response:
    """A simulated telephone; only where the demo made the database."""
    return _take("simulator", Response("{}", mimetype="application/json"))


@bp.post("/simulator/status")
@public
def simulator_status() -> Response:
    """Receipts of the simulator."""
    return _report("simulator")


def _adapter(name: str) -> Adapter:
    adapter = service().adapters.get(name)
    if adapter is None:
        abort(404)
    return adapter


def _wire() -> WireRequest:
    """The request as the provider signed it: the public address, not the one behind the proxy."""
    request.max_content_length = MAX_BODY
    body = request.get_data(cache=True)
    path = request.full_path.rstrip("?") if request.query_string else request.path
    form: list[tuple[str, str]] = []
    if request.mimetype == "application/x-www-form-urlencoded":
        form = parse_qsl(body.decode("utf-8", "surrogateescape"), keep_blank_values=True, errors="surrogateescape")
    return WireRequest(
        url=public_url(service().settings) + path,
        headers=dict(request.headers.items()),
        form=tuple(form),
        body=body,
        query=tuple(request.args.items(multi=True)),
    )


def _verified(name: str) -> tuple[Adapter, WireRequest]:
    adapter, wire = _adapter(name), _wire()
    if not adapter.verify(wire):
        log.warning("signature does not fit: adapter=%s", name)
        abort(403)
    return adapter, wire


def _take(name: str, answer: Response) -> Response:
    adapter, wire = _verified(name)
    try:
        inbounds, wish = list(adapter.parse(wire)), None
    except BadPayload:
        channel, account = next(iter(adapter.accounts.items()))
        inbounds, wish = [unreadable(channel, account, wire.body)], Wish(options={"dead_letter": True})
    try:
        for inbound in inbounds:
            service().intake.store(inbound, wish)
    except NotDurable:
        log.critical("message could not be made durable: adapter=%s", name)
        return _later()
    if isinstance(adapter, Acknowledging):
        adapter.acknowledge(inbounds)
    return answer


def _report(name: str) -> Response:
    adapter, wire = _verified(name)
    try:
        reports = list(adapter.parse_report(wire))
    except BadPayload:
        log.info("receipt cannot be read: adapter=%s", name)
        return Response(status=204)
    try:
        for report in reports:
            _keep(name, report)
    except FAULTS:
        log.exception("receipt could not be kept: adapter=%s", name)
        return _later()
    return Response(status=204)


def _keep(name: str, report: DeliveryReport) -> None:
    office = service()
    with office.database.write() as session:
        row = deliveries.take_report(session, report, office.now())
    if row is None and not report.address:
        log.info("receipt for a message that is not ours: adapter=%s", name)
    deliveries.take_opt_out(office.database, row, office.now())


def _later() -> Response:
    return Response(status=503, headers={"Retry-After": str(int(RETRY_AFTER.total_seconds()))})
