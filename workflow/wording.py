"""Every sentence that a citizen or an officer reads outside the templates, and the catalogues for both.

Indonesian is the source language: the msgids are the Indonesian sentences, ``locales/en`` translates all of
them. The outbox and the console refer to sentences by key, so that a wording can be improved without migration.
"""

from __future__ import annotations

import gettext as gettext_module
import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from workflow.datawords import DATA_MESSAGES
from workflow.labels import LABELS, PUBLIC_STATUS
from workflow.mailwords import REPORT_MAILS
from workflow.pagewords import PAGES
from workflow.paperwords import PAPERS
from workflow.safewords import SAFE_MESSAGES
from workflow.slugs import N_
from workflow.unitlabels import DIRECTOR_GENERAL, HEAD

LOCALES = ("id", "en")
DIRECTORY = Path(__file__).parent / "locales"


MESSAGES: dict[str, str] = {
    # ---------------------------------------------------------------- to the complainant
    "welcome": N_(
        "Selamat datang di layanan pengaduan {unit}. Layanan ini gratis; kami tidak pernah meminta uang "
        "atau transfer.\n\n"
        "Tulis saja keluhan Anda dengan kata-kata sendiri. Pesan dibaca petugas Unit Layanan Pengaduan {unit}. "
        "Nama dan nomor Anda tidak ditampilkan kepada petugas, kecuali Anda membalas TERBUKA.\n\n"
        "Tidak ingin dibaca di {unit}? Balas KANWIL lebih dulu, maka pengaduan Anda langsung ke {kanwil}.\n"
        "Sudah pernah melapor? Balas STATUS dan kode tanda terima Anda. "
        "Tentang data Anda sendiri: balas DATA SAYA untuk salinannya, atau HAPUS DATA SAYA.\n"
        "For English, reply ENGLISH."
    ),
    "welcome_above": N_(
        "Selamat datang di layanan pengaduan {unit}. Layanan ini gratis; kami tidak pernah meminta uang "
        "atau transfer.\n\n"
        "Tulis saja keluhan Anda dengan kata-kata sendiri, dan sebutkan lapas atau rutannya. Nama dan nomor Anda tidak "
        "ditampilkan kepada petugas, kecuali Anda membalas TERBUKA.\n\n"
        "Sudah pernah melapor? Balas STATUS dan kode tanda terima Anda. "
        "Tentang data Anda sendiri: balas DATA SAYA untuk salinannya, atau HAPUS DATA SAYA.\n"
        "For English, reply ENGLISH."
    ),
    "mail_subject": N_("Pengaduan {number}"),
    "mail_subject_plain": N_("Layanan Pengaduan"),
    "opened": N_(
        "Pengaduan Anda sudah kami terima.\n\nNomor: {number}\nKode tanda terima:\n{code}\n\n"
        "Simpan kode ini, jangan berikan kepada siapa pun. Untuk bertanya kabar balas STATUS, untuk mencabut balas "
        "CABUT.\n\n{privacy}\n\nLayanan ini gratis; kami tidak pernah meminta transfer."
    ),
    "privacy_told": N_("{privacy}\n\nPesan Anda juga tersimpan di pengaduan {number}."),
    "offer_kanwil": N_("Tidak ingin dibaca di {unit}? Balas KANWIL."),
    "privacy_open": N_("Petugas yang menangani dapat melihat nama dan nomor Anda, seperti yang Anda pilih."),
    "privacy_confidential": N_(
        "Petugas hanya melihat nama samaran, tetapi membaca kata-kata Anda apa adanya. Nama dan nomor Anda disimpan "
        "terkunci; membukanya perlu alasan yang tercatat. Pemilik komputer layanan ini dan penyedia saluran pesan "
        "secara teknis dapat mengetahui nomor Anda. Balas ANONIM bila nama Anda tidak boleh dibuka siapa pun."
    ),
    "privacy_anonymous": N_(
        "Pengaduan Anda anonim: nama dan nomor Anda tidak ditampilkan kepada petugas dan tidak boleh dibuka siapa pun. "
        "Nama yang Anda tulis sendiri di dalam pesan tetap terbaca. Pemilik komputer layanan ini dan penyedia saluran "
        "pesan secara teknis dapat mengetahui nomor Anda."
    ),
    "sealed": N_(
        "Pengaduan ini ditangani {kanwil}. Petugas dan pimpinan {unit} tidak dapat melihatnya di layanan ini."
    ),
    "sealed_later": N_(
        "Mulai sekarang pengaduan ini ditangani {kanwil} dengan nomor {number}. Petugas {unit} tidak dapat melihatnya "
        "lagi; apa yang sudah mereka baca sebelumnya tetap tercatat."
    ),
    "unsealed": N_(
        "{kanwil} memeriksa pengaduan Anda dan menyerahkannya kepada {unit}, dengan nomor {number}. Mulai sekarang "
        "petugas {unit} dapat membacanya. Alasannya: {reason}"
    ),
    "kanwil_next": N_("Baik. Tulis pengaduan Anda sekarang; pengaduan itu langsung ke {kanwil}, bukan ke {unit}."),
    "already_kanwil": N_("Pengaduan Anda sudah ditangani {kanwil}."),
    "emergency": N_(
        "Kami memahami ini mendesak. Tanda darurat langsung kami kirim kepada {to}, tanpa isi pesan dan tanpa nama "
        "Anda.\n"
        "Layanan ini bukan layanan gawat darurat. Bila ada bahaya sekarang, hubungi:\n{help}"
    ),
    "emergency_again": N_(
        "Kami memahami ini mendesak. Tanda darurat untuk pengaduan {number} sudah kami kirim kepada {to}, dan kami "
        "ulangi sampai ada yang menanganinya, tanpa isi pesan dan tanpa nama Anda.\n"
        "Layanan ini bukan layanan gawat darurat. Bila ada bahaya sekarang, hubungi:\n{help}"
    ),
    "ask_when_where": N_(
        "Agar cepat ditangani: kapan dan di mana kejadiannya? Balas dengan kalimat biasa, atau balas LEWATI."
    ),
    "ask_who": N_(
        "Siapa nama warga binaan atau tahanan yang bersangkutan, dan di blok atau kamar mana? "
        "Bila Anda takut menyebutnya, balas LEWATI."
    ),
    "facts_done": N_("Terima kasih. Keterangan Anda sudah ditambahkan ke pengaduan {number}."),
    "added": N_(
        "Pesan Anda sudah ditambahkan ke pengaduan {number}. Bila ini hal lain, balas BARU lalu tulis pengaduan baru."
    ),
    "new_next": N_("Baik. Tulis pengaduan baru Anda; kami buatkan nomor tersendiri."),
    "ask_code": N_("Balas dengan kode tanda terima Anda, 16 huruf dan angka, misalnya 7K3M-9QTX-2PWD-HR5B."),
    "bad_code": N_(
        "Kode itu tidak kami kenali. Mohon periksa lagi: 16 huruf dan angka, tanpa angka 0 dan 1, tanpa huruf O dan I. "
        "Nomor yang berawal ADU bukan kode."
    ),
    "status": N_("Pengaduan {number}: {state}"),
    "status_stored": N_("Pesan Anda sudah tersimpan dan sedang diproses. Silakan tanyakan lagi sebentar lagi."),
    "visibility_open": N_("Baik. Mulai sekarang petugas yang menangani dapat melihat nama dan nomor Anda."),
    "visibility_confidential": N_("Baik. Mulai sekarang petugas hanya melihat nama samaran."),
    "visibility_anonymous": N_("Baik. Mulai sekarang pengaduan Anda anonim; nama Anda tidak boleh dibuka siapa pun."),
    "thanks": N_("Baik, terima kasih. Kami di sini; tulis saja bila ada yang perlu kami ketahui."),
    "to_kanwil": N_("{kanwil}"),
    "to_head_and_kanwil": N_("pimpinan {unit} dan {kanwil}"),
    "to_shift": N_("petugas piket dan pimpinan {unit}"),
    "invite": N_(
        "Silakan, ceritakan di sini. Tidak perlu takut: petugas tidak melihat nama Anda, dan Anda boleh tidak menyebut "
        "nama siapa pun. Bila tidak ingin dibaca di {unit}, balas KANWIL lebih dulu, lalu tulis ceritanya."
    ),
    "invite_above": N_(
        "Silakan, ceritakan di sini, dan sebutkan lapas atau rutannya. Tidak perlu takut: petugas tidak melihat nama "
        "Anda, dan Anda boleh tidak menyebut nama siapa pun."
    ),
    "praise_thanks": N_("Terima kasih atas pesan baik Anda. Kami catat dan sampaikan kepada {unit}."),
    "aspiration_thanks": N_("Terima kasih atas saran Anda. Kami catat untuk perbaikan layanan {unit}."),
    "answer": N_("{answer}\n\nApakah ini membantu? Balas YA atau BELUM. Untuk bertanya kepada petugas balas PETUGAS."),
    "answer_person": N_("{answer}\n\nUntuk bertanya kepada petugas balas PETUGAS."),
    "answer_helped": N_("Terima kasih. Bila ada pertanyaan lain, tulis saja di sini."),
    "answer_missing": N_("belum tersedia; petugas dapat menjawabnya."),
    "answer_source": N_("Sumber: {source}, {day}."),
    "information_opened": N_(
        "Pertanyaan Anda kami teruskan kepada petugas.\nNomor: {number}\nKode tanda terima: {code}\n"
        "Petugas menjawab paling lambat lima hari kerja."
    ),
    "informed": N_(
        "Jawaban petugas atas pertanyaan {number}:\n\n{text}\n\n"
        "Bila belum terjawab, balas TIDAK PUAS dan tulis apa yang kurang."
    ),
    "no_answer": N_(
        "Maaf, jawaban pasti untuk pertanyaan itu belum ada di sini. Balas PETUGAS, maka petugas {unit} yang menjawab. "
        "Semua layanan gratis."
    ),
    "answer_not_helped": N_("Mohon maaf. Pertanyaan Anda kami teruskan kepada petugas."),
    "ask_risk": N_("Apakah Anda takut ada pembalasan bila pengaduan ini diketahui? Balas YA atau TIDAK, atau LEWATI."),
    "risk_yes": N_(
        "Kami catat. Nama Anda tetap tidak ditampilkan kepada petugas. Bila lebih aman ditangani di luar {unit}, "
        "balas KANWIL. Bila Anda diancam atau dibalas karena melapor, tulis TIDAK AMAN dan apa yang terjadi: itu "
        "langsung ke {kanwil}, tidak dibaca di {unit}."
    ),
    "risk_yes_away": N_(
        "Kami catat. Nama Anda tetap tidak ditampilkan kepada petugas. Pengaduan ini sudah ditangani di luar lapas dan "
        "rutan. Bila Anda diancam atau dibalas karena melapor, tulis TIDAK AMAN dan apa yang terjadi: itu langsung ke "
        "{kanwil}."
    ),
    "risk_no": N_("Baik, terima kasih."),
    "after_hours": N_("Petugas membaca pesan pada hari kerja pukul 08.00 sampai 16.00."),
    "added_unsure": N_(
        "Pesan Anda kami tambahkan ke pengaduan {number}. Apakah ini hal lain? "
        "Balas BARU, maka kami buatkan pengaduan tersendiri."
    ),
    "stopped": N_(
        "Baik, kami tidak akan mengirim pesan lagi ke sini. Pengaduan Anda tetap ditangani. "
        "Tulis apa saja untuk mulai lagi."
    ),
    "joined": N_(
        "Pengaduan {number} kami tangani bersama laporan lain tentang peristiwa yang sama. Nama dan isi pesan Anda "
        "tidak diketahui pelapor lain, dan Anda tetap menerima jawaban sendiri."
    ),
    "merged": N_(
        "Pesan Anda pada pengaduan {old} menyangkut hal yang sama dengan {number}, maka kami satukan di {number}. "
        "Nomor dan kode Anda yang lama tetap berlaku."
    ),
    "unmerged": N_("Pengaduan {number} kami tangani lagi tersendiri, dihitung sejak Anda mengirimnya."),
    "split": N_(
        "Sebagian pesan Anda pada {old} menyangkut hal lain, maka kami buatkan pengaduan tersendiri.\n\n"
        "Nomor: {number}\nKode tanda terima:\n{code}"
    ),
    "unsplit": N_(
        "Pesan yang kami pisahkan ke {old} kami tangani lagi bersama {number}. Nomor dan kode Anda untuk {old} tetap "
        "berlaku."
    ),
    "answer_until": N_(
        "Mohon dibalas sampai {day}. Bila belum ada balasan, pemeriksaan dilanjutkan dengan keterangan yang ada."
    ),
    "extended": N_(
        "Pemeriksaan pengaduan {number} memerlukan waktu lebih lama. Jawaban kami sampaikan paling lambat {day}. "
        "Alasannya: {reason}"
    ),
    "extended_provisionally": N_(
        "Pemeriksaan pengaduan {number} memerlukan waktu lebih lama. Jawaban kami sampaikan paling lambat {day}. "
        "Tanggal itu masih sementara, sebab hari libur tahun itu belum ditetapkan. Alasannya: {reason}"
    ),
    "page": N_(
        "Aduan: keadaan DARURAT pada {number} perlu ditangani sekarang. Masuk ke layanan pengaduan untuk membacanya."
    ),
    "person_hint": N_("Silakan tulis hal yang ingin Anda tanyakan atau adukan; petugas membacanya."),
    "unsupported": N_(
        "Pesan jenis ini belum dapat kami baca, tetapi sudah kami simpan. Mohon tuliskan isinya dengan kata-kata."
    ),
    "group_refused": N_(
        "Mohon maaf, pengaduan tidak diterima di grup atau kanal karena orang lain ikut membaca. Silakan tulis kepada "
        "kami secara pribadi: ketuk nama bot ini, lalu Mulai."
    ),
    "files_limit": N_(
        "Sebagian berkas tidak dapat kami simpan: paling banyak {files} berkas sekali kirim, masing-masing paling "
        "besar {size} MB. Yang lain sudah kami terima. Kirim lagi yang lebih kecil, atau ceritakan isinya."
    ),
    "file_too_large": N_(
        "Maaf, satu berkas terlalu besar dan tidak dapat kami ambil (paling besar {limit} MB). "
        "Mohon kirim dalam ukuran lebih kecil atau dalam beberapa bagian, atau ceritakan isinya dengan kata-kata."
    ),
    "media_received": N_("Berkas Anda sudah kami terima. Mohon tuliskan dengan singkat apa yang terjadi."),
    "not_understood": N_(
        "Maaf, pesan itu tidak kami pahami sebagai pengaduan. Bila ada keluhan, tulis saja dengan kata-kata biasa."
    ),
    "officer_message": N_("Dari petugas pengaduan, tentang {number}:\n\n{text}"),
    "official": N_(
        "Jawaban resmi {unit} atas pengaduan {number}:\n\n{body}\n\n"
        "Bila sudah selesai, balas PUAS. Bila belum, balas TIDAK PUAS dan satu kalimat alasannya, paling lambat "
        "sepuluh hari kerja lagi. Tanpa balasan, pengaduan ditutup. Layanan ini gratis."
    ),
    "answer_ready": N_("Jawaban resmi atas laporan {number} sudah ada. Balas pesan ini untuk membacanya."),
    "answer_ready_reply": N_(
        "Jawaban resmi untuk Anda sudah ada. Balas pesan ini untuk membacanya, atau ambil di pos layanan pengaduan: "
        "ketik sendiri kode tanda terima Anda di sana."
    ),
    "answer_ready_only": N_(
        "Jawaban resmi untuk Anda sudah ada. Baca lewat percakapan sebelumnya, atau ambil di pos layanan pengaduan: "
        "ketik sendiri kode tanda terima Anda di sana."
    ),
    "question": N_("Ada pertanyaan petugas tentang laporan {number}. Balas pesan ini untuk membacanya."),
    "reminder": N_("Petugas masih menunggu keterangan Anda tentang laporan {number}. Mohon balas di sini."),
    "official_at_desk": N_(
        "Jawaban resmi {unit} atas pengaduan {number} sudah ada. Karena memuat data pribadi yang dilindungi, jawaban "
        "lengkap diserahkan di pos layanan pengaduan. Ketik sendiri kode tanda terima Anda di sana; jangan berikan "
        "kepada petugas.{body}"
    ),
    "ask_reason": N_("Mohon maaf belum memuaskan. Balas dengan satu kalimat: apa yang belum selesai?"),
    "added_answered": N_(
        "Pesan Anda sudah ditambahkan ke pengaduan {number}, dan petugas diberi tahu. Apakah jawaban resmi sudah "
        "menyelesaikan masalahnya? Balas PUAS, atau TIDAK PUAS dan alasannya."
    ),
    "reopened_unasked": N_(
        "Sesudah jawaban resmi Anda masih menulis tentang pengaduan {number}. Karena itu pengaduan tidak ditutup, "
        "tetapi dibuka kembali dan ditangani orang lain."
    ),
    "ask_which": N_("Tentang lapas atau rutan mana? Balas dengan namanya, atau balas LEWATI bila tidak tahu."),
    "placed": N_("Baik, pengaduan Anda tentang {unit}. Nomornya sekarang {number}; kode tanda terima tetap sama."),
    "reopened": N_("Pengaduan {number} dibuka kembali dan ditangani orang lain. Alasan Anda sudah kami catat."),
    "closed_satisfied": N_("Terima kasih atas jawaban Anda. Pengaduan {number} ditutup."),
    "closed_silence": N_(
        "Pengaduan {number} ditutup karena sepuluh hari kerja tidak ada balasan. "
        "Bila masalahnya belum selesai, balas TIDAK PUAS dan alasannya."
    ),
    "nothing_to_rate": N_("Belum ada jawaban resmi yang dapat dinilai. Kami tetap menangani pengaduan Anda."),
    "no_case": N_("Kami belum menemukan pengaduan dari alamat ini. Tulis saja keluhan Anda untuk memulai."),
    "ended_refer": N_("Pengaduan {number} diteruskan ke pihak yang berwenang. Penjelasan: {reason}"),
    "ended_withdraw": N_("Pengaduan {number} dicabut sesuai permintaan Anda. Catatan petugas: {reason}"),
    "ended_discontinue": N_("Pemeriksaan pengaduan {number} dihentikan. Alasannya: {reason}"),
    "locale_changed": N_("Baik. Kami menjawab dalam bahasa Indonesia."),
}

