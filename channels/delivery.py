"""Claim, send, settle: the outbox meets the adapters. No session is open while a provider is spoken to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from channels import adapter_for
from channels.base import Adapter, SendError, Witness
from workflow import alarms, batches, deliveries, doubts, files, outbox, settling
from workflow.db import Database
from workflow.inbox import MAX_FILE
from workflow.messages import Media, Sent
from workflow.outbox import Claimed
from workflow.settling import Failure

log = logging.getLogger("aduan.delivery")

#: Faults of ours that hold up whatever goes out on a channel, not one message alone.
_CLOSED = frozenset({"auth", "tls", "api_base"})


def drain(
    database: Database, adapters: Mapping[str, Adapter], worker: str, clock: Callable[[], datetime], limit: int = 500
) -> int:
    """Send what is due, one message at a time. Returns how many were tried."""
    for count in range(limit):
        claimed = outbox.claim(database, worker, clock())
        if claimed is None:
            return count
        _deliver(database, adapters, claimed, clock)
    return limit


def _deliver(
    database: Database, adapters: Mapping[str, Adapter], claimed: Claimed, clock: Callable[[], datetime]
) -> None:
    outcome, way = (
        _send(adapter_for(adapters, claimed.outgoing.channel), claimed),
        f"sending:{claimed.outgoing.channel}",
    )
    if isinstance(outcome, SendError) and outcome.ours and outcome.reason in _CLOSED:
        alarms.tell(database, way, outcome.code, clock())
    with database.write() as session:
        if isinstance(outcome, Sent):
            row = settling.settle(session, claimed, outcome, clock())
            alarms.clear(session, way, clock())
        else:
            failure = Failure(outcome.code, outcome.reason, outcome.retryable, outcome.ours, outcome.retry_after)
            row = settling.fail(session, claimed, failure, clock(), reached=outcome.reached)
        deliveries.note_delivery(session, row, clock())
    deliveries.take_opt_out(database, row, clock())


def _send(adapter: Adapter | None, claimed: Claimed) -> Sent | SendError:
    if adapter is None:
        return SendError("channel_off", retryable=True, ours=True)
    try:
        return adapter.send(claimed.outgoing)
    except SendError as error:
        log.warning("send failed: outbound=%d code=%s retryable=%s", claimed.id, error.code, error.retryable)
        return error
    except Exception:  # one delivery must not stop the others; see the house style
        log.exception("send broke: outbound=%d", claimed.id)
        return SendError("bug", retryable=False, ours=True, reached=True)


def ask_for_doubtful(database: Database, adapters: Mapping[str, Adapter], now: datetime) -> int:
    """Ask the provider what became of official answers without a receipt. Returns how many answers it had."""
    known = 0
    for doubt in doubts.find(database, now):
        adapter, receipt = adapter_for(adapters, doubt.outgoing.channel), None
        if not isinstance(adapter, Witness):
            continue
        try:
            receipt = adapter.fate(doubt.outgoing, doubt.provider_id, doubt.since)
        except SendError as error:
            log.warning("fate unknown: outbound=%d code=%s", doubt.outbound_id, error.code)
        with batches.alone("doubts", doubt.outbound_id):
            with database.write() as session:
                row = deliveries.take_report(session, receipt, now) if receipt else None
                doubts.asked(session, doubt, now)
            deliveries.take_opt_out(database, row, now)
            known += row is not None
    return known


def fetch_wanted(database: Database, adapters: Mapping[str, Adapter], now: datetime, limit: int = 20) -> int:
    """Download files that providers keep for us, outside any request. Returns how many were tried."""
    wanted = files.wanted(database, now, timedelta(minutes=5), limit)
    for item in wanted:
        content, fault, adapter = None, "", adapter_for(adapters, item.channel)
        try:
            content = _fetch(adapter, item.media)
        except SendError as error:
            fault = error.code
            log.warning("fetch failed: attachment=%s code=%s", item.attachment_id, fault)
            if error.retryable and files.again(database, item, fault, now, error.retry_after):
                continue
            if error.code == "too_large":
                files.refuse(database, item, now)
                continue
        with batches.alone("fetch", item.attachment_id):
            files.settle(database, item, content, now, fault)
    return len(wanted)


def _fetch(adapter: Adapter | None, media: Media) -> bytes:
    """The bytes, no more than we keep. A channel that is off for an hour costs no file."""
    if adapter is None:
        raise SendError("channel_off", retryable=True, ours=True)
    return adapter.fetch(media, limit=MAX_FILE)
