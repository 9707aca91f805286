"""What a person wrote in a mail: bytes to words, HTML to text, and the new without the quoted.

Everything here is linear in its input and takes any bytes.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import quopri
import re

#: What mails say, and what they mean: names that Python does not know, or takes too literally.
_ALIASES = {
    "ansi": "cp1252",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "latin1": "cp1252",
    "shift_jis": "cp932",
    "unicode": "utf-16",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "windows-874": "cp874",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac-roman",
    "x-sjis": "cp932",
}
#: Codecs that are no alphabets, or that cost more than linear time.
_NO_CHARSETS = frozenset({"idna", "mbcs", "oem", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"})
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]{0,10000})\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]{1,100}(?==\?)")
_HTML_LIMIT = 500_000


def charset(name: str) -> str | None:
    """Python's name for a declared character set; None where there is no such alphabet."""
    wanted = name.strip().strip("\"'").lower()
    try:
        found = codecs.lookup(_ALIASES.get(wanted, wanted))
    except (LookupError, ValueError, UnicodeError):
        return None
    text = getattr(found, "_is_text_encoding", True)
    return found.name if text and found.name.replace("-", "_") not in _NO_CHARSETS else None


def decode(raw: bytes, declared: str = "") -> str:
    """Readable text, whatever the mail claims to be written in."""
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return raw.decode(name, "replace")
    named = charset(declared) if declared else None
    # Text of one byte a letter that happens to be valid UTF-8 is UTF-8: the programs that say otherwise are many.
    for name in dict.fromkeys((_escaped(raw), *(("utf-8", named) if named in (None, "cp1252", "ascii") else (named,)))):
        if name is not None and (text := _strictly(raw, name)) is not None:
            return text
    if (text := _strictly(raw, "utf-8")) is not None:
        return text
    multibyte = named not in (None, "ascii", "utf-8", "cp1252")
    return raw.decode(named if multibyte and named else "cp1252", "replace")


def _escaped(raw: bytes) -> str | None:
    """Japanese mail announces its alphabet by escapes, and often nowhere else."""
    return "iso2022_jp_2" if b"\x1b$" in raw else None


def _strictly(raw: bytes, name: str) -> str | None:
    try:
        return raw.decode(name)
    except (UnicodeError, ValueError, LookupError):
        return None


def header(value: str) -> str:
    """A header's words: encoded words decoded, raw bytes guessed, folding undone."""
    joined = _BETWEEN_WORDS.sub(r"\1", value)
    parts, done = [], 0
    for word in _ENCODED_WORD.finditer(joined):
        parts += [_plain(joined[done : word.start()]), _encoded(*word.groups())]
        done = word.end()
    parts.append(_plain(joined[done:]))
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def _plain(value: str) -> str:
    """Bytes beyond ASCII came through the parser as lone surrogates."""
    if value.isascii():
        return value
    return decode(value.encode("utf-8", "surrogateescape"))


def _encoded(name: str, way: str, content: str) -> str:
    raw = content.encode("utf-8", "surrogateescape")
    try:
        if way in "bB":
            raw = base64.b64decode(raw + b"=" * (-len(raw) % 4))
        else:
            raw = quopri.decodestring(raw, header=True)
    except (binascii.Error, ValueError):
        return content
    return decode(raw, name.partition("*")[0])


# ------------------------------------------------------------------ HTML

_INVISIBLE = re.compile(r"<(script|style|head|title)\b[^>]{0,2000}>.*?</\1\s*>", re.I | re.S)
_TAG = re.compile(r"<[^<>]{0,5000}>")


def from_html(source: str) -> str:
    """The text of an HTML part."""
    from inscriptis import get_text
    from lxml.etree import LxmlError

    source = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", " ", source[:_HTML_LIMIT]).encode("utf-8", "replace").decode()
    source = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", source)
    if source.count("<") > 20_000:
        return _bare(source)
    try:
        return _tidy_lines(get_text(source))
    except (LxmlError, ValueError, TypeError, AttributeError, LookupError, RecursionError, AssertionError):
        return _bare(source)


def _bare(source: str) -> str:
    return _tidy_lines(html.unescape(_TAG.sub(" ", _INVISIBLE.sub(" ", source))))


