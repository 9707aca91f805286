"""The words for what triage judges: urgency, category, intent, kinds of evidence."""

from __future__ import annotations


def N_(message: str) -> str:  # noqa: N802 - gettext's customary name
    """Mark a msgid for extraction."""
    return message


SLUGS: dict[str, dict[str, str]] = {
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
    "evidence": {
        "topic": N_("Topik"),
        "intent": N_("Maksud"),
        "urgency": N_("Urgensi"),
        "conflict": N_("Konflik kepentingan"),
        "group": N_("Kelompok rentan"),
        "language": N_("Bahasa"),
    },
}
