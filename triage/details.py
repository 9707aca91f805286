"""What the text already tells: time, place, names, money, facility, officers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process

from triage import callings, surnames
from triage.assessment import Details
from triage.lexicon import Lexicon
from triage.money import amounts
from triage.patterns import SENTENCE
from triage.scene import Scene
from triage.signs import TICKET

Named = Sequence[tuple[str, str]]

_HEAD = 4_000
_WORD = re.compile(r"\w+")
_COUNT = "satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh"
_FLOWERS = "melati|mawar|anggrek|kenanga|cempaka|dahlia|teratai|flamboyan|kamboja|wanita|pria|anak|pemuda"
_BLOCK = re.compile(rf"\bblo[kq]k?\s+({_COUNT}|{_FLOWERS}|[a-z]?-?\d{{0,2}}[a-z]?)\b", re.IGNORECASE)
_ROOM = re.compile(rf"\b(?:kamar|kmr|sel)\s+(?:no(?:mor)?\.?\s*)?([a-z]?-?\d{{1,3}}[a-z]?|{_COUNT})\b", re.IGNORECASE)
_DATE = re.compile(
    r"\b\d{1,2}[-/ ](?:\d{1,2}|jan\w*|feb\w*|mar\w*|apr\w*|mei|jun\w*|jul\w*|agu\w*|sep\w*|okt\w*|nov\w*|des\w*)"
    r"(?:[-/ ]\d{2,4})?\b", re.IGNORECASE,
)  # fmt: skip
_DAY = "senin|selasa|rabu|kamis|jum'?at|sabtu|minggu|ahad|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_SPAN = "hari|minggu|bulan|tahun|dina|days?|weeks?|months?"
#: Days as people tell them, kept in their own words: what day was meant is for a person to know.
_TOLD_DAY = re.compile(
    rf"\b(?:(?:hari|malam|on|last|since) (?:{_DAY})\b(?: (?:kemarin|lalu|kmrn|malam|pagi))?"
    rf"|(?:\d{{1,2}}|se|{_COUNT}|one|two|three|four|five|six|seven) ?(?:{_SPAN})(?: yang| yg)? (?:lalu|kepungkur|ago)"
    rf"|(?:minggu|bulan|tahun) (?:lalu|kemarin|kmrn)|(?:tgl|tanggal) \d{{1,2}}(?: kemarin| lalu)?"
    r"|(?:kemarin|kmrn)(?: (?:lusa|pagi|siang|sore|malam))?|kemaren|tadi (?:pagi|siang|sore|malam)|semalam|tadi peuting"
    r"|wingi|mau bengi|kamari|yesterday|last (?:night|week|month)|this morning)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b(?:jam|pukul|pkl)\s*\d{1,2}(?:[.:]\d{2})?\b", re.IGNORECASE)
_POST = "petugas|sipir|oknum|komandan|pegawai|perawat|dokter|danru|karupam|mantri|staf|kasi|kasubsi"
_OFFICER = re.compile(
    rf"\b(?i:{_POST})(?i:nya)?\s+(?i:loket\s+|jaga\s+|sipir\s+|petugas\s+)?"
    r"(?:(?i:(?:yang|yg)\s+)?(?i:bernama|namanya|nama|atas nama|a\.n\.|inisial|dipanggil|panggilannya)\s*:?\s+)?"
    r"((?i:pak|bu|bapak|ibu|mas|mbak)\s+[A-Za-z]+|[A-Z][a-z]+(?:\s[A-Z][a-z]+)?|[A-Z]{2,3}(?![A-Za-z]))"
)
_TITLED = re.compile(rf"\b((?i:pak|bu|bapak|ibu)\s+[A-Z][a-z]+),?\s+(?:(?i:selaku|sebagai|si)\s+)?(?i:{_POST})\b")
_INMATE = re.compile(
    r"\b(?i:a\.n\.?|an\.|a/n|atas nama|bernama|nama(?:nya)?(?: lengkap)?"
    r"(?: (?:wbp|napi|tahanan|warga binaan(?:nya)?))?)"
    r"\s*:?\s+([A-Z][\w']+(?:\s[A-Z][\w']+)*|[A-Z]{2,}(?:\s[A-Z]{2,})*)"
)
_KIND = re.compile(
    r"\b(?:lembaga pemasyarakatan|rumah tahanan(?: negara)?|lembaga pembinaan khusus anak|lapas|rutan|lpka|lpp|lp)\b"
)
_KINDS = {"rutan": "rutan", "rumah tahanan": "rutan", "rumah tahanan negara": "rutan", "lpka": "lpka",
          "lembaga pembinaan khusus anak": "lpka", "lpp": "lpp"}  # fmt: skip
_CLASS = re.compile(r"[ivx]+[abc]?|di|kota|kabupaten")
FUZZY_CUTOFF = 85
MAX_MENTIONS = 4
MIN_NAME, MAX_NAME = 3, 14


class Place(NamedTuple):
    """A facility of the directory: its key, its type and the place it is called after."""

    key: str
    kind: str
    name: str


#: The complaint unit as somebody who acts. Whom one wrote to ("ke petugas pengaduan") is no accusation.
_DESK = re.compile(
    r"(?<!ke )(?<!kpd )(?<!kepada )(?<!lewat )(?<!melalui )(?<!sama )(?<!dengan )(?<!terhadap )"
    r"\b(?:petugas|oknum|orang|staf|pegawai|admin|operator|anggota|tim|(?:yang|yg) (?:jaga|di|pegang)|bagian)\s+"
    r"(?:di\s+)?(?:bagian\s+|unit\s+|loket\s+|layanan\s+|pos\s+|meja\s+)*(?:pengaduan|aduan|ulp)\b",
    re.IGNORECASE,
)
_DEED = re.compile(
    r"\b(?:minta|mnta|meminta|mintai|membocor\w*|bocor\w*|ancam|mengancam|marah\w*|memarahi|membentak|bentak\w*|memukul|menyuruh"
    r"|menghapus|hapus|menolak|menutup\w*|memeras|pungut|memungut|mempersulit|tidak (?:mau|pernah|ditanggapi|dibalas)"
    r"|gak (?:mau|pernah)|kasar|kenal sama|bersekongkol|menyebar\w*|memberi ?tahu)\b",
    re.IGNORECASE,
)


def _desk(text: str) -> bool:
    """Whether the complaint unit is the one that does something wrong, said in one breath."""
    return any(_DEED.search(text, m.end(), min(len(text), m.end() + 60)) for m in _DESK.finditer(text))


def extract(scene: Scene, directory: Named, staff: Named) -> Details:
    """Everything the message tells that the dialogue would otherwise ask for."""
    text = scene.text[:_HEAD]
    block, room = _BLOCK.search(text), _ROOM.search(text)
    dates = _days(text)
    facility = match_name(text, directory)
    ticket = TICKET.search(text)
    return Details(
        when=bool(dates) or bool(_CLOCK.search(text)) or not scene.lexicon.sets["moment"].isdisjoint(scene.words()),
        where=bool(block or room) or scene.has("people.place"),
        inmate_named=_inmate_named(scene, text),
        facility=facility,
        block=block[1].upper() if block and block[1] else None,
        room=room[1].upper() if room else None,
        dates=dates[:5],
        amounts=amounts(text),
        staff=named(text, staff, scene.lexicon),
        officer_names=_officers(text),
        ticket=ticket[0] if ticket else None,
        desk=_desk(text),
    )


def _days(text: str) -> tuple[str, ...]:
    """Dates in figures, and days in words where no figure stands for them already."""
    written = [m.span() for m in _DATE.finditer(text)]
    told = (m.span() for m in _TOLD_DAY.finditer(text))
    apart = [span for span in told if not any(span[0] < end and begin < span[1] for begin, end in written)]
    return tuple(dict.fromkeys(text[begin:end] for begin, end in (*written, *apart)))


def _officers(text: str) -> tuple[str, ...]:
    """Names marked as those of officers, by the post before or behind them."""
    found = [(m.start(1), m[1]) for pattern in (_OFFICER, _TITLED) for m in pattern.finditer(text)]
    return tuple(dict.fromkeys(name for _, name in sorted(found)))[:5]


def _inmate_named(scene: Scene, text: str) -> bool:
    """Whether a name is announced as one, or follows a word for a relative or inmate."""
    announced = _INMATE.search(text)
    if announced is None or announced[1] in _officers(text):
        return _relative_named(scene)
    return not scene.lexicon.words.known(announced[1].split()[0].lower()) or _relative_named(scene)


def _relative_named(scene: Scene) -> bool:
    """Whether a name follows a word for a relative or inmate: ``anak saya Rudi``, ``adik sy joko``."""
    tokens, sets = scene.tokens, scene.lexicon.sets
    for i, token in enumerate(tokens):
        if token.keys.isdisjoint(sets["kin"]) and token.keys.isdisjoint(sets["inmate"]):
            continue
        j, said = i + 1, False
        while j < min(i + 5, len(tokens)) and tokens[j].pause < SENTENCE and tokens[j].word in sets["before_name"]:
            said |= tokens[j].word in sets["naming"]
            j += 1
        if j < len(tokens) and tokens[j].pause < SENTENCE and _is_given_name(scene, j, said):
            return True
    return False


def _is_given_name(scene: Scene, j: int, said: bool) -> bool:
    """Whether a word is a name: a usual one, or one that nothing else explains, capitalised or announced as a name."""
    token = scene.tokens[j]
    typed = scene.text[token.start : token.end]
    if typed.lower() in scene.lexicon.sets["given_names"]:
        return True
    if not said and typed.lower() in scene.lexicon.sets["towns"]:
        return False
    if not typed.isalpha() or not MIN_NAME <= len(typed) <= MAX_NAME or scene.lexicon.words.known(typed.lower()):
        return False
    return said or (
        typed.istitle() and scene.text[: token.start].rstrip()[-1:] not in ".!?" and not scene.text.istitle()
    )


def match_name(text: str, directory: Named) -> str | None:
    """The facility of the directory that the text names, allowing for typing errors."""
    if not directory:
        return None
    lowered = text.lower()
    named = [(key, name) for key, name in directory if name.lower() in lowered]
    if named:
        return max(named, key=lambda entry: len(entry[1]))[0]
    mentions = [_place_words(lowered[m.end() : m.end() + 60]) for m in _KIND.finditer(lowered)]
    kinds = [_kind(m[0]) for m in _KIND.finditer(lowered)]
    places = _places(tuple(directory))
    for kind, words in list(zip(kinds, mentions, strict=True))[:MAX_MENTIONS]:
        key = _closest(words, [p for p in places if not p.kind or p.kind == kind] or places)
        if key is not None:
            return key
    return None


@lru_cache(maxsize=8)
def _places(directory: tuple[tuple[str, str], ...]) -> tuple[Place, ...]:
    return tuple(
        Place(key, _kind(name.lower()), _place_of(called.lower())) for key, name in directory for called in _names(name)
    )


def _names(name: str) -> list[str]:
    """``Rutan Kelas I Surabaya (Medaeng)`` goes by either place."""
    return [part for part in re.split(r"[()]", name) if _place_of(part.lower())]


def _closest(words: Sequence[str], places: Sequence[Place]) -> str | None:
    """The one facility whose place the words name best; none if two do so equally."""
    names = [p.name for p in places]
    best: tuple[float, str] | None = None
    for length in range(min(4, len(words)), 0, -1):
        found = process.extract(" ".join(words[:length]), names, scorer=fuzz.ratio, score_cutoff=FUZZY_CUTOFF, limit=2)
        tied = len(found) == 2 and found[0][1] == found[1][1]
        if found and not tied and (best is None or found[0][1] > best[0]):
            best = (found[0][1], places[found[0][2]].key)
    return best[1] if best else None


def _kind(name: str) -> str:
    """The type of facility a name or mention is of, in one word; empty if it says none."""
    match = _KIND.search(name)
    return _KINDS.get(match[0].strip().replace(".", ""), "lapas") if match else ""


def _place_of(name: str) -> str:
    """``Lapas Kelas IIA Jember`` without type and class: ``jember``."""
    return " ".join(_place_words(_KIND.sub(" ", name)))


def _place_words(text: str) -> list[str]:
    words = re.findall(r"[a-z]+|[.!?\n]", text)
    end = next((i for i, w in enumerate(words) if not w.isalpha()), len(words))
    return [w for w in words[:end] if w != "kelas" and not _CLASS.fullmatch(w)]


def named(text: str, directory: Named, tables: Lexicon | None = None) -> tuple[str, ...]:
    """The keys whose name stands in the text, word for word. Most lack one of their words: that is told quickly.

    ``~Hartono`` is a part of a name that is looked for alone, and found with a typing error too; ``+Hartono`` one that
    counts behind a title or a post, or where something bad is said of its bearer.
    """
    words = set(_WORD.findall(text.lower()))
    alone, whole, called = {}, [], defaultdict[str, list[str]](list)
    for key, name in directory:
        if name.startswith(surnames.ALONE):
            alone[name[1:].lower()] = key
        elif name.startswith(callings.PART):
            called[name[1:].lower()].append(key)
        else:
            whole.append((key, name))
    likely = (pair for pair in whole if words.issuperset(_WORD.findall(pair[1].lower())))
    found = [key for key, name in likely if _named(text, name)]
    if alone:
        others = {word for _, name in whole for word in _WORD.findall(name.lower())}.difference(alone)
        found += surnames.meant(text, alone, others, tables)
    found += callings.meant(text, called, tables) if called else ()
    return tuple(dict.fromkeys(found))


def _named(text: str, name: str) -> bool:
    pattern = r"\b" + r"\s+".join(re.escape(p) for p in name.split()) + r"\b"
    return re.search(pattern, text, re.IGNORECASE) is not None
