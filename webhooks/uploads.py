"""A request whose text survives its files: surplus bytes are counted and dropped, never an early refusal. Its words are
such as every database takes, wherever they stand."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from io import BytesIO
from typing import IO, Any

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict

from workflow.inbox import MAX_FILE, MAX_FILES, sanitise

#: Routes that take a text with files: the families' report and chat, what officers enter for them, officials' reports.
REPORTS = frozenset({"public.lapor", "chat.kirim", "console.catat_simpan", "console.laporkan"})
#: All files of one report together.
MAX_TOTAL = 40 * 1024 * 1024
#: Bytes of text fields that are read at all; far above what is accepted, so that a refused text comes back whole.
MAX_FIELDS = 24 * 1024 * 1024
#: Characters of one report.
MAX_TEXT = 1_000_000


class _Tray:
    """The files of one request within the limits; what is too much is counted and dropped."""

    def __init__(self) -> None:
        self.files = self.bytes = 0
        self.overfull = False

    def admits(self, size_of_file: int, more: int) -> bool:
        fits = size_of_file + more <= MAX_FILE and self.bytes + more <= MAX_TOTAL and self.files <= MAX_FILES
        self.overfull = self.overfull or not fits
        self.bytes += more if fits else 0
        return fits


class _Slot(BytesIO):
    """One file on its way in."""

    def __init__(self, tray: _Tray, *, counts: bool) -> None:
        super().__init__()
        tray.files += counts  # a field that was left empty arrives as a file without a name
        self._tray = tray

    def write(self, data: Any) -> int:
        return super().write(data) if self._tray.admits(self.tell(), len(data)) else len(data)


class _Kept(ImmutableMultiDict[str, Any]):
    """What came in a form or behind the question mark of an address, as the database may keep it."""

    def __init__(self, pairs: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__([(name, _legible(value)) for name, value in pairs])


class FormRequest(Request):
    """On the forms with files, too many or too large files never cost the text that came before them."""

    parameter_storage_class = _Kept
    _tray: _Tray | None = None

    @property
    def overfull(self) -> bool:
        """Whether files were dropped. Read the form first."""
        return self._tray is not None and self._tray.overfull

    def _load_form_data(self) -> None:
        if self.endpoint in REPORTS:
            multipart = self.mimetype == "multipart/form-data"
            self.max_content_length, self.max_form_memory_size = sys.maxsize if multipart else MAX_FIELDS, MAX_FIELDS
            self._tray = self._tray or _Tray()
        super()._load_form_data()

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self._tray is not None:
            return _Slot(self._tray, counts=bool(filename))
        return super()._get_file_stream(total_content_length, content_type, filename, content_length)


def install(app: Flask) -> None:
    """Every request of the application is such a one, and what its path names can be looked up."""
    app.request_class = FormRequest
    app.url_value_preprocessor(_read_path)


def _read_path(_endpoint: str | None, named: dict[str, Any] | None) -> None:
    if named:
        named.update({name: _legible(value) for name, value in named.items()})


def _legible(value: Any) -> Any:
    return sanitise(value) if isinstance(value, str) else value
