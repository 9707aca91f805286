"""The words of the mails that offices get: the monthly report, and what is said to an answer to it."""

from __future__ import annotations

from workflow.slugs import N_

REPORT_MAILS: dict[str, str] = {
    "report_mail_subject": N_("Laporan bulanan {month}: {unit}"),
    "report_mail": N_(
        "Kepada Yth. {head}\n\nTerlampir laporan bulanan penanganan pengaduan {unit} untuk {month}, sebagai "
        "PDF, XLSX dan CSV. Laporan ini tidak memuat data pribadi dan tidak memuat isi pengaduan.\n\n{anchor}\n\n"
        "SHA-256 berkas terlampir:\n{hashes}\n\nMohon dinyatakan diterima paling lambat tanggal {day}, di layanan "
        "pengaduan pada halaman Laporan bulanan.\n\nSurel ini dikirim otomatis; balasannya tidak sampai kepada petugas."
    ),
    "report_chase_subject": N_("Belum disahkan: laporan bulanan {month}, {unit}"),
    "report_chase": N_(
        "Kepada Yth. {head}\n\nLaporan bulanan penanganan pengaduan untuk {month} belum disahkan, padahal "
        "batasnya tanggal {day}. Mohon disahkan di layanan pengaduan pada halaman Laporan bulanan. {above} melihat "
        "bahwa laporan ini ditagih.\n\nSurel ini dikirim otomatis; balasannya tidak sampai kepada petugas."
    ),
    "report_answered": N_(
        "Balasan atas surel laporan bulanan tidak sampai kepada petugas. Menyatakan diterima atau mengesahkan "
        "dilakukan di layanan pengaduan pada halaman Laporan bulanan. Bila ingin mengadu, kirim surel baru dan "
        "bukan balasan."
    ),
}
