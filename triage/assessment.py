"""What a judgement consists of. Its slugs are the label scheme's and never change by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

Intent = Literal[
    "complaint", "information", "aspiration", "praise",
    "status_check", "follow_up", "greeting", "spam_abuse",
]  # fmt: skip
Category = Literal[
    "kunjungan", "kesehatan", "makanan_air", "pakaian_perlengkapan", "hunian", "ibadah_rohani",
    "seni_olahraga", "pendidikan_perpustakaan", "kerja_pelatihan", "bantuan_hukum", "cuti_izin",
    "remisi_integrasi", "pemindahan", "komunikasi", "titipan_barang", "pungli", "kekerasan",
    "kekerasan_seksual", "narkoba_hp", "sikap_petugas", "kelompok_rentan", "fasilitas_pengunjung",
    "informasi_transparansi", "layanan_pengaduan", "registrasi_data", "lainnya",
]  # fmt: skip
Urgency = Literal["darurat", "tinggi", "normal", "rendah"]
Group = Literal["none", "elderly", "child", "pregnant", "disabled"]
Language = Literal["id", "jv", "su", "mad", "en", "mixed"]

INTENTS: Final[tuple[Intent, ...]] = get_args(Intent)
CATEGORIES: Final[tuple[Category, ...]] = get_args(Category)
URGENCIES: Final[tuple[Urgency, ...]] = get_args(Urgency)
GROUPS: Final[tuple[Group, ...]] = get_args(Group)
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation: ``text[start:end] == matched``, offsets in code points of the text as given."""

    rule: str
    start: int
    end: int
    matched: str
    score: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """What the text already tells, so that the dialogue need not ask for it."""

    when: bool = False
    where: bool = False
    inmate_named: bool = False
    facility: str | None = None
    block: str | None = None
    room: str | None = None
    dates: tuple[str, ...] = ()
    amounts: tuple[int, ...] = ()
    staff: tuple[str, ...] = ()
    officer_names: tuple[str, ...] = ()
    ticket: str | None = None
    desk: bool = False  # the complaint unit itself does, or fails to do, something


@dataclass(frozen=True, slots=True)
class Assessment:
    """The judgement on one message, with everything it rests on."""

    intent: Intent
    categories: tuple[Category, ...]
    urgency: Urgency
    about_head: bool
    about_staff: bool
    vulnerable_group: Group
    language: Language
    confidence: float
    evidence: tuple[Evidence, ...]
    unsure: bool
    head_doubt: bool
    details: Details


def to_json_dict(id: str, assessment: Assessment) -> dict[str, object]:
    """The object that ``aduan triage --jsonl`` prints for one message: exactly the contract's keys."""
    return {
        "id": id,
        "intent": assessment.intent,
        "categories": list(assessment.categories),
        "urgency": assessment.urgency,
        "about_head": assessment.about_head,
        "about_staff": assessment.about_staff,
        "vulnerable_group": assessment.vulnerable_group,
        "language": assessment.language,
        "confidence": assessment.confidence,
        "evidence": [
            {"rule": e.rule, "start": e.start, "end": e.end, "matched": e.matched} for e in assessment.evidence
        ],
    }
