"""Contents at Twilio: approved templates for a closed window, buttons and lists for an open one.

https://www.twilio.com/docs/content/content-types-overview: inside the window quick replies (three) and list pickers
(ten) need no approval; outside it only approved templates go out, by ContentSid and ContentVariables, without a Body.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import threading
import time
from collections.abc import Mapping

from channels.base import SendError
from channels.twilio_rest import Rest
from workflow.messages import TEMPLATES, Outgoing
from workflow.wording import LOCALES

log = logging.getLogger(__name__)

Templates = Mapping[tuple[str, str], str]

BUTTONS, ITEMS = 3, 10
#: What WhatsApp shows of a text with buttons, of a button and of an item.
BODY_LIMIT, TITLE_LIMIT, ITEM_LIMIT = 1024, 20, 24
#: After a refused content the plain text is sent for this long, in seconds.
_REST = 3600.0
_SID = re.compile(r"HX[0-9a-fA-F]{32}")


def read_templates(setting: str) -> dict[tuple[str, str], str]:
    """``purpose.locale=HX…`` separated by commas or spaces, or the same as a JSON object. Raises ValueError."""
    found = {}
    for name, sid in _pairs(setting):
        purpose, _, locale = name.strip().partition(".")
        if purpose not in TEMPLATES or locale not in LOCALES:
            raise ValueError(f"{name.strip()!r} is not one of {', '.join(TEMPLATES)} with .id or .en")
        if not _SID.fullmatch(sid.strip()):
            raise ValueError(f"the ContentSid of {name.strip()} is not HX and 32 hexadecimal digits")
        found[purpose, locale] = sid.strip()
    return found


def _pairs(setting: str) -> list[tuple[str, str]]:
    if setting.lstrip().startswith("{"):
        content = json.loads(setting)
        return [(str(name), str(sid)) for name, sid in content.items()]
    pieces = [piece.partition("=") for piece in re.split(r"[,\s]+", setting) if piece]
    return [(name, sid) for name, _, sid in pieces]


class Contents:
    """The contents of one account. Those for buttons are made when they are first needed, and found again by name."""

    def __init__(self, rest: Rest, templates: Templates) -> None:
        self._rest, self.templates = rest, templates
        self._lock = threading.Lock()
        self._known: dict[str, str] | None = None
        self._resting_until = 0.0

    def compose(self, outgoing: Outgoing) -> dict[str, str]:
        """What of the message is sent: a template, a text with buttons, or the plain text. Raises SendError."""
        if outgoing.template and outgoing.channel == "whatsapp":
            sid = self.templates.get((outgoing.template, outgoing.locale)) or self.templates.get(
                (outgoing.template, "id")
            )
            if sid is None:
                raise SendError("no_template", retryable=False, ours=True, reason="template")
            return _content(sid, outgoing.variables)
        if sid := self._with_choices(outgoing):
            return _content(sid, (outgoing.body,))
        return {"body": outgoing.body}

    def _with_choices(self, outgoing: Outgoing) -> str | None:
        """The content that shows these answers; None where plain text must do, for the text names them anyway."""
        if not (outgoing.choices and outgoing.window_open and outgoing.channel == "whatsapp"):
            return None
        shape = _shape(outgoing.choices, outgoing.locale)
        if shape is None or len(outgoing.body) > BODY_LIMIT or time.monotonic() < self._resting_until:
            return None
        with self._lock:
            try:
                return self._find(shape, outgoing.locale)
            except SendError as error:
                log.warning("buttons are not to be had, plain text goes out: code=%s", error.code)
                self._resting_until = time.monotonic() + _REST
                return None

    def _find(self, shape: dict[str, object], locale: str) -> str | None:
        name = "aduan_" + hashlib.sha256(json.dumps([shape, locale], sort_keys=True).encode()).hexdigest()[:16]
        if self._known is None:
            listed = self._rest.pages(self._rest.content, {"PageSize": "500"}, "contents")
            self._known = {str(c.get("friendly_name")): str(c.get("sid")) for c in listed}
        if name not in self._known:
            content = {"friendly_name": name, "language": locale, "variables": {"1": "Aduan"}, "types": shape}
            self._known[name] = str(self._rest.create(self._rest.content, content).get("sid"))
        sid = self._known[name]
        return sid if _SID.fullmatch(sid) else None

    def approval(self, sid: str) -> str:
        """WhatsApp's word on a template: ``approved``, ``pending``, ``rejected``, … Raises SendError."""
        answer = self._rest.get(f"{self._rest.content}/{sid}/ApprovalRequests").get("whatsapp")
        return str(answer.get("status", "unsubmitted")) if isinstance(answer, dict) else "unsubmitted"


def _shape(choices: tuple[str, ...], locale: str) -> dict[str, object] | None:
    """Up to three answers are buttons, up to ten a list; the text itself is the variable."""
    if len(choices) <= BUTTONS and all(len(word) <= TITLE_LIMIT for word in choices):
        actions = [{"title": word, "id": word} for word in choices]
        return {"twilio/quick-reply": {"body": "{{1}}", "actions": actions}}
    if len(choices) <= ITEMS and all(len(word) <= ITEM_LIMIT for word in choices):
        items = [{"item": word, "id": word, "description": word} for word in choices]
        button = "Choose" if locale == "en" else "Pilih"
        return {"twilio/list-picker": {"body": "{{1}}", "button": button, "items": items}}
    return None


def _content(sid: str, variables: tuple[str, ...]) -> dict[str, str]:
    values = {str(n): value for n, value in enumerate(variables, start=1)}
    return {"content_sid": sid, **({"content_variables": json.dumps(values)} if values else {})}
