"""The words of the monthly report and of the public figures: titles, rows, columns, notes."""

from __future__ import annotations

from workflow import wording
from workflow.slugs import N_

TITLES: dict[str, str] = {
    "flow": N_("Arus pengaduan"),
    "channel": N_("Pengaduan diterima menurut saluran"),
    "category": N_("Pengaduan diterima menurut kategori"),
    "urgency": N_("Pengaduan diterima menurut urgensi"),
    "track": N_("Pengaduan diterima menurut jalur penanganan"),
    "state": N_("Keadaan pengaduan yang diterima, pada akhir bulan"),
    "deadlines": N_("Tepat waktu dan terlambat menurut tenggat"),
    "durations": N_("Lama penanganan, dalam hari kerja"),
    "extensions": N_("Perpanjangan tenggat dan penantian"),
    "reasons": N_("Alasan setiap perpanjangan"),
    "satisfaction": N_("Tanggapan pelapor atas jawaban"),
    "escalations": N_("Eskalasi"),
    "emergencies": N_("Keadaan darurat"),
    "deliveries": N_("Penyampaian jawaban resmi yang dikirim bulan ini"),
    "incidents": N_("Peristiwa massal"),
    "others": N_("Pesan tanpa pengaduan"),
    "standards": N_("Standar yang disebut dilanggar dalam rekomendasi"),
    "sealed": N_("Pengaduan tertutup yang ditangani Kantor Wilayah"),
    "facilities": N_("Menurut unit, yang paling sering terlambat lebih dahulu"),
    "heads": N_("Kepala jurnal setiap unit pada akhir bulan"),
}

ROWS: dict[str, dict[str, str]] = {
    "flow": {
        "open_before": N_("Terbuka pada awal bulan"),
        "received": N_("Diterima"),
        "taken_over": N_("Diambil alih dari unit lain"),
        "reopened": N_("Dibuka kembali setelah ditutup"),
        "ended": N_("Berakhir"),
        "handed_on": N_("Ditangani di tempat lain"),
        "open_after": N_("Terbuka pada akhir bulan"),
    },
    "track": {
        "service": N_("Layanan"),
        "integrity": N_("Integritas"),
        "information": N_("Permintaan informasi"),
    },
    "durations": {
        "first_response": N_("Dari diterima sampai tanggapan pertama"),
        "handling": N_("Dari tanggapan pertama sampai jawaban dikirim"),
        "answer": N_("Dari diterima sampai jawaban dikirim"),
        "delivery": N_("Dari jawaban dikirim sampai terbukti sampai"),
    },
    "extensions": {
        "extended": N_("Tenggat diperpanjang, dengan alasan yang disampaikan kepada pelapor"),
        "wait_information": N_("Menunggu keterangan pelapor"),
        "wait_documents": N_("Menunggu dokumen atau bukti"),
        "wait_attendance": N_("Menunggu kehadiran pelapor"),
        "wait_other": N_("Menunggu hal lain"),
    },
    "satisfaction": {
        "satisfied": N_("Menyatakan PUAS"),
        "unsatisfied": N_("Menyatakan TIDAK PUAS"),
        "silent": N_("Tidak menanggapi sampai ditutup"),
    },
    "emergencies": {
        "in_time": N_("Diambil dalam batas waktu"),
        "late": N_("Diambil terlambat"),
        "waiting": N_("Belum diambil pada akhir bulan"),
        "median_minutes": N_("Median menit sampai diambil"),
        "longest_minutes": N_("Paling lama, dalam menit"),
    },
    "deliveries": {
        "released": N_("Jawaban dikirim"),
        "proven": N_("Terbukti sampai"),
        "desk": N_("Dicetak dan diserahkan di pos layanan"),
        "held": N_("Tertahan: jendela saluran tertutup"),
        "failed": N_("Gagal"),
        "pending": N_("Belum ada bukti"),
    },
    "incidents": {
        "complaints": N_("Pengaduan yang termasuk peristiwa massal"),
        "incidents": N_("Jumlah peristiwa"),
    },
    "others": {
        "praise": N_("Pujian"),
        "aspiration": N_("Saran"),
        "information": N_("Pertanyaan"),
    },
    "standards": {"other": N_("Dikutip satu kali, tidak dirinci")},
    "sealed": {
        "at_intake": N_("Tertutup sejak diterima"),
        "later": N_("Ditutup kemudian"),
    },
}

COLUMNS: dict[str, str] = {
    "count": N_("Jumlah"),
    "met": N_("Selesai tepat waktu"),
    "missed": N_("Selesai terlambat"),
    "running": N_("Berjalan"),
    "overdue": N_("Lewat tenggat"),
    "cases": N_("Jumlah"),
    "median": N_("Median"),
    "longest": N_("Terlama"),
    "climbed": N_("Dipanggil"),
    "nobody": N_("Tanpa penerima"),
    "settled": N_("Kemudian diselesaikan"),
    "open": N_("Belum diselesaikan"),
    "received": N_("Diterima"),
    "ended": N_("Berakhir"),
    "open_after": N_("Terbuka"),
    "answered": N_("Tenggat jawaban"),
    "late": N_("Terlambat"),
    "late_rate": N_("Terlambat (%)"),
    "sequence": N_("Nomor"),
    "hash": N_("Hash"),
    "reason": N_("Alasan yang disampaikan kepada pelapor"),
}

