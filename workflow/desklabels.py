"""The words for slugs of files, and of what officers enter for others."""

from __future__ import annotations

from workflow.slugs import N_

DESK_LABELS: dict[str, dict[str, str]] = {
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
