"""What somebody wrote into a form of the console, each text under the word that stood at its field.

A form whose page is gone gives back all that was written and nothing else: none of our own tokens, no password. A
choice or a day is picked again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from webhooks.i18n import gettext as _
from webhooks.i18n import locale
from workflow import inspection, unit_settings, wording
from workflow.slugs import N_

#: The fields that people write into, by name; ``<form>.<name>`` where a name means different things.
FIELDS = {
    "catat_simpan.text": N_("Apa yang disampaikan?"),
    "report.text": N_("Apa yang dilakukan dan ditemukan"),
    "laporkan.text": N_("Apa yang dilakukan dan ditemukan"),
    "draft.text": N_("Teks jawaban"),
    "keberatan.reason": N_("Apa yang belum selesai?"),
    "kalender_tambah.source": N_("Dasar"),
    "text": N_("Pesan"),
    "reason": N_("Alasan"),
    "summary": N_("Ringkasan"),
    "measure": N_("Tindakan"),
    "standard": N_("Standar dan dokumennya"),
    "official": N_("Pelaksana"),
    "effort": N_("Waktu atau biaya"),
    "answer": N_("Konsep jawaban"),
    "note": N_("Catatan untuk pejabat"),
    "catat_simpan.waktu": N_("Kapan disampaikan?"),
    "waktu": N_("Dikosongkan pada"),
    "nama": N_("Nama"),
    "telepon": N_("Telepon"),
    "kontak": N_("Surel, akun, atau alamat"),
    "surat": N_("Jumlah surat di dalamnya"),
    "saksi": N_("Nama saksi yang ikut membuka"),
    "text_id": N_("Keterangan"),
    "text_en": N_("Dalam bahasa Inggris"),
    "source": N_("Sumber"),
    "perintah": N_("Nomor surat perintah"),
    "number": N_("Nomor pengaduan"),
    "nomor": N_("Nomor pengaduan atau nomor surat"),
    "first": N_("Hanya mulai pukul"),
    "last": N_("Sampai pukul"),
}
#: Fields of parties, as ``party_field`` words them.
_PARTY = ("name", "block", "room", "post")
_NUMBERED = re.compile(r"(\w+)-(\d)")


@dataclass(frozen=True)
class Written:
    """One text, and the word at its field."""

    word: str
    text: str


def written(form: str, values: Mapping[str, str]) -> list[Written]:
    """Everything that was written into a form, in its order; ``form`` is the action or the view that it belongs to."""
    told = ((word_of(form, name), _as_read(name, value.strip())) for name, value in values.items())
    return [Written(word, value) for word, value in told if word and value]


def _as_read(name: str, value: str) -> str:
    return value.replace("T", " ") if name == "waktu" else value


def word_of(form: str, name: str) -> str:
    """The word at a field; empty for what nobody writes."""
    if numbered := _NUMBERED.fullmatch(name):
        word = word_of(form, numbered[1])
        return f"{word} ({_('Alternatif %(n)s', n=int(numbered[2]) + 1)})" if word else ""
    if word := FIELDS.get(f"{form}.{name}") or FIELDS.get(name, ""):
        return _(word)
    if name in _PARTY:
        return wording.label("party_field", name, locale())
    if form == "periksa" and name in inspection.PARTS:
        return wording.label("inspection", name, locale())
    return unit_settings.word(name, locale()) if name in unit_settings.table() else ""