NOTES: dict[str, str] = {
    "flow": N_(
        "Pengaduan dihitung pada bulan ketika masuk ke register unit ini. Yang ditangani di tempat lain pada akhir "
        "bulan tidak dirinci dalam tabel lain."
    ),
    "deadlines": N_(
        "Tenggat yang berakhir pada bulan ini, dan tenggat yang masih berjalan pada akhir bulan. Lewat tenggat: "
        "belum selesai padahal batasnya sudah lewat."
    ),
    "durations": N_("Hari kerja menurut kalender unit; hari diterimanya tidak dihitung."),
    "reasons": N_("Nama, nomor dan alamat di dalam alasan, serta kata yang mungkin nama, ditutup dengan titik."),
    "escalations": N_("Anak tangga yang dinaiki bulan ini, dan apa yang terjadi kemudian sampai akhir bulan."),
    "incidents": N_("Satu peristiwa dihitung satu kali, setiap pengaduannya tetap dihitung."),
    "standards": N_("Setiap pengaduan dihitung satu kali untuk setiap standar."),
    "facilities": N_("Terlambat: tenggat jawaban yang diselesaikan terlambat atau lewat pada akhir bulan."),
    "heads": N_("Bandingkan dengan jurnal: entri bernomor ini harus mempunyai hash ini."),
}

#: Rows of the public figures that the report does not have.
PUBLIC: dict[str, str] = {
    "in_time": N_("Dijawab tepat waktu"),
    "late": N_("Dijawab terlambat"),
    "median": N_("Median"),
}

#: The day of the month on which a report is due above.
DUE_DAY = 5

#: Lines on the pages of staff.
BULLETINS: dict[str, str] = {
    "report_made": N_("laporan bulanan sudah dibuat dan menunggu pengesahan Anda"),
    "report_sent": N_("laporan bulanan sudah datang"),
    "report_unconfirmed": N_("laporan bulanan belum Anda sahkan, padahal sudah tanggal lima"),
    "report_unread": N_("laporan bulanan belum Anda nyatakan diterima, padahal sudah tanggal lima"),
    "report_chased": N_("laporan bulanan belum disahkan kepala; kepala sudah ditagih"),
    "report_unsent": N_("surel laporan bulanan tidak sampai, atau belum pasti sampai"),
    "silence": N_("lebih dari tiga puluh hari tanpa pengaduan, padahal biasanya ada"),
}

#: Where a table's rows have words already.
_LABELS = {
    "channel": "channel",
    "category": "category",
    "urgency": "urgency",
    "state": "status",
    "deadlines": "rule",
}

REPORT: dict[str, str] = {
    "title": N_("Laporan bulanan penanganan pengaduan"),
    "subject": N_("{unit}, {month}"),
    "to": N_("Kepada Yth. {head}"),
    "summary": N_(
        "Pada {month} {unit} menerima {received} pengaduan; {ended} berakhir dan {open_after} masih terbuka pada akhir "
        "bulan."
    ),
    "summary_clocks": N_(
        "Dari {answered} tenggat jawaban, {met} diselesaikan tepat waktu dan {late} terlambat atau lewat tenggat."
    ),
    "summary_none": N_("Pada {month} {unit} tidak menerima pengaduan; {open_after} masih terbuka pada akhir bulan."),
    "summary_own": N_("Dari seluruh pengaduan itu, {received} ditangani Kantor Wilayah sendiri."),
    "partial": N_("Bulan ini belum berakhir: angka sampai {moment}."),
    "as_of": N_("Keadaan pada akhir bulan; perubahan sesudahnya tidak mengubah angka ini."),
    "privacy": N_("Laporan ini tidak memuat data pribadi dan tidak memuat isi pengaduan."),
    "head": N_("Kepala jurnal pada akhir bulan: entri nomor {sequence}, hash {hash}."),
    "head_none": N_("Jurnal unit ini masih kosong."),
    "head_why": N_("Jurnal yang kemudian diubah atau dipotong tidak lagi cocok dengan hash ini."),
    "chart_category": N_("Pengaduan diterima menurut kategori"),
    "chart_category_alt": N_("Diagram batang pengaduan diterima menurut kategori: {values}."),
    "chart_deadlines": N_("Tenggat menurut keadaannya"),
    "chart_deadlines_alt": N_("Diagram batang tenggat menurut keadaannya: {values}."),
    "chart_facilities": N_("Terlambat menurut unit, dalam persen"),
    "chart_facilities_alt": N_("Diagram batang persentase terlambat menurut unit: {values}."),
    "extension": N_("{number}. {rule}, ditambah {days} hari kerja"),
    "reason_withheld": N_("Tertulis dalam berkas pengaduan dan tidak dicantumkan di sini."),
    "empty": N_("Tidak ada pada bulan ini."),
    "item": N_("Uraian"),
    "signed": N_("Dibuat oleh layanan pengaduan; diketahui oleh:"),
    "place": N_("Tempat dan tanggal: ………………………………"),
    "name": N_("Nama dan NIP"),
    "cover": N_("Ringkasan"),
    "cover_unit": N_("Satuan kerja"),
    "cover_month": N_("Bulan"),
    "cover_until": N_("Keadaan pada"),
    "cover_head": N_("Kepala jurnal"),
    "page": N_("Halaman"),
    "of": N_("dari"),
    "missing": N_("□: tanda yang tidak dapat dicetak."),
}


def say(key: str, locale: str, **params: object) -> str:
    """A sentence of the report."""
    return wording.translator(locale)(REPORT[key]).format(**params)


def row(table: str, key: str, locale: str) -> str:
    """The word for a row; what has none (a standard, a unit) stands for itself."""
    if msgid := ROWS.get(table, {}).get(key):
        return wording.translator(locale)(msgid)
    if table == "escalations":
        rung, _, role = key.partition("_")
        return f"{rung}. {wording.label('role', role, locale)}"
    return wording.label(_LABELS[table], key, locale) if table in _LABELS else key
