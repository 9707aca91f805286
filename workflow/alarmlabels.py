"""The words for what is wrong with the service itself.

An alarm is named ``name_code``, where the first word of its code has a sentence of its own, or else by its name alone.
"""

from __future__ import annotations

from workflow.slugs import N_

ALARM_LABELS: dict[str, dict[str, str]] = {
    "alarm": {
        "calendar": N_(
            "Data hari libur hampir habis: tenggat panjang hanya perkiraan. Operator perlu memperbarui aplikasi."
        ),
        "calendar_over": N_(
            "Data hari libur sudah berakhir: semua tenggat hanya perkiraan. Operator perlu memperbarui "
            "aplikasi sekarang."
        ),
        "channel": N_("Satu saluran pesan bermasalah. Operator perlu menjalankan aduan doctor."),
        "email": N_("Surat elektronik tidak dapat diambil. Operator perlu memeriksa kotak surat."),
        "email_tls": N_(
            "Surat elektronik tidak diambil: server surat tidak dapat membuktikan jati dirinya. Operator perlu "
            "memeriksa sertifikat dengan aduan doctor."
        ),
        "sending": N_("Pesan keluar tertahan karena pengaturan layanan ini. Operator perlu menjalankan aduan doctor."),
        "sending_tls": N_(
            "Surat keluar tertahan: server surat tidak dapat membuktikan jati dirinya. Operator perlu memeriksa "
            "sertifikat dengan aduan doctor."
        ),
        "telegram": N_("Pesan Telegram tidak dapat diambil. Operator perlu memeriksa bot."),
        "journal": N_("Catatan jejak tidak utuh: ada yang diubah atau hilang. Operator perlu memeriksa jurnal."),
        "reports": N_("Laporan bulanan tidak dapat dibuat. Operator perlu melihat catatan layanan."),
        "selftest": N_("Uji harian gagal: eskalasi tidak berjalan. Operator perlu memeriksa layanan."),
    },
    "recovered": {
        "email": N_("Pengambilan surat elektronik sempat terhenti dan sudah pulih."),
        "sending": N_("Pengiriman pesan sempat tertahan dan sudah pulih."),
        "telegram": N_("Pengambilan pesan Telegram sempat terhenti dan sudah pulih."),
    },
}