MESSAGES |= PAGES | PAPERS | REPORT_MAILS | SAFE_MESSAGES | DATA_MESSAGES

#: A word of respect for those who write in a regional language; the answer itself is Indonesian.
RESPECT = {"jv": "Nggih, matur nuwun.", "su": "Mangga, hatur nuhun.", "mad": "Enggi, sakalangkong."}
#: The same where harm or danger is told: received, and no thanks for a beating.
RESPECT_GRAVE = {"jv": "Nggih, sampun kula tampi.", "su": "Mangga, parantos katampi.", "mad": "Enggi, ampon etarema."}


@lru_cache(maxsize=8)
def translations(locale: str) -> gettext_module.NullTranslations:
    """The catalogue of a locale, compiled in memory from its .po file; Indonesian is the source itself."""
    path = DIRECTORY / locale / "LC_MESSAGES" / "aduan.po"
    if locale not in LOCALES or not path.is_file():
        return gettext_module.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext_module.GNUTranslations(compiled)


def translator(locale: str) -> Callable[[str], str]:
    """gettext for a locale."""
    return translations(locale if locale in LOCALES else "id").gettext


def render(key: str, locale: str, **params: Any) -> str:
    """A sentence by its key, in a language. Unknown keys and missing parameters are errors of ours."""
    return translator(locale)(MESSAGES[key]).format(**params)


