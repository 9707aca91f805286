"""Every sentence that a citizen or an officer reads outside the templates, and the catalogues for both.

Indonesian is the source language: the msgids are the Indonesian sentences, ``locales/en`` translates all of
them. The outbox and the console refer to sentences by key, so that a wording can be improved without migration.
"""

from __future__ import annotations

import gettext as gettext_module
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

LOCALES = ("id", "en")
DIRECTORY = Path(__file__).parent / "locales"


def N_(message: str) -> str:  # noqa: N802 - gettext's customary name
    """Mark a msgid for extraction."""
    return message


MESSAGES: dict[str, str] = {
    # ---------------------------------------------------------------- to the complainant
    "welcome": N_(
        "Selamat datang di layanan pengaduan {unit}. Layanan ini gratis; kami tidak pernah meminta uang "
        "atau transfer.\n\n"
        "Tulis saja keluhan Anda dengan kata-kata sendiri. Pesan dibaca petugas Unit Layanan Pengaduan {unit}. "
        "Nama dan nomor Anda tidak ditampilkan kepada petugas, kecuali Anda membalas TERBUKA.\n\n"
        "Tidak ingin dibaca di {unit}? Balas KANWIL lebih dulu, maka pengaduan Anda langsung ke {kanwil}.\n"
        "Sudah pernah melapor? Balas STATUS dan kode tanda terima Anda.\n"
        "For English, reply ENGLISH."
    ),
    "opened": N_(
        "Pengaduan Anda sudah kami terima.\nNomor: {number}\nKode tanda terima: {code}\n\n"
        "Simpan kode ini dan jangan berikan kepada siapa pun. Untuk bertanya kabar, balas STATUS {code} "
        "atau buka halaman Lacak. {privacy}\n\nLayanan ini gratis; kami tidak pernah meminta transfer."
    ),
    "privacy_open": N_("Petugas yang menangani dapat melihat nama dan nomor Anda, seperti yang Anda pilih."),
    "privacy_confidential": N_(
        "Petugas hanya melihat nama samaran. Nama dan nomor Anda disimpan terkunci; hanya pejabat kustodian yang "
        "dapat membukanya, dengan alasan yang tercatat. Pengelola mesin layanan dan penyedia saluran ini secara "
        "teknis dapat mengetahui nomor Anda. Balas ANONIM bila nama Anda tidak boleh dibuka siapa pun."
    ),
    "privacy_anonymous": N_(
        "Pengaduan Anda anonim: nama dan nomor Anda tidak ditampilkan kepada petugas dan tidak boleh dibuka siapa pun. "
        "Pengelola mesin layanan dan penyedia saluran ini secara teknis dapat mengetahui nomor Anda."
    ),
    "sealed": N_(
        "Pengaduan ini ditangani {kanwil}. Petugas dan pimpinan {unit} tidak dapat melihatnya di layanan ini."
    ),
    "sealed_later": N_(
        "Mulai sekarang pengaduan ini ditangani {kanwil} dengan nomor {number}. Petugas {unit} tidak dapat melihatnya "
        "lagi; apa yang sudah mereka baca sebelumnya tetap tercatat."
    ),
    "kanwil_next": N_("Baik. Tulis pengaduan Anda sekarang; pengaduan itu langsung ke {kanwil}, bukan ke {unit}."),
    "already_kanwil": N_("Pengaduan Anda sudah ditangani {kanwil}."),
    "emergency": N_(
        "Kami memahami ini mendesak. Pesan Anda langsung kami teruskan kepada penanggung jawab.\n"
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
        "Kode itu tidak kami kenali. Mohon periksa lagi: 16 huruf dan angka, tanpa angka 0 dan 1, tanpa huruf O dan I."
    ),
    "status": N_("Pengaduan {number}: {state}"),
    "status_stored": N_("Pesan Anda sudah tersimpan dan sedang diproses. Silakan tanyakan lagi sebentar lagi."),
    "visibility_open": N_("Baik. Mulai sekarang petugas yang menangani dapat melihat nama dan nomor Anda."),
    "visibility_confidential": N_("Baik. Mulai sekarang petugas hanya melihat nama samaran."),
    "visibility_anonymous": N_("Baik. Mulai sekarang pengaduan Anda anonim; nama Anda tidak boleh dibuka siapa pun."),
    "thanks": N_("Terima kasih. Bila ada yang perlu kami ketahui, tulis saja di sini."),
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
        "balas KANWIL. Bila ada ancaman, langsung tulis di sini."
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
    "page": N_(
        "Aduan: keadaan DARURAT pada {number} perlu ditangani sekarang. Masuk ke layanan pengaduan untuk membacanya."
    ),
    "person_hint": N_("Silakan tulis hal yang ingin Anda tanyakan atau adukan; petugas membacanya."),
    "unsupported": N_(
        "Pesan jenis ini belum dapat kami baca, tetapi sudah kami simpan. Mohon tuliskan isinya dengan kata-kata."
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
    "official_at_desk": N_(
        "Jawaban resmi {unit} atas pengaduan {number} sudah ada. Karena memuat data pribadi yang dilindungi, jawaban "
        "lengkap diserahkan di pos layanan pengaduan. Mohon bawa kode tanda terima Anda.{body}"
    ),
    "ask_reason": N_("Mohon maaf belum memuaskan. Balas dengan satu kalimat: apa yang belum selesai?"),
    "reopened": N_("Pengaduan {number} dibuka kembali dan ditangani orang lain. Alasan Anda sudah kami catat."),
    "closed_satisfied": N_("Terima kasih atas jawaban Anda. Pengaduan {number} ditutup."),
    "closed_silence": N_(
        "Pengaduan {number} ditutup karena sepuluh hari kerja tidak ada balasan. "
        "Bila masalahnya belum selesai, balas TIDAK PUAS dan alasannya."
    ),
    "nothing_to_rate": N_("Belum ada jawaban resmi yang dapat dinilai. Kami tetap menangani pengaduan Anda."),
    "no_case": N_("Kami belum menemukan pengaduan dari alamat ini. Tulis saja keluhan Anda untuk memulai."),
    "withdraw_asked": N_(
        "Permintaan Anda untuk mencabut pengaduan {number} kami teruskan. Petugas akan memastikannya dengan Anda."
    ),
    "ended_refer": N_("Pengaduan {number} diteruskan ke pihak yang berwenang. Penjelasan: {reason}"),
    "ended_withdraw": N_("Pengaduan {number} dicabut sesuai permintaan Anda. Catatan petugas: {reason}"),
    "ended_discontinue": N_("Pemeriksaan pengaduan {number} dihentikan. Alasannya: {reason}"),
    "locale_changed": N_("Baik. Kami menjawab dalam bahasa Indonesia."),
}

#: A word of respect for those who write in a regional language; the answer itself is Indonesian.
RESPECT = {"jv": "Nggih, matur nuwun.", "su": "Mangga, hatur nuhun.", "mad": "Enggi, sakalangkong."}

#: What the public is told of a status; never more than is true.
PUBLIC_STATUS: dict[str, str] = {
    "received": N_("sudah diterima, menunggu dibaca petugas."),
    "classified": N_("sedang dipelajari petugas pengaduan."),
    "recommended": N_("sudah diajukan kepada pimpinan untuk diputuskan."),
    "directed": N_("sudah diputuskan pimpinan dan sedang dikerjakan pejabat yang bertanggung jawab."),
    "drafted": N_("jawaban sedang diperiksa pimpinan."),
    "approved": N_("jawaban sudah disetujui dan segera dikirim."),
    "responded": N_("sudah dijawab. Anda dapat menyatakan puas atau belum puas."),
    "closed": N_("sudah ditutup."),
    "waiting": N_("menunggu keterangan dari Anda."),
    "referred": N_("sudah diteruskan ke pihak yang berwenang."),
    "withdrawn": N_("sudah dicabut."),
    "discontinued": N_("pemeriksaannya dihentikan dengan alasan tertulis."),
}

LABELS: dict[str, dict[str, str]] = {
    "status": {
        "received": N_("Diterima"),
        "classified": N_("Diklasifikasi"),
        "recommended": N_("Direkomendasikan"),
        "directed": N_("Diarahkan"),
        "drafted": N_("Konsep jawaban"),
        "approved": N_("Disetujui"),
        "responded": N_("Dijawab"),
        "closed": N_("Ditutup"),
        "waiting": N_("Menunggu pelapor"),
        "referred": N_("Diteruskan"),
        "withdrawn": N_("Dicabut"),
        "discontinued": N_("Dihentikan"),
    },
    "urgency": {
        "darurat": N_("Darurat"),
        "tinggi": N_("Tinggi"),
        "normal": N_("Normal"),
        "rendah": N_("Rendah"),
    },
    "category": {
        "kunjungan": N_("Kunjungan"),
        "kesehatan": N_("Kesehatan"),
        "makanan_air": N_("Makanan dan air"),
        "pakaian_perlengkapan": N_("Pakaian dan perlengkapan"),
        "hunian": N_("Hunian"),
        "ibadah_rohani": N_("Ibadah dan kerohanian"),
        "seni_olahraga": N_("Seni dan olahraga"),
        "pendidikan_perpustakaan": N_("Pendidikan dan perpustakaan"),
        "kerja_pelatihan": N_("Kerja dan pelatihan"),
        "bantuan_hukum": N_("Bantuan hukum"),
        "cuti_izin": N_("Cuti dan izin"),
        "remisi_integrasi": N_("Remisi dan integrasi"),
        "pemindahan": N_("Pemindahan"),
        "komunikasi": N_("Komunikasi"),
        "titipan_barang": N_("Titipan barang"),
        "pungli": N_("Pungutan liar"),
        "kekerasan": N_("Kekerasan"),
        "kekerasan_seksual": N_("Kekerasan seksual"),
        "narkoba_hp": N_("Narkoba dan telepon genggam"),
        "sikap_petugas": N_("Sikap petugas"),
        "kelompok_rentan": N_("Kelompok rentan"),
        "fasilitas_pengunjung": N_("Fasilitas pengunjung"),
        "informasi_transparansi": N_("Informasi dan transparansi"),
        "layanan_pengaduan": N_("Layanan pengaduan"),
        "registrasi_data": N_("Registrasi dan data"),
        "lainnya": N_("Lainnya"),
    },
    "intent": {
        "complaint": N_("Pengaduan"),
        "information": N_("Permintaan informasi"),
        "aspiration": N_("Aspirasi"),
        "praise": N_("Pujian"),
        "status_check": N_("Tanya status"),
        "follow_up": N_("Tambahan keterangan"),
        "greeting": N_("Salam"),
        "spam_abuse": N_("Spam"),
    },
    "channel": {
        "whatsapp": N_("WhatsApp"),
        "sms": N_("SMS"),
        "telegram": N_("Telegram"),
        "email": N_("Surel"),
        "web": N_("Situs web"),
        "simulator": N_("Simulator"),
    },
    "role": {
        "petugas": N_("Unit Layanan Pengaduan"),
        "kepala": N_("Kepala"),
        "pejabat": N_("Pejabat penanggung jawab"),
        "kanwil": N_("Kantor Wilayah"),
        "kustodian": N_("Kustodian identitas"),
        "piket": N_("Petugas piket"),
        "ditjenpas": N_("Direktorat Jenderal"),
        "admin": N_("Administrator"),
    },
    "visibility": {
        "open": N_("Terbuka"),
        "confidential": N_("Rahasia"),
        "anonymous": N_("Anonim"),
    },
    "delivery": {
        "queued": N_("menunggu dikirim"),
        "held": N_("belum dikirim: jendela 24 jam sudah tertutup"),
        "claimed": N_("sedang dikirim"),
        "uncertain": N_("belum pasti terkirim"),
        "accepted": N_("diterima penyedia"),
        "sent": N_("terkirim"),
        "delivered": N_("sampai"),
        "read": N_("dibaca"),
        "failed": N_("gagal"),
        "cancelled": N_("dibatalkan"),
    },
    "rule": {
        "classify": N_("Klasifikasi"),
        "first_response": N_("Tanggapan pertama"),
        "direct": N_("Arahan pimpinan"),
        "respond": N_("Jawaban resmi"),
        "inform": N_("Jawaban informasi"),
        "respond_integrity": N_("Jawaban resmi (integritas)"),
        "approve": N_("Persetujuan"),
        "release": N_("Pengiriman"),
        "satisfaction": N_("Tanggapan pelapor"),
        "emergency": N_("Penanganan darurat"),
    },
    "action": {
        "open": N_("Pengaduan dibuka"),
        "message": N_("Pesan pelapor"),
        "classify": N_("Klasifikasi"),
        "recommend": N_("Rekomendasi"),
        "send_back": N_("Rekomendasi dikembalikan"),
        "direct": N_("Arahan"),
        "report": N_("Laporan pelaksanaan"),
        "draft": N_("Konsep jawaban"),
        "approve": N_("Persetujuan"),
        "return_draft": N_("Konsep dikembalikan"),
        "release": N_("Jawaban dikirim"),
        "hand_over": N_("Jawaban diserahkan di pos layanan"),
        "delivered": N_("Jawaban terbukti sampai"),
        "close": N_("Ditutup"),
        "reopen": N_("Dibuka kembali"),
        "wait": N_("Menunggu pelapor"),
        "resume": N_("Dilanjutkan"),
        "refer": N_("Diteruskan"),
        "ask_withdraw": N_("Pelapor ingin mencabut"),
        "withdraw": N_("Dicabut"),
        "discontinue": N_("Dihentikan"),
        "assign": N_("Penugasan"),
        "inform": N_("Pertanyaan dijawab"),
        "risk": N_("Risiko pembalasan"),
        "page": N_("Panggilan darurat"),
        "ask": N_("Pesan kepada pelapor"),
        "seal": N_("Dialihkan ke Kanwil"),
        "unseal": N_("Dikembalikan ke unit"),
        "visibility": N_("Pilihan kerahasiaan"),
        "handed_on": N_("Ditangani di tempat lain"),
        "taken_over": N_("Diambil alih"),
        "fact": N_("Keterangan layanan diubah"),
        "escalate": N_("Eskalasi"),
        "send_again": N_("Dikirim ulang"),
        "identity": N_("Identitas dibuka"),
        "dossier": N_("Berkas diekspor"),
        "read": N_("Dibaca"),
    },
    "notice": {
        "waits_for_direction": N_("menunggu arahan Anda"),
        "recommendation_returned": N_("rekomendasi dikembalikan pimpinan"),
        "directed_to_you": N_("ditugaskan kepada Anda"),
        "waits_for_approval": N_("konsep jawaban menunggu persetujuan"),
        "approved": N_("jawaban disetujui, siap dikirim"),
        "draft_returned": N_("konsep jawaban dikembalikan pimpinan"),
        "answer_held": N_("jawaban belum terkirim: jendela 24 jam tertutup"),
        "answer_failed": N_("jawaban gagal terkirim"),
        "answer_uncertain": N_("belum ada bukti jawaban terkirim"),
        "new_message": N_("pesan baru dari pelapor"),
        "emergency": N_("DARURAT: perlu ditangani sekarang"),
        "assigned": N_("diserahkan kepada Anda"),
        "reopened": N_("dibuka kembali, pelapor belum puas"),
        "asks_to_withdraw": N_("pelapor ingin mencabut"),
        "late_classify": N_("terlambat diklasifikasi"),
        "late_first_response": N_("tanggapan pertama terlambat"),
        "late_direct": N_("arahan pimpinan terlambat"),
        "late_respond": N_("jawaban resmi terlambat"),
        "late_respond_integrity": N_("jawaban resmi terlambat"),
        "late_inform": N_("jawaban informasi terlambat"),
        "late_approve": N_("persetujuan terlambat"),
        "late_emergency": N_("DARURAT: belum ada yang menangani"),
    },
    "impossible": {
        "not_now": N_("Tindakan ini tidak dapat dilakukan pada tahap sekarang. Mungkin orang lain sudah melakukannya."),
        "not_yours": N_("Tindakan ini bukan wewenang Anda pada pengaduan ini."),
        "changed_meanwhile": N_("Pengaduan ini baru saja diubah orang lain. Silakan periksa lagi."),
        "text_missing": N_("Teks belum diisi."),
        "text_too_long": N_("Teks terlalu panjang: paling banyak 20.000 huruf."),
        "reason_missing": N_("Alasan belum diisi."),
        "summary_missing": N_("Ringkasan belum diisi."),
        "two_alternatives": N_("Isi sedikitnya dua alternatif penanganan."),
        "choose_alternative": N_("Pilih salah satu alternatif."),
        "choose_official": N_("Pilih pejabat penanggung jawab."),
        "choose_officer": N_("Pilih petugas dari unit yang menangani."),
        "choose_category": N_("Pilih kategori dan urgensi."),
        "choose_report_kind": N_("Pilih perbaikan atau klarifikasi."),
        "report_first": N_("Laporkan dulu perbaikan atau klarifikasi yang dilakukan."),
        "text_changed": N_("Teks jawaban sudah berubah sejak Anda membukanya. Baca versi terbaru, lalu setujui."),
        "own_text": N_("Anda tidak dapat menyetujui teks yang Anda tulis sendiri."),
        "not_approved": N_("Jawaban ini belum disetujui."),
        "fact_too_long": N_("Terlalu panjang: keterangan paling banyak 800 huruf, sumber 200."),
        "fact_source_missing": N_("Sumber belum diisi."),
        "fact_date_past": N_("Tanggal berlaku sudah lewat."),
        "fact_date_unreadable": N_("Tanggal tidak terbaca."),
    },
    "fact": {
        "jam_kunjungan": N_("Hari dan jam kunjungan"),
        "jam_kunjungan_libur": N_("Kunjungan pada hari raya dan hari libur"),
        "syarat_kunjungan": N_("Syarat kunjungan"),
        "pendaftaran_kunjungan": N_("Pendaftaran kunjungan"),
        "lama_kunjungan": N_("Lama pertemuan"),
        "hari_titipan": N_("Hari dan cara menitipkan barang"),
        "barang_dilarang": N_("Barang yang boleh dan dilarang"),
        "titipan_uang": N_("Titipan uang"),
        "titipan_obat": N_("Titipan obat"),
        "wartelsus": N_("Telepon (wartelsus)"),
        "video_call": N_("Kunjungan lewat video"),
        "jam_layanan": N_("Jam layanan kantor"),
        "alamat": N_("Alamat"),
        "kontak": N_("Kontak"),
        "layanan_kesehatan": N_("Layanan kesehatan"),
        "bantuan_hukum": N_("Bantuan hukum"),
    },
    "fact_state": {
        "empty": N_("kosong"),
        "expired": N_("kedaluwarsa"),
        "valid": N_("berlaku"),
    },
}


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


def label(group: str, value: str, locale: str) -> str:
    """The word for a slug, or the slug where it has none."""
    msgid = LABELS[group].get(value)
    return translator(locale)(msgid) if msgid else value


def public_status(status: str, locale: str) -> str:
    """What the public is told of a status."""
    return translator(locale)(PUBLIC_STATUS[status])


def split(text: str, limit: int) -> list[str]:
    """A long text in parts of at most ``limit`` characters, cut at paragraphs, sentences or words where possible."""
    if len(text) <= limit:
        return [text]
    room, parts, rest = limit - len("(99/99) "), list[str](), text
    while rest:
        piece = rest[:room]
        if len(rest) > room:
            cut = max(
                piece.rfind("\n") + 1,
                piece.rfind(". ") + 2,
                piece.rfind(" ") + 1 if room - piece.rfind(" ") < 80 else 0,
            )
            piece = rest[:cut] if cut > room // 2 else piece
        parts.append(piece)
        rest = rest[len(piece) :]
    return [f"({n}/{len(parts)}) {piece}" for n, piece in enumerate(parts, 1)]
