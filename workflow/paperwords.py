"""What is printed: the receipt, the letter around the approved text, the note of its handing over."""

from __future__ import annotations

from workflow.slugs import N_

PAPERS: dict[str, str] = {
    # ---------------------------------------------------------------- on the printed receipt
    "slip_title": N_("Tanda terima pengaduan"),
    "slip_number": N_("Nomor"),
    "slip_number_later": N_("menyusul"),
    "slip_received": N_("Diterima"),
    "slip_code": N_("Kode tanda terima"),
    "slip_keep": N_(
        "Simpan kertas ini. Kode ini milik Anda; jangan berikan kepada siapa pun, juga tidak kepada petugas. "
        "Kami tidak dapat mencarikannya kembali."
    ),
    "slip_track": N_(
        "Tahap pengaduan: buka {url} dan masukkan kode ini. Jawabannya diserahkan sebagai surat oleh kantor yang "
        "menangani."
    ),
    "slip_ask_here": N_(
        "Tanpa internet: datang ke loket pengaduan dan ketik sendiri kode ini di halaman Lacak, atau hubungi {contact}"
    ),
    "slip_ask_here_only": N_("Tanpa internet: datang ke loket pengaduan dan ketik sendiri kode ini di halaman Lacak."),
    "slip_free": N_("Layanan ini gratis. Tidak seorang pun boleh meminta uang; bila ada yang meminta, laporkan."),
    "slip_help": N_("Bantuan di luar kantor ini:"),
    # ---------------------------------------------------------------- on the letter, around the approved text
    "letter_title": N_("Surat jawaban {number}"),
    "letter_subject": N_("Jawaban atas pengaduan nomor {case}"),
    "letter_to": N_("{alias} (nama samaran)"),
    "letter_opening": N_(
        "Menjawab pengaduan Anda nomor {case} yang kami terima pada {received}, bersama ini kami sampaikan:"
    ),
    "letter_closing": N_("Demikian jawaban kami."),
    "letter_free": N_("Layanan ini gratis; kami tidak pernah meminta uang atau transfer."),
    "letter_behalf": N_("a.n. {head}"),
    "letter_signed": N_("Disetujui secara elektronik pada {approved}"),
    "letter_check": N_("Keaslian surat ini dapat diperiksa siapa pun, tanpa melihat isinya, di:"),
    "letter_check_alt": N_("Kode QR menuju halaman pemeriksaan {url}"),
    "letter_rights": N_("Hak Anda"),
    "letter_not_satisfied": N_(
        "Bila masalahnya belum selesai, sampaikan dalam {days} hari kerja sejak Anda menerima jawaban ini: balas "
        "TIDAK PUAS dan alasannya di saluran tempat Anda melapor, tulis di {url}/lacak, atau datang ke pos layanan "
        "pengaduan. Pengaduan dibuka kembali dan ditangani orang lain."
    ),
    "letter_not_satisfied_desk": N_(
        "Bila masalahnya belum selesai, sampaikan dalam {days} hari kerja sejak Anda menerima jawaban ini: datang ke "
        "pos layanan pengaduan, telepon kantor ini, atau kirim surat, dengan menyebut nomor pengaduan {case}. "
        "Pengaduan dibuka kembali dan ditangani orang lain."
    ),
    "letter_ombudsman": N_("Anda juga berhak mengadu kepada {ombudsman}."),
    "letter_courtesy": N_("Terjemahan keterangan surat ini"),
    "letter_courtesy_text": N_(
        "Surat ini adalah jawaban resmi atas pengaduan Anda nomor {case}, bertanggal {date}, dengan nomor {number}. "
        "Teks berbahasa Indonesia di atas adalah yang berlaku."
    ),
    "handover_title": N_("Serah terima surat jawaban"),
    "handover_letter": N_("Nomor surat"),
    "handover_date": N_("Tanggal surat"),
    "handover_to": N_("Untuk"),
    "handover_text": N_(
        "Surat jawaban asli diserahkan kepada pelapor di pos layanan pengaduan. Pelapor tidak wajib menulis nama "
        "aslinya. Layanan ini gratis."
    ),
    "handover_day": N_("Diserahkan pada hari dan tanggal: ......................................"),
    "handover_receives": N_("Yang menerima"),
    "handover_gives": N_("Yang menyerahkan"),
    "handover_sign": N_("tanda tangan"),
    "handover_name": N_("tanda tangan dan nama petugas"),
    "print_missing": N_("Tanda □ menggantikan huruf atau gambar yang tidak dapat dicetak."),
}
