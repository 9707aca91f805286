"""The words for what a unit sets for itself, and for what is wrong in files of units and staff."""

from __future__ import annotations

from workflow.slugs import N_

#: What papers call the head of a unit, and that of the Directorate General.
HEAD, DIRECTOR_GENERAL = N_("Kepala {unit}"), N_("Direktur Jenderal {field}")

UNIT_LABELS: dict[str, dict[str, str]] = {
    "unit_kind": {
        "ditjen": N_("Direktorat Jenderal"),
        "kanwil": N_("Kantor Wilayah"),
        "upt": N_("Unit pelaksana teknis"),
    },
    "setting_group": {
        "letterhead": N_("Kepala surat"),
        "letter_number": N_("Nomor surat"),
        "report_email": N_("Surel untuk laporan bulanan"),
        "office_hours": N_("Jam layanan"),
        "clocks": N_("Tenggat"),
        "ladder": N_("Tangga eskalasi"),
        "retention": N_("Masa simpan"),
        "delivery": N_("Penyampaian jawaban"),
    },
    "setting_hint": {
        "letterhead": N_("Yang kosong tidak dicetak. Nama kementerian boleh diisi pada kantor di atasnya saja."),
        "letter_number": N_(
            "Misalnya W15-{sequence:3}/{year}. Wajib memuat {sequence} dan {year}; boleh {code}, {month}, {roman}."
        ),
        "report_email": N_(
            "Ke sini laporan bulanan satuan kerja di bawahnya dikirim, dan kepala ditagih. Bila kosong, dipakai surel "
            "pada kepala surat."
        ),
        "office_hours": N_("Jam bulat waktu setempat, misalnya 8-16."),
        "clocks": N_("Hari kerja, kecuali yang menyebut menit. Yang sudah berjalan tidak berubah."),
        "ladder": N_("Siapa yang diberi tahu, berurutan, dan jedanya. Peran: petugas, kepala, kanwil, ditjenpas."),
        "retention": N_("Tahun setelah pengaduan selesai."),
        "delivery": N_("Hari sampai cara penyampaian berikutnya dicoba."),
    },
    "setting": {
        "letterhead.ministry": N_("Nama kementerian"),
        "letterhead.name": N_("Nama pada surat"),
        "letterhead.address": N_("Alamat"),
        "letterhead.telephone": N_("Telepon"),
        "letterhead.email": N_("Surel"),
        "letterhead.website": N_("Situs web"),
        "letterhead.place": N_("Tempat pada tanggal surat"),
        "letter_number": N_("Pola nomor"),
        "report_email": N_("Surel"),
        "office_hours": N_("Jam layanan"),
        "facility": N_("Tangga di lapas atau rutan"),
        "office": N_("Tangga di kantor wilayah"),
        "delay_days": N_("Jeda (hari kerja)"),
        "delay_minutes": N_("Jeda darurat (menit)"),
        "repeat_minutes": N_("Panggilan diulang tiap (menit)"),
        "default": N_("Semua urgensi"),
        "standard": N_("Pengaduan layanan (tahun)"),
        "integrity": N_("Pengaduan integritas (tahun)"),
        "information": N_("Permintaan informasi (tahun)"),
        "proof_days": N_("Menunggu bukti terima (hari)"),
        "notice_days": N_("Menunggu balasan pemberitahuan (hari)"),
    },
    "setting_fault": {
        "unknown": N_("Pengaturan ini tidak dikenal. Yang ada: {known}."),
        "long": N_("Terlalu panjang: paling banyak {most} huruf."),
        "characters": N_("Ada huruf yang tidak dapat dicetak."),
        "number": N_("Harus bilangan bulat dari {least} sampai {most}."),
        "email": N_("Bukan alamat surel."),
        "hours": N_("Harus dua jam bulat dari 0 sampai 24, misalnya 8-16."),
        "roles": N_("Harus peran yang dipisahkan koma, masing-masing sekali: {roles}."),
        "above": N_(
            "Harus ada kanwil atau ditjenpas di tangga ini: yang terlambat tidak boleh berhenti di satuan sendiri."
        ),
        "pattern": N_(
            "Pola nomor harus memuat {{sequence}} dan {{year}}; selain itu hanya {{code}}, {{month}} dan {{roman}}. "
            "Nomornya paling panjang {most} huruf."
        ),
    },
    "import_fault": {
        "line": N_("Baris {line}:"),
        "encoding": N_("berkas bukan teks UTF-8. Simpan lagi sebagai “CSV UTF-8”."),
        "too_large": N_("berkas terlalu besar."),
        "quotes": N_("tanda kutip tidak ditutup atau salah tempat."),
        "empty": N_("tidak ada baris berisi di bawah judul kolom."),
        "cells": N_("ada lebih banyak sel daripada kolom ({most})."),
        "column_missing": N_("kolom ini tidak ada."),
        "column_unknown": N_("kolom ini tidak dikenal."),
        "column_twice": N_("kolom ini ada dua kali."),
        "code": N_("kode “{code}” harus terdiri dari 2 sampai 40 huruf besar, angka atau tanda hubung."),
        "code_reserved": N_("kode {code} dipakai uji harian layanan ini; pilih kode lain."),
        "code_twice": N_("kode {code} sudah ada pada baris {other}."),
        "name": N_("nama kosong, terlalu panjang, atau memuat huruf yang tidak dapat dicetak."),
        "name_twice": N_("nama “{name}” sama dengan nama {code}; keluarga tidak dapat membedakannya."),
        "kind": N_("jenis “{kind}” tidak dikenal. Yang ada: ditjen, kanwil, upt."),
        "kind_changed": N_("{code} sudah terdaftar sebagai {kind}; jenisnya tidak dapat diubah."),
        "differs": N_("{code} sudah terdaftar dengan isi lain ({columns}). Ubah dengan `aduan unit import`."),
        "root": N_("satu-satunya ditjen adalah {code}, tanpa induk."),
        "parent": N_("induk “{parent}” tidak ada atau bukan {kind}."),
        "timezone": N_("zona waktu “{zone}” tidak dikenal. Di Indonesia: {known}."),
        "account": N_("nama akun “{name}” harus 2 sampai 60 huruf kecil, angka, titik, garis bawah atau tanda hubung."),
        "person": N_("nama lengkap kosong."),
        "long": N_("isi kolom ini terlalu panjang: paling banyak {most} huruf."),
        "person_differs": N_("akun {name} punya nama lengkap atau jabatan lain pada baris {other}."),
        "role": N_("peran “{role}” tidak dikenal. Yang ada: {known}."),
        "role_place": N_("peran {role} tidak ada di {kind}."),
        "facility": N_("satuan kerja “{code}” tidak ada."),
        "date": N_("tanggal “{typed}” tidak terbaca. Tulis seperti 2026-12-31 atau 31/12/2026."),
        "ends_before": N_("berakhir sebelum mulai."),
        "overlap": N_(
            "{name} sudah memegang peran {role} di {code} sejak {since}; akhiri itu dulu, atau tulis tanggal yang sama."
        ),
        "role_twice": N_("peran yang sama sudah ada pada baris {other}."),
        "channel": N_("saluran “{channel}” tidak dikenal atau mati. Yang hidup: {known}."),
        "address": N_("kolom channel dan address diisi dua-duanya, atau dikosongkan dua-duanya."),
        "telephone": N_("nomor telepon tidak terbaca."),
        "address_taken": N_("alamat itu sudah dipakai orang lain."),
        "address_twice": N_("alamat itu sudah ada pada baris {other} untuk akun lain."),
    },
    "import": {
        "added": N_("baru"),
        "changed": N_("berubah"),
        "unchanged": N_("tetap"),
        "nothing_written": N_("Tidak ada yang ditulis."),
        "checked": N_("Berkas baik. Ini hanya pemeriksaan; tidak ada yang ditulis."),
        "passwords": N_("Kata sandi pertama ditulis ke {path}. Bagikan satu per satu, lalu hapus berkas itu."),
        "passwords_missing": N_("Ada akun baru: sebutkan berkas untuk kata sandi pertama dengan --passwords."),
        "passwords_there": N_("{path} sudah ada atau tidak dapat dibuat; tidak ada yang ditimpa."),
    },
}  # fmt: skip
