"""The complaint form as somebody filled it in, whose browser it came from, and what keeps it from being accepted."""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from webhooks import tracking
from webhooks.i18n import gettext as _
from webhooks.uploads import MAX_TEXT, FormRequest
from workflow import cases
from workflow.messages import Media

#: The form's cookie: its token begins the address of every report from that browser.
COOKIE = "aduan_web"
MAX_PLACE = 200
TOKEN = re.compile(r"[A-Za-z0-9_-]{24,64}")
PIN = re.compile(r"[0-9]{6,32}")


def matching(shape: re.Pattern[str], value: str) -> str:
    return value if shape.fullmatch(value) else ""


def browser() -> str:
    """This browser's token, if it has one."""
    return matching(TOKEN, request.cookies.get(COOKIE, ""))


@dataclass(frozen=True)
class Report:
    """The form as somebody filled it in."""

    form_id: str
    token: str
    text: str = ""
    unit: str = ""
    place: str = ""
    near: tuple[tuple[str, str], ...] = ()
    sure: str = ""
    many: bool = False
    direct: bool = False
    visibility: str = "confidential"
    name: str = ""
    contact: str = ""
    pin: str = ""
    trap: str = ""
    media: tuple[Media, ...] = field(default=(), repr=False)

    @classmethod
    def read(cls, form: MultiDict[str, str], media: tuple[Media, ...] = ()) -> Report:
        """From the fields of a request; whatever is odd takes its default and is never an error."""
        typed = {name: form.get(name, "").replace("\r\n", "\n") for name in _FIELDS}
        visibility = typed["kerahasiaan"]
        return cls(
            form_id=matching(tracking.ID, form.get("form_id", "")) or uuid.uuid4().hex,
            token=browser() or matching(TOKEN, form.get("kunci", "")) or secrets.token_urlsafe(24),
            text=typed["text"],
            unit=typed["unit"],
            place=" ".join(typed["unit"].split())[:MAX_PLACE],
            sure=form.get("unit_pasti", ""),
            direct=typed["tujuan"] == "kanwil",
            visibility=visibility if visibility in cases.VISIBILITIES else "confidential",
            name=typed["nama"].strip(),
            contact=typed["kontak"].strip(),
            pin=typed["pin"].strip(),
            trap=typed["situs"].strip(),
            media=media,
        )

    @property
    def sender(self) -> str:
        """Each report is a conversation of its own; the token ties it to the browser."""
        return f"{self.token}:{self.form_id}"

    @property
    def told(self) -> str:
        """The words, and below them the place that is on no list of ours."""
        lost = self.many and self.place and not self.unit
        return f"{self.text}\n\n({self.place})" if lost else self.text

    @property
    def facts(self) -> dict[str, str]:
        """Who it is. Of an anonymous report nothing is kept, not even encrypted."""
        return {} if self.visibility == "anonymous" else {"name": self.name, "contact": self.contact}

    @property
    def options(self) -> dict[str, Any]:
        return {"direct_to_kanwil": self.direct, "visibility": self.visibility, "unit": self.unit, "form": True}


_FIELDS = ("text", "unit", "tujuan", "kerahasiaan", "nama", "kontak", "pin", "situs")


@dataclass(frozen=True)
class Fault:
    """What keeps a form from being accepted: the field, a sentence, the HTTP status."""

    field: str
    sentence: str
    status: int = 422


def uploads() -> tuple[Media, ...]:
    chosen = [f for f in request.files.getlist("files") if f.filename]
    return tuple(Media(f.filename or "", f.mimetype, f.stream.read()) for f in chosen)


def faults_of(report: Report) -> list[Fault]:
    """Everything at once, in the order of the fields."""
    return [fault for check in (_wrong_text, _wrong_place, _wrong_self, _wrong_files) if (fault := check(report))]


def _wrong_files(_report: Report) -> Fault | None:
    if not isinstance(request, FormRequest) or not request.overfull:
        return None
    sentence = _(
        "Berkas terlalu besar: paling banyak 10 berkas, 16 MB tiap berkas, 40 MB seluruhnya. "
        "Tulisan Anda masih ada; pilih berkas yang lebih kecil, atau kirim tanpa berkas."
    )
    return Fault("files", sentence, 413)


def _wrong_text(report: Report) -> Fault | None:
    if len(report.text) > MAX_TEXT:
        sentence = _("Teks itu terlalu panjang untuk satu pengaduan. Bagilah menjadi beberapa pengaduan.")
        return Fault("text", sentence, 413)
    return None if report.text.strip() else Fault("text", _("Ceritakan dulu apa yang terjadi. Satu kalimat pun cukup."))


def _wrong_place(report: Report) -> Fault | None:
    if report.many and report.place and not report.unit and not report.sure:
        return Fault("unit", _("Belum jelas lapas atau rutan mana. Pilih di bawah, atau tulis nama kotanya."))
    return None


def _wrong_self(report: Report) -> Fault | None:
    if report.pin and not PIN.fullmatch(report.pin):
        return Fault("pin", _("PIN terdiri dari enam angka atau lebih. Kosongkan bila tidak perlu."))
    if report.trap:
        return Fault("situs", _("Satu isian tersembunyi terisi oleh peramban Anda. Mohon tekan Kirim sekali lagi."))
    return None
