"""Whether the Twilio account, its senders and its templates are as they should be; for ``aduan doctor``."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from channels.base import Check, SendError
from channels.twilio_content import Contents
from channels.twilio_rest import Rest
from workflow.messages import TEMPLATES

#: Seconds for all questions together.
PATIENCE = 30.0
#: WhatsApp's words for a template that may still come.
_UNDECIDED = frozenset({"received", "pending", "unsubmitted"})


def examine(rest: Rest, contents: Contents, accounts: Mapping[str, str]) -> Iterator[Check]:
    """Each finding with its level; what cannot be asked is a note, for the line may be down."""
    until = time.monotonic() + PATIENCE
    try:
        status = str(rest.get(f"{rest.api}.json").get("status", "active"))
    except SendError as error:
        yield Check("wrong" if error.ours else "note", f"The Twilio account cannot be asked: {error.code}.")
        return
    yield Check("ok" if status == "active" else "wrong", f"The Twilio account is {status}.")
    if "sms" in accounts and not any(c.isdigit() for c in accounts["sms"]):
        yield Check("note", "The SMS sender is a name: families cannot answer it; notices ask them to read elsewhere.")
    if "whatsapp" in accounts:
        yield from _templates(contents, until)


def _templates(contents: Contents, until: float) -> Iterator[Check]:
    for purpose in TEMPLATES:
        if (purpose, "id") not in contents.templates:
            yield Check(
                "note",
                f"No template {purpose}.id in ADUAN_TWILIO_TEMPLATES: a closed window stays silent.",
            )
    for (purpose, locale), sid in sorted(contents.templates.items()):
        if time.monotonic() > until:
            yield Check("note", "Twilio answers too slowly to ask for every template.")
            return
        yield _template(contents, f"{purpose}.{locale}", sid)


def _template(contents: Contents, name: str, sid: str) -> Check:
    try:
        status = contents.approval(sid).lower()
    except SendError as error:
        missing = error.code in ("20404", "404")
        told = "does not exist in this account" if missing else f"cannot be asked for: {error.code}"
        return Check("wrong" if missing else "note", f"The template {name} {told}.")
    sentence = f"The template {name} is {status} by WhatsApp."
    if status == "approved":
        return Check("ok", sentence)
    return Check("note" if status in _UNDECIDED else "wrong", sentence)
