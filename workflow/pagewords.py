"""How our own pages word what other channels say: nobody has a number there, and much is a button.

``key@page`` holds for the web chat and the form's page, ``key@form`` for the form's page alone, which asks nothing,
``key@desk`` where an officer hands over on paper what others read on a telephone.
"""

from __future__ import annotations

from workflow.slugs import N_

PAGES: dict[str, str] = {
    "welcome@page": N_(
        "Selamat datang di layanan pengaduan {unit}. Layanan ini gratis; kami tidak pernah meminta uang atau "
        "transfer.\n\n"
        "Tulis saja keluhan Anda dengan kata-kata sendiri. Pesan dibaca petugas Unit Layanan Pengaduan {unit}. Nama "
        "Anda tidak perlu disebut.\n\n"
        "Tidak ingin dibaca di {unit}? Tulis KANWIL lebih dulu, maka pengaduan Anda langsung ke {kanwil}.\n"
        "Sudah pernah melapor? Buka “Lanjutkan dengan kode” di bawah halaman ini. Tentang data Anda sendiri: tulis "
        "DATA SAYA untuk salinannya, atau HAPUS DATA SAYA."
    ),
    "welcome_above@page": N_(
        "Selamat datang di layanan pengaduan {unit}. Layanan ini gratis; kami tidak pernah meminta uang atau "
        "transfer.\n\n"
        "Tulis saja keluhan Anda dengan kata-kata sendiri, dan sebutkan lapas atau rutannya. Nama Anda tidak perlu "
        "disebut.\n\n"
        "Sudah pernah melapor? Buka “Lanjutkan dengan kode” di bawah halaman ini. Tentang data Anda sendiri: tulis "
        "DATA SAYA untuk salinannya, atau HAPUS DATA SAYA."
    ),
    "opened@page": N_(
        "Pengaduan Anda sudah kami terima.\n\nNomor: {number}\nKode tanda terima:\n{code}\n\n"
        "Catat kode ini, jangan berikan kepada siapa pun. Dengan kode ini tahap penanganannya dapat Anda lihat dari "
        "perangkat mana pun. Agar jawabannya juga dapat dibaca di perangkat lain, buat PIN di halaman ini.\n\n{privacy}"
        "\n\nLayanan ini gratis; kami tidak pernah meminta transfer."
    ),
    "opened@form": N_(
        "Pengaduan Anda sudah kami terima.\n\n"
        "Nomor: {number}\n"
        "Kode tanda terima:\n"
        "{code}\n\n"
        "Catat kode ini, jangan berikan kepada siapa pun. Dengan kode ini tahap penanganannya dapat Anda lihat dari "
        "perangkat mana pun. Jawabannya Anda baca di peramban yang dipakai melapor, atau di perangkat lain dengan PIN "
        "bila Anda memilihnya di formulir.\n\n"
        "{privacy}\n\n"
        "Layanan ini gratis; kami tidak pernah meminta transfer."
    ),
    "offer_kanwil@page": N_("Tidak ingin dibaca di {unit}? Tulis KANWIL."),
    "privacy_open@page": N_("Petugas yang menangani dapat melihat nama dan kontak yang Anda isi."),
    "privacy_confidential@page": N_(
        "Petugas hanya melihat nama samaran, tetapi membaca kata-kata Anda apa adanya. Yang Anda isi tentang diri "
        "Anda disimpan terkunci; membukanya perlu alasan yang tercatat. Pemilik komputer layanan ini secara teknis "
        "dapat melihat alamat jaringan Anda. Tulis ANONIM bila nama Anda tidak boleh dibuka siapa pun."
    ),
    "privacy_anonymous@page": N_(
        "Pengaduan Anda anonim: nama Anda tidak disimpan. Nama yang Anda tulis sendiri di dalam pesan tetap terbaca. "
        "Pemilik komputer layanan ini secara teknis dapat melihat alamat jaringan Anda."
    ),
    "visibility_open@page": N_("Baik. Mulai sekarang petugas yang menangani dapat melihat nama dan kontak Anda."),
    "offer_kanwil@form": N_(
        "Tidak ingin dibaca di {unit}? Tulis KANWIL pada halaman Lacak, maka {kanwil} yang menangani."
    ),
    "added@form": N_(
        "Pesan Anda sudah ditambahkan ke pengaduan {number}. Untuk hal lain, kirim formulir pengaduan yang baru."
    ),
    "answer@form": N_("{answer}"),
    "no_answer@form": N_(
        "Maaf, jawaban pasti untuk pertanyaan itu belum ada di sini. Tulis PETUGAS, maka petugas {unit} yang "
        "menjawab. Semua layanan gratis."
    ),
    "informed@form": N_(
        "Jawaban petugas atas pertanyaan {number}:\n\n{text}\n\n"
        "Bila belum terjawab, tulis apa yang kurang pada “Belum puas” di halaman ini."
    ),
    "official@form": N_(
        "Jawaban resmi {unit} atas pengaduan {number}:\n\n{body}\n\n"
        "Bila sudah selesai, tekan Puas di halaman ini. Bila belum, tulis satu kalimat alasannya pada “Belum puas”, "
        "paling lambat sepuluh hari kerja lagi. Tanpa balasan, pengaduan ditutup. Layanan ini gratis."
    ),
    "added_answered@form": N_(
        "Pesan Anda sudah ditambahkan ke pengaduan {number}, dan petugas diberi tahu. Apakah jawaban resmi sudah "
        "menyelesaikan masalahnya? Pilih Puas atau “Belum puas” di halaman ini."
    ),
    "ask_reason@form": N_("Mohon maaf belum memuaskan. Tulis satu kalimat: apa yang belum selesai?"),
    "closed_silence@form": N_(
        "Pengaduan {number} ditutup karena sepuluh hari kerja tidak ada balasan. Bila masalahnya belum selesai, tulis "
        "alasannya pada “Belum puas” di halaman ini."
    ),
    "opened@desk": N_(
        "Pengaduan Anda sudah kami terima.\n\nNomor: {number}\nKode tanda terima:\n{code}\n\n{privacy}\n\n"
        "Layanan ini gratis; kami tidak pernah meminta transfer."
    ),
    "offer_kanwil@desk": N_("Anda boleh meminta di loket, kapan saja, agar pengaduan ini ditangani Kanwil."),
    "privacy_confidential@desk": N_(
        "Nama dan kontak Anda disimpan terkunci; membukanya perlu alasan yang tercatat. Petugas yang mencatat mungkin "
        "mengenali Anda dan wajib merahasiakannya."
    ),
    "privacy_anonymous@desk": N_(
        "Pengaduan Anda anonim: nama dan kontak Anda tidak disimpan. Petugas yang mencatat wajib "
        "merahasiakan siapa Anda."
    ),
    "official@desk": N_(
        "Jawaban resmi {unit} atas pengaduan {number}:\n\n{body}\n\n"
        "Bila belum selesai, sampaikan alasannya paling lambat sepuluh hari kerja setelah jawaban ini diserahkan: di "
        "loket pengaduan, lewat telepon, atau dengan surat, dengan menyebut nomor itu. Tanpa keberatan, pengaduan "
        "ditutup. Layanan ini gratis."
    ),
    "informed@desk": N_(
        "Jawaban petugas atas pertanyaan {number}:\n\n{text}\n\n"
        "Bila belum terjawab, sampaikan apa yang kurang di loket, lewat telepon, atau dengan surat."
    ),
    "closed_silence@desk": N_(
        "Pengaduan {number} ditutup karena sepuluh hari kerja tidak ada keberatan. Bila masalahnya belum selesai, "
        "sampaikan alasannya di loket pengaduan, lewat telepon, atau dengan surat."
    ),
    "risk_told@desk": N_(
        "Kami catat bahwa Anda takut ada pembalasan. Bila lebih aman ditangani di luar {unit}, katakan kepada petugas, "
        "sekarang atau nanti. Bila ada ancaman, datang atau telepon segera."
    ),
    "risk_told_away@desk": N_(
        "Kami catat bahwa Anda takut ada pembalasan. Pengaduan ini ditangani di luar lapas dan rutan. Bila ada "
        "ancaman, datang atau telepon segera."
    ),
    "more_if_able@desk": N_(
        "Terima kasih sudah memberi tahu kami. Bila Anda sanggup, katakan kepada petugas di mana orang itu sekarang "
        "dan bagaimana keadaannya; tidak wajib."
    ),
}
