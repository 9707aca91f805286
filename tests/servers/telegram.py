"""The Bot API, as far as python-telegram-bot needs it for a complaint desk.

https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count

from tests.servers.loopback import Answer, Call, LoopbackServer

TOKEN = "123456789:AAE-uji_coba_0123456789abcdefghijklm"

_ERRORS: dict[str, tuple[int, str, dict[str, int]]] = {
    "429": (429, "Too Many Requests: retry after 3", {"retry_after": 3}),
    "403": (403, "Forbidden: bot was blocked by the user", {}),
    "400": (400, "Bad Request: chat not found", {}),
    "400 other": (400, "Bad Request: message text is empty", {}),
    "500": (500, "Internal Server Error", {}),
    "502": (502, "Bad Gateway", {}),
    "migrated": (400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": -100123}),
}


@dataclass(frozen=True)
class SentText:
    """A message that the server has taken."""

    message_id: int
    chat_id: str
    text: str


class TelegramServer(LoopbackServer):
    """One bot. ``plan(chat_id, outcome, times)`` decides what a chat's next messages meet.

    Outcomes: ``ok``, any key of the error table, ``hang``, ``drop``, ``garbage`` (200 that is not JSON),
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
        handlers = {"getMe": self._get_me, "sendMessage": self._send_message, "getFile": self._get_file}
        handler = handlers.get(method)
        return handler(call.form) if handler else _refuse(404, "Not Found", {})

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
        if outcome in _ERRORS:
            return _refuse(*_ERRORS[outcome])
        if outcome == "hang":
            return self.hang()
        if outcome == "drop":
            return Answer(0)
        number = next(self._numbers)
        self.messages.append(SentText(number, chat_id, form.get("text", "")))
        if outcome == "garbage":
            return Answer(200, b"<html>gateway</html>")
        if outcome == "hollow":
            return _accept({"text": "hampa"})
        chat = {"id": int(chat_id), "type": "private", "first_name": "Siti"}
        return _accept({"message_id": number, "date": 1794787200, "chat": chat, "text": form.get("text", "")})


def _accept(result: object) -> Answer:
    return Answer(200, json.dumps({"ok": True, "result": result}).encode(), {"Content-Type": "application/json"})


def _refuse(status: int, description: str, parameters: dict[str, int]) -> Answer:
    content = {"ok": False, "error_code": status, "description": description}
    if parameters:
        content["parameters"] = parameters
    return Answer(status, json.dumps(content).encode(), {"Content-Type": "application/json"})
