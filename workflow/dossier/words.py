"""The words of a dossier. It is an Indonesian paper; the English ones are there for the catalogue's sake."""

from __future__ import annotations

from workflow import wording
from workflow.slugs import N_

LANGUAGE = "id"

WORDS: dict[str, str] = {
    "title": N_("Berkas pengaduan {number}"),
    "facts": N_("Keterangan pokok"),
    "number": N_("Nomor"),
    "aliases": N_("Nomor lain"),
    "unit": N_("Ditangani oleh"),
    "about": N_("Tentang"),
    "received": N_("Diterima"),
    "channel": N_("Saluran"),
    "category": N_("Kategori"),
    "urgency": N_("Urgensi"),
    "status": N_("Status"),
    "visibility": N_("Kerahasiaan"),
    "reporter": N_("Pelapor"),
    "relation": N_("Hubungan pelapor"),
    "unproved": N_("{relation}, menurut pelapor; belum diperiksa"),
    "proved": N_("{relation}, diperiksa oleh {name}: {evidence}"),
    "inmate": N_("Warga binaan"),
    "respondent": N_("Terlapor"),
    "merged": N_("Digabungkan ke sini"),
    "into": N_("Digabungkan ke"),
    "told_in": N_("Dari {number}, yang digabungkan ke sini:"),
    "answered": N_("Jawaban dikirim"),
    "arrived": N_("Jawaban terbukti sampai"),
    "closed": N_("Ditutup"),
    "made_for": N_("Berkas dibuat"),
    "made_by": N_("{moment} oleh {name}"),
    "operator": N_("operator layanan"),
    "alias_only": N_("Identitas pelapor tidak dibuka: hanya nama samaran yang dicantumkan."),
    "opened": N_("Identitas pelapor dibuka dalam berkas ini. Alasan yang tercatat: {reason}"),
    "redacted": N_("Nama dan nomor pelapor serta kode tanda terima di dalam teks ditutup dengan titik."),
    "timeline": N_("Urutan kejadian"),
    "messages": N_("Percakapan, kata demi kata"),
    "papers": N_("Naskah kantor dan persetujuannya"),
    "letters": N_("Surat resmi"),
    "deliveries": N_("Penyampaian jawaban dan buktinya"),
    "deadlines": N_("Tenggat"),
    "attachments": N_("Lampiran"),
    "journal": N_("Jurnal"),
    "from_person": N_("Pelapor"),
    "from_office": N_("Layanan"),
    "withheld": N_("[tidak dibuka untuk pembuat berkas ini]"),
    "gone": N_("[sudah dihapus sesuai ketentuan]"),
    "nothing": N_("Tidak ada."),
    "version": N_("{kind}, versi {version}, oleh {author}, {moment}"),
    "approved": N_("Disetujui oleh {name}, {moment}"),
    "returned": N_("Dikembalikan oleh {name}, {moment}"),
    "hash": N_("SHA-256 dengan garam: {hash}"),
    "summary": N_("Ringkasan"),
    "alternative": N_("Alternatif {n}: {measure}"),
    "standard": N_("Standar: {standard}"),
    "choice": N_("Alternatif yang dipilih: {n}"),
    "changed": N_("Diubah kepala, {part}: {now} (rekomendasi semula: {before})"),
    "letter": N_("Surat nomor {number}, {moment}, {post}; SHA-256 berkas: {hash}"),
    "letter_closed": N_("Berkas surat tidak disertakan: tidak dibuka untuk pembuat berkas ini."),
    "letter_gone": N_("Berkas surat tidak tersedia: sudah dihapus atau tidak dapat dibaca."),
    "delivery": N_("{channel}, {moment}: {state}"),
    "event": N_("{moment}: {state}{code}"),
    "deadline": N_("{rule}: mulai {started}, batas {due}, {state}{ended}"),
    "ended": N_(", berakhir {moment}"),
    "extended": N_(", diperpanjang {count} kali"),
    "attachment": N_("{name} ({type}, {size} byte)"),
    "sha": N_("SHA-256: {hash}"),
    "no_file": N_("berkas tidak tersedia: {state}"),
    "copy_enclosed": N_("Disertakan salinan tanpa data kamera; SHA-256 ini milik berkas asli yang tersimpan."),
    "not_enclosed": N_("Tidak disertakan: dapat memuat tempat dan waktu. Disertakan bila identitas pelapor dibuka."),
    "entry": N_("Entri {sequence}"),
    "verified": N_(
        "Rantai jurnal {unit} diperiksa dari entri pertama sampai entri {count} dan dicocokkan dengan jangkar di luar "
        "basis data: utuh. Hash terakhir: {hash}."
    ),
    "unanchored": N_(
        "Rantai jurnal {unit} diperiksa dari entri pertama sampai entri {count}: utuh. Jangkar di luar basis data "
        "tidak ada di sini. Hash terakhir: {hash}."
    ),
    "broken": N_("PERHATIAN: rantai jurnal {unit} tidak utuh pada entri {sequence}."),
    "how": N_(
        "Setiap hash adalah HMAC-SHA256 atas hash sebelumnya dan catatan entri itu; kuncinya disimpan layanan di luar "
        "basis data. Kepala jurnal juga dicetak pada setiap laporan bulanan kepada kantor di atas: siapa pun dapat "
        "mencocokkannya."
    ),
    "page": N_("Halaman"),
    "of": N_("dari"),
    "missing": N_("□: tanda yang tidak dapat dicetak."),
    "by_citizen": N_("pelapor"),
    "by_clock": N_("Sistem"),
}

KINDS: dict[str, str] = {
    "summary": N_("Ringkasan"),
    "recommendation": N_("Rekomendasi"),
    "direction": N_("Arahan"),
    "report": N_("Laporan pelaksanaan"),
    "answer": N_("Jawaban"),
    "return": N_("Pengembalian"),
    "identity": N_("Alasan membuka identitas"),
    "inspection": N_("Berkas pemeriksaan"),
    "cleared": N_("Alasan pengembalian ke unit"),
}
STATES: dict[str, str] = {
    "running": N_("berjalan"),
    "paused": N_("berhenti sementara"),
    "met": N_("dipenuhi"),
    "missed": N_("berakhir terlambat"),
    "void": N_("tidak berlaku lagi"),
}


def say(key: str, **params: object) -> str:
    """A sentence of the dossier."""
    return tell(WORDS[key]).format(**params)


def tell(message: str) -> str:
    return wording.translator(LANGUAGE)(message)