def _tidy_lines(text: str) -> str:
    lines = [line.strip() for line in text.replace("\xa0", " ").splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def unflow(text: str, *, delsp: bool) -> str:
    """Lines that a program broke (RFC 3676) made whole again; quoted lines stay lines."""
    lines: list[str] = []
    for line in text.split("\n"):
        open_line = bool(lines) and lines[-1].endswith(" ") and lines[-1] != "-- "
        if open_line and not line.startswith(">") and not lines[-1].startswith(">"):
            lines[-1] = (lines[-1][:-1] if delsp else lines[-1]) + line.removeprefix(" ")
        else:
            lines.append(line)
    return "\n".join(lines)


# ------------------------------------------------------------------ the new and the quoted

_OPENS = re.compile(
    r"[ *_]{0,4}(?:Pada|Tanggal|Tgl|Di|On|Am|Op|Le|El|\d{4}-\d\d-\d\d|\d\d?[./-]\d\d?[./-]\d{2,4})\b", re.I
)
_WROTE = re.compile(
    r".{4,400}\b(?:menulis|menuliskan|menulisnya|berkata|wrote|writes|schrieb|schreef|écrit|escribió)"
    r"(?:[ :].{0,120}?)?\s*:\s*$",
    re.I,
)
#: Some telephones put the quotation into the same line.
_INLINE = re.compile(r".{4,300}[^\s<>]{1,100}@[^\s<>]{2,200}>?\s{1,3}(?:menulis|wrote)\s?:", re.I)
_MACHINE = re.compile(r"\d{1,2}[.:]\d\d|@")
_SIGNED = re.compile(r".{4,300}<[^<>\s]{3,200}@[^<>\s]{2,200}>\s*:\s*$")
_ORIGINAL = re.compile(
    r"[\s*]{0,3}[-_=]{2,}\s*(?:Pesan\s+(?:Asli|asal)|Surat\s+Asli|Original\s+Message|Original\s+Appointment"
    r"|Balas\s+pesan)\s*[-_=]{2,}\s*\*?$",
    re.I,
)
_FORWARDED = re.compile(
    r"[\s*]{0,3}[-_]{2,}\s*(?:Pesan\s+(?:terusan|yang\s+diteruskan)|Diteruskan|Forwarded\s+message)"
    r"|Begin forwarded message:|Mulai pesan terusan",
    re.I,
)
_FROM = re.compile(r"[\s*>]{0,4}(?:Dari|From|Pengirim)\*?\s?:\*?\s", re.I)
_WHEN = re.compile(r"[\s*>]{0,4}(?:Dikirim|Terkirim|Tanggal|Sent|Date)\*?\s?:", re.I)
_WHOM = re.compile(r"[\s*>]{0,4}(?:Kepada|Ke|Untuk|Subjek|Subyek|Perihal|Hal|To|Cc|Subject)\*?\s?:", re.I)
_RULE = re.compile(r"\s*[_-]{20,}\s*$")
_FOOTER = re.compile(
    r"\s*(?:Dikirim\s+(?:dari|melalui|lewat|menggunakan)\b|Terkirim\s+dari\b|Sent\s+(?:from|via|with)\b"
    r"|Get\s+Outlook\s+for\b|Dapatkan\s+Outlook\s+untuk\b|Unduh\s+Outlook\b|Diposting\s+dari\b).{0,80}$",
    re.I,
)


def newest(text: str) -> str:
    """What is new in a mail: without what it answers, and without the telephone's own footer.

    Where nothing new would be left, everything is: a letter may begin like a quotation.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = _without_quotes(lines)
    shown = _joined(_without_footer(kept))
    return shown or _joined(lines)


def _joined(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _without_quotes(lines: list[str]) -> list[str]:
    """Up to the first line that introduces a quotation; what was written below or between the quotes is kept."""
    for n, line in enumerate(lines):
        if _FORWARDED.match(line):
            return lines
        if width := _introduction(lines, n):
            return [*_unquoted(lines[:n]), *_below(lines[n + width :])]
        if _ORIGINAL.match(line) or _header_block(lines, n):
            before = lines[:n]
            while before and (not before[-1].strip() or _RULE.match(before[-1])):
                before.pop()
            return _unquoted(before)
    return _unquoted(lines)


def _introduction(lines: list[str], n: int) -> int:
    """How many lines the words "on that day this person wrote:" take from here on; 0 if they do not stand here."""
    if lines[n].startswith(">") or not lines[n].strip():
        return 0
    if lines[n].rstrip().endswith(":") and _quoted_next(lines, n + 1) and _told(lines[n]):
        return 1
    if not _OPENS.match(lines[n]):
        return 0
    joined = ""
    for width, line in enumerate(lines[n : n + 3], start=1):
        joined = f"{joined} {line.strip()}"[:600]
        if not line.strip():
            return 0
        if _INLINE.match(joined.strip()):
            return width
        if _told(joined.strip()):
            # People write of what was written, too: without marks below, a time or an address tells the two apart.
            return width if _MACHINE.search(joined) or _quoted_next(lines, n + width) else 0
    return 0


def _told(line: str) -> bool:
    return bool(_WROTE.match(line[:600]) or _SIGNED.match(line[:600]))


def _quoted_next(lines: list[str], n: int) -> bool:
    following = next((line for line in lines[n : n + 3] if line.strip()), "")
    return following.lstrip().startswith(">")


def _header_block(lines: list[str], n: int) -> bool:
    """Outlook's four lines: from, sent, to, subject, in any language of ours."""
    if not _FROM.match(lines[n]):
        return False
    following = [line for line in lines[n + 1 : n + 9] if line.strip()][:5]
    return any(_WHEN.match(line) for line in following) and any(_WHOM.match(line) for line in following)


def _below(lines: list[str]) -> list[str]:
    """After the introduction: where the quote is marked, what follows or interrupts it was written by this person."""
    if not any(line.lstrip().startswith(">") for line in lines):
        return []
    return _unquoted(lines)


def _unquoted(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.lstrip().startswith(">")]


def _without_footer(lines: list[str]) -> list[str]:
    kept = list(lines)
    while kept and (not kept[-1].strip() or (len(kept[-1]) < 120 and _FOOTER.match(kept[-1]))):
        kept.pop()
    return kept
