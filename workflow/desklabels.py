"""The words for slugs of files, of clocks and inspections, and of what officers enter for others."""

from __future__ import annotations

from workflow.slugs import N_

DESK_LABELS: dict[str, dict[str, str]] = {
    "alternative": {
        "measure": N_("tindakan"),
        "official": N_("pelaksana"),
        "effort": N_("waktu atau biaya"),
        "answer": N_("konsep jawaban"),
    },
    "scan": {
        "waiting": N_("belum dipindai"),
        "clean": N_("dipindai: bersih"),
        "infected": N_("BERBAHAYA"),
        "unscannable": N_("tidak dapat dipindai"),
    },
    "original_reason": {
        "bukti": N_("Pemeriksaan bukti: tempat, waktu, atau keaslian"),
        "tidak_terbaca": N_("Salinan tidak ada atau tidak terbaca"),
        "penyidikan": N_("Permintaan pihak yang berwenang"),
    },
    "inspection": {
        "reporter": N_("Pelapor"),
        "accused": N_("Terlapor"),
        "place": N_("Tempat kejadian"),
        "time": N_("Waktu kejadian"),
        "chronology": N_("Urutan kejadian"),
        "evidence": N_("Bukti"),
    },
    "inspection_question": {
        "accused": N_("Siapa yang Anda laporkan? Sebutkan nama, jabatan, atau ciri-cirinya bila Anda tahu."),
        "place": N_("Di mana kejadiannya? Sebutkan tempat atau bloknya bila Anda tahu."),
        "time": N_("Kapan kejadiannya? Sebutkan hari dan jamnya bila Anda ingat."),
        "chronology": N_("Tolong ceritakan urutan kejadiannya dari awal sampai akhir."),
        "evidence": N_(
            "Adakah bukti atau orang yang melihat? Foto, rekaman, atau bukti transfer dapat dikirim di sini."
        ),
    },
    "rule": {
        "classify": N_("Klasifikasi"),
        "first_response": N_("Tanggapan pertama"),
        "direct": N_("Arahan pimpinan"),
        "rework": N_("Rekomendasi baru"),
        "carry_out": N_("Pelaksanaan arahan"),
        "respond": N_("Jawaban resmi"),
        "inform": N_("Jawaban informasi"),
        "respond_integrity": N_("Jawaban resmi (integritas)"),
        "approve": N_("Persetujuan"),
        "release": N_("Pengiriman"),
        "satisfaction": N_("Tanggapan pelapor"),
        "emergency": N_("Penanganan darurat"),
    },
    "network": {
        "facebook": N_("Facebook"),
        "instagram": N_("Instagram"),
        "x": N_("X (Twitter)"),
        "other": N_("Lainnya"),
    },
    "relation": {
        "keluarga": N_("Keluarga"),
        "sendiri": N_("Warga binaan sendiri"),
        "kuasa": N_("Penasihat hukum atau kuasa"),
        "teman": N_("Teman atau tetangga"),
        "mantan": N_("Mantan warga binaan"),
        "pegawai": N_("Pegawai"),
        "masyarakat": N_("Masyarakat"),
        "unknown": N_("Tidak diketahui"),
    },
}