def variant(key: str, styles: Sequence[str]) -> str:
    """The key of the wording made for one of these styles, the closest first; the key itself where there is none."""
    return next((made for style in styles if (made := f"{key}@{style}") in MESSAGES), key)


def label(group: str, value: str, locale: str) -> str:
    """The word for a slug, or the slug where it has none."""
    msgid = LABELS[group].get(value)
    return translator(locale)(msgid) if msgid else value


def head_of(kind: str, unit: str, locale: str) -> str:
    """How papers call whoever heads a unit of this kind and name."""
    if kind == "ditjen":
        return translator(locale)(DIRECTOR_GENERAL).format(field=re.sub(r"^(Direktorat Jenderal|Ditjen)\s+", "", unit))
    return translator(locale)(HEAD).format(unit=unit)


def day(value: date, locale: str) -> str:
    """A date as people write it: 4 November 2026."""
    from babel.dates import format_date

    return str(format_date(value, "d MMMM y", locale=locale))


def public_status(status: str, locale: str) -> str:
    """What the public is told of a status."""
    return translator(locale)(PUBLIC_STATUS[status])


def split(text: str, limit: int, *, wide: bool = False) -> list[str]:
    """A long text in parts of at most ``limit`` characters, cut at paragraphs, sentences or words where possible.

    ``wide``: a character beyond the basic plane counts twice.
    """
    if _width(text, wide) <= limit:
        return [text]
    room, parts, rest = limit - len("(99/99) "), list[str](), text
    while rest:
        piece = _fitting(rest, room, wide)
        if len(rest) > len(piece):
            cut = max(
                piece.rfind("\n") + 1,
                piece.rfind(". ") + 2,
                piece.rfind(" ") + 1 if len(piece) - piece.rfind(" ") < 80 else 0,
            )
            piece = rest[:cut] if cut > len(piece) // 2 else piece
        parts.append(piece)
        rest = rest[len(piece) :]
    return [f"({n}/{len(parts)}) {piece}" for n, piece in enumerate(parts, 1)]


def _width(text: str, wide: bool) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 if wide else len(text)


def _fitting(text: str, room: int, wide: bool) -> str:
    """The longest beginning that fits; never half a character."""
    if not wide:
        return text[:room]
    head = text[:room].encode("utf-16-le", "surrogatepass")[: room * 2]
    return head.decode("utf-16-le", "ignore")
