"""The words of protection: safe contact, check-backs, parties."""

from __future__ import annotations

from workflow.slugs import N_

SAFE_MESSAGES: dict[str, str] = {
    "safe_wait": N_(
        "Baik. Kami hanya menulis setelah Anda menulis lebih dulu; kabar lain kami simpan sampai saat itu. Agar kami "
        "boleh menulis lagi, balas BOLEH HUBUNGI."
    ),
    "safe_hours": N_(
        "Baik. Kami hanya menulis pada jam yang Anda sebut; kabar di luar jam itu menunggu. Agar bebas lagi, balas "
        "BOLEH HUBUNGI."
    ),
    "safe_neutral": N_(
        "Baik. Kabar dari kami hanya berupa pemberitahuan singkat tanpa isi; isinya menyusul setelah Anda membalas. "
        "Agar biasa lagi, balas BOLEH HUBUNGI."
    ),
    "safe_free": N_("Baik. Mulai sekarang kami boleh menulis kepada Anda kapan saja."),
    "withdraw_asked": N_(
        "Permintaan Anda untuk mencabut pengaduan {number} kami teruskan; petugas memastikannya dulu dengan Anda. "
        "Benar ingin mencabut? Balas YA atau TIDAK. Bila ada yang memaksa atau "
        "mengancam Anda, tulis TIDAK AMAN dan apa yang terjadi: itu langsung ke {kanwil}."
    ),
    "withdraw_yes": N_(
        "Baik, kami catat. Pengaduan {number} tetap ditangani sampai petugas memastikannya dengan Anda."
    ),
    "withdraw_no": N_("Baik. Pengaduan {number} tetap kami tangani, dan petugas diberi tahu."),
    "risk_told": N_(
        "Kami catat bahwa Anda takut ada pembalasan. Nama Anda tetap tidak ditampilkan kepada petugas. Bila lebih "
        "aman ditangani di luar {unit}, balas KANWIL. Bila Anda diancam atau dibalas karena melapor, tulis TIDAK "
        "AMAN dan apa yang terjadi: itu langsung ke {kanwil}, tidak dibaca di {unit}."
    ),
    "risk_told_away": N_(
        "Kami catat bahwa Anda takut ada pembalasan. Nama Anda tetap tidak ditampilkan kepada petugas. Pengaduan ini "
        "ditangani di luar lapas dan rutan. Bila Anda diancam atau dibalas karena melapor, tulis TIDAK AMAN dan apa "
        "yang terjadi: itu langsung ke {kanwil}."
    ),
    "risk_told@form": N_(
        "Kami catat bahwa Anda takut ada pembalasan. Nama Anda tetap tidak ditampilkan kepada petugas. Bila lebih "
        "aman ditangani di luar {unit}, tulis KANWIL pada halaman Lacak. Bila Anda diancam atau dibalas karena "
        "melapor, tulis di sana TIDAK AMAN dan apa yang terjadi: itu langsung ke {kanwil}, tidak dibaca di {unit}."
    ),
    "risk_told_away@form": N_(
        "Kami catat bahwa Anda takut ada pembalasan. Nama Anda tetap tidak ditampilkan kepada petugas. Pengaduan ini "
        "ditangani di luar lapas dan rutan. Bila Anda diancam atau dibalas karena melapor, tulis di halaman Lacak "
        "TIDAK AMAN dan apa yang terjadi: itu langsung ke {kanwil}."
    ),
    "more_if_able": N_(
        "Terima kasih sudah memberi tahu kami. Bila Anda sanggup, tulis di sini di mana orang itu sekarang dan "
        "bagaimana keadaannya; tidak wajib. Kami membaca setiap pesan."
    ),
    "more_if_able@form": N_(
        "Terima kasih sudah memberi tahu kami. Bila Anda sanggup, tulis di halaman Lacak di mana orang itu sekarang "
        "dan bagaimana keadaannya; tidak wajib. Kami membaca setiap pesan."
    ),
    "safe_notice": N_("Halo, ada kabar untuk Anda. Balas pesan ini bila sempat membacanya."),
    "checkback": N_(
        "Apakah Anda dan keluarga baik-baik saja sejak melapor? Balas AMAN atau TIDAK AMAN, atau ceritakan di sini."
    ),
    "fared_unwell": N_(
        "Bila aman bagi Anda, tulis di sini apa yang terjadi, kapan, dan di mana. Di layanan ini hanya {kanwil} yang "
        "membacanya."
    ),
    "fared_well": N_("Syukurlah, kami catat. Bila ada apa-apa, tulis saja di sini kapan pun."),
}

SAFE_LABELS: dict[str, dict[str, str]] = {
    "choice": {"AMAN": N_("Aman"), "TIDAK AMAN": N_("Tidak aman")},
    "rung_reason": {"safe_contact": N_("menunggu pelapor menulis lebih dulu, seperti yang dimintanya")},
    "held": {
        "safe_contact": N_("menunggu pelapor menulis lebih dulu, seperti yang dimintanya"),
        "safe_hours": N_("menunggu jam yang diminta pelapor"),
    },
    "action": {
        "safe_contact": N_("Cara aman menghubungi pelapor"),
        "checkback_asked": N_("Kabar pelapor ditanyakan"),
        "checkback_ended": N_("Pertanyaan kabar pelapor selesai"),
        "retaliation": N_("Terkait pembalasan atas pengaduan lain"),
        "party": N_("Pihak dicatat"),
        "party_verified": N_("Hubungan pelapor diperiksa"),
        "party_struck": N_("Pihak dihapus dari pengaduan"),
        "party_doubted": N_("Pemeriksaan hubungan pelapor dibatalkan"),
    },
    "notice": {
        "retaliation": N_("diduga ada pembalasan terhadap pelapor"),
        "checkback_silent": N_("pelapor tidak menjawab saat ditanya kabarnya"),
        "checkback_by_hand": N_("tanyakan kabar pelapor saat ia datang"),
    },
    "impossible": {
        "choose_hours": N_("Isi jam mulai dan jam selesai, misalnya 9 dan 15."),
        "choose_evidence": N_("Pilih hubungan dan bukti yang diperiksa."),
        "agree_first": N_("Centang bahwa ini disepakati dengan pelapor."),
    },
    "checkback": {
        "open": N_("dijadwalkan"),
        "asked": N_("ditanyakan, belum dijawab"),
        "answered": N_("dijawab"),
        "safe": N_("AMAN"),
        "unsafe": N_("TIDAK AMAN"),
        "told": N_("menjawab hal lain"),
        "silent": N_("tidak dijawab"),
        "by_hand": N_("tanyakan saat pelapor datang"),
        "missed": N_("dilewati, harinya sudah lewat"),
        "ended": N_("tidak ditanyakan lagi"),
    },
    "party": {
        "reporter": N_("Pelapor"),
        "inmate": N_("Warga binaan"),
        "respondent": N_("Terlapor"),
    },
    "party_field": {
        "name": N_("Nama"),
        "block": N_("Blok"),
        "room": N_("Kamar"),
        "post": N_("Jabatan"),
        "number": N_("Nomor"),
        "contact": N_("Kontak"),
    },
    "evidence_of": {
        "visit_register": N_("Buku kunjungan"),
        "family_card": N_("Kartu keluarga"),
        "identity_card": N_("KTP"),
        "marriage": N_("Buku nikah"),
        "power_of_attorney": N_("Surat kuasa"),
        "other": N_("Bukti lain"),
    },
}
