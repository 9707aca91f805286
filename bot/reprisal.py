"""Words by which people tell that something was done to them, or is threatened, because they complained. Pure.

What is only feared is no such thing (see ``safety``), nor what made them complain in the first place.
"""

from __future__ import annotations

import re

_UNSAFE = r"(?:tidak|tdk|gak|ga|gk|nggak|ngga|ndak|tak|not|un)\s*(?:aman|safe)"
_WE = (
    r"(?:(?:saya|sy|aku|kami|keluarga|anak|suami|istri|adik|kakak|ibu|we|i|are|am|my|family)\s+"
    r"(?:saya|sy|aku|kami)?\s*)"
)
#: TIDAK AMAN at the beginning, alone or with what happened behind it; "tidak aman parkir di rutan" is no such word.
_WORD = re.compile(
    rf"^[^\w\n]*(?:{_WE}{{0,2}}(?:merasa\s+)?)?{_UNSAFE}(?:\s+(?:pak|bu|min|kak|lagi|sekarang|disini|di sini))*"
    r"\s*(?:$|[,.:;!?\n(–—-]|(?:karena|krn|karna|sebab|saya|sy|aku|kami|suami|istri|anak|adik|kakak|ibu|bapak|ayah"
    r"|keluarga|tadi|kemarin|semalam|petugas|sipir|oknum|because|my|i|we|they)\b)",
    re.IGNORECASE | re.MULTILINE,
)

_HARM = (
    r"(?:di|ke|kena\s+|meng?|mem|nge?)?(?:pukul|ancam|ancem|siksa|aniaya|hajar|tampar|gampar|gebuk|tendang|injak|keroyok|setrum"
    r"|intimidasi|teror|bentak|maki|marah|musuh|kucil|asing|isolasi|sulit|persulit|lecehkan|ludah|strap|bully|dendam"
    r"|jauh|diam|biar|usir|cambuk|cekik|kurung|interogasi|cari-?cari)(?:i|in|kan|an|nya)*2?\b"
    r"|\bdi(?:sel|hukum|pindah|larang|potong|kunci|tutup|cabut|batal|tolak|balas|paksa|tekan|rampas|sita|ganggu|buntuti|ikuti"
    r"|fitnah|tuduh|hina|caci|jemur|rugi|tunda)\w*"
    r"|\bmukul\w*|\bmalak\w*|\bngancam\w*|\bngamuk\w*|\bpembalasan\b|\bbalas\s+dendam\b|\btahu\s+rasa\b"
    r"|\b(?:tidak|tdk|gak|ga|nggak|ndak)\s+(?:boleh|bisa|dikasih|diberi|dapat|dikasi|diizinkan|diijinkan)\b"
    r"|\b(?:beaten|beat|hit|threaten\w*|punish\w*|tortur\w*|harass\w*|bulli\w*|transferred|isolated|denied|retaliat\w*"
    r"|intimidat\w*|revenge)\b"
)
_TELL = (
    r"(?:(?:me|pe)?lapor(?:kan|in|an)?(?:nya|ku)?|ng?adu(?:kan|in)?|mengadu\w*|aduan(?:nya|ku)?|pengaduan(?:nya|ku)?"
    r"|komplain\w*|keluhan(?:nya|ku)?|report(?:ed|ing)?|complain(?:t|ts|ed|ing)?)\b(?!\W+(?:palsu|polisi|tetangga|korban|warga))"
)
_WHY = (
    r"\b(?:karena|krn|karna|dikarenakan|gara\W?gara|gara2|gegara|akibat|sebab|lantaran|amarga|mergo|merga|goro\W?goro|soal"
    r"|terkait|atas|sejak|setelah|stlh|habis|abis|sesudah|usai|because|cause|after|since|over)\b"
)
_WHO = (
    r"(?:(?:saya|sy|aku|kami|kita|dia|ia|istri|suami|keluarga|ibu|bapak|ayah|anak|adik|kakak|isi|ada|adanya|kasus|sudah|pernah"
    r"|berani|habis|ketahuan|dianggap|dituduh|dikira|disangka|yang|of|i|we|my|our|he|she|had|have|the|wife|husband|mother"
    r"|saya|sy|kemarin|tadi)\W+){0,4}"
)
_UNHEARD = (
    r"(?!\W+(?:\w+\W+){0,3}(?:tidak|tdk|belum|blm|gak|ga)\W+(?:di)?"
    r"(?:tanggap|tindak|proses|respon|jawab|balas|gubris))"
)
#: Because of it, or after it; what was told because of something is the other way round, and so is what was not heard.
_CAUSE = rf"{_WHY}\W+{_WHO}{_TELL}{_UNHEARD}"
_SUFFERS = re.compile(rf"(?:{_HARM})[^.!?\n]{{0,90}}?{_CAUSE}|{_CAUSE}[^.!?\n]{{0,90}}?(?:{_HARM})", re.IGNORECASE)
#: A threat over the complaint, or somebody who is made to take it back.
_THREAT = re.compile(
    r"\b(?:di|meng|ng)?anc[ae]m\w*[^.!?\n]{0,60}?\b(?:(?:me)?lapor\w*|ng?adu\w*|mengadu\w*|aduan\w*|pengaduan\w*|cabut\w*|mencabut)\b"
    r"|\b(?:disuruh|dipaksa|ditekan|diminta|forced|told)\b[^.!?\n]{0,40}?\b(?:men)?(?:cabut|tarik|narik|batalkan|withdraw|drop)\w*"
    r"[^.!?\n]{0,60}?(?:\b(?:lapor|adu|pengadu|aduan|complain)\w*|\bkalau\s+(?:tidak|tdk|gak|ga|nggak)\b|\bkalo\s+\w+|\batau\b|\bnanti\b)"
    r"|\bthreaten\w*[^.!?\n]{0,60}?\b(?:report|complain|withdraw)\w*",
    re.IGNORECASE,
)
#: What is feared, asked or supposed, and what did not happen.
_ONLY_FEARED = re.compile(
    r"\b(?:takut|khawatir|kuatir|kawatir|wedi|sieun|todus|afraid|scared|fear|jangan|semoga|kalau|kalo|klo|jika|bila|apabila"
    r"|apakah|apa|seandainya|andai|if|(?:tidak|tdk|belum|bukan|gak|ga|nggak)\s+(?:ada|pernah|sampai|(?=di)))\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.!?\n]+")
_MOST = 8_000


def unsafe(text: str) -> bool:
    """Whether a message, or a line of it, begins with TIDAK AMAN, alone or with what happened."""
    return _WORD.search(text[:_MOST]) is not None


def bare(text: str) -> bool:
    """Whether nothing but that word is said."""
    return unsafe(text) and len(text.split()) <= 5


def suffered(text: str, *, reported: bool) -> bool:
    """Whether the words tell of harm because of a complaint; ``reported``: of this person's, so that a threat against
    reporting is about what they have reported."""
    return any(_told(clause, reported) for clause in _CLAUSE.split(text[:_MOST]))


def _told(clause: str, reported: bool) -> bool:
    found = _SUFFERS.search(clause) or (_THREAT.search(clause) if reported else None)
    return found is not None and not _ONLY_FEARED.search(clause, 0, found.start())
