"""What is said to people who ask for their own data, or that it be erased."""

from __future__ import annotations

from workflow.slugs import N_

DATA_MESSAGES: dict[str, str] = {
    "data_copy": N_("Data Anda yang kami simpan pada pengaduan {number}:\n\n{text}"),
    "data_erased": N_(
        "Sesuai permintaan Anda, isi pengaduan {number} kami hapus dalam sehari, juga nama dan nomor Anda bila tidak "
        "ada pengaduan lain yang memerlukannya. Yang tersisa hanya nomor pengaduan dan hitungannya. Kode tanda terima "
        "lalu hanya menunjukkan tahapnya."
    ),
    "data_erase_later": N_(
        "Permintaan Anda sudah disetujui: isi pengaduan {number} dihapus setelah penanganannya selesai. Anda diberi "
        "tahu lebih dulu."
    ),
    "data_refused": N_(
        "Permintaan Anda tentang data pada pengaduan {number} belum dapat dipenuhi. Alasannya: {reason}"
    ),
    "data_none": N_(
        "Dari percakapan ini belum ada pengaduan, jadi belum ada yang dapat kami salin atau hapus. Pertanyaan yang "
        "Anda tulis di sini terhapus sendiri setelah setahun. Bila Anda melapor lewat jalan lain, mintalah di sana."
    ),
    "data_copy_asked": N_(
        "Permintaan salinan data Anda pada pengaduan {number} sudah dicatat. Salinannya, atau alasan bila belum dapat "
        "diberikan, datang ke percakapan ini paling lambat {day} (3 × 24 jam).{notes}"
    ),
    "data_erase_asked": N_(
        "Permintaan Anda agar data pada pengaduan {number} dihapus sudah dicatat. Jawabannya datang ke percakapan ini "
        "paling lambat {day} (3 × 24 jam).{notes}"
    ),
    "data_already": N_(
        "Permintaan yang sama untuk pengaduan {number} sudah tercatat. Jawabannya datang ke percakapan ini paling "
        "lambat {day}."
    ),
    "data_often": N_(
        "Permintaan yang sama sudah tiga kali kami terima bulan ini. Bila ada yang belum jelas, tulis pertanyaannya di "
        "sini; petugas membacanya."
    ),
    "ask_erase": N_(
        "Anda meminta data pada pengaduan {number} dihapus. Setelah itu isi pengaduan, berkas, dan jawabannya tidak "
        "dapat dibaca siapa pun lagi, juga oleh Anda; kode tanda terima hanya menunjukkan tahapnya; nama dan nomor "
        "Anda ikut hilang bila tidak ada pengaduan lain yang memerlukannya. Yang tersisa hanya nomor pengaduan dan "
        "hitungannya dalam statistik.{notes}\n\n"
        "Jadi dihapus? Jawab YA atau TIDAK dalam sehari."
    ),
    "data_note_open": N_("Pengaduan {number} masih ditangani; datanya baru dihapus setelah selesai."),
    "data_note_held": N_("Pengaduan {number} ditahan untuk proses hukum; datanya belum boleh dihapus."),
    "data_kept": N_("Baik, tidak ada yang dihapus."),
}

DATA_LABELS: dict[str, dict[str, str]] = {
    "data_request": {
        "copy": N_("salinan data"),
        "erase": N_("penghapusan data"),
    },
    "private": {
        "data_copy": N_("Salinan data pribadi, isinya hanya untuk pelapor."),
        "data_refused": N_("Alasan mengapa permintaan data belum dipenuhi, isinya hanya untuk pelapor."),
    },
    "opened_for": {
        "data_copy": N_("Salinan data yang diminta pelapor, untuk diserahkan kepadanya."),
    },
    "data_state": {
        "open": N_("menunggu jawaban"),
        "granted": N_("disetujui, belum dihapus"),
        "done": N_("selesai"),
        "refused": N_("belum dapat dipenuhi"),
    },
}
