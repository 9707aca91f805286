"""The Bot API, as far as python-telegram-bot needs it for a complaint desk.

https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.servers.loopback import Answer, Call, LoopbackServer

TOKEN = "123456789:AAE-uji_coba_0123456789abcdefghijklm"

_ERRORS: dict[str, tuple[int, str, dict[str, int]]] = {
    "429": (429, "Too Many Requests: retry after 3", {"retry_after": 3}),
    "403": (403, "Forbidden: bot was blocked by the user", {}),
    "400": (400, "Bad Request: chat not found", {}),
    "400 other": (400, "Bad Request: message text is empty", {}),
    "500": (500, "Internal Server Error", {}),
    "502": (502, "Bad Gateway", {}),
    "403 kicked": (403, "Forbidden: bot was kicked from the supergroup chat", {}),
    "409": (
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
        {},
    ),
    "401": (401, "Unauthorized", {}),
    "too big": (400, "Bad Request: file is too big", {}),
    "migrated": (400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": -100123}),
}


@dataclass(frozen=True)
class SentText:
    """A message that the server has taken."""

    message_id: int
    chat_id: str
    text: str
    buttons: tuple[str, ...] = ()
    topic: str = ""


class TelegramServer(LoopbackServer):
    """One bot, its chats, and the updates that nobody has confirmed yet.

    ``plan(chat_id, outcome, times)`` decides what a chat's next messages meet; with the name of a method in place of
    the chat, what its next calls meet. Outcomes: ``ok``, any key of the error table, ``hang``, ``drop``, ``garbage`` (200 that is not JSON),
    ``hollow`` (a message without its mandatory fields).
    """

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.messages: list[SentText] = []
        self.calls: list[str] = []
        self._plans: dict[str, list[str]] = {}
        self._standing: dict[str, str] = {}
        self._files: dict[str, bytes] = {}
        self._numbers = count(1)
        self.answered: list[str] = []
        self.webhook: dict[str, str] = {}
        self.updates: list[dict[str, Any]] = []
        self.history: dict[int, dict[str, Any]] = {}
        self.confirmed: list[int] = []
        self.conflicts = 0
        self._update_ids = count(700_000)
        self._news = threading.Condition()
        self._asked = 0
        super().__init__()

    def plan(self, chat_id: str, outcome: str, times: int | None = None) -> None:
        if times is None:
            self._standing[chat_id] = outcome
        else:
            self._plans.setdefault(chat_id, []).extend([outcome] * times)

    def add_file(self, file_id: str, content: bytes) -> None:
        self._files[file_id] = content

    def answer(self, call: Call) -> Answer:
        file_prefix = f"/file/bot{self.token}/"
        if call.path.startswith(file_prefix):
            content = self._files.get(call.path.removeprefix(file_prefix).removeprefix("files/"))
            return Answer(404) if content is None else Answer(200, content)
        prefix = f"/bot{self.token}/"
        if not call.path.startswith(prefix):
            return _refuse(401, "Unauthorized", {})
        method = call.path.removeprefix(prefix)
        self.calls.append(method)
        form = {**call.query, **call.form}
        planned = self._plans.get(method)
        outcome = planned.pop(0) if planned else self._standing.get(method, "ok")
        if outcome != "ok":
            return self._spoilt(outcome)
        handlers = {
            "getMe": self._get_me, "sendMessage": self._send_message, "getFile": self._get_file,
            "getUpdates": self._get_updates, "deleteWebhook": self._set_webhook, "setWebhook": self._set_webhook,
            "getWebhookInfo": self._get_webhook_info, "answerCallbackQuery": self._answer_callback_query,
        }  # fmt: skip
        handler = handlers.get(method)
        return handler(form) if handler else _refuse(404, "Not Found", {})

    # -- people ------------------------------------------------------------------------------------

    def push(self, **event: Any) -> int:
        """Something happens; returns the id of its update."""
        number = next(self._update_ids)
        with self._news:
            self.history[number] = {"update_id": number, **event}
            self.updates.append(self.history[number])
            self._news.notify_all()
        return number

    def say(self, text: str, person: int = 5551, **fields: Any) -> int:
        """A person writes to the bot."""
        message = {"message_id": next(self._numbers), "from": _user(person), "chat": _chat(person), "date": 1794787200}
        return self.push(message={**message, "text": text, **fields})

    def press(self, word: str, person: int = 5551) -> int:
        """A person presses a button below the newest message that has it."""
        shown = next(m for m in reversed(self.messages) if m.chat_id == str(person) and word in m.buttons)
        keyboard = {"inline_keyboard": [[{"text": b, "callback_data": b} for b in shown.buttons]]}
        message = {"message_id": shown.message_id, "chat": _chat(person), "date": 1, "text": shown.text}
        query = {"id": f"q{next(self._numbers)}", "from": _user(person), "chat_instance": "1", "data": word}
        return self.push(callback_query={**query, "message": {**message, "reply_markup": keyboard}})

    def block(self, person: int = 5551, *, blocked: bool = True) -> int:
        """A person shuts the bot out, or lets it in again."""
        self.plan(str(person), "403" if blocked else "ok")
        old, new = ({"status": status, "user": {"id": 1}} for status in ("member", "kicked")[:: 1 if blocked else -1])
        change = {"chat": _chat(person), "from": _user(person), "date": 1}
        return self.push(my_chat_member={**change, "old_chat_member": old, "new_chat_member": new})

    def sent_to(self, person: int = 5551) -> list[str]:
        return [message.text for message in self.messages if message.chat_id == str(person)]

    # -- the bot asks ------------------------------------------------------------------------------

    def _get_updates(self, form: dict[str, str]) -> Answer:
        if self.webhook:
            return _refuse(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook", {})
        until = time.monotonic() + min(float(form.get("timeout", 0)), 0.5)
        with self._news:
            self._asked += 1
            mine = self._asked
            self._news.notify_all()
            if offset := int(form.get("offset", 0)):
                known = [u for u in self.updates if not isinstance(u, dict) or u["update_id"] < offset]
                self.confirmed += [u["update_id"] for u in known if isinstance(u, dict)]
                self.updates = [u for u in self.updates if u not in known]
            while not self.updates and mine == self._asked and time.monotonic() < until and not self.released.is_set():
                self._news.wait(0.1)
            if mine != self._asked:
                self.conflicts += 1
                return _refuse(*_ERRORS["409"])
            return _accept(self.updates[: int(form.get("limit", 100))])

    def _set_webhook(self, form: dict[str, str]) -> Answer:
        if form.get("drop_pending_updates") in ("true", "True", "1"):
            self.updates.clear()
        self.webhook = form if form.get("url") else {}
        return _accept(True)

    def _get_webhook_info(self, form: dict[str, str]) -> Answer:
        known = {"url": self.webhook.get("url", ""), "has_custom_certificate": False}
        return _accept({**known, "pending_update_count": len(self.updates)})

    def _answer_callback_query(self, form: dict[str, str]) -> Answer:
        self.answered.append(form.get("callback_query_id", ""))
        return _accept(True)

    def _get_me(self, form: dict[str, str]) -> Answer:
        return _accept(
            {"id": int(self.token.split(":")[0]), "is_bot": True, "first_name": "Aduan", "username": "a_bot"}
        )

    def _get_file(self, form: dict[str, str]) -> Answer:
        file_id = form.get("file_id", "")
        if file_id not in self._files:
            return _refuse(400, "Bad Request: invalid file_id", {})
        size = len(self._files[file_id])
        path = f"files/{file_id}"
        return _accept({"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": size, "file_path": path})

    def _send_message(self, form: dict[str, str]) -> Answer:
        chat_id = form.get("chat_id", "")
        planned = self._plans.get(chat_id)
        outcome = planned.pop(0) if planned else self._standing.get(chat_id, "ok")
        if outcome not in ("ok", "garbage", "hollow"):
            return self._spoilt(outcome)
        number = next(self._numbers)
        rows = json.loads(form.get("reply_markup", "{}")).get("inline_keyboard", [])
        buttons = tuple(button["text"] for row in rows for button in row)
        text, topic = form.get("text", ""), form.get("message_thread_id", "")
        self.messages.append(SentText(number, chat_id, text, buttons, topic))
        if outcome == "garbage":
            return self._spoilt(outcome)
        if outcome == "hollow":
            return _accept({"text": "hampa"})
        chat = {"id": int(chat_id), "type": "private", "first_name": "Siti"}
        return _accept({"message_id": number, "date": 1794787200, "chat": chat, "text": form.get("text", "")})

    def _spoilt(self, outcome: str) -> Answer:
        if outcome == "hang":
            return self.hang()
        if outcome == "drop":
            return Answer(0)
        return Answer(200, b"<html>gateway</html>") if outcome == "garbage" else _refuse(*_ERRORS[outcome])


def _user(person: int) -> dict[str, Any]:
    return {"id": person, "is_bot": False, "first_name": "Siti", "language_code": "id"}


def _chat(person: int) -> dict[str, Any]:
    return {"id": person, "type": "private", "first_name": "Siti"}


def _accept(result: object) -> Answer:
    return Answer(200, json.dumps({"ok": True, "result": result}).encode(), {"Content-Type": "application/json"})


def _refuse(status: int, description: str, parameters: dict[str, int]) -> Answer:
    content = {"ok": False, "error_code": status, "description": description}
    if parameters:
        content["parameters"] = parameters
    return Answer(status, json.dumps(content).encode(), {"Content-Type": "application/json"})
