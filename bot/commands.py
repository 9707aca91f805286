"""The words that a person may type as a command. No menu is compulsory; typing errors are forgiven."""

from __future__ import annotations

import re

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from bot import datarights, safety
from workflow import receipts

#: Words that people type as a command, at the beginning of a short message; typing errors are forgiven.
COMMANDS: dict[str, tuple[str, ...]] = {
    "status": (
        "status",
        "lacak",
        "cek status",
        "check status",
        "gimana kabarnya",
        "gmn kabarnya",
        "bagaimana kabarnya",
    ),
    "dissatisfied": ("tidak puas", "belum puas", "gak puas", "ga puas", "not satisfied"),
    "satisfied": ("puas", "sudah puas", "satisfied"),
    "direct": ("kanwil", "langsung ke kanwil", "langsung kanwil"),
    "anonymous": ("anonim", "anonymous"),
    "confidential": ("rahasia", "confidential"),
    "open": ("terbuka",),
    "withdraw": ("cabut", "cabut aduan", "cabut pengaduan", "cabut laporan", "batalkan", "tarik laporan", "withdraw"),
    "new": ("baru", "aduan baru", "pengaduan baru"),
    "skip": ("lewati", "lewat", "lewatin", "skip"),
    "person": ("petugas", "bicara petugas", "operator"),
    "help": ("bantuan", "menu", "help", "mulai", "start", "/start"),
    "stop": ("stop", "berhenti", "unsubscribe", "unreg"),
    "yes": ("ya", "iya", "yes", "sudah", "inggih", "nggih", "muhun", "enggi"),
    "no": ("tidak", "belum", "no", "nggak", "gak", "ndak", "ora", "mboten", "henteu", "bunten"),
    **safety.FORMS,
    "english": ("english", "bahasa inggris"),
    "indonesian": ("indonesia", "bahasa indonesia"),
}
#: Wishes that people say in a short sentence of their own.
PHRASES = {
    "withdraw": re.compile(
        r"\b(cabut|tarik|batalkan|membatalkan|mencabut|menarik)\b.*\b(lapor|adu)\w*"
        r"|\b(lapor|adu)\w*.*\b(dicabut|ditarik|dibatalkan)\b"
    ),
    "invite": re.compile(
        r"^\W*((saya|sy|aku|sya|kami) )?(mau|ingin|pengen|pgn|boleh|bisa)( saya| sy)? "
        r"(lapor|melapor|ngadu|mengadu|komplain|cerita)\b\W*"
        r"((tapi|tp|cuma|pak|bu|min|kak|dong|ya|saya|sy|takut|gimana|caranya|disini|di sini)\b\W*)*$"
    ),
}
MAX_PHRASE = 10
#: Small words that people put after one of these: "lewati saja", "belum pak". After BARU they would change its sense.
_TAILS = frozenset(
    ("saja", "aja", "sj", "aj", "ae", "dulu", "dl", "deh", "dong", "pak", "bu", "min", "kak", "mas", "mbak", "ya")
)
_WITH_TAILS = frozenset(
    {"skip", "yes", "no", "satisfied", "direct", "anonymous", "confidential", "open", "withdraw", "person", "stop"}
    | safety.FORMS.keys()
)
#: These take words after them; the others stand alone, or they are part of a sentence.
_TAKES_WORDS = frozenset({"status", "dissatisfied"})
_CLOSE_ENOUGH = 84


def command(text: str) -> tuple[str, str] | None:
    """(command, rest) if the message is one; a bare receipt code asks for the status."""
    plain = " ".join(text.split())
    if receipts.normalise(plain):
        return "status", plain
    if len(plain) > 400 and not plain.lower().startswith(COMMANDS["dissatisfied"]):
        return None
    words = re.sub(r"[^\w /-]", " ", plain.lower()).split()
    for name, forms in COMMANDS.items():
        for form in sorted(forms, key=len, reverse=True):
            length = len(form.split())
            head, rest = " ".join(words[:length]), words[length:]
            if name in _WITH_TAILS and _TAILS.issuperset(rest):
                rest = []
            if _same(head, form) and (not rest or name in _TAKES_WORDS) and _fits(name, rest):
                return name, " ".join(plain.split()[length:])
    return safety.hours(plain.lower()) or datarights.wish(plain.lower()) or _phrase(plain.lower(), len(words))


def _phrase(plain: str, words: int) -> tuple[str, str] | None:
    """A wish said as a sentence: "ga jadi pak, saya mau tarik laporannya"."""
    if words > MAX_PHRASE:
        return None
    return next(((name, "") for name, phrase in PHRASES.items() if phrase.search(plain)), None)


def _same(typed: str, form: str) -> bool:
    """The form itself, nearly the form, or the form with two neighbouring letters in the wrong order."""
    if typed == form or len(form) < 5:
        return typed == form
    swapped = sorted(typed) == sorted(form) and OSA.distance(typed, form) == 1
    return swapped or fuzz.ratio(typed, form) >= _CLOSE_ENOUGH


def _fits(name: str, rest: list[str]) -> bool:
    """STATUS takes a code, a number or nothing: "status remisi suami saya pasal 114" is a sentence, not a command."""
    if name != "status" or not rest or receipts.find_code(" ".join(rest)):
        return True  # one code in a hundred holds no digit at all, "kode" before it or not
    pieces = " ".join(rest).replace("-", " ").split()
    grouped = all(len(piece) <= 4 for piece in pieces) or (len(pieces) == 1 and len(pieces[0]) >= 10)
    return pieces[0] == "adu" or (grouped and any(c.isdigit() for piece in pieces for c in piece))
